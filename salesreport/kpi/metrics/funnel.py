"""Deals created, won and lost: how many, how often, how large, how fast."""

import numpy as np

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.gaps import MOST_UNPRICED, need_losses, unpriced, without_losses
from salesreport.kpi.facts.kinds import CLOSED, CREATED
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import CLOSED_ON, CREATED_ON, OWNER_THEN, Figures, Metric
from salesreport.kpi.metrics.question import Question, Sheet
from salesreport.language import Text, ntext, text
from salesreport.stats.intervals import Interval, mean_t, median_order_statistic, share_of_total, wilson


def deals_created(question: Question) -> Figures:
    """How many deals were created."""
    count = question.sheet(CREATED).add()
    return Figures(count, count)


def deals_won(question: Question) -> Figures:
    """How many deals were won."""
    sheet = question.sheet(CLOSED)
    count = sheet.add(sheet.flag("won"))
    return Figures(count, count)


def deals_lost(question: Question) -> Figures:
    """How many deals were lost.

    Raises:
        Unavailable: the data have no lost deals at all: that is no zero.
    """
    need_losses(question.facts)
    sheet = question.sheet(CLOSED)
    count = sheet.add(~sheet.flag("won"))
    return Figures(count, count)


def deals_closed(question: Question) -> Figures:
    """How many deals were won or lost."""
    count = question.sheet(CLOSED).add()
    return Figures(count, count)


def win_rate(question: Question) -> Figures:
    """How many of the deals that closed were won.

    Raises:
        Unavailable: the data have no lost deals at all.
    """
    need_losses(question.facts)
    sheet = question.sheet(CLOSED)
    won, closed = sheet.add(sheet.flag("won")), sheet.add()
    return _figures(wilson(won, closed))._replace(caveats=without_losses(question.facts, won, closed))


def win_rate_amount(question: Question) -> Figures:
    """How much of the money decided on was won.

    Raises:
        Unavailable: more than `MOST_UNPRICED` of the lost or of the won deals carry no amount, or none is lost.
    """
    need_losses(question.facts)
    sheet = question.sheet(CLOSED)
    # judged on everybody's deals: a selection of reps who lost nothing would else come out as 100 %
    everything = sheet.events
    won = everything.extra["won"].astype(bool)
    unknown = ~(everything.number("amount") > 0)
    for these, told in ((~won, _unpriced_losses), (won, _unpriced_wins)):
        of_them, without = float(everything.share[these].sum()), float(everything.share[these & unknown].sum())
        if without > MOST_UNPRICED * of_them:
            raise Unavailable(told(round(of_them), round(without)))
    sheet = sheet.only(sheet.number("amount") > 0)
    amount = sheet.number("amount")
    won = np.where(sheet.flag("won"), amount, 0.0)
    return _figures(share_of_total(won, amount, weights=sheet.share, groups=sheet.group, size=sheet.size))


def _unpriced_losses(n: int, without: int) -> Text:
    return ntext(
        "needs amounts on lost deals; {without} of {n} lost deal carries none",
        "needs amounts on lost deals; {without} of {n} lost deals carry none",
        n=n,
        without=without,
    )


def _unpriced_wins(n: int, without: int) -> Text:
    return ntext(
        "needs amounts on won deals; {without} of {n} won deal carries none",
        "needs amounts on won deals; {without} of {n} won deals carry none",
        n=n,
        without=without,
    )


def avg_deal_size(question: Question) -> Figures:
    """The mean amount of a won deal."""
    sheet, amount = won_amounts(question)
    return _of_priced(
        question, _never_negative(mean_t(amount, weights=sheet.share, groups=sheet.group, size=sheet.size))
    )


def median_deal_size(question: Question) -> Figures:
    """The median amount of a won deal."""
    sheet, amount = won_amounts(question)
    return _of_priced(
        question,
        _figures(median_order_statistic(amount, weights=sheet.share, groups=sheet.group, size=sheet.size)),
    )


def cycle_days(question: Question) -> Figures:
    """The median number of days from creating a deal to winning it."""
    sheet, days = won_cycles(question)
    return _figures(median_order_statistic(days, weights=sheet.share, groups=sheet.group, size=sheet.size))


def cycle_days_mean(question: Question) -> Figures:
    """The mean number of days from creating a deal to winning it."""
    sheet, days = won_cycles(question)
    return _never_negative(mean_t(days, weights=sheet.share, groups=sheet.group, size=sheet.size))


def won_amounts(question: Question) -> tuple[Sheet, Numbers]:
    """The won deals that have an amount, and the amounts.

    Raises:
        Unavailable: deals were won, and none has an amount.
    """
    sheet = question.sheet(CLOSED)
    won = sheet.won
    amount = won.number("amount")
    priced = amount > 0
    if len(amount) and not priced.any():
        raise Unavailable(
            ntext(
                "needs amounts on won deals; the {n} deal won carries none",
                "needs amounts on won deals; none of the {n} deals won carries one",
                n=float(won.share.sum()),
            )
        )
    return won.only(priced), amount[priced]


def won_cycles(question: Question) -> tuple[Sheet, Numbers]:
    """The won deals of which it is known how long they took, and the days."""
    sheet = question.sheet(CLOSED)
    days = sheet.won.number("cycle_days")
    known = ~np.isnan(days)
    return sheet.won.only(known), days[known]


