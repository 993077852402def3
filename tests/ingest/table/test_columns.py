"""Columns that one heading does not tell: the first of several, joined, numbered, looked up, one of two alike."""

import pytest

from salesreport.errors import ConfigError, DataError

BASE = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created"}


def deals(export, content, **columns):
    settings = columns.pop("settings", {})
    export.write("deals.csv", content)
    return export.ingest({"deals": {"file": "deals.csv", "columns": {**BASE, **columns}, **settings}})


def test_the_first_of_several_headings_that_is_filled(export):
    content = (
        "Id,Owner,State,Created,Won on,Lost on\n"
        "1,Ada,won,2025-01-02,2025-02-03,\n2,Ada,lost,2025-01-02,,2025-02-04\n3,Ben,lost,2025-01-02,,2025-02-05\n"
    )
    dataset = deals(export, content, closed_on=["Won on", "Lost on"])
    days = dataset.table("deals")["closed_on"].dt.strftime("%d").tolist()
    assert days == ["03", "04", "05"]


def test_of_several_headings_some_may_be_missing_but_not_all(export):
    content = "Id,Owner,State,Created,Lost on\n1,Ada,lost,2025-01-02,2025-02-03\n"
    dataset = deals(export, content, closed_on=["Won on", "Lost on"])
    assert dataset.table("deals")["closed_on"].dt.month.tolist() == [2]
    with pytest.raises(DataError, match=r"column “Won at”.*no such column.*Expected one of Id, Owner"):
        deals(export, content, closed_on=["Won at", "Left on"])


def test_numbers_and_texts_of_a_workbook_stay_what_they_are(export):
    import pandas as pd

    frame = pd.DataFrame(
        {"Id": ["a", "b"], "Owner": ["Ada", "Ben"], "State": ["open", "open"], "Created": ["2025-01-02"] * 2,
         "Final": [1.234, None], "Planned": [9, "5,5"]}
    )  # fmt: skip
    frame.to_excel(export.folder / "deals.xlsx", index=False)
    table = {"file": "deals.xlsx", "columns": {**BASE, "amount": ["Final", "Planned"]}}
    assert export.ingest({"deals": table}).table("deals")["amount"].tolist() == [1.234, 5.5]


def test_headings_joined(export):
    export.write("users.csv", "Id,First,Last\nu1,Ada,Lind\nu0,,\nu2,Ada,Horn\nu3,,Vogt\n")
    export.write("deals.csv", "Id,Owner,State,Created\n1,u1,open,2025-01-02\n")
    reps = {"file": "users.csv", "columns": {"rep_id": "Id", "name": {"join": ["First", "Last"]}}}
    dataset = export.ingest({"deals": {"file": "deals.csv", "columns": BASE}, "reps": reps})
    names = dataset.table("reps").set_index("rep_id")["name"]
    assert names.to_dict() == {"u0": "u0", "u1": "Ada Lind", "u2": "Ada Horn", "u3": "Vogt"}
    reps["columns"]["name"] = {"join": ["Last", "First"], "by": ", "}
    dataset = export.ingest({"deals": {"file": "deals.csv", "columns": BASE}, "reps": reps})
    assert sorted(dataset.table("reps")["name"]) == ["Horn, Ada", "Lind, Ada", "Vogt", "u0"]


def test_rows_without_an_id_are_numbered(export):
    content = "Owner,State,Created\nAda,open,2025-01-02\nAda,open,2025-01-02\n"
    dataset = deals(export, content, deal_id={"row": "D"})
    assert dataset.table("deals")["deal_id"].tolist() == ["D2", "D3"]


def test_an_id_that_another_file_explains(export):
    export.write("users.csv", "Key;First;Last\n7;Ada;Lind\n8;Ben;Horn\n")
    content = "Id,Owner,State,Created\n1,7,open,2025-01-02\n2,9,open,2025-01-02\n3,8,open,2025-01-02\n"
    owner = {"heading": "Owner", "lookup": {"file": "users.csv", "key": "Key", "value": ["First", "Last"]}}
    dataset = deals(export, content, rep_id=owner)
    owners = dataset.table("deals").set_index("deal_id")["rep_id"]
    assert owners.to_dict() == {"1": "Ada Lind", "2": "9", "3": "Ben Horn"}
    notes = [str(note) for note in dataset.provenance.notes]
    assert "1 value among the reps of deals is not in users.csv and stays so: 9." in notes
    assert [file.file for file in dataset.provenance.files] == ["users.csv", "deals.csv"]


def test_a_lookup_that_lacks_its_heading(export):
    export.write("users.csv", "Key,Name\n7,Ada\n")
    owner = {"heading": "Owner", "lookup": {"file": "users.csv", "key": "Kay", "value": "Name"}}
    with pytest.raises(DataError, match=r"users.csv.*“Kay”.*Did you mean “Key”"):
        deals(export, "Id,Owner,State,Created\n1,7,open,2025-01-02\n", rep_id=owner)


def test_which_of_two_headings_that_are_alike(export):
    content = "Id,Owner,State,Created,Item,Item\n1,Ada,open,2025-01-02,Lamp,Group A\n"
    with pytest.raises(DataError, match=r"several columns.*\{heading: Item, occurrence: 1\}"):
        deals(export, content, product_line="Item")
    for occurrence, item in ((1, "Lamp"), (2, "Group A")):
        dataset = deals(export, content, product_line={"heading": "Item", "occurrence": occurrence})
        assert dataset.table("deals")["product_line"].tolist() == [item]
    with pytest.raises(DataError, match="not stand over so many columns"):
        deals(export, content, product_line={"heading": "Item", "occurrence": 3})


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ({"heading": "A", "join": ["A", "B"]}, "comes from one of these"),
        ({"by": "-"}, "comes from one of these"),
        ({"join": ["A", "B"], "occurrence": 2}, "belongs to a heading"),
        ({"heding": "A"}, "columns.name.heding.*no such setting.*heading"),
        ({"heading": "A", "lookup": {"file": "f", "key": "k"}}, "lookup.value"),
    ],
)
def test_a_column_that_says_nothing_clear(export, column, problem):
    with pytest.raises(ConfigError, match=problem):
        deals(export, "Id,Owner,State,Created,A,B\n", name=column)
