"""Equipment lent to customers for trial as figures: how many pieces, what they are worth, for how long."""

from dataclasses import replace

import numpy as np

from salesreport.kpi.customers.equipment import EQUIPMENT
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.language import ntext, text
from salesreport.stats.intervals import median_order_statistic


def pieces(question: Question) -> Figures:
    """How many pieces are out."""
    count = question.sheet(EQUIPMENT).add()
    return Figures(count, count)


def value(question: Question) -> Figures:
    """What the pieces are worth that have a value, and how many these are.

    Raises:
        Unavailable: pieces are out, and none has a value.
    """
    sheet = question.sheet(EQUIPMENT)
    worth = sheet.number("value")
    if len(worth) and np.isnan(worth).all():
        raise Unavailable(
            ntext(
                "needs values of equipment; the {n} piece on trial has none",
                "needs values of equipment; none of the {n} pieces on trial has one",
                n=len(worth),
            )
        )
    return Figures(sheet.add(worth), sheet.add(~np.isnan(worth)))


def days_out(question: Question) -> Figures:
    """For how long the middle piece has been out."""
    sheet = question.sheet(EQUIPMENT)
    age: Numbers = sheet.number("days")
    middle = median_order_statistic(age, groups=sheet.group, size=sheet.size)
    return Figures(middle.value, middle.n, middle.lower, middle.upper)


_PIECES = Metric(
    key="equipment_out",
    title=text("Equipment on trial"),
    formula=text("number of pieces at customers' for trial at the end of the as-of date"),
    numerator=text("pieces on trial"),
    denominator=None,
    date_basis=text("lent by the end of the as-of date and not back by then"),
    credit=text("the rep who lent it; else the rep of its deal, else of the customer"),
    unit="pieces",
    direction="neither",
    minimum_n=1,
    needs=(("equipment", "lent_on"),),
    reference="S28",
    facts=(EQUIPMENT,),
    figures=pieces,
    additive=True,
)

METRICS = (
    _PIECES,
    replace(
        _PIECES,
        key="equipment_value",
        title=text("Value of equipment on trial"),
        formula=text("sum of the values of the pieces on trial that have one"),
        numerator=text("values of pieces on trial"),
        unit="money",
        needs=(("equipment", "value"),),
        figures=value,
    ),
    replace(
        _PIECES,
        key="equipment_days",
        title=text("Days equipment is out"),
        formula=text("median of the days that the pieces on trial have been out"),
        numerator=text("days since the piece was lent"),
        unit="days",
        direction="lower",
        minimum_n=6,
        reference="S28; interval: order statistics",
        figures=days_out,
        additive=False,
    ),
)
