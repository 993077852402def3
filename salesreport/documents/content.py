"""What an executed notebook shows, read from its outputs: the one source of decks, documents and workbooks."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from salesreport.documents.lines import one_line
from salesreport.report.agenda import POINTS
from salesreport.report.content import MIME as CONTENT
from salesreport.report.export import NOTEBOOK_ONLY, summary_of
from salesreport.report.section import MIME as PART

_FIGURE = re.compile(r"<figure[^>]*>\s*(<svg.*?</svg>)\s*</figure>", re.DOTALL)
"""A chart in a section's HTML; what comes from data is escaped and holds no tag."""


class NoContent(Exception):
    """The notebook was run without being asked for what documents need."""


@dataclass(frozen=True)
class Part:
    """A section as a document needs it.

    Attributes:
        key, topic, message, place, point, available: as in `Section`. blocks, notes, definitions, data: as
            `report.content.content_of` gives them. charts: its pictures, SVG elements.
    """

    key: str
    topic: str
    message: str
    place: str
    point: str
    available: bool
    blocks: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    definitions: Sequence[tuple[str, str]] = ()
    charts: Sequence[str] = ()
    data: Mapping[str, Any] | None = field(default=None, repr=False)

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """Its blocks of a kind."""
        return [block for block in self.blocks if block["kind"] == kind]


@dataclass(frozen=True)
class Content:
    """A report.

    Attributes:
        language: its code. title: whom and when it is about. name, kicker, details, verdict: its head.
        dataset, as_of: what the figures come from; empty and None where the notebook does not say it.
        parts: its sections, in the notebook's order.
    """

    language: str
    title: str
    name: str
    kicker: str
    details: str
    verdict: str
    dataset: str
    as_of: dt.date | None
    parts: Sequence[Part]

    @property
    def main(self) -> list[Part]:
        """What a report shows in full, before the agenda, and pages to write on that do not come last."""
        last = self._last_sheets
        return [one for one in self.parts if one.available and one.place != "fold" and one not in last]

    @property
    def folded(self) -> list[Part]:
        """What a report folds, in the order of the agenda: charts that are not on it stay behind what they
        follow in the report, the rest comes last; then pages to write on that stand at the end.
        """
        order, found = _LAST, []
        for one in self.parts:
            if one.available and one.place == "fold":
                if one.point:
                    order = _ORDER[one.point if one.point in POINTS else "further"]
                found.append((order if one.charts or one.point else _LAST, one))
        return [*(one for _, one in sorted(found, key=lambda each: each[0])), *self._last_sheets]

    @property
    def _last_sheets(self) -> list[Part]:
        """Pages to write on that come after what is folded."""
        shown = [one for one in self.parts if one.available]
        first = next((at for at, one in enumerate(shown) if one.place == "fold"), len(shown))
        return [one for one in shown[first:] if one.place == "sheet"]

    @property
    def lacking(self) -> list[Part]:
        """What the data do not tell."""
        return [one for one in self.parts if not one.available]

    @property
    def summaries(self) -> list[dict[str, Any]]:
        """The sections as the agenda wants them."""
        names = ("key", "topic", "message", "available", "place", "point")
        return [{name: getattr(one, name) for name in names} for one in self.parts]


_ORDER = {point: number for number, point in enumerate(POINTS)}
_LAST = len(_ORDER)


def read_content(notebook: NotebookNode, language: str = "en") -> Content:
    """What an executed notebook shows, but cells that are only for the notebook's reader.

    Args:
        notebook: with its outputs, run while somebody asked for documents (`report.content.asking`).
        language: where the notebook does not say it.

    Raises:
        NoContent: its sections do not hold what they show.
    """
    summary, head, parts = summary_of(notebook) or {}, {}, []
    for data in _outputs(notebook):
        content = data.get(CONTENT)
        if PART in data:
            if content is None:
                raise NoContent(str(data[PART].get("key")))
            parts.append(_part(data[PART], content, data.get("text/html", "")))
        elif content is not None:
            head = content
    subject = summary.get("subject", {})
    as_of = head.get("as_of")
    return Content(
        language=summary.get("language", language),
        title=one_line(summary.get("title") or "salesreport"),
        name=one_line(head.get("name") or subject.get("name") or summary.get("title") or "salesreport"),
        kicker=one_line(head.get("kicker", "")),
        details=one_line(head.get("details", "")),
        verdict=one_line(summary.get("verdict", "")),
        dataset=one_line(head.get("dataset", "")),
        as_of=None if as_of is None else dt.date.fromisoformat(as_of),
        parts=parts,
    )


def _outputs(notebook: NotebookNode) -> Iterator[Mapping[str, Any]]:
    for cell in notebook.cells:
        if NOTEBOOK_ONLY not in cell.metadata.get("tags", []):
            for output in cell.get("outputs", []):
                yield output.get("data", {})


def _part(summary: Mapping[str, Any], content: Mapping[str, Any], html: str) -> Part:
    clean = cleaned(content)
    return Part(
        key=str(summary["key"]),
        topic=one_line(summary["topic"]),
        message=one_line(summary["message"]),
        place=summary["place"],
        point=summary["point"],
        available=bool(summary["available"]),
        blocks=clean.get("blocks", []),
        notes=clean.get("notes", []),
        definitions=[(title, formula) for title, formula in clean.get("definitions", [])],
        charts=_FIGURE.findall(html),
        data=clean.get("data"),
    )


def cleaned(value: Any) -> Any:
    """Plain data with each text on one line, without signs that XML does not know."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: cleaned(one) for key, one in value.items()}
    return [cleaned(one) for one in value] if isinstance(value, list | tuple) else value
