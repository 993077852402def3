"""What comes of reading one table: its rows, those that are left out, and their account."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.language import Text
from salesreport.provenance import Counts, Noticed, SourceFile


class Ingested(NamedTuple):
    """One table's outcome.

    Attributes:
        frame: the rows kept, canonical columns. aside: the rows set aside, as they stand in the file.
        counts: how many of each. sources: the files. notes: what a reader of a report should know.
        rows: number of each kept row in its file. changed: which of them were repaired.
        absent: headings of optional columns that an older export does not have. noticed: what may be a mistake.
        repaired: what was done to which of the kept rows. hints: settings that would read what was set aside.
    """

    frame: pd.DataFrame
    aside: pd.DataFrame
    counts: Counts
    sources: Sequence[SourceFile]
    notes: list[Text]
    rows: np.ndarray[Any, Any]
    changed: np.ndarray[Any, Any]
    absent: Sequence[str] = ()
    noticed: Sequence[Noticed] = ()
    repaired: Mapping[str, np.ndarray[Any, Any]] = {}
    hints: Sequence[Text] = ()
