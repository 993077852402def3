"""The explorer as an analyst uses it: JupyterLab in a real browser, from the controls to a finding's deals."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import dataset_of
from three_reps import WEAK, company_tables

from salesreport.explore import lab

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TOKEN = "only-for-this-test"
PATIENCE = 60_000
"""Milliseconds that a busy machine may take for anything."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"),
        reason="there is no chromium here (apt-get install chromium); with CI set this would fail",
    ),
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working copy of the notebook, on a company in which Ann wins 6 of 60 deals, the others 36 of 60 each."""
    here = tmp_path_factory.mktemp("project")
    dataset = dataset_of(here / "outputs" / "datasets" / "weak", "2024-12-31", company_tables(WEAK))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_DATA_DIR", str(here / "jupyter" / "data"))
        return lab.working_copy(dataset.path, here)


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def address(notebook: Path) -> Iterator[str]:
    """JupyterLab with folders of its own; ended with its kernels."""
    own = notebook.parents[2] / "jupyter"
    port, log = a_free_port(), own / "lab.log"
    settings = own / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    folders = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
    }  # fmt: skip
    env = {**os.environ, **{name: str(own / folder) for name, folder in folders.items()}}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={notebook.parent}",
    ]  # fmt: skip
    with log.open("w") as said:
        server = subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, log.read_text()
                time.sleep(0.2)
        else:
            pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
        yield f"http://127.0.0.1:{port}/lab/tree/{notebook.name}?token={TOKEN}&reset"
    finally:
        server.terminate()  # JupyterLab ends its kernels
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def _is_ours(line: Any) -> bool:
    """Whether a line of the console is an error, and not one of JupyterLab's connection on a busy machine."""
    return line.type == "error" and not re.search("WebSocket|Failed to load resource|ERR_", line.text)


def choose(page: Any, control: str, value: str) -> None:
    """Choose from one of the drop-down lists."""
    page.get_by_label(control, exact=True).select_option(label=value)


def run_all_cells(page: Any) -> None:
    """By the menu; JupyterLab may still be busy with itself, then once more."""
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()  # before, a dialog would ask for a kernel
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    entry = page.get_by_text("Run All Cells", exact=True)
    for _ in range(20):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        try:
            entry.click(timeout=2000)
        except Exception:
            page.keyboard.press("Escape")
            continue
        return
    pytest.fail("the menu has no entry to run all cells")


def test_from_the_controls_to_a_findings_deals(address: str) -> None:
    assert CHROMIUM is not None, "CI is set, and there is no chromium: install it (apt-get install chromium)"
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1300, "height": 1600})
        page.set_default_timeout(PATIENCE)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if _is_ours(line) else None)
        outside: list[str] = []
        page.on("request", lambda one: outside.append(one.url) if "127.0.0.1" not in one.url else None)
        page.goto(address)
        run_all_cells(page)

        # the funnel: 6 + 36 + 36 of 180
        picture, heading = page.locator(".sr-view svg"), page.locator(".sr-view h2")
        expect(heading).to_have_text("43% of 180 decided deals were won")
        expect(picture).to_be_visible()
        before = picture.inner_html()

        # first control: a product line has half of the deals
        choose(page, "Product line", "Lamps")
        expect(heading).to_have_text("43% of 90 decided deals were won")
        expect(picture).to_contain_text("43% of 90")
        assert picture.inner_html() != before
        choose(page, "Product line", "all")
        expect(heading).to_have_text("43% of 180 decided deals were won")

        # second control: a rep; the comparison with like deals follows, 36 of 60 with either of the others
        choose(page, "Rep", "Ann")
        expect(heading).to_contain_text("Ann: 10% of 60 decided deals were won; of like deals of others, 60% were")
        assert picture.inner_html() != before
        choose(page, "Rep", "all")

        # the other views
        for view, said in (
            ("Reps by step", "Ann"),
            ("Reps by number of deals", "Deal → Order"),
            ("Trend", "Deal → Order, all reps"),
        ):
            page.get_by_role("button", name=view, exact=True).click()
            expect(page.locator(".sr-view .kicker").first).to_contain_text(view)
            expect(heading).to_contain_text(said)
            expect(picture).to_be_visible()

        # a finding, and its deals
        page.get_by_role("button", name="Anomalies", exact=True).click()
        listed = page.get_by_label("Findings")
        expect(listed).to_be_visible()
        listed.select_option(label="▼ Ann · Deal → Order · 10% of 60, others 60%")
        expect(page.locator(".sr-about")).to_contain_text("60 decisions, of which 6 went on.")
        rows = page.locator(".sr-deals tbody tr")
        expect(rows).to_have_count(60)
        assert page.locator(".sr-deals td", has_text=re.compile("^was won$")).count() == 6

        # sorted by amount, upwards and downwards; all customers' names as texts
        amounts = page.locator(".sr-deals tbody td.num")
        money = lambda: [float(one.replace("€", "")) for one in amounts.all_inner_texts()]  # noqa: E731
        page.get_by_role("button", name="Amount").click()
        expect(page.get_by_role("button", name="Amount ▲")).to_be_visible()
        expect(amounts.first).to_have_text("€90")  # half of them are of Poles
        assert money() == sorted(money())
        page.get_by_role("button", name="Amount ▲").click()
        expect(amounts.first).to_have_text("€100")
        assert money() == sorted(money(), reverse=True)
        assert page.locator(".sr-explorer img").count() == 0

        # the explorer by the rules of axe-core; what is around it is JupyterLab's. Chromium and Firefox let the
        # keyboard reach what scrolls by themselves; a stop at every table that does not scroll would be in the way
        rules = {
            "runOnly": ["wcag2a", "wcag2aa", "wcag21aa"],
            "rules": {"scrollable-region-focusable": {"enabled": False}},
        }
        broken = Axe().run(page, context=".sr-explorer", options=rules).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in broken] == []

        # in a narrow window sentence and small pictures are whole; what is wider scrolls by itself
        page.set_viewport_size({"width": 900, "height": 900})
        for view in ("Funnel", "Reps by step", "Trend"):
            page.get_by_role("button", name=view, exact=True).click()
            expect(page.locator(".sr-view .kicker").first).to_contain_text(view)
            room = page.locator(".sr-explorer").evaluate("one => one.getBoundingClientRect().right")
            for part in (heading, page.locator(".sr-view .note").first, page.locator(".sr-view figure").first):
                assert part.evaluate("one => one.getBoundingClientRect().right") <= room + 1, view

        # with the keyboard: a list is opened by Space, else JupyterLab takes its keys
        page.get_by_label("Rep", exact=True).focus()
        for key in ("Space", "ArrowDown", "Enter"):
            page.keyboard.press(key)
        expect(page.locator(".sr-view .kicker").first).to_contain_text("Rep: ")
        page.get_by_role("button", name="Funnel", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator(".sr-view .kicker").first).to_contain_text("Funnel")

        assert problems == []
        assert outside == [], "nothing is asked of anybody else"
        browser.close()
