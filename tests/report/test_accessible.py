"""Pages by the rules of axe-core (WCAG 2 A and AA, best practice): light, dark and printed, all folds open."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from salesreport import Diagnostic, Review
from salesreport.brand import Look
from salesreport.dataset import Dataset
from salesreport.report.dressed import dressed
from salesreport.report.export import to_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What dark pages and paper can break besides."""

WIDTHS = (375, 800, 1280)

pytestmark = pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="there is no chromium here")


def page_of(review: Review) -> str:
    """All sections that a review has, as a page."""
    shown = [review, *review.sections()]
    outputs = [new_output("execute_result", data=one._repr_mimebundle_()) for one in shown]
    return to_html(new_notebook(cells=[new_code_cell("x", outputs=[one]) for one in outputs]))


@pytest.fixture(scope="module")
def pages(sample: Dataset) -> dict[str, str]:
    """Name → page."""
    rep = sample.table("reps")["rep_id"].iloc[0]
    look = Look("Lumina", "#7a1f5c", footer="Sales operations", confidential="Confidential")
    return {
        "rep, in a brand": dressed(page_of(Review(sample, "2025-Q4", rep=rep)), look),
        "diagnostic, in German": page_of(Diagnostic(sample, "2025", language="de")),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    assert CHROMIUM is not None, "CI is set, and there is no chromium: install it (apt-get install chromium)"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.parametrize("name", ["rep, in a brand", "diagnostic, in German"])
def test_pages_break_no_rule_and_fit_their_window(
    name: str, pages: dict[str, str], browser: Any, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / "page.html"
    file.write_text(pages[name], encoding="utf-8")
    page = browser.new_page(bypass_csp=True)  # what looks is a script, and pages allow none
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for scheme, media, rules in (
        ("light", "screen", RULES),
        ("dark", "screen", COLOURS),
        ("light", "print", COLOURS),
    ):
        page.emulate_media(media=media, color_scheme=scheme)
        found = Axe().run(page, options=rules).response["violations"]
        broken = [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
        assert broken == [], f"{scheme}, {media}"
    page.emulate_media(media="screen", color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_keyboard_reaches_every_link_and_fold_in_their_order(
    pages: dict[str, str], browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(pages["rep, in a brand"], encoding="utf-8")
    page = browser.new_page(bypass_csp=True)
    page.goto((tmp_path / "page.html").as_uri())
    wanted = page.evaluate(
        """[...document.querySelectorAll('a[href], summary')].filter(one => one.checkVisibility())
           .map((one, at) => (one.dataset.at = String(at)))"""
    )
    assert len(wanted) > 20
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.at"))
    assert reached == wanted
    page.close()
