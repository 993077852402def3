"""What a managing director reads: three findings with money and a next step; ninety days; what gaps are worth."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.audit import Audit, Finding
from salesreport.audit.sayings import said, unit_of
from salesreport.kpi.anomalies import Anomalies, sentences
from salesreport.kpi.anomalies.decided import WIN
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.compared import step_title
from salesreport.report.sections.diagnosis.audited import TELLS_NOTHING, audit_of, told_surely
from salesreport.report.sections.diagnosis.measures import AGAIN, MANAGERS, Measure, measure_of
from salesreport.report.sections.diagnosis.quarters import DECIDE_AS_IT_COMES, KEY, pattern_of, shows
from salesreport.report.sections.team import team_of
from salesreport.report.table import Cell, Content, number_table

MOST = 3
"""So many findings a summary has, and so many measures a month."""

SAME, FEWEST = 0.8, 10
"""Findings that share more of their deals are told as one, from so many deals on."""

FOLLOW = frozenset({"conservation"})
"""Checks that count what others say of the deals themselves: of the same deals another speaks first."""

ORDER = ("data", "conversion", "behaviour", "timing", "demand")
"""Kinds of findings in the order in which they are told: what biases the others comes first."""


class Told(NamedTuple):
    """A finding, whether of the audit, of conversions, or of win rates that go with the months of a quarter.

    Attributes:
        kind: one of `ORDER`. key: the check, or the step. serious: whether the audit calls it so. say: a sentence.
        money: the amount concerned; NaN: not known. lower, upper: its interval; NaN where it has none.
        measure: what can be done. shows: the figure that will show it. ids: of what it is about, mostly
        deals; empty where it is about no single ones. also: other findings about the same deals.
    """

    kind: str
    key: str
    serious: bool
    say: Text
    money: float
    lower: float
    upper: float
    measure: Measure
    shows: Text
    ids: frozenset[str] = frozenset()
    also: tuple[Text, ...] = ()


def told(context: Context) -> list[Told]:
    """All findings, those of a kind together, serious ones and large amounts first; worked out once per report."""

    def find() -> list[Told]:
        made = audit_of(context)
        found = [_of_check(made, one) for one in made.sorted() if one.verdict.finds]
        found += [*_conversions(context), *_timing(context)]
        return together(sorted(found, key=_rank))

    return context.remember("diagnosis", find)


def together(every: Sequence[Told]) -> list[Told]:
    """Findings by rank, those about the same deals as one, named with the first of them.

    They are the same where both have more than `SAME` of the larger one's deals: that all open deals lack
    something makes no other finding about some of them the same. One of `FOLLOW` is named with any other.
    """
    kept: list[Told] = []
    for one in sorted(every, key=lambda one: one.key in FOLLOW):
        for place, above in enumerate(kept):
            common, larger = len(one.ids & above.ids), max(len(one.ids), len(above.ids))
            if common >= FEWEST and common > SAME * larger:
                also = (*above.also, one.say)
                kept[place] = above._replace(also=also, serious=above.serious or one.serious)
                break
        else:
            kept.append(one)
    return sorted(kept, key=_rank)


def _rank(one: Told) -> tuple[int, bool, float]:
    """By kind, serious ones and large amounts first."""
    return ORDER.index(one.kind), not one.serious, -float(np.nan_to_num(one.money))


def _of_check(made: Audit, finding: Finding) -> Told:
    assert finding.found is not None
    money = float("nan") if finding.found.money is None else finding.found.money
    nothing = float("nan")
    return Told(
        finding.kind, finding.check.key, finding.verdict.level == "serious", said(finding, made), money,
        nothing, nothing, measure_of(finding), _shows(made, finding), frozenset(finding.found.ids),
    )  # fmt: skip


def _shows(made: Audit, finding: Finding) -> Text:
    """The figure that will show it: from what it is to the limit, or below what it is."""
    assert finding.found is not None
    title, now, (limit, _) = finding.check.title, finding.found.measured, finding.check.limit
    if now is None or np.isnan(now.value):
        return title
    unit = unit_of(finding.check, made)
    fields: dict[str, Any] = {"title": title, "now": Quantity(now.value, unit)}
    if finding.check.better == "neither" and finding.check.threshold is not None:
        return text("{title}: now {now}; published: {threshold}", threshold=finding.check.threshold, **fields)
    if limit is None and finding.check.better == "higher":
        return text("{title}: more than {now}", **fields)
    if limit is None:
        return text("{title}: less than {now}", **fields)
    if finding.check.better == "higher":
        return text("{title}: from {now} to {limit} at least", limit=Quantity(limit, unit), **fields)
    if limit < 1e-6:
        return text("{title}: from {now} to none", **fields)
    return text("{title}: from {now} to less than {limit}", limit=Quantity(limit, unit), **fields)


def _conversions(context: Context) -> list[Told]:
    """Conversions that are lower than those of like deals of others by more than chance."""
    team = team_of(context)
    if isinstance(team, Text):
        return []
    worse = [(found, row) for found, row in team.findings() if row["flag"] == "worse"]
    early = {row.get("rep_id") for _, row in worse if row["step"] != WIN}
    rows = []
    for found, row in worse:
        if row["step"] == WIN and row.get("rep_id") in early:
            continue  # fewer orders follow from what is lost before
        step = found.step(row["step"])
        rows.append(
            Told(
                "conversion", row["step"], False, sentences.claim(found, row, dated=True), float(row["at_stake"]),
                float(row["at_stake_lower"]), float(row["at_stake_upper"]), _coach(found, row),
                ntext("{step}: {rate} of {n} decided deal, of like deals of others {expected}",
                      "{step}: {rate} of {n} decided deals, of like deals of others {expected}",
                      step=step.title, rate=Quantity(float(row["rate"]), "share"), n=float(row["n"]),
                      expected=Quantity(float(row["expected"]), "share")),
            )
        )  # fmt: skip
    return rows


def _timing(context: Context) -> list[Told]:
    """That win rates depend on when deals are decided, where they do so beyond chance."""
    found, nothing = pattern_of(context), float("nan")
    if found is None or found.claim is None:
        return []
    return [
        Told("timing", KEY, False, found.claim, nothing, nothing, nothing, DECIDE_AS_IT_COMES, shows(found))
    ]  # fmt: skip


def _coach(found: Anomalies, row: Mapping[str, Any]) -> Measure:
    return Measure(
        MANAGERS,
        text(
            "Go through three of these deals with {who} ({step}), and agree on one thing to do differently with "
            "the next ones",
            who=sentences.who(found, row),
            step=step_title(found.step(row["step"])),
        ),
    )


def diagnosis(context: Context) -> Section:
    """The summary; `data` has a row per finding shown: kind, key, serious, money."""
    say = context.say
    every = told(context)
    chosen = chosen_of(every)
    made = audit_of(context)
    known = told_surely(made.findings)
    topic = say(text("Diagnosis"))
    data = pd.DataFrame(
        [(one.kind, one.key, one.serious, one.money) for one in chosen],
        columns=["kind", "key", "serious", "money"],
    )
    untold = ntext(
        "{n} check could not be made; what it would need stands below.",
        "{n} checks could not be made; what they would need stands below.",
        n=sum(one.found is None for one in made.findings),
    )
    if not chosen:
        message = ntext(
            "Nothing stands out: the {n} check that could be made found nothing",
            "Nothing stands out: the {n} checks that could be made found nothing",
            n=known,
        )
        if not known:
            message = TELLS_NOTHING
        if all(one.found is None for one in made.findings):
            message = text("These data cannot tell anything of it: no check could be made")
        return Section(
            "diagnosis", topic, say(message), data, context.language, notes=(say(untold),), place="first"
        )
    priced = any(not np.isnan(one.money) for one in chosen)
    rows: list[list[Content]] = [
        [
            Cell(context.heading(one.say), _also(context, one), tone="lead"),
            say(one.measure.what),
            *([_money(context, one)] if priced else []),
        ]
        for one in chosen
    ]
    headings = [say(text("Finding")), say(text("Next step")), *([say(text("Amount concerned"))] if priced else [])]
    return Section(
        key="diagnosis",
        topic=topic,
        message=context.heading(_message(every)),
        data=data,
        language=context.language,
        tables=(number_table("", headings, rows, texts=2, wide=True),),
        notes=tuple(say(one) for one in _notes(every, chosen, made, untold, context)),
        place="first",
    )


def _also(context: Context, one: Told) -> str:
    """What else was found of the same deals."""
    if not one.also:
        return ""
    return context.say(text("also: {findings}", findings=context.language.apart(map(context.say, one.also))))


def _notes(
    every: Sequence[Told], chosen: Sequence[Told], made: Audit, untold: Text, context: Context
) -> list[Text]:
    # whoever compares months has to know it, also where three other findings come first
    hidden = [one for one in every if all(one is not each for each in chosen)]
    notes = [text("{sentence}.", sentence=one.say) for one in hidden if one.kind == "timing"]
    if more := len(hidden) - len(notes):
        notes.append(
            ntext(
                "{n} more finding stands in its chapter below.",
                "{n} more findings stand in their chapters below.",
                n=more,
            )
        )
    day, end = made.looked.as_of, context.period.end
    if day != min(end, context.facts.as_of):
        notes.append(text("Data and pipeline are looked at as they are on {day}.", day=day))
    if any(one.found is None for one in made.findings):
        notes.append(untold)
    return notes


def chosen_of(every: Sequence[Told]) -> list[Told]:
    """At most three findings: the first of each kind, then what is left."""
    first: dict[str, Told] = {}
    for one in every:
        first.setdefault(one.kind, one)
    rest = [one for one in every if one is not first[one.kind]]
    picked = [*first.values(), *rest][:MOST]
    return [one for one in every if any(one is each for each in picked)]


def _message(every: Sequence[Told]) -> Text:
    serious = sum(one.serious for one in every)
    found = ntext("{n} finding", "{n} findings", n=len(every))
    if serious:
        return ntext("{found}, {n} of them serious", "{found}, {n} of them serious", n=serious, found=found)
    if len(every) == 1:
        return text("One finding, not serious")
    return text("{found}, none of them serious", found=found)


def _money(context: Context, one: Told) -> Content:
    if np.isnan(one.money):
        return "–"
    currency = context.facts.dataset.currency
    between = "" if np.isnan(one.lower) else context.language.interval(one.lower, one.upper, currency)
    return context.shown(one.money, currency), between


def closing_gaps(context: Context) -> Section:
    """What closing each gap in conversion would be worth; `data` has step, money, lower, upper."""
    topic, say = context.say(text("What gaps are worth")), context.say
    team = team_of(context)
    gaps = [one for one in told(context) if one.kind == "conversion"]
    data = pd.DataFrame(
        [(one.key, one.money, one.lower, one.upper) for one in gaps], columns=["step", "money", "lower", "upper"]
    )
    if isinstance(team, Text):
        message = say(team)
        return Section("closing-gaps", topic, message, data, context.language, available=False)
    if not gaps:
        message = say(text("No gap between reps is more than chance, so none has a worth"))
        return Section("closing-gaps", topic, message, data, context.language)
    first = gaps[0]
    message_of = text(
        "The largest gap cost {money}: {what}",
        money=Quantity(first.money, context.facts.dataset.currency),
        what=first.say,
    )
    rows: list[list[Content]] = [[context.heading(one.say), _money(context, one)] for one in gaps]
    headings = [say(text("Gap")), say(text("Worth in the span looked at"))]
    note = text("Amounts do not add up: who loses fewer deals early has more to lose later.")
    return Section(
        key="closing-gaps",
        topic=topic,
        message=context.heading(message_of),
        data=data,
        language=context.language,
        tables=(number_table("", headings, rows, wide=True),),
        notes=(say(note),),
    )


GROUPS: tuple[tuple[str, ...], ...] = (("data",), ("conversion", "behaviour", "timing"), ("demand",))
"""Kinds of findings that are worked on together: first what biases everything else."""

PHASES = (text("days 1–30"), text("days 31–60"), text("days 61–90"))
"""When: the first group that has a measure begins."""


def _measures(findings: Sequence[Told]) -> list[Told]:
    """At most so many, each measure once; the first that asks for it."""
    kept: list[Told] = []
    for one in findings:
        if all(one.measure != each.measure for each in kept):
            kept.append(one)
    return kept[:MOST]


def ninety_days(context: Context) -> Section:
    """A plan; `data` has a row per measure: phase, kind, key, who, what, shows (as texts)."""
    say, every = context.say, told(context)
    phases = [found for kinds in GROUPS if (found := _measures([one for one in every if one.kind in kinds]))]
    rows = [
        (say(when), one.kind, one.key, say(one.measure.who), say(one.measure.what), say(one.shows))
        for when, found in zip(PHASES, phases, strict=False)
        for one in found
    ]
    if rows:
        again = text("what has become of these figures")
        rows.append((say(PHASES[-1]), "again", "again", say(AGAIN.who), say(AGAIN.what), say(again)))
    data = pd.DataFrame(rows, columns=["phase", "kind", "key", "who", "what", "shows"])
    topic = say(text("Ninety days"))
    if data.empty:
        message = say(text("Nothing was found that asks for a plan"))
        return Section("ninety-days", topic, message, data, context.language)
    cells: list[list[Content]] = [[when, who, what, shows] for when, _, _, who, what, shows in rows]
    headings = [text("When"), text("Who"), text("What"), text("What will show it")]
    message_of = ntext("{n} measure: {first}", "{n} measures, the first: {first}", n=len(rows), first=rows[0][4])
    return Section(
        key="ninety-days",
        topic=topic,
        message=context.heading(message_of),
        data=data,
        language=context.language,
        tables=(number_table("", [say(one) for one in headings], cells, texts=4, wide=True),),
        notes=(say(text("Whose it is, is a proposal; the names are for you to fill in.")),),
    )
