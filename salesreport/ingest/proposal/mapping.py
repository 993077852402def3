"""A sheet as a canonical table, as a preset's kind of file says: columns, states, settings, doubts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow.compute as pc

from salesreport.ingest.cells.parse_texts import counted
from salesreport.ingest.presets.presets import (
    Aliases,
    Preset,
    PresetColumn,
    PresetLookup,
    PresetStatus,
    PresetTable,
    aliases,
    plainly,
)
from salesreport.ingest.proposal.look import Sheet
from salesreport.ingest.table.endings import ending_of
from salesreport.ingest.table.lookups import meanings_of
from salesreport.ingest.table.reshape import meets, names_of_stages
from salesreport.language import Text, text
from salesreport.tables import TABLES


@dataclass
class Mapped:
    """A sheet as one canonical table.

    Attributes:
        table: the table. sheet: where it comes from. settings: of the source spec, below `tables`.
        state_from: the column or heading of which no value is known to mean won or lost.
        used: its headings that are mapped. elsewhere: those that any table maps. doubts: keys of
            what may be wrong. remarks: likewise, in words. missing: needed columns that nothing maps, or `status`.
            meanings: column → ids that another file explains.
    """

    table: str
    sheet: Sheet
    settings: dict[str, Any]
    used: set[str]
    doubts: list[str] = field(default_factory=list)
    remarks: list[Text] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)
    state_from: str | None = None

    @property
    def unused(self) -> list[str]:
        """The headings that nothing is made of."""
        return [one for one in self.sheet.raw.headings if one and one not in self.used | self.elsewhere]

    def has_values(self, column: str) -> bool:
        """Whether a canonical column is mapped, and a cell of it is filled."""
        raw, origin = self.sheet.raw, self.settings["columns"].get(column)
        there = [raw.columns[list(raw.headings).index(one)] for one in _names(origin or []) if one in raw.headings]
        return any(one.texts.null_count < len(one.texts) for one in there)


_IN_MONEY = re.compile(r"\s*[(\[](?:[A-Z]{3}|[€$£¥])[)\]]$")
"""A currency behind a heading, which is no part of its name."""

UNKNOWN = "?"
"""Stands where people must say what is meant."""

_EXPECTED = ("created_on", "amount")
"""The columns that nearly every report needs, beside the required ones."""

Fit = tuple[str, PresetTable, Sheet]


def find(names: Aliases | None, headings: Sequence[str]) -> str | None:
    """The heading of a file that one of some names means.

    Examples:
        >>> find("Record ID | Deal ID", ["deal_id", "x"]), find("Value", ["VALUE (EUR)"])
        ('deal_id', 'VALUE (EUR)')
    """
    there = {plainly(_IN_MONEY.sub("", heading)): heading for heading in reversed(headings) if heading}
    there |= {plainly(heading): heading for heading in reversed(headings) if heading}
    return next((there[plainly(one)] for one in aliases(names or "") if plainly(one) in there), None)


def map_sheet(
    table: str, kind: PresetTable, sheet: Sheet, preset: Preset, fits: Sequence[Fit], sheets: Sequence[Sheet]
) -> Mapped:
    """A sheet as a table, as its kind says."""
    headings = sheet.raw.headings
    mapped = Mapped(table, sheet, {"file": sheet.file, **sheet.options}, set(), list(kind.doubts))
    columns: dict[str, Any] = {}
    meanings: dict[str, dict[str, str]] = {}
    chosen: str | None = None
    for name, choices in kind.columns.items():
        for choice in choices:
            if choice.unless is not None and find(choice.unless, headings):
                continue
            origin = origin_of(choice, headings, chosen)
            if origin is None:
                continue
            used = {heading for heading in _names(origin) if heading in headings}
            if kind.once and used & mapped.used:
                continue
            if name == "amount":
                chosen = next(iter(used), None)
            if choice.lookup is not None:
                origin, meanings[name] = _looked_up(origin, choice.lookup, preset, fits, sheets)
            columns[name] = origin
            mapped.used |= used
            # a doubt about ids is none where another file explains them
            if choice.doubt is not None and not meanings.get(name):
                mapped.doubts.append(choice.doubt)
            break
    _put_settings(mapped, kind, columns)
    given = {*columns, *kind.constants}
    if kind.per_stage:
        given |= {"stage", "entered_at"}
    if table == "deals":
        status = next(
            (one for choice in kind.status if (one := _status(choice, sheet, columns, mapped, meanings))), None
        )
        if status is None:
            status = _none_closed(kind, columns, mapped)
        if status is not None:
            mapped.settings["status"] = status
            given.add("status")
    mapped.missing[:0] = [column for column in TABLES[table].required if column not in given]
    mapped.meanings = meanings
    if table == "deals" and not mapped.missing:
        without = [name for name in _EXPECTED if name not in given]
        if without:
            mapped.remarks.append(text("no heading is known to be its {columns}", columns=without))
    if table == "deals" and "closed_on" not in given and _has_closed(mapped):
        mapped.missing.append("closed_on")
    if mapped.doubts:
        mapped.settings["doubts"] = mapped.doubts = list(dict.fromkeys(mapped.doubts))
    return mapped


def _has_closed(mapped: Mapped) -> bool:
    """Whether a deal of the file is won or lost, as far as its status tells."""
    status, raw, columns = mapped.settings.get("status", {}), mapped.sheet.raw, mapped.settings["columns"]
    for told in (status.get("won"), status.get("lost")):
        source = columns.get(status.get("from"), status.get("from"))
        conditions = told if isinstance(told, dict) else {source: told}
        if (
            told
            and all(isinstance(heading, str) for heading in conditions)
            and meets(raw, conditions, "deals").any()
        ):
            return True
    return False


def _put_settings(mapped: Mapped, kind: PresetTable, columns: dict[str, Any]) -> None:
    """The settings of a table's spec beside its status, as far as their headings are there."""
    headings, settings = mapped.sheet.raw.headings, mapped.settings
    for name in ("keep", "drop"):
        there = {}
        for names, values in getattr(kind, name).items():
            heading = find(names, headings)
            if heading is not None:
                there[heading] = list(values)
        if there:
            settings[name] = there
            mapped.used |= set(there)
    if kind.timezone is not None:
        settings["timezone"] = kind.timezone
    before = find(kind.before, headings) if kind.before else None
    if before is not None:
        settings["before"] = before
        mapped.used.add(before)
    if kind.per_stage:
        settings["per_stage"] = list(kind.per_stage)
        mapped.used |= set(names_of_stages(headings, kind.per_stage))
    settings["columns"] = columns
    constants = {name: value for name, value in kind.constants.items() if name not in columns}
    if constants:
        settings["constants"] = constants
    values = {column: _seen(mapped.sheet, columns.get(column), known) for column, known in kind.values.items()}
    values = {column: known for column, known in values.items() if known}
    if values:
        settings["values"] = values
    if kind.signs is not None and "currency" in columns:
        settings["signs"] = kind.signs
    key = TABLES[mapped.table].key
    if kind.rows is not None and len(key) == 1 and _repeats(mapped.sheet, columns.get(key[0])):
        settings["rows"] = kind.rows
        if kind.rows == "sum":
            mapped.doubts.append("line_amount")


