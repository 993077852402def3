"""What a process is: milestones in order, the evidence of each, and how each is seen in the data."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from salesreport.config import Day, Settings, TextError, no_such
from salesreport.language import Text, text
from salesreport.process.categories import CATEGORIES, Category, problem_of
from salesreport.process.words import Title, Word

WHERE = ("pipeline", "product_line", "segment", "lead_source", "kind")
"""What decides which process a deal follows."""

RESERVED_KEYS = ("last", "win", "won", "lost", "open")
"""Keys no milestone may have: they mean something else beside milestones."""

_KEY = re.compile("[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Spanned(Settings):
    """Something that exists for a time.

    Attributes:
        since, until: its first and last day, written `from` and `until`; None: it always did, it still does.
    """

    model_config = ConfigDict(populate_by_name=True)

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Spanned":
        if self.since is not None and self.until is not None and self.since > self.until:
            raise TextError(text("It ends before it begins."), place=("until",))
        return self

    def exists_on(self, day: dt.date) -> bool:
        """Whether it exists on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meets(self, other: "Spanned") -> bool:
        """Whether there is a day on which both exist."""
        begins = max(self.since or dt.date.min, other.since or dt.date.min)
        return begins <= min(self.until or dt.date.max, other.until or dt.date.max)


class StageSign(Spanned):
    """A stage, by its name in the CRM, while it had that name.

    Attributes:
        name: the stage, as in `deals.stage`. since, until: the first and last day of the name.

    Examples:
        >>> StageSign(name="Offer", until="2024-06-30").exists_on(dt.date(2024, 7, 1))
        False
    """

    name: Word

    @model_serializer(mode="wrap")
    def _plain(self, write: SerializerFunctionWrapHandler) -> Any:
        """Written as the bare name where it always had that name."""
        plain: dict[str, Any] = write(self)
        return plain["name"] if len(plain) == 1 else plain


def _as_sign(value: Any) -> Any:
    return {"name": value} if isinstance(value, str | int | float) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


