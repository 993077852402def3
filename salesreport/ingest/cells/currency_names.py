"""What currencies are called: codes, signs, and names in many languages, which come from Babel's locale data."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from salesreport.ingest.cells.month_names import LANGUAGES

SIGNS: Mapping[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "eur": ("EUR",),
    "euro": ("EUR",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP"),
    "us$": ("USD",),
    "c$": ("CAD",),
    "ca$": ("CAD",),
    "cdn$": ("CAD",),
    "a$": ("AUD",),
    "au$": ("AUD",),
    "nz$": ("NZD",),
    "s$": ("SGD",),
    "hk$": ("HKD",),
    "nt$": ("TWD",),
    "mx$": ("MXN",),
    "mex$": ("MXN",),
    "ar$": ("ARS",),
    "col$": ("COP",),
    "rd$": ("DOP",),
    "$us": ("USD",),
    "$ca": ("CAD",),
    "$au": ("AUD",),
    "$mx": ("MXN",),
    "£": ("GBP",),
    "gb£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "jp¥": ("JPY",),
    "cn¥": ("CNY",),
    "円": ("JPY",),
    "元": ("CNY", "TWD", "HKD"),
    "rmb": ("CNY",),
    "₩": ("KRW",),
    "원": ("KRW",),
    "₫": ("VND",),
    "฿": ("THB",),
    "₱": ("PHP",),
    "rm": ("MYR",),
    "rp": ("IDR",),
    "₪": ("ILS",),
    "ft": ("HUF",),
    "kč": ("CZK",),
    "zł": ("PLN",),
    "lei": ("RON",),
    "лв": ("BGN",),
    "₽": ("RUB",),
    "руб": ("RUB",),
    "₴": ("UAH",),
    "грн": ("UAH",),
    "₸": ("KZT",),
    "₺": ("TRY",),
    "tl": ("TRY",),
    "din": ("RSD",),
    "дин": ("RSD",),
    "₹": ("INR",),
    "rs": ("INR", "PKR", "LKR", "NPR", "MUR", "SCR"),
    "₨": ("INR", "PKR", "LKR", "NPR", "MUR", "SCR"),
    "r$": ("BRL",),
    "s/": ("PEN",),
    "r": ("ZAR",),
    "₦": ("NGN",),
    "ksh": ("KES",),
    "fr": ("CHF",),
    "sfr": ("CHF",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}  # fmt: skip
"""What a currency sign can stand for; the first is meant where the dataset's own currency is none of them."""

_ALSO_OF: Mapping[str, tuple[str, ...]] = {
    "$": ("BBD", "BMD", "BND", "BSD", "BZD", "CUP", "DOP", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD",
          "TTD", "UYU", "XCD"),
    "£": ("EGP", "FKP", "GIP", "LBP", "SHP", "SSP", "SYP"),
    "c$": ("NIO",),
    "lei": ("MDL",),
    "руб": ("BYN",),
    "₩": ("KPW",),
}  # fmt: skip
"""The currencies that have these signs too, and are meant only where the row or the dataset is in them."""

_NEEDS_CONTEXT = {"kr", "rs", "₨", "元"}
"""Signs that mean nothing without a currency column or a dataset in one of their currencies."""

_ALSO: Mapping[str, tuple[str, ...]] = {
    "USD": ("United States Dollar", "American Dollar"),
    "GBP": ("Pound Sterling", "Sterling", "UK Pound", "Great British Pound"),
    "JPY": ("Yen",),
    "CNY": ("Renminbi", "Yuan Renminbi"),
    "HUF": ("Forint",),
    "PLN": ("Zloty", "Złoty", "złotych"),
    "INR": ("Rupee (India)",),
    "BRL": ("Real Brasileiro", "Brazil Real"),
}
"""Names that CRMs write and the locale data do not have."""

_LOCALES = (*LANGUAGES, "zh", "ja", "ko")
_OWN = re.compile(r"\[\$(.+)-([0-9A-F]+)\]", re.DOTALL)
_OF_COUNTRY: Mapping[str, str] = {
    "409": "USD", "1009": "CAD", "C0C": "CAD", "C09": "AUD", "1409": "NZD", "80A": "MXN", "2C0A": "ARS",
    "340A": "CLP", "240A": "COP", "1004": "SGD", "4809": "SGD", "C04": "HKD", "404": "TWD", "411": "JPY",
    "804": "CNY", "809": "GBP", "C01": "EGP", "41D": "SEK", "414": "NOK", "814": "NOK", "406": "DKK",
    "40F": "ISK", "4009": "INR", "439": "INR", "420": "PKR",
}  # fmt: skip
"""The currencies of the countries that number formats of Excel name, where countries share a sign: `[$$-1009]`."""


