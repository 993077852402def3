"""Rows that were set aside or misread although a setting reads them: it is said to whoever writes the spec."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from salesreport.config import setting_line
from salesreport.errors import DataError
from salesreport.ingest.cells.headings import plain_words, positions
from salesreport.ingest.cells.parse_dates import read_dates
from salesreport.ingest.cells.raw import Raw, RawColumn
from salesreport.ingest.rows.distinct import repeated
from salesreport.ingest.rows.ledger import Mask
from salesreport.ingest.spec.spec import TableSpec
from salesreport.ingest.table.reshape import matches
from salesreport.language import Text, ntext, text
from salesreport.tables import TABLES

_MOST = 0.9
"""A heading is the missing date of rows when so many of them have one there."""

_REPEATED = 0.1
"""A column is no id when so many rows repeat what stands in another."""

_IDS = 0.5
"""A column holds ids when so many of its values are."""

_CLOSED = {
    "closed",
    "isclosed",
    "geschlossen",
    "abgeschlossen",
    "cerrado",
    "fechado",
    "ferme",
    "cloture",
    "lezart",
}
"""Words of a heading that tells whether a deal is closed, without accents."""


@dataclass(frozen=True)
class Judged:
    """A table whose rows are judged.

    Attributes:
        table: its name. spec: where it comes from. raw: its file. frame: all rows, parsed.
        aside: which of them are set aside. cells: of the mapped columns.
        timezone: where the dataset's days are meant. order, months: how its dates are read, see `parse_dates`.
    """

    table: str
    spec: TableSpec
    raw: Raw
    frame: pd.DataFrame
    aside: Mask
    cells: Mapping[str, RawColumn]
    timezone: str
    order: str
    months: Mapping[str, int]

    def is_state(self, *states: str) -> Mask:
        """Which deals are in one of some states."""
        return self.frame["status"].isin(states).to_numpy()

    def others(self) -> Iterator[tuple[str, RawColumn]]:
        """The columns that nothing is made of, each with its heading, where that stands once."""
        mapped = {at for one in self.spec.headings for at in positions(one, self.raw.headings)}
        if self.spec.status is not None and self.spec.status.source is not None:
            mapped |= set(positions(self.spec.status.source, self.raw.headings))
        for at, heading in enumerate(self.raw.headings):
            if heading and at not in mapped and list(self.raw.headings).count(heading) == 1:
                yield heading, self.raw.columns[at]

    def days(self, cells: RawColumn, written_in: str | None) -> Any:
        """A column as days; None where it has something else, too."""
        try:
            moments = read_dates(cells, self.order, self.timezone, self.months, written_in)
        except DataError:
            return None
        return None if moments.bad.any() else moments.values


def hints(judged: Judged) -> list[Text]:
    """Settings that read what was set aside or misread, with the line to write."""
    of_deals: list[Callable[[Judged], list[Text]]] = [_open_by_a_flag, _closed_elsewhere, _written_in_utc]
    makers = [*(of_deals if judged.table == "deals" else []), _no_id, _names_of_ids]
    return [said for make in makers for said in make(judged)]


def _open_by_a_flag(judged: Judged) -> list[Text]:
    """Won or not is no state: what is not won may be open."""
    status = judged.spec.status
    if status is None or status.conditions or status.source not in judged.raw.headings:
        return []
    words = [*status.words("won"), *status.words("lost")]
    if not status.words("lost") or not all(map(_is_flag, words)):
        return []
    for heading, cells in judged.others():
        seen = [one for one in cells.encoded.dictionary.to_pylist() if one is not None]
        if _CLOSED & set(plain_words(heading.replace("_", " "))) and seen and all(map(_is_flag, seen)):
            setting = {"won": {status.source: matches("true", status.words("won")[0])}, "lost": {heading: True}}
            return [
                text(
                    "Warning: “{column}” tells won from all else, so open deals count as lost; “{other}” tells "
                    "them apart: “{setting}”.",
                    column=status.source,
                    other=heading,
                    setting=setting_line("status", setting),
                )
            ]
    return []


def _is_flag(word: str) -> bool:
    return matches("true", word) or matches("false", word)


def _closed_elsewhere(judged: Judged) -> list[Text]:
    """Closed deals without a closing date, where another column has one for them and for no open deal."""
    origin = judged.spec.columns.get("closed_on")
    if not judged.aside.any() or origin is None or origin.join or origin.lookup or "closed_on" not in judged.cells:
        return []
    empty = ~np.asarray(pc.is_valid(judged.cells["closed_on"].texts))
    missing = judged.is_state("won", "lost") & judged.aside & empty
    if not missing.any():
        return []
    for heading, cells in judged.others():
        filled = np.asarray(pc.is_valid(cells.texts))
        if filled[missing].mean() < _MOST or filled[judged.is_state("open")].any():
            continue
        if judged.days(cells, judged.spec.timezone) is None:
            continue
        return [
            ntext(
                "{n} closed deal without a closing date has one in “{column}”: “{setting}” takes whichever is "
                "filled.",
                "{n} closed deals without a closing date have one in “{column}”: “{setting}” takes whichever is "
                "filled.",
                n=int((filled & missing).sum()),
                column=heading,
                setting=setting_line("closed_on", [*origin.headings, heading]),
            )
        ]
    return []


def _written_in_utc(judged: Judged) -> list[Text]:
    """Deals that were closed before they were created, unless their times are of UTC."""
    if judged.spec.timezone is not None or not {"created_on", "closed_on"} <= judged.cells.keys():
        return []
    if not judged.aside.any():
        return []
    frame = judged.frame
    closed = judged.is_state("won", "lost") & judged.aside
    early = closed & (frame["closed_on"] < frame["created_on"]).to_numpy()
    if not early.any():
        return []
    created, ended = (judged.days(judged.cells[name], "UTC") for name in ("created_on", "closed_on"))
    if created is None or ended is None:
        return []
    explained = early & (ended >= created).to_numpy()
    if explained.sum() * 2 <= early.sum():
        return []
    return [
        ntext(
            "{n} deal is closed before it was created, unless the times of “{column}” are of UTC: then the table "
            "needs “{setting}”.",
            "{n} deals are closed before they were created, unless the times of “{column}” are of UTC: then the "
            "table needs “{setting}”.",
            n=int(explained.sum()),
            column=judged.spec.columns["created_on"].shown,
            setting="timezone: UTC",
        )
    ]


def _no_id(judged: Judged) -> list[Text]:
    """Many rows that repeat the id of another, and are something else."""
    key = TABLES[judged.table].key
    if len(key) != 1 or key[0] not in judged.spec.columns or judged.spec.rows or judged.aside.sum() < 2:
        return []
    (name,), frame = key, judged.frame
    enough = max(2, _REPEATED * len(frame))
    may = judged.aside & frame[name].notna().to_numpy()
    if may.sum() < enough or judged.table not in ("deals", "orders", "activities", "leads"):
        return []
    shared = repeated(frame, key, keep=False)
    several = frame[shared]
    other = several[may[shared] & several.duplicated(name).to_numpy() & ~several.duplicated().to_numpy()]
    n = len(other)
    if n < enough:
        return []
    column = judged.spec.columns[name].shown
    what = [
        one for one in ("rep_id", "created_on", "created_at", "ordered_on", "done_at", "status") if one in frame
    ]
    again = other[[name, *what]]
    first = several.drop_duplicates(name).set_index(name)[what].reindex(again[name])
    same = (again[what].astype("str").to_numpy() == first.astype("str").to_numpy()).all(axis=1)
    if judged.table == "deals" and same.mean() > 1 / 2:
        return [
            ntext(
                "{n} row repeats a deal of column “{column}”: where each is a product of the deal, “{setting}” "
                "adds their amounts up.",
                "{n} rows repeat a deal of column “{column}”: where each is a product of the deal, “{setting}” "
                "adds their amounts up.",
                n=n,
                column=column,
                setting="rows: sum",
            )
        ]
    return [
        ntext(
            "{n} row repeats what stands in column “{column}”, and is something else: where the file has no id, "
            "“{setting}” numbers its rows, and a list in “join” makes an id of several headings.",
            "{n} rows repeat what stands in column “{column}”, and are something else: where the file has no id, "
            "“{setting}” numbers its rows, and a list in “join” makes an id of several headings.",
            n=n,
            column=column,
            setting=f"{name}: {{row: R}}",
        )
    ]


def _names_of_ids(judged: Judged) -> list[Text]:
    """Managers who are ids of the same list of people, which has their names."""
    columns, frame = judged.spec.columns, judged.frame
    if judged.table != "reps" or not {"rep_id", "name", "manager"} <= columns.keys() or judged.spec.file is None:
        return []
    manager, key, name = columns["manager"], columns["rep_id"], columns["name"]
    if manager.lookup or manager.heading is None or key.heading is None or name.shown == key.shown:
        return []
    said = frame["manager"].dropna()
    if said.empty or said.isin(set(frame["rep_id"])).mean() < _IDS:
        return []
    lookup = {"file": judged.spec.file, "key": key.heading, "value": list(name.headings)}
    setting = setting_line("manager", {"heading": manager.heading, "lookup": lookup})
    return [
        text(
            "Managers are shown as ids: column “{column}” has those of “{key}”. “{setting}” shows their names.",
            column=manager.heading,
            key=key.heading,
            setting=setting,
        )
    ]
