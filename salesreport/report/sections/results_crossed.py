"""Results crossed (S19): growth, prices net of mix, satisfaction and complaints, and how each moved."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from salesreport.kpi import METRICS, compute
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.moved import Moved, in_a_sentence, moved, of_rate
from salesreport.report.presence import with_caveat
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.shared import Figure
from salesreport.report.table import Content, NumberTable, number_table

Row = dict[str, Any]
"""A metric: column → value."""

COLUMNS = (
    "metric", "now", "before", "n", "n_before", "change", "lower", "upper", "moved", "trend", "periods", "reason",
)  # fmt: skip
"""The columns of the section's data."""

_FEWEST_PERIODS = 4
"""A trend needs so many periods."""

_PLACE = ("revenue", "price_variation", "satisfaction", "complaints")

_MOVED: dict[str, Text] = {
    "more": text("more"),
    "less": text("less"),
    "unclear": text("no clear change"),
    "unknown": text("cannot be told"),
}
"""How something moved, by key; more or less: beyond chance."""


def results_crossed(context: Context) -> Section:
    """How results moved; `data` is a row per metric, `COLUMNS`.

    `now` and `before` are figures of the period and the one compared (of prices: their change alone, in `change`);
    `change`, `lower`, `upper`: of sums the relative change with its 95 % interval; `moved`: a key: more or less
    where that is more than chance; `trend`: of complaints, over `periods`; `reason`: why it cannot be told.
    """
    topic, say = context.say(text("Results crossed")), context.say
    rows = [_revenue(context), _prices(context), _rate(context, "satisfaction"), _complaints(context)]
    data = pd.DataFrame(rows, columns=list(COLUMNS))
    told = [row for row in rows if row["moved"] != "unknown"]
    if not told:
        nothing = text("How results moved against {period} cannot be told.", period=context.compare)
        if (reason := rows[0]["reason"]) is not None:
            nothing = text(
                "How results moved against {period} cannot be told: {reason}.",
                period=context.compare,
                reason=reason,
            )
        return Section("crossed", topic, say(nothing), data, context.language, available=False)
    carried = [row for row in rows if row["moved"] != "unknown" or _carried(context, row["metric"])]
    return Section(
        key="crossed",
        topic=topic,
        message=context.heading(with_caveat(context, _message(context, told))),
        data=data,
        language=context.language,
        tables=(_table(context, carried),),
        notes=tuple(say(note) for note in _notes(told)),
    )


def _carried(context: Context, metric: str) -> bool:
    """Whether the data carry a metric at all."""
    return metric in ("revenue", "price_variation") or context.unavailable(metric) is None


# --- the rows


def _row(metric: str, now: Figure, before: Figure, moved: str, reason: Text | None = None) -> Row:
    return dict.fromkeys(COLUMNS, np.nan) | {
        "metric": metric, "now": now.value, "before": before.value, "n": now.n, "n_before": before.n,
        "moved": moved, "reason": reason, "trend": None,
    }  # fmt: skip


def _revenue(context: Context) -> Row:
    now, before = context.figure("revenue"), context.figure("revenue", context.compare)
    reason = context.unavailable("revenue") or context.uncompared("revenue")
    row = _row("revenue", now, before, "unknown", reason)
    found = None if reason is not None else moved(context, "revenue")
    if found is None:
        none = text("no revenue in {period} to compare with", period=context.compare)
        return row | {"reason": reason or none}
    return row | found._asdict() | {"moved": found.direction}


def _prices(context: Context) -> Row:
    nothing = Figure(np.nan, 0, np.nan, np.nan, "share")
    mine, lacking = _compared(context)
    row = _row("price_variation", nothing, nothing, "unknown", lacking)
    if mine is None or math.isnan(mine["value"]):
        if row["reason"] is None:
            row["reason"] = text("too few sales with a price in one of the periods")
        return row
    value, low, high, n = (float(mine[name]) for name in ("value", "lower", "upper", "n"))
    moved = "more" if low > 0 else "less" if high < 0 else "unclear"
    return row | {"change": value, "lower": low, "upper": high, "n": n, "moved": moved}


def _compared(context: Context) -> tuple[Row | None, Text | None]:
    """The subject's change of prices, and why the data cannot give any; looked at for everybody at once."""
    by = () if context.subject.dimension is None else (context.subject.dimension,)

    def find() -> tuple[dict[str, Row], Text | None]:
        table = compute(context.facts, context.period, ["price_variation"], by=by, compare_to=context.compare)
        rows = records(table.frame[table.frame["metric"] == "price_variation"])
        return {row[by[0]] if by else "": row for row in rows}, table.unavailable.get("price_variation")

    everybody, lacking = context.facts.store(("crossed", by, context.period, context.compare), find)
    return everybody.get(context.subject.id), lacking


def _rate(context: Context, metric: str) -> Row:
    """A mean or rate: it moved where its interval and that of the other period lie apart; see `moved.of_rate`."""
    now, before = context.figure(metric), context.figure(metric, context.compare)
    direction = None if min(now.n, before.n) < METRICS[metric].minimum_n else of_rate(context, metric)
    reason = context.unavailable(metric) or context.uncompared(metric)
    if reason is not None or direction is None:
        reason = reason or text("too few to tell in one of the periods")
        return _row(metric, now, before, "unknown", reason)
    return _row(metric, now, before, direction) | {"change": now.value - before.value}


def _complaints(context: Context) -> Row:
    row = _rate(context, "complaints")
    figures = [context.figure("complaints", period) for period in context.own_trend]
    told = [(one.value * one.n / 100, one.n) for one in figures if one.known and one.n > 0]
    if len(told) < _FEWEST_PERIODS or not sum(count for count, _ in told):
        return row
    z = trend_of(*map(np.array, zip(*told, strict=True)))
    trend = "more" if z > 0 and _sure(z) else "less" if z < 0 and _sure(z) else "unclear"
    return row | {"trend": trend, "periods": len(told)}


