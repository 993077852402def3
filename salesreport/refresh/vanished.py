"""Deals that are no longer in an export: a truncated one looks like a month in which much was given up."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from salesreport.dataset import Dataset
from salesreport.language import Text, ntext
from salesreport.pack.rounds import VANISHED, Least
from salesreport.refresh.journal import Journal

PASSED = "passed"
"""The journal's step whose result is the as-of date of the last dataset that the gate let pass."""

SHARES: Mapping[Least, float] = {"serious": 0.2, "look": 0.05}
"""The gate stops where more than this share of the deals that were open is gone."""

COLLAPSED = 0.5
"""It stops, too, where an export has less than this share of the deals of the one before."""


@dataclass(frozen=True)
class Vanished:
    """The newest snapshot beside an earlier one.

    Attributes:
        since: the day of the earlier one. were_open: deals that were open then. gone: those of them that the
            newest does not hold. before, now: deals in the earlier one and in the newest.
    """

    since: dt.date
    were_open: int
    gone: int
    before: int
    now: int

    def stops(self, least: Least) -> bool:
        """Whether so much is gone that the export may be truncated."""
        return self.gone > SHARES[least] * self.were_open or self.now < COLLAPSED * self.before

    @property
    def counts(self) -> dict[str, int | str]:
        """For machines."""
        return {VANISHED: self.gone, "were_open": self.were_open}

    @property
    def said(self) -> Text:
        """What is gone, and how many deals there are."""
        gone = ntext(
            "{n} of {open} that were open on {day} is no longer in the export",
            "{n} of {open} that were open on {day} are no longer in the export",
            n=self.gone,
            open=ntext("{n} deal", "{n} deals", n=self.were_open),
            day=self.since,
        )
        return ntext(
            "{gone}, which has {n} deal after {before}",
            "{gone}, which has {n} deals after {before}",
            n=self.now,
            gone=gone,
            before=self.before,
        )


def vanished(dataset: Dataset, journal: Journal) -> Vanished | None:
    """What the newest snapshot lacks of the last one that passed the gate; where none did, of the one before it.

    Returns:
        None where there is nothing to compare with: one export, or exports that are no snapshots.
    """
    columns = ["taken_on", "deal_id", "status"]
    if not all(dataset.has("snapshots", column) for column in columns):
        return None
    snapshots = dataset.table("snapshots", columns)
    taken = snapshots["taken_on"].dt.date
    days = sorted(set(taken))
    if len(days) < 2:
        return None
    passed = journal.steps.get(PASSED)
    known = [day for day in days[:-1] if passed is not None and day.isoformat() == passed.result]
    since = known[0] if known else days[-2]
    before, now = snapshots[taken == since], snapshots[taken == days[-1]]
    were_open = before.loc[before["status"] == "open", "deal_id"]
    gone = int((~were_open.isin(now["deal_id"])).sum())
    return Vanished(since, len(were_open), gone, len(before), len(now))
