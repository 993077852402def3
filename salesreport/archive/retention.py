"""How many periods are kept: which packs are too old, and removing nothing but what their manifests list."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from salesreport.archive.found import Kept, Series
from salesreport.errors import DataError
from salesreport.language import Text, text
from salesreport.lock import locked
from salesreport.pack import journal
from salesreport.pack.manifest import FILE, INDEX, read_manifest
from salesreport.pack.run import FOLDERS

DELIVERED = ("bundles/*.zip", "outbox/*.eml", "deliveries.jsonl")
"""What a delivery leaves beside a pack: copies of its reports, and who got them."""


class Gone(NamedTuple):
    """A pack that was removed, or would be.

    Attributes:
        pack: as it was. notes: what of its folder stays, and why.
    """

    pack: Kept
    notes: list[Text]


def too_old(series: Series, keep: int) -> list[Kept]:
    """The packs beyond the newest periods, the oldest first.

    Args:
        series: one pack in different periods. keep: so many different periods stay, at least one.
    """
    periods = sorted({pack.period for pack in series.packs}, key=lambda period: (period.end, period.start))
    stay = set(periods[-max(keep, 1) :])
    return [pack for pack in reversed(series.packs) if pack.period not in stay]


def remove(pack: Kept, *, rehearse: bool = False) -> Gone:
    """Remove a pack: what its manifest lists, what a delivery left, index and manifest, then the empty folders.

    The manifest goes last, so that a removal that was killed is finished by the next one.

    Args:
        pack: of a folder that holds our manifest. rehearse: remove nothing.

    Raises:
        DataError: somebody is making a pack there, or it cannot be removed.
    """
    if rehearse:
        return Gone(pack, [])
    folder = pack.folder
    try:
        with locked(folder, text("A pack is being made in this folder")):
            manifest = read_manifest(folder)
            if manifest is None or manifest.pack.period != pack.manifest.pack.period:
                return Gone(pack, [text("{folder} holds another pack by now, which stays.", folder=str(folder))])
            places = [folder / name for name in FOLDERS if not (folder / name).is_symlink()]
            for name in sorted(manifest.files):
                if (folder / name).parent in places:
                    (folder / name).unlink(missing_ok=True)
            for file in [one for pattern in DELIVERED for one in folder.glob(pattern)]:
                if not file.parent.is_symlink():
                    file.unlink(missing_ok=True)
            for name in (INDEX, journal.FILE, FILE):
                (folder / name).unlink(missing_ok=True)
            for place in [*places, *(folder / pattern.split("/")[0] for pattern in DELIVERED)]:
                _remove_empty(place)
        _remove_empty(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(text("The pack cannot be removed: {reason}.", reason=reason), file=folder) from None
    if folder.exists():
        return Gone(pack, [text("{folder} is kept, for it holds other files.", folder=str(folder))])
    return Gone(pack, [])


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
