"""Names of months: all languages against dates that Babel writes, and what two languages read differently."""

import datetime as dt
from itertools import combinations

import pytest
from babel.dates import format_date

from salesreport.ingest.cells.month_names import LANGUAGES, find_months, months_of, plain_name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_in_each_language(language, month):
    for pattern in ("MMMM", "LLLL", "MMM"):
        written = format_date(dt.date(2025, month, 7), pattern, locale=language)
        name = plain_name(written).strip(". ").removeprefix("de ").removeprefix("d’")
        if len(name) > 2:  # “ag.” in Catalan is too short to tell
            assert months_of(language)[name] == month


def test_only_croatian_reads_names_in_another_way():
    differ = {
        frozenset((one, other))
        for one, other in combinations(LANGUAGES, 2)
        for name in months_of(one).keys() & months_of(other).keys()
        if months_of(one)[name] != months_of(other)[name]
    }
    assert differ == {frozenset(("hr", "cs")), frozenset(("hr", "pl"))}


def test_the_names_together_tell_the_language():
    # srpen is August in Czech, srpanj July in Croatian; únor and veljača are February
    assert find_months(["srp"]) == ({}, ["srp"])
    assert find_months(["srp", "uno"]) == ({"srp": 8, "uno": 2}, [])
    assert find_months(["srp", "velj"]) == ({"srp": 7, "velj": 2}, [])
    assert find_months(["srp"], "hr") == ({"srp": 7}, [])


def test_languages_mixed():
    assert find_months(["january", "fevrier", "nothing"]) == ({"january": 1, "fevrier": 2}, [])
