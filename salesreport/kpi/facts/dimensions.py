"""What figures can be broken down by, and where each table's rows get it from.

A deal's segment is its own, else its account's; its source is its own, else its lead's; an order takes from its
deal what it does not say itself. What is missing stays missing and is a group of its own, so that totals hold.
"""

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Columns, filled, taken
from salesreport.language import Text, text

DIMENSIONS = ("rep_id", "team", "manager", "segment", "product_line", "lead_source", "pipeline")
"""What figures can be broken down by."""

PEOPLE = frozenset({"rep_id", "team", "manager"})
"""Those that say whose something is."""

TITLES: dict[str, Text] = {
    "rep_id": text("rep"),
    "team": text("team"),
    "manager": text("manager"),
    "segment": text("segment"),
    "product_line": text("product line"),
    "lead_source": text("lead source"),
    "pipeline": text("pipeline"),
}
"""What people call the dimensions."""

_OWN = {
    ("deals", "segment"): "segment",
    ("deals", "product_line"): "product_line",
    ("deals", "lead_source"): "lead_source",
    ("deals", "pipeline"): "pipeline",
    ("accounts", "segment"): "segment",
    ("orders", "product_line"): "product_line",
    ("leads", "lead_source"): "source",
}
"""The column that says it, where a table says it itself."""

_BY_DEAL = {"orders", "activities", "equipment"}
_BY_ACCOUNT = {"deals", "orders", "activities", "feedback", "equipment"}
_REP_OF_ACCOUNT = {"feedback", "equipment"}
"""The tables whose rows are the customer's rep's where they name none themselves."""

_SERVED_BY = ("deals", "orders", "activities")
"""The tables that show who serves a customer."""


class Dimensions:
    """The values of a dimension for every row of a table; team and manager depend on the day, see `credit`.

    Leads have no segment or product line before they are deals: taking them from the deal would leave only
    converted leads in every segment.

    Args:
        columns: the columns.
    """

    def __init__(self, columns: Columns) -> None:
        self._ledger = columns
        self._known: dict[tuple[str, str], pd.Categorical] = {}

    def carries(self, table: str, dimension: str) -> bool:
        """Whether the rows of a table can be broken down by a dimension at all."""
        has = self._ledger.has
        if dimension in ("team", "manager"):
            placed = has("reps", dimension) or has("rep_history", dimension)
            return placed and self.carries(table, "rep_id")
        if dimension == "rep_id":
            if table == "accounts":  # a customer without a rep counts for the rep of what came last
                return any(has(name, "account_id", "rep_id") for name in ("accounts", *_SERVED_BY))
            if table == "equipment" and self._by_deal(table):
                return True
            return has(table, "rep_id") or (table in _REP_OF_ACCOUNT and self._by_account(table, "rep_id"))
        return (
            ((table, dimension) in _OWN and has(table, _OWN[table, dimension]))
            or (self._by_deal(table) and self.carries("deals", dimension))
            or (dimension == "segment" and self._by_account(table, "segment"))
            or (
                table == "deals"
                and has("deals")
                and dimension == "lead_source"
                and has("leads", "deal_id", "source")
            )
        )

    def of(self, table: str, dimension: str) -> pd.Categorical:
        """A dimension of all rows of a table, in the columns' order; missing in every row where it has none."""
        key = (table, dimension)
        if key not in self._known:
            self._known[key] = self._find(table, dimension)
        return self._known[key]

    def members(self, dimension: str) -> tuple[str, ...]:
        """Every value a dimension takes in the dataset, sorted."""
        places = {
            "team": [("reps", "team"), ("rep_history", "team")],
            "manager": [("reps", "manager"), ("rep_history", "manager")],
            "rep_id": [
                (name, "rep_id") for name in ("reps", "deals", "deal_owners", "orders", "activities", "leads")
            ],
            "segment": [("deals", "segment"), ("accounts", "segment")],
            "product_line": [("deals", "product_line"), ("orders", "product_line")],
            "lead_source": [("deals", "lead_source"), ("leads", "source")],
            "pipeline": [("deals", "pipeline")],
        }[dimension]
        found: set[str] = set()
        for table, column in places:
            if self._ledger.has(table, column):
                found.update(self._ledger.coded(table, column).categories)
        return tuple(sorted(found))

    def _find(self, table: str, dimension: str) -> pd.Categorical:
        columns, size = self._ledger, self._ledger.size(table)
        nobody = pd.Index([], dtype="str")
        values = pd.Categorical.from_codes(np.full(size, -1), categories=nobody, validate=False)
        if dimension == "rep_id":
            if columns.has(table, "rep_id"):
                values = columns.coded(table, "rep_id")
            if table == "equipment" and self._by_deal(table):
                values = filled(values, taken(self.of("deals", "rep_id"), columns.find(table, "deal_id", "deals")))
            if table in _REP_OF_ACCOUNT and self._by_account(table, "rep_id"):
                theirs = taken(columns.coded("accounts", "rep_id"), columns.find(table, "account_id", "accounts"))
                values = filled(values, theirs)
            return values
        if (table, dimension) in _OWN and columns.has(table, _OWN[table, dimension]):
            values = columns.coded(table, _OWN[table, dimension])
        if self._by_deal(table) and self.carries("deals", dimension):
            values = filled(values, taken(self.of("deals", dimension), columns.find(table, "deal_id", "deals")))
        if dimension == "segment" and self._by_account(table, "segment"):
            theirs = taken(columns.coded("accounts", "segment"), columns.find(table, "account_id", "accounts"))
            values = filled(values, theirs)
        if table == "deals" and dimension == "lead_source" and columns.has("leads", "deal_id", "source"):
            values = filled(values, self._source_of_lead())
        return values

    def _source_of_lead(self) -> pd.Categorical:
        """The source of the lead each deal came from; of the first one where there are several."""
        source = self._ledger.coded("leads", "source")
        deal = self._ledger.look_up("leads", "deal_id", "deals")  # once: what is found is kept
        found = np.full(self._ledger.size("deals"), -1)
        known = np.flatnonzero((deal >= 0) & (source.codes >= 0))[::-1]  # backwards: the first one stays
        found[deal[known]] = source.codes[known]
        return pd.Categorical.from_codes(found, categories=source.categories, validate=False)

    def _by_deal(self, table: str) -> bool:
        return table in _BY_DEAL and self._ledger.has(table, "deal_id") and self._ledger.has("deals")

    def _by_account(self, table: str, column: str) -> bool:
        return (
            table in _BY_ACCOUNT and self._ledger.has(table, "account_id") and self._ledger.has("accounts", column)
        )
