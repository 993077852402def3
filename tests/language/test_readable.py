"""Texts from data that nobody can read as they are."""

import pytest

from salesreport.errors import DataError
from salesreport.language import Language, text
from salesreport.language.readable import MOST, readable
from salesreport.pack.plain import one_line


@pytest.mark.parametrize(
    "written",
    ["", " ", "Ann", "Çağla Öz", "日本", "👩\u200d👩\u200d👧", "a\nb", "n\u00a0b", "x" * MOST, "e\u0301"],
)
def test_what_can_be_read_stays(written):
    assert readable(written) == written


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\u200b", "\\u200b"),
        ("\ufeff \u2060", "\\ufeff \\u2060"),
        ("\u3164", "\\u3164"),
        ("\u2800" * 9, "\\u2800\\u2800\\u2800\\u2800…"),
        ("\x07", "\\x07"),
        ("Ann\u202ennA", "Ann\\u202ennA"),
        ("A\u200bB", "A\\u200bB"),
        ("A\x00", "A\\x00"),
        ("A\x1f\x85", "A\\x1f\\x85"),
        ("مرحبا", "\u2068مرحبا\u2069"),
        # isolates of the data are named, ours hold the name together
        ("\u2066שלום", "\u2068\\u2066שלום\u2069"),
    ],
)
def test_what_cannot_be_seen_is_named(written, shown):
    assert readable(written) == shown
    assert readable(shown) == shown


def test_what_is_set_apart_is_not_set_apart_again():
    joined = f"{readable('مرحبا')} · {readable('שלום')} · 5"
    assert readable(joined) == joined
    # the data's own isolates, closed or not
    assert readable("\u2068A\u202e\u2069\u2069B\u2068") == "\u2068A\\u202e\u2069\\u2069B\\u2068"


def test_a_name_in_a_sentence():
    said = Language("en").say(text("{name} won {n} deals.", name="\u200b", n=5))
    assert said == "\\u200b won 5 deals."


def test_a_sentence_within_a_sentence_is_not_cut():
    inner = Language("en").say(text("{list}.", list=[f"number {at}" for at in range(80)]))
    assert len(inner) > MOST / 2
    assert Language("en").say(text("Error: {problem}", problem=inner * 1)) == f"Error: {inner}"


def test_a_list_is_as_long_as_can_be_read():
    said = Language("en").say(text("one of {names}", names=[f"heading {at}" for at in range(16_384)]))
    assert len(said) < 1_300
    assert said.startswith("one of heading 0, heading 1, ")
    assert said.endswith(" more")


def test_long_items_leave_room_for_others():
    said = Language("en").say(text("one of {names}", names=["x" * 30_000, "Id", "Owner"]))
    assert said == "one of " + "x" * 119 + "…, Id, and Owner"


def test_an_error_is_bounded_whatever_it_quotes():
    long = "x" * 30_000
    error = DataError(
        text("The file has no such column."), file="deals.csv", table="deals", column=long, found=[long] * 9,
        expected=text("one of {names}", names=[long] * 900), hint=text("Did you mean “{name}”?", name=long),
    )  # fmt: skip
    assert len(str(error)) < 3_000
    assert str(error).startswith("deals.csv, table deals, column “xxx")


def test_a_terminal_shows_no_marks_of_ours():
    assert one_line(readable("مرحبا")) == "مرحبا"
