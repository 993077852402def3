"""Planted companies are placed where they belong, figures are those planted, and what is unknown is asked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import dataset_of, deal
from ways_of_selling import STAGES, TODAY, company

from salesreport import Dataset
from salesreport.audit.maturity import Maturity, maturity, verdict
from salesreport.audit.maturity.sentences import notes
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.kpi.milestones.reached import process_file


def figures(found: Maturity) -> dict[str, float]:
    return dict(zip(found.frame["criterion"], found.frame["value"], strict=True))


@pytest.fixture(scope="module")
def orderly(tmp_path_factory: pytest.TempPathFactory) -> Maturity:
    return maturity(company(tmp_path_factory.mktemp("orderly") / "d"))


@pytest.fixture(scope="module")
def chaotic(tmp_path_factory: pytest.TempPathFactory) -> Maturity:
    return maturity(company(tmp_path_factory.mktemp("chaotic") / "d", chaos=0.9, kept=0.2))


def test_an_orderly_company_is_at_least_informal(orderly: Maturity) -> None:
    found = figures(orderly)
    assert (found["skips"], found["returns"], found["fields"], found["loss_reasons"]) == (0, 0, 1, 1)
    assert orderly.gates[0].fate == "passed"
    assert orderly.span.low >= 2
    assert orderly.span.high == 4  # nothing speaks against it, and nothing in the data can prove it


def test_a_chaotic_company_is_random(chaotic: Maturity) -> None:
    assert chaotic.gates[0].fate == "failed"
    assert tuple(chaotic.span) == (1, 1)
    assert str(verdict(chaotic)) == "The sales process is random (no process: chance and luck)"


def test_the_more_chaos_the_lower_never_the_higher(tmp_path: Path, orderly: Maturity, chaotic: Maturity) -> None:
    some = maturity(company(tmp_path / "d", chaos=0.3, kept=0.7))
    spans = [orderly.span, some.span, chaotic.span]
    assert [span.low for span in spans] == sorted((span.low for span in spans), reverse=True)
    assert [span.high for span in spans] == sorted((span.high for span in spans), reverse=True)
    skips = [figures(one)["skips"] for one in (orderly, some, chaotic)]
    assert skips == sorted(skips)


def test_skips_and_returns_are_counted_move_by_move(tmp_path: Path) -> None:
    facts = company(tmp_path / "d", chaos=0.3)
    found = maturity(facts)
    order = [one.stages[0].name for one in process_file(facts).processes[0].milestones]
    assert order == list(STAGES)
    # another way to count: each deal's events in order, moves of the year among stages and to the order
    events = facts.dataset.table("stage_events")
    events["at"] = events["entered_at"].dt.tz_localize(None)
    events["place"] = events["stage"].map({**{name: n for n, name in enumerate(order)}, "Won": len(order)})
    events = events.sort_values(["deal_id", "at"])
    events["before"] = events.groupby("deal_id")["place"].shift()
    moves = events[events["place"].notna() & events["before"].notna()]
    moves = moves[moves["at"] >= pd.Timestamp(found.year.start)]
    step = moves["place"] - moves["before"]
    rows = found.frame.set_index("criterion")
    assert rows.loc["returns", "value"] == pytest.approx((step < 0).mean())
    assert rows.loc["returns", "n"] == len(moves)
    assert rows.loc["skips", "value"] == pytest.approx((step[step > 0] > 1).mean())
    assert rows.loc["skips", "n"] == (step > 0).sum()
    # seen at half of the five milestones: three stages or more
    won = facts.dataset.table("deals")
    won = won[(won["status"] == "won") & (won["closed_on"] >= pd.Timestamp(found.year.start))]
    seen = events[events["place"] < len(order)].groupby("deal_id")["place"].nunique()
    assert rows.loc["whole_way", "value"] == pytest.approx((won["deal_id"].map(seen) >= 2.5).mean())


def test_lingering_is_the_metric_of_stale_deals(orderly: Maturity) -> None:
    table = compute(orderly.facts, orderly.year, ["stale"]).frame.iloc[0]
    assert figures(orderly)["lingering"] == pytest.approx(table["value"])


def test_records_by_hand(tmp_path: Path) -> None:
    rows = [
        deal(
            n, "Ann", "open", "2025-11-01", stage="Lead", amount=100.0 if n < 6 else None,
            expected_close_on=TODAY if n < 7 else None,
            next_step_on=TODAY if n < 3 else TODAY - pd.Timedelta(days=1),
            last_activity_on=TODAY - pd.Timedelta(days=60 if n < 5 else 61),
        )
        for n in range(8)
    ]  # fmt: skip
    rows += [
        deal(n, "Ann", "lost", "2025-10-01", "2025-11-01", loss_reason="price" if n < 23 else None)
        for n in range(20, 24)
    ]
    rows.append(deal(30, "Ann", "lost", "2024-10-01", "2024-11-01"))  # the year before
    found = maturity(Facts.of(dataset_of(tmp_path / "d", "2025-12-31", {"deals": rows})))
    values = figures(found)
    assert (values["fields"], values["next_steps"], values["followed_up"]) == (6 / 8, 3 / 8, 5 / 8)
    assert values["loss_reasons"] == 3 / 4
    assert found.frame.set_index("criterion").loc["loss_reasons", "value_before"] == 0


def test_a_field_that_nobody_fills_is_no_neglect(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "open", "2025-11-01", stage="Lead", expected_close_on=TODAY) for n in range(5)]
    rows.append(deal(9, "Ann", "won", "2025-10-01", "2025-11-01", amount=100.0, stage="Won"))
    found = maturity(Facts.of(dataset_of(tmp_path / "d", "2025-12-31", {"deals": rows})))
    row = found.frame.set_index("criterion").loc["fields"]
    assert row["value"] == 1
    assert "1 of the three fields is empty on every open deal" in str(row["detail"])


def test_forecast_and_closing_dates_by_hand(tmp_path: Path) -> None:
    # each quarter begins with ten deals of 100 due in it at 50 %: 500 is forecast; so many are won, the rest is
    # lost, but one that slips into the next quarter
    won = [5, 4, 6, 5, 3, 7, 5, 5]
    starts = pd.date_range("2024-01-01", periods=8, freq="QS")
    deals, seen = [], []
    for number, (start, count) in enumerate(zip(starts, won, strict=True)):
        for n in range(10):
            late = n == 9
            closed = start + pd.Timedelta(days=100 if late else 20)
            status = "won" if n < count else "lost"
            if closed > TODAY:
                status, closed = "open", None
            row = deal(100 * number + n, "Ann", status, "2023-01-01", None, amount=100.0, stage="Lead")
            deals.append({**row, "closed_on": closed})
            seen.append(
                {
                    "taken_on": start - pd.Timedelta(days=1), "deal_id": row["deal_id"], "stage": "Lead",
                    "status": "open", "amount": 100.0, "rep_id": "Ann", "crm_probability": 0.5,
                    "expected_close_on": start + pd.Timedelta(days=30),
                }
            )  # fmt: skip
    facts = Facts.of(dataset_of(tmp_path / "d", "2025-12-31", {"deals": deals, "snapshots": seen}))
    rows = maturity(facts).frame.set_index("criterion")
    assert rows.loc["slips", "value"] == pytest.approx(4 / 40)  # one of ten in each of the last four quarters
    assert rows.loc["slips", "n"] == 40
    # a deal that slipped is still expected on its old day when the next quarter begins, which is at once: 50 more
    forecasts = [500.0] + [550.0] * 7
    came = [100.0 * count for count in won]
    error = sum(abs(one - other) for one, other in zip(forecasts, came, strict=True))
    assert rows.loc["forecast", "value"] == pytest.approx(error / sum(came))
    assert rows.loc["forecast", "n"] == 8


def test_reviews_and_what_was_agreed_by_hand(tmp_path: Path) -> None:
    deals = [deal(n, rep, "open", "2025-11-01") for n, rep in enumerate(["Ann", "Bob"])]
    agreed = [
        {
            "rep_id": "Ann",
            "agreed_on": f"2025-{month}-10",
            "text": month,
            "due_on": f"2025-{month}-28",
            "status": status,
        }
        for month, status in (("02", "done"), ("05", "open"), ("11", "dropped"))
    ]
    agreed.append(
        {"rep_id": "Bob", "agreed_on": "2024-02-10", "text": "old", "due_on": "2024-03-01", "status": "open"}
    )
    frame = pd.DataFrame(agreed)
    frame[["agreed_on", "due_on"]] = frame[["agreed_on", "due_on"]].apply(pd.to_datetime)
    facts = Facts.of(dataset_of(tmp_path / "d", "2025-12-31", {"deals": deals, "commitments": frame}))
    values = figures(maturity(facts))
    assert values["reviews"] == pytest.approx(3 / 8)  # Ann in the first, second and fourth quarter, Bob in none
    assert values["kept"] == pytest.approx(2 / 3)


def test_reps_who_mean_other_things_by_a_stage_are_noticed(tmp_path: Path) -> None:
    def spread(path: Path, rates: list[float]) -> pd.Series:
        rng = np.random.default_rng(5)
        deals, events = [], []
        for number in range(160 * len(rates)):
            rep = number % len(rates)
            created = TODAY - pd.Timedelta(days=int(rng.integers(60, 360)))
            on = rng.random() < rates[rep]
            moved = created + pd.Timedelta(days=10)
            way = [("Lead", created), ("Offer", moved) if on else ("Lost", moved)]
            way += [("Lost", moved + pd.Timedelta(days=10))] if on else []
            row = deal(number, f"R{rep}", "lost", None, None, stage="Lost")
            deals.append({**row, "created_on": created, "closed_on": way[-1][1]})
            events += [
                {"deal_id": row["deal_id"], "stage": stage, "entered_at": day.tz_localize("Europe/Berlin")}
                for stage, day in way
            ]
        deals.append(deal(-1, "R0", "won", "2025-01-01", "2025-02-01", stage="Won"))
        facts = Facts.of(dataset_of(path, "2025-12-31", {"deals": deals, "stage_events": events}))
        return maturity(facts).frame.set_index("criterion").loc["stages_alike"]

    alike = spread(tmp_path / "a", [0.5] * 6)
    assert alike["lower"] == 0
    assert alike["upper"] < 0.12
    apart = spread(tmp_path / "b", [0.2, 0.35, 0.5, 0.5, 0.65, 0.8])  # they differ by 0.2
    assert apart["lower"] < np.std([0.2, 0.35, 0.5, 0.5, 0.65, 0.8], ddof=1) < apart["upper"]
    assert apart["lower"] > 0.08


def test_what_the_data_do_not_tell_is_asked(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "won" if n % 2 else "lost", "2025-04-01", "2025-05-01") for n in range(12)]
    found = maturity(Facts.of(dataset_of(tmp_path / "d", "2025-12-31", {"deals": rows})))
    assert not found.known
    assert tuple(found.span) == (1, 4)
    assert str(verdict(found)) == "Nothing in these data tells how mature the sales process is"
    assert len(found.asked) == len(found.evidence)
    assert all(one.why is not None for one in found.evidence)


def test_two_bad_figures_of_an_export_that_has_little_are_no_verdict(tmp_path: Path) -> None:
    rows = [
        deal(
            n, "Ann", "open", "2025-01-01", stage="Lead", amount=1.0 if n == 0 else None,
            expected_close_on=TODAY if n == 1 else None, last_activity_on=TODAY - pd.Timedelta(days=300),
        )
        for n in range(60)
    ]  # fmt: skip
    found = maturity(Facts.of(dataset_of(tmp_path / "d", "2025-12-31", {"deals": rows})))
    assert found.gates[0].missed == 2
    assert tuple(found.span) == (1, 4)
    assert "does not narrow down" in str(verdict(found))


def test_of_a_part(sample: Dataset) -> None:
    facts = Facts.of(sample)
    part = maturity(facts, {"segment": "A"})
    whole = maturity(facts)
    n = {key: dict(zip(one.frame["criterion"], one.frame["n"], strict=True)) for key, one in
         (("part", part), ("whole", whole))}  # fmt: skip
    assert 0 < n["part"]["fields"] < n["whole"]["fields"]
    parts = [maturity(facts, {"segment": one}).frame.set_index("criterion").loc["fields", "n"]
             for one in facts.dimensions.members("segment")]  # fmt: skip
    assert sum(parts) == n["whole"]["fields"]
    with pytest.raises(ConfigError):
        maturity(facts, {"segment": "none of them"})


def test_nothing_later_is_seen(sample: Dataset) -> None:
    earlier = maturity(Facts.of(sample, sample.as_of - pd.Timedelta(days=92).to_pytimedelta()))
    assert earlier.year.end < sample.as_of
    assert np.isnan(figures(earlier)["fields"])  # what open deals were like then, table deals does not say
    assert not np.isnan(figures(earlier)["skips"])


def test_the_notes_give_the_rule(orderly: Maturity) -> None:
    said = " ".join(str(note) for note in notes(orderly))
    assert "our own rule" in said
    assert "From random to informal" in said
