"""Events of one kind and period with credit applied: deals created, closed or open, orders, activities ….

Columns are read when somebody asks for them, so that a figure costs only what it counts.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.dimensions import DIMENSIONS
from salesreport.kpi.facts.known import Known
from salesreport.kpi.facts.source import Source
from salesreport.tables import TABLES


@dataclass(eq=False)
class Events:
    """Events of one kind, one row per rep with credit; columns are read when they are asked for.

    Attributes:
        table: the canonical table they come from. rows: the row of each in it (−1: a customer it does not list).
        day: when it happened (open deals: the day asked).
        rep: who has credit. share: of the event, 0–1.
        extra: columns that are worked out, such as `won`, `cycle_days`, `age_days`.
        known: of deals open on an earlier day, what was known of them then.
    """

    table: str
    rows: Positions
    day: Days
    rep: pd.Categorical
    share: Numbers
    extra: dict[str, npt.NDArray[Any]]
    _source: Source
    known: Known | None = None
    _placed: dict[str, pd.Categorical] = field(default_factory=dict)
    _numbers: dict[str, Numbers] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: Positions) -> "Events":
        """Some of them."""
        extra = {name: values[places] for name, values in self.extra.items()}
        return Events(
            self.table, self.rows[places], self.day[places], taken(self.rep, places), self.share[places], extra,
            self._source, self.known,
        )  # fmt: skip

    def dimension(self, name: str) -> pd.Categorical:
        """One of `DIMENSIONS`, of each event."""
        if name == "rep_id":
            return self.rep
        if name not in self._placed:
            if name in ("team", "manager"):
                self._placed[name] = self._source.placements.on(name, self.rep, self.day)
            else:
                self._placed[name] = taken(self._source.dimensions.of(self.table, name), self.rows)
        return self._placed[name]

    def number(self, column: str) -> Numbers:
        """A number of each event: a column of its table or one worked out; missing is NaN."""
        if column not in self._numbers:
            if column in self.extra:
                self._numbers[column] = self.extra[column].astype(np.float64)
            elif column == "amount" and self.known is not None:
                self._numbers[column] = self.known.amount[self.rows]
            else:
                self._numbers[column] = self._source.columns.numbers(self.table, column)[self.rows]
        return self._numbers[column]

    def equals(self, column: str, value: str) -> Flags:
        """Whether each event has a value in a text column of its table."""
        values = self._source.columns.coded(self.table, column)
        code = values.categories.get_indexer([value])[0]
        return (values.codes[self.rows] == code) & (code >= 0)

    def frame(self, only: Collection[str] | None = None) -> pd.DataFrame:
        """All of it: the dimensions (as categoricals), `share`, `on`, what is worked out, the table's columns.

        Args:
            only: no more than these columns, in that order; by default all.
        """
        made: dict[str, object] = {"share": self.share, "on": self.day.astype("datetime64[ms]"), **self.extra}
        declared = [*DIMENSIONS, *made, *TABLES[self.table].names]
        names = list(dict.fromkeys(declared if only is None else only))
        own = self._source.dataset.some(
            self.table, [name for name in names if name not in DIMENSIONS and name not in made], self.rows
        )
        made |= {name: self.dimension(name) for name in names if name in DIMENSIONS}
        made |= {name: own[name].array for name in own}
        if self.known is not None:
            made |= self._as_then(self.known)
        return pd.DataFrame({name: made[name] for name in names})

    def _as_then(self, known: Known) -> dict[str, object]:
        """What the deals, open on an earlier day, were like then, in place of what table `deals` says today."""
        size = len(self.rows)
        return {
            "status": pd.Series(["open"] * size, dtype="str").array,
            "closed_on": np.full(size, np.datetime64("NaT"), dtype="datetime64[ms]"),
            "loss_reason": pd.Series([None] * size, dtype="str").array,
            "stage": pd.Series(known.stage.take(self.rows), dtype="str").array,
            "amount": self.number("amount"),
            "expected_close_on": known.expected_close[self.rows].astype("datetime64[ms]"),
            "crm_probability": known.probability[self.rows],
        }
