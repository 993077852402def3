"""A dataset, anonymised: read, rewritten, written to a folder of its own."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from salesreport.anonymise import coarsen, process_file, rows
from salesreport.anonymise.key import Key
from salesreport.anonymise.pseudonyms import Pseudonyms, Tables, pseudonyms_of
from salesreport.anonymise.shift import Shift, choose
from salesreport.anonymise.treatment import treatment
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import ConfigError, DataError
from salesreport.language import LANGUAGES, Language, Text, ntext, text
from salesreport.process import ProcessFile, parse_process
from salesreport.provenance import Counts, Provenance, Tally
from salesreport.tables import TABLES
from salesreport.writing import write_dataset

CURRENCY = "XXX"
"""No currency, by ISO 4217: amounts are no longer what they were."""

_AHEAD = dt.timedelta(days=366)
"""So far beyond the as-of date days keep their place in the calendar: what is forecast and planned."""

_BEFORE = ("reps", "rep_history")
"""Tables whose days do not count for the span: somebody was hired thirty years ago."""


class Made(NamedTuple):
    """What was done.

    Attributes:
        dataset: the anonymised one. pseudonyms: what stands for what in it. shift: of days.
        dropped: how many targets were left out, for their metric or period is none that is known.
    """

    dataset: Dataset
    pseudonyms: Pseudonyms
    shift: Shift
    dropped: int


def anonymise(dataset: Dataset, out: Path, key: Key, coarse: bool = False, same_order: bool = False) -> Made:
    """Write an anonymised copy of a dataset.

    Every rate, test and interval that is worked out of it is that of the original in the period that its period
    became, money times the key's factor. Only with `same_order` does that hold for what ids decide, too: who gets
    a deal of which two have equal shares, and what is drawn at random. With `coarse` figures change.

    Args:
        dataset: the original; it stays as it is. out: a folder that is not there, or empty.
        key: what everything follows from. coarse: merge rare categories and cut large amounts.
        same_order: ids keep their order, which shows in it who comes before whom in the original.

    Raises:
        DataError: the folder holds something, lies in the dataset's own, or cannot be written.
    """
    check_out(dataset, out)
    tables, pseudonyms, shift = prepared(dataset, key, coarse, same_order)
    made = rows.rewritten(
        coarsen.cut(tables) if coarse else tables,
        pseudonyms,
        shift,
        key.factor,
        dataset.settings.fiscal_year_start,
    )
    dropped = len(tables.get("targets", ())) - len(made.get("targets", ()))
    settings = _settings(dataset.settings, pseudonyms, shift)
    written = write_dataset(out, made, settings, _provenance(dataset.provenance, dropped, coarse))
    return Made(written, pseudonyms, shift, dropped)


def prepared(
    dataset: Dataset, key: Key, coarse: bool = False, same_order: bool = False
) -> tuple[dict[str, pd.DataFrame], Pseudonyms, Shift]:
    """The tables of a dataset, their pseudonyms, and the shift of their days; nothing is written."""
    tables = {name: dataset.table(name, list(dataset.columns(name))) for name in dataset.tables}
    process = _process(dataset.settings)
    pseudonyms = pseudonyms_of(dataset, tables, process, key, coarse, same_order)
    first = min(_first(tables), dataset.as_of)
    last = min(dataset.as_of, dt.date.max - _AHEAD) + _AHEAD
    return tables, pseudonyms, choose(first, last, dataset.settings.timezone, key)


def check_out(dataset: Dataset, out: Path) -> None:
    """Make sure that nothing of the original can be in the folder that is made.

    Raises:
        DataError: it holds something, or lies in the dataset's folder.
    """
    if out.is_file():
        raise DataError(text("A dataset is a folder, and this is a file."), file=out)
    if out.exists() and any(out.iterdir()):
        raise DataError(
            text("The folder is not empty; nothing was written."),
            file=out,
            hint=text("Name a new one: whatever is in it would be given away together with the dataset."),
        )
    if out.resolve().is_relative_to(dataset.path.resolve()):
        raise DataError(text("The folder lies in that of the dataset; nothing was written."), file=out)


def _process(settings: DatasetSettings) -> ProcessFile:
    return parse_process(settings.process) if settings.process else ProcessFile()


def _first(tables: Tables) -> dt.date:
    """The first day of anything but people's own."""
    days = [
        frame[column].min().date()
        for table, frame in tables.items()
        for column in map(str, frame.columns)
        if table not in _BEFORE and treatment(table, column) == "shift" and frame[column].notna().any()
    ]
    return min(days, default=dt.date.max)


