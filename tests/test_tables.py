"""The canonical tables."""

import pandas as pd
import pytest

from salesreport.errors import DataError
from salesreport.tables import TABLES

DEALS = TABLES["deals"]


def deals(**columns: list) -> pd.DataFrame:
    base = {"deal_id": ["1", "2"], "rep_id": ["a", "b"], "status": ["won", "open"]}
    return pd.DataFrame(base | columns)


def test_all_tables_of_the_design_are_there() -> None:
    assert list(TABLES) == [
        "reps", "rep_history", "accounts", "deals", "stage_events", "deal_owners", "snapshots", "activities",
        "leads", "orders", "targets", "feedback", "equipment", "commitments",
    ]  # fmt: skip


def test_an_empty_frame_fits_its_own_schema() -> None:
    for table in TABLES.values():
        frame = table.pandera_schema("Europe/Berlin").validate(table.empty("Europe/Berlin"))
        assert list(frame.columns) == list(table.names)


def test_conform_gives_canonical_dtypes_and_order() -> None:
    frame = DEALS.conform(deals(amount=[1, 2], closed_on=["2020-01-31", None], name=[None, None]))
    assert list(frame.columns) == ["deal_id", "rep_id", "status", "closed_on", "amount"]  # name has no value
    assert [str(dtype) for dtype in frame.dtypes] == ["str", "str", "str", "datetime64[ms]", "float64"]
    instants = TABLES["activities"].conform(
        pd.DataFrame({"activity_id": ["1"], "rep_id": ["a"], "type": ["call"], "done_at": ["2020-07-01 12:00"]}),
        "Europe/Berlin",
    )
    assert instants["done_at"].iloc[0].isoformat() == "2020-07-01T12:00:00+02:00"


@pytest.mark.parametrize(
    ("columns", "column", "found"),
    [
        ({"status": ["won", "maybe"]}, "status", ["maybe"]),
        ({"amount": [1, -2]}, "amount", ["-2.0"]),
        ({"crm_probability": [0.5, 1.5]}, "crm_probability", ["1.5"]),
        ({"deal_id": ["1", "1"]}, "deal_id", ["1"]),
        ({"rep_id": ["a", None]}, "rep_id", ["nan"]),
    ],
)
def test_broken_rows_are_named(columns: dict, column: str, found: list[str]) -> None:
    with pytest.raises(DataError) as error:
        DEALS.validate(deals(**columns))
    assert (error.value.table, error.value.column, error.value.rows) == ("deals", column, [1])
    assert error.value.found == found


def test_columns_are_checked() -> None:
    with pytest.raises(DataError, match="no such column"):
        DEALS.validate(deals(colour=[1, 2]))
    with pytest.raises(DataError, match="required column is missing"):
        DEALS.validate(deals().drop(columns="rep_id"))


def test_categories_of_texts_are_texts() -> None:
    frame = deals()
    coded = frame.assign(rep_id=frame["rep_id"].astype("category"), status=frame["status"].astype("category"))
    assert DEALS.validate(coded)["rep_id"].tolist() == DEALS.validate(frame)["rep_id"].tolist()
    with pytest.raises(DataError, match="breaks its schema") as caught:
        DEALS.validate(coded.assign(status=pd.Series(["maybe"] * len(frame), dtype="category")))
    assert caught.value.column == "status"
