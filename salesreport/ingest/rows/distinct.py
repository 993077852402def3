"""Whether all texts of a column differ, told from numbers: a table of a million texts takes ten times as long."""

import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.parse_texts import as_array

_LONGEST = 64
"""Longer texts (in bytes) are no ids, and are left to slower ways."""

_WORD = 8
_SPARSE = 64
"""Numbers that reach up to so many times their count are ticked off, one byte each."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio: multiplying by it spreads a number's bits."""


def surely_distinct(texts: Any) -> bool:
    """Whether no two of some texts are the same; False also where that would take longer to tell.

    Args:
        texts: Arrow strings without nulls.

    Examples:
        >>> surely_distinct(pa.array(["D1", "D2", "D10"])), surely_distinct(pa.array(["D1", "D2", "D1"]))
        (True, False)
    """
    whole = as_array(texts).cast(pa.large_string())
    lengths = pc.binary_length(whole)
    sizes = pc.unique(lengths).to_pylist()
    if whole.null_count or not sizes or max(sizes) > _LONGEST:
        return False
    # texts of different lengths differ
    return all(_differ(whole.filter(pc.equal(lengths, size)) if len(sizes) > 1 else whole, size) for size in sizes)


def _differ(texts: Any, size: int) -> bool:
    """Whether texts of `size` bytes differ: their words, mixed into one number each, do."""
    _, offsets, content = texts.buffers()
    start = np.frombuffer(offsets, dtype=np.int64)[texts.offset] if size else 0
    letters = np.frombuffer(content or b"", dtype=np.uint8)[start : start + size * len(texts)]
    if size <= _WORD and sys.byteorder == "little" and _differ_as_numbers(letters, size, len(texts)):
        return True
    words = -(-size // 8)
    padded = np.zeros((len(texts), words * 8), dtype=np.uint8)
    padded[:, :size] = letters.reshape(len(texts), size)
    mixed = np.zeros(len(texts), dtype=np.uint64)
    for word in padded.view(np.uint64).T:
        mixed = (mixed ^ word) * _MIX
        mixed ^= mixed >> np.uint64(32)
    mixed.sort()
    return not bool((mixed[1:] == mixed[:-1]).any())


def _differ_as_numbers(letters: np.ndarray[Any, Any], size: int, rows: int) -> bool:
    """Whether short texts of digits (D0012) surely differ: their numbers do, ticked off in a list unsorted.

    Each byte counts as its last four bits, as a digit does; texts that are the same always have the same number.
    """
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
