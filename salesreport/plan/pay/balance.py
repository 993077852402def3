"""From what was earned to what is paid: clawback, draws, and the balance that goes on to the next period.

The balance is what a rep owes: draws beyond what was earned, and clawbacks beyond it. Over any number of periods

    paid = earned − taken back + guaranteed + balance at the end − balance at the beginning (+ rest of rounding)

to the cent; `settle` asserts it for each.
"""

from decimal import Decimal
from typing import NamedTuple

from salesreport.language import text
from salesreport.plan.pay.amounts import ZERO, rounded
from salesreport.plan.pay.earning import Line, shown, total
from salesreport.plan.pay.model import Draw, Rounding


class Settled(NamedTuple):
    """What is paid for a period.

    Attributes:
        lines: what is added to what was earned, and taken from it. paid: what is paid, never negative.
        balance: what the rep owes afterwards.
    """

    lines: tuple[Line, ...]
    paid: Decimal
    balance: Decimal


def settle(
    earned: Decimal, clawbacks: tuple[Line, ...], draw: Draw | None, balance: Decimal, rounding: Rounding
) -> Settled:
    """Settle a period.

    What is there is what was earned less what is taken back. Where it is less than the draw, the draw is paid: the
    difference is owed where the draw is recoverable, a gift where it is a guarantee. Nobody pays back in cash:
    what is less than nothing is owed. Where it is more than the draw, the surplus pays off what is owed.

    Args:
        earned: after all caps. clawbacks: lines of what is taken back. draw: for this period.
        balance: what the rep owes from before, zero or more.

    Examples:
        >>> draw = Draw(amount=2000, recoverable=True)
        >>> first = settle(Decimal(1500), (), draw, ZERO, Rounding())
        >>> second = settle(Decimal(2800), (), draw, first.balance, Rounding())
        >>> first.paid, first.balance, second.paid, second.balance
        (Decimal('2000.00'), Decimal('500'), Decimal('2300.00'), Decimal('0'))
    """
    there = earned + total(clawbacks)
    least = draw.amount if draw else ZERO
    lines, owed, given = list(clawbacks), balance, ZERO
    if there < ZERO and not (draw and draw.recoverable):
        lines.append(Line("carried", "", text("More is taken back than was earned; the rest is owed"), -there))
        owed -= there
        there = ZERO
    if there < least:
        assert draw is not None
        short = least - there
        if draw.recoverable:
            lines.append(Line("draw", "", text("Advance up to the draw of {amount}", amount=shown(least)), short))
            owed += short
        else:
            what = text("Guarantee up to {amount}", amount=shown(least))
            lines.append(Line("guarantee", "", what, short))
            given = short
    elif back := min(owed, there - least):
        what = text("Paid back of the {amount} owed from before", amount=shown(owed))
        lines.append(Line("recovered", "", what, -back))
        owed -= back
    exact = earned + total(tuple(lines))
    paid = rounded(exact, rounding.payout, rounding.how)
    if paid != exact:
        what = text("Rounded to {step}", step=shown(rounding.payout))
        lines.append(Line("rounded", "", what, paid - exact))
    assert exact >= 0, "what is paid is never negative"
    assert exact == earned + total(clawbacks) + given + owed - balance, "balances do not add up"
    return Settled(tuple(lines), paid, owed)
