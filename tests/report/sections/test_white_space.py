"""White space of teams, segments and the company: sums that add up, nobody named."""

from pathlib import Path

import pandas as pd
import pytest
from planted_accounts import tables, write
from simulated_accounts import company

from salesreport import Dataset, Review


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    frames = tables(company(11, planted=((0, 0, 4, 0.5), (1, 2, 3, 0.5))))
    frames["reps"]["team"] = ["North", "North", "North", "South", "South", "South"]
    return write(tmp_path_factory.mktemp("planted") / "d", frames)


def test_teams_and_segments_add_up_to_the_company(planted: Dataset) -> None:
    whole = Review(planted, "2025-Q4").account_plans.data
    sums = ["accounts", "buying", "ordered", "gaps", "worth"]
    teams = pd.concat([Review(planted, "2025-Q4", team=one).account_plans.data for one in ("North", "South")])
    segments = pd.concat([Review(planted, "2025-Q4", segment=one).account_plans.data for one in "ABC"])
    for parts in (teams, segments):
        added = parts.groupby(["product_line", "segment"])[sums].sum()
        pd.testing.assert_frame_equal(
            added.astype(float), whole.groupby(["product_line", "segment"])[sums].sum().astype(float)
        )
    assert whole["gaps"].sum() > 0


def test_counts_by_hand(planted: Dataset) -> None:
    section = Review(planted, "2025-Q4", segment="A").account_plans
    orders, accounts = planted.table("orders"), planted.table("accounts")
    here = orders[(orders["ordered_on"] > "2023-12-31") & orders["account_id"].isin(
        accounts.loc[accounts["segment"] == "A", "account_id"])]  # fmt: skip
    (row,) = section.data[section.data["product_line"] == "Pumps"].to_dict("records")
    assert row["accounts"] == here["account_id"].nunique()
    assert row["buying"] == here.loc[here["product_line"] == "Pumps", "account_id"].nunique()
    assert row["ordered"] == pytest.approx(here.loc[here["product_line"] == "Pumps", "amount"].sum())


def test_nobody_is_named(planted: Dataset) -> None:
    for about in ({}, {"team": "North"}, {"segment": "A"}):
        section = Review(planted, "2025-Q4", **about).account_plans
        html = section._repr_html_()
        assert "Rep R" not in html
        assert "Company " not in html
        assert "gaps against like accounts" in section.message


def test_without_product_lines(planted: Dataset, tmp_path: Path) -> None:
    frames = {name: planted.table(name) for name in ("reps", "accounts", "orders")}
    frames["orders"] = frames["orders"].drop(columns="product_line")
    section = Review(write(tmp_path / "d", frames), "2025-Q4").account_plans
    assert not section.available
    assert "the product lines of orders" in section.message
