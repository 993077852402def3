"""The numbers of the views as small tables."""

import math

import pandas as pd

from salesreport.explore.figures import PlotFigures, TrendFigures
from salesreport.explore.scene import Scene
from salesreport.explore.words import step_name
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import Step
from salesreport.language import Month, ntext, text
from salesreport.report.rows import records
from salesreport.report.table import NumberTable, number_table

MOST_ROWS = 60
"""How many reps a table of reps lists at most: those farthest from the rest first."""


def of_funnel(scene: Scene, data: pd.DataFrame) -> NumberTable:
    """Per step: decisions, rate, the period before, and of a rep others with like deals."""
    say, count = scene.say, scene.language.count
    headings = [say(text("Step")), say(text("decided")), say(text("went on")), say(text("rate"))]
    titles = {step.key: _with_days(scene, step) for step in scene.steps}
    then = bool(data["before_n"].any())
    if then:
        headings += [say(text("decided in {period}", period=scene.compare)), say(text("rate then"))]
    if scene.rep:
        headings += [say(text("others, like deals")), say(text("difference in points"))]
    rows = []
    for row in records(data):
        cells: list[str | tuple[str, str]] = [
            titles[row["step"]],
            count(row["n"]),
            count(row["successes"]),
            (scene.share(row["rate"]), scene.between(row["lower"], row["upper"])),
        ]
        if then:
            between = scene.between(row["before_lower"], row["before_upper"])
            cells += [count(row["before_n"]), (scene.share(row["before_rate"]), between)]
        if scene.rep:
            cells += [
                scene.language.quantity(row["expected"], "share"),
                _difference(scene, row["effect"], row["effect_lower"], row["effect_upper"]),
            ]
        rows.append(cells)
    here = next((at for at, row in enumerate(data["step"]) if row == scene.state.step), None)
    return number_table(
        say(text("Numbers of the chart, with 95% intervals")), headings, rows, here=here, wide=True
    )


def _with_days(scene: Scene, step: Step) -> tuple[str, str]:
    """A step, and what "in time" is there."""
    within = ntext("within {n} day", "within {n} days", n=step.within) if step.within else text("won in the end")
    return scene.say(step_name(step)), scene.say(within)


def _difference(scene: Scene, effect: float, lower: float, upper: float) -> tuple[str, str]:
    if effect is None or math.isnan(effect):
        return (scene.language.show(None), "")
    between = text("{low} to {high}", low=scene.points(lower), high=scene.points(upper))
    return (scene.points(effect), "" if math.isnan(lower) else scene.say(between))


def of_reps_by_step(scene: Scene, shown: pd.DataFrame) -> NumberTable:
    """Per rep the raw rate and number of decisions at every step."""
    steps = scene.steps_of(shown)
    size = len(steps)
    headings = [scene.say(text("Rep")), *(scene.say(step_name(step)) for step in steps)]
    rows: list[list[str | tuple[str, str]]] = []
    for at, row in enumerate(records(shown)):
        if at % size == 0:
            rows.append([row["name"]])
        n = scene.say(text("of {n}", n=row["n"]))
        rows[-1].append((scene.share(row["rate"]), n) if row["n"] else scene.language.show(None))
    caption = scene.say(text("Bare rates, and of how many decisions"))
    return number_table(caption, headings, rows, here=scene.row_of(shown), wide=True)


def of_funnel_plot(scene: Scene, figures: PlotFigures) -> NumberTable:
    """Per rep decisions and rate; those least likely to be chance first."""
    say, count = scene.say, scene.language.count
    data = scene.mine(figures.frame).sort_values("p", kind="stable")
    data = pd.concat(
        [data.iloc[:MOST_ROWS], data.iloc[MOST_ROWS:][data["rep_id"].iloc[MOST_ROWS:] == scene.state.rep]]
    )
    headings = [say(text("Rep")), say(text("decided")), say(text("went on")), say(text("rate"))]
    rows = [
        [row["name"], count(row["n"]), count(row["successes"]), scene.share(row["rate"])] for row in records(data)
    ]
    caption = text("Reps, those farthest from the rest first")
    if len(data) < len(figures.frame) and scene.named:
        caption = text("The {n} reps farthest from the rest, of {all}", n=len(data), all=len(figures.frame))
    return number_table(say(caption), headings, rows, here=scene.row_of(data))


def of_trend(scene: Scene, figures: TrendFigures) -> NumberTable:
    """Per month decisions, rate and limits; the newest first."""
    say, count = scene.say, scene.language.count
    headings = [say(text("Month")), say(text("decided")), say(text("rate")), say(text("usual range"))]
    rows = [
        [
            say(text("{month}", month=Month(row["month"].date(), short=True))),
            count(row["n"]),
            scene.share(row["rate"]),
            scene.between(row["lower"], row["upper"]) or (say(text("too few to tell")) if row["n"] else ""),
        ]
        for row in reversed(records(figures.frame))
    ]
    return number_table(say(text("Numbers of the chart, newest first")), headings, rows)


def of_anomalies(scene: Scene, compared: Anomalies, shown: pd.DataFrame) -> NumberTable:
    """Every finding: whom, where, rates, what it is worth, since when."""
    say, count = scene.say, scene.language.count
    headings = [say(text("Who")), say(text("Step")), say(text("decided")), say(text("rate"))]
    headings += [say(text("others, like deals")), say(text("difference in points")), say(text("at stake"))]
    headings += [say(text("since")), say(text("q"))]
    rows: list[list[str | tuple[str, str]]] = [
        [
            scene.whom(row),
            say(scene.step_titled(row["step"])),
            count(row["n"]),
            scene.share(row["rate"]),
            scene.share(row["expected"]),
            _difference(scene, row["effect"], row["lower"], row["upper"]),
            scene.money(row["at_stake"]),
            _since(scene, row),
            scene.language.exact(row["q"], 3),
        ]
        for row in records(shown)
    ]
    return number_table(
        say(text("All findings, those with most at stake first")), headings, rows, texts=2, wide=True
    )


def _since(scene: Scene, row: dict[str, object]) -> str:
    day = row["since"]
    if not isinstance(day, pd.Timestamp) or pd.isna(day):
        return scene.language.show(None)
    return scene.say(text("{month}", month=Month(day.date(), short=True)))
