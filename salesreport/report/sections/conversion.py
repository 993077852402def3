"""How often deals go on at each step, like for like with those of others: different, alike, or too few to tell."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN, Step
from salesreport.kpi.anomalies.family import FEWEST
from salesreport.kpi.anomalies.sentences import by_themselves, leaves_out_nothing
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.chart import Chart
from salesreport.report.charts_compare import SIGN, StepRow, step_funnel
from salesreport.report.context import Context
from salesreport.report.rows import by_key, records
from salesreport.report.section import Section
from salesreport.report.sections.compared import (
    FEWEST_BEFORE,
    Finding,
    Spans,
    comparison,
    counted,
    findings_of,
    in_points,
    longer,
    no_history,
    said_of_other,
    since_when,
    step_title,
    steps_of,
)
from salesreport.report.sections.conversion_deals import deals_behind, place
from salesreport.report.shared import slice_up
from salesreport.report.table import Content, NumberTable, number_table
from salesreport.stats.intervals import wilson

COLUMNS = (
    "step", "title", "decided", "successes", "n", "rate", "lower", "upper", "expected", "effect", "effect_lower",
    "effect_upper", "p", "q", "judged", "explained", "crude", "before_decided", "before_rate", "long_n",
    "long_rate", "long_expected", "long_effect", "long_lower", "long_upper", "long_q", "long_judged",
)  # fmt: skip

_ROWS = ("n", "rate", "expected", "effect", "lower", "upper", "p", "q", "flag", "explained", "crude")

Row = dict[str, Any]
"""A step: column → value."""

_NOTHING: Row = dict.fromkeys(_ROWS, math.nan)
"""What is compared at a step of which nobody has like deals."""

_LONG = {"n": "long_n", "rate": "long_rate", "expected": "long_expected", "effect": "long_effect",
         "lower": "long_lower", "upper": "long_upper", "q": "long_q"}  # fmt: skip


def conversion(context: Context) -> Section:
    """Conversion at each step against like deals of peers; `data` has a row per step with `COLUMNS`.

    Of these `decided` and `successes` are all decisions, `n` those that others had alike; `rate` is the share of
    these that went on (of all, where others had none alike), and `expected` that of like deals of others.
    `judged` is `worse`, `better`, `alike`, `few` (too few to tell), or missing: there is nobody to compare with.
    `long_…` are the same of the longest span up to the period's end that the data know; missing where there is
    hardly more than the year.
    """
    topic = context.say(text("Conversion"))
    try:
        counts = counted(context)
    except Unavailable as problem:
        message = context.say(text("Conversion cannot be told: {reason}.", reason=problem.reason))
        nothing = pd.DataFrame(columns=COLUMNS)
        return Section("conversion", topic, message, nothing, context.language, available=False)
    spans, rows, reason = _compared(context)
    data = _measured(context, counts, spans)
    if not data["decided"].any():
        message = context.say(text("No deal was decided in {period}.", period=context.year))
        return Section("conversion", topic, message, data, context.language, available=False)
    findings = [] if spans is None else conversion_findings(spans, rows)
    told = records(data)
    message = context.say(_message(context, told, spans, findings))
    behind = [] if spans is None else deals_behind(context, spans, rows, findings)
    return Section(
        key="conversion",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, told, message),),
        tables=(_table(context, told, spans), *behind),
        notes=tuple(context.say(note) for note in _notes(context, data, spans, findings, rows, reason)),
    )


def found_in_conversion(context: Context) -> list[Finding]:
    """What is flagged of the report's subject; nothing where it is compared with nobody."""
    spans, rows, _ = _compared(context)
    return [] if spans is None else conversion_findings(spans, rows)


def compared_with_others(context: Context) -> list[tuple[Anomalies, pd.DataFrame]]:
    """The comparisons that the report's subject is part of, with its rows of `Anomalies.frame`."""
    spans, rows, _ = _compared(context)
    return [] if spans is None else list(zip(spans.both, rows, strict=True))


def conversion_findings(spans: Spans, rows: Sequence[pd.DataFrame]) -> list[Finding]:
    """What is flagged, where deals are lost before that they are lost; see `findings_of`."""
    return sorted(findings_of(spans, rows), key=lambda one: one[1]["step"] == WIN)


def _compared(context: Context) -> tuple[Spans | None, list[pd.DataFrame], Text | None]:
    """The comparisons, the subject's rows of each, and why there are none."""
    return context.remember("compared with others", lambda: _look_up(context))


