"""A report seen from the day the data end: what is to be done is told of that day, not of the period's last.

A month is looked back on a few days after it is over. Its figures are those of its last day, as they were known
then; what an open deal is worth and where it stands only the export's own day tells.
"""

from dataclasses import replace
from datetime import timedelta

from salesreport.language import Text, text
from salesreport.report.context import Context

SOON = timedelta(days=31)
"""So long after a period its report is still one to act on."""


def today(context: Context) -> Context:
    """The report seen from the day the data end, where that is soon after its own; else as it is."""
    return context.remember("today", lambda: _today(context))


def _today(context: Context) -> Context:
    last = context.facts.as_of
    if not timedelta(0) < last - context.as_of <= SOON:
        return context
    return replace(context, seen_on=last, _figures={}, _kept={})


def told_as_of(context: Context) -> Text | None:
    """Of which day open deals are told, where that is not the report's; None where it is, or without any deals."""
    day = today(context).as_of
    if day == context.as_of or not context.facts.columns.has("deals"):
        return None
    return text("Open deals as of {day}, when the data end; figures as of {then}.", day=day, then=context.as_of)
