"""Action plans: per rep from the goal backwards to what has to be done, by when, and how likely that is to do."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.customers.shared import nobodys
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.forecast import SEED
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.plan.chains import Chains, chains_of
from salesreport.plan.course import PATHS, Course, booked_alone, course_of
from salesreport.plan.duties import CADENCE, NAMED, cadence_of, named_accounts
from salesreport.plan.goals import Goals, goals_for, roster
from salesreport.plan.needed import BAND, Need, brings, need_of, parts_of_gap, worth_of
from salesreport.plan.past import FEWEST, Past
from salesreport.plan.steps import COLUMNS, activities_of, steps_of
from salesreport.plan.strategy import Strategy

REPS = (
    "rep_id", "goal", "derived", "agreed", "booked", "repeat", "open", "open_lower", "open_upper", "gap",
    "planned", "reserve", "chance_open", "chance_usual", "chance_plan", "verdict", "attainable", "open_factor",
)  # fmt: skip
"""The columns of `ActionPlan.reps`."""

SEGMENTS = ("rep_id", "segment", "goal", "booked", "repeat", "open", "gap", "planned", "reserve", "wins", "amount")
"""The columns of `ActionPlan.segments`."""


class ActionPlan(NamedTuple):
    """Plans of reps for a period. Amounts are in the metric's unit, numbers of deals and activities are counts.

    Attributes:
        reps: a row per rep, `REPS`. `goal` counts, `derived` follows from the strategy, `agreed` from the targets.
            `booked`: by the as-of date; `repeat`, `open`: what orders without a deal and open deals will bring,
            on average (`open_lower`, `open_upper`: in 80 of 100 futures); `gap` = goal − booked − repeat − open;
            `planned`: what has to be won beyond that for an even chance; `reserve` = planned − gap: sums of few
            uneven deals fall below their mean more often than not (or what comes is more than the goal already).
            `chance_open`, `chance_usual`, `chance_plan`: 0–1, of reaching the goal with what is open alone, with
            as many new deals as usual, and with what is planned. `verdict`: a key of `FEASIBLE`, of the first step
            that is needed; `attainable`: what is reached in half of the futures if the rep does as much as in his
            best stretch; `open_factor`: how many times what they usually bring open deals would have to.
        segments: a row per rep and segment (missing: all), `SEGMENTS`: the same sums by segment, `wins`: deals to
            be won beyond what is open, `amount`: what one brings.
        steps: a row per rep and step, once for all segments (segment missing) and, where goals are by segment, for
            each: `kind` (`begin`, `milestone`, `won`, `activity`), `step`, `by` (the last day in time), `expected`
            (get there by themselves by then), `extra` (beyond that; NaN: too late), `extra_lower`, `extra_upper`
            (80 %: what it may turn out to take), `needed` (both), `chance` (0–1, of one being won in the period),
            `amount`, `conversion` (0–1, the rep's own share that goes on, whenever), `lead_days` (median days from
            there to the order), `usual`, `best`, `percentile` (of the rep's own earlier stretches of as many days,
            NaN with fewer than four), `verdict`.
        cadence: what the strategy asks for by account (`duties.CADENCE`). accounts: those it names.
        missing: what cannot be told, by rep (None: everybody): rep, what, why.
        notes: what a reader should know. gaps: of the strategy that nobody carries.
        metric, unit, period, as_of: of the plans. names: of the reps.
    """

    reps: pd.DataFrame
    segments: pd.DataFrame
    steps: pd.DataFrame
    cadence: pd.DataFrame
    accounts: pd.DataFrame
    missing: tuple[tuple[str | None, Text, Text], ...]
    notes: tuple[Text, ...]
    gaps: pd.DataFrame | None
    metric: str
    unit: str
    period: Period
    as_of: dt.date
    names: dict[str, str]


def action_plan(
    facts: Facts,
    strategy: Strategy | None,
    period: Period,
    only: Sequence[str] = (),
    seed: int = SEED,
    paths: int = PATHS,
    goals: Goals | None = None,
) -> ActionPlan:
    """Plan backwards from everybody's goal.

    Args:
        facts: seen from the day to plan on. strategy: what is wanted; None: the targets alone.
        period: it ends after that day. only: these reps; nobody named: all.
        seed, paths: of the simulation. goals: those of `goals_for`, where they are known.

    Raises:
        ConfigError: the period is over, nobody has a goal, or a rep is not there in it.
    """
    if period.end <= facts.as_of:
        raise ConfigError(
            text("This period is over."), key="--period", found=period.name,
            expected=text("a period that ends after {day}", day=facts.as_of),
        )  # fmt: skip
    goals = goals_for(facts, strategy, period) if goals is None else goals
    people = roster(facts, period)
    _check(only, people)
    frame = goals.frame[goals.frame["goal"].notna()].reset_index(drop=True)
    everybody: list[tuple[str, str | None]] = [
        (rep, None if pd.isna(segment) else segment)
        for rep, segment in zip(frame["rep_id"], frame["segment"], strict=True)
    ]
    asked = [place for place, (rep, _) in enumerate(everybody) if not only or rep in only]
    frame, rows = frame.iloc[asked].reset_index(drop=True), [everybody[place] for place in asked]
    missing: list[tuple[str | None, Text, Text]] = []
    without = sorted(set(only or people["rep_id"]) - {rep for rep, _ in rows})
    missing += [(rep, text("plan"), text("no goal: neither target nor a part of the strategy")) for rep in without]
    file = process_file(facts)
    course: Course | None = None
    chains: Chains | None = None
    try:
        # of all, whoever is asked for: what is a rep's own is told from what is everybody's
        course = course_of(facts, file, everybody, period, goals.metric, seed, paths).take(asked)
        chains = chains_of(facts, file, rows, period)
    except Unavailable as problem:
        missing.append((None, text("what open deals will bring, and what is needed beyond"), problem.reason))
    past = Past(facts, file)
    made = _plans(facts, strategy, goals, frame, rows, course, chains, past, period, seed, people)
    cadence, accounts, why = _duties(facts, strategy, period, list(only) or people["rep_id"].tolist())
    missing += why + _lacking(past, chains, made[2], rows)
    notes = (*(course.notes if course is not None else ()), *goals.notes)
    if (len(cadence) or len(accounts)) and (shared := nobodys(facts, facts.as_of)) is not None:
        notes = (*notes, shared.by_last)
    return ActionPlan(
        *made, cadence, accounts, tuple(missing), notes, goals.gaps, goals.metric, goals.unit, period, facts.as_of,
        dict(zip(people["rep_id"], people["name"], strict=True)),
    )  # fmt: skip


def _duties(
    facts: Facts, strategy: Strategy | None, period: Period, reps: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str | None, Text, Text]]]:
    """The frames `cadence` and `accounts` of some reps, and what cannot be told of them."""
    cadence, accounts = pd.DataFrame(columns=list(CADENCE)), pd.DataFrame(columns=list(NAMED))
    missing: list[tuple[str | None, Text, Text]] = []
    if strategy is not None:
        accounts = named_accounts(facts, strategy)
        try:
            cadence = cadence_of(facts, strategy, period)
        except Unavailable as problem:
            missing.append((None, text("how often accounts are to be met"), problem.reason))
    mine = [one[one["rep_id"].isin(reps)].reset_index(drop=True) for one in (cadence, accounts)]
    return mine[0], mine[1], missing


def _check(only: Sequence[str], people: pd.DataFrame) -> None:
    known = people["rep_id"].tolist()
    for rep in only:
        if rep not in known:
            raise ConfigError(
                text("This rep does not sell in the period."), key="--rep", found=rep, nearest=nearest(rep, known)
            )


def _plans(
    facts: Facts, strategy: Strategy | None, goals: Goals, frame: pd.DataFrame, rows: list[tuple[str, str | None]],
    course: Course | None, chains: Chains | None, past: Past, period: Period, seed: int, people: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """The frames `reps`, `segments` and `steps`."""
    booked = booked_alone(facts, rows, period, goals.metric) if course is None else course.booked
    goal = frame["goal"].to_numpy(np.float64)
    by_segment = any(segment is not None for _, segment in rows)
    reps, segments, steps = [], [], []
    rows_of: dict[str, list[int]] = {}
    for place, (rep, _) in enumerate(rows):
        rows_of.setdefault(rep, []).append(place)
    stated = {name: frame[name].to_numpy(np.float64) for name in ("goal", "derived", "agreed")}
    for rep, mine in rows_of.items():
        own = {name: _sum(values[mine]) for name, values in stated.items()}
        line: dict[str, Any] = {"rep_id": rep, **own, "booked": booked[mine].sum()}
        if course is None or chains is None:
            reps.append(line)
            segments += [
                {"rep_id": rep, "segment": rows[row][1], "goal": goal[row], "booked": booked[row]} for row in mine
            ]
            continue
        need = need_of(course, mine, goal[mine], chains, seed)
        plan = steps_of(rep, chains, mine, need, by_segment, past, facts.as_of, period, course.per_amount)
        reps.append(line | _of_rep(course, chains, mine, goal[mine], need, plan, seed))
        segments += _of_segments(course, chains, mine, goal[mine], need)
        steps += plan
    table = pd.DataFrame(steps, columns=list(COLUMNS))
    if chains is not None and rows and past.types():
        everybody = sorted({*rows_of, *people["rep_id"]})
        more = activities_of(list(rows_of), everybody, table, chains, past, facts.as_of, period, strategy)
        if more:
            extra = pd.DataFrame(more, columns=list(COLUMNS))
            table = pd.concat([table, extra], ignore_index=True) if len(table) else extra
    order = {rep: place for place, rep in enumerate(rows_of)}
    table = table.sort_values("rep_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)
    return pd.DataFrame(reps, columns=list(REPS)), pd.DataFrame(segments, columns=list(SEGMENTS)), table


def _sum(values: np.ndarray) -> float:
    """The sum of those that are known; NaN where none is."""
    unknown = np.isnan(values)
    return float("nan") if unknown.all() else float(np.where(unknown, 0.0, values).sum())


def _of_rep(
    course: Course, chains: Chains, rows: list[int], goal: np.ndarray, need: Need, plan: list[dict[str, Any]],
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    opened = course.opened[rows].sum(axis=0)
    low, high = np.quantile(opened, [(1 - BAND) / 2, (1 + BAND) / 2])
    gap, planned = float(need.gap.sum()), float(need.planned.sum())
    rest = goal.sum() - course.booked[rows].sum() - (course.repeat[rows] + course.usual[rows]).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = float(np.median(np.where(opened > 0, rest / opened, np.inf)))
    return {
        "repeat": float(course.repeat[rows].mean(axis=1).sum()),
        "open": float(opened.mean()),
        "open_lower": min(float(low), float(opened.mean())),
        "open_upper": max(float(high), float(opened.mean())),
        "gap": gap,
        "planned": planned if need.possible or planned else np.nan if gap > 0 else 0.0,
        "reserve": planned - gap,
        "chance_open": need.chance_open,
        "chance_usual": need.chance_usual,
        "chance_plan": need.chance_plan,
        "verdict": _verdict(need, plan),
        "attainable": _attainable(course, chains, rows, goal, need, plan, seed),
        "open_factor": max(factor, 0.0) if np.isfinite(factor) else np.nan,
    }


def _of_segments(
    course: Course, chains: Chains, rows: list[int], goal: np.ndarray, need: Need
) -> list[dict[str, Any]]:
    return [
        {
            "rep_id": course.rep[row],
            "segment": course.segment[row],
            "goal": goal[place],
            "booked": course.booked[row],
            "repeat": course.repeat[row].mean(),
            "open": course.opened[row].mean(),
            "gap": need.gap[place],
            "planned": need.planned[place],
            "reserve": need.planned[place] - need.gap[place],
            "wins": need.wins[place],
            "amount": chains.chains[row].money * course.per_amount[row],
        }
        for place, row in enumerate(rows)
    ]


def entry_of(plan: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The step at which what is planned begins: the first that is still in time; of all segments together."""
    whole = [row for row in plan if row["segment"] is None and row["kind"] in ("begin", "milestone")]
    return next((row for row in whole if not np.isnan(row["extra"])), None)