def _seen(sheet: Sheet, origin: Any, values: Mapping[str, str]) -> dict[str, str]:
    """Those of some values that a column holds."""
    raw = sheet.raw
    headings = [heading for heading in _names(origin) if heading in raw.headings] if origin is not None else []
    there = {
        cell
        for one in headings
        for cell in raw.columns[list(raw.headings).index(one)].encoded.dictionary.to_pylist()
    }
    return {seen: wanted for seen, wanted in values.items() if seen in there}


def origin_of(choice: PresetColumn, headings: Sequence[str], amount: str | None) -> Any:
    """What a source spec says of a column; None where its headings are not there."""
    if choice.row is not None:
        return {"row": choice.row}
    if choice.beside:
        names = next(
            (names for of, names in choice.beside.items() if amount and plainly(of) == plainly(amount)), None
        )
        return find(names, headings) if names else None
    if choice.join:
        parts = [heading for names in choice.join if (heading := find(names, headings))]
        if len(parts) < 2:
            return parts[0] if parts else None
        return {"join": parts}
    if choice.first:
        parts = [heading for names in choice.first if (heading := find(names, headings))]
        return (parts if len(parts) > 1 else parts[0]) if parts else None
    heading = find(choice.heading, headings)
    if heading is not None and list(headings).count(heading) > 1:
        return {"heading": heading, "occurrence": 1}
    return heading


def _names(origin: Any) -> list[str]:
    """The headings that a column's spec names."""
    if isinstance(origin, str):
        return [origin]
    if isinstance(origin, list):
        return origin
    return [name for key in ("heading", "join") for name in _names(origin.get(key, []))]


def _looked_up(
    origin: Any,
    lookup: PresetLookup,
    preset: Preset,
    fits: Sequence[Fit],
    sheets: Sequence[Sheet],
) -> tuple[Any, dict[str, str]]:
    """A column's spec with the file that explains its ids, where that is there, and what the ids mean."""
    explaining = helper_of(preset, lookup.of, sheets) or next(
        (one for name, _, one in fits if name == lookup.of), None
    )
    if explaining is None or not isinstance(origin, str):
        return origin, {}
    headings = explaining.raw.headings
    key = find(lookup.key, headings)
    value = [heading for names in lookup.value if (heading := find(names, headings))]
    if key is None or not value:
        return origin, {}
    options = {
        name: explaining.options[name] for name in ("sheet", "encoding", "separator") if name in explaining.options
    }
    known = meanings_of(explaining.raw, key, value, lookup.of)
    return {"heading": origin, "lookup": {"file": explaining.file, **options, "key": key, "value": value}}, known


