"""Extensions: what they hold is added once, and their mistakes are said with file and line."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import METRICS, Facts, compute
from salesreport.report import extensions
from salesreport.report.chart import Chart
from salesreport.report.context import Context
from salesreport.report.extensions import load_extensions
from salesreport.report.own_figure import own_style
from salesreport.report.peers import SAME_ROLE, peer_group
from salesreport.report.review import Review
from salesreport.report.section import Section
from salesreport.report.sections import SECTIONS
from salesreport.report.table import number_table

METRIC = """
from dataclasses import replace
from salesreport.kpi import METRICS as KIT, Figures, Unavailable
from salesreport.kpi.facts.kinds import CLOSED
from salesreport.language import text

def figures(question):
    {body}

MINE = replace(KIT["deals_won"], key="mine", title=text("Mine"), figures=figures, tile=True)
METRICS = [MINE]
"""

N = "n = question.sheet(CLOSED).add(); "
COUNT = N + "return Figures(n, n)"


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Writes an extension; what was added by it is taken away again."""
    metrics, sections = dict(METRICS), dict(SECTIONS)

    def write(content: str, name: str = "my_extension.py") -> Path:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    yield write
    for file, known in list(extensions._loaded.items()):
        extensions._take_back(file, known)
    assert dict(METRICS) == metrics
    assert dict(SECTIONS) == sections
    assert peer_group() is SAME_ROLE


def test_a_metric_is_computed_like_any_other(sample: Dataset, write: Callable[..., Path]) -> None:
    load_extensions([write(METRIC.format(body=COUNT))])
    period = sample.period("2025-Q4")
    table = compute(Facts.of(sample), period, ["mine", "deals_closed"], by=["rep_id"]).frame
    mine, closed = (table[table["metric"] == key].set_index("rep_id")["value"] for key in ("mine", "deals_closed"))
    pd.testing.assert_series_equal(mine, closed)
    review = Review(sample, "2025-Q4", rep=sample.table("reps")["rep_id"].iloc[0])
    assert "mine" in set(review.tiles.data["metric"])
    assert "mine" in set(review.definitions.data["metric"])
    assert "mine" in [figure["key"] for figure in review.summary["figures"]]


def test_it_is_imported_once(write: Callable[..., Path]) -> None:
    file = write(METRIC.format(body=COUNT))
    load_extensions([file])
    first = METRICS["mine"]
    load_extensions([file, str(file)])
    assert METRICS["mine"] is first


def test_what_is_not_in_the_data_is_unavailable(sample: Dataset, write: Callable[..., Path]) -> None:
    load_extensions([write(METRIC.format(body='raise Unavailable(text("needs phases of the moon"))'))])
    table = compute(Facts.of(sample), sample.period("2025-Q4"), ["mine"])
    assert str(table.unavailable["mine"]) == "needs phases of the moon"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return question.cheese", "Metric mine cannot be worked out: AttributeError"),
        (
            N + "return Figures(n[:2], n)",
            "figures that cannot be",
        ),
        (
            N + "return Figures(n, n, n + 1, n + 2)",
            "intervals that hold their figure",
        ),
        (N + "return Figures(n, n, n)", "an interval has two ends"),
        (N + "return Figures(n, n / 0)", "no infinite figures, and always an n"),
        (
            N + "return Figures(['a'] * len(n), n)",
            "cannot be worked out: ValueError",
        ),
        ("return None", "Metric mine cannot be worked out: TypeError"),
    ],
)
def test_a_metric_that_is_wrong(sample: Dataset, write: Callable[..., Path], body: str, said: str) -> None:
    file = write(METRIC.format(body=body))
    load_extensions([file])
    with pytest.raises(ConfigError) as caught, np.errstate(divide="ignore", invalid="ignore"):
        compute(Facts.of(sample), sample.period("2025-Q4"), ["mine"], by=["rep_id"])
    assert said in str(caught.value)
    assert caught.value.file == file
    if "cheese" in body:
        assert caught.value.line == 8


