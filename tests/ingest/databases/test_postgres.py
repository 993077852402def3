"""A real PostgreSQL: what its types become, that nothing is changed, and that no secret is shown.

`.ci/postgres start FOLDER` starts one and prints the address that these tests take from the environment.
"""

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from conftest import Export
from tallies import tallied
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.errors import DataError
from salesreport.ingest.cells.raw import Raw
from salesreport.ingest.databases import databases

VARIABLE = "SALESREPORT_TEST_POSTGRES"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        VARIABLE not in os.environ and not os.environ.get("CI"),
        reason=f"{VARIABLE} names no server (.ci/postgres start FOLDER starts one); with CI set this would fail",
    ),
]

COLUMNS = {"deal_id": "id", "rep_id": "rep", "created_on": "created", "closed_on": "closed", "amount": "amount"}
STATUS = {"from": "state", "won": ["Won"], "lost": ["Lost"]}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a database of this module's own."""
    server = os.environ[VARIABLE]
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def run(address: str) -> Iterator[Any]:
    """Runs statements; what they made is gone afterwards."""
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection.execute
        connection.execute("drop schema public cascade; create schema public")


def read(address: str, query: str, timezone: str = "UTC") -> Raw:
    return databases.read_database(address, query, Path(), "deals", timezone)


def shown(address: str, query: str, timezone: str = "UTC") -> list[Any]:
    """The only row of a query, as texts."""
    return [column.texts.to_pylist()[0] for column in read(address, query, timezone).columns]


# --- values


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("1234.5600::numeric(18,4)", "1234.56", 1234.56),
        ("0.1::numeric + 0.2::numeric", "0.3", 0.3),
        ("0.1::float8 + 0.2::float8", "0.30000000000000004", 0.30000000000000004),
        ("12345678901234567.89::numeric", "12345678901234567.89", 12345678901234567.89),
        ("9007199254740993::numeric(20,0)", "9007199254740993", 9007199254740992.0),
        ("9007199254740993::bigint", "9007199254740993", 9007199254740992.0),
        ("100::numeric", "100", 100.0),
        ("-1200.00::numeric(18,2)", "-1200", -1200.0),
        ("0.0000000001::numeric", "0.0000000001", 1e-10),
        ("1e30::numeric", "1" + "0" * 30, 1e30),
        ("1.1::float4", "1.1", 1.1),
        ("3::smallint", "3", 3.0),
        ("'NaN'::numeric", None, None),
        ("'NaN'::float8", None, None),
        ("'Infinity'::numeric", "Infinity", float("inf")),
        ("null::numeric", None, None),
        ("null::int", None, None),
    ],
)
def test_numbers_keep_all_their_digits(address: str, value: str, text: str | None, number: float | None) -> None:
    (column,) = read(address, f"select {value} as v").columns
    assert column.texts.to_pylist() == [text]
    assert column.numbers.to_pylist() == [number]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        ("null::boolean", None),
        ('\'{"a":1, "b": [1.50]}\'::json', '{"a":1, "b": [1.50]}'),
        ("'{\"a\":1}'::jsonb", '{"a": 1}'),
        ("array['a','b c']", '{a,"b c"}'),
        ("array[1.50,2]::numeric[]", "{1.50,2}"),
        ("'00112233-4455-6677-8899-aabbccddeeff'::uuid", "00112233-4455-6677-8899-aabbccddeeff"),
        ("'Lánczos'::bytea", "Lánczos"),
        ("'\\xff'::bytea", "\ufffd"),
        ("'ő'::varchar(5)", "ő"),
        ("'a'::char(3)", "a"),
        ("'2 days'::interval", "2 days"),
        ("'10:30'::time", "10:30:00"),
        ("'[1,5)'::int4range", "[1,5)"),
        ("'10.0.0.1'::inet", "10.0.0.1"),
        ("'50 % :off'", "50 % :off"),
        ("to_char(date '2025-01-02', 'HH24:MI')", "00:00"),
        ("row(1,'a')", "(1,a)"),
        ("null", None),
    ],
)
def test_what_other_types_become(address: str, value: str, text: str | None) -> None:
    assert shown(address, f"select {value} as v") == [text]


