"""Plans as files: YAML that people edit and the next review reads, CSV that can be ingested as table `targets`."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pandas as pd
import yaml
from pydantic import Field

from salesreport.config import Day, Settings, load
from salesreport.errors import ConfigError
from salesreport.kpi.frames import is_missing
from salesreport.period import Period
from salesreport.plan.action import REPS, SEGMENTS, ActionPlan
from salesreport.plan.duties import CADENCE, NAMED
from salesreport.plan.steps import COLUMNS
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


class StepWritten(Settings):
    """A step as a plan file has it; what is missing is not known. See `ActionPlan.steps`."""

    segment: Word | None = None
    kind: Word
    step: Word
    by: Day | None = None
    expected: float | None = None
    extra: float | None = None
    extra_lower: float | None = None
    extra_upper: float | None = None
    needed: float | None = None
    chance: float | None = None
    amount: float | None = None
    conversion: float | None = None
    lead_days: float | None = None
    usual: float | None = None
    best: float | None = None
    percentile: float | None = None
    verdict: str | None = None


class SegmentWritten(Settings):
    """A segment as a plan file has it; see `ActionPlan.segments`."""

    segment: Word | None = None
    goal: float
    booked: float | None = None
    repeat: float | None = None
    open: float | None = None
    gap: float | None = None
    planned: float | None = None
    reserve: float | None = None
    wins: float | None = None
    amount: float | None = None


class CadenceWritten(Settings):
    """How often accounts are to be met, as a plan file has it; see `ActionPlan.cadence`."""

    segment: Word | None = None
    status: Word | None = None
    type: Word
    accounts: int
    a_year: float
    planned: float
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
    goal: float
    derived: float | None = None
    agreed: float | None = None
    booked: float | None = None
    repeat: float | None = None
    open: float | None = None
    open_lower: float | None = None
    open_upper: float | None = None
    gap: float | None = None
    planned: float | None = None
    reserve: float | None = None
    chance_open: float | None = None
    chance_usual: float | None = None
    chance_plan: float | None = None
    verdict: str | None = None
    attainable: float | None = None
    open_factor: float | None = None
    segments: tuple[SegmentWritten, ...] = ()
    steps: tuple[StepWritten, ...] = ()
    cadence: tuple[CadenceWritten, ...] = ()
    accounts: tuple[AccountWritten, ...] = ()


class PlanFile(Settings):
    """A file of plans.

    Attributes:
        plan: the version of its form. period: whose plans. as_of: the day they were made on. metric, unit: of
            amounts. reps: the plans.
    """

    plan: Annotated[int, Field(ge=1, le=1)]
    period: Word
    as_of: Day
    metric: Word
    unit: Word
    reps: tuple[RepWritten, ...]


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
        raise ConfigError(
            error.problem, file=path, key="period", found=file.period, expected=error.expected
        ) from None
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
