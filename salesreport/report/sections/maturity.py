"""How mature the sales process is: the levels that the evidence leaves possible, and what each criterion shows."""

import numpy as np
import pandas as pd

from salesreport.audit.maturity import LEVELS, Maturity, notes, verdict
from salesreport.audit.maturity import maturity as placed
from salesreport.audit.maturity.levels import in_words
from salesreport.audit.maturity.maturity import Evidence
from salesreport.audit.maturity.sentences import before_in_words, cuts_in_words, interval, shown
from salesreport.language import Text, ntext, text
from salesreport.report.chart import Chart
from salesreport.report.charts_audit import Spoken, spans
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.table import Content, NumberTable, number_table

NOBODYS = text("A sales process is the company’s, not a rep’s.")
"""What is said, silently, in the report about a rep."""


def maturity_of(context: Context) -> Maturity:
    """The maturity of the report's subject, seen from the report's day; worked out once."""
    return placed(context.facts_then, context.subject.where)


def maturity(context: Context) -> Section:
    """The process's levels; `data` has the columns of `Maturity.frame`, texts in the reader's language.

    In the report about a rep it is silent: a process is the company's.
    """
    topic, say = context.say(text("Process maturity")), context.say
    if context.subject.kind == "rep":
        return Section("maturity", topic, say(NOBODYS), pd.DataFrame(), context.language, silent=True)
    found = maturity_of(context)
    data = found.frame
    for name in ("reason", "detail"):
        data[name] = [None if one is None else say(one) for one in data[name]]
    message = say(verdict(found))
    if not found.known:
        return Section(
            key="maturity",
            topic=topic,
            message=say(text("{verdict}; it has to be asked.", verdict=verdict(found))),
            data=data,
            language=context.language,
            available=False,
        )
    return Section(
        key="maturity",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, found, message),),
        tables=(_table(context, found), _reasons(context, found), _levels(context)),
        notes=tuple(map(say, [*_asked(found), *notes(found)])),
    )


def _chart(context: Context, found: Maturity, message: str) -> Chart:
    say = context.say
    rows = [
        Spoken(
            say(one.criterion.title),
            one.span.low,
            one.span.high,
            one.span.told,
            context.language.show(shown(one.measured.now, one.criterion.unit)),
        )
        for one in found.known
        if one.measured is not None
    ]
    rows.append(Spoken(say(text("All together")), *found.span, found.span.told, "", whole=True))
    described = [
        text("{name}: {levels}", name=say(one.criterion.title), levels=in_words(one.span)) for one in found.known
    ]
    return spans(
        "maturity-levels",
        rows,
        [say(one.name) for one in LEVELS],
        message,
        say(text("Levels that each criterion speaks for: {levels}", levels=described)),
        say(text("Levels that the evidence speaks for; grey: it tells nothing")),
    )


def _table(context: Context, found: Maturity) -> NumberTable:
    say, show = context.say, context.language.show
    past = [before_in_words(one) for one in found.known]
    dated = any(one is not None for one in past)
    rows: list[list[Content]] = []
    for one, before in zip(found.known, past, strict=True):
        assert one.measured is not None
        now, criterion = one.measured.now, one.criterion
        formula = [criterion.formula, *([one.measured.detail] if one.measured.detail else [])]
        row: list[Content] = [
            (say(criterion.title), context.language.apart(map(say, formula))),
            say(in_words(one.span)),
            (show(shown(now, criterion.unit)), "" if np.isnan(now.lower) else show(interval(now, criterion.unit))),
            context.language.count(now.n),
        ]
        rows.append([*row, "" if before is None else say(before)] if dated else row)
    headings = [say(text("Criterion")), say(text("Speaks for")), say(text("Measured")), say(text("n"))]
    headings += [say(text("Year before"))] if dated else []
    return number_table(say(text("What was measured, with its 95% interval")), headings, rows, texts=2, wide=True)


def _reasons(context: Context, found: Maturity) -> NumberTable:
    """Why each criterion counts, where its cuts are, and who published them."""
    say = context.say
    rows: list[list[Content]] = [
        [say(one.criterion.title), say(one.criterion.why), (say(cuts_in_words(one)), say(one.criterion.source))]
        for one in found.known
    ]
    headings = [say(text("Criterion")), say(text("Why it counts")), say(text("From which value on"))]
    return number_table(say(text("Why, and where the cuts are")), headings, rows, texts=3, wide=True, folded=True)


def _levels(context: Context) -> NumberTable:
    """The four levels by both names."""
    say = context.say
    rows: list[list[Content]] = [[say(one.name), say(one.meaning), say(one.shows)] for one in LEVELS]
    headings = [say(text("CSO Insights’ name")), say(text("What it means")), say(text("How it shows"))]
    return number_table(say(text("The four levels")), headings, rows, texts=3, wide=True, folded=True)


def _asked(found: Maturity) -> list[Text]:
    """What is not in the data, a note for each reason: one of all of them would be too long to be read."""
    alike: dict[str, list[Evidence]] = {}
    for one in found.evidence:
        if one.measured is None and one.why is not None:
            alike.setdefault(str(one.why), []).append(one)
    return [
        ntext(
            "{n} criterion is not in the data and stands on the interview sheet: {what} ({reason}).",
            "{n} criteria are not in the data and stand on the interview sheet: {what} ({reason}).",
            n=len(those),
            what=[one.criterion.title for one in those],
            reason=those[0].why,
        )
        for those in alike.values()
    ]
