"""Numbers as a locale writes them: its groups of digits, decimal sign, short units and place of the currency.

Babel has the locale's data, but its own formatting differs from version to version and picks the unit before it
rounds (`€1000K`). Here a number is rounded first, then its unit is chosen, and the same data give the same text.
A short number shows the digits it was rounded to and no others: 357,666 is `358K`, `358 Tsd.`, `358 k`, `358 E`,
and never 358,000, which would look exact. So every language has a short unit of a thousand.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.numbers import NumberPattern, get_currency_precision, get_currency_symbol, parse_pattern

MINUS = "\N{MINUS SIGN}"
"""The sign of negative numbers, the same in every locale: a hyphen beside it would look like another thing."""

_MOST_DECIMALS = 9
"""However small a number is, it is not written longer."""

_EXACT = Context(prec=330)
"""Digits enough for every number a computer's float can hold."""


class Signs(NamedTuple):
    """How a locale writes plain numbers.

    Attributes:
        decimal, group: its signs. first, other: how many digits the last group before the decimal sign has,
            and those to its left.
    """

    decimal: str
    group: str
    first: int
    other: int


class Unit(NamedTuple):
    """A short unit, such as `K` for a thousand: what stands for how much, before and after the number."""

    size: int
    before: str
    after: str


_THOUSAND = {"de": Unit(1000, "", "\xa0Tsd.")}
"""Short units of a thousand where CLDR has none: in German it writes thousands out, business reports do not."""


@lru_cache
def signs(code: str) -> Signs:
    """The signs of a locale.

    Examples:
        >>> signs("de").group, signs("de_CH").group, signs("en_IN").other
        ('.', '’', 2)
    """
    locale = Locale.parse(code)
    known = locale.number_symbols.get("latn", {})
    first, other = parse_pattern(locale.decimal_formats[None].pattern).grouping
    # the Swiss apostrophe is a straight one in some versions of the data and a typographic one in others
    group = "’" if known.get("group") == "'" else known.get("group", ",")
    return Signs(known.get("decimal", "."), group, first, other)


