"""The catalogues are complete: every text of the code, translated, with the same places to fill."""

import string

import pytest

from salesreport.language import LANGUAGES
from salesreport.language.extract import CATALOGUES, read_catalogue, texts_of_the_code, updated

OTHERS = [language for language in LANGUAGES if language != "en"]


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def forms(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_is_as_the_extractor_writes_it(language: str) -> None:
    assert (CATALOGUES / f"{language}.po").read_bytes() == updated(language), "run: make texts"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    catalogue = read_catalogue(language)
    wanting = [
        message.id
        for message in texts_of_the_code()
        if message.id and not ((known := catalogue.get(message.id)) and all(forms(known.string)))
    ]
    assert not wanting


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_the_same_places(language: str) -> None:
    for message in read_catalogue(language):
        if message.id:
            allowed = set().union(*(places(form) for form in forms(message.id)))
            for form in forms(message.string):
                assert places(form) <= allowed, message.id
            # a singular may leave its number out ("one of them"), but the last form says everything
            assert places(forms(message.string)[-1]) == places(forms(message.id)[-1]), message.id


def test_the_extractor_sees_the_code() -> None:
    ids = {forms(message.id)[0] for message in texts_of_the_code() if message.id}
    assert {"{n} day", "There is no such file."} <= ids
    assert len(ids) > 200
