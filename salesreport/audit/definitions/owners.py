"""The win rate of each rep by who has credit: the owners on the day, the first owner, or today's."""

import numpy as np
import pandas as pd

from salesreport.audit.definitions.cohort import Asked, Owner
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text

OWNERS: tuple[Owner, ...] = ("then", "first", "last")
"""The rules, the report's first."""


def by_owner(asked: Asked) -> tuple[pd.DataFrame, Text | None]:
    """Deals won ÷ won or lost, closed in the period, of each rep under each rule.

    Returns:
        `rep_id`, and for each rule the rate (`then`, `first`, `last`) and the deals it rests on (`n_then` …); and
        why there is no row, where there is none.
    """
    nothing = pd.DataFrame(columns=["rep_id", *OWNERS, *(f"n_{one}" for one in OWNERS)])
    try:
        asked.need("closed_on")
        asked.need_losses()
        if asked.facts.owners is None:
            raise lacks("deal_owners")
    except Unavailable as problem:
        return nothing, problem.reason
    deal = np.flatnonzero((asked.won | asked.lost) & asked.inside(asked.closed_on))
    columns: dict[str, pd.Series] = {}
    for rule in OWNERS:
        one = Asked(asked.facts, asked.period, asked.where, rule)
        group, rep = one.credited_to(deal, asked.closed_on[deal], asked.won[deal])
        whose = pd.Series(rep.astype("str"), dtype="str")
        size = pd.Series(group.share).groupby(whose).sum()
        won = pd.Series(group.share * group.won).groupby(whose).sum()
        columns[rule], columns[f"n_{rule}"] = won / size, size
    found = pd.DataFrame(columns)
    if found.empty:
        return nothing, text("no deal was won or lost in the period")
    found[[f"n_{one}" for one in OWNERS]] = found[[f"n_{one}" for one in OWNERS]].fillna(0.0)
    found = found.rename_axis("rep_id").reset_index()
    return found[list(nothing.columns)], None
