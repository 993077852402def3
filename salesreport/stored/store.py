"""Where results are stored: a folder `.kept` in the dataset's, for one state of the data and of the code.

Layout::

    DATASET/.kept/FINGERPRINT-STATE/KEY      one result each, see `values`; the first bytes prove who wrote it

A dataset's folder may come from a stranger. So a result is used only when it is proven that it was written on this
account, with a secret that lies in the account's own folder, and that not a bit of it has changed; whatever is not
is worked out again. Where nothing can be written, or there is no secret, nothing is stored.
"""

import hashlib
import hmac
import logging
import os
import platform
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from salesreport.dataset import KEPT, Dataset
from salesreport.files import make_folder, remove_partials, write_bytes
from salesreport.memory import mapped, unload
from salesreport.stored.values import Buffer, Unstorable, from_bytes, to_parts

OFF = "SALESREPORT_FRESH"
"""The environment variable that, where it is set to anything, lets everything be worked out anew."""

WORTH = 0.01
"""What takes less seconds is not stored."""

MOST_FILES, MOST_BYTES, MOST_TIMES = 400, 512 * 2**20, 8
"""Of more, or more in sum, those that were not used for longest are removed. Where the dataset's own files are
large, so are results, which of millions of deals take several times as much: they may take MOST_TIMES as much."""

_PROOF = hashlib.sha256().digest_size
_LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy", "statsmodels")
_log = logging.getLogger(__name__)

T = TypeVar("T")

_open: dict[tuple[Path, str], "Store"] = {}
"""The stores of this process, by the folder of a dataset's tables and its fingerprint: a part of it is another."""


@dataclass(frozen=True)
class Store:
    """Results of one dataset and this code.

    Attributes:
        folder: where they are. secret: proves that this account wrote them. most: bytes that they may take.
    """

    folder: Path
    secret: bytes
    most: int = MOST_BYTES

    def get(self, key: Hashable, make: Callable[[], T], around: object, always: bool = False) -> T:
        """What is stored for a key; else it is made, and stored, and given as it is read from the file.

        So it takes memory only where somebody looks: the file is mapped, also in the process that made it.

        Args:
            key: says all that the result depends on beside data and code; its `repr` is what counts.
            make: makes it. around: the object that the result may refer to without holding it.
            always: whether it is stored even if it took no time, for what it is made of was there.
        """
        written = repr(key)
        if " at 0x" in written:  # of this process alone
            return make()
        file = self.folder / hashlib.sha256(written.encode()).hexdigest()[:32]
        try:
            found: T = self._read(file, written, around)
            with suppress(OSError):
                os.utime(file)  # it was used
            return found
        except FileNotFoundError:
            pass
        except (OSError, ValueError, Unstorable) as problem:
            _log.debug("%s is not used: %s", file, problem)
        began = time.process_time()
        value = make()
        if always or time.process_time() - began >= WORTH:
            with suppress(OSError, Unstorable):
                return self._written(file, written, value, around)
        return value

    def _read(self, file: Path, key: str, around: object) -> Any:
        if not stat.S_ISREG(file.stat().st_mode):  # of a pipe one would wait for content
            raise Unstorable("it is no file")
        there = mapped(file)
        content = memoryview(there)
        if not hmac.compare_digest(self._proof(key, [content[_PROOF:]]), bytes(content[:_PROOF])):
            raise Unstorable("it is damaged, or was not written on this account")
        unload(there)  # all of it was looked at
        return from_bytes(content[_PROOF:], around)

    def _written(self, file: Path, key: str, value: T, around: object) -> T:
        """Store a value; gives it as it is read."""
        parts = to_parts(value, around)
        proof, unsure = self._proof(key, parts), file.with_name(f".{file.name}.{os.getpid()}.partial")
        write_bytes(unsure, [proof, *parts])
        try:
            there = mapped(unsure)
            found: T = from_bytes(memoryview(there)[_PROOF:], around)
            if not hmac.compare_digest(self._proof(key, to_parts(found, around)), proof):
                raise Unstorable("what is read would not be what was written")
            unload(there)
            unsure.replace(file)
        finally:
            unsure.unlink(missing_ok=True)
        return found

    def _proof(self, key: str, parts: Iterable[Buffer]) -> bytes:
        made = hmac.new(self.secret, self.folder.name.encode() + b"\0" + key.encode() + b"\0", hashlib.sha256)
        for part in parts:
            made.update(part)
        return made.digest()

    def tidy(self) -> None:
        """Remove what belongs to other data or older code, what dead processes left, and what is too much.

        Of the same data one other state stays, the one used last: two versions may be at work.
        """
        data = self.folder.name.partition("-")[0]
        others = [one for one in self.folder.parent.iterdir() if one != self.folder]
        same = [one for one in others if one.name.startswith(f"{data}-")]
        latest = max(same, key=lambda one: one.stat().st_mtime, default=None)
        for other in others:
            if other != latest:
                shutil.rmtree(other, ignore_errors=True)
        remove_partials(self.folder)
        known = sorted(((one.stat(), one) for one in self.folder.iterdir()), key=lambda one: -one[0].st_mtime)
        size = 0
        for number, (state, file) in enumerate(known):
            size += state.st_size
            if number >= MOST_FILES or size > self.most:
                file.unlink(missing_ok=True)


