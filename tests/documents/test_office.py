"""LibreOffice opens what we make: as many pages, all that is written, every picture. Skipped without it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from office import HOSTILE, notebook, section
from pptx import Presentation
from test_deck import LOOK

from salesreport.documents.content import Content, read_content
from salesreport.documents.make import make_documents
from salesreport.report.table import number_table

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None or shutil.which("pdftotext") is None, reason="LibreOffice or pdftotext is not here"
)


def pdf_of(file: Path) -> Path:
    """What LibreOffice makes of a file; it says nothing of what it cannot read, but writes no PDF then."""
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    asked = [str(SOFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(asked, check=True, capture_output=True, timeout=180)
    return file.with_suffix(".pdf")


def told(tool: str, *arguments: str) -> str:
    return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout


def squeezed(said: str) -> str:
    return re.sub(r"\s+", "", said)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A deck and a document with tables long and hostile, and what LibreOffice makes of them."""
    folder = tmp_path_factory.mktemp("office")
    rows = [
        [f"Deal {number}", HOSTILE[:20] if number % 9 == 0 else "Lamps", ("1", "of 2")] for number in range(40)
    ]
    shown = [
        section("first", "What to talk about first", place="first"),
        section(
            "long",
            "Forty deals are worth a talk",
            tables=(number_table("All deals", ["Deal", "What", "n"], rows),),
        ),
        section("hostile", HOSTILE, topic=HOSTILE, notes=(HOSTILE,)),
        section("gone", "These data do not say why", available=False),
    ]
    made = make_documents(notebook(shown), ["pptx", "docx"], look=LOOK)
    found = {}
    for name, content in made.items():
        (folder / name).mkdir()
        file = folder / name / f"report.{name}"
        file.write_bytes(content)
        found[name] = pdf_of(file)
    return found


def test_as_many_pages_as_slides(files: dict[str, Path]) -> None:
    slides = len(Presentation(files["pptx"].with_suffix(".pptx")).slides)
    pages = re.search(r"Pages:\s+(\d+)", told("pdfinfo", str(files["pptx"])))
    assert pages is not None
    assert int(pages[1]) == slides


@pytest.mark.parametrize("name", ["pptx", "docx"])
def test_all_is_there_and_in_named_fonts(name: str, files: dict[str, Path]) -> None:
    said = squeezed(told("pdftotext", "-layout", str(files[name]), "-"))
    for wanted in (
        "Ann Berg", "All well with Ann Berg", "What to talk about first", "Forty deals are worth a talk",
        *(f"Deal {number}" for number in range(40)), "These data do not say why", "Lumina GmbH", "Dec 31, 2025",
        '=HYPERLINK("x")<a:t>&amp;</a:t>]]>',
    ):  # fmt: skip
        assert squeezed(wanted) in said, wanted
    fonts = told("pdffonts", str(files[name])).splitlines()[2:]
    assert fonts
    # Arial, or what has its widths; the charts' letters are drawn
    assert all(re.search(r"Arial|Liberation|Arimo|DejaVu|Symbol|Noto", line) for line in fonts), fonts
    pictures = told("pdfimages", "-list", str(files[name])).splitlines()[2:]
    assert len(pictures) >= 3


def test_a_whole_report_opens(content: Content, tmp_path: Path) -> None:
    from salesreport.documents.deck import to_deck

    file = tmp_path / "report.pptx"
    file.write_bytes(to_deck(content, LOOK))
    pages = re.search(r"Pages:\s+(\d+)", told("pdfinfo", str(pdf_of(file))))
    assert pages is not None
    assert int(pages[1]) == len(Presentation(file).slides)


def test_a_deck_of_nothing_opens(tmp_path: Path) -> None:
    for name, content in make_documents(notebook([]), ["pptx", "docx"]).items():
        file = tmp_path / f"nothing.{name}"
        file.write_bytes(content)
        assert pdf_of(file).read_bytes().startswith(b"%PDF")
    assert read_content(notebook([])).parts == []
