"""Who gets the credit for what happened on a day: the owners by their shares, in their team of that day."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from salesreport.kpi.facts.columns import Columns, Days, Numbers, Positions, filled, positions_in, recoded
from salesreport.kpi.facts.ordering import in_order

_BLOCK = 1_000_000
"""So many events are looked at a time: of more, what leads to the answer takes ten times the answer's memory."""

_DAY_SPAN = np.int64(2**22)
"""More days than `datetime64[D]` needs for any date in data; makes (rep, day) one sortable number."""


class Credit(NamedTuple):
    """Events with their credit; an event that several reps share has a row for each.

    Attributes:
        event: the number of the event in the list asked about, ascending.
        rep: who gets credit.
        share: of the event, 0–1; the shares of an event add up to 1.
        scaled: how many events had owners whose shares did not add up to 1, and were scaled to do so.
    """

    event: Positions
    rep: pd.Categorical
    share: Numbers
    scaled: int = 0


class Owners:
    """Who owned which deal, when and to which share.

    Args:
        columns: the columns of tables `deals` and `deal_owners`.
    """

    def __init__(self, columns: Columns) -> None:
        deal = columns.find("deal_owners", "deal_id", "deals")
        order = np.argsort(deal, kind="stable")
        order = order[deal[order] >= 0]
        self._count = np.bincount(deal[order], minlength=columns.size("deals"))
        self._first = np.cumsum(self._count) - self._count
        self._ledger = columns
        self._rep = columns.coded("deal_owners", "rep_id").take(order)
        self._since = _open_ended(columns.days("deal_owners", "from")[order], "1000-01-01")
        self._until = _open_ended(columns.days("deal_owners", "to")[order], "9999-12-31")
        share = columns.numbers("deal_owners", "share")[order]
        self._share = np.where(np.isnan(share), 1.0, share)

    def credit(self, deals: Positions, days: Days, rep: pd.Categorical, splits_only: bool = False) -> Credit:
        """Credit events of deals to the owners on the day; where no owner is known, to the rep given.

        Args:
            deals: the row of each event's deal in table `deals`; −1: none.
            days: the day of each event.
            rep: who has it otherwise.
            splits_only: credit to owners only where there were several on the day.
        """
        event, row = self._rows(deals)
        here = (self._since[row] <= days[event]) & (days[event] <= self._until[row]) & (self._share[row] > 0)
        event, row = event[here], row[here]
        if splits_only:
            several = np.bincount(event, minlength=len(deals))[event] > 1
            event, row = event[several], row[several]
        owners = np.bincount(event, minlength=len(deals))
        total = np.bincount(event, weights=self._share[row], minlength=len(deals))

        events = np.repeat(np.arange(len(deals)), np.maximum(owners, 1))
        owned = owners[events] > 0
        categories = rep.categories.union(self._rep.categories)
        codes = recoded(rep, categories)[events]
        codes[owned] = recoded(self._rep, categories)[row]  # owners come by event, as their rows here do
        share = np.ones(len(events))
        share[owned] = self._share[row] / total[event]
        credit = Credit(
            events,
            pd.Categorical.from_codes(codes, categories=categories, validate=False),
            share,
            int(((owners > 0) & (np.abs(total - 1) > 1e-6)).sum()),
        )
        assert np.allclose(np.bincount(credit.event, weights=credit.share, minlength=len(deals)), 1), "shares"
        return credit

    def known(self, deals: Positions) -> Positions:
        """Which of some deals have owners at all, as places in the list; most have none."""
        return np.flatnonzero(np.where(deals >= 0, self._count[deals], 0))

    def shared(self, table: str, rows: Positions) -> Positions:
        """For rows of a table, the row of their deal in table `deals`; −1 where it never had several owners.

        Args:
            table: it has a column `deal_id`. rows: some of its rows.
        """
        several = np.flatnonzero(self._count > 1)
        deal_id = self._ledger.ids("deals", "deal_id").take(pa.array(several))
        found = positions_in(self._ledger.ids(table, "deal_id").take(pa.array(rows)), deal_id)
        return np.append(several, -1)[found]

    def changes(self, deals: Positions) -> tuple[Positions, Days]:
        """The days from which on deals may have other owners, or other shares, than the day before.

        Args:
            deals: rows in table `deals`.

        Returns:
            The number of the deal in the list asked about, and the day; in no order, a day may come twice.
        """
        event, row = self._rows(deals)
        return np.concatenate((event, event)), np.concatenate((self._since[row], self._until[row] + 1))

    def _rows(self, deals: Positions) -> tuple[Positions, Positions]:
        """All owners of some deals: the number of the deal in the list, and the row of the owner."""
        owned = self.known(deals)
        count = self._count[deals[owned]]
        start = np.repeat(self._first[deals[owned]] - (np.cumsum(count) - count), count)
        return np.repeat(owned, count), np.arange(len(start)) + start


