"""Charts as inline SVG: deterministic, escaped, accessible, without anything that would reach over the page."""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure

from salesreport.drawing import Drawing, Part
from salesreport.drawing.palette import ACCENT, PEERS
from salesreport.report.chart import Chart
from salesreport.report.charts import (
    Bars,
    Columns,
    Measure,
    Panel,
    columns_and_bars,
    dots,
    scale,
    solid_and_hollow,
    trends,
)
from salesreport.report.own_figure import _texts, own_style
from salesreport.report.spark import sparkline

HOSTILE = '<script>alert("1")</script> $\\frac{$ &'


def draw(drawing: Drawing) -> None:
    area = drawing.area(0.5, 0.5, 6.0, 2.5)
    area.scale(across=(1, 3), up=(0, 5))
    area.band([1, 2, 3], [0, 1, 1], [2, 5, 3], PEERS)
    area.line([1, 2, 3], [1, 4, 2], ACCENT)
    area.marks([1, 2, 3], [1, 4, 2], "o", 6, ACCENT)
    area.words(HOSTILE, (Part(0.0), Part(1.0)))
    area.words("Model 1.23456 (2.34567)", (1, 1))


def drawn_by_hand(key: str) -> Chart:
    with own_style():
        figure = Figure()
        axes = figure.subplots()
        axes.plot([1, 2, 3], [1, 4, 2], marker="o", color=ACCENT)
        axes.fill_between([1, 2, 3], [0, 1, 1], [2, 5, 3], color=PEERS, clip_on=True)
        axes.set_title(HOSTILE)
        axes.text(1, 1, "Model 1.23456 (2.34567)")
    return Chart.of(key, figure, f"Title {HOSTILE}", f"Description {HOSTILE}")


Make = Callable[[str], str]


@pytest.fixture(params=["ours", "one’s own"])
def svg(request: pytest.FixtureRequest) -> Make:
    if request.param == "ours":
        return lambda key: Chart(key, draw, f"Title {HOSTILE}", f"Description {HOSTILE}").svg()
    return lambda key: drawn_by_hand(key).svg()


def test_it_is_xml_with_title_and_description(svg: Make) -> None:
    root = ET.fromstring(svg("one"))
    assert root.attrib["role"] == "img"
    title, description = list(root)[:2]
    assert (title.text, description.text) == (f"Title {HOSTILE}", f"Description {HOSTILE}")
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"


def test_text_stays_text_and_is_escaped(svg: Make) -> None:
    drawn = svg("one")
    assert "<script" not in drawn
    texts = [element.text for element in ET.fromstring(drawn).iter() if element.tag.endswith("text")]
    assert HOSTILE in texts
    assert "Model 1.23456 (2.34567)" in texts  # numbers of the data are not rounded, those of the drawing are
    assert not re.search(r' d="[^"]*\d\.\d{3}', drawn)


def test_the_same_drawing_is_the_same_text(svg: Make) -> None:
    before = dict(mpl.rcParams)
    assert svg("one") == svg("one")
    assert dict(mpl.rcParams) == before


def test_two_charts_share_no_id_and_every_reference_is_met(svg: Make) -> None:
    ids = [re.findall(r'\bid="([^"]+)"', svg(key)) for key in ("one", "two")]
    assert not set(ids[0]) & set(ids[1])
    for key, own in zip(("one", "two"), ids, strict=True):
        assert len(own) == len(set(own))
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg(key))) <= set(own)


def test_nothing_reaches_over_the_page(svg: Make) -> None:
    drawn = svg("one")
    for unwanted in ("<style", "<metadata", "http", "@import", "font-family", "xlink"):
        assert unwanted not in drawn


def test_colours_are_the_page_s(svg: Make) -> None:
    drawn = svg("one")
    assert f"var(--accent, {ACCENT})" in drawn
    bare = re.sub(r"var\(--[a-z-]+, #[0-9a-f]{6}\)", "", drawn)
    assert not re.findall(r"#[0-9a-f]{6}\b", bare)


