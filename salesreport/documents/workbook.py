"""Sheets of typed cells → a workbook: what comes from data is a number, a day or a text, and never a formula."""

import datetime as dt
import io
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from salesreport.documents.archive import same_bytes
from salesreport.documents.lines import one_line

Value = None | bool | int | float | str | dt.date | dt.datetime
"""What a cell may hold."""

LONGEST_TEXT = 32_767
"""Characters that Excel takes in a cell."""

LONGEST_NAME = 31
"""Characters of a sheet's name."""

FIRST_DAY = dt.date(1900, 3, 1)
"""Before it Excel counts a day that never was; such days are written as texts."""

MEASURED = ("value", "lower", "upper", "before", "band_lower", "band_upper", "planned", "actual")
"""Columns that a row's `unit` is of."""

SHARES = frozenset({"rate", "attainment", "crm_probability", "chance"})
"""Columns of shares, whose frame has no `unit`."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_RESERVED = {"history"}
_WIDEST = 60
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "share": {"num_format": "0.0%"},
    "money": {"num_format": "#,##0.00"},
    "times": {"num_format": "0.00"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "title": {"bold": True, "font_size": 13},
    "quiet": {"font_color": "#57606a"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "label": {"bold": True, "valign": "top"},
    "right": {"align": "right"},
}
_FONT = {"font_name": "Arial", "font_size": 10}


@dataclass(frozen=True)
class Block:
    """A small table below a sheet's own: its caption, headings, and rows of texts as a report shows them."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sheet:
    """A sheet with a tidy table.

    Attributes:
        name: of the sheet, as near as Excel allows. columns: names. rows: of cells, as many as there are columns.
        above: lines above the table, the first one its title. shares: columns that are shares, shown as percents.
        below: small tables below it.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    above: Sequence[str] = ()
    shares: Collection[str] = SHARES
    below: Sequence[Block] = ()


@dataclass(frozen=True)
class About:
    """The sheet that says what the figures are.

    Attributes:
        name: of the sheet. title: its first line. facts: what, and its value (dataset, as-of date …).
        terms: what figures or columns mean, below `heading`. notes: what a reader must know, below `beneath`.
    """

    name: str
    title: str
    facts: Sequence[tuple[str, Value]]
    heading: str = ""
    terms: Sequence[tuple[str, str]] = ()
    beneath: str = ""
    notes: Sequence[str] = field(default=())


def workbook(sheets: Sequence[Sheet], about: About) -> bytes:
    """A workbook as a file, the sheet about it last; the same sheets give the same bytes.

    Args:
        sheets: with tidy tables. about: what they are.
    """
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": _fitting(about.title)[:250], "created": dt.datetime(1980, 1, 1)})
    styles = {name: book.add_format({**_FONT, **style}) for name, style in _STYLES.items()}
    names = safe_sheet_names([*(sheet.name for sheet in sheets), about.name])
    for sheet, name in zip(sheets, names, strict=False):
        _write_sheet(book.add_worksheet(name), sheet, styles)
    _write_about(book.add_worksheet(names[-1]), about, styles)
    book.close()
    return same_bytes(written.getvalue())


def safe_sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel takes for sheets: short, without signs it forbids, all different.

    Examples:
        >>> safe_sheet_names(["Won / lost", "won   lost", "", "History", "'x'", "n" * 40])
        ['Won lost', 'won lost (2)', 'Sheet', 'History (2)', 'x', 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn']
    """
    taken, made = set(_RESERVED), []
    for name in names:
        plain = (
            " ".join(_FORBIDDEN.sub(" ", one_line(name)).split()).strip("' ")[:LONGEST_NAME].strip("' ") or "Sheet"
        )
        safe, number = plain, 1
        while safe.casefold() in taken:
            number += 1
            end = f" ({number})"
            safe = plain[: LONGEST_NAME - len(end)].strip("' ") + end
        taken.add(safe.casefold())
        made.append(safe)
    return made


