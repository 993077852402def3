"""What stops an ingest: one clear message each, naming file, table, column, rows, what was found and expected."""

import pandas as pd
import pytest
import yaml
from tallies import tallied

from salesreport.errors import ConfigError, DataError, SalesreportError
from salesreport.ingest import ingest, load_source

GOOD = "D1,Ann,won,2025-01-31,2025-02-01,10\n"


def refused(export, *args, **kwargs):
    with pytest.raises(SalesreportError) as caught:
        export.deals(*args, **kwargs)
    assert not export.out.exists()
    return caught.value


def test_missing_file_names_the_nearest(export):
    export.write("deals_2025.csv", GOOD)
    with pytest.raises(DataError) as caught:
        export.ingest(
            {"deals": {"file": "deal_2025.csv", "columns": {"deal_id": "Id", "rep_id": "O", "status": "S"}}}
        )
    assert "There is no such file." in str(caught.value)
    assert "Did you mean “deals_2025.csv”?" in str(caught.value)


def test_missing_column_names_the_nearest_heading(export):
    error = refused(export, GOOD, {"deal_id": "Id", "rep_id": "Ownr", "status": "State"})
    assert isinstance(error, DataError)
    assert (error.table, error.column) == ("deals", "Ownr")
    assert "Did you mean “Owner”?" in str(error)


def test_headings_match_without_case_spaces_and_accents(export):
    dataset = export.deals(
        "Deal  ID;Tulajdonos Ügynök;STATE\n1;Ann;open\n",
        {"deal_id": "deal id", "rep_id": "tulajdonosugynok", "status": "State"},
        heading=False,
    )
    assert dataset.rows["deals"] == 1


def test_an_exact_heading_wins_over_a_loose_one(export):
    dataset = export.deals(
        "Id,owner,Owner,State\n1,Low,High,open\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State"},
        heading=False,
    )
    assert dataset.table("deals")["rep_id"].tolist() == ["High"]


def test_mapped_heading_that_stands_twice(export):
    error = refused(
        export,
        "Id,Owner,Owner,State\n1,A,B,open\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State"},
        heading=False,
    )
    assert "several columns" in str(error)


def test_unmapped_headings_may_repeat(export):
    dataset = export.deals(
        "Id,Owner,State,Note,Note\n1,A,open,x,y\n2,,open,x,y\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State"},
        heading=False,
    )
    assert dataset.rows["deals"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\n\n \n", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"Id,Owner,State\n", "There are no rows below the heading."),
        (b"Id,Owner,State\n,,\n,,\n", "There are no rows below the heading."),
    ],
)
def test_nothing_in_the_file(export, content, message):
    error = refused(export, content, {"deal_id": "Id", "rep_id": "Owner", "status": "State"})
    assert message in str(error)
    assert "deals.csv" in str(error)


def test_no_row_kept(export):
    error = refused(export, "D1,,won,2025-01-31,2025-02-01,10\n")
    assert "Not one row can be kept." in str(error)
    assert "no rep" in str(error)
    assert error.rows == [2]


def test_a_column_that_mostly_cannot_be_read_is_a_wrong_mapping(export):
    rows = "".join(f"D{i},Ann,open,{'x' if i % 2 else '2025-01-31'},,10\n" for i in range(20))
    error = refused(export, rows)
    assert error.column == "Created"
    # D1 stands in row 3 (the heading is row 1, D0 row 2), then every other one
    assert error.rows == list(range(3, 22, 2))
    assert error.found == ["x"]
    assert "Expected a date." in str(error)


def test_fewer_than_half_are_emptied(export):
    rows = "".join(f"D{i},Ann,open,{'x' if i < 9 else '2025-01-31'},,10\n" for i in range(20))
    counts = export.deals(rows).provenance.counts["deals"]
    assert (counts.kept, counts.repaired, counts.set_aside) == (11, 9, 0)
    assert tallied(counts.repairs) == {"“Created” is not a date: emptied": 9}


def test_words_in_place_of_values_are_asked_about(export):
    rows = "".join(f"D{i},Ann,open,{'unknown' if i % 2 else '2025-01-31'},,10\n" for i in range(20))
    error = refused(export, rows)
    assert "Most values of this column cannot be read" in str(error)
    assert "say which: values: {created_on: {unknown: ''}}" in str(error)
    words = "".join(f"D{i},Ann,{'Verkauft' if i % 2 else 'open'},2025-01-31,2025-02-01,10\n" for i in range(20))
    assert "say which: values: {status: {Verkauft: open}}" in str(refused(export, words))


