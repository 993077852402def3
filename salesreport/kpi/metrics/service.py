"""What customers said: how satisfied they are, and how often they complain."""

import numpy as np

from salesreport.kpi.facts.kinds import FEEDBACK, ORDERS
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question, Sheet
from salesreport.language import Text, text
from salesreport.stats.intervals import mean_t, poisson_garwood

PER_ORDERS = 100
"""The number of orders that complaints are counted per."""


def satisfaction(question: Question) -> Figures:
    """The mean satisfaction score."""
    sheet = _said(question, "satisfaction", text("this export knows of no satisfaction scores"))
    score = sheet.number("score")
    known = ~np.isnan(score)
    sheet = sheet.only(known)
    mean = mean_t(score[known], weights=sheet.share, groups=sheet.group, size=sheet.size)
    return Figures(mean.value, mean.n, mean.lower, mean.upper)


def complaints(question: Question) -> Figures:
    """How many complaints there were for every hundred orders; n is the number of orders."""
    orders = question.sheet(ORDERS).add()
    rate = poisson_garwood(_complained(question).add(), orders / PER_ORDERS)
    return Figures(rate.value, orders, rate.lower, rate.upper)


def complaints_count(question: Question) -> Figures:
    """How many complaints there were."""
    count = _complained(question).add()
    return Figures(count, count)


def _complained(question: Question) -> Sheet:
    return _said(question, "complaint", text("this export knows of no complaints"))


def _said(question: Question, kind: str, none: Text) -> Sheet:
    """Feedback of a kind; where the whole export has none, it was not recorded, which is not the same as zero."""
    if kind not in question.facts.columns.coded("feedback", "kind").categories:
        raise Unavailable(none)
    sheet = question.sheet(FEEDBACK)
    return sheet.only(sheet.equals("kind", kind))


_SAID_ON = text("the day of the feedback")
_REP = text("the rep named; else the customer's rep")

METRICS = (
    Metric(
        key="satisfaction",
        title=text("Satisfaction"),
        formula=text("mean satisfaction score given in the period, on the company's own scale"),
        numerator=text("satisfaction scores"),
        denominator=text("number of scores"),
        date_basis=_SAID_ON,
        credit=_REP,
        unit="points",
        direction="higher",
        minimum_n=5,
        needs=(("feedback", "score"),),
        reference="S19; interval: Student's t",
        facts=(FEEDBACK,),
        figures=satisfaction,
    ),
    Metric(
        key="complaints",
        title=text("Complaints per 100 orders"),
        formula=text("100 × complaints ÷ orders in the period"),
        numerator=text("complaints"),
        denominator=text("orders"),
        date_basis=text("the day of the complaint, and of the order"),
        credit=_REP,
        unit="per 100 orders",
        direction="lower",
        minimum_n=20,
        needs=(("feedback", "kind"), ("orders", "ordered_on")),
        reference="S19; interval: Garwood 1936",
        facts=(FEEDBACK, ORDERS),
        figures=complaints,
    ),
    Metric(
        key="complaints_count",
        title=text("Complaints"),
        formula=text("number of complaints in the period"),
        numerator=text("complaints"),
        denominator=None,
        date_basis=_SAID_ON,
        credit=_REP,
        unit="complaints",
        direction="lower",
        minimum_n=1,
        needs=(("feedback", "kind"),),
        reference="S19",
        facts=(FEEDBACK,),
        figures=complaints_count,
        additive=True,
    ),
)
