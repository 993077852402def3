"""What a forecast reckons with, in words: how many deals come beside how many came; how good earlier ones were."""

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from salesreport.kpi.forecast.arrivals import Arrivals
from salesreport.kpi.forecast.drift import Drift
from salesreport.kpi.forecast.ways import Ways
from salesreport.language import Quantity, Text, bounds, ntext, text
from salesreport.period import Period
from salesreport.stats.dispersion import ratio_jeffreys

DAYS = 91
"""New deals are counted in stretches of so many days: 13 weeks."""

LIKE = 1.25
"""A period of up to so many times as many days is told without its share of them."""

_WEEK = 7


class Came(NamedTuple):
    """How many new deals came in the last `DAYS` days and in those before; more (1), fewer (−1) beyond chance."""

    last: int
    earlier: int
    moved: int


def came(entered: np.ndarray, day: int) -> Came | None:
    """Count new deals, and judge by how much their number varies from week to week.

    Args:
        entered: the day of each, since 1970-01-01. day: the last one that counts.

    Returns:
        None where less than two stretches are known.

    Examples:
        Two a week, then four: 26 and 52 in 13 weeks each.

        >>> days = np.concatenate([np.repeat(np.arange(1, 92, 7), 2), np.repeat(np.arange(92, 183, 7), 4)])
        >>> came(days, 182)
        Came(last=52, earlier=26, moved=1)
    """
    ago = day - entered
    if not len(ago) or ago.max() < 2 * DAYS - _WEEK:
        return None
    weeks = np.bincount(ago[(ago >= 0) & (ago < 2 * DAYS)] // _WEEK, minlength=2 * DAYS // _WEEK).astype(float)
    last, earlier = np.split(weeks, 2)
    now, before = last.sum(), earlier.sum()
    left = ((last - last.mean()) ** 2).sum() + ((earlier - earlier.mean()) ** 2).sum()
    freedom = len(weeks) - 2
    dispersion = max(left / freedom / max(weeks.mean(), 1e-9), 1.0)
    ratio = ratio_jeffreys(now, before, dispersion, freedom)
    return Came(int(now), int(before), int(ratio.lower > 1) - int(ratio.upper < 1))


def new_deals(ways: Ways, arrivals: Arrivals, as_of: dt.date, period: Period) -> tuple[Text, ...]:
    """How many new deals are reckoned with in a period, beside how many came lately; nothing of a short past."""
    seen = came(ways.entered[ways.begins & ways.dated & (ways.entered <= ways.day)], ways.day)
    if seen is None:
        return ()
    start, end = ((one - as_of).days for one in (period.start, period.end))
    number = float(arrivals.expected(ways.day, end)[max(start, 1) :].sum())
    days = end - max(start, 1) + 1
    said = ntext(
        "{n} new deal came in the 13 weeks up to {day}, {earlier} in the 13 weeks before",
        "{n} new deals came in the 13 weeks up to {day}, {earlier} in the 13 weeks before",
        n=seen.last,
        day=as_of,
        earlier=seen.earlier,
    )
    if seen.moved:
        fewer, more = text("{said}: fewer by more than chance"), text("{said}: more by more than chance")
        said = replace(more if seen.moved > 0 else fewer, fields={"said": said})
    fields = {"said": said, "period": period if start > 0 else text("the rest of {period}", period=period)}
    if days <= LIKE * DAYS:
        return (
            ntext(
                "{said}. The forecast reckons with {n} new deal in {period}.",
                "{said}. The forecast reckons with {n} new deals in {period}.",
                n=round(number),
                **fields,
            ),
        )
    return (
        ntext(
            "{said}. The forecast reckons with {n} new deal in {period}, {each} in 13 weeks.",
            "{said}. The forecast reckons with {n} new deals in {period}, {each} in 13 weeks.",
            n=round(number),
            each=round(number / days * DAYS),
            **fields,
        ),
    )


def looked_back(off: Drift) -> tuple[Text, ...]:
    """How many deals were won of those that the forecast would have expected on earlier days."""
    if not off.ratios:
        return ()
    low, high = bounds(min(off.ratios), max(off.ratios), "share")
    return (
        ntext(
            "A look back at {n} earlier day: over {days}, {low} of the deals expected were won.",
            "A look back at {n} earlier days: over {days}, {low} to {high} of the deals expected were won.",
            n=len(off.ratios),
            days=Quantity(off.days, "days"),
            low=low,
            high=high,
        ),
    )
