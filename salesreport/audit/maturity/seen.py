"""What the criteria look at: a dataset, the year up to a day, the year before, and which deals belong to it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from salesreport.audit.definitions.cohort import Asked
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import Journeys
from salesreport.kpi.milestones.reached import journeys_of, process_file, shown
from salesreport.language import text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.intervals import share_of_total, wilson

QUARTERS = 4
"""So many whole quarters before the day are looked at, where something is counted by quarter."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A dataset as the criteria see it.

    Attributes:
        facts: the dataset's facts, seen from the day. year: the year that ends with it.
        where: dimension → the values that count; none: everything.
    """

    facts: Facts
    year: Period
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Facts, where: Mapping[str, tuple[str, ...]] | None = None) -> "Seen":
        """Look at facts from their own day."""
        end = facts.as_of
        start = end - dt.timedelta(364)
        return cls(facts, Period.span(start, end, facts.dataset.settings.fiscal_year_start), where or {})

    @property
    def before(self) -> Period:
        """The year before."""
        return Period.span(
            self.year.start - dt.timedelta(365), self.year.start - dt.timedelta(1), self.year.fiscal_year_start
        )

    @property
    def file(self) -> ProcessFile:
        """The process."""
        return process_file(self.facts)

    @cached_property
    def quarters(self) -> list[Period]:
        """The last whole quarters, the oldest first."""
        facts = self.facts
        last = Period.of(facts.as_of, "quarter", facts.dataset.settings.fiscal_year_start)
        last = last if last.end <= facts.as_of else last.previous()
        return last.trailing(QUARTERS)

    @cached_property
    def mine(self) -> Flags:
        """Which deals belong to it, by their owner of the day; all of them where nothing was chosen."""
        facts = self.facts
        if not facts.columns.has("deals"):
            raise lacks("deals")
        size = facts.columns.size("deals")
        if not self.where:
            return np.ones(size, bool)
        deal = np.arange(size)
        day = np.full(size, np.datetime64(facts.as_of, "D"))
        chosen = Asked(facts, self.year, self.where, "last").credited(deal, day, np.ones(size, bool))
        found = np.zeros(size, bool)
        found[chosen.deal] = True
        return found

    def journeys(self) -> Journeys:
        """The way of all deals, where the data show it.

        Raises:
            Unavailable: they do not.
        """
        if not self.facts.columns.has("deals"):
            raise lacks("deals")
        return journeys_of(self.facts, shown(self.facts, self.file, self.facts.as_of), self.facts.as_of)

    def open_now(self) -> Positions:
        """The open deals.

        Raises:
            Unavailable: there are none, or what they are like was not recorded on the day.
        """
        known = self.facts.known()
        if not known.is_today:
            raise Unavailable(text("what open deals were like is known of the dataset's own day only"))
        rows = np.flatnonzero(known.open & self.mine)
        if not len(rows):
            raise Unavailable(text("there are no open deals"))
        return rows


def inside(days: Days, period: Period) -> Flags:
    """Which days lie in a period."""
    found: Flags = (days >= np.datetime64(period.start, "D")) & (days <= np.datetime64(period.end, "D"))
    return found


def share_by(flags: Flags, of: Positions) -> Estimate | None:
    """A share of things of which several belong together (moves of a deal): the interval knows that.

    Args:
        flags: of each thing. of: a number for what it belongs to.
    """
    if not len(flags):
        return None
    _, group = np.unique(of, return_inverse=True)
    total: Numbers = np.bincount(group).astype(float)
    part = np.bincount(group, flags.astype(float))
    made = share_of_total(part, total)
    return Estimate(float(made.value[0]), float(made.lower[0]), float(made.upper[0]), float(len(flags)))


def share(flags: Flags) -> Estimate | None:
    """A share of independent things; None of nothing."""
    if not len(flags):
        return None
    made = wilson(float(flags.sum()), float(len(flags)))
    return Estimate(float(made.value), float(made.lower), float(made.upper), float(len(flags)))
