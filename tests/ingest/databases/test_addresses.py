"""No part of a database address but scheme, host and database is ever kept or shown."""

import json
import sqlite3
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.errors import ConfigError
from salesreport.ingest.databases.addresses import HIDDEN, shown, with_environment, without_secrets

pytest.importorskip("sqlalchemy")

FORMS = [
    "postgresql://ann:s3cretX@host/crm",
    "postgresql+psycopg://ann:s3cretX@host:5432/crm?sslmode=require",
    "postgresql://ann:s3cretX/with/slashes@host/crm",
    "postgresql://ann:s3cretX with spaces@host/crm",
    "postgresql://ann:s3cretX%40at%2Fslash@host/crm",
    "postgresql://host/crm?user=ann&password=s3cretX",
    "postgresql://ann@host/crm?options=-c%20auth=s3cretX",
    "postgresql+psycopg2://ann:s3cretX@/crm?host=one:5432&host=two:5432",
    "mysql+pymysql://ann:s3cretX@host/crm?charset=utf8mb4",
    "mssql+pyodbc://ann:s3cretX@dsn",
    "mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BSERVER%3Dhost%3BUID%3Dann%3BPWD%3Ds3cretX",
    "mssql+pyodbc:///?odbc_connect=UID=ann;PWD=s3cretX",
    "oracle+oracledb://ann:s3cretX@host:1521/?service_name=crm",
    "snowflake://ann:s3cretX@account/crm/public?warehouse=w&role=r",
    "bigquery://project/crm?credentials_base64=s3cretX",
    "duckdb:///md:crm?motherduck_token=s3cretX",
    "sqlite:///crm.db?key=s3cretX",
    "sqlite:///file:crm.db?mode=ro&uri=true&key=s3cretX",
    "postgresql://[::1]:5432/crm?password=s3cretX",
    "postgresql://ann:p@s3cretX@host/crm",
    "s3cretX is no address",
]
"""What SQLAlchemy takes, or somebody may write, each with one secret."""

PASSWORDS = ("s3cretX/with/slashes", "s3cretX with spaces", "s3cretX%40at%2Fslash")


@pytest.mark.parametrize("address", FORMS)
def test_only_scheme_host_and_database_are_shown(address: str) -> None:
    assert "s3cret" not in shown(address)
    assert "ann" not in shown(address)
    assert shown(address) == HIDDEN or shown(address).startswith(address.partition(":")[0])


@pytest.mark.parametrize("address", FORMS)
def test_a_driver_s_message_has_no_secret(address: str) -> None:
    secret = next((one for one in PASSWORDS if one in address), "s3cretX")
    said = f"could not connect with {address}: login failed for ann, PWD={secret} ({unquote(secret)})"
    message = without_secrets(said, address)
    assert address not in message
    if "://" in address:  # of what is no address nobody knows what is a secret in it
        assert "s3cretX" not in message


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "s3cretX")
    assert with_environment("postgresql://ann:${CRM_PASSWORD}@host/crm", "k") == FORMS[0]
    with pytest.raises(ConfigError, match=r"no such environment variable.*Did you mean “CRM_PASSWORD”"):
        with_environment("postgresql://ann:${CRM_PASWORD}@host/crm", "k")


def export(folder: Path, address: str) -> Path:
    """A spec full of secrets, and the database that it reads."""
    with sqlite3.connect(folder / "crm.db") as connection:
        connection.execute("create table d (Id, Rep, State, Created, Closed, Amount)")
        connection.execute("insert into d values (1, 'Ann', 'Won', '2025-01-01', '2025-02-01', 10)")
        connection.execute("insert into d values (2, 'Ann', 'Lost', '2025-01-01', '2025-02-01', 10)")
    spec = folder / "crm.yml"
    spec.write_text(
        f"""
# before: mssql+pyodbc:///?odbc_connect=UID=ann;PWD=s3cretA
name: S
as_of: 2025-06-30
currency: EUR
tables:
  deals:
    sql: "{address}"
    query: "select * from d -- password s3cretC"
    columns: {{deal_id: Id, rep_id: Rep, created_on: Created, closed_on: Closed, amount: Amount}}
    status: {{from: State, won: [Won], lost: [Lost]}}
""",
        encoding="utf-8",
    )
    return spec


@pytest.mark.parametrize(
    "address", ["sqlite:///crm.db?password=s3cretB", "sqlite:///none.db?key=s3cretB", "${S3_CRM}", "s3cretB"]
)
def test_an_ingest_leaves_no_secret_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("S3_CRM", "sqlite:///crm.db")
    result = CliRunner().invoke(app, ["ingest", str(export(tmp_path, address)), "--out", str(tmp_path / "ds")])
    assert result.exit_code == (0 if "crm" in address.lower() else 2), result.output
    assert "s3cret" not in result.output
    for file in (tmp_path / "ds").rglob("*"):
        assert file.is_dir() or b"s3cret" not in file.read_bytes()
    if result.exit_code == 0:
        source = json.loads((tmp_path / "ds" / "dataset.json").read_text(encoding="utf-8"))["provenance"]["source"]
        assert f"sql: {'${S3_CRM}' if '$' in address else 'sqlite:///crm.db'}" in source
        assert f"query: '{HIDDEN}'" in source


def test_nothing_is_told_of_an_address_that_is_not_one():
    address = "postgresql://reader:hunter2/db"
    assert without_secrets("invalid literal for int() with base 10: 'hunter2'", address) == "***"
