"""Sections and notes from the pack file: chosen, dropped, ordered, put in, without touching a notebook."""

import json
from pathlib import Path

import nbformat
import pytest
from workshop import Rehearsal, Silent, write_notebook, write_pack

from salesreport import Review
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.pack import load_pack, make_pack, make_plan
from salesreport.pack.lines import lines_of, with_note, with_sections
from salesreport.pack.notebook import project_folder
from salesreport.report.export import to_html

MADE = "review = Review(dataset, period)"


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    cells = (MADE, "review.tiles", "x = 1", "review.trend", "review.plan", "print(review.in_words())")
    return write_notebook(tmp_path / "n.ipynb", cells).read_bytes()


def sources(content: bytes) -> list[str]:
    return [cell.source for cell in nbformat.reads(content.decode(), as_version=4).cells][1:]


def test_sections_are_shown_in_the_order_wanted_and_other_cells_stay(content: bytes) -> None:
    made = with_sections(content, ["plan", "definitions", "tiles"], {})
    assert sources(made) == [
        MADE, "review.plan", "review.definitions", "review.tiles", "x = 1", "print(review.in_words())"
    ]  # fmt: skip
    nbformat.validate(nbformat.reads(made.decode(), as_version=4))


def test_sections_are_dropped(content: bytes) -> None:
    assert sources(with_sections(content, ["-trend", "-tiles"], {})) == [
        MADE, "review.plan", "x = 1", "print(review.in_words())"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "said", "nearest"),
    [
        (["tilez"], "no such section", "tiles"),
        (["-definitions"], "shows no such section", None),
        (["tiles", "-plan"], "chosen or dropped", None),
        (["diagnosis"], "no such section", None),
    ],
)
def test_what_is_no_section(content: bytes, wanted: list[str], said: str, nearest: str | None) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        with_sections(content, wanted, {"key": "sections"})
    assert caught.value.nearest == nearest
    assert caught.value.key == "sections"


def test_a_notebook_without_lines(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no lines that show a section"):
        with_sections(write_notebook(tmp_path / "n.ipynb").read_bytes(), ["tiles"], {})


@pytest.mark.parametrize("file", sorted(project_folder("notebooks").glob("*.ipynb")), ids=lambda file: file.stem)
def test_every_notebook_s_lines_are_found(file: Path) -> None:
    cells = json.loads(file.read_bytes())["cells"]
    lines = lines_of(cells)
    if file.stem == "conversion_explorer":
        return
    assert lines is not None
    assert len(lines.names) == len(set(lines.names)) >= 6
    if lines.offered:
        assert set(lines.names) <= set(lines.offered)


def test_a_note_stands_before_the_sections_and_cannot_do_anything(content: bytes) -> None:
    note = "**Well done.** <script>alert(1)</script>\n\n[a](javascript:alert(1)) [b](https://example.org/) ![c](http://x/y.png)"
    made = with_note(content, note)
    assert sources(made)[1] == note
    html = to_html(nbformat.reads(made.decode(), as_version=4))
    assert "<strong>Well done.</strong>" in html
    assert "<script" not in html
    assert "javascript:" not in html
    assert 'href="https://example.org/"' in html
    assert "img-src data:" in html  # so a picture from elsewhere is not fetched


# --- from the pack file


def plan(folder: Path, company: Dataset, **changes: str | None):
    write_pack(folder / "packs" / "pack.yml", company.path, **changes)
    return make_plan(load_pack(folder / "packs" / "pack.yml"))


def test_notes_reach_their_subjects_only_and_make_their_reports_anew(folder: Path, company: Dataset) -> None:
    before = {job.subject.id: job for job in plan(folder, company).jobs}
    after = {
        job.subject.id: job for job in plan(folder, company, notes="{Ann Berg: 'About *your* trade fair.'}").jobs
    }
    changed = {one for one in before if before[one].inputs != after[one].inputs}
    assert changed == {"R1"}
    assert b"trade fair" in after["R1"].source
    assert all(b"trade fair" not in job.source for one, job in after.items() if one != "R1")
    (folder / "packs" / "notes.yml").write_text("R1: |\n  About *your* trade fair.\n")
    by_file = {job.subject.id: job for job in plan(folder, company, notes="notes.yml").jobs}
    assert by_file["R1"].inputs == after["R1"].inputs


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ("{Anne Berg: x}", "Did you mean “Ann Berg”"),
        ("missing.yml", "no such file"),
        ("{R1: 3}", "notes"),
        ("{Anna: x}", "no report for this subject"),
    ],
)
def test_notes_that_fit_nobody(notes: str, said: str, folder: Path, company: Dataset) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(folder, company, notes=notes)
    assert said in str(caught.value)


def test_a_row_s_note_is_no_part_of_its_name(folder: Path, company: Dataset) -> None:
    (folder / "packs" / "rows.csv").write_text(
        "rep,period,note,name\nR1,2017-Q4,Good quarter,Ann in autumn\nR1,2017-Q3,Good quarter,\n"
    )
    jobs = plan(folder, company, each="rows.csv").jobs
    assert [(job.subject.id, job.subject.name, job.stem) for job in jobs] == [
        ("R1 · 2017-Q4", "Ann in autumn", "ann-in-autumn"),
        ("R1 · 2017-Q3", "R1 · 2017-Q3", "r1-2017-q3"),
    ]
    assert all(b"Good quarter" in job.source and "note" not in job.parameters for job in jobs)
    engine = Rehearsal()
    make_pack(make_plan(load_pack(folder / "packs" / "pack.yml")), engine, Silent())
    assert engine.ran == ["R1 · 2017-Q4", "R1 · 2017-Q3"]


def test_only_those_of_whom_something_changed(
    folder: Path, company: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Review, "has_changed", property(lambda self: self.context.subject.id == "R1"))
    every = plan(folder, company)
    chosen = plan(folder, company, only="changed")
    assert [job.subject.id for job in chosen.jobs] == ["R1"]
    assert len(chosen.every) == len(every.jobs) > 1
    manifest = make_pack(chosen, Rehearsal(), Silent())
    assert manifest.pack.without_change == len(every.jobs) - 1
    assert f"of {len(every.jobs) - 1} others nothing changed" in (folder / "out" / "index.html").read_text()
    with pytest.raises(ConfigError, match="reps only"):
        plan(folder, company, only="changed", each=None)
