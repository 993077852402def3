"""What a section shows, as plain data: from it decks, documents and workbooks are made beside the report.

A notebook's outputs hold it only where somebody asked for such files, for HTML needs none of it. Pictures are not
in it: they are the SVGs in the section's HTML, so that no file shows another picture than the report does.
"""

import datetime as dt
import math
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import pandas as pd

from salesreport.kpi import METRICS
from salesreport.language import Language
from salesreport.report.asked import told
from salesreport.report.names import Discreet
from salesreport.report.table import NumberTable

MIME = "application/vnd.salesreport.content+json"
"""The part of an output that holds what a section, or a review's head, shows."""

ASKED = "SALESREPORT_FORMATS"
"""The environment variable that says, with commas, for which formats a notebook's outputs are wanted."""

OWNERS = ("rep_id", "manager", "team")
"""Columns of `data` that say whose a row is; in a rep's report all of it is the rep's."""

_RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "gap": ("revenue", "attainment"),
    "milestones": ("reached",),
    "conversion": ("conversion",),
    "conversion-funnel-plot": ("conversion",),
    "conversion-heat-map": ("conversion",),
    "conversion-anomalies": ("conversion",),
    "activity": ("activity",),
    "pipeline": ("pipeline_value",),
    "changes": ("pipeline_value",),
    "order-book": ("slippage", "stale"),
    "base": ("base_state",),
    "forecast": ("revenue",),
    "results": ("win_rate",),
    "growth": ("growth",),
    "next-period": ("revenue",),
    "reps": ("win_rate",),
}
"""Section → the metrics it rests on, where its `data` does not name them itself."""


class Shown(Protocol):
    """What is needed of a section."""

    @property
    def key(self) -> str: ...  # noqa: D102

    @property
    def data(self) -> Any: ...  # noqa: D102

    @property
    def language(self) -> Language: ...  # noqa: D102

    @property
    def tables(self) -> Sequence[NumberTable]: ...  # noqa: D102

    @property
    def notes(self) -> Sequence[str]: ...  # noqa: D102

    @property
    def template(self) -> str: ...  # noqa: D102

    @property
    def extra(self) -> Mapping[str, Any]: ...  # noqa: D102


@contextmanager
def asking(formats: Collection[str]) -> Iterator[None]:
    """Notebooks that are run meanwhile, here or in a kernel begun here, hold what these formats need."""
    with told(ASKED, ",".join(sorted(formats))):
        yield


def asked() -> frozenset[str]:
    """The formats that the outputs of this notebook are wanted for, other than HTML."""
    return frozenset(filter(None, os.environ.get(ASKED, "").split(",")))


def content_of(section: Shown, formats: Collection[str]) -> dict[str, Any]:
    """What a section shows below its message, for JSON.

    Args:
        section: the section. formats: what it is for; only `xlsx` asks for the numbers behind it.

    Returns:
        `blocks` (each with its `kind`: table, tiles, points, terms, questions, sheets), `notes`, `definitions`
        (title and formula of the metrics it rests on) and, where asked for, `data`: `columns` and `rows`.
    """
    language = section.language
    blocks = [block for make in (_BLOCKS.get(section.template),) if make for block in make(section)]
    content: dict[str, Any] = {
        "blocks": [*map(_table, section.tables), *blocks],
        "notes": list(section.notes),
        "definitions": [
            [language.say(METRICS[key].title), _in_words(language.say(METRICS[key].formula))]
            for key in _rests_on(section)
        ],
    }
    if "xlsx" in formats:
        content["data"] = _data(section.data, language)
    return content


def _rests_on(section: Shown) -> list[str]:
    """The metrics that a section rests on, those of `METRICS`."""
    named = _RESTS_ON.get(section.key)
    if named is None and "metric" in section.data.columns:
        named = tuple(str(one).partition(":")[0] for one in section.data["metric"].dropna().unique())
    return [key for key in dict.fromkeys(named or ()) if key in METRICS]


def _in_words(formula: str) -> str:
    """A formula without what it says of how the metric is asked for on the command line.

    Examples:
        >>> _in_words("reached:MILESTONE: number of deals that got there; skipping counts")
        'number of deals that got there; skipping counts'
        >>> _in_words("number of activities; activity:TYPE counts one type")
        'number of activities'
    """
    said = [_ASKED_FOR.sub("", part) for part in formula.split("; ")]
    return "; ".join(part for part in said if part and not _ASKED_WITH.search(part))


