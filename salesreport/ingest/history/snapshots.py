"""Successive snapshots of the deals → stage events and owner changes, for a CRM that keeps no history of its own.

An export taken on a day shows how things stood at the *end* of that day. So a move that is first seen in it
happened after the export before and no later than that day: `entered_after` and `entered_at` are the last
microseconds of these two days, and with daily exports every move is known to the day.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.parse_texts import as_array, as_series
from salesreport.ingest.history.beginnings import with_ends
from salesreport.tables import STATUSES, TABLES

Days = np.ndarray[Any, np.dtype[np.datetime64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_NEVER = np.datetime64("NaT", "D")
_ONE_DAY = np.timedelta64(1, "D")


class Derived(NamedTuple):
    """What successive exports of deals tell; canonical frames.

    Attributes:
        deals: the newest export, and the closed deals that it no longer holds, as they were last seen.
        snapshots: every row of every export.
        stage_events: the moves (origin `snapshot`), each with the interval it lies in.
        deal_owners: of the deals that changed hands.
        taken_on: the days of all exports, ascending.
        removed: how many deals were open when they were last seen and are no longer in the export.
        last_seen: the day the first of them was last seen; None where there are none.
        kept_closed: how many closed deals are no longer in the export. returned: how many were gone for a while.
    """

    deals: pd.DataFrame
    snapshots: pd.DataFrame
    stage_events: pd.DataFrame
    deal_owners: pd.DataFrame
    taken_on: tuple[dt.date, ...]
    removed: int = 0
    last_seen: dt.date | None = None
    kept_closed: int = 0
    returned: int = 0


class Past(NamedTuple):
    """What is known from earlier exports; see `Derived`."""

    deals: pd.DataFrame
    snapshots: pd.DataFrame
    stage_events: pd.DataFrame
    deal_owners: pd.DataFrame


def derive(exports: Iterable[tuple[dt.date, pd.DataFrame]], timezone: str, past: Past | None = None) -> Derived:
    """What happened between successive exports of the deals.

    - *First sight*: an event for the stage the deal is in. The interval begins with the day it was created, or,
      where that is not known, after the export before; there is no beginning where there is neither.
    - *Another stage than before*: an event; it lies after the day the deal was last seen in another stage.
    - *Closed on a day within the interval*: the move was no later than that day, and on that very day when the
      stage is one that no open deal has ever been seen in.
    - *Gone*: no event. A closed deal stays in `deals`, an open one does not; both stay in `snapshots`. *Back
      again* in the same stage is no move.
    - *A stage that is not given* says nothing.

    Adding exports to a past gives the same as deriving all at once.

    Args:
        exports: day and deals of each export (canonical columns, one row per deal), days ascending and after
            those of the past. They are read one after the other, so only the columns of snapshots are kept.
        timezone: the dataset's.
        past: what earlier exports told; a deal that has events there gets none at first sight.

    Raises:
        ValueError: no export, or days that do not ascend.

    Examples:
        >>> def export(stage):
        ...     return pd.DataFrame({"deal_id": ["D1"], "rep_id": ["Ann"], "status": ["open"], "stage": [stage]})
        >>> days = [dt.date(2025, 3, 2), dt.date(2025, 3, 9), dt.date(2025, 3, 16)]
        >>> seen = zip(days, map(export, ["Lead", "Offer", "Offer"]))
        >>> moves = derive(seen, "UTC").stage_events
        >>> [(str(move.stage), str(move.entered_after)[:10], str(move.entered_at)[:10])
        ...  for move in moves.itertuples()]
        [('Lead', 'NaT', '2025-03-02'), ('Offer', '2025-03-02', '2025-03-09')]
    """
    known = _Known(timezone, past)
    for day, deals in exports:
        known.add(day, deals)
    return known.told()


def snapshot_of(deals: pd.DataFrame, taken_on: dt.date) -> pd.DataFrame:
    """Deals as rows of table `snapshots`, with all the columns of that table which they have."""
    columns = [name for name in TABLES["snapshots"].names if name in deals]
    frame = deals[columns].reset_index(drop=True)
    frame.insert(0, "taken_on", np.full(len(frame), np.datetime64(taken_on, "ms")))
    return frame


def end_of_day(days: Days, timezone: str) -> pd.Series:
    """The last microsecond of each day in a time zone; missing where the day is.

    Examples:
        >>> str(end_of_day(np.array(["2025-03-02"], dtype="datetime64[D]"), "Europe/Budapest")[0])
        '2025-03-02 23:59:59.999999+01:00'
    """
    different, which = np.unique(days, return_inverse=True)
    midnight = pd.DatetimeIndex((different + _ONE_DAY).astype("datetime64[us]"))
    # where clocks change at midnight: the first of two midnights, or the first moment of a day that has none
    next_day = midnight.tz_localize(timezone, ambiguous=np.ones(len(midnight), bool), nonexistent="shift_forward")
    ends = (next_day.tz_convert("UTC") - pd.Timedelta(1, "us")).tz_convert(timezone).as_unit("us")
    return pd.Series(ends.take(which))


class _Codes:
    """Texts as numbers that stay the same from export to export; −1 where a text is missing."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.number = {text: at for at, text in enumerate(texts)}

    def of(self, texts: pd.Series) -> Ints:
        codes, distinct = pd.factorize(texts)
        numbers = [self.number.setdefault(text, len(self.number)) for text in map(str, distinct)]
        return np.array([*numbers, -1], dtype=np.int64)[codes]

    def texts(self, codes: Ints) -> pd.Series:
        positions = pa.array(codes, pa.int64(), mask=codes < 0)
        return as_series(pa.array(list(self.number), pa.string()).take(positions))


