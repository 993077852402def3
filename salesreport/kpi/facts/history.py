"""What an export recorded of the past: the moves of deals between stages, and snapshots of the pipeline.

Both are put in order once, so that "the last one up to a day" is a look-up for all deals at a time.
"""

import datetime as dt
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from salesreport.kpi.facts.columns import Columns, Days, Flags, Positions, taken
from salesreport.kpi.facts.ordering import in_order

Instants = npt.NDArray[np.datetime64]

_NEVER = np.datetime64("NaT", "D")


class Moves(NamedTuple):
    """Deals entering stages, by deal and in order of time.

    Attributes:
        deal: row in table `deals`. stage: what it entered. at: when, as local time (`datetime64[us]`).
        after: the last day it was not there yet, where the move is only known to lie in (after, day]; NaT: it was
            that day.
        dated: False where a deal was there already when it was first seen, nobody knows since when.
    """

    deal: Positions
    stage: pd.Categorical
    at: Instants
    after: Days
    dated: Flags

    @property
    def day(self) -> Days:
        """The day of each move, or the first on which it was seen."""
        return self.at.astype("datetime64[D]")

    def until(self, day: dt.date) -> Flags:
        """Which moves were made, or seen, up to the end of a day."""
        return self.at < np.datetime64(day, "D") + 1


