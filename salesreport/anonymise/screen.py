"""Values that may name somebody, or that somebody typed."""

import re
from collections.abc import Iterable

_WORDS = re.compile(r"\w+")
_TYPED = re.compile(r"@|://|www\.|\d{5,}|[\r\n\t]")
_LONGEST = 60
"""A category that is longer is a remark."""

_SHORTEST = 4
"""Letters of a single word of a name that is looked for by itself."""


class Screen:
    """Knows the names of people and customers, and finds them in other values.

    Args:
        people: names of people; each of their longer words is looked for, too. others: of customers, and ids.

    Examples:
        >>> screen = Screen(["Ann Bergmann"], ["Elan Ltd", "4711"])
        >>> screen.names_somebody("Referral (BERGMANN)"), screen.names_somebody("elan  ltd, again")
        (True, True)
        >>> screen.names_somebody("Elan"), screen.names_somebody("Mountain")
        (False, False)
        >>> screen.is_remark("call 0301234567"), screen.is_remark("Price")
        (True, False)
    """

    def __init__(self, people: Iterable[str], others: Iterable[str]) -> None:
        people = list(people)
        self._names = {words for name in [*people, *others] if (words := _words(name))}
        self._names = {words for words in self._names if sum(map(len, words)) >= _SHORTEST}
        self._names |= {(word,) for name in people for word in _words(name) if len(word) >= _SHORTEST}
        self._most = max(map(len, self._names), default=0)

    def names_somebody(self, value: str) -> bool:
        """Whether a name stands in a value, as whole words."""
        words = _words(value)
        return any(
            words[start : start + length] in self._names
            for start in range(len(words))
            for length in range(1, min(self._most, len(words) - start) + 1)
        )

    def is_remark(self, value: str) -> bool:
        """Whether a value is no word of a list: too long, an address, a long number."""
        return len(value) > _LONGEST or _TYPED.search(value) is not None

    def harmless(self, value: str) -> bool:
        """Whether neither is the case."""
        return not self.is_remark(value) and not self.names_somebody(value)


def _words(value: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(value.casefold()))
