"""Columns as arrays: codes, days, and where ids are found."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from cases import dataset_of
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.kpi.facts.columns import Columns, positions_in
from salesreport.kpi.facts.credit import Owners

IDS = st.text("ab", max_size=3)


@given(st.lists(st.none() | IDS, max_size=12), st.lists(IDS, unique=True, max_size=12))
@settings(max_examples=60, deadline=None)
def test_ids_are_found_whichever_side_is_longer(values: list[str | None], keys: list[str]) -> None:
    found = positions_in(pa.array(values, pa.string()), pa.array(keys, pa.string()))
    # the oracle: list.index, one by one
    assert found.tolist() == [keys.index(value) if value in keys else -1 for value in values]
    assert found.dtype == np.intp


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    tables = {
        "reps": pd.DataFrame({"rep_id": ["a", "b"]}),
        "deals": pd.DataFrame(
            {
                "deal_id": ["1", "2", "3", "4"],
                "rep_id": ["b", "a", "b", "b"],
                "status": ["won", "open", "lost", "open"],
                "created_on": ["2020-01-01", None, "1969-12-31", "2020-02-29"],
                "closed_on": ["2020-02-01", None, "2020-02-03", None],
                "stage": ["z", None, "ä", "z"],
                "amount": [3.0, 4.0, None, 5.0],
            }
        ),
        "deal_owners": pd.DataFrame(
            {"deal_id": ["1", "1", "2", "9", "9"], "rep_id": ["a", "b", "b", "a", "b"], "share": [0.5] * 5}
        ),
        "orders": pd.DataFrame(
            {
                "order_id": ["1", "2", "3", "4"],
                "rep_id": ["a", "a", "b", "b"],
                "ordered_on": ["2020-01-01"] * 4,
                "amount": [1.0] * 4,
                "deal_id": ["2", "1", None, "9"],
            }
        ),
        "activities": pd.DataFrame(
            {"activity_id": ["1"], "rep_id": ["a"], "type": ["call"], "done_at": ["2020-01-01 23:30"]}
        ),
    }
    return Columns(dataset_of(tmp_path_factory.mktemp("columns"), tables=tables, as_of="2020-03-31"))


# the deals lie by rep, then id: 2 (a), then 1, 3, 4 (b)


def test_texts_are_coded_in_order(columns: Columns) -> None:
    stage = columns.coded("deals", "stage")
    assert stage.categories.tolist() == ["z", "ä"]
    assert stage.codes.tolist() == [-1, 0, 1, 0]
    assert columns.coded("deals", "segment").codes.tolist() == [-1] * 4  # the export has no such column


def test_texts_of_some_rows(columns: Columns) -> None:
    ids = columns.texts("deals", "deal_id", np.array([3, 0, -1]))
    assert ids.dtype == "str"
    assert ids.fillna("none").tolist() == ["4", "2", "none"]
    assert columns.texts("deals", "segment", np.array([3, 0])).isna().tolist() == [True, True]


def test_texts_that_the_export_does_not_have_are_missing_in_every_row(columns: Columns) -> None:
    assert columns.ids("deals", "account_id").to_pylist() == [None] * 4
    assert len(columns.ids("accounts", "account_id")) == 0


def test_days_and_numbers(columns: Columns) -> None:
    created = columns.days("deals", "created_on")
    assert created.dtype == np.dtype("datetime64[D]")
    assert [str(day) for day in created] == ["NaT", "2020-01-01", "1969-12-31", "2020-02-29"]
    assert np.isnat(columns.days("deals", "expected_close_on")).tolist() == [True] * 4
    assert [str(day) for day in columns.days("activities", "done_at")] == ["2020-01-01"]
    np.testing.assert_array_equal(columns.numbers("deals", "amount"), [4.0, 3.0, np.nan, 5.0])
    np.testing.assert_array_equal(columns.numbers("deals", "units"), [np.nan] * 4)


def test_rows_point_to_rows(columns: Columns) -> None:
    # orders of a, then b: of deal 2, which is row 0; of deal 1, row 1; of none; of one that is not there
    assert columns.find("orders", "deal_id", "deals").tolist() == [0, 1, -1, -1]


def test_orders_of_shared_deals(columns: Columns) -> None:
    # deal 1 has two owners, deal 2 one; deal 9 has two and is not in table deals
    assert Owners(columns).shared("orders", np.arange(4)).tolist() == [-1, 1, -1, -1]
    assert Owners(columns).shared("orders", np.array([1])).tolist() == [1]
