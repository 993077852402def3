"""Charts that compare rates: every number given is drawn where it belongs, names keep clear of each other."""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.drawing.palette import ACCENT, ATTENTION
from salesreport.drawing.shapes import Boxes, Level, Marks, Shape, Strokes
from salesreport.report.canvas import text_width
from salesreport.report.chart import Chart
from salesreport.report.charts_compare import (
    Point,
    StepRow,
    control_chart,
    funnel_plot,
    heat_map,
    step_funnel,
)
from salesreport.report.labels import SIZE, apart

NAN = math.nan
HOSTILE = '<script>alert("1")</script> $\\frac{$ &'


def drawn(chart: Chart) -> ET.Element:
    """A chart's SVG: well-formed, the same each time, without nan, and every text inside the picture."""
    svg = chart.svg()
    assert svg == chart.svg()
    assert "nan" not in re.sub(r">[^<]*<", "><", svg)
    assert "<script" not in svg
    root = ET.fromstring(svg)
    wide, high = (float(number) for number in root.attrib["viewBox"].split()[2:])
    for text in elements(root, "text"):
        if "x" in text.attrib:  # a text of several lines has none
            assert -2 <= float(text.attrib["x"]) <= wide
            assert 0 <= float(text.attrib["y"]) <= high
    return root


def elements(root: ET.Element, tag: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.tag.endswith(tag)]


def texts(root: ET.Element) -> set[str]:
    return {"".join(element.itertext()).strip() for element in elements(root, "text")}


Shaped = TypeVar("Shaped", bound=Shape)


def shapes(chart: Chart, kind: type[Shaped]) -> list[Shaped]:
    """The shapes of one kind in a chart's first area."""
    return [shape for shape in chart.drawn().areas[0].shapes if isinstance(shape, kind)]


def marks(chart: Chart, marker: str, colour: str | None = None) -> list[tuple[float, float]]:
    """Where marks of a form stand, in the data's terms."""
    found = [
        mark
        for mark in shapes(chart, Marks)
        if mark.form == marker and mark.level is Level.LINE and colour in (None, mark.fill)
    ]
    return [place for mark in found for place in mark.places]


def percent(rate: float) -> str:
    return f"{rate:.0%}"


GRID = np.linspace(1, 100, 40)
LIMITS = [
    (GRID, np.clip(0.3 - 0.5 / np.sqrt(GRID), 0, 1), np.clip(0.3 + 0.5 / np.sqrt(GRID), 0, 1)),
    (GRID, np.clip(0.3 - 0.8 / np.sqrt(GRID), 0, 1), np.clip(0.3 + 0.8 / np.sqrt(GRID), 0, 1)),
]


def funnel(points: list[Point]) -> Chart:
    return funnel_plot("f", points, LIMITS, 0.3, "t", "d", "Win rate by deals", percent, target_name="all 30%")


def test_a_funnel_plot_has_every_point_in_its_form() -> None:
    points = [
        Point("Ann", 40, 0.3, "subject", "Ann"),
        Point("Bob", 60, 0.05, "worse", HOSTILE),
        Point("Cleo", 80, 0.6, "better", "Cleo"),
        Point("Dan", 20, 0.35, "peer", ""),
        Point("Eve", 0, NAN, "peer", "nobody"),
    ]
    chart = funnel(points)
    assert {"Ann", HOSTILE[:25] + "…", "Cleo", "Win rate by deals", "95%", "99.8%", "all 30%", "100"} <= texts(
        drawn(chart)
    )
    assert "nobody" not in texts(drawn(chart))
    assert marks(chart, "v") == [(60, 0.05)]
    assert marks(chart, "^") == [(80, 0.6)]
    assert marks(chart, "o", ACCENT) == [(40, 0.3)]
    assert len(marks(chart, "o")) == 2


def test_names_of_points_side_by_side_do_not_lie_over_each_other() -> None:
    points = [Point(f"r{i}", 90 + i % 3, 0.8 + 0.002 * i, "better", f"Rep number {i}") for i in range(8)]
    places = {
        "".join(text.itertext()): (float(text.attrib["x"]), float(text.attrib["y"]))
        for text in elements(drawn(funnel(points)), "text")
        if "".join(text.itertext()).startswith("Rep")
    }
    assert len(places) == 8
    heights = sorted(y for _, y in places.values())
    assert all(b - a >= SIZE for a, b in itertools.pairwise(heights))


def test_of_many_names_the_first_twelve_are_printed_and_the_subject_s() -> None:
    points = [Point(f"r{i}", 50 + i, 0.7, "worse", f"Rep number {i}") for i in range(45)]
    said = texts(drawn(funnel([*points, Point("Ann", 40, 0.3, "subject", "Ann")])))
    assert {"Ann", *(f"Rep number {i}" for i in range(11))} <= said
    assert not said & {f"Rep number {i}" for i in range(11, 45)}


def test_thousands_of_peers_stay_small() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(3, 100, 3000)
    points = [Point("", float(m), float(rng.binomial(m, 0.3) / m), "peer", "") for m in n]
    chart = funnel(points)
    assert len(chart.svg()) < 70_000
    path = max(elements(drawn(chart), "path"), key=lambda one: len(one.attrib["d"]))
    assert 1000 < path.attrib["d"].count("M") == path.attrib["d"].count("h0") < 3000  # those of one place as one


def test_a_funnel_plot_of_nothing() -> None:
    assert "all 30%" in texts(drawn(funnel([])))


def heat() -> Chart:
    gaps = np.array([[0.1, -0.2], [NAN, 0.0]])
    flagged = np.array([[False, True], [True, False]])
    said = [["+10", "−20"], ["none", "0"]]
    return heat_map(
        "h", ["Ann", HOSTILE], ["Offer", "A very long name of a step indeed"], gaps, said, flagged, "t", "d", "H"
    )


