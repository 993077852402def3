"""The agenda of a report: the five points of a one-to-one (S16), each with what its sections say in a sentence.

It is made of the sections that a notebook shows, in their order, so whoever drops, adds or reorders lines of a
notebook has done so on the agenda as well. What the data cannot tell stands in one list at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from salesreport.language import Language, Text, text
from salesreport.report.page import environment

POINTS: Mapping[str, Text] = {
    "fitness": text("What the data can tell"),
    "process": text("How the process is run"),
    "health": text("Pipeline and forecast"),
    "risks": text("Risks and habits"),
    "act": text("What to do"),
    "done": text("What was done"),
    "next": text("What comes next"),
    "orders": text("Order book and forecast"),
    "sales": text("Sales against plan"),
    "measures": text("Measures to take"),
    "further": text("Also"),
}
"""The points, in their order: those of a diagnostic, those of a one-to-one; sections of one's own come last."""


class Entry(NamedTuple):
    """A line of the agenda: the section's key, what it is about, and what it says."""

    key: str
    topic: str
    message: str


class Point(NamedTuple):
    """A point of the agenda and its lines."""

    title: Text
    entries: Sequence[Entry]


def points_of(sections: Iterable[Mapping[str, Any]]) -> list[Point]:
    """The agenda of some sections (`Section.summary`); points without a line are left out."""
    found: dict[str, list[Entry]] = {}
    for one in sections:
        if one["available"] and one["place"] == "fold" and one["point"]:
            point = one["point"] if one["point"] in POINTS else "further"
            found.setdefault(point, []).append(Entry(one["key"], one["topic"], one["message"]))
    return [Point(title, found[key]) for key, title in POINTS.items() if key in found]


def agenda_html(sections: Sequence[Mapping[str, Any]], language: Language) -> str:
    """The agenda, with links to the sections below it."""
    points = points_of(sections)
    template = environment(language).get_template("agenda.html.j2")
    return template.render(points=points, words=_WORDS) if points else ""


def details_html(language: Language) -> str:
    """The heading of what stands folded below the agenda."""
    return environment(language).get_template("details.html.j2").render(words=_WORDS)


def lacking_html(sections: Sequence[Mapping[str, Any]], language: Language) -> str:
    """What the data cannot tell, in one list; nothing where they tell all."""
    # whole sentences and reasons stand side by side: none ends with a full stop
    lacking = [
        Entry(one["key"], one["topic"], one["message"].removesuffix("."))
        for one in sections
        if not one["available"]
    ]
    template = environment(language).get_template("lacking.html.j2")
    return template.render(lacking=lacking, words=_WORDS) if lacking else ""


_WORDS = {
    "agenda": text("Agenda"),
    "details": text("In detail"),
    "hint": text("Each opens by a click."),
    "lacking": text("What these data do not tell"),
}
