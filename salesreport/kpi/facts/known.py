"""What was known at the end of a day: the one look-up that metrics, forecasts and backtests share.

Nothing that happened later is in it. What a day's CRM showed and the export no longer holds is missing, never
replaced by today's value. One thing cannot be had back: of a deal that was closed on the day and reopened since,
table `deals` has overwritten what a snapshot did not keep.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.checks import check_day
from salesreport.kpi.facts.closing import Closing, closing_stages, closings, stated
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, filled, recoded, taken
from salesreport.kpi.facts.credit import Credit, Owners
from salesreport.kpi.facts.source import Source
from salesreport.language import Text, ntext, text

Value = TypeVar("Value", bound=np.generic)

MOST_UNKNOWN = 0.1
"""The part of the open deals of which something may be unknown; beyond it figures tell of gaps, not of deals."""

_NEVER = np.datetime64("NaT", "D")
_MISSING = np.float64("nan")


def known_at(source: Source, day: dt.date) -> "Known":
    """What was known at the end of a day; worked out once.

    Raises:
        ConfigError: a day after the one the source is seen from.
    """
    check_day(day, source.as_of)
    return source.remember(("known", day), lambda: Known(source, day))


@dataclass(frozen=True, eq=False)
class Known:
    """Deals as known at the end of a day, in the order of table `deals`; columns are read when asked for.

    On the dataset's own day that is table `deals`. For an earlier day, in this order: stage moves up to then
    (stage, and closed or open); the last snapshot up to then, unless the deal closed or was reopened since
    (amount, expected close, probability; also stage and status where there are no moves); the dates of deals that
    had closed by then and still are, whose values are source. What is left of open deals is unknown.

    Attributes:
        source: whose deals. day: the day.
    """

    source: Source
    day: dt.date

    # --- which deals there were

    @cached_property
    def there(self) -> Flags:
        """Whether a deal existed.

        One without creation date exists since its first move or snapshot, else only on the dataset's own day.
        """
        created = self.source.columns.days("deals", "created_on")
        there = (created <= self._on) | self.closing.closed
        undated = np.isnat(created)
        if self.is_today:
            return there | undated
        if undated.any():
            history = self.source.history
            there |= undated & ((self._last_move >= 0) | (history.last_snapshot(self.day) >= 0))
        return there

    @cached_property
    def unsure(self) -> Flags:
        """Which deals may have been open, but nobody knows: they have no creation date, nor a trace by then."""
        return np.isnat(self.source.columns.days("deals", "created_on")) & ~self.there

    @property
    def why_open_unknown(self) -> Text | None:
        """Why it is not known which deals were open; None where it is, but for a few (`MOST_UNKNOWN`)."""
        return self.source.store(("why open is unknown", self.day), self._why_open_unknown, always=True)

    def _why_open_unknown(self) -> Text | None:
        unsure = int(self.unsure.sum())
        if unsure <= MOST_UNKNOWN * (unsure + int(self.open.sum())):
            return None
        return ntext(
            "{n} deal has no creation date, so nobody knows whether it was open on {day}",
            "{n} deals have no creation date, so nobody knows whether they were open on {day}",
            n=unsure,
            day=self.day,
        )

    @property
    def won(self) -> Flags:
        """Whether it was won."""
        return self.closing.won

    @property
    def lost(self) -> Flags:
        """Whether it was lost."""
        return self.closing.lost

    @cached_property
    def open(self) -> Flags:
        """Whether it was there and not closed."""
        return self.there & ~self.closing.closed

    @property
    def closed_on(self) -> Days:
        """When it closed; NaT where it was open."""
        return self.closing.day

    @cached_property
    def closing(self) -> Closing:
        """How and when deals had closed by then, under the source's policy for reopened ones."""
        if self.day == self.source.as_of:
            return self.source.closing
        return closings(self.source.history, self.source.reopened, self.day)

    # --- where they stood

    @cached_property
    def stage(self) -> pd.Categorical:
        """The stage it was in, as the CRM calls it; missing where that is not known."""
        columns = self.source.columns
        now, then = columns.coded("deals", "stage"), self._moved_to
        if self.is_today:
            return now if then is None else filled(now, then)
        stated_now = taken(now, np.where(self._stated, np.arange(len(now)), -1))
        if columns.has("snapshots", "stage"):
            seen = taken(columns.coded("snapshots", "stage"), self._seen)
            then = seen if then is None else filled(then, seen)
        return stated_now if then is None else filled(then, stated_now)

    @cached_property
    def stage_since(self) -> Days:
        """The day it entered its stage, or the first on which it was seen there; NaT: not known."""
        return self._of_last_move(self.source.history.move_days)

    @cached_property
    def stage_after(self) -> Days:
        """The last day it was not in its stage yet, where the move is only known to lie after it; NaT: exact."""
        moves = self.source.history.moves
        return self._of_last_move(self.source.history.move_days if moves is None else moves.after)

    # --- what they were worth

    @cached_property
    def amount(self) -> Numbers:
        """The amount it had; NaN where it had none, or where that is not known (see `amount_is_known`)."""
        return self._then("amount", self.source.columns.numbers, _MISSING)

    @cached_property
    def probability(self) -> Numbers:
        """The chance to win that the CRM gave, 0–1; NaN where it gave none or that is not known."""
        return self._then("crm_probability", self.source.columns.numbers, _MISSING)

    @cached_property
    def expected_close(self) -> Days:
        """The closing date the rep expected; NaT where there was none or it is not known."""
        return self._then("expected_close_on", self.source.columns.days, _NEVER)

    @cached_property
    def amount_is_known(self) -> Flags:
        """Whether its amount then is known, be it that it had none."""
        if self.is_today:
            return self.there
        if not self.source.columns.has("snapshots", "amount"):
            return self._stated
        return self._stated | (self._seen >= 0)

    @cached_property
    def is_shown(self) -> Flags:
        """Whether all that table `deals` or a snapshot says of it was true then: which fields it had is known."""
        return self.there if self.is_today else self._stated | (self._seen >= 0)

    @cached_property
    def amount_before_closing(self) -> Numbers:
        """Of closed deals the amount that the last snapshot before the closing showed; NaN where none did."""
        before = np.full(self.source.columns.size("deals"), _MISSING)
        columns = self.source.columns
        if not columns.has("snapshots", "amount"):
            return before
        rows = self.source.history.snapshots_until(self.day)
        rows = rows[
            columns.days("snapshots", "taken_on")[rows] < self.closed_on[self.source.history.snapshot_deal[rows]]
        ]
        amount = columns.numbers("snapshots", "amount")[rows]
        before[self.source.history.snapshot_deal[rows[~np.isnan(amount)]]] = amount[~np.isnan(amount)]
        return before

    @cached_property
    def amounts_unknown(self) -> int:
        """Of how many open deals the amount then is not known."""
        return self.source.store(
            ("amounts unknown", self.day), lambda: int((self.open & ~self.amount_is_known).sum()), always=True
        )

    @property
    def why_amounts_unknown(self) -> Text | None:
        """Why amounts of open deals are not known; None where all are, but for a few (`MOST_UNKNOWN`)."""
        key = ("why amounts are unknown", self.day)
        return self.source.store(key, self._why_amounts_unknown, always=True)

    def _why_amounts_unknown(self) -> Text | None:
        if self.amounts_unknown <= MOST_UNKNOWN * int(self.open.sum()):
            return None
        if not (self.open & self.amount_is_known).any():
            return text("what open deals were worth on {day} is not known: no snapshots up to then", day=self.day)
        return ntext(
            "what {n} open deal was worth on {day} is not known: no snapshot up to then shows it",
            "what {n} open deals were worth on {day} is not known: no snapshot up to then shows them",
            n=self.amounts_unknown,
            day=self.day,
        )

    # --- whose they were

    def credit(self, rows: Positions) -> Credit:
        """The owners of some deals on the day, with their shares; `event` counts through `rows`."""
        rep = taken(self.source.dimensions.of("deals", "rep_id"), rows)
        if self.source.owners is None:
            return Credit(np.arange(len(rows)), rep, np.ones(len(rows)))
        return self.source.owners.credit(rows, np.full(len(rows), self._on), rep)

    @cached_property
    def rep(self) -> pd.Categorical:
        """Its owner on the day; of several the one with the largest share, of equal ones whom the CRM named."""
        credit = self.credit(np.arange(self.source.columns.size("deals")))
        if credit.share.min(initial=1) == 1:
            return credit.rep
        columns = self.source.columns
        if self.is_today or not columns.has("snapshots", "rep_id"):
            return largest(credit, columns.coded("deals", "rep_id") if self.is_today else None)
        return largest(credit, taken(columns.coded("snapshots", "rep_id"), self._seen))

    def frame(self) -> pd.DataFrame:
        """All deals that were there: deal_id, rep_id, status, created_on, closed_on, stage, stage_since,
        stage_after, amount, amount_is_known, expected_close_on, crm_probability.
        """
        rows = np.flatnonzero(self.there)
        columns = self.source.columns
        status = np.select([self.won, self.lost], [1, 2], 0)
        found = {
            "deal_id": columns.series("deals", "deal_id").array,
            "rep_id": self.rep,
            "status": pd.Categorical.from_codes(status, categories=pd.Index(["open", "won", "lost"], dtype="str")),
            "created_on": _milliseconds(columns.days("deals", "created_on")),
            "closed_on": _milliseconds(self.closed_on),
            "stage": self.stage,
            "stage_since": _milliseconds(self.stage_since),
            "stage_after": _milliseconds(self.stage_after),
            "amount": self.amount,
            "amount_is_known": self.amount_is_known,
            "expected_close_on": _milliseconds(self.expected_close),
            "crm_probability": self.probability,
        }
        return pd.DataFrame({name: column[rows] for name, column in found.items()})

    # --- how it is found out

    @property
    def is_today(self) -> bool:
        """Whether the day is the dataset's own, on which table `deals` is true."""
        return self.day == self.source.dataset.as_of

    @property
    def _on(self) -> np.datetime64:
        return np.datetime64(self.day, "D")

    @cached_property
    def _last_move(self) -> Positions:
        return self.source.history.last_move(self.day)

    @cached_property
    def _moved_to(self) -> pd.Categorical | None:
        moves = self.source.history.moves
        return None if moves is None else taken(moves.stage, self._last_move)

    @cached_property
    def _stated(self) -> Flags:
        """Whether it was closed by then and table `deals` still says so: its values are source."""
        return stated(self.source.columns, self.day).closed

    @cached_property
    def _seen(self) -> Positions:
        """The snapshot that shows each deal as it was; −1: none since it last closed or was reopened."""
        source, columns = self.source, self.source.columns
        seen = source.history.last_snapshot(self.day)
        if not (seen >= 0).any():
            return seen
        taken_on = columns.days("snapshots", "taken_on")[seen]
        closed = self.closing.closed
        valid = (seen >= 0) & ~(taken_on < np.where(closed, self.closing.day, self._reopened_on))
        if columns.has("snapshots", "status"):
            status = columns.coded("snapshots", "status")
            shows_closed = np.append(status.categories != "open", False)[status.codes[seen]]
        else:
            shows_closed = np.zeros(len(seen), bool)  # the open pipeline
        return np.where(valid & (shows_closed == closed), seen, -1)

    @cached_property
    def _reopened_on(self) -> Days:
        """The day of each deal's move out of the last closing stage it was in; NaT where there is none."""
        history = self.source.history
        reopened = np.full(self.source.columns.size("deals"), _NEVER)
        if history.moves is None:
            return reopened
        place = np.flatnonzero(history.move_days <= self._on)
        deal = history.moves.deal
        closes = place[closing_stages(history, self.day)[history.moves.stage.codes[place]] >= 0]
        following = np.full(len(reopened), len(deal))
        following[deal[closes]] = closes + 1  # in order of time, so the last closing stays
        whose = np.flatnonzero(following < len(deal))
        move = following[whose]
        moved_on = (deal[move] == whose) & (history.move_days[move] <= self._on)
        reopened[whose[moved_on]] = history.move_days[move[moved_on]]
        return reopened

    def _of_last_move(self, days: Days) -> Days:
        """A day of the last move of each deal, where it led to the stage the deal is in."""
        moves, last = self.source.history.moves, self._last_move
        if moves is None or not len(moves.deal):
            return np.full(self.source.columns.size("deals"), _NEVER)
        found = last >= 0
        if self.is_today:
            stage = self.stage
            entered = np.append(stage.categories.get_indexer(moves.stage.categories), -1)[moves.stage.codes[last]]
            found &= entered == stage.codes
        return np.where(found, days[last], _NEVER)

    def _then(
        self, column: str, read: Callable[[str, str], npt.NDArray[Value]], missing: np.generic
    ) -> npt.NDArray[Value]:
        now = read("deals", column)
        if self.is_today:
            return now
        then: npt.NDArray[Value] = np.where(self._stated, now, missing)
        if self.source.columns.has("snapshots", column):
            shown = np.flatnonzero(self._seen >= 0)
            then[shown] = read("snapshots", column)[self._seen[shown]]
        return then


def owner_on(owners: Owners | None, deals: Positions, days: Days, rep: pd.Categorical) -> pd.Categorical:
    """Who had each deal on a day: of several owners the one with the largest share; without any the rep given.

    Args:
        owners: all that is known of them; None: nothing. deals: rows in table `deals`. days, rep: of each.
    """
    if owners is None:
        return rep
    some = owners.known(deals)
    found = largest(owners.credit(deals[some], days[some], rep.take(some)))
    codes = recoded(rep, found.categories)
    codes[some] = found.codes
    return pd.Categorical.from_codes(codes, categories=found.categories, validate=False)


def largest(credit: Credit, named: pd.Categorical | None = None) -> pd.Categorical:
    """Of each event's reps the one with the largest share; of equal ones the one named, else the first."""
    other = np.ones(len(credit.event), bool)
    if named is not None:
        codes = np.append(credit.rep.categories.get_indexer(named.categories), -1)[named.codes]
        other = codes[credit.event] != credit.rep.codes
    order = np.lexsort((other, -credit.share, credit.event))
    first = np.ones(len(order), bool)
    first[1:] = credit.event[order[1:]] != credit.event[order[:-1]]
    return credit.rep.take(order[first])


def _milliseconds(days: Days) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[ms]")
