"""Nothing in a page is cut off, on a telephone, a tablet, a laptop and on paper: looked at in a real browser."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import overflow
import pytest
from cases import least_of
from stretched import stretched
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.language import LANGUAGES, Language
from salesreport.report.agenda import POINTS, agenda_html
from salesreport.report.page import css, margin_css

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        overflow.CHROMIUM is None and not os.environ.get("CI"),
        reason="there is no chromium here (apt-get install chromium); with CI set this would fail",
    ),
]

STRETCHED = "stretched"
"""English with words two fifths longer: what fits in it fits in languages still to come."""

LONG = "Wolfeschlegelsteinhausenbergerdorff"
HOSTILE = f'Ann "}}</style>\\ {LONG}-{LONG}'
ROWS = f"""\
No;Who;Step;Begun;Ended;Worth
1;"{HOSTILE.replace('"', '""')}";Signed;2025-01-10;2025-02-10;1000
2;"{HOSTILE.replace('"', '""')}";Off;2025-01-11;2025-02-12;500
3;"{HOSTILE.replace('"', '""')}";{LONG}{LONG};2025-01-12;;700
4;Bob;Signed;2025-01-10;2025-02-20;800
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    assert overflow.CHROMIUM is not None, (
        "CI is set, and there is no chromium: install it (apt-get install chromium)"
    )
    with overflow.browser() as made:
        yield made


