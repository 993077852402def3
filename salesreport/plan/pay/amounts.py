"""Exact numbers: as they stand in a file, and as they are rounded, by a rule that is stated."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from salesreport.config import Place, TextError
from salesreport.language import text
from salesreport.plan.strategy import MOST

How = Literal["half_up", "half_even", "down", "up"]
"""What becomes of a half, or of any rest: away from zero, to the even neighbour, towards zero, away from zero."""

CENT = Decimal("0.01")
ZERO, ONE = Decimal(0), Decimal(1)

MOST_PAY = Decimal(10**12)
"""No target pay is larger, in any currency."""

_DIGITS = 6
"""Digits that a quantity other than money keeps after the point."""


def number(value: Any) -> Decimal:
    """A number of a settings file, exactly as it is written; `60 %` is 0.6.

    Raises:
        TextError: no number, not finite, or negative.

    Examples:
        >>> number("62.5 %"), number(0.1), number(3)
        (Decimal('0.625'), Decimal('0.1'), Decimal('3'))
    """
    found = _read(value)
    if found is None or not found.is_finite():
        raise TextError(text("This is no number."), text("a number such as 0.6, 60% or 2000"))
    if found < 0:
        raise TextError(text("This may not be negative."), text("zero or more"))
    return _at_most(found, MOST)


def positive(value: Any) -> Decimal:
    """Likewise, but more than zero.

    Raises:
        TextError: it is not.
    """
    found = number(value)
    if not found:
        raise TextError(text("This may not be zero."), text("more than zero"))
    return found


def target(value: Any) -> Decimal:
    """Likewise, a target pay.

    Raises:
        TextError: it is none, or larger than anybody's.
    """
    return _at_most(positive(value), MOST_PAY)


def _at_most(number: Decimal, most: Decimal) -> Decimal:
    if number > most:
        raise TextError(text("This number is too large."), text("at most {number}", number=f"{most:f}"))
    return number


def is_percentage(value: Any) -> bool:
    """Whether a number of a settings file is written as a percentage.

    Examples:
        >>> is_percentage("60 %"), is_percentage(0.6)
        (True, False)
    """
    return isinstance(value, str) and value.strip().endswith("%")


def first_percentage(levels: Any, threshold: Any) -> tuple[Place, str]:
    """Where a component's scale first has a place in percent, and what stands there; empty: nowhere."""
    ends: list[tuple[Place, Any]] = [
        (("levels", number, name), level.get(name))
        for number, level in enumerate(levels if isinstance(levels, list) else ())
        if isinstance(level, Mapping)
        for name in ("from", "to")
    ]
    inside = isinstance(threshold, Mapping)
    ends.append((("threshold", "at"), threshold.get("at")) if inside else (("threshold",), threshold))
    return next(((place, value) for place, value in ends if is_percentage(value)), ((), ""))


def _read(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float | str):
        return None
    written, share = str(value).strip(), is_percentage(value)
    try:
        found = Decimal(written.removesuffix("%").strip())
    except InvalidOperation:
        return None
    return found.scaleb(-2) if share and found.is_finite() else found


def _plain(value: Decimal) -> str:
    return f"{value:f}"


Number = Annotated[Decimal, BeforeValidator(number), PlainSerializer(_plain, return_type=str)]
"""A number of a settings file, zero or more."""

Positive = Annotated[Decimal, BeforeValidator(positive), PlainSerializer(_plain, return_type=str)]
"""A number of a settings file, more than zero."""


Target = Annotated[Decimal, BeforeValidator(target), PlainSerializer(_plain, return_type=str)]
"""A target pay of a settings file."""


def rounded(value: Fraction | Decimal, to: Decimal = CENT, how: How = "half_up") -> Decimal:
    """A number rounded to a multiple of another, exactly.

    Args:
        value: any exact number. to: the step, more than zero, such as 0.01. how: the rule; negative numbers are
            rounded like positive ones, so that taking back is the same as giving.

    Examples:
        >>> rounded(Fraction(1, 3)), rounded(Decimal("2.005")), rounded(Decimal("-2.005"))
        (Decimal('0.33'), Decimal('2.01'), Decimal('-2.01'))
        >>> rounded(Decimal("2.005"), how="half_even"), rounded(Decimal("2.009"), how="down")
        (Decimal('2.00'), Decimal('2.00'))
        >>> rounded(Decimal("1234.56"), Decimal(5))
        Decimal('1235')
    """
    steps = abs(Fraction(value)) / Fraction(to)
    whole, rest = divmod(steps.numerator, steps.denominator)
    twice = 2 * rest
    if how == "half_up":
        up = twice >= steps.denominator
    elif how == "half_even":
        up = twice > steps.denominator or (twice == steps.denominator and whole % 2 == 1)
    else:
        up = how == "up" and rest > 0
    made = (whole + up) * to
    return -made if value < 0 and made else made


def quantity(value: float | Fraction, money: bool) -> Decimal:
    """A figure as pay is worked out of it: money to the cent, anything else to six digits, halves up.

    Examples:
        >>> quantity(1234.5 * 3, money=True), quantity(2 / 3, money=False), quantity(5.0, money=False)
        (Decimal('3703.50'), Decimal('0.666667'), Decimal('5'))
    """
    exact = value if isinstance(value, Fraction) else Fraction(Decimal(repr(float(value))))
    if money:
        return rounded(exact)
    made = rounded(exact, ONE.scaleb(-_DIGITS))
    return made.quantize(ONE) if made == made.to_integral_value() else made.normalize()
