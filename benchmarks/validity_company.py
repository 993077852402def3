"""Sales teams by chance, whose truth is known: who differs, where, and what anybody else would have made of it.

A deal has a product line, a segment, a source, a size and a month, all of which may matter, and passes three
milestones; it is won if it passes them all. So a year gives the decisions that the anomalies are looked for in:
one at each milestone a deal reached, and won or lost for each deal.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from salesreport.kpi.anomalies.family import Cells, compare_family
from salesreport.kpi.anomalies.likeness import MONTH, likeness, size_bands

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

PARTS = {"product_line": 5, "segment": 3, "lead_source": 4}
"""What the family breaks down by, and how many there are of each."""

MILESTONES = (0.75, 0.65, 0.55)
"""What part of the deals goes on at each milestone; 27 % are won."""

QUARTER = (-0.9, -0.3, 0.9)
"""Log odds by month of the quarter where timing matters: of decisions in its first month 33 % succeed where in its
last 75 % do, at 55 % on the whole."""


@dataclass(frozen=True)
class Team:
    """What a simulated team is like.

    Attributes:
        reps, deals: how many. months: of the period.
        sizes: deals of each rep; by default they vary as they do in life, by a quarter to threefold.
        steps: with milestones, or only won and lost.
        alike: how alike the reps' mixes are; 20: like chance, 1: reps sell mostly their own few kinds.
        matter: standard deviation of the effects of products, segments and sources, in log odds.
        timing: whether success depends on the month of the quarter, and reps decide in months of their own.
        effects: odds ratios of the first reps, each at one step.
        inside: whether an effect is found in one of the rep's product lines only.
        since: the month, from 0, from which on effects are found.
    """

    reps: int = 25
    deals: int = 2000
    months: int = 12
    sizes: tuple[int, ...] = ()
    steps: bool = True
    alike: float = 20.0
    matter: float = 0.3
    timing: bool = False
    effects: tuple[float, ...] = ()
    inside: bool = False
    since: int = 0


class Year(NamedTuple):
    """Decisions of a team; one element each.

    Attributes:
        rep, step, success, month: of each decision. columns: what else is known of it, codes.
        amount: of its deal.
        raised: how much the rep's own effect changes the chance of success; 0 where there is none.
        deals: how many deals there are; they are the first decisions in `month` and `columns` of each step.
    """

    rep: Codes
    step: Codes
    success: npt.NDArray[np.bool_]
    month: Codes
    columns: dict[str, Codes]
    amount: Array
    raised: Array


def simulate(team: Team, random: np.random.Generator) -> Year:
    """One year of a team."""
    rep = _whose(team, random)
    columns, odds = {}, np.zeros(len(rep))
    for name, kinds in PARTS.items():
        usual = random.dirichlet(np.full(kinds, 4.0))
        columns[name] = _drawn(_own(usual, team, random), rep, random)
        odds += random.normal(0, team.matter, kinds)[columns[name]]
    # kinds do not only add up: some products go well with some segments
    paired = random.normal(0, team.matter / 2, (PARTS["product_line"], PARTS["segment"]))
    odds += paired[columns["product_line"], columns["segment"]]
    size = random.normal(0, 1, PARTS["product_line"])[columns["product_line"]] * 0.5 + random.normal(size=len(rep))
    odds -= team.matter / 2 * size
    usual = np.full(team.months, 1 / team.months)
    own = np.tile(usual, (team.reps, 1))
    if team.timing:
        own = random.dirichlet(np.full(3, 0.8), team.reps)[:, np.arange(team.months) % 3] * usual * 3
        own /= own.sum(axis=1, keepdims=True)
    month = _drawn(own, rep, random)
    late = np.array(QUARTER)[month % 3] if team.timing else 0.0
    rates = MILESTONES if team.steps else (float(np.prod(MILESTONES)),)
    tilt = _effects(team, len(rates), rep, columns["product_line"], random)
    tilt *= (month >= team.since)[:, None]
    last = np.arange(len(rates)) == len(rates) - 1
    usual_odds = (
        logit(np.array(rates)) + (odds - odds.mean())[:, None] + np.where(last, np.reshape(late, (-1, 1)), 0.0)
    )
    chance, own_chance = expit(usual_odds), expit(usual_odds + tilt)
    passed = random.random(chance.shape) < own_chance
    gone = np.cumprod(passed, axis=1).astype(bool)
    reached = np.hstack((np.ones((len(rep), 1), bool), gone[:, :-1]))
    parts = [
        (np.flatnonzero(reached[:, at]), passed[:, at], own_chance[:, at] - chance[:, at])
        for at in range(len(rates))
    ]
    if not team.steps:
        parts = []
    parts.append((np.arange(len(rep)), gone[:, -1], own_chance.prod(axis=1) - chance.prod(axis=1)))
    deal = np.concatenate([rows for rows, _, _ in parts])
    return Year(
        rep[deal],
        np.repeat(np.arange(len(parts)), [len(rows) for rows, _, _ in parts]),
        np.concatenate([success[rows] for rows, success, _ in parts]),
        month[deal],
        {name: codes[deal] for name, codes in columns.items()},
        np.exp(9 + size)[deal],
        np.concatenate([raised[rows] for rows, _, raised in parts]),
    )


def late(year: Year, month: int) -> Year:
    """The decisions from a month on."""
    there = year.month >= month
    columns = {name: codes[there] for name, codes in year.columns.items()}
    cut = {name: column[there] for name, column in year._asdict().items() if name != "columns"}
    return Year(**cut, columns=columns)


def strata(year: Year, kept: float | None = None) -> Codes:
    """Like decisions, told apart as the command does."""
    bands = size_bands(year.amount, year.step, year.success)
    columns = {**year.columns, MONTH: year.month} | ({} if bands is None else {"size": bands})
    more = {} if kept is None else {"kept": kept}
    return likeness(year.rep, year.step, year.success, columns, **more).stratum


def family(year: Year, stratum: Codes | None = None) -> Cells:
    """What `salesreport anomalies` compares: every rep at every step, as a whole and in each part."""
    stratum = strata(year) if stratum is None else stratum
    return compare_family(year.rep, year.step, year.success, stratum, (None, *year.columns.values()))


def truth(year: Year, cells: Cells) -> npt.NDArray[np.intp]:
    """Of each cell: −1 and 1 where the rep's own chances there were lowered or raised by an effect, else 0."""
    found = np.zeros(len(cells.p), np.intp)
    for level, part in enumerate((np.zeros(len(year.rep), np.intp), *year.columns.values())):
        here = np.flatnonzero(cells.level == level)
        size = int(part.max()) + 1, int(year.rep.max()) + 1
        key = (year.step * size[0] + part) * size[1] + year.rep
        at = (cells.step[here] * size[0] + cells.part[here]) * size[1] + cells.group[here]
        found[here] = np.sign(np.round(np.bincount(key, year.raised, int(key.max()) + 1)[at], 12)).astype(np.intp)
    return found


