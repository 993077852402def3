"""Conversion anomalies of a team's reps: who differs from others beyond chance, with like deals; most do not."""

import numpy as np
import pandas as pd

from salesreport.language import Month, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.compared import longer
from salesreport.report.sections.team import Team, explained, place_of, team_of, unavailable
from salesreport.report.table import Content, NumberTable, number_table

MOST_FINDINGS = 12
"""How many findings are listed."""


def conversion_anomalies(context: Context) -> Section:
    """Conversion anomalies of the report's reps; `data` has the flagged rows of `Anomalies.frame`."""
    topic, key = context.say(text("Conversion anomalies")), "conversion-anomalies"
    made = team_of(context)
    if isinstance(made, Text):
        return unavailable(context, key, topic, made)
    data = made.findings()
    notes = _notes(context, made, data)
    return Section(
        key=key,
        topic=topic,
        message=context.say(_message(data)),
        data=data,
        language=context.language,
        tables=(_table(context, made, data),) if len(data) else (),
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


def _table(context: Context, team: Team, data: pd.DataFrame) -> NumberTable:
    say, currency = context.say, context.facts.dataset.currency
    headings = [
        say(text("Finding")),
        say(text("Since")),
        say(text("At stake in {period}", period=context.year)),
        say(text("q")),
    ]
    rows: list[list[Content]] = []
    for _, row in data.head(MOST_FINDINGS).iterrows():
        between = " – ".join(context.shown(row[f"at_stake_{end}"], currency) for end in ("lower", "upper"))
        known = not np.isnan(row["at_stake"])
        rows.append(
            [
                say(team.found.sentence(row)),
                _since(context, row),
                (context.shown(row["at_stake"], currency), between if known else ""),
                context.shown(row["q"], "share"),
            ]
        )
    return number_table(say(text("The largest amounts at stake first")), headings, rows, texts=2, wide=True)


def _since(context: Context, row: pd.Series) -> str:
    if pd.isna(row["since"]):
        return context.language.show(None)
    month = Month(pd.Timestamp(row["since"]).date(), short=True)
    if row["since_always"]:
        return context.say(text("as old as the data, perhaps; clearest since {month}", month=month))
    return context.say(text("about {month}", month=month))


def _notes(context: Context, team: Team, data: pd.DataFrame) -> list[Text]:
    notes: list[Text] = [*longer(context)]
    if len(data) > MOST_FINDINGS:
        notes.append(ntext("{n} more is not listed.", "{n} more are not listed.", n=len(data) - MOST_FINDINGS))
    for _, row in data.head(MOST_FINDINGS).iterrows():
        if isinstance(row["uneven"], str):
            said = team.found.details(row)[-1]
            notes.append(text("{place}: {said}", place=place_of(context, team, row), said=said))
    notes += explained(context, team, team.rows())
    if not team.mine.all():
        notes.append(text("Everybody was compared; listed is what concerns {name}.", name=context.subject.name))
    return [*notes, *team.found.notes]
