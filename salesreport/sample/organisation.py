"""The people: reps with teams, managers, first and last days, their customers, mix and true skill."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from salesreport.sample import market
from salesreport.sample.columns import FOREVER, Floats, Ints, dates, frame, ids, pick, texts
from salesreport.sample.names import INDUSTRIES, firms, people

LEAST_REPS = 12
"""Each team needs somebody ordinary beside the special cases."""

_TEAMS = ("North", "East", "South", "West")
_COUNTRIES = (
    ("DK", "SE", "DE", "NL"),
    ("PL", "CZ", "HU", "AT"),
    ("IT", "CH", "AT", "DE"),
    ("FR", "BE", "ES", "NL"),
)
_REPS_PER_TEAM = 15
_DEALS_PER_ACCOUNT = 3
_TINY_DEALS = 8

WEAK, UNLUCKY, NEW, TINY, LEFT_FIRST, LEFT_SECOND, MOVED, OPTIMIST, SANDBAGGER = range(9)
"""Positions of the special reps (ids are shuffled, so that an id gives nobody away)."""


class Reps(NamedTuple):
    """The reps, one position each.

    Attributes:
        rep_id, name: texts. team, team_before: positions in `teams`. teams, managers: their names.
        hired, left: first and last day (`FOREVER`: still here). moved_on: the day the one rep changed team.
        capacity: how many deals compared with an ordinary rep. successor: who takes over when one leaves.
        anchors: ordinary reps here all the time. products, segments, sources: cumulated mix, one row each.
        skill: log-odds by milestone left. optimism: added to the CRM's probability. zeal: activity level.
    """

    rep_id: pa.Array
    name: list[str]
    team: Ints
    team_before: Ints
    teams: list[str]
    managers: list[str]
    hired: Ints
    left: Ints
    moved_on: int
    capacity: Floats
    successor: Ints
    anchors: Ints
    products: Floats
    segments: Floats
    sources: Floats
    skill: Floats
    optimism: Floats
    zeal: Floats

    @property
    def total(self) -> int:
        """How many reps."""
        return len(self.name)

    def at_work(self, rep: NDArray[np.int32], day: NDArray[np.int32]) -> Ints:
        """Who looks after a rep's customers on a day: he himself, or his successor once he has left."""
        return np.where(self.left[rep] < day, self.successor[rep], rep).astype(np.int32)


