"""What `salesreport commit` and `salesreport coaching` do between reading options and printing."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.table import Table

from salesreport.coach import output
from salesreport.coach.agreed import agreed_with
from salesreport.coach.effect import coaching
from salesreport.coach.recording import Fate, Recorded, close, identified, record
from salesreport.coach.written import Written, read_file, rep_meant
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.language import Language, Text, ntext, text


def add(dataset: Path, written: Written, today: dt.date) -> list[Text]:
    """Record one commitment; what is said of it."""
    return _told(record(dataset, [written], today))


def add_file(dataset: Path, file: Path, today: dt.date) -> list[Text]:
    """Record all commitments of a file, or none; what is said of them."""
    return _told(record(dataset, read_file(file), today))


def end(dataset: Path, rep: str | None, said: str | None, fate: Fate, today: dt.date) -> list[Text]:
    """Close a commitment, by rep and text or by its id alone; what is said of it.

    Raises:
        ConfigError: no rep and no id, or no such open commitment.
    """
    if rep is None or (said is None and _names_a_rep(dataset, rep)):
        raise ConfigError(text("Which commitment? Give the rep and the text, or the id."), key="--done", found=rep)
    closed = close(dataset, rep, fate, today) if said is None else close(dataset, said, fate, today, rep)
    row = closed.rows.iloc[0]
    fields = {"rep": Facts.of(closed.dataset).names.get(row["rep_id"], row["rep_id"]), "text": row["text"]}
    told = [
        text("Done: {rep}, “{text}”.", **fields) if fate == "done" else text("Dropped: {rep}, “{text}”.", **fields)
    ]
    if row["closed_on"].date() < today:
        told.append(
            text(
                "It counts from {day}, where the data end, so that their review knows.",
                day=row["closed_on"].date(),
            )
        )
    return told


def _names_a_rep(dataset: Path, wanted: str) -> bool:
    """Whether a text names a rep, by name or id."""
    try:
        rep_meant(wanted, Facts.of(Dataset.open(dataset)), {})
    except ConfigError:
        return False
    return True


def listed(
    dataset: Path, rep: str | None, format: str, language: Language
) -> tuple[list[str | Table], list[Text]]:
    """The commitments of a dataset, or of one rep; what is printed, and what is said beside it."""
    facts = Facts.of(Dataset.open(dataset))
    table = facts.dataset.table("commitments")
    last = facts.as_of if table.empty else max(facts.as_of, table["agreed_on"].max().date())
    reps = None if rep is None else [rep_meant(rep, facts, {})]
    agreed = identified(agreed_with(facts, last, reps))
    agreed["overdue"] = (
        (agreed["status"] == "open") & ~agreed["anew"] & (agreed["due_on"] < pd.Timestamp(facts.as_of))
    )
    if format != "table":
        return [output.list_as_text(agreed, facts, format)], []
    if agreed.empty:
        return [], [text("Nothing was agreed.")]
    return [output.list_as_table(agreed, facts, language)], []


def looked_back(
    dataset: Path, metrics: Sequence[str], day: dt.date | None, format: str, language: Language
) -> tuple[list[str | Table], list[str]]:
    """What came of coaching; what is printed, and what is said beside it."""
    found = coaching(Facts.of(Dataset.open(dataset), day), metrics)
    if format == "json":
        return [output.coaching_as_text(found, language, format)], []
    lines = output.explanations(found, language)
    if found.frame.empty and not lines:
        lines = [language.say(text("Nothing was agreed about any metric."))]
    if format == "csv":
        return [output.coaching_as_text(found, language, format)], lines
    return ([output.coaching_as_table(found, language)] if len(found.frame) else []), lines


def _told(recorded: Recorded) -> list[Text]:
    """How many were recorded, and from when on reports show them."""
    rows = recorded.rows
    said = [
        ntext("{n} commitment recorded.", "{n} commitments recorded.", n=len(rows)),
    ]
    said += _with_who_left(recorded)
    last = rows["agreed_on"].max().date()
    if last > recorded.dataset.as_of:
        said.append(
            text(
                "The data end on {day}; reports show what was agreed by the last day they know.",
                day=recorded.dataset.as_of,
            )
        )
    return said


def _with_who_left(recorded: Recorded) -> list[Text]:
    """Who had left before the day something was agreed: the wrong name, or the wrong day."""
    facts, reps = Facts.of(recorded.dataset), recorded.dataset.table("reps").dropna(subset="left_on")
    left = dict(zip(reps["rep_id"], reps["left_on"], strict=True))
    late = recorded.rows.groupby("rep_id")["agreed_on"].max().items()
    return [
        text(
            "Check it: {name} left on {day}, before something was agreed.",
            name=facts.names.get(str(rep), str(rep)),
            day=left[rep].date(),
        )
        for rep, agreed in late
        if rep in left and agreed > left[rep]
    ]
