"""Where companies whose way of selling is known are placed: a table of docs/validation.md."""

from collections import Counter
from pathlib import Path

from page import markdown, say
from ways_of_selling import company

from salesreport.audit.maturity import maturity
from salesreport.audit.maturity.levels import LEVELS

RUNS = 40
"""Companies of each kind."""

KINDS = {
    "in order, all recorded": (0.0, 1.0),
    "every tenth move at random, 85 % recorded": (0.1, 0.85),
    "three in ten moves at random, 60 % recorded": (0.3, 0.6),
    "six in ten moves at random, 40 % recorded": (0.6, 0.4),
    "nine in ten moves at random, 20 % recorded": (0.9, 0.2),
}
"""How often a move goes to any other stage, and which share of fields, reasons and next steps is filled."""


def maturity_of_planted(folder: Path) -> str:
    """How planted companies are placed."""
    rows = []
    for number, (name, (chaos, kept)) in enumerate(KINDS.items()):
        say(f"maturity: {name}")
        spans: Counter[tuple[int, int]] = Counter()
        for run in range(RUNS):
            path = folder / f"way{number}-{run}"
            spans[tuple(maturity(company(path, chaos=chaos, kept=kept, seed=run)).span)] += 1
        least = sum(count for (low, _), count in spans.items() if low >= 2)
        most = sum(count for (_, high), count in spans.items() if high == 1)
        usual = ", ".join(f"{_span(low, high)}: {count}" for (low, high), count in spans.most_common())
        rows.append([name, f"{least} of {RUNS}", f"{most} of {RUNS}", usual])
    return "\n".join(
        [
            f"{RUNS} generated companies of each kind: 500 deals, 8 people, 5 stages. What people say of the "
            "future and agree with each other is not in these data, so nothing tells formal from dynamic.",
            "",
            markdown(["company", "informal or above", "random", "levels left possible"], rows),
        ]
    )


def _span(low: int, high: int) -> str:
    names = [str(one.name) for one in LEVELS]
    return names[low - 1] if low == high else f"{names[low - 1]} to {names[high - 1]}"