class History:
    """The stage moves and snapshots of a dataset.

    Args:
        columns: its columns.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    @cached_property
    def moves(self) -> Moves | None:
        """The moves of deals: from `stage_events`, else worked out from `snapshots`; None without either."""
        columns = self.columns
        if not columns.has("deals"):
            return None
        if columns.has("stage_events", "stage", "entered_at"):
            return _from_events(columns)
        if columns.has("snapshots", "stage"):
            return _from_snapshots(columns)
        return None

    @cached_property
    def move_days(self) -> Days:
        """The day of every move; empty without moves."""
        return np.array([], "datetime64[D]") if self.moves is None else self.moves.day

    def forget_moves(self) -> None:
        """Let go of the moves, by far the largest of what is known; they are read again if somebody asks."""
        for name in ("moves", "move_days"):
            self.__dict__.pop(name, None)

    def last_move(self, day: dt.date) -> Positions:
        """The last move of each deal up to the end of a day, as a place in `moves`; −1: none."""
        last = np.full(self.columns.size("deals"), -1)
        if self.moves is not None:
            here = self.moves.until(day)
            deal, place = self.moves.deal, np.arange(len(here))
            # in order of time, so the last one stays
            last[deal if here.all() else deal[here]] = place if here.all() else place[here]
        return last

    def last_snapshot(self, day: dt.date) -> Positions:
        """The last snapshot of each deal up to a day, as a row of table `snapshots`; −1: none."""
        last = np.full(self.columns.size("deals"), -1)
        rows = self.snapshots_until(day)
        if len(rows):
            last[self.snapshot_deal[rows]] = rows
        return last

    def snapshots_until(self, day: dt.date) -> Positions:
        """The rows of table `snapshots` up to a day, of deals that are in table `deals`, in order of time."""
        order, days = self._snapshots
        return order[: np.searchsorted(days, np.datetime64(day, "D"), side="right")]

    @property
    def snapshot_deal(self) -> Positions:
        """The row in table `deals` of every snapshot; −1: it is not there any more."""
        return self.columns.find("snapshots", "deal_id", "deals")

    @cached_property
    def _snapshots(self) -> tuple[Positions, Days]:
        if not (self.columns.has("snapshots", "taken_on") and self.columns.has("deals")):
            return np.array([], np.intp), np.array([], "datetime64[D]")
        days = self.columns.days("snapshots", "taken_on")
        order = np.argsort(_small(days), kind="stable")
        order = order[self.snapshot_deal[order] >= 0]
        return order, days[order]


def stage_moves(
    deal: Positions, stage: Positions, taken_on: Days, created_on: Days | None = None
) -> tuple[Positions, Days, Flags]:
    """Which rows of snapshots show a deal in a stage for the first time since it was in another.

    A snapshot shows the state at the end of its day, so a move first seen on one day lies after the day of the
    snapshot before. Rows without a stage say nothing; a deal that was away and is back in its stage has not moved.

    Args:
        deal: a number for the deal of each row. stage: a number for its stage; −1: not known.
        taken_on: the day of each row. created_on: the day each row's deal was created, where known.

    Returns:
        The rows by deal and time; the last day the deal was not there yet (NaT: the move was on that very day);
        whether that is known: not of a deal without creation date that the first snapshots already show.

    Examples:
        >>> days = np.array(["2024-01-07", "2024-01-14", "2024-01-21"], "datetime64[D]")
        >>> rows, after, dated = stage_moves(np.array([0, 0, 0]), np.array([3, 3, 4]), days)
        >>> rows.tolist(), after.astype(str).tolist(), dated.tolist()
        ([0, 2], ['NaT', '2024-01-14'], [False, True])
    """
    exports = np.unique(taken_on)  # of all rows: a day on which a deal was not there is known, too
    rows = np.flatnonzero(stage >= 0)
    rows = rows[in_order(deal[rows], taken_on[rows])]
    begins = np.ones(len(rows), bool)
    begins[1:] = deal[rows[1:]] != deal[rows[:-1]]
    moves = begins.copy()
    moves[1:] |= stage[rows[1:]] != stage[rows[:-1]]
    begins, rows = begins[moves], rows[moves]
    before = np.searchsorted(exports, taken_on[rows]) - 1
    after = np.where(before >= 0, exports[before], _NEVER)
    if created_on is not None:  # it cannot be there on the day before it is created
        eve = np.where(begins, created_on[rows] - 1, _NEVER)
        after = np.fmax(after, np.where(eve < taken_on[rows], eve, _NEVER))
    dated = ~np.isnat(after)
    return rows, np.where(after == taken_on[rows] - 1, _NEVER, after), dated


def _from_events(columns: Columns) -> Moves:
    # by far the largest table: nothing of it is kept but the moves
    deal = columns.look_up("stage_events", "deal_id", "deals")
    at = local(columns.dataset.table("stage_events", ["entered_at"])["entered_at"])
    order = in_order(deal, at)
    order = order[np.searchsorted(deal, 0, sorter=order) :]
    deal, at = deal[order], at[order]
    after: Days = np.broadcast_to(_NEVER, len(order))
    if columns.has("stage_events", "entered_after"):
        after = columns.days("stage_events", "entered_after")[order]
        # seen the day before, or on the same: by day that is exact
        after = np.where(after < at.astype("datetime64[D]") - 1, after, _NEVER)
    stage = taken(columns.coded("stage_events", "stage"), order)
    pa.default_memory_pool().release_unused()  # what it was read with
    return Moves(deal, stage, at, after, np.ones(len(order), bool))


def _from_snapshots(columns: Columns) -> Moves:
    deal, stage = columns.find("snapshots", "deal_id", "deals"), columns.coded("snapshots", "stage")
    day, created = columns.days("snapshots", "taken_on"), columns.days("deals", "created_on")
    here = deal >= 0
    codes = np.where(here, stage.codes, -1)
    rows, after, dated = stage_moves(deal, codes, day, np.where(here, created[deal], _NEVER))
    return Moves(deal[rows], taken(stage, rows), day[rows].astype("datetime64[us]"), after, dated)


def local(instants: pd.Series) -> Instants:
    """Instants as local time, without their zone."""
    naive = instants.dt.tz_localize(None) if instants.dt.tz is not None else instants
    return naive.to_numpy("datetime64[us]")


def _small(days: Days) -> npt.NDArray[np.integer]:
    """Days as numbers small enough to be sorted by radix, where they are."""
    if not len(days):
        return days.astype(np.int64)
    number = (days - days.min()).astype(np.int64)
    return number.astype(np.uint16) if number.max() < 2**16 else number
