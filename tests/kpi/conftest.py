"""Small datasets written out by hand, and the two public ones read with plain pandas."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesreport.dataset import Dataset, DatasetSettings, Provenance, write_dataset
from salesreport.kpi import Facts, KpiTable

Rows = list[dict[str, Any]]
Given = Callable[..., Facts]

_DATES = {
    "created_on", "closed_on", "from", "to", "ordered_on", "on", "hired_on", "left_on", "done_at", "processed_at",
    "created_at", "entered_at",
}  # fmt: skip


def dataset_of(path: Path, as_of: str, tables: dict[str, Any]) -> Dataset:
    """A dataset from frames or lists of rows."""
    frames = {}
    for name, rows in tables.items():
        frame = pd.DataFrame(rows)
        for column in _DATES & set(frame.columns):
            frame[column] = pd.to_datetime(frame[column])
        frames[name] = frame
    settings = DatasetSettings(name="test", as_of=dt.date.fromisoformat(as_of), currency="EUR", timezone="Europe/Berlin")
    return write_dataset(path, frames, settings, Provenance("test"))


@pytest.fixture
def given(tmp_path) -> Given:
    """`given(as_of="2024-12-31", deals=[…], reps=[…])`: the facts of a dataset with these rows."""

    def make(as_of: str = "2024-12-31", **tables: Rows) -> Facts:
        return Facts.of(dataset_of(tmp_path / "dataset", as_of, tables))

    return make


def deal(number: int, rep: str, status: str, created: str | None, closed: str | None = None, **more: Any) -> dict[str, Any]:
    """One row of table `deals`."""
    return {
        "deal_id": f"D{number}", "rep_id": rep, "status": status, "created_on": created, "closed_on": closed, **more
    }  # fmt: skip


def value(table: KpiTable, metric: str, column: str = "value", **group: str | None) -> float:
    """One figure of a table."""
    rows = table.frame[table.frame["metric"] == metric]
    for name, member in group.items():
        rows = rows[rows[name].isna() if member is None else rows[name] == member]
    assert len(rows) == 1, f"{len(rows)} rows of {metric} for {group}; unavailable: {table.unavailable}"
    return float(rows[column].iloc[0])


def values(table: KpiTable, metric: str, by: str = "rep_id") -> dict[str, float]:
    """A metric's figures by group."""
    rows = table.frame[table.frame["metric"] == metric]
    return dict(zip(rows[by], rows["value"], strict=True))


@pytest.fixture(scope="session")
def maven(public_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Maven's CRM export as a dataset."""
    folder = public_data / "maven_crm"
    raw = pd.read_csv(folder / "sales_pipeline.csv")
    people = pd.read_csv(folder / "sales_teams.csv")
    accounts = pd.read_csv(folder / "accounts.csv")
    deals = pd.DataFrame(
        {
            "deal_id": raw["opportunity_id"],
            "rep_id": raw["sales_agent"],
            "status": raw["deal_stage"].map({"Won": "won", "Lost": "lost"}).fillna("open"),
            "created_on": raw["engage_date"],
            "closed_on": raw["close_date"],
            "account_id": raw["account"],
            "product_line": raw["product"].replace("GTXPro", "GTX Pro"),
            "stage": raw["deal_stage"],
            "amount": raw["close_value"],
        }
    )
    tables = {
        "deals": deals,
        "reps": pd.DataFrame(
            {"rep_id": people["sales_agent"], "team": people["regional_office"], "manager": people["manager"]}
        ),
        "accounts": pd.DataFrame({"account_id": accounts["account"], "segment": accounts["sector"]}),
    }
    return dataset_of(tmp_path_factory.mktemp("maven"), "2017-12-31", tables)


@pytest.fixture(scope="session")
def adventureworks(public_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """AdventureWorks' orders with a salesperson, and quotas dated by the first day of their quarter."""
    folder = public_data / "adventureworks"
    orders = pd.read_csv(folder / "salesorderheader.csv", dtype={"salespersonid": "Int64"})
    orders = orders[orders["salespersonid"].notna()]
    quotas = pd.read_csv(folder / "SalesPersonQuotaHistory.csv", parse_dates=["QuotaDate"])
    starts = sorted(quotas["QuotaDate"].unique())
    ends = dict(zip(starts, [day - pd.Timedelta(days=1) for day in starts[1:]], strict=False))
    quotas = quotas[quotas["QuotaDate"].isin(list(ends))]
    tables = {
        "orders": pd.DataFrame(
            {
                "order_id": orders["salesorderid"].astype(str),
                "rep_id": orders["salespersonid"].astype(str),
                "ordered_on": pd.to_datetime(orders["orderdate"]),
                "amount": orders["subtotal"],
            }
        ),
        "targets": pd.DataFrame(
            {
                "metric": "revenue",
                "period": [f"{day:%Y-%m-%d}..{ends[day]:%Y-%m-%d}" for day in quotas["QuotaDate"]],
                "value": quotas["SalesQuota"].astype(float),
                "rep_id": quotas["BusinessEntityID"].astype(str),
            }
        ),
    }
    return dataset_of(tmp_path_factory.mktemp("adventureworks"), "2011-12-01", tables)
