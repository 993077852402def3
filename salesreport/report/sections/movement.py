"""Where deals stood, what moved and what was lost at every milestone, and how often deals move on."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from salesreport.kpi import METRICS
from salesreport.kpi.anomalies.decided import WIN
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.notes import process_notes
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.conversions import conversions
from salesreport.kpi.milestones.movement import movement
from salesreport.kpi.milestones.reached import any_left, no_milestones
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report.charts_moves import Rate, Strand, flows
from salesreport.report.context import FEWEST_PEERS, Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.conversion import found_in_conversion
from salesreport.report.sections.verdict import differs
from salesreport.report.shared import Maker
from salesreport.report.table import number_table
from salesreport.stats.competing_risks import ROUNDING
from salesreport.stats.intervals import Interval

FEWEST = METRICS["conversion"].minimum_n
"""With fewer deals at a milestone nobody can tell whether they move on like those of others."""

COUNTS = (
    "there_before", "entered", "first_seen", "taken_over", "advanced", "won", "lost", "back", "handed_over",
    "there_after",
)  # fmt: skip
"""What is counted, in the order of the table; the last is the first with all others added or taken away."""

_SAME = 0.05
"""Counts that differ by less are shown alike."""

Row = dict[str, Any]
"""A milestone: column → value."""

_NOTHING: Row = {**dict.fromkeys(COUNTS, 0.0), "n": 0.0} | dict.fromkeys(
    ("within", "value", "lower", "upper", "median_days", "reason"), math.nan
)
"""A milestone that no deal of somebody was at."""

_RATES = ("within", "value", "lower", "upper", "n", "median_days", "reason")

COLUMNS = (
    "process", "milestone", "title", *COUNTS, "within", "value", "lower", "upper", "n", "median_days", "reason",
    "peers", "band_lower", "band_upper", "judged",
)  # fmt: skip


def milestones(context: Context) -> Section:
    """Moves at every milestone; `data` has a row per milestone with `COLUMNS`.

    Of these `value`, `lower`, `upper` and `n` are the share that moves on within `within` days, `peers` that of
    all peers together, and `judged` is `more`, `less`, `alike`, `few` (too few to tell) or missing (no peers).
    """
    topic = context.say(text("Milestones"))
    try:
        data = _measured(context)
    except Unavailable as problem:
        message = context.say(text("Moves between milestones cannot be told: {reason}.", reason=problem.reason))
        return Section(
            "milestones", topic, message, pd.DataFrame(columns=COLUMNS), context.language, available=False
        )
    if data.empty or not data[list(COUNTS)].to_numpy(float).any():
        message = context.say(text("No deal was at a milestone in {period}.", period=context.period))
        return Section("milestones", topic, message, data, context.language, available=False)
    rows = records(data)
    message = context.say(_message(context, rows))
    return Section(
        key="milestones",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(_chart(context, rows, message),),
        tables=(_table(context, rows),),
        notes=tuple(context.say(note) for note in _notes(context, rows)),
    )


def _measured(context: Context) -> pd.DataFrame:
    shared, facts, file = context.shared, context.facts, context.shared.process
    if not facts.columns.has("deals"):
        raise lacks("deals")
    if not file.processes:
        raise Unavailable(no_milestones(file))
    if not any_left(facts, file, context.as_of):
        raise Unavailable(text("needs stage history; this export shows only where deals are today"))
    mine = shared.rows(context.subject, _key(context), _of_everybody(context))
    found = {row["group"]: row for row in records(mine)}
    show = context.language.show
    rows: list[Row] = []
    for process in file.processes:
        for one in process.milestones:
            group = f"{process.name}\n{one.key}"
            title = show(one.title)
            if len(file.processes) > 1:
                title = context.language.labelled(show(process.name), title)
            row = _NOTHING | found.get(group, {})
            row |= {name: 0.0 for name in (*COUNTS, "n") if math.isnan(row[name])}
            rows.append({**row, "group": group, "process": process.name, "milestone": one.key, "title": title})
    rows = _with_peers(context, rows)
    judged = pd.Series(_judged(rows, _comparisons(context, rows)), dtype="str")
    return pd.DataFrame(rows).assign(judged=judged)[list(COLUMNS)]


def _key(context: Context) -> tuple[Any, ...]:
    return ("milestones", context.period, context.as_of)


def _of_everybody(context: Context) -> Maker:
    """Makes moves and the shares that move on of all subjects; `group` names process and milestone."""
    facts, file, period, end = context.facts, context.shared.process, context.period, context.as_of

    def make(by: tuple[str, ...]) -> pd.DataFrame:
        moved, on = movement(facts, file, period.start, end, by), [*by, "process", "milestone"]
        rates = conversions(facts, file, period, by)
        rates = rates.loc[rates["to"] == "advanced", [*on, *_RATES]]
        frame = moved.merge(rates, on=on, how="left")
        frame = frame.assign(group=frame["process"].astype(str) + "\n" + frame["milestone"].astype(str))
        return frame[[*by, "group", *COUNTS, *_RATES]]

    return make


def _with_peers(context: Context, rows: list[Row]) -> list[Row]:
    """The share of all peers together that moves on, what it rests on, and the middle half of the peers."""
    dimension, nowhere = context.subject.dimension, (math.nan, math.nan, math.nan, 0.0, 0.0)
    peers: dict[str, tuple[float, ...]] = {}
    if dimension is not None:
        for group, everybody in context.shared.standing_by(
            dimension, _key(context), _of_everybody(context)
        ).items():
            theirs = Interval(*(numbers[context.peers] for numbers in everybody))
            enough = theirs.value[~np.isnan(theirs.value) & (theirs.n >= FEWEST)]
            low, high = np.quantile(enough, [0.25, 0.75]) if len(enough) >= FEWEST_PEERS else nowhere[:2]
            together, n, counts_as = pooled(theirs)
            peers[group] = (together, float(low), float(high), n, counts_as)
    names = ("peers", "band_lower", "band_upper", "peers_n", "peers_count_as")
    return [{**row, **dict(zip(names, peers.get(row["group"], nowhere), strict=True))} for row in rows]


def _comparisons(context: Context, rows: list[Row]) -> int:
    """How many comparisons the allowance is for: every milestone, and everybody who is compared."""
    return sum(row["n"] >= FEWEST for row in rows) * (len(context.peers) + 1)


def _judged(rows: list[Row], comparisons: int) -> list[str | None]:
    """Whether the subject's shares differ from the peers', at a confidence that allows for all comparisons.

    What either side was watched for is judged as so many deals decided as would make its interval as wide.
    """
    judged = [None if math.isnan(row["peers"]) else "few" for row in rows]
    told = [
        place
        for place, row in enumerate(rows)
        if judged[place] and min(row["n"], row["peers_n"]) >= FEWEST
        if not (math.isnan(row["value"]) or math.isnan(row["lower"]))
    ]
    value, lower, upper, peers, m = (
        np.array([rows[place][name] for place in told], float)
        for name in ("value", "lower", "upper", "peers", "peers_count_as")
    )
    n = counts_as(value, lower, upper)
    signs = differs(value * n, n, peers * m, m, comparisons).tolist() if told else []
    for place, sign in zip(told, signs, strict=True):
        judged[place] = "more" if sign > 0 else "less" if sign < 0 else "alike"
    return judged


def pooled(rates: Interval) -> tuple[float, float, float]:
    """The share of several together, weighted by their deals: its value, their deals, and what they count as.

    Examples:
        Two with 10 deals each, half of which move on, none of them cut short: 20 deals in all ways.

        >>> pooled(Interval(*np.array([[0.5, 0.5], [0.2366, 0.2366], [0.7634, 0.7634], [10.0, 10.0]])))[:2]
        (0.5, 20.0)
    """
    some = ~np.isnan(rates.value) & ~np.isnan(rates.lower) & (rates.n > 0)
    if not some.any():
        return math.nan, 0.0, 0.0
    value, lower, upper, n = (numbers[some] for numbers in rates)
    # Σ (n ÷ N)² p (1 − p) ÷ m is the variance of the mean, that of p (1 − p) ÷ M
    total = n.sum()
    return (
        float((value * n).sum() / total),
        float(total),
        float(total**2 / (n**2 / counts_as(value, lower, upper)).sum()),
    )


def counts_as(value: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Of how many deals, all watched to their end, a share would have such a 95 % interval.

    The inverse of `CumulativeIncidence.incidence_at`: p (1 − p) ÷ its variance, or where all or none have ended
    the number that Wilson's interval is for.

    Examples:
        >>> counts_as([1.0, 0.0], [0.722467, 0.0], [1.0, 0.277533]).round(3)  # Wilson's of 10 of 10 and 0 of 10
        array([10., 10.])
    """
    share, low, high = (np.asarray(number, float) for number in (value, lower, upper))
    z = ndtri(0.975)
    inner = (share > ROUNDING) & (share < 1 - ROUNDING) & (low > 0) & (high < 1)
    share, low, high = (np.where(inner, number, some) for number, some in ((share, 0.5), (low, 0.4), (high, 0.6)))
    middle, far = (np.log(-np.log(number)) for number in (share, low))
    error = np.abs(far - middle) / z * share * -np.log(share)
    length = np.maximum(np.asarray(upper, float) - np.asarray(lower, float), ROUNDING)
    return np.where(inner, share * (1 - share) / np.maximum(error, ROUNDING) ** 2, z**2 * (1 - length) / length)


