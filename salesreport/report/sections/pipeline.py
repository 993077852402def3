"""The open pipeline: how many deals, what they are worth, how old they are."""

from itertools import pairwise

import numpy as np
import pandas as pd

from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.report.chart import Chart
from salesreport.report.charts import Bars, Columns, columns_and_bars
from salesreport.report.context import Context
from salesreport.report.deal_lists import deal_table, not_valued
from salesreport.report.rows import totals
from salesreport.report.section import Section

EDGES = (30, 60, 90, 180, 365)
"""Where the classes of age end, in days."""

OLD = 0.8
"""A deal is called old when it is open for longer than this share of the deals won lately took."""

FEWEST_WON = 20
"""With fewer deals won lately nobody can say what is old."""

LATELY = 2
"""The years up to the report's day that tell, whatever its period: what is old does not depend on that."""

OLDEST = 5
"""How many of the oldest deals are listed."""


def pipeline(context: Context) -> Section:
    """Open deals by age; `data` has deal_id, stage, amount, age, share and the like, a row per open deal."""
    data = context.open.assign(age=(pd.Timestamp(context.as_of) - context.open["created_on"]).dt.days)
    topic = context.say(text("Pipeline"))
    if data.empty or context.unavailable("deals_in_funnel") is not None:
        nothing = text("No open deals on {day}.", day=context.as_of)
        message = context.say(context.unavailable("deals_in_funnel") or nothing)
        return Section("pipeline", topic, message, data, context.language, available=False)
    limit = old_after(context)
    ages, ids = data["age"].to_numpy(float), data["deal_id"].tolist()
    message = context.say(_message(context, data, limit))
    known = np.flatnonzero(~np.isnan(ages)).tolist()
    oldest = data.take(sorted(known, key=lambda place: (-ages[place], ids[place]))[:OLDEST])
    return Section(
        key="pipeline",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=_charts(context, data, message),
        tables=(deal_table(context, oldest, context.say(text("The oldest open deals")), _why(context, oldest)),)
        if len(oldest)
        else (),
        notes=_notes(context, data, limit),
    )


def old_after(context: Context) -> float | None:
    """How many days an open deal is old after; None where too few deals were won lately."""

    def find() -> float | None:
        begin = pd.Timestamp(context.as_of) - pd.DateOffset(years=LATELY) + pd.Timedelta(days=1)
        return context.shared.days_to_win([Period.span(begin.date(), context.as_of)], OLD, FEWEST_WON)

    return context.remember("old after", find)


def _charts(context: Context, data: pd.DataFrame, message: str) -> tuple[Chart, ...]:
    """Open deals by age and by stage, as far as the data tell them."""
    stages, count = _by_stage(context, data), context.figure("deals_in_funnel").value
    if data["age"].isna().all():
        if stages is None:
            return ()
        said = text("Bars: open deals by stage, {n} in all.", n=count)
        return (columns_and_bars("pipeline", None, stages, message, context.say(said)),)
    counts, labels = _classes(context, data)
    shown = [context.language.count(one) for one in counts]
    ages = Columns(context.say(text("Open deals by age in days")), labels, counts, shown)
    said = (
        text("Bars: open deals by age, {n} in all.", n=count)
        if stages is None
        else text("Bars: open deals by age and by stage, {n} in all.", n=count)
    )
    return (columns_and_bars("pipeline", ages, stages, message, context.say(said)),)


def _classes(context: Context, data: pd.DataFrame) -> tuple[list[float], list[str]]:
    """Deals per class of age, and the classes' names; deals without a creation date are a class of their own."""
    bounds = [-1, *EDGES, 10**6]
    ages, share = data["age"].to_numpy(float), data["share"].to_numpy(float)
    counts = [float(share[(ages > low) & (ages <= high)].sum()) for low, high in pairwise(bounds)]
    labels = [f"{low + 1}–{high}" for low, high in zip((-1, *EDGES), EDGES, strict=False)]
    labels.append(f"> {EDGES[-1]}")
    unknown = float(share[np.isnan(ages)].sum())
    if unknown:
        counts.append(unknown)
        labels.append(context.say(text("no date")))
    return counts, labels


def _by_stage(context: Context, data: pd.DataFrame) -> Bars | None:
    """Number and value of open deals per stage, most first; None where the data has no stages."""
    if data["stage"].isna().all():
        return None
    at = data["stage"].tolist()
    counts, values = totals(at, data["share"]), totals(at, data["amount"] * data["share"])
    stages = sorted(counts, key=lambda stage: (-counts[stage], stage))
    currency, count = context.facts.dataset.currency, context.language.count
    said = [
        f"{count(counts[one])} · {context.shown(values[one], currency)}" if values[one] else count(counts[one])
        for one in stages
    ]
    title = context.say(text("Open deals by stage: number and value"))
    names = [context.language.show(stage) for stage in stages]
    return Bars(title, names, [counts[stage] for stage in stages], [0.0] * len(stages), said)


def _message(context: Context, data: pd.DataFrame, limit: float | None) -> Text:
    count, value = context.figure("deals_in_funnel"), context.figure("pipeline_value")
    open_deals = ntext("{n} open deal", "{n} open deals", n=count.value)
    if value.known and value.value > 0:
        open_deals = text("{deals} worth {value}", deals=open_deals, value=Quantity(value.value, value.unit))
    if limit is None:
        return open_deals
    old = float(data["share"].to_numpy(float)[data["age"].to_numpy(float) > limit].sum())
    if old == 0:
        return text(
            "{deals}, none older than most won deals took ({days})", deals=open_deals, days=Quantity(limit, "days")
        )
    return ntext(
        "{deals}, {n} of them older than four of five won deals took ({days})",
        "{deals}, {n} of them older than four of five won deals took ({days})",
        n=old,
        deals=open_deals,
        days=Quantity(limit, "days"),
    )


def _why(context: Context, oldest: pd.DataFrame) -> list[str]:
    return [context.say(ntext("open for {n} day", "open for {n} days", n=float(age))) for age in oldest["age"]]


def _notes(context: Context, data: pd.DataFrame, limit: float | None) -> tuple[str, ...]:
    notes = not_valued(context, data)
    undated = float(data["share"].to_numpy(float)[np.isnan(data["age"].to_numpy(float))].sum())
    if undated:
        notes.append(
            ntext(
                "{n} open deal has no creation date and is counted, not aged.",
                "{n} open deals have no creation date and are counted, not aged.",
                n=undated,
            )
        )
    if limit is None and undated < len(data):
        notes.append(text("There are too few won deals to say what age is old."))
    return tuple(context.say(note) for note in notes)
