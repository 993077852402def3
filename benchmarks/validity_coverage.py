"""How often the intervals that reports print hold the truth, by simulation at the sizes that teams have."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from salesreport.stats.competing_risks import cumulative_incidence
from salesreport.stats.decomposition import kitagawa, shapley_product
from salesreport.stats.expected import expected_rates, observed_to_expected
from salesreport.stats.funnel_limits import funnel
from salesreport.stats.intervals import Array, Interval, wilson
from salesreport.stats.resampling import kitagawa_intervals, shapley_intervals
from salesreport.stats.shrinkage import jeffreys, shrunken
from salesreport.stats.stratified import compare

REPS = 25

Held = dict[str, tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]
"""By what the intervals are of: whether each holds the truth, and whether there is one at all."""

Setting = Callable[[np.random.Generator], Held]


class Covered(NamedTuple):
    """How often intervals held.

    Attributes:
        what: they are of. held: how many did. number: how many there were. asked: for how many.
        error: standard error of the share, from the runs, within which intervals depend on each other.
    """

    what: str
    held: int
    number: int
    asked: int
    error: float

    @property
    def share(self) -> float:
        """The part that held."""
        return self.held / self.number

    @property
    def verdict(self) -> str:
        """Whether that is near enough to what was promised; the narrow limits of a funnel promise 99.8 %."""
        low, high = (0.997, 0.999) if "99.8" in self.what else (0.935, 0.965)
        if self.share < low - 2 * self.error:
            return "too few"
        return "cautious" if self.share > high + 2 * self.error else ""


def covered(setting: str, seeds: Iterable[int]) -> Array:
    """Runs × (intervals that held, that there were, that were asked for, for each thing they are of)."""
    number = list(SETTINGS).index(setting)
    runs = []
    for seed in seeds:
        found = SETTINGS[setting](np.random.default_rng([number, seed]))
        runs.append(
            [(float((held & there).sum()), float(there.sum()), len(held)) for held, there in found.values()]
        )
    return np.array(runs, float).reshape(len(runs), -1)


def coverages(setting: str, runs: Array) -> list[Covered]:
    """What runs of a setting come to."""
    names = list(SETTINGS[setting](np.random.default_rng(0)))
    found = []
    for name, one in zip(names, np.moveaxis(runs.reshape(len(runs), -1, 3), 1, 0), strict=True):
        held, number, asked = one.sum(axis=0)
        off = one[:, 0] - one[:, 1] * held / number
        error = np.sqrt((off**2).sum()) / number
        found.append(Covered(name, int(held), int(number), int(asked), float(error)))
    return found


def _held(lower: Array, truth: npt.ArrayLike, upper: Array) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    there = ~np.isnan(lower) & ~np.isnan(upper)
    return np.ravel(there & (lower <= truth) & (truth <= upper)), np.ravel(there)


def single(interval: Callable[[Array, Array], Interval]) -> Setting:
    """Rates between 10 % and 60 %, each on its own."""

    def run(random: np.random.Generator) -> Held:
        found = {}
        for n in (10, 30, 100, 300):
            rate = random.uniform(0.1, 0.6, 100)
            made = interval(random.binomial(n, rate).astype(float), np.full(100, float(n)))
            found[f"rates of {n} decisions"] = _held(made.lower, rate, made.upper)
        return found

    return run


def together(random: np.random.Generator) -> Held:
    """Rates of a team, shrunken."""
    found = {}
    for spread in (0.0, 0.2, 0.5):
        rate = expit(random.normal(-0.8, spread, REPS))
        n = random.integers(10, 150, REPS)
        made = shrunken(random.binomial(n, rate), n)
        found[f"rates of {REPS} reps, spread {spread} in log odds"] = _held(made.lower, rate, made.upper)
    return found


def like_for_like(strata: int, mine: float, others: float) -> Setting:
    """A group against others in strata, at odds ratios of 0.5, 1 and 2."""

    def run(random: np.random.Generator) -> Held:
        ratio = np.repeat([0.5, 1.0, 2.0], 7)
        odds = random.normal(-0.8, 0.7, strata)
        usual, own = expit(odds), expit(odds + np.log(ratio)[:, None])
        n, m = (random.poisson(size, (len(ratio), strata)) for size in (mine, others))
        a, c = random.binomial(n, own), random.binomial(m, np.broadcast_to(usual, m.shape))
        tables = a, n - a, c, m - c
        made = compare(*tables)
        weight = n * m / np.maximum(n + m, 1)
        gap = (weight * (own - usual)).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        extra = (np.where(m > 0, n, 0) * (own - usual)).sum(axis=1)
        return {
            "odds ratio": _held(made.lower, ratio, made.upper),
            "difference of rates": _held(made.difference_lower, gap, made.difference_upper),
            "extra successes": _held(made.extra_lower, extra, made.extra_upper),
        }

    return run


def against_a_model(random: np.random.Generator) -> Held:
    """Observed ÷ expected, the expectation learnt from the other reps; one of them has half the odds."""
    rep = np.repeat(np.arange(REPS), random.integers(20, 120, REPS))
    columns = [random.integers(0, kinds, len(rep)) for kinds in (5, 3, 4)]
    odds = logit(0.3) + sum(random.normal(0, 0.5, 5)[column] for column in columns)
    own = expit(odds + np.where(rep == 0, np.log(0.5), 0.0))
    won = random.random(len(rep)) < own
    learnt = expected_rates(won, columns, rep)
    made = observed_to_expected(won, learnt.rate, rep, error=learnt.error)
    truth = np.bincount(rep, own) / np.bincount(rep, expit(odds))
    return {"observed ÷ expected": _held(made.lower, truth, made.upper)}


def control_limits(random: np.random.Generator) -> Held:
    """Rates of reps within a funnel's limits where none is out of the ordinary."""
    found = {}
    for words, spread in (("only chance", 0.0), ("a spread of 0.3 in log odds", 0.3)):
        rate = expit(random.normal(-0.8, spread, REPS))
        n = random.integers(20, 200, REPS)
        won = random.binomial(n, rate)
        for confidence in (0.95, 0.998):
            made = funnel(won, n, confidence=confidence)
            found[f"{confidence:.1%} limits, {words}"] = _held(made.lower, made.value, made.upper)
    return found


