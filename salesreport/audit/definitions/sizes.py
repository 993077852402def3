"""Deal sizes and sales cycles: mean or median, of deals won, closed, open or created, per deal or per customer."""

import numpy as np

from salesreport.audit.definitions.cohort import Asked, Group, mean_of, median_of, need_amounts
from salesreport.audit.definitions.definition import Definition
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.columns import Flags, Numbers
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text

# --- sizes


def _priced(asked: Asked, group: Group) -> tuple[Numbers, Numbers]:
    asked.need("amount")
    money = asked.amount[group.deal]
    priced = money > 0
    if len(money) and not priced.any():
        raise Unavailable(text("needs amounts; none of the deals counted carries one"))
    return money[priced], group.share[priced]


def _closed(asked: Asked, which: Flags) -> Group:
    asked.need("closed_on")
    return asked.group(which & asked.inside(asked.closed_on), asked.closed_on, asked.won)


def mean_won(asked: Asked) -> Estimate:
    """The mean amount of the deals won that carry one."""
    return mean_of(*_priced(asked, _closed(asked, asked.won)))


def median_won(asked: Asked) -> Estimate:
    """Their median amount."""
    return median_of(*_priced(asked, _closed(asked, asked.won)))


def mean_won_zero(asked: Asked) -> Estimate:
    """The mean amount of all deals won, those without an amount counted as nothing."""
    group = _closed(asked, asked.won)
    _priced(asked, group)
    return mean_of(np.nan_to_num(asked.amount[group.deal]), group.share)


def mean_closed(asked: Asked) -> Estimate:
    """The mean amount of the deals won or lost."""
    asked.need_losses()
    group = _closed(asked, asked.won | asked.lost)
    asked.need("amount")
    need_amounts(group, asked.amount)
    return mean_of(*_priced(asked, group))


def mean_open(asked: Asked) -> Estimate:
    """The mean amount of the deals that are open today."""
    asked.need("status")
    asked.need_open()
    today = np.full(len(asked.open), asked.today)
    return mean_of(*_priced(asked, asked.group(asked.open, today, asked.won)))


def per_customer(asked: Asked) -> Estimate:
    """The mean amount won per customer who bought."""
    columns = asked.facts.columns
    if not columns.has("deals", "account_id"):
        raise lacks("deals", "account_id")
    group = _closed(asked, asked.won)
    _priced(asked, group)
    customer = columns.coded("deals", "account_id").codes[group.deal]
    money = asked.amount[group.deal] * group.share
    known = (customer >= 0) & (money > 0)
    total: Numbers = np.bincount(customer[known], money[known]).astype(np.float64)
    total = total[total > 0]
    return mean_of(total, np.ones(len(total)))


# --- cycles


def _cycles(asked: Asked, group: Group) -> tuple[Numbers, Numbers]:
    days = (asked.closed_on - asked.created)[group.deal] / np.timedelta64(1, "D")
    known = days >= 0
    return days[known], group.share[known]


def cycle_median(asked: Asked) -> Estimate:
    """The median number of days from creating a deal to winning it, of those won in the period."""
    asked.need("closed_on", "created_on")
    return median_of(*_cycles(asked, _closed(asked, asked.won)))


def cycle_mean(asked: Asked) -> Estimate:
    """The mean of the same days."""
    asked.need("closed_on", "created_on")
    return mean_of(*_cycles(asked, _closed(asked, asked.won)))


def cycle_closed(asked: Asked) -> Estimate:
    """The mean number of days from creating a deal to its end, won or lost."""
    asked.need("closed_on", "created_on")
    asked.need_losses()
    return mean_of(*_cycles(asked, _closed(asked, asked.won | asked.lost)))


def cycle_created(asked: Asked) -> Estimate:
    """The median number of days to winning, of the deals created in the period that are won today."""
    asked.need("closed_on", "created_on")
    return median_of(
        *_cycles(asked, asked.group(asked.won & asked.inside(asked.created), asked.created, asked.won))
    )


def cycle_open(asked: Asked) -> Estimate:
    """The mean age of the deals that are open today."""
    asked.need("created_on")
    asked.need_open()
    today = np.full(len(asked.open), asked.today)
    group = asked.group(asked.open & ~np.isnat(asked.created), today, asked.won)
    return mean_of((asked.today - asked.created)[group.deal] / np.timedelta64(1, "D"), group.share)


DEFINITIONS = (
    Definition(
        metric="avg_deal_size",
        key="mean_won",
        title=text("mean, deals won"),
        formula=text("mean amount of the deals won in the period that carry one"),
        unit="money",
        figure=mean_won,
        used=True,
    ),
    Definition(
        metric="avg_deal_size",
        key="median_won",
        title=text("median, deals won"),
        formula=text("median amount of the same deals"),
        unit="money",
        figure=median_won,
    ),
    Definition(
        metric="avg_deal_size",
        key="mean_won_zero",
        title=text("mean, missing amounts as zero"),
        formula=text("amount won ÷ all deals won, those without an amount counted as nothing"),
        unit="money",
        figure=mean_won_zero,
        misleads=text("a missing amount is no amount of zero"),
    ),
    Definition(
        metric="avg_deal_size",
        key="mean_closed",
        title=text("mean, deals won or lost"),
        formula=text("mean amount of the deals won or lost in the period"),
        unit="money",
        figure=mean_closed,
    ),
    Definition(
        metric="avg_deal_size",
        key="mean_open",
        title=text("mean, open deals"),
        formula=text("mean amount of the deals open today"),
        unit="money",
        figure=mean_open,
        misleads=text("what is asked for is not what is bought"),
    ),
    Definition(
        metric="avg_deal_size",
        key="per_customer",
        title=text("per customer who bought"),
        formula=text("amount won in the period ÷ customers who bought"),
        unit="money",
        figure=per_customer,
    ),
    Definition(
        metric="cycle_days",
        key="median_won",
        title=text("median, deals won"),
        formula=text("median days from creation to winning, of the deals won in the period"),
        unit="days",
        figure=cycle_median,
        used=True,
    ),
    Definition(
        metric="cycle_days",
        key="mean_won",
        title=text("mean, deals won"),
        formula=text("mean days of the same deals"),
        unit="days",
        figure=cycle_mean,
    ),
    Definition(
        metric="cycle_days",
        key="mean_closed",
        title=text("mean, deals won or lost"),
        formula=text("mean days from creation to the end, of the deals won or lost in the period"),
        unit="days",
        figure=cycle_closed,
    ),
    Definition(
        metric="cycle_days",
        key="median_created",
        title=text("median, created in the period and won"),
        formula=text("median days to winning, of the deals created in the period and won by today"),
        unit="days",
        figure=cycle_created,
        misleads=text("slow deals are still open and not in it: it is too short"),
    ),
    Definition(
        metric="cycle_days",
        key="mean_open",
        title=text("mean age, open deals"),
        formula=text("mean age of the deals open today"),
        unit="days",
        figure=cycle_open,
        misleads=text("it is no time to winning: deals that nobody closes make it long"),
    ),
)
"""The definitions of deal size, then those of the sales cycle."""
