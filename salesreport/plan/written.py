"""Plans as files: YAML that people edit and the next review reads, CSV that can be ingested as table `targets`."""

import datetime as dt
from math import isfinite, nan
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pandas as pd
import yaml
from pydantic import BeforeValidator, Field, model_validator

from salesreport.config import Day, Settings, TextError, load, misfit, no_such
from salesreport.errors import ConfigError
from salesreport.kpi.frames import is_missing
from salesreport.language import text
from salesreport.period import Period
from salesreport.plan.action import REPS, SEGMENTS, ActionPlan
from salesreport.plan.duties import CADENCE, NAMED
from salesreport.plan.steps import COLUMNS
from salesreport.plan.strategy import PlanMetric
from salesreport.process.words import Word

METRICS = {
    "begin": "deals_created",
    "won": "deals_won",
    "milestone": "reached:{step}",
    "activity": "activity:{step}",
}
"""The metric that counts each kind of step."""

_PARTS = {"segments": SEGMENTS, "steps": COLUMNS, "cadence": CADENCE, "accounts": NAMED}
"""The lists of a rep's plan, and their columns."""


def _known(value: Any) -> Any:
    """A number that is one."""
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else nan
    except (ValueError, OverflowError):
        number = nan
    if not isfinite(number):
        raise TextError(text("This is not a number."))
    return number


def _planned(value: Any) -> Any:
    number = _known(value)
    if number < 0:
        raise TextError(text("A number here is never negative."))
    return number


def _kind(value: Any) -> Any:
    if value in METRICS:
        return value
    raise no_such(text("There is no such kind of step."), value, METRICS)


Known = Annotated[float, BeforeValidator(_known)]
"""A number of a plan file."""

Planned = Annotated[float, BeforeValidator(_planned)]
"""A number of a plan file that is asked for: 0 or more."""


class StepWritten(Settings):
    """A step as a plan file has it; what is missing is not known. See `ActionPlan.steps`."""

    segment: Word | None = None
    kind: Annotated[str, BeforeValidator(_kind)]
    step: Word
    by: Day | None = None
    expected: Known | None = None
    extra: Known | None = None
    extra_lower: Known | None = None
    extra_upper: Known | None = None
    needed: Planned | None = None
    chance: Known | None = None
    amount: Known | None = None
    conversion: Known | None = None
    lead_days: Known | None = None
    usual: Known | None = None
    best: Known | None = None
    percentile: Known | None = None
    verdict: str | None = None


class SegmentWritten(Settings):
    """A segment as a plan file has it; see `ActionPlan.segments`."""

    segment: Word | None = None
    goal: Planned
    booked: Known | None = None
    repeat: Known | None = None
    open: Known | None = None
    gap: Known | None = None
    planned: Known | None = None
    reserve: Known | None = None
    wins: Known | None = None
    amount: Known | None = None


class CadenceWritten(Settings):
    """How often accounts are to be met, as a plan file has it; see `ActionPlan.cadence`."""

    segment: Word | None = None
    status: Word | None = None
    type: Word
    accounts: Annotated[int, Field(ge=0)]
    a_year: Planned
    planned: Planned
    outcome: str = ""


class AccountWritten(Settings):
    """A named account as a plan file has it; see `ActionPlan.accounts`."""

    account_id: Word
    outcome: str = ""
    until: Day | None = None
    contacts: str = ""
    last_contact: Day | None = None


class RepWritten(Settings):
    """One rep's plan as a plan file has it; see `ActionPlan.reps`."""

    rep_id: Word
    name: str = ""
    goal: Planned
    derived: Known | None = None
    agreed: Known | None = None
    booked: Known | None = None
    repeat: Known | None = None
    open: Known | None = None
    open_lower: Known | None = None
    open_upper: Known | None = None
    gap: Known | None = None
    planned: Known | None = None
    reserve: Known | None = None
    chance_open: Known | None = None
    chance_usual: Known | None = None
    chance_plan: Known | None = None
    verdict: str | None = None
    attainable: Known | None = None
    open_factor: Known | None = None
    segments: tuple[SegmentWritten, ...] = ()
    steps: tuple[StepWritten, ...] = ()
    cadence: tuple[CadenceWritten, ...] = ()
    accounts: tuple[AccountWritten, ...] = ()

    @model_validator(mode="after")
    def _says_it_once(self) -> "RepWritten":
        steps = [(one.kind, one.step, one.segment) for one in self.steps]
        for name, each in (("steps", steps), ("segments", [(one.segment,) for one in self.segments])):
            for number, one in enumerate(each):
                if one in each[:number]:
                    named = ", ".join(part for part in one if part)
                    raise TextError(text("This stands twice in one plan."), place=(name, number), found=named)
        return self


class PlanFile(Settings):
    """A file of plans.

    Attributes:
        plan: the version of its form. period: whose plans. as_of: the day they were made on. metric, unit: of
            amounts. reps: the plans.
    """

    plan: Annotated[int, Field(ge=1, le=1)]
    period: Word
    as_of: Day
    metric: PlanMetric
    unit: Word
    reps: tuple[RepWritten, ...]

    @model_validator(mode="after")
    def _is_of_somebody(self) -> "PlanFile":
        if not self.reps:
            raise TextError(text("This is a plan of nobody."), text("a plan of one rep or more"), place=("reps",))
        return self


