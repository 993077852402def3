"""Extensions: what they hold is added once, and their mistakes are said with file and line."""

import sys
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
from salesreport.report.chart import Chart, own_style
from salesreport.report.extensions import load_extensions
from salesreport.report.peers import SAME_ROLE, choose_peers, peer_group
from salesreport.report.review import Review
from salesreport.report.sections import SECTIONS

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

COUNT = "n = question.sheet(CLOSED).add(); return Figures(n, n)"


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Writes an extension; what was added by it is taken away again."""
    metrics, sections = dict(METRICS), dict(SECTIONS)

    def write(content: str, name: str = "my_extension.py") -> Path:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    yield write
    for file, module in list(extensions._loaded.items()):
        if file.parent == tmp_path.resolve():
            del extensions._loaded[file]
            sys.modules.pop(module.__name__)
    left = [one for one, its in sys.modules.items() if str(tmp_path) in str(getattr(its, "__file__", ""))]
    for name in left:
        del sys.modules[name]
    METRICS.clear()
    METRICS.update(metrics)
    SECTIONS.clear()
    SECTIONS.update(sections)
    choose_peers(SAME_ROLE)


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
        ("return Figures(question.sheet(CLOSED).add()[:2], None)", "does not give a figure for each group"),
    ],
)
def test_a_metric_that_is_wrong(sample: Dataset, write: Callable[..., Path], body: str, said: str) -> None:
    file = write(METRIC.format(body=body))
    load_extensions([file])
    with pytest.raises(ConfigError, match=said) as caught:
        compute(Facts.of(sample), sample.period("2025-Q4"), ["mine"], by=["rep_id"])
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
