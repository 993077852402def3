"""Which accounts get a plan: those named, those that order most, those with the largest gaps; a few per rep."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.customers.customers import served_by
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, text
from salesreport.plan.accounts.bought import Bought

MOST = 6
"""Accounts of a rep that get a plan, beside those that are named."""

LARGEST = 3
"""Of these so many are the largest by orders of the last year."""

Why = Literal["asked", "agreed", "strategy", "orders", "gap"]

WHY: Mapping[Why, Text] = {
    "asked": text("asked for"),
    "agreed": text("agreed"),
    "strategy": text("named in the strategy"),
    "orders": text("among the largest"),
    "gap": text("among the largest gaps"),
}
"""Why an account has a plan."""


class Named(NamedTuple):
    """An account that gets a plan because somebody says so: its id, whose it is (None: whoever serves it), why."""

    account: str
    rep: str | None
    why: Why


class Chosen(NamedTuple):
    """An account that gets a plan: its number, whose it is, why."""

    account: int
    rep: str
    why: Why


def choose(
    facts: Facts, bought: Bought, gaps: Numbers, value_open: Numbers, named: Iterable[Named]
) -> list[Chosen]:
    """The accounts that get a plan: per rep those named, then the largest, then those with the largest gaps.

    Places that are left go to the next ones by orders; accounts that ordered nothing in two years, and have no
    open deal, only get a plan if they are named.

    Args:
        facts: the data. bought: what accounts ordered. gaps: what each account's claimed gaps are worth a year.
        value_open: what its open deals are worth. named: those that get one in any case.

    Returns:
        Sorted by rep; a rep's accounts in the order of the reasons.
    """
    owner = served_by(facts, bought.last)
    whose = [str(one) for one in owner.categories]
    reps = set(facts.reps["rep_id"]) - facts.not_people
    first: dict[str, list[Chosen]] = {}
    taken: set[int] = set()
    for one in named:
        place = int(bought.ids.get_indexer([one.account])[0])
        code = owner.codes[place] if place >= 0 else -1
        rep = one.rep or (whose[code] if code >= 0 else None)
        if place >= 0 and place not in taken and isinstance(rep, str):
            taken.add(place)
            first.setdefault(rep, []).append(Chosen(place, rep, one.why))
    year, window = bought.year[:-1], bought.amount[:-1].sum(axis=1)
    number = bought.orders[:-1].sum(axis=1)
    free = (number > 0) | (value_open > 0)
    free[list(taken)] = False
    mine = {whose[code]: places for code, places in _by_code(owner.codes, free).items() if whose[code] in reps}
    found = []
    for rep in sorted({*first, *mine}):
        chosen = first.get(rep, [])
        places = mine.get(rep, np.empty(0, np.intp))
        by_size = places[
            np.lexsort((-number[places], -value_open[places], -window[places], -year[places]))
        ].tolist()
        by_gap = [one for one in places[np.argsort(-gaps[places], kind="stable")].tolist() if gaps[one] > 0]
        room = max(0, MOST - len(chosen))
        largest = [one for one in by_size if year[one] > 0][: min(LARGEST, room)]
        open_gaps = [one for one in by_gap if one not in largest][
            : max(0, min(MOST - LARGEST, room - len(largest)))
        ]
        rest = [one for one in by_size if one not in largest and one not in open_gaps]
        rest = rest[: room - len(largest) - len(open_gaps)]
        found += [*chosen, *(Chosen(one, rep, "orders") for one in sorted([*largest, *rest], key=by_size.index))]
        found += [Chosen(one, rep, "gap") for one in open_gaps]
    return found


def _by_code(codes: npt.NDArray[np.integer], some: Flags) -> dict[int, Positions]:
    """The places of some codes, in order, by code; −1 is left out."""
    places = np.flatnonzero(some & (codes >= 0))
    places = places[np.argsort(codes[places], kind="stable")]
    different, start = np.unique(codes[places], return_index=True)
    return dict(zip(different.tolist(), np.split(places, start[1:]), strict=True)) if len(places) else {}
