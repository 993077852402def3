"""What in an anonymised dataset may still tell who somebody is, to those who know the company."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.anonymise.coarsen import LEAST_PEOPLE, OTHER, Tables, counted, rare
from salesreport.anonymise.treatment import CATEGORIES, treatment
from salesreport.language import Quantity, Text, ntext, text

_FAR = 3.0
"""Logarithms of amounts so many interquartile ranges above the upper quartile are far out (Tukey 1977)."""

_FEWEST_AMOUNTS = 20
"""With fewer amounts nothing is called extreme."""

_LARGE = 0.1
"""A customer with so much of all that was sold is known to everybody."""

_TITLES = {
    "role": text("role"), "segment": text("segment"), "industry": text("industry"), "country": text("country"),
    "product_line": text("product line"), "lead_source": text("lead source"), "pipeline": text("pipeline"),
    "stage": text("stage"), "type": text("type of activity"), "outcome": text("outcome"),
    "loss_reason": text("loss reason"), "kind": text("kind of deal"),
    "forecast_category": text("forecast category"), "team": text("team"),
}  # fmt: skip


class Risk(NamedTuple):
    """Something that may tell who somebody is.

    Attributes:
        what: in words. n: how many. values: which, as the anonymised dataset has them.
    """

    what: Text
    n: int
    values: Sequence[str]


def risks(tables: Tables) -> list[Risk]:
    """What may still identify somebody in anonymised tables, most telling first.

    Args:
        tables: the anonymised ones.
    """
    found = [*_small_teams(tables), *_extreme(tables), *_large_customers(tables)]
    for kind in CATEGORIES:
        counts = counted(tables, kind)
        values = rare(counts)
        if values:
            found.append(Risk(text("{kind}: what few have", kind=_TITLES[kind]), len(values), values))
    return [*found, *_own_words(tables)]


def _small_teams(tables: Tables) -> list[Risk]:
    counts = counted(tables, "team")
    if counts.empty:
        return []
    people = counts.get("reps", pd.Series(dtype=float)).dropna()
    alone = [str(team) for team, n in people.items() if n == 1]
    small = [str(team) for team, n in people.items() if 1 < n < LEAST_PEOPLE]
    found = []
    if alone:
        said = ntext(
            "team of one: its figures are that person's",
            "teams of one: their figures are that person's",
            n=len(alone),
        )
        found.append(Risk(said, len(alone), alone))
    if small:
        said = ntext(
            "team of two: each knows the other's figures",
            "teams of two: each knows the other's figures",
            n=len(small),
        )
        found.append(Risk(said, len(small), small))
    return found


def _extreme(tables: Tables) -> list[Risk]:
    """Deals and orders far larger than the others."""
    found = []
    for table, key in (("deals", "deal_id"), ("orders", "order_id")):
        frame = tables.get(table)
        if frame is None or "amount" not in frame:
            continue
        amounts = frame.loc[frame["amount"] > 0, ["amount", key]]
        if len(amounts) < _FEWEST_AMOUNTS:
            continue
        size = np.log(amounts["amount"].to_numpy())
        lower, upper = np.quantile(size, [0.25, 0.75])
        far = amounts[size > upper + _FAR * (upper - lower)].nlargest(len(amounts), "amount")
        if len(far):
            said = (
                ntext("deal far larger than the others", "deals far larger than the others", n=len(far))
                if table == "deals"
                else ntext("order far larger than the others", "orders far larger than the others", n=len(far))
            )
            found.append(Risk(said, len(far), [str(one) for one in far[key]]))
    return found


def _large_customers(tables: Tables) -> list[Risk]:
    """Customers with a large part of all that was sold."""
    orders, deals = tables.get("orders"), tables.get("deals")
    if orders is not None and "account_id" in orders:
        sold = orders
    elif deals is not None and {"account_id", "amount"} <= set(deals):
        sold = deals[deals["status"] == "won"]
    else:
        return []
    by_account = sold.groupby("account_id")["amount"].sum()
    total = by_account.sum()
    large = by_account[by_account >= _LARGE * total].sort_values(ascending=False) if total > 0 else by_account[:0]
    if large.empty:
        return []
    said = ntext(
        "customer with {share} or more of what was sold",
        "customers with {share} or more of what was sold each",
        n=len(large), share=Quantity(_LARGE, "share"),
    )  # fmt: skip
    return [Risk(said, len(large), [str(one) for one in large.index])]


def _own_words(tables: Tables) -> list[Risk]:
    """The company's own words for what it sells, to whom and how: they may tell which company it is."""
    found = []
    for kind in ("product_line", "segment", "industry", "country", "pipeline", "stage", "lead_source"):
        values: dict[str, None] = {}
        for table, frame in tables.items():
            for column in map(str, frame.columns):
                if treatment(table, column) == (kind,):
                    values |= dict.fromkeys(str(one) for one in frame[column].dropna().unique())
        kept = [one for one in values if not _coded(one, CATEGORIES[kind])]
        if kept:
            found.append(Risk(text("{kind}: words of the company itself", kind=_TITLES[kind]), len(kept), kept))
    return found


def _coded(value: str, name: str) -> bool:
    """Whether a value is one that we made."""
    return value == OTHER or value.startswith(f"{name} ")
