"""Equipment lent to customers for trial: how many pieces are out, what they are worth, and for how long."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Flags, taken
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.stats.intervals import median_order_statistic

TITLE = text("equipment on trial")
"""What people call it."""


def out_on(facts: Facts, day: dt.date) -> Flags:
    """Which rows of table `equipment` are at a customer's at the end of a day."""
    columns, on = facts.columns, np.datetime64(day, "D")
    back = columns.days("equipment", "returned_on")
    return (columns.days("equipment", "lent_on") <= on) & ~(back <= on)


def equipment_pieces(facts: Facts, day: dt.date) -> pd.DataFrame:
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


def equipment_out(facts: Facts, day: dt.date, by: Sequence[str] = ()) -> pd.DataFrame:
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


def equipment_notes(facts: Facts, day: dt.date) -> tuple[Text, ...]:
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


def standing(facts: Facts, window: Period, day: dt.date) -> Events:
    """The pieces at customers' at the end of a day as events, with `days` out so far.

    Args:
        facts: whose equipment. window: the period asked about. day: the day it is seen from.

    Raises:
        Unavailable: the export has no equipment, or none was lent by then. ConfigError: a later day.
    """
    found, lent_on = _events(facts, day), facts.columns.days("equipment", "lent_on")
    if not (lent_on <= np.datetime64(day, "D")).any():
        raise Unavailable(text("this export knows of no {events}", events=TITLE))
    return found


def _notes(facts: Facts, as_of: dt.date) -> tuple[Text, ...]:
    return equipment_notes(facts, as_of) if facts.columns.has("equipment") else ()


EQUIPMENT = Kind("equipment", TITLE, "equipment", standing, notes=_notes)


def _events(facts: Facts, day: dt.date) -> Events:
    facts.known(day)  # refuses days of which nothing is known yet
    if not facts.columns.has("equipment"):
        raise lacks("equipment")
    return facts.remember(("equipment", day), lambda: _found(facts, day))


def _found(facts: Facts, day: dt.date) -> Events:
    rows, on = np.flatnonzero(out_on(facts, day)), np.datetime64(day, "D")
    days = (on - facts.columns.days("equipment", "lent_on")[rows]) / np.timedelta64(1, "D")
    # stored, for it is looked up among all deals and accounts, and reports ask for it of days of their own
    whose = facts.store(("whose equipment",), lambda: facts.dimensions.of("equipment", "rep_id"), always=True)
    rep = taken(whose, rows)
    return Events("equipment", rows, np.full(len(rows), on), rep, np.ones(len(rows)), {"days": days}, facts)


def _pieces(facts: Facts, day: dt.date) -> pd.DataFrame:
    events = _events(facts, day)
    columns, rows = facts.columns, events.rows
    frame = pd.DataFrame(
        {
            "account_id": columns.series("equipment", "account_id").array.take(rows),
            "equipment_id": columns.series("equipment", "equipment_id").array.take(rows),
            "rep_id": events.rep,
            "value": events.number("value"),
            "lent_on": columns.days("equipment", "lent_on")[rows].astype("datetime64[ms]"),
            "days": events.number("days"),
            "deal_id": columns.series("equipment", "deal_id").array.take(rows),
        }
    )
    return frame.sort_values(["days", "equipment_id"], ascending=[False, True], ignore_index=True)
