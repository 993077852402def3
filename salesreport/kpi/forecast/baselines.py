"""What a manager would have said: the CRM's probabilities, stage win rates, the run rate, last year."""

import datetime as dt

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.known import Known
from salesreport.kpi.forecast.ways import Ways, ways_of
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import ProcessFile

BASELINES: dict[str, Text] = {
    "crm": text("CRM probability × amount"),
    "stage": text("win rate of the milestone × amount"),
    "run_rate": text("mean of the last four periods"),
    "last_year": text("same period of last year"),
}
"""The baselines by key, with their names."""

_RUN = 4


def baselines(facts: Facts, file: ProcessFile, day: dt.date, period: Period) -> pd.DataFrame:
    """Forecasts of a period by the baselines, from what was known at the end of a day.

    - `crm`: amount × the CRM's probability of open deals that are expected to close in the period; needs
      snapshots that carry both. A deal whose date has passed is expected at once.
    - `stage`: amount × the share won of the deals that had been at the milestone and closed; counted when the deal
      is expected to close, without such dates when it will be as old as the median deal won. A deal without an
      amount counts with the mean amount won.
    - `run_rate`: mean revenue of the last four periods as long as this one, of as many as the history has.
    - `last_year`: revenue of the same period one year before.

    Returns:
        One row per rep (index `rep_id`, missing for deals of nobody), a column per baseline; NaN in all rows where
        the baseline cannot be told, 0 for a rep it expects nothing of.
    """
    known = facts.known(day)
    rows = np.flatnonzero(known.open)
    credit = known.credit(rows)
    deal = rows[credit.event]
    whose = [credit.rep]
    soon = np.datetime64(day, "D") + 1
    expected = _expected(known)
    dated = ~np.isnat(expected)
    start, end = np.datetime64(period.start, "D"), np.datetime64(period.end, "D")

    said = by_crm(known, period)
    has_crm, crm = said is not None, np.zeros(len(expected)) if said is None else said

    won = np.flatnonzero(known.won)
    mean = np.nanmean(known.amount[won]) if len(won) else np.nan
    amount = np.where(known.amount > 0, known.amount, mean)
    when = expected if (known.open & dated).any() else _when_usual(facts, known.won, known.closed_on, soon)
    rate = _win_rates(ways_of(facts, file, day), known.won, known.lost)
    stage = np.where((when >= start) & (when <= end), rate * amount, 0.0)

    money = {"crm": _parts(crm, deal, credit.share), "stage": _parts(stage, deal, credit.share)}
    first = np.append(known.closed_on[won], soon).min()
    past = [period.previous(steps) for steps in range(1, _RUN + 1)]
    past = [one for one in past if one.end <= day and np.datetime64(one.start) >= first]
    if not past:
        past = [one for one in [period.previous()] if one.end <= day]
    year = period.year_before()
    sold_rows, sold_rep, sold_share = _sold(facts, won, known.closed_on)
    value, days = np.nan_to_num(known.amount[sold_rows]) * sold_share, known.closed_on[sold_rows]
    run = sum((value * _inside(days, one) for one in past), np.zeros(len(value))) / max(len(past), 1)
    before = value * _inside(days, year)
    whose.append(sold_rep)

    rep = pd.api.types.union_categoricals(whose, sort_categories=True)
    none = np.zeros
    frame = pd.DataFrame(
        {
            "rep_id": pd.Series(rep).astype("str"),
            "crm": np.append(money["crm"], none(len(value))),
            "stage": np.append(money["stage"], none(len(value))),
            "run_rate": np.append(none(len(deal)), run),
            "last_year": np.append(none(len(deal)), before),
        }
    )
    total = frame.groupby("rep_id", dropna=False).sum()
    available = {
        "crm": has_crm,
        "stage": bool(len(won)),
        "run_rate": bool(past),
        "last_year": bool(np.datetime64(year.start) >= first) and year.end <= day,
    }
    for name, there in available.items():
        if not there:
            total[name] = np.nan
    return total


def by_crm(known: Known, period: Period) -> Numbers | None:
    """Of each deal what the CRM expected of it for a period: amount × probability, if open and due in the period.

    Args:
        known: what was known on a day; a deal whose date has passed is expected the day after. period: when.

    Returns:
        0 for deals of which nothing was expected; None where no open deal carries amount, probability and date.
    """
    expected = _expected(known)
    said = known.probability * known.amount
    if not (known.open & ~np.isnat(expected) & ~np.isnan(said)).any():
        return None
    start, end = np.datetime64(period.start, "D"), np.datetime64(period.end, "D")
    due = known.open & (expected >= start) & (expected <= end)
    return np.where(due, np.nan_to_num(said), 0.0)


def _expected(known: Known) -> Days:
    soon = np.datetime64(known.day, "D") + 1
    return np.where(known.expected_close < soon, soon, known.expected_close)


def actual(facts: Facts, period: Period) -> pd.Series:
    """What came: the amounts of deals won in a period, by rep, as known at the facts' as-of date."""
    known = facts.known()
    won = np.flatnonzero(known.won & _inside(known.closed_on, period))
    rows, rep, share = _sold(facts, won, known.closed_on)
    money = np.nan_to_num(known.amount[rows]) * share
    return pd.Series(money).groupby(pd.Series(rep).astype("str"), dropna=False).sum()


def _sold(facts: Facts, won: Positions, closed_on: Days) -> tuple[Positions, pd.Categorical, Numbers]:
    """Deals won with those who have credit: rows of table `deals`, rep, share."""
    rep = taken(facts.dimensions.of("deals", "rep_id"), won)
    if facts.owners is None:
        return won, rep, np.ones(len(won))
    credit = facts.owners.credit(won, closed_on[won], rep)
    return won[credit.event], credit.rep, credit.share


def _win_rates(ways: Ways, won: Flags, lost: Flags) -> Numbers:
    """Of each deal, the share won of the closed deals that had been where it is now."""
    _, first = np.unique(ways.deal * ways.states + ways.state, return_index=True)
    deal, state = ways.deal[first], ways.state[first]
    wins = np.bincount(state, weights=won[deal], minlength=ways.states)
    ends = np.bincount(state, weights=(won | lost)[deal], minlength=ways.states)
    everywhere = won.sum() / max(int((won | lost).sum()), 1)
    rate = np.divide(wins, ends, out=np.full(ways.states, float(everywhere)), where=ends > 0)
    of_deal = np.full(len(won), everywhere)
    of_deal[ways.deal[ways.going]] = rate[ways.state[ways.going]]
    return of_deal


def _when_usual(facts: Facts, won: Flags, closed_on: Days, soon: np.datetime64) -> Days:
    """When each deal will be as old as the median deal won."""
    created = facts.columns.days("deals", "created_on")
    cycle = (closed_on - created)[won & ~np.isnat(created)].astype(np.int64)
    usual = int(np.median(cycle)) if len(cycle) else 0
    return np.maximum(created + usual, soon)


def _parts(values: Numbers, deal: Positions, share: Numbers) -> Numbers:
    return values[deal] * share


def _inside(days: Days, period: Period) -> Flags:
    return (days >= np.datetime64(period.start, "D")) & (days <= np.datetime64(period.end, "D"))
