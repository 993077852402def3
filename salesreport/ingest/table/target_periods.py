"""Targets that only have a first day, or a written period → periods as the dataset writes them."""

import datetime as dt

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError
from salesreport.ingest.rows.ledger import Mask
from salesreport.ingest.spec.spec_parts import LENGTH, PeriodSpec
from salesreport.period import Kind, Period

_WHOLE: tuple[Kind, ...] = ("year", "half", "quarter", "month")


def periods_from(starts: pd.Series, metrics: pd.Series, spec: PeriodSpec, fiscal_year_start: int) -> pd.Series:
    """The period that starts on each day.

    Args:
        starts: first days, with gaps. metrics: the metric of each row; "next" looks within the same metric, at the
            dates of all reps, so that a rep who leaves has a last period as long as everybody's.
        spec: how long the periods are. fiscal_year_start: month.

    Returns:
        Written periods: `2017-Q4` where it is a whole one, else `2011-05-31..2011-08-30`; missing without a start.

    Examples:
        >>> days = pd.Series(pd.to_datetime(["2011-05-31", "2011-08-31", None]))
        >>> spec = PeriodSpec(starts="Start", until="next", last="1 month")
        >>> periods_from(days, pd.Series(["revenue"] * 3), spec, 1).tolist()
        ['2011-05-31..2011-08-30', '2011-08-31..2011-09-29', nan]
    """
    frame = pd.DataFrame({"metric": metrics.fillna(""), "start": starts})
    distinct = frame.dropna().drop_duplicates().sort_values(["metric", "start"])
    following = distinct.groupby("metric")["start"].shift(-1)
    length = spec.last if spec.until == "next" else spec.until
    assert length is not None
    names = []
    for start, after in zip(distinct["start"], following, strict=True):
        if spec.until != "next" or pd.isna(after):
            after = start + _offset(length)
        names.append(name_of(start.date(), after.date() - dt.timedelta(1), fiscal_year_start))
    named = distinct.assign(name=pd.Series(names, index=distinct.index, dtype="str"))
    return frame.merge(named, how="left", on=["metric", "start"])["name"].astype("str")


def name_of(start: dt.date, end: dt.date, fiscal_year_start: int) -> str:
    """A run of days by its short name, where it is a whole year, half, quarter or month.

    Examples:
        >>> name_of(dt.date(2017, 10, 1), dt.date(2017, 12, 31), 1)
        '2017-Q4'
    """
    for kind in _WHOLE:
        period = Period.of(start, kind, fiscal_year_start)
        if (period.start, period.end) == (start, end):
            return period.name
    return Period.span(start, end, fiscal_year_start).name


def read_periods(written: pd.Series, fiscal_year_start: int) -> tuple[pd.Series, Mask]:
    """Written periods as the dataset writes them, and which texts are none."""
    names: dict[str, str | None] = {}
    for text_ in written.dropna().unique():
        try:
            names[text_] = Period.parse(text_, fiscal_year_start).name
        except ConfigError:
            names[text_] = None
    periods = written.map(names).astype("str")
    return periods, np.asarray(written.notna() & periods.isna())


def _offset(length: str) -> pd.DateOffset:
    match = LENGTH.fullmatch(length)
    assert match is not None
    count = int(match["count"])
    if match["unit"] == "quarter":
        return pd.DateOffset(months=3 * count)
    return pd.DateOffset(**{f"{match['unit']}s": count})
