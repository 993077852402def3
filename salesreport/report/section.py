"""What a section is: a value with its numbers, its one-sentence message, its charts, its table and its notes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from salesreport.language import Language
from salesreport.report.chart import Chart
from salesreport.report.content import MIME as CONTENT
from salesreport.report.content import asked, content_of
from salesreport.report.page import environment
from salesreport.report.table import NumberTable

MIME = "application/vnd.salesreport.section+json"
"""The part of a section's output that says, for machines, what it is; the report's agenda is made of these."""


@dataclass(frozen=True)
class Section:
    """One part of a report. In a notebook it shows itself; in a test its `data` is what counts.

    Attributes:
        key: unique in the report. topic: what it is about, in a word or two. message: what it says, in one
            sentence; the heading. data: the numbers behind it, tidy. charts: drawn when it is shown.
        tables: the numbers as the reader sees them. notes: what the reader must know to trust them.
        available: False where the data lacks what the section needs; the message then says what.
        silent: True where the report is not to speak of it at all: nothing is shown.
        template: the template that shows it. extra: what else that template needs.
        place: where a report has it: `first`, in full before the agenda; `sheet`, a page to write on, which is
            only printed; `fold`, below the agenda, folded.
        point: the point of the agenda it belongs to, a key of `agenda.POINTS`; empty: it is not on the agenda.
    """

    key: str
    topic: str
    message: str
    data: pd.DataFrame
    language: Language
    charts: tuple[Chart, ...] = ()
    tables: tuple[NumberTable, ...] = ()
    notes: tuple[str, ...] = ()
    available: bool = True
    silent: bool = False
    template: str = "section.html.j2"
    extra: Mapping[str, Any] = field(default_factory=dict)
    place: Literal["first", "sheet", "fold"] = "fold"
    point: str = "further"

    def __repr__(self) -> str:
        return self.language.labelled(self.topic, self.message)

    @property
    def summary(self) -> dict[str, Any]:
        """The section for machines: key, topic, message, and its place in a report."""
        names = ("key", "topic", "message", "available", "place", "point")
        return {name: getattr(self, name) for name in names}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.silent:
            return {"text/plain": "", "text/html": ""}
        shown = {"text/plain": repr(self), "text/html": self._repr_html_(), MIME: self.summary}
        formats = asked()
        return {**shown, CONTENT: content_of(self, formats)} if formats else shown

    def _repr_html_(self) -> str:
        if self.silent:
            return ""
        return environment(self.language).get_template(self.template).render(section=self)
