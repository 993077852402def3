"""What groups do after a day: by hand where nothing is doubtful, and by simulation where the lowest are picked."""

import numpy as np
import pytest
from scipy import stats

from salesreport.stats.after import Change, Family, Seen, changed, expect, shifted, together


def lowest(
    family: Family, random: np.random.Generator, rise: float = 0.0, groups: int = 20
) -> tuple[Change | None, float]:
    """The change of the group that was lowest before, and the naive z of it; the true figure rises by a part."""
    if family == "rate":
        n0, n1 = random.integers(15, 60, groups), random.integers(15, 40, groups)
        rate = random.beta(12, 18, groups)
        x = random.binomial(n0, rate)
        low = int((x / n0).argmin())
        rate[low] = min(0.95, rate[low] * (1 + rise))
        y = random.binomial(n1, rate)
        before, after = Seen(x * 1.0, n0 * 1.0), Seen(y * 1.0, n1 * 1.0)
        pooled = (x[low] + y[low]) / (n0[low] + n1[low])
        error = np.sqrt(max(pooled * (1 - pooled) * (1 / n0[low] + 1 / n1[low]), 1e-9))
        naive = (y[low] / n1[low] - x[low] / n0[low]) / error
    elif family == "count":
        true = random.gamma(10, 0.3, groups)
        x = random.poisson(true * 6)
        low = int(x.argmin())
        true[low] *= 1 + rise
        y = random.poisson(true * 4)
        before, after = Seen(x * 1.0, np.full(groups, 6.0)), Seen(y * 1.0, np.full(groups, 4.0))
        naive = (y[low] / 4 - x[low] / 6) / np.sqrt(max(x[low] / 36 + y[low] / 16, 1e-9))
    elif family == "mean":
        true, e = random.normal(50, 4, groups), np.full(groups, 5.0)
        x = random.normal(true, e)
        low = int(x.argmin())
        true[low] *= 1 + rise
        y = random.normal(true, e)
        before, after = Seen(x, e), Seen(y, e)
        naive = (y[low] - x[low]) / np.hypot(5, 5)
    else:
        true = random.gamma(9, 2, groups)
        x = random.poisson(true)
        low = int(x.argmin())
        true[low] *= 1 + rise
        y = random.poisson(true)
        before, after = Seen(x * 1.0, np.ones(groups)), Seen(y * 1.0, np.ones(groups))
        naive = (y[low] - x[low]) / np.sqrt(max(x[low] + y[low], 1))
    expected = expect(family, before, after, np.arange(groups) != low)
    return changed(expected, low, float(after.total[low]), float(after.size[low])), float(naive)


@pytest.mark.parametrize("family", ["rate", "count", "mean", "level"])
def test_the_lowest_is_picked_and_nothing_changes(family: Family) -> None:
    random, runs = np.random.default_rng(11), 300 if family == "rate" else 500
    found = [lowest(family, random) for _ in range(runs)]
    beyond = np.mean([change is not None and change.p < 0.05 for change, _ in found])
    rose = np.mean([naive > 1.96 for _, naive in found])
    # 5 % of 500 is 25; the 99.9 % quantile of that binomial distribution is 41
    assert beyond <= stats.binom.ppf(0.999, runs, 0.05) / runs
    # of a test without regression to the mean 2.5 % should say that it rose; it says so more than twice as often
    assert rose > (0.04 if family == "count" else 0.055)
    # the surplus is none on average: what regresses by itself is expected
    off = np.array([change.surplus / np.sqrt(change.own + change.common) for change, _ in found if change])
    assert abs(off.mean()) < 0.25


@pytest.mark.parametrize(
    ("family", "rise", "least"), [("rate", 1.2, 0.6), ("count", 2.5, 0.75), ("mean", 0.4, 0.6)]
)
def test_a_true_rise_is_found(family: Family, rise: float, least: float) -> None:
    random = np.random.default_rng(12)
    found = [lowest(family, random, rise)[0] for _ in range(150)]
    assert np.mean([one is not None and one.p < 0.05 and one.surplus > 0 for one in found]) > least


