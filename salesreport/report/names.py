"""Names of reps in texts from the data: the report about one rep shows `[name]` where a text names another.

Found are words in a row that are somebody's whole name, looked up in a dictionary that is made once per dataset,
so that a text costs the same however many reps there are. What is a name:

- two words and more: in any case, whatever stands between the words, the surname first or last, with a German
  genitive (`Hans Webers Angebot`). Words are whole: `Ann Lee` is not within `Joann Leeds`.
- a single word of at least three letters: only in the case of the name (`Mark`, not `mark`), and not where it is
  in the names of so many customers that it is taken for a word (`Sales`, `Bank`; see `COMMON`).
- an id: where nobody would take it for something else (see `_telling`): `ann.berg@example.com`, `EMP-0042`,
  `R000017`, not `17`, `A1` or `north`. An id that is several words without digits is a name like any other.

Owners who are declared to be no person have no name to mask, and the names of the rep herself stay.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from salesreport.language import Language, text
from salesreport.language.language import Said

MASK = text("[name]")
"""What stands in the place of a name."""

COMMON = 0.01, 3
"""A single word is no name where more than this share of the customers have it in theirs, and at least so many."""

SHORTEST = 3
"""Letters of a name that is a single word."""

SHORTEST_ID = 5
"""Letters and digits of an id that nobody takes for something else."""

Words = tuple[str, ...]


class Word(NamedTuple):
    """A word of a text: how it is looked up in its own case and in any, and where it stands."""

    exact: str
    loose: str
    start: int
    end: int


@dataclass(frozen=True)
class Names:
    """The names of all reps of a dataset, to be looked up.

    Attributes:
        loose: words in small letters → whose name or id they are. exact: the same of single words, in their case.
        longest: first word → words of the longest name that begins with it.
    """

    loose: Mapping[Words, frozenset[str]]
    exact: Mapping[str, frozenset[str]]
    longest: Mapping[str, int]

    @classmethod
    def of(cls, reps: Mapping[str, str], customers: Iterable[str] = ()) -> "Names":
        """Make the dictionary.

        Args:
            reps: rep_id → name, of everybody who is a person. customers: their names, to tell words from names.
        """
        loose: dict[Words, set[str]] = {}
        exact: dict[str, set[str]] = {}
        for rep, name in reps.items():
            for called in {name, rep}:
                found = list(words(called))
                if _telling(called, found):
                    loose.setdefault(tuple(word.loose for word in found), set()).add(rep)
                elif called == rep != name and _has_digit(called):
                    continue
                elif len(found) > 1 and not all(_initial(word) for word in found):
                    for spelling in _spellings(called, found):
                        loose.setdefault(spelling, set()).add(rep)
                elif called == name and len(called) >= SHORTEST and len(found) == 1 and not _has_digit(called):
                    exact.setdefault(found[0].exact, set()).add(rep)
        for word in _common(exact, customers) if exact else ():
            del exact[word]
        longest: dict[str, int] = {}
        for spelling in loose:
            longest[spelling[0]] = max(len(spelling), longest.get(spelling[0], 0))
        return cls(_frozen(loose), _frozen(exact), longest)

    def masked(self, written: str, rep: str, mask: str) -> str:
        """A text with a mask in the place of each name of somebody else than a rep.

        A name within a longer name of the rep herself stays: it is hers.

        Examples:
            >>> names = Names.of({"1": "Ann Lee", "2": "Bo Berg", "3": "Ann Lee Smith"})
            >>> names.masked("Bo Berg and ANN  LEE for Joann Leeds", "3", "[name]")
            '[name] and [name] for Joann Leeds'
            >>> names.masked("Ann Lee Smith (via Berg, Bo)", "3", "[name]")
            'Ann Lee Smith (via [name])'
        """
        if written.isascii() and not any(map(self._begins, _ASCII.findall(written))):
            return written  # as most are
        found = list(words(written))
        parts, at, hers, place = list[str](), 0, 0, 0
        while place < len(found):
            ends = self._ends(found, place)
            hers = max([hers, *(end for end, whose in ends if rep in whose)])
            others = [end for end, whose in ends if rep not in whose]
            if others and others[-1] > hers:
                parts += [written[at : found[place].start], mask]
                place, at = others[-1], found[others[-1] - 1].end
            else:
                place += 1
        return "".join([*parts, written[at:]])

    def _begins(self, word: str) -> bool:
        """Whether a name begins with a word."""
        return word in self.exact or word.casefold() in self.longest

    def _ends(self, found: list[Word], place: int) -> list[tuple[int, frozenset[str]]]:
        """Where the names end that begin at a word, the shortest first, and whose they are."""
        first = found[place]
        ends = [(place + 1, self.exact[first.exact])] if first.exact in self.exact else []
        most = min(self.longest.get(first.loose, 0), len(found) - place)
        for size in range(1, most + 1):
            whose = self.loose.get(tuple(word.loose for word in found[place : place + size]))
            if whose is not None:
                ends.append((place + size, whose))
        return ends


@dataclass(frozen=True)
class Discreet(Language):
    """A language in which texts from the data name no other rep than one.

    Args:
        code: of the language. names: of all reps. rep: id of the one who may be named.
    """

    names: Names = field(default_factory=lambda: Names({}, {}, {}), repr=False, compare=False)
    rep: str = ""

    def show(self, value: Any) -> str:
        """Show one field of a text; one that is from the data without the names of others."""
        if isinstance(value, str) and not isinstance(value, Said):
            value = self.names.masked(value, self.rep, self._mask)
        return super().show(value)

    @cached_property
    def _mask(self) -> str:
        return self.say(MASK)


def words(written: str) -> Iterator[Word]:
    r"""The words of a text: letters and digits in a row; each sign of a script that writes no spaces.

    How a letter with marks is composed does not matter, nor what joins letters without being seen.

    Examples:
        >>> [word.loose for word in words("Zoë\xadWeiß-O’Brien_2")]
        ['zoëweiss', 'o', 'brien', '2']
        >>> [word.loose for word in words("Zoe\u0308")] == [word.loose for word in words("zoë")]
        True
    """
    for match in _pattern().finditer(written):
        exact = match[0]
        if not exact.isascii():
            exact = unicodedata.normalize("NFKC", _joined().sub("", exact))
        loose = exact.casefold()
        yield Word(exact, loose if loose.isascii() else unicodedata.normalize("NFC", loose), *match.span())


_ASCII = re.compile(r"[^\W_]+", re.ASCII)
"""A word of a text of ASCII."""

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
"""Kana, Chinese signs, Hangul."""

_JOINING = "\u00ad\u200c\u200d\u2060\ufeff"
"""Signs that are not seen and do not part what they stand between."""

_MARKED = range(0x300, 0x3100), range(0xA600, 0xABFF), range(0xFB00, 0xFE30)
"""Where the signs are that belong to the letter before them, which Python does not count among the letters."""


@lru_cache
def _pattern() -> re.Pattern[str]:
    """A word: a letter or digit, then more of them and marks; joining signs only between."""
    marks = "".join(chr(code) for codes in _MARKED for code in codes if unicodedata.category(chr(code))[0] == "M")
    letter = f"[^\\W_{_UNSPACED}]"
    return re.compile(f"[{_UNSPACED}][{marks}]*|{letter}(?:[{_JOINING}]*(?:[{marks}]|{letter}))*")


@lru_cache
def _joined() -> re.Pattern[str]:
    return re.compile(f"[{_JOINING}]")


def _spellings(name: str, found: list[Word]) -> set[Words]:
    """How people write a name of several words: as it is, the surname first or last, with a German genitive."""
    given = tuple(word.loose for word in found)
    surname = len(list(words(name.partition(",")[0]))) if "," in name else -1
    turned = given[surname:] + given[:surname]
    return {(*spelling[:-1], spelling[-1] + more) for spelling in (given, turned) for more in ("", "s")}


def _telling(called: str, found: list[Word]) -> bool:
    """Whether nobody takes it for something else: an address, or letters and digits, enough of both together."""
    signs = "".join(word.exact for word in found)
    mixed = _has_digit(signs) and any(sign.isalpha() for sign in signs)
    return len(signs) >= SHORTEST_ID and (mixed or "@" in called)


def _initial(word: Word) -> bool:
    return len(word.exact) == 1 and word.exact.isascii()


def _has_digit(written: str) -> bool:
    return any(sign.isdigit() for sign in written)


def _common(singles: Iterable[str], customers: Iterable[str]) -> list[str]:
    """The words that stand in so many customers' names that they are taken for words."""
    singles, every = set(singles), list(customers)
    counts = Counter(word for name in every for word in {one.exact for one in words(name)} & singles)
    share, fewest = COMMON
    return [word for word, n in counts.items() if n >= fewest and n > share * len(every)]


def _frozen(found: Mapping[Any, set[str]]) -> dict[Any, frozenset[str]]:
    return {key: frozenset(reps) for key, reps in found.items()}
