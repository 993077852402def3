"""The packs that a folder holds, and which of them are one pack in different periods."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from salesreport.errors import ConfigError, DataError
from salesreport.language import Text, text
from salesreport.pack.manifest import FILE, Manifest, read_manifest
from salesreport.period import Period

ARCHIVE = "archive"
"""The folder of the archive's own pages."""

_DEPTH = 2
"""So many folders down packs are looked for: `reviews/2025-12`, `2025-12/reviews`."""


class Key(NamedTuple):
    """What packs have in common that are one pack in different periods."""

    dataset: str
    notebook: str
    each: str
    kind: str


class Kept(NamedTuple):
    """A pack that is there.

    Attributes:
        folder: where. manifest: what is in it. period: what it reports.
    """

    folder: Path
    manifest: Manifest
    period: Period

    @property
    def key(self) -> Key:
        """What it has in common with the same pack in other periods."""
        pack = self.manifest.pack
        return Key(pack.dataset.name, pack.notebook.name, pack.each or "", self.period.kind)

    @property
    def as_of(self) -> dt.date:
        """The day of its data."""
        return dt.date.fromisoformat(self.manifest.pack.dataset.as_of)


class Series(NamedTuple):
    """One pack in different periods, the newest first; a period may be there more than once."""

    key: Key
    packs: list[Kept]


class Found(NamedTuple):
    """What is in a folder.

    Attributes:
        series: the packs, by what they have in common. notes: packs that are left out, and why.
    """

    series: list[Series]
    notes: list[Text]


def find_packs(folder: Path) -> Found:
    """The packs in a folder and in the folders of that; hidden ones, links and what is no pack are passed over.

    Raises:
        DataError: there is no such folder.
    """
    if not folder.is_dir():
        raise DataError(text("There is no such folder."), file=folder)
    packs, notes = [], []
    for place in _folders(folder, _DEPTH):
        if not (place / FILE).is_file():
            continue
        try:
            pack = _read(place)
        except (DataError, ConfigError, ValueError, OSError) as error:
            reason = error.problem if isinstance(error, DataError) else text("Its manifest cannot be read.")
            notes.append(text("{folder} is left out: {reason}", folder=str(place), reason=reason))
            continue
        if pack is not None:
            packs.append(pack)
    return Found(together(packs), notes)


def is_pack(folder: Path) -> bool:
    """Whether a folder is itself a pack that can be read."""
    try:
        return _read(folder) is not None
    except (DataError, ConfigError, ValueError, OSError):
        return False


def together(packs: Sequence[Kept]) -> list[Series]:
    """Packs by what they have in common, the newest period first, of one period the newest data."""
    found: dict[Key, list[Kept]] = {}
    for pack in packs:
        found.setdefault(pack.key, []).append(pack)
    return [
        Series(key, sorted(found[key], key=lambda pack: (pack.period.end, pack.as_of, pack.folder), reverse=True))
        for key in sorted(found)
    ]


def _read(folder: Path) -> Kept | None:
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    pack = manifest.pack
    dt.date.fromisoformat(pack.dataset.as_of)
    return Kept(folder, manifest, Period.parse(pack.period, pack.dataset.fiscal_year_start))


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    for place in sorted(folder.iterdir()):
        if place.name.startswith(".") or place.name == ARCHIVE or place.is_symlink() or not place.is_dir():
            continue
        yield place
        if depth > 1 and not (place / FILE).exists():
            yield from _folders(place, depth - 1)
