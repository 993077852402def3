"""An audit printed: for people as a table and lines, for programs as CSV or JSON."""

import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.table import Table

import salesreport
from salesreport.audit import compare
from salesreport.audit.abilities import ABILITIES, STATES
from salesreport.audit.answers import ANSWERS, Told
from salesreport.audit.audit import Audit, Finding
from salesreport.audit.compare import WHAT, Change
from salesreport.audit.definitions import definitions, how_far
from salesreport.audit.maturity import maturity
from salesreport.audit.maturity import verdict as placed
from salesreport.audit.model import KINDS, Backtest, Estimate
from salesreport.audit.sayings import unit_of, value_shown
from salesreport.audit.sentences import (
    EXAMPLES,
    backtest_of,
    because,
    estimate_in_words,
    examples_of,
    numbers_of,
    paragraphs,
    past_of,
    published,
    summary,
    verdict_of,
)
from salesreport.kpi.frames import frame_as_csv
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Text, ntext, text
from salesreport.language.readable import printable

NOTE = text(
    "Shares have 95% intervals (Wilson). Beyond a limit means: the whole interval is; a contested threshold "
    "alone is a fact and no finding. Nothing is called behaviour that may be data."
)
"""How to read it, in two lines."""


def as_tables(audit: Audit, language: Language, changes: Sequence[Change] | None = None) -> list[str | Table]:
    """What is printed for people: findings, what is said of each, what the data can answer, what moved."""
    told = [one for one in audit.sorted() if one.found is not None]
    odd = [one for one in told if one.verdict.finds or one.verdict.level != "fine"]
    parts: list[str | Table] = [_line(language, summary(audit)), "\n"]
    if odd:
        parts += [_findings(odd, audit, language), "\n"]
    for finding in odd:
        parts += [_line(language, finding.check.title), *_told(finding, audit, language), "\n"]
    fine = language.apart(language.say(one.check.title) for one in told if one not in odd)
    if fine:
        parts.append(_line(language, text("Looked at, and fine: {titles}.", titles=fine)))
    parts += [*_untold(audit, language), "\n", *_beside(audit, language), "\n", *_answers(audit, language)]
    if changes is not None:
        parts += ["\n", _changes(audit, changes, language)]
    return parts


def _line(language: Language, said: Text) -> str:
    return printable(language.say(said)) + "\n"


def _findings(findings: Sequence[Finding], audit: Audit, language: Language) -> Table:
    """A line per finding: what, how many, money, verdict."""
    currency = audit.looked.dataset.currency
    titles = (text("finding"), text("found"), text("share"), text("amount"), text("verdict"))
    numbers = (False, True, True, True, False)
    rows: list[list[Content]] = []
    for one in findings:
        found = one.found
        assert found is not None
        unit = unit_of(one.check, audit)
        measured = found.measured
        share: Content = ""
        if measured is not None:
            value = language.show(value_shown(measured.value, unit))
            bounds = f"({language.interval(measured.lower, measured.upper, unit, ' … ')})"
            share = (value, bounds) if measured.sampled else value
        of = f"{language.count(found.count)} / {language.count(found.of)}"
        money = "" if found.money is None or not found.count else language.quantity(found.money, currency)
        title = (language.say(one.check.title), f"({language.say(KINDS[one.kind])})")
        rows.append([title, of, share, money, language.say(verdict_of(one))])
    return grid([Column(language.say(one), numbers=n) for one, n in zip(titles, numbers, strict=True)], rows)


def _told(finding: Finding, audit: Audit, language: Language) -> list[str]:
    lines = [f"  {printable(language.say(one))}\n" for one in paragraphs(finding, audit)]
    if (shown := _examples(finding, language)) is not None:
        lines.append(f"  {printable(shown)}\n")
    return lines


def _examples(finding: Finding, language: Language) -> str | None:
    examples = [language.show(one) for one in examples_of(finding)]
    if not examples or finding.found is None:
        return None
    rest = len(finding.found.ids) - len(examples)
    said: list[Text | str] = list(examples)
    if rest > 0:
        said.append(ntext("{n} more", "{n} more", n=rest))
    return language.say(text("Examples: {examples}.", examples=said))