def meaning(sign: str, near: str, declared_here: bool) -> str | None:
    """The code that a sign stands for, next to a currency; None: none, or another than the declared one.

    Args:
        sign: a sign, code or name beside a number; or of a number format, `[$SIGN-COUNTRY]`, see `format_signs`.
        near: the currency of the row, or else of the dataset. declared_here: whether it is the row's.

    Examples:
        >>> meaning("$", "MXN", True), meaning("MX$", "EUR", False), meaning("Rs.", "EUR", False), meaning("$", "HUF", True)
        ('MXN', 'MXN', None, None)
        >>> meaning("[$$-1009]", "EUR", False), meaning("[$€-407]", "HUF", True)
        ('CAD', 'HUF')
    """  # noqa: E501
    own = _OWN.fullmatch(sign)
    if own is not None and declared_here:
        return near  # how cells are shown is often what a program always writes; what a row says is meant
    key = _key(own[1] if own is not None else sign)
    options = _options(key)
    if own is not None and _OF_COUNTRY.get(own[2]) in options:
        return _OF_COUNTRY[own[2]]
    if near in options or near in _ALSO_OF.get(key.casefold(), ()):
        return near
    if declared_here or not options or key.casefold() in _NEEDS_CONTEXT:
        return None
    return options[0]


def code(value: str) -> str | None:
    """The ISO code that a value of a currency column stands for, or None.

    Examples:
        >>> code("huf"), code("€"), code("US Dollar"), code("Доллар США"), code("Mexican Peso (MXN)")
        ('HUF', 'EUR', 'USD', 'USD', 'MXN')
        >>> code("shells"), code("$"), code("Peso")
        (None, None, None)
    """
    if len(value) == 3 and value.isascii() and value.isalpha():
        return value.upper()
    options = _options(_key(value))
    if len(options) == 1:
        return options[0]
    named = {word for word in re.findall(r"[A-Z]{3}", value) if word in in_use()}
    if len(named) == 1 and re.search(rf"(?<!\w){min(named)}(?!\w)", value):
        return named.pop()
    return names().get(plain_currency(re.sub(r"\(.*\)", "", value)))


def is_currency(sign: str) -> bool:
    """Whether a text beside a number says a currency.

    Examples:
        >>> is_currency("Ft"), is_currency("USD"), is_currency("kg"), is_currency("pcs")
        (True, True, False, False)
    """
    key = _key(sign)
    options = _options(key)
    return bool(options) and (key.casefold() in SIGNS or any(one in in_use() for one in options))


def shown_currency(signs: str) -> str | None:
    """The currency that a number format shows, of what it may show, see `number_formats.signs_of`; None: none.

    Examples:
        >>> shown_currency("[$Total-0]\\n[$Ft-40E]"), shown_currency("[$kg-0]")
        ('[$Ft-40E]', None)
    """
    found = ((sign, _OWN.fullmatch(sign)) for sign in signs.split("\n"))
    return next((sign for sign, match in found if match is not None and is_currency(match[1])), None)


def _key(sign: str) -> str:
    """A sign without spaces and points around it, full-width ones as the usual ones."""
    return re.sub(r"[\s\u200e\u200f]+", "", unicodedata.normalize("NFKC", sign)).strip(".")


def _options(key: str) -> tuple[str, ...]:
    """The codes that a sign, code or name can stand for."""
    if len(key) == 3 and key.isascii() and key.isalpha() and key.isupper() and key.casefold() not in SIGNS:
        return (key,)
    folded = key.casefold()
    if folded in SIGNS:
        return SIGNS[folded]
    both = re.fullmatch(r"([A-Z]{3})([^\w\s]+)|([^\w\s]+)([A-Z]{3})", key)  # AUD$, $USD
    if both is not None:
        written, sign = both[1] or both[4], both[2] or both[3]
        return (written,) if written in SIGNS.get(sign, ()) else ()
    named = names().get(plain_currency(key)) if len(key) > 3 else None
    return () if named is None else (named,)


def plain_currency(name: str) -> str:
    """A name of a currency without regard to case, accents, spaces, points and hyphens.

    Examples:
        >>> plain_currency("US-Dollar") == plain_currency("U.S. dollar")
        True
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if sign.isalpha())


@cache
def in_use() -> frozenset[str]:
    """The codes of the currencies that are legal tender somewhere today."""
    from babel.core import get_global

    territories = get_global("territory_currencies")
    return frozenset(
        code_ for those in territories.values() for code_, _, end, tender in those if tender and end is None
    )


@cache
def names() -> Mapping[str, str]:
    """Plain name (see `plain_currency`) → code, of the currencies in use; no name of two currencies."""
    codes: dict[str, set[str]] = {}
    for code_, name in _all_names():
        codes.setdefault(plain_currency(name), set()).add(code_)
    return {name: min(these) for name, these in codes.items() if name and len(these) == 1}


def _all_names() -> Iterator[tuple[str, str]]:
    from babel import Locale

    for locale in map(Locale, _LOCALES):
        for code_ in in_use():
            if code_ in locale.currencies:
                yield code_, locale.currencies[code_]
            yield from ((code_, name) for name in _plurals(locale, code_))
    yield from ((code_, name) for code_, several in _ALSO.items() for name in several)


def _plurals(locale: Any, code_: str) -> list[str]:
    """A currency's name as it stands after numbers of it; Babel has no other way to all of them."""
    from babel.numbers import get_currency_name

    forms = (1, 2, 5, 1.5)
    return [name for n in forms if (name := get_currency_name(code_, n, locale)) != code_]
