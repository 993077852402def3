"""How likely a deal that gets somewhere on a day is won in the period, and until when that is in time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast.curves import SHIFTS, between, compose, reaching, tilted
from salesreport.kpi.forecast.forecast import Learnt, drift_of, learn
from salesreport.kpi.forecast.hazards import CAUSES, Hazards
from salesreport.kpi.milestones.journeys import ADVANCED, WON
from salesreport.kpi.milestones.reached import Place, places_of
from salesreport.period import Period
from salesreport.plan.alike import Arrived, Like
from salesreport.plan.course import place_of, summed
from salesreport.plan.look_back import number_of, ratios
from salesreport.plan.own import Left, conversions_of, left_of, own_sizes, tilts_of
from salesreport.process import ProcessFile

_SLIGHT = 0.02
"""A rep whose odds at every milestone lie so near what his overall effect says uses the team's curves."""

LATEST = 0.5
"""Getting somewhere later than this has less than this part of the best day's chance to be won in the period."""

IN_TIME = 0.2
"""Where the chance to be won in the period is a smaller part of that to be won ever, it is too late for it."""


class Chain(NamedTuple):
    """What becomes of a rep's deals in a segment; arrays have an element per step: beginning, then each milestone.

    Attributes:
        rep, segment: whose, and what (None: any).
        chance: that a deal which gets there by the last day (every day alike) is won in the period.
        ever: that one which gets there is won at all, by milestones where there are any.
        money: the mean amount it brings if won in the period.
        share: of the wins that go this way; below 1 where there are several processes.
        conversion: of the milestones, the rep's own share that goes on, whenever, shrunk to the team's.
    """

    rep: str
    segment: str | None
    chance: Numbers
    ever: Numbers
    money: float
    share: Numbers
    conversion: Numbers


class Chains(NamedTuple):
    """The chains of reps and segments, and what open deals will reach.

    Attributes:
        places: the milestones; none where the data do not tell any. chains: one per row asked for.
        last: of each step the last day that is in time, counted from the as-of date. days: to the period's end.
        in_time: of each step, whether getting there is still in time for the period, of an average deal.
        standing: rows × steps, and the order last: how many open deals get there by then, expected (beginning:
            none; the order: in the period).
        spread: coefficient of variation of what deals bring.
        lead: of each step the median days until deals were won, of those won in two years; NaN: none.
    """

    places: list[Place]
    chains: list[Chain]
    last: npt.NDArray[np.int64]
    in_time: npt.NDArray[np.bool_]
    days: int
    standing: Numbers
    spread: float
    lead: Numbers


def chains_of(facts: Facts, file: ProcessFile, rows: list[tuple[str, str | None]], period: Period) -> Chains:
    """Work out the chains of reps, by segment where the rows have one.

    The rep's odds at each milestone are his own as far as they differ from the team's beyond chance; what he sells
    is like what he sold in the last year, and the team in that segment, with the weight of ten deals. A deal that
    was entered only when it was won began before that, nobody knows when: no deal is begun so.

    Args:
        facts: seen from the day to look from. file: the process. rows: rep and segment (None: all).
        period: it ends after the as-of date.

    Raises:
        Unavailable: the data cannot tell.
    """
    model = learn(facts, file, facts.as_of)
    ways = model.ways
    places = places_of(file) if ways.by_milestone else []
    level = drift_of(facts, file, facts.as_of, number_of(period.end) - ways.day).level
    tilts, sizes = tilts_of(model, len(places)), own_sizes(facts, model)
    hazards = _begun(model.hazards)
    spans = (number_of(period.start), number_of(period.end))
    plain = _curves(hazards, ways.day, spans)
    last = _last_days(model, plain, len(places))
    ratio = ratios(ways, hazards, model.effects, len(places), period, last)
    asked = dict.fromkeys((None, *(one for _, one in rows)))
    arrived = {one: Arrived.of(model, _arrived(facts, model, one)) for one in asked}
    common = _Common(model, places, last, ratio, left_of(model, len(places)), _processes(model, places))
    usual = np.zeros(len(places))
    team = _chain(common, ("", None), plain, usual, arrived[None].like(None))
    found: dict[tuple[str, str | None], Chain] = {}
    for rep, segments in _segments_of(rows).items():
        tilt = tilts.get(rep, usual)
        slight = np.abs(tilt).max(initial=0) < _SLIGHT
        curves = plain if slight else _curves(tilted(hazards, tilt), ways.day, spans)
        for segment in segments:
            chain = _chain(common, (rep, segment), curves, tilt, arrived[segment].like(rep))
            found[rep, segment] = chain._replace(money=chain.money * sizes.get(rep, 1.0))
    standing = _standing(facts, model, places, rows, last, spans, level)
    return Chains(
        places, [found[row] for row in rows], last, _in_time(team, places), spans[1] - ways.day, standing,
        model.sizes.spread, _leads(model, len(places)),
    )  # fmt: skip