def _message(context: Context, rows: list[Row]) -> Text:
    moved = _moves(context, rows)
    judged = [row for row in rows if row["judged"] in ("more", "less")]
    if judged:
        row = max(judged, key=lambda row: abs(row["value"] - row["peers"]))
        fields: dict[str, Any] = {
            "milestone": row["title"],
            "rate": Quantity(row["value"], "share"),
            "peers": context.subject.peers,
            "theirs": Quantity(row["peers"], "share"),
            "n": row["within"],
        }
        if row["judged"] == "less":
            return ntext(
                "From {milestone}, {rate} of deals move on within {n} day: less often than {peers} ({theirs})",
                "From {milestone}, {rate} of deals move on within {n} days: less often than {peers} ({theirs})",
                **fields,
            )
        return ntext(
            "From {milestone}, {rate} of deals move on within {n} day: more often than {peers} ({theirs})",
            "From {milestone}, {rate} of deals move on within {n} days: more often than {peers} ({theirs})",
            **fields,
        )
    if all(math.isnan(row["peers"]) for row in rows):
        return moved
    if any(row["step"] != WIN for _, row in found_in_conversion(context)):
        return moved  # like deals over a longer time tell more: what they say stands under Conversion
    if any(row["judged"] == "alike" for row in rows):
        return text(
            "{moves}; at no milestone distinguishable from {peers}", moves=moved, peers=context.subject.peers
        )
    return text(
        "{moves}; too few to tell whether that differs from {peers}", moves=moved, peers=context.subject.peers
    )


