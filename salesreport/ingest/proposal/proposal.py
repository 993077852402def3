"""A source spec for files that come without one: what a preset makes of them, to check and to edit."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import commonpath, relpath
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from salesreport.config import explain, setting_line
from salesreport.errors import ConfigError, DataError
from salesreport.ingest.cells import currency_names
from salesreport.ingest.cells.parse_numbers import read_numbers
from salesreport.ingest.cells.raw import Place, RawColumn
from salesreport.ingest.presets.presets import AUTO, GENERIC
from salesreport.ingest.proposal.look import look_into
from salesreport.ingest.proposal.mapping import UNKNOWN, Mapped
from salesreport.ingest.proposal.recognise import Recognised, recognise
from salesreport.ingest.spec.doubts import DOUBTS
from salesreport.ingest.spec.spec import SourceSpec, TableSpec
from salesreport.ingest.table.lookups import Lookups
from salesreport.ingest.table.one_table import ingest_table
from salesreport.language import Either, Language, Text, text
from salesreport.language.readable import printable

ASKED: Mapping[str, Text] = {
    "deal_id": text("which heading identifies a deal?"),
    "rep_id": text("which heading names the rep?"),
    "closed_on": text("which heading tells the day a deal was won or lost?"),
    "status": text("which heading tells that a deal is won or lost, and by which words?"),
    "words": text(
        "which words mean won and lost? Where no deal is closed yet: those that will, such as Won and Lost"
    ),
}
"""What is asked where a column of deals is missing."""

_MANY_STAGES = 30

_NO_NAMES = {"data", "desktop", "documents", "downloads", "dokumente", "export", "exports", "tmp"}
"""Folders whose names say nothing of what is in them."""


@dataclass(frozen=True)
class Proposal:
    """A source spec as far as files tell it.

    Attributes:
        root: the folder that the files are relative to. recognised: what they are. settings: name, as_of, currency
            and timezone. remarks: setting → how sure it is. asks: settings that must be given → what is asked.
    """

    root: Path
    recognised: Recognised
    settings: dict[str, Any]
    remarks: dict[str, Text]
    asks: dict[str, Text]

    @property
    def title(self) -> Text | str:
        """Of the CRM."""
        if self.recognised.name == GENERIC:
            return text("an export of no CRM that is known")
        return self.recognised.preset.title

    @property
    def complete(self) -> bool:
        """Whether nothing that is required is missing."""
        return not self.asks and not any(one.missing for one in self.recognised.mapped)

    def tables(self) -> dict[str, Any]:
        """The setting `tables`; further files of a table stand below the first."""
        tables: dict[str, Any] = {}
        for one in self.recognised.mapped:
            if one.table in tables:
                tables[one.table].setdefault("also", []).append(one.settings)
            else:
                tables[one.table] = dict(one.settings)
        return tables

    def tells(self, column: str) -> bool:
        """Whether any table has a value in a column of this name, such as `team`."""
        return any(one.has_values(column) for one in self.recognised.mapped)

    def told(self) -> list[Text]:
        """The mapping in sentences: what each file is, its columns, its doubts, and what is left unused."""
        said = [text("Recognised as: {title}", title=self.title)]
        for one in self.recognised.mapped:
            columns = [f"{name} ← {_shown(origin)}" for name, origin in one.settings["columns"].items()]
            said.append(
                text("{file} → table {table}: {columns}", file=one.sheet.shown, table=one.table, columns=columns)
            )
            if "status" in one.settings:
                said.append(
                    text("- the state of deals: {status}", status=setting_line("status", one.settings["status"]))
                )
            rest = [_plain(value) for value in taken_as_open(one)[:_MANY_STAGES]]
            if rest:
                said.append(text("- open: {values}", values=rest))
            if one.unused:
                said.append(text("- not used: {headings}", headings=[_plain(heading) for heading in one.unused]))
            doubts = [*(DOUBTS[key] for key in one.doubts), *one.remarks]
            if one.sheet.others:
                read_as = text(
                    "it was read as {encoding}; it may be {readings}; otherwise say {option}",
                    encoding=str(one.sheet.options["encoding"]),
                    readings=Either(list(one.sheet.others)),
                    option="--encoding",
                )
                doubts.append(read_as)
            said += [text("- to check: {doubt}", doubt=doubt) for doubt in doubts]
        said += [
            text("{file}: no table is recognised in it.", file=sheet.shown) for sheet in self.recognised.unused
        ]
        for name in ("name", "as_of", "currency", "timezone"):
            remark = self.remarks.get(name)
            if remark is not None and self.settings[name] != "?":
                option = "--" + name.replace("_", "-")
                said.append(
                    text(
                        "- to check: {name} {value} ({remark}); otherwise say {option}",
                        name=name,
                        value=str(self.settings[name]),
                        remark=remark,
                        option=option,
                    )
                )
        return said

    def missing(self) -> list[Text]:
        """What must be said before anything can be made of the files."""
        said: list[Text] = []
        for one in self.recognised.mapped:
            source = one.state_from if "status" in one.missing else None
            columns = [name for name in one.missing if name != "status" or source is None]
            if columns:
                said.append(
                    text(
                        "{file}, table {table}: nothing is known to be its {columns}",
                        file=one.sheet.shown,
                        table=one.table,
                        columns=columns,
                    )
                )
            if source is not None:
                said.append(
                    text(
                        "{file}, table {table}: no value of “{column}” is known to mean won or lost; write, with "
                        "the words that do: “{line}”",
                        file=one.sheet.shown,
                        table=one.table,
                        column=source,
                        line=setting_line("status", {"from": source, "won": ["Won"], "lost": ["Lost"]}),
                    )
                )
        return [*said, *self.asks.values()]


def propose(
    paths: Sequence[Path],
    preset: str = AUTO,
    given: Mapping[str, Any] | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Proposal:
    """What files mean, by a preset.

    Args:
        paths: the files of one export. preset: its name or file, or `auto`.
        given: of the settings name, as_of, currency, rates and timezone those that are known.
        reading: settings for reading all files, such as `encoding` or `date_order`.

    Raises:
        ConfigError: there is no such preset, or several fit. DataError: a file cannot be read.
    """
    _check_reading(reading or {})
    resolved = [path.resolve() for path in paths]
    _refuse_twice(paths, resolved)
    root = Path(commonpath([path.parent for path in resolved]))
    reading = {name: value for name, value in (reading or {}).items() if value is not None}
    encoding = {name: value for name, value in reading.items() if name == "encoding"}
    sheets = [sheet for path in resolved for sheet in look_into(path, root, encoding)]
    recognised = recognise(sheets, preset)
    for one in recognised.mapped:
        one.settings |= {name: value for name, value in reading.items() if name != "encoding"}
    settings = {
        "timezone": "UTC",
        **{k: v for k, v in (given or {}).items() if v is not None},
    }
    if "rates" in settings:
        settings["rates"] = Path(relpath(settings["rates"], root)).as_posix()
    remarks: dict[str, Text] = {}
    if "name" not in settings:
        settings["name"], remarks["name"] = _name(recognised, root, paths)
    if (given or {}).get("timezone") is None:
        remarks["timezone"] = text("where the days are meant, such as {name}", name="Europe/Berlin")
    if "currency" not in settings:
        settings["currency"], remarks["currency"] = _currency(recognised)
    if "as_of" not in settings:
        settings["as_of"], remarks["as_of"] = _as_of(recognised, root, resolved)
    asks = {} if settings["currency"] != "?" else {"currency": text("the currency of the amounts: --currency")}
    return Proposal(root, recognised, settings, remarks, asks)


def _refuse_twice(paths: Sequence[Path], resolved: Sequence[Path]) -> None:
    """Each file is given once.

    Raises:
        ConfigError: one is given twice.
    """
    for at, path in enumerate(resolved):
        if path in resolved[:at]:
            raise ConfigError(text("The file is given twice."), file=paths[at])


def _name(recognised: Recognised, root: Path, paths: Sequence[Path]) -> tuple[str, Text]:
    """What the dataset is called: like the file, or of several like their folder, or else the file of deals."""
    if len(paths) > 1 and root.name and root.name.casefold() not in _NO_NAMES:
        return root.name, text("the folder’s name")
    main = next((one.sheet.file for one in recognised.mapped if one.table in ("deals", "orders")), None)
    return Path(main or paths[0].name).stem, text("the file’s name")


def _check_reading(reading: Mapping[str, Any]) -> None:
    """Settings for reading files, given as options.

    Raises:
        ConfigError: one that cannot be; it names the option.
    """
    for name, value in reading.items():
        if value is None:
            continue
        try:
            TableSpec.model_validate({"file": "-", name: value})
        except ValidationError as error:
            found = explain(error, TableSpec, None)
            found.key = "--" + name.replace("_", "-")
            raise found from None


def as_yaml(proposal: Proposal, language: Language) -> str:
    """A proposal as a source spec to check, remarks in a language."""
    say = language.say
    mapped = proposal.recognised.mapped
    files = list(dict.fromkeys(one.sheet.file for one in mapped))
    lines = ["# " + say(text("A beginning, from the headings of {file}: check every line.", file=files))]
    lines.append("# " + say(text("Recognised as: {title}", title=proposal.title)))
    for name in ("name", "as_of", "currency", "timezone"):
        value = proposal.settings[name]
        remark = proposal.remarks.get(name)
        line = f"as_of: {value}" if name == "as_of" else setting_line(name, str(value))
        lines.append(line + (f"  # {say(remark)}" if remark else ""))
    if "rates" in proposal.settings:
        lines.append(setting_line("rates", proposal.settings["rates"]))
    if proposal.recognised.preset.not_people:
        lines.append(setting_line("not_people", list(proposal.recognised.preset.not_people)))
    lines.append("tables:")
    seen: set[str] = set()
    for name in dict.fromkeys(one.table for one in mapped):
        lines.append(f"  {name}:")
        for one in mapped:
            if one.table == name:
                lines += _table_lines(one, name in seen, language)
                seen.add(name)
    for sheet in proposal.recognised.unused:
        lines.append("# " + say(text("not used: {headings}", headings=[_plain(sheet.shown)])))
    return "\n".join(lines) + "\n"


def _table_lines(mapped: Mapped, further: bool, language: Language) -> list[str]:
    """The lines of one file's settings."""
    say, settings = language.say, mapped.settings
    # what is to be checked stands by itself, line by line
    lines = [setting_line(name, value) for name, value in settings.items() if name not in ("columns", "status")]
    if mapped.sheet.others:
        lines.append("# " + say(text("or encoding: {readings}", readings=list(mapped.sheet.others))))
    lines.append("columns:")
    for name in mapped.missing:
        if name != "status":
            asked = ASKED.get(name, text("which heading is it?"))
            lines.append(f"  {name}: '?'  # {say(asked)}")
    lines += [f"  {setting_line(name, value)}" for name, value in settings["columns"].items()]
    unused = [_plain(heading) for heading in mapped.unused]
    if unused:
        lines.append("  # " + say(text("not used: {headings}", headings=unused)))
    if "status" in settings:
        lines.append(setting_line("status", settings["status"]))
    elif "status" in mapped.missing:
        line = setting_line("status", {"from": mapped.state_from or UNKNOWN, "won": [UNKNOWN], "lost": [UNKNOWN]})
        lines.append(f"{line}  # {say(ASKED['words' if mapped.state_from else 'status'])}")
    rest = taken_as_open(mapped)
    if rest:
        shown = [_plain(one) for one in rest[:_MANY_STAGES]] + (["…"] if len(rest) > _MANY_STAGES else [])
        lines.append("# " + say(text("everything else is open: {values}", values=shown)))
    lines += [f"# {say(DOUBTS[key])}" for key in mapped.doubts]
    lines += [f"# {say(remark)}" for remark in mapped.remarks]
    if not further:
        return ["    " + line for line in lines]
    return ["    also:", "      - " + lines[0], *("        " + line for line in lines[1:])]


