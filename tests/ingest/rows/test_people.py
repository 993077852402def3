"""Owners who are no person: declared, or suspected and asked about."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from salesreport import Review
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.ingest import ingest
from salesreport.kpi import Facts, compute
from salesreport.kpi.anomalies.anomalies import anomalies
from salesreport.kpi.milestones.reached import process_file
from salesreport.pack.subjects import subjects
from salesreport.period import Period
from salesreport.report.shared import Shared
from salesreport.report.subject import find_subject

YEAR = Period.parse("2025")


def company(folder: Path, *extra: str, queue: str = "Unassigned") -> Dataset:
    """60 closed deals of a queue, 20 each of three people; every second one won, of the queue's one in five."""
    rows = []
    for owner, number, every in ((queue, 60, 5), ("Ann", 20, 2), ("Bob", 20, 2), ("Cleo", 20, 2)):
        for n in range(number):
            day = dt.date(2025, 1, 10) + dt.timedelta(n * 5)
            state = "Won" if n % every == 0 else "Lost"
            rows.append((f"{owner}{n}", owner, state, day - dt.timedelta(9), day, 100))
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows, columns=["Id", "Owner", "Stage", "Created", "Closed", "Amount"])
    frame.to_csv(folder / "deals.csv", index=False)
    spec = [
        "name: t", "as_of: 2025-12-31", "currency: EUR", *extra, "tables:", "  deals:", "    file: deals.csv",
        "    columns: {deal_id: Id, rep_id: Owner, stage: Stage, created_on: Created, closed_on: Closed,"
        " amount: Amount}",
        "    status: {from: stage, won: [Won], lost: [Lost]}",
    ]  # fmt: skip
    (folder / "crm.yml").write_text("\n".join(spec), encoding="utf-8")
    return ingest(folder / "crm.yml", folder / "ds")


def questions(dataset: Dataset) -> list[str]:
    return [str(note) for note in dataset.provenance.notes if "not_people" in str(note)]


def test_a_queue_is_asked_about(tmp_path: Path) -> None:
    (asked,) = questions(company(tmp_path))
    assert asked.startswith("“Unassigned” owns 50% of what was offered or sold.")
    assert "“not_people: [Unassigned]”" in asked


def test_whoever_owns_most_deals_is_asked_about_whatever_the_name(tmp_path: Path) -> None:
    (asked,) = questions(company(tmp_path, queue="Unassigned"))
    assert asked
    # 60 of 120 is not more than half: a name that looks like a person's is not asked about
    assert questions(company(tmp_path / "named", queue="Zoe Sand")) == []


def test_a_declared_one_is_not_asked_about_and_an_unknown_name_is_noted(tmp_path: Path) -> None:
    assert questions(company(tmp_path / "a", "not_people: [unassigned]")) == []
    (noted,) = questions(company(tmp_path / "b", "not_people: [Unassigned, Robot]"))
    assert noted == "“not_people” names Robot, who is no rep of this export."


def test_a_declared_one_counts_in_totals_never_as_peer_or_report(tmp_path: Path) -> None:
    dataset = company(tmp_path, "not_people: Unassigned")
    facts = Facts.of(dataset)
    table = compute(facts, YEAR, ["deals_closed"]).frame
    assert table["value"].tolist() == [120.0]
    by_rep = compute(facts, YEAR, ["deals_closed"], by=["rep_id"]).frame.set_index("rep_id")["value"]
    assert by_rep.to_dict() == {"Ann": 20, "Bob": 20, "Cleo": 20, "Unassigned": 60}
    assert [one.id for one in subjects(dataset, "rep", [YEAR])] == ["Ann", "Bob", "Cleo"]
    shared = Shared.of(dataset)
    peers = shared.members("rep_id")[shared.peers(find_subject(facts, "rep", "Ann"))]
    assert peers.tolist() == ["Bob", "Cleo"]
    with pytest.raises(ConfigError, match="no person"):
        Review(dataset, "2025", rep="Unassigned")
    # nobody differs from the others once the queue, which wins one in five, is not among them
    found = anomalies(facts, process_file(facts), YEAR).frame
    assert set(found["rep_id"]) == {"Ann", "Bob", "Cleo"}
    assert set(found["flag"]) == {"none"}
    assert "Unassigned" not in Review(dataset, "2025").reps.data["name"].tolist()
    assert any("no person" in str(note) for note in facts.credit_notes)
