"""What views say: one sentence that carries the message, and what a reader must know to trust it."""

from typing import Any

import pandas as pd

from salesreport.explore.figures import (
    FEWEST_MONTHS,
    WIDEST,
    PlotFigures,
    TrendFigures,
    finding_key,
    shared_deals,
)
from salesreport.explore.scene import Scene
from salesreport.explore.words import step_name
from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN
from salesreport.kpi.anomalies.sentences import TOO_FEW, by_themselves
from salesreport.kpi.facts.kinds import CLOSED
from salesreport.kpi.facts.whole import in_part
from salesreport.language import Month, Quantity, Text, ntext, text
from salesreport.report.rows import records

FEWEST = 10
"""With fewer decisions a rate is no message."""

MOST_NAMED = 3
"""How many reps or steps a sentence names before it only counts the rest."""


def of_funnel(scene: Scene, data: pd.DataFrame) -> Text:
    """Where deals are lost most, or how the chosen rep stands against others with like deals."""
    if scene.rep and scene.compared is not None:
        return _rep_against_others(scene, data)
    rows = [row for row in records(data) if row["n"] >= FEWEST]
    steps = [row for row in rows if row["step"] != WIN]
    if not steps and rows:
        return _share_won(rows[-1], _change(scene, rows[-1]))  # an export without milestones
    if not steps:
        return text("Too few deals were decided to tell where they are lost.")
    worst = min(steps, key=lambda row: row["rate"])
    fields: dict[str, Any] = {
        "step": scene.step_titled(worst["step"]),
        "share": Quantity(worst["rate"], "share"),
        "n": worst["n"],
        "change": _change(scene, worst),
    }
    if len(steps) == 1:
        there = text("at {step} {share} of {n} went on in time{change}", **fields)
    else:
        there = text("step by step fewest go on at {step}: {share} of {n}{change}", **fields)
    if rows[-1]["step"] != WIN:
        return there
    return text("{won}; {there}", won=_share_won(rows[-1], Text("")), there=there)


def _share_won(row: dict[str, Any], change: Text) -> Text:
    """How many of the deals that were decided were won."""
    return ntext(
        "{share} of {n} decided deal was won{change}",
        "{share} of {n} decided deals were won{change}",
        share=Quantity(row["rate"], "share"),
        n=row["n"],
        change=change,
    )


def _change(scene: Scene, row: dict[str, Any]) -> Text:
    """What has become of a rate since the period compared with."""
    if row["before_n"] < FEWEST:
        return Text("")
    if (part := in_part(scene.facts, [CLOSED], scene.compare)) is not None:
        return text("; {period} cannot be compared: {why}", period=scene.compare, why=part.why)
    before = {"before": Quantity(row["before_rate"], "share"), "period": scene.compare}
    if row["lower"] > row["before_upper"]:
        return text(", clearly more than the {before} of {period}", **before)
    if row["upper"] < row["before_lower"]:
        return text(", clearly less than the {before} of {period}", **before)
    return text(", no clear change from the {before} of {period}", **before)


def _rep_against_others(scene: Scene, data: pd.DataFrame) -> Text:
    flagged = data[data["flag"].isin(["worse", "better"]).to_numpy(bool)]
    if len(flagged) and scene.compared is not None:
        step = flagged.sort_values("q", kind="stable")["step"].iloc[0]
        whole = scene.compared.whole(scene.compared.frame)
        row = whole[((whole["rep_id"] == scene.state.rep) & (whole["step"] == step)).to_numpy(bool)]
        return sentences.claim(scene.compared, records(row)[0])
    if data["q"].notna().any():
        said = text("{rep} is not distinguishable from others with like deals at any step", rep=scene.rep)
        alone = (data["effect_lower"] > 0) | (data["effect_upper"] < 0)
        return said if scene.compared is None or not alone.any() else by_themselves(scene.compared, said)
    return text("{rep} has too few deals to tell", rep=scene.rep)


def of_reps_by_step(scene: Scene, data: pd.DataFrame) -> Text:
    """Which reps stand out where."""
    data = scene.mine(data)
    if scene.compared is None:
        reps = data["rep_id"].nunique()
        return ntext("Rates of {n} rep, step by step", "Rates of {n} reps, step by step", n=reps)
    if not scene.compared.family.all_tested:
        return TOO_FEW
    flagged = data[(data["flag"] != "none").to_numpy(bool)]
    if flagged.empty:
        return text("No rep stands out at any step: like deals go on about as often with all of them")
    mine = (flagged["rep_id"] == scene.state.rep).to_numpy(bool)
    said = [
        text("{rep} at {step}", rep=row["name"], step=scene.step_titled(row["step"]))
        for row in records(pd.concat([flagged[mine], flagged[~mine]]))
    ]
    different = text("Different from others with like deals: {whom}", whom=_some(said))
    if scene.rep and not mine.any():
        return text("{rep} stands out at no step. {others}", rep=scene.rep, others=different)
    return different