def _of_priced(question: Question, figures: Figures) -> Figures:
    """Figures of the won deals that carry an amount, with how many do not."""
    return figures._replace(caveats=unpriced(figures.n, question.sheet(CLOSED).won.add()))


def _never_negative(interval: Interval) -> Figures:
    """Figures of what cannot be negative, amounts and days: Student's interval does not know that."""
    return _figures(interval._replace(lower=np.maximum(interval.lower, np.minimum(interval.value, 0.0))))


def _figures(interval: Interval) -> Figures:
    return Figures(interval.value, interval.n, interval.lower, interval.upper)


_CLOSED_ON = (("deals", "closed_on"),)
_CYCLE = (("deals", "closed_on"), ("deals", "created_on"))
_AMOUNT = (("deals", "closed_on"), ("deals", "amount"))

METRICS = (
    Metric(
        key="deals_created",
        title=text("Deals created"),
        formula=text("number of deals created in the period"),
        numerator=text("deals created"),
        denominator=None,
        date_basis=CREATED_ON,
        credit=OWNER_THEN,
        unit="deals",
        direction="higher",
        minimum_n=1,
        needs=(("deals", "created_on"),),
        reference="S5, S14",
        facts=(CREATED,),
        figures=deals_created,
        additive=True,
    ),
    Metric(
        key="deals_won",
        title=text("Deals won"),
        formula=text("number of deals won in the period"),
        numerator=text("deals won"),
        denominator=None,
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="deals",
        direction="higher",
        minimum_n=1,
        needs=_CLOSED_ON,
        reference="S18",
        facts=(CLOSED,),
        figures=deals_won,
        additive=True,
    ),
    Metric(
        key="deals_lost",
        title=text("Deals lost"),
        formula=text("number of deals lost in the period"),
        numerator=text("deals lost"),
        denominator=None,
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="deals",
        direction="lower",
        minimum_n=1,
        needs=_CLOSED_ON,
        reference="S18",
        facts=(CLOSED,),
        figures=deals_lost,
        additive=True,
    ),
    Metric(
        key="deals_closed",
        title=text("Deals closed"),
        formula=text("number of deals won or lost in the period"),
        numerator=text("deals won or lost"),
        denominator=None,
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="deals",
        direction="neither",
        minimum_n=1,
        needs=_CLOSED_ON,
        reference="S18",
        facts=(CLOSED,),
        figures=deals_closed,
        additive=True,
    ),
    Metric(
        key="win_rate",
        title=text("Win rate"),
        formula=text("deals won ÷ deals won or lost, closed in the period; open deals never count as lost"),
        numerator=text("deals won"),
        denominator=text("deals won or lost"),
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="share",
        direction="higher",
        minimum_n=10,
        needs=_CLOSED_ON,
        reference="S12; interval: Wilson 1927",
        facts=(CLOSED,),
        figures=win_rate,
    ),
    Metric(
        key="win_rate_amount",
        title=text("Win rate by amount"),
        formula=text(
            "amount of deals won ÷ amount of deals won or lost, over deals that carry an amount; "
            "unavailable where more than a tenth of the lost deals carry none"
        ),
        numerator=text("amount of deals won"),
        denominator=text("amount of deals won or lost"),
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="share",
        direction="higher",
        minimum_n=20,
        needs=_AMOUNT,
        reference="S12; interval: Wilson on the effective number of deals, after Korn and Graubard 1998",
        facts=(CLOSED,),
        figures=win_rate_amount,
    ),
    Metric(
        key="avg_deal_size",
        title=text("Average deal size"),
        formula=text("mean amount of the deals won in the period, over deals that carry an amount"),
        numerator=text("amount of deals won"),
        denominator=text("deals won that carry an amount"),
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="money",
        direction="higher",
        minimum_n=5,
        needs=_AMOUNT,
        reference="S12; interval: Student's t",
        facts=(CLOSED,),
        figures=avg_deal_size,
    ),
    Metric(
        key="median_deal_size",
        title=text("Median deal size"),
        formula=text("median amount of the deals won in the period, over deals that carry an amount"),
        numerator=text("the middle amount: half of the deals won are larger"),
        denominator=None,
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="money",
        direction="higher",
        minimum_n=6,
        needs=_AMOUNT,
        reference="S12; interval: order statistics, Conover 1999, 3.2",
        facts=(CLOSED,),
        figures=median_deal_size,
    ),
    Metric(
        key="cycle_days",
        title=text("Sales cycle"),
        formula=text("median number of days from creation to winning, over deals won in the period"),
        numerator=text("the middle number of days: half of the deals won took longer"),
        denominator=None,
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="days",
        direction="lower",
        minimum_n=6,
        needs=_CYCLE,
        reference="S12; interval: order statistics, Conover 1999, 3.2",
        facts=(CLOSED,),
        figures=cycle_days,
    ),
    Metric(
        key="cycle_days_mean",
        title=text("Mean sales cycle"),
        formula=text("mean number of days from creation to winning, over deals won in the period"),
        numerator=text("days from creation to winning"),
        denominator=text("deals won"),
        date_basis=CLOSED_ON,
        credit=OWNER_THEN,
        unit="days",
        direction="lower",
        minimum_n=5,
        needs=_CYCLE,
        reference="S12; interval: Student's t",
        facts=(CLOSED,),
        figures=cycle_days_mean,
    ),
)
