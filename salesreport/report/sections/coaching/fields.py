"""What a kind of evidence is: its name, its fields and what finds its rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from salesreport.report.context import Context

Row = Mapping[str, Any]
"""A row of evidence: field → a value that a text can show, a number, or a text; None where it is not known."""

DEALS = "open"
"""The field with the deals to open together: rows of `Context.open_rows`; of every kind of evidence."""


class Evidence(NamedTuple):
    """A kind of evidence.

    Attributes:
        title: what it is about. fields: their names and what they are, for docs/coaching.md.
        find: gives the rows of a report. tested: whether they passed the statistics of Conversion.
        values: what fields of few words can be.
    """

    title: str
    fields: Mapping[str, str]
    find: Callable[[Context], Sequence[Row]]
    tested: bool = False
    values: Mapping[str, tuple[str, ...]] = {}


def plain(value: Any) -> Any:
    """A field as conditions see it: the number of a quantity, None for what is not known.

    Examples:
        >>> from salesreport.language import Quantity
        >>> plain(Quantity(0.4, "share")), plain(float("nan")), plain("worse")
        (0.4, None, 'worse')
    """
    if isinstance(value, tuple) and hasattr(value, "value"):
        value = value.value
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return None
    return value
