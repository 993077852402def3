"""What was agreed: targets from reps to strategy, and the commitments of the last one-to-ones.

Yearly goals are spread over quarters by seasonality weights (S1), reps' plans add up to their team's and the
company's budget, and the strategy's shares of segments to the same (S2).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesreport.sample import market
from salesreport.sample.columns import Floats, Ints, datetimes, month_end, month_number
from salesreport.sample.organisation import Reps
from salesreport.sample.seasons import SIGNING_BY_MONTH
from salesreport.tables import TABLES

QUARTERS_AHEAD = 2
"""How many quarters after the as-of date are planned already."""

STRATEGY = {"A": 0.5, "B": 0.32, "C": 0.18}
"""The share of revenue each segment should bring."""

_AMBITION, _GROWTH = 1.05, 1.06
_RAMP_DAYS, _RAMP = 180, 0.3
"""A rep's first days count only in part towards his targets."""

_AGREEMENTS = (
    ("Two more meetings with minutes a month, segment A first", "activity:meeting", 22),
    ("Call every customer whose proposal is older than four weeks", "activity:call", 40),
    ("Go through each proposal with the planning team before it is sent", "conversion:proposal", 0.65),
    ("Bring back trial equipment that has been out for more than 90 days", "equipment_out", 8),
    ("Close or drop the three oldest deals", None, np.nan),
    ("Ask two satisfied customers for a referral", "deals_created", 10),
    ("Process new enquiries within five working days", "leads_processed", 12),
)
_MEETINGS, _AGREED_EACH, _THEMES = 6, 2, 3
"""Meetings with each rep, a month apart; what is agreed in each, from so many themes that are the rep's own."""

_DUE = 28
_NEVER = -1


def target_table(
    reps: Reps,
    orders: pd.DataFrame,
    deals: pd.DataFrame,
    activities: pd.DataFrame,
    first: int,
    last: int,
    seasonal: bool = True,
) -> pd.DataFrame:
    """The table `targets`.

    Revenue and deals won by quarter for reps (plan), teams and everybody (budget), and revenue by segment
    (strategy); activities by type and month for reps (plan). Levels follow what the company does in a year, and
    its seasons, if it has any; without them targets do not grow either.
    """
    season = np.array(SIGNING_BY_MONTH if seasonal else np.ones(12)).reshape(4, 3).sum(axis=1)
    growth = _GROWTH if seasonal else 1.0
    tables = [
        _by_quarter(reps, "revenue", orders["ordered_on"], orders["amount"], first, last, 1_000, season, growth),
        _by_quarter(
            reps, "deals_won", deals["closed_on"], (deals["status"] == "won") * 1.0, first, last, 1, season, growth
        ),
        _by_month(reps, activities, first, last),
    ]
    return TABLES["targets"].conform(pd.concat(tables, ignore_index=True))


def commitment_table(rng: np.random.Generator, reps: Reps, last: int) -> pd.DataFrame:
    """The table `commitments`: two from each of the last six one-to-ones; those of the last are open."""
    this_month = int(month_number(np.array([last]))[0])
    rows = []
    for rep, rep_id in enumerate(reps.rep_id.to_pylist()):
        themes = rng.choice(len(_AGREEMENTS), _THEMES, replace=False)
        for ago in reversed(range(_MEETINGS)):
            begins = int(month_end(np.array([this_month - ago - 1]))[0]) + 1
            # the first working days of a month
            agreed = begins + int(rng.integers(0, 10))
            agreed += max(0, (agreed + 3) % 7 - 4) and 7 - (agreed + 3) % 7
            chosen = rng.choice(themes, _AGREED_EACH, replace=False)
            fates = rng.choice(["done", "open", "dropped"], _AGREED_EACH, p=(0.7, 0.12, 0.18))
            took = rng.integers(7, _DUE + 14, _AGREED_EACH)
            if not reps.hired[rep] <= agreed <= min(reps.left[rep], last):
                continue
            for place, fate, days in zip(chosen, fates, took, strict=True):
                what, metric, target = _AGREEMENTS[place]
                closed = agreed + int(days) if ago and fate != "open" and agreed + days <= last else _NEVER
                status = "open" if closed == _NEVER else fate
                rows.append((rep_id, agreed, what, metric, target, agreed + _DUE, status, closed))
    names = ["rep_id", "agreed_on", "text", "metric", "target", "due_on", "status", "closed_on"]
    table = pd.DataFrame(rows, columns=names)
    for column in ("agreed_on", "due_on", "closed_on"):
        days_of = table[column].to_numpy(dtype=np.int64)
        table[column] = pd.Series(datetimes(days_of)).where(days_of != _NEVER)
    table["recorded_on"] = table["agreed_on"]  # by hand, after the meeting
    return TABLES["commitments"].conform(
        table.sort_values(["rep_id", "agreed_on"], kind="stable", ignore_index=True)
    )


