"""Names of other reps in texts from the data: found however they are written, only whole, and masked."""

import html
import json
import re
import time
import unicodedata
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from salesreport import Dataset, Review
from salesreport.explore import ConversionReview
from salesreport.language import LANGUAGES, Language, text
from salesreport.report.content import MIME as CONTENT
from salesreport.report.content import asking
from salesreport.report.names import _ASCII, Names, words
from salesreport.tables import TABLES
from salesreport.writing import write_dataset

MASK = "[name]"


def masked(written: str, *others: str, me: str = "Me Myself") -> str:
    """A text in the report about `me`, with some others in the table of reps."""
    reps = {"1": me} | {str(number): name for number, name in enumerate(others, 2)}
    return Names.of(reps).masked(written, "1", MASK)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Lamps for Ann Lee", "Lamps for [name]"),
        ("ANN  LEE, ann\u00a0lee; Ann\nLee.", "[name], [name]; [name]."),
        ("ann.lee@example.com / Ann_Lee / Ann-Lee", "[name]@example.com / [name] / [name]"),
        ("Lee, Ann (Ann Lee’s, Ann Lees)", "[name] ([name]’s, [name])"),
        ("Joann Leeds, Ann Leeson, Lee & Ann Ltd", "Joann Leeds, Ann Leeson, [name] Ltd"),
        ("Ann, Leeds", "Ann, Leeds"),
        ("Ann\u200dLee or Ann\u00ad Lee", "Ann\u200dLee or [name]"),
        ("", ""),
    ],
)
def test_a_name_however_it_is_written_and_nothing_else(written: str, shown: str) -> None:
    assert masked(written, "Ann Lee") == shown


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Weber, Hans Peter", "Hans Peter Weber"),
        ("Hans Peter Weber", "weber, hans peter"),
        ("Zoë Weiß", "ZOE\u0308 WEISS"),
        (unicodedata.normalize("NFD", "Zoë Çelik"), unicodedata.normalize("NFC", "Zoë Çelik")),
        ("علي حسن", "علي  حسن"),
        ("דוד כהן", "דוד כהן"),
        ("प्रिया शर्मा", "प्रिया शर्मा"),
        ("C++ (Bob) [x].* $1 \\d", "C++ (Bob) [x].* $1 \\d"),
        ("<b>Bob</b> O’Hill", "<b>Bob</b> O'Hill"),
        ("{name} %s", "{NAME} %s"),
        ("王伟", "王伟"),
    ],
)
def test_names_of_all_kinds(name: str, written: str) -> None:
    shown = masked(f"Deal: {written} 5", name)
    assert MASK in shown
    assert not [word for word in re.findall(r"\w{2,}", written) if word in shown.replace(MASK, "")]
    assert shown.startswith("Deal: ")
    assert shown.endswith(" 5")


def test_signs_of_a_script_without_spaces_are_words() -> None:
    assert masked("王伟公司", "王伟") == "[name]公司"


def test_a_text_of_ascii_is_looked_over_by_its_words() -> None:
    signs = "".join(map(chr, range(128)))
    for written in (signs, signs[::-1], "Ann-Lee_2 O'Brien, x1y2"):
        assert _ASCII.findall(written) == [word.exact for word in words(written)]


def test_a_name_of_one_word_is_one_only_whole_and_in_its_case() -> None:
    assert masked("Mark’s mark on MARK in Denmark, Markus", "Mark") == "[name]’s mark on MARK in Denmark, Markus"
    assert masked("Bo and Al", "Bo", "Al") == "Bo and Al"  # too short to be told from words
    assert masked("17 of R17, desk 2", "17") == "17 of R17, desk 2"


def test_a_word_that_many_customers_have_in_their_names_is_none() -> None:
    reps = {"1": "Ann", "2": "Sales", "3": "Mark"}
    customers = [
        "Sales Force",
        "Global Sales",
        "Sales Ltd",
        "Mark & Co",
        "St. Mark",
        *map("Company {}".format, range(90)),
    ]
    names = Names.of(reps, customers)
    # 3 of 95 are more than 1 %; two are too few to tell
    assert names.masked("Sales by Mark", "1", MASK) == "Sales by [name]"


def test_ids_that_nobody_takes_for_something_else() -> None:
    ids = ["me@x.org", "ann@x.org", "EMP-0042", "r000017", "17", "A1", "north", "Eve Fay", "000123"]
    reps = dict(zip(ids, ["Me", "A", "B", "C", "D", "E", "F", "E. F.", "G"], strict=True))
    names = Names.of(reps)
    written = "me@x.org ANN@x.org emp-0042 deal_R000017_a 17 A1 north Eve Fay 000123"
    assert names.masked(written, "me@x.org", MASK) == (
        "me@x.org [name] [name] deal_[name]_a 17 A1 north [name] 000123"
    )


def test_her_own_name_stays() -> None:
    assert masked("Ann Lee Smith for Ann Lee", "Ann Lee", me="Ann Lee Smith") == "Ann Lee Smith for [name]"
    assert masked("Ann Lee", "Ann Lee", me="Ann Lee") == "Ann Lee"  # two who are called the same
    assert masked("Max Ann Lee", "Ann Lee", me="Max Ann") == "Max [name]"  # hers does not cover the other's


def test_thousands_of_reps_cost_a_text_nothing() -> None:
    reps = {str(number): f"F{number % 60} L{number}" for number in range(3_000)}
    texts = [f"Lamps for F{number % 60} L{number} and others" for number in range(3_000)]
    began = time.perf_counter()
    names = Names.of(reps)
    assert all(MASK in names.masked(one, "none", MASK) for one in texts)
    assert time.perf_counter() - began < 3  # it takes 0.2 s


