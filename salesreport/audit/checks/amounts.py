"""Are amounts what they say? Those far from their like, and clusters that look like misread thousands."""

import numpy as np

from salesreport.audit.model import ANY, Check, Found, Looked
from salesreport.ingest.rows.noticed import far_from_their_like
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, text

FACTORS = (2, 3)
"""Powers of ten by which decimals are misread: cents or thousands."""

_NEAR = 0.35
"""How far (in powers of ten) a cluster's median may be from such a factor."""

_GAP = 1.0
"""How wide the gap is between a cluster and the rest, in powers of ten: nothing lies in between."""

_CLUSTERS = 4.5
"""Or how many of their own standard deviations they are apart: halves of one log-normal cluster are 2.7 apart."""

_FEWEST, _ENOUGH = 3, 20

_ALONE, _APART = 1.5, 0.5
"""What stands alone is so many powers of ten above the median (30 times), and above the next one (3 times)."""

_CHANCE, _TAIL = 0.05, 5
"""How often a gap as wide comes where amounts have Pareto's tail, told by the upper tenth, at least so many."""


def misread(values: Numbers) -> Flags:
    """Which amounts form a cluster that is the rest times 100 or 1000, tight or with nothing between.

    The smaller of the two clusters is meant; between equal ones nobody knows. At least three amounts make one.

    Examples:
        >>> usual = np.array([900.0, 1000, 1100, 1200, 800] * 5)
        >>> np.flatnonzero(misread(np.append(usual, [950_000, 1_050_000, 1_000_000])))
        array([25, 26, 27])
        >>> misread(np.append(usual, [15_000, 16_000, 17_000])).any()  # large, but not a thousand times
        np.False_

    References:
        Otsu (1979), doi 10.1109/TSMC.1979.4310076.
    """
    found = np.zeros(len(values), bool)
    order, logs = _in_order(values)
    if len(order) < _ENOUGH:
        return found
    gaps = np.flatnonzero(np.diff(logs) >= _GAP) + 1
    for cut in (*gaps, _between(logs)):
        lower, upper = logs[:cut], logs[cut:]
        smaller = order[cut:] if len(upper) < len(lower) else order[:cut]
        if len(smaller) < _FEWEST or 2 * len(smaller) >= len(logs):
            continue
        apart = float(np.median(upper) - np.median(lower))
        alike = cut in gaps or apart >= _CLUSTERS * _spread(lower, upper)
        if alike and min(abs(apart - one) for one in FACTORS) <= _NEAR:
            found[smaller] = True
    return found


def stand_alone(values: Numbers) -> Flags:
    """Which amounts lie far above all others: as one that got two digits too many does.

    They are at least 30 times the median and 4.5 standard deviations (of logarithms, by what few cannot move)
    above it, and the amounts end well below them: so wide a gap comes in 5 of 100 lines only, even where
    large amounts are as frequent as incomes (Pareto's), and hardly ever where they are log-normal.

    Examples:
        >>> usual = 1000 * 2.0 ** np.linspace(-1, 1, 40)
        >>> np.flatnonzero(stand_alone(np.append(usual, [3000.0, 45_000]))), stand_alone(usual).any()
        (array([41]), np.False_)

    References:
        Hill (1975), doi 10.1214/aos/1176343247: the gaps between the largest logarithms, each times its rank, tell
        the tail; the gap above them ÷ their mean has the F distribution with 2 and 2k degrees of freedom.
    """
    found = np.zeros(len(values), bool)
    order, logs = _in_order(values)
    if len(order) < _ENOUGH:
        return found
    tenth, middle, nine_tenths = np.quantile(logs, [0.1, 0.5, 0.9])
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), float(nine_tenths - tenth) / 2.563)
    far = middle + max(_ALONE, _CLUSTERS * spread)
    k = max(len(logs) // 10, _TAIL)
    widest = k * (_CHANCE ** (-1 / k) - 1)
    for at in np.flatnonzero((logs[1:] >= far) & (np.diff(logs) >= _APART)) + 1:
        if at <= k:
            continue
        limit = logs[at - k - 1]  # of the gaps between the k + 1 below, the i-th from above counts i + 1 times
        tail = float((logs[at - k : at] - limit).sum() + logs[at - 1] - limit) / k
        if logs[at] - logs[at - 1] >= widest * tail:
            found[order[at:]] = True
            break
    return found


def _in_order(values: Numbers) -> tuple[Positions, Numbers]:
    """The places of the amounts above 0, the smallest first, and their logarithms."""
    above = np.flatnonzero(values > 0)
    order = above[np.argsort(values[above], kind="stable")]
    return order, np.log10(values[order])


def _between(logs: Numbers) -> int:
    """Where sorted numbers fall apart into two clusters that are as tight as possible (Otsu 1979)."""
    n = np.arange(1, len(logs))
    total = np.cumsum(logs)
    lower = total[:-1] / n
    upper = (total[-1] - total[:-1]) / (len(logs) - n)
    return int(np.argmax(n * (len(logs) - n) * (upper - lower) ** 2)) + 1


def _spread(lower: Numbers, upper: Numbers) -> float:
    """The standard deviation within two clusters, by median distances, so that strays do not matter."""
    away = np.concatenate([np.abs(one - np.median(one)) for one in (lower, upper)])
    return 1.4826 * float(np.median(away))


def _far(like: Numbers) -> Flags:
    """Which amounts are far from the others; those that are not to be looked at are NaN."""
    return far_from_their_like(like.copy()) | misread(like) | stand_alone(like)


def _far_amounts(looked: Looked) -> Found:
    known = looked.facts.known()
    amounts = np.where(known.there, known.amount, np.nan)
    priced = amounts > 0
    if not priced.any():
        raise Unavailable(text("no deal has an amount"))
    lines = looked.facts.columns.coded("deals", "product_line").codes
    flagged = np.zeros(len(amounts), bool)
    alone = priced.copy()
    for line in np.unique(lines[lines >= 0]):
        like = np.where((lines == line) & priced, amounts, np.nan)
        if (like > 0).sum() >= _ENOUGH:
            flagged |= _far(like)
            alone &= lines != line
    rest = np.where(alone, amounts, np.nan)
    flagged |= _far(rest) if alone.any() else False
    detail = None
    if flagged.any():
        detail = text(
            "Together they are {share} of all amounts; the median of all deals is {median}.",
            share=Quantity(float(amounts[flagged].sum() / np.nansum(amounts)), "share"),
            median=Quantity(float(np.nanmedian(amounts[priced])), looked.dataset.currency),
        )
    return looked.of_deals(flagged, priced, detail=detail)


FAR_AMOUNTS = Check(
    key="far_amounts",
    number=0,
    title=text("Amounts far from their like"),
    definition=text(
        "Deals whose amount is at least 200 times the usual one of their product line or as much less, or at "
        "least 30 times and far above all others, or part of a cluster that is the rest times a hundred or a "
        "thousand ÷ deals with an amount."
    ),
    kind="data",
    counted=text("deals with an amount"),
    limit=(ANY, 0.05),
    source="salesreport",
    needs=(("deals", "amount"),),
    affects=(
        "revenue",
        "avg_deal_size",
        "pipeline_value",
        "win_rate_amount",
        "attainment",
        "coverage",
        "velocity",
    ),
    does=text(
        "They decide every sum of money. Decimals or thousands may be misread, unless a product line holds deals "
        "of two kinds."
    ),
    find=_far_amounts,
    version=2,
)

CHECKS = (FAR_AMOUNTS,)
