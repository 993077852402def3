"""How much of what is planned for some days should be done by a day within them: the seasons of a plan."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.actual.doings import doings
from salesreport.plan.strategy import Strategy

EARLIER, FEWEST = 8, 4
"""So many earlier periods tell how one goes, at most and at least."""

COURSES: dict[str, Text] = {
    "months": text("by the months of the targets"),
    "seasons": text("by the seasons of the strategy"),
    "course": text("by how earlier periods went"),
    "days": text("by the days that are over"),
}
"""What the plan to date follows from."""


def course_of(
    facts: Facts, what: str, source: str, strategy: Strategy | None, period: Period, start: dt.date,
    end: dt.date, day: dt.date,
) -> tuple[float, str]:  # fmt: skip
    """The share of a plan for the days from start to end that is due by the end of a day, and how that is known.

    Args:
        facts: what happened. what: the metric. source: who planned it. strategy: whose seasons count.
        period: of the plan. start, end: the days of it that the line is meant for. day: up to which it is looked
        at.

    Returns:
        0–1, and a key of `COURSES`: monthly targets say it, else monthly seasons of the strategy, else how much of
        the whole was done by then in earlier periods of everybody, else the days that are over.
    """
    if day >= end:
        return 1.0, "days"
    if source == "targets" and (months := _monthly(facts, what, start, end)):
        return _by_month(months, day), "months"
    seasons = _seasons(strategy, start, end)
    if seasons and what in ("revenue", "gross_profit", "units", "deals_won"):
        return _by_month(seasons, day), "seasons"
    earlier = _earlier(facts, what, period, start, end, day)
    over = (day - start).days + 1
    return (over / ((end - start).days + 1), "days") if earlier is None else (earlier, "course")


Months = Sequence[tuple[dt.date, dt.date, float]]
"""First and last day of parts, and the weight of each."""


def _by_month(parts: Months, day: dt.date) -> float:
    """The share of the weights up to a day; of a part that is not over, by its days.

    Examples:
        >>> days = [dt.date(2025, 4, 1), dt.date(2025, 4, 30), dt.date(2025, 5, 1), dt.date(2025, 5, 31)]
        >>> _by_month([(days[0], days[1], 1.0), (days[2], days[3], 3.0)], dt.date(2025, 4, 15))
        0.125
    """
    done = 0.0
    for first, last, weight in parts:
        over = (min(day, last) - first).days + 1
        done += weight * max(over, 0) / ((last - first).days + 1)
    return done / sum(weight for _, _, weight in parts)


def _monthly(facts: Facts, what: str, start: dt.date, end: dt.date) -> Months:
    """The parts of a plan by targets of months that make up its days; nothing where there are none."""
    targets = facts.targets
    rows = targets[(targets["metric"] == what) & targets["rep_id"].notna()]
    rows = rows[(rows["start"] >= pd.Timestamp(start)) & (rows["end"] <= pd.Timestamp(end))]
    rows = rows[(rows["end"] - rows["start"]).dt.days < 31]
    sums = rows.groupby(["start", "end"])["value"].sum()
    parts = [(first.date(), last.date(), float(weight)) for (first, last), weight in sums.items()]
    expected = start
    for first, last, weight in parts:
        if first != expected or weight < 0:
            return []
        expected = last + dt.timedelta(1)
    whole = expected == end + dt.timedelta(1) and sum(weight for _, _, weight in parts) > 0
    return parts if whole and len(parts) > 1 else []


def _seasons(strategy: Strategy | None, start: dt.date, end: dt.date) -> Months:
    """The months of a stretch by a strategy's twelve weights, where its goal holds then."""
    if strategy is None or len(strategy.seasonality) != 12:
        return []
    for written in strategy.goal:
        goal = Period.parse(written)
        if goal.kind == "year" and goal.start <= start and end <= goal.end:
            break
    else:
        return []
    parts, first = [], start
    while first <= end:
        month = Period.of(first, "month")
        last = min(month.end, end)
        weight = float(strategy.seasonality[(first.month - goal.start.month) % 12])
        parts.append((first, last, weight * ((last - first).days + 1) / month.days))
        first = last + dt.timedelta(1)
    return parts if sum(weight for _, _, weight in parts) > 0 else []


def _earlier(facts: Facts, what: str, period: Period, start: dt.date, end: dt.date, day: dt.date) -> float | None:
    """The share that was done by then in earlier periods, everybody's together; None with too few of them."""
    found = doings(facts, what, Period.span(period.previous(EARLIER).start, day))
    if found.begin is None:
        return None
    over, length = (day - start).days + 1, (end - start).days + 1
    done = whole = 0.0
    seen = 0
    for steps in range(1, EARLIER + 1):
        before = period.previous(steps)
        first = before.start + (start - period.start)
        days = before.days if length == period.days else length
        if first < found.begin:
            break
        place = (found.day - np.datetime64(first, "D")).astype(np.int64)
        inside = (place >= 0) & (place < days)
        seen, whole = seen + 1, whole + float(found.weight[inside].sum())
        # periods, not stretches of so many days: what is always done at the end of a quarter stays there
        done += float(found.weight[inside & (place < round(over * days / length))].sum())
    return min(max(done / whole, 0.0), 1.0) if seen >= FEWEST and whole > 0 else None