def mix_and_rate(random: np.random.Generator) -> Held:
    """A rep's gap to the others, by what is sold and how well."""
    found = {}
    for n in (40, 150):
        shares = random.dirichlet(np.full(6, 2.0), 2)
        rates = expit(random.normal(-0.8, 0.6, (2, 6)))
        counts = np.stack([random.multinomial(size, share) for size, share in zip((n, 1500), shares, strict=True)])
        won = random.binomial(counts, rates)
        made = kitagawa_intervals(won[0], counts[0], won[1], counts[1])
        truth = kitagawa(shares[0] * rates[0], shares[0], shares[1] * rates[1], shares[1])
        for what, interval, value in (
            ("mix", made.mix, truth.mix.sum()),
            ("rate", made.rate, truth.rate.sum()),
            ("gap", made.gap, truth.gap),
        ):
            found[f"{what}, {n} decisions of the rep"] = _held(interval.lower, value, interval.upper)
    return found


def factors(random: np.random.Generator) -> Held:
    """A rep's gap to the mean of twelve others: deals, win rate, average size."""
    found = {}
    for spread in (0.4, 1.0):
        rate, base_rate = expit(random.normal(-0.8, 0.3, 2))
        mean, base_mean = np.exp(random.normal(8, 0.2, 2) + spread**2 / 2)
        size, base_size = random.uniform(60, 150, 2)
        own, others = random.poisson(size), random.poisson(12 * base_size)
        cases = _deals(own, rate, mean, spread, random), _deals(others, base_rate, base_mean, spread, random)
        made = shapley_intervals(
            cases[0], np.zeros(own, int), base_values=cases[1], base_groups=np.zeros(others, int), scale=1 / 12
        )
        truth = shapley_product([base_size, base_rate, base_mean], [size, rate, mean])
        for at, what in enumerate(("deals", "win rate", "average size")):
            found[f"{what}, log amounts’ deviation {spread}"] = _held(
                made.parts.lower[:, at], truth.parts[at], made.parts.upper[:, at]
            )
        found[f"gap, log amounts’ deviation {spread}"] = _held(made.gap.lower, truth.gap, made.gap.upper)
    return found


def _deals(number: int, rate: float, mean: float, spread: float, random: np.random.Generator) -> Array:
    won = random.random(number) < rate
    amount = mean * np.exp(random.normal(-(spread**2) / 2, spread, number))
    return np.stack([np.ones(number), won.astype(float), np.where(won, amount, 0.0)], axis=1)


def stays(random: np.random.Generator) -> Held:
    """How many stays have moved on, and how many are lost, after 30 days; some seen late, some not to the end."""
    found = {}
    for n in (30, 150):
        length = np.ceil(random.exponential(25.0, n))
        cause = np.where(random.random(n) < 0.6, 1, 2)
        entry = np.where(random.random(n) < 0.2, random.integers(0, 15, n), 0)
        watch = entry + random.integers(5, 120, n)
        made = cumulative_incidence(
            np.minimum(length, watch), np.where(length <= watch, cause, 0), entry, causes=2
        ).incidence_at(30.0)
        over = -np.expm1(-30 / 25.0)
        found[f"{n} stays"] = _held(made.lower, np.array([0.6, 0.4]) * over, made.upper)
    return found


SETTINGS: Mapping[str, Setting] = {
    "Wilson’s, of a single rate": single(wilson),
    "Jeffreys’, of a single rate": single(jeffreys),
    "shrunken rates": together,
    "like for like, 12 strata, 100 decisions, 1,200 of others": like_for_like(12, 100 / 12, 100.0),
    "like for like, 80 strata, 40 decisions, 640 of others": like_for_like(80, 0.5, 8.0),
    "like for like in a small team: 12 strata, 40 decisions, 120 of others": like_for_like(12, 40 / 12, 10.0),
    "observed ÷ expected, 25 reps of 20 to 120 decisions": against_a_model,
    "funnel, 25 reps (rates within the limits)": control_limits,
    "mix and rate (Kitagawa)": mix_and_rate,
    "deals, win rate and size (Shapley), about 30 deals won": factors,
    "how stays end, after 30 days": stays,
}
"""What is tried, by the words of the table."""