def trend_of(counts: np.ndarray, exposure: np.ndarray) -> float:
    """Whether a rate rises over periods in their order, as a standard normal under no trend.

    The score test of a log-linear Poisson trend, given the total: how far the mean time of events lies from that
    of the exposure.

    References:
        Armitage (1955), Biometrics 11, 375–386.

    Examples:
        >>> round(trend_of(np.array([2.0, 4, 6, 8]), np.full(4, 100.0)), 2)  # mean time 2, not 1.5
        2.0
    """
    time, total = np.arange(len(counts)), counts.sum()
    part = exposure / exposure.sum()
    middle = float((part * time).sum())
    spread = float((part * (time - middle) ** 2).sum())
    return float((counts * (time - middle)).sum() / np.sqrt(total * spread)) if total > 0 and spread > 0 else 0.0


def _sure(z: float) -> bool:
    return bool(2 * (1 - ndtr(abs(z))) < 0.05)


# --- words


def _message(context: Context, told: list[Row]) -> Text:
    """What moved, each in a clause, and what did not, together."""
    clauses = [_clause(context, row) for row in told if _moved(row)]
    same = [_name(row["metric"]) for row in told if not _moved(row)]
    if same:
        clauses.append(text("no clear change in {names}", names=same))
    said = clauses[0]
    for clause in clauses[1:]:
        said = text("{said}; {more}", said=said, more=clause)
    return said


def _moved(row: Row) -> bool:
    return row["metric"] == "revenue" or row["moved"] != "unclear" or row["trend"] in ("more", "less")


def _name(metric: str) -> Text:
    return text("prices net of mix") if metric == "price_variation" else METRICS[metric].title


def _clause(context: Context, row: Row) -> Text:
    if row["metric"] == "revenue":
        change = in_a_sentence(Moved(row["change"], row["lower"], row["upper"]), context.compare.label)
        if row["moved"] == "unclear":
            return text("revenue is {change}", change=change)
        return text("revenue is {change}, more than chance", change=change)
    if row["metric"] == "price_variation":
        size = Quantity(abs(row["change"]), "share")
        if row["moved"] == "more":
            return text("prices net of mix {size} higher", size=size)
        return text("prices net of mix {size} lower", size=size)
    words = {
        "more": text("{metric}: clearly more", metric=_name(row["metric"])),
        "less": text("{metric}: clearly less", metric=_name(row["metric"])),
    }
    if row["moved"] == "unclear":
        return text("{metric}: {trend}", metric=_name(row["metric"]), trend=_trend(row))
    said = words[row["moved"]]
    return text("{said}, {trend}", said=said, trend=_trend(row)) if row["trend"] in ("more", "less") else said


def _trend(row: Row) -> Text:
    n = int(row["periods"])
    if row["trend"] == "more":
        return ntext("rising over the last {n} period", "rising over the last {n} periods", n=n)
    if row["trend"] == "less":
        return ntext("falling over the last {n} period", "falling over the last {n} periods", n=n)
    return ntext("no trend over the last {n} period", "no trend over the last {n} periods", n=n)


def _table(context: Context, rows: list[Row]) -> NumberTable:
    say = context.say
    body: list[list[Content]] = []
    for row in rows:
        metric = row["metric"]
        title = say(text("Prices, net of mix")) if metric == "price_variation" else context.title(metric)
        if row["moved"] == "unknown":
            reason = "" if row["reason"] is None else say(row["reason"])
            body.append([title, context.language.labelled(say(_MOVED["unknown"]), reason), "", "", ""])
            continue
        said = say(_MOVED[row["moved"]])
        if isinstance(row["trend"], str):
            said = context.language.apart([said, say(_trend(row))])
        body.append(
            [
                title,
                said,
                _figure(context, metric, context.compare),
                _figure(context, metric, None),
                _change(context, row),
            ]
        )
    headings = [text("moved"), context.compare.short_label, context.period.short_label, text("change")]
    caption = text("Movement against {period}, with 95% intervals and numbers of cases", period=context.compare)
    return number_table(say(caption), ["", *map(say, headings)], body, texts=2, wide=True)


def _figure(context: Context, metric: str, period: object) -> Content:
    if metric == "price_variation":
        return ""
    figure = context.figure(metric, context.compare if period else None)
    shown, between = context.shown(figure.value, figure.unit), context.interval(figure)
    n = context.language.count(figure.n)
    return shown, f"{between} (n {n})" if between else f"n {n}"


def _change(context: Context, row: Row) -> Content:
    if row["metric"] not in ("revenue", "price_variation"):
        unit = context.unit(row["metric"])
        said = context.shown(row["change"], unit)
        return f"+{said}" if row["change"] > 0 else said
    signed = [f"+{said}" if value > 0 else said for value, said in (
        (value, context.language.percent(value, 1 if row["metric"] == "price_variation" else 0))
        for value in (row["change"], row["lower"], row["upper"])
    )]  # fmt: skip
    plus = f"{signed[1]} – {signed[2]}"
    if row["metric"] == "price_variation":
        plus = f"{plus} (n {context.language.count(row['n'])})"
    return signed[0], plus


def _notes(told: list[Row]) -> list[Text]:
    notes, metrics = [], {row["metric"] for row in told}
    if "price_variation" in metrics:
        notes.append(
            text("Prices are compared with list prices, else within product lines: what is sold does not count.")
        )
    if "revenue" in metrics:
        notes.append(text("The interval of revenue follows how much it varied from one such period to the next."))
    return notes
