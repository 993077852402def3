"""White space: what accounts do not buy yet, by product line and segment; sums, without names."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.customers.customers import served_by
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.facts import Facts
from salesreport.plan.accounts.plans import Market

SPACE = ("product_line", "segment", "accounts", "buying", "ordered", "gaps", "worth", "worth_lower", "worth_upper")


def served_by_any(facts: Facts, market: Market, reps: Sequence[str]) -> Flags:
    """Which accounts are served by one of some reps."""
    return np.asarray(pd.Series(served_by(facts, market.bought.last)).astype(object).isin(list(reps)), bool)


def white_space(market: Market, among: Flags | None = None) -> pd.DataFrame:
    """What accounts that ordered anything in two years buy and do not, by product line and segment.

    Args:
        market: of all accounts. among: which accounts count; None: all.

    Returns:
        `SPACE`: `accounts` that ordered anything, `buying` the line, what they `ordered` of it in two years,
        claimed `gaps`, what these are `worth` a year if each account came to spend what like ones do, and the sums
        of the intervals' bounds, which hold it more often than 95 %. Without segment: accounts that have none.
    """
    bought, kinds = market.bought, market.kinds
    among = np.ones(len(bought.ids), bool) if among is None else among
    counts = among & bought.buys.any(axis=1)
    segment = market.around.segment
    rows = []
    for line, name in enumerate(bought.lines):
        for code in [*range(len(segment.categories)), -1]:
            here = segment.codes == code
            every, mine = counts & here, among & here
            gaps = mine & market.gap[:, line]
            if not mine.any():
                continue
            worth = [0.0, 0.0, 0.0]
            if kinds is not None and gaps.any():
                of = kinds.of[gaps, line]
                worth = [float(np.nansum(one[of])) for one in (kinds.worth, kinds.worth_lower, kinds.worth_upper)]
            rows.append(
                (name, None if code < 0 else segment.categories[code], int(every.sum()),
                 int((every & bought.buys[:, line]).sum()), float(bought.amount[:-1][mine, line].sum()),
                 int(gaps.sum()), *worth)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SPACE)).astype({"segment": object})
