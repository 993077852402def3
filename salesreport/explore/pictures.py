"""The charts of the views; how they are drawn is said in `salesreport.report.charts_compare`."""

from typing import Literal

import numpy as np
import pandas as pd

from salesreport.explore.figures import PlotFigures, TrendFigures
from salesreport.explore.scene import MOST_FINDINGS, Scene
from salesreport.explore.words import step_name
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN
from salesreport.language import Month, Text, text
from salesreport.report.chart import Chart
from salesreport.report.charts_compare import (
    Point,
    StepRow,
    control_chart,
    funnel_plot,
    heat_map,
    step_funnel,
)
from salesreport.report.rows import records

_FORMS: dict[str, Literal["peer", "subject", "worse", "better"]] = {
    "none": "peer",
    "worse": "worse",
    "better": "better",
}


def of_funnel(scene: Scene, data: pd.DataFrame, message: str) -> Chart:
    """Per step the rate with its interval, the period before and, of a rep, like deals of others."""
    rows = [
        StepRow(
            name=scene.say(scene.step_titled(row["step"])),
            rate=row["rate"],
            lower=row["lower"],
            upper=row["upper"],
            n=row["n"],
            peers_rate=float("nan") if row["expected"] is None else float(row["expected"]),
            before_rate=row["before_rate"],
            said=scene.say(text("{share} of {n}", share=scene.share(row["rate"]), n=row["n"]))
            if row["n"]
            else "–",
        )
        for row in records(data)
    ]
    words = (
        scene.say(scene.period.label),
        scene.say(text("others, like deals")),
        scene.say(scene.compare.label),
    )
    description = text(
        "For each step the share of decided deals that went on in {period} with its 95% interval, "
        "and in {compare}.",
        period=scene.period,
        compare=scene.compare,
    )
    return _steps(scene, "explore-funnel-chart", rows, message, description, words)


def _steps(
    scene: Scene, key: str, rows: list[StepRow], message: str, description: Text, words: tuple[str, str, str]
) -> Chart:
    """Rates, a line each, on the axis of what goes on in time."""
    alone = all(step.key == WIN for step in scene.steps)
    axis = scene.say(text("Won, of the deals decided") if alone else text("Goes on in time; at the end: won"))
    return step_funnel(key, rows, message, scene.say(description), axis, words, scene.share)


def of_reps_by_step(scene: Scene, shown: pd.DataFrame, message: str) -> Chart:
    """A cell per rep and step."""
    steps = scene.steps_of(shown)
    names = shown["name"].to_numpy()[:: len(steps)]
    shape = (len(names), len(steps))
    gaps = np.where(shown["n"] > 0, shown["gap"], np.nan).astype(float).reshape(shape)
    said = np.array(
        [scene.share(rate) if n else "" for rate, n in zip(shown["shrunken"], shown["n"], strict=True)], object
    ).reshape(shape)
    flagged = (shown["flag"] != "none").to_numpy(bool).reshape(shape)
    description = text(
        "For each rep and step the share of deals that went on, drawn towards that of all reps where there are "
        "few."
    )
    return heat_map(
        "explore-reps-chart", names.tolist(), [scene.say(step_name(step)) for step in steps], gaps, said.tolist(),
        flagged, message, scene.say(description),
        scene.say(text("Share that goes on in time, drawn towards that of all reps")), width=9.4,
        here=scene.row_of(shown),
    )  # fmt: skip


def of_funnel_plot(scene: Scene, figures: PlotFigures, message: str) -> Chart:
    """A point per rep, and the limits."""
    rows = records(figures.frame.sort_values("p", kind="stable"))
    points = []
    for row in rows:
        mine = row["rep_id"] == scene.state.rep
        may, form = scene.may_name(row["rep_id"]), _FORMS[row["flag"]]
        points.append(
            Point(
                name=row["name"] if may else "",
                n=row["n"],
                rate=row["rate"],
                form="subject" if mine else form if may else "peer",
                said=row["name"] if mine or (may and row["flag"] != "none") else "",
            )
        )
    limits = [(figures.grid, *figures.inner), (figures.grid, *figures.outer)]
    description = text(
        "Each rep’s rate at {step} against the number of decisions, and the limits within which reps who do not "
        "differ lie.",
        step=step_name(scene.step),
    )
    return funnel_plot(
        "explore-plot-chart", points, limits, figures.found.target, message, scene.say(description),
        scene.say(text("{step}: share that goes on, by number of decisions", step=step_name(scene.step))),
        scene.share, names=(scene.language.percent(0.95), scene.language.percent(0.998, 1)),
        counted=scene.language.count,
    )  # fmt: skip


def of_trend(scene: Scene, figures: TrendFigures, message: str) -> Chart:
    """The rate by month with its control limits."""
    data = figures.frame
    labels = [scene.say(_month(day)) for day in data["month"]]
    numbers = (data[name].to_numpy(float) for name in ("rate", "n", "centre", "lower", "upper"))
    rate, n, centre, lower, upper = numbers
    usual = scene.say(text("usual")) if figures.seasonal else scene.share(centre[-1])
    description = text(
        "The share that goes on at {step} by month, and the band within which it would stay by chance.",
        step=step_name(scene.step),
    )
    return control_chart(
        "explore-trend-chart", labels, rate, n, centre, lower, upper, data["out"].to_numpy(bool), message,
        scene.say(description),
        scene.say(text("{step}: share that goes on, by month", step=step_name(scene.step))),
        scene.share, before=data["before"].to_numpy(bool), centre_name=usual,
        band_name=scene.language.percent(0.998, 1),
    )  # fmt: skip


def _month(day: pd.Timestamp) -> Text:
    return text("{month}", month=Month(day.date(), short=True))


def of_anomalies(scene: Scene, compared: Anomalies, shown: pd.DataFrame, message: str) -> Chart:
    """Each finding's rate beside that of like deals of others."""
    rows = []
    for row in records(shown.iloc[:MOST_FINDINGS]):
        # the interval is that of the difference, laid about the rate that is compared
        low, high = row["expected"] + row["lower"], row["expected"] + row["upper"]
        rows.append(
            StepRow(
                name=scene.whom(row),
                rate=row["rate"],
                lower=float(np.clip(low, 0, 1)),
                upper=float(np.clip(high, 0, 1)),
                n=row["n"],
                peers_rate=row["expected"],
                before_rate=float("nan"),
                said=scene.say(compared.step(row["step"]).title),
            )
        )
    description = text(
        "For each finding the share that went on, that of like deals of others, and the 95% interval of the "
        "difference."
    )
    words = (scene.say(text("rep")), scene.say(text("others, like deals")), "")
    return _steps(scene, "explore-anomalies-chart", rows, message, description, words)
