"""Which rows have the same key, told from numbers: to compare a million texts takes ten times as long.

Each key becomes a number of 64 bits, and only rows whose numbers are the same are compared as what they are. Two
keys may share a number, so numbers leave rows out and never say that two keys are one.
"""

import sys
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.parse_texts import as_array
from salesreport.ingest.rows.ledger import Mask

Numbers = npt.NDArray[np.uint64]

_WORD = 8
_WORDS = 8
"""Of longer texts the last 64 bytes count, and how long they are."""

_SPARSE = 64
"""Numbers that reach up to so many times their count are ticked off, one byte each."""

_FEW = 0.1
"""Where more rows share their numbers, it is sooner to compare all than to find out which."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio: multiplying by it spreads a number's bits."""


def repeated(frame: pd.DataFrame, key: Sequence[str], keep: Literal["first", False] = "first") -> Mask:
    """Which rows have the key of an earlier one: what `frame.duplicated(key, keep=keep)` says, sooner.

    Args:
        frame: the rows. key: its columns; a missing value is the same as another missing one.
        keep: `first` for all rows but the first of a key, False for all that share theirs.

    Examples:
        >>> repeated(pd.DataFrame({"id": ["7", "07", "7", None, None]}), ["id"]).tolist()
        [False, False, True, False, True]
    """
    found = np.zeros(len(frame), dtype=bool)
    columns = frame[list(key)]
    if len(frame) < 2 or any(_is_text(columns[name]) and _ticked_off(_texts(columns[name])) for name in key):
        return found
    numbers = np.zeros(len(frame), dtype=np.uint64)
    for name in key:
        numbers = _mixed(numbers, _numbers(columns[name]))
    may = np.flatnonzero(_shared(numbers))
    found[may] = columns.iloc[may].duplicated(keep=keep)
    return found


def _is_text(values: "pd.Series[Any]") -> bool:
    return bool(values.dtype == "str")


def _texts(values: "pd.Series[Any]") -> Any:
    """The texts of a column as one Arrow array of large strings."""
    return as_array(pa.array(values)).cast(pa.large_string())


def _mixed(numbers: Numbers, others: Numbers) -> Numbers:
    """One number of two, whose bits all depend on both."""
    mixed: Numbers = numbers ^ others
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(32)
    return mixed


def _shared(numbers: Numbers) -> Mask:
    """Whose number somebody else has, too; simply all, where many have."""
    ordered = np.sort(numbers)
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    if not 0 < len(several) <= _FEW * len(numbers):
        return np.full(len(numbers), len(several) > 0)
    place = np.minimum(np.searchsorted(several, numbers), len(several) - 1)
    shared: Mask = several[place] == numbers
    return shared


def _numbers(values: "pd.Series[Any]") -> Numbers:
    """A number for each cell, the same for the same; one for all where the kind of cell is not known."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64).view(np.uint64)
    if _is_text(values):
        return _of_texts(_texts(values))
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.astype("int64").to_numpy().view(np.uint64)
    return np.zeros(len(values), dtype=np.uint64)


def _of_texts(texts: Any) -> Numbers:
    """A number for each text, from its words of eight bytes, counted from its end."""
    whole = pc.fill_null(texts, "")
    _, offsets, content = whole.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[whole.offset : whole.offset + len(whole) + 1]
    begin, lengths = int(ends[0]), np.diff(ends)
    room = np.zeros(_WORD, dtype=np.uint8)  # the first text's word may begin before it
    letters = np.frombuffer(content or b"", dtype=np.uint8)[begin : int(ends[-1])]
    letters = np.concatenate([room, letters])
    words = np.ndarray((len(letters) - _WORD + 1,), dtype="<u8", buffer=letters.data, strides=(1,))
    numbers, after = lengths.astype(np.uint64), ends[1:] - begin
    longest, alike = int(lengths.max()), bool((lengths == lengths[0]).all())
    for word in range(min(_WORDS, -(-longest // _WORD))):
        place = after - _WORD * word
        before = _WORD * (word + 1) - lengths  # bytes of the word that are not of the text
        if alike:
            read = words[place[0] :: longest][: len(numbers)] >> np.uint64(_WORD * max(int(before[0]), 0))
        else:
            read = words[np.maximum(place, 0)] >> (_WORD * np.clip(before, 0, _WORD - 1)).astype(np.uint64)
            read[before >= _WORD] = 0
        numbers = _mixed(numbers, read)
    return numbers


def _ticked_off(texts: Any) -> bool:
    """Whether short texts of digits (D0012) surely differ; False also where that would take longer to tell."""
    lengths = pc.binary_length(texts)
    sizes = pc.unique(lengths).to_pylist()
    if sys.byteorder != "little" or texts.null_count or max(sizes) > _WORD:
        return False
    # texts of different lengths differ
    return all(_differ(texts.filter(pc.equal(lengths, size)) if len(sizes) > 1 else texts, size) for size in sizes)


def _differ(texts: Any, size: int) -> bool:
    """Whether texts of `size` bytes differ: their numbers do, ticked off in a list unsorted.

    Each byte counts as its last four bits, as a digit does; texts that are the same always have the same number.
    """
    if size == 0:
        return len(texts) == 1
    rows = len(texts)
    _, offsets, content = texts.buffers()
    start = np.frombuffer(offsets, dtype=np.int64)[texts.offset]
    letters = np.frombuffer(content, dtype=np.uint8)[start : start + size * rows]
    if size == _WORD:
        numbers = letters.view(np.uint64)
    else:
        padded = np.zeros((rows, _WORD), dtype=np.uint8)
        padded[:, _WORD - size :] = letters.reshape(rows, size)
        numbers = padded.view(np.uint64).ravel()
    numbers = numbers & np.uint64(0x0F0F0F0F0F0F0F0F)
    # neighbours are added up: two digits, then four, then eight
    for factor, shift, mask in _ADD_UP:
        numbers *= np.uint64(factor)
        numbers >>= np.uint64(shift)
        numbers &= np.uint64(mask)
    numbers -= numbers.min()
    last = int(numbers.max())
    if last >= _SPARSE * rows:
        return False
    seen = np.zeros(last + 1, dtype=bool)
    seen[numbers.view(np.int64)] = True
    return int(np.count_nonzero(seen)) == rows


_ADD_UP = (
    (10 * 256 + 1, 8, 0x00FF00FF00FF00FF),
    (100 * 65_536 + 1, 16, 0x0000FFFF0000FFFF),
    (10_000 * 4_294_967_296 + 1, 32, 0x00000000FFFFFFFF),
)
"""The first digit of two times ten and the second, where it stands, and what is kept of that."""
