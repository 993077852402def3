"""Enquiries: how many were dealt with, how many became deals, and which deals came from elsewhere."""

import numpy as np

from salesreport.kpi.facts.kinds import CREATED, LEADS
from salesreport.kpi.metrics.metric import CREATED_ON, OWNER_THEN, Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.language import text
from salesreport.stats.intervals import wilson


def leads_processed(question: Question) -> Figures:
    """How many leads were dealt with."""
    count = question.sheet(LEADS).add()
    return Figures(count, count)


def leads_converted(question: Question) -> Figures:
    """How many of the leads dealt with were converted."""
    sheet = question.sheet(LEADS)
    count = sheet.add(sheet.equals("outcome", "converted"))
    return Figures(count, count)


def lead_conversion(question: Question) -> Figures:
    """Which share of the leads dealt with was converted."""
    sheet = question.sheet(LEADS)
    rate = wilson(sheet.add(sheet.equals("outcome", "converted")), sheet.add())
    return Figures(rate.value, rate.n, rate.lower, rate.upper)


def deals_not_from_leads(question: Question) -> Figures:
    """How many of the deals created have no lead; n is the number of deals created."""
    sheet = question.sheet(CREATED)
    columns = question.facts.columns
    deal = columns.find("leads", "deal_id", "deals")
    led = np.zeros(columns.size("deals"), bool)
    led[deal[deal >= 0]] = True
    return Figures(sheet.add(~led[sheet.events.rows[sheet.rows]]), sheet.add())


_PROCESSED_AT = text("the day somebody dealt with the lead")
_REP = text("the rep of the lead")

METRICS = (
    Metric(
        key="leads_processed",
        title=text("Leads processed"),
        formula=text("number of leads dealt with in the period"),
        numerator=text("leads dealt with"),
        denominator=None,
        date_basis=_PROCESSED_AT,
        credit=_REP,
        unit="leads",
        direction="higher",
        minimum_n=1,
        needs=(("leads", "processed_at"),),
        reference="S22",
        facts=(LEADS,),
        figures=leads_processed,
        additive=True,
    ),
    Metric(
        key="leads_converted",
        title=text("Leads converted"),
        formula=text("number of leads dealt with in the period that were converted, at whatever time"),
        numerator=text("leads dealt with and converted"),
        denominator=None,
        date_basis=_PROCESSED_AT,
        credit=_REP,
        unit="leads",
        direction="higher",
        minimum_n=1,
        needs=(("leads", "processed_at"), ("leads", "outcome")),
        reference="S22",
        facts=(LEADS,),
        figures=leads_converted,
        additive=True,
    ),
    Metric(
        key="lead_conversion",
        title=text("Lead conversion"),
        formula=text("leads converted ÷ leads dealt with in the period"),
        numerator=text("leads dealt with and converted"),
        denominator=text("leads dealt with"),
        date_basis=_PROCESSED_AT,
        credit=_REP,
        unit="share",
        direction="higher",
        minimum_n=10,
        needs=(("leads", "processed_at"), ("leads", "outcome")),
        reference="S22; interval: Wilson 1927",
        facts=(LEADS,),
        figures=lead_conversion,
    ),
    Metric(
        key="deals_not_from_leads",
        title=text("Deals not from leads"),
        formula=text("number of deals created in the period that no lead became"),
        numerator=text("deals created without a lead"),
        denominator=None,
        date_basis=CREATED_ON,
        credit=OWNER_THEN,
        unit="deals",
        direction="neither",
        minimum_n=1,
        needs=(("deals", "created_on"), ("leads", "deal_id")),
        reference="S22",
        facts=(CREATED,),
        figures=deals_not_from_leads,
        additive=True,
    ),
)
