import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from workshop import HOSTILE

from salesreport.language import Language
from salesreport.pack.index import index_html, ordered
from salesreport.pack.make import Figure
from salesreport.pack.manifest import DatasetEntry, Manifest, NotebookEntry, PackEntry, ReportEntry, SubjectEntry

PACK = PackEntry(
    title="Reviews by rep",
    dataset=DatasetEntry(path="../data", name="Test & Co", as_of="2017-12-31", fingerprint="f"),
    notebook=NotebookEntry(name="tiny.ipynb", sha256="s"),
    each="rep",
    period="2017-Q4",
    compare_to="2017-Q3",
    language="en",
    version="0",
)


def entry(name: str, team: str = "", stem: str = "x", **changes: Any) -> ReportEntry:
    figures = [Figure(key="won", label="Deals won", shown="2", value=2, note="of 7 closed", brief="n = 3")]
    values: dict[str, Any] = {
        "subject": SubjectEntry(kind="rep", id=name, name=name, team=team), "file": f"reports/{stem}.html",
        "notebook": f"notebooks/{stem}.ipynb", "parameters": {}, "status": "done", "engine": "test",
        "verdict": f"All well with {name}", "figures": figures,
    }  # fmt: skip
    return ReportEntry(**(values | changes))


def page(*entries: ReportEntry, language: str = "en") -> str:
    return index_html(Manifest(pack=PACK, reports=list(entries)), Language(language))


class Seen(HTMLParser):
    """The tags, links and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def test_a_line_per_report_with_link_verdict_figure_and_its_n() -> None:
    seen = Seen(page(entry("Ann", "North", "ann")))
    assert seen.links == ["reports/ann.html"]
    line = seen.texts[seen.texts.index("Ann") :]
    assert line == ["Ann", "All well with Ann", "2", "n = 3"]
    assert "Q4 2017, compared with Q3 2017" in seen.texts
    assert "1 report · Data: Test & Co, as of Dec 31, 2017" in seen.texts


def test_what_to_talk_about_stands_in_the_verdicts_place() -> None:
    seen = Seen(page(entry("Ann", talk="Three deals")))
    assert "Three deals" in seen.texts
    assert "All well with Ann" not in seen.texts


def test_reports_stand_by_team_and_name_whatever_they_say() -> None:
    entries = [
        entry("bea", "South"),
        entry("Zoe", "north"),
        entry("Ann", "South"),
        entry("Cem"),
        entry("Abe", "north"),
    ]
    assert [one.subject.name for one in ordered(entries)] == ["Abe", "Zoe", "Ann", "bea", "Cem"]
    texts = Seen(page(*entries)).texts
    assert [text for text in texts if text in ("north", "South", "Without a team")] == [
        "north",
        "South",
        "Without a team",
    ]


def test_failed_reports_have_a_section_of_their_own_with_the_reason() -> None:
    seen = Seen(
        page(entry("Ann"), entry("Bob", status="failed", file=None, reason="bad <b>day</b>", notebook=None))
    )
    texts = seen.texts
    assert texts[texts.index("Bob") :] == ["Bob", "bad <b>day</b>"]
    assert seen.links == ["reports/x.html"]
    assert "1 report, 1 could not be made · Data: Test & Co, as of Dec 31, 2017" in texts


def test_a_figure_that_a_report_lacks_is_a_dash_and_not_a_zero() -> None:
    other = Figure(key="revenue", label="Revenue", shown="€5")
    texts = Seen(page(entry("Ann", stem="ann"), entry("Bob", stem="bob", figures=[other]))).texts
    assert texts[texts.index("All well with Ann") :] == [
        "All well with Ann", "2", "n = 3", "–", "Bob", "All well with Bob", "–", "€5"
    ]  # fmt: skip


def test_hostile_texts_are_shown_as_texts() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
    figure = Figure(key=evil, label=evil, shown=evil, note=evil)
    seen = Seen(
        page(entry(HOSTILE, evil, verdict=evil, figures=[figure]), entry(evil, status="failed", reason=evil))
    )
    assert not {"script", "img"} & set(seen.tags)
    assert HOSTILE in seen.texts
    assert seen.texts.count(evil) >= 5


def test_the_page_asks_nobody_for_anything() -> None:
    made = page(entry("Ann"))
    assert not {"script", "link", "iframe", "object"} & set(Seen(made).tags)
    assert not re.findall(r"https?:|//[a-z]|@import|url\(", made)
    assert "prefers-color-scheme: dark" in made
    assert "@media print" in made


def test_the_words_are_in_the_reports_language() -> None:
    seen = Seen(page(entry("Ann"), language="de"))
    assert any("31.12.2017" in text for text in seen.texts)


@pytest.mark.parametrize("reports", [[], [entry("Ann", status="pending")]])
def test_a_pack_without_reports(reports: list[ReportEntry]) -> None:
    assert "0 reports" in page(*reports)


def test_small_enough_to_mail(tmp_path: Path) -> None:
    """A hundred reports with six figures each."""
    figures = [Figure(key=str(n), label=f"Figure {n}", shown="12.3 M", note="n = 12") for n in range(6)]
    made = page(*(entry(f"Rep {n}", f"Team {n % 5}", figures=figures) for n in range(100)))
    assert len(made.encode()) < 150_000


def test_an_index_names_the_days_that_are_compared() -> None:
    data = PACK.dataset.model_copy(update={"as_of": "2017-11-15"})
    pack = PACK.model_copy(update={"dataset": data})
    seen = Seen(index_html(Manifest(pack=pack, reports=[]), Language("en")))
    assert "Q4 2017, compared with Q3 2017 up to August 15" in seen.texts
    assert "Q4 2017, compared with Q3 2017" in Seen(page()).texts
