"""Whether a change since the last review is told from regression to the mean, when the lowest are picked.

Groups of reps are made up whose true figures differ; the one with the lowest figure before (or the lowest quarter)
is “coached”. Nothing changes, or the true figure rises by a stated amount. Core functions take arrays, so what is
measured is what the command does (`stats/after.py`).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import markdown, say

from salesreport.coach.since import RATE, expect_each
from salesreport.stats.after import Family, Seen, changed, expect, shifted, together
from salesreport.stats.intervals import wilson
from salesreport.stats.multiplicity import benjamini_hochberg

RUNS = 2000
"""So often each case is tried."""

Random = np.random.Generator
Floats = np.ndarray


class Case(NamedTuple):
    """What is made up.

    Attributes:
        reps: how many. cases: trials before (rates), events a month (counts), sales before (means), about. wander:
            standard deviation of what true figures do by themselves, on the scale of the model. common: how far
            all move. effect: how far the coached are moved by it.
    """

    family: Family
    reps: int
    cases: float
    wander: float = 0.0
    common: float = 0.0
    effect: float = 0.0


class Drawn(NamedTuple):
    """Figures of one company before and after, each rep's true effect, and the naive z of each rep's change."""

    before: Seen
    after: Seen
    low: Floats
    naive: Floats
    effect: Floats


def draw(case: Case, random: Random, coached: Callable[[Floats], Floats]) -> Drawn:
    """Make a company up; who is coached follows from the figures before."""
    k = case.reps
    drift = case.common + case.wander * random.normal(size=k)
    if case.family == "rate":
        n0 = random.integers(int(case.cases) // 2, 2 * int(case.cases), k)
        n1 = np.maximum(10, (n0 * random.uniform(0.25, 0.6, k)).astype(int))
        rate = np.clip(random.beta(0.4 * 30, 0.6 * 30, k), 0.02, 0.98)
        x = random.binomial(n0, rate)
        low = x / n0
        log_odds = np.log(rate / (1 - rate)) + drift
        without, true = (1 / (1 + np.exp(-log_odds - by)) for by in (0.0, case.effect * coached(low)))
        y = random.binomial(n1, true)
        pooled = (x + y) / (n0 + n1)
        error = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n0 + 1 / n1), 1e-9))
        return Drawn(Seen(x * 1.0, n0 * 1.0), Seen(y * 1.0, n1 * 1.0), low, (y / n1 - low) / error, true - without)
    if case.family == "count":
        days = float(random.integers(60, 150))
        level = random.gamma(8, case.cases / 30.4 / 8, k)
        x = random.poisson(level * 365)
        without = level * np.exp(drift)
        true = without * np.exp(case.effect * coached(x))
        y = random.poisson(true * days)
        error = np.sqrt(np.maximum(x / 365**2 + y / days**2, 1e-9))
        before, after = Seen(x * 1.0, np.full(k, 365.0)), Seen(y * 1.0, np.full(k, days))
        return Drawn(before, after, x * 1.0, (y / days - x / 365) / error, true - without)
    if case.family == "mean":
        n0 = random.integers(int(case.cases) // 2, 2 * int(case.cases), k)
        n1 = np.maximum(6, n0 // 3)
        mean, spread = random.normal(50, 6, k), 15.0
        e0, e1 = (spread * np.sqrt(random.chisquare(n - 1) / (n - 1) / n) for n in (n0, n1))
        x = mean + spread / np.sqrt(n0) * random.normal(size=k)
        y = mean + 6 * (drift + case.effect * coached(x)) + spread / np.sqrt(n1) * random.normal(size=k)
        return Drawn(Seen(x, e0), Seen(y, e1), x, (y - x) / np.hypot(e0, e1), 6 * case.effect * coached(x))
    mean = random.gamma(9, case.cases / 9, k)
    x = random.poisson(mean)
    without = mean * np.exp(drift)
    true = without * np.exp(case.effect * coached(x))
    y, one = random.poisson(true), np.ones(k)
    naive = (y - x) / np.sqrt(np.maximum(x + y, 1))
    return Drawn(Seen(x * 1.0, one), Seen(y * 1.0, one), x * 1.0, naive, true - without)


def lowest(number: int) -> Callable[[Floats], Floats]:
    """Picks the ones with the lowest figures."""

    def pick(low: Floats) -> Floats:
        chosen = np.zeros(len(low))
        chosen[np.argsort(low, kind="stable")[:number]] = 1.0
        return chosen

    return pick


def one_review(case: Case, runs: int = RUNS, seed: int = 1) -> dict[str, float]:
    """How often the lowest rep's change is said to be beyond chance, and how often a before–after test says it."""
    random, found = np.random.default_rng([seed, case.reps]), []
    for _ in range(runs):
        made = draw(case, random, lowest(1))
        place = int(np.argsort(made.low, kind="stable")[0])
        expected = expect(case.family, made.before, made.after, np.arange(case.reps) != place)
        change = changed(expected, place, float(made.after.total[place]), float(made.after.size[place]))
        assert change is not None
        up = change.surplus > 0
        found.append([change.p < 0.05, change.p < 0.05 and up, made.naive[place] > 1.959964])
    claimed, rose, naive = np.mean(found, axis=0)
    return {"claimed": float(claimed), "rose": float(rose), "naive": float(naive), "runs": runs}


