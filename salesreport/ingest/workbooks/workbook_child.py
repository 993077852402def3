"""The process that reads a workbook: its bytes come in, its cells go out, as lines of JSON.

What reads workbooks is foreign, compiled code: of a damaged file it may take all memory, or end its process. So it
runs in a process of its own, which holds itself to limits where the system can. It imports as little as it can.

Its argument says, as JSON, what is asked: `sheet`, `list`, `seconds`, `memory`, the `size` of the workbook, and
whether it is a `page`, whose tables are its sheets.
Through the standard input comes the workbook; it stays open for as long as somebody waits for the answer.
"""

import contextlib
import datetime as dt
import io
import json
import os
import sys
import threading
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from salesreport.ingest.workbooks.excel_xml import XmlSheet, is_excel_xml, sheets_of_xml
from salesreport.ingest.workbooks.html_tables import of_data, tables_of
from salesreport.ingest.workbooks.number_formats import shown_with_signs, styles_with_signs
from salesreport.ingest.workbooks.ods_xml import CONTENT, packed_ods, shown_currencies
from salesreport.ingest.workbooks.sheet_xml import Packed, broken_cells, merged_down, packed, part_of, with_part

STYLES = "xl/styles.xml"
Line = dict[str, Any] | list[Any]


def main() -> None:
    """Read standard input, write standard output: a line about the sheets, one per row, one that all is told."""
    asked = json.loads(sys.argv[1])
    hold_to(asked["seconds"], asked["memory"])
    out = sys.stdout
    try:
        data = sys.stdin.buffer.read(asked["size"])
        threading.Thread(target=end_with_input, daemon=True).start()
        tell = told_of_page if asked.get("page") else told
        for line in tell(data, asked["sheet"], asked["list"]):
            out.write(json.dumps(line) + "\n")
    except MemoryError:
        out.write('{"memory": true}\n')
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BaseException as error:  # the reader's own panics are no Exceptions
        out.write(json.dumps({"error": str(error).split("\n", 1)[0] or type(error).__name__}) + "\n")
    out.flush()


def end_with_input() -> None:
    """End this process at the end of its input: nobody waits for the answer any more, however they ended."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def hold_to(seconds: float, memory: int) -> None:
    """Hold this process to seconds of computing, and to bytes of memory, where the system can."""
    try:
        import resource
    except ImportError:
        return
    for kind, limit in (
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
    ):
        most = resource.getrlimit(kind)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def told(data: bytes, sheet: str | None, only_list: bool) -> Iterator[Line]:
    """A workbook, line by line.

    Args:
        data: its bytes. sheet: the sheet to read; None: the only visible one. only_list: read no sheet.

    Yields:
        `{"visible": […], "names": […]}`; then `[row number from 1, [cells up to the last filled one]]` of each
        row that has any, and in it as third the `[column, signs]` of number formats, see `signs_of`, where these
        are not those of the row before; `{"far": cell}` where empty rows and columns were left out;
        `{"merged": [[first row, column, last row], …]}` from 0, and of a page `{"heading": row}` from 1; at last
        `{"end": true}`. Where there is no such sheet, or none or several to choose from, the first and the last.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    data, small = _without_empty(data)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    visible = [
        one.name
        for one in workbook.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]
    yield {"visible": visible, "names": list(workbook.sheet_names)}
    chosen = sheet if sheet is not None else visible[0] if len(visible) == 1 else None
    if not only_list and chosen in workbook.sheet_names:
        yield from _rows(data, workbook, chosen, small.get(chosen))
    yield {"end": True}


def told_of_page(data: bytes, sheet: str | None, only_list: bool) -> Iterator[Line]:
    """The tables of a web page, or the sheets of a workbook in XML, both UTF-8, line by line as `told` does."""
    if is_excel_xml(data[:65_536]):
        yield from _told_of_xml(sheets_of_xml(data), sheet, only_list)
        return
    tables = tables_of(data.decode("utf-8", "replace"))
    names = [f"Table {at}" for at in range(1, len(tables) + 1)]
    visible = [names[at] for at in of_data(tables)]
    yield {"visible": visible, "names": names, "page": True}
    chosen = sheet if sheet is not None else visible[0] if len(visible) == 1 else None
    if not only_list and chosen in names:
        table = tables[names.index(chosen)]
        for number, row in enumerate(table.rows, 1):
            while row and row[-1] is None:
                row.pop()
            if row:
                yield [number, row]
        yield {"merged": table.merged}
        if table.heading is not None:
            yield {"heading": table.heading + 1}
    yield {"end": True}