def test_a_heat_map_prints_every_number_and_frames_what_stands_out() -> None:
    root = drawn(heat())
    assert {"+10", "▼ −20", "none", "0", "Ann", HOSTILE[:25] + "…", "Offer", "H"} <= texts(root)
    assert {"A very long", "indeed"} <= texts(root)  # of a long name several lines
    # +0.1 is the fourth of six shades on its side, −0.2 the strongest; of nothing, and of what is not known, none
    cells = {boxes.corners[0][:2]: (boxes.fill, boxes.strength) for boxes in shapes(heat(), Boxes)}
    assert cells == {(0, 1): (ACCENT, 0.28), (1, 1): (ATTENTION, 0.55)}
    strongest = [style for style in re.findall(r'style="([^"]*)"', heat().svg()) if "fill-opacity: 0.55" in style]
    assert strongest
    assert all(ATTENTION in style and "var(--attention" in style for style in strongest)


def test_a_narrow_heat_map_has_room_for_its_heading() -> None:
    one, heading = np.array([[0.1]]), "A heading that says what this is"
    chart = heat_map("h", ["Ann"], ["Offer"], one, [["+10"]], one > 1, "t", "d", heading)
    assert chart.width > text_width(heading, 9.5)


@pytest.mark.parametrize("rows", [0, 1, 60])
def test_a_heat_map_of_many_rows_and_of_none(rows: int) -> None:
    gaps = np.linspace(-0.1, 0.1, rows * 6).reshape(rows, 6)
    said = [[f"{100 * gap:+.0f}" for gap in row] for row in gaps]
    chart = heat_map(
        "h", [f"r{i}" for i in range(rows)], [f"c{i}" for i in range(6)], gaps, said, gaps > 9, "t", "d", "H"
    )
    assert {f"r{i}" for i in range(rows)} <= texts(drawn(chart))
    assert len(chart.svg()) < 80_000


def control(before: np.ndarray | None = None) -> Chart:
    values = np.array([0.3, NAN, 0.9, 0.05, 0.4])
    lower, upper = np.array([0.1, NAN, 0.1, 0.1, 0.2]), np.array([0.6, NAN, 0.6, 0.6, 0.5])
    return control_chart(
        "c", ["Jan", "Feb", "Mar", "Apr", HOSTILE], values, np.array([10, 0, 20, 20, 40.0]), 0.3, lower, upper,
        np.array([False, True, True, True, False]), "t", "d", "H", percent, before, "usual", "95%",
    )  # fmt: skip


def test_a_control_chart_marks_what_is_outside() -> None:
    assert marks(control(), "^") == [(2, 0.9)]
    assert marks(control(), "v") == [(3, 0.05)]
    assert marks(control(), "o", ACCENT) == [(0, 0.3), (4, 0.4)]
    shown = texts(drawn(control()))
    assert {"90%", "5%", "usual", "95%", "n", "10", "0", "20", "40", "H"} <= shown
    hollow = control(np.array([True, True, False, False, False]))
    assert marks(hollow, "o", ACCENT) == [(4, 0.4)]
    assert (0, 0.3) in marks(hollow, "o")


def test_the_last_label_of_a_control_chart_is_always_there() -> None:
    labels = [f"month {i}" for i in range(40)]
    some = np.full(40, 0.3)
    chart = control_chart(
        "c", labels, some, some * 100, some, some - 0.1, some + 0.1, some > 1, "t", "d", "H", percent
    )
    shown = texts(drawn(chart))
    assert "month 39" in shown
    assert len([one for one in shown if one.startswith("month")]) < 20
    drawn(
        control_chart(
            "c", [], *(np.array([]),) * 2, 0.3, *(np.array([]),) * 2, np.array([], bool), "t", "d", "H", percent
        )
    )


def test_a_step_funnel_has_a_row_per_step() -> None:
    rows = [
        StepRow("Lead", 0.8, 0.7, 0.88, 66, 0.76, 0.7, "80% of 66"),
        StepRow(HOSTILE, NAN, NAN, NAN, 0, NAN, NAN, "no deals"),
        StepRow("Win", 1.0, 0.6, 1.0, 5, 0.3, NAN, "5 of 5"),
    ]
    chart = step_funnel("s", rows, "t", "d", "Goes on", ("now", "like deals", "before"))
    shown = texts(drawn(chart))
    assert {"Lead", "80% of 66", "no deals", "5 of 5", "Goes on", "now", "like deals", "before", "100%"} <= shown
    assert marks(chart, "o", ACCENT) == [(0.8, 2), (1.0, 0)]
    ticks = [line[0][0] for one in shapes(chart, Strokes) if one.width == 3.0 for line in one.ends]
    assert ticks == [0.76, 0.3]
    alone = step_funnel(
        "s", [rows[0]._replace(peers_rate=NAN, before_rate=NAN)], "t", "d", "", ("now", "peers", "then")
    )
    assert not {"peers", "then"} & texts(drawn(alone))
    drawn(step_funnel("s", [], "t", "d", "", ("", "", "")))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12), st.floats(0.5, 20))
def test_apart_keeps_order_distance_and_middle(places: list[float], gap: float) -> None:
    moved = apart(np.array(places), gap)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    assert moved.mean() == pytest.approx(np.mean(places), abs=1e-6)


def test_places_that_are_apart_stay() -> None:
    assert apart(np.array([5.0, 0.0, 20.0]), 4).tolist() == [5, 0, 20]
    # 0, 1, 2 with a gap of 2 about their middle: −1, 1, 3
    assert apart(np.array([0.0, 1.0, 2.0]), 2).tolist() == [-1, 1, 3]
