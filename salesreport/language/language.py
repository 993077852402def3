"""A language: its catalogue and its number, money and date formats (Babel does the formatting)."""

import datetime as dt
import io
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from salesreport.language.text import Month, Quantity, Text, ntext, text

LANGUAGES = ("en", "de")
"""The languages a report can be made in: English, the source, and each catalogue."""

_SCALES = ("points", "per 100 orders", "times")
"""Units of figures that are no counts: one decimal even where it is zero."""

MISSING = "–"
"""What stands where there is no figure: never a zero."""


@dataclass(frozen=True)
class Language:
    """How to say things to one reader.

    Args:
        code: a language or locale code whose language has a catalogue: `en`, `de`, `de_AT`.

    Raises:
        ValueError: there is no catalogue for that language.

    Examples:
        >>> Language("de").say(Text("{n} deals", fields={"n": 1200}))
        '1.200 deals'
        >>> Language("de").percent(0.634), Language("en").money(2_802_496, "USD")
        ('63\\xa0%', '$2.8M')
    """

    code: str = "en"

    def __post_init__(self) -> None:
        try:
            language = Locale.parse(self.code).language
        except (UnknownLocaleError, ValueError, TypeError):
            language = None
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for language {self.code!r}; there are {', '.join(LANGUAGES)}")

    @cached_property
    def locale(self) -> Locale:
        """The Babel locale."""
        return Locale.parse(self.code)

    # --- words

    def say(self, what: Text | str | None) -> str:
        """Translate a text and fill its fields in; a plain str passes unchanged, None is ''."""
        if what is None:
            return ""
        if isinstance(what, str):
            return what
        translations = _translations(self.locale.language)
        if what.plural is None:
            template = translations.gettext(what.template)
        else:
            # catalogues choose the form by a whole number; a split deal (0.5) takes the plural
            n = what.fields["n"]
            whole = int(n) if float(n).is_integer() else 2
            template = translations.ngettext(what.template, what.plural, whole)
        return template.format_map({key: self.show(value) for key, value in what.fields.items()})

    def show(self, value: Any) -> str:
        """Show one field of a text: the rules are those of `Text.fields`."""
        if value is None:
            return MISSING
        if isinstance(value, str):
            return value
        if isinstance(value, Text):
            return self.say(value)
        if isinstance(value, Month):
            return self.month(value.day, value.short)
        if isinstance(value, Quantity):
            return self.quantity(value.value, value.unit)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return self.count(value)
        if isinstance(value, dt.datetime | dt.date):
            return self.date(value)
        if isinstance(value, list | tuple):
            return self.listing([self.show(item) for item in value])
        if hasattr(value, "label"):  # a Period labels itself
            return self.say(value.label)
        return str(value)

    def listing(self, items: list[str], most: int | None = None) -> str:
        """Join items with commas and the language's "and"; beyond `most`, say how many more there are.

        Examples:
            >>> Language("de").listing(["A", "B", "C"])
            'A, B und C'
        """
        if most is not None and len(items) > most:
            rest = len(items) - most
            items = [*items[:most], self.say(ntext("{n} more", "{n} more", n=rest))]
        return str(format_list(items, locale=self.locale)) if items else ""

    # --- numbers

    def number(self, value: float | None, digits: int = 3) -> str:
        """Show a number short, to three significant digits: 12.3 M."""
        if _absent(value):
            return MISSING
        assert value is not None
        if not self._shortens(value):
            return self.exact(_significant(value, digits), _fraction(value, digits) if abs(value) < 1000 else 0)
        return str(
            numbers.format_compact_decimal(value, locale=self.locale, fraction_digits=_fraction(value, digits))
        )

    def exact(self, value: float | None, decimals: int = 0) -> str:
        """Show a number with its thousands separated and a fixed number of decimals."""
        if _absent(value):
            return MISSING
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(numbers.format_decimal(float(value or 0), format=pattern, locale=self.locale))

    def count(self, value: float | None) -> str:
        """Show a count: whole where it is whole, else (split deals) with one decimal."""
        if _absent(value):
            return MISSING
        return str(numbers.format_decimal(float(value or 0), format="#,##0.#", locale=self.locale))

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """Show a share (0–1) as a percentage."""
        if _absent(share):
            return MISSING
        assert share is not None
        pattern = numbers.parse_pattern(self.locale.percent_formats[None].pattern)
        pattern.frac_prec = (decimals, decimals)
        return str(pattern.apply(share, self.locale))

    def money(self, value: float | None, currency: str, exact: bool = False) -> str:
        """Show an amount of money, short (three significant digits) or to the unit."""
        if _absent(value):
            return MISSING
        assert value is not None
        if exact:
            pattern = self.locale.currency_formats["standard"].pattern.replace(".00", "")
            return str(
                numbers.format_currency(
                    round(value), currency, format=pattern, locale=self.locale, currency_digits=False
                )
            )
        if not self._shortens(value):
            return self.money(_significant(value, 3), currency, exact=True)
        return str(
            numbers.format_compact_currency(
                value, currency, locale=self.locale, fraction_digits=_fraction(value, 3)
            )
        )

    def quantity(self, value: float | None, unit: str) -> str:
        """Show a value the way its unit wants; see `Quantity.unit`."""
        if _absent(value):
            return MISSING
        assert value is not None
        if unit == "share":
            return self.percent(value)
        if unit == "days":
            shown = round(value) if abs(value) >= 10 else round(value, 1)
            return self.say(ntext("{n} day", "{n} days", n=shown))
        if unit.endswith("/day"):
            return self.say(text("{money} per day", money=self.money(value, unit.removesuffix("/day"))))
        if len(unit) == 3 and unit.isupper():
            return self.money(value, unit)
        return self.exact(value, 1) if unit in _SCALES else self.count(value)

    def _shortens(self, value: float) -> bool:
        """Whether the language has a short form for numbers of this size (German has none for thousands)."""
        if abs(value) < 1000:
            return False
        return abs(value) >= 1e6 or self.locale.compact_decimal_formats["short"]["other"]["1000"].pattern != "0"

    # --- dates

    def date(self, day: dt.date | dt.datetime, style: str = "medium") -> str:
        """Show a date."""
        return str(dates.format_date(day, format=style, locale=self.locale))

    def month(self, day: dt.date, short: bool = False) -> str:
        """Show the month of a date, with its year."""
        return str(dates.format_skeleton("yMMM" if short else "yMMMM", day, locale=self.locale))


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _significant(value: float, digits: int) -> float:
    """A number of thousands rounded to some digits, where the language has no word to shorten it with."""
    return float(f"{value:.{digits}g}") if abs(value) >= 1000 else value


def _fraction(value: float, digits: int) -> int:
    """Decimals that give `digits` significant digits once the value is shortened to thousands, millions …."""
    if value == 0 or (float(value).is_integer() and abs(value) < 1000):
        return 0
    magnitude = math.floor(math.log10(abs(value)) + 1e-12)
    shown = magnitude % 3 if magnitude >= 3 else magnitude
    return min(max(0, digits - 1 - shown), digits)


@lru_cache
def _translations(language: str) -> Translations:
    """The catalogue of a language, compiled from its .po in memory; English needs none."""
    if language == "en":
        return Translations()
    po = resources.files("salesreport.language") / "catalogue" / f"{language}.po"
    compiled = io.BytesIO()
    with po.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
