"""What a section shows, as plain data in its output, only where documents are asked for."""

import datetime as dt
import json
import os
from importlib import resources

import pandas as pd
import pytest
from office import HOSTILE, notebook, section

from salesreport.documents.content import NoContent, read_content
from salesreport.language import Language, text
from salesreport.language.language import Said
from salesreport.report.content import _BLOCKS, ASKED, MIME, asked, asking, content_of
from salesreport.report.export import to_html
from salesreport.report.names import Discreet, Names


def test_outputs_hold_it_only_where_somebody_asks() -> None:
    one = section()
    plain = one._repr_mimebundle_()
    with asking(["pptx"]):
        more = one._repr_mimebundle_()
        assert asked() == {"pptx"}
    assert set(more) - set(plain) == {MIME}
    assert {name: more[name] for name in plain} == plain  # the HTML, too, is the same to the byte
    assert "data" not in more[MIME]
    assert ASKED not in os.environ


def test_the_page_is_the_same_whether_documents_are_asked_for_or_not() -> None:
    sections = [section("a"), section("b", available=False)]
    assert to_html(notebook(sections)) == to_html(notebook(sections, formats=()))


def test_what_was_asked_before_is_asked_again_afterwards() -> None:
    with asking(["xlsx"]):
        with asking(["docx", "pptx"]):
            assert os.environ[ASKED] == "docx,pptx"
        assert asked() == {"xlsx"}


def test_a_notebook_that_was_not_asked_is_told_apart_from_one_without_sections() -> None:
    with pytest.raises(NoContent):
        read_content(notebook([section()], formats=()))
    assert read_content(notebook([])).parts == []


def test_sections_come_in_the_order_of_the_agenda() -> None:
    shown = [
        section("definitions", point=""), section("sales", point="sales"), section("done", point="done"),
        section("mine", point="my own"), section("first", place="first", point="measures"),
        section("gone", available=False), section("more sales", point="sales"),
    ]  # fmt: skip
    content = read_content(notebook(shown))
    assert [one.key for one in content.main] == ["first"]
    # what was done, sales in the notebook's order, points of one's own, what is on no agenda
    assert [one.key for one in content.folded] == ["done", "sales", "more sales", "mine", "definitions"]
    assert [one.key for one in content.lacking] == ["gone"]


def test_pictures_are_those_of_the_report() -> None:
    (part,) = read_content(notebook([section()])).parts
    (svg,) = part.charts
    assert svg in section()._repr_html_()
    assert "Chart of won" in svg


def test_texts_are_fit_for_xml_wherever_they_stand() -> None:
    one = section(message=HOSTILE, topic=HOSTILE, notes=(HOSTILE,), charts=())
    (part,) = read_content(notebook([one], name=HOSTILE)).parts
    for said in (part.message, part.topic, *part.notes):
        assert said.isprintable()
        assert said.startswith('=HYPERLINK("x")<a:t>&amp;</a:t>]]>')


def test_days_numbers_and_texts_survive_json() -> None:
    frame = pd.DataFrame(
        {
            "on": pd.to_datetime(["2025-03-01", None]),
            "at": pd.to_datetime(["2025-03-01 12:30", None]),
            "n": [3, 4],
            "value": [0.5, float("nan")],
            "there": [True, False],
            "deals": pd.Series([["D1", "D2"], None], dtype=object),
            "kind": pd.Categorical(["new", None]),
        }
    )
    made = content_of(section(data=frame), ["xlsx"])["data"]
    assert json.loads(json.dumps(made, allow_nan=False)) == {
        "columns": list(frame.columns),
        "rows": [
            [{"on": "2025-03-01"}, {"at": "2025-03-01T12:30:00"}, 3, 0.5, True, "D1; D2", "new"],
            [None, None, 4, None, False, None, None],
        ],
    }


def test_data_of_a_rep_name_no_other_rep_and_say_not_whose_they_are() -> None:
    names = Names.of({"R000001": "Ann Berg", "R000002": "Bob Czerny"})
    mine = Discreet("en", names=names, rep="R000001")
    frame = pd.DataFrame(
        {"rep_id": ["R000001"], "manager": ["Bob Czerny"], "name": ["Bob Czerny's deal"], "ids": [["R000002"]]}
    )
    assert content_of(section(data=frame, language=mine), ["xlsx"])["data"] == {
        "columns": ["name", "ids"],
        "rows": [["[name]'s deal", "[name]"]],
    }
    told = content_of(section(data=frame, language=Language("en")), ["xlsx"])["data"]
    assert told["columns"] == list(frame.columns)


def test_definitions_are_those_of_the_metrics_that_a_section_rests_on() -> None:
    frame = pd.DataFrame({"metric": ["win_rate", "activity:call", "own"]})
    found = content_of(section("other", data=frame), [])["definitions"]
    assert [title for title, _ in found] == ["Win rate", "Activities"]
    assert "activity:" not in found[1][1]
    assert content_of(section("pipeline", data=pd.DataFrame()), [])["definitions"][0][0] == "Pipeline"


def test_texts_in_data_are_said_in_the_report_s_own_language() -> None:
    mine = Discreet("de", names=Names.of({"R000001": "Ann Berg", "R000002": "Bob Czerny"}), rep="R000001")
    said = text("Data: {dataset}, as of {day}", dataset="Bob Czerny", day=dt.date(2025, 12, 31))
    frame = pd.DataFrame({"lost": pd.Series([said, Said("lost by Bob Czerny")], dtype=object)})
    assert content_of(section(data=frame, language=mine), ["xlsx"])["data"]["rows"] == [
        ["Daten: [Name], Stand 31.12.2025"],
        ["lost by [Name]"],
    ]


def test_every_template_of_its_own_has_its_content() -> None:
    folder = resources.files("salesreport.report") / "templates"
    own = {one.name for one in folder.iterdir() if "{% extends" in one.read_text(encoding="utf-8")}
    assert own <= set(_BLOCKS)