def test_the_line_that_is_proposed_is_one_that_works(export):
    rows = "".join(f"D{i},Ann,open,{'n: a, “x”' if i % 2 else '2025-01-31'},,10\n" for i in range(20))
    hint = str(refused(export, rows.replace("n: a, “x”", '"n: a, “x”"'))).split("say which: ")[1]
    dataset = export.deals(rows.replace("n: a, “x”", '"n: a, “x”"'), table=yaml.safe_load(hint))
    assert dataset.provenance.counts["deals"].kept == 20
    assert dataset.table("deals")["created_on"].notna().sum() == 10


def test_many_different_texts_are_no_words_with_a_meaning(export):
    rows = "".join(f"D{i},Ann,open,note {chr(97 + i)},,10\n" for i in range(20))
    assert "values:" not in str(refused(export, rows))


def test_a_sparse_column_without_one_readable_value_is_a_wrong_mapping(export):
    rows = "".join(f"D{i},Ann,open,{'x' if i < 10 else ''},,10\n" for i in range(50))
    assert refused(export, rows).column == "Created"


def test_half_unknown_statuses_are_a_wrong_mapping(export):
    rows = "".join(f"D{i},Ann,{'Negotiation' if i % 2 else 'open'},2025-01-31,,10\n" for i in range(20))
    assert refused(export, rows).column == "State"


def test_closed_deals_need_their_closing_date_mapped(export):
    error = refused(export, GOOD, {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created"})
    assert isinstance(error, ConfigError)
    assert "closed_on" in str(error)
    assert error.line is not None


# --- the source spec


def spec_error(tmp_path, content):
    path = tmp_path / "source.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_source(path)
    return caught.value


HEAD = "name: x\nas_of: 2025-12-31\ncurrency: EUR\n"
DEALS = HEAD + "tables:\n  deals:\n    file: d.csv\n    columns: {deal_id: Id, rep_id: Owner, status: State}\n"


@pytest.mark.parametrize(
    ("content", "line", "nearest"),
    [
        (HEAD + "tables:\n  dealz:\n    file: d.csv\n", 5, "deals"),
        (DEALS + "    constants:\n      amuont: 3\n", 9, "amount"),
        (DEALS.replace("rep_id", "repp_id"), 7, "rep_id"),
        (DEALS + "    encodng: utf-8\n", 8, "encoding"),
        (DEALS + "    encoding: utf-9\n", 8, "utf-8"),
        (DEALS.replace("currency: EUR", "currency: EUR\ntimezone: Europe/Budapestt"), 4, "Europe/Budapest"),
    ],
)
def test_the_spec_names_line_and_nearest(tmp_path, content, line, nearest):
    error = spec_error(tmp_path, content)
    assert (error.line, error.nearest) == (line, nearest)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (DEALS.replace("deal_id: Id, ", ""), "The required column deal_id is neither mapped nor constant."),
        (DEALS + "    constants: {rep_id: Ann}\n", "both mapped and constant"),
        (DEALS + "    values: {stage: {a: b}}\n", "not mapped"),
        (DEALS + "    sql: sqlite:///x.db\n", "either from a file or from a database"),
        (DEALS + "    status: {from: State, won: [W], lost: [L]}\n", "also mapped"),
        (DEALS + "    decimal: ','\n    thousands: ','\n", "cannot also separate thousands"),
        (DEALS + "    separator: '::'\n", "one character"),
        (DEALS + "    date_order: ymmd\n", "does not fit"),
        (DEALS.replace("tables", "preset: salesforce\ntables"), "no presets"),
        (HEAD + "tables: {}\n", "does not fit"),
        (DEALS.replace("2025-12-31", "31.12.2025"), "This is not a day. Found “31.12.2025”. Expected a day"),
        (DEALS.replace("EUR", "XYZ"), "There is no such currency. Found “XYZ”. Expected an ISO code such as EUR."),
        (DEALS.replace("EUR", "eur"), "Did you mean “EUR”?"),
        (HEAD + "tables: [\n", "not valid YAML"),
        (HEAD + "tables:\n  deals:\n    file: d.csv\n    file: e.csv\n", "stands twice"),
        (DEALS.replace("status", "stage") + "    status: {from: S, won: [a], lost: [A]}\n", "two states"),
        (
            HEAD + "tables:\n  targets:\n    file: t.csv\n    columns: {metric: M, value: V}\n"
            "    period: {starts: S, until: next}\n",
            "the last period needs a length",
        ),
        (
            HEAD + "tables:\n  targets:\n    file: t.csv\n    columns: {metric: M, value: V}\n"
            "    period: {starts: S, until: a while}\n",
            "not the length of a period",
        ),
    ],
)  # fmt: skip
def test_a_wrong_spec_is_one_message_with_file_and_line(tmp_path, content, message):
    error = spec_error(tmp_path, content)
    assert message in str(error)
    assert "source.yml, line " in str(error)