class _Known:
    """What is known of every deal after some exports: one place per deal in each array."""

    def __init__(self, timezone: str, past: Past | None) -> None:
        self.timezone = timezone
        self.days: list[dt.date] = []
        self.stages, self.reps, self.states = _Codes(), _Codes(), _Codes(STATUSES)
        self.ids: Any = pa.array([], pa.string())
        self.first_seen: Ints = np.empty(0, dtype=np.int64)  # numbers of exports
        self.last_seen, self.times_seen = self.first_seen.copy(), self.first_seen.copy()
        self.stage, self.stage_seen = self.first_seen.copy(), self.first_seen.copy()
        self.rep, self.state = self.first_seen.copy(), self.first_seen.copy()
        self.has_events: Flags = np.empty(0, dtype=bool)
        self.changed_hands: Flags = np.empty(0, dtype=bool)
        self.worked_in: set[int] = set()
        """Stages that an open deal has been seen in."""
        self.deals = pd.DataFrame()
        self.snapshots: list[pd.DataFrame] = []
        self.events: list[pd.DataFrame] = []
        self.owners: list[pd.DataFrame] = []
        if past is not None:
            self._recall(past)

    def _recall(self, past: Past) -> None:
        """Take up where earlier exports ended."""
        seen = past.snapshots
        self.deals = past.deals
        if len(past.stage_events):
            self.events.append(past.stage_events)
        if len(past.deal_owners):
            self.owners.append(past.deal_owners[["deal_id", "rep_id", "from"]])
        if len(seen):
            self.snapshots.append(seen)
            taken = seen["taken_on"].to_numpy().astype("datetime64[D]")
            self.days = np.unique(taken).tolist()
            order = np.argsort(taken, kind="stable")
            encoded = as_array(_arrow(seen["deal_id"])).dictionary_encode()
            deal = np.asarray(encoded.indices)[order].astype(np.int64)
            self._more(encoded.dictionary)
            export = np.searchsorted(np.array(self.days, dtype="datetime64[D]"), taken[order])
            # of repeated places the last assignment stays
            self.first_seen[deal[::-1]] = export[::-1]
            self.last_seen[deal] = export
            self.times_seen = np.bincount(deal, minlength=len(self.ids))
            state = self.states.of(_column(seen, "status"))[order]
            self.state[deal] = state
            self.rep[deal] = self.reps.of(_column(seen, "rep_id"))[order]
            stage = self.stages.of(_column(seen, "stage"))[order]
            given = stage >= 0
            self.stage[deal[given]] = stage[given]
            self.stage_seen[deal[given]] = export[given]
            self.worked_in = set(np.unique(stage[given & (state == 0)]).tolist())
        told = as_array(_arrow(past.stage_events["deal_id"])).unique()
        self._more(told.filter(pc.is_null(pc.index_in(told, value_set=self.ids))))
        self.has_events[self._find(told)] = True
        owned = as_array(_arrow(past.deal_owners["deal_id"])).unique()
        self._more(owned.filter(pc.is_null(pc.index_in(owned, value_set=self.ids))))
        self.changed_hands[self._find(owned)] = True

    def _find(self, ids: Any) -> Ints:
        """The places of deals; −1 where they are new."""
        return np.asarray(pc.fill_null(pc.index_in(ids, value_set=self.ids), -1)).astype(np.int64)

    def _more(self, ids: Any) -> None:
        """Places for deals not seen so far."""
        self.ids = pa.concat_arrays([self.ids, ids.cast(pa.string())])
        nothing = np.full(len(ids), -1)
        for name in ("first_seen", "last_seen", "stage", "stage_seen", "rep", "state"):
            setattr(self, name, np.concatenate((getattr(self, name), nothing)))
        self.times_seen = np.concatenate((self.times_seen, np.zeros(len(ids), dtype=np.int64)))
        for name in ("has_events", "changed_hands"):
            setattr(self, name, np.concatenate((getattr(self, name), np.zeros(len(ids), dtype=bool))))

    def add(self, taken_on: dt.date, deals: pd.DataFrame) -> None:
        """Learn from one more export."""
        if self.days and taken_on <= self.days[-1]:
            raise ValueError("exports must come in the order of their days")
        self.days.append(taken_on)
        export = len(self.days) - 1
        self.snapshots.append(snapshot_of(deals, taken_on))
        self._keep_closed(deals)

        ids = as_array(_arrow(deals["deal_id"]))
        place = self._find(ids)
        new = place < 0
        place[new] = np.arange(new.sum()) + len(self.ids)
        self._more(ids.filter(pa.array(new)))
        stage = self.stages.of(_column(deals, "stage"))
        state = self.states.of(deals["status"])
        rep = self.reps.of(deals["rep_id"])
        self.first_seen[place] = np.where(self.first_seen[place] < 0, export, self.first_seen[place])
        self.worked_in.update(np.unique(stage[(state == 0) & (stage >= 0)]).tolist())

        self._note_moves(deals, place, stage, state, rep)
        self._note_owners(place, rep, np.datetime64(taken_on, "D"))
        self.last_seen[place] = export
        self.times_seen[place] += 1
        self.rep[place], self.state[place] = rep, state
        self.stage[place] = np.where(stage >= 0, stage, self.stage[place])
        self.stage_seen[place] = np.where(stage >= 0, export, self.stage_seen[place])

    def _keep_closed(self, deals: pd.DataFrame) -> None:
        """The newest rows, and the closed deals that are no longer among them."""
        before, self.deals = self.deals, deals.reset_index(drop=True)
        if not len(before):
            return
        still = pc.index_in(_arrow(before["deal_id"]), value_set=as_array(_arrow(deals["deal_id"])))
        gone = np.asarray(pc.is_null(still)) & (before["status"] != "open").to_numpy()
        if gone.any():
            self.deals = pd.concat([self.deals, before[gone].dropna(axis=1, how="all")], ignore_index=True)

    def _note_moves(self, deals: pd.DataFrame, place: Ints, stage: Ints, state: Ints, rep: Ints) -> None:
        """Events of the deals that are in another stage than when they were last seen."""
        before = self.stage[place]
        first = (before < 0) & ~self.has_events[place]
        at = np.flatnonzero((stage >= 0) & (first | ((before >= 0) & (stage != before))))
        if not len(at):
            return
        place, stage, first = place[at], stage[at], first[at]
        days = np.array([*self.days, None], dtype="datetime64[D]")
        day = days[len(self.days) - 1]
        arrived = self.first_seen[place]
        # the export before the first that had the deal; −1: there was none
        after = days[np.where(first, np.where(arrived > 0, arrived - 1, -1), self.stage_seen[place])]
        created = _days(deals, "created_on")[at]
        after = np.where(first & (created <= day), created - _ONE_DAY, after)
        closed = _days(deals, "closed_on")[at]
        dated = (state[at] > 0) & (closed <= day) & ((closed > after) | np.isnat(after))
        closing = dated & ~np.isin(stage, np.fromiter(self.worked_in, dtype=np.int64))
        self.has_events[place] = True
        self.events.append(
            pd.DataFrame(
                {
                    "deal_id": as_series(self.ids.take(pa.array(place))),
                    "stage": self.stages.texts(stage),
                    "entered_at": end_of_day(np.where(dated, closed, day), self.timezone),
                    "entered_after": end_of_day(np.where(closing, closed - _ONE_DAY, after), self.timezone),
                    "rep_id": self.reps.texts(rep[at]),
                    "origin": pd.Series(["snapshot"] * len(at), dtype="str"),
                }
            )
        )

    def _note_owners(self, place: Ints, rep: Ints, day: np.datetime64) -> None:
        """Who had a deal before it changed hands, and who has it since."""
        before = self.rep[place]
        at = np.flatnonzero((before >= 0) & (rep >= 0) & (rep != before))
        if not len(at):
            return
        place, before, rep = place[at], before[at], rep[at]
        start = ~self.changed_hands[place]
        deal, since = np.concatenate((place[start], place)), np.full(start.sum() + len(place), day)
        since[: start.sum()] = _NEVER
        self.changed_hands[place] = True
        self.owners.append(
            pd.DataFrame(
                {
                    "deal_id": as_series(self.ids.take(pa.array(deal))),
                    "rep_id": self.reps.texts(np.concatenate((before[start], rep))),
                    "from": since.astype("datetime64[ms]"),
                }
            )
        )

    def told(self) -> Derived:
        """All of it as tables."""
        if not self.days:
            raise ValueError("there is no export to learn from")
        newest = len(self.days) - 1
        gone = (self.last_seen >= 0) & (self.last_seen < newest)
        removed = gone & (self.state == 0)
        away = (self.times_seen > 0) & (self.times_seen < self.last_seen - self.first_seen + 1)
        days = self.days
        return Derived(
            deals=self.deals,
            snapshots=_joined(self.snapshots, "snapshots", self.timezone),
            stage_events=_joined(self.events, "stage_events", self.timezone),
            deal_owners=with_ends(_joined(self.owners, "deal_owners", self.timezone)),
            taken_on=tuple(days),
            removed=int(removed.sum()),
            last_seen=days[int(self.last_seen[removed].min())] if removed.any() else None,
            kept_closed=int((gone & (self.state > 0)).sum()),
            returned=int(away.sum()),
        )


def _joined(frames: list[pd.DataFrame], table: str, timezone: str) -> pd.DataFrame:
    """Frames one under the other, columns that no frame has left out; an empty table where there are none."""
    if not frames:
        return TABLES[table].empty(timezone)
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _arrow(texts: pd.Series) -> Any:
    """Texts as an Arrow array of strings."""
    return as_array(pa.array(texts, pa.string()))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(np.nan, index=frame.index, dtype="str")


def _days(frame: pd.DataFrame, name: str) -> Days:
    if name not in frame:
        return np.full(len(frame), _NEVER)
    days: Days = frame[name].to_numpy().astype("datetime64[D]")
    return days
