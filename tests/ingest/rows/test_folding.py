"""Several rows of one deal."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesreport.ingest.rows.folding import folded

COLUMNS = {
    "deal_id": "Id",
    "rep_id": "Owner",
    "status": "State",
    "product_line": "Item",
    "amount": "Sum",
    "units": "Pcs",
}
ROWS = (
    "Id,Owner,State,Item,Sum,Pcs\n7,Ada,open,Lamp,100,2\n8,Ben,open,Cable,40,1\n7,,open,Cable,150,5\n7,Ada,open,Cable,150,3\n"
    "9,Ben,open,Lamp,,1\n9,Ben,open,Cable,5,1\n"
)


def deals(export, rows, how):
    export.write("deals.csv", rows)
    return export.ingest({"deals": {"file": "deals.csv", "columns": COLUMNS, "rows": how}})


def test_rows_added_up(export, reasons):
    """7 keeps two of its rows (the one without an owner is set aside): 100 + 150; 9 lacks an amount."""
    dataset = deals(export, ROWS, "sum")
    frame = dataset.table("deals").set_index("deal_id")
    assert frame.index.tolist() == ["7", "8", "9"]
    assert frame["amount"].fillna(-1).tolist() == [250, 40, -1]
    assert frame["units"].tolist() == [5, 1, 2]
    assert frame["product_line"].tolist() == ["Cable", "Cable", "Cable"]  # of the largest amount that is known
    assert reasons(dataset) == {"no rep": 1}
    assert "2 deals have several rows, 4 in all: each is one deal." in [
        str(note) for note in dataset.provenance.notes
    ]


def test_rows_that_repeat_the_whole(export):
    rows = "Id,Owner,State,Item,Sum,Pcs\n7,Ada,open,Lamp,100,2\n7,Ada,open,Cable,100,2\n"
    rows += "8,Ada,open,Cable,3,2\n8,Ada,open,Cable,4,2\n"
    dataset = deals(export, rows, "same")
    frame = dataset.table("deals")
    assert frame["amount"].tolist() == [100, 3]
    assert frame["product_line"].tolist() == ["Lamp", "Cable"]
    notes = [str(note) for note in dataset.provenance.notes]
    assert "1 of these deals has different amounts in its rows, and has the first of them." in notes


def test_without_the_setting_later_rows_are_set_aside(export, reasons):
    dataset = export.deals("1,Ada,open,2025-01-02,,10\n1,Ada,open,2025-01-02,,20\n")
    assert reasons(dataset) == {"same deal_id as an earlier row, but other values": 1}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1000)), min_size=1, max_size=20))
def test_nothing_is_lost(rows):
    frame = pd.DataFrame(rows, columns=["deal_id", "amount"]).astype({"amount": "float64", "deal_id": "str"})
    one, _ = folded(frame, "sum")
    assert one["amount"].sum() == pytest.approx(frame["amount"].sum())
    assert one["deal_id"].tolist() == list(dict.fromkeys(frame["deal_id"]))
