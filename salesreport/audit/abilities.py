"""What a dataset carries: outcomes, amounts, dates, histories; each with how much of it is filled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from salesreport.audit.model import Looked
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.gaps import MOST_UNPRICED
from salesreport.language import Text, ntext, text

State = Literal["yes", "part", "no"]
"""Whether something is there, or can be told."""

STATES: dict[State, Text] = {"yes": text("yes"), "part": text("in part"), "no": text("no")}


class Carried(NamedTuple):
    """How much of something a dataset carries.

    Attributes:
        n: how many of the rows that should have it do. of: how many those are. note: what else there is to say.
    """

    n: int
    of: int
    note: Text | None = None

    @property
    def state(self) -> State:
        """`part` where more is missing than figures of the kit put up with."""
        if not self.n:
            return "no"
        return "part" if self.of - self.n > MOST_UNPRICED * self.of else "yes"


@dataclass(frozen=True)
class Ability:
    """Something that data may carry.

    Attributes:
        key: names it. title: what it is called. holds: the tables and columns that carry it.
        carried: how much of it a dataset carries.
    """

    key: str
    title: Text
    holds: tuple[tuple[str, str], ...]
    carried: Callable[[Looked], Carried] = field(repr=False)


def _of_deals(column: str, which: Literal["all", "won", "lost", "open"] = "all") -> Callable[[Looked], Carried]:
    """How many deals of a state have a value in a column; an amount of 0 is none."""

    def carried(looked: Looked) -> Carried:
        if not looked.facts.columns.has("deals"):
            return Carried(0, 0)
        known = looked.facts.known()
        chosen = {"all": known.there, "won": known.won, "lost": known.lost, "open": known.open}[which]
        return Carried(int((_filled(looked, column) & chosen).sum()), int(chosen.sum()))

    return carried


def _product_lines(looked: Looked) -> Carried:
    """Product lines of deals; of orders where there are no deals."""
    if looked.facts.columns.has("deals"):
        return _of_deals("product_line")(looked)
    return _rows("orders", "product_line")(looked)


def _filled(looked: Looked, column: str) -> Flags:
    columns = looked.facts.columns
    if not columns.has("deals", column):
        return np.zeros(columns.size("deals"), bool)
    if column == "amount":
        return np.asarray(columns.numbers("deals", "amount") > 0)
    return np.asarray(columns.series("deals", column).notna())


def _lost(looked: Looked) -> Carried:
    if not looked.facts.columns.has("deals"):
        return Carried(0, 0)
    closing = looked.facts.closing
    n = int(closing.lost.sum())
    return Carried(n, n, ntext("beside {n} deal won", "beside {n} deals won", n=int(closing.won.sum())))


def _deals(looked: Looked) -> Carried:
    n = int(looked.there().sum()) if looked.facts.columns.has("deals") else 0
    return Carried(n, n)


def _moves(looked: Looked) -> Carried:
    """Deals with a dated move; and whether moves are known to the day."""
    columns, history = looked.facts.columns, looked.facts.history
    if not columns.has("stage_events", "entered_at") or not columns.has("deals"):
        return Carried(0, _deals(looked).of)
    there = looked.there()
    n = int(((history.last_move(looked.as_of) >= 0) & there).sum())
    inexact = columns.has("stage_events", "entered_after") and bool(
        columns.series("stage_events", "entered_after").notna().any()
    )
    note = text("from snapshots: a move lies between two of them") if inexact else None
    return Carried(n, int(there.sum()), note)


def _snapshots(looked: Looked) -> Carried:
    columns = looked.facts.columns
    if not columns.has("snapshots"):
        return Carried(0, 0)
    days = np.unique(columns.days("snapshots", "taken_on"))
    n = int((days <= np.datetime64(looked.as_of, "D")).sum())
    return Carried(n, n, ntext("{n} day", "{n} days", n=n))


def _dated_steps(looked: Looked) -> Carried:
    return _of_deals("next_step_on", "open")(looked)


def _activities(looked: Looked) -> Carried:
    """Activities on deals; that others belong to none is no gap."""
    found = _rows("activities", "done_at", "type", "deal_id")(looked)
    if not found.n or found.n == found.of:
        return found
    others = ntext("{n} other is on no deal", "{n} others are on no deal", n=found.of - found.n)
    return Carried(found.n, found.n, others)


def _rows(table: str, *columns: str) -> Callable[[Looked], Carried]:
    """How many rows of a table have all of some columns."""

    def carried(looked: Looked) -> Carried:
        have = looked.facts.columns
        of = have.size(table)
        if not have.has(table, *columns):
            return Carried(0, of)
        filled = np.ones(of, bool)
        for column in columns:
            filled &= have.series(table, column).notna().to_numpy(bool)
        return Carried(int(filled.sum()), of)

    return carried


def _closed(looked: Looked) -> Carried:
    if not looked.facts.columns.has("deals"):
        return Carried(0, 0)
    closing = looked.facts.closing
    return Carried(int((closing.closed & ~np.isnat(closing.day)).sum()), int(closing.closed.sum()))


def _segments(looked: Looked) -> Carried:
    """Segments may stand at the deal or at its customer; where there are no deals, at orders."""
    if not looked.facts.columns.has("deals"):
        of = looked.facts.columns.size("orders")
        if not looked.facts.dimensions.carries("orders", "segment"):
            return Carried(0, of)
        return Carried(int((looked.facts.dimensions.of("orders", "segment").codes >= 0).sum()), of)
    there = looked.there()
    if not looked.facts.dimensions.carries("deals", "segment"):
        return Carried(0, int(there.sum()))
    known = looked.facts.dimensions.of("deals", "segment").codes >= 0
    return Carried(int((known & there).sum()), int(there.sum()))


ABILITIES: tuple[Ability, ...] = (
    Ability("deals", text("deals with their state"), (("deals", "status"),), _deals),
    Ability("closed", text("closing dates"), (("deals", "closed_on"),), _closed),
    Ability("lost", text("lost deals"), (), _lost),
    Ability("created", text("creation dates"), (("deals", "created_on"),), _of_deals("created_on")),
    Ability("amounts", text("amounts of won deals"), (("deals", "amount"),), _of_deals("amount", "won")),
    Ability("amounts_lost", text("amounts of lost deals"), (), _of_deals("amount", "lost")),
    Ability("amounts_open", text("amounts of open deals"), (), _of_deals("amount", "open")),
    Ability("stage", text("stage today"), (("deals", "stage"),), _of_deals("stage", "open")),
    Ability("moves", text("history of stages"), (("stage_events", "entered_at"),), _moves),
    Ability(
        "expected",
        text("expected closing dates"),
        (("deals", "expected_close_on"),),
        _of_deals("expected_close_on", "open"),
    ),
    Ability("snapshots", text("snapshots of the past"), (("snapshots", "taken_on"),), _snapshots),
    Ability("owners", text("history of owners"), (("deal_owners", "rep_id"),), _rows("deal_owners", "rep_id")),
    Ability("teams", text("teams of reps"), (("reps", "team"),), _rows("reps", "team")),
    Ability("product_line", text("product lines"), (("deals", "product_line"),), _product_lines),
    Ability("segment", text("segments"), (("deals", "segment"),), _segments),
    Ability("accounts", text("customers of the deals"), (("deals", "account_id"),), _of_deals("account_id")),
    Ability("loss_reason", text("loss reasons"), (("deals", "loss_reason"),), _of_deals("loss_reason", "lost")),
    Ability("next_step", text("next steps with a date"), (("deals", "next_step_on"),), _dated_steps),
    Ability(
        "activities",
        text("activities on deals"),
        (("activities", "done_at"), ("activities", "type"), ("activities", "deal_id")),
        _activities,
    ),
    Ability("targets", text("targets"), (("targets", "value"),), _rows("targets", "value")),
    Ability(
        "orders", text("orders"), (("orders", "amount"), ("orders", "ordered_on")),
        _rows("orders", "amount", "ordered_on"),
    ),
    Ability(
        "payments", text("payments"), (("orders", "due_on"), ("orders", "paid_on")), _rows("orders", "due_on")
    ),
    Ability(
        "leads", text("leads"), (("leads", "processed_at"), ("leads", "outcome"), ("leads", "deal_id")),
        _rows("leads", "processed_at"),
    ),
    Ability("feedback", text("customer feedback"), (("feedback", "on"),), _rows("feedback", "on")),
)  # fmt: skip
"""What data may carry, in the order in which it is asked for."""
