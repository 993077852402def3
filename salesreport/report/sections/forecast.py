"""What the coming periods may bring, against their targets."""

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import Forecast, forecast
from salesreport.language import Quantity, Text, bounds, ntext, text
from salesreport.period import Period
from salesreport.plan.sentences import chance_in_words
from salesreport.report.charts_moves import Outlook, outlook_chart
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.said import said_and_came
from salesreport.report.subject import Subject
from salesreport.report.table import Content, NumberTable, number_table
from salesreport.stats.scores import sample_interval

AHEAD = 2
"""How many periods are forecast."""

NEXT_TO_NOTHING = 100
"""A middle below so small a part of the upper end of its 80 % range is shown as nothing: 3 € say no more."""

OWN_DEALS = 30
"""With fewer deals closed in the last periods a subject's own win rate and pace are mostly those of all."""

_BANDS = (95, 80, 50)

_COLUMNS = (
    "period", "target", "chance", "booked", "mean", "median", "lower_50", "upper_50", "lower_80", "upper_80",
    "lower_95", "upper_95", "from_open", "from_arrivals", "n_open",
)  # fmt: skip


class _All(NamedTuple):
    """The forecast of everybody: a row per subject and period, `row` of each in `samples`, and its notes."""

    frame: pd.DataFrame
    samples: npt.NDArray[np.float64]
    notes: tuple[Text, ...]


def outlook(context: Context) -> Section:
    """Revenue of the coming periods; `data` has a row per period: target (NaN: none), chance (of reaching it), and
    the columns of `kpi.forecast.Forecast.frame`.
    """
    topic, nothing = context.say(text("Forecast")), pd.DataFrame(columns=list(_COLUMNS))
    try:
        data, notes = _measured(context)
    except Unavailable as problem:
        message = context.say(text("No forecast can be made: {reason}.", reason=problem.reason))
        return Section("forecast", topic, message, nothing, context.language, available=False)
    if data.empty:
        message = context.say(
            text(
                "No forecast: {name} has neither open deals nor any that were won lately.",
                name=context.subject.name,
            )
        )
        return Section("forecast", topic, message, nothing, context.language, available=False)
    periods = {period.name: period for period in coming(context)}
    said, trust = said_and_came(context)
    message = context.heading(_message(context, data, periods))
    return Section(
        key="forecast",
        topic=topic,
        message=message,
        data=data,
        language=context.language,
        charts=(
            outlook_chart(
                "forecast",
                [
                    Outlook(
                        context.say(periods[row["period"]].short_label),
                        row["median"],
                        [(row[f"lower_{band}"], row[f"upper_{band}"]) for band in _BANDS],
                        row["booked"],
                        row["target"],
                        context.shown(middle_shown(row), context.facts.dataset.currency),
                    )
                    for row in records(data)
                ],
                message,
                context.say(
                    text(
                        "Per period: the middle of the forecast (ring), the ranges that are to hold what comes in "
                        "50, 80 and 95 of 100 cases (bars, the thickest the narrowest), and the target (dashed)."
                    )
                ),
                context.say(text("Revenue, with 50, 80 and 95% ranges")),
                partial(context.shown, unit=context.facts.dataset.currency),
                (context.say(text("middle")), context.say(text("target")), context.say(text("booked"))),
            ),
        ),
        tables=(_against_target(context, data, periods), _sources(context, data, periods), *said),
        notes=tuple(context.say(note) for note in (*_two_middles(context, data), *notes, *trust)),
    )


def coming(context: Context) -> list[Period]:
    """The periods that are forecast: this one while it is not over, and those after it."""
    first = 0 if context.as_of < context.period.end else 1
    return [context.period.previous(-step) for step in range(first, first + AHEAD)]


def chance_of(context: Context, subject: Subject, goal: float) -> float:
    """The forecast's chance that a subject brings at least so much in the first coming period.

    Args:
        subject: of any kind, also another than the report's. goal: revenue.

    Returns:
        0–1; NaN where there is no forecast.
    """
    try:
        everybody = _everybody(context, subject.dimension)
    except Unavailable:
        return float("nan")
    rows = context.shared.rows(subject, _key(context), lambda _: everybody.frame)
    places = dict(zip(rows["period"].tolist(), rows["row"].tolist(), strict=True))
    row = places.get(coming(context)[0].name)
    if row is None or not goal > 0:
        return float("nan")
    return float((everybody.samples[int(row)] >= goal).mean())


