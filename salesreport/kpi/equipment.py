"""Equipment lent to customers for trial: how many pieces are out, what they are worth, and for how long."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from salesreport.kpi.events import KIND_TITLES, Events
from salesreport.kpi.lacking import lacks
from salesreport.kpi.ledger import Flags, Numbers, taken
from salesreport.kpi.metric import Figures, Metric, Unavailable
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.stats.intervals import median_order_statistic

if TYPE_CHECKING:
    from salesreport.kpi.events import Events
    from salesreport.kpi.facts import Facts
    from salesreport.kpi.question import Question


def out_on(facts: "Facts", day: dt.date) -> Flags:
    """Which rows of table `equipment` are at a customer's at the end of a day."""
    ledger, on = facts.ledger, np.datetime64(day, "D")
    back = ledger.days("equipment", "returned_on")
    return (ledger.days("equipment", "lent_on") <= on) & ~(back <= on)


def equipment_pieces(facts: "Facts", day: dt.date) -> pd.DataFrame:
    """The pieces at customers' at the end of a day, those out longest first.

    Args:
        facts: whose equipment. day: nothing later counts.

    Returns:
        `account_id`, `equipment_id`, `rep_id` (who lent it; else the rep of its deal, else of the customer),
        `value` (NaN: it has none), `lent_on`, `days` (out so far), `deal_id`.

    Raises:
        Unavailable: the export has no equipment. ConfigError: a day after the facts' as-of date.

    References:
        S28.
    """
    return facts.remember(("equipment pieces", day), lambda: _pieces(facts, day))


def equipment_out(facts: "Facts", day: dt.date, by: Sequence[str] = ()) -> pd.DataFrame:
    """How much equipment is at customers' at the end of a day.

    Args:
        facts: whose equipment. day: nothing later counts.
        by: dimensions to break down by; () for all of it in one row.

    Returns:
        The by-columns, `pieces`, `valued` (those that have a value), `value` (of these; NaN where none has one),
        `days` (median time out), `lower`, `upper` (its 95 % interval), `oldest` (days), a row per group with
        equipment out.

    Raises:
        Unavailable: the export has no equipment. ConfigError: a day after the facts' as-of date.
    """
    events = _events(facts, day)
    columns = {name: events.dimension(name) for name in by}
    frame = pd.DataFrame({**columns, "days": events.number("days"), "value": events.number("value")})
    if by:
        grouped = frame.groupby(list(by), observed=True, dropna=False, sort=True)
        group, groups = grouped.ngroup().to_numpy(np.intp), grouped.size().reset_index()[list(by)]
    else:
        group, groups = np.zeros(len(frame), np.intp), pd.DataFrame(index=range(1))
    size = len(groups)
    value, days = frame["value"].to_numpy(), frame["days"].to_numpy()
    valued = np.bincount(group, weights=~np.isnan(value), minlength=size)
    total = np.bincount(group, weights=np.nan_to_num(value), minlength=size)
    middle = median_order_statistic(days, groups=group, size=size)
    oldest = np.full(size, np.nan)
    np.fmax.at(oldest, group, days)
    pieces = np.bincount(group, minlength=size)
    assert pieces.sum() == len(frame), "pieces do not add up"
    assert np.isclose(total.sum(), np.nansum(value)), "values do not add up"
    return groups.assign(
        pieces=pieces,
        valued=valued.astype(np.int64),
        value=np.where((valued > 0) | (pieces == 0), total, np.nan),
        days=middle.value,
        lower=middle.lower,
        upper=middle.upper,
        oldest=oldest,
    )


def equipment_notes(facts: "Facts", day: dt.date) -> tuple[Text, ...]:
    """What a reader of the figures should know: how many pieces have no value."""
    value = _events(facts, day).number("value")
    n = int(np.isnan(value).sum())
    if not n:
        return ()
    return (
        ntext(
            "{n} piece of equipment on trial has no value: it is counted, but not valued.",
            "{n} pieces of equipment on trial have no value: they are counted, but not valued.",
            n=n,
        ),
    )


