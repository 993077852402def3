"""What will be paid at the end of a period, as a distribution: every simulated future is paid by itself.

Pay is no straight line, so pay for the average future is not the average pay.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text
from salesreport.plan.pay.earning import Terms
from salesreport.plan.pay.futures import Futures, futures
from salesreport.plan.pay.model import Component, PayPlan
from salesreport.plan.pay.payouts import Payouts
from salesreport.plan.pay.rule import Numbers
from salesreport.plan.pay.statement import Statement
from salesreport.stats.scores import sample_interval

_DIGITS = 6
"""Digits of simulated money that are no noise of floating point."""


class Outlook(NamedTuple):
    """What one rep will be paid at the end of the period.

    Attributes:
        rep_id: whose it is. samples: what is paid on each path. mean: its average. lower_80, upper_80: the band
            that holds it in 80 of 100 cases; the same as the mean where nothing is left to chance.
        chances: component → the chance to end at each level: first of none, then of every level in order.
    """

    rep_id: str
    samples: Numbers
    mean: float
    lower_80: float
    upper_80: float
    chances: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, rep: str, samples: Numbers, chances: Mapping[str, tuple[float, ...]]) -> "Outlook":
        """Describe simulated payouts."""
        low, high = sample_interval(samples, 0.8)
        return cls(rep, samples, float(samples.mean()), float(low), float(high), chances)


class Outlooks(NamedTuple):
    """What everybody will be paid.

    Attributes:
        by_rep: each rep's outlook. notes: what a reader should know. chance: whether anything is left to chance.
    """

    by_rep: Mapping[str, Outlook]
    notes: tuple[Text, ...]
    chance: bool

    @property
    def total(self) -> Numbers:
        """What all of them are paid together, on each path."""
        return np.sum([one.samples for one in self.by_rep.values()], axis=0) if self.by_rep else np.zeros(1)


def outlooks(facts: Facts, payouts: Payouts, made: Futures | None = None) -> Outlooks:
    """Pay every simulated future of everybody on a plan.

    Args:
        facts: what happened, seen from a day. payouts: of the period, as far as it is known on that day.
        made: what may come; by default the forecast's, and nothing where the period is over.
    """
    if made is None:
        made = (
            Futures({}, 1, ())
            if payouts.over
            else futures(facts, payouts.plan, payouts.period, list(payouts.statements))
        )
    by_rep = {
        rep: outlook(payouts.plan, one, {key: some[row] for key, some in made.to_come.items()}, made.paths)
        for row, (rep, one) in enumerate(payouts.statements.items())
    }
    return Outlooks(by_rep, made.notes, bool(made.to_come))


def outlook(plan: PayPlan, statement: Statement, to_come: Mapping[str, Numbers], paths: int) -> Outlook:
    """Pay every simulated future of one rep.

    Args:
        plan: the rules. statement: what is known today. to_come: component → what comes on top, on each path.
        paths: how many there are.
    """
    terms = statement.terms
    earned, chances = np.zeros(paths), {}
    for one in plan.components:
        quantity = statement.quantities.get(one.key)
        nothing = quantity is None or (one.whose_quota is not None and one.key not in terms.quotas)
        at = np.zeros(paths)
        if quantity is not None and not nothing:
            at = (float(quantity) + to_come.get(one.key, np.zeros(paths))) / _unit(one, terms)
        earned += worth(one, terms, at)
        levels = one.scale.levels(at)
        chances[one.key] = tuple((np.bincount(levels + 1, minlength=len(one.scale.bands) + 1) / paths).tolist())
    most = terms.most_of_all(plan)
    earned = earned if most is None else np.minimum(earned, float(most))
    paid = settled(earned - float(statement.taken_back), terms, statement.balance_before).round(_DIGITS)
    if not to_come:  # nothing is left to chance, and nothing to floating point
        # a draw is only due once the period has begun, and then in any case
        paid = np.full(paths, float(max(statement.payout, terms.draw.amount if terms.draw else 0)))
    return Outlook.of(statement.rep_id, paid, chances)


def worth(component: Component, terms: Terms, at: Numbers) -> Numbers:
    """What a component pays at places on its scale, after its own cap; like `earn`, without rounding."""
    paid = component.scale.values(at) * float(terms.basis(component))
    most = terms.most(component)
    return paid if most is None else np.minimum(paid, float(most))


def settled(there: Numbers, terms: Terms, balance: Decimal) -> Numbers:
    """What is paid of what is there; like `balance.settle`, without rounding."""
    least = float(terms.draw.amount) if terms.draw else 0.0
    return np.where(there <= least, least, there - np.minimum(float(balance), np.maximum(there - least, 0)))


def _unit(component: Component, terms: Terms) -> float:
    """What a quantity is divided by to be a place on the scale."""
    return float(terms.quotas.get(component.key, 1))
