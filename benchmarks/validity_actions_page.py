"""How far suggestions on actions can be trusted: the tables of docs/validation.md, from `validity_actions`."""

from pathlib import Path

import numpy as np
from page import markdown, say
from validity import in_processes, judged
from validity_actions import HELPS, LEVEL, POWER, SCENARIOS, STEPS, TYPES, Company, Runs, measured

RUNS = 100
"""Simulated companies of each kind."""

POWER_RUNS = 40


def false_actions(folder: Path) -> str:
    """What part of what is said of actions is false, and what raw numbers say of the same data."""
    say("useful actions: false discoveries")
    found = in_processes(measured, list(SCENARIOS), RUNS)
    rows = []
    for name in SCENARIOS:
        runs = Runs(*found[name].T)
        rate, error = runs.rate()
        rows.append(
            [
                name,
                judged(rate, error),
                f"{runs.reported.mean():.2f}",
                f"{runs.held.sum() / runs.intervals.sum():.1%}",
                f"{runs.unlikely.sum() / runs.tested.sum():.1%}",
                f"{runs.raw_reported.mean():.1f}",
                f"{runs.rate(raw=True)[0]:.2f}",
            ]
        )
    head = [
        "company", "false discovery rate", "reported", "95 % intervals that hold the truth",
        "p < 5 % where nothing helps", "reported by raw numbers", "false discovery rate of these",
    ]  # fmt: skip
    usual = Company()
    return "\n".join(
        [
            "### False discoveries",
            "",
            f"{RUNS} simulated companies of each kind, compared as `salesreport actions` does: {len(TYPES)} types "
            f"of activities at {len(STEPS)} milestones, so {len(TYPES) * len(STEPS)} comparisons. Usually "
            f"{usual.deals:,} deals at each milestone, of {usual.reps} reps. What misleads is in all of them but "
            "the first: deals that do not go on stay longer and so have more activities; good reps do more of "
            f"everything; some segments and products do; activities are {usual.rise:.0f} times as frequent in the "
            "last days before a deal goes on (as many days as the gap that is kept), and twice as frequent in the "
            "thirty days after. Reported is what is to be planned, and what goes with fewer deals that go on "
            f"(q ≤ {LEVEL}); raw numbers report what has a q ≤ {LEVEL} by Cochran, Mantel and Haenszel, of all.",
            "",
            markdown(head, rows),
            "",
            "What it cannot see through: activities that become more frequent over longer than twice the gap "
            "before deals go on. There the sign of a success to come looks like its cause, and only a trial tells "
            "the two apart. Up to twice the gap, what only announces the decision is mostly recognised, for it "
            "fades when more days before the decision are left out; in between, some of it is reported.",
        ]
    )


def power_of_actions(folder: Path) -> str:
    """How often an action that helps is found, and how right its interval is."""
    say("useful actions: power")
    found = in_processes(measured, list(POWER), POWER_RUNS)
    rows = []
    for name, company in POWER.items():
        runs = Runs(*found[name].T)
        held = runs.held_one.mean()
        rows.append(
            [
                f"{company.deals:,}",
                f"{100 * runs.real.mean():.1f}",
                f"{100 * np.nanmean(runs.effect):.1f}",
                f"{runs.found.mean():.0%}",
                f"{held:.0%} ± {np.sqrt(held * (1 - held) / POWER_RUNS):.0%}",
                f"{100 * runs.raw_one.mean():.0f}",
                f"{runs.rate()[0]:.2f}",
            ]
        )
    head = ["deals at the milestone", "true effect, points", "said, points", "found", "95 % held",
            "raw numbers say", "false discovery rate"]  # fmt: skip
    return "\n".join(
        [
            "### An action that helps",
            "",
            f"In {POWER_RUNS} companies of each kind the rarest type ({TYPES[HELPS[0]]:.3f} a day) helps at the "
            "second milestone; everything that misleads is there, too. The true effect is by how much those in a "
            "window raise the chance to go on, over the windows that had some.",
            "",
            markdown(head, rows),
        ]
    )