@pytest.mark.parametrize(
    ("content", "said", "line"),
    [
        ("x = 1\ny = x / 0\n", "The extension does not run: ZeroDivisionError", 2),
        ("x = 1\ndef f(:\n", "The extension does not run: SyntaxError", 2),
        ("import no_such_module\n", "The extension does not run: ModuleNotFoundError", 1),
        ("x = 1\n", "There is nothing in this extension", None),
        ("METRICS = 3\n", "METRICS must be a list", None),
        ("METRICS = ['win_rate']\n", "METRICS holds something else", None),
        ("SECTIONS = [3]\n", "SECTIONS holds something else", None),
        ("PEERS = 'team'\n", "PEERS holds something else", None),
        (
            METRIC.format(body=COUNT).replace('"mine"', '"win_rate"'),
            "There is a metric of this name already",
            None,
        ),
        (METRIC.format(body=COUNT).replace('"mine"', '"Mine!"'), "This is no name of a metric", None),
        ("def tiles(context): ...\nSECTIONS = [tiles]\n", "There is a section of this name already", None),
    ],
)
def test_mistakes_name_the_file_and_the_line(
    write: Callable[..., Path], content: str, said: str, line: int | None
) -> None:
    file = write(content)
    with pytest.raises(ConfigError, match=said) as caught:
        load_extensions([file])
    assert (caught.value.file, caught.value.line) == (file, line)
    assert "mine" not in METRICS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('unit="parsecs"', "This does not fit a metric"),
        ('direction="up"', "This does not fit a metric"),
        ('minimum_n="10"', "This does not fit a metric"),
        ("facts=()", "This does not fit a metric"),
        ('needs=(("deals", "creatd_on"),)', "There is no such table or column"),
    ],
)
def test_a_contract_that_fits_nothing(write: Callable[..., Path], change: str, said: str) -> None:
    file = write(METRIC.format(body=COUNT).replace("tile=True", f"tile=True, {change}"))
    with pytest.raises(ConfigError, match=said) as caught:
        load_extensions([file])
    assert caught.value.file == file


def test_a_changed_file_is_loaded_again_and_a_mended_one_at_all(
    sample: Dataset, write: Callable[..., Path]
) -> None:
    file = write(METRIC.format(body=COUNT).replace("METRICS = [MINE]", "METRICS = MINE"))
    with pytest.raises(ConfigError, match="must be a list"):
        load_extensions([file])
    assert not extensions._loaded
    load_extensions(str(write(METRIC.format(body=COUNT))))
    facts, period = Facts.of(sample), sample.period("2025-Q4")
    once = compute(facts, period, ["mine"]).frame["value"].iloc[0]
    load_extensions([write(METRIC.format(body=COUNT.replace("Figures(n, n)", "Figures(2 * n, n)")))])
    assert compute(facts, period, ["mine"]).frame["value"].iloc[0] == 2 * once


def test_mistakes_in_sections_and_peers_name_file_and_line(sample: Dataset, write: Callable[..., Path]) -> None:
    file = write(
        "from salesreport.language import text\n"
        "from salesreport.report import PeerGroup\n"
        "def little(context):\n"
        '    raise ValueError("boo")\n'
        "SECTIONS = [little]\n"
        'PEERS = PeerGroup(text("friends"), lambda reps: reps["teem"])\n'
    )
    load_extensions([file])
    review = Review(sample, "2025-Q4", rep=sample.table("reps")["rep_id"].iloc[0])
    with pytest.raises(ConfigError, match="Section little cannot be worked out: ValueError: boo") as caught:
        review.little  # noqa: B018
    assert (caught.value.file, caught.value.line) == (file, 4)
    with pytest.raises(ConfigError, match="group of peers cannot be worked out: KeyError") as caught:
        _ = review.context.peers
    assert (caught.value.file, caught.value.line) == (file, 6)


def test_names_of_other_reps_are_masked_in_a_section_of_one_s_own(sample: Dataset) -> None:
    reps = sample.table("reps").set_index("rep_id")["name"]
    mine, other = reps.index[0], reps.iloc[1]

    def told(context: Context) -> Section:
        with own_style():
            figure = Figure(figsize=(4, 2))
            figure.subplots().bar([other, "x"], [1, 2])
        chart = Chart.of("c", figure, f"of {other}", f"by {other}")
        table = number_table(f"T {other}", ["Who", other], [[other, ("1", other)]])
        return context.section(
            "t", f"A {other}", f"B {other}", charts=[chart], tables=[table], notes=[f"C {other}"]
        )

    assert other not in Review(sample, "2025-Q4", rep=mine).show(told)._repr_html_()
    assert other in Review(sample, "2025-Q4", rep=mine, mask_names=False).show(told)._repr_html_()


