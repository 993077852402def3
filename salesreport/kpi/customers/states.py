"""The customer base by temperature: how many customers are in which category, and how they move."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi.customers.categories import States, states_at, states_between
from salesreport.kpi.customers.customers import CUSTOMERS, customers_of, named_rep, seen_by, why_untold
from salesreport.kpi.customers.shared import nobodys
from salesreport.kpi.facts.checks import check_dimensions
from salesreport.kpi.facts.columns import taken
from salesreport.kpi.facts.dimensions import DIMENSIONS, PEOPLE, TITLES
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file, store_of_process
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.process import Category, ProcessFile
from salesreport.process.categories import NEW, UNKNOWN

BY = ("rep_id", "team", "manager", "segment")
"""What moves can be broken down by."""


def base_states(facts: Facts, file: ProcessFile, day: dt.date) -> pd.DataFrame:
    """In which category every customer of the base is at the end of a day, by what was known then.

    A customer is in the base from the first deal, order, activity, lead or equipment on; one that table `accounts`
    lists and of whom nothing else is known at all, always.

    Args:
        facts: whose customers. file: has the categories, first match wins. day: nothing later counts.

    Returns:
        `account_id`, `rep_id` (who serves it, see `base_notes`), `category` (key; a categorical in the file's
        order), by `account_id`.

    Raises:
        ConfigError: a day after the facts' as-of date.

    References:
        S23.
    """
    states = states_at(facts, file, day)
    there = np.flatnonzero(states.category >= 0)
    return pd.DataFrame(
        {
            "account_id": customers_of(facts).ids.take(there),
            "rep_id": states.rep.take(there),
            "category": pd.Categorical.from_codes(states.category[there], categories=category_keys(file)),
        }
    )


def base_moves(
    facts: Facts,
    file: ProcessFile,
    start: dt.date,
    end: dt.date,
    by: Sequence[str] = ("rep_id",),
) -> pd.DataFrame:
    """How many customers went from which category to which between the ends of two days.

    A move counts for whoever serves the customer at the end. The rows of a category add up to its customers at
    the start, the columns to those at the end; `new` are those who were not in the base at the start, `unknown`
    those of whom it is not known where they were. A category that cannot be told on one of the days makes no
    moves: its customers are in those after it on both.

    Args:
        facts: whose customers. file: has the categories. start, end: the days.
        by: any of `BY`; () for all customers.

    Returns:
        The by-columns, `from`, `to` (categoricals in the file's order, `from` with `new` and `unknown` first) and
        `n`; only moves that occur, those who stay included.

    Raises:
        ConfigError: an end before the start or after the as-of date, or another breakdown.
        Unavailable: customers cannot be broken down so.
    """
    if end < start:
        raise ConfigError(text("It ends before it begins."), key="end", found=end.isoformat())
    with facts.forgetting("journeys"):  # those of the first day
        before, after = states_between(facts, file, start, end)
    there = np.flatnonzero(after.category >= 0)
    unsure = before.unsure | after.unsure
    origin = np.where(unsure, 1, np.where(before.category >= 0, before.category + 2, 0))
    columns = {name: dimension_of(facts, name, after.rep, end).take(there) for name in by}
    keys = category_keys(file)
    moves = pd.DataFrame(
        columns
        | {
            "from": pd.Categorical.from_codes(origin[there], categories=pd.Index([NEW, UNKNOWN, *keys])),
            "to": pd.Categorical.from_codes(after.category[there], categories=keys),
        }
    )
    counted = moves.groupby([*columns, "from", "to"], observed=True, dropna=False).size().rename("n").reset_index()
    for side, states in (("from", before), ("to", after)):
        sure = (states.category >= 0) & (~unsure | (side == "to"))
        expected = np.bincount(states.category[sure], minlength=len(keys))
        found = counted.groupby(side, observed=False)["n"].sum().reindex(keys).to_numpy()
        assert (found == expected).all(), "moves do not add up to the customers at both ends"
    return counted


def base_notes(
    facts: Facts, file: ProcessFile, day: dt.date, start: dt.date | None = None, alone: bool = False
) -> tuple[Text, ...]:
    """What a reader of the base should know.

    Args:
        facts: whose customers. file: has the categories. day: the day of the states, or the end of moves.
        start: the start of moves. alone: whether they are a part's by its own sales, so that none counts for
            another.
    """
    return store_of_process(
        facts, file, ("base notes", day, start, alone), lambda: _noted(facts, file, day, start, alone), always=True
    )


def _noted(facts: Facts, file: ProcessFile, day: dt.date, start: dt.date | None, alone: bool) -> tuple[Text, ...]:
    customers, before = customers_of(facts), None
    states, shared = states_at(facts, file, day), nobodys(facts, day)
    if start is not None:
        before, states = states_between(facts, file, start, day)
    there = states.category >= 0
    named = named_rep(facts).codes >= 0
    notes: list[Text] = []
    if (there & named).any():
        notes.append(text("Customers count for the rep who has them today: the export has no history of it."))
    passed = there & ~named & (states.rep.codes >= 0)
    if shared is not None and not alone:
        notes.append(shared.said)
    elif passed.any() and not alone:
        notes.append(
            ntext(
                "{n} customer without a rep of its own counts for that of its last order, deal or activity.",
                "{n} customers without a rep of their own count for that of their last order, deal or activity.",
                n=int(passed.sum()),
            )
        )
    notes += _note_untold(file, states)
    if states.short:
        notes.append(
            text(
                "Activities and orders are not known as far back as counts before {day}: {days}.",
                days=Quantity(states.short, "days"),
                day=day,
            )
        )
    if "deals" in customers.of:
        nobody = int((facts.known(day).open & (customers.of["deals"] < 0)).sum())
        if nobody:
            notes.append(
                ntext(
                    "{n} open deal names no customer and so counts for none.",
                    "{n} open deals name no customer and so count for none.",
                    n=nobody,
                )
            )
    silent = int((there & ~seen_by(facts, facts.as_of)).sum())
    if silent:
        notes.append(
            ntext(
                "{n} customer of whom nothing is known but the name counts as always there.",
                "{n} customers of whom nothing is known but the name count as always there.",
                n=silent,
            )
        )
    if before is not None:
        notes += _note_unsure(int((there & (before.unsure | states.unsure)).sum()), start or day)
        notes += _note_handed_over(before, states) if shared is None else []
    elif states.unsure.any():
        notes += _note_unsure(int(states.unsure.sum()), day)
    return tuple(notes)


def _note_unsure(n: int, day: dt.date) -> list[Text]:
    """Of how many customers the category is not known on a day."""
    if not n:
        return []
    return [
        ntext(
            "Of {n} customer it is not known where it was on {day}: it makes no move.",
            "Of {n} customers it is not known where they were on {day}: they make no moves.",
            n=n,
            day=day,
        )
    ]


def _note_untold(file: ProcessFile, states: States) -> list[Text]:
    """Which categories cannot be told, those for the same reason together."""
    alike: dict[str, list[Category]] = {}
    for one in file.base:
        if one.key in states.untold:
            alike.setdefault(str(states.untold[one.key]), []).append(one)
    notes = []
    for categories in alike.values():
        named = [text("“{category}”", category=one.title) for one in categories]
        notes.append(
            text(
                "It cannot be told who is in {categories}: {reason}. Such customers are in the categories after "
                "it.",
                categories=named,
                reason=states.untold[categories[0].key],
            )
        )
    return notes


def _note_handed_over(before: States, after: States) -> list[Text]:
    """How many customers have another rep at the end than at the start."""
    same = np.append(after.rep.categories.get_indexer(before.rep.categories), -1)[before.rep.codes]
    handed = int(((before.category >= 0) & (before.rep.codes >= 0) & (same != after.rep.codes)).sum())
    if not handed:
        return []
    return [
        ntext(
            "{n} customer changed hands: its move counts for the rep who serves it at the end.",
            "{n} customers changed hands: their moves count for the rep who serves them at the end.",
            n=handed,
        )
    ]


def standing(facts: Facts, window: Period, day: dt.date) -> Events:
    """The customers in the base at the end of a day as events, in the categories of the dataset's own process.

    Their rows are those of table `accounts`, −1 where it does not list them; `category` is the number of theirs.

    Args:
        facts: whose customers. window: the period asked about. day: the day it is seen from.

    Raises:
        Unavailable: the export names no customers.
    """
    if (reason := why_untold(facts)) is not None:
        raise Unavailable(reason)
    customers = customers_of(facts)
    states = states_at(facts, process_file(facts), day)
    there = np.flatnonzero(states.category >= 0)
    on = np.full(len(there), np.datetime64(day, "D"))
    nothing = pd.Categorical.from_codes(np.full(len(there), -1), categories=pd.Index([], dtype="str"))
    placed = {name: nothing for name in DIMENSIONS if name not in PEOPLE}
    placed["segment"] = _segment(facts).take(there)
    extra = {"category": states.category[there].astype(np.float64)}
    return Events("accounts", customers.row[there], on, states.rep.take(there), np.ones(len(there)), extra, facts,
                  _placed=placed)  # fmt: skip


def _notes(facts: Facts, as_of: dt.date) -> tuple[Text, ...]:
    return base_notes(facts, process_file(facts), as_of) if why_untold(facts) is None else ()


def _by_people(facts: Facts, window: Period, day: dt.date) -> Events:
    """The same where it matters who has them.

    Raises:
        Unavailable: that is not known, or the export names no customers.
    """
    if why_untold(facts) is None and (shared := nobodys(facts, day)) is not None:
        raise Unavailable(shared.reason)
    return standing(facts, window, day)


BASE = Kind("base", CUSTOMERS, "accounts", _by_people, whole=standing, elsewhere=True, notes=_notes)


def dimension_of(facts: Facts, name: str, rep: pd.Categorical, day: dt.date) -> pd.Categorical:
    """One of `BY` of every customer, seen from the rep who serves it on a day.

    Raises:
        ConfigError: another dimension. Unavailable: it is not known of customers, or not whose they are.
    """
    check_dimensions([name], BY, text("Customers cannot be broken down by this."))
    if not facts.dimensions.carries("accounts", name):
        raise Unavailable(
            text(
                "cannot be told by {dimension}, which is not known of {events}",
                dimension=TITLES[name],
                events=CUSTOMERS,
            )
        )
    if name == "segment":
        return _segment(facts)
    if (shared := nobodys(facts, day)) is not None:
        raise Unavailable(shared.reason)
    if name == "rep_id":
        return rep
    return facts.placements.on(name, rep, np.full(len(rep), np.datetime64(day, "D")))


def _segment(facts: Facts) -> pd.Categorical:
    return taken(facts.columns.coded("accounts", "segment"), customers_of(facts).row)


def category_keys(file: ProcessFile) -> pd.Index:
    """The keys of a file's categories, in their order."""
    return pd.Index([one.key for one in file.base], dtype="str")
