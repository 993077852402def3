"""What a criterion of maturity is, and what a measured value says at each gate between two levels.

A gate separates two levels: 1 random from informal, 2 informal from formal, 3 formal from dynamic. At a gate a
value is *met* where its whole interval lies on the better side of the cut, *missed* where it lies on the worse
side, else it cannot be told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from salesreport.audit.maturity.levels import HIGHEST, Span
from salesreport.audit.maturity.seen import Seen
from salesreport.audit.model import Estimate, Founded
from salesreport.language import Text

State = Literal["met", "missed", "open"]
"""What a value says at a gate; `open`: it cannot be told."""

GATES = range(1, HIGHEST)
"""The gates, each by the level below it."""


class Measured(NamedTuple):
    """What was measured.

    Attributes:
        now: the figure of the year up to the day looked from. before: of the year before; None: not known.
        detail: what exactly was looked at, where that depends on the data.
    """

    now: Estimate
    before: Estimate | None = None
    detail: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A criterion.

    Attributes:
        key: its name. title: in a few words. formula: what is measured, in words.
        better: whether less or more of it is better. unit: `share`, or `points` (a difference of shares).
        cuts: gate → the value that it takes to be above it. why: why it speaks at these gates.
        source: who published the cuts. founded: how well founded they are.
        find: measures it, or raises `Unavailable`; None: data never show it, it is asked.
        question: what is asked where data do not tell. see: what to be shown as evidence.
        needed: whether a gate it speaks at cannot be passed without it.
    """

    key: str
    title: Text
    formula: Text
    better: Literal["lower", "higher"]
    cuts: Mapping[int, float]
    why: Text
    source: Text
    founded: Founded
    question: Text
    see: Text
    find: Callable[[Seen], Measured] | None
    unit: Literal["share", "points"] = "share"
    needed: bool = False

    def state(self, figure: Estimate | None, gate: int) -> State:
        """What a figure says at a gate at which the criterion speaks; None: it is not known."""
        if figure is None or not figure.lower <= figure.upper:  # NaN: there is no interval
            return "open"
        cut = self.cuts[gate]
        if self.better == "lower":
            return "met" if figure.upper <= cut else "missed" if figure.lower > cut else "open"
        return "met" if figure.lower >= cut else "missed" if figure.upper < cut else "open"

    def speaks_for(self, figure: Estimate | None) -> Span:
        """The levels at which such a figure is expected."""
        states = {gate: self.state(figure, gate) for gate in self.cuts}
        low = 1 + max((gate for gate, state in states.items() if state == "met"), default=0)
        high = min((gate for gate, state in states.items() if state == "missed"), default=HIGHEST)
        return Span(low, high)
