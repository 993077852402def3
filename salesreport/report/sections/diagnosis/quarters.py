"""What is done at quarters' ends: the audit's checks, and win rates that depend on when deals are decided."""

from dataclasses import replace

from salesreport.kpi.anomalies.decided import decisions, of_people
from salesreport.kpi.anomalies.timing import Timing, timing
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.section import Section
from salesreport.report.sections.diagnosis.audited import audited, own_facts
from salesreport.report.sections.diagnosis.chapters import TIMING
from salesreport.report.sections.diagnosis.measures import HEAD, Measure
from salesreport.report.sections.team import Team, team_of
from salesreport.report.table import Content, NumberTable, number_table

KEY = "win_rate_by_month"
"""The finding, beside those that are checks."""

DECIDE_AS_IT_COMES = Measure(
    HEAD,
    text("Judge nobody by the win rate of a single month; close lost deals when they are lost, in every month"),
)
"""What can be done about it."""

_MONTHS = (text("first month"), text("second month"), text("third month"))


def pattern_of(context: Context) -> Timing | None:
    """Win rates by the month of the quarter, where they differ beyond chance; None where not, or not told.

    Of the report's subject alone, over the period or the year up to its end; as the anomalies' notes say it.
    """
    found = context.remember("win rates by month of the quarter", lambda: _by_months(context))
    return found if found is not None and found.pattern else None


def _by_months(context: Context) -> Timing | None:
    """Of the whole company what the comparison of its reps holds, where there is one; else worked out."""
    if context.subject.dimension is None and isinstance(team := team_of(context), Team):
        return team.found.timing
    facts, year = own_facts(context, context.facts), context.year
    try:
        return timing(facts, of_people(decisions(facts, context.shared.process)), year.start, year.end)
    except Unavailable:
        return None


def quarter_ends(context: Context) -> Section:
    """What is done at the ends of quarters; `data` as of `audited`.

    Where win rates depend on the month of the quarter that stands first: nothing a check finds is as strong.
    """
    made = audited(context, "quarter-ends", text("Quarters’ ends"), TIMING)
    found = pattern_of(context)
    if found is None:
        return made
    claim, sentence = found.claim, found.sentence
    assert claim is not None
    assert sentence is not None
    return replace(
        made,
        message=context.heading(claim),
        available=True,
        tables=(_by_month(context, found), *made.tables),
        notes=(context.say(sentence), *made.notes),
    )


def shows(found: Timing) -> Text:
    """The figure that will show it."""
    return ntext(
        "Win rates of a quarter’s months: less than {n} point apart",
        "Win rates of a quarter’s months: less than {n} points apart",
        n=round(100 * found.apart),
    )


def _by_month(context: Context, found: Timing) -> NumberTable:
    """Win rates by the month in which deals were decided, and those by the month in which they began."""
    say, shown = context.say, context.shown
    rows: list[list[Content]] = []
    for place, month in enumerate(_MONTHS):
        between = context.language.interval(found.lower[place], found.upper[place], "share")
        begun = found.begun[place]
        rows.append(
            [
                say(month),
                context.language.count(float(found.n[place])),
                (shown(found.rate[place], "share"), between),
                "–" if begun != begun else shown(begun, "share"),
            ]
        )
    caption = text("Win rates by the month of the quarter, with 95% intervals")
    headings = [text("Month of the quarter"), text("Deals decided"), text("Won"), text("Won of those begun in it")]
    return number_table(say(caption), [say(one) for one in headings], rows, texts=1)
