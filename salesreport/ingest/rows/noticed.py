"""What somebody who reads an export would notice: amounts far from their like, names that may mean the same."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.parse_texts import as_array
from salesreport.ingest.cells.raw import Place, RawColumn
from salesreport.ingest.rows.ledger import Mask
from salesreport.language import Quantity, Text, ntext, text
from salesreport.provenance import Noticed
from salesreport.titles import table_title

_ENOUGH = 20
"""From how many amounts on it shows what is usual."""

_FAR = 2.3
"""How many powers of ten an amount must at least be away from the median (200 times as much, or as little)."""

_SPREADS = 4.5
"""And how many times the usual distance from the median."""

_FEW = 0.05
"""Up to this share of the amounts (or `_SHOWN`) is noticed; more of them are no slips but a wide range."""

_SHOWN = 3
"""How many examples a note has."""

_MOST_NAMES = 50_000
"""Up to so many different names are compared without regard to case, accents and spaces."""

_ROWS_AT_A_TIME = 100_000
"""After so many rows it is seen whether there are more: to find all names of a large column takes long."""

_MOST_LETTERS = 3_000
"""Up to so many are compared letter by letter."""

_SHORTEST = 5
"""Names of fewer letters differ by one all too easily."""


class Kind(NamedTuple):
    """One kind of names, whatever table they stand in.

    Attributes:
        columns: (table, column) of them. same: said of names that differ in writing. near: of those that differ by
            a letter. coded: whether a name with digits and no space is a code, which says nothing about likeness.
    """

    columns: Sequence[tuple[str, str]]
    same: Text
    near: Text
    coded: bool = False


_LONGEST = 200
"""Names with more letters are not looked at letter by letter: it takes the square of their number."""

_TABLES = ("deals", "orders", "activities", "leads", "targets", "feedback", "equipment", "deal_owners")

_LISTS = ("reps", "accounts")
"""Tables that only list names."""


def _everywhere(column: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*((table, column) for table in (*_TABLES, *_LISTS)), *more]


KINDS = (
    Kind(
        _everywhere("rep_id", ("reps", "name")),
        text("Reps whose names differ only by case, accents, spaces or signs"),
        text("Reps whose names differ only by a letter"),
        coded=True,
    ),
    Kind(
        _everywhere("account_id", ("accounts", "name")),
        text("Customers whose names differ only by case, accents, spaces or signs"),
        text("Customers whose names differ only by a letter"),
        coded=True,
    ),
    Kind(
        _everywhere("product_line"),
        text("Product lines that differ only by case, accents, spaces or signs"),
        text("Product lines that differ only by a letter"),
    ),
    Kind(
        _everywhere("segment"),
        text("Segments that differ only by case, accents, spaces or signs"),
        text("Segments that differ only by a letter"),
    ),
)
"""The names that are compared."""


def far_from_their_like(values: np.ndarray[Any, Any]) -> Mask:
    """Which amounts are hundreds of times the usual one or more, or as much less; decimals may be misread.

    The median and the median distance from it, of the logarithms, tell what is usual. Only amounts above 0 are
    looked at; few or widely spread ones tell nothing.

    Examples:
        >>> amounts = np.array([900.0, 1000, 1100, 1200, 800] * 5 + [1_000_000])
        >>> np.flatnonzero(far_from_their_like(amounts))
        array([25])
    """
    far = np.zeros(len(values), dtype=bool)
    above = values > 0
    amounts = values[above]
    if len(amounts) < _ENOUGH:
        return far
    middle = np.median(np.log10(_middle(amounts)))
    ends = np.log10([amounts.min(), amounts.max()])
    if np.abs(ends - middle).max() < _FAR - 1e-9:  # nothing is far, whatever is usual
        return far
    distance = np.log10(amounts, out=amounts)
    distance -= middle
    np.abs(distance, out=distance)
    # 1.4826 makes the median distance the standard deviation, where amounts are log-normal
    far[above] = distance > max(_FAR, _SPREADS * 1.4826 * float(np.median(distance)))
    return far if far.sum() <= max(_SHOWN, _FEW * len(amounts)) else np.zeros(len(values), dtype=bool)


def _middle(amounts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The amount in the middle, or the two."""
    half = len(amounts) // 2
    at = [half] if len(amounts) % 2 else [half - 1, half]
    return np.asarray(np.partition(amounts, at)[at])


def alike(
    names: Iterable[str], coded: bool = False, letters: bool = True
) -> tuple[list[list[str]], list[list[str]]]:
    """Names that may mean the same.

    Args:
        names: different ones. coded: whether names with digits and without spaces are codes, and left out.
        letters: whether to look for names that differ by a letter, which takes by far the longest.

    Returns:
        Groups that differ only by case, accents, spaces or signs; and pairs that differ by one letter (another
        one, one more, two exchanged), with the same digits.

    Examples:
        >>> alike(["ANNA SNELLING", "Anna Snelling", "Anna Sneling", "Bob"])
        ([['ANNA SNELLING', 'Anna Snelling']], [['Anna Sneling', 'ANNA SNELLING']])
        >>> alike(["Line 10", "Line 11", "0051Sa", "0051Sb"], coded=True)
        ([], [])
    """
    listed = sorted(set(names))
    if coded:
        listed = [name for name in listed if " " in name.strip() or not any(map(str.isdigit, name))]
    if not listed or len(listed) > _MOST_NAMES:
        return [], []
    groups: dict[str, list[str]] = {}
    for name, plain in zip(listed, _plain(listed), strict=True):
        if plain:
            groups.setdefault(plain, []).append(name)
    same = [group for group in groups.values() if len(group) > 1]
    if not letters or len(groups) > _MOST_LETTERS:
        return same, []
    pairs = [[groups[one][0], groups[two][0]] for one, two in _one_letter_apart(list(groups))]
    return same, [pair for pair in pairs if _within_a_word(*pair)]


