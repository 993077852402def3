"""Presets: what a CRM calls its columns and states, as files of settings beside it; a new CRM is a file."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from salesreport.config import Settings, TextError, load
from salesreport.errors import ConfigError, nearest
from salesreport.ingest.cells.headings import plain_words
from salesreport.ingest.spec.doubts import Doubt
from salesreport.ingest.spec.spec_parts import Word, Words, listed
from salesreport.language import text
from salesreport.tables import TABLES

FOLDER = Path(__file__).parent
"""Where the presets are that come with the package."""

AUTO, GENERIC = "auto", "generic"
"""The name that stands for whichever fits, and that of the preset for exports of no CRM that is known."""

Aliases = str
"""Headings that mean the same, with bars between them: `Record ID | Deal ID`."""


def aliases(written: Aliases) -> tuple[str, ...]:
    """The headings of a list with bars.

    Examples:
        >>> aliases("Record ID | Deal ID")
        ('Record ID', 'Deal ID')
    """
    return tuple(part.strip() for part in written.split(" | "))


def plainly(heading: str) -> str:
    """A heading without regard to case, spaces, accents and punctuation.

    Examples:
        >>> plainly("Owner.id") == plainly("OWNER ID") == plainly("owner_id")
        True
    """
    return "".join(word.replace("_", "") for word in plain_words(heading.replace("_", " ")))


class PresetLookup(Settings):
    """An id that another file of the export explains.

    Attributes:
        of: the table or helper whose file it is. key: heading of the ids there. value: headings of what they
            mean.
    """

    of: str
    key: Aliases
    value: Annotated[tuple[Aliases, ...], BeforeValidator(listed)]


class PresetColumn(Settings):
    """Where a canonical column comes from; as in a source spec, with several names per heading.

    Attributes:
        heading: its names. first: several headings, the first that is filled counts. join: several, joined.
        row: numbers the rows. lookup: what explains its ids. beside: name of the heading chosen for column
            amount → the heading that belongs to it. doubt: key of `DOUBTS`.
        unless: headings that, where they are there, make this no choice.
    """

    heading: Aliases | None = None
    first: tuple[Aliases, ...] = ()
    join: tuple[Aliases, ...] = ()
    row: str | None = None
    lookup: PresetLookup | None = None
    beside: dict[str, Aliases] = Field(default_factory=dict)
    doubt: Doubt | None = None
    unless: Aliases | None = None


def _several(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else [value]


def _choices(value: Any) -> Any:
    return [{"heading": one} if isinstance(one, str) else one for one in _several(value)]


Choices = Annotated[tuple[PresetColumn, ...], BeforeValidator(_choices)]


class PresetStatus(Settings):
    """How the state of a deal is told; each state a list of values, or headings with values.

    Attributes:
        source: written `from`: the column or headings that the lists are of. words: whether values that look like
            an end (Closed lost, Gewonnen) are added to the lists. won, lost, open, neither: as in a source spec.
        doubt: key of `DOUBTS`.
    """

    source: Aliases | None = Field(default=None, alias="from")
    words: bool = False
    won: Words | dict[Aliases, Words] = ()
    lost: Words | dict[Aliases, Words] = ()
    open: Words | dict[Aliases, Words] = ()
    neither: Words | dict[Aliases, Words] = ()
    doubt: Doubt | None = None


class PresetTable(Settings):
    """How a file is recognised, and what it means.

    Attributes:
        known_by: headings that must all be there. unless: headings of which none may be there.
        columns: canonical column → its headings, or several choices of which the first that is there counts.
        constants, values, keep, drop, timezone, per_stage, before: as in a source spec; what names a heading that
            is not there is left out. status: choices, likewise.
        signs: `ignore`, where a currency column is there. rows: what is done where one thing has several rows.
        doubts: keys of `DOUBTS`, always said.
        once: whether a heading stands for one column only, the first that names it. instead: whether it is only
            read where there is no file of an earlier kind of the table.
    """

    known_by: tuple[Aliases, ...] = ()
    unless: tuple[Aliases, ...] = ()
    columns: dict[str, Choices] = Field(default_factory=dict)
    constants: dict[str, Word] = Field(default_factory=dict)
    values: dict[str, dict[Word, Word]] = Field(default_factory=dict)
    status: Annotated[tuple[PresetStatus, ...], BeforeValidator(_several)] = ()
    keep: dict[Aliases, Words] = Field(default_factory=dict)
    drop: dict[Aliases, Words] = Field(default_factory=dict)
    timezone: str | None = None
    per_stage: Words = ()
    before: Aliases | None = None
    signs: Literal["ignore"] | None = None
    rows: Literal["sum", "same"] | None = None
    doubts: tuple[Doubt, ...] = ()
    once: bool = False
    instead: bool = False


class Preset(Settings):
    """A CRM.

    Attributes:
        title: its name. tables: canonical table → the kinds of file it can come from, the best first.
        helpers: files that only explain ids, by name → the headings that they are known by.
        not_people: owners who are no person.
    """

    title: str
    tables: dict[str, Annotated[tuple[PresetTable, ...], BeforeValidator(_several)]]
    helpers: dict[str, tuple[Aliases, ...]] = Field(default_factory=dict)
    not_people: Words = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> "Preset":
        for name, kinds in self.tables.items():
            if name not in TABLES:
                raise TextError(
                    text("There is no such table."), nearest=nearest(name, list(TABLES)), place=("tables", name)
                )
            for kind in kinds:
                for column in (*kind.columns, *kind.constants, *kind.values):
                    if column not in TABLES[name].names:
                        raise TextError(
                            text("The table has no such column."),
                            nearest=nearest(column, TABLES[name].names),
                            place=("tables", name, "columns", column),
                        )
        return self


def preset_names() -> tuple[str, ...]:
    """The presets that come with the package, by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


@cache
def load_preset(name: str) -> Preset:
    """A preset by its name, or from a file of one's own.

    Args:
        name: such as `hubspot`, or the path of a YAML file.

    Raises:
        ConfigError: there is none, or it is not as it should be; it names the line and the nearest valid name.
    """
    path = FOLDER / f"{name}.yml"
    if name in preset_names():
        return load(path, Preset)
    if name.endswith((".yml", ".yaml")):
        return load(Path(name), Preset)
    known = [*preset_names(), AUTO]
    raise ConfigError(
        text("There is no such preset."),
        key="--preset",
        found=name,
        expected=text("one of {names}", names=known),
        nearest=nearest(name, known),
    )


def all_presets() -> Iterator[tuple[str, Preset]]:
    """Every preset that comes with the package but the one for anything."""
    for name in preset_names():
        if name != GENERIC:
            yield name, load_preset(name)


@cache
def known_names() -> frozenset[str]:
    """All headings that any preset knows, plainly written."""
    choices = [
        choice
        for name in preset_names()
        for kinds in load_preset(name).tables.values()
        for kind in kinds
        for column in kind.columns.values()
        for choice in column
    ]
    written = [names for one in choices for names in (one.heading, *one.first, *one.join) if names]
    return frozenset(plainly(heading) for names in written for heading in aliases(names)) - {""}
