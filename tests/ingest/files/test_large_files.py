"""Large files are read by shorter ways; what comes out is the same."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesreport.ingest import ingest
from salesreport.ingest.cells.raw import RawColumn
from salesreport.ingest.files import csv_files

SOURCE = """
name: Large
as_of: 2025-12-31
currency: EUR
tables:
  deals:
    file: deals.csv
    columns: {deal_id: Id, rep_id: Owner, status: Status, created_on: Created, closed_on: Closed, amount: Amount,
      product_line: Product, stage: Stage}
    drop: {Stage: [test]}
"""

texts = st.lists(st.none() | st.sampled_from(["", " ", "a", " a", "a ", "b", "#N/A", "2025-01-31"]), max_size=30)


def export(folder: Path) -> None:
    """Deals whose owners, states, days, products and stages repeat; some with spaces, gaps and errors."""
    lines = ["Id,Owner,Status,Created,Closed,Amount,Product,Stage"]
    for number in range(400):
        owner = ["Ann", " Ben", "Cid ", ""][number % 4 if number % 50 == 3 else number % 3]
        status, closed = [("won", "2025-03-01"), ("lost", "2025-04-01"), ("open", "")][number % 3]
        product = ["Lamps", "#N/A", "NULL", "", " Bulbs"][number % 5]
        stage = "test" if number % 40 == 1 else "Offer"
        lines.append(
            f"D{number % 390},{owner},{status},2025-0{1 + number % 2}-15,{closed},{number},{product},{stage}"
        )
    (folder / "deals.csv").write_text("\n".join([*lines, "", ",,,,,,,"]) + "\n")
    (folder / "source.yml").write_text(SOURCE)


def test_columns_read_as_numbers_of_their_values_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(tmp_path)
    small = ingest(tmp_path / "source.yml", tmp_path / "small")
    monkeypatch.setattr(csv_files, "_LARGE", 0)
    large = ingest(tmp_path / "source.yml", tmp_path / "large")
    assert large.fingerprint == small.fingerprint
    assert large.provenance.to_json() == small.provenance.to_json()
    aside = [(one.folder / "set_aside" / "deals.csv").read_bytes() for one in (small, large)]
    assert aside[0] == aside[1]


@given(texts)
def test_a_coded_column_is_what_its_texts_are(cells: list[str | None]) -> None:
    plain = RawColumn(pa.array(cells, pa.string()))
    coded = RawColumn(pa.array(cells, pa.string()).dictionary_encode())
    assert coded.is_coded
    assert coded.is_text
    assert coded.texts.to_pylist() == plain.texts.to_pylist()
    assert coded.empty.to_pylist() == plain.empty.to_pylist()
    assert coded.spaced.tolist() == plain.spaced.tolist()
    assert coded.encoded.to_pylist() == plain.encoded.to_pylist()
    assert (coded.dates is None) == (plain.dates is None)
    at = np.arange(0, len(cells), 2)
    assert coded.take(at).cells.to_pylist() == plain.take(at).cells.to_pylist()
    assert coded.shown(at) == plain.shown(at)
    pairs = [[plain, plain], [coded, plain], [coded, coded]]
    stacked = [RawColumn.stacked(pair).cells.to_pylist() for pair in pairs]
    filled = [RawColumn.first_filled(pair).texts.to_pylist() for pair in pairs]
    assert stacked[0] == stacked[1] == stacked[2]
    assert filled[0] == filled[1] == filled[2]
