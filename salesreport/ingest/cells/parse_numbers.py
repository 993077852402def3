"""Cells → numbers: `1.234,56 €`, `1 234,56 Ft`, `$1,054.00`, `(1,234.5)`; the numbers tell which mark is which."""

import unicodedata
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesreport.ingest.cells.currency_names import is_currency
from salesreport.ingest.cells.parse_texts import NO_NUMBER_OR_DATE
from salesreport.ingest.cells.raw import Place, RawColumn, on_distinct
from salesreport.language import text

MOST = 1e15
"""Up to so much, a number has its cents; beyond, it is an overflow of some program or a typing error."""

_EXAMPLES = 3
_GAPS = "[\\s\\x{00A0}\\x{202F}\\x{2009}\\x{2007}'’]"
"""Spaces of all widths, and the apostrophe that separates thousands in Switzerland."""

_NUMBER = (
    r"^(?P<open>\()?(?P<before>[-+−–])?(?P<left>(?:[\p{L}/]\.|[^\d.,()+−–-])*)(?P<inner>[-+−–(])?"
    r"(?P<digits>\d[\d.,]*|[.,]\d+)(?P<exponent>[eE][+-]?\d{1,3})?"
    r"(?P<right>[^\d,()+−–-]*)(?P<after>-)?(?P<close>\))?$"
)
_WIDE = r"[\x{FF04}\x{FF08}-\x{FF0E}\x{FF10}-\x{FF19}\x{FFE0}-\x{FFE6}]"
_ZERO = r"^(?P<left>[^\d.,()+−–—-]*)[-–—]+(?P<right>[^\d.,()+−–—-]*)$"
"""How accounts show 0: a hyphen beside the currency, `$ -`."""

_EITHER = r"^[1-9]\d{0,2}[.,]\d{3}$"
"""A single mark before three digits: it could separate thousands or decimals."""


class Numbers(NamedTuple):
    """What a column of numbers says.

    Attributes:
        values: float64, NaN where there is no number; a percentage is divided by 100.
        bad: which cells hold a text that is no number.
        signs: the currency sign or code beside each number, None where there is none; None if there are none.
        percent: which numbers carry a percent sign; None if none does.
    """

    values: pd.Series
    bad: np.ndarray[Any, Any]
    signs: np.ndarray[Any, Any] | None = None
    percent: np.ndarray[Any, Any] | None = None


def read_numbers(
    column: RawColumn, place: Place, decimal: str | None = None, thousands: str | None = None
) -> Numbers:
    """Read a column of numbers.

    Args:
        column: its cells. place: where they are, for messages.
        decimal, thousands: the marks, where declared.

    Raises:
        DataError: every number with a mark could be read in two ways (1.234), or numbers contradict each other
            (1.5 and 2,5), and no mark is declared.
    """
    typed = column.numbers
    if typed is not None and len(column.cells) == len(typed) and not pa.types.is_string(column.cells.type):
        return _within(typed)
    if decimal is None and thousands is not None and thousands in ".,":
        decimal = "," if thousands == "." else "."
    texts = column.texts if typed is None else pc.if_else(pc.is_valid(typed), None, column.texts)
    plain = _plain(texts, decimal)
    read = _within(plain) if plain is not None else _read_texts(texts, place, decimal, thousands)
    if typed is None:
        return read
    own = _within(typed)
    signs = read.signs
    if column.signs is not None:
        shown = np.array(column.signs.to_pylist(), dtype=object)
        shown[own.values.isna()] = None
        signs = shown if signs is None else np.where(pd.isna(signs), shown, signs)
    return read._replace(values=own.values.fillna(read.values), bad=read.bad | own.bad, signs=signs)


def as_share(numbers: Numbers, headed: bool) -> tuple[Numbers, bool]:
    """A chance is a share: written as 0.4, as 40 % or, where any is above 1 or the heading says so, as 40.

    Args:
        numbers: the chances. headed: whether the heading has a percent sign.

    Returns:
        Shares, and whether numbers without a percent sign were read as percentages.
    """
    signed = np.zeros(len(numbers.values), dtype=bool) if numbers.percent is None else numbers.percent
    bare = numbers.values.where(~signed)
    fractions = int(((bare > 0) & (bare < 1)).sum())
    # one chance of 7 or 1000 among shares is a slip, and no reason to divide the others by 100
    if (not headed or fractions) and int(((bare > 1) & (bare <= 100)).sum()) <= fractions:
        return numbers, False
    return numbers._replace(values=numbers.values.where(signed, numbers.values / 100)), True