PLANTED = "c/o "
"""Before the name that every text of the planted dataset ends with."""


@pytest.fixture(scope="module")
def planted(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, pd.Series]:
    """The sample with the name and id of one rep in every text and id of deals and customers; and that rep."""
    reps = sample.table("reps")
    other = reps[~reps["name"].isin(reps["manager"])].iloc[-1]
    kept = {"name", "role", "manager", "metric", "period"}
    tables = {}
    for name, table in TABLES.items():
        frame = sample.table(name).copy()
        for column in table.columns:
            planted = column.kind == "text" and not (
                name in ("reps", "rep_history", "targets") and column.name in kept
            )
            if column.name in frame and (planted or column.name in ("deal_id", "account_id")):
                more = f"-{other['rep_id']}" if column.kind == "id" else f" {PLANTED}{other['name'].upper()}"
                frame[column.name] = frame[column.name].map(
                    lambda value, more=more: value + more, na_action="ignore"
                )
        if len(frame):
            tables[name] = frame
    settings = sample.settings.model_copy(update={"process": ""})  # the stages, planted too, are the milestones
    path: Path = tmp_path_factory.mktemp("planted") / "company"
    return write_dataset(path, tables, settings, sample.provenance), other


def names_in(shown: list[str], other: pd.Series) -> list[str]:
    """Where the name or id of a rep stands, or a part of the name."""
    said = html.unescape(re.sub(r"<style.*?</style>", "", " ".join(shown), flags=re.DOTALL))
    return re.findall(f"{other['name'].split()[-1]}|{other['rep_id']}", said, re.IGNORECASE)


def everything(review: Review | ConversionReview) -> list[str]:
    """All that a notebook shows of a review."""
    sections = [section._repr_html_() + repr(section) for section in review.sections()]
    return [*map(str, review._repr_mimebundle_().values()), review.in_words(), *sections]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_section_names_another_rep(planted: tuple[Dataset, pd.Series], language: str) -> None:
    data, other = planted
    for rep in data.table("reps")["rep_id"].head(2):
        for kind in (Review, ConversionReview):
            assert not names_in(everything(kind(data, "2025-Q4", rep=rep, language=language)), other)
    said = Review(data, "2025-Q4", rep=rep, language=language).data_notes.notes
    assert any(Language(language).say(text("[name]")) in note for note in said)


def test_no_deck_document_or_workbook_names_another_rep(planted: tuple[Dataset, pd.Series]) -> None:
    # all of them are made of what the outputs hold, and of nothing else
    data, other = planted
    review = Review(data, "2025-Q4", rep=data.table("reps")["rep_id"].iloc[0])
    with asking(["pptx", "docx", "xlsx"]):
        shown = [one._repr_mimebundle_() for one in (review, *review.sections())]
    held = [json.dumps(one[CONTENT], ensure_ascii=False) for one in shown if CONTENT in one]
    assert len(held) > 20
    assert not names_in(held, other)
    assert any("[name]" in one for one in held)


def test_pay_and_account_plans_name_no_other_rep(planted: tuple[Dataset, pd.Series], tmp_path: Path) -> None:
    data, other = planted
    rep = data.table("reps")["rep_id"].iloc[0]
    mine = data.table("accounts").query("rep_id == @rep")["account_id"].iloc[0]
    (tmp_path / "pay.yml").write_text(
        f"name: As {other['name']} has it\ncurrency: EUR\ncomponents:\n"
        f"- {{key: sales, title: Sales like {other['name']}, metric: revenue, rate: 1 %}}\n",
        encoding="utf-8",
    )
    (tmp_path / "accounts.yml").write_text(
        "account_plans: 1\nperiod: 2025-Q4\nas_of: 2025-09-30\ncurrency: EUR\nreps:\n"
        f"- {{rep_id: {other['rep_id']}, accounts: []}}\n"
        f"- {{rep_id: {rep}, accounts: [{{account_id: {mine}, answers: {{fit: Ask {other['name']}}},\n"
        f"   actions: [{{what: Visit, who: {other['name']}}}]}}]}}\n",
        encoding="utf-8",
    )
    files = {"pay": tmp_path / "pay.yml", "account_plans": tmp_path / "accounts.yml"}
    review = Review(data, "2025-Q4", rep=rep, **files)
    for section in (review.pay, review.account_plans):
        html = section._repr_html_()
        assert MASK in html
        assert not names_in([html, repr(section)], other)


def test_with_the_setting_off_and_in_other_reports_texts_are_as_they_are(
    planted: tuple[Dataset, pd.Series],
) -> None:
    data, other = planted
    rep, team = data.table("reps")[["rep_id", "team"]].iloc[0]
    for about in ({"rep": rep, "mask_names": False}, {"team": team}, {"rep": other["rep_id"]}):
        review = Review(data, "2025-Q4", **about)
        for section in (review.deals_to_look_at, review.order_book, review.results, review.milestones):
            assert names_in([section._repr_html_()], other)
        assert MASK not in "".join(everything(review)).replace(str(review.data_notes.notes[1]), "")
    assert names_in(everything(ConversionReview(data, "2025-Q4", rep=rep, mask_names=False)), other)


def test_owners_who_are_no_people_have_no_names_to_mask(sample: Dataset) -> None:
    other = sample.table("reps")["rep_id"].iloc[1]
    settings = sample.settings.model_copy(update={"not_people": (other,)})
    me = sample.table("reps")["rep_id"].iloc[0]
    review = Review(replace(sample, settings=settings), "2025-Q4", rep=me)
    assert review.context.language.show(f"{other}: lamps") == f"{other}: lamps"
    assert Review(sample, "2025-Q4", rep=me).context.language.show(other) == MASK
