"""Whose goal is how much: what is agreed in table `targets` wins, what is missing follows from the strategy."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi.compute import METRICS
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import targets_for
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.plan.money import CENT, PIECE, apportion, quanta_of
from salesreport.plan.shares import share_out
from salesreport.plan.strategy import Strategy

_LATELY = np.timedelta64(365, "D")


class Goals(NamedTuple):
    """Everybody's goals for a period.

    Attributes:
        frame: a row per rep and segment (segment missing where the strategy does not plan by segments): `rep_id`,
            `segment`, `goal` (what counts), `derived` (from the strategy; NaN without one), `agreed` (from table
            `targets`; NaN where there is none), in the metric's unit.
        metric: its key. unit: the currency, or `units`.
        gaps: of the strategy that nobody carries, see `Shared.gaps`; None without a strategy.
        notes: where what is agreed differs from the strategy, and by how much.
    """

    frame: pd.DataFrame
    metric: str
    unit: str
    gaps: pd.DataFrame | None
    notes: tuple[Text, ...]


def roster(facts: Facts, period: Period) -> pd.DataFrame:
    """Who sells in a period: the reps of table `reps` who are there; others while deals name them.

    Returns:
        `rep_id`, `name`, `hired_on`, `left_on`, `team`, sorted by id; queues and other owners who are no people
        are left out.
    """
    return facts.store(("roster", period), lambda: _roster(facts, period), always=True)


def _roster(facts: Facts, period: Period) -> pd.DataFrame:
    reps = facts.reps[~facts.reps["rep_id"].isin(facts.not_people)]
    listed = set(facts.dataset.table("reps", ["rep_id"])["rep_id"])
    hired = reps["hired_on"].isna() | (reps["hired_on"] <= pd.Timestamp(period.end))
    here = reps["left_on"].isna() | (reps["left_on"] >= pd.Timestamp(period.start))
    known, on = facts.known(facts.as_of), np.datetime64(facts.as_of, "D")
    lately = known.open | (known.closed_on > on - _LATELY)
    codes = np.unique(known.rep.codes[lately])
    busy = set(known.rep.categories[codes[codes >= 0]])
    counts = (hired & here) & (reps["rep_id"].isin(listed) | reps["rep_id"].isin(busy))
    columns = ["rep_id", "name", "hired_on", "left_on", "team"]
    return reps.loc[counts, columns].sort_values("rep_id", ignore_index=True)


def goals_for(facts: Facts, strategy: Strategy | None, period: Period) -> Goals:
    """Find out what everybody is to bring in a period.

    Without a strategy the targets for revenue are the goals. A rep's target that is not stated by segment is split
    like his derived plan, to the cent.

    Raises:
        ConfigError: neither strategy nor targets say anything about the period.
    """
    reps = roster(facts, period)
    metric = strategy.metric if strategy is not None else "revenue"
    agreed, why = _agreed(facts, period, metric)
    if strategy is None:
        if agreed.empty:
            raise ConfigError(
                text("There is no goal: {reason}.", reason=why), key="--strategy",
                expected=text("a strategy file, or targets for {period}", period=period.label),
            )  # fmt: skip
        frame = reps[["rep_id"]].assign(segment=pd.Series(pd.NA, reps.index, dtype="str"), derived=np.nan)
        gaps, total = None, None
    else:
        shared = share_out(strategy, reps, period)
        frame = shared.frame.groupby(["rep_id", "segment"], dropna=False, as_index=False, sort=False)[
            "value"
        ].sum()
        frame = frame.rename(columns={"value": "derived"})
        frame["derived"] = frame["derived"].round(2)
        gaps, total = shared.gaps, shared.total * float(shared.quantum)
    frame = _with_agreed(frame, agreed, PIECE if metric == "units" else CENT)
    frame["goal"] = frame["agreed"].where(frame["agreed"].notna(), frame["derived"])
    unit = "units" if metric == "units" else facts.dataset.currency
    notes = _differences(frame, total, unit, period, [] if agreed.empty else agreed["rep_id"].tolist(), reps)
    return Goals(frame[["rep_id", "segment", "goal", "derived", "agreed"]], metric, unit, gaps, notes)


def _agreed(facts: Facts, period: Period, metric: str) -> tuple[pd.DataFrame, Text | None]:
    """The reps' own targets: `rep_id`, `value`; and why there are none."""
    nothing = pd.DataFrame({"rep_id": pd.Series(dtype="str"), "value": pd.Series(dtype="float64")})
    try:
        found = targets_for(facts, period, metric, ["rep_id"], called=METRICS[metric].title)
    except Unavailable as problem:
        return nothing, problem.reason
    told = found.frame.dropna(subset=["rep_id", "value"])
    return (told[["rep_id", "value"]], None) if len(told) else (nothing, found.missing)


def _with_agreed(frame: pd.DataFrame, agreed: pd.DataFrame, quantum: Decimal) -> pd.DataFrame:
    """The frame with column `agreed`: each rep's target, split over his rows as his derived plan is."""
    values = dict(zip(agreed["rep_id"], agreed["value"], strict=True))
    told, plans = np.full(len(frame), np.nan), frame["derived"].fillna(0.0).to_numpy(np.float64)
    for rep, rows in frame.groupby("rep_id", sort=False).indices.items():
        if rep not in values or values[rep] < 0:
            continue
        derived = plans[rows].tolist()
        weights = [Fraction(one) for one in derived] if sum(derived) > 0 else [Fraction(1)] * len(rows)
        parts = apportion(quanta_of(Decimal(repr(float(values[rep]))), quantum), weights)
        told[rows] = [float(part * quantum) for part in parts or []]
    return frame.assign(agreed=told)


def _differences(
    frame: pd.DataFrame, total: float | None, unit: str, period: Period, told: list[str], reps: pd.DataFrame
) -> tuple[Text, ...]:
    notes = []
    by_rep = frame.groupby("rep_id")[["goal", "derived", "agreed"]].sum(min_count=1)
    lacking = int(by_rep["agreed"].isna().sum())
    if total is not None and len(told):
        differ = by_rep[(by_rep["agreed"] - by_rep["derived"]).abs() > 0.005]
        if len(differ):
            most = (differ["agreed"] - differ["derived"]).abs().idxmax()
            notes.append(
                ntext(
                    "{n} rep has an agreed target that is not the strategy’s, and it counts; "
                    "that of {rep} differs by {difference}.",
                    "{n} reps have agreed targets that are not the strategy’s, and they count; "
                    "that of {rep} differs most, by {difference}.",
                    n=len(differ),
                    rep=_name(reps, str(most)),
                    difference=Quantity(float(differ.loc[most, "agreed"] - differ.loc[most, "derived"]), unit),
                )
            )
        notes.append(
            text(
                "The goals that count add up to {sum}, the strategy’s for {period} is {goal}: {difference} apart.",
                sum=Quantity(float(by_rep["goal"].sum()), unit),
                period=period.label,
                goal=Quantity(total, unit),
                difference=Quantity(float(by_rep["goal"].sum()) - total, unit),
            )
        )
    if total is None and lacking:
        notes.append(
            ntext(
                "{n} rep has no target for {period} and so no plan.",
                "{n} reps have no target for {period} and so no plan.",
                n=lacking,
                period=period.label,
            )
        )
    return tuple(notes)


def _name(reps: pd.DataFrame, rep: str) -> str:
    found = reps.loc[reps["rep_id"] == rep, "name"]
    return str(found.iloc[0]) if len(found) else rep
