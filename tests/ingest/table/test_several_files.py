"""One table from several files."""

import pandas as pd
import pytest

from salesreport.errors import ConfigError, DataError

DEALS = {
    "file": "deals.csv",
    "columns": {"deal_id": "Id", "rep_id": "Owner", "status": "State", "amount": "Amount"},
}


def write(export):
    export.write("deals.csv", "Id,Owner,State,Amount\n1,Ada,open,10\n2,Ben,open,\n")


def test_two_files_with_headings_of_their_own(export):
    write(export)
    export.write("task.csv", "Id,Who,When\nt1,Ada,2025-01-02\nt2,,2025-01-03\n")
    export.write("event.csv", "Id;Person;Start\ne1;Ben;04.01.2025\ne2;Ben;15.01.2025\n")
    columns = {"activity_id": "Id", "rep_id": "Who", "done_at": "When"}
    others = {"activity_id": "Id", "rep_id": "Person", "done_at": "Start"}
    event = {"file": "event.csv", "columns": others, "constants": {"type": "meeting"}}
    task = {"file": "task.csv", "columns": columns, "constants": {"type": "call"}, "also": [event]}
    dataset = export.ingest({"deals": DEALS, "activities": task})
    frame = dataset.table("activities")
    assert frame[["activity_id", "rep_id", "type"]].values.tolist() == [
        ["t1", "Ada", "call"], ["e1", "Ben", "meeting"], ["e2", "Ben", "meeting"],
    ]  # fmt: skip
    assert frame["done_at"].dt.day.tolist() == [2, 4, 15]
    counts = dataset.provenance.counts["activities"]
    assert (counts.read, counts.kept, counts.set_aside) == (4, 3, 1)
    assert export.aside(dataset, "activities")[["file", "row", "Id"]].values.tolist() == [["task.csv", "3", "t2"]]
    assert [file.file for file in dataset.provenance.files if file.table == "activities"] == [
        "task.csv",
        "event.csv",
    ]


def test_files_that_are_alike(export):
    head = "Id,Owner,State,Amount\n"
    export.write("north.csv", head + "1,Ada,open,10\n2,Ben,open, 5\n")
    export.write("south.csv", head + "3,Cid,open,7\n2,Ben,open,6\n4,Cid,open,=1+1\n")
    dataset = export.ingest({"deals": {**DEALS, "file": ["north.csv", "south.csv"]}})
    frame = dataset.table("deals")
    assert frame["deal_id"].tolist() == ["1", "2", "3", "4"]
    assert frame["amount"].sum() == 10 + 5 + 7
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept + counts.repaired, counts.set_aside) == (5, 4, 1)
    assert counts.read == counts.kept + counts.repaired + counts.set_aside
    aside = export.aside(dataset)
    assert aside[["file", "row", "reason", "deal_id"]].values.tolist() == [
        ["south.csv", "3", "same deal_id as a row of another file", "2"]
    ]


def test_repairs_count_the_rows_that_stay(export):
    head = "Id,Owner,State,Amount\n"
    export.write("north.csv", head + "1,Ada,open,x\n2,Ben,open,x\n3,Ben,open,5\n")
    export.write("south.csv", head + "2,Ben,open,x\n3,Ben,open,5\n4,Cid,open,x\n")
    counts = export.ingest({"deals": {**DEALS, "file": ["north.csv", "south.csv"]}}).provenance.counts["deals"]
    # of 1 to 4 all but 3; the second rows of 2 and 3 are set aside
    assert (counts.read, counts.kept, counts.repaired, counts.set_aside) == (6, 1, 3, 2)
    assert [one.rows for one in counts.repairs] == [3]


def test_the_order_of_day_and_month_is_each_files_own(export):
    export.write("a.csv", "Id,Owner,State,Created\n1,Ada,open,31/01/2025\n")
    export.write("b.csv", "Id,Owner,State,Created\n2,Ada,open,02/28/2025\n")
    columns = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created"}
    dataset = export.ingest({"deals": {"file": ["a.csv", "b.csv"], "columns": columns}})
    assert dataset.table("deals")["created_on"].tolist() == [pd.Timestamp(2025, 1, 31), pd.Timestamp(2025, 2, 28)]


def test_errors_name_the_file(export):
    write(export)
    with pytest.raises(DataError, match=r"gone.csv"):
        export.ingest({"deals": {**DEALS, "file": ["deals.csv", "gone.csv"]}})
    wrong = {**DEALS, "also": [{**DEALS, "file": "b.csv", "columns": {"deal_id": "Id", "rep_it": "Owner"}}]}
    with pytest.raises(ConfigError, match=r"tables.deals.also.0.columns.rep_it.*rep_id"):
        export.ingest({"deals": wrong})


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({**DEALS, "file": []}, "Each file once"),
        ({**DEALS, "file": ["a.csv", "a.csv"]}, "Each file once"),
        ({**DEALS, "file": ["a_{date}.csv", "b.csv"]}, "cannot be read together"),
        ({**DEALS, "also": [{**DEALS, "also": [DEALS]}]}, "cannot name further files"),
    ],
)
def test_files_that_cannot_be_meant(export, table, problem):
    with pytest.raises(ConfigError, match=problem):
        export.ingest({"deals": table})
