"""How a figure moved against the comparison period, and whether by more than chance: the same for all sections."""

from typing import Any, NamedTuple

import numpy as np

from salesreport.kpi import METRICS
from salesreport.language import Quantity, Text, text
from salesreport.plan.actual.chance import measured
from salesreport.report.context import Context
from salesreport.stats.dispersion import ratio_jeffreys

SUMS = ("revenue", "deals_won")
"""Sums and counts of what happened in a period, of which it is known how much they vary anyway."""

STOCKS = ("pipeline_value", "deals_in_funnel")
"""What is there on a day: all of it, and no sample; it has no interval."""

_SAME = 0.005
"""A smaller relative change is shown as none."""


class Moved(NamedTuple):
    """How a sum moved, against the comparison period.

    Attributes:
        change: relative. lower, upper: its 95 % interval.
    """

    change: float
    lower: float
    upper: float

    @property
    def direction(self) -> str:
        """`more` or `less` where that is beyond chance, else `unclear`."""
        return "more" if self.lower > 0 else "less" if self.upper < 0 else "unclear"


def moved(context: Context, metric: str) -> Moved | None:
    """How one of `SUMS` moved; None where it compares with nothing.

    The interval follows how much the figure varied from one such period of the subject to the next
    (`plan.actual.chance`, `stats.dispersion.ratio_jeffreys`).
    """
    now, before = context.figure(metric), context.figure(metric, context.compare)
    if not _comparable(context, metric) or before.value <= 0:
        return None
    ratio = ratio_jeffreys(now.value, before.value, *_varies(context, metric))
    return Moved(*(float(one) - 1 for one in (ratio.value, ratio.lower, ratio.upper)))


def _comparable(context: Context, metric: str) -> bool:
    now, before = context.figure(metric), context.figure(metric, context.compare)
    if not (now.known and before.known) or context.uncompared(metric) is not None:
        return False
    return metric != "revenue" or not context.incomplete_either()


def _varies(context: Context, metric: str) -> tuple[float, float]:
    """How much the subject's sum varies from one such period to the next: dispersion, degrees of freedom."""
    dimension, facts, period = context.subject.dimension, context.facts, context.period
    end = min(period.end, context.as_of)
    found = facts.store(
        ("varies", metric, dimension, period),
        lambda: measured(facts, metric, period, period.start, end, dimension, "all", []),
        always=True,
    )
    place = {who: number for number, (who, _) in enumerate(found.units)}.get(context.subject.id)
    return (np.nan, np.inf) if place is None else (float(found.dispersion[place]), float(found.freedom[place]))


def in_a_sentence(moved: Moved, than: Text) -> Text:
    """How a sum of money moved, after *is*; what may be chance says so.

    Examples:
        >>> str(in_a_sentence(Moved(-0.7, -0.98, 1.46), text("Q2 2026")))
        '70% less than in Q2 2026, which may be chance'
        >>> str(in_a_sentence(Moved(-0.7, -0.9, -0.1), text("Q2 2026")))
        '70% less than in Q2 2026'
    """
    change = change_in_words(moved.change, than)
    if moved.direction == "unclear" and abs(moved.change) >= _SAME:
        return text("{change}, which may be chance", change=change)
    return change


def in_short(context: Context, metric: str) -> Text | None:
    """How a figure moved, as tiles have it; None where it cannot be said. See also `Context.uncompared`.

    Of what moved by no more than chance, of what is there on a day and of sums of one's own stands what it was
    before. A rate or mean has clearly changed only where its interval and that of the other period lie apart.
    """
    if not _comparable(context, metric):
        return None
    now, before = context.figure(metric), context.figure(metric, context.compare)
    fields: dict[str, Any] = {"before": Quantity(before.value, now.unit), "period": context.compare}
    if metric in STOCKS:
        return text("{before} on {day}", before=fields["before"], day=context.compare.end)
    if metric in SUMS:
        change = moved(context, metric)
        if change is None:
            return None
        if change.direction == "unclear" and abs(change.change) >= _SAME:
            return text("{before} in {period}: no clear change", **fields)
        return change_in_words(change.change, context.compare.label, METRICS[metric].unit != "money")
    if METRICS[metric].additive:
        return text("{before} in {period}", **fields)
    direction = of_rate(context, metric)
    if direction is None:
        return text("{before} in {period}: too few to tell", **fields)
    if direction == "more":
        return text("clearly more than the {before} of {period}", **fields)
    if direction == "less":
        return text("clearly less than the {before} of {period}", **fields)
    return text("{before} in {period}: no clear change", **fields)


def of_rate(context: Context, metric: str) -> str | None:
    """Where a rate or mean went, as `Moved.direction`; None where one of the two has no interval."""
    now, before = context.figure(metric), context.figure(metric, context.compare)
    if not (now.has_interval and before.has_interval):
        return None
    return "more" if now.lower > before.upper else "less" if now.upper < before.lower else "unclear"


def change_in_words(change: float, than: Text, counted: bool = False) -> Text:
    """A relative change in words; below half a per cent it is none.

    Args:
        change: of the earlier figure. than: the earlier period. counted: whether the figure is a number of things.

    Examples:
        >>> str(change_in_words(-0.123, text("Q3 2017")))
        '12% less than in Q3 2017'
        >>> str(change_in_words(4, text("Q3 2017"), counted=True))
        '5.0 times as many as in Q3 2017'
        >>> str(change_in_words(173_145.4, text("Q3 2017")))
        '173,146 times as much as in Q3 2017'
    """
    if abs(change) < _SAME:
        return text("as in {period}", period=than)
    if change >= 1:
        factor = Quantity(1 + change, "times")
        if counted:
            return text("{factor} times as many as in {period}", factor=factor, period=than)
        return text("{factor} times as much as in {period}", factor=factor, period=than)
    size = Quantity(abs(change), "share")
    if counted:
        if change < 0:
            return text("{size} fewer than in {period}", size=size, period=than)
        return text("{size} more than in {period}", size=size, period=than)
    if change < 0:
        return text("{size} less than in {period}", size=size, period=than)
    return text("{size} more than in {period}", size=size, period=than)
