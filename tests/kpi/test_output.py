"""The table printed: for people, for spreadsheets, for programs."""

import csv
import io
import json

import pytest
from cases import Given, deal

from salesreport.kpi import Facts, as_table, compute, render
from salesreport.language import Language
from salesreport.period import Period

Q1 = Period.parse("2024-Q1")
EN = Language("en")

HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", "[bold]red[/bold]", 'a,"b"\nc', "\x1b[31mred"]


def hostile(given: Given) -> Facts:
    return given(
        deals=[deal(n, name, "won", "2024-01-01", "2024-02-01", amount=0.1) for n, name in enumerate(HOSTILE)]
    )


def test_csv_has_the_columns_unrounded_numbers_and_empty_cells(given: Given):
    facts = given(
        deals=[
            deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=1 / 3),
            deal(2, "ann", "lost", "2024-01-01", "2024-02-01"),
        ]
    )
    rows = list(csv.DictReader(io.StringIO(render(compute(facts, Q1, ["revenue", "win_rate"]), facts, EN, "csv"))))
    assert list(rows[0]) == ["metric", "period", "value", "n", "lower", "upper", "unit", "caveat"]
    assert rows[0] == {
        "metric": "revenue",
        "period": "2024-Q1",
        "value": "0.3333333333333333",
        "n": "1",
        "lower": "",
        "upper": "",
        "unit": "EUR",
        "caveat": "",
    }
    assert rows[1]["value"] == "0.5"


def test_csv_has_the_name_right_after_the_id(given: Given):
    facts = given(
        deals=[deal(1, "r1", "won", "2024-01-01", "2024-02-01", amount=1.0),
               deal(2, "r2", "won", "2024-01-01", "2024-02-01", amount=1.0)],
        reps=[{"rep_id": "r1", "name": "=Ann"}],
    )  # fmt: skip
    rows = list(
        csv.DictReader(io.StringIO(render(compute(facts, Q1, ["revenue"], by=["rep_id"]), facts, EN, "csv")))
    )
    assert list(rows[0])[:4] == ["metric", "rep_id", "rep", "period"]
    # no formula, and who has no name is called by the id
    assert sorted((row["rep_id"], row["rep"]) for row in rows) == [("r1", "'=Ann"), ("r2", "r2")]


def test_intervals_stand_below_their_values_where_words_would_break(given: Given):
    what = {"product_line": "Straßenbeleuchtung"}
    deals = [
        deal(n, "ann", "won" if n % 3 else "lost", "2024-01-01", "2024-02-01", amount=1e5 * (n + 1), **what)
        for n in range(9)
    ]
    facts = given(deals=deals, reps=[{"rep_id": "ann", "name": "Anna Obermaier-Schmidt"}])
    narrow = compute(facts, Q1, ["avg_deal_size"], by=["rep_id", "product_line"])
    shown = render(narrow, facts, Language("de"), width=80)
    assert {"Straßenbeleuchtung", "Obermaier-Schmidt"} <= set(shown.split())
    assert max(map(len, shown.splitlines()[:6])) <= 80
    german, english = (as_table(narrow, facts, language).columns for language in (Language("de"), EN))
    assert [str(column.header).split() for column in german][3] == ["Wert,", "mit", "95-%-Intervall"]
    assert len(english) == 6  # €560K is short enough for the interval to stand beside it


def test_csv_cells_are_no_formulas(given: Given):
    facts = hostile(given)
    rows = list(csv.reader(io.StringIO(render(compute(facts, Q1, ["revenue"], by=["rep_id"]), facts, EN, "csv"))))
    names = {row[1] for row in rows[1:]}
    for name in HOSTILE[:5]:
        assert f"'{name}" in names
    assert HOSTILE[5] in names  # harmless here
    assert HOSTILE[6] in names  # quoted, and read back whole


