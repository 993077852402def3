"""Are amounts what they say? Those far from their like, and clusters that look like misread thousands."""

import numpy as np

from salesreport.audit.model import ANY, Check, Found, Looked
from salesreport.ingest.rows.noticed import far_from_their_like
from salesreport.kpi.facts.columns import Flags, Numbers
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
    above = np.flatnonzero(values > 0)
    if len(above) < _ENOUGH:
        return found
    order = above[np.argsort(values[above], kind="stable")]
    logs = np.log10(values[order])
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
            flagged |= far_from_their_like(like.copy()) | misread(like)
            alone &= lines != line
    rest = np.where(alone, amounts, np.nan)
    flagged |= (far_from_their_like(rest.copy()) | misread(rest)) if alone.any() else False
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
        "Deals whose amount is at least 200 times the usual one of their product line or as much less, or part of "
        "a cluster that is the rest times a hundred or a thousand ÷ deals with an amount."
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
)

CHECKS = (FAR_AMOUNTS,)
