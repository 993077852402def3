"""What comes of reading one table: its rows, those that are left out, and their account."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from salesreport.language import Text
from salesreport.provenance import Counts, Noticed, SourceFile


class Ingested(NamedTuple):
    """One table's outcome.

    Attributes:
        frame: the rows kept, canonical columns. aside: the rows set aside, as they stand in the file.
        counts: how many of each. source: the file. notes: what a reader of a report should know.
        absent: headings of optional columns that an older export does not have. noticed: what may be a mistake.
    """

    frame: pd.DataFrame
    aside: pd.DataFrame
    counts: Counts
    source: SourceFile
    notes: list[Text]
    absent: Sequence[str] = ()
    noticed: Sequence[Noticed] = ()
