"""What is done otherwise: which activities a rep's deals have less or more often than like deals of others.

At one step, in the first window after deals came there, which is as long for everybody. That others do something
more often does not say that it helps: for that, see `salesreport.kpi.actions.actions`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.actions.actions import LEVEL, chosen_stays
from salesreport.kpi.actions.by_rep import FEWEST
from salesreport.kpi.actions.moments import moments_of, window_of
from salesreport.kpi.actions.watched import activities_of, rep_codes, stays_of
from salesreport.kpi.anomalies.comparisons import like_columns
from salesreport.kpi.anomalies.likeness import likeness
from salesreport.kpi.facts.facts import Facts
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.stratified import against_the_rest, compare

COLUMNS = ("type", "window", "n", "share", "others", "effect", "lower", "upper", "p", "q", "flag")
"""Columns of `done_otherwise`."""


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
    known, stays = activities_of(facts), stays_of(facts, file)
    only = tuple(sorted((name, tuple(values)) for name, values in (where or {}).items()))
    decided, watched = chosen_stays(stays, period, (step,), only)
    nothing = pd.DataFrame(
        {name: pd.Series(dtype="str" if name in ("type", "flag") else float) for name in COLUMNS}
    )
    places = np.flatnonzero(decided.rep.categories == rep)
    if not len(places) or not len(decided):
        return nothing
    moments = moments_of(watched, known.done, len(known.types))
    first = np.flatnonzero(moments.age == 0)
    whose = rep_codes(decided.rep)[moments.stay[first]]
    mine = whose == places[0]
    people = np.append(~decided.rep.categories.isin(list(facts.not_people)), False)[whose]
    if mine.sum() < FEWEST or not (people & ~mine).any():
        return nothing
    like = likeness(
        rep_codes(decided.rep), decided.step, decided.success, like_columns(decided, "rep_id")
    ).stratum[moments.stay[first]]
    groups, strata = mine[people].astype(int), like[people]
    cells = (2, int(strata.max()) + 1)
    trials = np.zeros(cells)
    np.add.at(trials, (groups, strata), 1.0)
    rows = []
    for number, name in enumerate(known.types):
        done = np.zeros(cells)
        np.add.at(done, (groups, strata), moments.exposed[number][first][people].astype(float))
        tables = against_the_rest(done, trials)
        found = compare(tables.a[1:], tables.b[1:], tables.c[1:], tables.d[1:])
        share = done[1].sum() / trials[1].sum()
        effect = float(found.difference[0])
        bounds = float(found.difference_lower[0]), float(found.difference_upper[0])
        rows.append((name, share, share - effect, effect, *bounds, float(found.p[0])))
    frame = pd.DataFrame(rows, columns=["type", "share", "others", "effect", "lower", "upper", "p"])
    frame["q"] = benjamini_hochberg(frame["p"])
    frame["flag"] = np.where(frame["q"] <= LEVEL, np.where(frame["effect"] < 0, "less", "more"), "none")
    frame["window"] = int(window_of(watched.expected).max())
    frame["n"] = float(mine.sum())
    return frame[[*COLUMNS]].sort_values(["p", "type"], ignore_index=True)
