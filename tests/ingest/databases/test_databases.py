"""SQLite and DuckDB files, drivers that are missing, and what a query must be."""

import importlib.util
import sqlite3
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import Export
from tallies import tallied

from salesreport.errors import DataError
from salesreport.ingest.cells.raw import Raw
from salesreport.ingest.databases import databases

pytest.importorskip("sqlalchemy")

COLUMNS = {"deal_id": "id", "rep_id": "rep", "created_on": "created", "closed_on": "closed", "amount": "amount"}
STATUS = {"from": "state", "won": ["Won"], "lost": ["Lost"]}
TABLE = "create table d (id int, rep text, state text, created date, closed timestamp, amount decimal(18,4))"
ROWS = (
    "insert into d values (1, 'Ann', 'Won', '2025-01-01', '2025-02-01 23:30:00', 1234.5678),"
    " (2, 'Bob', 'Lost', '2025-01-02', '2025-03-01 00:00:00', null), (3, 'Bob', 'New', '2025-01-03', null, 7)"
)


def make(folder: Path, kind: str) -> str:
    """A database with three deals; its address."""
    if kind == "sqlite":
        with sqlite3.connect(folder / "crm.db") as connection:
            connection.execute(TABLE)
            connection.execute(ROWS)
        connection.close()
    else:
        with duckdb.connect(folder / "crm.db") as other:
            other.execute(TABLE)
            other.execute(ROWS)
    return f"{kind}:///crm.db"


def read(folder: Path, address: str, query: str, timezone: str = "UTC") -> Raw:
    return databases.read_database(address, query, folder, "deals", timezone)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_table(export: Export, kind: str) -> None:
    table = {"sql": make(export.folder, kind), "query": "select * from d", "columns": COLUMNS, "status": STATUS}
    dataset = export.ingest({"deals": table}, timezone="Europe/Budapest")
    frame = dataset.table("deals").set_index("deal_id")
    assert frame["status"].to_dict() == {"1": "won", "2": "lost", "3": "open"}
    days = frame["closed_on"].dropna().dt.date.astype(str)
    assert days.to_dict() == {"1": "2025-02-01", "2": "2025-03-01"}
    assert frame.loc["1", "amount"] == 1234.5678
    assert len(dataset.provenance.files[0].sha256) == 64


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
@pytest.mark.parametrize(
    "query",
    [
        "update d set amount = 0",
        "update d set amount = 0 returning *",
        "drop table d",
        "create table e as select 1 as a",
        "select 1; drop table d",
        "copy d to 'out.csv'",
        "pragma query_only = 0",
    ],
)
def test_a_query_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, query: str) -> None:
    address = make(tmp_path, kind)
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / "crm.db").read_bytes()
    with pytest.raises(DataError, match=rf"{kind}:///crm\.db, table deals: .*\.$"):
        read(tmp_path, address, query)
    assert (tmp_path / "crm.db").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["crm.db"]


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_an_update_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    with pytest.raises(DataError, match=r"The query (must be a single SELECT|would change the database)"):
        read(tmp_path, make(tmp_path, kind), "update d set amount = 0 returning *")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_signs_in_a_query_are_the_query_s_own(tmp_path: Path, kind: str) -> None:
    query = """select '50 % :off' as "a.b", '{"a":1}' as "c :d %" """
    raw = read(tmp_path, make(tmp_path, kind), query)
    assert list(raw.headings) == ["a.b", "c :d %"]
    assert [column.texts.to_pylist() for column in raw.columns] == [["50 % :off"], ['{"a":1}']]


def test_values_of_one_column_in_sqlite_are_of_any_type(tmp_path: Path) -> None:
    query = "values (12), (1.5), ('7,5'), (null), (9007199254740993), (x'c591'), (2e0)"
    (column,) = read(tmp_path, make(tmp_path, "sqlite"), query).columns
    assert column.texts.to_pylist() == ["12", "1.5", "7,5", None, "9007199254740993", "ő", "2"]
    assert column.numbers.to_pylist() == [12.0, 1.5, None, None, 9007199254740992.0, None, 2.0]


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("1234.5600::decimal(18,4)", "1234.56", 1234.56),
        ("12345678901234567.89::decimal(20,2)", "12345678901234567.89", 12345678901234567.89),
        ("9007199254740993::hugeint", "9007199254740993", 9007199254740992.0),
        ("9007199254740993::ubigint", "9007199254740993", 9007199254740992.0),
        ("0.1::double", "0.1", 0.1),
        ("'nan'::double", None, None),
        ("null::decimal(5,2)", None, None),
    ],
)
def test_numbers_of_duckdb(tmp_path: Path, value: str, text: str | None, number: float | None) -> None:
    (column,) = read(tmp_path, make(tmp_path, "duckdb"), f"select {value} as v").columns
    assert column.texts.to_pylist() == [text]
    assert column.numbers.to_pylist() == [number]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        ("null", None),
        ("'{\"a\":1}'::json", '{"a":1}'),
        ("['a','b']", '["a", "b"]'),
        ("{'a': 1}", '{"a": 1}'),
        ("'00112233-4455-6677-8899-aabbccddeeff'::uuid", "00112233-4455-6677-8899-aabbccddeeff"),
        ("'so so'::enum('fine', 'so so')", "so so"),
        ("'abc'::blob", "abc"),
        ("time '10:30'", "10:30:00.000000"),
        ("'infinity'::timestamp", "infinity"),
        ("'-infinity'::timestamptz", "-infinity"),
        ("'infinity'::date", "infinity"),
    ],
)
def test_other_types_of_duckdb(tmp_path: Path, value: str, text: str | None) -> None:
    (column,) = read(tmp_path, make(tmp_path, "duckdb"), f"select {value} as v").columns
    assert column.texts.to_pylist() == [text]