def _plain(names: Sequence[str]) -> list[str]:
    """Names without regard to case, accents, spaces and signs."""
    letters = pc.utf8_normalize(pc.utf8_lower(pa.array(names, pa.string())), form="NFKD")
    return [str(name) for name in pc.replace_substring_regex(letters, r"[^\pL\pN]", "").to_pylist()]


def _one_letter_apart(names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of plain names of which a letter makes the difference; names that lack the same letter meet."""
    lacking: dict[str, list[tuple[str, int]]] = {}
    for name in names:
        if len(name) <= _LONGEST and sum(map(str.isalpha, name)) >= _SHORTEST:
            for at, letter in enumerate(name):
                if letter.isalpha():
                    lacking.setdefault(name[:at] + name[at + 1 :], []).append((name, at))
    found = set()
    for whole in lacking.values():
        for number, (one, at) in enumerate(whole):
            # another letter in the same place, or two neighbours exchanged
            found |= {
                (min(one, two), max(one, two))
                for two, there in whole[number + 1 :]
                if one != two and abs(at - there) <= 1
            }
    have = set(names)
    found |= {(min(rest, name), max(rest, name)) for rest in lacking.keys() & have for name, _ in lacking[rest]}
    return sorted(found)


def _within_a_word(one: str, two: str) -> bool:
    """Whether the letter stands in a word, not in a mark: `Region A` and `Region B`, `II` and `III` are two."""
    first, second = (re.findall(r"\w+", name.casefold()) for name in (one, two))
    if len(first) != len(second):
        return True
    return any(a != b and max(len(a), len(b)) >= _SHORTEST - 1 for a, b in zip(first, second, strict=True))


def about_amounts(values: pd.Series, live: Mask, place: Place, cells: RawColumn, currency: str) -> list[Noticed]:
    """The amounts of a column that are far from their like, if there are any.

    Args:
        values: the amounts of all rows, in one currency. live: the rows that stay. place, cells: of the column.
        currency: of the amounts.
    """
    amounts = values.to_numpy(dtype="float64", na_value=np.nan)
    far = np.flatnonzero(far_from_their_like(amounts if live.all() else np.where(live, amounts, np.nan)))
    if not len(far):
        return []
    usual = amounts[live & (amounts > 0)]
    examples: list[Text] = [
        text("{value} (row {row})", value=cell, row=str(place.rows[at]))
        for cell, at in zip(cells.shown(far[:_SHOWN]), far, strict=False)
    ]
    short = ntext(
        "{n} amount of column “{column}” of {table} is far from its like (median {median}).",
        "{n} amounts of column “{column}” of {table} are far from their like (median {median}).",
        n=len(far),
        column=place.column,
        table=table_title(place.table),
        median=Quantity(float(np.median(usual)), currency),
    )
    hint = text("Are decimals and thousands read right?")
    return [Noticed(short, text("{short} {examples}. {hint}", short=short, examples=examples, hint=hint))]


def about_names(frames: Mapping[str, pd.DataFrame]) -> list[Noticed]:
    """Names in all tables of a dataset that may mean the same; nothing is brought together."""
    noticed: list[Noticed] = []
    for kind in KINDS:
        columns = [
            (table, as_array(pa.array(frames[table][column])))
            for table, column in kind.columns
            if table in frames and column in frames[table]
        ]
        names = {name for _, values in columns for name in _distinct(values)}
        for what, groups in zip((kind.same, kind.near), alike(names, kind.coded), strict=True):
            if groups:
                used = [values for table, values in columns if table not in _LISTS]
                shown: list[Text | str] = [_written(group, used) for group in groups[:_SHOWN]]
                if len(groups) > _SHOWN:
                    shown.append(ntext("{n} more", "{n} more", n=len(groups) - _SHOWN))
                short = text("{what}: {n}.", what=what, n=len(groups))
                hint = text("They were kept apart; “values” in the source spec would make them one.")
                full = text("{what}: {groups}. {hint}", what=what, groups=shown, hint=hint)
                noticed.append(Noticed(short, full))
    return noticed


def _distinct(values: Any) -> list[str]:
    """The different names of a column; none where there are more than are compared."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary.take(pc.unique(values.indices).drop_null())
    found = values.slice(0, 0)
    for start in range(0, len(values), _ROWS_AT_A_TIME):
        some = pc.unique(values.slice(start, _ROWS_AT_A_TIME)).drop_null()
        found = pc.unique(pa.concat_arrays([found, some])) if start else some
        if len(found) > _MOST_NAMES:
            return []
    names: list[str] = found.to_pylist()
    return names


def _written(names: Sequence[str], columns: Sequence[Any]) -> str:
    """Names with the number of rows that use them."""
    rows = {name: sum(pc.sum(pc.equal(column, name)).as_py() or 0 for column in columns) for name in names}
    return " / ".join(f"“{name}” ({number} ×)" for name, number in rows.items())
