"""Conversion anomalies as a table for a terminal, as CSV and as JSON."""

import json
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from salesreport.kpi.anomalies import sentences
from salesreport.kpi.anomalies.anomalies import Anomalies
from salesreport.kpi.anomalies.decided import WIN, Decisions
from salesreport.kpi.anomalies.outcome import not_gone_on, outcomes
from salesreport.kpi.anomalies.sentences import by_itself, leaves_out_nothing
from salesreport.kpi.facts.dimensions import TITLES
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import frame_as_csv, frame_as_rows, with_names
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Quantity, Text, text
from salesreport.language.readable import printable

NEAREST = 5
"""So many comparisons are shown where nothing is conspicuous, those least likely to be chance."""

SEPARATOR = ";"
"""Between the ids of deals in a cell of CSV."""

FLAGS: dict[str, Text] = {
    "worse": text("worse"),
    "better": text("better"),
    "none": text("no difference beyond chance"),
}
"""What people call the flags."""

_COLUMNS = ("step", "n", "rate", "expected", "effect", "lower", "upper", "p", "q", "flag", "at_stake", "deals")


def as_frame(found: Anomalies, joined: bool) -> pd.DataFrame:
    """All comparisons with the ids of their deals: who, within what, then the columns a reader looks for first.

    Two further columns tell of the deals that did not go on: `within`, the days in which they should have (missing
    of the step to the order), and `did_not_go_on`: of each its id, the day it was decided, how it stands today
    (`won`, `lost`, `open`), and the day it was closed.

    Args:
        found: the anomalies. joined: whether the deals of a row are one text, else a list.
    """
    frame = found.frame
    decided = [found.decisions(row) for row in frame.to_dict("records")]
    ids = [one.ids() for one in decided]
    left = [_left(one) for one in decided]
    within = [found.step(key).within for key in frame["step"]]
    frame = frame.assign(
        deals=pd.Series([SEPARATOR.join(one) for one in ids] if joined else ids, index=frame.index, dtype=object),
        within=pd.Series(within, index=frame.index, dtype=object),
        did_not_go_on=pd.Series(
            [SEPARATOR.join(map(_in_a_word, one)) for one in left] if joined else left,
            index=frame.index,
            dtype=object,
        ),
        **{name: frame[name].dt.strftime("%Y-%m-%d") for name in ("since", "since_from", "since_until")},
    )
    who = [name for name in frame.columns if name in TITLES]
    more = [name for name in frame.columns if name not in (*who, *_COLUMNS)]
    return frame[[*who, *_COLUMNS, *more]]


def _left(decided: Decisions) -> list[dict[str, str | None]]:
    """The deals that did not go on, each once, in order of time, and how they stand today."""
    left = not_gone_on(decided)
    found = outcomes(left)
    days = [None if np.isnat(day) else str(day) for day in found.day]
    return [
        {"deal_id": deal, "decided_on": str(on), "now": now, "closed_on": day}
        for deal, on, now, day in zip(left.ids(), left.day, found.keys(), days, strict=True)
    ]


def _in_a_word(deal: dict[str, str | None]) -> str:
    """One of these deals in a cell."""
    return " ".join(word for word in (deal["deal_id"], deal["now"], deal["closed_on"]) if word)


def as_csv(found: Anomalies, facts: Facts) -> str:
    """All comparisons as CSV, reps with their names; ids of deals stand in one cell, with semicolons between."""
    return frame_as_csv(with_names(as_frame(found, joined=True), facts))


def as_json(found: Anomalies, language: Language) -> str:
    """All comparisons as JSON, with the message, the sentences of what is flagged, and the notes."""
    content: dict[str, Any] = {
        "message": language.say(sentences.message(found)),
        "findings": [" ".join(lines) for lines in said(found, language)],
        "anomalies": frame_as_rows(as_frame(found, joined=False)),
        "notes": [language.say(note) for note in sentences.notes(found)],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def said(found: Anomalies, language: Language) -> list[list[str]]:
    """Of each flagged row its sentence, and what else there is to say."""
    return [
        [
            language.say(text("{sentence}.", sentence=sentences.claim(found, row))),
            *map(language.say, sentences.details(found, row)),
        ]
        for row in found.findings.to_dict("records")
    ]


def as_table(found: Anomalies, facts: Facts, language: Language) -> Table:
    """The flagged comparisons; where there are none, those that come nearest."""
    columns = [
        Column(language.say(text("who, and milestone"))),
        *(
            Column(language.say(title), numbers=True)
            for title in (text("rate; of others"), text("difference (95%)"), text("q"), text("at stake"))
        ),
        Column(language.say(text("result"))),
    ]
    currency, rows = facts.dataset.currency, list[list[Content]]()
    for row in _shown(found).to_dict("records"):
        step = found.step(row["step"])
        milestone = language.say(text("won, overall") if step.key == WIN else step.title)
        rate, expected = (language.show(Quantity(row[name], "share")) for name in ("rate", "expected"))
        rows.append(
            [
                (_who(row, facts, language), milestone),
                (language.say(text("{share} of {n}", share=rate, n=row["n"])), expected),
                _points(row, language),
                "" if pd.isna(row["q"]) else language.exact(row["q"], 3),
                language.show(Quantity(row["at_stake"], currency)),
                language.say(FLAGS[row["flag"]]),
            ]
        )
    return grid(columns, rows)


def _who(row: dict[str, Any], facts: Facts, language: Language) -> str:
    """Whom a row is about, and within what: `Ann · Pumps`."""
    said = [str(row[name]) for name in TITLES if isinstance(row.get(name), str)]
    if isinstance(row.get("rep_id"), str):
        said[0] = facts.names.get(said[0], said[0])
    return " · ".join(said) or language.say(text("all"))


def _shown(found: Anomalies) -> pd.DataFrame:
    return found.findings if len(found.findings) else found.frame.head(NEAREST)


def explanations(found: Anomalies, language: Language, table: bool = False) -> list[str]:
    """The message, each finding in words, and what a reader must know; one line each.

    Args:
        found: the anomalies. language: to say it in. table: whether a reader has the table above it.
    """
    lines = [language.say(text("{sentence}.", sentence=sentences.message(found)))]
    shown = _shown(found).to_dict("records")
    if any(row["flag"] == "none" and leaves_out_nothing(row["lower"], row["upper"]) for row in shown):
        lines.append(language.say(text("{sentence}.", sentence=by_itself(found))))
    lines += [" ".join(one) for one in said(found, language)]
    if table:
        lines.append(language.say(text("Of others: the rate of their like deals.")))
    lines += [language.say(note) for note in sentences.notes(found)]
    return [printable(line) for line in lines]


def _points(row: dict[str, Any], language: Language) -> Content:
    """A difference of two rates and its interval in points, with their signs."""
    if pd.isna(row["effect"]):
        return language.show(None)
    signed = [language.change(100 * row[name]) for name in ("effect", "lower", "upper")]
    return signed[0], f"({signed[1]} … {signed[2]})"
