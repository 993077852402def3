"""What the plans of one rep and of several show alike: what a goal is made of, and the chance to reach it."""

import math
from typing import Any

import pandas as pd

from salesreport.language import Text, text
from salesreport.report.ahead import Ahead
from salesreport.report.chart import Chart
from salesreport.report.charts_moves import Step, waterfall_chart
from salesreport.report.context import Context
from salesreport.report.sections.forecast import chance_of
from salesreport.report.subject import Subject

ORDERS = text("Open deals count here with their own amounts; the forecast counts the orders they become.")
"""Why open deals are another sum here than in the forecast."""


def chance(context: Context, made: Ahead, subject: Subject, goal: float, otherwise: float) -> float:
    """The chance of reaching the goal as things are: what the forecast says, so that a report says it once."""
    if made.plan.metric != "revenue":
        return otherwise
    found = chance_of(context, subject, float(goal))
    return otherwise if math.isnan(found) else found


def goal_chart(context: Context, row: dict[str, Any], made: Ahead, message: str) -> Chart:
    """What the goal is made of: booked, orders without a deal, open deals, and what is missing.

    Args:
        row: the sums, named like those of `ActionPlan.reps`; without `open_lower` no range is drawn.
    """
    say, unit = context.say, made.plan.unit

    def part(name: Text, value: float, **more: Any) -> Step:
        sign = "−" if value < 0 else "+"
        return Step(say(name), value, f"{sign}{context.shown(abs(value), unit)}", **more)

    steps = [Step(say(text("booked")), row["booked"], context.shown(row["booked"], unit), total=True, form="now")]
    if not pd.isna(row["open"]):
        if row["repeat"] > 0:
            steps.append(part(text("orders without a deal"), row["repeat"]))
        band = (math.nan, math.nan)
        if "open_lower" in row and not pd.isna(row["open_lower"]):
            band = (row["open_lower"], row["open_upper"])
        steps.append(part(text("open deals"), row["open"], lower=band[0], upper=band[1]))
        if row["gap"] > 0:
            steps.append(part(text("missing"), row["gap"], form="out"))
        else:
            steps.append(part(text("more than the goal"), row["gap"]))
    steps.append(Step(say(text("goal")), row["goal"], context.shown(row["goal"], unit), total=True, form="before"))
    described = text("From what is booked to the goal: each bar begins where the last ended.")
    if any(not math.isnan(step.lower) for step in steps):
        described = text(
            "From what is booked to the goal: each bar begins where the last ended. The line is where open deals "
            "end in 80 of 100 cases."
        )
    heading = text("What the goal for {period} is made of", period=made.plan.period.label)
    return waterfall_chart("next-period", steps, message, say(described), say(heading))
