"""Everything that `salesreport plan --against` tells, worked out for some reps."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.actual.against import against
from salesreport.plan.actual.served import SERVED, named, outcomes, served
from salesreport.plan.checks import check_plan
from salesreport.plan.strategy import Strategy
from salesreport.plan.strategy_files import check_strategy, load_strategy
from salesreport.plan.written import PlanRead, read_plan


class Compared(NamedTuple):
    """Plan against actual of reps.

    Attributes:
        lines: as `Against.lines`, by `rep_id`. everybody: the same of the company; None where only some were asked
            for. accounts, named, outcomes: see `served`. reasons: why something cannot be told, by metric.
        period: whose plan. planned_on: the day the file was made; None without one.
    """

    lines: pd.DataFrame
    everybody: pd.DataFrame | None
    accounts: pd.DataFrame
    named: pd.DataFrame
    outcomes: pd.DataFrame
    reasons: Mapping[str, Text]
    period: Period
    planned_on: dt.date | None


def compared(
    facts: Facts, file: Path | None, strategy_file: Path | None, period: str | None, reps: Sequence[str]
) -> Compared:
    """Compare a plan with what was done.

    Args:
        facts: seen from the day to look from. file: of a plan; None: targets and strategy alone.
        strategy_file: whose seasons and frequencies count. period: None: the file's. reps: only these; nobody
            named: all.

    Raises:
        ConfigError: a file is not what it should be or of another period, nothing is known of the period yet, or
            nothing was planned.
    """
    plan, strategy = _files(facts, file, strategy_file)
    when = _period(facts, plan, file, period)
    found = against(facts, when, plan, strategy, "rep_id")
    try:
        accounts = served(facts, when, plan, strategy)
    except Unavailable:
        accounts = pd.DataFrame(columns=list(SERVED))
    by_name, came = named(facts, when, plan, strategy), outcomes(facts, when, "rep_id")
    if found.lines["source"].isna().all() and accounts.empty and by_name.empty:
        raise ConfigError(
            text("Nothing was planned for this period."), key="--period", found=when.name,
            expected=text("a plan file, or targets that fit the period"),
        )  # fmt: skip
    frames = [found.lines, accounts, by_name, came]
    if reps:
        frames = [frame[frame["rep_id"].isin(list(reps))].reset_index(drop=True) for frame in frames]
    everybody = None if reps else against(facts, when, plan, strategy, None).lines
    lines, accounts, by_name, came = frames
    day = None if plan is None else plan.as_of
    return Compared(lines, everybody, accounts, by_name, came, found.reasons, when, day)


def _files(facts: Facts, file: Path | None, strategy_file: Path | None) -> tuple[PlanRead | None, Strategy | None]:
    plan = strategy = None
    if file is not None:
        plan = read_plan(file, facts.dataset.settings.fiscal_year_start)
        check_plan(plan, facts, file)
    if strategy_file is not None:
        strategy = load_strategy(strategy_file)
        check_strategy(strategy, facts, strategy_file)
    return plan, strategy


def _period(facts: Facts, plan: PlanRead | None, file: Path | None, period: str | None) -> Period:
    if plan is None:
        if period is None:
            raise ConfigError(text("The period is missing."), key="--period", expected=text("such as 2025-Q4"))
        return facts.dataset.asked_period(period).period
    when = plan.period if period is None else facts.dataset.asked_period(period).period
    if when != plan.period:
        raise ConfigError(
            text("This plan is of another period."), file=file, key="period", found=plan.period.name,
            expected=when.name,
        )  # fmt: skip
    return when
