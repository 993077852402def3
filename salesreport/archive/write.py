"""The folder `archive/` beside the packs: written as a whole, and nothing in it touched that is not ours."""

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from salesreport import lock
from salesreport.archive.found import ARCHIVE, Found, Key, Series, find_packs, is_pack
from salesreport.archive.pages import SUBJECTS, pages
from salesreport.archive.retention import Gone, too_old
from salesreport.archive.retention import remove as remove_pack
from salesreport.brand import Look
from salesreport.errors import DataError
from salesreport.files import is_partial, make_folder, remove_partials, write_text
from salesreport.language import Text, text
from salesreport.lock import locked
from salesreport.pack.manifest import INDEX

MARK = "archive.json"
"""The file that says that a folder is an archive of ours, and what is in it."""

_OURS = re.compile(rf"{re.escape(INDEX)}|{SUBJECTS}/[a-z0-9-]+\.html")


class Contents(BaseModel):
    """What is in an archive's folder.

    Attributes:
        made_by: says that it is one. format: version of the layout. files: its pages.
    """

    made_by: Literal["salesreport archive"] = "salesreport archive"
    format: Literal[1] = 1
    files: list[str]


class Archived(NamedTuple):
    """What became of a folder.

    Attributes:
        page: the archive's index. series: what is in it. gone: the packs that were removed, or would be.
        notes: packs that were left out, files that stay.
    """

    page: Path
    series: list[Series]
    gone: list[Gone]
    notes: list[Text]


def make_archive(
    folder: Path,
    keep: int | None = None,
    only: Key | None = None,
    *,
    rehearse: bool = False,
    look: Look | None = None,
) -> Archived:
    """Remove what is too old and write the archive of a folder's packs.

    Args:
        folder: the folder that holds the packs. keep: so many periods of each pack stay; None: all.
        only: packs are removed of this series alone. rehearse: only say what would be removed.
        look: the brand of its pages; None: that of the newest pack.

    Raises:
        DataError: there is no such folder or it holds neither packs nor an archive of them, its `archive/` is
            something else than ours, or cannot be written.
    """
    found = find_packs(folder)
    place = folder / ARCHIVE
    before = _contents(place)
    if not found.series and not before:
        raise _no_packs(folder, found)
    gone: list[Gone] = []
    for one in found.series if keep is not None else []:
        if only is None or one.key == only:
            gone += [remove_pack(pack, rehearse=rehearse) for pack in too_old(one, keep or 1)]
    notes = [*found.notes, *(note for pack in gone for note in pack.notes)]
    series = found.series if rehearse else find_packs(folder).series
    if not rehearse:
        try:
            _write(place, pages(folder, series, look), before)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DataError(text("The archive cannot be written: {reason}.", reason=reason), file=place) from None
    return Archived(place / INDEX, series, gone, notes)


def _write(place: Path, made: dict[str, str], before: list[str]) -> None:
    make_folder(place)
    with locked(place, text("Another archive is being written to this folder")):
        (place / SUBJECTS).mkdir(exist_ok=True)
        for there in (place, place / SUBJECTS):
            remove_partials(there)
        listed = sorted({*before, *made})  # a run that is killed leaves no file that is not listed
        write_text(place / MARK, Contents(files=listed).model_dump_json(indent=2) + "\n")
        for name, content in made.items():
            write_text(place / name, content)
        for name in set(before) - set(made):
            (place / name).unlink(missing_ok=True)
        write_text(place / MARK, Contents(files=sorted(made)).model_dump_json(indent=2) + "\n")


def _no_packs(folder: Path, found: Found) -> DataError:
    """That there is nothing to archive, and what to do about it."""
    if is_pack(folder):
        above = os.path.normpath(folder / os.pardir)
        return DataError(
            text("There are no packs in here: this is a pack itself."),
            file=folder,
            hint=text("Name the folder above, which holds the packs of all periods: {folder}", folder=above),
        )
    return DataError(
        text("There are no packs in here."), file=folder, hint=found.notes[0] if found.notes else None
    )


def _contents(place: Path) -> list[str]:
    """The files of ours in an archive's folder.

    Raises:
        DataError: it holds something else.
    """
    if not place.exists():
        return []
    try:
        found = Contents.model_validate_json((place / MARK).read_bytes())
    except FileNotFoundError:
        if all(one.name == lock.FILE or is_partial(one.name) for one in place.iterdir()):
            return []
    except (OSError, ValidationError):
        pass
    else:
        return [name for name in found.files if _OURS.fullmatch(name)]
    raise DataError(
        text("This folder holds something else than an archive; nothing was written."),
        file=place,
        hint=text("Move it away, or give it another name."),
    )
