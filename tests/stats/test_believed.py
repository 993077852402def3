"""What is believed of groups' true figures: by brute force over the parameters, and coverage by simulation."""

import numpy as np
import pytest
from scipy import stats

from salesreport.stats.believed import believed_counts, believed_means
from salesreport.stats.shrinkage import believed_rates, shrunken


def test_rates_by_brute_force() -> None:
    won, n = np.array([2, 20, 50, 30]), np.array([10, 40, 200, 60])
    # a grid of means and shrinkages: uniform on B = size ÷ (size + median n), Jeffreys on the mean
    mean, b = np.meshgrid(np.linspace(0.002, 0.998, 500), np.linspace(0.002, 0.998, 500))
    size = 50 * b / (1 - b)
    weight = 1 / np.sqrt(mean * (1 - mean))
    for x, trials in zip(won, n, strict=True):
        weight = weight * stats.betabinom.pmf(x, trials, mean * size, (1 - mean) * size)
    weight /= weight.sum()
    found = believed_rates(won, n)
    for group in range(4):
        alpha, beta = won[group] + mean * size, n[group] - won[group] + (1 - mean) * size
        rate = alpha / (alpha + beta)
        middle = (weight * rate).sum()
        variance = (weight * (rate * (1 - rate) / (alpha + beta + 1) + (rate - middle) ** 2)).sum()
        assert found.mean[group] == pytest.approx(middle, abs=0.002)
        assert found.variance[group] == pytest.approx(variance, rel=0.03)
    intervals = shrunken(won, n)
    assert ((intervals.lower < found.mean) & (found.mean < intervals.upper)).all()


@pytest.mark.parametrize(
    ("events", "exposure", "typical"),
    [([2, 12, 30, 20], [10, 20, 100, 40], 30), ([20, 2, 20, 9, 2], [40, 10, 40, 20, 10], 20)],
    ids=["all different", "some alike"],
)
def test_counts_by_brute_force(events: list[int], exposure: list[int], typical: float) -> None:
    pooled = sum(events) / sum(exposure)
    typical = typical * pooled  # events of a group of median exposure
    log_mean, b = np.meshgrid(np.log(pooled) + np.linspace(-3, 3, 600), np.linspace(0.002, 0.998, 400))
    mean, shape = np.exp(log_mean), typical * b / (1 - b)
    weight = np.ones_like(mean)
    for x, t in zip(events, exposure, strict=True):
        weight = weight * stats.nbinom.pmf(x, shape, shape / (shape + mean * t))
    weight /= weight.sum()
    found = believed_counts(events, exposure)
    for group in range(len(events)):
        a, rate = events[group] + shape, exposure[group] + shape / mean
        middle = (weight * a / rate).sum()
        variance = (weight * (a / rate**2 + (a / rate - middle) ** 2)).sum()
        assert found.mean[group] == pytest.approx(middle, rel=0.01)
        assert found.variance[group] == pytest.approx(variance, rel=0.05)


def test_means_by_brute_force() -> None:
    value, error = np.array([2.0, 5.0, 3.0, 4.0]), np.array([0.5, 2.0, 0.5, 0.5])
    common, b = np.meshgrid(np.linspace(-10, 17, 800), np.linspace(0.002, 0.998, 400))
    between = 0.25 * (1 - b) / b
    weight = np.ones_like(common)
    for y, e in zip(value, error, strict=True):
        weight = weight * stats.norm.pdf(y, common, np.sqrt(e**2 + between))
    weight /= weight.sum()
    found = believed_means(value, error)
    for group in range(4):
        drawn = error[group] ** 2 / (error[group] ** 2 + between)
        each = (1 - drawn) * value[group] + drawn * common
        middle = (weight * each).sum()
        variance = (weight * ((1 - drawn) * error[group] ** 2 + (each - middle) ** 2)).sum()
        assert found.mean[group] == pytest.approx(middle, rel=0.005)
        assert found.variance[group] == pytest.approx(variance, rel=0.02)


def test_nothing_seen_tells_nothing() -> None:
    assert np.isnan(believed_counts([0, 0], [10, 0]).mean).all()  # not one event: no scale
    found = believed_counts([3, 5, 0], [10, 10, 0])
    assert np.isnan(found.mean[2])
    assert not np.isnan(found.mean[:2]).any()
    assert np.isnan(believed_means([np.nan], [1.0]).mean).all()
    assert np.isnan(believed_rates([0.0], [0.0]).mean).all()
    with pytest.raises(ValueError, match="less than no events"):
        believed_counts([-1], [1])


def test_the_lowest_of_many_lies_where_it_is_believed() -> None:
    """Picking the lowest does no harm to what is believed: its true figure is on average what is said of it."""
    random = np.random.default_rng(5)
    off, naive = [], []
    for _ in range(300):
        true = random.gamma(8, 0.5, 20)
        seen = random.poisson(true * 5)
        low = int(seen.argmin())
        found = believed_counts(seen, np.full(20, 5.0))
        off.append((found.mean[low] - true[low]) / np.sqrt(found.variance[low]))
        naive.append((seen[low] / 5 - true[low]) / np.sqrt(found.variance[low]))
    # the standard error of the mean of 300 is 0.06; with twenty groups it is drawn a little too far
    assert abs(np.mean(off)) < 0.35
    assert np.std(off) == pytest.approx(1, abs=0.15)
    assert np.mean(naive) < -0.4
