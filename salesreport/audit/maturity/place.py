"""From what criteria say to the levels that all of it leaves possible: a rule of our own, on plain values.

Levels are cumulative: a gate between two of them has to be passed to be above it.

- A gate is *passed* where at least two criteria are met at it, none is missed, and those it needs are met.
- A gate is *failed* where at least two criteria are missed at it, and more than are met.
- Else, and where fewer than half of its criteria were measured, it is *open*: too little evidence, or mixed.

The lowest level left is one above the gates passed without a break from the bottom; the highest is the one below
the first gate that is failed. So worse evidence never raises either, and a single good figure raises nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from salesreport.audit.maturity.criterion import GATES, State
from salesreport.audit.maturity.levels import HIGHEST, Span

Fate = Literal["passed", "failed", "open"]

FEWEST = 2
"""So many criteria have to be met for a gate to be passed, or missed for it to be failed."""


class Gate(NamedTuple):
    """What the criteria come to at a gate.

    Attributes:
        number: the level below it. met, missed, unsure, unknown: how many criteria; `unsure`: measured, and the
            interval holds the cut; `unknown`: not in the data. fate: passed, failed or open.
    """

    number: int
    met: int
    missed: int
    unsure: int
    unknown: int
    fate: Fate


class Said(NamedTuple):
    """What one criterion says.

    Attributes:
        states: gate → state. known: whether it was measured. needed: whether no gate is passed without it.
    """

    states: Mapping[int, State]
    known: bool = True
    needed: bool = False


def gate_of(number: int, said: Sequence[Said]) -> Gate:
    """What criteria come to at a gate.

    Examples:
        >>> gate_of(1, [Said({1: "met"}), Said({1: "met"}), Said({2: "missed"})]).fate
        'passed'
        >>> gate_of(1, [Said({1: "met"}), Said({1: "met"}), Said({1: "missed"})]).fate
        'open'
    """
    here = [one for one in said if number in one.states]
    states = [one.states[number] for one in here if one.known]
    met, missed = states.count("met"), states.count("missed")
    lacking = any(one.needed and one.states[number] != "met" for one in here)
    fate: Fate = "open"
    if 2 * len(states) < len(here):
        fate = "open"
    elif missed >= FEWEST and missed > met:
        fate = "failed"
    elif met >= FEWEST and not missed and not lacking:
        fate = "passed"
    return Gate(number, met, missed, states.count("open"), len(here) - len(states), fate)


def place(said: Sequence[Said]) -> tuple[Span, tuple[Gate, ...]]:
    """The levels that what criteria say leaves possible, and what it comes to at each gate."""
    gates = tuple(gate_of(number, said) for number in GATES)
    low = 1
    for gate in gates:
        if gate.fate != "passed":
            break
        low = gate.number + 1
    high = next((gate.number for gate in gates if gate.fate == "failed"), HIGHEST)
    return Span(min(low, high), high), gates
