"""Stale layer, stage age, silence: worked by hand, and against DuckDB on the sample company."""

from pathlib import Path

import numpy as np
import pytest
from pasts import day, finding, past_of, query

from salesreport.dataset import Dataset


def test_layers_of_the_pipeline_by_hand(tmp_path: Path) -> None:
    """Three deals: one moved 40 days ago, one whose date was changed 100 days ago, one untouched for a year."""
    end = "2025-12-31"
    deals = [
        {
            "deal_id": name,
            "rep_id": "R",
            "status": "open",
            "created_on": "2024-11-01",
            "stage": "A",
            "amount": money,
            "expected_close_on": "2026-02-01",
        }
        for name, money in (("moved", 500.0), ("dated", 300.0), ("left", 200.0))
    ]
    events = [{"deal_id": name, "stage": "A", "entered_at": "2024-11-01"} for name in ("moved", "dated", "left")]
    events.append({"deal_id": "moved", "stage": "B", "entered_at": day(end, -40)})
    deals[0]["stage"] = "B"
    snapshots = [
        {
            "taken_on": taken,
            "deal_id": name,
            "status": "open",
            "amount": money,
            "expected_close_on": "2026-01-01" if name == "dated" and taken < day(end, -100) else "2026-02-01",
        }
        for taken in (day(end, -200), day(end, -100), day(end, -10))
        for name, money in (("moved", 500.0), ("dated", 300.0), ("left", 200.0))
    ]
    looked = past_of(tmp_path / "d", deals=deals, stage_events=events, snapshots=snapshots)
    found = finding(looked, "stale_layer").found
    assert found.ids == ("dated", "left")
    assert found.figure.value == pytest.approx((300 + 200) / 1000)
    assert found.money == 500
    said = str(found.detail)
    assert said == "Changed within 90 days: 50%; 91 to 180: 30%; 181 to 365: 0%; longer ago: 20%."


def test_without_snapshots_the_stale_layer_may_be_data(tmp_path: Path) -> None:
    deals = [
        {
            "deal_id": f"D{n}",
            "rep_id": "R",
            "status": "open",
            "created_on": "2025-01-01",
            "stage": "A",
            "amount": 1.0,
        }
        for n in range(3)
    ]
    deals.append(
        {
            "deal_id": "X",
            "rep_id": "R",
            "status": "won",
            "created_on": "2025-12-01",
            "closed_on": "2025-12-20",
            "stage": "Won",
            "amount": 1.0,
        }
    )
    events = [{"deal_id": f"D{n}", "stage": "A", "entered_at": "2025-01-01"} for n in range(3)]
    found = finding(past_of(tmp_path / "d", deals=deals, stage_events=events), "stale_layer").found
    assert found.kind == "data"
    assert "Only moves between stages" in str(found.instead)


def test_an_export_that_stands_still_is_no_behaviour(tmp_path: Path) -> None:
    """The last trace is of June, the export says it is of December: nobody knows what was done since."""
    deals = [
        {
            "deal_id": f"D{n}",
            "rep_id": "R",
            "status": "open",
            "created_on": "2025-06-01",
            "stage": "A",
            "expected_close_on": "2025-09-01",
            "amount": 1.0,
        }
        for n in range(3)
    ]
    found = finding(past_of(tmp_path / "d", deals=deals), "overdue").found
    assert found.count == 3
    assert found.kind == "data"
    assert "Nothing is recorded after" in str(found.instead)