def _look_up(context: Context) -> tuple[Spans | None, list[pd.DataFrame], Text | None]:
    dimension = context.subject.dimension
    if dimension is None:
        return None, [], None
    try:
        spans = comparison(context)
        rows = [_rows(context, dimension, found) for found in spans.both]
    except Unavailable as problem:
        return None, [], problem.reason
    return spans, rows, None


def _rows(context: Context, dimension: str, found: Anomalies) -> pd.DataFrame:
    """The subject's rows of `Anomalies.frame`; those of everybody are told apart once."""
    key = ("conversion, sliced", dimension, context.year, found.period)
    return context.facts.remember(key, lambda: slice_up(found.frame, dimension)).of(context.subject)


def _measured(context: Context, counts: pd.DataFrame, spans: Spans | None) -> pd.DataFrame:
    """Counts and comparisons side by side, by step."""
    titles = {step.key: context.say(step_title(step)) for step in steps_of(context)}
    steps = counts["step"].tolist()
    compared = [] if spans is None else [_by_step(context, found) for found in spans.both]
    year, longest = ([one.get(step, _NOTHING) for step in steps] for one in (*compared, {}, {})[:2])
    decided, successes = counts["decided"].to_numpy(), counts["successes"].to_numpy()
    n = np.nan_to_num(_numbers(year, "n"))
    alone = n == 0
    raw = wilson(successes, decided)
    expected, bounds = _numbers(year, "expected"), {}
    for bound, plain in (("lower", raw.lower), ("upper", raw.upper)):
        # as far as the difference reaches, so that line and tick say what the comparison says
        reach = np.clip(expected + _numbers(year, bound), 0, 1)
        bounds[bound] = np.where(np.isnan(reach), np.where(alone, plain, np.nan), reach)
    before = counts["before_decided"].to_numpy()
    enough = np.where(before >= FEWEST_BEFORE, before, np.nan)
    columns = {
        "step": counts["step"].array,
        "title": [titles[step] for step in steps],
        "decided": decided,
        "successes": successes,
        "n": n,
        "rate": np.where(alone, raw.value, _numbers(year, "rate")),
        **bounds,
        "expected": expected,
        "effect": _numbers(year, "effect"),
        "effect_lower": _numbers(year, "lower"),
        "effect_upper": _numbers(year, "upper"),
        **{name: _numbers(year, name) for name in ("p", "q", "crude")},
        "judged": _texts(map(_judged, year)),
        "explained": _texts(row["explained"] for row in year),
        "before_decided": before,
        "before_rate": counts["before_successes"].to_numpy() / enough,
        **{shown: _numbers(longest, name) for name, shown in _LONG.items()},
        "long_judged": _texts(map(_judged, longest)),
    }
    return pd.DataFrame(columns)[list(COLUMNS)]


def _by_step(context: Context, found: Anomalies) -> dict[str, Row]:
    """Step → what is compared of all of the subject's decisions there; looked up for everybody at once."""
    dimension = str(context.subject.dimension)
    everybody = context.facts.remember(
        ("conversion by step", context.year, found.period, dimension),
        lambda: by_key(found.whole(found.frame)[[dimension, "step", *_ROWS]], dimension),
    )
    return {row["step"]: row for row in everybody.get(context.subject.id, [])}


def _numbers(rows: list[Row], name: str) -> npt.NDArray[np.float64]:
    return np.array([row[name] for row in rows], float)