def test_days_in_duckdb_are_those_of_the_time_zone(export: Export) -> None:
    address = make(export.folder, "duckdb")
    instant = "timestamptz '2025-06-30 23:30:00+00'"
    days = f"{instant}::date as created, {instant} as closed"
    query = f"select 1 as id, 'Ann' as rep, 'Won' as state, {days}, 1 as amount"
    table = {"sql": address, "query": query, "columns": COLUMNS, "status": STATUS}
    frame = export.ingest({"deals": table}, timezone="Europe/Budapest").table("deals")
    assert frame["created_on"].dt.date.astype(str).tolist() == ["2025-07-01"]
    assert frame["closed_on"].dt.date.astype(str).tolist() == ["2025-07-01"]


def test_an_odd_date_among_others(export: Export) -> None:
    address = make(export.folder, "duckdb")
    rows = "(values (1, date '2025-01-01'), (2, 'infinity'), (3, '2025-01-03')) v(id, created)"
    query = f"select *, 'Ann' as rep, 'New' as state, null as closed, 1 as amount from {rows}"
    table = {"sql": address, "query": query, "columns": COLUMNS, "status": STATUS}
    dataset = export.ingest({"deals": table})
    assert dataset.table("deals")["created_on"].notna().sum() == 2
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"“created” is not a date: emptied": 1}


# --- drivers and addresses


@pytest.mark.parametrize(
    ("address", "module", "command"),
    [
        ("postgresql://host/crm", "psycopg", r"pip install 'psycopg\[binary\]'"),
        ("postgres://host/crm", "psycopg", r"pip install 'psycopg\[binary\]'"),
        ("mysql://host/crm", "MySQLdb", "pip install 'mysqlclient'"),
        ("duckdb:///crm.db", "duckdb", "pip install 'duckdb'"),
    ],
)
def test_a_driver_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, module: str, command: str
) -> None:
    make(tmp_path, "duckdb")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DataError, match=f"driver of this database is not installed: {module}.*{command}"):
        read(tmp_path, address, "select 1")


def test_the_older_driver_of_postgresql_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name == "psycopg2" else None)
    assert databases._postgres_driver() == "psycopg2"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert databases._postgres_driver() == "psycopg"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "postgresq://ann:s3cret@host/crm",
            "no driver for this kind.*Found “postgresq”.*Did you mean “postgresql”",
        ),
        ("snowflake://ann:s3cret@account/crm", "There is no driver for this kind of database. Found “snowflake”"),
        ("sqlite:///crn.db", "There is no such file. Did you mean “crm.db”"),
        ("duckdb:///crn.db", "There is no such file. Did you mean “crm.db”"),
    ],
)
def test_addresses_that_lead_nowhere(tmp_path: Path, address: str, message: str) -> None:
    make(tmp_path, "sqlite")
    with pytest.raises(DataError, match=message) as raised:
        read(tmp_path, address, "select 1")
    assert "s3cret" not in str(raised.value)
    assert [file.name for file in tmp_path.iterdir()] == ["crm.db"]


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database(tmp_path: Path, kind: str) -> None:
    (tmp_path / "crm.db").write_bytes(b"Id,Rep\n1,Ann\n" * 100)
    with pytest.raises(DataError, match=rf"{kind}:///crm\.db, table deals: The database cannot be read: "):
        read(tmp_path, f"{kind}:///crm.db", "select * from d")


def test_many_rows_come_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "BATCH", 1000)
    count = "with recursive c(i) as (select 1 union all select i + 1 from c where i < 2500) select i from c"
    (column,) = read(tmp_path, make(tmp_path, "sqlite"), count).columns
    assert [len(chunk) for chunk in column.cells.chunks] == [1000, 1000, 500]


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_the_same_rows_have_the_same_sum(tmp_path: Path, kind: str) -> None:
    address = make(tmp_path, kind)
    one, same, other = (read(tmp_path, address, f"select * from d {rest}") for rest in ("", "", "where id > 1"))
    assert one.sha256 == same.sha256 != other.sha256