def _write_sheet(page: Any, sheet: Sheet, styles: Mapping[str, Any]) -> None:
    for place, line in enumerate(sheet.above):
        page.write_string(place, 0, _fitting(line), styles["title" if place == 0 else "quiet"])
    top = len(sheet.above) + bool(sheet.above)
    widths = [len(name) for name in sheet.columns]
    for column, name in enumerate(sheet.columns):
        page.write_string(top, column, _fitting(name), styles["head"])
    unit_at = list(sheet.columns).index("unit") if "unit" in sheet.columns else None
    for number, row in enumerate(sheet.rows, top + 1):
        unit = row[unit_at] if unit_at is not None else None
        for column, (name, value) in enumerate(zip(sheet.columns, row, strict=True)):
            if unit is not None and name in MEASURED:
                style = _style_of(str(unit))
            else:
                style = "share" if name in sheet.shares else ""
            widths[column] = max(widths[column], _write(page, number, column, value, styles, style))
    if sheet.columns:
        page.freeze_panes(top + 1, 0)
        if sheet.rows:
            page.autofilter(top, 0, top + len(sheet.rows), len(sheet.columns) - 1)
    below = top + len(sheet.rows) + 2
    for block in sheet.below:
        below = _write_block(page, below, block, widths, styles)
    for column, width in enumerate(widths):
        page.set_column(column, column, min(max(8, width + 2), _WIDEST), styles[""])
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _write_block(page: Any, row: int, block: Block, widths: list[int], styles: Mapping[str, Any]) -> int:
    page.write_string(row, 0, _fitting(block.caption), styles["quiet"])
    for cells, style in ((block.headings, "head"), *((one, "") for one in block.rows)):
        row += 1
        for column, said in enumerate(cells):
            page.write_string(row, column, _fitting(said), styles[style])
            if column >= len(widths):
                widths.append(0)
            widths[column] = max(widths[column], min(len(said), 30))
    return row + 2


def _write_about(page: Any, about: About, styles: Mapping[str, Any]) -> None:
    page.write_string(0, 0, _fitting(about.title), styles["title"])
    row = 2
    for what, value in about.facts:
        page.write_string(row, 0, _fitting(what), styles["label"])
        _write(page, row, 1, value, styles, "wrapped" if isinstance(value, str) else "")
        row += 1
    for heading, lines in ((about.heading, about.terms), (about.beneath, [("", one) for one in about.notes])):
        if lines:
            page.write_string(row + 1, 0, _fitting(heading), styles["title"])
            row += 2
        for what, meaning in lines:
            if what:
                page.write_string(row, 0, _fitting(what), styles["label"])
            page.write_string(row, 1, _fitting(meaning), styles["wrapped"])
            row += 1
    page.set_column(0, 0, 32, styles[""])
    page.set_column(1, 1, 110, styles[""])


def _write(page: Any, row: int, column: int, value: Value, styles: Mapping[str, Any], style: str) -> int:
    """Write a cell as what it is; about how many characters wide it is. A missing value leaves the cell empty."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return 0
    if isinstance(value, bool):
        page.write_boolean(row, column, value, styles[""])
        return 5
    if isinstance(value, int | float) and abs(value) < 2**53:
        page.write_number(row, column, value, styles[style])
        return 12
    if isinstance(value, dt.date):
        instant = isinstance(value, dt.datetime)
        if (value.date() if isinstance(value, dt.datetime) else value) >= FIRST_DAY:
            plain = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
            page.write_datetime(row, column, plain, styles["instant" if instant else "day"])
            return 16 if instant else 10
        value = value.isoformat()
    said = _fitting(str(value))
    page.write_string(row, column, said, styles[style if style == "wrapped" else ""])
    return len(said)


def _style_of(unit: str) -> str:
    """How numbers of a unit are shown: money has a code of three capitals."""
    if unit in ("share", "times"):
        return unit
    return "money" if re.fullmatch(r"[A-Z]{3}(/day)?", unit) else ""


def _fitting(said: str) -> str:
    """A text as a cell takes it."""
    said = one_line(said)
    return said if len(said) <= LONGEST_TEXT else said[: LONGEST_TEXT - 2].rpartition(";")[0] + " …"
