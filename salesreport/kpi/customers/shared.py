"""Whether customers belong to nobody alone: no table names who has them, and several reps sell to most in turn."""

import datetime as dt
from typing import NamedTuple

import numpy as np

from salesreport.kpi.customers.customers import customers_of, named_rep
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.ordering import begins_run
from salesreport.language import Text, text

FEWEST = 10
"""Of fewer customers who bought often enough nothing is told."""

OFTEN = 3
"""So many sales show whether a rep came back: of two, by two reps, the second may have taken over."""


class SoldInTurn(NamedTuple):
    """How many customers bought from several reps in turn.

    Attributes:
        in_turn: customers to whom a rep sold again after another had. of: customers who bought `OFTEN` times.
    """

    in_turn: int
    of: int

    @property
    def most(self) -> bool:
        """Whether that holds for most, so that nobody can be said to have a customer."""
        return self.of >= FEWEST and 2 * self.in_turn > self.of

    @property
    def said(self) -> Text:
        """What a reader should know where it does."""
        return text(
            "Who has a customer is not known: several reps sold in turn to most of them ({shared} of {of} with "
            "three sales or more).",
            shared=self.in_turn,
            of=self.of,
        )

    @property
    def reason(self) -> Text:
        """Why nothing of customers is told by rep where it does."""
        return text(
            "several reps sold in turn to most customers ({shared} of {of} with three sales or more), and no "
            "table names whose they are",
            shared=self.in_turn,
            of=self.of,
        )

    @property
    def by_last(self) -> Text:
        """The same of a plan, in which each customer has to be somebody’s."""
        return text(
            "{unknown} Each is planned for the rep of its last order, deal or activity, which does not say whose "
            "it is.",
            unknown=self.said,
        )


def shared_customers(facts: Facts, day: dt.date) -> SoldInTurn:
    """How many customers bought from several reps in turn by the end of a day; worked out once.

    Orders count, deals won where no order names its customer. A customer that was handed over once, from one rep
    to the next, is not bought from in turn. None count where table `accounts` names anybody's rep.
    """
    return facts.store(("customers in turn", day), lambda: _find(facts, day), always=True)


def nobodys(facts: Facts, day: dt.date) -> SoldInTurn | None:
    """That customers are nobody's alone, where most are not by the end of a day; else None."""
    found = shared_customers(facts, day)
    return found if found.most else None


def _find(facts: Facts, day: dt.date) -> SoldInTurn:
    customers, on = customers_of(facts), np.datetime64(day, "D")
    if (named_rep(facts).codes >= 0).any():
        return SoldInTurn(0, 0)
    for table in ("orders", "deals"):
        if table not in customers.of or not (customers.of[table] >= 0).any():
            continue
        if table == "orders":
            days, rep = facts.columns.days("orders", "ordered_on"), facts.dimensions.of("orders", "rep_id")
            counts = days <= on
        else:
            known = facts.known(day)
            days, rep = known.closed_on, known.rep
            counts = known.won & (days <= on)
        rows = np.flatnonzero(counts & (customers.of[table] >= 0) & (rep.codes >= 0))
        # those of one day by rep, so that they look handed over rather than in turn
        rows = rows[np.lexsort((rep.codes[rows], days[rows], customers.of[table][rows]))]
        customer, whose = customers.of[table][rows], np.asarray(rep.codes, np.intp)[rows]
        size = len(customers.ids)
        turns = np.bincount(customer[begins_run(customer, whose)], minlength=size)
        pairs = np.unique(customer * len(rep.categories) + whose) // max(len(rep.categories), 1)
        reps = np.bincount(pairs, minlength=size)
        often = np.bincount(customer, minlength=size) >= OFTEN
        return SoldInTurn(int((often & (turns > reps)).sum()), int(often.sum()))
    return SoldInTurn(0, 0)