def _verdict(need: Need, plan: list[dict[str, Any]]) -> str:
    if need.planned.sum() <= 0 and need.chance_open >= 0.5:
        return "enough"
    entry = entry_of(plan)
    return "too_late" if entry is None else str(entry["verdict"])


def _attainable(
    course: Course, chains: Chains, rows: list[int], goal: np.ndarray, need: Need, plan: list[dict[str, Any]],
    seed: int,
) -> float:  # fmt: skip
    """What is reached in half of the futures if the rep does as much as in his best stretch."""
    entry = entry_of(plan)
    if entry is None or np.isnan(entry["best"]):
        return float("nan")
    base = course.booked[rows].sum() + (course.opened[rows] + course.repeat[rows]).sum(axis=0)
    money, able = worth_of(course, rows, chains)
    share = parts_of_gap(need.gap, goal, able)
    extra = max(entry["best"] - entry["expected"], 0.0)
    money_each = entry["chance"] * entry["amount"]
    with np.errstate(divide="ignore", invalid="ignore"):
        wins = np.where(able, extra * money_each * share / money, 0.0)
    more = brings(wins, money, chains.spread, course.factor[rows[0]], seed + 2)
    return float(np.median(np.tile(base, len(more) // len(base)) + more))


def _lacking(
    past: Past, chains: Chains | None, steps: pd.DataFrame, rows: list[tuple[str, str | None]]
) -> list[tuple[str | None, Text, Text]]:
    """What the data cannot tell of plans, and why."""
    found: list[tuple[str | None, Text, Text]] = []
    if not past.types():
        found.append(
            (None, text("activities"), text("needs activities with their types, which this export does not have"))
        )
    if chains is None:
        return found
    if not chains.places:
        why = text("needs the history of stages; this export does not say when deals came where they are")
        found.append((None, text("milestones"), why))
    entry = steps[steps["segment"].isna() & steps["kind"].isin(["begin", "milestone"])]
    unknown = entry.groupby("rep_id")["usual"].apply(lambda one: bool(one.isna().all()))
    for rep in [rep for rep in dict.fromkeys(rep for rep, _ in rows) if unknown.get(rep, False)]:
        why = ntext(
            "fewer than {n} earlier stretch as long as the time that is left",
            "fewer than {n} earlier stretches as long as the time that is left",
            n=FEWEST,
        )
        found.append((rep, text("whether that is within reach"), why))
    return found