class PlanRead(NamedTuple):
    """A plan of an earlier day, read back.

    Attributes:
        reps, segments, steps, cadence, accounts: as in `ActionPlan`; what was not known is missing.
        period, as_of, metric, unit: of it.
    """

    reps: pd.DataFrame
    segments: pd.DataFrame
    steps: pd.DataFrame
    cadence: pd.DataFrame
    accounts: pd.DataFrame
    period: Period
    as_of: dt.date
    metric: str
    unit: str


def plan_yaml(plan: ActionPlan) -> str:
    """The plans as YAML, numbers unrounded, without what is not known."""
    reps = []
    for row in plan.reps.to_dict("records"):
        rep = row["rep_id"]
        reps.append(
            _told({"rep_id": rep, "name": plan.names.get(rep, ""), **row})
            | {name: _rows(getattr(plan, name), rep) for name in _PARTS}
        )
    content = {
        "plan": 1, "period": plan.period.name, "as_of": plan.as_of.isoformat(), "metric": plan.metric,
        "unit": plan.unit, "reps": reps,
    }  # fmt: skip
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def read_plan(path: Path | str, fiscal_year_start: int = 1) -> PlanRead:
    """Read a file that `plan_yaml` wrote, and people may have changed.

    Raises:
        ConfigError: no such file, not YAML, or not a plan; it names the line and the nearest valid name.
    """
    file = load(path, PlanFile)
    try:
        period = Period.parse(file.period, fiscal_year_start)
    except ConfigError as error:
        raise misfit(path, ("period",), error.problem, found=file.period, expected=error.expected) from None
    _check_days(file, period, path)
    reps = [one.model_dump(exclude={*_PARTS, "name"}) for one in file.reps]
    parts = [
        pd.DataFrame(
            [{"rep_id": rep.rep_id} | one.model_dump() for rep in file.reps for one in getattr(rep, name)],
            columns=list(columns),
        )
        for name, columns in _PARTS.items()
    ]
    segments, steps, cadence, accounts = parts
    whole = pd.DataFrame(reps, columns=list(REPS))
    return PlanRead(whole, segments, steps, cadence, accounts, period, file.as_of, file.metric, file.unit)


def _check_days(file: PlanFile, period: Period, path: Path | str) -> None:
    """Make sure that a plan was made before its period ends, and that what it asks for can be done within it."""
    if file.as_of > period.end:
        raise misfit(
            path, ("as_of",), text("This is after the plan's period."), found=file.as_of.isoformat(),
            expected=text("a day until {day}", day=period.end),
        )  # fmt: skip
    for number, rep in enumerate(file.reps):
        for position, step in enumerate(rep.steps):
            # a step that is too late has no number, and says when it would have been
            early = step.needed is not None and step.by is not None and step.by < file.as_of
            if step.by is not None and (early or step.by > period.end):
                raise misfit(
                    path, ("reps", number, "steps", position, "by"),
                    text("This day is before the plan was made.") if early else
                    text("This is after the plan's period."),
                    found=step.by.isoformat(),
                    expected=text("a day from {start} to {end}", start=file.as_of, end=period.end),
                )  # fmt: skip


def as_targets(plan: ActionPlan) -> pd.DataFrame:
    """The plans as rows of table `targets`, with what else is known of them beside.

    Returns:
        `metric`, `period` (goals: the plan's; steps: the days from the day after the plan was made to the last one
        in time), `value` (the goal; deals or activities needed in all), `rep_id`, `segment`, `source` (`plan`),
        then the columns of steps. Steps that are too late have no row.
    """
    rows: list[dict[str, Any]] = [
        {"metric": plan.metric, "period": plan.period.name, "value": row["goal"], "rep_id": row["rep_id"]}
        | {"segment": row["segment"]}
        for row in plan.segments.to_dict("records")
    ]
    start = plan.as_of + dt.timedelta(1)
    for row in plan.steps.to_dict("records"):
        if is_missing(row["needed"]) or row["by"] is None or row["by"] < start:
            continue
        metric = METRICS[row["kind"]].format(step=row["step"])
        period = f"{start.isoformat()}..{row['by'].isoformat()}"
        rows.append({"metric": metric, "period": period, "value": row["needed"], **row})
    columns = ["metric", "period", "value", "rep_id", "segment", "source", *COLUMNS[2:]]
    frame = pd.DataFrame(rows).reindex(columns=columns).assign(source="plan")
    frame["by"] = frame["by"].map(lambda day: None if is_missing(day) or pd.isna(day) else day.isoformat())
    return frame.astype(object).where(frame.notna(), None)


def _rows(frame: pd.DataFrame, rep: str) -> list[dict[str, Any]]:
    mine = frame[frame["rep_id"] == rep].drop(columns="rep_id")
    return [_told(row) for row in mine.to_dict("records")]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What is known of a row, as YAML holds it."""
    plain = {}
    for name, value in row.items():
        if value is None or is_missing(value) or (not isinstance(value, str | dt.date) and pd.isna(value)):
            continue
        plain[name] = value.isoformat() if isinstance(value, dt.date) else value
    return {name: float(value) if hasattr(value, "dtype") else value for name, value in plain.items()}
