"""Texts as values: a template and its fields, translated only when somebody shows them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple


@dataclass(frozen=True)
class Text:
    """Something to say, in no language yet.

    Attributes:
        template: English sentence with `{field}` places; the key of the translation catalogue.
        plural: English plural form, chosen by the field `n`; None where number plays no part.
        fields: values for the places: str (shown as it is), int, date, `Period`, `Quantity`, `Text`,
            or a list of these (joined with "and"; as `Either`, with "or").

    Examples:
        >>> str(text("{name} won {n} deals", name="Ann", n=1200))
        'Ann won 1,200 deals'
    """

    template: str
    plural: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    in_english: ClassVar[Callable[["Text"], str]]
    """How a text is shown where nobody asked for a language; set by the module that has the languages."""

    def to_json(self) -> list[Any]:
        """Plain values that JSON can hold, for what is said later by somebody else; see `from_json`."""
        return [self.template, self.plural, {name: _plain(value) for name, value in self.fields.items()}]

    @classmethod
    def from_json(cls, plain: Sequence[Any]) -> "Text":
        """What `to_json` gave, as a text again."""
        template, plural, fields = plain
        return cls(template, plural, {name: _restored(value) for name, value in fields.items()})

    def __str__(self) -> str:
        return Text.in_english(self)


class Quantity(NamedTuple):
    """A number with its unit, shown the way the unit wants.

    Attributes:
        value: the number; NaN or None is shown as "–".
        unit: `share` (0.63 is 63 %), an ISO currency code (money), `days`, `CODE/day`, or the plain name of
            what is counted (`deals`, `units`, `points` …), which is not repeated after the number.
        beside: the other end where the number is one of a range: both are shown in one unit, with as many decimals
            and so many that they differ; see `bounds`.
    """

    value: float | None
    unit: str
    beside: float | None = None


class Fixed(NamedTuple):
    """A number shown with just so many decimals."""

    value: float
    places: int


class Month(NamedTuple):
    """A month, shown with its year in the language's order; `short` shortens its name."""

    day: dt.date
    short: bool = False


class Day(NamedTuple):
    """A day without its year, in the language's order; `short` shortens the name of its month."""

    day: dt.date
    short: bool = False


class Either(NamedTuple):
    """Several of which one is meant: joined with the language's "or"."""

    items: Sequence[Any]


def text(template: str, /, **fields: Any) -> Text:
    """State a sentence; the template must be a literal, so that the catalogue can be extracted."""
    return Text(template, None, fields)


def ntext(singular: str, plural: str, /, n: float | Fixed, **fields: Any) -> Text:
    """State a sentence that depends on how many.

    Examples:
        >>> str(ntext("{n} deal", "{n} deals", n=1)), str(ntext("{n} deal", "{n} deals", n=3))
        ('1 deal', '3 deals')
    """
    return Text(singular, plural, {"n": n, **fields})


class Range(NamedTuple):
    """A range with its unit, shown as `Language.interval` does."""

    lower: float | None
    upper: float | None
    unit: str


def bounds(lower: float | None, upper: float | None, unit: str) -> tuple[Quantity, Quantity]:
    """State the ends of a range, so that they are shown alike.

    Examples:
        >>> low, high = bounds(57, 57.1, "deals")
        >>> str(text("{low} to {high}", low=low, high=high))
        '57.0 to 57.1'
    """
    return Quantity(lower, unit, upper), Quantity(upper, unit, lower)


def _plain(value: Any) -> Any:
    """A field as JSON can hold it; what JSON knows not is marked with its kind."""
    if isinstance(value, Text):
        return {"text": value.to_json()}
    if isinstance(value, Either):
        return {"either": [_plain(item) for item in value.items]}
    for kind, made in _TUPLES.items():
        if isinstance(value, made):
            return {kind: list(value)}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, plain),) = value.items()
    if kind == "text":
        return Text.from_json(plain)
    if kind == "either":
        return Either([_restored(item) for item in plain])
    return _TUPLES[kind](*plain) if kind in _TUPLES else dt.date.fromisoformat(plain)


_TUPLES: dict[str, Any] = {"quantity": Quantity, "range": Range, "fixed": Fixed}
"""Kinds of values that JSON would make lists of."""
