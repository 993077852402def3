"""Rows come as they are asked for, whichever part of the file they are in."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from salesreport.picking import picked


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Ten rows in three parts: different texts, texts that repeat or are missing, numbers."""
    table = pa.table(
        {
            "id": [f"D{number}" for number in range(10)],
            "stage": ["new", None, "won", "won", "new", "lost", None, "new", "won", "won"],
            "n": np.arange(10),
        }
    )
    pq.write_table(table, tmp_path / "deals.parquet", row_group_size=4, use_dictionary=["stage"])
    return tmp_path / "deals.parquet"


@pytest.mark.parametrize("rows", [[1, 2, 5, 9], [9, 0, 5, 5, 2], [3], []])
def test_rows_come_in_the_order_asked_for(file: Path, rows: list[int]) -> None:
    found = picked(file, ["stage", "id", "n"], np.array(rows, np.intp))
    assert found.equals(pq.read_table(file).select(["stage", "id", "n"]).take(pa.array(rows, pa.int64())))


def test_texts_are_plain_ones(file: Path) -> None:
    assert picked(file, ["id", "stage"], np.array([0, 7])).schema.types == [pa.string(), pa.string()]