def test_every_kind_draws_what_it_is_given() -> None:
    nan = math.nan
    frame = pd.DataFrame(
        {"value": [1.0, nan, 3.0], "lower": [0.5, nan, nan], "upper": [2.0, nan, nan],
         "band_lower": [nan, 1.0, 1.0], "band_upper": [nan, 2.0, 2.0]}
    )  # fmt: skip
    panel = Panel("Measure", ["Q1", "Q2", "Q3"], frame, str, "band here")
    drawn = trends("t", [panel], "a", "b").svg()
    assert {"Measure", "band here", "3.0", "Q1", "Q3"} <= texts(drawn)
    empty = frame.assign(value=nan, lower=nan, upper=nan, band_lower=nan, band_upper=nan)
    assert "Measure" in texts(trends("t", [panel._replace(numbers=empty)], "a", "b").svg())
    bars = Bars("Groups", ["a", HOSTILE], [1, 0], [2, 0], ["1 : 2", "none"])
    shown = texts(solid_and_hollow("b", [bars, bars], "a", "b", "won", "lost").svg())
    assert {"Groups", "a", "1 : 2", "none", "won", "lost"} <= shown
    shown = texts(columns_and_bars("c", Columns("Ages", ["0–30"], [2], ["two"]), bars, "a", "b").svg())
    assert {"Ages", "0–30", "two", "Groups"} <= shown
    rows = [Measure("row", 1.0, "said", before=2.0, plan=3.0, lower=0.5, upper=1.5), Measure("other", 0.0, "zero")]
    shown = texts(dots("d", rows, "a", "b", "Heading", (1, 2, 3), "band", [("value", "now")]).svg())
    assert {"row", "said", "other", "zero", "Heading", "band", "now"} <= shown


def texts(drawn: str) -> set[str]:
    return {element.text or "" for element in ET.fromstring(drawn).iter() if element.tag.endswith("text")}


def test_long_names_leave_room() -> None:
    drawn = dots("d", [Measure("x" * 80, 1.0, "said")], "a", "b").svg()
    assert "x" * 25 + "…" in texts(drawn)


def test_sparklines() -> None:
    line = sparkline([1.0, math.nan, 3.0, 2.0], HOSTILE, "spark-a")
    root = ET.fromstring(line)
    assert root[0].text == HOSTILE
    path = next(element for element in root if element.tag.endswith("path")).attrib["d"]
    assert path.count("M") == 2  # the gap stays a gap
    assert len([element for element in root if element.tag.endswith("circle")]) == 1
    assert sparkline([1.0, math.nan], "d", "k") == ""
    assert "circle" not in sparkline([1.0, 2.0, math.nan], "d", "k")  # no dot where the last is not known
    assert "nan" not in sparkline([2.0, 2.0], "d", "k")


def test_lines_stand_on_zero() -> None:
    # 22 high above a margin of 4 in 30: 100 is at 4, and 4 % less at 26 − 0.96 × 22 = 4.88, not at the bottom
    line = sparkline([100.0, 96.0], "d", "k")
    assert 'd="M4.0 4.0L88.0 4.9"' in line
    assert 'y1="26.0"' in line
    assert 'y1="15.0"' in sparkline([-50.0, 50.0], "d", "k")  # zero lies in the middle
    assert 'd="M4.0 26.0L88.0 26.0"' in sparkline([0.0, 0.0], "d", "k")


def test_a_trend_has_a_scale_from_zero() -> None:
    nan = math.nan
    frame = pd.DataFrame(
        {"value": [480.0, 460.0], "lower": nan, "upper": nan, "band_lower": nan, "band_upper": nan}
    )
    assert scale(frame) == (0.0, 600.0, [0.0, 200.0, 400.0, 600.0])
    drawn = texts(trends("t", [Panel("M", ["Q1", "Q2"], frame, "{:.0f} €".format, "")], "a", "b").svg())
    assert {"0 €", "200 €", "400 €", "600 €", "460 €"} <= drawn
    # credit notes below zero; shares up to their interval; nothing known; nothing but zero
    assert scale(frame.assign(value=[-30.0, 70.0])) == (-50.0, 100.0, [-50.0, 0.0, 50.0, 100.0])
    assert scale(frame.assign(value=0.5, upper=0.74)).ticks == [0.0, 0.25, 0.5, 0.75]
    assert scale(frame.assign(value=nan)).ticks == []
    assert scale(frame.assign(value=0.0)) == (0.0, 1.0, [0.0])


def test_texts_are_found_without_making_ticks() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.set(title="A title", xlabel="Days")
    axes.annotate("here", (0, 0))
    axes.plot([0, 1], label="a line")
    axes.legend()
    figure.suptitle("Above")
    before = len(vars(axes.xaxis)["majorTicks"])  # matplotlib makes the others when it is asked for them
    found = {written.get_text() for written in _texts(figure)}
    assert {"A title", "Days", "here", "a line", "Above"} <= found
    assert len(vars(axes.xaxis)["majorTicks"]) == before