class Milestone(Spanned):
    """Something the customer does, says or writes on the way to an order, and how the data show it.

    Several signs may show it: a deal is there when it enters one of the stages, has an activity of one of the
    types, or has a date in the field, whichever comes first.

    Attributes:
        key: names it in files and tables: small letters, digits, dashes. title: what people call it.
        evidence: what the customer does, says or writes; empty where nobody has said.
        stages: the stages that show it. activities: the activity types that do.
        field: the date column of table `deals` that does. since, until: the days it is part of the process.
        within: days within which the next milestone is expected.
        ask: questions to ask the customer there. good: what the customer does or has there if it goes well; both
            are shown where a rep needs help at the milestone.

    References:
        S9, S21 (docs/process.md).
    """

    key: str
    title: Word
    evidence: str = ""
    stages: Annotated[tuple[Annotated[StageSign, BeforeValidator(_as_sign)], ...], BeforeValidator(_as_list)] = ()
    activities: Annotated[tuple[Word, ...], BeforeValidator(_as_list)] = ()
    field: Literal["created_on"] | None = None
    within: Annotated[int, Field(ge=1)] = 90
    ask: Annotated[tuple[Word, ...], BeforeValidator(_as_list)] = ()
    good: str = ""

    @field_validator("key")
    @classmethod
    def _is_key(cls, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise TextError(
                text("This is no key."), text("small letters and digits with dashes between, such as first-offer")
            )
        if key in RESERVED_KEYS:
            raise TextError(text("This key already has a meaning."))
        return key

    @model_validator(mode="after")
    def _is_seen(self) -> "Milestone":
        if not (self.stages or self.activities or self.field):
            raise TextError(
                text("Nothing in the data shows this milestone."),
                text("at least one of {names}", names=["stages", "activities", "field"]),
            )
        return self


class Won(Settings):
    """The order itself: a deal reaches it by its status, never by a stage.

    Attributes:
        title: what people call it. evidence: what the customer does.
    """

    title: Title = text("Order")
    evidence: str = ""


class Process(Settings):
    """The milestones that deals of one market pass, in order.

    Attributes:
        name: what people call it. milestones: in order, before the order itself. won: the order.
        where: which deals follow it: column → values, all must fit; empty: every deal.

    Examples:
        >>> offer = Milestone(key="offer", title="Offer", stages=("Proposal",))
        >>> Process(name="Projects", milestones=(offer,)).milestones[0].stages
        (StageSign(since=None, until=None, name='Proposal'),)
    """

    name: Word
    where: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    won: Won = Won()

    @field_validator("where", mode="before")
    @classmethod
    def _known_columns(cls, where: Any) -> Any:
        if not isinstance(where, Mapping):
            return where
        for column in where:
            if column not in WHERE:
                raise no_such(text("Deals are not told apart by this."), column, WHERE, (column,))
        return {column: _as_list(values) for column, values in where.items()}

    @model_validator(mode="after")
    def _one_meaning(self) -> "Process":
        """No stage or activity type may mean two milestones on the same day."""
        seen: list[tuple[str, str, Milestone, Spanned]] = []
        for place, milestone in enumerate(self.milestones):
            signs: list[tuple[str, int, str, Spanned]]
            signs = [("stages", n, sign.name, sign) for n, sign in enumerate(milestone.stages)]
            signs += [("activities", n, name, milestone) for n, name in enumerate(milestone.activities)]
            signs += [("field", -1, milestone.field, milestone)] if milestone.field else []
            for kind, number, name, span in signs:
                for other_kind, other_name, other, other_span in seen:
                    both = milestone.meets(other) and span.meets(other_span)
                    if (kind, name) == (other_kind, other_name) and both:
                        raise TextError(
                            text("“{name}” shows two milestones on the same days: {one} and {two}.",
                                 name=name, one=other.key, two=milestone.key),
                            place=("milestones", place, kind, *([number] if number >= 0 else [])),
                        )  # fmt: skip
                seen.append((kind, name, milestone, span))
        return self


class ProcessFile(Settings):
    """How a company sells: its processes and its customer-base categories.

    A deal follows the first process that fits it. Where there is no process, the CRM's stages are the milestones.

    Attributes:
        processes: the processes, in the order they are tried. base: the categories, first match wins.

    Examples:
        >>> file = ProcessFile(
        ...     processes=(Process(name="All", milestones=(Milestone(key="a", title="A", field="created_on"),)),)
        ... )
        >>> print(file.text)
        processes:
        - name: All
          milestones:
          - key: a
            title: A
            field: created_on
        <BLANKLINE>
    """

    processes: tuple[Process, ...] = ()
    base: tuple[Category, ...] = CATEGORIES

    _derived: bool = PrivateAttr(default=False)
    _unordered: tuple[str, ...] = PrivateAttr(default=())
    _why_none: Text | None = PrivateAttr(default=None)

    @property
    def derived(self) -> bool:
        """Whether the milestones are the CRM's stages because no process was given."""
        return self._derived

    @property
    def unordered(self) -> tuple[str, ...]:
        """Of a derived process: the stages that are no milestones because no history shows their order."""
        return self._unordered

    @property
    def why_none(self) -> Text | None:
        """Why deals that have stages show no process, as the end of "cannot be told: …"."""
        return self._why_none

    def learnt(self, unordered: tuple[str, ...] = (), why_none: Text | None = None) -> "ProcessFile":
        """The same file, marked as derived from the data."""
        self._derived, self._unordered, self._why_none = True, unordered, why_none
        return self

    @property
    def text(self) -> str:
        """The file as YAML, what `DatasetSettings.process` keeps; the same process gives the same text."""
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all milestones."""
        return tuple(milestone.key for process in self.processes for milestone in process.milestones)

    @model_validator(mode="after")
    def _keys_and_names_are_unique(self) -> "ProcessFile":
        seen: set[str] = set()
        names: set[str] = set()
        for one, process in enumerate(self.processes):
            if process.name in names:
                raise TextError(text("Two processes have this name."), place=("processes", one, "name"))
            names.add(process.name)
            for two, milestone in enumerate(process.milestones):
                if milestone.key in seen:
                    place = ("processes", one, "milestones", two, "key")
                    raise TextError(text("Two milestones have the key “{key}”.", key=milestone.key), place=place)
                seen.add(milestone.key)
        problem = problem_of(self.base, self.keys)
        if problem is not None:
            raise problem
        return self
