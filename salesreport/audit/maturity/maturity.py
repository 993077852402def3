"""How mature the sales process is: evidence per criterion, and the levels that all of it leaves possible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.audit.maturity.criteria import CRITERIA
from salesreport.audit.maturity.criterion import Criterion, Measured
from salesreport.audit.maturity.levels import Span
from salesreport.audit.maturity.place import Gate, Said, place
from salesreport.audit.maturity.seen import Seen
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.question import Question
from salesreport.language import Text, text
from salesreport.period import Period


class Evidence(NamedTuple):
    """What is known of a criterion.

    Attributes:
        criterion: its contract. measured: what was measured; None: it is not in the data. why: why not.
    """

    criterion: Criterion
    measured: Measured | None
    why: Text | None

    @property
    def figure(self) -> Estimate | None:
        """The figure, where there is one."""
        return None if self.measured is None else self.measured.now

    @property
    def span(self) -> Span:
        """The levels at which such a figure is expected."""
        return self.criterion.speaks_for(self.figure)

    @property
    def said(self) -> Said:
        """What it says at each gate."""
        states = {gate: self.criterion.state(self.figure, gate) for gate in self.criterion.cuts}
        return Said(states, self.measured is not None, self.criterion.needed)

    @property
    def asked(self) -> bool:
        """Whether it is on the interview sheet: not in the data, or too few cases to tell anything."""
        return not self.span.told


@dataclass(frozen=True, eq=False)
class Maturity:
    """How mature a sales process is.

    Attributes:
        facts: whose. year: the year looked at. where: of which part, dimension → values.
        evidence: one per criterion. span: the levels left possible. gates: what the criteria come to at each.
    """

    facts: Facts
    year: Period
    where: Mapping[str, tuple[str, ...]]
    evidence: tuple[Evidence, ...]
    span: Span
    gates: tuple[Gate, ...]

    @property
    def known(self) -> list[Evidence]:
        """What was measured."""
        return [one for one in self.evidence if one.measured is not None]

    @property
    def asked(self) -> list[Evidence]:
        """What belongs on the interview sheet."""
        return [one for one in self.evidence if one.asked]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per criterion: `criterion`, `value`, `n`, `lower`, `upper`, `unit` (`share` or `points`),
        `value_before`, `lower_before`, `upper_before` (the year before), `lowest`, `highest` (the levels it speaks
        for, 1–4), `measured`, `reason` (why it is not known, a text), `detail` (a text).
        """
        rows = []
        for one in self.evidence:
            nothing = Estimate(np.nan, np.nan, np.nan, 0.0)
            now = one.figure or nothing
            before = (None if one.measured is None else one.measured.before) or nothing
            rows.append(
                [
                    one.criterion.key, now.value, now.n, now.lower, now.upper, one.criterion.unit, before.value,
                    before.lower, before.upper, one.span.low, one.span.high, one.measured is not None, one.why,
                    None if one.measured is None else one.measured.detail,
                ]
            )  # fmt: skip
        return pd.DataFrame(
            rows,
            columns=[
                "criterion", "value", "n", "lower", "upper", "unit", "value_before", "lower_before",
                "upper_before", "lowest", "highest", "measured", "reason", "detail",
            ],
        )  # fmt: skip


def maturity(facts: Facts, where: Mapping[str, Iterable[str] | str] | None = None) -> Maturity:
    """Place a sales process among random, informal, formal and dynamic, by evidence; worked out once.

    Args:
        facts: whose; the year up to their day is looked at. where: dimension → values; none: the whole company.

    Raises:
        ConfigError: an unknown dimension or value.
    """
    year = Seen.of(facts).year
    chosen = Question(facts, year, where=where).where
    seen = Seen.of(facts, chosen)
    key = ("maturity", tuple(sorted(chosen.items())))
    return facts.remember(key, lambda: _maturity(seen))


def _maturity(seen: Seen) -> Maturity:
    evidence = tuple(_evidence(one, seen) for one in CRITERIA)
    span, gates = place([one.said for one in evidence])
    return Maturity(seen.facts, seen.year, seen.where, evidence, span, gates)


def _evidence(criterion: Criterion, seen: Seen) -> Evidence:
    if criterion.find is None:
        return Evidence(criterion, None, text("no export shows it"))
    try:
        return Evidence(criterion, criterion.find(seen), None)
    except Unavailable as problem:
        return Evidence(criterion, None, problem.reason)
