"""A language: its catalogue and its number, money and date formats (`numerals` writes numbers, Babel dates)."""

import bisect
import datetime as dt
import io
import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib import resources
from numbers import Real
from typing import Any

from babel import Locale, UnknownLocaleError, dates
from babel.core import get_global
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from salesreport.language import numerals
from salesreport.language.readable import MOST, brief, readable
from salesreport.language.text import Day, Either, Fixed, Month, Quantity, Range, Text, bounds, ntext, text

LANGUAGES = ("en", "de", "fr", "hu")
"""The languages a report can be made in: English, the source, and each catalogue."""

_SCALES = ("points", "per 100 orders", "times")
"""Units of figures that are no counts: one decimal even where it is zero."""

MISSING = "–"
"""What stands where there is no figure: never a zero."""


_MANY = 2
"""A number that takes the plural in every language."""


class Said(str):
    """A sentence that is already said; within another one it stays as it is."""

    __slots__ = ()


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
            locale = Locale.parse(self.code)
        except (UnknownLocaleError, ValueError, TypeError):
            locale = None
        if locale is None or locale.language not in LANGUAGES:
            raise ValueError(f"no catalogue for language {self.code!r}; there are {', '.join(LANGUAGES)}")
        object.__setattr__(self, "code", str(locale))  # FR_be is fr_BE

    @cached_property
    def locale(self) -> Locale:
        """The Babel locale."""
        return Locale.parse(self.code)

    @property
    def tag(self) -> str:
        """Language and country as documents name them, whose spelling is checked: the country of most speakers.

        Examples:
            >>> Language("de_AT").tag, Language("hu").tag
            ('de-DE', 'hu-HU')
        """
        language, _, country = get_global("likely_subtags")[self.locale.language].split("_")
        return f"{language}-{country}"

    # --- words

    def say(self, what: Text | str | None) -> str:
        """Translate a text and fill its fields in; a plain str passes unchanged, None and an empty text are ''."""
        if what is None:
            return ""
        if isinstance(what, str):
            return what
        if not what.template:  # gettext's words for it are the catalogue's own heading
            return ""
        translations = _translations(self.locale.language)
        if what.plural is None:
            template = translations.gettext(what.template)
        else:
            template = translations.ngettext(what.template, what.plural, self._grammatical(what.fields["n"]))
        return Said(template.format_map({key: self.show(value) for key, value in what.fields.items()}))

    def load(self) -> None:
        """Read the catalogue now, and not when the first text is said: before forks, which then share it."""
        _translations(self.locale.language)

    def translates(self, what: Text) -> bool:
        """Whether the catalogue has other words for a text; English, the source, never has.

        Examples:
            >>> Language("de").translates(text("{n} days")), Language("de").translates(text("no text of the code"))
            (False, False)
            >>> Language("de").translates(text("There is no such file."))
            True
        """
        known = _translations(self.locale.language)
        if what.plural is None:
            return bool(known.gettext(what.template) != what.template)
        return bool(known.ngettext(what.template, what.plural, _MANY) != what.plural)

    def show(self, value: Any) -> str:
        """Show one field of a text: the rules are those of `Text.fields`."""
        if value is None:
            return MISSING
        if type(value) in (int, float):  # most are; asking for `Real` takes longer than all else
            return self.count(_as_told(float(value)))
        if isinstance(value, Said):
            return value
        if isinstance(value, str):
            return readable(value)
        if isinstance(value, Text):
            return self.say(value)
        if isinstance(value, Month):
            return self.month(value.day, value.short)
        if isinstance(value, Day):
            return self.day(value.day, value.short)
        if isinstance(value, Quantity):
            return self.quantity(*value)
        if isinstance(value, Range):
            return self.interval(*value)
        if isinstance(value, Either):
            items = [self.show(item) for item in value.items]
            return str(format_list(items, style="or", locale=self.locale)) if items else ""
        if isinstance(value, Fixed):
            return self.exact(value.value, value.places)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, Real):  # numpy's whole numbers are no int
            return self.count(_as_told(float(value)))
        if isinstance(value, dt.datetime | dt.date):
            return self.date(value)
        if isinstance(value, list | tuple):
            return self._list([self.show(item) for item in value])
        if hasattr(value, "label"):  # a Period labels itself
            return self.say(value.label)
        return str(value)

    def _list(self, items: list[str]) -> str:
        """Items of a field: all of them, or as many as can be read."""
        if sum(map(len, items)) > MOST:
            items = [brief(item) for item in items]
        room = list(itertools.accumulate(len(item) + 2 for item in items))
        return Said(self.listing(items, most=max(1, bisect.bisect_right(room, MOST)) if items else None))

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

    def apart(self, items: Iterable[str]) -> str:
        """Join items with semicolons, spaced as the language does.

        Examples:
            >>> Language("en").apart(["A", "B"]), Language("fr").apart(["A", "B"])
            ('A; B', 'A\\u202f; B')
        """
        return ("\u202f; " if self.locale.language == "fr" else "; ").join(items)

    def labelled(self, label: str, said: str | None) -> str:
        """What is said after a label and a colon; the label alone where nothing is.

        Examples:
            >>> Language("en").labelled("Level", "2"), Language("fr_BE").labelled("Niveau", "2")
            ('Level: 2', 'Niveau\\xa0: 2')
        """
        return f"{label}{self.colon} {said}" if said else label

    @property
    def colon(self) -> str:
        """A colon behind a label, spaced as the language does."""
        return "\xa0:" if self.locale.language == "fr" else ":"

    def _grammatical(self, n: float | Fixed) -> int:
        """The whole number that takes the same form as what is shown: catalogues tell forms by whole numbers.

        A fraction takes the form that the language's rule (CLDR) gives it: "1.5 deals", "1,5 affaire".
        """
        if isinstance(n, Fixed):
            shown = numerals.fixed(n.value, n.places) if math.isfinite(n.value) else None
        else:
            shown = None if _absent(n) else numerals.plain(numerals.fixed(n, 1))  # as `count`: 1.04 is "1"
        if shown is None:
            return _MANY
        if "." not in f"{shown:f}":
            return abs(int(shown))
        rule = self.locale.plural_form
        return next((whole for whole in (1, _MANY) if rule(whole) == rule(abs(shown))), _MANY)

    # --- numbers

    def number(self, value: float | None, digits: int = 3) -> str:
        """Show a number short, to three significant digits: 12.3M."""
        if _absent(value):
            return MISSING
        assert value is not None
        number, amount = numerals.short(self.code, value, digits)
        return (numerals.MINUS if number < 0 else "") + amount

    def exact(self, value: float | None, decimals: int = 0) -> str:
        """Show a number with its thousands separated and a fixed number of decimals."""
        if _absent(value):
            return MISSING
        assert value is not None
        return numerals.signed(self.code, numerals.fixed(value, decimals))

    def count(self, value: float | None) -> str:
        """Show a count: whole where it is whole, else (split deals) with one decimal."""
        if _absent(value):
            return MISSING
        assert value is not None
        return numerals.signed(self.code, numerals.plain(numerals.fixed(value, 1)))

    def change(self, value: float | None, decimals: int = 0) -> str:
        """Show a difference with its sign, and nought without one.

        Examples:
            >>> Language("de").change(-3.6), Language("en").change(0.2), Language("en").change(12)
            ('−4', '0', '+12')
        """
        if _absent(value):
            return MISSING
        assert value is not None
        number = numerals.fixed(value, decimals)
        sign = numerals.MINUS if number < 0 else "+" if number > 0 else ""
        return sign + numerals.written(self.code, number)

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """Show a share (0–1) as a percentage."""
        if _absent(share):
            return MISSING
        assert share is not None
        exact = numerals.decimal(share) * 100
        return numerals.percentage(self.code, numerals.fixed(exact, decimals))

    def share(self, share: float | None, decimals: int = 0) -> str:
        """Show a share (0–1) as a percentage that says none or all only where it is none or all.

        Examples:
            >>> [Language("en").share(one) for one in (0, 0.004, 0.006, 0.994, 0.996, 1)]
            ['0%', '<1%', '1%', '99%', '>99%', '100%']
        """
        if _absent(share):
            return MISSING
        assert share is not None
        exact, least = numerals.decimal(share) * 100, Decimal(1).scaleb(-decimals)
        rounded = numerals.fixed(exact, decimals)
        if exact > 0 and not rounded:
            return "<" + numerals.percentage(self.code, least)
        if exact < 100 and rounded == 100:
            return ">" + numerals.percentage(self.code, 100 - least)
        return numerals.percentage(self.code, rounded)

    def money(self, value: float | None, currency: str, exact: bool = False) -> str:
        """Show an amount of money, short (three significant digits, no cents from one unit on) or to the unit."""
        if _absent(value):
            return MISSING
        assert value is not None
        if exact:
            number = numerals.fixed(value, 0)
            amount = numerals.written(self.code, number)
        elif 0 < abs(value) < 1:
            number = numerals.fixed(value, numerals.cents(currency))
            amount = numerals.written(self.code, number if number else numerals.fixed(0, 0))
        else:
            whole = value if abs(value) >= 1000 else float(numerals.fixed(value, 0))  # no cents
            number, amount = numerals.short(self.code, whole, 3)
        return numerals.with_currency(self.code, number < 0, amount, currency)

    def quantity(self, value: float | None, unit: str, beside: float | None = None) -> str:
        """Show a value the way its unit wants; see `Quantity`."""
        if _absent(value):
            return MISSING
        assert value is not None
        if beside is not None and not _absent(beside):
            return self._bound(value, unit, beside)
        if unit == "share":
            return self.share(value)
        if unit == "days":
            shown = round(value) if abs(value) >= 10 else round(value, 1)
            return self.say(ntext("{n} day", "{n} days", n=shown))
        if unit.endswith("/day"):
            return self.say(text("{money} per day", money=self.money(value, unit.removesuffix("/day"))))
        if _is_money(unit):
            return self.money(value, unit)
        if unit == "times" and value >= 100:
            return self.exact(value)
        return self.exact(value, 1) if unit in _SCALES else self.count(value)

    def interval(self, lower: float | None, upper: float | None, unit: str, between: str = " – ") -> str:
        """Show a range; both its ends in the same unit and with as many decimals, so many that they differ.

        Args:
            lower, upper: the ends; empty where both are missing. unit: as in `Quantity`. between: what joins them.

        Examples:
            >>> Language("en").interval(57, 57.1, "deals"), Language("en").interval(0.512, 0.5149, "share")
            ('57.0 – 57.1', '51.2% – 51.5%')
            >>> Language("de").interval(84.2, 313.8, "days")
            '84 – 314 Tage'
            >>> Language("en").interval(950_000, 1_204_000, "EUR")
            '€0.95M – €1.20M'
        """
        if _absent(lower) and _absent(upper):
            return ""
        low, high = bounds(lower, upper, unit)
        if unit == "days" and not (_absent(lower) or _absent(upper)):  # the word once is enough
            return self.exact(lower, self._places_of_days(low)) + between + self.show(high)
        return between.join((self.show(low), self.show(high)))

    def _bound(self, value: float, unit: str, beside: float) -> str:
        """One end of a range whose other end is `beside`."""
        if unit.endswith("/day"):
            money = self._bound(value, unit.removesuffix("/day"), beside)
            return self.say(text("{money} per day", money=money))
        if _is_money(unit):
            return self._money_bound(value, unit, beside)
        if unit == "share":
            return self.percent(value, numerals.places_apart(100 * value, 100 * beside, 0, 2))
        if unit == "days":
            places = self._places_of_days(Quantity(value, unit, beside))
            return self.say(ntext("{n} day", "{n} days", n=Fixed(value, places)))
        whole = unit not in _SCALES and float(value).is_integer() and float(beside).is_integer()
        return self.exact(value, numerals.places_apart(value, beside, 0 if whole else 1, 2))

    def _places_of_days(self, end: Quantity) -> int:
        """How many decimals the ends of a range of days have: one where days are few."""
        assert end.value is not None
        assert end.beside is not None
        few = min(abs(end.value), abs(end.beside)) < 10
        whole = all(round(float(one), 1).is_integer() for one in (end.value, end.beside))
        return numerals.places_apart(end.value, end.beside, 1 if few and not whole else 0, 2)

    def _money_bound(self, value: float, currency: str, beside: float) -> str:
        """One end of a range of money, in the unit of the bigger end; a much smaller one keeps its own."""
        smaller, bigger = sorted((abs(value), abs(beside)))
        top = numerals.significant(bigger, 3)
        unit = numerals.unit_for(self.code, top)
        size = 1 if unit is None else unit.size
        if smaller < size / 10 or not smaller:
            return self.money(value, currency)
        digits = 2 - (top / size).adjusted()
        if unit is None:
            digits = min(digits, 0) if bigger >= 1 else numerals.cents(currency)
        places = numerals.places_apart(value / size, beside / size, digits, max(digits + 2, 1))
        number = numerals.fixed(value / size, places)
        amount = numerals.written(self.code, number)
        if unit is not None:
            amount = unit.before + amount + unit.after
        return numerals.with_currency(self.code, number < 0, amount, currency)

    # --- dates

    def date(self, day: dt.date | dt.datetime, style: str = "medium") -> str:
        """Show a date.

        Examples:
            >>> Language("fr_CH").date(dt.date(2025, 1, 1)), Language("fr").date(dt.date(2025, 1, 1), "full")
            ('1er janv. 2025', 'mercredi 1er janvier 2025')
        """
        return self._first(day, str(dates.format_date(day, format=style, locale=self.locale)))

    def day(self, day: dt.date, short: bool = False) -> str:
        """Show a date without its year."""
        return self._first(day, str(dates.format_skeleton("MMMd" if short else "MMMMd", day, locale=self.locale)))

    def _first(self, day: dt.date, shown: str) -> str:
        """A date whose day is an ordinal on the first of a month, as in French (CLDR has it as a number)."""
        if self.locale.language != "fr" or day.day != 1:
            return shown
        return re.sub(r"(?<!\S)1(?=\s)", "1er", shown)

    def month(self, day: dt.date, short: bool = False) -> str:
        """Show the month of a date, with its year."""
        return str(dates.format_skeleton("yMMM" if short else "yMMMM", day, locale=self.locale))


def _as_told(value: float) -> float:
    """A count as people say it: of ten and more, nobody says how many tenths of a shared deal there are."""
    return value if _absent(value) or abs(value) < 10 else float(numerals.fixed(value, 0))


def _absent(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _is_money(unit: str) -> bool:
    return len(unit) == 3 and unit.isupper()


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


def _in_english(what: Text) -> str:
    return Language("en").say(what)


Text.in_english = _in_english
