"""The forecast as a whole: blind to the future, adding up, the same each time, and honest where it cannot tell."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import Forecast, forecast
from salesreport.period import Period
from salesreport.process import process_of
from salesreport.writing import write_dataset

DAY = dt.date(2025, 6, 30)
QUARTERS = [Period.parse("2025-Q3"), Period.parse("2025-Q4")]


def made(dataset: Dataset, by: tuple[str, ...] = (), day: dt.date = DAY, **more: int) -> Forecast:
    return forecast(Facts.of(dataset), process_of(dataset), day, QUARTERS, by, **{"simulations": 200, **more})


def with_another_future(sample: Dataset, folder: Path, seed: int) -> Dataset:
    """Everything after the day is forgotten or made up: outcomes, amounts, moves, snapshots, owners."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp(DAY)
    tables = {name: sample.table(name) for name in sample.rows}
    deals = tables["deals"]
    deals = deals[deals["created_on"] <= day].reset_index(drop=True)
    later = ~(deals["closed_on"] <= day)
    number = int(later.sum())
    lost = deals["stage"] == "Lost"
    deals.loc[later, "amount"] = rng.lognormal(9, 1, number).round(2)
    deals.loc[later, "crm_probability"] = rng.random(number).round(2)
    deals.loc[later, "expected_close_on"] = day + pd.to_timedelta(rng.integers(1, 900, number), "D")
    closes = later & (rng.random(len(deals)) < 0.5)
    deals.loc[later, "status"] = "open"
    deals.loc[later & lost, "stage"] = "Proposal"
    deals.loc[later, "stage"] = deals.loc[later, "stage"].replace("Contract", "Proposal")
    deals.loc[later, "closed_on"] = pd.NaT
    deals.loc[closes, "status"] = "won"
    deals.loc[closes, "stage"] = "Contract"
    deals.loc[closes, "closed_on"] = day + pd.to_timedelta(rng.integers(1, 180, int(closes.sum())), "D")
    events = tables["stage_events"]
    zone = events["entered_at"].dt.tz
    events = events[events["entered_at"] < pd.Timestamp(day + pd.Timedelta(days=1)).tz_localize(zone)]
    wins = deals.loc[closes, ["deal_id", "closed_on", "rep_id"]]
    wins = pd.DataFrame(
        {
            "deal_id": wins["deal_id"],
            "stage": "Contract",
            "entered_at": (wins["closed_on"] + pd.Timedelta(hours=12)).dt.tz_localize(zone),
            "rep_id": wins["rep_id"],
            "origin": "history",
        }
    )
    owners = tables["deal_owners"]
    owners = owners[owners["from"] <= day].copy()
    owners.loc[owners["to"] > day, "to"] = pd.NaT
    snapshots = tables["snapshots"]
    kept = {
        **{name: tables[name] for name in ("reps", "rep_history", "accounts")},
        "deals": deals,
        "stage_events": pd.concat([events, wins], ignore_index=True),
        "deal_owners": owners[owners["deal_id"].isin(deals["deal_id"])],
        "snapshots": snapshots[snapshots["taken_on"] <= day],
    }
    return write_dataset(folder / f"future{seed}", kept, sample.settings, sample.provenance)


def test_changing_the_future_changes_nothing(sample: Dataset, tmp_path: Path) -> None:
    """Every dimension on which something was said after the day, twice made up, and the true one."""
    first, second = (made(with_another_future(sample, tmp_path, seed), ("rep_id",)) for seed in (1, 2))
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert (first.samples == second.samples).all()
    true = made(sample, ("rep_id",))
    pd.testing.assert_frame_equal(true.frame, first.frame)


@pytest.fixture(scope="module")
def team(sample: Dataset) -> Forecast:
    return made(sample)


@given(
    by=some.sampled_from(["rep_id", "team", "manager"]), day=some.dates(dt.date(2025, 3, 1), dt.date(2025, 9, 29))
)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reps_and_teams_add_up_path_by_path(sample: Dataset, by: str, day: dt.date) -> None:
    whole, parts = made(sample, day=day, simulations=60), made(sample, (by,), day=day, simulations=60)
    assert np.allclose(whole.samples, parts.total())
    for column in ("booked", "mean", "from_open", "from_arrivals", "n_open"):
        summed = parts.frame.groupby("period", sort=False)[column].sum()
        assert summed.to_numpy() == pytest.approx(whole.frame[column].to_numpy())


def test_a_breakdown_by_what_deals_are_about_adds_up_to_about_the_same(sample: Dataset, team: Forecast) -> None:
    parts = made(sample, ("product_line",))
    assert parts.frame.groupby("period")["booked"].sum().to_numpy() == pytest.approx(
        team.frame["booked"].to_numpy()
    )
    assert parts.frame.groupby("period")["mean"].sum().to_numpy() == pytest.approx(
        team.frame["mean"].to_numpy(), rel=0.05
    )


