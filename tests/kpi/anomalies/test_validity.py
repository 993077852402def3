"""Conversion anomalies keep their promises, on simulated teams whose truth is known; `make validate` in small.

Bounds lie four standard errors away: chance alone never breaks them, a wrong method does, as the last tests show.
"""

import numpy as np
import pytest
from validity_company import Team, family, simulate, truth
from validity_comparison import PAIRS, held, summed
from validity_coverage import coverages, covered
from validity_discovery import EFFECTS, LONG, SCENARIOS, Discoveries, discoveries, discoveries_of_both, reported
from validity_power import REPS, rules, scores, team

RUNS = 25

LEVEL = 0.1


def quiet(found: Discoveries) -> None:
    """No more than a tenth of what is reported is false, and p-values are chance where nobody differs."""
    rate, error = found.false_rate()
    # of 25 runs none may have reported anything; then one of them might have
    assert rate <= LEVEL + 4 * max(error, 1 / len(found.false))
    # comparisons of a run depend on each other: by runs, the share of p < 0.05 scatters by about two points
    share = found.unlikely / np.maximum(found.plain, 1)
    assert found.chance_level() <= 0.05 + 4 * max(share.std(ddof=1), 0.005) / np.sqrt(len(share))


def measured(plan: Team, runs: int, stratum: bool = True) -> Discoveries:
    """Runs of a team, like with like or, which is wrong, all with all."""
    found = []
    for seed in range(runs):
        year = simulate(plan, np.random.default_rng([77, seed]))
        cells = family(year) if stratum else family(year, year.step)
        found.append(reported(cells, truth(year, cells)))
    return Discoveries(*np.array(found, float).T)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [
        "nobody differs",
        "5 of 25 differ (odds × 0.4 to 2.5, at one step)",
        "different mixes, nobody differs",
        "very different mixes that matter much, nobody differs",
        "quarter-end timing, 5 of 25 differ",
        "small, very different mixes",
    ],
)
def test_false_discoveries_stay_within_a_tenth(scenario: str) -> None:
    assert scenario in SCENARIOS
    quiet(Discoveries(*discoveries(scenario, range(1000, 1000 + RUNS)).T))


@pytest.mark.slow
@pytest.mark.parametrize("plan", [Team(timing=True), Team(alike=3, matter=0.6)], ids=["timing", "mix"])
def test_these_bounds_find_a_method_that_compares_all_with_all(plan: Team) -> None:
    found = measured(plan, 8, stratum=False)
    assert found.false_rate()[0] > 0.5
    with pytest.raises(AssertionError):
        quiet(found)


def test_those_who_differ_are_found() -> None:
    # of five with odds × 0.4 to 2.5, each at one of three steps, with 80 deals each: at least one in most years
    found = measured(Team(effects=(*EFFECTS, 0.3)), 10)
    assert (found.found > 0).mean() > 0.5


def test_the_truth_of_a_cell_is_that_of_its_rows() -> None:
    year = simulate(Team(reps=4, deals=300, effects=(0.4, 2.0), inside=True), np.random.default_rng(3))
    cells = family(year)
    parts = (np.zeros(len(year.rep), int), *year.columns.values())
    right = [
        np.sign(year.raised[(year.rep == who) & (year.step == step) & (parts[level] == part)].sum())
        for level, step, part, who in zip(cells.level, cells.step, cells.part, cells.group, strict=True)
    ]
    np.testing.assert_array_equal(truth(year, cells), right)
    assert (truth(year, cells)[cells.group == 0] <= 0).all()
    assert (truth(year, cells)[cells.group >= 2] == 0).all()
    assert {-1, 0, 1} == set(truth(year, cells).tolist())


def test_simulated_years_are_what_they_say() -> None:
    # 55 %·65 %·75 % = 27 % are won; four standard errors of 20,000 are 1.3 points, shared effects scatter by more
    year = simulate(Team(deals=20_000, matter=0.0), np.random.default_rng(4))
    rates = [year.success[year.step == step].mean() for step in range(4)]
    np.testing.assert_allclose(rates, [0.75, 0.65, 0.55, 0.75 * 0.65 * 0.55], atol=0.015)
    assert (year.raised == 0).all()
    # one rep's odds halved at the one step of the win: 27 % become 0.5 · 0.366 ÷ (1 + 0.5 · 0.366) = 15.5 %
    sizes = (10_000, 10_000)
    year = simulate(Team(reps=2, sizes=sizes, steps=False, matter=0.0, effects=(0.5,)), np.random.default_rng(5))
    assert year.success[year.rep == 0].mean() == pytest.approx(0.155, abs=0.015)
    assert year.raised[year.rep == 0].mean() == pytest.approx(0.155 - 0.268, abs=0.002)


@pytest.mark.slow
def test_at_as_many_false_alarms_a_weak_rep_is_found_more_often_than_by_the_rules_of_today() -> None:
    def runs(ratio: float | None, n: int | None) -> np.ndarray:
        plan = team("timing", ratio, n)
        return np.array([scores(simulate(plan, np.random.default_rng([5, seed]))).ravel() for seed in range(60)])

    nobody, weak = runs(None, None), runs(0.5, 200)
    found = {("timing", ratio, n): weak for ratio in (0.7, 0.5) for n in (50, 100, 200)}
    listed = rules({("timing", None, None): nobody, **found}, "timing")
    assert nobody.shape == (60, 4 * REPS)
    for today, ours in (listed[:2], listed[2:4]):
        assert ours.alarms <= today.alarms + 1 / 60
        # four standard errors of the difference of two shares of 60 runs are at most 0.36
        assert ours.power[0.5, 200] > today.power[0.5, 200]


@pytest.mark.parametrize(
    "setting",
    [
        "like for like, 12 strata, 100 decisions, 1,200 of others",
        "like for like, 80 strata, 40 decisions, 640 of others",
        "observed ÷ expected, 25 reps of 20 to 120 decisions",
        "how stays end, after 30 days",
    ],
)
def test_intervals_hold_about_as_often_as_they_say(setting: str) -> None:
    for one in coverages(setting, covered(setting, range(60))):
        error = max(one.error, 0.004)
        assert 0.935 - 4 * error <= one.share <= 0.965 + 4 * error
        assert one.number >= 0.99 * one.asked


@pytest.mark.parametrize(
    "task", [(2, 1, 0.9), (2, 20, 0.05), (3, 20, 0.8), (5, 1, 0.8), (7, 1, 0.9), (25, 1, 0.2)]
)
def test_a_comparison_s_intervals_hold_whoever_has_most_of_the_deals(task: tuple[int, int, float]) -> None:
    # 13 pairs of rates of 60 runs: four standard errors of 95 % are 3.1 points, of a single pair 11 points
    found = summed(task, held(task, range(60)))
    assert len(found.share) == len(PAIRS)
    assert 0.93 - 0.031 <= found.difference.sum() / found.differences.sum() <= 0.99
    assert found.share.min() >= 0.93 - 0.113
    assert (found.differences == 60).all(), "there always is one"


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["nobody differs", "5 of 25 differ in the last year only"])
def test_false_discoveries_of_two_spans_in_one_family_stay_within_a_tenth(scenario: str) -> None:
    assert scenario in LONG
    both, year, longest = (
        Discoveries(*runs.T) for runs in np.split(discoveries_of_both(scenario, range(1000, 1020)), 3, axis=1)
    )
    quiet(both)
    np.testing.assert_array_equal(both.tested, year.tested + longest.tested)
