"""Every translation as its language writes: nothing left in English, quotes, spaces, nothing glued to a place."""

import re
from collections.abc import Iterator

import pytest

from salesreport.language import LANGUAGES
from salesreport.language.extract import read_catalogue, texts_of_the_code

OTHERS = [language for language in LANGUAGES if language != "en"]

SAME = {
    "de": "formal|Audit|Deal|Deals|Segment|q|Trend|Team|Pipeline|n|Warm|Definition|CRM|Chance|Plan|"
    "Notebook: {file}|negative {column}|{counts}, in {seconds} s|{n} in {days}|H{number} {year}|Q{number} {year}|"
    "H{number} ’{year}|"
    "Q{number} ’{year}|{time} {step}: {status} in {seconds} s. {said}",
    "fr": "segment|pipeline|segments|Silence|verdict|Audit|Segment|q|Anomalies|suggestion|manager|Pipeline|n|plan|"
    "Manager|Satisfaction|prospect|Commission|quota|export|audit|question|Diagnostic|Conversion|CRM|Verdict|Plan|"
    "Concentration|Question|Notes|Date|Suggestion|Table|dates|managers|pipelines|sources|types|{points} point|"
    "{points} points|{n} point|{n} points|{n} minute|{n} minutes|table {table}|format {number}|manager {manager}|"
    "helpdesk.bitrix24.pl, article 10187456",
    "hu": "pipeline|Audit|q|Trend|Pipeline|n|export|audit|CRM|Notebook: {file}",
}
"""What is the same in English and another language."""

ENGLISH = re.compile(r"\b(the|and|with|which|whose|of|not|for|this|are|were|nothing)\b")
"""Words that no other language has."""

SPACE = "[ \u00a0\u202f]"


def translated(language: str) -> Iterator[tuple[str, str]]:
    """The forms of all texts that are translated: the original, the translation."""
    for message in read_catalogue(language):
        if message.id:
            ids, strings = message.id, message.string
            pairs = [(ids, strings)] if isinstance(ids, str) else list(zip(ids, strings, strict=True))
            yield from ((one, other) for one, other in pairs if other)


def prose(original: str, translation: str) -> str:
    """A translation without code: in backquotes, options, addresses, and what the original quotes literally."""
    rest = re.sub(r"`[^`]*`|https?://\S+|--[\w-]+", "code", translation)
    for code in re.findall("“([^“”]+)”", original):
        rest = re.sub(rf"([“„«]{SPACE}?){re.escape(code)}(?={SPACE}?[“”»])", r"\1code", rest)
    for code in re.findall('"[^"]+"', original):
        rest = rest.replace(code, "code")
    return rest


def words(template: str) -> str:
    """A text without its places."""
    return re.sub(r"\{\w*\}", "", template)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    same = set(SAME[language].split("|"))
    pairs = list(translated(language))
    left = [one for one, other in pairs if one == other and re.search(r"[^\W\d_]", words(one)) and one not in same]
    assert not left, "\n".join(left)
    half = [other for one, other in pairs if ENGLISH.search(words(prose(one, other)))]
    assert not half, "\n".join(half)
    assert same <= {one for one, other in pairs if one == other}, "no longer the same"


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_are_the_languages(language: str) -> None:
    if language == "en":
        pairs = [(one, one) for text in texts_of_the_code() if text.id for one in _forms(text.id)]
    else:
        pairs = list(translated(language))
    opening, closing = {"en": "“”", "de": "„“", "fr": "«»", "hu": "„”"}[language]
    wrong = [
        other
        for one, other in pairs
        if (said := prose(one, other))
        and (set('“”„«»"') & set(said) - {opening, closing} or not _pairwise(said, opening, closing))
    ]
    assert not wrong, "\n".join(wrong)


def test_french_spaces() -> None:
    wrong = [
        other
        for one, other in translated("fr")
        if (said := prose(one, other))
        and (
            re.search(r"(?<!\u202f)[;!?]", said)
            or re.search(r"(?<!\u00a0):(?!\S)", said)
            or re.search(r"«(?!\u202f)|(?<!\u202f)»|[\d}](?!\u00a0%).?%", said)
            or re.search(r"(?<=\w)'(?=\w)", said)
        )
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["de", "hu"])
def test_no_space_before_a_sign(language: str) -> None:
    wrong = [other for one, other in translated(language) if re.search(rf"{SPACE}[;:!?](?!\w)", prose(one, other))]
    if language == "hu":
        wrong += [other for _, other in translated("hu") if re.search(rf"[\d}}]{SPACE}%", other)]
    assert not wrong, "\n".join(wrong)


def test_hungarian_is_right_whatever_stands_in_a_place() -> None:
    """No ending and no article hang on it: both go by its sound."""
    wrong = [
        other
        for _, other in translated("hu")
        if re.search(r"\ba\(z\)", other, re.IGNORECASE)
        or re.search(r"\}”?-?[a-záéíóöőúüű]", other)
        or re.search(r"\baz? [„(]?\{", other, re.IGNORECASE)
    ]
    assert not wrong, "\n".join(wrong)


def test_hungarian_endings_stay_with_their_number() -> None:
    """A hyphen that lines cannot break at: “95%-” at the end of a line reads like a minus."""
    wrong = [other for one, other in translated("hu") if re.search(r"[\d%]-[a-záéíóöőúüű]", prose(one, other))]
    assert not wrong, "\n".join(wrong)


def test_french_is_right_whatever_stands_in_a_place() -> None:
    """No elision hangs on it: nobody knows whether it begins with a vowel."""
    wrong = [other for _, other in translated("fr") if re.search(r"\w’\{|\}’", other)]
    assert not wrong, "\n".join(wrong)


def _forms(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _pairwise(said: str, opening: str, closing: str) -> bool:
    """Whether quotes are opened and closed in turn."""
    marks = [one for one in said if one in (opening, closing)]
    return marks == [opening, closing] * (len(marks) // 2)