def _told_of_xml(sheets: list[XmlSheet], sheet: str | None, only_list: bool) -> Iterator[Line]:
    names = [one.name for one in sheets]
    visible = [one.name for one in sheets if one.rows] or names
    yield {"visible": visible, "names": names}
    chosen = sheet if sheet is not None else visible[0] if len(visible) == 1 else None
    if not only_list and chosen in names:
        found = sheets[names.index(chosen)]
        yield from ([number, cells] for number, cells in sorted(found.rows.items()))
        yield {"merged": found.merged}
    yield {"end": True}


def _without_empty(data: bytes) -> tuple[bytes, dict[str, Packed]]:
    """An `.ods` without the many empty rows and columns of its sheets, and which of these are packed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            small = packed_ods(archive.read(CONTENT)) if CONTENT in archive.namelist() else {}
            if small:
                xml = next(iter(small.values())).xml
                return with_part(archive, CONTENT, xml).getvalue(), small
    except MemoryError:
        raise
    except Exception:  # noqa: S110 - no archive, or damaged: what the other reader makes of it counts
        pass
    return data, {}


def _rows(data: bytes, workbook: Any, sheet: str, small: Packed | None) -> Iterator[Line]:
    broken: dict[int, dict[int, str]] = {}
    signs: dict[int, list[tuple[int, str]]] = {}
    merged: list[tuple[int, int, int]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if CONTENT in archive.namelist():
                part, signs = None, shown_currencies(archive.read(CONTENT), sheet)
            else:
                part = part_of(archive, sheet)
            if part is not None:
                xml = archive.read(part)
                small = packed(xml)
                for cell in broken_cells(xml if small is None else small.xml):
                    broken.setdefault(cell.row, {})[cell.column] = cell.shown
                signs = _signs(archive, xml if small is None else small.xml)
                merged = merged_down(xml) if small is None else []
                if small is not None:
                    workbook = type(workbook).from_filelike(with_part(archive, part, small.xml))
    except MemoryError:
        raise
    except Exception:  # no `.xlsx`, or damaged: what the other reader makes of it counts
        broken, signs, merged, small = {}, {}, [], None
    content = workbook.get_sheet_by_name(sheet)
    start = content.start
    if start is None:
        return
    before = [None] * start[1]
    last: list[tuple[int, str]] = []
    for at, row in enumerate(content.iter_rows()):
        cells = before + [_plain(cell) for cell in row]
        for column, shown in broken.get(at, {}).items():
            if column < len(cells):
                cells[column] = shown
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            line: list[Any] = [at + 1 if small is None else small.rows[at], cells]
            if signs.get(at, []) != last:
                last = signs.get(at, [])
                line.append(last)
            yield line
    if merged:
        yield {"merged": merged}
    if small is not None:
        yield {"far": small.last}


def _signs(archive: zipfile.ZipFile, xml: bytes) -> dict[int, list[tuple[int, str]]]:
    """By row, the columns whose number formats may say a currency, and what they say."""
    if STYLES not in archive.namelist():
        return {}
    signs: dict[int, list[tuple[int, str]]] = {}
    try:
        styles = styles_with_signs(archive.read(STYLES))
    except (ElementTree.ParseError, ValueError):  # the other reader does without them
        return {}
    for cell in shown_with_signs(xml, styles):
        signs.setdefault(cell.row, []).append((cell.column, cell.signs))
    return signs


def _plain(cell: Any) -> Any:
    """A cell as JSON has it: texts, numbers, truth values; days and times as people write them."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, int | float):
        return cell
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() and cell.tzinfo is None else cell.isoformat(" ")
    return str(cell)


if __name__ == "__main__":
    main()
