"""An audit as one offline HTML page: what matters first, every check, and what the data can answer."""

from collections.abc import Sequence
from typing import Any

from salesreport.audit.abilities import ABILITIES, STATES, Carried
from salesreport.audit.answers import ANSWERS
from salesreport.audit.audit import Audit, Finding
from salesreport.audit.compare import WHAT, Change
from salesreport.audit.model import KINDS
from salesreport.audit.output import NOTE
from salesreport.audit.sayings import unit_of
from salesreport.audit.sentences import examples_of, numbers_of, paragraphs, summary, verdict_of
from salesreport.kpi.compute import METRICS
from salesreport.language import Language, Text, ntext, text
from salesreport.report.page import environment

MARKS = {"yes": "●", "part": "◐", "no": "○"}
"""What stands in the matrix where an answer rests on something: it is there, in part, missing."""


def audit_html(audit: Audit, language: Language, changes: Sequence[Change] | None = None) -> str:
    """The page, without JavaScript and without any other file; everything from the data is escaped.

    Args:
        audit: what was found. language: of the page. changes: since an earlier audit, if two are compared.
    """
    ranked = audit.sorted()
    told = [one for one in ranked if one.found is not None]
    return (
        environment(language)
        .get_template("audit.html.j2")
        .render(
            name=language.show(audit.looked.dataset.settings.name),
            kicker=text("Audit of the data, as of {day}", day=audit.looked.as_of),
            summary=summary(audit),
            findings=[_finding(one, audit, language) for one in told if one.verdict.finds or _beyond(one)],
            fine=[_finding(one, audit, language) for one in told if not (one.verdict.finds or _beyond(one))],
            lacking=_lacking(ranked, language),
            answers=_answers(audit, language),
            abilities=_abilities(audit, language),
            marks=MARKS,
            states={state: language.say(said) for state, said in STATES.items()},
            changes=None if changes is None else _changes(audit, changes, language),
            words=_WORDS,
            note=NOTE,
        )
    )


_WORDS = {
    "findings": text("Findings"),
    "none": text("Nothing was found that is worth a look."),
    "finding": text("finding"),
    "class": text("class"),
    "found": text("found"),
    "share": text("share"),
    "amount": text("amount"),
    "verdict": text("verdict"),
    "examples": text("Examples"),
    "affects": text("Figures it biases"),
    "definition": text("Definition"),
    "fine": text("Looked at, and fine"),
    "lacking": text("What could not be looked at"),
    "answers": text("What the data can answer"),
    "answer": text("answer"),
    "question": text("question"),
    "missing": text("what is missing"),
    "matrix": text("What each answer rests on"),
    "carries": text("the data carry"),
    "filled": text("filled"),
    "legend": text("● carried, ◐ in part, ○ missing; numbers are those of the answers above"),
    "changes": text("Compared with the earlier audit"),
    "before": text("before"),
    "now": text("now"),
    "change": text("change"),
    "careful": text(
        "Beyond chance: the interval of the difference leaves out none. A check whose definition or method "
        "changed is not compared."
    ),
}


def _beyond(finding: Finding) -> bool:
    """Whether it is beyond its limit, by chance or without a meaning, maybe: shown with those that matter."""
    return finding.verdict.level in ("untold", "fact") and finding.verdict.above


def _finding(finding: Finding, audit: Audit, language: Language) -> dict[str, Any]:
    """What the template shows of a finding that could be told."""
    check, found = finding.check, finding.found
    assert found is not None
    unit, currency = unit_of(check, audit), audit.looked.dataset.currency
    measured = found.measured
    numbers = numbers_of(finding, audit)
    said = [one for one in paragraphs(finding, audit) if one is not numbers]
    shown = examples_of(finding)
    return {
        "key": check.key,
        "title": language.say(check.title),
        "kind": language.say(KINDS[finding.kind]),
        "level": finding.verdict.level,
        "verdict": language.say(verdict_of(finding)),
        "found": f"{language.count(found.count)} / {language.count(found.of)}",
        "counted": language.say(check.counted),
        "share": "" if measured is None else language.quantity(measured.value, unit),
        "interval": ""
        if measured is None or not measured.sampled
        else language.interval(measured.lower, measured.upper, unit, " – "),
        "money": "" if found.money is None or not found.count else language.quantity(found.money, currency),
        "paragraphs": [language.say(one) for one in said if one != numbers],
        "examples": [language.show(one) for one in shown],
        "more": _more(len(found.ids) - len(shown), language),
        "affects": [language.say(METRICS[key].title) for key in check.affects if key in METRICS],
        "definition": language.say(check.definition),
    }


def _more(rest: int, language: Language) -> str:
    return language.say(ntext("{n} more", "{n} more", n=rest)) if rest > 0 else ""


def _lacking(findings: Sequence[Finding], language: Language) -> list[dict[str, str]]:
    return [
        {"title": language.say(one.check.title), "why": language.say(one.why)}
        for one in findings
        if one.found is None and one.why is not None
    ]


def _answers(audit: Audit, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "title": language.say(one.title),
            "state": (told := audit.matrix.told[one.key]).state,
            "said": language.say(STATES[told.state]),
            "missing": [language.say(why) for why in told.why],
        }
        for one in ANSWERS
    ]


def _abilities(audit: Audit, language: Language) -> list[dict[str, Any]]:
    """A row per ability: how much of it is there, and for each answer whether it rests on it."""
    orders = audit.looked.facts.columns.has("orders")
    return [
        {
            "title": language.say(one.title),
            "state": (carried := audit.matrix.carried[one.key]).state,
            "filled": language.say(_filled(carried)),
            "needed": [one in answer.abilities_of(orders) for answer in ANSWERS],
        }
        for one in ABILITIES
    ]


def _filled(carried: Carried) -> Text:
    if not carried.n:
        return text("none")
    if carried.n == carried.of:
        return (
            text("{n}", n=carried.n)
            if carried.note is None
            else text("{n}; {note}", n=carried.n, note=carried.note)
        )
    said = text("{n} of {all}", n=carried.n, all=carried.of)
    return said if carried.note is None else text("{said}; {note}", said=said, note=carried.note)


def _changes(audit: Audit, changes: Sequence[Change], language: Language) -> list[dict[str, str]]:
    checks = {one.check.key: one.check for one in audit.findings}
    rows = []
    for one in changes:
        check = checks.get(one.key)
        unit = "share" if check is None else unit_of(check, audit)
        rows.append(
            {
                "title": one.key if check is None else language.say(check.title),
                "before": "" if one.before is None else language.quantity(one.before.value, unit),
                "now": "" if one.now is None else language.quantity(one.now.value, unit),
                "what": one.what,
                "said": language.say(WHAT[one.what]),
            }
        )
    return rows
