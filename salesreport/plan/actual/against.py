"""Plan against actual, line by line: planned, done, what it may be on average, and whether that may be chance."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.compute import KpiTable, compute
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.source import PASSING
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.actual.asked import asked_of
from salesreport.plan.actual.chance import Measured, Unit, measured
from salesreport.plan.actual.course import course_of
from salesreport.plan.actual.doings import territory_told
from salesreport.plan.actual.lines import KINDS, line_of, lines_of
from salesreport.plan.strategy import Strategy
from salesreport.plan.written import PlanRead

LINES = (
    "kind", "what", "part", "group", "start", "end", "whole", "planned", "actual", "lower", "upper", "deviation",
    "verdict", "source", "course", "dispersion", "stretches", "unit",
)  # fmt: skip
"""The columns of lines, after those of whom they are about."""

VERDICTS: dict[str, Text] = {
    "below": text("less, by more than chance"),
    "above": text("more, by more than chance"),
    "chance": text("may be chance"),
    "unplanned": text("no plan"),
    "untold": text("cannot be told"),
}
"""How a line stands, by key."""


class Against(NamedTuple):
    """Plan against actual.

    Attributes:
        lines: a row per who (first column, named after the dimension; none for the company), metric and part
            (`all`; `segment`, `territory`: one of them, `group` missing where it is not stated). `start`, `end`:
            the days counted; `whole`: what is planned for the line, `planned`: of that by `end`; `actual`, with
            the 95 % interval of what it may be on average (`lower`, `upper`); `deviation` = actual − planned;
            `verdict`: a key of `VERDICTS`; `source`: a key of `SOURCES`; `course`: a key of `COURSES`, where the
            plan's days are not over; `dispersion`: variance ÷ mean, from `stretches` earlier stretches of their
            own (0: what is usual among all, or of independent events); `unit`. What is not known is missing.
        reasons: metric → why it cannot be told, or why its targets do not count.
    """

    lines: pd.DataFrame
    reasons: Mapping[str, Text]


def against(
    facts: Facts, period: Period, plan: PlanRead | None, strategy: Strategy | None, dimension: str | None
) -> Against:
    """Compare what was planned for a period with what was done, for everybody of a dimension.

    A count follows its plan where the plan lies within the interval of what the count may be on average. How much
    counts and sums vary is taken from up to twelve earlier stretches of as many days (`stats.dispersion`), drawn
    to what is usual among all who are compared; never less than independent events of these sizes vary. So of
    lines that follow their plan about one in twenty is called more than chance. Less than planned is not judged of
    reps who began or left within these days: a plan may be meant for all of them.

    Args:
        facts: what happened. period: whose plan. plan: a file; it counts before table `targets`.
        strategy: whose seasons spread a plan whose days are not over. dimension: of whom (None: the company).

    Raises:
        ConfigError: nothing is known of the period yet.
    """
    asked = asked_of(facts, period, plan, dimension)
    known, by = lines_of(facts), () if dimension is None else (dimension,)
    table = compute(facts, period, list(known), by=by) if known else None
    reasons = dict(asked.reasons)
    columns: dict[str, list[Any]] = {name: [] for name in ("who", *LINES)}
    whats = list(dict.fromkeys([*known, *asked.frame["what"]]))
    rows = dict(iter(asked.frame.groupby(["what", "part"], sort=False)))
    unknown = asked.frame.iloc[:0]
    with facts.forgetting(*PASSING, "reached events"):  # those of years
        for what in whats:
            if what not in known or table is None:
                reasons[what] = _unknown(what)
            elif what in table.unavailable:
                reasons[what] = table.unavailable[what]
            else:
                missing = _without_value(table, what, dimension)
                with facts.forgetting("doings"):
                    for part in _parts(facts, table, what, dimension):
                        mine = rows.get((what, part), unknown)
                        _lines(facts, period, what, part, mine, strategy, dimension, missing, columns)
                continue
            for one in rows.get((what, "all"), unknown).to_dict("records"):
                _add(columns, _untold(one, what, facts, period), 1)
    frame = pd.DataFrame(columns, columns=["who", *LINES])
    order = {what: place for place, what in enumerate(whats)}
    frame = frame.assign(place=frame["what"].map(order), kinds=frame["kind"].map(KINDS.index)).sort_values(
        ["who", "kinds", "place", "part", "group"], kind="stable", ignore_index=True
    )
    frame = frame.drop(columns=["place", "kinds"])
    if dimension == "rep_id":
        less = frame["verdict"].isin(["below", "chance"]) & (frame["deviation"] < 0)
        frame["verdict"] = frame["verdict"].mask(less & in_part(facts, frame), "untold")
    frame = frame.drop(columns="who") if dimension is None else frame.rename(columns={"who": dimension})
    return Against(frame, reasons)


def _parts(facts: Facts, table: KpiTable, what: str, dimension: str | None) -> list[str]:
    """By what a line is parted: the whole first."""
    source = {"activity": "activities"}.get(what.partition(":")[0], "deals")
    if what in ("revenue", "gross_profit", "units") and facts.columns.has("orders"):
        source = "orders"
    parts = ["all"]
    if dimension != "segment" and facts.dimensions.carries(source, "segment"):
        parts.append("segment")
    if territory_told(facts) and facts.columns.has(source):
        parts.append("territory")
    return parts


def _lines(
    facts: Facts, period: Period, what: str, part: str, asked: pd.DataFrame, strategy: Strategy | None,
    dimension: str | None, missing: set[str], columns: dict[str, list[Any]],
) -> None:  # fmt: skip
    """Add the rows of a metric and part: those with a plan, by the days it is meant for, then the others."""
    planned: set[Unit] = set()
    for (start, end), some in asked.groupby(["start", "end"], sort=False):
        until = min(end, facts.as_of)
        if until < start:
            continue
        groups = [of if isinstance(of, str) else None for of in some["group"]]
        units: list[Unit] = list(zip(some["who"], groups, strict=True))
        found = measured(facts, what, period, start, until, dimension, part, units)
        place = {unit: number for number, unit in enumerate(found.units)}
        whole, sources = some["whole"].to_numpy(np.float64), some["source"].tolist()
        courses = {
            source: course_of(facts, what, source, strategy, period, start, end, until)
            for source in dict.fromkeys(sources)
        }
        told = {
            "whole": whole, "planned": whole * [courses[source][0] for source in sources], "source": sources,
            "course": [courses[source][1] if until < end else None for source in sources],
        }  # fmt: skip
        numbers = np.array([place[unit] for unit in units], np.intp)
        _add_measured(columns, facts, what, part, (start, until), found, numbers, told, missing)
        planned.update(units)
    until = min(period.end, facts.as_of)
    found = measured(facts, what, period, period.start, until, dimension, part, [])
    others = [number for number in np.flatnonzero(found.actual).tolist() if found.units[number] not in planned]
    told = dict.fromkeys(("whole", "planned"), np.full(len(others), np.nan)) | {"source": None, "course": None}
    numbers = np.array(others, np.intp)
    _add_measured(columns, facts, what, part, (period.start, until), found, numbers, told, missing)


def _add_measured(
    columns: dict[str, list[Any]], facts: Facts, what: str, part: str, days: tuple[dt.date, dt.date],
    found: Measured, numbers: Positions, told: dict[str, Any], missing: set[str],
) -> None:  # fmt: skip
    """Add rows for some of the units that were measured.

    Args:
        columns: of `LINES` and `who`. numbers: of the units. told: what is said of each by the plan. missing: of
            whom the data tell no value.
    """
    line, units = line_of(what, facts), [found.units[number] for number in numbers.tolist()]
    known = np.array([who not in missing for who, _ in units], bool)
    actual, lower, upper = (
        np.where(known, one[numbers], np.nan) for one in (found.actual, found.lower, found.upper)
    )
    row = told | {
        "who": [who for who, _ in units], "kind": line.kind, "what": what, "part": part,
        "group": [group for _, group in units], "start": days[0], "end": days[1], "actual": actual, "lower": lower,
        "upper": upper, "deviation": actual - told["planned"],
        "verdict": verdicts(told["planned"], actual, lower, upper), "dispersion": found.dispersion[numbers],
        "stretches": found.stretches[numbers], "unit": line.unit,
    }  # fmt: skip
    _add(columns, row, len(units))


def _add(columns: dict[str, list[Any]], row: Mapping[str, Any], size: int) -> None:
    """Add so many rows to columns; what is the same in all of them is given once."""
    for name, values in row.items():
        many = values.tolist() if isinstance(values, np.ndarray) else values
        columns[name] += many if isinstance(many, list) else [many] * size


def verdicts(planned: Numbers, actual: Numbers, lower: Numbers, upper: Numbers) -> list[str]:
    """Keys of `VERDICTS`.

    Examples:
        >>> verdicts(np.array([30.0, 31.0]), *(np.full(2, one) for one in (20.0, 12.6, 30.2)))
        ['chance', 'below']
    """
    unknown = np.isnan(actual) | np.isnan(lower)
    found: list[str] = np.select(
        [np.isnan(planned), unknown, planned > upper, planned < lower],
        ["unplanned", "untold", "below", "above"],
        "chance",
    ).tolist()
    return found


def in_part(facts: Facts, lines: pd.DataFrame) -> pd.Series:
    """Whether each line (`who`, `start`, `end`) is of a rep who was not there for over a tenth of its days."""
    reps = facts.reps.drop_duplicates("rep_id").set_index("rep_id").reindex(lines["who"])
    hired, left = (reps[name].set_axis(lines.index) for name in ("hired_on", "left_on"))
    start, end = (pd.to_datetime(lines[name]) for name in ("start", "end"))
    slack = (end - start) / 10
    return (hired > start + slack) | (left < end - slack)


def _without_value(table: KpiTable, what: str, dimension: str | None) -> set[str]:
    """Of whom the data tell no value, although something happened."""
    rows = table.frame[(table.frame["metric"] == what) & table.frame["value"].isna()]
    if dimension is None:
        return {""} if len(rows) else set()
    return set(rows[dimension].dropna())


def _untold(asked: dict[str, Any], what: str, facts: Facts, period: Period) -> dict[str, Any]:
    line, until = line_of(what, facts), min(asked["end"], facts.as_of)
    unknown = dict.fromkeys(
        ("planned", "actual", "lower", "upper", "deviation", "dispersion", "stretches"), np.nan
    )
    planned = asked["whole"] if until >= asked["end"] else np.nan
    return unknown | {
        "who": asked["who"], "kind": line.kind, "what": what, "part": "all", "group": None,
        "start": asked["start"], "end": until, "whole": asked["whole"], "planned": planned, "verdict": "untold",
        "source": asked["source"], "course": None, "unit": line.unit,
    }  # fmt: skip


def _unknown(what: str) -> Text:
    name, _, parameter = what.partition(":")
    if name == "activity":
        return text("the data have no activities of type “{type}”", type=parameter)
    if name == "reached":
        return text("the process has no milestone “{milestone}”", milestone=parameter)
    return text("the data do not tell it")
