"""A pay plan against the data it speaks of: reps, metrics, segments, quotas."""

from collections.abc import Iterable
from pathlib import Path

from salesreport.config import Place, read_yaml
from salesreport.errors import ConfigError, nearest
from salesreport.kpi.compute import contract
from salesreport.kpi.facts.called import matching
from salesreport.kpi.facts.dimensions import TITLES
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.plan.pay.model import Component, PayPlan

MOST_NAMES = 10
"""How many valid names a message lists."""


def check_pay_plan(plan: PayPlan, facts: Facts, path: Path | str | None = None) -> None:
    """Make sure that the data have the reps, teams, metrics, segments and quotas a plan speaks of.

    Args:
        plan: the rules. facts: the data. path: the file it was read from, named in errors together with the line.

    Raises:
        ConfigError: a name that the data do not have, another currency, or a metric that nobody can be paid by.
    """
    try:
        _check_frame(plan, facts)
        _check_people(plan, facts)
        for number, component in enumerate(plan.components):
            _check_component(component, facts, ("components", number))
    except _Wrong as wrong:
        lines = read_yaml(path)[1] if path is not None else {}
        place, error = wrong.place, wrong.error
        raise ConfigError(
            error.problem,
            file=path,
            line=next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None),
            key=".".join(str(part) for part in place),
            found=error.found,
            expected=None if error.nearest else error.expected,
            nearest=error.nearest,
        ) from None


class _Wrong(Exception):
    """Something of the plan that does not fit the data; becomes a `ConfigError` once its line is known."""

    def __init__(self, place: Place, error: ConfigError) -> None:
        super().__init__(str(error.problem))
        self.place, self.error = place, error


def _unknown(place: Place, problem: Text, found: str, valid: Iterable[str]) -> _Wrong:
    names = sorted(set(valid))
    shown: list[str | Text] = [*names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        shown.append(ntext("{n} more", "{n} more", n=len(names) - MOST_NAMES))
    expected = text("one of {names}", names=shown) if names else None
    return _Wrong(place, ConfigError(problem, found=found, nearest=nearest(found, names), expected=expected))


def _check_frame(plan: PayPlan, facts: Facts) -> None:
    currency = facts.dataset.currency
    if plan.currency != currency:
        problem = text("The dataset's money is in another currency.")
        raise _Wrong(("currency",), ConfigError(problem, found=plan.currency, expected=currency))
    if plan.since is not None:
        try:
            since = facts.dataset.period(plan.since)
        except ConfigError as error:
            raise _Wrong(("from",), error) from None
        if since.kind != plan.every:
            example = Period.of(since.start, plan.every, since.fiscal_year_start).name
            problem = text("The pay plan is settled by other periods.")
            expected = text("a period such as {name}", name=example)
            raise _Wrong(("from",), ConfigError(problem, found=plan.since, expected=expected))
    for name, values in plan.where.items():
        column = "rep_id" if name == "rep" else name
        known = {**facts.names} if name == "rep" else {one: one for one in facts.dimensions.members(column)}
        for number, value in enumerate(values):
            if not (matching(value, known) if name == "rep" else value in known):
                problem = text("There is no {dimension} of this name in the data.", dimension=TITLES[column])
                raise _unknown(("where", name, number), problem, value, {*known.values(), *known})


def _check_people(plan: PayPlan, facts: Facts) -> None:
    seen: set[str] = set()
    for number, person in enumerate(plan.people):
        place: Place = ("people", number, "rep")
        found = matching(person.rep, facts.names)
        if not found:
            problem = text("There is no {dimension} of this name in the data.", dimension=TITLES["rep_id"])
            raise _unknown(place, problem, person.rep, facts.names.values())
        if len(found) > 1:
            problem = text("Several reps have this name; an id says which is meant.")
            expected = text("one of {names}", names=sorted(found))
            raise _Wrong(place, ConfigError(problem, found=person.rep, expected=expected))
        if found[0] in seen:
            raise _Wrong(place, ConfigError(text("This rep stands twice."), found=person.rep))
        seen.add(found[0])


def _check_component(component: Component, facts: Facts, place: Place) -> None:
    here: Place = (*place, "metric")
    try:
        metric = contract(component.counted, facts)
        contract(component.metric, facts)
    except ConfigError as error:
        raise _Wrong(here, error) from None
    if metric.parameter == "milestone":
        raise _Wrong(
            here,
            ConfigError(
                text("This metric is one of each milestone, and none is named."), found=component.metric,
                expected=text("the form {form}", form=f"{component.metric}:KEY"),
            ),
        )  # fmt: skip
    if metric.direction == "lower":
        problem = text("Less of this metric is better; a pay plan pays for more.")
        raise _Wrong(here, ConfigError(problem, found=component.metric))
    for column, values in component.where.items():
        known = facts.dimensions.members(column)
        for number, value in enumerate(values):
            if value not in known:
                problem = text("There is no {dimension} of this name in the data.", dimension=TITLES[column])
                raise _unknown((*place, "where", column, number), problem, value, known)
    if component.whose_quota == "targets":
        listed = set(facts.targets["metric"]) if facts.columns.has("targets") else set()
        if metric.key not in listed:
            raise _Wrong(
                here if component.quota is None else (*place, "quota"),
                ConfigError(
                    text("Table targets has no row for this metric, so there is no quota."), found=metric.key,
                    expected=text("a number as “quota”, or one of {names}", names=sorted(listed)),
                ),
            )  # fmt: skip
