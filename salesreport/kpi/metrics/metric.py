"""The contract of a metric: what it says, how it is worked out, and what it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.metrics.question import Question
from salesreport.language import Text, text

Unit = Literal[
    "share", "money", "money/day", "days", "deals", "units", "leads", "activities", "points", "per 100 orders",
    "complaints", "times", "customers", "pieces",
]  # fmt: skip
"""What a metric is measured in; `money` is the dataset's currency."""


Direction = Literal["higher", "lower", "neither"]
"""Whether more or less of a metric is better."""


class Figures(NamedTuple):
    """A metric's figures, one element per group.

    Attributes:
        value: the figure; NaN where there is none. n: how many observations it rests on.
        lower, upper: its confidence interval; None for metrics that have none.
        missing: why a group has no figure, by the group's number, where there is more to say than "no data".
        caveats: what makes a group's figure tell less than it seems to, by the group's number.
    """

    value: Numbers
    n: Numbers
    lower: Numbers | None = None
    upper: Numbers | None = None
    missing: Mapping[int, Text] = {}
    caveats: Mapping[int, Text] = {}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """The contract of a metric.

    Attributes:
        key: its name in commands and targets. title: its name in reports.
        formula: how it is worked out, in words. numerator, denominator: what is divided by what (None: nothing).
        date_basis: the date that puts an event in a period. credit: who gets it.
        unit: what it is measured in. direction: whether more or less of it is better.
        minimum_n: with fewer observations there is too little to tell.
        needs: the tables and columns without which it is unavailable; table `sales` is `orders` where there are
            any, else `deals`; table `customers` is whatever table names customers.
        reference: where it comes from; S-numbers are the project's sources.
        facts: the kinds of events it counts. additive: whether the figures of parts add up to that of the whole.
        figures: works it out.
        parameter: what may follow its key after a colon, if anything.
        target: key of the metric whose target it is measured against, if any.
        tile: whether reports show it among their key figures, in the index, and with its definition; the kit's own
            are chosen in `report`.
    """

    key: str
    title: Text
    formula: Text
    numerator: Text
    denominator: Text | None
    date_basis: Text
    credit: Text
    unit: Unit
    direction: Direction
    minimum_n: int
    needs: tuple[tuple[str, str], ...]
    reference: str
    facts: tuple[Kind, ...]
    figures: Callable[[Question], Figures] = field(repr=False)
    additive: bool = False
    parameter: Literal["activity type", "metric", "milestone", "category"] | None = None
    target: str | None = None
    tile: bool = False

    def unit_in(self, currency: str) -> str:
        """The unit with the currency in place of `money`, as `Quantity` wants it."""
        return self.unit.replace("money", currency)


CREATED_ON = text("the day the deal was created")
CLOSED_ON = text("the day the deal was won or lost")
AS_OF = text("open at the end of the as-of date")
SOLD_ON = text("the day of the order; without orders, the day the deal was won")

OWNER_THEN = text("the deal's owners on that day by their shares; its current owner where there is no history")
SELLER = text(
    "the rep of the order, or those who share its deal; without orders, the deal's owners on the day it was won"
)
