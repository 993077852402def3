"""The one object of a notebook: a review of a rep, a team, a segment … whose sections are values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self, cast

import pandas as pd

from salesreport.config import language_of
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.language import Text, text
from salesreport.language.language import Said
from salesreport.language.readable import readable
from salesreport.report import presence
from salesreport.report.agreed import read_agreed
from salesreport.report.asked import asked_for, index_language
from salesreport.report.content import MIME as CONTENT
from salesreport.report.content import asked
from salesreport.report.context import Context
from salesreport.report.extensions import load_extensions
from salesreport.report.names import Discreet
from salesreport.report.page import environment
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections import SECTIONS, Listed
from salesreport.report.sections.commitments import what_is_due
from salesreport.report.sections.talking_points import talk_about
from salesreport.report.sections.verdict import verdict
from salesreport.report.shared import Shared
from salesreport.report.since import has_moved, what_changed
from salesreport.report.subject import KINDS, Kind, find_subject

MIME = "application/vnd.salesreport.report+json"
"""The part of the notebook's output that says, for machines, whom the report is about and what it found."""

SUMMARY_FORMAT = 1
"""Version of that part; docs/schemas/ describes it."""


class Review:
    """A review: its sections are attributes, each a `Section` that shows itself.

    Args:
        dataset: a dataset or its folder.
        period: the period, as written in `relative.asked_period`.
        compare_to: `previous`, `year_before`, or a period.
        language: of its words and formats, such as `de` or `fr_CH`.
        mask_names: whether texts from the data (deals, customers, reasons …) show `[name]` where they name another
            rep than the one the review is about; see `salesreport.report.names`.
        extensions: files with metrics, sections and peers of one's own; see docs/extending.md.
        strategy, plan, pay, account_plans: files that say what was agreed: the strategy, the period's plan as
            `salesreport plan` wrote it, the pay plan, account plans that were filled in; see docs/plan.md,
            docs/pay.md and docs/accounts.md. Empty: none.
        **subject: at most one of rep, team, manager, segment, product_line, lead_source, pipeline; without one
            (or with an empty one) the whole company.

    Raises:
        DataError: there is no dataset. ConfigError: an unknown subject, period or language, or a file that is not
            what it should be.

    Examples:
        A notebook has one line per section::

            review = Review(dataset, period, rep=rep)
            review.tiles
            review.pipeline

        The sections there are: `salesreport.report.sections.SECTIONS`; one of your own: `review.show(my_section)`.
    """

    def __init__(
        self,
        dataset: Dataset | Path | str,
        period: str | int,
        *,
        compare_to: str = "previous",
        language: str = "en",
        mask_names: bool = True,
        extensions: Sequence[Path | str] = (),
        strategy: Path | str = "",
        plan: Path | str = "",
        pay: Path | str = "",
        account_plans: Path | str = "",
        **subject: str,
    ) -> None:
        load_extensions(extensions)
        opened = dataset if isinstance(dataset, Dataset) else Dataset.open(dataset)
        spoken = language_of(language)
        kind, wanted = _one_subject(subject)
        shared = Shared.of(opened)
        about = find_subject(shared.facts, kind, wanted)
        when, asked, _ = opened.asked_period(period)
        self.asked = asked or asked_for(when, opened.as_of)
        files = {"strategy": strategy, "plan": plan, "pay": pay, "account_plans": account_plans}
        self.context = Context(
            shared=shared,
            subject=about,
            period=when,
            compare=when.comparison(compare_to, opened.as_of),
            language=shared.discreet(spoken, about) if mask_names else spoken,
            agreed=read_agreed(shared.facts, when, files),
            asked=self.asked,
        )

    @cached_property
    def verdict(self) -> str:
        """Where the subject stands, in one sentence."""
        return verdict(self.context)

    @cached_property
    def talk(self) -> str:
        """What to talk about first, in a few words; empty where there is nothing."""
        topic = talk_about(self.context)
        return "" if topic is None else self.context.heading(topic)

    @cached_property
    def due(self) -> str:
        """What was agreed with a rep and is overdue or due next, in a few words; empty where nothing is."""
        said = what_is_due(self.context)
        return "" if said is None else self.context.say(said)

    @cached_property
    def changed(self) -> str:
        """What changed since the last review, in a few words; empty where the data tell nothing of it."""
        return " · ".join(map(self.context.say, what_changed(self.context)))

    @cached_property
    def has_changed(self) -> bool:
        """Whether a rep's metric moved beyond chance since the last review, or something agreed is open."""
        return has_moved(self.context) or what_is_due(self.context) is not None

    def __getattr__(self, name: str) -> Section:
        """A section by its name in `SECTIONS`, worked out once."""
        if name.startswith("_") or name not in self.listed():
            raise AttributeError(f"a review has no section {name!r}")
        listed = self.listed()[name]
        section = self.show(lambda context: context.made(listed.make))
        if self.context.subject.kind not in listed.told:
            section = replace(section, point="")
        elif listed.point:
            section = replace(section, point=listed.point)
        self.__dict__[name] = section
        return section

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.listed()})

    @classmethod
    def listed(cls) -> Mapping[str, Listed]:
        """The sections there are, by name, in the order of a report."""
        return SECTIONS

    def show(self, make: Callable[[Context], Section] | str) -> Section:
        """A section of one's own.

        Args:
            make: what makes it of the review's context; or its name, where an extension lists it.

        Raises:
            ConfigError: there is no section of this name, or what was made is none.
        """
        if isinstance(make, str):
            if make not in self.listed():
                raise ConfigError(
                    text("There is no such section."), key="show", found=make, nearest=nearest(make, self.listed())
                )
            return cast(Section, getattr(self, make))
        section = make(self.context)
        if not isinstance(section, Section):
            raise ConfigError(
                text("What makes a section must give one."),
                key="show",
                found=type(section).__name__,
                expected=text("a {kind}", kind="salesreport.report.Section"),
            )
        return section

    @property
    def summary(self) -> dict[str, Any]:
        """The report for machines: subject, period, verdict, what to talk about, figures, fingerprint.

        Where the pack's index is in another language, `index` has in that language what the index shows.
        """
        context, subject = self.context, self.context.subject
        other = index_language()
        index = {} if other in ("", context.language.code) else {"index": self.told_in(other).in_short()}
        return {
            "format": SUMMARY_FORMAT,
            "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name},
            "period": context.period.name,
            "period_asked": self.asked,
            "language": context.language.code,
            "title": f"{subject.name} · {context.say(context.period.label)}",
            "fingerprint": context.facts.dataset.fingerprint,
            **self.in_short(),
            **index,
        }

    def in_short(self) -> dict[str, Any]:
        """What the report says in short, as an index and a mail show it."""
        figures = []
        for tile, row in zip(self.tiles.extra["tiles"], records(self.tiles.data), strict=True):
            value = None if pd.isna(row["value"]) else float(row["value"])
            figure = {"key": row["metric"], "label": tile.name, "shown": tile.value, "value": value}
            figures.append({**figure, "unit": row["unit"], "note": tile.base, "brief": tile.brief})
        return {
            "verdict": self.verdict,
            "talk": self.talk,
            "due": self.due,
            "changed": self.changed,
            "figures": figures,
        }

    def told_in(self, language: str) -> Self:
        """The same review in another language: its figures are these, its words are said anew."""
        spoken, context = language_of(language), self.context
        if isinstance(context.language, Discreet):
            spoken = context.shared.discreet(spoken, context.subject)
        other = object.__new__(type(self))
        other.asked = self.asked
        other.context = replace(context, language=spoken, _kept={})
        return other

    def sections(self) -> tuple[Section, ...]:
        """All sections, in the order of a report."""
        return tuple(getattr(self, name) for name in self.listed())

    def in_words(self) -> str:
        """Everything the sections say, a line each: the report as text."""
        kind = self.context.subject.kind
        told = [getattr(self, name) for name, one in self.listed().items() if kind in one.told]
        return "\n".join([self.verdict, *(repr(section) for section in told if not section.silent)])

    def __repr__(self) -> str:
        return self.verdict

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = {"text/plain": repr(self), "text/html": self._repr_html_(), MIME: self.summary}
        return {**shown, CONTENT: self._head()} if asked() else shown

    def _head(self) -> dict[str, Any]:
        """What the head shows, and what the figures come from, as plain data."""
        dataset = self.context.facts.dataset
        return {
            "kicker": self._kicker(),
            "name": readable(self.context.subject.name),
            "details": self._details(),
            "dataset": readable(dataset.settings.name),
            "as_of": dataset.as_of.isoformat(),
        }

    def _kicker(self) -> str:
        context = self.context
        return context.say(
            text(
                "{title} · {period}, compared with {compare}",
                title=self._title(),
                period=context.period,
                compare=context.compare,
            )
        )

    def _title(self) -> Text:
        """What kind of report it is."""
        return self.context.subject.title

    def _repr_html_(self) -> str:
        context = self.context
        kicker = self._kicker()
        return (
            environment(context.language)
            .get_template("header.html.j2")
            .render(kicker=kicker, name=context.subject.name, details=self._details(), verdict=self.verdict)
        )

    def _details(self) -> str:
        """Team and manager of a rep, and since when somebody new is there."""
        context = self.context
        if context.subject.kind != "rep":
            return ""
        row = context.shared.people[context.subject.id]
        parts = []
        if isinstance(row["team"], str):
            parts.append(text("team {team}", team=row["team"]))
        if isinstance(row["manager"], str):
            # whom she answers to she knows, and it is no text that somebody wrote
            parts.append(text("manager {manager}", manager=Said(readable(row["manager"]))))
        parts += presence.in_short(context)
        return " · ".join(map(context.say, parts))


def _one_subject(given: dict[str, str]) -> tuple[Kind, str]:
    """The one kind of subject that was asked for."""
    for name in given:
        if name not in KINDS:
            raise ConfigError(text("A review cannot be about this."), key=name, nearest=nearest(name, KINDS))
    wanted = [(kind, given[kind]) for kind in KINDS if given.get(kind)]
    if len(wanted) > 1:
        raise ConfigError(
            text("A review is about one subject."), found=[f"{kind}={value}" for kind, value in wanted]
        )
    return wanted[0] if wanted else ("company", "")