def test_types_that_a_database_makes(address: str, run: Any) -> None:
    run("create type mood as enum ('fine', 'so so'); create domain price as numeric(12,2)")
    raw = read(address, "select 'so so'::mood, 10.50::price")
    assert [column.texts.to_pylist() for column in raw.columns] == [["so so"], ["10.5"]]
    assert raw.columns[1].numbers.to_pylist() == [10.5]


# --- dates and instants


def deals(export: Export, address: str, rows: str, timezone: str = "UTC") -> Any:
    query = f"select * from (values {rows}) as d(id, rep, state, created, closed, amount)"
    table = {"sql": address, "query": query, "columns": COLUMNS, "status": STATUS}
    return export.ingest({"deals": table}, timezone=timezone)


@pytest.mark.parametrize(
    ("closed", "timezone", "day"),
    [
        # an instant is the same whatever it is written in; its day depends on the dataset's time zone
        ("timestamptz '2025-06-30 23:30:00+00'", "UTC", "2025-06-30"),
        ("timestamptz '2025-06-30 23:30:00+00'", "Europe/Budapest", "2025-07-01"),
        ("timestamptz '2025-07-01 01:30:00+02'", "Europe/Budapest", "2025-07-01"),
        ("timestamptz '2025-06-30 23:30:00+00'", "America/New_York", "2025-06-30"),
        ("timestamptz '2025-07-01 03:30:00+00'", "America/New_York", "2025-06-30"),
        # what a query makes of an instant is meant there, too
        ("(timestamptz '2025-06-30 23:30:00+00')::date", "Europe/Budapest", "2025-07-01"),
        ("(timestamptz '2025-06-30 23:30:00+00')::text", "Europe/Budapest", "2025-07-01"),
        # a wall clock and a date are what they say
        ("timestamp '2025-06-30 23:30:00'", "Europe/Budapest", "2025-06-30"),
        ("timestamp '2025-06-30 23:30:00.123456'", "America/New_York", "2025-06-30"),
        ("date '2025-06-30'", "America/New_York", "2025-06-30"),
        ("'30.06.2025'", "America/New_York", "2025-06-30"),
    ],
)
def test_days_are_those_of_the_time_zone(
    export: Export, address: str, closed: str, timezone: str, day: str
) -> None:
    dataset = deals(export, address, f"(1, 'Ann', 'Won', date '2025-01-01', {closed}, 1)", timezone)
    assert dataset.table("deals")["closed_on"].dt.date.astype(str).tolist() == [day]


def test_the_server_s_settings_change_nothing(address: str, run: Any) -> None:
    query = "select '2025-06-30 23:30:00+00'::timestamptz::text, date '2025-02-01', 0.1::float8"
    before = shown(address, query, "Europe/Budapest")
    name = address.rpartition("/")[0] and psycopg.conninfo.conninfo_to_dict(address)["dbname"]
    for setting in ("timezone to 'Asia/Tokyo'", "datestyle to 'German, DMY'", "extra_float_digits to 0"):
        run(f"alter database {name} set {setting}")
    try:
        assert (
            shown(address, query, "Europe/Budapest") == before == ["2025-07-01 01:30:00+02", "2025-02-01", "0.1"]
        )
    finally:
        run(f"alter database {name} reset all")


ODD = (
    "timestamptz 'infinity'",
    "timestamp '-infinity'",
    "date 'infinity'",
    "date '0044-03-15 BC'",
    "date '12024-01-01'",
)


@pytest.mark.parametrize("odd", ODD)
def test_dates_beyond_what_can_be(export: Export, address: str, odd: str) -> None:
    """Where a row needs none it is emptied and counted, and shown as it stands in the database."""
    kind = odd.partition(" ")[0]
    rows = f"(1, 'Ann', 'Open', {odd}, null, 1), (2, 'Ann', 'Open', {kind} '2025-02-01', null, 1)"
    rows += f", (3, 'Ann', 'Open', {kind} '2025-03-01', null, 1)"
    dataset = deals(export, address, rows)
    assert dataset.table("deals")["created_on"].dropna().dt.date.astype(str).tolist() == [
        "2025-02-01",
        "2025-03-01",
    ]
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"“created” is not a date: emptied": 1}


