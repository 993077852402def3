"""Can one rely on what is said of the future: the CRM's forecast of past quarters, and closing dates."""

import datetime as dt

import numpy as np

from salesreport.audit.maturity.criterion import Measured
from salesreport.audit.maturity.seen import Seen, inside, share_by
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.baselines import actual, baselines
from salesreport.language import text
from salesreport.period import Period
from salesreport.stats.intervals import ratio_linearised

LOOKED_BACK, FEWEST, LEAST_HISTORY = 8, 3, 182
"""So many quarters are forecast at most, so many at least, and with so many days of history before each."""


def forecast_error(seen: Seen) -> Measured:
    """How far the forecasts of past quarters were off: Σ |forecast − actual| ÷ Σ actual.

    What the CRM said when the quarter began (probability × amount of the deals due in it); where it carries none,
    what the stages said (win rate of the stage × amount).
    """
    facts = seen.facts
    if seen.where:
        raise Unavailable(text("forecasts are looked at for the whole company only"))
    if not facts.columns.has("deals", "amount", "created_on"):
        raise lacks("deals", "amount")
    begin = facts.begin("created")
    last = seen.quarters[-1]
    quarters = [
        one for one in last.trailing(LOOKED_BACK)
        if begin is not None and (one.start - begin).days >= LEAST_HISTORY
    ]  # fmt: skip
    came, said = [], []
    for quarter in quarters:
        known = baselines(facts, seen.file, quarter.start - dt.timedelta(1), quarter)
        said.append({name: float(known[name].sum(min_count=1)) for name in ("crm", "stage")})
        came.append(float(actual(facts, quarter).sum()))
    for name, detail in (
        ("crm", text("forecast: the CRM’s probability × amount of the deals due in the quarter")),
        ("stage", text("forecast: win rate of the stage × amount of the deals due in the quarter")),
    ):
        rows = [number for number, one in enumerate(said) if not np.isnan(one[name]) and came[number] > 0]
        if len(rows) >= FEWEST:
            error = np.array([abs(said[number][name] - came[number]) for number in rows])
            return Measured(_relative(error, np.array([came[number] for number in rows])), None, detail)
    raise Unavailable(text("too few quarters can be forecast from what was known then"))


def _relative(error: Numbers, came: Numbers) -> Estimate:
    made = ratio_linearised(error, came)
    lower = max(float(made.lower[0]), 0.0)
    return Estimate(float(made.value[0]), lower, float(made.upper[0]), float(len(came)))


def slipped(seen: Seen) -> Measured:
    """Of the deals that were due in a quarter when it began, those that were not closed in it."""
    facts = seen.facts
    if not facts.columns.has("snapshots", "expected_close_on"):
        raise lacks("snapshots", "expected_close_on")
    due, late = _due(seen, seen.quarters)
    now = share_by(late, due)
    if now is None:
        raise Unavailable(text("no snapshot shows which deals were due in a quarter when it began"))
    first = seen.quarters[0].previous()
    due, late = _due(seen, first.trailing(len(seen.quarters)))
    return Measured(now, share_by(late, due))


def _due(seen: Seen, quarters: list[Period]) -> tuple[Positions, Flags]:
    facts = seen.facts
    begin = facts.begin("created")
    deals: list[Positions] = []
    late: list[Flags] = []
    for quarter in quarters:
        eve = quarter.start - dt.timedelta(1)
        if begin is None or eve < begin:
            continue
        known = facts.known(eve)
        rows = np.flatnonzero(known.open & seen.mine & inside(known.expected_close, quarter))
        deals.append(rows)
        late.append(~inside(facts.known().closed_on[rows], quarter))
    if not deals:
        return np.array([], np.intp), np.array([], bool)
    return np.concatenate(deals), np.concatenate(late)
