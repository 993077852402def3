"""The facts of a part are those of a dataset that was written with the part's rows only."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesreport.audit import Audit, audit
from salesreport.dataset import Dataset
from salesreport.kpi import Facts, compute
from salesreport.kpi.anomalies.decided import decisions
from salesreport.kpi.facts.part import lacks_here, part_of
from salesreport.kpi.milestones.reached import process_file
from salesreport.sample import write_company
from salesreport.stored import store
from salesreport.titles import TABLE_TITLES
from salesreport.writing import write_dataset

HISTORY = ("stage_events", "deal_owners", "snapshots")


def written(sample: Dataset, folder: Path, line: str) -> Dataset:
    """A dataset with the rows of one product line, picked with pandas."""
    deals = sample.table("deals")
    deals = deals[deals["product_line"] == line]
    tables = {name: sample.table(name) for name in HISTORY}
    tables = {name: frame[frame["deal_id"].isin(deals["deal_id"])] for name, frame in tables.items()}
    orders = sample.table("orders")
    of_deal = orders["deal_id"].map(deals.set_index("deal_id")["product_line"])
    orders = orders[orders["product_line"].fillna(of_deal) == line]
    activities = sample.table("activities")
    activities = activities[activities["deal_id"].isin(deals["deal_id"])]
    lent = sample.table("equipment")
    served = set(deals["account_id"].dropna()) | set(orders["account_id"].dropna())
    accounts = sample.table("accounts")
    here = set(
        pd.concat([deals["rep_id"], tables["deal_owners"]["rep_id"], orders["rep_id"], activities["rep_id"]])
    )
    reps = sample.table("reps")
    tables |= {
        "deals": deals,
        "orders": orders,
        "activities": activities,
        "equipment": lent[lent["deal_id"].isin(deals["deal_id"])],
        "accounts": accounts[accounts["account_id"].isin(served)],
        "reps": reps[reps["rep_id"].isin(here)],
    }
    tables = {name: frame.dropna(axis="columns", how="all") for name, frame in tables.items()}
    return write_dataset(folder, tables, sample.settings, sample.provenance)


def told(made: Audit) -> list[tuple[object, ...]]:
    """What an audit found, without words."""
    return [
        (one.check.key, one.verdict.level, one.found and (one.found.count, one.found.of, one.found.ids))
        for one in made.findings
        if "targets" not in {table for table, _ in one.check.needs}
    ]


@pytest.fixture(scope="module")
def facts(sample: Dataset) -> Facts:
    """The sample company's facts."""
    return Facts.of(sample)


def test_an_audit_of_a_part_is_that_of_a_dataset_with_its_rows_only(
    sample: Dataset, facts: Facts, tmp_path: Path
) -> None:
    line = facts.dimensions.members("product_line")[0]
    part, alone = part_of(facts, "product_line", line), written(sample, tmp_path / "alone", line)
    assert 0 < part.columns.size("deals") < facts.columns.size("deals")
    of_part, of_alone = dict(part.dataset.rows), dict(alone.rows)
    assert of_part.pop("targets", 0) >= 0
    assert of_part == of_alone
    assert told(audit(part)) == told(audit(alone))


@pytest.mark.parametrize("dimension", ["segment", "product_line", "lead_source", "team"])
def test_the_parts_add_up_to_the_company(facts: Facts, dimension: str) -> None:
    members = facts.dimensions.members(dimension)
    parts = [part_of(facts, dimension, one) for one in members]
    total, places = sum(one.columns.size("deals") for one in parts), facts.columns.size("deals")
    if dimension == "team":
        placed = facts.placed(facts.reps, facts.as_of).set_index("rep_id")["team"]
        places = int(facts.columns.series("deals", "rep_id").map(placed).notna().sum())
    else:
        places -= int((facts.dimensions.of("deals", dimension).codes < 0).sum())
    assert total == places
    won = [compute(one, facts.dataset.period("2025"), ["deals_won"]).frame["value"].iloc[0] for one in parts]
    whole = compute(facts, facts.dataset.period("2025"), ["deals_won"]).frame["value"].iloc[0]
    assert sum(won) == pytest.approx(whole)


def test_what_nobody_can_say_to_be_of_a_part_is_not_there_and_said(facts: Facts) -> None:
    part = part_of(facts, "segment", facts.dimensions.members("segment")[0])
    dataset = part.dataset
    for table in facts.dataset.tables:
        if not dataset.has(table):
            said = str(lacks_here(dataset, table).reason)
            assert said == f"nothing of {TABLE_TITLES[table]} is known to be of this part"
    assert not dataset.has("commitments")
    assert "this export does not have" in str(lacks_here(facts.dataset, "nothing").reason)
    targets = dataset.table("targets")
    assert set(targets["segment"]) <= {facts.dimensions.members("segment")[0]}
    assert part_of(facts, "segment", facts.dimensions.members("segment")[0]) is part
    assert np.isin(dataset.table("snapshots")["deal_id"], dataset.table("deals")["deal_id"]).all()


def test_a_part_takes_nothing_that_is_stored_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(store, "WORTH", 0.0)
    monkeypatch.setattr(store, "_open", {})
    dataset = write_company(tmp_path / "company", reps=12, deals=1_500)
    line = dataset.table("deals")["product_line"].iloc[0]
    alone = Facts.of(dataset)
    expected = part_of(alone, "product_line", line)
    decided, won = decisions(expected, process_file(expected)), expected.closing.won.sum()
    store.keep_results(dataset)
    whole = Facts.of(dataset)
    assert len(decisions(whole, process_file(whole))) > len(decided)  # stored now
    part = part_of(whole, "product_line", line)
    assert len(decisions(part, process_file(part))) == len(decided)
    assert part.closing.won.sum() == won < whole.closing.won.sum()
