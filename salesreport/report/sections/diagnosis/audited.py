"""Sections made of the audit's findings: what a few checks found, with the own past and what became of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.audit import Audit, Finding, audit
from salesreport.audit.model import Estimate
from salesreport.audit.sayings import MOST_POINTS, said, unit_of, value_shown
from salesreport.audit.sentences import (
    backtest_of,
    instead_of,
    published,
    verdict_of,
)
from salesreport.kpi import Facts
from salesreport.kpi.facts.part import part_of
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.table import Cell, Content, NumberTable, number_table

COLUMNS = (
    "check", "kind", "level", "past", "value", "lower", "upper", "n", "count", "of", "money", "baseline", "lift",
    "lift_lower", "lift_upper",
)  # fmt: skip
"""Columns of the data of such sections."""

TELLS_NOTHING = text("What could be checked tells nothing beyond chance, or has no limit to be held against")
"""Where checks have figures, and not one of them can be judged."""


def audit_of(context: Context) -> Audit:
    """The audit of the report's subject as it is on the dataset's own day; worked out once for all reports on it.

    Not on the period's last day: most of what is wrong today cannot be told of an earlier day.
    """
    facts = own_facts(context, context.facts)
    return facts.remember("audit", lambda: audit(facts))


def own_facts(context: Context, facts: Facts) -> Facts:
    """The facts of the report's subject alone."""
    subject = context.subject
    return facts if subject.dimension is None else part_of(facts, subject.dimension, subject.id)


def audited(context: Context, key: str, topic: Text, checks: Sequence[str]) -> Section:
    """What some checks found; `data` has `COLUMNS`, a row per check that could be made.

    Args:
        context: the report's. key, topic: of the section. checks: keys, in order.
    """
    say = context.say
    made = audit_of(context)
    findings = [made.of(one) for one in checks]
    told = [one for one in findings if one.found is not None]
    data = frame_of(told)
    if not told:
        reasons = [one.why for one in findings if one.why is not None]
        message = say(text("Nothing of this can be told: {reason}.", reason=reasons[0]))
        return Section(key, say(topic), message, data, context.language, available=False)
    return Section(
        key=key,
        topic=say(topic),
        message=context.heading(_message(made, told)),
        data=data,
        language=context.language,
        tables=(_table(context, made, told),),
        notes=tuple(say(one) for one in _notes(context, made, findings)),
    )


def frame_of(findings: Sequence[Finding]) -> pd.DataFrame:
    """Findings as rows of numbers; NaN where there is none."""
    rows = []
    for one in findings:
        found = one.found
        assert found is not None
        now, before = found.measured, found.baseline
        lift = found.backtest.lift if found.backtest is not None else None
        rows.append(
            (
                one.check.key, one.kind, one.verdict.level, one.verdict.past,
                *((now.value, now.lower, now.upper, now.n) if now is not None else (None,) * 4),
                found.count, found.of, found.money, None if before is None else before.value,
                *((lift.value, lift.lower, lift.upper) if lift is not None else (None,) * 3),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def worst(made: Audit, findings: Sequence[Finding]) -> list[Finding]:
    """Those that find something, what matters most first."""
    keys = {one.check.key for one in findings}
    return [one for one in made.sorted() if one.check.key in keys and one.verdict.finds]


def told_surely(findings: Sequence[Finding]) -> int:
    """How many checks say something: a figure of which nobody can tell whether it matters says nothing."""
    return sum(one.found is not None and one.verdict.level != "untold" for one in findings)


def _message(made: Audit, told: Sequence[Finding]) -> Text:
    finds = worst(made, told)
    facts = [one for one in told if one.verdict.level == "fact"]
    if facts and not finds:
        return ntext(
            "{first}: beyond a value that was published and never measured; nothing here says that it matters",
            "{first}: one of {n} beyond values published and never measured; nothing here says that they matter",
            n=len(facts),
            first=said(facts[0], made),
        )
    if not finds:
        known = told_surely(told)
        if not known:
            return TELLS_NOTHING
        return ntext(
            "The {n} check that could be made found nothing",
            "None of the {n} checks that could be made found anything",
            n=known,
        )
    first = said(finds[0], made)
    if len(finds) == 1:
        return first
    return ntext("{first}; {n} more finding", "{first}; {n} more findings", n=len(finds) - 1, first=first)


def _table(context: Context, made: Audit, told: Sequence[Finding]) -> NumberTable:
    say = context.say
    headings = [
        text("Check"), text("Verdict"), text("Now"), text("Own past"), text("Of those flagged earlier"),
        text("Amount"),
    ]  # fmt: skip
    rows: list[list[Content]] = []
    for one in told:
        found = one.found
        assert found is not None
        unit = unit_of(one.check, made)
        rows.append(
            [
                (say(one.check.title), say(found.detail))
                if _in_points(one) and found.detail
                else say(one.check.title),
                Cell(say(verdict_of(one)), tone="" if one.verdict.finds else "faint"),
                _estimate(context, found.measured, unit),
                _estimate(context, found.baseline, unit),
                _lift(context, one),
                context.shown(found.money, context.facts.dataset.currency) if found.money is not None else "–",
            ]
        )
    caption = text(
        "What was looked at, with 95% intervals; as of {day}, sales are those of the twelve months before",
        day=made.looked.as_of,
    )
    return number_table(say(caption), [say(one) for one in headings], rows, texts=2, wide=True)


def _in_points(finding: Finding) -> bool:
    """Whether the figure says nothing by itself; what it means stands below its title."""
    return finding.check.unit == "points"


def _estimate(context: Context, estimate: Estimate | None, unit: str) -> Content:
    """A figure with its interval; what was counted as a whole has none."""
    if estimate is None or np.isnan(estimate.value):
        return "–"
    value, bounds = context.language.show(value_shown(estimate.value, unit)), (estimate.lower, estimate.upper)
    return (value, context.language.interval(*bounds, unit)) if estimate.sampled else value


def _lift(context: Context, finding: Finding) -> Content:
    """How many times as many of those flagged earlier ended badly."""
    backtest = finding.found.backtest if finding.found is not None else None
    if backtest is None or backtest.lift is None:
        return "–"
    lift = backtest.lift
    return (
        context.say(text("{lift} times as many", lift=Quantity(lift.value, "times"))),
        context.language.interval(lift.lower, lift.upper, "times"),
    )


def _notes(context: Context, made: Audit, findings: Sequence[Finding]) -> list[Text]:
    notes: list[Text] = []
    for one in findings:
        found = one.found
        if found is None or not (one.verdict.finds or one.verdict.level == "fact"):
            continue
        tested = None if found.backtest is None else backtest_of(found.backtest)
        lines = [None if _in_points(one) else found.detail, instead_of(found), tested, published(one.check)]
        notes += [text("{title}: {said}", title=one.check.title, said=each) for each in lines if each is not None]
    if any(one.found is not None and _in_points(one) for one in findings):
        notes.append(
            text(
                "Concentration is in points of Herfindahl’s index: {most} where one has everything.",
                most=MOST_POINTS,
            )
        )
    untold = [one for one in findings if one.found is None and one.why is not None]
    notes += [text("{title} cannot be told: {reason}.", title=one.check.title, reason=one.why) for one in untold]
    return notes
