"""A team's reps: rates against numbers of deals, and the limits within which chance alone would keep them."""

import numpy as np
import pandas as pd

from salesreport.kpi.anomalies.decided import WIN, Step
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.chart import Chart
from salesreport.report.charts_compare import MOST_SAID, Form, Point, funnel_plot
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.compared import longer, step_title
from salesreport.report.sections.team import Team, explained, only_in_part, team_of, unavailable
from salesreport.report.table import Content, NumberTable, number_table
from salesreport.stats.funnel_limits import Funnel, funnel, funnel_limits

MOST_ROWS = 15
"""With so many reps or fewer the table has all of them; of more, those who stand out, and no more than these."""

FEWEST_REPS = 3
"""With fewer reps there is nothing to see in a picture of reps."""

INNER, OUTER = 0.95, 0.998
"""How many of the reps that do not differ lie within the limits."""


def conversion_funnel_plot(context: Context, step: str = WIN) -> Section:
    """Reps' rates at a step against their numbers of deals; `data` has a row per rep.

    Columns: rep_id, name, mine, n, successes, rate, lower, upper (95 % limits at that n), p, outside (of these),
    far (outside the 99.8 % limits), flag (of the comparison with like deals), explained. Reps of other teams are
    in the picture without their names.
    """
    topic, key = context.say(text("Reps’ rates and numbers of deals")), "conversion-funnel-plot"
    made = team_of(context)
    if isinstance(made, Text):
        return unavailable(context, key, topic, made)
    data, found, place = _measured(made, step)
    mine = data[data["mine"]]
    if len(data) < FEWEST_REPS or mine.empty:
        few = text("Too few reps decided deals in {period} to compare their rates.", period=context.year)
        return unavailable(context, key, topic, few)
    message = context.say(only_in_part(context, _message(mine, place), made.elsewhere(place.key)))
    return Section(
        key=key,
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, data, found, place, message),),
        tables=_table(context, mine),
        notes=tuple(context.say(note) for note in _notes(context, made, data, found, place)),
    )


def _measured(team: Team, step: str) -> tuple[pd.DataFrame, Funnel, Step]:
    """Reps' rates at a step with their limits; the last step where nobody decided anything at the wanted one."""
    column = next((number for number, one in enumerate(team.steps) if one.key == step), len(team.steps) - 1)
    there = team.n[:, column] > 0
    n, successes = team.n[there, column], team.successes[there, column]
    found = funnel(successes, n, confidence=INNER)
    outer = funnel_limits(n, found.target, found.tau2, OUTER)
    frame = pd.DataFrame(
        {
            "rep_id": np.array(team.reps, object)[there],
            "name": np.array(team.names, object)[there],
            "mine": team.mine[there],
            "n": n,
            "successes": successes,
            "rate": found.value,
            "lower": found.lower,
            "upper": found.upper,
            "p": found.p,
            "outside": (found.value < found.lower) | (found.value > found.upper),
            "far": (found.value < outer.lower) | (found.value > outer.upper),
        }
    )
    judged = team.whole().set_index(["step", "rep_id"])[["flag", "explained"]]
    here = (
        judged.loc[team.steps[column].key] if team.steps[column].key in judged.index else judged.droplevel(0)[:0]
    )
    return frame.join(here, on="rep_id").fillna({"flag": "none", "explained": ""}), found, team.steps[column]


def _telling(data: pd.DataFrame) -> pd.DataFrame:
    """Who differs from like deals of others, then the others, each by how little chance explains their rates."""
    return data.assign(calm=data["flag"] == "none").sort_values(["calm", "p"], kind="stable")


def _message(mine: pd.DataFrame, step: Step) -> Text:
    flagged = mine.loc[mine["flag"] != "none", "name"].tolist()
    if step.key == WIN and flagged:
        return text(
            "Win rates that differ from those of like deals of others beyond chance: {names}", names=flagged
        )
    if step.key == WIN:
        return text("No rep’s win rate differs from that of like deals of others by more than chance")
    if flagged:
        return text("{step}: who differs from like deals of others beyond chance: {names}", names=flagged,
                    step=step_title(step))  # fmt: skip
    return text("{step}: no rep differs from like deals of others by more than chance", step=step_title(step))


