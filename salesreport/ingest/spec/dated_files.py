"""Which files of a folder are dated exports of one table: `exports/{date}/deals.csv`, `pipeline_{date}.csv`."""

import datetime as dt
import itertools
import re
from pathlib import Path, PurePath
from typing import NamedTuple

from salesreport.errors import DataError
from salesreport.language import Text, ntext, text
from salesreport.titles import table_title

DATE = "{date}"
"""What stands in a file's name where its date is."""

FORMS = "YYYY-MM-DD, YYYYMMDD, YYYY_MM_DD, DD.MM.YYYY"
"""The forms a date may have in a file's name."""

_FORMS = {
    r"\d{4}-\d{2}-\d{2}": "%Y-%m-%d",
    r"\d{8}": "%Y%m%d",
    r"\d{4}_\d{2}_\d{2}": "%Y_%m_%d",
    r"\d{2}\.\d{2}\.\d{4}": "%d.%m.%Y",
}
_SHOWN = 10


class DatedFile(NamedTuple):
    """One export of a table.

    Attributes:
        taken_on: the day its name tells: it shows how things stood at the end of that day.
        file: its path, from the export's folder.
    """

    taken_on: dt.date
    file: str


class DatedFiles(NamedTuple):
    """All exports of a table.

    Attributes:
        files: the oldest first, one per day. notes: what a reader of a report should know.
    """

    files: list[DatedFile]
    notes: list[Text]


def find_dated_files(pattern: str, root: Path, table: str) -> DatedFiles:
    """The files that a name with `{date}` in it means; others in the folder are left alone.

    Args:
        pattern: path from the export's folder, with `{date}` once or several times (then all say the same day).
        root: the export's folder. table: the canonical table, for messages.

    Raises:
        DataError: no file matches, two are of the same day, or what stands in the date's place is none.
    """
    parts = PurePath(pattern).parts
    found: list[tuple[dt.date | None, PurePath]] = [(None, PurePath())]
    lacking: list[PurePath] = []
    for depth, part in enumerate(parts):
        further: list[tuple[dt.date | None, PurePath]] = []
        for day, place in found:
            if DATE not in part:
                further.append((day, place / part))
                continue
            for name in _names(root / place):
                named = _day_in(name, part, root / place / name, table)
                if named is not None and day in (None, named):
                    further.append((named, place / name))
        found = further
        if depth == len(parts) - 1:
            lacking = [place for _, place in found if not (root / place).is_file()]
    files = sorted(
        DatedFile(day, place.as_posix()) for day, place in found if day is not None and (root / place).is_file()
    )
    if not files:
        raise _nothing_found(pattern, root, table)
    for one, next_ in itertools.pairwise(files):
        if one.taken_on == next_.taken_on:
            raise DataError(
                text("Two exports are of the same day."),
                file=root,
                table=table,
                found=[one.file, next_.file],
                expected=text("one file per day"),
            )
    missing = sorted(place.as_posix() for place in lacking)
    notes = []
    if missing:
        shown = [*missing[:_SHOWN], *(["…"] if len(missing) > _SHOWN else [])]
        notes.append(
            ntext(
                "{n} dated folder holds no export of {table}: {files} is missing.",
                "{n} dated folders hold no export of {table}: {files} are missing.",
                n=len(missing),
                table=table_title(table),
                files=shown,
            )
        )
    return DatedFiles(files, notes)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:  # no such folder, or a file: nothing matches there
        return []


def _day_in(name: str, part: str, path: Path, table: str) -> dt.date | None:
    """The day that a name tells, or None where it does not have the wanted form."""
    wanted = f"({'|'.join(_FORMS)})".join(re.escape(piece) for piece in part.split(DATE))
    match = re.fullmatch(wanted, name)
    if match is None:
        return None
    days = {_as_day(written, path, table) for written in match.groups()}
    return days.pop() if len(days) == 1 else None


def _as_day(written: str, path: Path, table: str) -> dt.date:
    form = next(form for pattern, form in _FORMS.items() if re.fullmatch(pattern, written))
    try:
        return dt.datetime.strptime(written, form).date()
    except ValueError:
        raise DataError(
            text("There is no such day."),
            file=path,
            table=table,
            found=written,
            expected=text("a date such as {forms}", forms=FORMS),
        ) from None


def _nothing_found(pattern: str, root: Path, table: str) -> DataError:
    parts = PurePath(pattern).parts
    fixed = root / PurePath(*parts[: next(at for at, part in enumerate(parts) if DATE in part)])
    return DataError(
        text("No file is a dated export of this table.") if fixed.is_dir() else text("There is no such folder."),
        file=fixed,
        table=table,
        found=_names(fixed)[:_SHOWN] or None,
        expected=text("{pattern}, the date written as {forms}", pattern=pattern, forms=FORMS),
    )
