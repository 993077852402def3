"""The plan of the coming period, made once for everybody: a report looks up its part."""

from typing import NamedTuple

from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.action import ActionPlan, action_plan
from salesreport.plan.goals import Goals, goals_for
from salesreport.plan.strategy import Strategy
from salesreport.report.context import Context


class Ahead(NamedTuple):
    """The coming period's plan.

    Attributes:
        plan: of everybody who has a goal. goals: those it is made for. strategy: where they come from; None: the
            targets alone.
    """

    plan: ActionPlan
    goals: Goals
    strategy: Strategy | None


def facts_then(context: Context) -> Facts:
    """The facts as they were known on the report's as-of date."""
    facts, day = context.facts, context.as_of
    if day == facts.as_of:
        return facts
    return facts.remember(("facts as of", day), lambda: Facts.of(facts.dataset, day))


def coming_period(context: Context) -> Period:
    """The period that is planned: the report's while it is not over, else the one after it."""
    return context.period if context.as_of < context.period.end else context.period.previous(-1)


def goals_of(context: Context, period: Period) -> tuple[Goals, Strategy | None]:
    """Everybody's goals in a period, from the report's strategy where it plans that period, else from the targets.

    Raises:
        Unavailable: neither says anything of the period.
    """
    strategy, facts = context.agreed.strategy, facts_then(context)

    def find() -> tuple[Goals, Strategy | None] | Text:
        for one in (strategy, None) if strategy is not None else (None,):
            try:
                return goals_for(facts, one, period), one
            except ConfigError:
                continue
        return text("there are neither targets for {period} nor a strategy that plans it", period=period.label)

    found = facts.remember(("goals", period, context.agreed.digests.get("strategy")), find)
    if isinstance(found, Text):
        raise Unavailable(found)
    return found


def ahead(context: Context) -> Ahead:
    """The plan of the coming period, of everybody, as it can be made on the report's as-of date.

    Raises:
        Unavailable: nobody has a goal.
    """
    facts, period = facts_then(context), coming_period(context)
    if (unknown := facts.known(context.as_of).why_open_unknown) is not None:
        raise Unavailable(unknown)
    goals, strategy = goals_of(context, period)
    key = ("plan ahead", period, context.agreed.digests.get("strategy"))
    plan = facts.store(key, lambda: action_plan(facts, strategy, period, goals=goals))
    facts.forget("forecast ways", "forecast learnt")  # the last one to look at them
    return Ahead(plan, goals, strategy)
