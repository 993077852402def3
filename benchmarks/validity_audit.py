"""How far the audit can be trusted: planted errors that are found, and false findings on companies without any."""

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import markdown, say
from planted import PLANTS, Planted, clean, written
from scipy.stats import beta

from salesreport.audit import CHECKS, Audit, audit
from salesreport.audit.checks.states import FEWEST, odd_ones
from salesreport.audit.model import Check

COMPANIES = 50
"""Clean companies that are looked at."""

TRIES = 20
"""Companies that each error is planted in."""

DATA: tuple[Check, ...] = tuple(check for check in CHECKS if check.kind == "data")
"""The checks whose findings would be errors of the data: the companies have none."""


class Hit(NamedTuple):
    """What came of one planted error: whether the check found it, and how many of it and of others it named."""

    found: bool
    named: int
    planted: int
    wrong: int


def hit(made: Audit, planted: Planted) -> Hit:
    """Whether the check that should find it does."""
    finding = made.of(planted.check)
    ids = set() if finding.found is None else set(finding.found.ids)
    named = len(ids & planted.ids)
    return Hit(finding.verdict.finds and named > 0, named, len(planted.ids), len(ids - planted.ids))


def try_plants(seed: int, names: Sequence[str] = tuple(PLANTS)) -> dict[str, Hit]:
    """Plant each error alone in a company and audit it."""
    company = clean(seed)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            planted = PLANTS[name](company.tables, np.random.default_rng([seed, number]))
            dataset = written(Path(folder) / str(number), company, planted.tables)
            checks = [check for check in DATA if check.key == planted.check]
            found[name] = hit(audit(dataset, checks=checks), planted)
    return found


def false_findings_of(seed: int) -> dict[str, bool | None]:
    """Of a clean company: each check's key → whether it finds something; None where it cannot be told."""
    with tempfile.TemporaryDirectory() as folder:
        made = audit(written(Path(folder) / "clean", clean(seed)), checks=DATA)
    return {one.check.key: None if one.found is None else one.verdict.finds for one in made.findings}


TEAMS = ((30, 30), (8, 8), (4, 4), (3, 6))
"""How reps' true rates of losing are spread, as beta distributions."""

SIZES = ((12, 15), (12, 60), (40, 30))
"""Reps of a team, and how many closed deals each has on average."""

RUNS = 100


def accused(setting: tuple[tuple[int, int], tuple[int, int]]) -> tuple[int, int]:
    """Of teams by chance: those in which somebody honest is named, and in which one who deleted losses is."""
    (a, b), (reps, deals) = setting
    random = np.random.default_rng([a, b, reps, deals])
    honest, caught = 0, 0
    for _ in range(RUNS):
        n = random.poisson(deals, reps).astype(float) + 3
        lost = random.binomial(n.astype(int), random.beta(a, b, reps)).astype(float)
        honest += bool(odd_ones(lost, n, n >= FEWEST).any())
        most = int(np.argmax(n))
        n[most], lost[most] = n[most] - lost[most], 0
        caught += bool(odd_ones(lost, n, n >= FEWEST)[most])
    return honest, caught


def missing_losses(folder: Path) -> str:
    """How often reps are named whose losses seem to be missing, rightly and wrongly."""
    say("audit: missing losses")
    settings = [(spread, size) for spread in TEAMS for size in SIZES]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        found = list(pool.map(accused, settings))
    rows = []
    for ((a, b), (reps, deals)), (honest, caught) in zip(settings, found, strict=True):
        low, high = beta.ppf([0.1, 0.9], a, b)
        spread = f"{low:.0%} to {high:.0%}"
        rows.append([spread, str(reps), str(deals), f"{honest / RUNS:.0%}", f"{caught / RUNS:.0%}"])
    head = ["middle 80 % of reps lose", "reps", "closed deals each", "somebody honest is named", "found"]
    return "\n".join(
        [
            "### Reps without lost deals",
            "",
            f"{RUNS} teams by chance a line: how often anybody is named though nobody deleted anything (at most "
            "5 % is the aim), and how often the one with the most deals is, after all that was lost is deleted.",
            "",
            markdown(head, rows),
        ]
    )


def audits(folder: Path) -> str:
    """Both tables."""
    say("audit: clean companies")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        falses = list(pool.map(false_findings_of, range(1000, 1000 + COMPANIES)))
        say("audit: planted errors")
        hits = list(pool.map(try_plants, range(2000, 2000 + TRIES)))
    told = sum(value is not None for one in falses for value in one.values())
    wrong = sum(value is True for one in falses for value in one.values())
    by_check = {
        key: sum(one[key] is True for one in falses) for key in falses[0] if any(one[key] for one in falses)
    }
    rows = []
    for name in PLANTS:
        of = [one[name] for one in hits]
        named = sum(one.named for one in of) / sum(one.planted for one in of)
        others = sum(one.wrong for one in of)
        rows.append([name, f"{sum(one.found for one in of)} of {len(of)}", f"{named:.0%}", str(others)])
    return "\n".join(
        [
            "### False findings",
            "",
            f"{COMPANIES} sample companies of 12 reps and 1,200 deals without any error, {len(DATA)} checks of "
            f"the data: {wrong} of {told} were worth a look or more ({wrong / told:.1%}; at most 5 % is the aim)"
            + (f", by check: {by_check}." if by_check else "."),
            "",
            "### Planted errors",
            "",
            f"Each planted alone in {TRIES} such companies; *named* says how much of it the check listed, "
            "*others* how many that were not planted.",
            "",
            markdown(["planted", "found in", "named", "others"], rows),
        ]
    )
