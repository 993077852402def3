"""Writing files whole or not at all, and names that are safe on every file system."""

import hashlib
import os
import re
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from salesreport.spelling import plain_letters

SHARED = "SALESREPORT_SHARED"
"""The environment variable that, where it is set to anything, lets others read what is written."""

_PARTIAL = re.compile(r"\..+\.(\d+)\.partial")
"""How a file is called while it is written; the number is the process."""


def make_folder(path: Path) -> None:
    """Make a folder for personal figures, with those above it: its owner's only, unless `SHARED` is set.

    One that is there stays as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o777 if os.environ.get(SHARED) else 0o700, exist_ok=True)


def for_owner_only() -> None:
    """Files that this process writes from now on are its owner's only, unless `SHARED` is set."""
    if not os.environ.get(SHARED):
        os.umask(os.umask(0o077) | 0o077)


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text file in one step: readers see the old content or the new, never half."""
    write_bytes(path, content.encode("utf-8"))


def write_bytes(
    path: Path, content: bytes | Sequence[bytes | memoryview], still_wanted: Callable[[], None] | None = None
) -> None:
    """Write a file in one step: readers see the old content or the new, never half.

    Args:
        content: all of it, or its parts one after the other.
        still_wanted: called when all of it is on disk and lacks but its name; where it raises, the old stays.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as stream:
            stream.writelines([content] if isinstance(content, bytes) else content)
            stream.flush()
            os.fsync(stream.fileno())
        if still_wanted is not None:
            still_wanted()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def is_partial(name: str) -> bool:
    """Whether a file of this name is one that is, or was, being written.

    Examples:
        >>> is_partial(".ann.html.4711.partial"), is_partial("ann.html"), is_partial("my.partial")
        (True, False, False)
    """
    return _PARTIAL.fullmatch(name) is not None


def remove_partials(folder: Path) -> None:
    """Remove the half-written files that dead processes left in a folder; what is being written now stays.

    Call it while this process writes nothing there: its own number is then that of a dead one that had it before.
    """
    for file in folder.glob(".*.partial"):
        match = _PARTIAL.fullmatch(file.name)
        if match and not _lives(int(match[1])):
            with suppress(OSError):  # Windows: it is open
                file.unlink()


def _lives(process: int) -> bool:
    if process == os.getpid() or sys.platform == "win32":
        return False  # Windows removes no file that is open, so there is nothing to ask
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def file_checksum(file: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def link_file(file: Path, to: Path) -> None:
    """The same file under a second name; a copy where the file system has no such thing."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)


def safe_names(names: Iterable[str], longest: int = 60, spelled_out: bool = False) -> dict[str, str]:
    """File names (without ending) for texts of any kind: readable, and different for different texts.

    Accents are lost, whatever else is not a letter or digit becomes a dash, and all is lower case. Where nothing
    readable is left, or two texts would share a name, eight digits of the text's checksum are added.

    Args:
        names: all the texts that get a file in one folder.
        longest: characters a readable part may have. spelled_out: letters such as ß and ı are written as ss and i;
            else they are lost, as in names that were given before.

    Examples:
        >>> safe_names(["Versie Hillebrand", "../../etc/passwd", "Ann B", "ann-b"])
        {'Versie Hillebrand': 'versie-hillebrand', '../../etc/passwd': 'etc-passwd',
        'Ann B': 'ann-b-1923efbf', 'ann-b': 'ann-b-9d1f76c8'}
    """
    slugs = {name: _slug(plain_letters(name) if spelled_out else name, longest) for name in names}
    taken = Counter(slugs.values())
    return {
        name: slug if slug and taken[slug] == 1 and slug not in _RESERVED else f"{slug}-{_digest(name)}".strip("-")
        for name, slug in slugs.items()
    }


def _slug(name: str, longest: int) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


_RESERVED = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}
"""Names that Windows keeps for devices."""
