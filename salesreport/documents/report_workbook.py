"""A report's numbers as a workbook: of each section the tidy data behind it, and below it the tables it shows."""

import datetime as dt
from typing import Any

from salesreport.documents.content import Content, Part
from salesreport.documents.workbook import About, Block, Sheet, Value, workbook
from salesreport.language import Language, text


def to_workbook(content: Content) -> bytes:
    """A report as an XLSX file; the same report gives the same bytes.

    Args:
        content: the report, its notebook run for `xlsx`.
    """
    language = Language(content.language)
    say = language.say
    parts = [one for one in (*content.main, *content.folded) if _has_numbers(one)]
    meant = {title: formula for part in content.parts for title, formula in part.definitions}
    meant |= {
        term: meaning for part in content.parts for block in part.of("terms") for term, meaning in block["terms"]
    }
    facts: list[tuple[str, Value]] = [(say(text("Report")), content.kicker)]
    if content.as_of is not None:
        facts += [(say(text("Dataset")), content.dataset), (say(text("As-of date")), content.as_of)]
    facts.append((say(text("In one sentence")), content.verdict))
    facts.append(
        (
            say(text("Sheets")),
            say(
                text(
                    "Above, what a section says and the numbers behind it, unrounded; below, the tables that the "
                    "report shows, rounded."
                )
            ),
        )
    )
    about = About(
        name=say(text("About these figures")),
        title=content.title,
        facts=facts,
        heading=say(text("Definitions")),
        terms=list(meant.items()),
        beneath=say(text("Remarks")),
        notes=list(
            dict.fromkeys(language.labelled(part.topic, note) for part in content.parts for note in part.notes)
        ),
    )
    return workbook([_sheet(one) for one in parts], about)


def _has_numbers(part: Part) -> bool:
    return bool(part.of("table")) or bool(part.data and part.data["rows"])


def _sheet(part: Part) -> Sheet:
    data = part.data or {"columns": [], "rows": []}
    rows = [[_value(cell) for cell in row] for row in data["rows"]]
    blocks = [
        Block(
            block["caption"],
            [heading for heading, _ in block["headings"]],
            [[f"{said} ({plus})" if plus else said for said, plus, _ in row] for row in block["rows"]],
        )
        for block in part.of("table")
    ]
    return Sheet(part.topic, data["columns"] if rows else [], rows, above=[part.message], below=blocks)


def _value(cell: Any) -> Value:
    """A cell of `report.content`: days and instants are marked there."""
    if isinstance(cell, dict):
        on = cell.get("on")
        return dt.date.fromisoformat(on) if on is not None else dt.datetime.fromisoformat(cell["at"])
    return cell
