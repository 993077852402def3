"""One canonical table of an export: columns found, parsed, each row judged, money priced."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells import currency_names
from salesreport.ingest.cells.headings import find_heading, positions
from salesreport.ingest.cells.numbered_days import numbered_days
from salesreport.ingest.cells.parse_dates import date_order, month_names, read_dates, read_instants
from salesreport.ingest.cells.parse_numbers import as_share, read_numbers
from salesreport.ingest.cells.parse_texts import as_series, choose, never_seen, read_texts
from salesreport.ingest.cells.raw import Place, Raw, RawColumn
from salesreport.ingest.files.readers import read
from salesreport.ingest.history.beginnings import BEFORE
from salesreport.ingest.rows import rules
from salesreport.ingest.rows.folding import folded
from salesreport.ingest.rows.ledger import Ledger, Mask
from salesreport.ingest.rows.noticed import about_amounts
from salesreport.ingest.rows.outcome import Ingested
from salesreport.ingest.rows.unreadable import Unreadable, examples_of, refuse_wrong_mapping
from salesreport.ingest.spec.doubts import DOUBTS
from salesreport.ingest.spec.spec import SourceSpec, TableSpec
from salesreport.ingest.spec.spec_parts import ColumnSpec
from salesreport.ingest.table import currency
from salesreport.ingest.table.columns import cells_of, nobody
from salesreport.ingest.table.hints import Judged, hints
from salesreport.ingest.table.lookups import Lookups
from salesreport.ingest.table.pricing import Pricing
from salesreport.ingest.table.reshape import meets, never_there, reshape
from salesreport.ingest.table.states import heading_of_states, listed_states, one_sided, states_by_conditions
from salesreport.ingest.table.target_periods import periods_from, read_periods
from salesreport.ingest.workbooks.broken_cells import without_errors
from salesreport.language import Text, ntext, text
from salesreport.provenance import Noticed, SourceFile
from salesreport.tables import STATUSES, TABLES, Column, Table
from salesreport.titles import column_title, table_title

_CODED = ("deals", "orders", "activities")
"""Tables that may be so large that texts which repeat had better stay numbers."""


def ingest_table(
    name: str,
    spec: TableSpec,
    source: SourceSpec,
    root: Path,
    rates: pd.DataFrame | None,
    lookups: Lookups,
    older: bool = False,
    coded: bool = False,
) -> Ingested:
    """Read one file of a canonical table from an export.

    Args:
        name: the table. spec: where it comes from. source: the whole spec. root: folder of the export.
        rates: dated rates, see `currency.read_rates`; None where there are none.
        lookups: the files that say what ids mean.
        older: whether the file is of an older export, which may lack optional columns.
        coded: whether texts that a large file repeats may come as pandas' categories.

    Raises:
        ConfigError, DataError: the file or the mapping is not what it should be.
    """
    return _Work(name, spec, source, root, rates, lookups, older, coded).done()


class _Work:
    """The state of one table on its way."""

    def __init__(
        self,
        name: str,
        spec: TableSpec,
        source: SourceSpec,
        root: Path,
        rates: pd.DataFrame | None,
        lookups: Lookups,
        older: bool = False,
        coded: bool = False,
    ) -> None:
        self.table: Table = TABLES[name]
        self.coded = coded and name in _CODED and spec.rows is None
        self.source, self.rates, self.lookups = source, rates, lookups
        whole = read(spec, root, name, spec.headings, source.timezone)
        self.absent: list[str] = []
        if older:
            spec, self.absent = spec.without_absent(self.table, whole.headings)
        self.raw: Raw
        self.spec: TableSpec
        self.raw, self.spec, notes = reshape(whole, spec, name)
        self.ledger = Ledger(len(self.raw))
        self.declared = np.zeros(len(self.raw), dtype=bool)
        doubts = [text("Of {table}: {doubt}.", table=table_title(name), doubt=DOUBTS[one]) for one in spec.doubts]
        self.notes: list[Text] = [*self.raw.notes, *notes, *doubts]
        self.unreadable: list[Unreadable] = []
        self.unpriced = np.zeros(len(self.raw), dtype=bool)
        self.cells: dict[str, tuple[RawColumn, Place]] = {}
        self.signs: dict[str, np.ndarray[Any, Any]] = {}
        self.months: dict[str, int] = {}
        self.order = "ymd"

    def done(self) -> Ingested:
        """Do it all, in order."""
        self._set_aside_declared()
        frame = self._frame()
        incomplete = np.zeros(len(self.raw), dtype=bool)
        for column in self.table.required:
            incomplete |= frame[column].isna().to_numpy()
        rules.set_aside_notes(self.raw, incomplete, self.ledger)
        for found in self.unreadable:
            self._judge(found, frame)
        rules.set_aside_incomplete(self.table, frame, self.ledger)
        frame = self._within_bounds(frame)
        if self.table.name == "deals":
            frame = rules.check_deals(frame, self.source.as_of, self.ledger, self.raw.file)
        if self.spec.rows is None:
            rules.set_aside_repeated(self.table, frame, self.ledger)
        frame = Pricing(
            self.table,
            self.source.currency,
            self.source.as_of,
            self.rates,
            self.signs,
            self.cells,
            self.unpriced,
            self.ledger,
            self.notes,
        ).priced(frame)
        self.notes += rules.unowned_money(self.table, frame, self.ledger, self.source.currency)
        live = self.ledger.live
        noticed: list[Noticed] = []
        for one in self.table.columns:
            if one.kind == "money" and one.name in self.spec.columns:
                cells, place = self.cells[one.name]
                noticed += about_amounts(frame[one.name], live, place, cells, self.source.currency)
        kept = frame if live.all() else frame[live].reset_index(drop=True)
        raw, rows, changed = self.raw, self.raw.rows[live], self.ledger.changed[live]
        repaired = self.ledger.repaired
        if self.spec.rows is not None:
            once = ~kept.duplicated(list(self.table.key)).to_numpy()
            if self.table.name == "deals":
                kept, notes = folded(kept, self.spec.rows)
                self.notes += notes
            else:
                kept = kept[once].reset_index(drop=True)
            rows, changed = rows[once], changed[once]
            repaired = {what: those[once] for what, those in repaired.items()}
        return Ingested(
            kept,
            self.ledger.aside(raw),
            replace(self.ledger.counts(), aside_by=self._aside_by(frame)),
            [SourceFile(self.table.name, raw.file, raw.sha256, raw.bytes)],
            self.notes,
            rows,
            changed,
            self.absent,
            noticed,
            repaired,
            self._hints(frame),
        )

    def _hints(self, frame: pd.DataFrame) -> list[Text]:
        """Settings that would read what was set aside."""
        cells = {name: column for name, (column, _) in self.cells.items()}
        judged = Judged(
            self.table.name,
            self.spec,
            self.raw,
            frame,
            ~self.ledger.live & ~self.declared,
            cells,
            self.source.timezone,
            self.order,
            self.months,
        )
        return hints(judged)

    def _aside_by(self, frame: pd.DataFrame) -> dict[str, int]:
        """How many deals of each state were set aside, those left out that are declared to be no data."""
        if self.table.name != "deals":
            return {}
        counts = frame["status"][~self.ledger.live & ~self.declared].value_counts()
        return {str(state): int(counts[state]) for state in STATUSES if counts.get(state, 0)}

    # --- rows that the spec or the file's form excludes

    def _set_aside_declared(self) -> None:
        ragged = np.zeros(len(self.raw), dtype=bool)
        ragged[list(self.raw.overflow)] = True
        self.ledger.set_aside(
            ragged, text("not as many cells as the heading (a quotation mark or separator too many)")
        )
        for heading, values in self.spec.drop.items():
            dropped = meets(self.raw, {heading: values}, self.table.name)
            self._note_never(
                "drop", heading, [value for _, value in never_there(self.raw, {heading: values}, self.table.name)]
            )
            self.declared |= dropped
            self.ledger.set_aside(dropped, text("declared not to be data, by column “{column}”", column=heading))

    def _judge(self, found: Unreadable, frame: pd.DataFrame) -> None:
        """An odd value sets a row aside where the row must have it; elsewhere it is emptied, and the row stays."""
        if not found.rows.any():
            return
        live, needed = self.ledger.live, rules.needed(found.column, self.table, frame)
        refuse_wrong_mapping(found, live & needed if needed.any() else live)
        self.ledger.set_aside(found.rows & needed, found.reason)
        emptied = found.rows & ~needed
        what = text("{reason}: emptied", reason=found.reason)
        if found.column.name == "currency":
            # what an amount is worth cannot be told without its currency
            what = text("{reason}: counted but not priced", reason=found.reason)
            self.unpriced |= emptied
        self.ledger.repair(emptied, what, partial(examples_of, found.cells))

    def _within_bounds(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame without numbers that cannot be, which are judged like those that cannot be read."""
        for column, beyond, reason, expected in list(rules.out_of_bounds(self.table, frame)):
            cells, place = self.cells[column.name]
            self._judge(Unreadable(column, place, cells, beyond, reason, expected), frame)
            frame = frame.assign(**{column.name: frame[column.name].mask(beyond)})
        return frame

    def _note_never(self, setting: str, heading: str, absent: Sequence[str]) -> None:
        """Values that a setting names and no cell has: a slip, or nothing like it is in this export."""
        if absent:
            self.notes.append(
                ntext(
                    "The value {words} of “{setting}” never occurs in column “{column}”.",
                    "The values {words} of “{setting}” never occur in column “{column}”.",
                    n=len(absent),
                    words=list(absent),
                    setting=setting,
                    column=heading,
                )
            )

    def _note_never_translated(self, heading: str, cells: RawColumn, values: Sequence[str]) -> None:
        """The same of `values`, among which an empty text stands for cells that hold nothing."""
        words = [value for value in values if value.strip()]
        self._note_never("values", heading, never_seen(cells.encoded.dictionary, words))
        if len(words) < len(values) and not pc.any(pc.is_null(read_texts(cells.texts, {}))).as_py():
            self.notes.append(
                text("“values” says what empty cells of column “{column}” mean, but none is.", column=heading)
            )

    # --- columns

    def _column(self, name: str) -> tuple[RawColumn, Place]:
        """The cells of a canonical column, with values translated, and where they are."""
        raw = self.raw
        if name in self.spec.constants:
            constant = pa.repeat(pa.scalar(self.spec.constants[name], pa.string()), len(raw))
            return RawColumn(constant), self._place(name)
        values = self.spec.values.get(name, {})
        for heading in self.spec.columns[name].headings if values else ():
            if positions(heading, raw.headings):
                cells = raw.columns[positions(heading, raw.headings)[0]]
                self._note_never_translated(heading, cells, list(values))
        if self.table[name].kind == "id" or name == "manager":
            values = {**nobody(self.spec.columns[name], raw), **values}
        column, heading, notes = cells_of(
            self.spec.columns[name], raw, self.table.name, name, self.lookups, values
        )
        self.notes += notes
        place = self._place(heading)
        return self._without_errors(self.table[name], column, place), place

    def _without_errors(self, column: Column, cells: RawColumn, place: Place) -> RawColumn:
        """A column without the errors of a spreadsheet (#N/A), which are noted."""
        sound, broken = without_errors(cells)
        if broken is not None:
            reason = text("“{column}” is an error of the spreadsheet", column=place.column)
            hint = text("Mend the formulas in a spreadsheet program, and save the file there.")
            found = Unreadable(column, place, cells, broken, reason, text("a value"), hint)
            self.unreadable.append(found)
        return sound

    def _place(self, heading: str) -> Place:
        return Place(self.raw.file, self.table.name, heading, self.raw.rows)

    def _frame(self) -> pd.DataFrame:
        """All rows, parsed; what cannot be parsed is missing and noted in `unreadable`."""
        cells = self.cells = {
            column.name: self._column(column.name)
            for column in self.table.columns
            if column.name in self.spec.columns or column.name in self.spec.constants
        }
        dates = [cells[name] for name in cells if self.table[name].kind in ("date", "instant")]
        start = self._start()
        dates += [start] if start else []
        self.order = order = date_order(dates, self.spec.date_order)
        self.months = month_names(dates, self.spec.month_names)
        for column, place in dates:
            counted_ = None if column.dates is not None else numbered_days(column)
            self.notes += [] if counted_ is None else [counted_.note(place.column)]
        told = {"status"} if self.spec.status is not None else set()  # by words of the spec's own, see `_status`
        parsed = {name: self._parse(self.table[name], *cells[name], order) for name in cells if name not in told}
        if self.spec.before is not None:
            # what was there before is read as what came after is
            name = "stage" if self.table.name == "stage_events" else "rep_id"
            now = self.spec.columns[name] if name in self.spec.columns else ColumnSpec(heading=self.spec.before)
            was = now.model_copy(update={"heading": self.spec.before, "first": None, "join": None})
            values = self.spec.values.get(name, {})
            before = cells_of(was, self.raw, self.table.name, name, self.lookups, values)
            parsed[BEFORE] = as_series(read_texts(before.column.texts, {}))
        if self.spec.status is not None:
            parsed["status"] = self._status()
        if start is not None and self.spec.period is not None:
            days = read_dates(start[0], order, self.source.timezone, self.months, self.spec.timezone)
            self._note(self.table["period"], *start, days.bad, text("a date"))
            parsed["period"] = periods_from(
                days.values, parsed["metric"], self.spec.period, self.source.fiscal_year_start
            )
        return pd.DataFrame(parsed, copy=False)

    def _note(self, column: Column, cells: RawColumn, place: Place, rows: Mask, expected: Text) -> None:
        reason = text("“{column}” is not {expected}", column=place.column, expected=expected)
        self.unreadable.append(Unreadable(column, place, cells, rows, reason, expected))

    def _note_unknown(
        self, column: Column, cells: RawColumn, place: Place, rows: Mask, values: Sequence[str]
    ) -> None:
        reason = text(
            "unknown {column}: not one of {values}", column=column_title(column.name), values=list(values)
        )
        expected = text("one of {names}", names=list(values))
        self.unreadable.append(Unreadable(column, place, cells, rows, reason, expected))

    def _start(self) -> tuple[RawColumn, Place] | None:
        if self.spec.period is None:
            return None
        at = find_heading(self.spec.period.starts, self.raw, self.table.name)
        return self.raw.columns[at], self._place(self.raw.headings[at])

    def _parse(self, column: Column, cells: RawColumn, place: Place, order: str) -> pd.Series:
        if column.kind == "choice":
            return self._choice(column, cells, place)
        if column.is_text:
            return self._text(column, cells, place)
        if column.is_number:
            return self._number(column, cells, place)
        read_moments = read_dates if column.kind == "date" else read_instants
        moments = read_moments(cells, order, self.source.timezone, self.months, self.spec.timezone)
        self._note(column, cells, place, moments.bad, text("a date"))
        return moments.values

    def _text(self, column: Column, cells: RawColumn, place: Place) -> pd.Series:
        coded = self.coded and cells.is_coded and column.name != "currency"
        texts = as_series(read_texts(cells.encoded if cells.is_coded else cells.texts, {}), coded)
        if column.kind == "id":
            self.ledger.repair(
                cells.spaced, text("spaces around ids of {column} removed", column=column_title(column.name))
            )
        if column.name == "period" and self.table.name == "targets":
            periods, bad = read_periods(texts, self.source.fiscal_year_start)
            self._note(column, cells, place, bad, text("a period"))
            return periods
        if column.name == "currency":
            codes = {value: currency_names.code(value) for value in texts.dropna().unique()}
            known = texts.map(codes).astype("str")
            bad = (texts.notna() & known.isna()).to_numpy()
            self._note(column, cells, place, bad, text("a currency"))
            return known
        return texts

    def _choice(self, column: Column, cells: RawColumn, place: Place) -> pd.Series:
        texts = read_texts(cells.encoded, {})
        values, unknown = choose(
            texts, {value: value for value in column.values}, None, self.coded and cells.is_coded
        )
        self._note_unknown(column, cells, place, unknown, column.values)
        return values

    def _status(self) -> pd.Series:
        """Open, won or lost, from the values of another column or from conditions on several."""
        spec, listed = self.spec.status, None
        assert spec is not None
        unknown = np.zeros(len(self.raw), dtype=bool)
        if spec.source is not None:
            if spec.source in self.spec.columns:
                cells, place = self.cells[spec.source]
            else:
                at = heading_of_states(spec, self.spec, self.raw)
                place = self._place(self.raw.headings[at])
                cells = self._without_errors(self.table["status"], self.raw.columns[at], place)
            coded = self.coded and cells.is_coded and not spec.conditions
            renamed = self.spec.values.get(spec.source, {})
            found = listed_states(spec, cells, place.column, place.file, coded, renamed)
            listed, unknown = found.values, found.unknown
            self.notes += found.notes
            for word, rows in found.undecided.items():
                self.ledger.set_aside(rows, text("not decided: {value}", value=word))
        if spec.conditions:
            heading = (spec.source, *spec.headings)[-1] or ""
            listed, unknown = states_by_conditions(spec, self.raw, listed, self.ledger, self.notes)
            first = self.raw.columns[find_heading(heading, self.raw, self.table.name)]
            cells, place = first, self._place(heading)
        assert listed is not None
        self.notes += one_sided(listed)
        self._note_unknown(self.table["status"], cells, place, unknown, STATUSES)
        return listed

    def _number(self, column: Column, cells: RawColumn, place: Place) -> pd.Series:
        constant = column.name in self.spec.constants
        decimal, thousands = (".", None) if constant else (self.spec.decimal, self.spec.thousands)
        if column.kind != "money" and self.table.name != "targets":
            cells = replace(cells, signs=None)  # how a number format shows what is no money says nothing
        numbers = read_numbers(cells, place, decimal, thousands)
        bad = numbers.bad.copy()
        if self.spec.signs == "ignore":
            numbers = numbers._replace(signs=None)
        if column.unit == "share":
            numbers, shared = as_share(numbers, "%" in place.column)
            if shared:
                self.notes.append(text("Column “{column}” was read as a percentage.", column=place.column))
        elif numbers.percent is not None:
            bad |= numbers.percent
        if numbers.signs is not None and column.kind == "money":
            self.signs[column.name] = numbers.signs
        elif numbers.signs is not None and self.table.name == "targets":
            # a target in money has no column of currencies beside it: it is in the dataset's
            base = self.source.currency
            codes, unknown = currency.currencies(numbers.signs, None, base, len(self.raw))
            bad |= unknown | (pd.notna(codes) & (codes != base))
        elif numbers.signs is not None:
            bad |= pd.notna(numbers.signs)
        self._note(column, cells, place, bad, text("a number"))
        return numbers.values.mask(bad) if bad.any() else numbers.values
