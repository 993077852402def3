"""A team's reps side by side, in the order of their names: not a ranking."""

from typing import Any

import pandas as pd

from salesreport.language import Quantity, Text, text
from salesreport.report.charts import Measure, dots
from salesreport.report.context import Context
from salesreport.report.presence import newcomers
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import number_table
from salesreport.stats.intervals import wilson

METRICS_SHOWN = ("revenue", "deals_won", "deals_closed", "win_rate")
"""The figures listed per rep."""

_COLUMNS = {"win_rate": "rate"}
"""The column of a figure that is not called like it."""


def reps(context: Context) -> Section:
    """Win rates of a team's reps; `data` has a row per rep: its figures, `rate` and its interval."""
    table = context.compute(METRICS_SHOWN, by=["rep_id"]).frame
    wide = table.set_index(["rep_id", "metric"])["value"].unstack()  # noqa: PD010 - one value each
    wide = wide.reindex(columns=list(METRICS_SHOWN))  # an export without deals has some of them only
    rates = table[table["metric"] == "win_rate"].set_index("rep_id")
    names = context.shared.reps["name"]
    data = wide.rename(columns={"win_rate": "rate"}).assign(
        name=names.reindex(wide.index).fillna(wide.index.to_series()),
        **{column: rates[column] for column in ("lower", "upper", "n")},
    )
    people = ~data.index.isin(list(context.facts.not_people))
    data = data[people & (data["deals_closed"] > 0)].sort_values(["name"]).reset_index()
    topic, say = context.say(text("Reps")), context.say
    if data.empty:
        message = say(text("No rep closed a deal in {period}.", period=context.period))
        return Section("reps", topic, message, data, context.language, available=False)
    shown = [metric for metric in METRICS_SHOWN if context.unavailable(metric) is None]
    figures = number_table(
        say(text("Figures per rep, by name")),
        [say(text("Rep")), *(context.title(metric) for metric in shown)],
        [
            [row["name"], *(context.shown(row[_COLUMNS.get(one, one)], context.unit(one)) for one in shown)]
            for row in records(data)
        ],
    )
    notes = tuple(say(note) for note in _notes(context, data))
    if (why := context.unavailable("win_rate")) is not None:
        message = say(text("The reps’ win rates cannot be compared: {reason}.", reason=why))
        return Section("reps", topic, message, data, context.language, tables=(figures,), notes=notes)
    overall = data["deals_won"].sum() / data["deals_closed"].sum()
    message = say(_message(data, overall))
    rows = [
        Measure(row["name"], row["rate"], _said(context, row), lower=row["lower"], upper=row["upper"])
        for row in records(data)
    ]
    return Section(
        key="reps",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(
            dots(
                "reps",
                rows,
                message,
                say(text("One row per rep, by name: win rate and its 95% interval.")),
                heading=say(text("Win rate with 95% interval")),
                band=(overall, overall, overall),
                band_name=say(text("all together {rate}", rate=Quantity(overall, "share"))),
            ),
        ),
        tables=(figures,),
        notes=notes,
    )


def _notes(context: Context, data: pd.DataFrame) -> list[Text]:
    new = newcomers(context, data["rep_id"])
    notes = [text("Reps stand in the order of their names; the list is no ranking.")]
    return notes if new is None else [*notes, new]


def _message(data: pd.DataFrame, overall: float) -> Text:
    """How many reps differ from the common rate beyond what chance gives when all are compared.

    The common rate counts each rep as well: of a rep with n of N deals the variance of the difference is that of
    the rep's own rate × (1 − n ÷ N), so that the rep's own interval is careful enough, also with two reps.
    """
    if len(data) == 1:
        return text("There is one rep to show, and nobody to compare with")
    alone = 1 - 0.05 / len(data)
    wide = wilson(data["deals_won"], data["deals_closed"], confidence=alone)
    different = data["name"][(overall < wide.lower) | (overall > wide.upper)].tolist()
    if not different:
        return text("The reps’ win rates are not distinguishable from each other")
    return text("Win rates that differ from the common one beyond chance: {names}", names=different)


def _said(context: Context, row: dict[str, Any]) -> str:
    count = context.language.count
    return context.say(text("{won} of {closed}", won=count(row["deals_won"]), closed=count(row["deals_closed"])))
