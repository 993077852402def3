"""The explorer's views as a report: the one object of the notebook `conversion_review`."""

from functools import cached_property
from pathlib import Path
from typing import Any

from salesreport.config import language_of
from salesreport.dataset import Dataset
from salesreport.explore.deal_table import deals
from salesreport.explore.figures import funnel
from salesreport.explore.state import VIEWS, State, View, checked, choices
from salesreport.explore.views import view as view_of
from salesreport.explore.words import selection, step_name
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.report.page import environment
from salesreport.report.review import MIME
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.shared import Shared
from salesreport.report.subject import Kind, Subject, find_subject

_SUBJECTS: tuple[Kind, ...] = ("rep", "team", "segment", "product_line", "lead_source")
"""What the report can be about; the first of these that is chosen."""


class ConversionReview:
    """A review of conversions: each view is an attribute, a `Section` that shows itself.

    It is about the chosen rep, else the team, segment, product line or lead source. That of a rep names no other.

    Args:
        dataset: a dataset or its folder.
        period, compare_to: as written in `Period.parse`; `previous` and `year_before` are understood, too.
        language: `en` or `de`.
        mask_names: whether texts from the data show `[name]` where they name another rep than the chosen one.
        view: one of `salesreport.explore.state.VIEWS`; the others are then left out. Empty: all.
        **chosen: what else of `salesreport.explore.State` is chosen: rep (id or name), team, product_line,
            segment, lead_source, step, finding, sort, descending.

    Raises:
        DataError: there is no dataset. ConfigError: the dataset has no such period, rep, team, step ….

    Examples:
        A notebook has one line per view::

            review = ConversionReview(dataset, period, rep=rep)
            review.funnel
            review.trend
    """

    def __init__(
        self,
        dataset: Dataset | Path | str,
        period: str | int = "",
        *,
        compare_to: str = "previous",
        language: str = "en",
        mask_names: bool = True,
        view: str = "",
        **chosen: Any,
    ) -> None:
        opened = dataset if isinstance(dataset, Dataset) else Dataset.open(dataset)
        spoken, shared = language_of(language), Shared.of(opened)
        self.facts = shared.facts
        kind: Kind = next((kind for kind in _SUBJECTS if chosen.get(kind)), "company")
        self.subject: Subject = find_subject(self.facts, kind, chosen.get(kind, ""))
        self.language = shared.discreet(spoken, self.subject) if mask_names else spoken
        if kind == "rep":
            chosen["rep"] = self.subject.id
        self.only: View | None = view or None  # type: ignore[assignment] # checked below
        state = State(str(opened.path), str(period), compare_to, view=self.only or VIEWS[0], **chosen)
        self._missing: Unavailable | None = None
        try:
            self.state = checked(self.facts, state)
        except Unavailable as problem:
            self.state, self._missing = state, problem

    def view(self, name: View) -> Section | None:
        """A view; None where only another one was asked for."""
        if self.only not in (None, name):
            return None
        return view_of(self.facts, self.state.but(view=name), self.language, named=False)

    @cached_property
    def funnel(self) -> Section | None:
        """Per step, how often deals go on."""
        return self.view("funnel")

    @cached_property
    def reps_by_step(self) -> Section | None:
        """Every rep at every step."""
        return self.view("reps_by_step")

    @cached_property
    def funnel_plot(self) -> Section | None:
        """Reps' rates at the step, by number of decisions."""
        return self.view("funnel_plot")

    @cached_property
    def trend(self) -> Section | None:
        """The step's rate by month."""
        return self.view("trend")

    @cached_property
    def anomalies(self) -> Section | None:
        """Who differs from others with like deals."""
        return self.view("anomalies")

    @cached_property
    def deals(self) -> Section | None:
        """The deals of the finding, or of rep and step; None where neither is chosen."""
        shown = deals(self.facts, self.state, self.language)
        return shown if shown.available else None

    def sections(self) -> tuple[Section, ...]:
        """All sections there are, in the order of the report."""
        views = (self.funnel, self.reps_by_step, self.funnel_plot, self.trend, self.anomalies, self.deals)
        return tuple(one for one in views if one is not None)

    def in_words(self) -> str:
        """Everything the sections say, a line each."""
        return "\n".join(map(repr, self.sections()))

    @property
    def verdict(self) -> str:
        """What the first view says."""
        return self.sections()[0].message

    @property
    def summary(self) -> dict[str, Any]:
        """The report for machines: subject, period, verdict, the rate of each step, the dataset's fingerprint."""
        say = self.language.say
        period = self.facts.dataset.period(self.state.period) if self.state.period else None
        return {
            "subject": {"kind": self.subject.kind, "id": self.subject.id, "name": self.subject.name},
            "period": self.state.period,
            "language": self.language.code,
            "title": f"{self.subject.name} · {say(period.label) if period else ''}",
            "verdict": self.verdict,
            "fingerprint": self.facts.dataset.fingerprint,
            "figures": self._figures(),
        }

    def _figures(self) -> list[dict[str, Any]]:
        if self._missing is not None:
            return []
        steps = {step.key: step for step in choices(self.facts).steps}
        return [
            {
                "key": self.language.show(row["step"]),
                "label": self.language.say(step_name(steps[row["step"]])),
                "shown": self.language.quantity(row["rate"], "share"),
                "value": row["rate"] if row["n"] else None,
                "unit": "share",
                "note": self.language.say(text("of {n}", n=row["n"])),
            }
            for row in records(funnel(self.facts, self.state))
        ]

    def __repr__(self) -> str:
        return self.verdict

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": self._repr_html_(), MIME: self.summary}

    def _repr_html_(self) -> str:
        kicker = text("Conversion review")
        details = ""
        if self._missing is None:
            kicker = text("Conversion review · {period}", period=self.facts.dataset.period(self.state.period))
            rest = selection(self.facts, self.state, with_rep=False)[1:]
            details = " · ".join(self.language.say(one) for one in rest)
        return (
            environment(self.language)
            .get_template("header.html.j2")
            .render(
                kicker=self.language.say(kicker), name=self.subject.name, details=details, verdict=self.verdict
            )
        )