def helper_of(preset: Preset, name: str, sheets: Sequence[Sheet]) -> Sheet | None:
    """The sheet that explains ids, by the name that a preset has for it."""
    known_by = preset.helpers.get(name)
    if known_by is None:
        return None
    return next((one for one in sheets if all(find(names, one.raw.headings) for names in known_by)), None)


def _repeats(sheet: Sheet, key: Any) -> bool:
    """Whether a thing stands in several rows."""
    if not isinstance(key, str):
        return False
    texts = sheet.raw.columns[list(sheet.raw.headings).index(key)].texts
    return bool(pc.count_distinct(texts).as_py() < pc.count(texts).as_py())


def _status(
    choice: PresetStatus,
    sheet: Sheet,
    columns: Mapping[str, Any],
    mapped: Mapped,
    meanings: Mapping[str, Mapping[str, str]],
) -> dict[str, Any] | None:
    """The setting `status`; None where a heading that it needs is not there, or no value tells who won."""
    headings = sheet.raw.headings
    status: dict[str, Any] = {}
    used: set[str] = set()
    counts: dict[str, int] = {}
    if choice.source is not None:
        source = choice.source if choice.source in columns else find(choice.source, headings)
        heading = columns.get(choice.source, source) if source is not None else None
        if isinstance(heading, dict):
            heading = heading.get("heading")
        if source is None or not isinstance(heading, str):
            return None
        status["from"] = source
        used.add(heading)
        known_as = meanings.get(source, {})
        for value, n in counted(sheet.raw.columns[list(headings).index(heading)].encoded).items():
            counts[known_as.get(value, value)] = counts.get(known_as.get(value, value), 0) + n
    looks = {value: ending_of(value) for value in counts} if choice.words else {}
    for state, end in (("won", "won"), ("lost", "lost"), ("neither", "ended"), ("open", None)):
        declared = getattr(choice, state)
        if isinstance(declared, dict):
            conditions = {find(names, headings): list(values) for names, values in declared.items()}
            if None in conditions:
                return None
            status[state] = {str(heading): values for heading, values in conditions.items()}
            used |= set(map(str, conditions))
            continue
        known = {value.casefold() for value in declared}
        named = [value for value in counts if value.casefold() in known]
        others = {
            value.casefold() for one in ("won", "lost", "neither", "open") for value in _words_of(choice, one)
        }
        if end is not None:
            named += [value for value, look in looks.items() if look == end and value.casefold() not in others]
        if named:
            status[state] = list({value.casefold(): value for value in reversed(named)}.values())[::-1]
    if choice.source is not None and not any(status.get(state) for state in ("won", "lost")):
        return None
    return _finished(choice, status, used, counts, mapped)


def _finished(
    choice: PresetStatus, status: dict[str, Any], used: set[str], counts: Mapping[str, int], mapped: Mapped
) -> dict[str, Any]:
    """The status with a word for each end, also for the one that no deal has had so far."""
    for state in ("won", "lost"):
        if state not in status and (state == "won" or "open" not in status):
            words = _words_of(choice, state)
            named = {word for one in status.values() if isinstance(one, list) for word in one}
            rest = [value for value in counts if value not in named]
            # a word that nothing says is asked for, where one of the others may be it
            status[state] = [words[0] if words else UNKNOWN if rest else state.capitalize()]
            if rest:
                missed = text("no value of the file means “{state}”: does one of the open ones?", state=state)
                mapped.remarks.append(missed)
            if rest and not words:
                mapped.missing.append(f"status.{state}")
    mapped.used |= used
    if choice.doubt is not None:
        mapped.doubts.append(choice.doubt)
    ended = status.get("neither")
    if (
        isinstance(ended, list)
        and ended
        and not set(map(str.casefold, ended)) <= set(map(str.casefold, _words_of(choice, "neither")))
    ):
        shown = [text("{value} ({n} ×)", value=value, n=counts[value]) for value in ended]
        mapped.remarks.append(text("taken as not decided, neither won nor lost: {values}", values=shown))
    order = ("from", "won", "lost", "neither", "open")
    return {key: status[key] for key in order if key in status}


def _none_closed(kind: PresetTable, columns: Mapping[str, Any], mapped: Mapped) -> dict[str, Any] | None:
    """The setting `status` by the CRM's own words, where no deal is won or lost; None where none are known."""
    for choice in kind.status:
        if choice.source is None:
            continue
        source = choice.source if choice.source in columns else find(choice.source, mapped.sheet.raw.headings)
        if source is None:
            continue
        won, lost = _words_of(choice, "won"), _words_of(choice, "lost")
        if won and lost:
            mapped.doubts.append("none_closed")
            mapped.used |= {source} & set(mapped.sheet.raw.headings)
            return {"from": source, "won": won, "lost": lost}
        mapped.state_from = mapped.state_from or source
    return None


def _words_of(choice: PresetStatus, state: str) -> list[str]:
    declared = getattr(choice, state)
    return [] if isinstance(declared, dict) else list(declared)
