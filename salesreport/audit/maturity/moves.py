"""Do deals follow the process: stages with a place in it, skips, returns, the whole way, time at milestones."""

import datetime as dt
from collections.abc import Callable

import numpy as np

from salesreport.audit.maturity.criterion import Measured
from salesreport.audit.maturity.seen import Seen, inside, share, share_by
from salesreport.audit.model import Estimate
from salesreport.errors import ConfigError
from salesreport.kpi.compute import compute
from salesreport.kpi.facts.closing import closing_stages
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, WON, Journeys
from salesreport.language import ntext, text
from salesreport.period import Period

FEWEST_MILESTONES = 3
"""With fewer milestones nothing can be skipped, or gone through half of."""


def known_stages(seen: Seen) -> Measured:
    """Which share of the stages that deals entered has a place in the process."""
    history, file = seen.facts.history, seen.file
    if history.moves is None or not len(history.moves.deal):
        raise lacks("stage_events")
    moves = history.moves
    names = {sign.name for one in file.processes for milestone in one.milestones for sign in milestone.stages}
    if not names:
        raise Unavailable(text("the milestones of this process are not shown by stages"))
    placed = np.append(moves.stage.categories.isin(list(names)), False)[moves.stage.codes]
    counts = (closing_stages(history)[moves.stage.codes] < 0) & (moves.stage.codes >= 0) & seen.mine[moves.deal]

    def of(period: Period) -> Estimate | None:
        rows = np.flatnonzero(counts & inside(history.move_days, period))
        return share_by(placed[rows], moves.deal[rows])

    return _both(seen, of)


def skipped(seen: Seen) -> Measured:
    """Which share of deals' moves onward leaves out a milestone."""
    journeys, moves = _moves(seen)
    stays = journeys.stays
    exact = moves & np.isnat(stays.left_after)
    if moves.any() and not exact.any():
        raise Unavailable(
            text("moves are known from snapshots only, and between two of them deals may have been anywhere")
        )
    exact &= stays.outcome != BACK
    skips = stays.to > stays.milestone + 1

    def of(period: Period) -> Estimate | None:
        rows = np.flatnonzero(exact & inside(stays.left, period))
        return share_by(skips[rows], stays.deal[rows])

    return _both(seen, of)


def returned(seen: Seen) -> Measured:
    """Which share of deals' moves leads back."""
    journeys, moves = _moves(seen)
    stays = journeys.stays

    def of(period: Period) -> Estimate | None:
        rows = np.flatnonzero(moves & inside(stays.left, period))
        return share_by(stays.outcome[rows] == BACK, stays.deal[rows])

    return _both(seen, of)


def whole_way(seen: Seen) -> Measured:
    """Which share of the deals won was seen at half of the milestones at least."""
    journeys = seen.journeys()
    stays, size = journeys.stays, len(journeys.process)
    if len(stays.deal) and not np.isnat(stays.entered_after).any():
        raise Unavailable(
            text("moves are known from snapshots only, and between two of them deals may have been anywhere")
        )
    lengths = np.array([len(one.milestones) for one in journeys.file.processes] + [0])
    length = lengths[journeys.process]
    pair = np.unique(stays.deal.astype(np.int64) * (int(lengths.max()) + 1) + stays.milestone)
    visited = np.bincount((pair // (int(lengths.max()) + 1)).astype(np.intp), minlength=size)
    begin = seen.facts.history.move_days.min() if len(seen.facts.history.move_days) else np.datetime64("NaT", "D")
    created = seen.facts.columns.days("deals", "created_on")
    followed = (created >= begin) & (length >= FEWEST_MILESTONES) & seen.mine & seen.facts.known().won
    if np.isnat(begin):
        raise lacks("stage_events")
    followed[stays.deal[~np.isnat(stays.entered_after)]] = False

    def of(period: Period) -> Estimate | None:
        rows = np.flatnonzero(followed & inside(seen.facts.known().closed_on, period))
        return share(visited[rows] >= length[rows] / 2)

    return _both(seen, of)


def lingering(seen: Seen) -> Measured:
    """Which share of the open deals has been at its milestone longer than four in five deals took in the past."""

    def at(day: dt.date) -> Estimate | None:
        period = Period.span(day - dt.timedelta(364), day, seen.year.fiscal_year_start)
        table = compute(seen.facts, period, ["stale"], where=seen.where or None, as_of=day)
        if "stale" in table.unavailable:
            raise Unavailable(table.unavailable["stale"])
        row = table.frame.iloc[0]
        found = Estimate(*(float(row[name]) for name in ("value", "lower", "upper", "n")))
        return None if np.isnan(found.value) else found

    now = at(seen.facts.as_of)
    if now is None:
        raise Unavailable(text("no open deal is at a milestone that enough deals have left"))
    try:
        before = at(seen.before.end)
    except (Unavailable, ConfigError):
        before = None
    return Measured(now, before)


def _moves(seen: Seen) -> tuple[Journeys, Flags]:
    """The stays that ended with a move between milestones, or with the order."""
    journeys = seen.journeys()
    stays = journeys.stays
    lengths = np.array([len(one.milestones) for one in journeys.file.processes] + [0])
    if lengths.max() < FEWEST_MILESTONES:
        raise Unavailable(
            ntext(
                "the process has {n} milestone, so nothing can be left out",
                "the process has {n} milestones, so nothing can be left out",
                n=int(lengths.max()),
            )
        )
    long_enough = lengths[stays.process] >= FEWEST_MILESTONES
    ended: Flags = np.isin(stays.outcome, [ADVANCED, BACK, WON]) & long_enough & seen.mine[stays.deal]
    return journeys, ended


def _both(seen: Seen, of: Callable[[Period], Estimate | None]) -> Measured:
    now = of(seen.year)
    if now is None:
        raise Unavailable(text("nothing of the kind happened in the year up to {day}", day=seen.facts.as_of))
    return Measured(now, of(seen.before))
