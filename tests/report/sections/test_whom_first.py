"""Whom a manager talks to first."""

from pathlib import Path

import pandas as pd
import pytest
from cases import dataset_of, deal
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.sample import make_company, write_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_company(tmp_path_factory.mktemp("whom") / "company")


def test_talks_come_first_then_what_the_manager_decides_then_checks(company: Dataset) -> None:
    truth = make_company().truth
    section = Review(company, "2025-Q4").whom_first
    data = section.data.set_index("rep_id")
    assert data.loc[truth.weak_rep, "group"] == "talk"
    assert data.loc[truth.unlucky_mix_rep, "group"] == "decide"
    order = {"talk": 0, "decide": 1, "check": 2}
    assert data["group"].map(order).is_monotonic_increasing
    talks = data[data["group"] == "talk"]
    found = talks[talks["finding"]]
    assert talks["finding"].is_monotonic_decreasing
    assert found["at_stake"].is_monotonic_decreasing
    assert talks.loc[~talks["finding"], "at_stake"].dropna().is_monotonic_decreasing
    assert (found["at_stake"] <= found["money"]).all()
    assert (found["likely"] > 0.9).all()  # at a false discovery rate of a tenth
    # everybody once
    sellers = {*Review(company, "2025-Q4").context.open["rep_id"]}
    assert set(data.index) >= sellers
    assert data.index.is_unique


def test_a_managers_list_has_only_the_own_reps(company: Dataset) -> None:
    reps = company.table("reps")
    manager = reps["manager"].dropna().iloc[0]
    data = Review(company, "2025-Q4", manager=manager).whom_first.data
    own = set(reps.loc[reps["manager"] == manager, "rep_id"])
    assert set(data["rep_id"]) <= own
    # what is said of a rep is what the rep's own report says
    rep = data["rep_id"].iloc[0]
    assert Review(company, "2025-Q4", rep=rep).talking_points.data["say"].iloc[0] == data["say"].iloc[0]


def test_equals_get_a_short_check(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", *(deals(name, 3, 3, 2) for name in ("Ann", "Bob", "Cem")))
    section = Review(data, "2025-Q2").whom_first
    assert section.message == "No rep stands out against others; a short check of open deals with each will do"
    assert section.data["group"].tolist() == ["check"] * 3
    assert section.notes[0] == "In all about 15 minutes: 0 talks of half an hour and 3 checks of five minutes."
    assert section.data["money"].tolist() == [200.0] * 3


def test_nobody_sold_anything(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", deals("Ann", 3, 3))
    section = Review(data, "2024-Q4").whom_first
    assert not section.available


def test_deals_of_who_left_need_an_owner_and_no_talk(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "open", "2025-02-01", amount=100.0 * n, expected_close_on="2025-03-01") for n in (1, 2)]
    rows += [deal(10 + n, "Bob", "open", "2025-02-01", amount=10.0) for n in range(2)]
    rows += [deal(20, "Cem", "open", "2025-02-01"), deal(30, "Bob", "won", "2025-01-01", "2025-04-01", amount=5.0)]
    reps = [{"rep_id": "Ann", "left_on": "2025-03-31"}, {"rep_id": "Cem", "left_on": "2025-04-15"}]
    reps += [{"rep_id": "Bob", "left_on": "2025-12-31"}]
    frame = pd.DataFrame(reps).assign(left_on=lambda table: pd.to_datetime(table["left_on"]))
    data = dataset_of(tmp_path / "d", "2025-04-30", {"deals": rows, "reps": frame})
    section = Review(data, "2025-04").whom_first
    first = section.data.set_index("rep_id")
    # Ann's two of 100 and 200; Cem left within the month, and his deal has no amount; Bob is still there
    assert first["say"].to_dict() | {"Bob": ""} == {
        "Ann": "€300 in 2 open deals needs a new owner",
        "Cem": "1 open deal needs a new owner",
        "Bob": "",
    }
    assert first["group"].to_dict() == {"Ann": "decide", "Cem": "decide", "Bob": "check"}
    assert section.message == "No rep stands out against others; a short check of open deals with each will do"
    assert "0 talks of half an hour and 1 check of five minutes" in section.notes[0]
    ann = Review(data, "2025-04", rep="Ann")
    assert ann.talking_points.data["rule"].tolist() == ["new-owner"]
    assert ann.talking_points.data["deals"].tolist() == [["D2", "D1"]]
    assert ann.talking_points.message == "Left on Mar 31, 2025"
    assert ann.talk == "€300 in 2 open deals needs a new owner"
    for rep in ("Ann", "Cem"):
        assert not Review(data, "2025-04", rep=rep).preparation.available
    assert Review(data, "2025-04", rep="Bob").preparation.available
