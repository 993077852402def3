"""The document: messages as headings, pictures, native tables, notes and sources."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from office import HOSTILE, notebook, section
from test_deck import LOOK

from salesreport.brand import Look
from salesreport.documents.content import Content, read_content
from salesreport.documents.measure import FONT
from salesreport.documents.paper import to_paper
from salesreport.report.table import number_table


@pytest.fixture(scope="module")
def made(content: Content) -> bytes:
    return to_paper(content, LOOK)


@pytest.fixture(scope="module")
def document(made: bytes) -> Any:
    return Document(io.BytesIO(made))


def headings(document: Any) -> list[str]:
    return [one.text for one in document.paragraphs if one.style.name in ("Heading 1", "Heading 2")]


def everything(document: Any) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_messages_are_headings_in_the_order_of_the_agenda(document: Any, content: Content) -> None:
    assert headings(document) == [
        *(one.message for one in content.main), "Agenda", "In detail", *(one.message for one in content.folded),
    ]  # fmt: skip
    assert [one.text for one in document.paragraphs if one.style.name == "Title"] == [content.name]


def test_all_that_the_report_shows_is_there(document: Any, content: Content) -> None:
    said = everything(document)
    for part in content.parts:
        assert all(note in said for note in part.notes)
        for block in part.of("table"):
            assert all(text in said and plus in said for row in block["rows"] for text, plus, _ in row)
        for block in part.of("points"):
            assert all(
                line in said
                for point in block["points"]
                for line in [point["say"], *point["deals"], *point["ask"]]
            )
    pictures = document.inline_shapes
    charts = sum(len(part.charts) for part in content.parts)
    cards = sum(
        bool(tile["picture"]) for part in content.parts for block in part.of("tiles") for tile in block["tiles"]
    )
    assert len(pictures) == charts + cards
    assert all(one._inline.docPr.get("descr") for one in pictures)


def test_nothing_is_wider_than_the_page(document: Any) -> None:
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert all(one.width <= room for one in document.inline_shapes)
    for table in document.tables:
        assert sum(column.width for column in table.columns) <= room * 1.001
        for row in table.rows:
            assert row._tr.trPr.find("{*}cantSplit") is not None


def test_headings_of_tables_come_again_on_the_next_page(document: Any) -> None:
    headed = [table for table in document.tables if table.rows[0]._tr.trPr.find("{*}tblHeader") is not None]
    assert len(headed) > 5


def test_fonts_are_named_and_the_brand_is_there(made: bytes, document: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        assert not [name for name in files.namelist() if "thumbnail" in name]
        assert "<w:fonts" in files.read("word/fontTable.xml").decode()
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Kicker", "Cell"):
        assert document.styles[name].font.name == FONT
        fonts = document.styles[name].element.rPr.rFonts
        assert not [key for key in fonts.attrib if key.endswith("Theme")]
    assert str(document.styles["Kicker"].font.color.rgb) == "7A1F5C"
    foot = document.sections[0].footer.paragraphs[0]
    assert foot.text.startswith("Lumina GmbH · ")
    assert 'w:instr="PAGE"' in foot._p.xml
    assert document.sections[0].header.paragraphs[0]._p.xml.count("<pic:pic") == 1


def test_the_same_report_gives_the_same_bytes(made: bytes, content: Content) -> None:
    assert to_paper(content, LOOK) == made


def test_german(german: Content) -> None:
    document = Document(io.BytesIO(to_paper(german, Look())))
    assert "Tagesordnung" in headings(document)
    assert 'w:lang w:val="de-DE"' in document.styles.element.xml


def test_hostile_and_very_long_texts_are_texts() -> None:
    table = number_table(HOSTILE, [HOSTILE, "n"], [[HOSTILE, ("1", HOSTILE)], ["N" * 900, "2"]])
    one = section(message=HOSTILE, topic=HOSTILE, notes=(HOSTILE,), tables=(table,))
    content = read_content(notebook([one, section("gone", HOSTILE, available=False)], name=HOSTILE))
    document = Document(io.BytesIO(to_paper(content, Look(HOSTILE[:20]))))
    shown = '=HYPERLINK("x")<a:t>&amp;</a:t>]]>'
    assert sum(one.startswith(shown) for one in headings(document)) == 1
    assert everything(document).count(shown) >= 6
    test_nothing_is_wider_than_the_page(document)


def test_a_report_with_nothing_in_it_is_a_document_too() -> None:
    assert headings(Document(io.BytesIO(to_paper(read_content(notebook([])), Look())))) == []