def _segments_of(rows: list[tuple[str, str | None]]) -> dict[str, list[str | None]]:
    """The segments of each rep's rows."""
    found: dict[str, list[str | None]] = {}
    for rep, segment in rows:
        found.setdefault(rep, []).append(segment)
    return found


def last_day(chance: Numbers) -> int:
    """The last day with at least `LATEST` of the best day's chance; 0 where there is none at all.

    Args:
        chance: by day, the first one being 1.

    Examples:
        >>> last_day(np.array([0.4, 0.5, 0.3, 0.25, 0.2])), last_day(np.zeros(3))
        (4, 0)
    """
    if not len(chance) or chance.max() <= 1e-9:
        return 0
    return int(np.flatnonzero(chance >= LATEST * chance.max())[-1]) + 1


def _in_time(team: Chain, places: list[Place]) -> npt.NDArray[np.bool_]:
    """Of each step, whether it is in time for the team's deals: then every later one of its process is, too."""
    good: npt.NDArray[np.bool_] = (team.chance > 1e-6) & (team.chance >= IN_TIME * team.ever)
    for place in places:
        before = place.number if place.number and places[place.number - 1].process is place.process else 0
        good[place.number + 1] |= good[before] and team.chance[place.number + 1] > 1e-6
    return good


def _begun(hazards: Hazards) -> Hazards:
    """Hazards without deals that are won the moment they are entered."""
    if hazards.milestones == len(hazards.rate):
        return hazards
    rate = hazards.rate.copy()
    outer = rate[hazards.milestones :]
    won, on = CAUSES.index(WON), CAUSES.index(ADVANCED)
    outer[..., on] += np.where(outer[..., on] > 0, outer[..., won], 0.0)
    outer[..., won] = np.where(outer[..., on] > 0, 0.0, outer[..., won])
    return hazards._replace(rate=rate)


def _curves(hazards: Hazards, day: int, period: tuple[int, int]) -> Numbers:
    """The chance to be won in the period: shift × state × day from 0."""
    return compose(hazards, day, [period], None, paces=False).entering[..., 0]


def _last_days(model: Learnt, curves: Numbers, places: int) -> npt.NDArray[np.int64]:
    """Of each step the last day in time, of an average deal."""
    new, usual = model.arrivals, len(SHIFTS) // 2
    weight = np.bincount(new.state, weights=new.weight, minlength=curves.shape[1])
    begun = weight @ curves[usual]
    return np.array([last_day(one[1:]) for one in (begun, *curves[usual, :places])], np.int64)


class _Common(NamedTuple):
    """What all chains have in common.

    Attributes:
        model: has the arrivals. places: the milestones. last: as in `Chains`. ratio: of each step, see `ratios`.
        left: how many deals left each milestone. began: by state the process, see `_processes`.
    """

    model: Learnt
    places: list[Place]
    last: npt.NDArray[np.int64]
    ratio: Numbers
    left: Left
    began: npt.NDArray[np.int64]


def _chain(common: _Common, whose: tuple[str, str | None], curves: Numbers, tilt: Numbers, likely: Like) -> Chain:
    """What becomes of some deals; `money` is of deals of the team's sizes.

    Args:
        common: of all chains. whose: rep and segment. curves: the chance to be won in the period, shift × state ×
            day from 0. tilt: the rep's log-odds of going on against the team's, by milestone. likely: the deals.
    """
    model, places, last, ratio, left, began = common
    like, weight, node, part = likely.rows, likely.weight, likely.node, likely.part
    new = model.arrivals
    state = new.state[like]
    *conversion, won = conversions_of(left, tilt, weight, likely.shift).tolist()

    def over_days(step: int, state: Positions | int) -> Numbers:
        """The chance of each deal, on average over the days from the first to the last in time."""
        until = int(last[step])
        if not until or not len(like):
            return np.zeros(len(like))
        table = curves[..., 1 : until + 1]
        if isinstance(state, int):  # all are there
            mean = table[:, state].mean(axis=-1)
            low, high = mean[node], mean[node + 1]
        else:
            mean = table.mean(axis=-1)
            low, high = mean[node, state], mean[node + 1, state]
        found: Numbers = low * (1 - part) + high * part
        return found

    each = over_days(0, state) * ratio[0]
    steps = range(1, len(places) + 1)
    chance = np.array(
        [weight @ each, *(ratio[step] * float(weight @ over_days(step, step - 1)) for step in steps)]
    )
    ever = np.append(1.0 if np.isnan(won) else won, np.ones(len(places)))
    for place in reversed(places):
        following = ever[place.number + 2] if place.following is not None else 1.0
        goes_on = conversion[place.number]  # nobody seen to leave: nothing is known against it
        ever[place.number + 1] = following if np.isnan(goes_on) else goes_on * following
    begins = {id(place.process): place.number for place in reversed(places)}
    usual = model.sizes.usual[new.deal[like]]
    # what is won in time, by the shortest way: where nothing is, by chance to be won at all
    worth = weight * each if float(weight @ each) > 1e-9 else weight
    money = float(worth @ usual / worth.sum()) if len(like) and worth.sum() > 0 else float("nan")
    of_process = began[state]
    share = np.array([1.0] + [float(weight[of_process == id(place.process)].sum()) for place in places])
    if places:
        ever[0] = sum(ever[first + 1] * share[first + 1] for first in begins.values())
    return Chain(*whose, np.minimum(chance, 1.0), ever, money, share, np.array(conversion))