def test_where_nothing_is_doubtful_the_test_is_the_binomial_one() -> None:
    # 60 peers at exactly 40 % of 10,000 before and after: so is the one, who then has 12 of 50
    n = np.full(61, 10_000.0)
    seen = Seen(0.4 * n, n)
    expected = expect("rate", seen, seen, np.arange(61) > 0)
    change = changed(expected, 0, 12, 50)
    assert change is not None
    assert change.expected == pytest.approx(0.4, abs=1e-4)
    # mid-p by the binomial distribution
    below = stats.binom.cdf(11, 50, 0.4) + 0.5 * stats.binom.pmf(12, 50, 0.4)
    assert change.p == pytest.approx(2 * below, rel=0.02)
    assert (change.lower, change.upper) == tuple(stats.binom(50, 0.4).interval(0.95)[i] / 50 for i in (0, 1))
    assert change.value == 12 / 50


def test_where_nothing_is_doubtful_counts_are_poisson() -> None:
    seen = Seen(np.full(61, 50_000.0), np.full(61, 10_000.0))
    expected = expect("count", seen, seen, np.arange(61) > 0)
    change = changed(expected, 0, 30.0, 4.0)  # 20 are expected in 4 days
    assert change is not None
    above = stats.poisson.sf(30, 20) + 0.5 * stats.poisson.pmf(30, 20)
    assert change.p == pytest.approx(2 * above, rel=0.03)


def test_what_all_do_is_expected_of_everybody() -> None:
    random = np.random.default_rng(2)
    before = Seen(random.binomial(400, 0.4, 30) * 1.0, np.full(30, 400.0))
    after = Seen(random.binomial(400, 0.6, 30) * 1.0, np.full(30, 400.0))
    expected = expect("rate", before, after, np.arange(30) > 0)
    # log-odds of 0.6 less those of 0.4
    assert expected.moved == pytest.approx(2 * np.log(1.5), abs=0.1)
    assert expected.value[0] == pytest.approx(0.6, abs=0.03)
    assert expected.peers == 29


def test_too_few_peers_and_nothing_seen_say_nothing() -> None:
    seen = Seen(np.array([4.0, 5.0, 6.0, 5.0, 4.0]), np.full(5, 10.0))
    assert changed(expect("rate", seen, seen, np.arange(5) > 0), 0, 4, 10) is None  # four peers
    more = Seen(np.append(seen.total, [np.nan, 5.0]), np.append(seen.size, [10.0, 10.0]))
    expected = expect("rate", more, more, np.arange(7) > 0)
    assert expected.peers == 5
    assert changed(expected, 5, 3, 10) is None  # nothing was seen of the sixth before
    assert changed(expected, 0, 3, 0) is None  # nor of the first after


def test_together_by_hand() -> None:
    # weights 25 and 100 of 125: 0.2 × 0.5 + 0.8 × 0.1 = 0.18; variance 0.2² × 0.04 + 0.8² × 0.01 = 0.008
    changes = [Change(0, 0, 0, 0, 1, surplus, own, 0.0) for surplus, own in ((0.5, 0.04), (0.1, 0.01))]
    found = together(changes)
    assert found.value == pytest.approx(0.18)
    # they differ more than they should: Σ (s − 0.18)² ÷ variance = 2.56 + 0.64
    assert found.error == pytest.approx((0.008 * 3.2) ** 0.5)
    # what all have in common does not average out
    same = together([Change(0, 0, 0, 0, 1, 0.2, 0.0001, 0.04)] * 100)
    assert same.error == pytest.approx(0.2, rel=0.01)


def test_many_who_were_coached() -> None:
    """The lowest quarter of 24: without an effect it is not claimed, with one the interval holds it."""
    random, claimed, held = np.random.default_rng(8), [], []
    for run in range(120):
        n0, n1, rate = random.integers(20, 80, 24), random.integers(20, 50, 24), random.beta(12, 18, 24)
        x = random.binomial(n0, rate)
        coached = np.isin(np.arange(24), np.argsort(x / n0)[:6])
        effect = 0.15 * (run % 2)
        y = random.binomial(n1, np.clip(rate + effect * coached, 0, 0.99))
        expected = expect("rate", Seen(x * 1.0, n0 * 1.0), Seen(y * 1.0, n1 * 1.0), ~coached)
        told = [changed(expected, place, float(y[place]), float(n1[place])) for place in np.flatnonzero(coached)]
        mean = together([one for one in told if one is not None])
        middle = float(np.mean([one.expected for one in told if one is not None]))
        low, high = (shifted("rate", middle, by) - middle for by in (mean.lower, mean.upper))
        held.append(low <= effect <= high)
        claimed.append(mean.p < 0.05)
    assert np.mean(claimed[0::2]) <= stats.binom.ppf(0.999, 60, 0.05) / 60
    assert np.mean(claimed[1::2]) > 0.6  # 70 % of these 60
    assert np.mean(held) > 0.92
