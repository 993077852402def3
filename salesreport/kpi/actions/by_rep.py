"""Who does a useful action less or more often than others, at the milestone where it matters.

Of each stay the first window is looked at, which is as long for everybody: how often the action was done in it.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.actions.actions import Actions
from salesreport.kpi.actions.moments import moments_of
from salesreport.kpi.actions.watched import rep_codes, wide
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.stratified import against_the_rest, compare

FEWEST = 20
"""With fewer stays a rep is not compared."""


class Habits(NamedTuple):
    """How often reps do an action in the first window; one element per rep.

    Attributes:
        rep: code. n, done: stays that lasted long enough, and those with the action. others: the others' share.
        effect, lower, upper: the rep's share less that of the others, with its 95 % interval; p: of none.
    """

    rep: Positions
    n: Numbers
    done: Numbers
    others: Numbers
    effect: Numbers
    lower: Numbers
    upper: Numbers
    p: Numbers


def habits(rep: Positions, done: Positions) -> Habits:
    """Compare how often each rep does an action with how often all others do.

    Args:
        rep: whose each stay was, from 0. done: 1 where the action was done.

    Examples:
        >>> found = habits(np.repeat([0, 1], 40), np.arange(80) % 40 < np.repeat([4, 20], 40))
        >>> found.done.tolist(), found.effect.round(2).tolist()
        ([4.0, 20.0], [-0.4, 0.4])
    """
    n = np.bincount(rep).astype(float)
    had: Numbers = np.bincount(rep, done, len(n)).astype(float)
    tables = against_the_rest(had[:, None], n[:, None])
    found = compare(tables.a, tables.b, tables.c, tables.d, criterion=10.0)
    enough = n >= FEWEST
    with np.errstate(divide="ignore", invalid="ignore"):
        others = (had.sum() - had) / (n.sum() - n)
    return Habits(
        np.arange(len(n)), n, had, others, found.difference, found.difference_lower, found.difference_upper,
        np.where(enough, found.p, np.nan),
    )  # fmt: skip


def by_rep(found: Actions) -> pd.DataFrame:
    """How often each rep does the actions worth planning, where there are any.

    Returns:
        A row per rep and action, columns: rep_id, type, step, window, n, share, others, effect, lower, upper, p,
        q (over all reps and actions) and flag: less, more or none. Owners who are no person are left out.
    """
    helps = found.of("plan")
    columns = [
        "rep_id",
        "type",
        "step",
        "window",
        "n",
        "share",
        "others",
        "effect",
        "lower",
        "upper",
        "p",
        "q",
        "flag",
    ]
    if helps.empty:
        return pd.DataFrame({name: pd.Series(dtype="str" if name in _TEXTS else float) for name in columns})
    moments = moments_of(wide(found.watched), wide(found.done), len(found.types))
    first = moments.age == 0
    keys, reps = [step.key for step in found.steps], found.rep.categories
    nobody = np.append(reps.isin(list(found.facts.not_people)), True)
    whose = rep_codes(found.rep)
    parts = []
    for row in helps.to_dict("records"):
        here = first & (found.watched.step[moments.stay] == keys.index(row["step"]))
        here &= ~nobody[whose[moments.stay]]
        made = habits(whose[moments.stay[here]], moments.exposed[found.types.index(row["type"])][here].astype(int))
        there = made.n > 0
        frame = pd.DataFrame(made._asdict())[there]
        parts.append(frame.assign(type=row["type"], step=row["step"], window=row["window"]))
    table = pd.concat(parts, ignore_index=True)
    q = benjamini_hochberg(table["p"])
    flag = np.where(q <= found.level, np.where(table["effect"] < 0, "less", "more"), "none")
    table = table.assign(
        rep_id=pd.Series(reps.take(table["rep"].to_numpy()), dtype="str"), share=table["done"] / table["n"], q=q,
        flag=pd.Series(flag, dtype="str"),
    )  # fmt: skip
    return table[[*_COLUMNS]]


_COLUMNS = (
    "rep_id", "type", "step", "window", "n", "share", "others", "effect", "lower", "upper", "p", "q", "flag",
)  # fmt: skip
_TEXTS = {"rep_id", "type", "step", "flag"}