def test_unchanged_deals_of_the_sample_by_a_query(sample: Dataset) -> None:
    """The last of creation, stage move, and change of date or amount between snapshots, by DuckDB."""
    deals, events, snapshots = (sample.table(name) for name in ("deals", "stage_events", "snapshots"))
    events["day"] = events["entered_at"].dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
    deals["created_on"] = deals["created_on"].astype("datetime64[us]")
    for frame, column in ((snapshots, "taken_on"), (snapshots, "expected_close_on"), (deals, "expected_close_on")):
        frame[column] = frame[column].astype("datetime64[us]")
    oracle = query(
        f"""
        with seen as (
            select deal_id, taken_on, expected_close_on as e, amount as a from snapshots where status = 'open'
            union all select deal_id, timestamp '{sample.as_of}', expected_close_on, amount from deals
            where status = 'open'),
        steps as (select *, lag(e) over w as e0, lag(a) over w as a0, row_number() over w as k from seen
            window w as (partition by deal_id order by taken_on)),
        changed as (select deal_id, max(taken_on) as day from steps
            where k > 1 and (e is distinct from e0 or a is distinct from a0) group by 1),
        moved as (select deal_id, max(day) as day from events group by 1)
        select deal_id from deals left join changed using (deal_id) left join moved using (deal_id)
        where status = 'open'
          and date_diff('day', greatest(created_on, changed.day, moved.day), timestamp '{sample.as_of}') > 90
        order by 1
        """,
        deals=deals,
        events=events,
        snapshots=snapshots,
    )
    found = finding(sample, "stale_layer").found
    assert list(found.ids) == oracle["deal_id"].tolist()
    assert found.count > 3


def test_too_long_at_a_milestone_by_hand(tmp_path: Path) -> None:
    """Twenty deals won took 10 … 29 days at A, 19.5 in the middle; 1.5 times that is 29.25 days."""
    deals, events = [], []
    for n in range(20):
        start = "2025-06-01"
        deals.append(
            {
                "deal_id": f"W{n}",
                "rep_id": "R",
                "status": "won",
                "created_on": start,
                "closed_on": day(start, 60),
                "stage": "Won",
                "amount": 1.0,
            }
        )
        events += [
            {"deal_id": f"W{n}", "stage": stage, "entered_at": at}
            for stage, at in (("A", start), ("B", day(start, 10 + n)), ("Won", day(start, 60)))
        ]
    for name, days in (("ok", 29), ("long", 30)):
        deals.append(
            {
                "deal_id": name,
                "rep_id": "R",
                "status": "open",
                "created_on": day("2025-12-31", -days),
                "stage": "A",
                "amount": 100.0,
            }
        )
        events.append({"deal_id": name, "stage": "A", "entered_at": day("2025-12-31", -days)})
    found = finding(past_of(tmp_path / "d", deals=deals, stage_events=events), "stage_age").found
    assert found.ids == ("long",)
    assert found.of == 2


def test_silence_needs_activities_that_name_deals(tmp_path: Path, sample: Dataset) -> None:
    deals = [{"deal_id": "D", "rep_id": "R", "status": "open", "created_on": "2025-06-01", "stage": "A"}]
    activities = [{"activity_id": "1", "rep_id": "R", "type": "call", "done_at": "2025-06-02"}]
    made = finding(past_of(tmp_path / "d", deals=deals, activities=activities), "silence")
    assert made.found is None
    assert "the deals of activities" in str(made.why)
    # by a query: size bands by the amounts of deals won, days since the last activity or creation
    deals, done = sample.table("deals"), sample.table("activities")
    done["day"] = done["done_at"].dt.tz_localize(None).dt.normalize()
    last = done.groupby("deal_id")["day"].max()
    won = deals[(deals["status"] == "won") & (deals["amount"] > 0)]["amount"]
    low, high = np.quantile(won, [1 / 3, 2 / 3])
    open_ = deals[deals["status"] == "open"].copy()
    latest = open_["deal_id"].map(last).astype("datetime64[us]")
    since = latest.where(latest >= open_["created_on"], open_["created_on"].astype("datetime64[us]"))
    days = (np.datetime64(sample.as_of, "us") - since.to_numpy()) / np.timedelta64(1, "D")
    limit = np.where(open_["amount"] <= low, 21, np.where(open_["amount"] <= high, 45, 90))
    silent = set(open_.loc[days > limit, "deal_id"])
    found = finding(sample, "silence").found
    assert set(found.ids) <= silent
    first = set(open_.loc[open_["stage"] == "Lead qualified", "deal_id"])
    assert found.of == len(open_) - len(first)
    assert set(found.ids) == silent - first
