"""What else is known of every account: last contact, complaints, open deals, who it is like, what was agreed."""

import datetime as dt
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.customers.customers import customers_of
from salesreport.kpi.facts.columns import Days, Numbers, Positions, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.plan.accounts.bought import Bought

TRAITS = ("segment", "industry", "size")
"""What makes accounts alike, the most important first."""


class Around(NamedTuple):
    """What is known of the accounts beside their orders; arrays by account, −1 and NaT where nothing is known.

    Attributes:
        segment, industry: of table accounts. traits: those of `TRAITS` that the data can tell apart, as numbers:
            by account, or by account × line. named: their names.
        last_contact: day of the last activity; None: the data tell of no activities of accounts.
        complaints, unresolved: of the last twelve months, and those not resolved; None: likewise.
        open_deals, open_value: accounts × lines (the last place: no line), number and money.
    """

    segment: pd.Categorical
    industry: pd.Categorical
    traits: tuple[npt.NDArray[np.integer], ...]
    named: tuple[str, ...]
    last_contact: Days | None
    complaints: Numbers | None
    unresolved: Numbers | None
    open_deals: Numbers
    open_value: Numbers


def around(facts: Facts, bought: Bought) -> Around:
    """What is known of every account by the end of the last day of `bought`."""
    row = customers_of(facts).row
    segment = taken(facts.dimensions.of("accounts", "segment"), row)
    industry = taken(facts.columns.coded("accounts", "industry"), row)
    traits: list[npt.NDArray[np.integer]] = []
    named = []
    sizes = _sizes(bought)
    for name, values in (("segment", segment.codes), ("industry", industry.codes), ("size", sizes)):
        if len(np.unique(values[values >= 0])) > 1:
            traits.append(values)
            named.append(name)
    complaints, unresolved = _complaints(facts, bought) or (None, None)
    number, value = _open(facts, bought)
    return Around(
        segment, industry, tuple(traits), tuple(named), _last_contact(facts, bought.last), complaints, unresolved,
        number, value,
    )  # fmt: skip


def _sizes(bought: Bought) -> Positions:
    """Accounts × lines: 1 where the account's orders of all other lines are above the median of those it has."""
    money = bought.amount[:-1]
    sizes = np.full(bought.buys.shape, -1)
    for line in range(len(bought.lines)):
        other = money.sum(axis=1) - money[:, line]
        known = other > 0.005
        if known.any():
            sizes[known, line] = other[known] > np.median(other[known])
    return sizes


def _last_contact(facts: Facts, day: dt.date) -> Days | None:
    customers = customers_of(facts)
    if "activities" not in customers.of:
        return None
    days, whose = facts.columns.days("activities", "done_at"), customers.of["activities"]
    rows = np.flatnonzero((whose >= 0) & (days <= np.datetime64(day, "D")))
    last = np.full(len(customers.ids), np.datetime64("NaT", "D"))
    order = rows[np.argsort(days[rows], kind="stable")]
    last[whose[order]] = days[order]
    return last


def _complaints(facts: Facts, bought: Bought) -> tuple[Numbers, Numbers] | None:
    columns = facts.columns
    if not columns.has("feedback", "account_id", "kind"):
        return None
    begin = (pd.Timestamp(bought.last) - pd.DateOffset(years=1)).to_datetime64()
    days, on = columns.days("feedback", "on"), np.datetime64(bought.last, "D")
    account = columns.coded("feedback", "account_id")
    whose = np.append(bought.ids.get_indexer(account.categories), -1)[account.codes]
    counts = np.asarray(columns.coded("feedback", "kind") == "complaint") & (days > begin) & (days <= on)
    counts &= whose >= 0
    resolved = columns.days("feedback", "resolved_on")
    size = len(bought.ids)
    made: Numbers = np.bincount(whose[counts], minlength=size).astype(np.float64)
    if not columns.has("feedback", "resolved_on"):
        return made, np.full(size, np.nan)
    waiting = counts & ~(resolved <= on)
    left: Numbers = np.bincount(whose[waiting], minlength=size).astype(np.float64)
    return made, left


def _open(facts: Facts, bought: Bought) -> tuple[Numbers, Numbers]:
    shape = len(bought.ids) + 1, len(bought.lines) + 1
    size = shape[0] * shape[1]
    customers = customers_of(facts)
    if "deals" not in customers.of:
        return np.zeros((len(bought.ids), shape[1])), np.zeros((len(bought.ids), shape[1]))
    known = facts.known(bought.last)
    rows = np.flatnonzero(known.open)
    line = facts.dimensions.of("deals", "product_line")
    codes = np.append(pd.Index(bought.lines).get_indexer(line.categories), -1)[line.codes[rows]]
    place = np.ravel_multi_index((customers.of["deals"][rows] % shape[0], codes % shape[1]), shape)
    number = np.bincount(place, minlength=size).reshape(shape).astype(float)
    value = np.bincount(place, np.nan_to_num(known.amount[rows]), size).reshape(shape).astype(np.float64)
    return number[:-1], value[:-1]


def commitments_naming(facts: Facts, rep: str, names: dict[str, str], day: dt.date) -> dict[str, list[str]]:
    """The rep's commitments that are open and name an account, by its id or whole name: account → texts.

    Args:
        facts: the data. rep: whose. names: account → name. day: commitments agreed by then.
    """
    if not facts.columns.has("commitments", "rep_id", "text"):
        return {}
    found: dict[str, list[str]] = {}
    for written in facts.remember(("open commitments", day), lambda: _open_commitments(facts, day)).get(rep, ()):
        for account, name in names.items():
            if any(_names(written, one) for one in (name, account) if one):
                found.setdefault(account, []).append(written)
    return found


def _open_commitments(facts: Facts, day: dt.date) -> dict[str, list[str]]:
    """The texts of each rep's commitments that were agreed by a day and are open."""
    table = facts.own("commitments")
    table = table[table["agreed_on"] <= pd.Timestamp(day)]
    if "status" in table:
        table = table[table["status"].fillna("open") == "open"]
    written = table.dropna(subset=["text"]).groupby("rep_id", observed=True)["text"]
    return {str(rep): texts.tolist() for rep, texts in written}


def _names(written: str, called: str) -> bool:
    """Whether a text names somebody, in whole words, small letters or large."""
    # a pattern takes long to make; beyond ASCII some small letters have several large ones
    if written.isascii() and called.isascii() and called.lower() not in written.lower():
        return False
    return bool(re.search(rf"(?<!\w){re.escape(called)}(?!\w)", written, re.IGNORECASE))
