"""Conversion anomalies of a team's reps: who differs from others beyond chance, with like deals; most do not."""

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.sentences import TOO_FEW
from salesreport.language import Month, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.compared import Finding, longer
from salesreport.report.sections.team import Team, explained, place_of, team_of, unavailable
from salesreport.report.table import Content, NumberTable, number_table

MOST_FINDINGS = 12
"""How many findings are listed."""


def conversion_anomalies(context: Context) -> Section:
    """Conversion anomalies of the report's reps; `data` has the flagged rows of `Anomalies.frame`.

    A further column, `span`, has the name of the period that each is of.
    """
    topic, key = context.say(text("Conversion anomalies")), "conversion-anomalies"
    made = team_of(context)
    if isinstance(made, Text):
        return unavailable(context, key, topic, made)
    findings = made.findings()
    data = pd.DataFrame([row for _, row in findings], columns=made.found.frame.columns).reset_index(drop=True)
    data["span"] = pd.Series([found.period.name for found, _ in findings], dtype="str")
    notes = _notes(context, made, findings)
    compared = made.found.family.all_tested > 0
    return Section(
        key=key,
        topic=topic,
        message=context.say(_message(data) if compared else TOO_FEW),
        available=compared,
        data=data,
        language=context.language,
        tables=(_table(context, findings),) if findings else (),
        notes=tuple(context.say(note) for note in notes),
    )


def _message(data: pd.DataFrame) -> Text:
    if data.empty:
        return text("No rep’s conversion differs from like deals of others by more than chance")
    return ntext(
        "{n} conversion differs from like deals of others by more than chance",
        "{n} conversions differ from like deals of others by more than chance",
        n=len(data),
    )


def _table(context: Context, findings: list[Finding]) -> NumberTable:
    say, currency = context.say, context.facts.dataset.currency
    headings = [say(text("Finding")), say(text("Since")), say(text("At stake")), say(text("q"))]
    rows: list[list[Content]] = []
    for found, row in findings[:MOST_FINDINGS]:
        between = " – ".join(context.shown(row[f"at_stake_{end}"], currency) for end in ("lower", "upper"))
        known = not np.isnan(row["at_stake"])
        rows.append(
            [
                say(sentences.claim(found, row, dated=True)),
                _since(context, row),
                (context.shown(row["at_stake"], currency), between if known else ""),
                context.shown(row["q"], "share"),
            ]
        )
    caption = text("The largest amounts at stake first")
    return number_table(say(caption), headings, rows, texts=2, wide=True)


def _since(context: Context, row: pd.Series) -> str:
    if pd.isna(row["since"]):
        return context.language.show(None)
    month = Month(pd.Timestamp(row["since"]).date(), short=True)
    if row["since_always"]:
        return context.say(text("as old as the data, perhaps; clearest since {month}", month=month))
    return context.say(text("about {month}", month=month))


def _notes(context: Context, team: Team, findings: list[Finding]) -> list[Text]:
    notes: list[Text] = [*longer(context, team.spans)]
    if len(findings) > MOST_FINDINGS:
        notes.append(ntext("{n} more is not listed.", "{n} more are not listed.", n=len(findings) - MOST_FINDINGS))
    for found, row in findings[:MOST_FINDINGS]:
        said = [*sentences.became(found, row), *sentences.uneven(found, row)]
        notes += [text("{place}: {said}", place=place_of(context, team, row), said=one) for one in said]
    notes += explained(context, team, team.rows())
    if not team.mine.all():
        notes.append(text("Everybody was compared; listed is what concerns {name}.", name=context.subject.name))
    return [*notes, *sentences.notes(team.found)]
