"""The strategy shared out: a plan for each rep, segment and product line that adds up to it, to the cent."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from salesreport.errors import ConfigError
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.plan.capacity import capacities
from salesreport.plan.money import CENT, PIECE, apportion, controlled, quanta_of
from salesreport.plan.strategy import Strategy

COLUMNS = ("rep_id", "period", "segment", "product_line", "quanta", "value")
"""The columns of derived plans."""


class Shared(NamedTuple):
    """A strategy's goal for a period, shared out.

    Attributes:
        frame: a row per rep with a part of it, segment and product line (missing where the strategy does not plan
            by it): `COLUMNS`; `quanta` are whole cents (of units: pieces), `value` the same in money (or units).
        gaps: what nobody carries: `period`, `segment`, `product_line`, `quanta`, `value`, `reason` (a text).
        total: the goal of the period, in quanta: the sum of both frames' `quanta`.
        quantum: what one of them is worth.
    """

    frame: pd.DataFrame
    gaps: pd.DataFrame
    total: int
    quantum: Decimal


def share_out(strategy: Strategy, reps: pd.DataFrame, period: Period) -> Shared:
    """Derive everybody's plan for a period from the strategy.

    The goal is spread over the year by its weights; each part over segments, those over product lines, and each
    of these over the reps who sell it, by what they can carry then. All sums are exact; nobody's sum is further
    from his exact share than a cent for each part of the year.

    Args:
        strategy: what is wanted. reps: `rep_id`, `hired_on`, `left_on`. period: which one.

    Raises:
        ConfigError: the strategy has no goal for the period, or none that can be split so.

    Examples:
        >>> reps = pd.DataFrame({"rep_id": ["R1", "R2"], "hired_on": pd.NaT, "left_on": pd.NaT})
        >>> made = Strategy(name="Y", goal={"2026": 100}, seasonality=[0.1, 0.2, 0.3, 0.4])
        >>> share_out(made, reps, Period.parse("2026-Q4"))[0]["value"].tolist()
        [20.0, 20.0]
    """
    quantum = PIECE if strategy.metric == "units" else CENT
    frames, gaps, total = [], [], 0
    for part, quanta in parts_of(strategy, period):
        total += quanta
        carried, lost = _part(strategy, reps, part, quanta)
        frames.append(carried)
        gaps.append(lost)
    keys = ["rep_id", "segment", "product_line"]
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.groupby(keys, dropna=False, sort=False, as_index=False)["quanta"].sum()
    gap = pd.concat(gaps, ignore_index=True)
    unit = float(quantum)
    frame = frame.assign(period=period.name, value=frame["quanta"].astype("float64") * unit)[list(COLUMNS)]
    gap = gap.assign(value=gap["quanta"].astype("float64") * unit)
    assert int(frame["quanta"].sum()) + int(gap["quanta"].sum()) == total, "plans do not add up to the strategy"
    return Shared(frame, gap, total, quantum)


def parts_of(strategy: Strategy, period: Period) -> list[tuple[Period, int]]:
    """The parts of goals that make up a period exactly, and how much each is, in quanta.

    Raises:
        ConfigError: there are none.
    """
    quantum = PIECE if strategy.metric == "units" else CENT
    found: list[tuple[Period, int]] = []
    for written, amount in strategy.goal.items():
        goal = Period.parse(written, period.fiscal_year_start)
        if goal.end < period.start or period.end < goal.start:
            continue
        spans = _spans(goal, strategy, period)
        quanta = apportion(quanta_of(amount, quantum), strategy.seasonality or [1] * len(spans))
        for span, number in zip(spans, quanta or [0] * len(spans), strict=True):
            if span.end < period.start or period.end < span.start:
                continue
            if span.start < period.start or period.end < span.end:
                raise ConfigError(
                    text("The strategy plans longer parts than this period."),
                    key="--period",
                    found=period.name,
                    expected=text("a period made of parts such as {name}", name=span.name),
                )
            found.append((span, number))
    found.sort()
    days = sum(span.days for span, _ in found)
    if days != period.days:
        raise ConfigError(
            text("The strategy has no goal for all of this period."),
            key="--period",
            found=period.name,
            expected=text("a period within {names}", names=list(strategy.goal)),
        )
    return found


def _spans(goal: Period, strategy: Strategy, period: Period) -> list[Period]:
    """The equal parts of a goal's period, one for each weight; without weights as long as is asked for."""
    months = _months(goal)
    if strategy.seasonality:
        number = len(strategy.seasonality)
    else:
        asked = _months(period) if period.kind in ("year", "half", "quarter", "month") else months
        number = months // asked if asked and months % asked == 0 and asked <= months else 1
    if months % number:
        raise ConfigError(
            text("A goal cannot be spread over so many parts."),
            key="goal",
            found=goal.name,
            expected=text("a period of months that {n} weights can share", n=number),
        )
    kinds = {1: "month", 3: "quarter", 6: "half", 12: "year"}
    kind = kinds.get(months // number)
    spans, start = [], goal.start
    for _ in range(number):
        end = Period.of(start, "month").previous(-(months // number) + 1).end
        if kind is None:
            spans.append(Period.span(start, end, goal.fiscal_year_start))
        else:
            spans.append(Period.of(start, kind, goal.fiscal_year_start))  # type: ignore[arg-type]
        start = Period.of(end, "month").previous(-1).start
    return spans


def _months(period: Period) -> int:
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1


Cell = tuple[str | None, str | None]


def _part(strategy: Strategy, reps: pd.DataFrame, part: Period, quanta: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One part of the year over cells and reps; and what nobody carries."""
    cells, amounts = _cells(strategy, quanta)
    carry = capacities(reps, part, strategy.weights, strategy.ramp_up)
    ids = reps["rep_id"].tolist()
    exact: list[list[Fraction]] = [[Fraction(0)] * len(cells) for _ in ids]
    lost: list[tuple[Cell, int, Text]] = []
    for place, (cell, amount) in enumerate(zip(cells, amounts, strict=True)):
        weights = [
            one if strategy.organisation == "territory" or _sells(strategy, rep, cell) else Fraction(0)
            for rep, one in zip(ids, carry, strict=True)
        ]
        whole = sum(weights, Fraction(0))
        if whole:
            for row, weight in enumerate(weights):
                exact[row][place] = amount * weight / whole
        elif amount:
            lost.append((cell, amount, _why_nobody(strategy, ids, cell)))
    shared = controlled(exact) if ids else []
    rows = [
        (rep, *cell, number)
        for rep, numbers, able in zip(ids, shared, carry, strict=True)
        if able
        for cell, number in zip(cells, numbers, strict=True)
        if strategy.organisation == "territory" or _sells(strategy, rep, cell)
    ]
    frame = _typed(pd.DataFrame(rows, columns=["rep_id", "segment", "product_line", "quanta"]))
    gaps = [(part.name, *cell, number, why) for cell, number, why in lost]
    columns = ["period", "segment", "product_line", "quanta", "reason"]
    return frame, _typed(pd.DataFrame(gaps, columns=columns))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = {"rep_id": "str", "period": "str", "segment": "str", "product_line": "str", "quanta": "int64"}
    return frame.astype({name: kind for name, kind in kinds.items() if name in frame})


def _cells(strategy: Strategy, quanta: int) -> tuple[list[Cell], list[int]]:
    """The strategy's segments × product lines, and how much of a part of the year each is."""
    segments: Sequence[str | None] = list(strategy.segments) or [None]
    lines: Sequence[str | None] = list(strategy.product_lines) or [None]
    of_segments = apportion(quanta, list(strategy.segments.values()) or [1])
    shares = [Fraction(one) for one in strategy.product_lines.values()] or [Fraction(1)]
    table = controlled([[amount * share for share in shares] for amount in of_segments or [0] * len(segments)])
    cells = [(segment, line) for segment in segments for line in lines]
    return cells, [number for row in table for number in row]


def _sells(strategy: Strategy, rep: str, cell: Cell) -> bool:
    what = strategy.specialists.get(rep)
    return what is not None and what.sells(*cell)


def _why_nobody(strategy: Strategy, ids: Sequence[str], cell: Cell) -> Text:
    if strategy.organisation == "specialists" and not any(_sells(strategy, rep, cell) for rep in ids):
        return text("nobody is named to sell this")
    return text("nobody who could sell this is there in this part of the year")
