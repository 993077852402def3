"""Values ↔ bytes: plain values, frames, arrays and this package's own records, and nothing that could run.

A stored value is a line of JSON, in which each value that JSON does not know is a list that begins with its kind,
and the numbers of its arrays behind it, as they lie in memory: what is read from a mapped file is not even copied.
"""

import datetime as dt
import importlib
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel

from salesreport.stored.texts import from_arrays, to_arrays

PACKAGE = "salesreport."
"""Records are of classes of this package; no others are made of what a file says."""

_ALIGNED = 64
"""Arrays begin at multiples of so many bytes."""

Buffer = bytes | memoryview

_PLAIN = frozenset((type(None), bool, int, float, str))


class Unstorable(Exception):
    """A value that cannot be stored; or bytes that are no stored value."""


def to_bytes(value: Any, around: object = None) -> bytes:
    """A value as bytes.

    Args:
        value: what is to be stored. around: the one object that it may refer to without holding it.

    Raises:
        Unstorable: it holds something else than this module knows.

    Examples:
        >>> from_bytes(to_bytes({"n": (1, dt.date(2025, 1, 31))}))
        {'n': (1, datetime.date(2025, 1, 31))}
    """
    return b"".join(to_parts(value, around))


def to_parts(value: Any, around: object = None) -> list[Buffer]:
    """`to_bytes` in parts, of which arrays are not copied; they show what the arrays hold now.

    Raises:
        Unstorable: as `to_bytes`.
    """
    arrays: list[npt.NDArray[Any]] = []
    said = json.dumps(_Writer(arrays, around).said(value), separators=(",", ":")).encode()
    parts: list[Buffer] = [len(said).to_bytes(8, "little"), said]
    size = 8 + len(said)
    for array in arrays:
        gap = -size % _ALIGNED
        parts += [bytes(gap), np.ascontiguousarray(array).reshape(-1).view(np.uint8).data]
        size += gap + array.nbytes
    return parts


def from_bytes(content: Buffer, around: object = None) -> Any:
    """What `to_bytes` made bytes of; its arrays are views of the content, and cannot be written to.

    Raises:
        Unstorable: these bytes are no stored value.
    """
    view = memoryview(content)
    end = 8 + int.from_bytes(view[:8], "little")
    try:
        return _Reader(view, end, around).made(json.loads(bytes(view[8:end])))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ImportError, ArithmeticError) as error:
        raise Unstorable(str(error)) from error