def taken_as_open(mapped: Mapped) -> list[str]:
    """The values of the column that tells the state which are neither won nor lost."""
    status = mapped.settings.get("status")
    if status is None or "from" not in status or "open" in status:
        return []
    heading = mapped.settings["columns"].get(status["from"], status["from"])
    heading = heading["heading"] if isinstance(heading, dict) else heading
    raw = mapped.sheet.raw
    cells = raw.columns[list(raw.headings).index(heading)].encoded.dictionary.to_pylist()
    listed = [
        value for state in ("won", "lost", "neither") for value in status.get(state, []) if isinstance(value, str)
    ]
    known = {value.casefold() for value in listed}
    meant = mapped.meanings.get(status["from"], {})
    shown = [meant.get(value, value) for value in cells if value is not None]
    return list(dict.fromkeys(value for value in shown if value.casefold() not in known))


def _of_deals(recognised: Recognised) -> list[Mapped]:
    """The files of deals."""
    return [one for one in recognised.mapped if one.table == "deals"]


def _currency(recognised: Recognised) -> tuple[str, Text]:
    """The currency that the column of currencies or the signs of amounts name; `?` where none, or several, do."""
    codes: set[str] = set()
    named = [one for one in _of_deals(recognised) if isinstance(one.settings["columns"].get("currency"), str)]
    for one in named:
        codes |= _codes(_cells(one, "currency").encoded.dictionary.to_pylist())
    if len(codes) == 1:
        return codes.pop(), text("as column “{column}” has it", column=named[0].settings["columns"]["currency"])
    if codes:
        column = named[0].settings["columns"]["currency"]
        return "?", text("the one that all others are converted to; column “{column}” has several", column=column)
    for one in _of_deals(recognised):
        heading = one.settings["columns"].get("amount")
        if isinstance(heading, str) and "signs" not in one.settings:
            place = Place(one.sheet.file, "deals", heading, one.sheet.raw.rows)
            try:
                signs = read_numbers(_cells(one, "amount"), place, None, None).signs
            except DataError:
                continue
            codes |= _codes([] if signs is None else list(set(signs[pd.notna(signs)])))
    if len(codes) == 1:
        return codes.pop(), text("by the sign of the amounts")
    return "?", text("the currency of the amounts")


