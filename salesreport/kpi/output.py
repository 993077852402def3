"""The table of figures as a terminal table, CSV or JSON."""

import io
import json
from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text as Cell

from salesreport.kpi.compute import KpiTable, contract
from salesreport.kpi.facts.dimensions import DIMENSIONS, TITLES
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import Format, frame_as_csv, frame_as_rows, is_missing, with_names
from salesreport.kpi.grid import Column, Content, fits, grid
from salesreport.language import Language, Quantity, Text, text
from salesreport.language.readable import printable

SHOWN = 5
"""How many groups without a figure are named before the rest is only counted."""


def render(table: KpiTable, facts: Facts, language: Language, format: Format = "table", width: int = 120) -> str:
    """The table as text, ready to print.

    Args:
        table: from `compute`.
        facts: what it was computed from; for titles and notes.
        language: of titles, numbers and reasons in `table`, of reasons and notes in `json`.
        format: `table` for people; `csv` and `json` for programs, numbers unrounded, missing ones empty or null.
        width: characters a line of `table` may have.
    """
    if format == "csv":
        return as_csv(table, facts, language)
    if format == "json":
        return as_json(table, facts, language)
    screen = io.StringIO()
    console = Console(file=screen, width=width, color_system=None, highlight=False)
    if len(table.frame):
        console.print(as_table(table, facts, language))
    for line in explanations(table, facts, language):
        console.print(Cell(line))
    return screen.getvalue()


def as_csv(table: KpiTable, facts: Facts, language: Language) -> str:
    """The figures as CSV, reps with their names, the last column what biases them, if anything.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    return frame_as_csv(as_frame(table, facts, language))


def as_frame(table: KpiTable, facts: Facts, language: Language) -> pd.DataFrame:
    """The figures as the CSV has them: reps with their names, the last column what biases them, if anything."""
    beside = ["; ".join(map(language.say, said)) or None for said in _caveats_of_rows(table)]
    frame = table.frame.assign(caveat=pd.Series(beside, index=table.frame.index, dtype=object))
    return with_names(frame, facts)


def _caveats_of_rows(table: KpiTable) -> list[list[Text]]:
    """What biases each row's figure, in the order of the table's rows; nothing where there is no figure."""
    if not table.biased and not table.caveats:
        return [[] for _ in range(len(table.frame))]
    by = _by(list(table.frame.columns))
    keys = zip(
        table.frame["metric"],
        *(table.frame[name].astype(object).where(table.frame[name].notna(), None) for name in by),
        strict=True,
    )
    known = table.frame["value"].notna()
    return [
        [said for said in (table.biased.get(key[0]), table.caveats.get(key)) if said is not None] if there else []
        for key, there in zip(keys, known, strict=True)
    ]


def as_json(table: KpiTable, facts: Facts, language: Language) -> str:
    """The figures as JSON: `figures` (one object per row), `unavailable`, `missing`, `caveats` and `notes`."""
    by = _by(list(table.frame.columns))
    content = {
        "figures": frame_as_rows(table.frame),
        "caveats": [
            {"metric": row["metric"], **{name: row[name] for name in by}, "caveat": language.say(one)}
            for row, said in zip(frame_as_rows(table.frame), _caveats_of_rows(table), strict=True)
            for one in said
        ],
        "unavailable": {key: language.say(reason) for key, reason in table.unavailable.items()},
        "missing": [
            {**dict(zip(["metric", *by], place, strict=True)), "reason": language.say(reason)}
            for place, reason in table.missing.items()
        ],
        "notes": [language.say(note) for note in (*table.notes, *facts.credit_notes)],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_table(table: KpiTable, facts: Facts, language: Language) -> Table:
    """The figures as a table for a terminal; texts from the data are shown as they are, never as markup."""
    by = _by(list(table.frame.columns))
    columns = [Column(language.say(title)) for title in (text("metric"), *(TITLES[name] for name in by))]
    numbers = (text("value"), text("95% interval"), text("n"))
    columns += [Column(language.say(title), numbers=True) for title in numbers]
    rows: list[list[Content]] = []
    titles = {key: language.say(contract(key, facts).title) for key in table.frame["metric"].unique()}
    for row, beside in zip(table.frame.to_dict("records"), _caveats_of_rows(table), strict=True):
        groups = [facts.names.get(row[name], row[name]) if name == "rep_id" else row[name] for name in by]
        unit = row["unit"]
        interval = language.interval(row["lower"], row["upper"], unit, " … ")
        rows.append(
            [
                titles[row["metric"]],
                *[language.say(text("not known")) if is_missing(value) else str(value) for value in groups],
                language.show(Quantity(row["value"], unit)) + (" *" if beside else ""),
                "" if is_missing(row["lower"]) else interval,
                language.count(row["n"]),
            ]
        )
    if fits(columns, rows):
        return grid(columns, rows)
    # intervals below their values leave the texts more room
    below = Column(language.say(text("value, and 95% interval")), numbers=True)
    narrow = [[*row[:-3], (str(row[-3]), str(row[-2])) if row[-2] else row[-3], row[-1]] for row in rows]
    return grid([*columns[:-3], below, columns[-1]], narrow)


def explanations(table: KpiTable, facts: Facts, language: Language) -> list[str]:
    """What biases figures (those with an asterisk), what could not be told and why, then how credit was given.

    Metrics of which the same is said share a line.
    """

    def titles(metrics: Sequence[str]) -> str:
        return language.listing([language.say(contract(key, facts).title) for key in metrics], most=SHOWN)

    beside: dict[tuple[str, str], list[str]] = {}
    by = _by(list(table.frame.columns))
    for row, said in zip(table.frame.to_dict("records"), _caveats_of_rows(table), strict=True):
        whose = " · ".join(
            language.say(text("not known")) if is_missing(row[name]) else str(row[name]) for name in by
        )
        for one in said:
            beside.setdefault((row["metric"], language.say(one)), []).append(whose)
    said_alike: dict[tuple[str, str | None], list[str]] = {}
    for (metric, what), places in beside.items():
        everybody = not by or len(places) == int((table.frame["metric"] == metric).sum())
        groups = None if everybody else language.listing(places, most=SHOWN)
        said_alike.setdefault((what, groups), []).append(metric)
    lines = [
        language.say(
            text("* {metric}: {what}", metric=titles(metrics), what=what)
            if groups is None
            else text("* {metric}, {groups}: {what}", metric=titles(metrics), groups=groups, what=what)
        )
        for (what, groups), metrics in said_alike.items()
    ]
    untold: dict[str, list[str]] = {}
    for metric, reason in table.unavailable.items():
        untold.setdefault(language.say(reason), []).append(metric)
    lines += [
        language.say(text("{metric}: unavailable; {reason}", metric=titles(metrics), reason=why))
        for why, metrics in untold.items()
    ]
    alike: dict[tuple[str, str], list[str]] = {}
    for (key, *group), reason in table.missing.items():
        place = " · ".join(language.say(text("not known") if value is None else value) for value in group)
        alike.setdefault((str(key), language.say(reason)), []).append(place)
    none_for: dict[tuple[str, str], list[str]] = {}
    for (key, why), places in alike.items():
        none_for.setdefault((why, language.listing(places, most=SHOWN)), []).append(key)
    lines += [
        language.say(text("{metric}: none for {groups}; {reason}", metric=titles(keys), groups=listed, reason=why))
        for (why, listed), keys in none_for.items()
    ]
    return [printable(line) for line in [*lines, *map(language.say, (*table.notes, *facts.credit_notes))]]


def _by(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name in DIMENSIONS]
