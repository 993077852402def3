"""Useful actions as a table for a terminal, as CSV and as JSON."""

import json
from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.kpi.actions import sentences
from salesreport.kpi.actions.actions import Actions
from salesreport.kpi.frames import frame_as_csv, frame_as_rows
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Quantity, Text, ntext, text
from salesreport.language.readable import printable

MOST_ROWS = 24
"""So many actions are shown in a terminal; CSV and JSON have all."""


def as_csv(found: Actions) -> str:
    """All comparisons as CSV, one row per activity type and milestone, those not told too."""
    return frame_as_csv(found.frame)


def as_json(found: Actions, language: Language) -> str:
    """All comparisons as JSON, with the message, a sentence on each, and the notes."""
    content: dict[str, Any] = {
        "message": language.say(sentences.message(found)),
        "findings": [language.say(one) for one in said(found)],
        "actions": frame_as_rows(found.frame),
        "notes": [language.say(note) for note in sentences.notes(found)],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def said(found: Actions) -> list[Text]:
    """A sentence on each action worth planning, with what raw numbers say of it."""
    lines = []
    for row in found.of("plan").to_dict("records"):
        line = text("{sentence}.", sentence=sentences.claim(found, row))
        raw = sentences.raw(row)
        lines.append(line if raw is None else text("{said} {more}", said=line, more=raw))
    return lines


def told(found: Actions) -> pd.DataFrame:
    """The comparisons that could be made."""
    return found.frame[found.frame["suggestion"] != "untold"]


def as_table(found: Actions, language: Language) -> Table:
    """The comparisons that could be made, those worth planning first."""
    columns = [
        Column(language.say(text("activity, and milestone"))),
        *(
            Column(language.say(title), numbers=True)
            for title in (text("with; without"), text("points (95%)"), text("q"), text("raw"))
        ),
        Column(language.say(text("suggestion"))),
    ]
    rows: list[list[Content]] = []
    for row in told(found).head(MOST_ROWS).to_dict("records"):
        step = found.step(row["step"])
        rate, expected = (language.show(Quantity(row[name], "share")) for name in ("rate", "expected"))
        low, high = (language.change(100 * row[name]) for name in ("lower", "upper"))
        raw = language.show(None) if pd.isna(row["raw"]) else language.change(100 * row["raw"])
        rows.append(
            [
                (str(row["type"]), language.say(step.title)),
                (rate, expected),
                (language.change(100 * row["effect"]), f"({low} … {high})"),
                language.exact(row["q"], 3),
                raw,
                language.say(sentences.suggestion(row)),
            ]
        )
    return grid(columns, rows)


def explanations(found: Actions, language: Language) -> list[str]:
    """The message, each action worth planning in words, and what a reader must know; one line each."""
    lines = [language.say(text("{sentence}.", sentence=sentences.message(found)))]
    lines += [language.say(one) for one in said(found)]
    rest = len(told(found)) - MOST_ROWS
    if rest > 0:
        lines.append(language.say(ntext("{n} more is in CSV and JSON.", "{n} more are in CSV and JSON.", n=rest)))
    lines += [language.say(note) for note in sentences.notes(found)]
    return [printable(line) for line in lines]
