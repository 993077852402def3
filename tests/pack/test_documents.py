"""Documents beside reports: made with them, kept with them, gone with them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from workshop import Rehearsal, Silent, write_notebook, write_pack

from salesreport.dataset import Dataset
from salesreport.documents import formats, make
from salesreport.documents.printing import CannotPrint
from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.pack import load_pack, make_pack, make_plan, printed
from salesreport.pack.kernels import PapermillEngine
from salesreport.pack.machine import can_fork
from salesreport.pack.manifest import Manifest
from salesreport.pack.warm import WarmEngine

ALL = ["pptx", "docx", "xlsx"]

ASKED = """\
import os
assert os.environ.get("SALESREPORT_FORMATS") == "xlsx"
"""


def run(
    folder: Path,
    company: Dataset,
    engine: Any = None,
    asked: list[str] | None = None,
    force: bool = False,
    **changes: str,
) -> Manifest:
    write_pack(folder / "packs" / "pack.yml", company.path, **changes)
    plan = make_plan(load_pack(folder / "packs" / "pack.yml", formats=asked or ()))
    return make_pack(plan, engine or Rehearsal(), Silent(), force=force)


def names(folder: Path) -> set[str]:
    return {file.name for file in (folder / "out" / "reports").iterdir()}


def test_documents_stand_beside_the_report_and_in_the_manifest(folder: Path, company: Dataset) -> None:
    manifest = run(folder, company, asked=ALL)
    assert {"ann-berg.html", *(f"ann-berg.{name}" for name in ALL)} <= names(folder)
    entry = next(one for one in manifest.reports if one.subject.id == "R1")
    assert [one.format for one in entry.documents] == ALL
    for one in entry.documents:
        content = (folder / "out" / one.file).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one.bytes, one.sha256)
    written = json.loads((folder / "out" / "manifest.json").read_text())
    assert written["reports"][0]["documents"][0]["format"] == "pptx"
    index = (folder / "out" / "index.html").read_text()
    assert all(f'<a href="reports/ann-berg.{name}">{name.upper()}</a>' in index for name in ALL)


def test_without_formats_all_is_as_ever(folder: Path, company: Dataset) -> None:
    run(folder, company)
    before = {file.name: file.read_bytes() for file in (folder / "out" / "reports").iterdir()}
    index = (folder / "out" / "index.html").read_text()
    assert all(name.endswith(".html") for name in before)
    assert "PPTX" not in index
    engine = Rehearsal()
    run(folder, company, engine, asked=["html"])  # html always is
    assert engine.ran == []
    run(folder, company, asked=["docx"])
    assert {name: (folder / "out" / "reports" / name).read_bytes() for name in before} == before


def test_unchanged_reports_are_not_made_again_and_damaged_ones_are(folder: Path, company: Dataset) -> None:
    run(folder, company, asked=["xlsx"])
    engine = Rehearsal()
    run(folder, company, engine, asked=["xlsx"])
    assert engine.ran == []
    (folder / "out" / "reports" / "ann-berg.xlsx").write_bytes(b"edited")
    (folder / "out" / "reports" / "bob-czerny.xlsx").unlink()
    run(folder, company, engine, asked=["xlsx"])
    assert engine.ran == ["R1", "R2"]


def test_another_format_or_brand_makes_them_anew_and_what_is_not_wanted_goes(
    folder: Path, company: Dataset
) -> None:
    run(folder, company, asked=["xlsx", "docx"])
    brand = Rehearsal()
    run(folder, company, brand, asked=["xlsx", "docx"], brand="{name: Lumina}")
    assert "R1" in brand.ran
    run(folder, company, asked=["docx"], brand="{name: Lumina}")
    assert "ann-berg.docx" in names(folder)
    assert "ann-berg.xlsx" not in names(folder)
    run(folder, company)
    assert all(name.endswith(".html") for name in names(folder))


def test_only_some_reports_leave_the_others_their_documents(folder: Path, company: Dataset) -> None:
    run(folder, company, asked=["xlsx"])
    plan = make_plan(load_pack(folder / "packs" / "pack.yml", formats=["docx"]), ["R1"])
    make_pack(plan, Rehearsal(), Silent())
    assert {"ann-berg.docx", "bob-czerny.xlsx", "bob-czerny.html"} <= names(folder)
    assert "ann-berg.xlsx" not in names(folder)


def test_a_report_that_fails_has_no_documents(folder: Path, company: Dataset) -> None:
    run(folder, company, asked=["xlsx"])
    failing = Rehearsal({"R1": ValueError("no")})
    plan = make_plan(load_pack(folder / "packs" / "pack.yml", formats=["xlsx"]))
    manifest = make_pack(plan, failing, Silent(), force=True)
    assert [entry.subject.id for entry in manifest.failed] == ["R1"]
    assert "ann-berg.xlsx" not in names(folder)
    assert "bob-czerny.xlsx" in names(folder)


def test_documents_that_cannot_be_made_are_the_report_s_failure(
    folder: Path, company: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> bytes:
        raise RuntimeError("no deck")

    monkeypatch.setitem(make._MAKERS, "pptx", broken)
    manifest = run(folder, company, asked=["pptx"])
    assert all("no deck" in entry.reason for entry in manifest.reports)
    assert names(folder) == set()


@pytest.mark.parametrize("engine", [WarmEngine(), PapermillEngine()], ids=["warm", "papermill"])
def test_notebooks_are_told_whatever_runs_them(engine: Any, folder: Path, company: Dataset) -> None:
    if engine.name == "warm" and not can_fork():
        pytest.skip("this system cannot fork")
    from workshop import SHOW

    write_notebook(folder / "notebooks" / "tiny.ipynb", [ASKED, SHOW])
    write_pack(folder / "packs" / "pack.yml", company.path)
    plan = make_plan(load_pack(folder / "packs" / "pack.yml", formats=["xlsx"]), ["R1"])
    manifest = make_pack(plan, engine, Silent())
    assert manifest.failed == []
    assert "ann-berg.xlsx" in names(folder)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"formats": "[pptx, pfd]"}, "pfd"),
        ({"brand": "{accent: red}"}, "brand.accent"),
        ({"brand": "{logo: missing.png}"}, "missing.png"),
        ({"brand": "{colour: red}"}, "brand.colour"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    changes: dict[str, str], found: str, folder: Path, company: Dataset
) -> None:
    with pytest.raises(ConfigError) as raised:
        run(folder, company, **changes)
    assert found in str(raised.value)
    assert raised.value.line == 6
    assert not (folder / "out").exists()


def test_a_logo_lies_beside_the_pack_file(folder: Path, company: Dataset) -> None:
    from PIL import Image

    (folder / "packs").mkdir(exist_ok=True)
    Image.new("RGB", (60, 20), "red").save(folder / "packs" / "logo.png")
    assert run(folder, company, asked=["pptx"], brand="{logo: logo.png}").failed == []


# --- PDFs


class Press:
    """Stands in for the browser: counts what it prints, and cannot print what names somebody."""

    def __init__(self, unable: str = "") -> None:
        self.unable, self.printed, self.started = unable, list[str](), 0

    def __call__(self, paper: str) -> "Press":
        return self

    def __enter__(self) -> "Press":
        self.started += 1
        return self

    def __exit__(self, *error: object) -> None: ...

    def print(self, page: Path) -> bytes:
        if self.unable and self.unable in page.name:
            raise CannotPrint(text("The page cannot be printed: {reason}.", reason="no ink"))
        self.printed.append(page.name)
        return b"%PDF " + page.read_bytes()


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    made = Press()
    monkeypatch.setattr(printed, "Printer", made)
    monkeypatch.setattr(formats, "check_printing", lambda **where: None)
    return made


def test_pdfs_are_printed_once_by_one_browser(folder: Path, company: Dataset, press: Press) -> None:
    manifest = run(folder, company, asked=["pdf", "xlsx"])
    assert press.started == 1
    assert len(press.printed) == len(manifest.reports)
    entry = next(one for one in manifest.reports if one.subject.id == "R1")
    assert [one.format for one in entry.documents] == ["pdf", "xlsx"]
    assert "reports/ann-berg.pdf" in manifest.files
    assert '<a href="reports/ann-berg.pdf">PDF</a>' in (folder / "out" / "index.html").read_text()
    again = run(folder, company, asked=["pdf", "xlsx"])
    assert (press.started, again.reports) == (1, manifest.reports)


def test_only_the_pdf_that_is_gone_or_damaged_is_printed_again(
    folder: Path, company: Dataset, press: Press
) -> None:
    run(folder, company, asked=["pdf"])
    (folder / "out" / "reports" / "ann-berg.pdf").write_bytes(b"half")
    press.printed.clear()
    engine = Rehearsal()
    run(folder, company, engine, asked=["pdf"])
    assert (press.printed, engine.ran) == (["ann-berg.html"], [])
    run(folder, company)  # no PDFs are asked for any more
    assert not [name for name in names(folder) if name.endswith(".pdf")]


def test_stopped_before_all_are_printed_again_their_pdfs_stay(
    folder: Path, company: Dataset, press: Press
) -> None:
    before = run(folder, company, asked=["pdf"])
    with pytest.raises(KeyboardInterrupt):
        run(folder, company, Rehearsal({"R2": KeyboardInterrupt()}), force=True, asked=["pdf"])
    press.printed.clear()
    after = run(folder, company, asked=["pdf"])
    assert [one.documents for one in after.reports] == [one.documents for one in before.reports]
    assert press.printed == []


def test_what_cannot_be_printed_has_failed_and_stops_no_other(
    folder: Path, company: Dataset, press: Press
) -> None:
    press.unable = "ann-berg"
    manifest = run(folder, company, asked=["pdf"])
    assert [(one.subject.id, one.reason) for one in manifest.failed] == [
        ("R1", "The page cannot be printed: no ink.")
    ]
    assert "ann-berg.html" not in names(folder)
    assert len(press.printed) == len(manifest.reports) - 1
    press.unable = ""
    assert run(folder, company, asked=["pdf"]).failed == []


def test_unknown_paper(folder: Path, company: Dataset) -> None:
    with pytest.raises(ConfigError) as caught:
        run(folder, company, paper="a5")
    assert "a4" in str(caught.value)


# --- the brand of reports


def test_a_brand_s_file_dresses_the_pack_and_is_looked_at_again(folder: Path, company: Dataset) -> None:
    (folder / "packs").mkdir(exist_ok=True)
    (folder / "packs" / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>')
    (folder / "packs" / "brand.yml").write_text("name: Lumina\naccent: '#7a1f5c'\nlogo: logo.svg\n")
    run(folder, company, brand="brand.yml")
    index = (folder / "out" / "index.html").read_text()
    assert 'alt="Lumina"' in index
    assert "--accent:#7a1f5c" in index
    engine = Rehearsal()
    run(folder, company, engine, brand="brand.yml")
    assert engine.ran == []
    (folder / "packs" / "brand.yml").write_text("name: Lumina GmbH\n")
    run(folder, company, engine, brand="brand.yml")
    assert "R1" in engine.ran


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nam: x\n", "There is no such setting"),
        ("name: x\nlogo: missing.svg\n", "cannot be read"),
        ("name: x\n\naccent: '#ffff00'\n", "cannot be read on the page"),
    ],
)
def test_what_is_wrong_in_a_brand_s_file_is_said_with_its_line(
    content: str, said: str, folder: Path, company: Dataset
) -> None:
    (folder / "packs").mkdir(exist_ok=True)
    (folder / "packs" / "brand.yml").write_text(content)
    with pytest.raises(ConfigError, match=said) as caught:
        run(folder, company, brand="brand.yml")
    assert caught.value.file == folder / "packs" / "brand.yml"
    assert caught.value.line == content.rstrip().count("\n") + 1
