"""Parts of a source spec: where the cells of a column, the state of a deal, the period of a target come from."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from salesreport.config import Settings, TextError
from salesreport.language import text

LENGTH = re.compile(r"(?P<count>[1-9]\d*) (?P<unit>day|week|month|quarter|year)s?")
"""How the length of a period is written: `3 months`."""

ANYTHING = "*"
"""Stands in the value of a condition for anything; alone for any filled cell. An empty cell is written ''."""


def _word(value: Any) -> Any:
    """A value of an export as the text it shows as: YAML reads 1 as a number and true as a boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(_word)]


def listed(value: Any) -> Any:
    """A single value needs no brackets."""
    return [value] if isinstance(value, str | int | float) else value


Words = Annotated[tuple[Word, ...], BeforeValidator(listed)]


class LookupSpec(Settings):
    """Another file that says what an id means.

    Attributes:
        file: CSV, Excel or Parquet, relative to the export's folder. sheet: of a workbook with several.
        encoding: a Python codec. separator: of the columns of a CSV file.
        key: heading of the ids there. value: heading of what they mean; of several, those filled are joined by a
            space.
    """

    file: str
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    key: Word
    value: Words


class ColumnSpec(Settings):
    """Where the cells of a canonical column come from. A text alone is the heading, a list is `first`.

    Attributes:
        heading: the one it stands under. occurrence: of a heading that stands over several columns, which one,
            from the left.
        first: several headings, the first that is filled counts; a heading may be missing where another is there.
        join: several headings, joined. by: what stands between them.
        row: numbers the rows, for tables without an id; stands before the number.
        lookup: another file that says what the value means.
    """

    heading: Word | None = None
    occurrence: int | None = Field(default=None, ge=1)
    first: tuple[Word, ...] | None = Field(default=None, min_length=1)
    join: tuple[Word, ...] | None = Field(default=None, min_length=2)
    by: str = " "
    row: Word | None = None
    lookup: LookupSpec | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnSpec":
        origins = {"heading": self.heading, "first": self.first, "join": self.join, "row": self.row}
        given = [name for name, value in origins.items() if value is not None]
        if len(given) != 1:
            raise TextError(text("A column comes from one of these."), text("one of {names}", names=list(origins)))
        if self.occurrence is not None and self.heading is None:
            raise TextError(text("“{key}” belongs to a heading.", key="occurrence"))
        return self

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings it names."""
        return (self.heading,) if self.heading is not None else (self.first or self.join or ())

    @property
    def shown(self) -> str:
        """Its headings as one text, for messages."""
        return " / ".join(self.headings)


def _as_column(value: Any) -> Any:
    if isinstance(value, str | int | float):
        return {"heading": value}
    return {"first": value} if isinstance(value, list | tuple) else value


AnyColumn = Annotated[ColumnSpec, BeforeValidator(_as_column)]

State = tuple[Word, ...] | dict[Word, Words]
"""Values of one column; or headings, each with the values that must stand there."""


def _state(value: Any) -> Any:
    value = listed(value)
    if value is None or isinstance(value, list | tuple | Mapping):
        return value
    raise TextError(
        text("This is not what tells a state."), text("a list of values, or headings with the values they have")
    )


AState = Annotated[State, BeforeValidator(_state)]


class StatusSpec(Settings):
    """Which values of a column mean won and lost; everything else is open.

    Each state is a list of values of the column `from`; or headings, each with the values that must stand there
    (`won: {IsWon: true}`, `open: {Closed: ""}` where it is empty, `{Won time: "*"}` where it is filled). A row is
    the first that fits of neither, won, lost, open. Of lost and open one may be left out: it is the rest.

    Attributes:
        source: written `from`: a canonical column that is mapped, or a heading. won: its values of deals that are
            won. lost: of those that are lost.
        open: where given, these values are open and any other is unknown, and its row is set aside. A value that
            looks like an end (cancelled) is open only where it stands here.
        neither: values of deals that are not decided and will not be (cancelled); their rows are set aside, and
            counted.
    """

    source: str | None = Field(default=None, alias="from")
    won: AState
    lost: AState | None = None
    open: AState | None = None
    neither: AState = ()

    @property
    def states(self) -> dict[str, State]:
        """What is declared, in the order it is looked at."""
        declared = {"neither": self.neither, "won": self.won, "lost": self.lost, "open": self.open}
        return {state: value for state, value in declared.items() if value}

    @property
    def rest(self) -> Literal["open", "lost"] | None:
        """The state of rows that nothing declared fits; None: they are unknown."""
        if self.open is None:
            return "open"
        return "lost" if self.lost is None else None

    def words(self, state: str) -> tuple[str, ...]:
        """The values of column `from` that mean a state; none where it is told by conditions."""
        value = self.states.get(state, ())
        return value if isinstance(value, tuple) else ()

    @property
    def conditions(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The states that are told by headings and their values."""
        return {state: value for state, value in self.states.items() if isinstance(value, dict)}

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that conditions name."""
        return tuple(dict.fromkeys(heading for one in self.conditions.values() for heading in one))

    @model_validator(mode="after")
    def _told(self) -> "StatusSpec":
        listed_ones = [state for state, value in self.states.items() if isinstance(value, tuple)]
        if listed_ones and self.source is None:
            raise TextError(
                text("Values of “{state}” belong to a column: name it in “from”.", state=listed_ones[0])
            )
        if self.source is not None and not listed_ones:
            raise TextError(text("No list of values belongs to “from”."))
        if self.lost is None and self.open is None:
            raise TextError(
                text("Which deals are lost is not said."), text("“lost”, or “open” and the rest is lost")
            )
        seen: set[str] = set()
        for state in listed_ones:
            for value in self.words(state):
                if value.strip().casefold() in seen:
                    raise TextError(text("The value “{value}” stands for two states.", value=value))
                seen.add(value.strip().casefold())
        return self


class PeriodSpec(Settings):
    """Turns a first day into a period.

    Attributes:
        starts: heading of the first day. until: `next` (the day before the metric's next first day), or a length
            such as `3 months`. last: the length of the last one, with `until: next`.
    """

    starts: str
    until: str
    last: str | None = None

    @field_validator("until", "last")
    @classmethod
    def _is_length(cls, value: str | None) -> str | None:
        if value is not None and value != "next" and not LENGTH.fullmatch(value):
            raise TextError(
                text("This is not the length of a period."), text("next, or a length such as 3 months")
            )
        return value

    @model_validator(mode="after")
    def _last_has_a_length(self) -> "PeriodSpec":
        if self.until == "next" and (self.last is None or self.last == "next"):
            raise TextError(text("With “until: next” the last period needs a length."), "last: 3 months")
        return self
