"""Dates written with words → dates in numbers: `15 Apr, 2021 00:02:00`, `7. Januar 2025`, `2025年1月7日`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.month_names import find_months, plain_name, weekdays

_WORD = r"\p{L}[\p{L}\p{M}]+"
_MONTH = r"(?P<month>\p{L}[\p{L}\p{M}]{2,})\.?"
_WEEKDAY = rf"(?:(?P<weekday>{_WORD})\.?,?\s+)?"
_YEAR = r"['’]?(?P<year>\d{4}|\d{2})(?:\.|\s?г\.?|\s?р\.?|\sr\.)?"
_REST = r"(?P<rest>(?:,?[T\s].*)?)"
_SPELLED = tuple(
    f"^{_WEEKDAY}{pattern}{_REST}$"
    for pattern in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|[.ºª])?[-\s/.]*(?:(?:de|of)\s+)?(?:d[’'])?"
        rf"{_MONTH},?[-\s/.]*(?:(?:de|del)\s+)?{_YEAR}",
        rf"{_MONTH}[-\s/.]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[-\s/.]+{_YEAR}",
        rf"(?P<year>\d{{4}})[-\s/.]*{_MONTH}[-\s/.]*(?P<day>\d{{1,2}})\.?",
    )
)
"""Day, month, year in each order; the year of the last one has four digits."""

_EASTERN = (
    (r"^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]?\s*(?:[(（]\p{L}+[)）]\s*)?", r"\1-\2-\3 "),
    (r"(\d{1,2})\s*[時时點点시]\s*(\d{1,2})\s*[分분]\s*(\d{1,2})\s*[秒초]", r"\1:\2:\3"),
    (r"(\d{1,2})\s*[時时點点시]\s*(\d{1,2})\s*[分분]", r"\1:\2"),
    (r"(?:上午|午前|오전)\s*(\d{1,2}:\d{2}(?::\d{2})?)", r"\1 AM"),
    (r"(?:下午|午後|오후)\s*(\d{1,2}:\d{2}(?::\d{2})?)", r"\1 PM"),
    (r"\s+$", ""),
)
"""Dates and times of China, Japan and Korea, as those that computers write."""

_SAS = (r"^(\d{1,2})(\p{L}{3})(\d{4}):(\d)", r"\1 \2 \3 \4")
_BEFORE_TIME = r"^,?\s+(?:at|um|à|a las|alle|às|kl\.?|klo|в|о|,)?\s*(\d)"
_AFTER_TIME = r"(?i)\s+(?:uhr|óra|h)\.?$"
_FRENCH_TIME = (r"^(\s+\d{1,2})\s?[hH]\s?(\d{2})", r"\1:\2")


def words_of_months(texts: Any) -> list[str]:
    """The different words, plain, that stand where the name of a month does.

    Examples:
        >>> words_of_months(pa.array(["7 Jan 2025", "07-JAN-25", "Feb 3, 2025", "2025-01-07", None]))
        ['feb', 'jan']
    """
    words: set[str] = set()
    left = _without_words(texts)
    for pattern in _SPELLED:
        parts = pc.extract_regex(left, pattern)
        words.update(pc.unique(pc.struct_field(parts, "month")).drop_null().to_pylist())
        left = left.filter(pc.is_null(parts))
    return sorted({plain_name(word) for word in words})


def in_numbers(texts: Any, months: Mapping[str, int] | None = None, pivot: int = 69) -> Any:
    """Dates written with words in numbers, the year first; all other texts as they are.

    Args:
        texts: Arrow strings. months: names of months, plain → number; None: those that only name one.
        pivot: from which year of two digits on the last century is meant.

    Examples:
        >>> in_numbers(pa.array(["7. Januar 2025", "Jan 31, 2026 02:05 PM", "07-JAN-25"])).to_pylist()
        ['2025-1-7', '2026-1-31 02:05 PM', '2025-1-07']
        >>> in_numbers(pa.array(["2025年1月7日", "2025年1月7日 下午3:05"])).to_pylist()
        ['2025-1-7', '2025-1-7 3:05 PM']
        >>> in_numbers(pa.array(["7 Foo 2025", "Moonday, 7 Jan 2025", "Tue 01/07/2025"])).to_pylist()
        ['7 Foo 2025', 'Moonday, 7 Jan 2025', '01/07/2025']
    """
    texts = _without_words(texts)
    left = np.arange(len(texts))
    for pattern in _SPELLED if months is None or months else ():
        parts = pc.extract_regex(texts.take(pa.array(left)), pattern)
        at = left[np.asarray(pc.is_valid(parts))]
        left = left[np.asarray(pc.is_null(parts))]
        parts = parts.drop_null()
        if not len(at):
            continue
        weekday, month, year, day, rest = (
            pc.struct_field(parts, name) for name in ("weekday", "month", "year", "day", "rest")
        )
        numbers = _translated(month, _numbers(month, months))
        known = pc.and_(pc.is_valid(numbers), _is_weekday(weekday))
        written = pc.binary_join_element_wise(
            pc.binary_join_element_wise(_full(year, pivot), numbers, day, "-"), _time(rest), ""
        )
        known = np.asarray(pc.fill_null(known, False))
        mask = np.zeros(len(texts), dtype=bool)
        mask[at[known]] = True
        texts = pc.replace_with_mask(texts, pa.array(mask), written.filter(pa.array(known)))
    return texts


def _without_words(texts: Any) -> Any:
    """Without what no date needs: East Asian units, the colon of SAS, a weekday before numbers."""
    if pc.any(pc.match_substring_regex(texts, r"[\p{Han}\p{Hangul}]")).as_py():
        for pattern, plain in _EASTERN:
            texts = pc.replace_substring_regex(texts, pattern, plain)
    texts = pc.replace_substring_regex(texts, *_SAS)
    parts = pc.extract_regex(texts, rf"^(?P<weekday>{_WORD})\.?,?\s+(?P<rest>\d{{1,4}}[-./]\s*\d{{1,2}}[-./].*)$")
    weekday, rest = pc.struct_field(parts, "weekday"), pc.struct_field(parts, "rest")
    gone = pc.and_(pc.is_valid(rest), _is_weekday(weekday))
    return pc.if_else(pc.fill_null(gone, False), rest, texts)


def _numbers(words: Any, months: Mapping[str, int] | None) -> dict[str, str]:
    """Word as written → number of its month."""
    plain = {word: plain_name(word) for word in pc.unique(words).drop_null().to_pylist()}
    known = find_months(sorted(set(plain.values())))[0] if months is None else months
    return {word: str(known[name]) for word, name in plain.items() if name in known}


def _translated(words: Any, meanings: Mapping[str, str]) -> Any:
    """The meaning of each word, null where it has none."""
    at = pc.index_in(words, value_set=pa.array(list(meanings), pa.string()))
    return pa.array(list(meanings.values()), pa.string()).take(at)


def _is_weekday(words: Any) -> Any:
    """Which words name a day of the week, or are none."""
    different = [word for word in pc.unique(words).drop_null().to_pylist() if word]
    names = [word for word in different if plain_name(word) in weekdays()]
    return pc.is_in(words, value_set=pa.array([*names, "", None], pa.string()))


def _full(year: Any, pivot: int) -> Any:
    """Years of four digits; null stays null."""
    short = pc.equal(pc.utf8_length(year), 2)
    late = pc.greater_equal(year, pa.scalar(f"{pivot:02}"))
    return pc.binary_join_element_wise(
        pc.if_else(short, pc.if_else(late, "19", "20"), pa.scalar("", pa.string())), year, ""
    )


def _time(rest: Any) -> Any:
    """What follows the day, as the time of day is written elsewhere."""
    rest = pc.replace_substring_regex(rest, _BEFORE_TIME, r" \1")
    rest = pc.replace_substring_regex(rest, *_FRENCH_TIME)
    return pc.replace_substring_regex(rest, _AFTER_TIME, "")


def has_words(texts: Any) -> np.ndarray[Any, Any]:
    """Which texts may be dates written with words: a digit, and letters in a row or a sign of East Asia."""
    letters = pc.match_substring_regex(texts, r"\p{L}\p{L}|[年년\p{Han}\p{Hangul}]")
    return np.asarray(pc.fill_null(pc.and_(letters, pc.match_substring_regex(texts, r"\d")), False))