def _by_quarter(
    reps: Reps,
    metric: str,
    day: pd.Series,
    value: pd.Series,
    first: int,
    last: int,
    rounding: int,
    season: Floats,
    growth: float,
) -> pd.DataFrame:
    """A metric's targets by quarter on every level."""
    quarters = np.unique(month_number(np.arange(first, last + 1)) // 3)
    quarters = np.append(quarters, quarters[-1] + 1 + np.arange(QUARTERS_AHEAD))
    season = season / season.mean()
    level = _daily_level(reps, day, value, first, last)
    reps_plan = []
    for quarter in quarters:
        begin, end = _days_of(3 * quarter, 3)
        year = min(int(quarter) // 4 - _year(first), len(level) - 1)
        ahead = max(0, int(quarter) // 4 - _year(first) - year)
        plan = level[year] * growth**ahead * _AMBITION * season[quarter % 4] * _capacity(reps, begin, end)
        plan = np.round(plan / rounding) * rounding
        there = np.flatnonzero(plan > 0)
        # a rep's team is the one he is in when the quarter begins
        team = np.where(begin < reps.moved_on, reps.team_before, reps.team)
        reps_plan.append(
            pd.DataFrame(
                {
                    "period": f"{1970 + quarter // 4}-Q{quarter % 4 + 1}",
                    "value": plan[there],
                    "rep_id": np.array(reps.rep_id.to_pylist(), dtype=object)[there],
                    "team": np.array(reps.teams, dtype=object)[team[there]],
                }
            )
        )
    plans = pd.concat(reps_plan, ignore_index=True)
    teams = plans.groupby(["period", "team"], as_index=False)["value"].sum()
    whole = plans.groupby("period", as_index=False)["value"].sum()
    levels = [plans.drop(columns="team").assign(source="plan"), teams.assign(source="budget")]
    levels.append(whole.assign(source="budget"))
    if metric == "revenue":
        levels += [
            whole.assign(value=whole["value"] * STRATEGY[segment.name], segment=segment.name, source="strategy")
            for segment in market.SEGMENTS
        ]
    table: pd.DataFrame = pd.concat(levels, ignore_index=True).assign(metric=metric)
    return table


def _by_month(reps: Reps, activities: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Activity targets by rep and month: what reps do in an ordinary month, and a little more."""
    months = np.unique(month_number(np.arange(first, last + 1)))
    months = np.append(months, months[-1] + 1 + np.arange(3 * QUARTERS_AHEAD))
    worked = _capacity(reps, first, last).sum()
    a_day = activities["type"].value_counts() / worked
    plans = []
    for month in months:
        begin, end = _days_of(int(month), 1)
        capacity = _capacity(reps, begin, end)
        for kind in sorted(a_day.index):
            plan = np.round(a_day[kind] * capacity * _AMBITION)
            there = np.flatnonzero(capacity > 0)
            plans.append(
                pd.DataFrame(
                    {
                        "metric": f"activity:{kind}",
                        "period": f"{1970 + month // 12}-{month % 12 + 1:02d}",
                        "value": plan[there],
                        "rep_id": np.array(reps.rep_id.to_pylist(), dtype=object)[there],
                    }
                )
            )
    return pd.concat(plans, ignore_index=True).assign(source="plan") if plans else pd.DataFrame()


def _daily_level(reps: Reps, day: pd.Series, value: pd.Series, first: int, last: int) -> list[float]:
    """What an ordinary rep brings on a day of each calendar year; an unfinished year is like the last 365 days."""
    when = day.to_numpy().astype("datetime64[D]").astype(np.int64)  # no date is a very early day
    amount = value.to_numpy(dtype=np.float64)
    levels = []
    for year in range(_year(first), _year(last) + 1):
        begin, end = _days_of(12 * year, 12)
        if end > last:
            begin, end = max(first, last - 364), last
        begin = max(begin, first)
        levels.append(
            float(amount[(when >= begin) & (when <= end)].sum() / max(_capacity(reps, begin, end).sum(), 1))
        )
    return levels


def _capacity(reps: Reps, begin: int, end: int) -> Floats:
    """Days of work of each rep in a stretch of days, in days of an ordinary, settled rep."""
    settled = reps.hired + _RAMP_DAYS
    new = _overlap(reps.hired, np.minimum(settled - 1, reps.left), begin, end)
    return reps.capacity * (_RAMP * new + _overlap(settled, reps.left, begin, end))


def _overlap(starts: NDArray[np.int32], ends: NDArray[np.int32], begin: int, end: int) -> Ints:
    days: Ints = np.maximum(0, np.minimum(ends, end) - np.maximum(starts, begin) + 1).astype(np.int32)
    return days


def _days_of(month: int, months: int) -> tuple[int, int]:
    """First and last day of some months."""
    begin, end = month_end(np.array([month - 1, month + months - 1]))
    return int(begin) + 1, int(end)


def _year(day: int) -> int:
    """Years from 1970 to a day's year."""
    return int(month_number(np.array([day]))[0]) // 12
