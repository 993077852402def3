"""How much of a period each rep can carry: the days he is there, the first ones in part, times his weight."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from salesreport.period import Period
from salesreport.plan.strategy import Ramp


def days_carried(
    hired: dt.date | None, left: dt.date | None, period: Period, ramp_up: Sequence[Ramp] = ()
) -> Fraction:
    """Days of a settled rep that somebody is worth in a period.

    Args:
        hired, left: first and last day; None: always there, still there. period: which days count.
        ramp_up: until so many days after the hire (the day itself is the first) a day counts that share.

    Examples:
        >>> quarter = Period.parse("2026-Q1")
        >>> days_carried(None, None, quarter), days_carried(dt.date(2026, 3, 1), None, quarter)
        (Fraction(90, 1), Fraction(31, 1))
        >>> days_carried(dt.date(2026, 3, 1), None, quarter, [Ramp(days=11, share=0.5)])  # 11 × ½ + 20
        Fraction(51, 2)
    """
    first = max(period.start, hired or dt.date.min)
    last = min(period.end, left or dt.date.max)
    if last < first:
        return Fraction(0)
    whole = Fraction((last - first).days + 1)
    if hired is None:
        return whole
    begin = 0
    for step in ramp_up:
        start, end = max(first, _after(hired, begin)), min(last, _after(hired, step.days - 1))
        if start <= end:
            whole -= (1 - Fraction(step.share)) * ((end - start).days + 1)
        begin = step.days
    return whole


def capacities(
    reps: pd.DataFrame, period: Period, weights: Mapping[str, Decimal], ramp_up: Sequence[Ramp]
) -> list[Fraction]:
    """What each rep can carry in a period, in the order of a frame with `rep_id`, `hired_on`, `left_on`."""
    return [
        days_carried(_day(row.hired_on), _day(row.left_on), period, ramp_up)
        * Fraction(weights.get(row.rep_id, Decimal(1)))
        for row in reps.itertuples(index=False)
    ]


def _day(value: pd.Timestamp | None) -> dt.date | None:
    return None if value is None or pd.isna(value) else value.date()


def _after(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days)
