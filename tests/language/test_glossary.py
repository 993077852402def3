"""The words of the glossary are those that reports and messages use."""

import re

import pytest
import yaml

from salesreport.language import LANGUAGES
from salesreport.language.extract import read_catalogue
from salesreport.language.glossary import FILE, Term, glossary

OTHERS = [language for language in LANGUAGES if language != "en"]


def stems(words: str) -> list[str]:
    """The words without their endings, which change: the first letters, all but two of long words."""
    return [one[: max(4, len(one) - 2)].casefold() for one in re.findall(r"[\w%-]+", words)]


def says(text: str, words: str) -> bool:
    return all(stem in text.casefold() for stem in stems(words))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("term", glossary(), ids=lambda term: term.english)
def test_the_word_is_what_the_catalogue_uses(term: Term, language: str) -> None:
    assert says(term.said, term.english)
    catalogue = read_catalogue_once(language)
    assert term.said in catalogue, "no text of the code says this any longer"
    assert says(catalogue[term.said], term.words[language]), catalogue[term.said]


def test_every_term_says_all_there_is_to_say() -> None:
    for one in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        assert set(one) == {"term", "means", "said", *OTHERS}, one
        assert all(isinstance(said, str) and said for said in one.values()), one


def test_no_term_stands_twice() -> None:
    assert len({term.english for term in glossary()}) == len(glossary()) >= 50
    for language in OTHERS:
        words = [term.words[language] for term in glossary()]
        assert len(set(words)) == len(words), "two terms with one word"


_READ: dict[str, dict[str, str]] = {}


def read_catalogue_once(language: str) -> dict[str, str]:
    """English text → translation; of those with two forms the plural."""
    if language not in _READ:
        _READ[language] = {
            (message.id if isinstance(message.id, str) else message.id[-1]): (
                message.string if isinstance(message.string, str) else message.string[-1]
            )
            for message in read_catalogue(language)
            if message.id
        }
    return _READ[language]