def _key(context: Context) -> Hashable:
    return ("forecast", context.as_of, *(period.name for period in coming(context)))


def _everybody(context: Context, dimension: str | None) -> _All:
    """The forecast of all subjects of a dimension.

    Raises:
        Unavailable: the data cannot give it.
    """
    facts, day = context.facts, context.as_of
    if (unknown := facts.known(day).why_open_unknown) is not None:
        raise Unavailable(unknown)
    by = () if dimension is None else (dimension,)

    def find() -> _All | Text:
        try:
            made = forecast(facts, context.shared.process, day, coming(context), by)
        except Unavailable as problem:
            return problem.reason
        return _in_orders(context, made)

    trend = tuple(period.name for period in context.trend)
    everybody = facts.store((_key(context), by, trend), find)
    if isinstance(everybody, Text):
        raise Unavailable(everybody)
    return everybody


def _measured(context: Context) -> tuple[pd.DataFrame, list[Text]]:
    shared, subject = context.shared, context.subject
    everybody = _everybody(context, subject.dimension)
    data = shared.rows(subject, _key(context), lambda _: everybody.frame)
    targets = {period.name: shared.target(subject, "revenue", period) for period in coming(context)}
    target = np.array([targets[name] for name in data["period"].tolist()], float)
    samples = everybody.samples[data["row"].to_numpy(np.intp)]
    reached = (samples >= target[:, None]).mean(axis=1) if len(data) else np.array([])
    data = data.assign(target=target, chance=np.where(target > 0, reached, np.nan))
    notes = [*_own_notes(context), *context.of_all(everybody.notes)]
    return data.reindex(columns=list(_COLUMNS)), notes


def _in_orders(context: Context, made: Forecast) -> _All:
    """A forecast in the money that revenue and targets count: of deals won, or of orders where there are any.

    What orders bring beside deals, or late, is taken from the last periods: each path of the simulation takes the
    ratio of one of them, the same for everybody, so that reps still add up to the team.
    """
    frame = made.frame.assign(row=np.arange(len(made.frame)))
    ratios = order_ratios(context)
    if not len(ratios):
        return _All(frame, made.samples, made.notes)
    factor = np.resize(ratios, made.samples.shape[1])
    samples = made.samples * factor
    for band in _BANDS:
        frame[f"lower_{band}"], frame[f"upper_{band}"] = sample_interval(samples, band / 100)
    frame["mean"], frame["median"] = samples.mean(axis=1), np.median(samples, axis=1)
    for part in ("booked", "from_open", "from_arrivals"):
        frame[part] *= factor.mean()
    low, high = bounds(float(ratios.min()), float(ratios.max()), "share")
    note = ntext(
        "Revenue counts orders, the forecast deals won: in the last period orders were {low} of the amounts of "
        "deals won, and the forecast is turned into orders by that.",
        "Revenue counts orders, the forecast deals won: in the last {n} periods orders were {low} to {high} of "
        "the amounts of deals won, and the forecast is turned into orders by that.",
        n=len(ratios),
        low=low,
        high=high,
    )
    return _All(frame, samples, (*(one for one in made.notes if one != _DEALS_ONLY), note))


_DEALS_ONLY = text(
    "Revenue here is the amounts of deals on the day they are won; the metric revenue counts orders."
)
"""A note of the forecast that no longer holds once it is turned into orders."""


def order_ratios(context: Context) -> npt.NDArray[np.float64]:
    """Orders ÷ amounts of deals won of the whole company in each of the last periods; empty without orders."""
    facts = context.facts
    if not facts.columns.has("orders"):
        return np.array([])

    def find() -> npt.NDArray[np.float64]:
        found = []
        for period in context.trend:
            won, orders = facts.events("closed", period), facts.events("orders", period)
            sold = float(np.nansum(won.number("amount") * won.share * won.extra["won"]))
            found.append(float(np.nansum(orders.number("amount") * orders.share)) / sold if sold > 0 else np.nan)
        ratios = np.array(found)
        return ratios[~np.isnan(ratios)]

    return facts.remember(("order ratios", *(period.name for period in context.trend)), find)