class Placements:
    """Which team and manager a rep had on a day: by table `rep_history` where it covers, else today's.

    Args:
        reps: the reps with their current team and manager.
        columns: the columns of table `rep_history`.
    """

    def __init__(self, reps: pd.DataFrame, columns: Columns) -> None:
        self._reps, self._ledger = reps, columns

    def on(self, column: str, rep: pd.Categorical, days: Days) -> pd.Categorical:
        """The team or manager of each rep on each day; missing where it is not known.

        Args:
            column: `team` or `manager`.
            rep, days: of each event.
        """
        blocks = [
            self._on(column, rep[start : start + _BLOCK], days[start : start + _BLOCK])
            for start in range(0, max(len(rep), 1), _BLOCK)
        ]
        return blocks[0] if len(blocks) == 1 else pd.api.types.union_categoricals(blocks, sort_categories=True)

    def _on(self, column: str, rep: pd.Categorical, days: Days) -> pd.Categorical:
        found = pd.Index(self._reps["rep_id"]).get_indexer(rep.categories)
        now = pd.Categorical(self._reps[column])
        by_rep = np.append(np.where(found >= 0, now.codes[found] if len(now) else -1, -1), -1)
        today = pd.Categorical.from_codes(by_rep[rep.codes], categories=now.categories, validate=False)
        return filled(self._then(column, rep, days), today) if self._ledger.has("rep_history", column) else today

    def _then(self, column: str, rep: pd.Categorical, days: Days) -> pd.Categorical:
        columns = self._ledger
        then = columns.coded("rep_history", column)
        whose = recoded_or_missing(columns.coded("rep_history", "rep_id"), rep.categories)
        since = columns.days("rep_history", "from")
        until = _open_ended(columns.days("rep_history", "to"), "9999-12-31")
        order = in_order(whose, since)
        order = order[whose[order] >= 0]
        keys = _key(whose[order], since[order])
        place = np.searchsorted(keys, _key(rep.codes, days), side="right") - 1
        if not len(order):
            return pd.Categorical.from_codes(np.full(len(rep), -1), categories=then.categories)
        row = order[place]
        covered = (place >= 0) & (whose[row] == rep.codes) & (days <= until[row])
        return pd.Categorical.from_codes(
            np.where(covered, then.codes[row], -1), categories=then.categories, validate=False
        )


def recoded_or_missing(values: pd.Categorical, categories: pd.Index) -> Positions:
    """The codes that values have among other categories; −1 where these do not hold them."""
    return np.append(categories.get_indexer(values.categories), -1)[values.codes]


def _key(rep: Positions, days: Days) -> Positions:
    return rep.astype(np.int64) * _DAY_SPAN + days.astype("datetime64[D]").astype(np.int64) + _DAY_SPAN // 2


def _open_ended(days: Days, instead: str) -> Days:
    return np.where(np.isnat(days), np.datetime64(instead, "D"), days)