def hire(rng: np.random.Generator, count: int, deals_per_rep: float, first: int, last: int) -> Reps:
    """Make up the sales force for the days from first to last."""
    position = np.arange(count)
    teams = max(len(_TEAMS), -(-count // _REPS_PER_TEAM)) if count > _REPS_PER_TEAM * len(_TEAMS) else len(_TEAMS)
    window = last - first
    ordinary = position > SANDBAGGER
    leaving = np.isin(position, (LEFT_FIRST, LEFT_SECOND)) | (ordinary & (position % 15 == 14))
    late = ordinary & (position % 9 == 4) & ~leaving

    hired = first - rng.integers(200, 4_000, count)
    hired[late] = first + (window * rng.uniform(0.2, 0.6, late.sum())).astype(int)
    hired[NEW] = last - rng.integers(95, 125)
    left = np.full(count, FOREVER)
    left[leaving] = first + (window * rng.uniform(0.5, 0.8, leaving.sum())).astype(int)

    capacity = np.exp(rng.normal(0, 0.2, count))
    capacity[[WEAK, UNLUCKY]] = 1.1
    capacity[TINY] = min(0.5, _TINY_DEALS / max(deals_per_rep, 1.0))

    team = (position % teams).astype(np.int32)
    team_before = team.copy()
    team[MOVED] = (team[MOVED] + 1) % teams
    anchors = position[(position > MOVED) & ~leaving & ~late]
    successor = position.copy()
    for rep in position[leaving]:
        near = anchors[team[anchors] == team[rep]]
        near = near if len(near) else anchors  # a team all of whose other reps are new or leaving
        successor[rep] = near[rep % len(near)]

    skill = rng.normal(0, market.SKILL_GENERAL, (count, 1)) + rng.normal(
        0, market.SKILL_AT_MILESTONE, (count, len(market.STEPS))
    )
    skill[[WEAK, UNLUCKY]] = 0.0
    skill[WEAK, market.WEAK_MILESTONE] = market.WEAK_EFFECT
    optimism = rng.normal(0, 0.03, count)
    optimism[OPTIMIST], optimism[SANDBAGGER] = 0.25, -0.25

    mixes = []
    for usual, unlucky in (
        ([line.share for line in market.PRODUCT_LINES], market.UNLUCKY_PRODUCTS),
        ([segment.share for segment in market.SEGMENTS], market.UNLUCKY_SEGMENTS),
        ([source.share for source in market.LEAD_SOURCES], market.UNLUCKY_SOURCES),
    ):
        mix = rng.dirichlet(60 * np.array(usual), count)
        mix[UNLUCKY], mix[WEAK] = unlucky, usual
        mixes.append(mix.cumsum(axis=1))

    names = people(count + teams, rng)
    return Reps(
        rep_id=ids("R", count).take(pa.array(rng.permutation(count))),
        name=names[:count],
        team=team,
        team_before=team_before,
        teams=[_TEAMS[number] if number < len(_TEAMS) else f"Region {number + 1}" for number in range(teams)],
        managers=names[count:],
        hired=hired.astype(np.int32),
        left=left.astype(np.int32),
        moved_on=first + int(window * 0.55),
        capacity=capacity,
        successor=successor.astype(np.int32),
        anchors=anchors.astype(np.int32),
        products=mixes[0],
        segments=mixes[1],
        sources=mixes[2],
        skill=skill,
        optimism=optimism,
        zeal=np.exp(rng.normal(0, 0.2, count)),
    )


def alike(reps: Reps) -> Reps:
    """The same people, none of whom is better, busier, more hopeful or sells other things than another."""
    mixes = [
        np.tile(np.cumsum([one.share for one in kinds]), (reps.total, 1))
        for kinds in (market.PRODUCT_LINES, market.SEGMENTS, market.LEAD_SOURCES)
    ]
    return reps._replace(
        skill=np.zeros_like(reps.skill),
        optimism=np.zeros(reps.total),
        zeal=np.ones(reps.total),
        products=mixes[0],
        segments=mixes[1],
        sources=mixes[2],
    )


class Accounts(NamedTuple):
    """The customers; those of one rep lie together.

    Attributes:
        account_id, name: texts. rep: the position of the rep they were given to. segment, industry: codes.
        first, many: where a rep's customers begin, and how many they are. lateness: how late they pay, in days.
    """

    account_id: pa.Array
    name: pa.Array
    rep: Ints
    segment: NDArray[np.int8]
    industry: NDArray[np.int8]
    first: Ints
    many: Ints
    lateness: Floats


def win_customers(rng: np.random.Generator, reps: Reps, deals: int) -> Accounts:
    """Make up the customers, about one for every three deals."""
    share = np.maximum(reps.capacity, 0.1)
    count = np.maximum(10, np.round(deals / _DEALS_PER_ACCOUNT * share / share.sum())).astype(np.int32)
    total = int(count.sum())
    rep = np.repeat(np.arange(reps.total, dtype=np.int32), count)
    industry = rng.integers(0, len(INDUSTRIES), total, dtype=np.int8)
    return Accounts(
        account_id=ids("A", total),
        name=firms(industry),
        rep=rep,
        segment=pick(rng, reps.segments, rep),
        industry=industry,
        first=(np.cumsum(count) - count).astype(np.int32),
        many=count,
        lateness=rng.gamma(1.2, 9.0, total),
    )


_DOMAIN = "lumina.example"
"""Where everybody in the company gets mail."""


def rep_tables(reps: Reps) -> dict[str, pd.DataFrame]:
    """The tables `reps` and `rep_history`."""
    everybody = np.arange(reps.total)
    role = pa.array(["Field sales"] * reps.total)
    return {
        "reps": frame(
            "reps",
            {
                "rep_id": reps.rep_id,
                "name": pa.array(reps.name),
                "role": role,
                "team": texts(reps.team, reps.teams),
                "manager": texts(reps.team, reps.managers),
                "territory": texts(everybody, _territories(reps)),
                "hired_on": dates(reps.hired),
                "left_on": dates(reps.left),
                "email": pc.binary_join_element_wise(pc.utf8_lower(reps.rep_id), _DOMAIN, "@"),
                "manager_email": texts(reps.team, [f"manager.{at}@{_DOMAIN}" for at in range(len(reps.managers))]),
            },
        ).sort_values("rep_id", ignore_index=True),
        "rep_history": _history(reps),
    }


def account_table(rng: np.random.Generator, reps: Reps, accounts: Accounts, last: int) -> pd.DataFrame:
    """The table `accounts`."""
    country = rng.integers(0, 4, len(accounts.rep))
    everywhere = [code for group in _COUNTRIES for code in group]
    region = reps.team_before[accounts.rep] % len(_COUNTRIES)
    now = reps.at_work(accounts.rep, np.full(len(accounts.rep), last, dtype=np.int32))
    return frame(
        "accounts",
        {
            "account_id": accounts.account_id,
            "name": accounts.name,
            "segment": texts(accounts.segment, [segment.name for segment in market.SEGMENTS]),
            "industry": texts(accounts.industry, INDUSTRIES),
            "territory": texts(accounts.rep, _territories(reps)),
            "country": texts(region * 4 + country, everywhere),
            "rep_id": texts(now, reps.rep_id),
        },
    )


def _history(reps: Reps) -> pd.DataFrame:
    """One row per rep, two for the one who changed team."""
    rep = np.append(np.arange(reps.total), MOVED)
    begins, ends, team = reps.hired[rep].copy(), reps.left[rep].copy(), reps.team[rep].copy()
    ends[MOVED], team[MOVED] = reps.moved_on - 1, reps.team_before[MOVED]
    begins[-1] = reps.moved_on
    return frame(
        "rep_history",
        {
            "rep_id": texts(rep, reps.rep_id),
            "from": dates(begins),
            "to": dates(ends),
            "team": texts(team, reps.teams),
            "manager": texts(team, reps.managers),
            "role": pa.array(["Field sales"] * len(rep)),
        },
    ).sort_values(["rep_id", "from"], ignore_index=True)


def _territories(reps: Reps) -> list[str]:
    """A territory for each rep, named after the team he began in."""
    teams = len(reps.teams)
    return [f"{reps.teams[team]} {number // teams + 1}" for number, team in enumerate(reps.team_before)]