def _moves(context: Context, rows: list[Row]) -> Text:
    """Moves forward, and deals lost as the rest of the report counts them; see `_other_counts`."""
    forward, lost = sum(row["advanced"] + row["won"] for row in rows), context.figure("deals_lost").value
    if math.isnan(lost):
        lost = sum(row["lost"] for row in rows)
    onward = ntext("{n} move forward", "{n} moves forward", n=forward)
    return ntext("{moves}, {n} deal lost", "{moves}, {n} deals lost", n=lost, moves=onward)


def _chart(context: Context, told: list[Row], message: str) -> Any:
    say, count = context.say, context.language.count
    counts = {name: [row[name] for row in told] for name in COUNTS}
    onward = [row["advanced"] + row["won"] for row in told]
    columns: list[tuple[str, Any, list[float]]] = [
        (say(text("at the start")), "before", counts["there_before"]),
        (say(text("came")), "in", counts["entered"]),
    ]
    if any(counts["first_seen"]):
        columns.append((say(text("seen there first")), "in", counts["first_seen"]))
    if any(counts["taken_over"]):
        columns.append((say(text("taken over")), "in", counts["taken_over"]))
    columns += [(say(text("moved on")), "on", onward), (say(text("lost")), "out", counts["lost"])]
    if any(counts["back"]):
        columns.append((say(text("fell back")), "out", counts["back"]))
    if any(counts["handed_over"]):
        columns.append((say(text("handed over")), "out", counts["handed_over"]))
    columns.append((say(text("at the end")), "now", counts["there_after"]))
    unknown = {"before": _unknown(context, "there_before"), "now": _unknown(context, "there_after")}
    strands = [
        Strand(title, form, [0.0] * len(values), [context.language.show(None)] * len(values))
        if unknown.get(form)
        else Strand(title, form, values, [count(one) for one in values])
        for title, form, values in columns
    ]
    rates = [
        Rate(row["value"], row["lower"], row["upper"], row["band_lower"], row["band_upper"], _said(context, row))
        for row in told
    ]
    return flows(
        "milestones",
        [row["title"] for row in told],
        strands,
        rates if any(not math.isnan(row["value"]) for row in told) else [],
        say(_heading(told)),
        message,
        say(
            text(
                "Per milestone: deals there at the start, those that came, moved on, were lost, and those there "
                "at the end; at the right the share that moves on, its 95% interval (line) and the middle half "
                "of {peers} (grey).",
                peers=context.subject.peers,
            )
        ),
    )


def _unknown(context: Context, count: str) -> bool:
    """Whether nobody knows which deals were there at the start, or at the end: then their number is none."""
    days = {"there_before": context.eve, "there_after": context.as_of}
    return count in days and context.facts.known(days[count]).why_open_unknown is not None