def _processes(model: Learnt, places: list[Place]) -> npt.NDArray[np.int64]:
    """By state the process of the deals that begin in it, as the identity of the object; 0: none."""
    processes = list(dict.fromkeys(id(place.process) for place in places))
    of_state = np.zeros(model.ways.states, np.int64)
    for place in places:
        of_state[place.number] = id(place.process)
    for number, process in enumerate(processes):
        of_state[min(len(places) + number, model.ways.states - 1)] = process
    return of_state


def _leads(model: Learnt, places: int) -> Numbers:
    """Of each step the median days from getting there to the order."""
    ways = model.ways
    won = (ways.outcome == WON) & (ways.last > ways.day - 730)
    when = np.full(int(ways.deal.max(initial=0)) + 1, -1, np.int64)
    when[ways.deal[won]] = ways.last[won]
    left = when[ways.deal]
    until = left - ways.entered
    ok = ways.dated & (left >= ways.entered)
    begun = ok & ways.begins & (until > 0)
    steps = [begun, *(ok & (ways.state == place) for place in range(places))]
    return np.array([np.median(until[step]) if step.any() else np.nan for step in steps])


def _arrived(facts: Facts, model: Learnt, segment: str | None) -> Positions:
    """The rows of the arrivals that count, of a segment (None: of all)."""
    new = model.arrivals
    rows = np.flatnonzero(new.weight > 0) if (new.weight > 0).any() else np.arange(len(new.deal))
    if segment is not None:
        values = facts.dimensions.of("deals", "segment")
        code = values.categories.get_indexer([segment])[0]
        here = rows[values.codes[new.deal[rows]] == code]
        rows = here if len(here) else rows
    return rows


def _standing(
    facts: Facts, model: Learnt, places: list[Place], rows: list[tuple[str, str | None]],
    last: npt.NDArray[np.int64], period: tuple[int, int], level: float,
) -> Numbers:  # fmt: skip
    """How many of the open deals of each row get to each step by its last day, and are won in the period."""
    ways = model.ways
    going = ways.going
    state, age, deal = ways.state[going], ways.age[going], ways.deal[going]
    oldest = np.zeros(ways.states, np.int64)
    np.maximum.at(oldest, state, age)
    known = facts.known(facts.as_of)
    rep = known.rep.take(deal)
    shift = model.effects.shift(deal, rep)
    credit = known.credit(deal)
    segments = facts.dimensions.of("deals", "segment")
    row = place_of(rows, credit.rep, segments.take(deal[credit.event]))
    total = np.zeros((len(rows), len(places) + 2))
    curves = compose(model.hazards, ways.day, [period], oldest)
    won = curves.of(state, age, shift, model.effects.paces(rep))[:, 0] * level
    total[:, -1] = summed(row, won[credit.event] * credit.share, len(rows))
    for place in places:
        until = int(last[place.number + 1])
        if not until:
            continue
        goals = np.zeros(ways.states, bool)
        for later in places[place.number :]:
            goals[later.number] = later.process is place.process
        table = reaching(model.hazards, ways.day, ways.day + until, oldest, goals)[1]
        chance = np.zeros(len(going))
        for one in np.unique(state):
            mine = np.flatnonzero(state == one)
            ages = np.minimum(age[mine], table[one].shape[1] - 1)
            chance[mine] = between(table[one][..., None], SHIFTS, shift[mine], ages)[:, 0]
        total[:, place.number + 1] = summed(row, chance[credit.event] * credit.share, len(rows))
    return total
