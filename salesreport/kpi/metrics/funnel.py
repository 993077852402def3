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
        "deals_created",
        text("Deals created"),
        text("number of deals created in the period"),
        text("deals created"),
        None,
        CREATED_ON,
        OWNER_THEN,
        "deals",
        "higher",
        1,
        (("deals", "created_on"),),
        "S5, S14",
        (CREATED,),
        deals_created,
        additive=True,
    ),
    Metric(
        "deals_won",
        text("Deals won"),
        text("number of deals won in the period"),
        text("deals won"),
        None,
        CLOSED_ON,
        OWNER_THEN,
        "deals",
        "higher",
        1,
        _CLOSED_ON,
        "S18",
        (CLOSED,),
        deals_won,
        additive=True,
    ),
    Metric(
        "deals_lost",
        text("Deals lost"),
        text("number of deals lost in the period"),
        text("deals lost"),
        None,
        CLOSED_ON,
        OWNER_THEN,
        "deals",
        "lower",
        1,
        _CLOSED_ON,
        "S18",
        (CLOSED,),
        deals_lost,
        additive=True,
    ),
    Metric(
        "deals_closed",
        text("Deals closed"),
        text("number of deals won or lost in the period"),
        text("deals won or lost"),
        None,
        CLOSED_ON,
        OWNER_THEN,
        "deals",
        "neither",
        1,
        _CLOSED_ON,
        "S18",
        (CLOSED,),
        deals_closed,
        additive=True,
    ),
    Metric(
        "win_rate",
        text("Win rate"),
        text("deals won ÷ deals won or lost, closed in the period; open deals never count as lost"),
        text("deals won"),
        text("deals won or lost"),
        CLOSED_ON,
        OWNER_THEN,
        "share",
        "higher",
        10,
        _CLOSED_ON,
        "S12; interval: Wilson 1927",
        (CLOSED,),
        win_rate,
    ),
    Metric(
        "win_rate_amount",
        text("Win rate by amount"),
        text(
            "amount of deals won ÷ amount of deals won or lost, over deals that carry an amount; "
            "unavailable where more than a tenth of the lost deals carry none"
        ),
        text("amount of deals won"),
        text("amount of deals won or lost"),
        CLOSED_ON,
        OWNER_THEN,
        "share",
        "higher",
        20,
        _AMOUNT,
        "S12; interval: Wilson on the effective number of deals, after Korn and Graubard 1998",
        (CLOSED,),
        win_rate_amount,
    ),
    Metric(
        "avg_deal_size",
        text("Average deal size"),
        text("mean amount of the deals won in the period, over deals that carry an amount"),
        text("amount of deals won"),
        text("deals won that carry an amount"),
        CLOSED_ON,
        OWNER_THEN,
        "money",
        "higher",
        5,
        _AMOUNT,
        "S12; interval: Student's t",
        (CLOSED,),
        avg_deal_size,
    ),
    Metric(
        "median_deal_size",
        text("Median deal size"),
        text("median amount of the deals won in the period, over deals that carry an amount"),
        text("the middle amount: half of the deals won are larger"),
        None,
        CLOSED_ON,
        OWNER_THEN,
        "money",
        "higher",
        6,
        _AMOUNT,
        "S12; interval: order statistics, Conover 1999, 3.2",
        (CLOSED,),
        median_deal_size,
    ),
    Metric(
        "cycle_days",
        text("Sales cycle"),
        text("median number of days from creation to winning, over deals won in the period"),
        text("the middle number of days: half of the deals won took longer"),
        None,
        CLOSED_ON,
        OWNER_THEN,
        "days",
        "lower",
        6,
        _CYCLE,
        "S12; interval: order statistics, Conover 1999, 3.2",
        (CLOSED,),
        cycle_days,
    ),
    Metric(
        "cycle_days_mean",
        text("Mean sales cycle"),
        text("mean number of days from creation to winning, over deals won in the period"),
        text("days from creation to winning"),
        text("deals won"),
        CLOSED_ON,
        OWNER_THEN,
        "days",
        "lower",
        5,
        _CYCLE,
        "S12; interval: Student's t",
        (CLOSED,),
        cycle_days_mean,
    ),
)
