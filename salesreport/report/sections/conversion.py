"""How often deals go on at each step, like for like with those of others: different, alike, or too few to tell."""

import math
from typing import Any

import pandas as pd

from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN, Decisions, Step
from salesreport.kpi.anomalies.family import FEWEST
from salesreport.kpi.metric import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.chart import Chart
from salesreport.report.charts_compare import SIGN, StepRow, step_funnel
from salesreport.report.context import Context, records
from salesreport.report.deals import deal_name
from salesreport.report.section import Section
from salesreport.report.sections.compared import (
    FEWEST_BEFORE,
    comparison,
    counted,
    in_points,
    longer,
    no_history,
    step_title,
    steps_of,
)
from salesreport.report.shared import Maker
from salesreport.report.table import Content, NumberTable, number_table
from salesreport.stats.intervals import wilson

COLUMNS = (
    "step", "title", "decided", "successes", "n", "rate", "lower", "upper", "expected", "effect", "effect_lower",
    "effect_upper", "p", "q", "judged", "explained", "crude", "before_decided", "before_rate",
)  # fmt: skip

MOST_FINDINGS, MOST_DEALS = 2, 6
"""At how many steps the deals of a finding are listed, and how many of each."""

_ROWS = (
    "n", "rate", "expected", "effect", "lower", "upper", "p", "q", "flag", "explained", "crude", "observed",
)  # fmt: skip


def conversion(context: Context) -> Section:
    """Conversion at each step against like deals of peers; `data` has a row per step with `COLUMNS`.

    Of these `decided` and `successes` are all decisions, `n` those that others had alike; `rate` is the share of
    these that went on (of all, where others had none alike), and `expected` that of like deals of others.
    `judged` is `worse`, `better`, `alike`, `few` (too few to tell), or missing: there is nobody to compare with.
    """
    topic = context.say(text("Conversion"))
    try:
        counts = counted(context)
    except Unavailable as problem:
        message = context.say(text("Conversion cannot be told: {reason}.", reason=problem.reason))
        nothing = pd.DataFrame(columns=COLUMNS)
        return Section("conversion", topic, message, nothing, context.language, available=False)
    found, rows, reason = _compared(context)
    data = _measured(context, counts, rows)
    if not data["decided"].any():
        message = context.say(text("No deal was decided in {period}.", period=context.year))
        return Section("conversion", topic, message, data, context.language, available=False)
    findings = _findings(found, rows)
    message = context.say(_message(context, data, found, findings))
    return Section(
        key="conversion",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, data, message),),
        tables=(_table(context, data), *_deals(context, found, findings)),
        notes=tuple(context.say(note) for note in _notes(context, data, found, findings, rows, reason)),
    )


def _compared(context: Context) -> tuple[Anomalies | None, pd.DataFrame, Text | None]:
    """The comparison, the subject's rows of it, and why there is none."""
    dimension = context.subject.dimension
    if dimension is None:
        return None, pd.DataFrame(columns=_ROWS), None
    try:
        found = comparison(context)
        rows = context.shared.rows(context.subject, ("conversion", context.year), _everybody(context))
    except Unavailable as problem:
        return None, pd.DataFrame(columns=_ROWS), problem.reason
    return found, rows.assign(**{dimension: context.subject.id}), None


def _everybody(context: Context) -> Maker:
    return lambda _: comparison(context).frame


def _findings(found: Anomalies | None, rows: pd.DataFrame) -> pd.DataFrame:
    """What is flagged: where deals are lost before that they are lost, those with most at stake first."""
    flagged = rows[rows["flag"].isin(["worse", "better"])]
    if found is None or flagged.empty:
        return flagged
    ordered = flagged.sort_values(["at_stake", "q"], ascending=[False, True], kind="stable")
    return ordered.sort_values("step", key=lambda step: step == WIN, kind="stable")