def test_the_same_seed_gives_the_same_forecast(sample: Dataset, team: Forecast) -> None:
    assert (made(sample).samples == team.samples).all()
    assert (made(sample, seed=8).samples != team.samples).any()


def test_booked_is_what_was_won_by_then(sample: Dataset) -> None:
    deals = sample.table("deals")
    day = dt.date(2025, 8, 20)
    won = deals[(deals["status"] == "won") & deals["closed_on"].between("2025-07-01", "2025-08-20")]
    frame = made(sample, day=day).frame
    assert frame["booked"].tolist() == pytest.approx([won["amount"].sum(), 0.0])
    assert (frame["lower_95"] >= frame["booked"]).all()
    parts = frame["booked"] + frame["from_open"] + frame["from_arrivals"]
    assert frame["mean"].to_numpy() == pytest.approx(parts.to_numpy())


def test_what_came_lies_where_it_should(sample: Dataset, team: Forecast) -> None:
    """The sample's true half year, of 2,500 deals, lies within the 95 % intervals."""
    deals = sample.table("deals")
    won = deals[deals["status"] == "won"]
    for row in team.frame.to_dict("records"):
        period = Period.parse(row["period"])
        came = won.loc[period.mask(won["closed_on"]), "amount"].sum()
        assert row["lower_95"] <= came <= row["upper_95"]


def test_deals_alike_are_won_as_often_as_before(given: Given) -> None:
    """No stage history; on each day, whatever its age, 2 % of the open deals are won and 2 % lost."""
    rng = np.random.default_rng(3)
    end = pd.Timestamp("2024-12-31")
    rows = []
    for number in range(1500):
        start = end - pd.Timedelta(days=int(number * 0.7))
        days, won = int(rng.geometric(0.04)), rng.random() < 0.5
        closed = start + pd.Timedelta(days=days)
        if closed > end:
            rows.append(deal(number, "ann", "open", f"{start:%Y-%m-%d}"))
        else:
            rows.append(deal(number, "ann", "won" if won else "lost", f"{start:%Y-%m-%d}", f"{closed:%Y-%m-%d}",
                             amount=100.0 if won else 0.0))  # fmt: skip
    facts = given("2024-12-31", deals=rows)
    frame = forecast(facts, process_of(facts.dataset), end.date(), [Period.parse("2025-Q1")]).frame
    chance = 0.5 * (1 - 0.96**90)
    assert frame["from_open"].iloc[0] == pytest.approx(frame["n_open"].iloc[0] * chance * 100, rel=0.1)
    # of the deals that come on one of 90 days, 1 / 0.7 a day
    new = sum(0.5 * (1 - 0.96 ** (90 - day)) for day in range(1, 90)) / 0.7
    assert frame["from_arrivals"].iloc[0] == pytest.approx(new * 100, rel=0.15)


def test_maven_has_no_amounts_on_open_deals(maven: Dataset) -> None:
    period = Period.parse("2017-Q3")
    found = forecast(Facts.of(maven), process_of(maven), DAY.replace(year=2017), [period], simulations=200)
    deals = maven.table("deals")
    won = deals[(deals["status"] == "won") & period.mask(deals["closed_on"])]
    row = found.frame.iloc[0]
    assert row["lower_95"] <= won["amount"].sum() <= row["upper_95"]
    assert any("no known amount" in str(note) for note in found.notes)


def test_orders_alone_tell_nothing_of_deals(adventureworks: Dataset) -> None:
    with pytest.raises(Unavailable, match="needs deals, which"):
        forecast(
            Facts.of(adventureworks), process_of(adventureworks), adventureworks.as_of, [Period.parse("2012-Q1")]
        )


def test_too_few_deals_won_tell_nothing(given: Given) -> None:
    rows = [deal(n, "ann", "won", "2024-01-01", "2024-03-01", amount=10.0, stage="x") for n in range(9)]
    facts = given("2024-12-31", deals=rows)
    with pytest.raises(Unavailable, match=r"needs 10 deals won .* there are 9"):
        forecast(facts, process_of(facts.dataset), dt.date(2024, 12, 31), [Period.parse("2025-Q1")])


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"as_of": dt.date(2026, 1, 1)}, "Nothing is known"),
        ({"periods": []}, "no period"),
        ({"periods": [Period.parse("2025-Q2")]}, "over"),
        ({"periods": [Period.parse("2025-Q4"), Period.parse("2025-12")]}, "overlap"),
        ({"by": ("colour",)}, "broken down"),
        ({"simulations": 0}, "simulations"),
    ],
)
def test_what_cannot_be_asked(sample: Dataset, more: dict, problem: str) -> None:
    asked = {"as_of": DAY, "periods": QUARTERS, **more}
    with pytest.raises(ConfigError, match=problem):
        forecast(Facts.of(sample), process_of(sample), **asked)
