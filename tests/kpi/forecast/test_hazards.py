"""Days at risk, moves and hazards: counted by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal

from salesreport.kpi.forecast import seasonality
from salesreport.kpi.forecast.hazards import count, fit
from salesreport.kpi.forecast.ways import Ways, ways_of
from salesreport.kpi.milestones.journeys import ADVANCED, LOST, OPEN, WON
from salesreport.process import parse_process

TWO = parse_process(
    """
processes:
  - name: Direct
    milestones:
      - {key: talk, title: Talk, stages: [Talk]}
      - {key: offer, title: Offer, stages: [Offer]}
"""
)


def ways(*rows: tuple[int, int, int, int, int]) -> Ways:
    """Sojourns at one milestone: state, entered, last, outcome, to."""
    state, entered, last, outcome, to = (np.array(column) for column in zip(*rows, strict=True))
    number = len(rows)
    nobody = pd.Categorical(["ann"] * number)
    return Ways(
        100, 3, 2, True, np.arange(number), state, entered, last, outcome.astype(np.int8), to,
        np.ones(number, bool), np.zeros(number, bool), nobody, nobody,
    )  # fmt: skip


def test_days_at_risk_and_moves_by_day() -> None:
    counts = count(
        ways((0, 90, 93, WON, -1), (0, 95, 100, OPEN, -1), (0, 92, 92, ADVANCED, 1), (1, 92, 99, LOST, -1))
    )
    assert counts.first == 90
    # at milestone 0: days 90–93 of the first deal, 92 of the third, 95–100 of the second
    assert counts.at_risk[0].sum(axis=0).tolist() == [1, 1, 2, 1, 0, 1, 1, 1, 1, 1, 1]
    assert counts.at_risk[0, 0].tolist() == [1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]  # age 0
    assert counts.moves[0, :, WON].sum(axis=0).tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert counts.moves[0, 0, ADVANCED].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert counts.at_risk[1].sum() == 8
    assert counts.goes_to[0, 1, 0] == 1


def test_hazards_of_many_are_moves_per_day_at_risk() -> None:
    # each of 400 deals is won after 4 days or lost after 8, all long ago enough to be over, all in one week
    rows = [(0, 80, 84, WON, -1), (0, 80, 88, LOST, -1)] * 200
    hazards = fit(count(ways(*rows)))
    at = hazards.bins(0, np.array([4, 8]))
    assert hazards.rate[0, at[0], WON] > 0.05
    assert hazards.rate[0, at[1], LOST] > 0.1
    assert hazards.won == pytest.approx(200 * 0.5 ** (16 / 730), rel=1e-6)  # it counts half after two years


def test_nothing_after_the_day_counts() -> None:
    counts = count(ways(*[(0, 60, 70, WON, -1), (0, 60, 90, LOST, -1)] * 20))
    early = fit(counts, until=80)
    assert early.won > 0
    assert early.rate[0, :, LOST].max() == 0


def test_every_deal_begins_before_its_first_milestone(given: Given) -> None:
    rows = [deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=5.0, stage="Won"),
            deal(2, "ann", "won", "2024-01-05", "2024-01-05", amount=5.0, stage="Won"),
            deal(3, "bob", "open", "2024-01-03", stage="Offer")]  # fmt: skip
    rows += [deal(10 + n, "bob", "lost", "2024-01-02", "2024-01-20", stage="Lost") for n in range(40)]
    moves = [("D1", "Talk", "2024-01-04"), ("D1", "Won", "2024-02-01"), ("D3", "Talk", "2024-01-03"),
             ("D3", "Offer", "2024-01-10"), ("D2", "Won", "2024-01-05")]  # fmt: skip
    for number in range(40):
        moves += [(f"D{10 + number}", "Talk", "2024-01-02"), (f"D{10 + number}", "Lost", "2024-01-20")]
    events = [{"deal_id": one, "stage": stage, "entered_at": f"{at} 12:00"} for one, stage, at in moves]
    facts = given("2024-03-01", deals=rows, stage_events=events)
    found = ways_of(facts, TWO, dt.date(2024, 3, 1))
    assert found.by_milestone

    ids = facts.columns.series("deals", "deal_id").to_list()

    def of(deal_id: str) -> list[tuple[int, int, int]]:
        mine = np.flatnonzero(found.deal == ids.index(deal_id))
        mine = mine[np.argsort(found.entered[mine] * 10 - (found.state[mine] >= 2), kind="stable")]
        return [(int(found.state[one]), int(found.age[one]), int(found.outcome[one])) for one in mine]

    assert of("D1") == [(2, 3, ADVANCED), (0, 28, WON)]  # three days before the first milestone, then 28 there
    assert of("D2") == [(2, 0, WON)]  # entered when it was won
    assert of("D3") == [(2, 0, ADVANCED), (0, 7, ADVANCED), (1, 51, OPEN)]


def test_a_business_that_grew_for_a_year_has_no_season_yet() -> None:
    # from October to September ten times as many deals: October is not a weak month, it was the first
    days = np.arange(np.datetime64("2024-10-01", "D").astype(int), np.datetime64("2025-10-01", "D").astype(int))
    growing = np.linspace(1, 10, len(days))
    season = seasonality.learn(days, growing, np.full(len(days), growing.mean()), 1)
    assert season.month.max() / season.month.min() == pytest.approx(1, abs=1e-12)


def test_a_season_is_learnt_from_many_quarters() -> None:
    days = np.arange(np.datetime64("2019-01-01"), np.datetime64("2024-01-01")).astype(np.int64)
    _, part = seasonality.places(days, 1)
    last = part == part.max()
    true = np.where(last, 3.0, 1.0)
    season = seasonality.learn(days, 5 * true, np.full(len(days), 5 * true.mean()), 1)
    assert (season.of(days)[last].mean() / season.of(days)[~last].mean()) == pytest.approx(3, rel=0.15)
    assert season.month == pytest.approx(np.ones(12), abs=0.1)


def test_quarters_follow_the_fiscal_year() -> None:
    day = np.array(["2024-01-31", "2024-03-31"], "datetime64[D]").astype(np.int64)
    # both are the last day of a quarter
    assert seasonality.places(day, 2)[1][0] == seasonality.places(day, 1)[1][1]
