"""How deals go through the milestones: the simulation that everything else is derived from.

A deal waits at a milestone under its owner, then advances or is lost; it may change hands, come back after it was
lost, or be entered only when it is won. What lies after the as-of date is not known and leaves the deal open.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from salesreport.sample import market
from salesreport.sample.columns import FOREVER, Flags, Floats, Ints, pick
from salesreport.sample.market import LOST, WON
from salesreport.sample.organisation import Accounts, Reps
from salesreport.sample.seasons import Calendar


class Prospects(NamedTuple):
    """Deals as they begin, in order of their first day; one position each.

    Attributes:
        created: first day. rep: who got it. account, product, segment, source: positions and codes.
        partner: a second rep who shares it, or -1. partner_share: of the credit. direct: entered when won.
        mix: log-odds at every milestone from product, segment and source. pace: factor on all waiting times.
    """

    created: Ints
    rep: Ints
    account: Ints
    product: NDArray[np.int8]
    segment: NDArray[np.int8]
    source: NDArray[np.int8]
    partner: Ints
    partner_share: Floats
    direct: Flags
    mix: Floats
    pace: Floats

    @property
    def total(self) -> int:
        """How many deals."""
        return len(self.created)


class Stays(NamedTuple):
    """Stays of deals in a stage under one owner, deal by deal in order of time.

    Attributes:
        deal, stage, owner: positions. day: when it begins. end: the day the next begins; a deal's last one ends
            the day after the as-of date. entered: False where only the owner changed.
        since: when the deal entered the stage. first, last: the positions of each deal's first and last stay.
    """

    deal: Ints
    stage: NDArray[np.int8]
    owner: Ints
    day: Ints
    end: Ints
    entered: Flags
    since: Ints
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @property
    def open(self) -> Flags:
        """Which stays are at a milestone where the deal is still open."""
        return self.stage < WON


def begin(rng: np.random.Generator, reps: Reps, accounts: Accounts, days: Calendar, count: int) -> Prospects:
    """Draw the deals: when, whose, for whom, what."""
    created = days.draw(rng, count)
    rep = draw_reps(rng, reps, created)
    chosen = (accounts.many[rep] * rng.random(count) ** 1.5).astype(np.int32)  # some customers buy often
    account = accounts.first[rep] + chosen
    product, source = pick(rng, reps.products, rep), pick(rng, reps.sources, rep)
    segment = accounts.segment[account]
    effects = _effects()
    shared = (rng.random(count) < market.SPLIT) & (reps.left[rep] == FOREVER)
    partner = reps.anchors[rng.integers(0, len(reps.anchors), count)]
    following = np.append(reps.anchors[1:], reps.anchors[:1])
    partner = np.where(partner == rep, following[np.searchsorted(reps.anchors, partner)], partner)
    return Prospects(
        created=created,
        rep=rep,
        account=account.astype(np.int32),
        product=product,
        segment=segment,
        source=source,
        partner=np.where(shared, partner, -1).astype(np.int32),
        partner_share=rng.choice([0.2, 0.25, 0.3, 0.4, 0.5], count),
        direct=rng.random(count) < market.DIRECT,
        mix=effects[0][product] + effects[1][segment] + effects[2][source],
        pace=np.exp(rng.normal(0, market.PACE_SIGMA, count)),
    )


def draw_reps(rng: np.random.Generator, reps: Reps, day: Ints) -> Ints:
    """A rep who is employed for each day, by capacity; the days are in order."""
    rep = np.empty(len(day), dtype=np.int32)
    draw = rng.random(len(day))
    every_day, begins, counts = np.unique(day, return_index=True, return_counts=True)
    for today, begin_at, number in zip(every_day, begins, counts, strict=True):
        here = np.flatnonzero((reps.hired <= today) & (reps.left >= today))
        chances = reps.capacity[here].cumsum()
        place = np.searchsorted(chances, draw[begin_at : begin_at + number] * chances[-1], side="right")
        rep[begin_at : begin_at + number] = here[np.minimum(place, len(here) - 1)]
    return rep


def travel(
    rng: np.random.Generator, prospects: Prospects, reps: Reps, steps: Calendar, signing: Calendar
) -> Stays:
    """Send the deals through the milestones, as far as the calendars reach."""
    last_day = steps.first + len(steps.weight) - 1
    diary = _Diary(prospects.total)
    base = np.array([_logit(step.advances) for step in market.STEPS])
    advance_days = np.array([step.advance_days for step in market.STEPS])
    lost_days = np.array([step.lost_days for step in market.STEPS])

    direct = np.flatnonzero(prospects.direct).astype(np.int32)
    diary.note(direct, WON, prospects.rep[direct], prospects.created[direct])
    deal = np.flatnonzero(~prospects.direct).astype(np.int32)
    stage = np.zeros(len(deal), dtype=np.int8)
    owner, day = prospects.rep[deal], prospects.created[deal]
    handed = prospects.partner[deal] >= 0  # shared deals keep their owners
    reopened = np.zeros(len(deal), dtype=bool)
    diary.note(deal, stage, owner, day)

    while len(deal):
        log_odds = base[stage] + reps.skill[owner, stage] + prospects.mix[deal]
        advances = rng.random(len(deal)) < 1 / (1 + np.exp(-log_odds))
        wait = np.where(advances, advance_days[stage], lost_days[stage]) * prospects.pace[deal]
        wait *= np.exp(rng.normal(0, market.STEP_SIGMA, len(deal)))
        leaves_at = np.where(advances & (stage == WON - 1), signing.after(day, wait), steps.after(day, wait))

        gone = (reps.left[owner] < leaves_at) & (reps.left[owner] < last_day)
        successor = reps.successor[owner]
        diary.note(deal[gone], stage[gone], successor[gone], reps.left[owner[gone]] + 1, entered=False)
        owner = np.where(gone, successor, owner)

        changes = advances & (stage < WON - 1) & ~handed & ~gone & (rng.random(len(deal)) < market.HANDED_OVER)
        other = reps.anchors[rng.integers(0, len(reps.anchors), len(deal))]
        owner, handed = np.where(changes, other, owner), handed | changes

        comes_back = ~advances & ~reopened & (rng.random(len(deal)) < market.REOPENED)
        known = leaves_at <= last_day
        deal, owner, handed, reopened = deal[known], owner[known], handed[known], reopened[known]
        advances, comes_back, before = advances[known], comes_back[known], stage[known]
        day, stage = leaves_at[known].astype(np.int32), np.where(advances, before + 1, LOST).astype(np.int8)
        diary.note(deal, stage, owner, day)

        gap = market.REOPENED_DAYS * np.exp(rng.normal(0, market.REOPENED_SIGMA, len(deal)))
        back_on = steps.after(day, gap)
        comes_back &= back_on <= last_day
        owner = np.where(comes_back, reps.at_work(owner, back_on), owner)
        day, stage = np.where(comes_back, back_on, day), np.where(comes_back, before, stage)
        reopened |= comes_back
        diary.note(deal[comes_back], stage[comes_back], owner[comes_back], day[comes_back])

        going = stage < WON
        deal, stage, owner, day = deal[going], stage[going], owner[going], day[going]
        handed, reopened = handed[going], reopened[going]
    return diary.stays(last_day)


def win_probability(prospects: Prospects, skill: Floats) -> Floats:
    """The true chance that a deal is won in the end, seen from its first day and under its first owner.

    Args:
        prospects: the deals. skill: log-odds by rep and milestone.
    """
    base = np.array([_logit(step.advances) for step in market.STEPS])
    once, ever = np.ones(prospects.total), np.ones(prospects.total)
    for milestone in reversed(range(len(base))):
        advances = 1 / (1 + np.exp(-(base[milestone] + skill[prospects.rep, milestone] + prospects.mix)))
        once *= advances  # without coming back
        ever = advances * ever + (1 - advances) * market.REOPENED * once
    return np.where(prospects.direct, 1.0, ever)


def _effects() -> tuple[Floats, Floats, Floats]:
    """Effects of product lines, segments and lead sources."""
    return (
        np.array([line.effect for line in market.PRODUCT_LINES]),
        np.array([segment.effect for segment in market.SEGMENTS]),
        np.array([source.effect for source in market.LEAD_SOURCES]),
    )


def _logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


class _Diary:
    """Collects stays in the order of time, and puts them in the order of deals at the end."""

    def __init__(self, deals: int) -> None:
        self.noted = np.zeros(deals, dtype=np.int64)
        self.pages: list[tuple[Ints, NDArray[np.int8], Ints, Ints, bool, NDArray[np.int64]]] = []

    def note(
        self, deal: Ints, stage: int | NDArray[np.int8], owner: Ints, day: Ints, entered: bool = True
    ) -> None:
        """Note one stay for each of some deals, no deal twice."""
        stages = np.broadcast_to(np.asarray(stage, dtype=np.int8), deal.shape)
        self.pages.append((deal, stages, owner.astype(np.int32), day.astype(np.int32), entered, self.noted[deal]))
        self.noted[deal] += 1

    def stays(self, last_day: int) -> Stays:
        """All of them, deal by deal."""
        first = np.cumsum(self.noted) - self.noted
        total = int(self.noted.sum())
        deal, owner, day = (np.empty(total, dtype=np.int32) for _ in range(3))
        stage, entered = np.empty(total, dtype=np.int8), np.empty(total, dtype=np.bool_)
        for deals, stages, owners, days, was_entered, number in self.pages:
            place = first[deals] + number
            deal[place], stage[place], owner[place], day[place] = deals, stages, owners, days
            entered[place] = was_entered
        self.pages.clear()
        last = first + self.noted - 1
        end = np.append(day[1:], last_day + 1).astype(np.int32)
        end[last] = last_day + 1
        since = np.where(entered, day, np.append(day[:1], day[:-1])).astype(np.int32)
        return Stays(deal, stage, owner, day, end, entered, since, first, last)