def _measured(context: Context, counts: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Counts and comparison side by side, by step."""
    titles = {step.key: context.say(step_title(step)) for step in steps_of(context)}
    parts = [name for name in ("product_line", "segment", "lead_source") if name in rows]
    if context.subject.dimension in parts:
        parts.remove(context.subject.dimension)
    whole = rows[rows[parts].isna().all(axis=1)] if parts else rows
    whole = whole.set_index("step") if len(whole) else pd.DataFrame(columns=_ROWS)
    whole = whole[list(_ROWS)].rename(columns={"lower": "effect_lower", "upper": "effect_upper"})
    data = counts.join(whole, on="step")
    data["title"] = data["step"].map(titles)
    data["n"] = data["n"].astype(float).fillna(0.0)
    alone = data["n"] == 0
    raw = wilson(data["successes"], data["decided"])
    data["rate"] = data["rate"].astype(float).where(~alone, raw.value)
    for bound, plain in (("lower", raw.lower), ("upper", raw.upper)):
        # as far as the difference reaches, so that line and tick say what the comparison says
        reach = (data["expected"] + data[f"effect_{bound}"]).astype(float).clip(0, 1)
        data[bound] = reach.where(reach.notna(), pd.Series(plain, data.index).where(alone))
    before = data["before_successes"] / data["before_decided"].where(data["before_decided"] >= FEWEST_BEFORE)
    data["before_rate"] = before
    judged = [_judged(row) for row in records(data)]
    return data.assign(judged=pd.Series(judged, data.index, dtype="str"))[list(COLUMNS)]


def _judged(row: dict[str, Any]) -> str | None:
    if row["flag"] in ("worse", "better"):
        return str(row["flag"])
    if pd.isna(row["flag"]):
        return None
    return "few" if math.isnan(row["p"]) else "alike"


def _message(context: Context, data: pd.DataFrame, found: Anomalies | None, findings: pd.DataFrame) -> Text:
    peers = context.subject.peers
    if found is not None and len(findings):
        first = found.sentence(findings.iloc[0])
        if len(findings) == 1:
            return first
        return ntext("{finding}; and {n} more finding", "{finding}; and {n} more findings", finding=first,
                     n=len(findings) - 1)  # fmt: skip
    if found is None:
        return _plain(context, data)
    if tested := int((data["judged"] == "alike").sum()):
        return ntext(
            "At the {n} step with enough deals, conversion is not distinguishable from like deals of {peers}",
            "At none of the {n} steps with enough deals is conversion distinguishable from like deals of {peers}",
            n=tested,
            peers=peers,
        )
    return text("Too few deals were decided to tell whether conversion differs from {peers}", peers=peers)


def _plain(context: Context, data: pd.DataFrame) -> Text:
    """The rates alone, where there is nobody to compare with."""
    row = records(data)[-1]
    fields = {"rate": Quantity(row["rate"], "share"), "period": context.year}
    if row["step"] != WIN or math.isnan(row["rate"]):
        return ntext("{n} decision at a milestone in {period}", "{n} decisions at milestones in {period}",
                     n=float(data["decided"].sum()), period=context.year)  # fmt: skip
    return ntext(
        "Of the {n} deal decided in {period}, {rate} was won",
        "Of the {n} deals decided in {period}, {rate} were won",
        n=row["decided"],
        **fields,
    )


def _chart(context: Context, data: pd.DataFrame, message: str) -> Chart:
    say = context.say
    rows = [
        StepRow(row["title"], row["rate"], row["lower"], row["upper"], row["n"], _number(row["expected"]),
                row["before_rate"], _said(context, row))
        for row in records(data)
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


def _said(context: Context, row: dict[str, Any]) -> str:
    n = row["n"] or row["decided"]
    if not n:
        return context.say(text("no deals"))
    of = text("{share} of {n}", share=Quantity(row["rate"], "share"), n=n)
    if row["judged"] in ("worse", "better"):
        return f"{context.say(of)} {SIGN[row['judged']]}"
    return context.say(text("{share}: few", share=of) if n < FEWEST else of)


def _verdict(context: Context, row: dict[str, Any]) -> str:
    if pd.isna(row["judged"]):
        return context.language.say(None if row["decided"] else text("no deals"))
    words = {
        "worse": text("fewer than like deals of {peers}", peers=context.subject.peers),
        "better": text("more than like deals of {peers}", peers=context.subject.peers),
        "alike": text("not distinguishable"),
        "few": text("too few deals to tell"),
    }
    return context.say(words[row["judged"]])


def _table(context: Context, data: pd.DataFrame) -> NumberTable:
    say, count = context.say, context.language.count
    compared = data["expected"].notna().any()
    headings = [say(text("Step"))]
    headings += [say(text("Judgement"))] if data["judged"].notna().any() else []
    headings += [say(text("Decided")), say(text("Goes on"))]
    if compared:
        headings += [
            say(text("like deals of {peers}", peers=context.subject.peers)),
            say(text("Difference, points")),
        ]
    headings.append(say(context.year_before.label))
    rows: list[list[Content]] = []
    for row in records(data):
        cells: list[Content] = [row["title"]]
        cells += [_verdict(context, row)] if data["judged"].notna().any() else []
        left_out = row["n"] and row["n"] < row["decided"]
        plus = say(text("of {n}", n=row["decided"])) if left_out else ""
        cells.append((count(row["n"] or row["decided"]), plus))
        cells.append(context.shown(row["rate"], "share"))
        if compared:
            cells += [context.shown(_number(row["expected"]), "share"), _difference(context, row)]
        cells.append(context.shown(row["before_rate"], "share"))
        rows.append(cells)
    texts = 2 if data["judged"].notna().any() else 1
    return number_table(say(text("Numbers of the chart")), headings, rows, texts=texts, wide=compared)


def _difference(context: Context, row: dict[str, Any]) -> Content:
    if pd.isna(row["effect"]):
        return context.language.show(None)
    if pd.isna(row["effect_lower"]) or pd.isna(row["effect_upper"]):
        return in_points(row["effect"])
    return in_points(row["effect"]), f"{in_points(row['effect_lower'])} … {in_points(row['effect_upper'])}"


def _deals(context: Context, found: Anomalies | None, findings: pd.DataFrame) -> list[NumberTable]:
    """The deals behind the first findings: of too few that went on those that did not, of many those that did."""
    if found is None:
        return []
    tables = []
    for _, row in findings.drop_duplicates("step").head(MOST_FINDINGS).iterrows():
        decided = found.decisions(row)
        decided = decided.take(decided.success if row["flag"] == "better" else ~decided.success)
        fields: dict[str, Any] = {"step": _place(context, found, row), "n": len(pd.unique(decided.deal))}
        listed = _largest(decided)
        if row["flag"] == "worse":
            caption = ntext(
                "Did not go on: {step} (the one deal)",
                "Did not go on: {step} ({shown} of {n} deals, the largest first)",
                shown=len(listed),
                **fields,
            )
        else:
            caption = ntext(
                "Went on: {step} (the one deal)",
                "Went on: {step} ({shown} of {n} deals, the largest first)",
                shown=len(listed),
                **fields,
            )
        tables.append(_listed(context, listed, context.say(caption)))
    return tables


def _place(context: Context, found: Anomalies, row: pd.Series) -> str:
    part = ", ".join(found.part(row).values())
    title = context.say(step_title(found.step(row["step"])))
    return f"{title} ({part})" if part else title


def _largest(decided: Decisions) -> Decisions:
    """The last decision of each deal; the largest deals, of those without an amount the latest decided."""
    order = pd.Series(decided.deal).drop_duplicates(keep="last").index.to_numpy()
    last = decided.take(order)
    by_size = pd.DataFrame({"amount": last.amount, "day": last.day})
    by_size = by_size.sort_values(["amount", "day"], ascending=False, na_position="last", kind="stable")
    return last.take(by_size.index.to_numpy()[:MOST_DEALS])


def _listed(context: Context, decided: Decisions, caption: str) -> NumberTable:
    say, facts = context.say, context.facts
    columns = ["deal_id", "name", "account_id", "product_line"]
    frame = pd.DataFrame({name: facts.ledger.series("deals", name).take(decided.deal).array for name in columns})
    frame["day"], frame["amount"] = decided.day, decided.amount
    customers = context.shared.customers
    headings = [say(text("Deal")), say(text("Customer")), say(text("Product line")), say(text("Decided on"))]
    rows = []
    for row in records(frame):
        customer = customers.get(row["account_id"], row["account_id"])
        rows.append(
            [
                deal_name(pd.Series(row)),
                context.language.show(None if pd.isna(customer) else str(customer)),
                context.language.show(None if pd.isna(row["product_line"]) else str(row["product_line"])),
                context.language.date(pd.Timestamp(row["day"]).date()),
                context.shown(row["amount"], facts.dataset.currency),
            ]
        )
    return number_table(caption, [*headings, say(text("Amount"))], rows, texts=4, wide=True)


def _notes(
    context: Context, data: pd.DataFrame, found: Anomalies | None, findings: pd.DataFrame, rows: pd.DataFrame,
    reason: Text | None,
) -> list[Text | str]:  # fmt: skip
    notes: list[Text | str] = [*longer(context)]
    if found is not None:
        for number, (_, row) in enumerate(findings.iterrows()):
            first = [text("{sentence}.", sentence=found.sentence(row))] if number else []
            said = [context.say(one) for one in (*first, *found.details(row))]
            notes += [" ".join(said)] if said else []
        for _, row in rows[rows["explained"].isin(["mix", "timing"])].iterrows():
            place = _place(context, found, row)
            notes += [text("{place}: {said}", place=place, said=one) for one in found.details(row)]
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
    if found is not None:
        timing = None if found.timing is None else found.timing.sentence
        notes += [text("Whole company: {note}", note=one) if one == timing else one for one in found.notes]
    return notes


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
