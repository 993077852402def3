"""The deck: one message per slide, native tables, pictures, sources, notes; nothing beyond its box."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from office import HOSTILE, notebook, section
from PIL import Image
from pptx import Presentation
from pptx.util import Emu

from salesreport.brand import Look
from salesreport.documents.content import Content, read_content
from salesreport.documents.deck import to_deck
from salesreport.documents.deck_pages import BODY, pages_of
from salesreport.documents.deck_parts import Table, Words
from salesreport.documents.deck_template import BODY_BOTTOM, BODY_TOP
from salesreport.documents.measure import FONT
from salesreport.report.table import number_table

LOGO = io.BytesIO()
Image.new("RGB", (80, 20), "#7a1f5c").save(LOGO, "PNG")
LOOK = Look("Lumina GmbH", "#7a1f5c", LOGO.getvalue())


@pytest.fixture(scope="module")
def made(content: Content) -> bytes:
    return to_deck(content, LOOK)


@pytest.fixture(scope="module")
def deck(made: bytes) -> Any:
    return Presentation(io.BytesIO(made))


def deck_of(*sections: Any, **about: Any) -> Any:
    return Presentation(io.BytesIO(to_deck(read_content(notebook(sections, **about)), Look())))


def titles(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def words(slide: Any) -> str:
    said = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            said += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(said)


def test_every_message_is_a_title_in_the_order_of_the_agenda(deck: Any, content: Content) -> None:
    once = list(dict.fromkeys(titles(deck)))
    shown = [one for one in content.folded if one.charts or one.blocks or one.notes or not one.point]
    assert once == [
        content.name, *(one.message for one in content.main), "Agenda", "In detail",
        *(one.message for one in shown),
    ]  # fmt: skip
    agenda = "\n".join(words(slide) for slide in deck.slides if slide.shapes.title.text_frame.text == "Agenda")
    assert all(one.message in agenda for one in content.folded if one.point)


def test_every_picture_and_table_of_the_report_is_there(deck: Any, content: Content) -> None:
    pictures = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    charts = sum(len(part.charts) for part in content.parts)
    cards = sum(
        bool(tile["picture"]) for part in content.parts for block in part.of("tiles") for tile in block["tiles"]
    )
    assert charts > 5
    assert len(pictures) == charts + cards
    for shape in pictures:
        with Image.open(io.BytesIO(shape.image.blob)) as opened:
            assert opened.format == "PNG"
        assert shape._element.nvPicPr.cNvPr.get("descr")
    every = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    tables = {cell.text_frame.text.split("\n")[0] for table in every for row in table.rows for cell in row.cells}
    cells = {
        text for part in content.parts for block in part.of("table") for row in block["rows"] for text, _, _ in row
    }
    assert cells - {""} <= tables


def test_every_slide_says_its_source(deck: Any) -> None:
    for slide in deck.slides:
        if slide.shapes.title.text_frame.text != "In detail":
            assert "Dec 31, 2025" in words(slide)
            assert "Lumina GmbH" in words(slide)


def test_notes_are_for_the_speaker(deck: Any, content: Content) -> None:
    said = "\n".join(slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide)
    for part in content.parts:
        assert all(note in said for note in part.notes)
        for block in part.of("points"):
            assert all(question in said for point in block["points"] for question in point["ask"])
    assert "Win rate: deals won ÷ deals won or lost" in said


def test_nothing_leaves_its_slide_and_no_text_its_box(deck: Any) -> None:
    for number, slide in enumerate(deck.slides, 1):
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + 1, (number, shape.name)
            assert shape.top + shape.height <= deck.slide_height + 1, (number, shape.name)
            if shape.name in ("Table", "Text", "Card"):
                assert shape.top + shape.height <= Emu(round((BODY_BOTTOM + 0.01) * 914400)), (number, shape.name)


def test_fonts_are_named_and_colours_are_the_theme_s(made: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        theme = files.read("ppt/theme/theme1.xml").decode()
        slides = [files.read(name).decode() for name in files.namelist() if name.startswith("ppt/slides/slide")]
        assert not [name for name in files.namelist() if "thumbnail" in name or "printer" in name]
    assert theme.count(f'<a:latin typeface="{FONT}"') == 2
    assert '<a:accent1><a:srgbClr val="7A1F5C"/></a:accent1>' in theme
    for slide in slides:
        assert "<a:latin" not in slide  # the theme's, everywhere
        assert "srgbClr" not in slide


def test_the_same_report_gives_the_same_bytes(made: bytes, content: Content) -> None:
    assert to_deck(content, LOOK) == made
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        assert {entry.date_time for entry in files.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = Presentation(io.BytesIO(made)).core_properties
    assert (properties.author, properties.created.year) == ("Lumina GmbH", 2025)


def test_german(german: Content) -> None:
    deck = Presentation(io.BytesIO(to_deck(german, Look())))
    assert "Tagesordnung" in titles(deck)
    run = deck.slides[1].shapes.title.text_frame.paragraphs[0].runs[0]
    assert str(run.font.language_id).startswith("GERMAN")


def test_hostile_texts_are_texts() -> None:
    table = number_table(HOSTILE, [HOSTILE, "n"], [[HOSTILE, ("1", HOSTILE)]])
    one = section(message=HOSTILE, topic=HOSTILE, notes=(HOSTILE,), tables=(table,))
    deck = deck_of(one, section("gone", HOSTILE, available=False), name=HOSTILE)
    shown = '=HYPERLINK("x")<a:t>&amp;</a:t>]]>'
    assert sum(title.startswith(shown) for title in titles(deck)) >= 2
    assert any(shown in words(slide) for slide in deck.slides)
    for slide in deck.slides:
        assert all("hyperlink" not in one.reltype for one in slide.part.rels.values())


def test_very_long_texts_shrink_and_long_tables_go_on() -> None:
    long = "Donaudampfschifffahrt " * 40
    rows = [[f"Deal {number} {'x' * 90}", "1"] for number in range(60)]
    deck = deck_of(section(message=long, tables=(number_table("All", ["Deal", "n"], rows),)), name="N" * 300)
    test_nothing_leaves_its_slide_and_no_text_its_box(deck)
    cells = [row.cells[0].text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_table
             for row in shape.table.rows]  # fmt: skip
    assert [one for one in cells if one.startswith("Deal ")] == [row[0] for row in rows]


def test_a_report_with_nothing_in_it_is_a_deck_too() -> None:
    assert titles(deck_of()) == ["Ann Berg"]
    empty = replace(read_content(notebook([])), as_of=None, dataset="", kicker="", details="", verdict="")
    assert len(Presentation(io.BytesIO(to_deck(empty, Look()))).slides) == 1


def test_pieces_never_overlap_and_none_is_lost() -> None:
    pieces = [
        Words(["line"] * 9, 16), Table.of({"caption": "c", "headings": [["a", False], ["n", True]],
        "rows": [[["x" * 40, "y", ""], ["1", "", ""]]] * 40, "here": 3}), Words(["small"] * 3, 10),
    ]  # fmt: skip
    pages = pages_of(pieces)
    rows = sum(len(piece.rows) for page in pages for piece, *_ in page if isinstance(piece, Table))
    assert rows == 40
    for page in pages:
        end = BODY_TOP
        for piece, _, top, width in page:
            assert top >= end - 1e-9
            assert width <= BODY
            end = top + piece.height(width)
        assert end <= BODY_BOTTOM + 1e-9
