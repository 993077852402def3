"""Which deals a rate is about, and whose: cohorts of a period, credited to owners by one rule or another."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from salesreport.audit.model import Estimate
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import MOST_UNPRICED, need_losses, won_only
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.question import Question
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.stats.dispersion import ratio_jeffreys
from salesreport.stats.intervals import Interval, mean_t, median_order_statistic, share_of_total, wilson

Owner = Literal["then", "first", "last"]
"""Who has credit: the owners on the day it happened, the first owner, or the one the CRM shows today."""


class Group(NamedTuple):
    """Deals that are counted.

    Attributes:
        deal: row in table `deals`; a deal that several share has a row for each. share: the part that counts.
        won: whether it is a success.
    """

    deal: Positions
    share: Numbers
    won: Flags

    @property
    def size(self) -> float:
        """How many deals they are."""
        return float(self.share.sum())

    def take(self, which: Flags) -> "Group":
        """Some of them."""
        return Group(self.deal[which], self.share[which], self.won[which])

    def and_also(self, other: "Group") -> "Group":
        """These and others."""
        return Group(
            np.concatenate((self.deal, other.deal)),
            np.concatenate((self.share, other.share)),
            np.concatenate((self.won, other.won)),
        )


@dataclass(frozen=True, eq=False)
class Asked:
    """A period and a selection, asked of facts under every definition.

    Attributes:
        facts: what it is asked of; what became of deals is told as known on their day. period: as asked.
        where: dimension → the values that count. owner: who has credit.
    """

    facts: Facts
    period: Period
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owner: Owner = "then"

    @classmethod
    def of(
        cls, facts: Facts, period: Period, where: Mapping[str, Iterable[str] | str] | None = None,
        owner: Owner = "then",
    ) -> "Asked":  # fmt: skip
        """Check what is asked.

        Raises:
            ConfigError: an unknown dimension or value, or a period of which nothing is known yet.
        """
        return cls(facts, period, Question(facts, period, where=where).where, owner)

    # --- days

    @property
    def start(self) -> np.datetime64:
        """The first day."""
        return np.datetime64(self.period.start, "D")

    @property
    def end(self) -> np.datetime64:
        """The last day, or the last that is known."""
        return np.datetime64(min(self.period.end, self.facts.as_of), "D")

    @property
    def today(self) -> np.datetime64:
        """The day up to which it is known what became of deals."""
        return np.datetime64(self.facts.as_of, "D")

    @property
    def window(self) -> tuple[dt.date, dt.date]:
        """First and last day."""
        return self.period.start, min(self.period.end, self.facts.as_of)

    def inside(self, days: Days) -> Flags:
        """Which days lie in the period."""
        found: Flags = (days >= self.start) & (days <= self.end)
        return found

    # --- deals

    @cached_property
    def created(self) -> Days:
        """When each deal was created."""
        return self.facts.columns.days("deals", "created_on")

    @property
    def closed_on(self) -> Days:
        """When each deal closed; NaT of open ones."""
        return self.facts.known().closed_on

    @property
    def won(self) -> Flags:
        """Which deals are won."""
        return self.facts.known().won

    @property
    def lost(self) -> Flags:
        """Which deals are lost."""
        return self.facts.known().lost

    @property
    def open(self) -> Flags:
        """Which deals are open today."""
        return self.facts.known().open

    @property
    def amount(self) -> Numbers:
        """What each deal is worth; NaN where that is not known."""
        return self.facts.known().amount

    def need(self, *columns: str) -> None:
        """Make sure that table `deals` has columns, and lost deals.

        Raises:
            Unavailable: it has not.
        """
        have = self.facts.columns
        if not have.has("deals"):
            raise lacks("deals")
        for column in columns:
            if not have.has("deals", column):
                raise lacks("deals", column)

    def need_losses(self) -> None:
        """Make sure that lost deals are known.

        Raises:
            Unavailable: the data have none: every rate would be 100 %.
        """
        need_losses(self.facts)

    def need_open(self) -> None:
        """Make sure that open deals are in the export, for definitions that count them.

        Raises:
            Unavailable: it has closed deals only.
        """
        if (only := won_only(self.facts)) is not None:
            raise Unavailable(only)
        status = self.facts.columns.coded("deals", "status")
        if not (status == "open").any():
            raise Unavailable(text("needs open deals; this export has none"))

    # --- whose they are

    def group(self, chosen: Flags, days: Days, success: Flags) -> Group:
        """The part of some deals that belongs to the selection.

        Args:
            chosen: the deals. days: of every deal, the day that decides whose it is. success: of every deal.
        """
        deal = np.flatnonzero(chosen)
        return self.credited(deal, days[deal], success[deal])

    def credited(self, deal: Positions, day: Days, success: Flags) -> Group:
        """Likewise, days and success given for each of the deals; a deal may come several times."""
        return self.credited_to(deal, day, success)[0]

    def credited_to(self, deal: Positions, day: Days, success: Flags) -> tuple[Group, pd.Categorical]:
        """Likewise, with the rep who has credit for each."""
        rep, rows, share, on = (
            taken(self.facts.dimensions.of("deals", "rep_id"), deal),
            deal,
            np.ones(len(deal)),
            day,
        )
        if self.owner == "first" and self.facts.owners is not None:
            on = self._first_owned[deal]
        if self.owner != "last" and self.facts.owners is not None:
            credit = self.facts.owners.credit(deal, on, rep)
            rows, share, rep = deal[credit.event], credit.share, credit.rep
            on, success = on[credit.event], success[credit.event]
        if not self.where:
            return Group(rows, share, success), rep
        events = Events("deals", rows, on, rep, share, {}, self.facts)
        keep = np.ones(len(rows), bool)
        for name, values in self.where.items():
            column = events.dimension(name)
            keep &= np.append(column.categories.isin(list(values)), False)[column.codes]
        return Group(rows[keep], share[keep], success[keep]), rep[keep]

    @cached_property
    def _first_owned(self) -> Days:
        """The first day on which each deal had an owner that is known."""
        assert self.facts.owners is not None
        deal, since = self.facts.owners.changes(np.arange(len(self.created)))
        first = np.full(len(self.created), np.datetime64("9999-12-31", "D"))
        np.minimum.at(first, deal, since.astype("datetime64[D]"))
        known: Days = np.fmax(self.created, first)  # nobody owned it before it was there
        return known


# --- figures of a group


def share_of_deals(group: Group) -> Estimate:
    """Successes ÷ all of them, with Wilson's interval."""
    return _one(wilson(float((group.share * group.won).sum()), group.size))


