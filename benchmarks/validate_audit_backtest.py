"""Whether the lift that the audit states for a flag holds the truth: its table of docs/validation.md.

Companies by chance in which deals are open for months, are flagged for some of them, are won or lost, belong to
reps who differ in both, and are looked at every month. What is true of such companies is read off one with
thousands of reps. `make validate` makes the whole page; this script alone makes its own section anew.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import markdown, say
from validity import RUNS, in_processes

from salesreport.audit.backtest import Alike, Panel, compare, panel_of
from salesreport.audit.checks.pipeline import ENOUGH
from salesreport.audit.checks.slips import often_pushed, pushed_over
from salesreport.audit.checks.stale import overstaying, silent
from salesreport.audit.covered import panel_of_quarters
from salesreport.audit.model import Looked
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent
HEADING = "## Backtests of the audit"

HORIZON = 3
"""Months after a look in which a deal may be won."""

LARGE = 3000
"""Reps of the company that tells what is true, …"""

DEALS = 300_000
"""… and its deals; four such companies are looked at."""


@dataclass(frozen=True)
class Company:
    """What a simulated company is like; chances are per month.

    Attributes:
        reps, deals, months: how many there are. uneven: the Dirichlet parameter of the reps' shares of deals.
        wins, losses: chances that an open deal is won, or lost. slower: by what the chance to be won is multiplied
            while a deal is flagged. better: standard deviation of the log of the reps' own factors of winning.
        flagged, unflagged: chances that a deal becomes flagged, and ceases to be. often: standard deviation of the
            log of the reps' own factors of being flagged. linked: correlation of both.
        stages: spread of the log chance to be won between three stages.
        season: amplitude of the log of the months' factors of winning, the same pattern in every company.
    """

    reps: int = 25
    deals: int = 1500
    months: int = 18
    uneven: float = 3.0
    wins: float = 0.12
    losses: float = 0.12
    slower: float = 0.5
    better: float = 0.3
    flagged: float = 0.10
    unflagged: float = 0.15
    often: float = 0.3
    linked: float = -0.5
    stages: float = 0.4
    season: float = 0.2


SCENARIOS: dict[str, Company] = {
    "usual": Company(),
    "a flag that means nothing": Company(slower=1.0),
    "reps do not differ": Company(better=0.0, often=0.0),
    "reps differ much": Company(better=0.6, often=0.6),
    "8 reps": Company(reps=8, deals=600, uneven=6.0),
    "80 reps, 6,000 deals": Company(reps=80, deals=6000),
    "300 deals": Company(deals=300),
    "rarely flagged": Company(flagged=0.02),
    "mostly flagged": Company(flagged=0.4),
    "hardly anything is won": Company(wins=0.03, losses=0.15),
    "nearly all is won soon": Company(wins=0.4, losses=0.05),
    "three reps": Company(reps=3, deals=600, uneven=20.0),
}

FIXED = {"three reps"}
"""Where intervals rest on deals: what is true is meant of these very reps."""


class Reps(NamedTuple):
    """Who sells: share of the deals, and factors of winning and of being flagged."""

    share: np.ndarray
    wins: np.ndarray
    flagged: np.ndarray


def staff(company: Company, random: np.random.Generator) -> Reps:
    """Reps by chance."""
    one, other = random.normal(size=(2, company.reps))
    other = company.linked * one + np.sqrt(1 - company.linked**2) * other
    share = random.dirichlet(np.full(company.reps, company.uneven))
    return Reps(
        share,
        np.exp(company.better * one - company.better**2 / 2),
        np.exp(company.often * other - company.often**2 / 2),
    )


def simulate(company: Company, reps: Reps, random: np.random.Generator) -> Panel:
    """A company's months, as `compare` is given them."""
    n, months = company.deals, company.months
    rep = random.choice(len(reps.share), n, p=reps.share)
    stage = random.integers(0, 3, n)
    chance = company.wins * reps.wins[rep] * np.exp(company.stages * (stage - 1))
    becomes = np.minimum(company.flagged * reps.flagged[rep], 0.95)
    month = np.exp(company.season * np.sin(np.arange(months + HORIZON) * 1.9))
    starts = random.integers(-12, months, n)
    flagged, won_in = np.zeros((months, n), bool), np.full(n, 10**6)
    here, is_open = np.zeros((months, n), bool), np.ones(n, bool)
    now = np.zeros(n, bool)
    for at in range(-12, months + HORIZON):
        alive = is_open & (starts <= at)
        if 0 <= at < months:
            here[at], flagged[at] = alive, now
        wins = np.minimum(chance * month[max(at, 0)] * np.where(now, company.slower, 1.0), 0.95)
        draw = random.random(n)
        won = alive & (draw < wins)
        won_in[won] = at
        is_open &= ~won & ~(alive & (draw > 1 - company.losses * (1 - wins)))
        now = np.where(now, random.random(n) >= company.unflagged, random.random(n) < becomes) & (starts <= at)
    look, deal = np.nonzero(here)
    happened = ~(won_in[deal] < look + HORIZON)
    return Panel(deal, rep[deal], look, stage[deal], flagged[look, deal], happened)