def test_an_odd_date_in_a_later_batch(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "BATCH", 2)
    rows = "values (timestamptz '2025-01-01 10:00+01'), (null), ('infinity'), ('2025-01-02 00:00:00.5+00'), (null)"
    (column,) = read(address, rows).columns
    assert column.texts.to_pylist() == [
        "2025-01-01 09:00:00.000000Z", None, "infinity", "2025-01-02 00:00:00.5+00", None,
    ]  # fmt: skip


# --- the whole way


def test_a_table_of_a_database(export: Export, address: str, run: Any) -> None:
    run("create table d (id int, rep text, state text, created date, closed timestamptz, amount numeric(18,4))")
    run("insert into d values (1, 'Ann', 'Won', '2025-01-01', '2025-02-01 12:00+00', 1234.5678)")
    run("insert into d values (2, 'Bob', 'Lost', '2025-01-02', '2025-03-01 12:00+00', null)")
    run("insert into d values (3, 'Bob', 'New', '2025-01-03', null, 7)")
    table = {"sql": address, "query": "table d;", "columns": COLUMNS, "status": STATUS}
    frame = export.ingest({"deals": table}).table("deals").set_index("deal_id")
    assert frame["status"].to_dict() == {"1": "won", "2": "lost", "3": "open"}
    assert frame.loc["1", "amount"] == 1234.5678
    assert frame["amount"].sum() == 1241.5678


