"""What made the pipeline bigger or smaller: from its opening to its closing value, step by step."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.waterfall import COLUMNS, TAKEN, Waterfall, waterfall
from salesreport.language import Quantity, Text, text
from salesreport.report.charts_moves import Step, waterfall_chart
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.table import NumberTable, number_table

STEPS = COLUMNS
"""The steps, in the order shown."""

ALWAYS = ("opening", "created", "lost", "won", "closing")
"""The steps that are shown even where nothing happened."""


def changes(context: Context) -> Section:
    """The open pipeline from the period's start to its end; `data` has measure (money, deals), step, value.

    What went out is below zero, so that the steps of a measure but the last add up to the last.
    """
    topic = context.say(text("Pipeline changes"))
    try:
        wide = _steps(context)
    except Unavailable as problem:
        message = context.say(text("Changes of the pipeline cannot be told: {reason}.", reason=problem.reason))
        nothing = pd.DataFrame({"measure": [], "step": [], "value": []})
        return Section("changes", topic, message, nothing, context.language, available=False)
    data = pd.DataFrame(
        {
            "measure": pd.Series(["deals", "money"], dtype="str").repeat(len(STEPS)).to_numpy(),
            "step": [*STEPS, *STEPS],
            "value": [wide[measure][step] for measure in ("deals", "money") for step in STEPS],
        }
    )
    if not data["value"].any():
        message = context.say(text("No deal was open at any time of {period}.", period=context.period))
        return Section("changes", topic, message, data, context.language, available=False)
    measure = "money" if any(wide["money"].values()) else "deals"
    message = context.say(_message(context, wide[measure], measure))
    steps = _shown(wide, dated=context.facts.columns.has("deals", "created_on"))
    return Section(
        key="changes",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(
            waterfall_chart(
                "changes",
                [
                    Step(
                        name,
                        wide[measure][step],
                        _signed(context, wide[measure][step], measure, step),
                        _total(step),
                    )
                    for step, name in _names(context, steps)
                ],
                message,
                context.say(
                    text("From the opening to the closing pipeline: each bar begins where the last ended.")
                ),
                context.say(
                    text("Open deals, {currency}", currency=context.facts.dataset.currency)
                    if measure == "money"
                    else text("Open deals, number")
                ),
            ),
        ),
        tables=(_table(context, wide, steps, measure),),
        notes=tuple(context.say(note) for note in _notes(context)),
    )


Steps = Mapping[str, Mapping[str, float]]
"""Deals and money → step → value; of steps that take away it is below zero."""


def _steps(context: Context) -> Steps:
    mine = context.shared.rows(
        context.subject,
        ("waterfall", context.period.start, context.as_of),
        lambda by: _of_everybody(context, by).frame,
    )
    rows = {row["measure"]: row for row in records(mine)}
    found: dict[str, dict[str, float]] = {}
    for measure in ("deals", "money"):
        row = rows.get(measure, {})
        values = {step: 0.0 if math.isnan(row.get(step, 0.0)) else row.get(step, 0.0) for step in STEPS}
        # no zero below zero
        found[measure] = {step: (-value if step in TAKEN else value) + 0.0 for step, value in values.items()}
        # the tables of the report are read as sums, so they are checked as sums
        *steps, closing = found[measure].values()
        largest = max(1.0, *map(abs, found[measure].values()))
        assert abs(math.fsum(steps) - closing) <= 1e-6 * largest, "the steps do not add up"
    return found


def _of_everybody(context: Context, by: tuple[str, ...]) -> Waterfall:
    return waterfall(context.facts, context.period.start, context.as_of, by=by)


def _total(step: str) -> bool:
    return step in ("opening", "closing")


def _shown(wide: Steps, dated: bool) -> list[str]:
    """The steps in which something happened, and those always there; `dated`: deals say when they began."""
    always = [step for step in ALWAYS if dated or step != "created"]
    return [step for step in STEPS if step in always or max(abs(one[step]) for one in wide.values()) > 1e-6]


def _names(context: Context, steps: Sequence[str]) -> list[tuple[str, str]]:
    names = {
        "opening": text("open on {day}", day=context.eve),
        "created": text("created"),
        "first_seen": text("seen first, without a date"),
        "reopened": text("reopened"),
        "pulled_in": text("pulled in"),
        "increased": text("amount raised"),
        "taken_over": text("taken over"),
        "decreased": text("amount cut"),
        "pushed_out": text("pushed out"),
        "lost": text("lost"),
        "won": text("won"),
        "removed": text("deleted in the CRM"),
        "handed_over": text("handed over"),
        "restated": text("amount first known since"),
        "closing": text("open on {day}", day=context.as_of),
    }
    return [(step, context.say(names[step])) for step in steps]


def _signed(context: Context, value: float, measure: str, step: str, exact: bool = False) -> str:
    """A figure with its sign; a total and zero have none."""
    language, size = context.language, abs(value)
    currency = context.facts.dataset.currency
    shown = language.count(round(size, 6)) if measure == "deals" else language.money(size, currency, exact=exact)
    if _total(step) or not size:
        return shown
    return f"+{shown}" if value > 0 else f"−{shown}"


def _table(context: Context, wide: Steps, steps: Sequence[str], measure: str) -> NumberTable:
    measures = ["deals", "money"] if measure == "money" else ["deals"]
    headings = {"deals": text("Deals"), "money": text("Amount")}
    rows = [
        [name, *(_signed(context, wide[one][step], one, step, exact=True) for one in measures)]
        for step, name in _names(context, steps)
    ]
    return number_table(
        context.say(text("Opening plus and minus every step is the closing")),
        ["", *(context.say(headings[one]) for one in measures)],
        rows,
        here=len(rows) - 1,
    )


def _message(context: Context, values: Mapping[str, float], measure: str) -> Text:
    unit = context.facts.dataset.currency if measure == "money" else "deals"
    opening, closing = values["opening"], values["closing"]
    moves = np.array([value for step, value in values.items() if not _total(step)])
    fields = {
        "came": Quantity(float(moves[moves > 0].sum()), unit),
        "left": Quantity(float(-moves[moves < 0].sum()), unit),
    }
    change = closing - opening
    if abs(change) <= 0.005 * max(opening, closing):
        return text("The pipeline is as big as at the start: {came} came in, {left} went out", **fields)
    size = Quantity(abs(change), unit)
    if change > 0:
        return text("The pipeline grew by {size}: {came} came in, {left} went out", size=size, **fields)
    return text("The pipeline shrank by {size}: {came} came in, {left} went out", size=size, **fields)


def _notes(context: Context) -> list[Text]:
    dimension = context.subject.dimension
    told = _of_everybody(context, () if dimension is None else (dimension,)).notes
    return context.of_all(told)
