"""How often the audit finds behaviour or demand where nothing is planted, and whether what it says is true there.

Two kinds of generated companies: *even* ones, whose reps do not differ and who sign contracts on one working day
as readily as on another, and usual ones. No rep, quarter's end or change can truly be found in an even one. But
some of what checks look at is so by construction: deals that are slow come late, closing dates are hopes, targets
are high. What is true of them is what all of them together show.
"""

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import markdown, say
from planted import written

from salesreport.audit import CHECKS, Finding, audit
from salesreport.sample.company import make_company
from salesreport.stats.intervals import wilson

COMPANIES = 100
"""Companies of each kind."""

REPS, DEALS = 24, 2400

FIRST = 5000


class Seen(NamedTuple):
    """What came of a check in one company; NaN where there is no such figure.

    Attributes:
        told, finds, serious, fact: what the audit says. past: whether it differs, for the worse, from the past.
        value: what is measured. lift: how many times as many of those flagged earlier came to nothing.
        other: the error of another forecast of the same quarters.
    """

    told: bool
    finds: bool
    serious: bool
    fact: bool
    past: bool
    value: float
    lift: float
    other: float


def seen(finding: Finding) -> Seen:
    """What came of a check, in numbers."""
    found, level, nothing = finding.found, finding.verdict.level, float("nan")
    if found is None:
        return Seen(False, False, False, False, False, nothing, nothing, nothing)
    lift = None if found.backtest is None else found.backtest.lift
    naive = None if found.detail is None else found.detail.fields.get("naive")
    return Seen(
        True, finding.verdict.finds, level == "serious", level == "fact", finding.verdict.past in ("worse",
        "other"), nothing if found.measured is None else found.measured.value,
        nothing if lift is None else lift.value,
        nothing if naive is None else float(naive.value),
    )  # fmt: skip


def seen_in(task: tuple[bool, int]) -> dict[str, Seen]:
    """What every check comes to in a company, even or usual."""
    even, seed = task
    company = make_company(reps=REPS, deals=DEALS, seed=seed, activities_per_deal=3.0, even=even)
    with tempfile.TemporaryDirectory() as folder:
        made = audit(written(Path(folder) / "company", company))
    return {one.check.key: seen(one) for one in made.findings}


class Shown(NamedTuple):
    """Whether what a check says of even companies is true of them, and why."""

    holds: bool
    why: str


def true_of(key: str, runs: Sequence[Seen]) -> Shown:
    """What all even companies together show of what a check says."""
    check = next(one for one in CHECKS if one.key == key)
    least = check.limit[0]
    lifts = np.log([one.lift for one in runs if np.isfinite(one.lift)])
    if least is None and len(lifts) > 1:
        half = 1.96 * lifts.std(ddof=1) / np.sqrt(len(lifts))
        low, middle, high = np.exp([lifts.mean() - half, lifts.mean(), lifts.mean() + half])
        why = f"flagged deals come to nothing {middle:.2f} ({low:.2f} – {high:.2f}) times as often"
        return Shown(bool(low > 1), why)
    values = np.array([one.value for one in runs if np.isfinite(one.value)])
    if least is None or len(values) < 2:
        return Shown(False, "nothing is there to be found")
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    beyond = values.mean() + half < least if check.better == "higher" else values.mean() - half > least
    number = (lambda value: f"{value:.0%}") if check.unit == "share" else (lambda value: f"{value:,.1f}")
    why = f"the limit is {number(least)}, they have {number(values.mean())} on average"
    others = np.array([one.other for one in runs if np.isfinite(one.other)])
    if len(others):
        why += f"; last quarter's revenue, taken for a forecast, is {number(others.mean())} off"
        beyond = beyond and values.mean() - half > others.mean()
    return Shown(bool(beyond), why)


def behaviour_found(folder: Path, companies: int = COMPANIES, processes: int | None = None) -> str:
    """The table: every check of behaviour or demand, how often it finds something, and whether that is true."""
    say("audit: companies in which nobody differs")
    tasks = [(even, seed) for even in (True, False) for seed in range(FIRST, FIRST + companies)]
    if processes == 1:
        found = [seen_in(one) for one in tasks]
    else:
        with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=get_context("spawn")) as pool:
            found = list(pool.map(seen_in, tasks))
    even, usual = found[:companies], found[companies:]
    rows, untrue, told = [], 0, 0
    for check in CHECKS:
        runs, others = [one[check.key] for one in even], [one[check.key] for one in usual]
        true = true_of(check.key, runs)
        wrong = sum(one.finds and (one.past or not true.holds) for one in runs)
        there = [one for one in runs if one.told]
        untrue, told = untrue + wrong, told + len(there)
        if check.kind == "data" and not sum(one.finds for one in runs + others):
            continue
        rows.append(
            [
                str(check.title), check.kind, _of(sum(one.finds for one in runs), len(there)),
                str(sum(one.serious for one in runs)), _of(wrong, len(there)),
                str(sum(one.fact for one in runs)),
                f"{sum(one.finds for one in others)} of {sum(one.told for one in others)}",
                true.why if any(one.finds or one.fact for one in runs) else "",
            ]
        )  # fmt: skip
    head = [
        "check", "class", "findings (95 %)", "serious", "untrue (95 %)", "beyond a published value only",
        "findings in usual companies", "what is true of even companies",
    ]  # fmt: skip
    return "\n".join(
        [
            "### Findings where nobody differs",
            "",
            f"{companies} generated companies of {REPS} reps and {DEALS:,} deals over three years in which reps "
            "do not differ, no day is better for signing than another, and nothing changes; and as many usual "
            "ones (reps differ, December and quarters’ ends are strong). All checks are run on each. A finding "
            "in an even company is *untrue* where it says that something changed, or where all these companies "
            "together do not show what it says; the last column says what they show: slow deals are pushed and "
            "stay long, closing dates are hopes, the CRM's probabilities are defaults of the stages, and "
            "targets are 5 % above what comes on average, of which the larger deals of a few are a good part. "
            f"Checks of the data that find nothing anywhere are left out of the table. Of all {told:,} checks "
            f"that could be made {untrue} were untrue findings ({untrue / told:.2%}).",
            "",
            markdown(head, rows),
        ]
    )


def _of(count: int, n: int) -> str:
    if not n:
        return "–"
    made = wilson(count, n)
    return f"{count} of {n} ({float(made.lower):.0%}–{float(made.upper):.0%})"