def test_batches_make_no_difference(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "select i, i::numeric / 8 as n, 'x' || i as t, i % 2 = 0 as b from generate_series(1, 25) i"
    whole = read(address, query)
    monkeypatch.setattr(databases, "BATCH", 10)
    parts = read(address, query)
    assert len(parts) == 25
    for one, other in zip(whole.columns, parts.columns, strict=True):
        assert one.texts.to_pylist() == other.texts.to_pylist()
    assert [column.cells.num_chunks for column in parts.columns] == [3, 3, 3, 3]


def test_rows_are_fetched_as_they_are_wanted(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million rows are on their way; only the first batch is ever asked for."""
    seen = []

    def stops(self: Any, columns: Any) -> None:
        seen.append(len(columns[0].cells))
        raise KeyboardInterrupt

    monkeypatch.setattr(databases.Gathered, "add", stops)
    with pytest.raises(KeyboardInterrupt):
        read(
            address,
            "select i, pg_sleep(case when i > 30000 then 60 else 0 end) from generate_series(1, 1000000) i",
        )
    assert seen == [databases.BATCH]


# --- nothing is changed


@pytest.mark.parametrize(
    "query",
    [
        "update d set amount = 0 returning *",
        "update d set amount = 0",
        "delete from d returning *",
        "with gone as (delete from d returning *) select * from gone",
        "create table e as select * from d",
        "drop table d",
        "truncate d",
        "commit",
        "select 1; drop table d",
        "select 1; commit; drop table d; select 1",
        "copy d to stdout",
        "select nextval('s')",
        "select write()",
        "select set_config('transaction_read_only', 'off', false), write()",
    ],
)
def test_a_query_changes_nothing(export: Export, address: str, run: Any, query: str) -> None:
    run("create table d (id int, amount numeric); insert into d values (1, 10); create sequence s")
    run("create function write() returns int language sql as 'update d set amount = 0 returning id'")
    with pytest.raises(DataError) as raised:
        read(address, query)
    said = str(raised.value)
    assert "table deals: " in said
    assert "\n" not in said
    if "returning" in query or query.startswith(("drop", "update", "commit")):
        assert "The query must be a single SELECT: databases are only read, never changed." in said
    assert run("select id, amount::int from d").fetchall() == [(1, 10)]
    assert run("select last_value, is_called from s").fetchall() == [(1, False)]


# --- errors and secrets


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select * from none", r'The database cannot be read: relation "none" does not exist\.'),
        ("selekt 1", r'The database cannot be read: syntax error at or near "selekt"\.'),
        ("select 1 / (2 - generate_series(1, 3))", r"The database cannot be read: division by zero\."),
        ("select 1 where false", r"There are no rows below the heading\."),
    ],
)
def test_what_a_server_says(export: Export, address: str, query: str, message: str) -> None:
    table = {"sql": address, "query": query, "columns": COLUMNS, "status": STATUS}
    with pytest.raises(DataError, match=rf"postgresql:///test_\w+, table deals: {message}"):
        export.ingest({"deals": table})


SECRET = "s3cretX"


def secretive(address: str, written: str) -> str:
    """The spec of a table, with a comment that holds a secret."""
    return f"""
# before: postgresql://ann:{SECRET}@host/crm
name: S
as_of: 2025-12-31
currency: EUR
tables:
  deals:
    sql: "{written}"
    query: "select 1 as id, 'Ann' as rep, 'Open' as state -- {SECRET}"
    columns: {{deal_id: id, rep_id: rep}}
    status: {{from: state, won: [Won], lost: [Lost]}}
"""


@pytest.mark.parametrize(
    "way", ["written out", "from the environment", "PGPASSWORD", "a password file", "a service"]
)
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_a_password_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, run: Any, way: str, right: bool
) -> None:
    run(f"drop role if exists ann; create role ann login password '{SECRET}'")
    parts = psycopg.conninfo.conninfo_to_dict(address)
    given = SECRET if right else SECRET + "_wrong"
    place = f"/{parts['dbname']}?host={parts['host']}"
    if way == "written out":
        written = f"postgresql://ann:{given}@{place}"
    elif way == "from the environment":
        monkeypatch.setenv("CRM_PASSWORD", given)
        written = f"postgresql://ann:${{CRM_PASSWORD}}@{place}"
    elif way == "PGPASSWORD":
        monkeypatch.setenv("PGPASSWORD", given)
        written = f"postgresql://ann@{place}"
    elif way == "a password file":
        (tmp_path / "pgpass").write_text(f"*:*:*:ann:{given}\n")
        (tmp_path / "pgpass").chmod(0o600)
        monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
        written = f"postgresql://ann@{place}"
    else:
        service = f"[crm]\nhost={parts['host']}\ndbname={parts['dbname']}\nuser=ann\npassword={given}\n"
        (tmp_path / "services").write_text(service)
        monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
        written = "postgresql:///?service=crm"
    spec = tmp_path / "crm.yml"
    spec.write_text(secretive(address, written), encoding="utf-8")
    out = tmp_path / "ds"
    result = CliRunner().invoke(app, ["ingest", str(spec), "--out", str(out)])
    assert result.exit_code == (0 if right else 2), result.output
    assert SECRET not in result.output
    if not right:
        assert "password authentication failed for user" in result.output
        return
    files = [file for file in out.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]
    source = json.loads((out / "dataset.json").read_text(encoding="utf-8"))["provenance"]["source"]
    assert "ann" not in source.replace("rep", "")


def test_a_server_that_is_not_there(tmp_path: Path, export: Export) -> None:
    address = f"postgresql://ann:{SECRET}@/crm?host={tmp_path}"
    with pytest.raises(
        DataError, match=r"postgresql:///crm, table deals: The database cannot be read: "
    ) as raised:
        export.ingest({"deals": {"sql": address, "query": "select 1", "columns": COLUMNS, "status": STATUS}})
    assert SECRET not in str(raised.value)


# --- drivers


def test_the_driver_of_a_plain_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    whole = sqlalchemy.create_engine
    monkeypatch.setattr(sqlalchemy, "create_engine", lambda url, **rest: made.append(url) or whole(url, **rest))
    for kind in ("postgresql", "postgres", "postgresql+psycopg"):
        assert shown(address.replace("postgresql", kind, 1), "select 1") == ["1"]
    assert [url.drivername for url in made] == ["postgresql+psycopg"] * 3