def test_json_has_rows_reasons_and_notes(given: Given):
    facts = given(
        deals=[deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=5.0), deal(2, "bob", "open", None)],
        targets=[{"metric": "revenue", "period": "2024-Q1", "value": 10.0, "rep_id": "ann"}],
    )
    content = json.loads(render(compute(facts, Q1, by=["rep_id"]), facts, EN, "json"))
    revenue = [row for row in content["figures"] if row["metric"] == "revenue"]
    assert revenue[0] == {
        "metric": "revenue",
        "rep_id": "ann",
        "period": "2024-Q1",
        "value": 5,
        "n": 1,
        "lower": None,
        "upper": None,
        "unit": "EUR",
    }
    assert content["unavailable"]["satisfaction"] == "needs customers’ feedback, which this export does not have"
    assert content["notes"][0] == "Revenue is counted from won deals: the export has no orders."
    empty = json.loads(render(compute(facts, Q1, ["satisfaction"]), facts, EN, "json"))
    assert empty["figures"] == []


def test_missing_groups_reach_people_and_programs(given: Given):
    facts = given(
        deals=[deal(1, rep, "won", "2024-01-01", "2024-02-01", amount=5.0) for rep in ("ann",)],
        targets=[
            {"metric": "revenue", "period": "2024-Q1", "value": 10.0, "rep_id": "ann"},
            {"metric": "revenue", "period": "2024-01", "value": 10.0, "rep_id": "bob"},
        ],
    )
    table = compute(facts, Q1, ["attainment"], by=["rep_id"])
    content = json.loads(render(table, facts, EN, "json"))
    assert [(row["metric"], row["rep_id"]) for row in content["missing"]] == [("attainment", "bob")]
    shown = render(table, facts, EN, width=200)
    assert "Target attainment: none for bob; no target for Revenue fits Q1 2024" in shown


def test_metrics_with_one_reason_share_a_line(given: Given):
    facts = given(deals=[deal(n, "ann", "won", "2024-01-01", "2024-02-01", amount=5.0) for n in range(3)])
    shown = render(compute(facts, Q1, ["revenue", "deals_won", "satisfaction"], by=["team"]), facts, EN, width=200)
    assert shown.splitlines()[:2] == [
        "Revenue and Deals won: unavailable; cannot be told by team, which is not known of closed deals",
        "Satisfaction: unavailable; needs customers’ feedback, which this export does not have",
    ]


def test_the_table_shows_texts_as_they_are_and_steers_no_terminal(given: Given):
    facts = hostile(given)
    shown = render(compute(facts, Q1, ["revenue"], by=["rep_id"]), facts, EN, width=200)
    assert "[bold]red[/bold]" in shown
    assert "\x1b" not in shown
    assert "Revenue" in shown


def test_the_table_is_in_the_readers_language_and_formats(given: Given):
    deals = [
        deal(n, "ann", "won" if n % 3 else "lost", "2024-01-01", "2024-02-01", amount=1_234_567.0)
        for n in range(9)
    ]
    facts = given(deals=deals, reps=[{"rep_id": "ann", "name": "Ann Müller"}])
    shown = render(compute(facts, Q1, by=["rep_id"]), facts, Language("de"), width=200)
    assert "7,41\N{NO-BREAK SPACE}Mio.\N{NO-BREAK SPACE}€" in shown
    assert "67\N{NO-BREAK SPACE}%" in shown
    assert "Ann Müller" in shown
    table = as_table(compute(facts, Q1, ["win_rate"]), facts, EN)
    headings = [" ".join(str(column.header).split()) for column in table.columns]
    assert headings == ["metric", "value", "95% interval", "n"]


@pytest.mark.parametrize("format", ["table", "csv", "json"])
def test_a_table_without_rows_prints(given: Given, format):
    facts = given(deals=[deal(1, "ann", "open", "2024-01-01")])
    assert render(compute(facts, Q1, ["satisfaction"], by=["rep_id"]), facts, EN, format)
