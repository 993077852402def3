"""What is drawn stands where the scale says, by hand: an area from 72 to 360 points across and 36 to 180 down."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import RendererAgg

from salesreport.drawing import Area, Drawing, Part
from salesreport.drawing.letters import width
from salesreport.drawing.palette import ACCENT, FAINT, INK, PAPER, PEERS

NAN = math.nan


@pytest.fixture
def drawing() -> Drawing:
    return Drawing(6.0, 3.0)


@pytest.fixture
def area(drawing: Drawing) -> Area:
    made = drawing.area(1.0, 0.5, 5.0, 2.5)
    made.scale(across=(0, 10), up=(0, 4))
    return made


def elements(drawing: Drawing, tag: str) -> list[ET.Element]:
    root = ET.fromstring(str(drawing.svg("k", "t", "d")))
    return [one for one in root.iter() if one.tag == tag]


def courses(drawing: Drawing) -> list[str]:
    return [one.attrib["d"] for one in elements(drawing, "path")]


def test_places_of_the_data_and_of_the_area(area: Area) -> None:
    assert (area.x(0), area.x(10), area.x(2.5)) == (72, 360, 144)
    assert (area.y(0), area.y(4), area.y(1)) == (180, 36, 144)
    assert (area.x(Part(0.5)), area.y(Part(1.0))) == (216, 36)
    area.scale(up=(4, 0))  # turned round, as rows of a table are counted
    assert (area.y(0), area.y(4), area.y(Part(0.0))) == (36, 180, 180)
    area.scale(across=(3, 3))
    assert math.isfinite(area.x(3))


def test_lines_have_gaps_where_nothing_is_known(drawing: Drawing, area: Area) -> None:
    area.line([0, 2.5, 5, 7.5, 10], [1, 1, NAN, 2, 3], ACCENT)
    area.line([0, 1], [NAN, 1], ACCENT)  # a point alone is no line
    area.strokes([((0, 0), (10, 0)), ((0, NAN), (10, 1))], FAINT, 1.0)
    assert courses(drawing) == ["M72 144H144M288 108L360 72", "M72 180H360"]


def test_a_band_ends_where_the_scale_does(drawing: Drawing, area: Area) -> None:
    area.band([0, 5, 7.5, 10], [1, 1, NAN, 1], [2, 9, 2, 2], PEERS)
    # the last point is a run of its own
    assert courses(drawing) == ["M72 108L216 36V144H72zM360 108V144z"]


def test_boxes_bars_and_marks(drawing: Drawing, area: Area) -> None:
    area.bars([1, 3], [0, 2.5], [5, 2.5], 1.0, ACCENT, FAINT, strength=0.5)
    area.marks([0, 5, 10], [0, NAN, 4], "o", 6, PAPER, FAINT)
    area.marks(5, 2, "v", 8, ACCENT)
    assert courses(drawing) == ["M72 126H216V162H72zM144 54H216V90H144z", "M216 112L212 104H220z"]
    dots = [(one.attrib["cx"], one.attrib["cy"], one.attrib["r"]) for one in elements(drawing, "circle")]
    assert dots == [("72", "180", "3"), ("360", "36", "3")]
    style = elements(drawing, "path")[0].attrib["style"]
    assert "fill-opacity: 0.5" in style
    assert "stroke-opacity: 0.5" in style


def test_what_lies_over_what_is_decided_by_kind_and_then_by_order(drawing: Drawing, area: Area) -> None:
    area.words("over all", (5, 2))
    area.strokes([((0, 1), (1, 1))], INK, 1.0, above=False)
    area.marks([1], [1], "o", 2, ACCENT)
    area.boxes([(0, 0, 1, 1)], ACCENT)
    root = ET.fromstring(str(drawing.svg("k", "t", "d")))
    assert [one.tag for one in root][2:] == ["path", "path", "circle", "text"]
    assert "stroke" in root[2].attrib["style"]


def test_words_stand_beside_their_place(drawing: Drawing, area: Area) -> None:
    for stand in ("on", "below", "above", "middle"):
        area.words("a", (0, 2), away=(3, 4), stand=stand, size=10)
    area.words("two\nlines", (Part(1.0), Part(0.0)), anchor="end", stand="above", size=10, bold=True)
    area.words("", (0, 0))
    drawn = elements(drawing, "text")
    assert [float(one.attrib["y"]) for one in drawn[:4]] == [104, 111.6, 101.6, 106.5]
    assert {one.attrib["x"] for one in drawn[:4]} == {"75"}
    assert [one.text for one in drawn[4:]] == ["two", "lines"]
    assert [float(one.attrib["y"]) for one in drawn[4:]] == pytest.approx([180 - 2.4 - 11.2, 180 - 2.4], abs=0.06)
    assert all("text-anchor: end" in one.attrib["style"] for one in drawn[4:])


def test_a_crowd_is_small_and_whole(drawing: Drawing, area: Area) -> None:
    x = np.array([0.0, 0.001, 5.0, NAN, 10.0])
    area.crowd(x, np.zeros(5), 2.0, FAINT)
    assert courses(drawing) == ["M72 180h0M216 180h0M360 180h0"]


def test_a_style_of_many_is_said_once(drawing: Drawing, area: Area) -> None:
    for place in range(3):
        area.words(str(place), (place, 0))
    area.words("other", (0, 0), colour=FAINT)
    svg = str(drawing.svg("k", "t", "d"))
    assert svg.count("fill: var(--ink, #1b1f24)") == 1
    assert len(re.findall(r"<g style", svg)) == 1


def test_nothing_drawn_is_a_picture(drawing: Drawing, area: Area) -> None:
    area.line([], [], ACCENT)
    area.crowd([], [], 1, ACCENT)
    area.boxes([], ACCENT)
    area.strokes([], ACCENT, 1.0)
    area.marks([], [], "^", 1, ACCENT)
    assert not elements(drawing, "path")


@pytest.mark.parametrize(
    "words", ["Win rate", "WWW", "élève à 95 %", "Tagesordnung (3)", "Ötödik negyedév", "→ ▼ −7"]
)
def test_widths_are_the_font_s(words: str) -> None:
    renderer = RendererAgg(10, 10, 7200)  # so fine that whole pixels do not count
    theirs, _, _ = renderer.get_text_width_height_descent(
        words, font_manager.FontProperties(family="DejaVu Sans", size=9), ismath=False
    )
    assert width(words, 9.0) == pytest.approx(theirs / 100, rel=0.02)