class _Writer:
    """Says values as JSON, and collects their arrays."""

    def __init__(self, arrays: list[npt.NDArray[Any]], around: object) -> None:
        self.arrays, self.around = arrays, around
        self.days: dict[dt.date, Any] = {}

    def said(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if value is self.around:
            return ["around"]
        if kind in _SIMPLE:
            return [kind.__name__, *_SIMPLE[kind][0](value)]
        if value is pd.NaT:
            return ["NaT"]
        if value is pd.NA:
            return ["NA"]
        if kind is dict:
            return ["dict", [[self.said(key), self.said(one)] for key, one in value.items()]]
        if kind in _COLLECTIONS:
            return [kind.__name__, self._each(value)]
        if kind.__module__.startswith(PACKAGE):
            return self._record(value)
        if isinstance(value, np.generic) and value.dtype.kind in "biuf":
            return ["number", value.dtype.str, value.item()]
        return self._of_many(value)

    def _each(self, values: Iterable[Any]) -> list[Any]:
        """Each of many values, most of which are plain, or the same few days."""
        return [one if type(one) in _PLAIN else self._day(one) for one in values]

    def _day(self, value: Any) -> Any:
        """A value; one that is a day is said once."""
        if type(value) is not dt.date:
            return self.said(value)
        if value not in self.days:
            self.days[value] = self.said(value)
        return self.days[value]

    def _record(self, value: Any) -> Any:
        kind = type(value)
        name = f"{kind.__module__}:{kind.__qualname__}"
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return ["tuple of", name, [self.said(one) for one in value]]
        if is_dataclass(value):
            return ["record", name, [self.said(getattr(value, one.name)) for one in fields(value)]]
        if isinstance(value, BaseModel):
            return ["model", name, {field: self.said(getattr(value, field)) for field in kind.model_fields}]
        raise Unstorable(name)

    def _of_many(self, value: Any) -> Any:
        """Arrays, frames and what they consist of."""
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "biufmM":
                self.arrays.append(value)
                return ["array", value.dtype.str, list(value.shape)]
            if value.dtype == object:
                return ["objects", list(value.shape), self._each(value.ravel().tolist())]
        if isinstance(value, pd.Categorical):
            return ["categorical", self.said(value.codes), self.said(value.categories), bool(value.ordered)]
        if isinstance(value, pd.arrays.ArrowStringArray):
            return ["texts", value.dtype.na_value is pd.NA, *(self.said(one) for one in to_arrays(value))]
        if isinstance(value, pd.arrays.StringArray):
            return ["listed", value.dtype.na_value is pd.NA, value.to_numpy(object, na_value=None).tolist()]
        if isinstance(value, pd.arrays.NumpyExtensionArray):
            return self.said(value.to_numpy())
        if isinstance(value, pd.arrays.DatetimeArray | pd.arrays.TimedeltaArray):
            zone = getattr(value, "tz", None)
            return [
                "times",
                self.said(value.asi8),
                str(value.dtype) if zone is not None else value._ndarray.dtype.str,
            ]
        if isinstance(value, pd.RangeIndex):
            return ["range", value.start, value.stop, value.step, self.said(value.name)]
        if isinstance(value, pd.Index) and not isinstance(value, pd.MultiIndex):
            return ["index", self.said(value.array), self.said(value.name)]
        if isinstance(value, pd.Series):
            return ["series", self.said(value.array), self.said(value.index), self.said(value.name)]
        if isinstance(value, pd.DataFrame):
            columns = [self.said(value.iloc[:, place].array) for place in range(value.shape[1])]
            return ["frame", columns, self.said(value.columns), self.said(value.index)]
        raise Unstorable(str(type(value)))


class _Reader:
    """Makes values of what `_Writer` said; arrays come in the order in which they are read."""

    def __init__(self, content: memoryview, end: int, around: object) -> None:
        self.content, self.end, self.around = content, end, around

    def made(self, said: Any) -> Any:
        if not isinstance(said, list):
            return said
        kind, *parts = said
        if kind in _MADE:
            return _MADE[kind](*parts)
        if kind == "dict":
            return {self.made(key): self.made(one) for key, one in parts[0]}
        if kind in _COLLECTED:
            return _COLLECTED[kind](self.made(one) for one in parts[0])
        return getattr(self, f"_{kind.replace(' ', '_')}")(*parts)

    def _around(self) -> object:
        if self.around is None:
            raise ValueError("there is nothing that it belongs to")
        return self.around

    def _tuple_of(self, name: str, parts: list[Any]) -> Any:
        kind: Any = _class(name)
        if not (issubclass(kind, tuple) and len(kind._fields) == len(parts)):
            raise ValueError(name)
        return kind._make(map(self.made, parts))

    def _record(self, name: str, parts: list[Any]) -> Any:
        kind = _class(name)
        if not is_dataclass(kind):
            raise ValueError(name)
        record = object.__new__(kind)
        for field, part in zip(fields(kind), parts, strict=True):
            object.__setattr__(record, field.name, self.made(part))
        return record

    def _model(self, name: str, content: dict[str, Any]) -> BaseModel:
        kind = _class(name)
        if not (issubclass(kind, BaseModel) and content.keys() <= kind.model_fields.keys()):
            raise ValueError(name)
        return kind.model_construct(**{field: self.made(one) for field, one in content.items()})

    def _array(self, kind: str, shape: list[int]) -> npt.NDArray[Any]:
        dtype = np.dtype(kind)
        if dtype.kind not in "biufmM":
            raise ValueError(kind)
        start = self.end + -self.end % _ALIGNED
        size = math.prod(shape)
        self.end = start + size * dtype.itemsize
        return np.frombuffer(self.content, dtype, size, start).reshape(shape) if size else np.empty(shape, dtype)

    def _objects(self, shape: list[int], parts: list[Any]) -> npt.NDArray[Any]:
        found = np.empty(len(parts), object)
        found[:] = [self.made(one) if type(one) is list else one for one in parts]
        return found.reshape(shape)

    def _categorical(self, codes: Any, categories: Any, ordered: bool) -> pd.Categorical:
        codes, kind = self.made(codes), pd.CategoricalDtype(self.made(categories), ordered)
        return pd.Categorical.from_codes(codes, dtype=kind)

    def _texts(self, nullable: bool, *arrays: Any) -> Any:
        ends, held, there = map(self.made, arrays)
        return from_arrays(ends, held, there, nullable)

    def _listed(self, nullable: bool, texts: list[str | None]) -> Any:
        kind: Any = pd.StringDtype("python", na_value=pd.NA if nullable else np.nan)
        return pd.array(texts, dtype=kind)

    def _times(self, numbers: Any, kind: str) -> Any:
        found: npt.NDArray[Any] = self.made(numbers)
        if kind.startswith("datetime64"):  # with a time zone
            zoned = pd.DatetimeTZDtype.construct_from_string(kind)
            plain: Any = pd.array(found.view(f"M8[{zoned.unit}]"), dtype=f"datetime64[{zoned.unit}]")
            return plain.tz_localize("UTC").tz_convert(zoned.tz)
        return pd.array(found.view(kind), dtype=np.dtype(kind))

    def _range(self, start: int, stop: int, step: int, name: Any) -> pd.RangeIndex:
        return pd.RangeIndex(start, stop, step, name=self.made(name))

    def _index(self, values: Any, name: Any) -> pd.Index:
        array = self.made(values)
        # of texts in an array of objects pandas would make texts
        return pd.Index(array, dtype=array.dtype, name=self.made(name), copy=False)

    def _series(self, values: Any, index: Any, name: Any) -> pd.Series:
        array = self.made(values)
        return pd.Series(array, self.made(index), array.dtype, self.made(name), copy=False)

    def _frame(self, columns: list[Any], names: Any, index: Any) -> pd.DataFrame:
        made = [self.made(one) for one in columns]
        names, rows = self.made(names), self.made(index)
        series = {place: pd.Series(one, rows, one.dtype, copy=False) for place, one in enumerate(made)}
        frame = pd.DataFrame(series, rows, range(len(made)), copy=False)
        frame.columns = names
        return frame


def _class(name: str) -> type:
    """A class of this package, by module and name."""
    module, _, path = name.partition(":")
    if not module.startswith(PACKAGE):
        raise ValueError(name)
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and found.__module__ == module):
        raise ValueError(name)
    return found


_SIMPLE: dict[type, tuple[Callable[[Any], list[Any]], Callable[..., Any]]] = {
    dt.date: (lambda one: [one.isoformat()], lru_cache(maxsize=4096)(dt.date.fromisoformat)),
    dt.datetime: (lambda one: [one.isoformat()], dt.datetime.fromisoformat),
    pd.Timestamp: (lambda one: [one.isoformat(), one.unit], lambda said, unit: pd.Timestamp(said).as_unit(unit)),
    Decimal: (lambda one: [str(one)], Decimal),
    slice: (lambda one: [one.start, one.stop, one.step], slice),
    Fraction: (lambda one: [one.numerator, one.denominator], Fraction),
}
_MADE: dict[str, Callable[..., Any]] = {kind.__name__: both[1] for kind, both in _SIMPLE.items()} | {
    "NaT": lambda: pd.NaT,
    "NA": lambda: pd.NA,
    "number": lambda kind, value: np.dtype(kind).type(value),
}
_COLLECTIONS = (tuple, list, set, frozenset)
_COLLECTED = {kind.__name__: kind for kind in _COLLECTIONS}