def test_pictures_and_patterns_in_a_figure_of_one_s_own() -> None:
    with own_style():
        figure = Figure(figsize=(4, 2))
        left, right = figure.subplots(1, 2)
        left.imshow(np.eye(3))
        left.text(1, 1, "dark", color=".15")
        right.bar(["a", "b"], [1, 2], hatch="//")
        right.set_xlabel("below the edge")
    svg = str(Chart.of("k", figure, "t", "d").svg())
    assert str(Chart.of("k", figure, "t", "d").svg()) == svg  # drawn again it is the same
    assert 'href="data:image/png;base64,' in svg
    used = set(re.findall(r"url\(#([^)]+)\)", svg))
    assert used
    assert used <= set(re.findall(r'id="([^"]+)"', svg))
    assert "#262625" in svg  # what is written over coloured cells keeps its colour
    assert "below the edge" in svg


def test_no_such_file_and_no_python(write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such extension") as caught:
        load_extensions([tmp_path / "none.py"], {"file": Path("pack.yml"), "line": 7, "key": "extensions.0"})
    assert caught.value.line == 7
    with pytest.raises(ConfigError, match="is a Python file"):
        load_extensions([write("text", "notes.txt")])
    with pytest.raises(ConfigError, match="name of a module that is there already"):
        load_extensions([write("METRICS = []", "json.py")])


def test_peers_of_one_s_own(sample: Dataset, write: Callable[..., Path]) -> None:
    reps = sample.table("reps").set_index("rep_id")
    rep = reps.index[0]
    load_extensions(
        [
            write(
                "from salesreport.language import text\n"
                "from salesreport.report import PeerGroup\n"
                'PEERS = PeerGroup(text("reps of the same team"), lambda reps: reps["team"])\n'
            )
        ]
    )
    assert str(peer_group().title) == "reps of the same team"
    context = Review(sample, "2025-Q4", rep=rep).context
    peers = set(context.shared.members("rep_id")[context.peers])
    assert peers == set(reps.index[reps["team"] == reps.loc[rep, "team"]]) - {rep}


def test_a_section_of_one_s_own(sample: Dataset, write: Callable[..., Path]) -> None:
    load_extensions(
        [
            write(
                "def little(context):\n"
                '    return context.section("little", "Little", f"{len(context.closed)} deals", notes=["<b>"])\n'
                "SECTIONS = (little,)\n"
            )
        ]
    )
    review = Review(sample, "2025-Q4")
    assert review.little.message == f"{len(review.context.closed)} deals"
    assert review.show("little") is review.little
    assert "little" in dir(review)
    assert "&lt;b&gt;" in review.little._repr_html_()
    assert "Little:" in review.in_words()


def test_what_is_no_section(sample: Dataset) -> None:
    review = Review(sample, "2025-Q4")
    with pytest.raises(ConfigError, match="must give one"):
        review.show(lambda _: "text")  # type: ignore[arg-type, return-value]
    with pytest.raises(ConfigError, match="no such section"):
        review.show("tils")
    with pytest.raises(AttributeError, match="tils"):
        _ = review.tils


def test_a_figure_of_one_s_own_takes_the_page_s_colours() -> None:
    with own_style():
        figure = Figure(figsize=(4, 2))
        axes = figure.subplots()
        axes.plot([1, 2, 3], np.arange(3), label="<wins>")
        axes.text(1, 1, "black", color="black")
        axes.legend()
    svg = Chart.of("own", figure, "Wins & losses", "<three> points").svg()
    assert svg == Chart.of("own", figure, "Wins & losses", "<three> points").svg()
    assert '<title id="own-title">Wins &amp; losses</title>' in svg
    assert "&lt;three&gt; points" in svg
    assert "var(--accent, #0b5fa5)" in svg
    assert "#000000" not in svg.replace("var(--ink, #1b1f24)", "")
    assert "#ffffff" not in svg.replace("var(--paper, #ffffff)", "")
