"""Aalen–Johansen: against statsmodels, by hand, and by what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from salesreport.stats.competing_risks import cumulative_incidence
from salesreport.stats.intervals import wilson


@pytest.mark.parametrize("seed", range(8))
def test_equals_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 600))
    duration, cause = rng.integers(0, 60, n), rng.integers(0, 4, n)  # tied: 60 days only
    duration, cause = (
        np.append(duration, 61),
        np.append(cause, 0),
    )  # the last one is censored, so errors are finite
    mine, theirs = cumulative_incidence(duration, cause, causes=3), CumIncidenceRight(duration, cause)
    assert (mine.times == theirs.times).all()
    for k in range(3):
        np.testing.assert_allclose(mine.incidence[:, k], theirs.cinc[k], atol=1e-12)
        np.testing.assert_allclose(mine.errors[:, k], theirs.cinc_se[k], atol=1e-9)
    weights = rng.integers(1, 4, n + 1)
    weighted = CumIncidenceRight(duration, cause, freq_weights=weights)
    mine = cumulative_incidence(duration, cause, weights=weights, causes=3)
    np.testing.assert_allclose(mine.incidence, np.column_stack(weighted.cinc), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_survival_with_late_entry_equals_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 20, 300)
    duration = entry + rng.integers(1, 50, 300)
    cause = rng.integers(0, 3, 300)
    theirs = SurvfuncRight(duration, cause > 0, entry=entry)
    mine = cumulative_incidence(duration, cause, entry)
    at = np.searchsorted(mine.times, theirs.surv_times)
    np.testing.assert_allclose(mine.survival[at], theirs.surv_prob, atol=1e-12)
    np.testing.assert_allclose(mine.at_risk[at], theirs.n_risk)


def test_ties_and_late_entry_by_hand() -> None:
    # spell  entry  ends  cause
    # a      –      2     1           at risk on day 2: a, b, c (d and e come under watch later)
    # b      –      4     censored    on day 4: b (it counts on the day it is censored), c, d, e
    # c      –      5     2           on day 5: c, e, f
    # d      2      4     2           on day 8: e, f
    # e      3      8     1           on day 9: f
    # f      4      9     censored
    # day 2: 1 of 3 by cause 1                       S = 2/3          F1 = 1/3
    # day 4: 1 of 4 by cause 2: 2/3 · 1/4 = 1/6      S = 1/2          F2 = 1/6
    # day 5: 1 of 3 by cause 2: 1/2 · 1/3 = 1/6      S = 1/3          F2 = 1/3
    # day 8: 1 of 2 by cause 1: 1/3 · 1/2 = 1/6      S = 1/6          F1 = 1/2
    nan = np.nan
    found = cumulative_incidence([2, 4, 5, 4, 8, 9], [1, 0, 2, 2, 1, 0], [nan, nan, nan, 2, 3, 4])
    assert found.times.tolist() == [2, 4, 5, 8, 9]
    assert found.at_risk.tolist() == [3, 4, 3, 2, 1]
    np.testing.assert_allclose(found.survival, [2 / 3, 1 / 2, 1 / 3, 1 / 6, 1 / 6])
    np.testing.assert_allclose(found.incidence[:, 0], [1 / 3, 1 / 3, 1 / 3, 1 / 2, 1 / 2])
    np.testing.assert_allclose(found.incidence[:, 1], [0, 1 / 6, 1 / 3, 1 / 3, 1 / 3])
    # error of F1 on day 2: √(1/3 · 2/3 ÷ 3) = 0.27217, that of a share
    # on day 8, (F(8) − F(t))² · d ÷ (n (n − d)) over days 2, 4, 5: (1/6)² (1/6 + 1/12 + 1/6) = 0.0115741, day 8: 0
    #   own ends: day 2: 1² · 2 · 1 ÷ 27 = 0.0740741; day 8: (1/3)² · 1 · 1 ÷ 8 = 0.0138889
    #   both: −2 (F(8) − F(2)) · 1 · 1 ÷ 9 = −0.0370370; day 8: 0
    #   together 0.0625, its root 0.25
    np.testing.assert_allclose(found.errors[[0, 3], 0], [0.2721655, 0.25], atol=1e-6)
    assert found.n == 6


def test_a_spell_that_is_taken_over_on_its_last_day_was_never_at_risk() -> None:
    found = cumulative_incidence([3, 5], [1, 1], [3, np.nan])
    assert (found.n, found.times.tolist(), found.incidence.tolist()) == (1, [5], [[1]])


def test_when_all_that_are_left_end_the_error_stays_finite() -> None:
    # 2 of 4 end by cause 1, then the other 2 by cause 2: F1 = 1/2, error √(1/2 · 1/2 ÷ 4) = 0.25, as without time
    found = cumulative_incidence([1, 1, 2, 2], [1, 1, 2, 2])
    np.testing.assert_allclose(found.errors[-1], [0.25, 0.25])


def test_what_is_said_at_a_time() -> None:
    found = cumulative_incidence([10, 20, 20, 30, 40], [1, 2, 2, 0, 0], causes=3)
    # error of F1 = 0.2: √(0.2 · 0.8 ÷ 5) = 0.17889; log(−log 0.2) = 0.47589, its error 0.17889 ÷ (0.2 · 1.60944)
    # = 0.55574; bounds 0.2^exp(±1.95996 · 0.55574) = 0.2^2.97198 and 0.2^0.33648
    at = found.incidence_at(25)
    assert at.value.tolist() == pytest.approx([0.2, 0.4, 0.0])
    assert (at.lower[0], at.upper[0]) == (pytest.approx(0.00837, abs=1e-5), pytest.approx(0.58185, abs=1e-5))
    assert (at.lower[2], at.upper[2]) == (0, pytest.approx(float(wilson(0, 5).upper)))
    assert at.n.tolist() == [5, 5, 5]
    assert found.incidence_at(5).value.tolist() == [0, 0, 0]
    assert found.incidence_at(40).value.tolist() == pytest.approx([0.2, 0.4, 0])
    assert np.isnan(found.incidence_at(41).value).all(), "nobody was watched so long"
    over = cumulative_incidence([1, 2], [1, 2]).incidence_at(100)
    assert over.value.tolist() == [0.5, 0.5], "all is decided, and stays so"
    nothing = cumulative_incidence([], [], causes=2)
    assert np.isnan(nothing.incidence_at(1).value).all()
    assert nothing.incidence_at(1).n.tolist() == [0, 0]


SPELLS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(-1, 6)), min_size=1, max_size=40)


@given(SPELLS, st.integers(1, 50))
@settings(max_examples=80, deadline=None)
def test_what_always_holds(rows: list[tuple[int, int, int]], shift: int) -> None:
    duration, cause, entry = (np.array(column) for column in zip(*rows, strict=True))
    found = cumulative_incidence(duration, cause, entry, causes=3)
    np.testing.assert_allclose(found.incidence.sum(axis=1) + found.survival, 1)
    assert (np.diff(found.incidence, axis=0) >= 0).all()
    assert (found.errors >= 0).all()
    assert np.isfinite(found.errors).all()
    later = cumulative_incidence(duration + shift, cause, entry + shift, causes=3)
    np.testing.assert_allclose(later.incidence, found.incidence)
    np.testing.assert_allclose(later.errors, found.errors)
    for horizon in (3, 8, 12):
        at = found.incidence_at(horizon)
        told = ~np.isnan(at.value)
        assert (at.lower[told] <= at.value[told] + 1e-12).all()
        assert (at.value[told] <= at.upper[told] + 1e-12).all()
        assert ((at.lower[told] >= 0) & (at.upper[told] <= 1)).all()


@given(SPELLS, st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_weight_is_a_repetition_and_order_plays_no_part(rows: list[tuple[int, int, int]], seed: int) -> None:
    duration, cause, entry = (np.array(column) for column in zip(*rows, strict=True))
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 4, len(rows))
    often = rng.permutation(np.repeat(np.arange(len(rows)), weight))
    one = cumulative_incidence(duration, cause, entry, weight, causes=3)
    other = cumulative_incidence(duration[often], cause[often], entry[often], causes=3)
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


def test_intervals_hold_as_often_as_they_say() -> None:
    # moves on after a geometric time (2 % a day) for one of two causes, half each: F1(60) = ½ (1 − 0.98⁶⁰)
    rng, true, held, rounds = np.random.default_rng(11), 0.5 * (1 - 0.98**60), 0, 800
    for _ in range(rounds):
        ends, watch, late = rng.geometric(0.02, 80), rng.integers(1, 200, 80), rng.integers(0, 30, 80)
        late = np.where(rng.random(80) < 0.3, late, -1)  # some come under watch half-way
        seen = (ends > late) & (watch > late)
        cause = np.where(ends <= watch, rng.integers(1, 3, 80), 0)
        at = cumulative_incidence(np.minimum(ends, watch)[seen], cause[seen], late[seen], causes=2).incidence_at(
            60
        )
        held += bool(at.lower[0] <= true <= at.upper[0])
    assert 0.925 <= held / rounds <= 0.975  # 95 % ± three standard errors of the simulation


@pytest.mark.parametrize(("duration", "cause", "causes"), [([1, 2], [1], None), ([1], [-1], None), ([1], [3], 2)])
def test_what_makes_no_sense_is_refused(duration: list[int], cause: list[int], causes: int | None) -> None:
    with pytest.raises(ValueError, match=r"equally many|out of range"):
        cumulative_incidence(duration, cause, causes=causes)