def of_many(case: Case, coached: int, runs: int = RUNS, seed: int = 2) -> dict[str, float]:
    """How often coaching on a metric is said to have an effect, how often its interval holds the true one."""
    random, found = np.random.default_rng([seed, case.reps]), []
    for _ in range(runs):
        made = draw(case, random, lowest(coached))
        chosen = lowest(coached)(made.low) > 0
        expected = expect(case.family, made.before, made.after, ~chosen)
        changes = [
            changed(expected, place, float(made.after.total[place]), float(made.after.size[place]))
            for place in np.flatnonzero(chosen)
        ]
        told = [one for one in changes if one is not None]
        mean, weight = together(told), np.array([1 / (one.own + one.common) for one in told])
        middle = float(np.average([one.expected for one in told], weights=weight))
        lower, upper = (shifted(case.family, middle, by) - middle for by in (mean.lower, mean.upper))
        truth = float(np.average(made.effect[chosen], weights=weight))
        naive = made.naive[chosen].sum() / np.sqrt(coached)
        found.append([mean.p < 0.05, lower <= truth <= upper, naive > 1.959964])
    claimed, held, naive = np.mean(found, axis=0)
    return {"claimed": float(claimed), "held": float(held), "naive": float(naive), "runs": runs}


NAMES = {"rate": "a rate", "count": "a count", "mean": "a mean", "level": "a level"}
CASES = {
    "rate": ("about 50 trials before", 50, "40 % → 57 %", 0.7),
    "count": ("about 3 a month", 3.0, "twice as many", 0.7),
    "mean": ("about 30 sales before", 30, "50 → 59", 1.5),
    "level": ("about 20", 20.0, "twice as many", 0.7),
}
"""By family: how much is seen, said and as a number; the effect, likewise."""


LOOKED_AT = (("count", 25.0), ("count", 8.0), ("rate", 80.0), ("mean", 30.0))
"""What the family of `coach.since` is like: activities and new deals a month, decided deals, deals won."""


def everybody(reps: int, moved: int, effects: Sequence[float], runs: int, seed: int = 3) -> dict[str, float]:
    """Of what is named as moved, how much is false; how often anything is named; how much of the true is found.

    Everybody moves together.
    """
    random, found = np.random.default_rng([seed, reps, moved]), []
    for _ in range(runs):
        p, real = [], []
        for (family, cases), effect in zip(LOOKED_AT, effects, strict=True):
            case = Case(family, reps, cases, common=0.1, effect=effect)  # type: ignore[arg-type]
            truly = np.arange(reps) < moved
            made = draw(case, random, lambda _, truly=truly: truly * 1.0)  # type: ignore[misc]
            expected = expect_each(family, made.before, made.after, np.ones(reps, bool))  # type: ignore[arg-type]
            for place in range(reps):
                change = changed(
                    expected(place), place, float(made.after.total[place]), float(made.after.size[place])
                )
                if change is not None:
                    p.append(change.p)
                    real.append(bool(truly[place]))
        named = benjamini_hochberg(p) <= RATE
        true = np.array(real)
        found.append(
            [(named & ~true).sum() / max(named.sum(), 1), named.any(), named[true].mean() if moved else 0.0]
        )
    false, any_named, power = np.mean(found, axis=0)
    error = float(np.std([one[0] for one in found]) / np.sqrt(runs))
    return {"false": float(false), "error": error, "any": float(any_named), "power": float(power), "runs": runs}