def _settings(settings: DatasetSettings, pseudonyms: Pseudonyms, shift: Shift) -> DatasetSettings:
    """What holds for the dataset, with nothing of the original in it."""
    people = pseudonyms.maps.get("person", {})
    reps = pseudonyms.maps.get("rep", {})
    known = {one.casefold(): new for one, new in [*people.items(), *reps.items()]}
    queues = [known[one.casefold()] for one in settings.not_people if one.casefold() in known]
    return DatasetSettings(
        name=pseudonyms.of("company", settings.name),
        as_of=shift.day(settings.as_of),
        currency=CURRENCY,
        timezone=settings.timezone,
        fiscal_year_start=settings.fiscal_year_start,
        process=process_file.rewritten(_process(settings), pseudonyms, shift) if settings.process else "",
        won_stages=_stages(settings.won_stages, pseudonyms),
        lost_stages=_stages(settings.lost_stages, pseudonyms),
        not_people=tuple(queues),
    )


def _stages(stages: tuple[str, ...], pseudonyms: Pseudonyms) -> tuple[str, ...]:
    """The stages of a setting; it may write them in other letter cases than the tables."""
    known = {old.strip().casefold(): new for old, new in pseudonyms.maps.get("stage", {}).items()}
    new = [known.get(one.strip().casefold()) or pseudonyms.of("stage", one) for one in stages]
    return tuple(dict.fromkeys(new))


def _provenance(before: Provenance, dropped: int, coarse: bool) -> Provenance:
    """How many rows there were, and what a reader must know; no files, headings and values."""
    notes = [text("Anonymised: people, customers, amounts and days are not the real ones; rates are.")]
    if coarse:
        notes = [
            text("Anonymised and coarsened: people, customers, amounts, days and figures are not the real ones.")
        ]
    if dropped:
        notes.append(
            ntext(
                "{n} target was left out: its metric or period is not known.",
                "{n} targets were left out: their metric or period is not known.",
                n=dropped,
            )
        )
    notes += [note for note in before.notes if _says_nothing_of_data(note)]
    return Provenance(
        made_by="salesreport anonymise",
        counts={table: _plain(counts) for table, counts in before.counts.items() if table in TABLES},
        notes=tuple(notes),
    )


def _plain(counts: Counts) -> Counts:
    """Counts without what stood in the rows."""
    return Counts(
        read=counts.read,
        kept=counts.kept,
        repaired=counts.repaired,
        set_aside=counts.set_aside,
        repairs=(Tally(text("repaired"), counts.repaired),) if counts.repaired else (),
        reasons=(Tally(text("set aside"), counts.set_aside),) if counts.set_aside else (),
        aside_by={state: int(rows) for state, rows in counts.aside_by.items() if state in ("open", "won", "lost")},
    )


def _says_nothing_of_data(note: Text) -> bool:
    """Whether a note is one of ours, and holds nothing but numbers and names of our tables and columns."""
    if not _plain_fields(note.fields):
        return False
    # what no catalogue has is not from our code
    return any(Language(code).translates(note) for code in LANGUAGES)


def _plain_fields(fields: Mapping[str, Any]) -> bool:
    columns = {column for table in TABLES.values() for column in table.names}
    for value in fields.values():
        if isinstance(value, Text):
            if not _says_nothing_of_data(value):
                return False
        elif isinstance(value, str):
            if value not in TABLES and value not in columns:
                return False
        elif type(value) not in (int, float):
            return False
    return True


def check_key_file(file: Path, out: Path) -> None:
    """The key must not travel with what it opens.

    Raises:
        ConfigError: the file lies in the folder.
    """
    if file.resolve().is_relative_to(out.resolve()):
        raise ConfigError(
            text("The key lies in the folder of the anonymised dataset; nothing was written."),
            key="--key",
            found=str(file),
            hint=text("Keep it elsewhere: who has it can tell who is who."),
        )