def true_lift(
    company: Company, random: np.random.Generator, reps: Reps | None = None, deals: int = DEALS
) -> tuple[float, float]:
    """Difference and ratio of a company of this kind with so many deals that chance plays no part."""
    large = replace(company, reps=LARGE if reps is None else company.reps, deals=deals)
    found = [
        compare(simulate(large, staff(large, random) if reps is None else reps, random)).lift
        for _ in range(4 if reps is None else 1)
    ]
    return float(np.mean([one.difference for one in found])), float(np.mean([one.ratio for one in found]))


def truth_of(name: str, seeds: Sequence[int], deals: int = DEALS) -> np.ndarray:
    """The true difference and ratio of a kind of company, one row."""
    return np.array(
        [true_lift(SCENARIOS[name], np.random.default_rng([list(SCENARIOS).index(name), 7, 7]), deals=deals)]
    )


def held(task: tuple[str, float, float], seeds: Sequence[int]) -> np.ndarray:
    """Of each run: whether there is a difference and a ratio with an interval, whether each holds the truth, how
    wide the ratio's is (upper ÷ lower), and whether it leaves out 1; and the same of looks taken for independent.
    """
    name, *truth = task
    company = SCENARIOS[name]
    number = list(SCENARIOS).index(name)
    rows = []
    for seed in seeds:
        random = np.random.default_rng([number, seed])
        reps = staff(company, random)
        panel = simulate(company, reps, random)
        gap, ratio = true_lift(company, random, reps, 60_000) if name in FIXED else truth
        made = compare(panel)
        alone = compare(panel._replace(deal=np.arange(len(panel.deal)), rep=np.full(len(panel.rep), -1)))
        one = made.lift
        rows.append(
            [
                made.enough, made.enough and one.difference_lower <= gap <= one.difference_upper,
                made.bounded, made.bounded and one.ratio_lower <= ratio <= one.ratio_upper,
                one.ratio_upper / one.ratio_lower if made.bounded else np.nan,
                made.bounded and not one.ratio_lower <= 1 <= one.ratio_upper,
                alone.lift.ratio_lower <= ratio <= alone.lift.ratio_upper, ratio,
            ]
        )  # fmt: skip
    return np.array(rows, float)


def lifts_hold(folder: Path, runs: int = RUNS) -> str:
    """How often the stated lift's interval holds the true one."""
    say("backtests of the audit")
    truths = in_processes(truth_of, list(SCENARIOS), 1)
    tasks = [(name, *map(float, truths[name][0])) for name in SCENARIOS]
    found = in_processes(held, tasks, runs)
    return "\n".join([_introduction(runs), "", markdown(HEAD, [_row(task[0], found[task]) for task in tasks])])


HEAD = [
    "company", "true ratio", "difference held", "ratio held", "", "ratio given", "upper ÷ lower (median)",
    "leaves out 1", "held if looks were independent",
]  # fmt: skip


def _row(name: str, runs: np.ndarray) -> list[str]:
    given, bounded = runs[:, 0] > 0, runs[:, 2] > 0
    share = runs[bounded, 3].mean()
    error = np.sqrt(0.95 * 0.05 / bounded.sum())
    return [
        name,
        f"{runs[:, 7].mean():.2f}",
        f"{runs[given, 1].mean():.1%}",
        f"{share:.1%} ± {error:.1%}",
        _near_enough(share, error),
        f"{bounded.mean():.0%}",
        f"{np.nanmedian(runs[:, 4]):.2f}",
        f"{runs[bounded, 5].mean():.0%}",
        f"{runs[:, 6].mean():.0%}",
    ]


def _near_enough(share: float, error: float) -> str:
    if 0.93 <= share <= 0.97:
        return ""
    return "by chance" if 0.93 - 2 * error <= share <= 0.97 + 2 * error else "**off**"


def _introduction(runs: int) -> str:
    usual = Company()
    return (
        f"{runs} simulated companies of each kind; usually {usual.reps} reps, {usual.deals:,} deals, "
        f"{usual.months} monthly looks, and {HORIZON} months after each in which a deal may be won. A flagged "
        f"deal is won {usual.slower} times as often per month; reps differ in how often they win and in how often "
        "their deals are flagged, and those who win less have more flagged deals. Stated is how many times as "
        "often flagged deals were not won as like ones (same day, same stage) that were not flagged. The truth is "
        f"that of companies of {LARGE:,} such reps; with three reps, for which intervals rest on deals, it is "
        "that of these three. How often 95 % intervals hold it should be 93 % to 97 %. The last column takes "
        "every look at a deal for an independent case, as a spreadsheet would."
    )


