"""What one rep is paid for one period, and why: nothing in it is about anybody else."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from salesreport.language import Text
from salesreport.period import Period
from salesreport.plan.pay.earning import Earned, Line, Terms
from salesreport.plan.pay.quantities import Item


class Part(NamedTuple):
    """What one component brought.

    Attributes:
        component: its key. title: what people call it. metric: what it counts. unit: of the quantity.
        quantity, quota: in that unit; None: not known, or there is none. reached: the share of the quota.
        amount: money. level: the level reached, from 1; 0: none. items: the deals or orders of the quantity;
        empty for metrics that are no sums.
    """

    component: str
    title: Text | str
    metric: str
    unit: str
    quantity: Decimal | None
    quota: Decimal | None
    reached: Fraction | None
    amount: Decimal
    level: int
    items: tuple[Item, ...]


class Statement(NamedTuple):
    """What one rep is paid for one period.

    Attributes:
        rep_id, name: whose it is. period: when. over: whether all of the period is known.
        currency: of all money. terms: what the plan promised. parts: a component each.
        lines: the amounts add up to `payout`, exactly. earned: after caps, before clawback and draw.
        payout: what is paid. balance_before, balance: what the rep owes before and after.
        taken_back: what clawbacks take off, zero or more. notes: what else the rep should know.
        quantities: component → quantity. result: what was earned, as `earn` gave it.
    """

    rep_id: str
    name: str
    period: Period
    over: bool
    currency: str
    terms: Terms
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    earned: Decimal
    payout: Decimal
    balance_before: Decimal
    balance: Decimal
    taken_back: Decimal
    notes: tuple[Text, ...]
    quantities: dict[str, Decimal]
    result: Earned
