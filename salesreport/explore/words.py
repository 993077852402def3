"""What views and controls are called, in no language yet."""

from salesreport.explore.state import State, View, choices, compared_period, period_of
from salesreport.kpi import Facts
from salesreport.kpi.anomalies.decided import Step
from salesreport.language import Text, text

VIEW_TITLES: dict[View, Text] = {
    "funnel": text("Funnel"),
    "reps_by_step": text("Reps by step"),
    "funnel_plot": text("Reps by number of deals"),
    "trend": text("Trend"),
    "anomalies": text("Anomalies"),
}
"""What the views are called."""

CONTROL_TITLES: dict[str, Text] = {
    "dataset": text("Dataset"),
    "period": text("Period"),
    "compare_to": text("Compared with"),
    "product_line": text("Product line"),
    "segment": text("Segment"),
    "team": text("Team"),
    "lead_source": text("Lead source"),
    "rep": text("Rep"),
    "step": text("Step"),
}
"""What the controls are called."""


def step_name(step: Step) -> Text:
    """A step as where it leads from and to."""
    return text("{start} → {end}", start=step.title, end=step.following)


def selection(facts: Facts, state: State, with_rep: bool = True) -> list[Text | str]:
    """What is looked at, part by part: period, filters, rep."""
    period = period_of(facts, state)
    said: list[Text | str] = [period.label]
    if state.view == "funnel":
        said = [text("{period}, compared with {compare}", period=period, compare=compared_period(facts, state))]
    said += [
        text("{what}: {value}", what=CONTROL_TITLES[name], value=values[0]) for name, values in state.where.items()
    ]
    if with_rep and state.rep:
        said.append(text("{what}: {value}", what=CONTROL_TITLES["rep"], value=rep_name(facts, state.rep)))
    return said


def rep_name(facts: Facts, rep: str) -> str:
    """What people call a rep."""
    return choices(facts).reps.get(rep, rep)