def _whose(team: Team, random: np.random.Generator) -> Codes:
    if team.sizes:
        return np.repeat(np.arange(team.reps), team.sizes)
    return random.choice(team.reps, team.deals, p=random.dirichlet(np.full(team.reps, 6.0)))


def _own(usual: Array, team: Team, random: np.random.Generator) -> Array:
    """Each rep's own mix about the team's."""
    own = random.gamma(np.maximum(usual * team.alike * len(usual) / 3, 0.05), size=(team.reps, len(usual))) + 1e-9
    return own / own.sum(axis=1, keepdims=True)


def _drawn(mix: Array, rep: Codes, random: np.random.Generator) -> Codes:
    """A kind of each deal, from its rep's mix."""
    return np.minimum(
        (random.random(len(rep))[:, None] > np.cumsum(mix, axis=1)[rep]).sum(axis=1), mix.shape[1] - 1
    )


def _effects(team: Team, steps: int, rep: Codes, product: Codes, random: np.random.Generator) -> Array:
    """Log odds ratios, deals × steps."""
    tilt = np.zeros((len(rep), steps))
    for who, ratio in enumerate(team.effects):
        rows = np.flatnonzero(rep == who)
        if team.inside and len(rows):
            # where the rep sells most, lest there be nothing to find
            rows = rows[product[rows] == np.bincount(product[rows]).argmax()]
        tilt[rows, random.integers(steps)] = np.log(ratio)
    return tilt