def _untold(audit: Audit, language: Language) -> list[str]:
    """What could not be told, those for the same reason on one line."""
    alike: dict[str, list[str]] = {}
    for one in audit.findings:
        if one.found is None and one.why is not None:
            alike.setdefault(language.say(one.why), []).append(language.say(one.check.title))
    return [
        _line(language, text("Cannot be told: {titles}; {reason}.", titles=titles, reason=why))
        for why, titles in alike.items()
    ]


def _beside(audit: Audit, language: Language) -> list[str]:
    """How far definitions of rates matter, and how mature the process is."""
    compared = definitions(audit.looked.facts, audit.looked.period)
    far = how_far(compared, "win_rate", "win_rate_amount")
    said = [*([] if far is None else [far]), text("{said}.", said=placed(maturity(audit.looked.facts)))]
    return [_line(language, one) for one in said]


def _answers(audit: Audit, language: Language) -> list[str]:
    """What the data can answer, and what is missing."""
    lines = [_line(language, text("What the data can answer:"))]
    told = audit.matrix.told
    able: list[Text | str] = [one.title for one in ANSWERS if told[one.key].state == "yes"]
    if able:
        lines.append("  " + _line(language, text("{state}: {answers}.", state=STATES["yes"], answers=able)))
    for state in ("part", "no"):
        for one in ANSWERS:
            if told[one.key].state == state:
                said = text("{state}: {answer} – {missing}", state=STATES[state], answer=one.title, missing="")
                missing = language.apart(printable(language.say(why)) for why in told[one.key].why[:_MOST])
                lines.append(f"  {printable(language.say(said))}{missing}{_and_more(told[one.key], language)}\n")
    return lines


_MOST = 3
"""So many reasons stand beside an answer before the rest is only counted."""


def _and_more(told: Told, language: Language) -> str:
    rest = len(told.why) - _MOST
    return language.apart(["", language.say(ntext("{n} more", "{n} more", n=rest))]) if rest > 0 else ""


def _changes(audit: Audit, changes: Sequence[Change], language: Language) -> Table:
    """What moved since the earlier audit."""
    titles = {one.check.key: one.check for one in audit.findings}
    rows: list[list[Content]] = []
    for one in changes:
        check = titles.get(one.key)
        unit = "share" if check is None else unit_of(check, audit)
        rows.append(
            [
                one.key if check is None else language.say(check.title),
                "" if one.before is None else language.quantity(one.before.value, unit),
                "" if one.now is None else language.quantity(one.now.value, unit),
                language.say(WHAT[one.what]),
            ]
        )
    heads = (text("compared with the earlier audit"), text("before"), text("now"), text("change"))
    return grid([Column(language.say(one), numbers=0 < n < 3) for n, one in enumerate(heads)], rows)


# --- for programs


def as_csv(audit: Audit, language: Language, changes: Sequence[Change] | None = None) -> str:
    """The rows of `as_frame`; numbers unrounded, missing ones empty."""
    return frame_as_csv(as_frame(audit, language, changes))


def as_frame(audit: Audit, language: Language, changes: Sequence[Change] | None = None) -> pd.DataFrame:
    """A row per check, what matters first; texts in one language, what is missing is None."""
    moved = {one.key: one.what for one in changes or ()}
    rows = []
    for plain in content(audit, language)["findings"]:
        measured = plain["measured"] or {}
        rows.append(
            {
                **{name: plain[name] for name in ("key", "title", "kind", "level", "verdict", "past")},
                **{name: plain[name] for name in ("count", "of", "counted")},
                **{name: measured.get(name) for name in ("value", "lower", "upper")},
                **{name: plain[name] for name in ("unit", "money", "threshold", "source", "founded")},
                "examples": "; ".join(plain["ids"][:EXAMPLES]),
                "affects": "; ".join(plain["affects"]),
                "detail": plain["detail"],
                "reason": plain["why"],
                "version": plain["version"],
                "definition": plain["definition"],
                "change": moved.get(plain["key"]),
            }
        )
    frame = pd.DataFrame(rows, dtype=object)
    return frame.drop(columns="change") if changes is None else frame


