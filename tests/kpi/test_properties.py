"""What must hold for any data: totals are conserved, names do not matter, open deals lose nothing."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import dataset_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from salesreport.kpi import DIMENSIONS, METRICS, Facts, KpiTable, compute
from salesreport.period import Period

Q2 = Period.parse("2024-Q2")
REPS = ["ann", "bob", "cleo", "dan"]
# without shrinking: each try writes a dataset, and a failure would shrink for minutes
EASY = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

_day = some.integers(0, 420).map(lambda days: dt.date(2023, 11, 1) + dt.timedelta(days))


@some.composite
def companies(draw: some.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Deals of up to four reps with owner changes, splits and gaps of every kind."""
    deals, owners = [], []
    for number in range(draw(some.integers(1, 14))):
        created, closed = sorted((draw(_day), draw(_day)))
        status = draw(some.sampled_from(["open", "won", "lost"]))
        deals.append(
            {
                "deal_id": f"D{number}",
                "rep_id": draw(some.sampled_from(REPS)),
                "status": status,
                "created_on": None if status == "open" and draw(some.booleans()) else created,
                "closed_on": None if status == "open" else closed,
                "amount": draw(some.one_of(some.none(), some.integers(0, 10_000).map(float))),
                "segment": draw(some.sampled_from([None, "X", "Y"])),
                "product_line": draw(some.sampled_from([None, "P", "Q"])),
                "lead_source": draw(some.sampled_from([None, "web"])),
            }
        )
        first, second = draw(some.permutations(REPS))[:2]
        match draw(some.sampled_from(["none", "split", "change", "thirds"])):
            case "split":
                share = draw(some.integers(1, 99)) / 100
                owners += [(number, first, None, None, share), (number, second, None, None, 1 - share)]
            case "change":
                day = draw(_day)
                owners += [(number, first, None, day, None), (number, second, day + dt.timedelta(1), None, None)]
            case "thirds":
                owners += [(number, rep, None, None, 1 / 3) for rep in REPS[:3]]
    tables: dict[str, Any] = {
        "deals": deals,
        "reps": [
            {"rep_id": rep, "team": team, "manager": None if team is None else f"M {team}"}
            for rep, team in zip(REPS, draw(some.permutations(["North", "North", "South", None])), strict=True)
        ],
    }
    if owners:
        tables["deal_owners"] = [
            {"deal_id": f"D{number}", "rep_id": rep, "from": since, "to": until, "share": share}
            for number, rep, since, until, share in owners
        ]
    if draw(some.booleans()):
        tables["rep_history"] = [{"rep_id": "ann", "from": "2023-01-01", "to": draw(_day), "team": "East"}]
    return tables


Make = Callable[[dict[str, Any]], Facts]


@pytest.fixture(scope="session")
def facts_of(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """The facts of a company, in a folder of its own."""
    return lambda tables: Facts.of(dataset_of(tmp_path_factory.mktemp("company"), "2024-12-31", tables))


def wide(table: KpiTable) -> pd.DataFrame:
    return table.frame.pivot(index="rep_id", columns="metric", values=["value", "n", "lower", "upper"])


@EASY
@given(companies())
def test_groups_add_up_to_the_total_by_every_breakdown(facts_of: Make, tables):
    facts = facts_of(tables)
    additive = [key for key, metric in METRICS.items() if metric.additive]
    whole = compute(facts, Q2, additive).frame.set_index("metric")["value"]
    for by in (
        ("rep_id",),
        ("team",),
        ("manager",),
        ("segment", "product_line"),
        ("rep_id", "lead_source"),
        DIMENSIONS,
    ):
        table = compute(facts, Q2, additive, by=by)
        parts = table.frame.groupby("metric")["value"].sum()
        told = whole.drop([key for key in table.unavailable if key in whole])
        np.testing.assert_allclose(parts.reindex(told.index).fillna(0), told, atol=1e-6)


@EASY
@given(companies())
def test_shares_of_an_event_add_up_to_one(facts_of: Make, tables):
    facts = facts_of(tables)
    frames = [facts.created(Q2), facts.closed(Q2), facts.open(), facts.open(dt.date(2024, 5, 31))]
    raw = pd.DataFrame(tables["deals"])
    for frame in frames:
        np.testing.assert_allclose(frame.groupby("deal_id")["share"].sum(), 1)
    day = pd.to_datetime(raw["closed_on"]).where(raw["status"] != "open")
    closed = raw[day.between(pd.Timestamp(Q2.start), pd.Timestamp(Q2.end))]
    assert set(frames[1]["deal_id"]) == set(closed["deal_id"])
    assert set(frames[2]["deal_id"]) == set(raw.loc[raw["status"] == "open", "deal_id"])


@EASY
@given(companies(), some.permutations(["u1", "u2", "u3", "u4"]))
def test_renaming_reps_permutes_the_results(facts_of: Make, tables, names):
    new = dict(zip(REPS, names, strict=True))
    renamed = {
        table: [{**row, "rep_id": new[row["rep_id"]]} if "rep_id" in row else row for row in rows]
        for table, rows in tables.items()
    }
    before = wide(compute(facts_of(tables), Q2, by=["rep_id"])).rename(index=new).sort_index()
    after = wide(compute(facts_of(renamed), Q2, by=["rep_id"]))
    pd.testing.assert_frame_equal(before, after, check_names=False)


@EASY
@given(companies(), some.sampled_from(REPS))
def test_an_open_deal_more_changes_no_rate_of_closed_ones(facts_of: Make, tables, rep):
    # the first amount of all would make more metrics possible
    amount = 1e6 if any(row["amount"] is not None for row in tables["deals"]) else None
    more = {**tables, "deals": [*tables["deals"], {
        "deal_id": "new", "rep_id": rep, "status": "open", "created_on": dt.date(2024, 5, 1), "amount": amount,
    }]}  # fmt: skip
    metrics = ["win_rate", "win_rate_amount", "deals_lost", "avg_deal_size", "cycle_days"]
    before, after = compute(facts_of(tables), Q2, metrics), compute(facts_of(more), Q2, metrics)
    pd.testing.assert_frame_equal(before.frame, after.frame)
    opened = [len(facts_of(one).open(Q2.end)["deal_id"].unique()) for one in (tables, more)]
    assert opened[1] == opened[0] + 1


@EASY
@given(companies())
def test_the_pipeline_moves_by_what_was_created_and_closed(facts_of: Make, tables):
    # opening + created − closed = closing, where every deal has a creation date
    deals = [{**row, "created_on": row["created_on"] or dt.date(2024, 1, 1)} for row in tables["deals"]]
    facts = facts_of({**tables, "deals": deals})
    opening = facts.events("open", Q2.start - dt.timedelta(1)).share.sum()
    closing = facts.events("open", Q2.end).share.sum()
    created, closed = (facts.events(kind, Q2).share.sum() for kind in ("created", "closed"))
    assert np.isclose(opening + created - closed, closing)
