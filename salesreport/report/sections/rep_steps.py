"""A team's reps at every step: rates, drawn towards the mean as far as few deals tell little."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.decided import Step
from salesreport.kpi.anomalies.sentences import TOO_FEW
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.chart import Chart
from salesreport.report.charts_compare import heat_map
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.compared import in_points, longer, no_history, step_title
from salesreport.report.sections.team import Team, only_in_part, team_of, unavailable
from salesreport.report.table import Content, NumberTable, number_table

MOST_ROWS = 40
"""How many reps are shown; of more, all who stand out, and of the others those with the most decisions."""

NOTHING = 5e-4
"""Rates that lie this close together are the same."""

MOST_IN_TABLE = 15
"""With so many reps or fewer a table has all their rates."""


def conversion_heat_map(context: Context) -> Section:
    """Reps and steps: rates, shrunken within the step, as gaps to the mean; `data` has a row per rep and step.

    Columns: rep_id, name, step, n, successes, rate, shrunken, mean, gap, flag (of the comparison with like deals).
    """
    topic, key = context.say(text("Reps and steps")), "conversion-heat-map"
    made = team_of(context)
    if isinstance(made, Text):
        return unavailable(context, key, topic, made)
    data = _gaps(made)
    if data.empty:
        return unavailable(
            context, key, topic, text("No rep of theirs decided a deal in {period}.", period=context.year)
        )
    kept = most_telling(data)
    shown = data[data["rep_id"].isin(kept)]
    alike = _alike(made, data)
    told = [step for step in made.steps if step not in alike]
    message = context.say(_message(context, made, data))
    return Section(
        key=key,
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, told, shown, message),) if told else (),
        tables=_table(context, made.steps, shown),
        notes=tuple(
            context.say(note) for note in _notes(context, made, data, alike, data["rep_id"].nunique() - len(kept))
        ),
    )


def most_telling(data: pd.DataFrame, chosen: str = "") -> list[str]:
    """The reps a picture has room for: a chosen one, all who stand out, then those with the most decisions.

    Args:
        data: rep_id, n and flag of reps at steps. chosen: id of a rep who is kept in any case; empty: nobody.
    """
    size = data.groupby("rep_id", sort=False)["n"].sum().sort_values(ascending=False, kind="stable").index
    first = size.isin([chosen, *data.loc[(data["flag"] != "none").to_numpy(bool), "rep_id"]])
    return [*size[first], *size[~first][: max(MOST_ROWS - int(first.sum()), 0)]]


def _gaps(team: Team) -> pd.DataFrame:
    steps, reps = len(team.steps), len(team.reps)
    frame = pd.DataFrame(
        {
            "rep_id": np.repeat(np.array(team.reps, object), steps),
            "name": np.repeat(np.array(team.names, object), steps),
            "step": np.tile(np.array([step.key for step in team.steps], object), reps),
            "n": team.n.ravel(),
            "successes": team.successes.ravel(),
            "shrunken": team.shrunken.ravel(),
            "mean": np.tile(team.mean, reps),
        }
    )
    frame["rate"] = frame["successes"] / frame["n"].where(frame["n"] > 0)
    frame["gap"] = frame["shrunken"] - frame["mean"]
    flags = team.whole().set_index(["rep_id", "step"])["flag"]
    frame = frame.join(flags, on=["rep_id", "step"]).fillna({"flag": "none"})
    return frame[np.repeat(team.mine, steps)].reset_index(drop=True)


def _alike(team: Team, data: pd.DataFrame) -> list[Step]:
    """The steps at which reps do not differ, so that every rate is drawn onto the mean, and nobody stands out."""
    stand_out = set(data.loc[data["flag"] != "none", "step"])
    return [
        step
        for step, rates in zip(team.steps, team.shrunken.T, strict=True)
        if np.nanmax(rates) - np.nanmin(rates) < NOTHING and step.key not in stand_out
    ]


def _message(context: Context, team: Team, data: pd.DataFrame) -> Text:
    flagged, others = data[data["flag"] != "none"], team.elsewhere()
    if not team.found.family.all_tested:
        said = TOO_FEW
    elif flagged.empty:
        said = text("No rep stands out at any step beyond chance")
    else:
        names = flagged["name"].drop_duplicates().tolist()
        said = text("Who stands out at a step beyond chance: {names}", names=names)
    return only_in_part(context, said, others)


def _notes(context: Context, team: Team, data: pd.DataFrame, alike: list[Step], left_out: int) -> list[Text]:
    notes = [*longer(context, team.spans)]
    if len(alike) < data["step"].nunique():
        notes.append(
            text(
                "Each rate is drawn towards the mean of all reps at the step, the more so the fewer deals there "
                "are: few deals tell little. Framed is what differs beyond chance, compared with like deals of "
                "others."
            )
        )
    if alike:
        steps = [step_title(step) for step in alike]
        notes.append(text("No more difference between reps than chance makes, at: {steps}.", steps=steps))
    if left_out:
        notes.append(
            ntext("{n} rep with fewer decisions is not shown.", "{n} reps with fewer decisions are not shown.",
                  n=left_out)
        )  # fmt: skip
    return [*notes, *no_history(context, data)]


def _grid(data: pd.DataFrame, column: str, steps: Sequence[Step]) -> pd.DataFrame:
    """A column as reps × steps."""
    wide = data.pivot(index="rep_id", columns="step", values=column)  # noqa: PD010 - one value each
    return wide.reindex(index=data["rep_id"].drop_duplicates(), columns=[step.key for step in steps])


def _chart(context: Context, steps: Sequence[Step], data: pd.DataFrame, message: str) -> Chart:
    gaps = _grid(data, "gap", steps).to_numpy(float)
    flag = _grid(data, "flag", steps).to_numpy(object)
    # the sign in a framed cell is that of its number; where like deals say otherwise, the list of anomalies tells
    flagged = ((flag == "worse") & (gaps < 0)) | ((flag == "better") & (gaps > 0))
    none = context.language.show(None)
    return heat_map(
        "conversion-heat-map",
        data["name"].groupby(data["rep_id"], sort=False).first().tolist(),
        [context.say(step_title(step)) for step in steps],
        gaps,
        [[none if np.isnan(gap) else in_points(gap) for gap in row] for row in gaps],
        flagged,
        message,
        context.say(
            text(
                "A row per rep, a column per step: points by which the rep’s rate, drawn towards the mean, lies "
                "above or below the mean of all reps. Framed with a sign: beyond chance."
            )
        ),
        context.say(text("Points above or below the mean of all reps, by step")),
    )


def _table(context: Context, steps: Sequence[Step], data: pd.DataFrame) -> tuple[NumberTable, ...]:
    """The rates as they are; of many reps those of whoever stands out, for all of them would take pages."""
    say, caption = context.say, text("Rates as they are, before they are drawn to the mean")
    if data["rep_id"].nunique() > MOST_IN_TABLE:
        data = data[data["rep_id"].isin(data.loc[data["flag"] != "none", "rep_id"])]
        caption = text("Rates of who stands out, before they are drawn to the mean")
    if data.empty:
        return ()
    shown, n = _grid(data, "rate", steps).to_numpy(float), _grid(data, "n", steps).to_numpy(float)
    names = data["name"].groupby(data["rep_id"], sort=False).first().tolist()

    def cell(rate: float, cases: float) -> str:
        return say(text("{share} of {n}", share=Quantity(rate, "share"), n=cases) if cases else text("none"))

    rows: list[list[Content]] = [
        [name, *map(cell, rates, counts)]
        for name, rates, counts in zip(names, shown.tolist(), n.tolist(), strict=True)
    ]
    headings = [say(text("Rep")), *(say(step_title(step)) for step in steps)]
    return (number_table(say(caption), headings, rows, wide=True),)
