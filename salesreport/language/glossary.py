"""The words of reports and messages in every language: one term, one word (`glossary.yml`)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from salesreport.language.language import LANGUAGES

FILE = Path(__file__).parent / "glossary.yml"


class Term(NamedTuple):
    """A term.

    Attributes:
        english: the term. means: what it means, in one line. said: a text of the catalogues that uses it.
        words: language → its word.
    """

    english: str
    means: str
    said: str
    words: dict[str, str]


@cache
def glossary() -> Sequence[Term]:
    """All terms, in the order of the file.

    Examples:
        >>> next(term.words["de"] for term in glossary() if term.english == "win rate")
        'Abschlussquote'
    """
    return [
        Term(one["term"], one["means"], one["said"], {code: one[code] for code in LANGUAGES if code != "en"})
        for one in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    ]
