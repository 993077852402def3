"""How and when each deal closed, under a policy for those that were reopened, as known today or on a day."""

import datetime as dt
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Columns, Days, Flags, Positions
from salesreport.kpi.facts.history import History, Moves

Reopened = Literal["last_close", "first_close"]
"""Which closing of a reopened deal counts: the last (as the CRM shows it) or the first (by its stage history)."""

_LIKE_A_CLOSE = 0.9
"""The part of a stage's closed deals that must have entered it on their closing day to make it a closing stage."""

_REOPENED_AT_MOST = 0.5
"""Seen from an earlier day, up to this part of the deals in a closing stage may have been reopened since: table
`deals` no longer shows that they were closed."""

Outcomes = npt.NDArray[np.int8]
"""By stage: 1 it wins deals, 0 it loses them, −1 it does not close them."""


class Closing(NamedTuple):
    """The closing of every deal, in the order of table `deals`.

    Attributes:
        won, lost: whether it closed so; neither for open deals.
        day: when it closed; NaT for open deals.
        moved: how many deals the policy dates or counts differently from the CRM.
    """

    won: Flags
    lost: Flags
    day: Days
    moved: int = 0

    @property
    def closed(self) -> Flags:
        """Whether each deal closed, either way."""
        return self.won | self.lost


def closings(history: History, reopened: Reopened, by: dt.date | None = None) -> Closing:
    """How every deal closed.

    Under `last_close` an open deal is open even where it keeps the date of an earlier closing. Under `first_close`
    a deal closes when it first enters a closing stage, whatever became of it later.

    Args:
        history: the dataset's. reopened: which closing of a reopened deal counts.
        by: the day to look from; None: the dataset's own. From an earlier day a deal that was reopened since is
            still closed: by the closing stage it stood in then, else by the last snapshot.
    """
    columns = history.columns
    today = by is None or by >= columns.dataset.as_of
    last = stated(columns, columns.dataset.as_of if by is None else by)
    if reopened == "first_close" and has_stage_history(columns) and history.moves is not None:
        last = _first(history, history.moves, last, by)
    elif not today and by is not None and history.moves is not None:
        last = _as_then(history, history.moves, last, by)
    return last if today or by is None else _as_seen(history, last, by)


def stated(columns: Columns, by: dt.date) -> Closing:
    """How deals closed by a day, as far as table `deals` still says so."""
    status = columns.coded("deals", "status")
    won, lost = status == "won", status == "lost"
    closed_on = columns.days("deals", "closed_on")
    if by < columns.dataset.as_of:
        later = closed_on > np.datetime64(by, "D")  # without a date: it closed some day
        won, lost = won & ~later, lost & ~later
    return Closing(won, lost, np.where(won | lost, closed_on, np.datetime64("NaT")))


def has_stage_history(columns: Columns) -> bool:
    """Whether the first closing of a reopened deal can be known."""
    return columns.has("stage_events", "stage", "entered_at")


def closing_stages(history: History, by: dt.date | None = None) -> Outcomes:
    """Which stages close deals, and how, learnt from where and when closed deals end.

    A stage closes deals when the source spec names it as won or lost, else when all deals that end in it are won,
    or all are lost, and they entered it on the day they closed. Seen from an earlier day only what happened by
    then counts.

    Returns:
        One number per category of the moves' stages; empty without moves.
    """
    if history.moves is None:
        return np.array([], np.int8)
    day = history.columns.dataset.as_of if by is None else by
    learnt = _closing_stages(
        history.moves, history.last_move(day), stated(history.columns, day), _patience(history, by)
    )
    return _as_declared(history, history.moves, learnt)


def _as_declared(history: History, moves: Moves, outcomes: Outcomes) -> Outcomes:
    """What was learnt of stages, and of those that the source spec names as won or lost what it says."""
    said = [history.columns.dataset.settings.closes_as(stage) for stage in moves.stage.categories]
    return np.array(
        [found if one is None else one == "won" for one, found in zip(said, outcomes.tolist(), strict=True)],
        np.int8,
    )


def _patience(history: History, by: dt.date | None) -> float:
    return 0.0 if by is None or by >= history.columns.dataset.as_of else _REOPENED_AT_MOST