@lru_cache
def units(code: str) -> Sequence[Unit]:
    """The short units of a locale, the biggest first; sizes that it has no short form for are absent.

    They are those of the language, the same in all countries that count in thousands: versions of the data differ
    in the others' details.

    Examples:
        >>> [(unit.size, unit.after) for unit in units("en")[-2:]]
        [(1000000, 'M'), (1000, 'K')]
        >>> [(unit.size, unit.after) for unit in units("en_IN")[-2:]]
        [(100000, 'L'), (1000, 'K')]
        >>> units("de")[-1]
        Unit(size=1000, before='', after='\\xa0Tsd.')
    """
    locale = Locale.parse(code)
    if signs(code).other == 3:
        locale = Locale(locale.language)
    supplement = _THOUSAND.get(locale.language)
    found = {} if supplement is None else {supplement.size: supplement}
    for size, pattern in locale.compact_decimal_formats["short"]["other"].items():
        parsed = parse_pattern(pattern.pattern)
        before, after = (side[0].replace("'", "") for side in (parsed.prefix, parsed.suffix))
        if before or after:
            unit = Unit(int(size) // 10 ** (parsed.int_prec[0] - 1), before, after)
            found[unit.size] = unit
    return tuple(found[size] for size in sorted(found, reverse=True))


def decimal(number: float) -> Decimal:
    """A number as it was meant: neither the binary fraction next to it nor what adding up left of it.

    Examples:
        >>> decimal(0.1), decimal(51.04999999999999), decimal(1_234_567_890.12)
        (Decimal('0.1'), Decimal('51.05'), Decimal('1234567890.12'))
    """
    return Decimal(f"{float(number):.14g}")


def significant(value: float, digits: int) -> Decimal:
    """A number rounded to some significant digits, ties to the even digit.

    Examples:
        >>> significant(999_500, 3), significant(12.345, 3), significant(0, 3)
        (Decimal('1000000'), Decimal('12.3'), Decimal('0'))
    """
    number = decimal(value)
    if not number:
        return Decimal(0)
    return plain(fixed(number, min(digits - 1 - number.adjusted(), _MOST_DECIMALS)))


def fixed(number: Decimal | float, places: int) -> Decimal:
    """A number rounded to some decimals (tens, hundreds … where negative), ties to the even digit; no minus zero.

    Examples:
        >>> fixed(4.25, 1), fixed(-0.04, 1), f"{fixed(1234, -1):f}"
        (Decimal('4.2'), Decimal('0.0'), '1230')
    """
    number = number if isinstance(number, Decimal) else decimal(number)
    rounded = number.quantize(_last(places), rounding=ROUND_HALF_EVEN, context=_EXACT)
    return rounded if rounded else abs(rounded)


@lru_cache
def _last(places: int) -> Decimal:
    """One at the last of some decimals."""
    return Decimal(1).scaleb(-places)


def plain(number: Decimal) -> Decimal:
    """The same number without zeros behind the decimal sign, and not as a power of ten.

    Examples:
        >>> plain(Decimal("2.80")), plain(Decimal("1E+6"))
        (Decimal('2.8'), Decimal('1000000'))
    """
    return Decimal(f"{number.normalize(_EXACT):f}")


def unit_for(code: str, size: Decimal) -> Unit | None:
    """The short unit for a number of some size, once it is rounded; None where it is written out."""
    return next((unit for unit in units(code) if abs(size) >= unit.size), None)


def written(code: str, number: Decimal) -> str:
    """A number with all its digits, without its sign, grouped as the locale does.

    Examples:
        >>> written("en_IN", Decimal("1234567.5")), written("de_CH", Decimal("1234567"))
        ('12,34,567.5', '1’234’567')
    """
    how = signs(code)
    whole, _, decimals = f"{abs(number):f}".partition(".")
    groups, rest = [whole[-how.first :]], whole[: -how.first]
    while rest:
        groups.insert(0, rest[-how.other :])
        rest = rest[: -how.other]
    return how.group.join(groups) + (how.decimal + decimals if decimals else "")


def signed(code: str, number: Decimal) -> str:
    """A number with all its digits and its sign."""
    return (MINUS if number < 0 else "") + written(code, number)


def short(code: str, value: float, digits: int) -> tuple[Decimal, str]:
    """A number to some significant digits, and how it is written short, without its sign.

    Examples:
        >>> short("en", 999_950, 3)[1], short("de", 999_950, 3)[1], short("en_IN", 1_234_567, 3)[1]
        ('1M', '1\\xa0Mio.', '12.3L')
    """
    number = significant(value, digits)
    unit = unit_for(code, number)
    if unit is None:
        return number, written(code, number)
    return number, unit.before + written(code, plain(number / unit.size)) + unit.after


def percentage(code: str, share: Decimal) -> str:
    """A number of per cents as the locale writes it.

    Examples:
        >>> percentage("en", Decimal(63)), percentage("de", Decimal("-4.5"))
        ('63%', '−4,5\\xa0%')
    """
    pattern = _percent_pattern(code)
    before, after = (side[1 if share < 0 else 0] for side in (pattern.prefix, pattern.suffix))
    before = before.replace("-", MINUS)
    return before + written(code, share) + after


@lru_cache
def _percent_pattern(code: str) -> NumberPattern:
    return parse_pattern(Locale.parse(code).percent_formats[None].pattern)


@lru_cache
def _currency_pattern(code: str) -> NumberPattern:
    return parse_pattern(Locale.parse(code).currency_formats["standard"].pattern)


def with_currency(code: str, negative: bool, amount: str, currency: str) -> str:
    """An amount, already written, with its currency where the locale puts it.

    Examples:
        >>> with_currency("en", True, "5.12K", "EUR"), with_currency("de", False, "5,12", "EUR")
        ('−€5.12K', '5,12\\xa0€')
        >>> with_currency("en", False, "5.12K", "CHF")
        'CHF\\xa05.12K'
    """
    before, after = _around(code, negative, currency)
    return before + amount + after


@lru_cache
def _around(code: str, negative: bool, currency: str) -> tuple[str, str]:
    """What stands before and after an amount in a currency."""
    pattern, symbol = _currency_pattern(code), get_currency_symbol(currency, code)
    before, after = (side[1 if negative else 0] for side in (pattern.prefix, pattern.suffix))
    # letters do not touch digits: CHF 12, and not CHF12
    if before.endswith("¤") and symbol[-1].isalpha():
        before += "\xa0"
    if after.startswith("¤") and symbol[0].isalpha():
        after = "\xa0" + after
    return before.replace("-", MINUS).replace("¤", symbol), after.replace("¤", symbol)


def cents(currency: str) -> int:
    """How many decimals the amounts of a currency have."""
    return int(get_currency_precision(currency))


def places_apart(lower: float, upper: float, least: int, most: int) -> int:
    """How many decimals the ends of a range want so that they do not look alike.

    Args:
        lower, upper: the ends. least: decimals they have anyway. most: decimals that are enough.

    Examples:
        >>> places_apart(57.0, 57.1, 0, 2), places_apart(40, 51, 0, 2), places_apart(3, 3, 0, 2)
        (1, 0, 0)
    """
    if lower == upper:
        return least
    apart = (places for places in range(least, most) if fixed(lower, places) != fixed(upper, places))
    return next(apart, most)
