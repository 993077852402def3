"""Win rates: by closed or created cohort, with or without open deals or direct wins, by number or money.

Open deals in the divisor make a rate that grows as time goes by; a divisor of other deals than the dividend makes
one that may exceed 100 %, and then is none.
"""

from collections.abc import Callable

import numpy as np

from salesreport.audit.definitions.cohort import Asked, Group, ratio_of_counts, share_of_deals, share_of_money
from salesreport.audit.definitions.definition import Definition
from salesreport.audit.model import Estimate
from salesreport.language import Text, text

Cohort = Callable[[Asked], Group]


def closed(asked: Asked) -> Group:
    """Deals won or lost, closed in the period."""
    asked.need("closed_on")
    asked.need_losses()
    return asked.group((asked.won | asked.lost) & asked.inside(asked.closed_on), asked.closed_on, asked.won)


def closed_without_direct(asked: Asked) -> Group:
    """Likewise, without those created on the day they were closed."""
    asked.need("closed_on", "created_on")
    asked.need_losses()
    chosen = (asked.won | asked.lost) & asked.inside(asked.closed_on)
    return asked.group(chosen & (asked.created != asked.closed_on), asked.closed_on, asked.won)


def created_closed(asked: Asked) -> Group:
    """Deals created in the period that are won or lost today."""
    asked.need("created_on", "closed_on")
    asked.need_losses()
    return asked.group((asked.won | asked.lost) & asked.inside(asked.created), asked.created, asked.won)


def created_all(asked: Asked) -> Group:
    """Deals created in the period, open ones included."""
    asked.need("created_on")
    asked.need_losses()
    asked.need_open()
    return asked.group(asked.facts.known().there & asked.inside(asked.created), asked.created, asked.won)


def due(asked: Asked) -> Group:
    """Deals whose closing date lies in the period: the real one, of open deals the expected one."""
    asked.need("closed_on", "expected_close_on")
    asked.need_losses()
    asked.need_open()
    expected = asked.facts.known().expected_close
    day = np.where(asked.open, expected, asked.closed_on)
    # the expected date may lie after the last known day, and in the period all the same
    inside = (day >= asked.start) & (day <= np.datetime64(asked.period.end, "D"))
    credit_day = np.minimum(np.where(np.isnat(day), asked.today, day), asked.today)
    return asked.group(asked.facts.known().there & inside, credit_day, asked.won)


def overdue_lost(asked: Asked) -> Group:
    """Deals closed in the period, and open ones whose expected closing date in the period has passed."""
    asked.need("closed_on", "expected_close_on")
    asked.need_losses()
    asked.need_open()
    expected = asked.facts.known().expected_close
    late = asked.open & asked.inside(expected) & (expected < asked.today)
    over = (asked.won | asked.lost) & asked.inside(asked.closed_on)
    return asked.group(over | late, np.where(late, expected, asked.closed_on), asked.won)


def worked(asked: Asked) -> Group:
    """Deals that were open on some day of the period, won if they were won in it."""
    asked.need("created_on", "closed_on")
    asked.need_losses()
    asked.need_open()
    known = asked.facts.known()
    there = known.there & ~(asked.created > asked.end) & ~(asked.closed_on < asked.start)
    now = asked.won & asked.inside(asked.closed_on)
    day = np.where(asked.closed_on <= asked.end, asked.closed_on, asked.end)
    return asked.group(there, day, now)


def won_to_created(asked: Asked) -> Estimate:
    """Deals won in the period ÷ deals created in the period: they are not the same deals."""
    asked.need("created_on", "closed_on")
    asked.need_losses()
    asked.need_open()
    won = asked.group(asked.won & asked.inside(asked.closed_on), asked.closed_on, asked.won)
    there = asked.facts.known().there
    return ratio_of_counts(won.size, asked.group(there & asked.inside(asked.created), asked.created, there).size)


def _by_number(cohort: Cohort) -> Callable[[Asked], Estimate]:
    return lambda asked: share_of_deals(cohort(asked))


def _by_money(cohort: Cohort) -> Callable[[Asked], Estimate]:
    def figure(asked: Asked) -> Estimate:
        group = cohort(asked)
        asked.need("amount")
        return share_of_money(group, asked.amount)

    return figure


_GROWS = text("it grows as time goes by: deals still open count as not won")


def _rates(
    key: str, title: Text, cohort: Cohort, number: Text, money: Text | None = None, used: bool = False,
    misleads: Text | None = None,
) -> list[Definition]:  # fmt: skip
    made = [
        Definition(
            metric="win_rate", key=key, title=title, formula=number, unit="share", figure=_by_number(cohort),
            used=used, misleads=misleads,
        )
    ]  # fmt: skip
    if money is not None:
        made.append(
            Definition(
                metric="win_rate_amount", key=key, title=title, formula=money, unit="share",
                figure=_by_money(cohort), used=used, misleads=misleads,
            )
        )  # fmt: skip
    return made


_ALL = [
    *_rates(
        "closed",
        text("closed in the period"),
        closed,
        text("won ÷ won or lost, closed in the period"),
        text("amount won ÷ amount won or lost, closed in the period"),
        used=True,
    ),
    *_rates(
        "closed_without_direct",
        text("closed, without same-day deals"),
        closed_without_direct,
        text("the same without deals created on the day they closed"),
    ),
    *_rates(
        "created_closed",
        text("created in the period, decided"),
        created_closed,
        text("of the deals created in the period: won ÷ won or lost by today"),
        text("of the deals created in the period: amount won ÷ amount won or lost by today"),
        misleads=text("deals decided quickly count first: it changes until all are decided"),
    ),
    *_rates(
        "created_all",
        text("created in the period, open included"),
        created_all,
        text("of the deals created in the period: won by today ÷ all, open ones included"),
        text("of the deals created in the period: amount won by today ÷ amount of all, open ones included"),
        misleads=_GROWS,
    ),
    *_rates(
        "due",
        text("closing date in the period"),
        due,
        text("of the deals with a closing date in the period: won ÷ all, open ones included"),
        text("of the deals with a closing date in the period: amount won ÷ amount of all, open ones included"),
        misleads=text("putting off a deal’s closing date raises it"),
    ),
    *_rates(
        "overdue_lost",
        text("closed, overdue ones as lost"),
        overdue_lost,
        text("won ÷ won, lost, or open and overdue, in the period"),
    ),
    *_rates(
        "worked",
        text("open on some day of the period"),
        worked,
        text("won in the period ÷ all deals that were open on some day of it"),
        misleads=text("it depends on the length of the period: the shorter, the smaller"),
    ),
    Definition(
        metric="win_rate",
        key="won_to_created",
        title=text("won ÷ created"),
        formula=text("deals won in the period ÷ deals created in the period"),
        unit="share",
        figure=won_to_created,
        misleads=text("above and below are other deals: where it exceeds 100% it is not given, for it is no rate"),
    ),
]

DEFINITIONS = tuple(sorted(_ALL, key=lambda one: one.metric != "win_rate"))
"""The definitions by number, then those by money."""
