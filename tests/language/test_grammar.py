"""Every text of the code, in every language, with 0, 1, 2, 5 and 1.5 in each of its places, with hostile names."""

import re
import string
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest

from salesreport.language import LANGUAGES, Language, Text
from salesreport.language.extract import read_catalogue, texts_of_the_code

EDGES = (0, 1, 2, 5, 1.5)

LONE = {
    number: re.compile(rf"(?<![\w.,–]){re.sub('[.]', '[.,]', str(number))}[ \xa0\u202f]([^\W\d_]+)")
    for number in EDGES
}
"""What follows a lone number."""

HOSTILE = "{0} {n.__class__} %s <b>& “Ann”: " + "Ann " * 20 + "\\"
"""A name that is markup, a template and long."""

VERBS = {
    *("is", "are", "was", "were", "has", "have", "does", "do", "carries", "carry", "lies", "lie"),
    *("ist", "sind", "wurde", "wurden", "hat", "haben", "liegt", "liegen", "bleibt", "bleiben"),
    *("ne", "est", "sont", "a", "ont", "reste", "restent", "était", "étaient"),
}
"""They follow other places than numbers, too."""

NEVER_ONE = {
    ("total", "{shown} of {total} decisions"): "more than are shown",
    ("here", "Shown are {here} of {all} reps"): "as many as a picture holds",
    ("all", "Shown are {here} of {all} reps"): "more than are shown",
    ("n", "The {n} reps farthest"): "as many as a table holds",
    ("n", "The deals come from {n} exports"): "of one export another text tells",
    ("all", "An account buys {lines} of {all} product lines"): "of one nothing could be missing",
    ("rate", "{who}: {rate} d"): "a rate is a text: 40% of 30",
    ("other", "It is not the same in every"): "a name and points: B +3",
    ("fewest", "needs {fewest} deals won"): "10",
    ("won", "A fold needs {won} deals"): "30",
    ("won", "no day has {won} deals won"): "30",
    ("n", "needs open deals at a milestone"): "20",
    ("days", "needs open deals at a milestone"): "365",
    ("days", "share of the deals open at the period's start"): "30",
    ("days", "share of open deals that have been"): "365",
    ("days", "Put off: of the deals open"): "30",
    ("n", "It makes {n} reports at a time"): "of one nothing is said",
    ("of", "{n} of {of}"): "a part of them: at least as many as n, which decides",
    **{
        ("of", start): "a finding of one of one is said otherwise (`audit.sayings.said`)"
        for start in ("In {n} of {of}", "Of {n} of {of}", "At {n} of {of}", "What the CRM", "The {n} of {of} reps")
    },
    ("n", "Lines show the last {n} periods"): "one is no line",
    ("all", "{step}, {who}: in {few} of {all} months"): "a part of them is counted",
    ("fewest", "It takes {fewest} months with"): "6",
    ("n", "Revenue in {period} "): "at least three, else there is no trend",
}
"""Places that are never filled with a lone 1, by the beginning of their text, and why."""

DATES = ("day", "start", "end", "period")
"""Places of dates and periods, never of bare numbers."""

ALONG = ("days", "points")
"""Places whose last or only number is n, which decides between singular and plural."""


@cache
def messages() -> list[Text]:
    """All texts, without fields."""
    found = []
    for message in texts_of_the_code():
        if message.id:
            one, many = (message.id, None) if isinstance(message.id, str) else message.id
            found.append(Text(one, many))
    return found


def places(said: Text) -> list[str]:
    """The places of a text."""
    both = said.template + (said.plural or "")
    return list(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(both) if name))


@cache
def sentences(code: str) -> list[tuple[Text, str, float, str]]:
    """Every text of a language as `rendered`, said once for all tests."""
    language = Language(code)
    return [(said, *one) for said in messages() for one in rendered(said, language)]


def rendered(said: Text, language: Language) -> Iterator[tuple[str, float, str]]:
    """A text with a number in one place and words in all others: the place, the number, the sentence."""
    names = places(said)
    for name in names:
        for number in EDGES:
            n = {"n": number if name in ALONG else 2} if said.plural else {}
            fields = {**dict.fromkeys(names, "Word"), **n, name: number}
            yield name, number, language.say(Text(said.template, said.plural, fields))


def counted(language: str) -> tuple[set[str], set[str]]:
    """The words that follow a number only in singular forms of a language, and only in its plural ones."""
    forms: tuple[set[str], set[str]] = (set(), set())
    if language == "en":
        pairs = [(said.template, said.plural) for said in messages() if said.plural]
    else:
        pairs = [tuple(one.string) for one in read_catalogue(language) if isinstance(one.id, tuple | list)]
    for one, many in pairs:
        for form, words in zip((one, many), forms, strict=True):
            words.update(re.findall(r"\{n\}[ \xa0]([^\W\d_]+)", form or ""))
    return forms[0] - forms[1] - VERBS, forms[1] - forms[0] - VERBS


def never_one(name: str, template: str) -> bool:
    """Whether a place of a text is known to hold no lone 1."""
    return name in DATES or any(name == place and template.startswith(start) for place, start in NEVER_ONE)


def test_exceptions_are_of_texts_that_there_are() -> None:
    templates = [said.template for said in messages()]
    for place, start in NEVER_ONE:
        assert any(one.startswith(start) and f"{{{place}}}" in one for one in templates), start


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_agree_with_what_they_count(code: str) -> None:
    language, (singulars, plurals) = Language(code), counted(code)
    singular = {number: language.locale.plural_form(Decimal(str(number))) == "one" for number in EDGES}
    assert [number for number in EDGES if singular[number]] == {"fr": [0, 1, 1.5]}.get(code, [1])
    assert {"en": "day", "de": "Tag", "fr": "jour"}.get(code) in {
        *singulars,
        None,
    }  # Hungarian nouns do not change
    wrong = []
    for said, name, number, sentence in sentences(code):
        words = plurals if singular[number] else singulars
        if words & set(LONE[number].findall(sentence)) and not never_one(name, said.template):
            wrong.append((name, sentence))
    assert not wrong, "\n".join(f"{name}: {sentence}" for name, sentence in wrong)


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_left_open_or_doubled(code: str) -> None:
    wrong = re.compile(r"[{}]|  |\(\)| [,.;:!?](?:\s|$)|,,|\.\.(?!\.)|^\s|\s$")
    assert not [sentence for *_, sentence in sentences(code) if wrong.search(sentence)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_whatever_a_name_is_the_sentence_stays_the_same(code: str) -> None:
    language = Language(code)
    shown = language.show(HOSTILE)
    for said in messages():
        names = places(said)
        n = {"n": 2} if said.plural else {}
        plain = language.say(Text(said.template, said.plural, {**dict.fromkeys(names, "Word"), **n}))
        named = language.say(Text(said.template, said.plural, {**dict.fromkeys(names, HOSTILE), **n}))
        assert named.replace(shown, "Word") == plain, said.template


@pytest.mark.parametrize("code", [language for language in LANGUAGES if language != "en"])
def test_every_plural_has_all_its_forms(code: str) -> None:
    catalogue = read_catalogue(code)
    for said in messages():
        known = catalogue.get((said.template, said.plural) if said.plural else said.template)
        assert known is not None, said.template
        forms = known.string if isinstance(known.string, tuple | list) else [known.string]
        assert len(forms) == (catalogue.num_plurals if said.plural else 1), said.template
        assert all(forms), said.template
        # one sentence ends as the other does, and begins with a capital where the other does
        for form in forms:
            assert (form[-1] == ".") == (said.template[-1] == "."), said.template
