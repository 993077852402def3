"""Useful actions keep their promises on simulated companies whose truth is known; `make validate` in small.

Bounds lie four standard errors away: chance alone never breaks them, a wrong method does, as raw numbers show.
"""

import numpy as np
import pytest
from validity_actions import HELPS, LEVEL, SCENARIOS, Runs, measured, simulate, truth

RUNS = 20


def runs(name: str, number: int = RUNS) -> Runs:
    """Runs of a scenario, other ones than those of the page."""
    return Runs(*measured(name, range(1000, 1000 + number)).T)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["nothing helps, nothing misleads", "nothing helps", "nothing helps, good reps do far more",
     "nothing helps, small"],
)  # fmt: skip
def test_where_nothing_helps_little_is_reported_and_raw_numbers_report_nearly_all(name: str) -> None:
    found = runs(name)
    rate, error = found.rate()
    assert rate <= LEVEL + 4 * max(error, 1 / RUNS)
    assert found.rate(raw=True)[0] > 0.9
    assert found.raw_reported.mean() > 8
    # 12 intervals of 20 runs: four standard errors of 95 % are 5.6 points
    assert 0.95 - 0.056 <= found.held.sum() / found.intervals.sum() <= 1


@pytest.mark.slow
def test_activities_that_only_announce_the_decision_are_not_suggested() -> None:
    found = runs("nothing helps, many more over twice the gap", 10)
    assert found.unlikely.sum() > 0.9 * found.tested.sum(), "like deals differ beyond chance"
    assert found.reported.mean() < 1


@pytest.mark.slow
def test_what_helps_is_found_and_its_intervals_hold_the_truth() -> None:
    found = runs("10,000 deals, 60%", 8)
    assert found.found.mean() > 0.8
    assert found.held_one.mean() >= 0.6
    assert found.effect.mean() == pytest.approx(found.real.mean(), abs=0.02)


def test_simulated_companies_are_what_they_say() -> None:
    company = SCENARIOS["one helps"]
    past = simulate(company, np.random.default_rng(1))
    assert past.stays.success[past.stays.step == 0].mean() == pytest.approx(0.78 * 0.8, abs=0.1)
    assert (past.stays.until < past.stays.decided + (past.stays.until == past.stays.decided)).all()
    assert 0 < truth(company, past) < company.helps
    kind, step = HELPS
    assert (past.done.type[past.counts] == kind).all()
    assert (past.stays.step[past.done.deal[past.counts]] == step).all()
