"""Small datasets written out by hand, and the two public ones read with plain pandas."""

from pathlib import Path

import pandas as pd
import pytest
from cases import Given, Rows, dataset_of

from salesreport.dataset import Dataset
from salesreport.kpi import Facts


@pytest.fixture
def given(tmp_path) -> Given:
    """`given(as_of="2024-12-31", deals=[…], reps=[…])`: the facts of a dataset with these rows."""

    def make(as_of: str = "2024-12-31", **tables: Rows) -> Facts:
        return Facts.of(dataset_of(tmp_path / "dataset", as_of, tables))

    return make


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
