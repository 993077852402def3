"""Companies by chance in which activities help or do not, and what is said of their actions.

What misleads is there by default: long stays have more activities, good reps do more, some segments get more and
go on more often, activities become frequent just before a deal goes on, and deals that went on get visits
afterwards. Whoever counts all that finds "useful" actions everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from salesreport.kpi.actions.family import Cells, compare_actions, suggestions
from salesreport.kpi.actions.moments import Done, Watched, moments_of, window_of

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

STEPS = ((0.78, 24.0, 45), (0.70, 34.0, 60), (0.55, 55.0, 90))
"""Of each step: the usual chance, the median days until a deal goes on, the days in which it is expected to."""

TYPES = (0.035, 0.02, 0.008, 0.015)
"""Activities of each type per day of a stay."""

HELPS = (2, 1)
"""The type and the step at which it may help: the rarest."""

LEVEL = 0.1

DAYS = 1600


@dataclass(frozen=True)
class Company:
    """What a simulated company is like.

    Attributes:
        deals: stays at each step. reps: how many sell.
        skill: standard deviation of the reps' log odds. zeal: how much more the good ones do: log of the factor
            per standard deviation of skill. scatter: standard deviation of the log of what reps do, by themselves.
        mix: standard deviation of the effects of segments and products, in log odds. cared: how much more is done
            for what goes on often, per standard deviation.
        rise: activities are so many times as frequent in the last days before a deal goes on. last: how many
            days these are, as a part of the gap that is kept. after: as many again, times this, after it went on.
        lost_longer: how many times as long deals stay that do not go on.
        helps: the chance that one activity of `HELPS` makes a deal go on that would not; each has its own.
    """

    deals: int = 2500
    reps: int = 25
    skill: float = 0.5
    zeal: float = 0.4
    scatter: float = 0.3
    mix: float = 0.4
    cared: float = 0.4
    rise: float = 4.0
    last: float = 1.0
    after: float = 2.0
    lost_longer: float = 1.3
    helps: float = 0.0


class Past(NamedTuple):
    """What `compare_actions` is given, and what an activity would truly do.

    Attributes:
        stays, rep, columns, done, months: as there.
        could: which stays would go on in time with the help of an activity of `HELPS`, and not without.
        counts: of each activity, whether it is one of those that may help.
        idle: of each stay, the chance that a window is without one of `HELPS`.
    """

    stays: Watched
    rep: Whole
    columns: dict[str, Whole]
    done: Done
    months: Whole
    could: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.bool_]
    idle: Array


def simulate(company: Company, random: np.random.Generator) -> Past:
    """A company's past."""
    parts = [_at_step(company, step, random) for step in range(len(STEPS))]
    stays = Watched(*(np.concatenate(column) for column in zip(*(part.stays for part in parts), strict=True)))
    done = Done(*(np.concatenate(column) for column in zip(*(part.done for part in parts), strict=True)))
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    names = ("rep", "could", "counts", "idle")
    rep, could, counts, idle = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    return Past(stays, rep, columns, done, parts[0].months, could, counts, idle)


