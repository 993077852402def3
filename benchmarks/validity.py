"""How far conversion anomalies can be trusted: false discoveries, power and coverage, by simulation.

Each function makes one table of docs/validation.md from teams whose truth is known (`validity_company`). Chance
starts from fixed seeds, one per scenario and run: tables come out the same however many processes work.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from page import markdown, say
from validity_company import Team
from validity_comparison import DEALS, HIGH, LOW, PAIRS, RATES, SHARES, STRATA, TASKS, TEAMS, Held, held, summed
from validity_coverage import SETTINGS, coverages, covered
from validity_discovery import LONG, SCENARIOS, Discoveries, discoveries, discoveries_of_both
from validity_power import CONDITIONS, RATIOS, REPS, SIZES, alarms_and_power, rules

from salesreport.kpi.anomalies.anomalies import LEVEL

RUNS = 500
CHUNK = 50

TOGETHER = 200
"""Runs of each company whose reports look at two spans."""

COMPARED = 300
"""Runs of each of the 650 settings of a comparison."""


def in_processes(work: Callable[..., Any], tasks: Sequence[Any], runs: int = RUNS) -> dict[Any, np.ndarray]:
    """The runs of each task, all processors at work: task → runs × columns."""
    pieces = [(task, range(at, min(at + CHUNK, runs))) for task in tasks for at in range(0, runs, CHUNK)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(_piece, work), pieces))
    return {
        task: np.concatenate([part for (one, _), part in zip(pieces, found, strict=True) if one == task])
        for task in tasks
    }


def _piece(work: Callable[..., Any], piece: tuple[Any, range]) -> np.ndarray:
    task, seeds = piece
    return work(task, seeds)


def judged(rate: float, error: float) -> str:
    """A false discovery rate with its standard error, marked where it is above the level."""
    return f"{rate:.3f} ± {error:.3f}" + ("" if rate - 2 * error <= LEVEL else " **above 0.1**")


def false_discoveries(folder: Path) -> str:
    """What part of what is reported is false."""
    say("false discoveries")
    found = in_processes(discoveries, list(SCENARIOS))
    rows = []
    for name in SCENARIOS:
        runs = Discoveries(*found[name].T)
        rate, error = runs.false_rate()
        rows.append(
            [
                name,
                judged(rate, error),
                f"{runs.reported.mean():.2f}",
                f"{runs.false.mean():.2f}",
                f"{(runs.reported == 0).mean():.0%}",
                f"{runs.tested.mean():.0f}",
                f"{runs.chance_level():.1%}",
            ]
        )
    head = [
        "team",
        "false discovery rate",
        "reported per year",
        "of these false",
        "years without any",
        "tests",
        "p < 5 % where nobody differs",
    ]
    team = Team()
    return "\n".join(
        [
            "### False discoveries",
            "",
            f"{RUNS} simulated years of each team, compared as `salesreport anomalies` does: every rep at four "
            "steps (three milestones and the order), as a whole and within each product line, segment and lead "
            f"source; reported is what has q ≤ {LEVEL}. The rate is the mean, over all years, of false ÷ "
            "reported (0 where nothing is reported), with its standard error; it should be at most 0.1.",
            "",
            f"Usually {team.reps} reps share {team.deals:,} deals, some a quarter of others; products, segments, "
            "sources and sizes matter. A finding is true where the rep's own chances, with the rep's own deals in "
            "that part, are lowered (or raised) by an effect of that rep, and the finding says so; it is false "
            "where no effect of this rep touches a deal of it, even if it comes of others who differ, and where "
            "it points the wrong way.",
            "",
            markdown(head, rows),
        ]
    )


def spans_together(folder: Path) -> str:
    """What part of what reports say is false, which look at the last year and at all that the data know."""
    say("two spans")
    found = in_processes(discoveries_of_both, list(LONG), TOGETHER)
    rows = []
    for name in LONG:
        both, year, longest = (Discoveries(*runs.T) for runs in np.split(found[name], 3, axis=1))
        rate, error = both.false_rate()
        rows.append(
            [
                name,
                judged(rate, error),
                f"{both.reported.mean():.2f}",
                f"{both.false.mean():.2f}",
                f"{(both.reported == 0).mean():.0%}",
                f"{both.found.mean():.2f}",
                f"{year.found.mean():.2f}",
                f"{longest.found.mean():.2f}",
            ]
        )
    head = [
        "team",
        "false discovery rate",
        "reported",
        "of these false",
        "reports without any",
        "true, as a whole",
        "by the year alone",
        "by the longest alone",
    ]
    return "\n".join(
        [
            "### Two spans in one family",
            "",
            "Reports look at the last twelve months and at all that the data know, in one family. "
            f"{TOGETHER} simulated companies of 25 reps with 3,600 deals in three years each, otherwise as above; "
            "a finding is true or false by what the rep’s chances are in its own span. The last columns: true "
            "findings as a whole per company (a rep at a step counts once for each span), of both spans in one "
            "family, and of either span had it been looked at alone.",
            "",
            markdown(head, rows),
        ]
    )


def power(folder: Path) -> str:
    """How often a weak rep is found, beside what people do today, at as many false alarms."""
    say("power")
    tasks = [(condition, None, None) for condition in CONDITIONS]
    tasks += [(condition, ratio, n) for condition in CONDITIONS for ratio in RATIOS for n in SIZES]
    found = in_processes(alarms_and_power, tasks)
    parts = []
    for condition, words in CONDITIONS.items():
        listed = rules(found, condition)
        head = ["weak rep", "decisions", *(rule.title for rule in listed)]
        rows = [["false alarms per year", "", *(f"{rule.alarms:.2f}" for rule in listed)]]
        for ratio in RATIOS:
            rows += [
                [f"odds × {ratio}", str(n), *(f"{rule.power[ratio, n]:.0%}" for rule in listed)] for n in SIZES
            ]
        parts += ["", f"**{words}**", "", markdown(head, rows)]
    return "\n".join(
        [
            "### Power",
            "",
            f"Win rates of {REPS} reps, a third of them with {SIZES[0]}, {SIZES[1]} and {SIZES[2]} decisions "
            f"each, of whom one has lower odds; {RUNS} years each. “2 sd” calls those weak whose raw win rate "
            "lies two standard deviations below the mean of the reps’ rates, “z ≤ −3” those so far below the "
            "rate of the rest. Beside either stands like for like, with that cut-off of p that gives as many "
            "false alarms as the rule in years in which nobody differs; last what the command reports at q ≤ "
            "0.1. Read the pairs: at as many false alarms, the better one finds the weak rep more often.",
            *parts,
        ]
    )


def coverage_of_intervals(folder: Path) -> str:
    """How often 95 % intervals hold the truth."""
    say("coverage")
    found = in_processes(covered, list(SETTINGS))
    rows = []
    for name in SETTINGS:
        for one in coverages(name, found[name]):
            given = "" if one.number == one.asked else f"{one.number / one.asked:.1%}"
            share = f"{one.share:.1%} ± {one.error:.1%}"
            rows.append([name, one.what, share, one.verdict, given])
    return "\n".join(
        [
            "### Coverage of intervals",
            "",
            "How often 95 % intervals hold the truth, with the standard error; of a funnel, how many reps who "
            "are not out of the ordinary lie within its limits. 93.5 % to 96.5 % (99.7 % to 99.9 % of the wide "
            "limits) is near enough; what lies outside by more than twice the error is marked. The last column "
            "says how often there is an interval at all, where that is not always.",
            "",
            "Where they are off: where reps do not differ, shrunken rates are drawn to the right value and their "
            "intervals, which must allow for differences, hold it nearly always; likewise a funnel's limits are "
            "never narrower than chance alone, and what looks like more than chance widens them. Average sizes "
            "of some thirty deals whose amounts are very uneven (deviation 1) have intervals that are too "
            "narrow: the few largest deals make the mean, and mostly they are not among the thirty; no method "
            "that looks at these alone knows better.",
            "",
            markdown(["interval", "of", "held", "", "given"], rows),
        ]
    )


def coverage_of_comparisons(folder: Path) -> str:
    """How often a comparison's intervals hold the truth, whoever has most of the deals."""
    say("comparisons")
    runs = in_processes(held, TASKS, COMPARED)
    found = {task: summed(task, runs[task]) for task in TASKS}
    rows = [
        [str(team), str(strata), *(_spread(found[team, strata, share].share) for share in SHARES)]
        for team in TEAMS
        for strata in STRATA
    ]
    ratios = [
        [str(team), str(strata), *(_spread(found[team, strata, share].ratio_share) for share in SHARES)]
        for team in TEAMS
        for strata in STRATA
    ]
    head = ["team", "strata", *(f"rep has {share:.0%}" for share in SHARES)]
    shown = ", ".join(f"{rate:.0%}" for rate in RATES)
    return "\n".join(
        [
            "### Comparisons: whoever has most of the deals",
            "",
            f"{DEALS} deals of a team; one rep has a part of them, the others share the rest. Rates, of the rep "
            f"and of all others, are {shown} in every combination (success and failure change places: "
            f"{len(PAIRS)} of 25). Compared as the product does, with those of the others that are not "
            "conspicuous themselves. In each cell the mean share of 95 % intervals of the difference that hold "
            "the truth, and in brackets the least and the most of all combinations of rates, of "
            f"{COMPARED} runs each: of one that is 95 %, chance makes 92.5 % to 97.5 % in nineteen of twenty.",
            "",
            markdown(head, rows),
            "",
            "By the number of events to be expected on the side with fewer (successes or failures, whichever are "
            "fewer):",
            "",
            markdown(["events expected", "settings", "held, all", "held, least and most", "outside 93–97 %"],
                     _by_events(found)),
            "",
            "Where hardly any event is to be expected intervals are cautious, the more so in many strata: counts "
            "are whole, and strata of a few deals tell little. Beyond chance outside 93 % to 97 % (by more than "
            "two standard errors) are:",
            "",
            markdown(["team", "strata", "rep has", "rates", "events expected", "held"], _outside(found)),
            "",
            "Common odds ratios of the same comparisons, where there is one:",
            "",
            markdown(head, ratios),
        ]
    )  # fmt: skip


