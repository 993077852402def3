"""Words, numbers, money and dates in both languages."""

import datetime as dt
import json

import numpy as np
import pytest

from salesreport.language import (
    LANGUAGES,
    Day,
    Either,
    Fixed,
    Language,
    Month,
    Quantity,
    Range,
    Text,
    ntext,
    text,
)
from salesreport.period import Period

EN, DE = Language("en"), Language("de")


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (0, "€0", "0 €"),
        (12.4, "€12", "12 €"),
        (999, "€999", "999 €"),
        (1234, "€1.23K", "1,23 Tsd. €"),
        (123_456, "€123K", "123 Tsd. €"),
        (2_802_496, "€2.8M", "2,8 Mio. €"),
        (28_120_000, "€28.1M", "28,1 Mio. €"),
        (-5_120, "−€5.12K", "−5,12 Tsd. €"),
        (float("nan"), "–", "–"),
        (None, "–", "–"),
    ],
)
def test_money(value: float | None, english: str, german: str) -> None:
    assert EN.money(value, "EUR") == english
    assert DE.money(value, "EUR").replace("\xa0", " ") == german


def test_numbers_shares_and_counts() -> None:
    assert (EN.percent(0.634), DE.percent(0.634)) == ("63%", "63\xa0%")
    assert (EN.exact(1234567), DE.exact(1234567)) == ("1,234,567", "1.234.567")
    assert (EN.count(50.5), DE.count(50.5)) == ("50.5", "50,5")
    assert (EN.number(12_345_678), DE.number(12_345_678)) == ("12.3M", "12,3\xa0Mio.")
    assert EN.quantity(51.2, "days") == "51 days"
    assert DE.quantity(1, "days") == "1 Tag"
    assert EN.quantity(1500, "EUR/day") == "€1.5K per day"
    assert EN.quantity(4.25, "points") == "4.2"
    assert EN.quantity(8, "points") == "8.0"


def test_dates_and_periods() -> None:
    day = dt.date(2017, 12, 31)
    assert (EN.date(day), DE.date(day)) == ("Dec 31, 2017", "31.12.2017")
    assert (EN.show(Period.parse("2017-12")), DE.show(Period.parse("2017-12"))) == (
        "December 2017",
        "Dezember 2017",
    )
    assert EN.show(Period.parse("2017-Q4")) == "Q4 2017"
    assert DE.show(Period.parse("2017-W05")) == "KW 5, 2017"
    assert EN.show(Period.parse("2018-Q3", 4)) == "Q3 FY 2018"
    assert EN.show(Month(day, short=True)) == "Dec 2017"


@pytest.mark.parametrize("code", ["fr", "fr_BE", "FR_ch"])
def test_the_first_of_a_month_in_french(code: str) -> None:
    first, language = dt.date(2017, 3, 1), Language(code)
    assert language.date(first) == language.date(first, "long") == "1er mars 2017"
    assert language.date(first, "full").endswith(" 1er mars 2017")
    assert language.say(text("{day}", day=Day(first))) == "1er mars"
    assert "er" not in language.date(first, "short")
    assert language.date(dt.date(2017, 1, 11), "long") == "11 janvier 2017"
    assert (language.colon, language.apart("AB")) == ("\xa0:", "A\u202f; B")


def test_whole_numbers_of_numpy_are_numbers() -> None:
    assert DE.say(text("{n} von {of}", n=np.int64(128), of=np.int64(1999))) == "128 von 1.999"


def test_texts_nest_and_count() -> None:
    said = text("{deals} in {period}", deals=ntext("{n} deal", "{n} deals", n=1), period=Period.parse("2017"))
    assert EN.say(said) == "1 deal in 2017"
    assert EN.say(ntext("{n} deal", "{n} deals", n=0.5)) == "0.5 deals"
    assert EN.say(text("{all}", all=["a", "b", "c"])) == "a, b, and c"
    assert EN.say(text("{share}", share=Quantity(0.5, "share"))) == "50%"
    assert EN.say("as it is {x}") == "as it is {x}"
    assert EN.say(None) == ""


def test_one_of_several_is_joined_with_or() -> None:
    said = text("{line}", line=Either([text("a"), "b", "c"]))
    assert (EN.say(said), Language("de").say(said)) == ("a, b, or c", "a, b oder c")
    assert Text.from_json(json.loads(json.dumps(said.to_json()))) == said


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_empty_text_says_nothing(code: str) -> None:
    assert Language(code).say(Text("")) == ""
    assert Language(code).say(text("{one}{other}", one="A", other=Text(""))) == "A"


def test_data_in_fields_is_never_a_template() -> None:
    hostile = "{0} {name.__class__} %s"
    assert EN.say(text("Rep {name}", name=hostile)) == f"Rep {hostile}"
    assert EN.say(Text("{outer}", fields={"outer": text("{inner}", inner=hostile)})) == hostile


def test_long_lists_say_how_many_more() -> None:
    assert EN.listing(["1", "2", "3", "4"], most=2) == "1, 2, and 2 more"
    assert EN.listing([]) == ""


@pytest.mark.parametrize("code", ["es", "xx", "", "e n", "../de"])
def test_there_is_no_other_language(code: str) -> None:
    with pytest.raises(ValueError, match="no catalogue"):
        Language(code)


def test_a_region_is_fine() -> None:
    assert Language("de_AT").say(ntext("{n} day", "{n} days", n=2)) == "2 Tage"


def test_texts_come_back_from_json_as_they_were() -> None:
    said = text(
        "{a} {b} {c} {d} {e}",
        a=Quantity(0.5, "share"),
        b=Range(1, 12, "days"),
        c=Fixed(2, 1),
        d=[text("{n}", n=1), dt.date(2017, 12, 31)],
        e=Quantity(57, "deals", 57.1),
    )
    again = Text.from_json(json.loads(json.dumps(said.to_json())))
    assert again == said
    assert EN.say(again) == "50% 1 – 12 days 2.0 1 and Dec 31, 2017 57.0"
