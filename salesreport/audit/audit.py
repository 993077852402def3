"""Run every check on a dataset: what it found or why it cannot be told, and what is thought of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from salesreport.audit.answers import Matrix, matrix
from salesreport.audit.checks import CHECKS
from salesreport.audit.model import Check, Found, Kind, Looked
from salesreport.audit.verdict import RANK, Verdict, judge
from salesreport.dataset import Dataset
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.part import lacks_here
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text


@dataclass(frozen=True)
class Finding:
    """What came of a check.

    Attributes:
        check: its contract. found: what it found; None where it cannot be told. why: why not.
        verdict: what is thought of it.
    """

    check: Check
    found: Found | None
    verdict: Verdict
    why: Text | None = None

    @property
    def kind(self) -> Kind:
        """What it is about: the check's kind, or another where what was found says so."""
        return self.check.kind if self.found is None or self.found.kind is None else self.found.kind


@dataclass(frozen=True)
class Audit:
    """What all checks came to.

    Attributes:
        looked: what they looked at. findings: one per check, in the order of an audit.
    """

    looked: Looked
    findings: tuple[Finding, ...]

    @cached_property
    def matrix(self) -> Matrix:
        """What the data carries, and what it can answer."""
        return matrix(self.looked)

    def sorted(self) -> list[Finding]:
        """What matters first: serious, worth a look, unlike the past; within these the money concerned."""
        return sorted(self.findings, key=_matters, reverse=True)

    def of(self, key: str) -> Finding:
        """The finding of a check.

        Raises:
            KeyError: no such check was run.
        """
        return {one.check.key: one for one in self.findings}[key]


def audit(data: Dataset | Facts, as_of: dt.date | None = None, checks: Sequence[Check] | None = None) -> Audit:
    """Run checks on a dataset.

    Args:
        data: an opened dataset, or its facts, which are looked at from their own day.
        as_of: the day to look from at a dataset; its own by default. checks: only these; all by default.

    Raises:
        ConfigError: a day after the dataset's own.
    """
    looked = Looked.of(data) if isinstance(data, Facts) else Looked.at(data, as_of)
    return Audit(looked, tuple(run(check, looked) for check in (CHECKS if checks is None else checks)))


def run(check: Check, looked: Looked) -> Finding:
    """Run one check."""
    columns = looked.facts.columns
    try:
        for table, column in check.needs:
            if not columns.has(table):
                raise lacks_here(looked.dataset, table)
            if column and not columns.has(table, column):
                raise lacks_here(looked.dataset, table, column)
        found = check.find(looked)
    except Unavailable as problem:
        found = problem
    if isinstance(found, Unavailable):
        return Finding(check, None, Verdict("untold"), found.reason)
    return Finding(check, found, judge(check, found))


def _matters(finding: Finding) -> tuple[int, int, float, float]:
    if finding.found is None:
        return -1, 0, 0.0, 0.0
    level = RANK[finding.verdict.level]
    return level, int(finding.verdict.finds), finding.found.money or 0.0, float(finding.found.count)
