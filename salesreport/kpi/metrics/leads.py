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
        "leads_processed",
        text("Leads processed"),
        text("number of leads dealt with in the period"),
        text("leads dealt with"),
        None,
        _PROCESSED_AT,
        _REP,
        "leads",
        "higher",
        1,
        (("leads", "processed_at"),),
        "S22",
        (LEADS,),
        leads_processed,
        additive=True,
    ),
    Metric(
        "leads_converted",
        text("Leads converted"),
        text("number of leads dealt with in the period that were converted, at whatever time"),
        text("leads dealt with and converted"),
        None,
        _PROCESSED_AT,
        _REP,
        "leads",
        "higher",
        1,
        (("leads", "processed_at"), ("leads", "outcome")),
        "S22",
        (LEADS,),
        leads_converted,
        additive=True,
    ),
    Metric(
        "lead_conversion",
        text("Lead conversion"),
        text("leads converted ÷ leads dealt with in the period"),
        text("leads dealt with and converted"),
        text("leads dealt with"),
        _PROCESSED_AT,
        _REP,
        "share",
        "higher",
        10,
        (("leads", "processed_at"), ("leads", "outcome")),
        "S22; interval: Wilson 1927",
        (LEADS,),
        lead_conversion,
    ),
    Metric(
        "deals_not_from_leads",
        text("Deals not from leads"),
        text("number of deals created in the period that no lead became"),
        text("deals created without a lead"),
        None,
        CREATED_ON,
        OWNER_THEN,
        "deals",
        "neither",
        1,
        (("deals", "created_on"), ("leads", "deal_id")),
        "S22",
        (CREATED,),
        deals_not_from_leads,
        additive=True,
    ),
)
