"""What is open: how many deals, how much money, and how fast it turns into revenue."""

import numpy as np

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.gaps import need_losses, unpriced
from salesreport.kpi.facts.kinds import CLOSED, OPEN
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.funnel import won_amounts, won_cycles
from salesreport.kpi.metrics.metric import AS_OF, OWNER_THEN, Figures, Metric
from salesreport.kpi.metrics.question import Question, Sheet
from salesreport.language import ntext, text
from salesreport.stats.intervals import mean_t


def deals_in_funnel(question: Question) -> Figures:
    """How many deals are open."""
    count = question.sheet(OPEN).add()
    return Figures(count, count)


def pipeline_value(question: Question) -> Figures:
    """What the open deals are worth, and how many of them carry an amount.

    Raises:
        Unavailable: deals are open, and none carries an amount, or what they were worth then is not known.
    """
    sheet = question.sheet(OPEN)
    if (why := question.facts.known(question.as_of).why_amounts_unknown) is not None:
        raise Unavailable(why)
    amount = sheet.number("amount")
    priced = amount > 0
    if len(amount) and not priced.any():
        raise Unavailable(
            ntext(
                "needs amounts on open deals; the {n} open deal carries none",
                "needs amounts on open deals; none of the {n} open deals carries one",
                n=float(sheet.share.sum()),
            )
        )
    count = sheet.add(priced)
    return Figures(sheet.add(amount), count, caveats=unpriced(count, sheet.add()))


def velocity(question: Question) -> Figures:
    """How much money per day the funnel turns out, if it goes on as in the period.

    Raises:
        Unavailable: the data have no lost deals at all.
    """
    need_losses(question.facts)
    opened = question.sheet(OPEN).add()
    closed = question.sheet(CLOSED)
    won, all_closed = closed.add(closed.flag("won")), closed.add()
    size, cycle = _mean(*won_amounts(question)), _mean(*won_cycles(question))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(all_closed > 0, won / all_closed, np.nan)
        value = np.where(cycle > 0, opened * size * rate / cycle, np.nan)
    return Figures(value, won, caveats=unpriced(won_amounts(question)[0].add(), won))


def _mean(sheet: Sheet, values: Numbers) -> Numbers:
    return mean_t(values, weights=sheet.share, groups=sheet.group, size=sheet.size).value


METRICS = (
    Metric(
        key="deals_in_funnel",
        title=text("Deals in the funnel"),
        formula=text("number of deals open at the as-of date"),
        numerator=text("open deals"),
        denominator=None,
        date_basis=AS_OF,
        credit=OWNER_THEN,
        unit="deals",
        direction="higher",
        minimum_n=1,
        needs=(("deals", "status"),),
        reference="S5, S12",
        facts=(OPEN,),
        figures=deals_in_funnel,
        additive=True,
    ),
    Metric(
        key="pipeline_value",
        title=text("Pipeline"),
        formula=text(
            "sum of the amounts of deals open at the as-of date; of an earlier day as snapshots show them then, "
            "unavailable where more than a tenth are not known"
        ),
        numerator=text("amounts of open deals"),
        denominator=None,
        date_basis=AS_OF,
        credit=OWNER_THEN,
        unit="money",
        direction="higher",
        minimum_n=1,
        needs=(("deals", "amount"),),
        reference="S5",
        facts=(OPEN,),
        figures=pipeline_value,
        additive=True,
    ),
    Metric(
        key="velocity",
        title=text("Sales velocity"),
        formula=text(
            "deals open at the as-of date × mean amount won × win rate ÷ mean days from creation to winning; "
            "all but the first over the deals closed in the period"
        ),
        numerator=text("open deals × mean amount won × win rate"),
        denominator=text("mean days from creation to winning"),
        date_basis=text("open at the end of the as-of date; the rest: the day the deal was won or lost"),
        credit=OWNER_THEN,
        unit="money/day",
        direction="higher",
        minimum_n=10,
        needs=(("deals", "amount"), ("deals", "closed_on"), ("deals", "created_on")),
        reference="S12",
        facts=(OPEN, CLOSED),
        figures=velocity,
    ),
)
