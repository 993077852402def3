"""A report's page → PDF, printed by a browser of this computer, which is kept for a whole pack.

A browser prints the page as people see it; it was measured against WeasyPrint (docs/documents.md). The page is
printed without scripts and without a network. Chromium 156 writes bookmarks without the spaces at which lines of a
heading end (`findings/chromium-bookmarks.sh`); they are written anew of the page's own headings.
"""

import io
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from salesreport.errors import ConfigError
from salesreport.language import Text, text

PAPERS = ("a4", "letter")
"""What paper a PDF can be for."""

BROWSER = "SALESREPORT_BROWSER"
"""The environment variable that names the browser."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
             "microsoft-edge")  # fmt: skip
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)

_SECONDS = 60
"""So long a page may take."""


class CannotPrint(Exception):
    """A page that could not be printed; `reason` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def browser() -> Path | None:
    """The browser that prints: the one that is named, else the first there is.

    Raises:
        ConfigError: the one that is named is not there.
    """
    named = os.environ.get(BROWSER)
    if named:
        found = shutil.which(named)
        if found is None:
            raise ConfigError(text("There is no such browser."), key=BROWSER, found=named)
        return Path(found)
    for name in (*_BROWSERS, *_PLACES):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return None


def check_printing(**where: object) -> None:
    """Make sure that PDFs can be printed here.

    Args:
        where: file, line and key, for the error.

    Raises:
        ConfigError: what prints is not installed, or there is no browser.
    """
    if any(find_spec(name) is None for name in ("playwright", "pikepdf")):
        raise ConfigError(
            text("What makes this format is not installed."),
            **where,  # type: ignore[arg-type]
            found="pdf",
            expected='pip install "salesreport[pdf]"',
        )
    if browser() is None:
        raise ConfigError(
            text("There is no browser here that could print."),
            **where,  # type: ignore[arg-type]
            found="pdf",
            expected=text("Chromium, Chrome or Edge, on the path or named by {variable}", variable=BROWSER),
        )


class Printer:
    """Prints pages; use it in a `with` statement, in one thread.

    Args:
        paper: one of `PAPERS`.

    Raises:
        CannotPrint: (when entered) the browser does not start.
    """

    def __init__(self, paper: str = "a4") -> None:
        self.paper = paper

    def __enter__(self) -> Self:
        from playwright.sync_api import Error, sync_playwright

        self._play = sync_playwright().start()
        try:
            self._browser = self._play.chromium.launch(
                executable_path=browser(),
                chromium_sandbox=not _is_root(),  # Chromium has none for root
                args=["--disable-gpu", "--disable-background-networking"],
            )
        except Error as error:
            self._play.stop()
            raise CannotPrint(text("The browser does not start: {reason}.", reason=_first_line(error))) from None
        self._context = self._browser.new_context(java_script_enabled=False, offline=True, color_scheme="light")
        self._context.set_default_timeout(_SECONDS * 1000)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        from playwright.sync_api import Error

        with suppress(Error):  # it is gone already
            self._browser.close()
        self._play.stop()

    def print(self, page: Path) -> bytes:
        """A page as PDF: tagged, with bookmarks and embedded fonts; the same page gives the same bytes.

        Args:
            page: the HTML file.

        Raises:
            CannotPrint: the browser cannot.
        """
        from playwright.sync_api import Error

        try:
            tab = self._context.new_page()
            try:
                tab.goto(page.absolute().as_uri())
                printed = tab.pdf(
                    format=self.paper.capitalize(),
                    tagged=True,
                    outline=True,
                    print_background=True,
                    prefer_css_page_size=False,
                )
            finally:
                tab.close()
        except Error as error:
            raise CannotPrint(text("The page cannot be printed: {reason}.", reason=_first_line(error))) from None
        return finished(printed, page.read_bytes())


def finished(printed: bytes, html: bytes) -> bytes:
    """A PDF as Chromium printed it, with whole bookmarks, and nothing in it that depends on when or where.

    Args:
        printed: the PDF. html: the page it was printed from.
    """
    import pikepdf
    from lxml import html as parser

    page = parser.document_fromstring(html)
    headings = [" ".join(one.text_content().split()) for one in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    whole = {_dense(one): one for one in headings}
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        with pdf.open_outline() as outline:
            _mend(outline.root, whole)
        language = page.get("lang")
        if language:
            pdf.Root.Lang = language
        for key in ("/Producer", "/CreationDate", "/ModDate"):
            if key in pdf.docinfo:
                del pdf.docinfo[key]
        pdf.docinfo["/Creator"] = "salesreport"
        for meta in page.iter("meta"):  # whom and which days it is about, as the page says it
            name = meta.get("name") or ""
            if name.startswith("salesreport:"):
                pdf.docinfo[f"/{name}"] = meta.get("content") or ""
        written = io.BytesIO()
        pdf.save(written, deterministic_id=True)
    return written.getvalue()


def _mend(bookmarks: Iterable[Any], whole: dict[str, str]) -> None:
    for one in bookmarks:
        one.title = whole.get(_dense(one.title), one.title)
        _mend(one.children, whole)


def _dense(written: str) -> str:
    return "".join(written.split())


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