def _at_step(company: Company, step: int, random: np.random.Generator) -> Past:
    n, (usual, median, expected) = company.deals, STEPS[step]
    rep = random.choice(company.reps, n, p=random.dirichlet(np.full(company.reps, 6.0)))
    good = random.normal(size=company.reps)
    columns = {"segment": random.integers(0, 4, n), "product": random.integers(0, 5, n)}
    worth = sum(random.normal(size=codes.max() + 1)[codes] for codes in columns.values()) / np.sqrt(2)
    fate = random.random(n) < expit(logit(usual) + company.skill * good[rep] + company.mix * worth)
    days = np.where(fate, median, median * company.lost_longer) * np.exp(random.normal(0, 0.6, n))
    days = np.maximum(np.ceil(days), 1).astype(np.int64)
    own = company.scatter * random.normal(size=company.reps)
    busy = np.exp(company.zeal * good[rep] + own[rep] + company.cared * worth)
    entered, deal, none = random.integers(0, 1000, n), np.arange(n) + step * n, np.zeros(n)
    before = np.maximum(days - round(company.last * int(window_of(expected))), 0)
    parts = []
    for kind, rate in enumerate(TYPES):
        usually, more = rate * busy, rate * busy * fate
        parts.append(Done(deal, np.full(n, kind), entered))  # what brought it there
        parts.append(_drawn(random, deal, kind, entered, usually, none, days))
        parts.append(_drawn(random, deal, kind, entered, more * (company.rise - 1), before, days))
        parts.append(_drawn(random, deal, kind, entered, more * company.after, days, days + 30))
    done = Done(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    whose = done.deal - deal[0]
    counts = (done.type == HELPS[0]) & (done.day > entered[whose]) & (done.day < (entered + days)[whose])
    counts &= step == HELPS[1]
    within, times = days <= expected, np.bincount(whose[counts], minlength=n)
    success = within & (fate | (random.random(n) < 1 - (1 - company.helps) ** times))
    until = np.where(within, entered + days - 1, entered + expected)
    decided = entered + np.minimum(days, expected)
    stays = Watched(deal, np.full(n, step), entered, until, decided, success, np.full(n, expected))
    idle = np.exp(-TYPES[HELPS[0]] * busy * int(window_of(expected)))
    return Past(stays, rep, columns, done, np.arange(DAYS) // 30, within & ~fate, counts, idle)


def _drawn(
    random: np.random.Generator, deal: Whole, kind: int, entered: Whole, rate: Array, start: Array, end: Array
) -> Done:
    """Activities at a rate per day, on days after the start up to the end, both since the stay began."""
    number = random.poisson(rate * (end - start))
    each = np.repeat(np.arange(len(deal)), number)
    day = np.ceil(start[each] + (end - start)[each] * random.random(len(each))).astype(np.int64)
    return Done(deal[each], np.full(len(each), kind), entered[each] + np.maximum(day, 1))


def looked_at(past: Past) -> Cells:
    """What `salesreport actions` compares."""
    return compare_actions(past.stays, past.rep, past.columns, past.done, len(TYPES), past.months)


def truth(company: Company, past: Past) -> float:
    """By how much those of `HELPS` in a window truly raise the chance: the mean over windows that had some.

    They do where the deal would not go on without any, and none in another window has made it go on already.
    Windows weigh as they do in a comparison: as much as there are like ones without.
    """
    moments = moments_of(past.stays, past.done, len(TYPES))
    rows = np.flatnonzero(moments.exposed[HELPS[0]] & (past.stays.step[moments.stay] == HELPS[1]))
    stay, length = moments.stay[rows], window_of(past.stays.expected)
    deal, day = past.done.deal[past.counts], past.done.day[past.counts]
    window = -(-(day - past.stays.entered[deal]) // length[deal]) - 1
    width = int(window.max()) + 1
    each = np.bincount(deal * width + window, minlength=len(past.could) * width).reshape(-1, width)
    inside, all_of_them = each[stay, moments.age[rows]], each.sum(axis=1)[stay]
    fails = 1 - company.helps
    raised = past.could[stay] * (fails ** (all_of_them - inside) - fails**all_of_them)
    return float(np.average(raised, weights=past.idle[stay]))


PLAIN = Company(zeal=0, cared=0, rise=1, after=0, lost_longer=1)

SCENARIOS: dict[str, Company] = {
    "nothing helps, nothing misleads": PLAIN,
    "nothing helps": Company(),
    "nothing helps, good reps do far more": Company(zeal=0.9, skill=0.8),
    "nothing helps, eight times as many before a deal goes on": Company(rise=8.0),
    "nothing helps, small": Company(deals=500, reps=8),
    "nothing helps, large": Company(deals=10_000, reps=100),
    "nothing helps, many more over one and a half gaps": Company(last=1.5),
    "nothing helps, many more over twice the gap": Company(last=2.0),
    "nothing helps, many more over three times the gap": Company(last=3.0),
    "one helps": Company(helps=0.35),
}

POWER: dict[str, Company] = {
    f"{deals:,} deals, {helps:.0%}": Company(deals=deals, helps=helps)
    for deals in (1000, 2500, 10_000)
    for helps in (0.15, 0.3, 0.6)
}
"""Companies in which one helps, by how much."""


class Runs(NamedTuple):
    """One element per run.

    Attributes:
        reported: actions said to go with more, or fewer, deals going on; false: of these, those that do not.
        raw_reported, raw_false: likewise by raw rates with q at most `LEVEL`.
        held, intervals: intervals that hold the truth, of all.
        found: whether the one that helps was found. held_one: whether its interval holds the truth; effect: what
            is said of it. raw_one: what raw rates say of it.
        unlikely, tested: p below 5 %, of those that do not help. real: the truth of the one that helps.
    """

    reported: Array
    false: Array
    raw_reported: Array
    raw_false: Array
    held: Array
    intervals: Array
    found: Array
    held_one: Array
    effect: Array
    raw_one: Array
    unlikely: Array
    tested: Array
    real: Array

    def rate(self, raw: bool = False) -> tuple[float, float]:
        """The false discovery rate and its standard error."""
        false, reported = (self.raw_false, self.raw_reported) if raw else (self.false, self.reported)
        shares = false / np.maximum(reported, 1)
        return float(shares.mean()), float(shares.std(ddof=1) / np.sqrt(len(shares)))


def measured(name: str, seeds: Sequence[int]) -> Array:
    """Runs × columns of `Runs`, of a scenario."""
    company = (SCENARIOS | POWER)[name]
    rows = []
    for seed in seeds:
        past = simulate(company, np.random.default_rng([8, *name.encode(), seed]))
        cells = looked_at(past)
        found, raw = cells.found, cells.raw
        one = (cells.type == HELPS[0]) & (cells.step == HELPS[1])
        helps, there = one & (company.helps > 0), ~np.isnan(found.p)
        plan = suggestions(cells, LEVEL) == "plan"
        reported = plan | ((cells.q <= LEVEL) & (found.effect < 0))
        claimed = raw.q <= LEVEL
        real = truth(company, past) if company.helps else 0.0
        right = np.where(helps, real, 0.0)
        held = (found.lower <= right) & (right <= found.upper) & there
        rows.append(
            [
                reported.sum(), (reported & ~(helps & plan)).sum(), claimed.sum(),
                (claimed & ~(helps & (raw.effect > 0))).sum(), held.sum(), there.sum(), (helps & plan).sum(),
                held[one].sum(), found.effect[one].sum(), raw.effect[one].sum(),
                ((found.p < 0.05) & ~helps).sum(), (there & ~helps).sum(), real,
            ]
        )  # fmt: skip
    return np.array(rows, float)