def since_last_review(folder: Path) -> str:
    """False discovery rate and power of what the index says moved."""
    rows = []
    for reps in (12, 35):
        for moved, effects, said in (
            (0, (0.0, 0.0, 0.0, 0.0), "nobody"),
            (
                2,
                (0.7, 0.7, 0.7, 1.5),
                "2 reps: activities and new deals double, 40 % → 57 % won, deals 18 % larger",
            ),
        ):
            say(f"since the last review: {reps} reps, {moved} moved")
            made = everybody(reps, moved, effects, RUNS // 5)
            rows.append(
                [
                    str(reps), said, f"{made['false']:.3f} ± {made['error']:.3f}", share(made, "any"),
                    f"{made['power']:.0%}" if moved else "–",
                ]
            )  # fmt: skip
    head = ["reps", "who moved", "false discovery rate", "anything named", "of what moved, named"]
    return "\n".join(
        [
            "### Since the last review",
            "",
            f"What the index names as moved: activities, new deals, win rate and deal size of all reps, q ≤ "
            f"{RATE:.0%} (Benjamini and Hochberg); {RUNS // 5:,} made-up companies a line, in which all move "
            "together a little.",
            "",
            markdown(head, rows),
        ]
    )


def change_since_review(folder: Path) -> str:
    """Level and power of the section's test of one rep."""
    rows = []
    for family, (said, cases, effect_said, effect) in CASES.items():
        for reps in (10, 30):
            say(f"change since the review: {family}, {reps} reps")
            quiet = one_review(Case(family, reps, cases))  # type: ignore[arg-type]
            moving = one_review(Case(family, reps, cases, wander=0.2, common=0.2))  # type: ignore[arg-type]
            true = one_review(Case(family, reps, cases, effect=effect))  # type: ignore[arg-type]
            rows.append(
                [
                    NAMES[family],
                    said,
                    str(reps),
                    share(quiet, "claimed"),
                    f"{quiet['naive']:.1%}",
                    share(moving, "claimed"),
                    f"{moving['naive']:.1%}",
                    f"{effect_said}: {true['rose']:.0%}",
                ]
            )
    head = [
        "figure", "seen", "reps", "nothing changes: “beyond chance”", "before–after test: “rose”",
        "all move, each wanders: “beyond chance”", "before–after test: “rose”", "true rise found",
    ]  # fmt: skip
    return "\n".join(
        [
            "### Change since the last review",
            "",
            f"The rep with the lowest figure of the year before is picked; {RUNS:,} made-up companies a cell, the "
            "days after are a quarter to half a year. “Beyond chance” is two-sided and should be 5 %. The "
            "before–after test (two-sided at 5 %, so a rise by chance should be 2.5 %) is what one does without "
            "thinking of regression to the mean.",
            "",
            markdown(head, rows),
        ]
    )


def coaching_of_many(folder: Path) -> str:
    """Level, coverage and power of `salesreport coaching`."""
    rows = []
    for family, (said, cases, effect_said, effect) in CASES.items():
        for reps, coached in ((16, 4), (40, 10)):
            say(f"coaching: {family}, {coached} of {reps} reps")
            quiet = of_many(Case(family, reps, cases, wander=0.2, common=0.2), coached)  # type: ignore[arg-type]
            true = of_many(Case(family, reps, cases, 0.2, 0.2, effect), coached)  # type: ignore[arg-type]
            rows.append(
                [
                    NAMES[family],
                    said,
                    f"{coached} of {reps}",
                    share(quiet, "claimed"),
                    f"{quiet['naive']:.1%}",
                    share(quiet, "held"),
                    f"{effect_said}: {true['claimed']:.0%}",
                    f"{true['held']:.1%}",
                ]
            )
    head = [
        "figure", "seen", "coached", "no effect: claimed", "before–after test: “helped”", "interval holds 0",
        "true effect found", "interval holds it",
    ]  # fmt: skip
    return "\n".join(
        [
            "### Did coaching help?",
            "",
            f"The lowest quarter is coached; everybody moves and each wanders by itself; {RUNS:,} companies a "
            "cell. Claims without an effect should be 5 %, intervals should hold what is true in 95 %.",
            "",
            markdown(head, rows),
        ]
    )


def share(found: dict[str, float], name: str) -> str:
    """A share of the runs with its interval."""
    interval = wilson(found[name] * found["runs"], found["runs"])
    return f"{found[name]:.1%} ({float(interval.lower):.1%}–{float(interval.upper):.1%})"


if __name__ == "__main__":
    print(
        "\n\n".join(
            ["## Coaching", change_since_review(Path()), since_last_review(Path()), coaching_of_many(Path())]
        )
    )
