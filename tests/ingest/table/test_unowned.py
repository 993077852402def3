"""Rows that name nobody whose they are: how much money they carry, and how to count them all the same."""

import pytest

ROWS = (
    "No,Who,Day,Worth\n1,Ada,2025-01-02,100\n2,,2025-01-03,30\n3, ,2025-01-04,7.5\n4,NULL,2025-01-05,2\n"
    "5,Ben,2025-01-06,1\n"
)
COLUMNS = {"order_id": "No", "rep_id": "Who", "ordered_on": "Day", "amount": "Worth"}


def ingested(export, rows=ROWS, **more):
    export.write("orders.csv", rows)
    return export.ingest({"orders": {"file": "orders.csv", "columns": COLUMNS, **more}})


def said(dataset):
    return [str(note) for note in dataset.provenance.notes]


def test_money_of_rows_without_a_rep_is_told(export):
    # 30 + 7.5 + 2 = 39.5
    assert (
        "3 rows of orders that name no rep were set aside, with €40 in all, which no figure counts. "
        "“values” can say whose empty cells are."
    ) in said(ingested(export))


@pytest.mark.parametrize("empty", ["", " "])
def test_empty_cells_can_be_said_to_be_somebodys(export, empty):
    dataset = ingested(export, values={"rep_id": {empty: "Online shop", "Ben": ""}})
    orders = dataset.table("orders", ["order_id", "rep_id"])
    # Ben is said to mean nothing, and so is nobody's, too
    assert dict(orders.to_numpy()) == {"1": "Ada"} | dict.fromkeys("2345", "Online shop")
    assert not [note for note in said(dataset) if "never occurs" in note or "name no rep" in note]


def test_empty_cells_that_are_not_there_are_a_slip(export):
    dataset = ingested(export, "No,Who,Day,Worth\n1,Ada,2025-01-02,100\n", values={"rep_id": {"": "Online shop"}})
    assert "“values” says what empty cells of column “Who” mean, but none is." in said(dataset)
