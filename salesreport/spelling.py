"""Names in plain letters: for an order that people expect, and for files that any system can hold."""

import unicodedata

_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "ı": "i", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    }
)  # fmt: skip
"""Letters that Unicode takes for whole ones, and what they are written as where there are none of them."""


def plain_letters(name: str) -> str:
    """A name without accents and special letters of Latin script; other scripts stay as they are.

    Examples:
        >>> [plain_letters(one) for one in ("Weiß", "Çiğdem Yıldız", "Søren Łukasz")]
        ['Weiss', 'Cigdem Yildiz', 'Soren Lukasz']
    """
    parted = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def by_name(name: str) -> tuple[str, str]:
    """A key to sort names by: without regard to case and accents, these decide between equal ones.

    Examples:
        >>> sorted(["Dirk", "Çiğdem", "carl", "Örjan", "Paul"], key=by_name)
        ['carl', 'Çiğdem', 'Dirk', 'Örjan', 'Paul']
    """
    return plain_letters(name).casefold(), name
