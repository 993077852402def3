"""What was won and lost: by product line, by segment, and at which stage deals were lost."""

import math
from typing import Any

import numpy as np
import pandas as pd

from salesreport.language import Text, ntext, text
from salesreport.report.charts import Bars, solid_and_hollow
from salesreport.report.context import Context, Figure
from salesreport.report.rows import records, totals
from salesreport.report.section import Section
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
    data = pd.concat([part for part in parts if len(part) > 1] or parts[:1], ignore_index=True)
    stages, note = _lost_by_stage(context)
    notes = [*([] if note is None else [note]), *context.gaps(("win_rate",))]
    nothing = text("No deals were closed in {period}.", period=context.period)
    if not closed.n:
        return Section(
            key="results",
            topic=context.say(text("Won and lost")),
            message=context.say(context.unavailable("deals_closed") or nothing),
            data=data,
            language=context.language,
            available=False,
        )
    message = context.say(_message(context, data))
    panels = [_bars(context, data, dimension) for dimension in data["dimension"].unique()]
    if not stages.empty:
        panels.append(
            Bars(
                context.say(text("Stage at which deals were lost")),
                [_name(context, stage) for stage in stages["stage"]],
                [0.0] * len(stages),
                list(stages["lost"]),
                [context.language.count(count) for count in stages["lost"]],
            )
        )
        data = pd.concat(
            [data, stages.rename(columns={"stage": "group"}).assign(dimension="stage")], ignore_index=True
        )
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
        data=data,
        language=context.language,
        charts=(chart,) if panels else (),
        tables=tuple(
            _table(context, data, dimension) for dimension in data["dimension"].unique() if dimension != "stage"
        ),
        notes=tuple(context.say(note) for note in notes),
    )


def _by(context: Context, dimension: str) -> pd.DataFrame:
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
            rows.append((dimension, group, *counts, *rates, sum(counts), peers))
    rows.sort(key=lambda row: (-row[-2], row[1] is None, row[1]))
    columns = ["dimension", "group", "won", "lost", *_RATE, "n", "peers"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float) | {"group": "str"})


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


def _lost_by_stage(context: Context) -> tuple[pd.DataFrame, Text | None]:
    """Deals lost by the last stage they were in, or the reason why that is not known."""
    if not context.facts.columns.has("stage_events"):
        reason = (
            text("At which stage deals were lost needs stage history; this export has only the current stage.")
            if context.facts.columns.has("deals", "stage")
            else text("At which stage deals were lost needs stage history; this export has no stages.")
        )
        return pd.DataFrame({"stage": [], "lost": []}), reason
    lost = context.closed[context.closed["status"] == "lost"]
    stages = context.shared.stages_when_lost(context.period)
    counts = totals(stages.reindex(lost["deal_id"]).tolist(), lost["share"])
    # as many: in the order of the alphabet
    order = sorted(counts, key=lambda stage: (-counts[stage], stage))
    return pd.DataFrame({"stage": order, "lost": [counts[stage] for stage in order]}), None


def _message(context: Context, data: pd.DataFrame) -> Text:
    won, lost = context.figure("deals_won"), context.figure("deals_lost")
    if context.unavailable("win_rate") is not None:
        return ntext("{n} deal won; lost ones are missing", "{n} deals won; lost ones are missing", n=won.value)
    first = data[data["dimension"] == data["dimension"].iloc[0]] if len(data) else data
    clauses = ntext("{n} deal won", "{n} deals won", n=won.value), ntext("{n} lost", "{n} lost", n=lost.value)
    ranked = first.sort_values(["won", "group"], ascending=[False, True])
    if (
        len(first) < 2 or not ranked["won"].iloc[0] > ranked["won"].iloc[1]
    ):  # none at all, or none more than another
        return text("{won}, {lost}", won=clauses[0], lost=clauses[1])
    top = ranked.iloc[0]
    return text(
        "{won}, {lost}; most wins came from {group} ({count})",
        won=clauses[0],
        lost=clauses[1],
        group=_name(context, top["group"]),
        count=float(top["won"]),
    )


def _bars(context: Context, data: pd.DataFrame, dimension: str) -> Bars:
    part = data[data["dimension"] == dimension]
    head, tail = part.head(MOST_GROUPS), part.iloc[MOST_GROUPS:]
    if len(tail) == 1:
        head, tail = part, tail.iloc[:0]
    names = [_name(context, group) for group in head["group"]]
    won, lost = list(head["won"]), list(head["lost"])
    if len(tail):
        names.append(context.say(ntext("{n} other", "{n} others", n=len(tail))))
        won.append(tail["won"].sum())
        lost.append(tail["lost"].sum())
    count = context.language.count
    said = [f"{count(a)} : {count(b)}" for a, b in zip(won, lost, strict=True)]
    if context.unavailable("win_rate") is not None:
        said = [count(a) for a in won]
    return Bars(context.say(_DIMENSIONS[dimension]), names, won, lost, said)


def _table(context: Context, data: pd.DataFrame, dimension: str) -> NumberTable:
    part = data[data["dimension"] == dimension]
    count, say = context.language.count, context.say
    with_peers = part["peers"].notna().any()
    headings = [say(_DIMENSIONS[dimension]), say(text("won")), say(text("lost"))]
    if context.unavailable("win_rate") is not None:
        counts = [[_name(context, row["group"]), count(row["won"])] for row in records(part)]
        return number_table(say(text("Deals won by group")), headings[:2], counts)
    headings.append(say(text("Win rate, 95% interval")))
    if with_peers:
        headings.append(say(context.subject.peers))
    rows: list[list[str | tuple[str, str]]] = []
    for row in records(part):
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
