"""What months and weekdays are called, in many languages; the names come from Babel's locale data."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "hu", "ru", "pl", "cs", "sk", "nl", "sv", "da", "nb", "fi", "ro", "bg",
    "uk", "el", "tr", "hr", "sr", "sl", "lt", "lv", "et", "ca", "id",
)  # fmt: skip
"""The languages whose names of months are known. Croatian gives some names to other months than Czech and Polish
do (`lis`, `srp`); no other two do so."""

_ALSO: Mapping[str, Mapping[str, int]] = {
    "en": {"sept": 9},
    "de": {"mrz": 3, "jän": 1, "jänner": 1},
    "ru": {"янв": 1, "фев": 2, "апр": 4, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12},
}
"""Names that programs write and the locale data do not have."""

_SHORTEST = 3
"""A name has at least so many letters."""


def plain_name(word: str) -> str:
    """A name without regard to case and accents.

    Examples:
        >>> plain_name("FÉVRIER"), plain_name("май") == plain_name("Май")
        ('fevrier', True)
    """
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@cache
def months_of(language: str) -> Mapping[str, int]:
    """The names of the months in a language, in full and short, each with its number.

    Examples:
        >>> [months_of(code)[name] for code, name in (("fr", "juil"), ("hu", "január"[:3]), ("pl", "stycznia"))]
        [7, 1, 1]
    """
    names = {plain_name(name): number for name, number in _ALSO.get(language, {}).items()}
    for number, name in _names(language, "months"):
        names.setdefault(name, number)
    return names


@cache
def weekdays() -> frozenset[str]:
    """The names of the days of the week in all languages, in full and short."""
    return frozenset(name for language in LANGUAGES for _, name in _names(language, "days", shortest=2))


def _names(language: str, what: str, shortest: int = _SHORTEST) -> Iterable[tuple[int, str]]:
    """Numbers and plain names; of Catalan's “d’abril” and “de gener” the name alone."""
    from babel import Locale

    kinds = getattr(Locale(language), what)
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in kinds[context][width].items():
                plain = plain_name(name).strip(". ").removeprefix("de ").removeprefix("d’")
                if len(plain) >= shortest and plain.isalpha():
                    yield number, plain


def find_months(words: Sequence[str], declared: str | None = None) -> tuple[dict[str, int], list[str]]:
    """The numbers of the months that words name.

    The languages that know all the words decide; where none does, all that know a word.

    Args:
        words: plain names, see `plain_name`; those that name no month in any language are left out.
        declared: the language they are in, of `LANGUAGES`.

    Returns:
        Word → number of the month, and the words that two languages read differently.

    Examples:
        >>> find_months(["jan", "okt"]), find_months(["lis"])
        (({'jan': 1, 'okt': 10}, []), ({}, ['lis']))
        >>> find_months(["lis", "sty"])  # January in Polish, nothing in Croatian
        ({'lis': 11, 'sty': 1}, [])
    """
    if declared is not None:
        return {word: months_of(declared)[word] for word in words if word in months_of(declared)}, []
    if all(word in months_of("en") for word in words):  # the usual case; no other language contradicts it
        return {word: months_of("en")[word] for word in words}, []
    known = [word for word in words if any(word in months_of(one) for one in LANGUAGES)]
    candidates = [one for one in LANGUAGES if all(word in months_of(one) for word in known)] or LANGUAGES
    found: dict[str, int] = {}
    doubtful: list[str] = []
    for word in known:
        numbers = {months_of(one)[word] for one in candidates if word in months_of(one)}
        if len(numbers) == 1:
            found[word] = numbers.pop()
        else:
            doubtful.append(word)
    return found, doubtful
