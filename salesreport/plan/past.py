"""What a rep did in earlier stretches of the same length: how far a number that is needed is within reach."""

import datetime as dt
from functools import cached_property
from math import ceil, isnan
from statistics import median, quantiles
from typing import NamedTuple

import numpy as np

from salesreport.kpi.facts.columns import Days, Numbers
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.milestones.reached import reached_in
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import ProcessFile

MOST, FEWEST = 12, 4
"""So many stretches are looked at, at most; with fewer nothing is said of what is within reach."""

YEARS = 3 * 365

FEASIBLE: dict[str, Text] = {
    "usual": text("as usual"),
    "stretch": text("ambitious"),
    "unrealistic": text("more than ever"),
    "too_late": text("too late"),
    "enough": text("enough is open"),
    "unknown": text("cannot be told"),
}
"""How far what is needed lies within a rep's own past, by key."""


class Seen(NamedTuple):
    """Earlier stretches of a rep.

    Attributes:
        counts: what was done in each, the latest first. median: NaN with fewer than `FEWEST`.
    """

    counts: Numbers

    @property
    def median(self) -> float:
        """What is done in an ordinary stretch."""
        return float(median(self.counts.tolist())) if len(self.counts) >= FEWEST else float("nan")

    @property
    def best(self) -> float:
        """The most that was ever done."""
        return float(self.counts.max()) if len(self.counts) >= FEWEST else float("nan")

    def percentile(self, needed: float) -> float:
        """The share of stretches with less than is needed; equal ones count half.

        Examples:
            >>> Seen(np.array([3.0, 5.0, 4.0, 8.0])).percentile(5)
            0.625
        """
        if len(self.counts) < FEWEST or isnan(needed):
            return float("nan")
        counts = self.counts.tolist()  # a dozen at most: quicker than numpy
        less, equal = sum(one < needed for one in counts), sum(one == needed for one in counts)
        return less / len(counts) + 0.5 * (equal / len(counts))

    def verdict(self, needed: float) -> str:
        """A key of `FEASIBLE`; what is needed is compared in whole numbers, as people count.

        What was done or exceeded in a quarter of the stretches is usual.

        Examples:
            >>> seen = Seen(np.array([3.0, 5.0, 4.0, 8.0]))
            >>> seen.verdict(4.2), seen.verdict(8.0), seen.verdict(8.6)
            ('usual', 'stretch', 'unrealistic')
        """
        if len(self.counts) < FEWEST or isnan(needed):
            return "unknown"
        most_usual = quantiles(self.counts.tolist(), n=4, method="inclusive")[-1]
        if round(needed) <= most_usual:
            return "usual"
        return "stretch" if round(needed) <= ceil(self.counts.max()) else "unrealistic"


class Past:
    """Dated doings of reps, counted in stretches of days.

    Args:
        facts: seen from the day to look from. file: the process; its milestones count where the data tell them.
    """

    def __init__(self, facts: Facts, file: ProcessFile) -> None:
        self._facts, self._file = facts, file
        self._start = facts.as_of - dt.timedelta(YEARS - 1)
        hired = facts.reps.set_index("rep_id")["hired_on"]
        self._hired = {rep: day.date() for rep, day in hired.dropna().items()}
        self._known: dict[tuple[str, str], tuple[dict[str, tuple[Days, Numbers]], dt.date | None]] = {}
        self._counted: dict[tuple[str, str, int], dict[str, Numbers]] = {}

    def seen(self, rep: str, kind: str, name: str, length: int) -> Seen:
        """What a rep did in earlier stretches.

        Args:
            rep: whose. kind: `begin`, `milestone`, `won` or `activity`. name: the milestone's key, the type.
            length: days of a stretch.
        """
        by_rep, begin = self._of(kind, name)
        if length < 1 or begin is None:
            return Seen(np.empty(0))
        first = max(begin, self._start, self._hired.get(rep, dt.date.min))
        number = min(MOST, ((self._facts.as_of - first).days + 1) // length)
        if number < 1:
            return Seen(np.empty(0))
        if (kind, name, length) not in self._counted:
            self._counted[kind, name, length] = self._stretches(by_rep, length)
        return Seen(self._counted[kind, name, length].get(rep, np.zeros(MOST))[:number])

    def _stretches(self, by_rep: dict[str, tuple[Days, Numbers]], length: int) -> dict[str, Numbers]:
        """What each rep did in the last `MOST` stretches, the latest first; of all reps at once."""
        number = np.repeat(np.arange(len(by_rep)), [len(days) for days, _ in by_rep.values()])
        nothing = np.empty(0, "datetime64[D]"), np.empty(0)
        days, share = (np.concatenate(each) for each in zip(nothing, *by_rep.values(), strict=True))
        ago = (np.datetime64(self._facts.as_of, "D") - days).astype(np.int64) // length
        inside = (ago >= 0) & (ago < MOST)
        counts = np.bincount(number[inside] * MOST + ago[inside], share[inside], len(by_rep) * MOST)
        return dict(zip(by_rep, counts.reshape(-1, MOST).astype(np.float64), strict=True))

    def a_year(self, rep: str, kind: str, name: str) -> tuple[float, float]:
        """How much a rep did in the last 365 days, and on how many days of them he was there."""
        by_rep, begin = self._of(kind, name)
        start = self._facts.as_of - dt.timedelta(364)
        first = max(begin or start, start, self._hired.get(rep, dt.date.min))
        days, share = by_rep.get(rep, (np.empty(0, "datetime64[D]"), np.empty(0)))
        there = max((self._facts.as_of - first).days + 1, 0)
        return float(share[days >= np.datetime64(first, "D")].sum()), float(there)

    def types(self) -> list[str]:
        """The types of activities there are, sorted."""
        if not self._facts.columns.has("activities", "type"):
            return []
        return sorted(self._facts.columns.coded("activities", "type").categories)

    def _of(self, kind: str, name: str) -> tuple[dict[str, tuple[Days, Numbers]], dt.date | None]:
        """Days and shares by rep, and the first day on which there is any."""
        if (kind, name) not in self._known:
            events = self._events(kind, name)
            day = events.day.astype("datetime64[D]")
            begin = np.fmin.reduce(day, initial=np.datetime64("NaT")).astype("datetime64[D]").item()
            order = np.argsort(events.rep.codes, kind="stable")
            codes = events.rep.codes[order]
            bounds = np.searchsorted(codes, np.arange(len(events.rep.categories) + 1))
            by_rep = {
                str(rep): (
                    day[order[bounds[one] : bounds[one + 1]]],
                    events.share[order[bounds[one] : bounds[one + 1]]],
                )
                for one, rep in enumerate(events.rep.categories)
            }
            self._known[kind, name] = by_rep, begin
        return self._known[kind, name]

    @cached_property
    def _reached(self) -> Events:
        """The milestones that deals reached, all of them at once."""
        return reached_in(self._facts, self._file, self._start, self._facts.as_of)

    def _events(self, kind: str, name: str) -> Events:
        span = Period.span(self._start, self._facts.as_of)
        if kind == "begin":
            return self._facts.events("created", span)
        if kind == "won":
            events = self._facts.events("closed", span)
            return events.take(np.flatnonzero(events.extra["won"]))
        if kind == "activity":
            events = self._facts.events("activities", span)
            return events.take(np.flatnonzero(events.equals("type", name)))
        events = self._reached
        number = [one.key for process in self._file.processes for one in process.milestones].index(name)
        return events.take(np.flatnonzero(events.extra["place"] == number))