def share_of_money(group: Group, amount: Numbers) -> Estimate:
    """The successes' part of the money, over the deals that carry an amount.

    Raises:
        Unavailable: of those that succeeded, or of the others, more than a tenth carries none.
    """
    need_amounts(group, amount)
    money = amount[group.deal]
    priced = money > 0
    won = np.where(group.won, money, 0.0)[priced]
    return _one(share_of_total(won, money[priced], weights=group.share[priced]))


def need_amounts(group: Group, amount: Numbers) -> None:
    """Make sure that nearly all carry an amount, those that succeeded as well as the others.

    Raises:
        Unavailable: more than `MOST_UNPRICED` of either carry none.
    """
    unknown = ~(amount[group.deal] > 0)
    for these in (group.won, ~group.won):
        of_them, without = float(group.share[these].sum()), float(group.share[these & unknown].sum())
        if without > MOST_UNPRICED * of_them:
            raise Unavailable(_unpriced(of_them, without, bool(group.won[these].any())))


def _unpriced(n: float, without: float, won: bool) -> Text:
    n, without = round(n, 1), round(without, 1)
    if won:
        return ntext(
            "needs amounts; {n} deal won of {all} carries none",
            "needs amounts; {n} deals won of {all} carry none",
            n=without,
            all=n,
        )
    return ntext(
        "needs amounts; {n} deal not won of {all} carries none",
        "needs amounts; {n} deals not won of {all} carry none",
        n=without,
        all=n,
    )


def ratio_of_counts(count: float, other: float) -> Estimate:
    """One count ÷ another of other deals; n is the divisor.

    Raises:
        Unavailable: it exceeds one: then it is no rate, and saying so is all that can be said.
    """
    if count > other > 0:
        raise Unavailable(
            ntext(
                "it is no rate: {n} ÷ {other} in the period, for these are not the same deals",
                "it is no rate: {n} ÷ {other} in the period, for these are not the same deals",
                n=round(count, 1),
                other=round(other, 1),
            )
        )
    made = ratio_jeffreys(count, other)
    return Estimate(float(made.value), float(made.lower), min(float(made.upper), 1.0), other)


def mean_of(values: Numbers, share: Numbers) -> Estimate:
    """The mean of what is never negative, with Student's interval."""
    made = mean_t(values, weights=share)
    one = _one(made)
    return one._replace(lower=max(one.lower, min(one.value, 0.0)))


def median_of(values: Numbers, share: Numbers) -> Estimate:
    """The median, with the interval of order statistics."""
    return _one(median_order_statistic(values, weights=share))


def _one(made: Interval) -> Estimate:
    return Estimate(*(float(np.ravel(part)[0]) if np.size(part) else float("nan") for part in made))
