"""Charts of moves: every number that is given is drawn, bars stand where they must, nothing is nan."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

from salesreport.drawing.shapes import Boxes
from salesreport.report.chart import Chart
from salesreport.report.charts_moves import (
    Outlook,
    Pair,
    Rate,
    Step,
    Strand,
    flows,
    outlook_chart,
    pairs,
    waterfall_chart,
)

NAN = math.nan
HOSTILE = '<script>alert("1")</script> $\\frac{$ &'


def texts(chart: Chart) -> set[str]:
    """What is written in a chart; its SVG is well-formed and holds no nan."""
    drawn = chart.svg()
    assert "nan" not in re.sub(r">[^<]*<", "><", drawn)
    assert drawn == chart.svg()
    return {element.text or "" for element in ET.fromstring(drawn).iter() if element.tag.endswith("text")}


def boxes_of(chart: Chart) -> list[tuple[float, float, float]]:
    """Left, right and middle height of every bar, in the data's terms."""
    shapes = chart.drawn().areas[0].shapes
    corners = [corner for shape in shapes if isinstance(shape, Boxes) for corner in shape.corners]
    return [(min(left, right), max(left, right), (low + high) / 2) for left, low, right, high in corners]


def test_flows_say_every_count_and_share() -> None:
    strands = [
        Strand("at the start", "before", [3, 0], ["3", "none"]),
        Strand("lost", "out", [1, 2], ["1!", "2!"]),
    ]
    rates = [Rate(0.4, 0.2, 0.6, 0.3, 0.5, "40% of 10"), Rate(NAN, NAN, NAN, NAN, NAN, "cannot be told")]
    shown = texts(flows("f", ["Offer", HOSTILE], strands, rates, "moves on", "a", "b"))
    wanted = {"at the start", "lost", "3", "none", "1!", "2!", "40% of 10", "cannot be told", "Offer", "moves on"}
    assert wanted <= shown
    assert texts(flows("g", ["Offer"], [strands[0]._replace(values=[0], said=["0"])], [], "", "a", "b")) >= {"0"}


def test_each_bar_of_a_waterfall_begins_where_the_last_one_ended() -> None:
    # 10 + 4 − 6 + 0 = 8, from top (place 4) to bottom (place 0)
    steps = [
        Step("opening", 10, "10", total=True),
        Step("created", 4, "+4"),
        Step("lost", -6, "−6"),
        Step("won", 0, "0"),
        Step("closing", 8, "8", total=True),
    ]
    chart = waterfall_chart("w", steps, "a", "b", "Deals")
    assert {"opening", "+4", "−6", "0", "8", "Deals"} <= texts(chart)
    bars = {round(place): (left, right) for left, right, place in boxes_of(chart)}
    assert bars == {4: (0, 10), 3: (10, 14), 2: (8, 14), 1: (8, 8), 0: (0, 8)}


def test_pairs_stand_one_above_the_other() -> None:
    chart = pairs("p", [Pair("Warm", 3, 5, "3 → 5")], "a", "b", "Customers", ("then", "now"))
    assert {"Warm", "3 → 5", "Customers", "then", "now"} <= texts(chart)
    above, below = sorted(boxes_of(chart), key=lambda bar: -bar[2])
    assert (above[:2], below[:2]) == ((0, 3), (0, 5))


def test_intervals_lie_within_each_other_and_the_target_is_named_only_where_there_is_one() -> None:
    spans = [(100.0, 900.0), (200.0, 700.0), (300.0, 500.0)]
    row = Outlook("Q1", 400, spans, 0, NAN, "four hundred")
    words = ("middle", "target", "booked")
    plain = outlook_chart("o", [row], "a", "b", "Revenue", str, words)
    assert {"Q1", "four hundred", "Revenue", "middle"} <= texts(plain)
    assert not {"target", "booked"} & texts(plain)
    assert {(left, right) for left, right, _ in boxes_of(plain)} >= set(spans)
    both = outlook_chart("o", [row._replace(booked=50, target=450)], "a", "b", "Revenue", str, words)
    assert {"target", "booked"} <= texts(both)


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_or_one_row_is_drawn(size: int) -> None:
    assert pairs("p", [Pair("Warm", 0, 0, "0 → 0")] * size, "a", "b", "Customers", ("then", "now")).svg()


def test_a_waterfall_shows_ranges_to_both_ends() -> None:
    steps = [Step("start", 10.0, "10", total=True), Step("came", 5.0, "+5", lower=-20.0, upper=30.0),
             Step("end", 15.0, "15", total=True, form="before")]  # fmt: skip
    chart = waterfall_chart("w", steps, "A heading", "A description", "What")
    assert chart.drawn().areas[0].across == (-10.0, 40.0)  # from 10 − 20 to 10 + 30