def keep_results(dataset: Dataset) -> None:
    """From now on what is worth it is stored beside a dataset, and looked up there; nothing where it cannot be."""
    if os.environ.get(OFF):
        return
    with suppress(OSError):
        secret = _secret()
        if secret is None:
            return
        folder = dataset.path.resolve() / KEPT / f"{dataset.fingerprint[:16]}-{_state(dataset)}"
        make_folder(folder.parent)
        make_folder(folder)
        if folder.resolve() != folder:  # a link that came with the dataset, to who knows what
            return
        held = sum(one.stat().st_size for one in dataset.folder.glob("*.parquet"))
        store = Store(folder, secret, max(MOST_BYTES, MOST_TIMES * held))
        store.tidy()
        os.utime(folder)
        _open[dataset.folder.resolve(), dataset.fingerprint] = store


def is_kept(dataset: Dataset) -> bool:
    """Whether results of a dataset are stored."""
    return (dataset.folder, dataset.fingerprint) in _open


def stored(dataset: Dataset, key: Hashable, make: Callable[[], T], around: object, always: bool = False) -> T:
    """A result from the dataset's store, where it has one in this process; else it is made. See `Store.get`."""
    store = _open.get((dataset.folder, dataset.fingerprint))
    return make() if store is None else store.get(key, make, around, always)


def _state(dataset: Dataset) -> str:
    """A digest of the code, and of the dataset as it is there: its fingerprint, and its files' sizes and times."""
    files = [(one.name, one.stat()) for one in sorted(dataset.folder.glob("*.parquet"))]
    there = [(name, state.st_size, state.st_mtime_ns) for name, state in files]
    return hashlib.sha256(f"{code()} {dataset.fingerprint} {there}".encode()).hexdigest()[:32]


@cache
def code() -> str:
    """A digest of this package's code and of the versions of the libraries that work figures out."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()}".encode())
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    package = Path(__file__).resolve().parent.parent
    for file in sorted(package.rglob("*")):
        if file.suffix in (".py", ".yml", ".json") and file.is_file():
            digest.update(f"{file.relative_to(package).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _secret() -> bytes | None:
    """The account's secret, made when it is first asked for; None where it cannot be kept from others."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "salesreport"
    file = home / "secret"
    if not file.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(secrets.token_bytes(32))
    if sys.platform != "win32":
        state = file.stat()
        if state.st_uid != os.geteuid() or state.st_mode & 0o077:
            return None
    found = file.read_bytes()
    return found if len(found) == 32 else None