def standing(facts: "Facts", window: Period, day: dt.date) -> Events:
    """The pieces at customers' at the end of a day as events, with `days` out so far.

    Args:
        facts: whose equipment. window: the period asked about. day: the day it is seen from.

    Raises:
        Unavailable: the export has no equipment, or none was lent by then. ConfigError: a later day.
    """
    found, lent_on = _events(facts, day), facts.ledger.days("equipment", "lent_on")
    if not (lent_on <= np.datetime64(day, "D")).any():
        raise Unavailable(text("this export knows of no {events}", events=KIND_TITLES["equipment"]))
    return found


def _events(facts: "Facts", day: dt.date) -> Events:
    facts.known(day)  # refuses days of which nothing is known yet
    if not facts.ledger.has("equipment"):
        raise lacks("equipment")
    return facts.remember(("equipment", day), lambda: _found(facts, day))


def _found(facts: "Facts", day: dt.date) -> Events:
    rows, on = np.flatnonzero(out_on(facts, day)), np.datetime64(day, "D")
    days = (on - facts.ledger.days("equipment", "lent_on")[rows]) / np.timedelta64(1, "D")
    rep = taken(facts.dimensions.of("equipment", "rep_id"), rows)
    return Events("equipment", rows, np.full(len(rows), on), rep, np.ones(len(rows)), {"days": days}, facts)


def _pieces(facts: "Facts", day: dt.date) -> pd.DataFrame:
    events = _events(facts, day)
    ledger, rows = facts.ledger, events.rows
    frame = pd.DataFrame(
        {
            "account_id": ledger.series("equipment", "account_id").array.take(rows),
            "equipment_id": ledger.series("equipment", "equipment_id").array.take(rows),
            "rep_id": events.rep,
            "value": events.number("value"),
            "lent_on": ledger.days("equipment", "lent_on")[rows].astype("datetime64[ms]"),
            "days": events.number("days"),
            "deal_id": ledger.series("equipment", "deal_id").array.take(rows),
        }
    )
    return frame.sort_values(["days", "equipment_id"], ascending=[False, True], ignore_index=True)


def pieces(question: "Question") -> Figures:
    """How many pieces are out."""
    count = question.sheet("equipment").add()
    return Figures(count, count)


def value(question: "Question") -> Figures:
    """What the pieces are worth that have a value, and how many these are.

    Raises:
        Unavailable: pieces are out, and none has a value.
    """
    sheet = question.sheet("equipment")
    worth = sheet.number("value")
    if len(worth) and np.isnan(worth).all():
        raise Unavailable(
            ntext(
                "needs values of equipment; the {n} piece on trial has none",
                "needs values of equipment; none of the {n} pieces on trial has one",
                n=len(worth),
            )
        )
    return Figures(sheet.add(worth), sheet.add(~np.isnan(worth)))


def days_out(question: "Question") -> Figures:
    """For how long the middle piece has been out."""
    sheet = question.sheet("equipment")
    age: Numbers = sheet.number("days")
    middle = median_order_statistic(age, groups=sheet.group, size=sheet.size)
    return Figures(middle.value, middle.n, middle.lower, middle.upper)


_PIECES = Metric(
    "equipment_out",
    text("Equipment on trial"),
    text("number of pieces at customers' for trial at the end of the as-of date"),
    text("pieces on trial"),
    None,
    text("lent by the end of the as-of date and not back by then"),
    text("the rep who lent it; else the rep of its deal, else of the customer"),
    "pieces",
    "neither",
    1,
    (("equipment", "lent_on"),),
    "S28",
    ("equipment",),
    pieces,
    additive=True,
)

METRICS = (
    _PIECES,
    replace(
        _PIECES,
        key="equipment_value",
        title=text("Value of equipment on trial"),
        formula=text("sum of the values of the pieces on trial that have one"),
        numerator=text("values of pieces on trial"),
        unit="money",
        needs=(("equipment", "value"),),
        figures=value,
    ),
    replace(
        _PIECES,
        key="equipment_days",
        title=text("Days equipment is out"),
        formula=text("median of the days that the pieces on trial have been out"),
        numerator=text("days since the piece was lent"),
        unit="days",
        direction="lower",
        minimum_n=6,
        reference="S28; interval: order statistics",
        figures=days_out,
        additive=False,
    ),
)