# --- sample companies

BOTH: tuple[Alike, ...] = ("stage", "age")
"""What most flags compare like with like."""

SAMPLES: dict[str, Callable[[Looked], Panel | None]] = {
    "too long at a milestone": lambda looked: panel_of(looked, partial(overstaying, looked), ("stage",))[0],
    "pushed twice or more": lambda looked: panel_of(looked, partial(often_pushed, looked.facts), BOTH)[0],
    "silent": lambda looked: panel_of(looked, partial(silent, looked), BOTH)[0],
    "pushed over a quarter’s end": lambda looked: panel_of(looked, partial(pushed_over, looked), BOTH)[0],
    "coverage below 3 (quarters of reps)": lambda looked: panel_of_quarters(looked, ENOUGH)[0],
}

SAMPLE_REPS, SAMPLE_DEALS = 24, 1500


def panels(seeds: Sequence[int]) -> list[dict[str, Panel]]:
    """The looks at the deals of sample companies, by flag, as the audit makes them of the whole dataset."""
    found = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            company = write_company(
                Path(folder) / "company", reps=SAMPLE_REPS, deals=SAMPLE_DEALS, seed=1000 + seed,
                activities_per_deal=3.0,
            )  # fmt: skip
            looked = Looked.at(company)
            made = {flag: panel(looked) for flag, panel in SAMPLES.items()}
        found.append({flag: panel for flag, panel in made.items() if panel is not None})
    return found


def lifts_on_samples(folder: Path, runs: int = RUNS) -> str:
    """The same of whole sample companies; what is true of them is what all of them together show."""
    say("backtests of the audit on sample companies")
    pieces = [range(at, min(at + 25, runs)) for at in range(0, runs, 25)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        made = [one for part in pool.map(panels, pieces) for one in part]
    return samples_table(made)


def samples_table(made: Sequence[dict[str, Panel]]) -> str:
    """How often the intervals of these companies hold what all of them together show."""
    rows = []
    for flag in SAMPLES:
        each = [one[flag] for one in made if flag in one]
        truth = compare(_together(each)).lift
        found = [compare(one) for one in each]
        given = [one.lift for one in found if one.bounded]
        share = np.mean([one.ratio_lower <= truth.ratio <= one.ratio_upper for one in given])
        gap = np.mean([one.difference_lower <= truth.difference <= one.difference_upper for one in given])
        error = np.sqrt(0.95 * 0.05 / len(given))
        rows.append(
            [
                flag, f"{truth.ratio:.3f}", f"{gap:.1%}", f"{share:.1%} ± {error:.1%}",
                _near_enough(share, error),
                f"{len(given) / len(made):.0%}",
                f"{np.median([one.ratio_upper / one.ratio_lower for one in given]):.2f}",
                f"{np.mean([not one.ratio_lower <= 1 <= one.ratio_upper for one in given]):.0%}",
            ]
        )  # fmt: skip
    head = ["flag", *HEAD[1:-1]]
    return "\n".join(
        [
            "### On sample companies",
            "",
            f"{len(made)} generated companies (`salesreport demo`'s kind, {SAMPLE_REPS} reps, {SAMPLE_DEALS:,} "
            "deals), the flags as the audit works them out of each whole dataset: what becomes of deals due "
            "within 90 days, like with like; with coverage, how many of the reps' quarters missed their target. "
            "What is true is what all companies together show. Where the ratio is not given for all, those left "
            "out are the ones in which nearly all that was flagged came to nothing.",
            "",
            markdown(head, rows),
        ]
    )


def _together(each: Sequence[Panel]) -> Panel:
    """The looks of several companies, none of whose deals, reps and days have anything in common."""
    parts, deal, rep, look = [], 0, 0, 0
    for one in each:
        parts.append(
            one._replace(deal=one.deal + deal, rep=np.where(one.rep >= 0, one.rep + rep, -1), look=one.look + look)
        )
        deal, rep, look = (
            deal + int(one.deal.max()) + 1,
            rep + int(one.rep.max()) + 1,
            look + int(one.look.max()) + 1,
        )
    return Panel(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def main() -> None:
    page = ROOT / "docs" / "validation.md"
    with tempfile.TemporaryDirectory() as folder:
        section = f"{HEADING}\n\n{lifts_hold(Path(folder))}\n\n{lifts_on_samples(Path(folder))}\n"
    content = page.read_text(encoding="utf-8")
    before, _, after = content.partition(f"{HEADING}\n")
    rest = after[after.index("\n## ") :] if "\n## " in after else ""
    page.write_text(f"{before.rstrip()}\n\n{section}{rest}", encoding="utf-8")
    say(f"{page.relative_to(ROOT)}: section written")


if __name__ == "__main__":
    main()
