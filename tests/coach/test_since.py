"""What moved since the last review: a planted change is found, chance is not called one, and reports say it."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from meetings import closed, company

from salesreport.coach.since import COLUMNS, FAMILY, moved_since
from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.report.peers import peer_group
from salesreport.report.review import Review

DAY, END = dt.date(2025, 9, 30), dt.date(2025, 12, 31)


def team(path: Path, seed: int, mine: float = 0.4, reps: int = 12, roles: tuple[str, ...] = ("rep",)) -> Dataset:
    """Reps who win 40 % of 40 to 80 deals before and of 20 to 30 after; R0 after as many as is said."""
    random, deals = np.random.default_rng(seed), []
    for number in range(reps):
        for low, high, day, chance in (
            (40, 80, "2025-03-10", 0.4),
            (20, 30, "2025-11-10", mine if number == 0 else 0.4),
        ):
            n = int(random.integers(low, high))
            won = int(random.binomial(n, chance))
            rows = closed(f"R{number}", won, n - won, day)
            deals.append(rows.assign(amount=random.lognormal(9, 0.6, len(rows))))
    people = pd.DataFrame({"rep_id": [f"R{n}" for n in range(reps)]})
    people["role"] = [roles[n % len(roles)] for n in range(reps)]
    return company(path, deals, reps=people)


def test_a_planted_change_is_found_and_nothing_else(tmp_path: Path) -> None:
    found = moved_since(Facts.of(team(tmp_path / "a", 1, mine=0.9)), DAY, END)
    assert found.columns.tolist() == [*COLUMNS]
    # nobody's creation dates tell of new deals after the day, and there are no activities
    assert set(found["metric"]) == {"win_rate", "avg_deal_size", "deals_created"} & set(found["metric"])
    told = found[found["verdict"] != "chance"]
    assert told[["rep_id", "metric", "verdict"]].to_numpy().tolist() == [["R0", "win_rate", "better"]]
    row = told.iloc[0]
    assert row["now"] > 0.8
    assert row["p"] <= row["q"] <= 0.1
    assert row["n_now"] >= 20


def test_q_is_benjamini_and_hochberg_over_everybody_and_every_metric(tmp_path: Path) -> None:
    found = moved_since(Facts.of(team(tmp_path / "a", 2)), DAY, END).sort_values("p")
    m = len(found)
    ranked = found["p"].to_numpy() * m / np.arange(1, m + 1)
    expected = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    np.testing.assert_allclose(found["q"], expected, rtol=1e-12)


def test_chance_is_seldom_called_a_change(tmp_path: Path) -> None:
    claimed = [
        (moved_since(Facts.of(team(tmp_path / str(seed), seed)), DAY, END)["verdict"] != "chance").any()
        for seed in range(24)
    ]
    # of 24 companies where nothing moves 2 or 3 may be told of a change; more than 7 has a chance of 0.2 %
    assert sum(claimed) <= 7


def test_peer_groups_are_judged_apart_and_small_ones_not_at_all(tmp_path: Path) -> None:
    facts = Facts.of(team(tmp_path / "a", 1, reps=16, roles=("rep", "rep", "rep", "lead")))
    assert set(moved_since(facts, DAY, END)["rep_id"]) == {f"R{n}" for n in range(16) if n % 4 != 3}
    alone = pd.Series("x", index=facts.reps["rep_id"])
    assert len(set(moved_since(facts, DAY, END, alone)["rep_id"])) == 16


def test_where_nothing_can_be_told_there_are_no_rows(tmp_path: Path) -> None:
    few = Facts.of(team(tmp_path / "a", 1, reps=3))
    assert moved_since(few, DAY, END).empty
    assert moved_since(Facts.of(team(tmp_path / "b", 1)), END, END).empty
    assert set(FAMILY) >= {"win_rate"}


@pytest.mark.parametrize(
    ("language", "before"), [("en", "before, beyond chance"), ("de", "vorher: mehr als Zufall")]
)
def test_a_review_says_what_moved_and_what_came(tmp_path: Path, language: str, before: str) -> None:
    review = Review(team(tmp_path / "a", 1, mine=0.9), "2025-Q4", rep="R0", language=language)
    assert before in review.changed
    assert review.summary["changed"] == review.changed
    lost = int(review.context.figure("deals_lost").value)
    assert review.changed.endswith(f"{lost} lost" if language == "en" else f"{lost} verloren")
    other = Review(team(tmp_path / "b", 1), "2025-Q4", rep="R1", language=language)
    assert before not in other.changed


def test_a_rep_has_changed_who_moved_or_has_something_open(sample: Dataset) -> None:
    reviews = {rep: Review(sample, "2025-Q4", rep=rep) for rep in sample.table("reps")["rep_id"]}
    some = next(iter(reviews.values())).context
    found = moved_since(some.facts, some.eve, some.as_of, peer_group().of(some.shared.reps))
    moved = set(found.loc[found["verdict"] != "chance", "rep_id"])
    agreed = sample.table("commitments")
    opened = set(agreed.loc[agreed["status"] == "open", "rep_id"])
    changed = {rep for rep, review in reviews.items() if review.has_changed}
    assert moved <= changed <= moved | opened
    assert changed != set(reviews)