def _cells(mapped: Mapped, column: str) -> RawColumn:
    raw = mapped.sheet.raw
    return raw.columns[list(raw.headings).index(mapped.settings["columns"][column])]


def _codes(values: Sequence[str | None]) -> set[str]:
    """The currencies that values name without doubt."""
    return {code for value in values if value and (code := currency_names.code(value)) is not None}


def _as_of(recognised: Recognised, root: Path, paths: Sequence[Path]) -> tuple[dt.date, Text]:
    """The last day that something happened in the data, up to the day of the newest file; else that day."""
    written = max(dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date() for path in paths)
    days: list[dt.date] = []
    for deals in _of_deals(recognised):
        if deals.missing:
            continue
        try:
            spec = TableSpec.model_validate(deals.settings)
            # far enough ahead that nothing lies behind it
            source = SourceSpec.model_validate(
                {"name": "-", "as_of": "2199-12-31", "currency": "XXX", "tables": {"deals": deals.settings}}
            )
            frame = ingest_table("deals", spec, source, root, None, Lookups(root)).frame
        except (ConfigError, DataError):
            continue
        for name in ("created_on", "closed_on", "last_activity_on"):
            if name in frame:
                days += [day.date() for day in frame[name].dropna().unique() if day.date() <= written]
    if days:
        return max(days), text(
            "the last day that something happened in the data; if the export is younger, its day"
        )
    return written, text("the day the export was made")


def _shown(origin: Any) -> str:
    """Where a column comes from, for people."""
    if isinstance(origin, str):
        return _plain(origin)
    if isinstance(origin, list):
        return " / ".join(map(_plain, origin))
    if "join" in origin:
        return " + ".join(map(_plain, origin["join"]))
    if "row" in origin:
        return "…"
    told = _plain(origin["heading"])
    return f"{told} → {origin['lookup']['file']}" if "lookup" in origin else told


def _plain(value: str) -> str:
    """A value within a remark: on one line, without signs that a terminal obeys."""
    return printable(re.sub(r"\s+", " ", value))
