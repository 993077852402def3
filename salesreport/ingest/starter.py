"""The beginning of a source spec for a data file that comes without one, from its own headings."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from salesreport.config import setting_line
from salesreport.errors import DataError
from salesreport.ingest.encodings import is_utf16, readings
from salesreport.ingest.endings import ending_of
from salesreport.ingest.file_kinds import ARCHIVES, PAGES, PARQUETS, WORKBOOKS, declared_in_page
from salesreport.ingest.headings import loosely
from salesreport.ingest.parse_texts import counted
from salesreport.ingest.raw import Raw
from salesreport.ingest.readers import opened, read
from salesreport.ingest.spec import TableSpec
from salesreport.ingest.workbooks import sheets_of
from salesreport.language import Language, Text, text
from salesreport.language.readable import printable

DATA_FILES = {*WORKBOOKS, *PARQUETS, *ARCHIVES, *PAGES, ".csv", ".tsv", ".tab", ".txt"}
"""Endings of files that hold data."""

_TITLES = 10
"""Up to this row the headings are looked for."""

_MANY_STAGES = 30

HEADINGS: Mapping[str, str] = {
    "deal_id": "deal id|id|opportunity id|record id|deal - id|opportunity|(do not modify) opportunity|number|"
    "deal number|angebotsnummer|vorgangsnummer|azonosító",
    "rep_id": "deal owner|opportunity owner|owner|deal - owner|sales agent|rep|sales rep|salesperson|"
    "responsible person|responsible|assigned to|assigned user name|besitzer|deal - besitzer|verantwortlich|"
    "zuständig|vertreter|verkäufer|propietario|proprietário|negócio - proprietário|propriétaire|commercial|"
    "ответственный|tulajdonos|felelős|owner id|user|employee",
    "status": "deal - status|status|state|deal status",
    "stage": "stage|deal stage|stage name|opportunity stage|sales stage|deal - stage|pipeline phase|phase|"
    "deal - phase|etapa|negócio - etapa|étape|стадия сделки|этап сделки|стадия|szakasz|fázis",
    "created_on": "created date|create date|created|created on|created time|deal - deal created|creation date|"
    "engage date|date created|erstellt|erstellt am|deal - deal erstellt|angelegt am|fecha de creación|"
    "negócio - negócio criado em|date de création|дата создания|létrehozva|start date",
    "closed_on": "close date|closed date|closed on|closed|closing date|actual close date|deal - deal closed on|"
    "won time|deal - won time|abgeschlossen am|deal - deal abgeschlossen am|abschlussdatum|fecha de cierre|"
    "date de clôture|дата закрытия|lezárva|end date",
    "expected_close_on": "expected close date|deal - expected close date|est. close date|expected closing|"
    "erwartetes abschlussdatum|fecha de cierre prevista",
    "name": "deal name|opportunity name|name|title|deal - title|topic|deal - titel|titel|название сделки|"
    "nombre del negocio|negócio - título",
    "account_id": "account name|account|company|deal - organization|organization|customer|associated company|"
    "party|kunde|firma|deal - organisation|cliente|client|компания|ügyfél",
    "product_line": "product|product line|product family|deal - product|produkt|producto|produto|produit|товар|"
    "termék",
    "pipeline": "pipeline|deal - pipeline|funnel|воронка|funil|negócio - funil",
    "lead_source": "lead source|source|deal - source|quelle|fuente|origen|источник",
    "amount": "amount|deal amount|value|deal - value|deal value|close value|actual revenue|est. revenue|revenue|"
    "wert|deal - wert|betrag|summe|importe|valor|negócio - valor|montant|сумма|бюджет|összeg|income",
    "currency": "currency|amount currency|deal - currency|currency iso code|währung|moneda|moeda|devise|валюта|"
    "pénznem",
    "crm_probability": "probability (%)|probability|deal - probability|prob|wahrscheinlichkeit|probabilidad|"
    "вероятность",
    "loss_reason": "loss reason|lost reason|closed lost reason|deal - lost reason|reason for loss|verlustgrund|"
    "motivo da perda",
    "kind": "type|deal type|opportunity type",
}
"""Headings that CRMs and people give the columns of deals, by column; matched without case, spaces and accents."""

_ASKED: Mapping[str, Text] = {
    "deal_id": text("which heading identifies a deal?"),
    "rep_id": text("which heading names the rep?"),
}


def is_data_file(path: Path) -> bool:
    """Whether a file's name says that it holds data, not a source spec."""
    return path.suffix.lower() in DATA_FILES


