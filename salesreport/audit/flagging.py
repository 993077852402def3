"""What checks that flag open deals have in common: today's finding, the client's own past, and the backtest."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from salesreport.audit.backtest import Alike, Mark, backtest
from salesreport.audit.model import Estimate, Found, Looked
from salesreport.audit.open_deals import need_open, open_on
from salesreport.audit.own_past import usual_share
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text
from salesreport.stats.intervals import share_of_total

Doubt = Callable[[Facts], Text | None]
"""Why a finding may come of the data, as the end of a sentence; None: nothing says so."""


def flagged_open(
    looked: Looked,
    mark: Mark,
    *,
    alike: Sequence[Alike] = ("stage", "age"),
    value: bool = False,
    doubts: Sequence[Doubt] = (),
    detail: Text | None = None,
    past: bool = True,
) -> Found:
    """What a check finds of the open deals, today and on earlier days.

    Args:
        looked: what to look at. mark: flags open deals by what was known on their day.
        alike: what the backtest compares like with like. value: whether the figure is the share of their amounts.
        doubts: why it may come of the data: one that says something makes it a finding about data.
        detail: what else to say. past: whether what the check goes by is known of earlier days.

    Raises:
        Unavailable: no deal is open, or it can be told of none.
    """
    facts = looked.facts
    now = open_on(facts, looked.as_of)
    need_open(now)
    marks = mark(now)
    need_open(now, marks.judged)
    size = facts.columns.size("deals")
    flagged, judged = np.zeros(size, bool), np.zeros(size, bool)
    flagged[now.deal], judged[now.deal] = marks.flagged & marks.judged, marks.judged
    found = looked.of_deals(flagged, judged, detail=detail)
    if value:
        found = replace(found, figure=share_of_money(looked, flagged, judged))
        value = found.figure is not None
    if past:
        found = replace(found, baseline=usual_share(looked, mark, value), backtest=backtest(looked, mark, alike))
    return doubted(found, facts, doubts)


def share_of_money(looked: Looked, flagged: Flags, judged: Flags) -> Estimate | None:
    """The share that flagged deals have of the amounts of those judged; None where no amount is known."""
    amount = np.nan_to_num(looked.facts.known().amount)
    priced = judged & (amount > 0)
    if not priced.any():
        return None
    made = share_of_total(np.where(flagged[priced], amount[priced], 0.0), amount[priced])
    return Estimate(float(made.value[0]), float(made.lower[0]), float(made.upper[0]), float(made.n[0]))


def doubted(found: Found, facts: Facts, doubts: Sequence[Doubt]) -> Found:
    """The same, as a finding about data where one of the doubts says that it may come of them."""
    for doubt in doubts if found.count else ():
        if (why := doubt(facts)) is not None:
            return replace(found, kind="data", instead=why)
    return found
