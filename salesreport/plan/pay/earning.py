"""What quantities earn by a plan: line by line, each of which can be done again by hand."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from salesreport.language import Fixed, Text, text
from salesreport.plan.pay.amounts import ONE, ZERO, rounded
from salesreport.plan.pay.model import Component, Draw, PayPlan
from salesreport.plan.pay.rule import Piece

Kind = Literal[
    "level", "nothing", "cap", "cap_all", "clawback", "draw", "guarantee", "carried", "recovered", "rounded"
]  # fmt: skip
"""What a line is: pay of a level, none and why, what caps take off, what is taken back for reversed orders, an
advance by a draw, a guarantee, a debt carried on, one paid back, and the rest of rounding."""


class Line(NamedTuple):
    """A line of a statement. The amounts of all lines add up to what is paid.

    Attributes:
        kind: see `Kind`. component: its key; empty: all of them together. what: in words.
        amount: money, rounded; negative: taken off.
        quantity: how much of the metric. of: what it is divided by, the quota; None: by nothing.
        rate: what it is multiplied with. base: likewise, money; None: with nothing.
    """

    kind: Kind
    component: str
    what: Text
    amount: Decimal
    quantity: Decimal | None = None
    of: Decimal | None = None
    rate: Decimal | None = None
    base: Decimal | None = None

    @property
    def exact(self) -> Fraction | None:
        """The amount before it is rounded: quantity ÷ of × rate × base; None where the words say it.

        Examples:
            >>> line = Line("level", "x", Text("x"), Decimal(150), Decimal(60), Decimal(300), ONE, Decimal(750))
            >>> line.exact
            Fraction(150, 1)
        """
        if self.rate is None:
            return None
        whole = Fraction(self.rate)
        for factor in (self.quantity, self.base):
            whole *= 1 if factor is None else Fraction(factor)
        return whole if self.of is None else whole / Fraction(self.of)


class Terms(NamedTuple):
    """What a plan promises one rep for one period.

    Attributes:
        target_pay: variable pay at every quota; None: the plan has no weights. quotas: component → quota; one
            without a quota is not in it. draw: what is paid in any case, for the days the rep is there.
        share: the part of the period the rep is there. why_none: component → why its quota is not known.
    """

    target_pay: Decimal | None
    quotas: Mapping[str, Decimal]
    draw: Draw | None = None
    share: Fraction = Fraction(1)
    why_none: Mapping[str, Text] = {}

    def basis(self, component: Component) -> Decimal:
        """What one unit of a component's scale is worth at rate 1: of the target pay, of the quota, or of one."""
        if component.weight is not None:
            return (self.target_pay or ZERO) * component.weight
        return ONE if component.pays == "flat" else self.quotas.get(component.key, ONE)

    def most(self, component: Component) -> Decimal | None:
        """The most that a component may pay; None: there is no cap."""
        caps = [component.cap_amount] if component.cap_amount is not None else []
        if component.cap is not None:
            caps.append(component.cap * self.basis(component))
        return min(caps, default=None)

    def most_of_all(self, plan: PayPlan) -> Decimal | None:
        """The most that all components may pay together; None: there is no cap."""
        caps = [plan.cap_amount] if plan.cap_amount is not None else []
        if plan.cap is not None:
            caps.append(plan.cap * (self.target_pay or ZERO))
        return min(caps, default=None)


class Earned(NamedTuple):
    """What was earned.

    Attributes:
        lines: of all components, then what the cap of all takes off. levels: component → the level reached, from
            0; None: none. capped: the components whose cap took something off.
    """

    lines: tuple[Line, ...]
    levels: Mapping[str, int | None]
    capped: frozenset[str]

    @property
    def amount(self) -> Decimal:
        """All of it."""
        return total(self.lines)

    def of(self, component: str) -> Decimal:
        """What one component earned, after its own cap."""
        return total(tuple(line for line in self.lines if line.component == component))


def total(lines: tuple[Line, ...]) -> Decimal:
    """The sum of the amounts of lines, exactly."""
    return sum((line.amount for line in lines), ZERO)


