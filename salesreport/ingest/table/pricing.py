"""Money in the dataset's currency: what each row says, what its cells show, the rate of its day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from salesreport.ingest.cells.raw import Place, RawColumn
from salesreport.ingest.rows.ledger import Ledger, Mask
from salesreport.ingest.rows.unreadable import examples_of, refuse_unknown_currencies
from salesreport.ingest.table import currency
from salesreport.language import Text, ntext, text
from salesreport.tables import Column, Table
from salesreport.titles import column_title, table_title


@dataclass
class Pricing:
    """What the money of one file's rows is worth.

    Attributes:
        table: the canonical table. base, as_of: of the dataset. rates: see `currency.read_rates`.
        signs: money column → the currency that each cell shows. cells: column → its cells and where they are.
        unpriced: rows whose currency cannot be told; some may be known already.
        ledger, notes: take what is found.
    """

    table: Table
    base: str
    as_of: dt.date
    rates: pd.DataFrame | None
    signs: Mapping[str, np.ndarray[Any, Any]]
    cells: Mapping[str, tuple[RawColumn, Place]]
    unpriced: Mask
    ledger: Ledger
    notes: list[Text]

    def priced(self, frame: pd.DataFrame) -> pd.DataFrame:
        """All money in the dataset's currency, empty where no rate is known."""
        money = [column for column in self.table.columns if column.kind == "money" and column.name in frame]
        declared = (
            frame["currency"].astype(object).where(frame["currency"].notna(), None).to_numpy()
            if "currency" in frame
            else None
        )
        if not money or (declared is None and not self.signs and not self.unpriced.any()):
            return frame
        base = self.base
        days = currency.days_of(self.table.name, frame, self.as_of)
        original = declared
        unpriced: dict[str, Mask] = {}
        for column in money:
            signs = self.signs.get(column.name)
            codes, unknown = currency.currencies(signs, declared, base, len(frame))
            self._without_currency(column, unknown)
            if signs is not None and declared is not None:
                self._note_shown(column, currency.shown_otherwise(signs, declared))
            if original is None or column.name == "amount":
                original = codes if original is None else np.where(pd.isna(original), codes, original)
            worth = currency.rates_on(codes, days, self.rates, base)
            values = frame[column.name]
            lost = (values.notna() & worth.isna()).to_numpy() & ~self.unpriced
            for code in pd.unique(codes[lost]):
                at = lost & (codes == code)
                if column.required:
                    self.ledger.set_aside(at, text("no rate for {currency}", currency=code))
                else:
                    unpriced[code] = unpriced.get(code, np.zeros(len(frame), dtype=bool)) | at
            if not (worth == 1).all():
                frame = frame.assign(**{column.name: values * worth})
        if self.unpriced.any():
            frame = frame.assign(**{column.name: frame[column.name].mask(self.unpriced) for column in money})
        for code, rows in unpriced.items():
            self.ledger.repair(rows, text("no rate for {currency}: counted but not priced", currency=code))
            number = int((rows & self.ledger.live).sum())
            if number:
                self.notes.append(
                    ntext(
                        "{n} row of {table} has no rate for {currency}: counted but not priced.",
                        "{n} rows of {table} have no rate for {currency}: counted but not priced.",
                        n=number,
                        table=table_title(self.table.name),
                        currency=code,
                    )
                )
        foreign = original is not None and (pd.notna(original) & (original != base)).any()
        if "currency" in self.table.names and foreign:
            frame = frame.assign(currency=pd.Series(original, dtype="str"))
        return frame

    def _note_shown(self, column: Column, rows: int) -> None:
        """What a row says counts, not how its cell is shown."""
        if rows:
            self.notes.append(
                ntext(
                    "Column “{column}” shows another currency than the row in {n} row; the row’s counts.",
                    "Column “{column}” shows another currency than the row in {n} rows; the row’s counts.",
                    n=rows,
                    column=self.cells[column.name][1].column,
                )
            )

    def _without_currency(self, column: Column, rows: Mask) -> None:
        """Amounts in nobody knows which currency: a row that must have one goes, another loses its money."""
        if not rows.any():
            return
        reason = text("{column} in an unknown currency", column=column_title(column.name))
        if column.required:
            self.ledger.set_aside(rows, reason)
            return
        cells, place = self.cells[column.name]
        refuse_unknown_currencies(rows, cells, place)
        what = text("{reason}: counted but not priced", reason=reason)
        self.ledger.repair(rows, what, partial(examples_of, cells))
        self.unpriced = self.unpriced | rows
