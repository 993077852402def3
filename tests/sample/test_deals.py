"""Amounts, closing dates and snapshots."""

import numpy as np
import pandas as pd
import pytest

from salesreport.sample import make_company
from salesreport.sample.market import MILESTONES


def test_amounts_are_units_times_price(company):
    deals = company.tables["deals"]
    # to the cent; a unit price has two decimals, so the quotient does as well
    price = deals["amount"] / deals["units"]
    assert np.abs(price * 100 - (price * 100).round()).max() < 1e-4
    assert (deals["units"] >= 1).all()
    assert (deals["units"] == deals["units"].round()).all()
    discount = 1 - deals["amount"] / deals["list_price"]
    assert discount.between(-0.001, 0.401).all()
    assert (deals["gross_profit"] < deals["amount"]).all()
    assert (deals["gross_profit"] > 0).mean() > 0.98
    assert deals["amount"].gt(0).all()  # lost deals too


def test_big_customers_buy_more_at_a_higher_discount(company):
    won = company.tables["deals"].query("status == 'won'")
    assert won.groupby("segment")["amount"].median()[["A", "B", "C"]].is_monotonic_decreasing
    discount = (1 - won["amount"] / won["list_price"]).groupby(won["segment"]).mean()
    assert discount[["A", "B", "C"]].is_monotonic_decreasing


def test_the_crm_probability_knows_closed_deals_and_follows_the_rep(company):
    deals, truth = company.tables["deals"], company.truth
    by_status = deals.groupby("status")["crm_probability"].agg(["min", "max"])
    assert by_status.loc["won"].tolist() == [1, 1]
    assert by_status.loc["lost"].tolist() == [0, 0]
    still = deals[deals["status"] == "open"]
    against = still["crm_probability"] - still.groupby("stage")["crm_probability"].transform("mean")
    by_rep = against.groupby(still["rep_id"]).mean()[lambda mean: still["rep_id"].value_counts()[mean.index] > 10]
    assert by_rep.idxmax() == truth.optimist_rep
    assert by_rep.idxmin() == truth.sandbagger_rep


def test_lost_deals_and_only_they_have_a_reason(company):
    deals = company.tables["deals"]
    assert (deals["loss_reason"].notna() == (deals["status"] == "lost")).all()
    assert deals["loss_reason"].nunique() >= 5


def test_segments_are_the_customers(company):
    deals = company.tables["deals"].merge(company.tables["accounts"], on="account_id", suffixes=("", "_account"))
    assert len(deals) == 9_000
    assert (deals["segment"] == deals["segment_account"]).all()


def expected_open(tables: dict[str, pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    """The open deals at the end of a day, worked out from the stage events alone."""
    events = tables["stage_events"]
    seen = events[events["entered_at"].dt.tz_localize(None) < day + pd.Timedelta(days=1)]
    last = seen.sort_values("entered_at", kind="stable").groupby("deal_id").tail(1).set_index("deal_id")
    return last.loc[last["stage"].isin(MILESTONES[:-1]), "stage"].sort_index()


@pytest.mark.parametrize("every", ["month", "week"])
def test_snapshots_agree_with_the_stage_events_of_their_day(company, every):
    tables = company.tables
    if every == "week":
        tables = make_company(deals=1_500, snapshot_every="week", activities_per_deal=0).tables
    snapshots = tables["snapshots"]
    assert snapshots["taken_on"].is_monotonic_increasing
    days = snapshots["taken_on"].drop_duplicates()
    ends = days.dt.is_month_end if every == "month" else days.dt.day_of_week == 6
    assert ends.all()
    for day in days.iloc[:: 5 if every == "month" else 29]:
        found = snapshots[snapshots["taken_on"] == day].set_index("deal_id").sort_index()
        pd.testing.assert_series_equal(found["stage"], expected_open(tables, day))
        assert (found["status"] == "open").all()


def test_the_last_snapshot_is_the_open_deals(company):
    snapshots = company.tables["snapshots"]
    last = snapshots[snapshots["taken_on"] == pd.Timestamp("2025-12-31")].set_index("deal_id").sort_index()
    deals = company.tables["deals"].query("status == 'open'").set_index("deal_id").sort_index()
    columns = ["stage", "status", "amount", "rep_id", "expected_close_on"]
    pd.testing.assert_frame_equal(last[columns], deals[columns])


def test_snapshots_name_the_owner_of_their_day(company):
    snapshots = company.tables["snapshots"]
    owners = company.tables["deal_owners"]
    both = snapshots.merge(owners, on="deal_id", suffixes=("", "_owner"))
    there = (both["from"] <= both["taken_on"]) & (both["to"].isna() | (both["taken_on"] <= both["to"]))
    named = both[there].groupby(["taken_on", "deal_id"]).agg(rep=("rep_id", "first"), among=("rep_id_owner", list))
    assert all(rep in among for rep, among in zip(named["rep"], named["among"], strict=True))
    alone = snapshots[~snapshots["deal_id"].isin(owners["deal_id"])]
    now = company.tables["deals"].set_index("deal_id")["rep_id"]
    assert (alone["rep_id"].to_numpy() == now[alone["deal_id"]].to_numpy()).all()


def test_closing_dates_slip(company):
    snapshots = company.tables["snapshots"]
    assert (snapshots["expected_close_on"] > snapshots["taken_on"]).all()  # nobody keeps a date that has gone by
    changes = snapshots.groupby("deal_id")["expected_close_on"].agg(["first", "last", "nunique"])
    assert (changes["nunique"] > 1).mean() > 0.4
    later = (changes["last"] > changes["first"]).sum()
    assert later > 3 * (changes["last"] < changes["first"]).sum()


def test_amounts_change_only_at_the_proposal(company):
    snapshots = company.tables["snapshots"]
    priced = snapshots["stage"].isin(["Proposal", "Equipment on trial"])
    assert (snapshots.groupby(["deal_id", priced])["amount"].nunique() == 1).all()
    offered = snapshots[priced].drop_duplicates("deal_id").set_index("deal_id")["amount"]
    deals = company.tables["deals"].set_index("deal_id")["amount"]
    assert (offered == deals[offered.index]).all()
