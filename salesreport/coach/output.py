"""Commitments and what came of coaching, printed: for people, or for programs."""

import json
from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.coach.effect import Coaching
from salesreport.coach.sentences import STATUS, effect_in_words, signed
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, contract
from salesreport.kpi.frames import frame_as_csv, frame_as_rows, with_names
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, ntext, text
from salesreport.language.readable import printable

DAYS = ("agreed_on", "due_on", "closed_on", "recorded_on")
"""The columns with days."""


def list_as_table(agreed: pd.DataFrame, facts: Facts, language: Language) -> Table:
    """Commitments, the latest first: id, rep, when, what, how far."""
    titles = (text("id"), text("rep"), text("agreed"), text("what"), text("due"), text("state"))
    days = (2, 4)  # like numbers they keep their lines
    rows: list[list[Content]] = []
    for row in agreed.iloc[::-1].to_dict("records"):
        state = "overdue" if row["overdue"] else row["status"]
        what: Content = language.show(row["text"])
        if isinstance(row["metric"], str):
            what = (language.show(row["text"]), _meant(row["metric"], row["target"], facts, language))
        rows.append(
            [
                row["id"],
                language.show(facts.names.get(row["rep_id"], row["rep_id"])),
                _local(row["agreed_on"], language),
                what,
                _local(row["due_on"], language),
                language.say(STATUS[state]),
            ]
        )
    columns = [Column(language.say(title), numbers=place in days) for place, title in enumerate(titles)]
    return grid(columns, rows)


def list_as_text(agreed: pd.DataFrame, facts: Facts, format: str) -> str:
    """Commitments as CSV or JSON: a row each, with `id` and the rep's name."""
    plain = agreed.assign(**{name: [_day(one) or None for one in agreed[name]] for name in DAYS})
    plain = with_names(plain[["id", *(name for name in plain.columns if name != "id")]], facts)
    if format == "csv":
        return frame_as_csv(plain)
    return json.dumps(frame_as_rows(plain), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def coaching_as_table(found: Coaching, language: Language) -> Table:
    """A line per metric: how many, before, after and expected, and the effect."""
    numbers = (text("agreed, done"), text("reps"), text("before"), text("since"), text("expected"), text("effect"))
    columns = [Column(language.say(text("metric")))]
    columns += [Column(language.say(title), numbers=True) for title in numbers]
    rows: list[list[Content]] = []
    for row in found.frame.to_dict("records"):
        unit, monthly, effect = row["unit"], bool(row["monthly"]), ("", "")
        shown = [""] * 3
        if row["told"]:
            shown = [language.quantity(row[name], unit) for name in ("before", "now", "expected")]
            low, high = (signed(row[name], unit, language, bare=True) for name in ("lower", "upper"))
            effect = (signed(row["effect"], unit, language), f"({low} … {high})")
        title = language.say(found.contracts[row["metric"]].title)
        agreed = f"{language.count(row['commitments'])}, {language.count(row['done'])}"
        below = language.say(text("a month")) if monthly else ""
        rows.append([(title, below) if below else title, agreed, language.count(row["told"]), *shown, effect])
    return grid(columns, rows)


def coaching_as_text(found: Coaching, language: Language, format: str) -> str:
    """The same as CSV or JSON, numbers unrounded."""
    if format == "csv":
        return frame_as_csv(found.frame)
    content: dict[str, Any] = {
        "coaching": [
            {**row, "monthly": bool(row["monthly"]), "sentence": language.say(sentence)}
            for row, sentence in zip(frame_as_rows(found.frame), _sentences(found, language), strict=True)
        ],
        "unavailable": {metric: language.say(why) for metric, why in found.unavailable.items()},
        "notes": explanations(found, language)[len(found.frame) :],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def explanations(found: Coaching, language: Language) -> list[str]:
    """A sentence per metric; then what tells nothing and why, and how it was worked out."""
    lines = [language.say(sentence) for sentence in _sentences(found, language)]
    for metric, reasons in found.untold.items():
        said = [language.say(reason) for reason in reasons]
        for why in dict.fromkeys(said):
            n = said.count(why)
            title = found.contracts[metric].title
            lines.append(
                language.say(
                    ntext("“{metric}”: {n} rep left out: {why}.", "“{metric}”: {n} reps left out: {why}.",
                          n=n, metric=title, why=why)
                )
            )  # fmt: skip
    lines += [
        language.say(text("{metric}: unavailable; {reason}", metric=metric, reason=why))
        for metric, why in found.unavailable.items()
    ]
    if len(found.frame):
        lines.append(
            language.say(
                text(
                    "Expected: what the reps’ own figures before, drawn towards their peers’, and the movement of "
                    "peers not coached on it let expect. Everything agreed counts, done or not."
                )
            )
        )
    return [printable(line) for line in lines]


def _sentences(found: Coaching, language: Language) -> list[Any]:
    return [
        effect_in_words(row, found.contracts[row["metric"]].title, language)
        for row in found.frame.to_dict("records")
    ]


def _day(day: Any) -> str:
    return "" if pd.isna(day) else pd.Timestamp(day).date().isoformat()


def _local(day: Any, language: Language) -> str:
    return "" if pd.isna(day) else language.date(pd.Timestamp(day).date())


def _meant(key: str, target: float, facts: Facts, language: Language) -> str:
    """A metric and where it should be; one that is none here any more by its key alone."""
    try:
        metric = contract(key, facts)
    except ConfigError:
        return language.show(key)
    title = language.say(metric.title)
    if pd.isna(target):
        return title
    return f"{title} → {language.quantity(float(target), metric.unit_in(facts.dataset.currency))}"