def starter_spec(path: Path, language: Language) -> str:
    """A source spec that begins with what a file's headings tell, and asks for the rest.

    Args:
        path: the data file. language: of the remarks in it.

    Raises:
        DataError: the file cannot be read at all.
    """
    say = language.say
    options, others = _options(path)
    raw, options = _read(path, options)
    columns = columns_for(raw.headings)
    lines = [
        "# " + say(text("A beginning, from the headings of {file}: check every line.", file=path.name)),
        setting_line("name", path.stem),
        f"as_of: {_day(path)}  # " + say(text("the day the export was made")),
        "currency: EUR  # " + say(text("the currency of the amounts")),
        "timezone: UTC  # " + say(text("where the days are meant, such as {name}", name="Europe/Berlin")),
        "tables:",
        "  deals:",
        "    " + setting_line("file", path.name),
        *(f"    {setting_line(name, value)}" for name, value in options.items()),
        *(["    # " + say(text("or encoding: {readings}", readings=others))] if others else []),
        "    columns:",
    ]
    lines += [f"      {name}: '?'  # {say(asked)}" for name, asked in _ASKED.items() if name not in columns]
    lines += [f"      {setting_line(name, heading)}" for name, heading in columns.items() if name != "status"]
    unused = [heading for heading in raw.headings if heading and heading not in columns.values()]
    if unused:
        lines.append("      # " + say(text("not used: {headings}", headings=[_plain(one) for one in unused])))
    return "\n".join([*lines, *_status(raw, columns, language)]) + "\n"


def columns_for(headings: Sequence[str]) -> dict[str, str]:
    """The columns of deals that headings are known for, each heading and column once.

    Examples:
        >>> columns_for(["Record ID", "Deal owner", "Deal Stage", "Shoe size"])
        {'deal_id': 'Record ID', 'rep_id': 'Deal owner', 'stage': 'Deal Stage'}
    """
    there = {loosely(heading): heading for heading in headings if heading and list(headings).count(heading) == 1}
    found: dict[str, str] = {}
    for column, known in HEADINGS.items():
        match = next((there[loosely(one)] for one in known.split("|") if loosely(one) in there), None)
        if match is not None and match not in found.values():
            found[column] = match
    return found


def _options(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What must be declared so that a file can be read, and the other encodings that may read it."""
    try:
        data, kind = opened(path.read_bytes(), path.name, "deals")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The file cannot be read: {reason}.", reason=reason), file=path) from None
    sheets = sheets_of(data, path.name, page=kind == "page") if kind in ("workbook", "page") else []
    chosen = {"sheet": sheets[0]} if len(sheets) > 1 else {}
    if kind in ("workbook", "parquet") or data.startswith((b"\xff\xfe", b"\xfe\xff")) or declared_in_page(data):
        return chosen, []
    wide = is_utf16(data)
    if wide is not None:
        return {**chosen, "encoding": wide}, []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        offered = readings(data)
        return {**chosen, **({"encoding": offered[0].split(" ")[0]} if offered else {})}, offered[1:]
    return chosen, []


def _read(path: Path, options: dict[str, Any]) -> tuple[Raw, dict[str, Any]]:
    """The file, and what must be declared to read it so: the row of the headings is the first with several cells.

    Raises:
        DataError: it cannot be read at all.
    """
    failed: DataError | None = None
    found: tuple[Raw, dict[str, Any]] | None = None
    for row in range(1, _TITLES + 1):
        declared = options if row == 1 else {**options, "header_row": row}
        try:
            raw = read(TableSpec(file=path.name, **declared), path.parent, "deals", [])
        except DataError as error:
            failed = failed or error
            continue
        if found is not None and raw.headings != found[0].headings:
            break
        if sum(map(bool, raw.headings)) > 1:
            found = raw, declared
            if row == 1:  # nothing need be declared: no later row can do better
                break
    if found is None:
        raise failed or DataError(text("The file has only one column."), file=path)
    return found


def _status(raw: Raw, columns: Mapping[str, str], language: Language) -> list[str]:
    """The line about won and lost, from the values that look like it."""
    source = columns.get("status") or columns.get("stage")
    if source is None:
        asked = language.say(text("which heading tells that a deal is won or lost, and by which words?"))
        return [f"    status: {{from: '?', won: ['?'], lost: ['?']}}  # {asked}"]
    looks = {value: ending_of(value) for value in counted(raw.columns[list(raw.headings).index(source)].encoded)}
    ends = {end: [value for value, its in looks.items() if its == end] for end in ("won", "lost", "ended")}
    status: dict[str, Any] = {"from": source, "won": ends["won"] or ["?"], "lost": ends["lost"] or ["?"]}
    if ends["ended"]:
        status["neither"] = ends["ended"]
    lines = ["    " + setting_line("status", status)]
    rest = [value for value, its in looks.items() if its is None]
    if rest:
        shown = [_plain(one) for one in rest[:_MANY_STAGES]] + (["…"] if len(rest) > _MANY_STAGES else [])
        lines.append("    # " + language.say(text("everything else is open: {values}", values=shown)))
    return lines


def _day(path: Path) -> str:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date().isoformat()


def _plain(value: str) -> str:
    """A value within a remark: on one line, without signs that a terminal obeys."""
    return printable(re.sub(r"\s+", " ", value))
