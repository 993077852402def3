"""What was won and lost: by product line, by segment, and at which stage deals were lost."""

import math
from typing import Any

import numpy as np
import pandas as pd

from salesreport.language import Text, ntext, text
from salesreport.report.charts import Bars, solid_and_hollow
from salesreport.report.context import Context
from salesreport.report.rows import records, totals
from salesreport.report.section import Section
from salesreport.report.shared import Figure
from salesreport.report.table import NumberTable, number_table

MEASURES = ("deals_won", "deals_lost", "win_rate")
"""The figures of each group."""

MOST_GROUPS = 6
"""Groups shown each; the smallest are put together."""

_RATE = {"rate": "value", "lower": "lower", "upper": "upper"}

_DIMENSIONS: dict[str, Text] = {"product_line": text("Product line"), "segment": text("Segment")}


def results(context: Context) -> Section:
    """Deals won and lost by group; `data` has dimension, group, won, lost, rate, n, lower, upper, peers."""
    closed = context.figure("deals_closed")
    parts = [_by(context, dimension) for dimension in _DIMENSIONS if dimension != context.subject.dimension]
    told = [row for part in [part for part in parts if len(part) > 1] or parts[:1] for row in part]
    stages, note = _lost_by_stage(context)
    notes = [*([] if note is None else [note]), *context.gaps(("win_rate",))]
    nothing = text("No deals were closed in {period}.", period=context.period)
    if not closed.n:
        return Section(
            key="results",
            topic=context.say(text("Won and lost")),
            message=context.say(context.unavailable("deals_closed") or nothing),
            data=_frame(told),
            language=context.language,
            available=False,
        )
    groups = {name: [row for row in told if row["dimension"] == name] for name in _DIMENSIONS}
    shown = {name: rows for name, rows in groups.items() if rows}
    message = context.say(_message(context, next(iter(shown.values()), [])))
    panels = [_bars(context, rows, dimension) for dimension, rows in shown.items()]
    if stages:
        panels.append(
            Bars(
                context.say(text("Stage at which deals were lost")),
                [_name(context, stage) for stage in stages],
                [0.0] * len(stages),
                list(stages.values()),
                [context.language.count(count) for count in stages.values()],
            )
        )
        told += [{"dimension": "stage", "group": stage, "lost": count} for stage, count in stages.items()]
    chart = solid_and_hollow(
        "results",
        panels,
        message,
        context.say(text("Bars of deals won (solid) and lost (hollow) by group.")),
        solid=context.say(text("won")),
        hollow=context.say(text("lost")),
    )
    return Section(
        key="results",
        topic=context.say(text("Won and lost")),
        message=message,
        data=_frame(told),
        language=context.language,
        charts=(chart,) if panels else (),
        tables=tuple(_table(context, rows, dimension) for dimension, rows in shown.items()),
        notes=tuple(context.say(note) for note in notes),
    )


Row = dict[str, Any]
"""A group: column → value."""

_NUMBERS = ("won", "lost", *_RATE, "n", "peers")


def _frame(told: list[Row]) -> pd.DataFrame:
    """The groups as a frame; what a group has no number of is missing."""
    texts = {name: pd.Series([row[name] for row in told], dtype="str") for name in ("dimension", "group")}
    return pd.DataFrame(
        texts | {name: np.array([row.get(name, math.nan) for row in told], float) for name in _NUMBERS}
    )


def _by(context: Context, dimension: str) -> list[Row]:
    """Won, lost and win rate (NaN: unavailable) by one dimension, with everybody else's rate beside it."""
    found: dict[str, dict[str | None, dict[str, Any]]] = {metric: {} for metric in MEASURES}
    for row in records(context.compute(MEASURES, by=[dimension]).frame):
        found[row["metric"]][row[dimension] if isinstance(row[dimension], str) else None] = row
    won, lost, rate = found.values()
    rest, unknown = _rest(context, dimension), dict.fromkeys(_RATE.values(), math.nan)
    rows = []
    for group in won:
        counts = [_or_zero(one.get(group, {}).get("value")) for one in (won, lost)]
        rates = [rate.get(group, unknown)[name] for name in _RATE.values()]
        if sum(counts) > 0:
            peers = math.nan if group is None else rest.get(group, math.nan)
            numbers = (*counts, *rates, sum(counts), peers)
            rows.append({"dimension": dimension, "group": group, **dict(zip(_NUMBERS, numbers, strict=True))})
    return sorted(rows, key=lambda row: (-row["n"], row["group"] is None, row["group"]))


def _or_zero(value: float | None) -> float:
    return 0.0 if value is None or math.isnan(value) else value


