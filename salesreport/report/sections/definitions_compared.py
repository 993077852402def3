"""Every rate under the definitions that people use: how far it depends on them, and what the CRM shows."""

import numpy as np
import pandas as pd

from salesreport.audit.definitions import Compared, definitions, how_far, notes
from salesreport.audit.definitions.sentences import definition_of, title_of, what_crm_shows
from salesreport.audit.definitions.shown import SHOWN, UNKNOWN
from salesreport.language import Text, text
from salesreport.report.chart import Chart
from salesreport.report.charts_audit import Way, ways
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.table import Cell, Content, NumberTable, number_table

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("win_rate", "win_rate_amount"),
    ("hit_rate",),
    ("avg_deal_size",),
    ("cycle_days",),
    ("lead_conversion",),
)
"""The metrics that people call by one name; conversions, one for each milestone, have a table of their own."""


def definitions_compared(context: Context) -> Section:
    """Rates side by side; `data` has the columns of `Compared.frame`, `reason` in the reader's language."""
    topic, say = context.say(text("Definitions compared")), context.say
    compared = definitions(context.facts, context.period, context.subject.where)
    data = compared.frame.copy()
    data["reason"] = [None if one is None else say(one) for one in data["reason"]]
    sentences = [one for one in (how_far(compared, *family, crm=False) for family in FAMILIES) if one is not None]
    if not sentences:
        return Section(
            key="definitions-compared",
            topic=topic,
            message=say(text("No rate can be told from these data under any definition.")),
            data=data,
            language=context.language,
            notes=tuple(map(say, notes(compared))),
            available=False,
        )
    message = say(sentences[0]).removesuffix(".")
    tables = [_table(context, compared, family) for family in FAMILIES]
    return Section(
        key="definitions-compared",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=_chart(context, compared, message),
        tables=tuple(
            one for one in (*tables, _conversions(context, compared), _shown(context)) if one is not None
        ),
        notes=tuple(map(say, [*_of_crm(compared), *sentences[1:], *notes(compared)])),
    )


def _of_crm(compared: Compared) -> list[Text]:
    """What the CRM of the data shows."""
    metrics = dict.fromkeys(metric for family in FAMILIES for metric in family)
    found = {metric: what_crm_shows(compared, metric) for metric in metrics}
    return [
        text("{metric}: {said}.", metric=title_of(metric, compared), said=said)
        for metric, said in found.items()
        if said is not None
    ]


def _name(compared: Compared, row: pd.Series) -> Text:
    one = definition_of(compared, row["metric"], row["definition"])
    return (
        text("by amount: {definition}", definition=one.title) if row["metric"] == "win_rate_amount" else one.title
    )


def _chart(context: Context, compared: Compared, message: str) -> tuple[Chart, ...]:
    rows = compared.of(*FAMILIES[0])
    if len(rows) < 2:
        return ()
    drawn = [
        Way(
            context.say(_name(compared, row)),
            float(row["value"]),
            float(row["lower"]),
            float(row["upper"]),
            bool(row["used_by_report"] and row["metric"] == "win_rate"),
            context.shown(row["value"], "share"),
        )
        for _, row in rows.iterrows()
    ]
    description = context.say(
        text("Win rate under each definition with its 95% interval: {values}", values=[
            text("{name} {value}", name=one.name, value=one.said) for one in drawn
        ])
    )  # fmt: skip
    return (
        ways(
            "definitions-compared-win-rate",
            drawn,
            message,
            description,
            context.say(text("Win rate, {period}", period=context.period)),
            (context.say(text("this report’s")), context.say(text("other definitions, with 95% interval"))),
            lambda value: context.shown(value, "share"),
        ),
    )


def _table(context: Context, compared: Compared, family: tuple[str, ...]) -> NumberTable | None:
    say = context.say
    rows = compared.of(*family)
    if rows.empty:
        return None
    cells: list[list[Content]] = []
    for _, row in rows.iterrows():
        one = definition_of(compared, row["metric"], row["definition"])
        crms = row["shown_by"] if isinstance(row["shown_by"], str) else ""
        beware = "" if one.misleads is None else say(one.misleads)
        cells.append(
            [
                (say(_name(compared, row)), say(one.formula)),
                (crms, beware),
                (context.shown(row["value"], row["unit"]), _interval(context, row)),
                context.language.count(row["n"]),
            ]
        )
    used = np.flatnonzero(rows["used_by_report"] & (rows["metric"] == family[0]))
    return number_table(
        say(text("{metric}; the report’s own is stressed", metric=title_of(family[0], compared))),
        [say(text("Definition")), say(text("Shown by, and beware")), say(text("Figure")), say(text("n"))],
        cells,
        texts=2,
        here=int(used[0]) if len(used) else None,
        wide=True,
        folded=family != FAMILIES[0],
    )


def _interval(context: Context, row: pd.Series) -> str:
    if np.isnan(row["lower"]):
        return ""
    return context.language.interval(row["lower"], row["upper"], row["unit"])


def _conversions(context: Context, compared: Compared) -> NumberTable | None:
    """Milestones × definitions."""
    say, frame = context.say, compared.frame
    metrics = [one for one in compared.metrics if one.startswith("conversion:")]
    told = frame[frame["metric"].isin(metrics)]
    if not told["value"].notna().any():
        return None
    keys = list(dict.fromkeys(told["definition"]))
    headings = [say(text("From a milestone to the next"))]
    headings += [say(definition_of(compared, metrics[0], key).title) for key in keys]
    rows: list[list[Content]] = []
    for metric in metrics:
        cells: list[Content] = [say(title_of(metric, compared))]
        for key in keys:
            row = told[(told["metric"] == metric) & (told["definition"] == key)].iloc[0]
            known = not np.isnan(row["value"])
            cells.append(
                (context.shown(row["value"], "share"), _interval(context, row))
                if known
                else Cell(context.language.show(None), tone="faint")
            )
        rows.append(cells)
    return number_table(
        say(text("Stage conversion: the report’s own is “in time”")), headings, rows, wide=True, folded=True
    )


def _shown(context: Context) -> NumberTable:
    """What each CRM shows by itself, as its documentation says, and where that was read."""
    say = context.say
    rows: list[list[Content]] = [[one.crm, say(one.said), say(one.source)] for one in SHOWN]
    rows += [[crm, say(why), say(text("not known"))] for crm, why in UNKNOWN.items()]
    rows.sort(key=lambda row: str(row[0]).casefold())
    headings = [say(text("CRM")), say(text("What it shows")), say(text("Read in"))]
    return number_table(say(text("What CRMs show by themselves")), headings, rows, texts=3, wide=True, folded=True)