def _own_notes(context: Context) -> list[Text]:
    """Whether the forecast rests on the subject's own deals."""
    if context.subject.dimension is None:
        return []
    closed = [context.figure("deals_closed", period).value for period in context.trend]
    own = float(np.nansum(closed))
    if own >= OWN_DEALS:
        return []
    if not own:
        return [text("No deal was closed in the last periods: win rate and pace are those of the team.")]
    return [
        ntext(
            "With only {n} deal closed in the last periods, win rate and pace are mostly borrowed from the team.",
            "With only {n} deals closed in the last periods, win rate and pace are mostly borrowed from the team.",
            n=own,
        )
    ]


def _two_middles(context: Context, data: pd.DataFrame) -> list[Text]:
    """That the middle and the average of a forecast are two numbers, where they are shown as two."""
    unit = context.facts.dataset.currency
    if all(context.shown(middle_shown(row), unit) == context.shown(row["mean"], unit) for row in records(data)):
        return []
    return [text("The middle and the average differ: rare cases that bring much count for more in the average.")]


def middle_shown(row: Mapping[str, Any]) -> float:
    """The middle of a forecast as it is shown: less than a hundredth of what may well come in is about nothing.

    Examples:
        >>> [middle_shown({"median": middle, "upper_80": 34_000.0}) for middle in (3.2, 340.0)]
        [0.0, 340.0]
    """
    middle = float(row["median"])
    return 0.0 if 0 <= middle < row["upper_80"] / NEXT_TO_NOTHING else middle


def _message(context: Context, data: pd.DataFrame, periods: dict[str, Period]) -> Text:
    row, currency = records(data)[0], context.facts.dataset.currency
    low, high = bounds(row["lower_80"], row["upper_80"], currency)
    expected = text(
        "The middle of the forecast for {period} is {middle} ({low} to {high} in 80 of 100 cases)",
        period=periods[row["period"]],
        middle=Quantity(middle_shown(row), currency),
        low=low,
        high=high,
    )
    if pd.isna(row["chance"]):
        return expected
    return text(
        "{expected}; the chance to reach the target of {target} is {chance}",
        expected=expected,
        target=Quantity(row["target"], currency),
        chance=chance_in_words(row["chance"]),
    )


def _against_target(context: Context, data: pd.DataFrame, periods: dict[str, Period]) -> NumberTable:
    say, currency = context.say, context.facts.dataset.currency
    rows: list[list[Content]] = []
    for row in records(data):
        between = context.language.interval(row["lower_80"], row["upper_80"], currency)
        chance = context.language.show(None if pd.isna(row["chance"]) else chance_in_words(row["chance"]))
        rows.append(
            [
                say(periods[row["period"]].short_label),
                (context.shown(middle_shown(row), currency), between),
                context.shown(row["target"], currency),
                chance,
            ]
        )
    headings = ["", say(text("Middle of the forecast")), say(text("Target")), say(text("Chance"))]
    caption = text("Half of all cases bring more than the middle; below it the 80% range")
    return number_table(say(caption), headings, rows)


def _sources(context: Context, data: pd.DataFrame, periods: dict[str, Period]) -> NumberTable:
    say, currency = context.say, context.facts.dataset.currency
    rows = [
        [
            say(periods[row["period"]].short_label),
            *(context.shown(row[name], currency) for name in ("booked", "from_open", "from_arrivals", "mean")),
        ]
        for row in records(data)
    ]
    headings = ["", say(text("booked")), say(text("from open deals")), say(text("from deals yet to come"))]
    caption = ntext(
        "The average of all cases and where it comes from; {n} open deal on {day}",
        "The average of all cases and where it comes from; {n} open deals on {day}",
        n=float(data["n_open"].iloc[0]),
        day=context.as_of,
    )
    return number_table(say(caption), [*headings, say(text("average"))], rows)
