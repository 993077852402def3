"""Whether anything in a pack's pages is cut off, at the widths of telephones, tablets, laptops and on paper.

    python benchmarks/overflow.py outputs/sample-2025-Q4 …    # finished packs, or single pages

Chromium lays out every page, with `screen` at three widths and with `print` as wide as A4 and Letter leave it.
What is wrong: a page wider than its window; a box or a text that reaches out of the box that holds it; a text
that a picture's edge cuts, or that lies over another one; anything hidden by `overflow`. On a telephone a table
may scroll within `.scroll`; elsewhere it has to fit. Then every page is printed: each sheet must say whose it
is and which of how many, and hold more than one line.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PDFTOTEXT = shutil.which("pdftotext")

SCREENS = (375, 800, 1280)
"""Widths of windows, in CSS pixels."""

_MARGINS = 24
"""Millimetres that the margins at both sides of a page take; see report/style.css."""

PAPERS = {"A4": 210, "Letter": 216}
"""Widths of pages held upright, in millimetres."""

LYING = {"A4": 297, "Letter": 279}
"""Widths of pages that lie, as an index is printed."""

FEWEST_LINES = 2
"""So many lines a printed page holds at least."""


class Found(NamedTuple):
    """Something that is cut off.

    Attributes:
        page: file name. where: `375 px`, `print, A4`. what: kind of fault. which: the element and its text.
        by: how many pixels are too many.
    """

    page: str
    where: str
    what: str
    which: str
    by: float


LOOK = r"""
(phone) => {
  const found = [];
  const near = 1.5;  // pixels that rounding may make
  const name = (one) => {
    const kind = one.getAttribute("class");
    return one.tagName.toLowerCase() + (typeof kind === "string" && kind ? "." + kind.split(" ").join(".") : "");
  };
  const said = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);
  const place = (one) => {
    const part = one.closest("[id]");
    return (part ? "#" + part.id + " " : "") + name(one);
  };
  const tell = (what, one, text, by) => found.push(
    { what, which: place(one) + (text ? " “" + said(text) + "”" : ""), by: Math.round(by * 10) / 10 });
  const scrolls = (one) => phone && one.classList.contains("scroll");
  const inline = (one) => ["inline", "contents"].includes(getComputedStyle(one).display);

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + near)
    tell("page wider than its window", document.body, "", root.scrollWidth - root.clientWidth);

  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest("svg")) continue;
    const style = getComputedStyle(one);
    if (style.display === "none" || !one.checkVisibility()) continue;
    if (style.overflowX !== "visible" && !scrolls(one) && one.scrollWidth > one.clientWidth + near)
      tell("hidden at its right", one, one.textContent, one.scrollWidth - one.clientWidth);
    if (style.overflowY !== "visible" && one.scrollHeight > one.clientHeight + near)
      tell("hidden below", one, one.textContent, one.scrollHeight - one.clientHeight);
  }

  const beyond = (rect, box) => Math.max(box.left - rect.left, rect.right - box.right);
  const holder = (one) => {  // the box that something lies in; null where it may scroll there
    let at = one;
    while (at && inline(at)) at = at.parentElement;
    return !at || scrolls(at) ? null : at;
  };
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest("svg") && one.tagName.toLowerCase() !== "svg") continue;
    if (inline(one) || !one.checkVisibility()) continue;
    const box = one.parentElement && holder(one.parentElement), rect = one.getBoundingClientRect();
    if (!box || !rect.width || box === root) continue;
    const by = beyond(rect, box.getBoundingClientRect());
    if (by > near) tell("box wider than what holds it", one, one.textContent, by);
  }

  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    if (!text.data.trim() || text.parentElement.closest("svg") || !text.parentElement.checkVisibility()) continue;
    const box = holder(text.parentElement);
    if (!box) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const rect of range.getClientRects()) {
      const by = beyond(rect, box.getBoundingClientRect());
      if (rect.width > 0 && by > near) { tell("text wider than its box", box, text.data, by); break; }
    }
  }

  for (const picture of document.querySelectorAll("svg")) {
    const frame = picture.getBoundingClientRect();
    if (!frame.width || !picture.checkVisibility()) continue;
    const texts = [...picture.querySelectorAll("text")].filter((one) => one.textContent.trim());
    const rects = texts.map((one) => one.getBoundingClientRect());
    texts.forEach((one, index) => {
      const rect = rects[index];
      const by = Math.max(beyond(rect, frame), frame.top - rect.top - 2, rect.bottom - frame.bottom - 2);
      if (by > near) tell("text cut by its picture", one, one.textContent, by);
      for (let other = 0; other < index; other++) {
        const over = rects[other];
        const wide = Math.min(rect.right, over.right) - Math.max(rect.left, over.left);
        const high = Math.min(rect.bottom, over.bottom) - Math.max(rect.top, over.top);
        if (wide > near && high > 0.45 * Math.min(rect.height, over.height))
          tell("text over another text", one, one.textContent + " | " + texts[other].textContent, wide);
      }
    });
  }
  return found;
}
"""
"""Looks at a page that is laid out; what it finds as {what, which, by}."""


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium with a page of its own, which no address outside can reach."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        )
        try:
            yield started.new_page()
        finally:
            started.close()


def look_at(page: Any, file: Path) -> list[Found]:
    """What is cut off in one file, at every width, as it opens and with everything unfolded.

    Args:
        page: from `browser`. file: an HTML page.
    """
    page.goto(file.resolve().as_uri())
    found = []
    lying = bool(page.query_selector("main.index"))
    papers = {name: round((wide - _MARGINS) / 25.4 * 96) for name, wide in (LYING if lying else PAPERS).items()}
    widths = [
        *((f"{wide} px", wide, "screen") for wide in SCREENS),
        *((f"print, {name}", wide, "print") for name, wide in papers.items()),
    ]
    for opened in (False, True):
        if opened:
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for where, wide, media in widths:
            page.emulate_media(media=media)
            page.set_viewport_size({"width": wide, "height": 1000})
            seen = page.evaluate(LOOK, wide == SCREENS[0])
            place = f"{where}, all open" if opened else where
            found += [Found(file.name, place, one["what"], one["which"], one["by"]) for one in seen]
    return found


def printed(page: Any, file: Path, paper: str) -> list[list[str]]:
    """The lines of each page that a file is printed on, its margins left in.

    Args:
        page: from `browser`. file: an HTML page. paper: `A4` or `Letter`.
    """
    assert PDFTOTEXT is not None, "there is no pdftotext here (apt-get install poppler-utils)"
    page.goto(file.resolve().as_uri())
    page.emulate_media(media="print")
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "page.pdf"
        page.pdf(path=pdf, format=paper, prefer_css_page_size=True)
        text = subprocess.run(
            [PDFTOTEXT, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
        ).stdout
    pages = text.split("\f")[:-1]
    return [[line.strip() for line in one.splitlines() if line.strip()] for one in pages]


def faults_of_print(file: Path, name: str, pages: Sequence[Sequence[str]], paper: str) -> list[Found]:
    """Printed pages without their number or the name they are about, and pages of one line.

    Args:
        file: what was printed. name: what every page says in its margin. pages: from `printed`. paper: its name.
    """
    found, where = [], f"printed, {paper}"
    for number, lines in enumerate(pages, 1):
        count = re.compile(rf"(?<!\d){number} ?/ ?{len(pages)}(?!\d)")
        # a long name takes several lines, beside one of which stands the number
        margins = [lines[-taken:] for taken in range(1, _MARGIN_LINES + 1)]
        numbered = [margin for margin in margins if count.search(" ".join(margin))]
        named = [margin for margin in numbered if _squeezed(name) in _squeezed(count.sub("", " ".join(margin)))]
        if not numbered:
            found.append(Found(file.name, where, "page without its number", f"page {number} of {len(pages)}", 0))
        elif not named:
            found.append(Found(file.name, where, "page without its name", f"page {number}: {numbered[0]}", 0))
        if len(lines) - len([*named, *numbered, []][0]) < FEWEST_LINES:
            found.append(Found(file.name, where, "page of one line", f"page {number}: {lines}", 0))
    return found


_MARGIN_LINES = 4
"""So many lines of a page's end may belong to its margin."""