def _chart(context: Context, data: pd.DataFrame, found: Funnel, step: Step, message: str) -> Chart:
    say = context.say
    grid = np.unique(np.geomspace(1, 1.02 * max(float(data["n"].max()), 2.0), 50))
    limits = []
    for confidence in (INNER, OUTER):
        made = funnel_limits(grid, found.target, found.tau2, confidence)
        limits.append((grid, made.lower, made.upper))
    everybody = bool(data["mine"].all())
    all_named = int(data["mine"].sum()) <= MOST_SAID
    points = []
    for row in records(_telling(data)):
        flagged = row["mine"] and row["flag"] != "none"
        form: Form = row["flag"] if flagged else "subject" if row["mine"] and not everybody else "peer"
        named = row["mine"] and (all_named or flagged or row["outside"])
        points.append(Point(row["name"] if row["mine"] else "", row["n"], row["rate"], form,
                            row["name"] if named else ""))  # fmt: skip
    rate = context.title("win_rate") if step.key == WIN else say(step_title(step))
    return funnel_plot(
        "conversion-funnel-plot",
        points,
        limits,
        found.target,
        message,
        say(
            text(
                "One point per rep: rate against number of deals decided. Without any difference between reps "
                "95% of them lie in the dark area and 99.8% in the pale one. A triangle marks who differs beyond "
                "chance from like deals of others."
            )
        ),
        say(text("{rate} (upwards) and number of deals decided (to the right), by rep", rate=rate)),
        lambda value: context.shown(value, "share"),
        names=(context.shown(INNER, "share"), say(text("{share}%", share=context.language.number(100 * OUTER)))),
        target_name=say(text("all {rate}", rate=Quantity(found.target, "share"))),
        counted=context.language.count,
    )


def _table(context: Context, mine: pd.DataFrame) -> tuple[NumberTable, ...]:
    """The reps whom the picture names; the others' rates are in the table of reps and steps."""
    say, caption = context.say, text("Figures per rep, by name")
    left_out = 0
    if len(mine) > MOST_ROWS:
        mine = _telling(mine[mine["outside"] | (mine["flag"] != "none")])
        left_out = max(len(mine) - MOST_ROWS, 0)
        caption = text("Who differs from like deals of others, then who lies farthest outside the limits")
    if mine.empty:
        return ()
    headings = [say(text("Rep")), say(text("Rate")), say(text("95% limits"))]
    rows: list[list[Content]] = []
    for row in records(mine.iloc[:MOST_ROWS]):
        of = text("{share} of {n}", share=Quantity(row["rate"], "share"), n=row["n"])
        between = context.language.interval(row["lower"], row["upper"], "share")
        rows.append([row["name"], say(of), between])
    if left_out:
        rows.append([say(ntext("{n} more", "{n} more", n=left_out)), "", ""])
    return (number_table(say(caption), headings, rows),)


def _notes(context: Context, team: Team, data: pd.DataFrame, found: Funnel, step: Step) -> list[Text]:
    outside = int(data["outside"].sum())
    notes = [
        *longer(context, team.spans),
        ntext(
            "{n} of {of} reps lies outside the 95% limits; chance alone puts about {by_chance} there.",
            "{n} of {of} reps lie outside the 95% limits; chance alone puts about {by_chance} there.",
            n=outside,
            of=len(data),
            by_chance=context.language.number(0.05 * len(data), 1),
        ),
    ]
    if found.tau2 > 0:
        notes.append(
            text(
                "The limits are wider than chance alone makes them, for reps differ more than by chance: the "
                "usual spread between reps is allowed for. Who differs from like deals of others can lie within "
                "them."
            )
        )
    notes += explained(context, team, team.whole(), step.key)
    apart = data[data["mine"] & data["far"] & (data["flag"] == "none") & (data["explained"] == "")]
    if len(apart):
        named: list[Text | str] = [*_telling(apart)["name"].iloc[:MOST_SAID]]
        if rest := len(apart) - len(named):
            named.append(ntext("{n} more", "{n} more", n=rest))
        notes.append(
            text("Outside the 99.8% limits, but not different from like deals of others: {names}.", names=named)
        )
    if not data["mine"].all():
        notes.append(text("Other teams’ reps are grey and without names; the limits are those of all."))
    return notes