@pytest.fixture(scope="module")
def least(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Four deals of two reps, one of whom has a long name with everything that means something to CSS and HTML."""
    return least_of(tmp_path_factory.mktemp("least"), ROWS)


def pack(folder: Path, dataset: Dataset, notebook: str, period: str, language: str, *options: str) -> Path:
    """A pack as the command makes it; in the language `STRETCHED` all of its words are longer."""
    command = [sys.executable, "-m", "salesreport"]
    if language == STRETCHED:
        language, command = "en", [sys.executable, str(Path(__file__).with_name("stretched.py"))]
    each = notebook.partition("_")[0]
    file = folder / "pack.yml"
    file.write_text(
        f"notebook: {notebook}\ndataset: {dataset.path.as_posix()}\neach: {each}\nperiod: {period}\n"
        f"language: {language}\noutput: out\n",
        encoding="utf-8",
    )
    done = subprocess.run([*command, "pack", str(file), *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def faults(page: Any, made: Path, reports: int) -> list[overflow.Found]:
    """What is cut off in a pack that holds so many reports, and what is wrong with it printed."""
    files = overflow.pages_of(made)
    assert len(files) == reports + 1  # and the index
    found = []
    for file in files:
        found += overflow.look_at(page, file)
        if overflow.PDFTOTEXT is not None:
            name = overflow.name_of(page)
            for paper in overflow.PAPERS:
                found += overflow.faults_of_print(file, name, overflow.printed(page, file, paper), paper)
    return found


@pytest.mark.parametrize("language", [*LANGUAGES, STRETCHED])
def test_a_reps_report_and_its_index(sample: Dataset, tmp_path: Path, page: Any, language: str) -> None:
    reps = sample.table("reps")["rep_id"].iloc[[0, 2]]
    only = [word for rep in reps for word in ("--only", rep)]
    made = pack(tmp_path, sample, "rep_review", "2025-Q4", language, *only)
    assert faults(page, made, reports=2) == []


@pytest.mark.parametrize("language", [*LANGUAGES, STRETCHED])
def test_a_teams_report(sample: Dataset, tmp_path: Path, page: Any, language: str) -> None:
    team = sample.table("reps")["team"].iloc[0]
    made = pack(tmp_path, sample, "team_overview", "2025-Q4", language, "--only", team)
    assert faults(page, made, reports=1) == []


def test_the_least_export_with_a_name_that_is_long_and_hostile(least: Dataset, tmp_path: Path, page: Any) -> None:
    assert faults(page, pack(tmp_path, least, "rep_review", "2025-Q1", "de"), reports=2) == []


def test_all_that_a_report_says_comes_from_the_catalogue(sample: Dataset, tmp_path: Path, page: Any) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    made = pack(tmp_path, sample, "rep_review", "2025-Q4", STRETCHED, "--only", rep)
    (report,) = (made / "reports").iterdir()
    page.goto(report.as_uri())
    headings = page.eval_on_selector_all("h1, h2, h3, th", "all => all.map(one => one.textContent.trim())")
    words = {word for heading in headings for word in re.findall(r"[a-z]{4,}", heading)}
    assert not words & ORDINARY  # names of the data stay: stages, product lines, what was agreed
    assert {stretched(word) for word in ORDINARY} & {word for one in headings for word in one.split()}


def page_of(file: Path, *parts: str) -> Path:
    """Sections as a page, without a notebook around them."""
    body = f'<body class="sr-page"><main>{"".join(parts)}</main></body>'
    file.write_text(f'<!DOCTYPE html><html lang="de"><style>{css()}</style>{body}</html>', encoding="utf-8")
    return file


def test_names_of_eighty_letters_leave_room_for_the_chart_beside_them(tmp_path: Path, page: Any) -> None:
    names = [f"{number}{2 * LONG}gesellschaft"[:80] for number in range(8)]
    data = dataset(tmp_path / "d", *(deals(name, 20, 10) for name in names))
    section = Review(data, "2025-Q2").conversion_funnel_plot
    file = page_of(tmp_path / "a.html", section._repr_html_())
    assert overflow.look_at(page, file) == []
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 1000})
    assert page.eval_on_selector("figure svg", "one => one.getBoundingClientRect().width") > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_of_the_agenda_is_broken_within_a_word_in_print(
    tmp_path: Path, page: Any, language: str
) -> None:
    sections = [
        {"key": point, "point": point, "topic": "Trend", "message": "Up", "available": True, "place": "fold"}
        for point in POINTS
    ]
    page.goto(page_of(tmp_path / "a.html", agenda_html(sections, Language(language))).as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 without its margins
    assert page.eval_on_selector_all(".agenda h3", BROKEN_WORDS) == []


@pytest.mark.parametrize("room", [600, 800, 900])
def test_the_agenda_stands_on_one_page(tmp_path: Path, page: Any, room: int) -> None:
    """However much room is left below what stands before it."""
    sections = [
        {
            "key": point,
            "point": point,
            "topic": f"Topic{n}",
            "message": "Up " * 30,
            "available": True,
            "place": "fold",
        }
        for point in ("fitness", "process", "health", "risks", "act")
        for n in range(3)
    ]
    before = f'<div style="height: {room}px">Before</div>'
    page.goto(page_of(tmp_path / "a.html", before, agenda_html(sections, Language("en"))).as_uri())
    page.pdf(path=tmp_path / "a.pdf", format="A4", margin=dict.fromkeys(("top", "bottom"), "1cm"))
    texts = subprocess.run(
        [overflow.PDFTOTEXT or "pdftotext", str(tmp_path / "a.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\f")
    assert len([one for one in texts if "Topic" in one]) == 1


BROKEN_WORDS = r"""all => all.flatMap((one) => {
  const text = one.firstChild;
  return [...text.data.matchAll(/\S+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((rect) => rect.top)).size > 1;
  }).map((word) => word[0]);
})"""
"""The words of elements that stand on more than one line."""


ORDINARY = {
    *(
        "rate",
        "revenue",
        "pipeline",
        "forecast",
        "target",
        "agreed",
        "talk",
        "trend",
        "said",
        "interval",
        "period",
    ),
    *("period", "reps", "customers", "lost", "opened", "actions"),
}
"""Words of headings that are ours, in no data of the sample company."""


BROKEN = f"""<!DOCTYPE html><html lang="en"><body style="margin: 0"><main>
<p id="narrow" style="width: 80px">{LONG}</p>
<div id="short" style="height: 20px; overflow: hidden">one<br>two<br>three</div>
<div class="scroll" id="scroll" style="overflow-x: auto">
<table style="width: 500px"><tr><td>wide</td></tr></table></div>
<svg id="cut" viewBox="0 0 100 20" width="100" height="20"><text x="60" y="15">outside of it</text></svg>
<svg id="over" viewBox="0 0 200 20" width="200" height="20">
<text y="15">beneath</text><text x="9" y="15">above</text></svg>
</main></body></html>"""


def test_what_is_cut_off_is_found(tmp_path: Path, page: Any) -> None:
    file = tmp_path / "broken.html"
    file.write_text(BROKEN, encoding="utf-8")
    found = overflow.look_at(page, file)
    on_a_telephone = {(one.what, one.which.split()[0]) for one in found if one.where == "375 px"}
    assert on_a_telephone == {
        ("text wider than its box", "#narrow"),
        ("hidden below", "#short"),
        ("text cut by its picture", "#cut"),
        ("text over another text", "#over"),
    }
    # 500 pixels fit everywhere but on a telephone, where a table may scroll
    assert not any(one.which.startswith("#scroll") for one in found)


def test_printed_pages_without_name_or_number_or_with_one_line_are_found(tmp_path: Path) -> None:
    pages = [["Ann", "Won", "Ann · Q1    1 / 3"], ["a line", "Q1   2 / 3"], ["some", "more"]]
    found = overflow.faults_of_print(tmp_path / "a.html", "Ann", pages, "A4")
    assert [one.what for one in found] == ["page without its name", "page of one line", "page without its number"]


@pytest.mark.parametrize("name", [HOSTILE, "</STYLE><script>", "a\nb\\", "Ärger; } @import 'x'", '"', "\\"])
def test_a_name_in_css_stays_a_string(name: str) -> None:
    said = str(margin_css(name))
    before, _, after = said.partition('content: "')
    string, _, rest = after.partition('"')
    assert (before, rest) == ("@media print { @page { @bottom-left { ", "; } } }")
    assert not set(string) & set("<>{}'\n@;")
    # each code is six digits long, so that it takes no letter of the name with it
    assert re.sub(r"\\[0-9a-f]{6}", lambda code: chr(int(code[0][1:], 16)), string) == " ".join(name.split())