def _spread(share: np.ndarray) -> str:
    return f"{np.nanmean(share):.1%} ({np.nanmin(share):.1%}–{np.nanmax(share):.1%})"


def _beyond(one: Held) -> np.ndarray:
    """Which pairs of rates lie outside what is aimed at by more than two standard errors."""
    share = one.share
    error = np.sqrt(share * (1 - share) / one.differences)
    return (share < LOW - 2 * error) | (share > HIGH + 2 * error)


def _by_events(found: dict[Any, Held]) -> list[list[str]]:
    share = np.concatenate([one.share for one in found.values()])
    events = np.concatenate([one.fewest for one in found.values()])
    beyond = np.concatenate([_beyond(one) for one in found.values()])
    rows = []
    for title, low, high in (("below 3", 0, 3), ("3 to 10", 3, 10), ("10 and more", 10, np.inf)):
        here = (events >= low) & (events < high)
        rows.append(
            [
                title,
                str(int(here.sum())),
                f"{share[here].mean():.1%}",
                f"{share[here].min():.1%}–{share[here].max():.1%}",
                f"{int(beyond[here].sum())}",
            ]
        )
    return rows


def _outside(found: dict[Any, Held]) -> list[list[str]]:
    rows = []
    for (team, strata, share), one in found.items():
        for at in np.flatnonzero(_beyond(one)):
            rates = " and ".join(f"{rate:.0%}" for rate in PAIRS[at])
            rows.append(
                [str(team), str(strata), f"{share:.0%}", rates, f"{one.fewest[at]:.1f}", f"{one.share[at]:.1%}"]
            )
    return rows or [["none", "", "", "", "", ""]]
