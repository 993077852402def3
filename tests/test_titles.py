"""Titles of tables and columns: there for all, in every language, and no names of a source spec."""

import pytest

from salesreport.ingest.rows.rules import _NO_VALUE
from salesreport.language import Language
from salesreport.language.language import LANGUAGES
from salesreport.tables import TABLES
from salesreport.titles import COLUMN_TITLES, TABLE_TITLES

COLUMNS = {column.name for table in TABLES.values() for column in table.columns}


def test_everything_has_one() -> None:
    assert set(TABLE_TITLES) == set(TABLES)
    assert set(COLUMN_TITLES) == COLUMNS
    assert {name for table in TABLES.values() for name in table.required} == set(_NO_VALUE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_is_a_name_of_a_source_spec(language: str) -> None:
    say = Language(language).say
    for title in [*TABLE_TITLES.values(), *COLUMN_TITLES.values(), *_NO_VALUE.values()]:
        assert "_" not in say(title)
        assert "(" not in say(title)
