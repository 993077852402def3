"""A page as PDF: what a reader, a screen reader and an archive find in it."""

import io
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pikepdf
import pytest

from salesreport.documents import printing
from salesreport.documents.formats import documents_of
from salesreport.documents.printing import BROWSER, CannotPrint, Printer
from salesreport.errors import ConfigError
from salesreport.report.export import to_html

HEADING = "Talk about the next step with the customer, and agree on one thing"

PAGE = f"""<!doctype html><html lang="de"><head><title>Anna Berg · 4. Quartal 2025</title></head><body>
<h1>Anna Berg</h1><h2 style="width: 9em">{HEADING}</h2>
<svg role="img" width="80" height="40"><title>Umsatz je Quartal</title><rect width="80" height="40"/></svg>
<table><tr><th>Kunde</th></tr><tr><td>Ebner</td></tr></table>
<script>document.title = "run"; fetch("http://127.0.0.1:PORT/script")</script>
<img src="http://127.0.0.1:PORT/picture" alt="">
</body></html>"""

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and not (shutil.which("chromium") or shutil.which("chromium-browser")),
    reason="there is no chromium here",
)


@pytest.fixture(scope="module")
def printer() -> Iterator[Printer]:
    with Printer("letter") as made:
        yield made


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[int, list[str]]]:
    """A server's port, and what was asked of it."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, paths
    server.shutdown()


@pytest.fixture(scope="module")
def printed(
    printer: Printer, asked: tuple[int, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, bytes]:
    page = tmp_path_factory.mktemp("page") / "a page's name%20.html"
    page.write_text(PAGE.replace("PORT", str(asked[0])), encoding="utf-8")
    return printer.print(page), printer.print(page)


def structure(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """What the tags say: kinds of elements and their alternative texts, in order."""
    found: list[tuple[str, str]] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:
                walk(one)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append((str(node.S), str(node.get("/Alt", ""))))
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found


def test_the_pdf_says_what_it_is_in_which_language_and_order(printed: tuple[bytes, bytes]) -> None:
    with pikepdf.open(io.BytesIO(printed[0])) as pdf:
        assert (str(pdf.docinfo["/Title"]), str(pdf.Root.Lang)) == ("Anna Berg · 4. Quartal 2025", "de")
        assert pdf.Root.MarkInfo.Marked
        told = structure(pdf)
        kinds = [kind for kind, _ in told]
        assert kinds.index("/H1") < kinds.index("/H2") < kinds.index("/Figure") < kinds.index("/TH")
        assert "Umsatz je Quartal" in [alternative for kind, alternative in told if kind == "/Figure"]
        with pdf.open_outline() as outline:
            assert [one.title for one in outline.root] == ["Anna Berg"]
            assert [one.title for one in outline.root[0].children] == [HEADING]
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        assert fonts
        for font in fonts:
            described = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.keys())
        assert [float(one) for one in pdf.pages[0].MediaBox] == [0, 0, 612, 792]  # Letter, in points


def test_the_same_page_gives_the_same_bytes_and_nothing_of_when_and_where(printed: tuple[bytes, bytes]) -> None:
    first, second = printed
    assert first == second
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert set(pdf.docinfo.keys()) == {"/Title", "/Creator"}
        assert str(pdf.docinfo["/Creator"]) == "salesreport"


def test_no_script_is_run_and_nothing_is_fetched(
    printed: tuple[bytes, bytes], asked: tuple[int, list[str]]
) -> None:
    assert asked[1] == []


def test_a_review_has_at_most_three_pages_before_its_details(
    printer: Printer, notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    page = tmp_path / "review.html"
    page.write_text(to_html(notebook), encoding="utf-8")
    with pikepdf.open(io.BytesIO(printer.print(page))) as pdf, pdf.open_outline() as outline:
        pages = [one.obj.objgen for one in pdf.pages]
        starts = {one.title: pages.index(one.destination[0].objgen) for one in outline.root[0].children}
    assert 1 <= starts["In detail"] <= 3


def test_what_cannot_be_printed_says_so(printer: Printer, tmp_path: Path) -> None:
    with pytest.raises(CannotPrint) as caught:
        printer.print(tmp_path / "nothing.html")
    assert "cannot be printed" in str(caught.value.reason)


def test_without_a_browser_it_is_said_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(printing, "_BROWSERS", ())
    monkeypatch.setattr(printing, "_PLACES", ())
    monkeypatch.delenv(BROWSER, raising=False)
    with pytest.raises(ConfigError) as caught:
        documents_of(["html", "pdf"], key="formats")
    assert "no browser" in str(caught.value)
    monkeypatch.setenv(BROWSER, str(tmp_path / "none"))
    with pytest.raises(ConfigError) as caught:
        documents_of(["pdf"])
    assert caught.value.key == BROWSER