def of_funnel_plot(scene: Scene, figures: PlotFigures) -> Text:
    """Who lies outside the limits."""
    data = figures.frame
    step = step_name(scene.step)
    outside = scene.mine(data[(data["flag"] != "none").to_numpy(bool)])
    if scene.rep and scene.state.rep in set(data["rep_id"]):
        row = records(data[(data["rep_id"] == scene.state.rep).to_numpy(bool)])[0]
        fields: dict[str, Any] = {
            "rep": scene.rep, "step": step, "share": Quantity(row["rate"], "share"), "n": row["n"]
        }  # fmt: skip
        if row["flag"] == "none":
            return text("{step}: {rep} with {share} of {n} lies within the limits", **fields)
        return text("{step}: {rep} with {share} of {n} lies outside the limits", **fields)
    if outside.empty:
        return ntext(
            "{step}: {n} rep, within the limits",
            "{step}: all {n} reps lie within the limits",
            n=len(data),
            step=step,
        )
    said: list[Text | str] = [
        text("{rep} ({share} of {n})", rep=row["name"], share=Quantity(row["rate"], "share"), n=row["n"])
        for row in records(outside.sort_values("p", kind="stable"))
    ]
    return text("{step}: outside the limits {whom}", step=step, whom=_some(said))


def of_trend(scene: Scene, figures: TrendFigures) -> Text:
    """Whether a month of the period was unusual, or any."""
    data = figures.frame
    fields: dict[str, Any] = {"who": scene.rep or text("all reps"), "step": step_name(scene.step)}
    unusual = records(data[data["out"].to_numpy(bool)])
    begin = pd.Timestamp(scene.period.start).replace(day=1)
    now = [row for row in unusual if row["month"] >= begin]
    if now:
        last = now[-1]
        fields |= {
            "share": Quantity(last["rate"], "share"),
            "n": last["n"],
            "month": Month(last["month"], short=True),
        }
        fields |= {"usual": Quantity(last["centre"], "share")}
        if last["rate"] < last["centre"]:
            return text("{step}, {who}: {share} of {n} in {month}, unusually few (usual: {usual})", **fields)
        return text("{step}, {who}: {share} of {n} in {month}, unusually many (usual: {usual})", **fields)
    fields["period"] = scene.period
    if (lacking := _months_that_tell_nothing(data, begin, fields)) is not None:
        return lacking
    if unusual:
        months = [Month(row["month"], short=True) for row in unusual][-MOST_NAMED:]
        return text("{step}, {who}: as usual in {period}; unusual was {months}", **fields, months=months)
    return text("{step}, {who}: no month was unusual", **fields)


def _months_that_tell_nothing(data: pd.DataFrame, begin: pd.Timestamp, fields: dict[str, Any]) -> Text | None:
    """That months of the period have too few decisions to tell whether they were unusual; None where none has."""
    decided = data[(data["n"] > 0).to_numpy(bool)]
    if len(decided) < FEWEST_MONTHS:
        return ntext(
            "{step}, {who}: what is usual cannot be told, for only {n} month has decisions",
            "{step}, {who}: what is usual cannot be told, for only {n} months have decisions",
            n=len(decided),
            **fields,
        )
    now = decided[(decided["month"] >= begin).to_numpy(bool)]
    few = now[now["upper"].isna().to_numpy(bool)]
    if now.empty:
        return text("{step}, {who}: nothing was decided in {period}", **fields)
    if len(few) == len(now):
        return text(
            "{step}, {who}: in {period} no month has enough decisions to tell whether it was unusual "
            "(at most {most})",
            most=few["n"].max(),
            **fields,
        )
    if len(few):
        return text(
            "{step}, {who}: in {few} of {all} months of {period} too few deals were decided to tell; the others "
            "were as usual",
            few=len(few),
            all=len(now),
            **fields,
        )
    return None


def of_anomalies(scene: Scene, compared: Anomalies, shown: pd.DataFrame) -> Text:
    """What was found, of the chosen rep and step where there are any."""
    if not (scene.rep or scene.state.step) or not compared.family.all_tested:
        return sentences.message(compared)
    if len(shown):
        return sentences.claim(compared, records(shown)[0])
    if not scene.rep:
        return text(
            "{step}: nobody’s deals go on more or less often than like deals of others by more than chance",
            step=step_name(scene.step),
        )
    if scene.state.step:
        return text(
            "{rep}, {step}: not distinguishable from others with like deals",
            rep=scene.rep,
            step=step_name(scene.step),
        )
    return text("{rep} is not distinguishable from others with like deals", rep=scene.rep)


def funnel_notes(scene: Scene, data: pd.DataFrame, shown: pd.DataFrame) -> list[Text]:
    """How to read the funnel."""
    notes = [*_what_counts(scene), *_not_shown(scene, shown)]
    if not data["before_n"].any():
        notes.append(
            text("Nothing was decided here in {period}: there is nothing to compare with.", period=scene.compare)
        )
    if scene.rep and scene.compared is not None:
        notes.append(
            text(
                "Others: like deals of other reps, alike in what a rep does not control; whether a difference is "
                "called clear allows for all comparisons of all reps (see Anomalies)."
            )
        )
        notes += [_explained(scene, row) for row in records(data) if row["explained"] in ("mix", "timing")]
    return notes


