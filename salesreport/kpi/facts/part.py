"""The facts of a part of the company alone: of a segment, product line, lead source, pipeline, team or manager.

Checks look at a whole dataset; to make them of a part, they look at a dataset that holds nothing else. A deal's
history, activities and orders go with it. What cannot be said to be of the part is not there, so that whatever
needs it says so: a company's target is no segment's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from salesreport.dataset import Dataset
from salesreport.kpi.facts.columns import Flags, positions_in
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.tables import TABLES
from salesreport.titles import table_title

_HISTORY = ("stage_events", "deal_owners", "snapshots")
"""Tables whose rows belong to a deal."""

_OF_PEOPLE = ("rep_history", "commitments")
"""Tables whose rows belong to a rep, and to no part of what is sold."""

_SEEN_IN = ("deals", "deal_owners", "orders", "activities", "leads")
"""The tables that show who works on a part."""


@dataclass(frozen=True, eq=False)
class PartOfDataset(Dataset):
    """A dataset some rows of which are left out; they are held in memory.

    Attributes:
        held: the tables there are, with their rows. whole: the tables of the whole dataset. The others are as in
            `Dataset`.
    """

    held: Mapping[str, pa.Table] = field(default_factory=dict, repr=False)
    whole: tuple[str, ...] = ()

    def _source(self, table: str, coded: tuple[str, ...] = ()) -> pads.Dataset:
        if (table, coded) not in self._sources:
            rows = self.held[table]
            for column in coded:
                place = rows.schema.get_field_index(column)
                rows = rows.set_column(place, column, pc.dictionary_encode(rows[column]))
            self._sources[table, coded] = pads.dataset(rows)
        return self._sources[table, coded]


def part_of(facts: Facts, dimension: str, member: str) -> Facts:
    """The facts of one member of a dimension alone, seen from the same day; made once.

    Args:
        facts: those of the whole company. dimension: one of `DIMENSIONS`. member: its value. A team's and a
            manager's are those of its people of the day that the facts are seen from.

    Returns:
        Facts of a dataset with the rows of the part: everything that looks at facts can look at it.
    """
    return facts.remember(("part", dimension, member), lambda: _make(facts, dimension, member))


def lacks_here(dataset: Dataset, table: str, column: str | None = None) -> Unavailable:
    """That a dataset has no such table or column; of a part, that nothing in it is the part's."""
    if isinstance(dataset, PartOfDataset) and table in dataset.whole and table not in dataset.held:
        return Unavailable(text("nothing of {table} is known to be of this part", table=table_title(table)))
    return lacks(table, column)


def _make(facts: Facts, dimension: str, member: str) -> Facts:
    dataset = facts.dataset
    held: dict[str, pa.Table] = {}

    def keep(table: str, rows: Flags) -> None:
        if rows.any():
            held[table] = dataset._source(table).to_table().filter(pa.array(rows))

    people = _people(facts, dimension, member) if dimension in PEOPLE else None
    for table in dataset.tables:
        if table in _HISTORY or table in _OF_PEOPLE or table in ("reps", "targets", "accounts"):
            continue
        if people is not None:
            if facts.dimensions.carries(table, "rep_id"):
                keep(table, np.asarray(facts.dimensions.of(table, "rep_id").isin(people)))
        elif facts.dimensions.carries(table, dimension):
            keep(table, np.asarray(facts.dimensions.of(table, dimension) == member))
    for table in _HISTORY:
        if table in dataset.tables and "deals" in held:
            keep(table, _points_to(facts, table, "deal_id", held["deals"]["deal_id"].combine_chunks()))
    if "accounts" in dataset.tables:
        keep("accounts", _accounts(facts, dimension, member, held))
    if people is None:
        seen = [held[one]["rep_id"] for one in _SEEN_IN if one in held and "rep_id" in held[one].schema.names]
        people = sorted({rep for column in seen for rep in column.unique().to_pylist() if rep is not None})
    else:
        for table in _OF_PEOPLE:
            if table in dataset.tables:
                keep(table, np.asarray(facts.columns.coded(table, "rep_id").isin(people)))
    if "reps" in dataset.tables:
        keep("reps", np.asarray(facts.columns.coded("reps", "rep_id").isin(people)))
    if "targets" in dataset.tables:
        keep("targets", _targets(facts, dimension, member, people))
    made = PartOfDataset(
        path=dataset.path,
        settings=dataset.settings,
        fingerprint=sha256("\0".join((dataset.fingerprint, dimension, member)).encode()).hexdigest(),
        provenance=dataset.provenance,
        rows={name: held[name].num_rows for name in TABLES if name in held},
        folder=dataset.folder,
        held=held,
        whole=dataset.tables,
    )
    return Facts(made, facts.as_of, facts.reopened)


def _people(facts: Facts, dimension: str, member: str) -> list[str]:
    """Whose a team or manager is on the day; a rep's are the rep's own."""
    if dimension == "rep_id":
        return [member]
    placed = facts.placed(facts.reps, facts.as_of)
    return list(placed.loc[placed[dimension] == member, "rep_id"])


def _points_to(facts: Facts, table: str, column: str, keys: pa.Array) -> Flags:
    return positions_in(facts.columns.ids(table, column), keys) >= 0


def _accounts(facts: Facts, dimension: str, member: str, held: Mapping[str, pa.Table]) -> Flags:
    """The customers of a segment, and those that deals and orders of the part are with."""
    kept = np.zeros(facts.columns.size("accounts"), dtype=bool)
    if dimension == "segment" and facts.columns.has("accounts", "segment"):
        kept |= np.asarray(facts.columns.coded("accounts", "segment") == member)
    for table in ("deals", "orders"):
        if table in held and "account_id" in held[table].schema.names:
            kept |= _points_to(facts, "accounts", "account_id", pc.drop_null(pc.unique(held[table]["account_id"])))
    return kept


def _targets(facts: Facts, dimension: str, member: str, people: list[str]) -> Flags:
    """The targets that are the part's own: a team's are those of its people, too."""
    columns = facts.columns
    own = np.zeros(columns.size("targets"), dtype=bool)
    if dimension in ("team", "segment", "product_line") and columns.has("targets", dimension):
        own |= np.asarray(columns.coded("targets", dimension) == member)
    if dimension in PEOPLE and columns.has("targets", "rep_id"):
        own |= np.asarray(columns.coded("targets", "rep_id").isin(people))
    return own