def as_json(audit: Audit, language: Language, changes: Sequence[Change] | None = None) -> str:
    """Everything as JSON: `audit`, `findings`, `carried`, `answers`, and `changes` where two are compared."""
    made = content(audit, language)
    if changes is not None:
        made["changes"] = [
            {
                "key": one.key,
                "what": one.what,
                "in_words": language.say(WHAT[one.what]),
                "before": _plain(one.before),
                "now": _plain(one.now),
                "difference": _plain(one.difference),
            }
            for one in changes
        ]
    return json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def content(audit: Audit, language: Language) -> dict[str, Any]:
    """An audit as plain values, texts in one language, numbers unrounded."""
    dataset = audit.looked.dataset
    return {
        "audit": {
            "format": compare.FORMAT,
            "made_by": f"salesreport {salesreport.__version__}",
            "dataset": dataset.settings.name,
            "fingerprint": dataset.fingerprint,
            "as_of": audit.looked.as_of.isoformat(),
            "currency": dataset.currency,
            "language": language.code,
            "summary": language.say(summary(audit)),
            "note": language.say(NOTE),
        },
        "findings": [_finding(one, audit, language) for one in audit.sorted()],
        "carried": [
            {
                "key": one.key,
                "title": language.say(one.title),
                "state": (carried := audit.matrix.carried[one.key]).state,
                "n": carried.n,
                "of": carried.of,
                "note": _said(carried.note, language),
            }
            for one in ABILITIES
        ],
        "answers": [
            {
                "key": one.key,
                "title": language.say(one.title),
                "state": audit.matrix.told[one.key].state,
                "missing": [language.say(why) for why in audit.matrix.told[one.key].why],
                "rests_on": [ability.key for ability in one.abilities],
            }
            for one in ANSWERS
        ],
    }


def _finding(finding: Finding, audit: Audit, language: Language) -> dict[str, Any]:
    check, found, unit = finding.check, finding.found, unit_of(finding.check, audit)
    return {
        "key": check.key,
        "number": check.number,
        "title": language.say(check.title),
        "kind": finding.kind,
        "instead": None if found is None else _said(found.instead, language),
        "level": finding.verdict.level,
        "verdict": language.say(verdict_of(finding)),
        "because": _said(because(finding, unit), language),
        "past": finding.verdict.past,
        "count": None if found is None else _number(found.count),
        "of": None if found is None else _number(found.of),
        "counted": language.say(check.counted),
        "measured": None if found is None else _plain(found.measured),
        "unit": unit,
        "money": None if found is None or found.money is None else _number(found.money),
        "ids": [] if found is None else list(found.ids),
        "numbers": _said(numbers_of(finding, audit), language),
        "detail": None if found is None else _said(found.detail, language),
        "baseline": None if found is None else _plain(found.baseline),
        "past_in_words": _said(past_of(finding, unit), language),
        "backtest": None if found is None or found.backtest is None else _backtest(found.backtest, language),
        "why": _said(finding.why, language),
        "definition": language.say(check.definition),
        "threshold": _said(check.threshold, language),
        "threshold_in_words": language.say(published(check)),
        "limit": list(check.limit),
        "source": check.source,
        "founded": check.founded,
        "version": check.version,
        "digest": compare.digest(check),
        "affects": list(check.affects),
        "does": _said(check.does, language),
    }


def _backtest(backtest: Backtest, language: Language) -> dict[str, Any]:
    return {
        "days": [day.isoformat() for day in backtest.days],
        "flagged": _plain(backtest.flagged),
        "rest": _plain(backtest.rest),
        "lift": _plain(backtest.lift),
        "difference": _plain(backtest.difference),
        "alike": [language.say(one) for one in backtest.alike],
        "apart": backtest.apart,
        "in_words": language.say(backtest_of(backtest)),
    }


def _said(what: Text | None, language: Language) -> str | None:
    return None if what is None else language.say(what)


def _plain(estimate: Estimate | None) -> dict[str, float | int | None] | None:
    return None if estimate is None else {name: _number(value) for name, value in estimate._asdict().items()}


def _number(value: float) -> float | int | None:
    """A number as JSON has it."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)


__all__ = ["NOTE", "as_csv", "as_frame", "as_json", "as_tables", "content", "estimate_in_words"]
