"""Parquet: what its types become."""

import uuid
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tallies import tallied

from salesreport.errors import DataError
from salesreport.ingest.files.parquet_files import read_parquet

ONE, TWO = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"), uuid.UUID(int=5)
COLUMNS = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "amount": "Amount"}


def content(table, **options):
    out = pa.BufferOutputStream()
    pq.write_table(table, out, **options)
    return out.getvalue().to_pybytes()


def ingested(export, data):
    export.write("deals.parquet", data)
    return export.ingest({"deals": {"file": "deals.parquet", "columns": COLUMNS}})


def deals(ids, amounts):
    return pa.table({"Id": ids, "Owner": ["A"] * len(ids), "State": ["open"] * len(ids), "Amount": amounts})


@pytest.mark.parametrize("stored", [True, False], ids=["with the Arrow schema", "without it"])
def test_a_uuid_is_its_text(export, stored):
    ids = pa.array([ONE.bytes, TWO.bytes], pa.uuid())
    dataset = ingested(export, content(deals(ids, [1, 2]), store_schema=stored))
    assert set(dataset.table("deals")["deal_id"]) == {str(ONE), str(TWO)}


def test_a_uuid_that_duckdb_wrote(export):
    at = export.folder / "deals.parquet"
    rows = f'select \'{ONE}\'::uuid as "Id", \'A\' as "Owner", \'open\' as "State", 1.5 as "Amount"'
    duckdb.sql(f"copy ({rows}) to '{at}' (format parquet)")
    dataset = ingested(export, at.read_bytes())
    assert dataset.table("deals")["deal_id"].tolist() == [str(ONE)]


def test_a_uuid_where_arrow_hands_over_bytes(monkeypatch):
    """As Arrow does up to version 20, of files that others wrote."""
    data = content(pa.table({"Id": pa.array([ONE.bytes, None], pa.uuid())}), store_schema=False)
    whole = pq.ParquetFile.read

    def older(self):
        column = whole(self).column(0)
        chunks = [getattr(chunk, "storage", chunk) for chunk in column.chunks]
        return pa.table({"Id": pa.chunked_array(chunks, pa.binary(16))})

    monkeypatch.setattr(pq.ParquetFile, "read", older)
    assert read_parquet(data, "f", "deals").columns[0].texts.to_pylist() == [str(ONE), None]


def test_sixteen_bytes_need_not_be_a_uuid():
    data = content(pa.table({"Id": pa.array([b"sixteen letters!"], pa.binary(16))}))
    assert read_parquet(data, "f", "deals").columns[0].texts.to_pylist() == ["sixteen letters!"]


def test_a_decimal_is_an_id_like_a_whole_number(export):
    ids = pa.array([Decimal("1"), Decimal("20"), Decimal("300.5")], pa.decimal128(20, 10))
    amounts = pa.array([Decimal("1.234"), Decimal("0"), None], pa.decimal128(10, 3))
    frame = ingested(export, content(deals(ids, amounts))).table("deals").set_index("deal_id")
    assert set(frame.index) == {"1", "20", "300.5"}
    assert frame.loc["1", "amount"] == 1.234
    assert frame.loc["20", "amount"] == 0


def test_numbers_beyond_what_can_be(export):
    amounts = pa.array([float("inf"), float("nan"), -1.0, 2e15, 5.0, 6.0, 7.0, 8.0, 9.0])
    dataset = ingested(export, content(deals([str(at) for at in range(9)], amounts)))
    assert dataset.table("deals")["amount"].dropna().tolist() == [5, 6, 7, 8, 9]
    # an infinite one and one above 10^15; NaN is an empty cell
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "“Amount” is not a number: emptied": 2,
        "negative amounts: emptied": 1,
    }


def test_words_as_a_dictionary():
    data = content(pa.table({"State": pa.array(["open", "won", None]).dictionary_encode()}))
    assert read_parquet(data, "f", "deals").columns[0].texts.to_pylist() == ["open", "won", None]


@pytest.mark.parametrize("data", [b"no Parquet", b"PAR1PAR1", b"PAR1" + bytes(20) + b"PAR1"])
def test_what_is_no_parquet(data):
    with pytest.raises(DataError, match=r"a\.parquet, table deals: The Parquet file cannot be read: "):
        read_parquet(data, "a.parquet", "deals")


def test_a_file_that_says_it_is_large(monkeypatch):
    # one megabyte allowed: 300,000 rows of one column are 1,200,000 bytes at the least
    data = content(pa.table({"Id": pa.array(["x"] * 300_000).dictionary_encode()}))
    assert len(data) < 10_000
    monkeypatch.setenv("SALESREPORT_READ_MEMORY", "1")
    with pytest.raises(DataError, match=r"a\.parquet, table deals: .*more than 1 MB of memory"):
        read_parquet(data, "a.parquet", "deals")