def _heading(told: list[Row]) -> Text:
    """What the share is, with the days where they are the same everywhere."""
    days = {int(row["within"]) for row in told if not math.isnan(row["within"])}
    if len(days) != 1:
        return text("moves on in time")
    return ntext("moves on within {n} day", "moves on within {n} days", n=days.pop())


def _said(context: Context, row: Row) -> str:
    if math.isnan(row["value"]):
        return context.say(text("cannot be told"))
    of = text("{share} of {n}", share=Quantity(row["value"], "share"), n=row["n"])
    return context.say(text("{share}: few", share=of) if row["n"] < FEWEST else of)


def _table(context: Context, told: list[Row]) -> Any:
    say, count = context.say, context.language.count
    names = {
        "there_before": text("at the start"),
        "entered": text("came"),
        "first_seen": text("seen there first"),
        "taken_over": text("taken over"),
        "advanced": text("to a later milestone"),
        "won": text("to the order"),
        "lost": text("lost"),
        "back": text("fell back"),
        "handed_over": text("handed over"),
        "there_after": text("at the end"),
    }
    shown = [name for name in COUNTS if name in ("there_before", "there_after") or any(row[name] for row in told)]
    headings = [say(text("Milestone")), *(say(names[name]) for name in shown)]
    headings += [say(text("moves on")), say(text("median time there"))]
    rows, untold = [], context.language.show(None)
    unknown = {name for name in shown if _unknown(context, name)}
    for row in told:
        share = context.shown(row["value"], "share")
        rate = (share, context.language.interval(row["lower"], row["upper"], "share"))
        rows.append(
            [
                row["title"],
                *(untold if name in unknown else count(row[name]) for name in shown),
                rate,
                context.shown(row["median_days"], "days"),
            ]
        )
    return number_table(say(text("Numbers of the chart, in deals")), headings, rows)


def _notes(context: Context, rows: list[Row]) -> list[Text]:
    notes = _other_counts(context, rows)
    if days := sorted({int(row["within"]) for row in rows if not math.isnan(row["within"])}):
        notes.append(
            ntext(
                "“Moves on”: of the deals at the milestone in the period, the share that reaches a later one or "
                "the order within {days} day of getting there; deals still there, or handed over, count only as "
                "long as they were watched. Below it the 95% interval.",
                "“Moves on”: of the deals at the milestone in the period, the share that reaches a later one or "
                "the order within {days} days of getting there; deals still there, or handed over, count only as "
                "long as they were watched. Below it the 95% interval.",
                n=days[-1],
                days=days,
            )
        )
    if outside := [row["title"] for row in rows if row["value"] >= 1 - ROUNDING and row["lost"] > 0]:
        notes.append(
            text(
                "{milestones}: deals lost there do not lower the share: they had been there longer than it took "
                "those watched from earlier on to move on, or nobody knows since when.",
                milestones=outside,
            )
        )
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if isinstance(row["reason"], Text) and any(row[name] > 0 for name in ("n", *COUNTS)):
            reasons.setdefault(context.say(row["reason"]), []).append(row["title"])
    notes += [text("{milestones}: {reason}.", milestones=names, reason=one) for one, names in reasons.items()]
    return notes + process_notes(context.shared.process)


def _other_counts(context: Context, rows: list[Row]) -> list[Text]:
    """Where the chart counts other deals as won or lost than the rest of the report: both numbers, in words."""
    notes: list[Text] = []
    here, all_ = sum(row["lost"] for row in rows), context.figure("deals_lost").value
    if here > all_ + _SAME:
        notes.append(
            ntext(
                "{n} deal was lost in the end; the chart has {here}, with those reopened after they were lost.",
                "{n} deals were lost in the end; the chart has {here}, with those reopened after they were lost.",
                n=all_,
                here=here,
            )
        )
    if here < all_ - _SAME:
        notes.append(
            ntext(
                "{n} deal was lost; the chart has {here}: what was at a milestone before.",
                "{n} deals were lost; the chart has {here}: those that were at a milestone before.",
                n=all_,
                here=here,
            )
        )
    here, all_ = sum(row["won"] for row in rows), context.figure("deals_won").value
    if here > all_ + _SAME:
        notes.append(
            ntext(
                "{n} deal was won in the end; the chart has {here}, with those reopened after they were won.",
                "{n} deals were won in the end; the chart has {here}, with those reopened after they were won.",
                n=all_,
                here=here,
            )
        )
    if here < all_ - _SAME:
        notes.append(
            ntext(
                "{n} deal was won; the chart has {here}: what was at a milestone before.",
                "{n} deals were won; the chart has {here}: those that were at a milestone before.",
                n=all_,
                here=here,
            )
        )
    return notes