def test_missing_spec(tmp_path):
    with pytest.raises(ConfigError, match="There is no such file"):
        ingest(tmp_path / "none.yml", tmp_path / "out")


def test_missing_root(export):
    export.deals(GOOD)
    with pytest.raises(DataError, match="There is no such folder"):
        ingest(export.source, export.out, export.folder / "none")


def test_status_from_something_unknown(export):
    error = refused(
        export,
        GOOD,
        {"deal_id": "Id", "rep_id": "Owner", "stage": "State"},
        table={"status": {"from": "Stat", "won": ["won"], "lost": ["lost"]}},
    )
    assert isinstance(error, ConfigError)
    assert error.nearest in ("State", "stage")
    assert error.line is not None


# --- workbooks, Parquet, databases


def test_missing_sheet_lists_the_sheets(export):
    with pd.ExcelWriter(export.folder / "deals.xlsx") as writer:
        pd.DataFrame({"Id": [1]}).to_excel(writer, sheet_name="Opportunities", index=False)
        pd.DataFrame({"Id": [1]}).to_excel(writer, sheet_name="Notes", index=False)
    table = {"file": "deals.xlsx", "columns": {"deal_id": "Id", "rep_id": "Id"}, "constants": {"status": "open"}}
    with pytest.raises(DataError, match="one of Opportunities and Notes"):
        export.ingest({"deals": table})
    with pytest.raises(DataError, match="Did you mean “Opportunities”"):
        export.ingest({"deals": {**table, "sheet": "Oportunities"}})
    dataset = export.ingest({"deals": {**table, "sheet": "Opportunities"}})
    assert dataset.table("deals")["deal_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("deals.parquet", "Id,O,S\n1,A,open\n"), ("deals.xlsx", b"\x01\x00\x02"), ("deals.xls", b"PK\x03\x04x")],
)
def test_files_that_are_not_what_their_name_says(export, name, content):
    export.write(name, content)
    with pytest.raises(DataError, match="cannot be read"):
        export.ingest({"deals": {"file": name, "columns": {"deal_id": "Id", "rep_id": "O", "status": "S"}}})


def test_a_folder_is_no_file(export):
    (export.folder / "deals.csv").mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        export.ingest({"deals": {"file": "deals.csv", "columns": {"deal_id": "Id", "rep_id": "O", "status": "S"}}})


def test_a_folder_with_something_else_is_not_overwritten(export):
    export.out.mkdir()
    (export.out / "precious.txt").write_text("mine")
    with pytest.raises(DataError, match="something else than a dataset"):
        export.deals(GOOD)
    assert [path.name for path in export.out.iterdir()] == ["precious.txt"]


# --- a title above the headings


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("Sales report\n\nId;Owner;State\n1;A;open\n2;B;open\n", 3),
        ("Sales report;;\nby Ann;;\nId;Owner;State\n1;A;open\n", 3),
        ("Sales report, 2025\nId,Owner,State\n1,A,open\n2,B,open\n", 2),
    ],
)
def test_a_title_above_the_headings_is_seen(export, content, row):
    columns = {"deal_id": "Id", "rep_id": "Owner", "status": "State"}
    error = refused(export, content, columns, heading=False)
    assert f"The headings seem to stand in row {row}: declare “header_row: {row}”." in str(error)
    dataset = export.deals(content, columns, heading=False, table={"header_row": row})
    assert dataset.provenance.counts["deals"].kept == dataset.rows["deals"] > 0


def test_a_title_in_a_workbook_is_seen(export):
    rows = [["Sales report", None, None], ["Id", "Owner", "State"], [1, "A", "open"]]
    pd.DataFrame(rows).to_excel(export.folder / "deals.xlsx", index=False, header=False)
    with pytest.raises(DataError, match="header_row: 2"):
        export.ingest(
            {"deals": {"file": "deals.xlsx", "columns": {"deal_id": "Id", "rep_id": "Owner", "status": "State"}}}
        )