def _rest(context: Context, dimension: str) -> dict[str, float]:
    """Win rate of all peers together, by group of a dimension."""
    if context.subject.dimension is None or context.unavailable("win_rate") is not None:
        return {}
    spread = context.shared.spread(context.subject.dimension, MEASURES, dimension, context.period)
    won, lost = (spread[name].to_numpy()[context.peers].sum(axis=0) for name in ("deals_won", "deals_lost"))
    with np.errstate(invalid="ignore"):
        return dict(zip(spread["deals_won"].columns, (won / (won + lost)).tolist(), strict=True))


def _lost_by_stage(context: Context) -> tuple[dict[str, float], Text | None]:
    """Deals lost by the last stage they were in, or the reason why that is not known."""
    if not context.facts.columns.has("stage_events"):
        reason = (
            text("At which stage deals were lost needs stage history; this export has only the current stage.")
            if context.facts.columns.has("deals", "stage")
            else text("At which stage deals were lost needs stage history; this export has no stages.")
        )
        return {}, reason
    closed = context.closed
    lost = np.flatnonzero([status == "lost" for status in closed["status"].tolist()])
    stages = context.shared.stages_when_lost(context.period)
    ids, share = (closed[name].take(lost) for name in ("deal_id", "share"))
    counts = totals(map(stages.get, ids.tolist()), share)
    # as many: in the order of the alphabet
    return {stage: counts[stage] for stage in sorted(counts, key=lambda stage: (-counts[stage], stage))}, None


def _message(context: Context, first: list[Row]) -> Text:
    won, lost = context.figure("deals_won"), context.figure("deals_lost")
    if context.unavailable("win_rate") is not None:
        return ntext("{n} deal won; lost ones are missing", "{n} deals won; lost ones are missing", n=won.value)
    clauses = ntext("{n} deal won", "{n} deals won", n=won.value), ntext("{n} lost", "{n} lost", n=lost.value)
    ranked = sorted(first, key=lambda row: (-row["won"], row["group"] is None, row["group"]))
    if len(first) < 2 or not ranked[0]["won"] > ranked[1]["won"]:  # none at all, or none more than another
        return text("{won}, {lost}", won=clauses[0], lost=clauses[1])
    top = ranked[0]
    return text(
        "{won}, {lost}; most wins came from {group} ({count})",
        won=clauses[0],
        lost=clauses[1],
        group=_name(context, top["group"]),
        count=top["won"],
    )


def _bars(context: Context, part: list[Row], dimension: str) -> Bars:
    head, tail = part[:MOST_GROUPS], part[MOST_GROUPS:]
    if len(tail) == 1:
        head, tail = part, []
    names = [_name(context, row["group"]) for row in head]
    won, lost = ([row[name] for row in head] for name in ("won", "lost"))
    if tail:
        names.append(context.say(ntext("{n} other", "{n} others", n=len(tail))))
        won.append(math.fsum(row["won"] for row in tail))
        lost.append(math.fsum(row["lost"] for row in tail))
    count = context.language.count
    said = [f"{count(a)} : {count(b)}" for a, b in zip(won, lost, strict=True)]
    if context.unavailable("win_rate") is not None:
        said = [count(a) for a in won]
    return Bars(context.say(_DIMENSIONS[dimension]), names, won, lost, said)


def _table(context: Context, part: list[Row], dimension: str) -> NumberTable:
    count, say = context.language.count, context.say
    with_peers = any(not math.isnan(row["peers"]) for row in part)
    headings = [say(_DIMENSIONS[dimension]), say(text("won")), say(text("lost"))]
    if context.unavailable("win_rate") is not None:
        counts = [[_name(context, row["group"]), count(row["won"])] for row in part]
        return number_table(say(text("Deals won by group")), headings[:2], counts)
    headings.append(say(text("Win rate, 95% interval")))
    if with_peers:
        headings.append(say(context.subject.peers))
    rows: list[list[str | tuple[str, str]]] = []
    for row in part:
        rate = Figure(row["rate"], row["n"], row["lower"], row["upper"], "share")
        cells: list[str | tuple[str, str]] = [
            _name(context, row["group"]),
            count(row["won"]),
            count(row["lost"]),
            (context.shown(row["rate"], "share"), context.interval(rate)),
        ]
        rows.append([*cells, context.shown(row["peers"], "share")] if with_peers else cells)
    return number_table(say(text("Win rate by group; few deals make wide intervals")), headings, rows)


def _name(context: Context, group: object) -> str:
    return context.language.show(str(group)) if pd.notna(group) else context.say(text("(not stated)"))
