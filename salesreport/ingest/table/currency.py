"""Money in other currencies: what the sign beside an amount means in its row, and dated rates."""

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.ingest.cells.currency_names import code, meaning
from salesreport.ingest.cells.headings import find_heading
from salesreport.ingest.cells.parse_dates import date_order, read_dates
from salesreport.ingest.cells.parse_numbers import read_numbers
from salesreport.ingest.cells.raw import Place, Raw
from salesreport.ingest.files.readers import read
from salesreport.ingest.spec.spec import TableSpec
from salesreport.language import text

_PRICED_ON = {
    "deals": ("closed_on", "created_on"),
    "orders": ("ordered_on",),
    "snapshots": ("taken_on",),
    "equipment": ("lent_on",),
}
"""The dates that money is converted at, the first there is; else the as-of date."""


class Money(NamedTuple):
    """What currency amounts are in.

    Attributes:
        codes: ISO code per row; None where the amount is in the dataset's currency.
        unknown: rows with a sign that is no currency, or not the one of the currency column.
    """

    codes: np.ndarray[Any, Any]
    unknown: np.ndarray[Any, Any]


def currencies(
    signs: np.ndarray[Any, Any] | None, declared: np.ndarray[Any, Any] | None, base: str, n: int
) -> Money:
    """The currency of each amount, from the sign beside it and the currency column.

    Args:
        signs: signs or codes as written, None where there is none. declared: codes of the currency column.
        base: the dataset's currency. n: number of rows.
    """
    codes = np.full(n, None, dtype=object) if declared is None else declared.copy()
    unknown = np.zeros(n, dtype=bool)
    if signs is None:
        return Money(codes, unknown)
    pairs = pd.DataFrame({"sign": signs, "code": codes}, dtype=object)
    for (sign, own), rows in pairs[pairs["sign"].notna()].groupby(["sign", "code"], dropna=False).groups.items():
        meant = meaning(str(sign), base if pd.isna(own) else str(own), declared_here=not pd.isna(own))
        at = np.asarray(rows)
        codes[at] = meant if meant is not None else codes[at]
        unknown[at] = meant is None
    return Money(codes, unknown)


def shown_otherwise(signs: np.ndarray[Any, Any], declared: np.ndarray[Any, Any]) -> int:
    """In how many rows the number format shows another currency than the row's own column says.

    Examples:
        >>> shown_otherwise(np.array(["[$€-407]", "[$$-409]", "€", None]), np.array(["HUF", "CAD", "HUF", "EUR"]))
        1
    """
    pairs = pd.DataFrame({"sign": signs, "code": declared}, dtype=object).dropna()
    pairs = pairs[pairs["sign"].str.startswith("[$")]
    return sum(
        int(number)
        for (sign, own), number in pairs.groupby(["sign", "code"]).size().items()
        if meaning(str(sign)[2:].rpartition("-")[0], str(own), declared_here=True) is None
    )


def read_rates(file: str, root: Path) -> tuple[pd.DataFrame, Raw]:
    """Read a file of dated rates.

    Returns:
        Columns currency, from (date), rate (dataset's currency per 1 unit), sorted by from; and the file.

    Raises:
        DataError: no such file or column, or a value that is no currency, date or positive number.
    """
    raw = read(TableSpec(file=file), root, "rates", ("currency", "from", "rate"))

    def place(heading: str) -> Place:
        return Place(raw.file, "rates", heading, raw.rows)

    columns = {name: raw.columns[find_heading(name, raw, "rates")] for name in ("currency", "from", "rate")}
    codes = [code(value or "") for value in columns["currency"].texts.to_pylist()]
    order = date_order([(columns["from"], place("from"))], None)
    days = read_dates(columns["from"], order, "UTC").values
    rates = read_numbers(columns["rate"], place("rate")).values
    wrong = {
        "currency": (np.array([found is None for found in codes]), text("a currency code such as HUF")),
        "from": (days.isna().to_numpy(), text("a date")),
        "rate": (~(rates > 0).to_numpy(), text("a number above 0")),
    }
    for name, (bad, expected) in wrong.items():
        if bad.any():
            at = np.flatnonzero(bad)
            raise place(name).error(
                text("The file of rates has a wrong value."),
                list(at),
                found=columns[name].shown(at[:5]),
                expected=expected,
            )
    frame = pd.DataFrame({"currency": pd.Series(codes, dtype="str"), "from": days, "rate": rates})
    repeated = frame.duplicated(["currency", "from"], keep=False)
    if repeated.any():
        raise place("from").error(
            text("A currency has two rates from the same day."),
            list(np.flatnonzero(repeated)),
            found=frame["currency"][repeated].iloc[0],
        )
    return frame.sort_values("from", ignore_index=True), raw


def rates_on(codes: np.ndarray[Any, Any], days: pd.Series, rates: pd.DataFrame | None, base: str) -> pd.Series:
    """What one unit of each row's currency was worth on its day, NaN where no rate is known.

    Args:
        codes: ISO code per row, None for the dataset's currency. days: day per row. rates: see `read_rates`.
        base: the dataset's currency.

    Examples:
        >>> rates = pd.DataFrame({"currency": ["HUF"], "from": pd.to_datetime(["2025-01-01"]), "rate": [0.0025]})
        >>> days = pd.Series(pd.to_datetime(["2025-03-01", "2024-12-31", "2025-03-01"]))
        >>> rates_on(np.array(["HUF", "HUF", None], dtype=object), days, rates, "EUR").tolist()
        [0.0025, nan, 1.0]
    """
    at_home = pd.isna(codes) | (codes == base)
    worth = pd.Series(np.where(at_home, 1.0, np.nan))
    if at_home.all() or rates is None:
        return worth
    there = np.flatnonzero(~at_home)
    asked = pd.DataFrame(
        {"currency": pd.Series(codes[there], dtype="str"), "day": days.iloc[there].to_numpy(), "at": there}
    )
    asked = asked.dropna(subset="day").astype({"day": "datetime64[ms]"}).sort_values("day")
    known = rates.astype({"from": "datetime64[ms]"})
    found = pd.merge_asof(asked, known, left_on="day", right_on="from", by="currency")
    worth.iloc[found["at"].to_numpy()] = found["rate"].to_numpy()
    return worth


def days_of(table: str, frame: pd.DataFrame, as_of: dt.date) -> pd.Series:
    """The days that the money of a table's rows is converted at."""
    days = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ms]")
    for name in _PRICED_ON.get(table, ()):
        if name in frame:
            days = days.fillna(frame[name])
    return days.fillna(pd.Timestamp(as_of))