def _texts(values: Iterable[str | None]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _judged(row: Row) -> str | None:
    if row["flag"] in ("worse", "better"):
        return str(row["flag"])
    if pd.isna(row["flag"]):
        return None
    return "few" if math.isnan(row["p"]) else "alike"


def _message(context: Context, told: list[Row], spans: Spans | None, findings: list[Finding]) -> Text:
    peers = context.subject.peers
    if findings:
        found, row = findings[0]
        first = sentences.claim(found, row, dated=True)
        if len(findings) == 1:
            return first
        return ntext("{finding}; and {n} more finding", "{finding}; and {n} more findings", finding=first,
                     n=len(findings) - 1)  # fmt: skip
    if spans is None:
        return _plain(context, told)
    tested = sum(row["judged"] == "alike" for row in told)  # as the rows say
    if tested:
        said = _alike(tested, peers)
    else:
        few = text("Too few deals were decided to tell whether conversion differs from {peers}", peers=peers)
        at_length = sum(row["long_judged"] == "alike" for row in told)
        if not at_length or spans.longest is None:
            return few
        said = text(
            "Too few deals were decided in {year} to tell whether conversion differs from {peers}; {since}: "
            "{judged}",
            year=context.year,
            peers=peers,
            since=since_when(spans.longest),
            judged=text("not distinguishable"),
        )
    return by_themselves(spans.year, said) if any(map(_by_itself, told)) else said


def _alike(tested: int, peers: Text) -> Text:
    """That no step differs of those with enough deals."""
    return ntext(
        "At the one step with enough deals, conversion is not distinguishable from like deals of {peers}",
        "At none of the {n} steps with enough deals is conversion distinguishable from like deals of {peers}",
        n=tested,
        peers=peers,
    )


def _by_itself(row: Row) -> bool:
    """Whether an interval leaves out that there is no difference, and all comparisons together do not."""
    spans = (("judged", "effect_lower", "effect_upper"), ("long_judged", "long_lower", "long_upper"))
    return any(row[judged] == "alike" and leaves_out_nothing(row[low], row[high]) for judged, low, high in spans)


def _plain(context: Context, told: list[Row]) -> Text:
    """The rates alone, where there is nobody to compare with."""
    row = told[-1]
    fields = {"rate": Quantity(row["rate"], "share"), "period": context.year}
    if row["step"] != WIN or math.isnan(row["rate"]):
        return ntext("{n} decision at a milestone in {period}", "{n} decisions at milestones in {period}",
                     n=math.fsum(one["decided"] for one in told), period=context.year)  # fmt: skip
    return ntext(
        "Of the {n} deal decided in {period}, {rate} was won",
        "Of the {n} deals decided in {period}, {rate} were won",
        n=row["decided"],
        **fields,
    )


def _chart(context: Context, told: list[Row], message: str) -> Chart:
    say = context.say
    rows = [
        StepRow(row["title"], row["rate"], row["lower"], row["upper"], row["n"], _number(row["expected"]),
                row["before_rate"], _said(context, row))
        for row in told
    ]  # fmt: skip
    peers = context.subject.peers
    return step_funnel(
        "conversion",
        rows,
        message,
        say(
            text(
                "Per step: the share of deals that goes on, the 95% interval of its difference from like deals of "
                "{peers} (line), the share of these (grey tick), and {before} (hollow).",
                peers=peers,
                before=context.year_before,
            )
        ),
        say(text("Goes on in time; at the end: won")),
        (
            say(context.year.label),
            say(text("like deals of {peers}", peers=peers)),
            say(context.year_before.label),
        ),
        lambda rate: context.shown(rate, "share"),
    )


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _left_out(row: Row) -> bool:
    """Whether only some of the deals decided are compared: those that others decided alike."""
    return bool(0 < row["n"] < row["decided"])


def _of_compared(row: Row) -> Text:
    """The rate that is compared, where it is not that of all deals decided."""
    return text("{share} of the {n} compared", share=Quantity(row["rate"], "share"), n=row["n"])


def _said(context: Context, row: Row) -> str:
    n = row["n"] or row["decided"]
    if not n:
        return context.say(text("no deals"))
    of = text("{share} of {n}", share=Quantity(row["rate"], "share"), n=n)
    if _left_out(row):
        of = _of_compared(row)
    if row["judged"] in ("worse", "better"):
        return f"{context.say(of)} {SIGN[row['judged']]}"
    return context.say(text("{share}: few", share=of) if n < FEWEST else of)


def _verdict(context: Context, row: Row, spans: Spans | None) -> Content:
    """What the year says; below it what the longest span says, or why an interval alone says nothing."""
    if pd.isna(row["judged"]) and pd.isna(row["long_judged"]):
        return context.language.say(None if row["decided"] else text("no deals"))
    words = {
        "worse": text("fewer than like deals of {peers}", peers=context.subject.peers),
        "better": text("more than like deals of {peers}", peers=context.subject.peers),
        "alike": text("not distinguishable"),
        "few": text("too few deals to tell"),
    }
    said = context.say(words[row["judged"]]) if pd.notna(row["judged"]) else context.language.show(None)
    if spans is None:
        return said
    if spans.longest is not None and row["long_judged"] in ("worse", "better"):
        return said, context.say(
            text("{since}: {judged}", since=since_when(spans.longest), judged=words[row["long_judged"]])
        )
    if _by_itself(row):
        chance = ntext(
            "of {n} comparison: may be chance",
            "one of {n} comparisons: may be chance",
            n=spans.year.family.all_tested,
        )
        return said, context.say(chance)
    if spans.longest is not None and row["judged"] == "few" and row["long_judged"] == "alike":
        return said, context.say(text("{since}: {judged}", since=since_when(spans.longest), judged=words["alike"]))
    return said


def _table(context: Context, told: list[Row], spans: Spans | None) -> NumberTable:
    say, count = context.say, context.language.count
    compared = any(pd.notna(row["expected"]) for row in told)
    longest = None if spans is None else spans.longest
    judged = any(pd.notna(row[name]) for row in told for name in ("judged", "long_judged"))
    headings = [say(text("Step"))]
    headings += [say(text("Judgement"))] if judged else []
    headings += [say(text("Decided")), say(text("Goes on"))]
    if compared:
        headings += [
            say(text("like deals of {peers}", peers=context.subject.peers)),
            say(text("Difference, points")),
        ]
    if longest is not None:
        headings.append(say(text("Difference {since}, points", since=since_when(longest))))
    headings.append(say(context.year_before.label))
    rows: list[list[Content]] = []
    for row in told:
        cells: list[Content] = [row["title"]]
        cells += [_verdict(context, row, spans)] if judged else []
        cells.append(count(row["decided"]))
        plain = row["successes"] / row["decided"] if row["decided"] else math.nan
        cells.append((context.shown(plain, "share"), say(_of_compared(row)) if _left_out(row) else ""))
        if compared:
            year = row["effect"], row["effect_lower"], row["effect_upper"]
            cells += [context.shown(_number(row["expected"]), "share"), _difference(context, *year)]
        if longest is not None:
            cells.append(_difference(context, row["long_effect"], row["long_lower"], row["long_upper"]))
        cells.append(context.shown(row["before_rate"], "share"))
        rows.append(cells)
    texts = 2 if judged else 1
    return number_table(say(text("Numbers of the chart")), headings, rows, texts=texts, wide=compared)


def _difference(context: Context, effect: float, lower: float, upper: float) -> Content:
    if pd.isna(effect):
        return context.language.show(None)
    if pd.isna(lower) or pd.isna(upper):
        return in_points(effect)
    return in_points(effect), f"{in_points(lower)} … {in_points(upper)}"


def _notes(
    context: Context, data: pd.DataFrame, spans: Spans | None, findings: list[Finding],
    rows: Sequence[pd.DataFrame], reason: Text | None,
) -> list[Text | str]:  # fmt: skip
    notes: list[Text | str] = [*longer(context, spans)]
    if spans is not None:
        notes += [note for at, one in enumerate(findings) if (note := _more(context, spans, rows, one, at > 0))]
        year = rows[0]
        explained = [place for place, cause in enumerate(year["explained"].tolist()) if cause in ("mix", "timing")]
        for _, row in year.take(explained).iterrows() if explained else ():
            where = place(context, spans.year, row)
            notes += [text("{place}: {said}", place=where, said=one) for one in sentences.details(spans.year, row)]
    if reason is not None:
        notes.append(text("No comparison with {peers}: {reason}.", peers=context.subject.peers, reason=reason))
    left = data.loc[data["n"] > 0, "decided"].sum() - data["n"].sum()
    if left:
        notes.append(
            ntext(
                "{n} decision is not compared: nobody else decided a deal like it.",
                "{n} decisions are not compared: nobody else decided deals like them.",
                n=float(left),
            )
        )
    notes.append(_goes_on(steps_of(context), data))
    notes += no_history(context, data)
    if spans is not None:
        found = spans.year
        timing = None if found.timing is None else found.timing.sentence
        notes += [
            text("Whole company: {note}", note=one) if one == timing else one for one in sentences.notes(found)
        ]
    return notes


def _more(context: Context, spans: Spans, rows: Sequence[pd.DataFrame], finding: Finding, named: bool) -> str:
    """What else there is to say of a finding; `named`: beginning with what it is."""
    found, row = finding
    first = [text("{sentence}.", sentence=sentences.claim(found, row, dated=True))] if named else []
    other = said_of_other(spans, rows, finding)
    said = [*first, *([] if other is None else [other]), *sentences.details(found, row)]
    return " ".join(map(context.say, said))


def _goes_on(steps: tuple[Step, ...], data: pd.DataFrame) -> Text:
    """What is counted."""
    shown = set(data["step"])
    days = sorted({step.within for step in steps if step.key in shown and step.within is not None})
    if not days:
        return text("Counted are deals won and lost; open deals count nowhere.")
    return ntext(
        "A deal is decided at a milestone when it goes on, is lost or falls back, or when its time there ({days} "
        "day) is over; at the end, when it is won or lost.",
        "A deal is decided at a milestone when it goes on, is lost or falls back, or when its time there ({days} "
        "days) is over; at the end, when it is won or lost.",
        n=days[-1],
        days=days,
    )