def _within(typed: Any) -> Numbers:
    """Numbers by their type; those beyond `MOST` are none."""
    values = _series(typed)
    least_most = pc.min_max(typed).as_py()
    if max(-(least_most["min"] or 0.0), least_most["max"] or 0.0) <= MOST:
        return Numbers(values, np.zeros(len(values), dtype=bool))
    bad = (values.abs() > MOST).to_numpy()
    return Numbers(values.mask(bad), bad)


def _plain(texts: Any, decimal: str | None) -> Any:
    """The short way: all texts are numbers as computers write them, and the point is a decimal point for sure."""
    if decimal == ",":
        return None
    try:
        values = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    if not pc.all(pc.is_finite(values)).as_py() and values.null_count < len(values):
        return None
    if decimal is None:
        for some in (texts.slice(0, 1000), texts):
            pointed = pc.match_substring(some, ".")
            sure = pc.and_not(pointed, pc.match_substring_regex(some, _EITHER))
            if pc.any(sure).as_py():
                return values
        if pc.any(pointed).as_py():
            return None
    return values


def _read_texts(texts: Any, place: Place, decimal: str | None, thousands: str | None) -> Numbers:
    def read(distinct: Any) -> list[Any]:
        compact = pc.replace_substring_regex(distinct, _GAPS, "")
        spaced = pc.match_substring_regex(distinct, r"\d" + _GAPS + r"\d")
        grouped = pc.match_substring_regex(distinct, rf"^\D*\d{{1,3}}({_GAPS}\d{{3}})+(\D.*)?$")
        compact = pc.replace_substring_regex(_narrow(compact), r"[.,][-–—]+$", "")  # 50,- is a round price
        parts = pc.extract_regex(compact, _NUMBER)
        digits = pc.struct_field(parts, "digits")
        mark = decimal or _decimal_mark(distinct, digits, spaced, texts, place)
        values = _values(digits, pc.struct_field(parts, "exponent"), mark, thousands)
        negative = np.zeros(len(values), dtype=bool)
        for name in ("open", "before", "inner", "after"):
            negative |= np.asarray(
                pc.is_in(pc.fill_null(pc.struct_field(parts, name), ""), pa.array(["(", "-", "−", "–"]))
            )
        opened = np.asarray(pc.equal(pc.fill_null(pc.struct_field(parts, "open"), ""), "("))
        opened |= np.asarray(pc.equal(pc.fill_null(pc.struct_field(parts, "inner"), ""), "("))
        closed = np.asarray(pc.equal(pc.fill_null(pc.struct_field(parts, "close"), ""), ")"))
        well_formed = (opened == closed) & ~(np.asarray(spaced) & ~np.asarray(grouped))
        values = np.where(well_formed, np.where(negative, -values, values), np.nan)
        left, right = (pc.fill_null(pc.struct_field(parts, side), "") for side in ("left", "right"))
        sign = pc.utf8_trim(pc.binary_join_element_wise(left, right, ""), ".")
        zero, values = _zeros(compact, values)
        sign = pc.coalesce(zero, sign)
        percent = np.asarray(pc.equal(sign, "%"))
        values = np.where(percent, values / 100, values)
        signs = np.array([found or None for found in sign.to_pylist()], dtype=object)
        signs[percent] = None
        nothing = np.array([found.casefold() in NO_NUMBER_OR_DATE for found in distinct.to_pylist()], dtype=bool)
        signs[nothing | np.isnan(values)] = None
        return [values, np.isnan(values) & ~nothing, signs, percent]

    values, bad, signs, percent = on_distinct(texts, read)
    return Numbers(
        pd.Series(values),
        bad,
        signs if any(sign is not None for sign in signs) else None,
        percent if percent.any() else None,
    )


