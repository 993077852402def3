"""Workbooks → cells, read by a process of its own (`workbook_child`) with limits of time and memory.

A workbook of a few kilobytes may unpack to gigabytes, or make the compiled reader of workbooks end its process.
Each is one clear error here, after at most the time and memory that `Limits` allows.
"""

import contextlib
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesreport.errors import DataError, nearest
from salesreport.language import Text, text

SECONDS, MEMORY = "SALESREPORT_READ_SECONDS", "SALESREPORT_READ_MEMORY"
"""Environment variables: how many seconds, and megabytes of memory, reading a workbook may take."""

_MEGABYTE = 2**20
_AS_CSV = text("Open it in a spreadsheet program and save the sheet as CSV.")
_NAMED = 20
_ENDS = {"end", "error", "memory"}
"""What the last line of the process says."""

_OUT_OF_TIME = 24
"""The signal of a process that computed for too long (SIGXCPU)."""


@dataclass(frozen=True)
class Limits:
    """What reading one workbook may take.

    Attributes:
        seconds: of waiting. memory: bytes.
    """

    seconds: float
    memory: int

    @classmethod
    def of(cls, size: int, environment: Mapping[str, str] = os.environ) -> "Limits":
        """The limits for a file of so many bytes: what the environment says, or what is ample.

        Raises:
            DataError: the environment says no number above 0.

        Examples:
            >>> Limits.of(10 * 2**20, {})  # 30 seconds, or 3 for each megabyte; 2 GB, or 100 MB for each megabyte
            Limits(seconds=30.0, memory=2147483648)
            >>> Limits.of(5, {"SALESREPORT_READ_SECONDS": "7", "SALESREPORT_READ_MEMORY": "512"})
            Limits(seconds=7.0, memory=536870912)
        """
        megabytes = size / _MEGABYTE
        seconds = from_environment(environment, SECONDS, max(30.0, 3 * megabytes))
        return cls(seconds, int(from_environment(environment, MEMORY, max(2048, 100 * megabytes)) * _MEGABYTE))


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet.

    Attributes:
        name: of the sheet. rows: row number, from 1 → its cells up to the last filled one, None where empty; rows
            without any are not there. far: the outermost cell, where the filled cells lie far apart; else None.
        merged: the cells that are merged with some below: first row (from 1), column (from 0), last row.
        heading: the row of the headings, where the file marks one.
        signs: row number → column → what the number format may say of a currency, see `number_formats.signs_of`.
    """

    name: str
    rows: dict[int, list[Any]]
    far: str | None = None
    merged: Sequence[tuple[int, int, int]] = ()
    heading: int | None = None
    signs: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


def _few(names: Sequence[str]) -> list[str]:
    """Names for a message: not hundreds of them."""
    return [*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])]


def sheets_of(data: bytes, file: str, *, page: bool = False) -> list[str]:
    """The visible sheets of a workbook, or the tables of a page that hold data.

    Raises:
        DataError: it cannot be read.
    """
    heads, _ = _ask(data, None, file, None, only_list=True, page=page)
    return list(heads["visible"])


def read_sheet(data: bytes, sheet: str | None, file: str, table: str, *, page: bool = False) -> Sheet:
    """Read a sheet of a workbook, or a table of a web page.

    Args:
        data: the workbook, or the page in UTF-8. sheet: its name; None: the only one that is visible.
        file, table: for messages. page: whether it is a page; its tables are Table 1, Table 2 …

    Raises:
        DataError: it cannot be read within the limits, has no such sheet, or several and none is named.
    """
    heads, lines = _ask(data, sheet, file, table, page=page)
    visible, names = heads["visible"], heads["names"]
    page = bool(heads.get("page"))
    if page and not names:
        raise DataError(
            text("The file is a web page without a table, perhaps one that asks to log in."),
            file=file,
            table=table,
        )
    if sheet is None and len(visible) != 1:
        raise DataError(
            text("The page has several tables; declare “sheet”.")
            if page
            else text("The workbook has several sheets; declare “sheet”."),
            file=file,
            table=table,
            expected=text("one of {names}", names=_few(visible)),
        )
    if sheet is not None and sheet not in names:
        near = nearest(sheet, names)
        raise DataError(
            text("The page has no such table.") if page else text("The workbook has no such sheet."),
            file=file,
            table=table,
            found=sheet,
            expected=text("one of {names}", names=_few(names)),
            hint=text("Did you mean “{name}”?", name=near) if near else None,
        )
    about: dict[str, Any] = {}
    rows: dict[int, list[Any]] = {}
    signs: dict[int, Mapping[int, str]] = {}
    shown: Mapping[int, str] = {}
    for line in lines:
        if isinstance(line, dict):
            about |= line
            continue
        rows[line[0]] = line[1]
        if len(line) > 2:
            shown = dict(line[2])
        if shown:
            signs[line[0]] = shown
    merged = [(first + 1, column, last + 1) for first, column, last in about.get("merged", ())]
    return Sheet(sheet or visible[0], rows, about.get("far"), merged, about.get("heading"), signs)


def _ask(
    data: bytes,
    sheet: str | None,
    file: str,
    table: str | None,
    *,
    only_list: bool = False,
    page: bool = False,
) -> tuple[dict[str, Any], list[Any]]:
    """What the process says of a workbook: its sheets, and the lines after that; see `workbook_child.told`."""
    limits = Limits.of(len(data))
    place: dict[str, Any] = {"file": file, "table": table}
    _refuse_bombs(data, limits, place)
    asked = json.dumps(
        {
            "sheet": sheet,
            "list": only_list,
            "seconds": limits.seconds,
            "memory": limits.memory,
            "size": len(data),
            "page": page,
        }
    )
    heads: dict[str, Any] = {}
    lines: list[Any] = []
    last: dict[str, Any] = {}
    # the process sees the modules that this one sees, but starts as little as it can
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603
            _command(asked),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        assert process.stdin is not None
        assert process.stdout is not None
        clock = threading.Timer(limits.seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            try:
                process.stdin.write(data)
                process.stdin.flush()  # and not closed: were it, the process would end
            except OSError:  # it is gone already; why stands below
                pass
            for written in process.stdout:
                line = json.loads(written)
                if not heads and isinstance(line, dict) and "names" in line:
                    heads = line
                elif isinstance(line, dict) and not _ENDS.isdisjoint(line):
                    last = line
                else:
                    lines.append(line)
        except ValueError:  # a line cut off in the middle
            last = {}
        finally:
            clock.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
            with contextlib.suppress(OSError):  # what it did not read any more
                process.stdin.close()
        complaints.seek(0)
        said = complaints.read(10_000).decode("utf-8", "replace")
    if last.get("end"):
        return heads, lines
    if "error" in last and "capacity overflow" not in last["error"]:
        reason = last["error"].rstrip(".")
        problem = text("The workbook cannot be read: {reason}.", reason=reason)
        raise DataError(problem, **place, hint=_AS_CSV)
    chosen = sheet or (heads["visible"][0] if len(heads.get("visible", ())) == 1 else None)
    if late.is_set() or -process.returncode == _OUT_OF_TIME:
        problem = text("Reading the workbook took longer than {seconds} s.", seconds=f"{limits.seconds:.3g}")
        hint = text("Save it as CSV, or allow more: {setting}.", setting=f"{SECONDS}=…")
    elif last or "memory" in said or "alloc" in said:
        raise too_large(limits, place, chosen)
    else:
        problem = text("The workbook cannot be read: it ended the program that reads it.")
        hint = _AS_CSV
    raise DataError(_of_sheet(chosen, problem), **place, hint=hint)


def _of_sheet(sheet: str | None, problem: Text) -> Text:
    """A problem with the sheet it was met in."""
    return problem if sheet is None else text("sheet “{sheet}”: {problem}", sheet=sheet, problem=problem)


def _command(asked: str) -> list[str]:
    return [sys.executable, "-P", "-m", "salesreport.ingest.workbooks.workbook_child", asked]


def _refuse_bombs(data: bytes, limits: Limits, place: dict[str, Any]) -> None:
    """An archive that says it is larger than the memory allowed is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except Exception:  # not an archive, or a damaged one: the reader will say
        return
    if size > limits.memory:
        raise too_large(limits, place)


def too_large(limits: Limits, place: dict[str, Any], sheet: str | None = None) -> DataError:
    """The error of a file that takes more memory than allowed."""
    problem = text(
        "Reading the file takes more than {size} MB of memory.",
        size=f"{math.ceil(limits.memory / _MEGABYTE)}",
    )
    return DataError(
        _of_sheet(sheet, problem),
        **place,
        hint=text("Save it as CSV, or allow more: {setting}.", setting=f"{MEMORY}=…"),
    )


def from_environment(environment: Mapping[str, str], name: str, ample: float) -> float:
    """A number above 0 from the environment."""
    written = environment.get(name, "").strip()
    if not written:
        return ample
    try:
        number = float(written)
    except ValueError:
        number = 0.0
    if not (0 < number < 1e6):
        raise DataError(text("The environment variable {name} is not a number above 0.", name=name), found=written)
    return number