def _squeezed(text: str) -> str:
    return "".join(text.split())


def pages_of(place: Path) -> list[Path]:
    """The HTML pages of a pack, its index first; or the page itself."""
    if place.is_file():
        return [place]
    return [place / "index.html", *sorted((place / "reports").glob("*.html"))]


def name_of(page: Any) -> str:
    """What the page that is open is about: its heading, in one line."""
    return " ".join(str(page.inner_text("h1")).split())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="+", type=Path, metavar="PACK or PAGE")
    parser.add_argument("--no-pdf", action="store_true", help="do not print them")
    arguments = parser.parse_args()
    if CHROMIUM is None:
        print("there is no chromium here (apt-get install chromium)", file=sys.stderr)
        return 2
    files = [file for place in arguments.places for file in pages_of(place)]
    found: list[Found] = []
    lengths: Counter[int] = Counter()
    printing = PDFTOTEXT is not None and not arguments.no_pdf
    with browser() as page:
        for file in files:
            found += look_at(page, file)
            if printing:
                name = name_of(page)
                for paper in PAPERS:
                    pages = printed(page, file, paper)
                    lengths[len(pages)] += 1
                    found += faults_of_print(file, name, pages, paper)
    for one in found:
        print(f"{one.page}: {one.where}: {one.what}, {one.by:g} px: {one.which}")
    print(
        f"{len(files)} pages at {len(SCREENS)} widths of screens and {len(PAPERS)} of paper: {len(found)} faults"
    )
    for what, often in Counter(one.what for one in found).most_common():
        print(f"  {often} × {what}")
    if printing:
        print("printed on " + ", ".join(f"{length} pages: {often}" for length, often in sorted(lengths.items())))
    else:
        print(
            "not printed" + ("" if arguments.no_pdf else ": there is no pdftotext (apt-get install poppler-utils)")
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