def earn(
    plan: PayPlan, terms: Terms, quantities: Mapping[str, Decimal], why_none: Mapping[str, Text] | None = None
) -> Earned:
    """Work out what quantities earn.

    Args:
        plan: the rules. terms: what they are for this rep and period.
        quantities: component → quantity; one that is not known is not in it. why_none: why it is not.

    Examples:
        >>> from salesreport.plan.pay.files import parse_pay_plan
        >>> plan = parse_pay_plan('''
        ... name: x
        ... currency: EUR
        ... target_pay: 1000
        ... components:
        ...   - {key: sales, metric: revenue, weight: 1, levels: [{to: 1, rate: 1}, {rate: 2}]}
        ... ''')
        >>> made = earn(plan, Terms(Decimal(1000), {"sales": Decimal(300)}), {"sales": Decimal(360)})
        >>> [(str(line.what), line.amount) for line in made.lines]
        [('Level 1, 0% to 100% of the quota', Decimal('1000.00')),
         ('Level 2, above 100% of the quota', Decimal('400.00'))]
    """
    lines: list[Line] = []
    levels: dict[str, int | None] = {}
    capped = set()
    for component in plan.components:
        key = component.key
        why = terms.why_none.get(key) or (why_none or {}).get(key)
        if key not in quantities or (component.whose_quota is not None and key not in terms.quotas):
            lines.append(Line("nothing", key, why or text("nothing is known of it"), ZERO))
            levels[key] = None
            continue
        made = _of_component(plan, component, terms, quantities[key])
        levels[key] = component.scale.level(reach(component, terms, quantities[key]))
        most = terms.most(component)
        if most is not None and total(made) > (least := rounded(most, plan.rounding.lines, "down")):
            what = text("The most that it pays is {amount}", amount=shown(least))
            made = (*made, Line("cap", key, what, least - total(made)))
            capped.add(key)
        lines += made
    most = terms.most_of_all(plan)
    if most is not None and total(tuple(lines)) > (least := rounded(most, plan.rounding.lines, "down")):
        what = text("The most that is paid in all is {amount}", amount=shown(least))
        lines.append(Line("cap_all", "", what, least - total(tuple(lines))))
    return Earned(tuple(lines), levels, frozenset(capped))


def reach(component: Component, terms: Terms, quantity: Decimal) -> Fraction:
    """Where a quantity is on the component's scale: its share of the quota, or itself where there is none."""
    quota = terms.quotas.get(component.key)
    return Fraction(quantity) if quota is None else Fraction(quantity) / Fraction(quota)


def _of_component(plan: PayPlan, component: Component, terms: Terms, quantity: Decimal) -> tuple[Line, ...]:
    at = reach(component, terms, quantity)
    pieces = component.scale.pieces(at)
    if not pieces:
        scale = component.scale
        start = max(scale.threshold, scale.bands[0].start)
        if at <= 0:
            what = text("Nothing there to be paid for")
        elif component.key in terms.quotas:
            what = text("Below {start}% of the quota nothing is paid", start=shown(start * 100))
        else:
            what = text("Below {start} nothing is paid", start=shown(start))
        return (Line("nothing", component.key, what, ZERO),)
    return tuple(_line(plan, component, terms, piece) for piece in pieces)


def _line(plan: PayPlan, component: Component, terms: Terms, piece: Piece) -> Line:
    quota = terms.quotas.get(component.key)
    what = _words(component, terms, piece)
    if piece.flat:
        base = terms.basis(component) if component.weight is not None else None
        line = Line("level", component.key, what, ZERO, rate=piece.rate, base=base)
    else:
        # quantities and quotas end after a few digits, so what lies in a level does, too
        quantity = (piece.end - piece.start) * (1 if quota is None else Fraction(quota))
        of, base = (quota, terms.basis(component)) if component.weight is not None else (None, None)
        line = Line("level", component.key, what, ZERO, _finite(quantity), of, piece.rate, base)
    assert line.exact is not None
    return line._replace(amount=rounded(line.exact, plan.rounding.lines, plan.rounding.how))


def _words(component: Component, terms: Terms, piece: Piece) -> Text:
    """Which level it is, and from where to where it goes."""
    bands = component.scale.bands
    band, n = bands[piece.level], piece.level + 1
    if len(bands) == 1 and not band.start:
        return text("Commission") if component.weight is None else text("By share of the quota")
    quota = component.key in terms.quotas
    start, end = (shown((one or ZERO) * (100 if quota else 1)) for one in (band.start, band.end))
    if component.pays != "band":
        if quota:
            return text("Level {n}, reached from {start}% of the quota", n=n, start=start)
        return text("Level {n}, reached from {start}", n=n, start=start)
    if band.end is None:
        if quota:
            return text("Level {n}, above {start}% of the quota", n=n, start=start)
        return text("Level {n}, above {start}", n=n, start=start)
    if quota:
        return text("Level {n}, {start}% to {end}% of the quota", n=n, start=start, end=end)
    return text("Level {n}, {start} to {end}", n=n, start=start, end=end)


def shown(value: Decimal) -> Fixed:
    """An exact number for a text, with the decimals it has."""
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return Fixed(float(value), places)


def _finite(value: Fraction) -> Decimal:
    """A fraction that ends after some digits, as a decimal number."""
    made = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(made) == value, "a quantity that does not end"
    return made
