"""How many deals do not move as they should: closing dates put off, and deals at a milestone for too long."""

from salesreport.kpi.metrics.metric import OWNER_THEN, Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.kpi.milestones.promises import CORRECTED_WITHIN, LEFT_WITHIN, PROMISED, STANDING, TOO_LONG
from salesreport.language import text
from salesreport.stats.intervals import wilson


def slippage(question: Question) -> Figures:
    """Which share of the deals that were open at the start was put off beyond a month's end."""
    sheet = question.sheet(PROMISED)
    found = wilson(sheet.add(sheet.flag("slipped")), sheet.add())
    return Figures(found.value, found.n, found.lower, found.upper)


def stale(question: Question) -> Figures:
    """Which share of the open deals has been at its milestone for too long."""
    sheet = question.sheet(STANDING)
    found = wilson(sheet.add(sheet.flag("stale")), sheet.add())
    return Figures(found.value, found.n, found.lower, found.upper)


METRICS = (
    Metric(
        key="slippage",
        title=text("Slipped deals"),
        formula=text(
            "share of the deals open at the period's start, with an expected closing date, that were expected to "
            "close in a later month at some time of the period; the first change of the date within {days} days "
            "of creating the deal corrects a default and is none",
            days=CORRECTED_WITHIN,
        ),
        numerator=text("deals put off beyond a month's end"),
        denominator=text("deals open at the period's start whose expected closing date was known then"),
        date_basis=text("open at the end of the day before the period"),
        credit=OWNER_THEN,
        unit="share",
        direction="lower",
        minimum_n=10,
        needs=(("snapshots", "expected_close_on"),),
        reference="S16; interval: Wilson 1927",
        facts=(PROMISED,),
        figures=slippage,
    ),
    Metric(
        key="stale",
        title=text("Stale deals"),
        formula=text(
            "share of open deals that have been at their milestone for longer than {share}% of all deals of the "
            "company took that left it in the last {days} days",
            share=round(100 * TOO_LONG),
            days=LEFT_WITHIN,
        ),
        numerator=text("open deals that have been at their milestone for too long"),
        denominator=text("open deals at milestones that enough deals have left"),
        date_basis=text("open at the end of the as-of date"),
        credit=OWNER_THEN,
        unit="share",
        direction="lower",
        minimum_n=10,
        needs=(("deals", "status"),),
        reference="S16; interval: Wilson 1927",
        facts=(STANDING,),
        figures=stale,
    ),
)