def _closing_stages(moves: Moves, last_move: Positions, known: Closing, patience: float) -> Outcomes:
    deal = np.flatnonzero(last_move >= 0)
    move = last_move[deal]
    stage, stages = moves.stage.codes[move], len(moves.stage.categories)
    closed_on, day, after = known.day[deal], moves.day[move], moves.after[move]
    that_day = (closed_on == day) | ((after < closed_on) & (closed_on <= day))
    ends, won, lost, close = (
        np.bincount(stage, weights=flags, minlength=stages)
        for flags in (None, known.won[deal], known.lost[deal], that_day)
    )
    closed = won + lost
    alike = (closed > 0) & ((won == closed) | (lost == closed)) & (closed >= (1 - patience) * ends)
    return np.where(alike & (close >= _LIKE_A_CLOSE * closed), won > 0, -1).astype(np.int8)


def _first(history: History, moves: Moves, last: Closing, by: dt.date | None) -> Closing:
    """Deals close where they first enter a closing stage."""
    outcome = closing_stages(history, by)[moves.stage.codes]
    closes = outcome >= 0
    if by is not None:
        closes &= history.move_days <= np.datetime64(by, "D")
    place = np.flatnonzero(closes)[::-1]  # backwards, so that the first one stays
    won, lost, day = last.won.copy(), last.lost.copy(), last.day.copy()
    deal = moves.deal[place]
    won[deal], lost[deal], day[deal] = outcome[place] == 1, outcome[place] == 0, history.move_days[place]
    differs = (won != last.won) | (lost != last.lost) | ((day != last.day) & ~(np.isnat(day) & np.isnat(last.day)))
    return Closing(won, lost, day, int(differs.sum()))


def _as_then(history: History, moves: Moves, known: Closing, by: dt.date) -> Closing:
    """Deals that stood in a closing stage then are closed, though table `deals` no longer says so."""
    last_move = history.last_move(by)
    deal = np.flatnonzero((last_move >= 0) & ~known.closed)
    learnt = _closing_stages(moves, last_move, known, _REOPENED_AT_MOST)
    outcome = _as_declared(history, moves, learnt)[moves.stage.codes[last_move[deal]]]
    deal, outcome = deal[outcome >= 0], outcome[outcome >= 0]
    return _also(known, deal, outcome == 1, history.move_days[last_move[deal]])


def _as_seen(history: History, known: Closing, by: dt.date) -> Closing:
    """Deals that the last snapshot shows closed are, though nothing else says so any more."""
    columns = history.columns
    if not columns.has("snapshots", "status") or not columns.has("deals"):
        return known
    status = columns.coded("snapshots", "status")
    is_open = np.append(status.categories == "open", True)[status.codes]  # a row without status: open
    if is_open.all():
        return known
    row = history.last_snapshot(by)
    deal = np.flatnonzero((row >= 0) & ~known.closed)
    deal = deal[~is_open[row[deal]]]
    taken_on = columns.days("snapshots", "taken_on")
    last_move = history.last_move(by)[deal]
    if history.moves is not None and len(history.move_days):
        deal = deal[(last_move < 0) | (history.move_days[last_move] <= taken_on[row[deal]])]
    if not len(deal):
        return known
    # closed since the first snapshot of those that show it so without one between that shows it open
    rows = history.snapshots_until(by)
    rows = rows[np.isin(history.snapshot_deal[rows], deal)]
    whose = history.snapshot_deal[rows]
    seen_open = np.full(len(known.won), np.datetime64("NaT"), dtype="datetime64[D]")
    seen_open[whose[is_open[rows]]] = taken_on[rows[is_open[rows]]]
    since = seen_open.copy()
    later = ~is_open[rows] & ~(taken_on[rows] <= seen_open[whose])
    since[whose[later][::-1]] = taken_on[rows[later]][::-1]
    return _also(known, deal, np.asarray(status[row[deal]] == "won"), since[deal])


def _also(known: Closing, deal: Positions, won: Flags, day: Days) -> Closing:
    """What is known, and some deals that closed as well."""
    all_won, all_lost, days = known.won.copy(), known.lost.copy(), known.day.copy()
    all_won[deal], all_lost[deal], days[deal] = won, ~won, day
    return Closing(all_won, all_lost, days, known.moved)