_ASKED_FOR = re.compile(r"^[a-z_]+:[A-ZÄÖÜ]{3,}\s?: ")
_ASKED_WITH = re.compile(r"\b[a-z_]+:[A-ZÄÖÜ]{3,}\b")


def _table(table: NumberTable) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": table.caption,
        "headings": [[one.text, one.numeric] for one in table.headings],
        "rows": [[[one.text, one.plus, one.tone] for one in row] for row in table.rows],
        "here": table.here,
        "folded": table.folded,
    }


def _tiles(section: Shown) -> list[dict[str, Any]]:
    shown = [
        {
            "name": one.name,
            "value": one.value,
            "said": list(one.said),
            "base": one.base,
            "picture": str(one.picture),
        }
        for one in section.extra["tiles"]
    ]
    return [{"kind": "tiles", "tiles": shown}]


def _points(section: Shown) -> list[dict[str, Any]]:
    words = {name: section.language.say(said) for name, said in section.extra["words"].items()}
    shown = [dict(one._asdict()) for one in section.extra["points"]]
    return [{"kind": "points", "points": shown, "words": words}] if shown else []


def _terms(section: Shown) -> list[dict[str, Any]]:
    return [{"kind": "terms", "terms": [list(one) for one in section.extra["entries"]]}]


def _questions(section: Shown) -> list[dict[str, Any]]:
    say, extra = section.language.say, section.extra
    return [
        {
            "kind": "questions",
            "words": {name: say(said) for name, said in extra["words"].items()},
            "questions": [say(one) for one in extra["questions"]],
            "lines": dict(extra["lines"]),
        }
    ]


def _sheets(section: Shown) -> list[dict[str, Any]]:
    """Accounts' sheets to fill in; of what a section of sums shows there is none."""
    shown = [
        {"name": one.name, "about": one.about, "actions": list(one.actions), "asked": [list(a) for a in one.asked]}
        for one in section.extra.get("sheets", ())
    ]
    return [{"kind": "sheets", "title": section.extra["summary"], "sheets": shown}] if shown else []


def _interview(section: Shown) -> list[dict[str, Any]]:
    """What is to be asked, and what to be shown."""
    see = section.language.say(section.extra["words"]["see"])
    labelled = section.language.labelled
    asked = [[one["question"], f"{labelled(see, one['see'])}. {one['reason']}"] for one in section.extra["asked"]]
    return [{"kind": "terms", "terms": asked}] if asked else []


_BLOCKS: Mapping[str, Callable[[Shown], list[dict[str, Any]]]] = {
    "tiles.html.j2": _tiles,
    "talking_points.html.j2": _points,
    "definitions.html.j2": _terms,
    "preparation.html.j2": _questions,
    "account_plans.html.j2": _sheets,
    "maturity_sheet.html.j2": _interview,
}
"""What the templates show beside charts, tables and notes."""


def _data(frame: pd.DataFrame, language: Language) -> dict[str, Any]:
    """A tidy frame for JSON: texts as the report may show them, days and instants marked, missing values null.

    In the report about a rep, columns that say whose a row is are left out, and texts name no other rep.
    """
    if isinstance(language, Discreet):
        frame = frame[[name for name in frame.columns if name not in OWNERS]]
    columns = [[_cell(value, language) for value in frame[name].tolist()] for name in frame.columns]
    return {
        "columns": [str(name) for name in frame.columns],
        "rows": [list(row) for row in zip(*columns, strict=True)],
    }


def _cell(value: Any, language: Language) -> Any:
    """A value for JSON: a day is `{"on": …}`, an instant `{"at": …}`."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return language.show(str(value))  # whoever said it, and however: names are masked here
    if isinstance(value, dt.datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return {"on": value.date().isoformat()} if midnight else {"at": value.replace(tzinfo=None).isoformat()}
    if isinstance(value, dt.date):
        return {"on": value.isoformat()}
    if hasattr(value, "item") and not hasattr(value, "__len__"):  # one of numpy's numbers
        return _cell(value.item(), language)
    if isinstance(value, list | tuple | set | frozenset) or hasattr(value, "tolist"):
        parts = [_cell(one, language) for one in (value.tolist() if hasattr(value, "tolist") else value)]
        return language.apart("" if one is None else str(one) for one in parts)
    return language.show(str(language.show(value)))
