"""What is done otherwise: which activities a rep's deals have less or more often than like deals of others.

At one step, in the first window after deals came there, which is as long for everybody. That others do something
more often does not say that it helps: for that, see `salesreport.kpi.actions.actions`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.actions.actions import LEVEL, chosen_stays
from salesreport.kpi.actions.by_rep import FEWEST
from salesreport.kpi.actions.moments import moments_of, window_of
from salesreport.kpi.actions.watched import activities_of, rep_codes, stays_of
from salesreport.kpi.anomalies.comparisons import like_columns
from salesreport.kpi.anomalies.likeness import likeness
from salesreport.kpi.facts.columns import Flags, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.milestones.reached import store_of_process
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.stratified import against_the_rest, compare

COLUMNS = ("type", "window", "n", "share", "others", "effect", "lower", "upper", "p", "q", "flag")
"""Columns of `done_otherwise`."""


class _Windows(NamedTuple):
    """The first windows of stays of people.

    Attributes:
        types: of activities. rep: whose each is. stratum: deals that promise the same.
        exposed: types × stays, whether one was done. days: how long they are.
    """

    types: tuple[str, ...]
    rep: pd.Categorical
    stratum: Positions
    exposed: Flags
    days: int


def done_otherwise(
    facts: Facts,
    file: ProcessFile,
    rep: str,
    step: str,
    period: Period,
    where: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """How often a rep's deals at a step had each type of activity, against like deals of others.

    Args:
        facts: whose deals. file: the processes they follow. rep: id. step: key of a milestone.
        period: when stays were decided. where: dimension → values; only deals that have one of them.

    Returns:
        A row per activity type, those that differ most surely first: `COLUMNS`. `window`: days after the deal came
        to the milestone; `n`: the rep's stays that lasted twice as long; `share`: of these with the activity in
        the window; `others`: of like deals of others; `effect` = share − others (Mantel and Haenszel over strata
        of deals that promise the same) with its 95 % interval `lower`, `upper`; `p`; `q`: over all types
        (Benjamini and Hochberg); `flag`: less or more where q is at most `LEVEL`, else none. No row where the rep
        has fewer than `FEWEST` such stays, or nobody else has any.

    Raises:
        Unavailable: the data do not know stays or activities on deals.
    """
    only = tuple(sorted((name, tuple(values)) for name, values in (where or {}).items()))
    key = ("first windows", step, period, only)
    windows = store_of_process(facts, file, key, lambda: _windows(facts, file, step, period, only))
    mine = np.asarray(windows.rep == rep)
    if mine.sum() < FEWEST or mine.all():
        return pd.DataFrame(
            {name: pd.Series(dtype="str" if name in ("type", "flag") else float) for name in COLUMNS}
        )
    strata = int(windows.stratum.max()) + 1
    cells = mine * strata + windows.stratum  # in each stratum the others' and the rep's own
    trials = np.bincount(cells, minlength=2 * strata).reshape(2, strata).astype(float)
    rows = []
    for name, exposed in zip(windows.types, windows.exposed, strict=True):
        done = np.bincount(cells, exposed, 2 * strata).reshape(2, strata)
        tables = against_the_rest(done, trials)
        found = compare(tables.a[1:], tables.b[1:], tables.c[1:], tables.d[1:])
        share = done[1].sum() / trials[1].sum()
        effect = float(found.difference[0])
        bounds = float(found.difference_lower[0]), float(found.difference_upper[0])
        rows.append((name, share, share - effect, effect, *bounds, float(found.p[0])))
    frame = pd.DataFrame(rows, columns=["type", "share", "others", "effect", "lower", "upper", "p"])
    frame["q"] = benjamini_hochberg(frame["p"])
    frame["flag"] = np.where(frame["q"] <= LEVEL, np.where(frame["effect"] < 0, "less", "more"), "none")
    frame["window"] = windows.days
    frame["n"] = float(mine.sum())
    return frame[[*COLUMNS]].sort_values(["p", "type"], ignore_index=True)


def _windows(
    facts: Facts, file: ProcessFile, step: str, period: Period, only: tuple[tuple[str, tuple[str, ...]], ...]
) -> _Windows:
    """All first windows of `done_otherwise`: they are the same for every rep."""
    known, stays = activities_of(facts), stays_of(facts, file)
    decided, watched = chosen_stays(stays, period, (step,), only)
    moments = moments_of(watched, known.done, len(known.types), ages=1)
    rep = decided.rep[moments.stay]
    people = np.append(~rep.categories.isin(list(facts.not_people)), False)[rep.codes]
    like = likeness(
        rep_codes(decided.rep), decided.step, decided.success, like_columns(decided, "rep_id")
    ).stratum[moments.stay[people]].astype(np.int32)  # fmt: skip
    days = int(window_of(watched.expected).max(initial=0))
    return _Windows(known.types, rep[people], like, moments.exposed[:, people], days)