def _narrow(compact: Any) -> Any:
    """Full-width digits, marks and signs as the usual ones: `￥１，２３４`."""
    if not pc.any(pc.match_substring_regex(compact, _WIDE)).as_py():
        return compact
    usual = str.maketrans({wide: unicodedata.normalize("NFKC", wide) for wide in map(chr, range(0xFF01, 0xFFE7))})
    return pa.array([one.translate(usual) for one in compact.to_pylist()], pa.string())


def _zeros(compact: Any, values: np.ndarray[Any, Any]) -> tuple[Any, np.ndarray[Any, Any]]:
    """The signs of the currencies beside a hyphen that means 0, null elsewhere; and the values with these 0."""
    parts = pc.extract_regex(compact, _ZERO)
    sides = [pc.struct_field(parts, side) for side in ("left", "right")]
    signs = pc.binary_join_element_wise(*sides, "")
    known = [sign for sign in pc.unique(signs).drop_null().to_pylist() if sign and is_currency(sign)]
    zero = pc.is_in(signs, value_set=pa.array(known, pa.string()))
    return pc.if_else(zero, signs, None), np.where(np.asarray(zero), 0.0, values)


def _decimal_mark(distinct: Any, digits: Any, spaced: Any, texts: Any, place: Place) -> str:
    """The decimal mark that the numbers give evidence of, `.` where none has a mark."""
    frame = pd.DataFrame(
        {"text": distinct.to_pylist(), "digits": digits.to_pylist(), "spaced": np.asarray(spaced)}
    )
    frame = frame.dropna(subset="digits")
    points, commas = frame["digits"].str.count(r"\."), frame["digits"].str.count(",")
    marked = frame[points + commas > 0].assign(points=points, commas=commas)
    if marked.empty:
        return "."
    last = marked["digits"].str.extract(r"([.,])[^.,]*$", expand=False)
    other = last.map({".": ",", ",": "."})
    both = (marked["points"] > 0) & (marked["commas"] > 0)
    repeated = ~both & (marked["points"] + marked["commas"] > 1)
    # where spaces separate the thousands somewhere, points and commas do not
    doubtful = marked["digits"].str.match(_EITHER) & (not frame["spaced"].any())
    lone = ~both & ~repeated & ~doubtful
    grouped = repeated & marked["digits"].str.match(r"^\d{1,3}([.,]\d{2,3})*[.,]\d{3}$")
    evidence = last.where(both | lone, other.where(grouped))
    marks = set(evidence.dropna())
    if len(marks) == 1:
        return str(marks.pop())
    if not marks and not doubtful.any():
        return "."
    if marks:
        shown = [marked["text"][evidence == sign].iloc[0] for sign in ".,"]
        problem = text("Points and commas contradict each other: the numbers are written in two ways.")
    else:
        shown = list(marked["text"][doubtful].head(_EXAMPLES))
        problem = text("The decimal mark is ambiguous: it could be a point or a comma.")
    raise place.error(
        problem, where(texts, shown), found=shown, hint=text("Declare “decimal” for this table: “.” or “,”.")
    )


def _values(digits: Any, exponent: Any, decimal: str, thousands: str | None) -> np.ndarray[Any, Any]:
    """Digits with marks → floats, NaN where the marks stand where they must not."""
    group = thousands if thousands is not None and thousands in ".," else "," if decimal == "." else "."
    point, comma = rf"\{decimal}", rf"\{group}"
    whole = rf"^(\d+|\d{{1,3}}({comma}\d{{2,3}})*{comma}\d{{3}})?({point}\d*)?$"
    right = pc.and_kleene(pc.match_substring_regex(digits, whole), pc.match_substring_regex(digits, r"\d"))
    plain = pc.replace_substring(pc.replace_substring(digits, group, ""), decimal, ".")
    plain = pc.binary_join_element_wise(plain, pc.fill_null(exponent, ""), "")
    numbers = pc.if_else(pc.fill_null(right, False), plain, None).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(numbers > MOST, np.nan, numbers)


def where(texts: Any, shown: list[str]) -> list[int]:
    """The first position of each of some texts."""
    return [int(pc.index(texts, value).as_py()) for value in shown]


def _series(values: Any) -> pd.Series:
    numbers = values.to_numpy(zero_copy_only=False)
    return pd.Series(numbers if numbers.flags.writeable else numbers.copy(), dtype="float64", copy=False)