def _not_shown(scene: Scene, shown: pd.DataFrame) -> list[Text]:
    """The steps that are left out, for there is nothing to show of them."""
    there = scene.steps_of(shown)
    steps = [step_name(step) for step in scene.steps if step not in there]
    return [text("Not shown, for no deal was decided there: {steps}.", steps=steps)] if steps else []


def _explained(scene: Scene, row: dict[str, Any]) -> Text:
    step = scene.step_titled(row["step"])
    if row["explained"] == "mix":
        return text("{step}: the bare rate differs from that of others; with like deals it does not.", step=step)
    return text("{step}: the bare rate differs because of when deals were closed, not of how.", step=step)


def reps_by_step_notes(scene: Scene, data: pd.DataFrame, shown: pd.DataFrame) -> list[Text]:
    """How to read the picture of reps and steps."""
    notes = [
        text(
            "Each rate is drawn towards that of all reps as far as it rests on few deals (empirical Bayes); "
            "colours show how far it lies from it. Framed: clearly different from others with like deals."
        ),
        *_what_counts(scene),
        *_not_shown(scene, shown),
    ]
    if scene.compared is None and not scene.comparing:
        notes.append(text("There is nobody with like deals to compare with."))
    reps, here = data["rep_id"].nunique(), shown["rep_id"].nunique()
    if here < reps and scene.named:
        notes.append(
            text(
                "Shown are {here} of {all} reps: who stands out, and those with most decisions; choose a team to "
                "see others.",
                here=here,
                all=reps,
            )
        )
    elif here < reps and not scene.state.rep:  # a report, in which nobody can choose a team
        notes.append(
            ntext("{n} rep with fewer decisions is not shown.", "{n} reps with fewer decisions are not shown.",
                  n=reps - here)
        )  # fmt: skip
    return notes


def funnel_plot_notes(scene: Scene, figures: PlotFigures) -> list[Text]:
    """How to read the funnel plot."""
    notes = [
        text(
            "A point is a rep. The more decisions, the less a rate scatters by chance: 95 and 99.8% of reps who "
            "do not differ lie within the limits. Deals are not compared like with like here; Anomalies does that."
        )
    ]
    if figures.found.tau2 > 0:
        notes.append(
            text("Reps scatter more than chance makes on average; the limits are as much wider (overdispersion).")
        )
    return [*notes, *_what_counts(scene)]


def trend_notes(scene: Scene, figures: TrendFigures) -> list[Text]:
    """How to read the trend."""
    data = figures.frame
    before = data["month"] < pd.Timestamp(scene.period.start)
    notes = [
        text(
            "Band: 99.8% of months lie within it as long as nothing changes; the fewer decisions, the wider it is."
        )
    ]
    if data["centre"].isna().all():
        notes = [text("It takes {fewest} months with decisions to tell what is usual.", fewest=FEWEST_MONTHS)]
    elif (data["usual"] & before).sum() >= FEWEST_MONTHS:
        notes.append(text("Usual is the rate of the months before {period}.", period=scene.period))
    else:
        notes.append(text("Too few months lie before {period}: usual is the rate of all.", period=scene.period))
    if (data["upper"].isna() & data["centre"].notna() & (data["n"] > 0)).any():
        notes.append(
            text(
                "Where there is no band, too few deals were decided to tell: it would hold more than {share} of "
                "all rates.",
                share=Quantity(WIDEST, "share"),
            )
        )
    if figures.seasonal:
        notes.append(text("Months are compared with the same month of other quarters: they differ all the time."))
    return [*notes, *_what_counts(scene)]


def anomalies_notes(scene: Scene, compared: Anomalies, shown: pd.DataFrame) -> list[Text]:
    """What else there is to say of the finding chosen, and how many comparisons were made."""
    chosen = [row for _, row in shown.iterrows() if finding_key(row) == scene.state.finding]
    more = [note for row in chosen for note in sentences.details(compared, row)]
    return [*more, *sentences.notes(compared)]


def _what_counts(scene: Scene) -> list[Text]:
    """What a decision at a step is, and whose."""
    notes = [_decided(scene)]
    by_rep = scene.state.rep or scene.state.team or scene.state.view in ("reps_by_step", "funnel_plot")
    if by_rep and shared_deals(scene.facts):
        notes.append(
            text(
                "A deal that several reps share counts once, for who has the largest share; in the win rate of "
                "other sections it counts for each by the share."
            )
        )
    return notes


def _decided(scene: Scene) -> Text:
    if all(step.key == WIN for step in scene.steps):
        return text("Of the deals won or lost in the period, the share that was won; open deals do not count.")
    return text(
        "A deal counts at a step on the day it is decided: it goes on, is lost, falls back, or the days in which "
        "it should have gone on are over. Deals that may still go on in time do not count yet."
    )


def _some(said: list[Any]) -> list[Any]:
    rest = len(said) - MOST_NAMED
    return said if rest <= 0 else [*said[:MOST_NAMED], ntext("{n} more", "{n} more", n=rest)]
