"""Where a dataset comes from, and what became of every row that was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from salesreport.language import Text, text
from salesreport.language.readable import brief

EXAMPLES = 3
"""How many values are shown as examples."""

_LONGEST = 40
"""Up to so many characters of a value are shown."""


@dataclass(frozen=True)
class SourceFile:
    """A file that a dataset was made from."""

    table: str
    file: str
    sha256: str
    bytes: int


class Tally(NamedTuple):
    """How many rows something happened to.

    Attributes:
        what: the reason or repair, as a sentence. rows: how many.
        examples: some of the values that gave the reason, as they stood in the file.
    """

    what: Text
    rows: int
    examples: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """Plain values; examples only where there are some."""
        return [self.what.to_json(), self.rows, *([list(self.examples)] if self.examples else [])]

    @property
    def with_examples(self) -> Text:
        """The sentence, with the examples where there are some."""
        if not self.examples:
            return self.what
        quoted = [text("“{value}”", value=one) for one in self.examples]
        return text("{what} ({examples})", what=self.what, examples=quoted)


def some(examples: Iterable[str]) -> tuple[str, ...]:
    """The first few different ones of some values, cut to a length that can be read.

    Examples:
        >>> some(["ten", "ten", "x" * 50, "", "a", "b"])
        ('ten', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', 'a')
    """
    shown = dict.fromkeys(brief(one, _LONGEST) for one in examples if one)
    return tuple(shown)[:EXAMPLES]


class Noticed(NamedTuple):
    """Something in an export that may be a mistake; nothing was done about it.

    Attributes:
        short: what, without names and values: for any report. full: with examples: for who reads the export.
    """

    short: Text
    full: Text


@dataclass(frozen=True)
class Counts:
    """What became of a table's rows: read = kept + repaired + set aside.

    Attributes:
        read: rows read. kept: rows in the dataset, unchanged. repaired: rows in the dataset, changed.
        set_aside: rows left out, written to `set_aside/TABLE.csv` with their reason.
        repairs, reasons: how many rows per kind of repair, and per reason of setting aside.
        aside_by: of deals that were set aside although the spec does not say they are no data, how many were
            open, won and lost, as far as that can be read.
    """

    read: int
    kept: int
    repaired: int = 0
    set_aside: int = 0
    repairs: tuple[Tally, ...] = ()
    reasons: tuple[Tally, ...] = ()
    aside_by: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.kept + self.repaired + self.set_aside:
            raise AssertionError(f"rows do not add up: {self}")


@dataclass(frozen=True)
class Provenance:
    """Where a dataset comes from.

    Attributes:
        made_by: the command or function. source: text of the source spec. files: the files read.
        counts: per table. notes: what a reader of a report should know. noticed: what may be a mistake.
    """

    made_by: str
    source: str = ""
    files: tuple[SourceFile, ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    noticed: tuple[Noticed, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `dataset.json`; texts stay translatable."""
        return {
            "made_by": self.made_by,
            "source": self.source,
            "files": [vars(file) for file in self.files],
            "counts": {
                table: {
                    **vars(counts),
                    "repairs": [one.to_json() for one in counts.repairs],
                    "reasons": [one.to_json() for one in counts.reasons],
                }
                for table, counts in self.counts.items()
            },
            "notes": [note.to_json() for note in self.notes],
            "noticed": [[one.short.to_json(), one.full.to_json()] for one in self.noticed],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Provenance":
        """What `to_json` gave."""
        return cls(
            made_by=plain["made_by"],
            source=plain["source"],
            files=tuple(SourceFile(**file) for file in plain["files"]),
            counts={
                table: Counts(
                    **{**counts, "repairs": _tallies(counts["repairs"]), "reasons": _tallies(counts["reasons"])}
                )
                for table, counts in plain["counts"].items()
            },
            notes=tuple(Text.from_json(note) for note in plain["notes"]),
            noticed=tuple(Noticed(*map(Text.from_json, one)) for one in plain.get("noticed", ())),
        )


def _tallies(plain: Sequence[Sequence[Any]]) -> tuple[Tally, ...]:
    return tuple(
        Tally(Text.from_json(what), rows, tuple(examples[0]) if examples else ())
        for what, rows, *examples in plain
    )
