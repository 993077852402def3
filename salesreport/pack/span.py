"""The days a dataset has data for: a period without any is a mistake, not a report full of zeroes."""

import datetime as dt
from typing import Any, NamedTuple

import pandas as pd

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.language import Text, text
from salesreport.period import Period

EVENTS = {
    "deals": ("created_on", "closed_on"),
    "orders": ("ordered_on",),
    "activities": ("done_at",),
    "leads": ("created_at",),
    "feedback": ("on",),
}
"""The dates at which something happened, by table."""


class Span(NamedTuple):
    """First and last day with data; None where a dataset has no dates at all."""

    first: dt.date | None
    last: dt.date | None


def event_days(dataset: Dataset) -> list[pd.Series]:
    """Every date at which something happened, one series per column that the dataset has."""
    days = []
    for table, columns in EVENTS.items():
        present = [column for column in columns if dataset.has(table, column)]
        frame = dataset.table(table, present) if present else pd.DataFrame()
        days += [frame[column].dropna() for column in present]
    return [series for series in days if len(series)]


def span(dataset: Dataset) -> Span:
    """First and last day with data."""
    days = event_days(dataset)
    if not days:
        return Span(None, None)
    return Span(min(series.min().date() for series in days), max(series.max().date() for series in days))


def check_period(dataset: Dataset, period: Period, **where: Any) -> None:
    """Make sure that a period lies in the time that the data tell about.

    Args:
        where: file, line and key, for the error.

    Raises:
        ConfigError: the period ends before anything happened, or begins after the as-of date.
    """
    first, last = span(dataset)
    # up to the as-of date it is known that nothing happened
    last = None if last is None else max(last, dataset.as_of)
    if first is not None and last is not None and period.start <= last and period.end >= first:
        return
    raise ConfigError(
        text(
            "The dataset “{name}” has no data for the period {period}, which is {start} to {end}.",
            name=dataset.settings.name,
            period=period.name,
            start=period.start,
            end=period.end,
        ),
        **where,
        expected=text("a period between {first} and {last}", first=first, last=last) if first else None,
        hint=_about_fiscal_years(period),
    )


def _about_fiscal_years(period: Period) -> Text | None:
    """How years are named, where that may be the misunderstanding."""
    if period.fiscal_year_start == 1 or period.kind not in ("year", "half", "quarter"):
        return None
    year = Period.of(period.start, "year", period.fiscal_year_start)
    return text(
        "A fiscal year is named after the year it ends in: {year} is {start} to {end}.",
        year=year.name,
        start=year.start,
        end=year.end,
    )
