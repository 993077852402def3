"""Ingests that are killed, come in pairs, or find no room: the folder is always one whole dataset, or none yet."""

import hashlib
import itertools
import json
import multiprocessing
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NamedTuple

from chaos_exports import DAYS, write_export
from disk import remount, room_for, small_disk
from killing import Command, Row

import salesreport.cli
import salesreport.ingest.ingestion
import salesreport.pack  # noqa: F401 - what the command line imports, so that its forks need not

NONE = "none"
SIZE = 3_000
"""Deals of an export: enough for the writing to take a while."""


class Whole(NamedTuple):
    """A dataset as an undisturbed ingest leaves it: `dataset.json`, and the checksums of its files."""

    described: Any
    files: Mapping[str, str]


class Task(NamedTuple):
    """A dataset that a command makes.

    Attributes:
        arguments: the command's, but for `--out`. whole: how the dataset is to be. seconds: the command took.
    """

    arguments: Sequence[str | Path]
    whole: Whole
    seconds: float

    def start(self, out: Path) -> Command:
        """Start the command."""
        return Command.imported("ingest", *self.arguments, "--out", out)

    def finish(self, out: Path) -> None:
        """Run the command undisturbed; its dataset is then there, and nothing else.

        Raises:
            AssertionError: it is not.
        """
        command = self.start(out)
        assert command.wait() == 0, command.said()
        assert whole(out) == self.whole
        assert not left_over(out), left_over(out)


def task(out: Path, *arguments: str | Path) -> Task:
    """Run a command that nobody disturbs, to see what it makes."""
    begun = time.monotonic()
    command = Command.imported("ingest", *arguments, "--out", out)
    assert command.wait() == 0, command.said()
    return Task(arguments, whole(out), time.monotonic() - begun)


def whole(out: Path) -> Whole:
    """What a folder holds that is named as the dataset."""
    described = json.loads((out / "dataset.json").read_bytes())
    folder = out / described["folder"]
    files = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    return Whole(described, files)


def there(out: Path, tasks: Mapping[str, Task]) -> str:
    """Which dataset a folder holds, or `NONE`.

    Raises:
        AssertionError: it is none of the tasks', or a part of one.
    """
    if not (out / "dataset.json").exists():
        return NONE
    found = whole(out)
    names = [name for name, one in tasks.items() if one.whole == found]
    assert names, f"torn: {found.described['folder']} with {sorted(found.files)}"
    return names[0]


def left_over(out: Path) -> list[str]:
    """What is in a dataset's folder that no reader needs: parts, locks, the tables of a third dataset."""
    names = sorted(path.name for path in out.iterdir())
    return [name for name in names if name.startswith(".")] + [name for name in names if name[:6] == "tables"][2:]


def kill_one(row: Row, chance: random.Random, out: Path, tasks: Mapping[str, Task], before: str, new: str) -> bool:
    """Kill a command at a random moment, look at what is there, and let the next one finish.

    Args:
        row: counts it. out: the dataset's folder. tasks: name → what may be there.
        before: which was there before. new: which is made.

    Returns:
        Whether it was still running when it was killed.
    """
    file = out / "dataset.json"
    stamp = file.stat().st_ino if file.exists() else 0
    command = tasks[new].start(out)
    when = chance.choice(["any time", "written", "replaced"])
    if when == "any time":
        time.sleep(chance.uniform(0, 1) * tasks[new].seconds)
    elif when == "written":  # however busy the machine is just now, this comes while the dataset is written
        command.wait_for(lambda: any(out.glob(".partial*")))
        time.sleep(chance.uniform(0, 0.2))
    else:
        command.wait_for(lambda: file.exists() and file.stat().st_ino != stamp)
        time.sleep(chance.uniform(0, 0.01))
    running = row.kill(command)
    now = there(out, tasks)
    assert now in (before, new), f"{now} is there, neither {before} nor {new}"
    row.found["the new one" if now == new else "none yet" if now == NONE else "the old one"] += running
    tasks[new].finish(out)
    return running


def ingests(scratch: Path, times: int, seed: int) -> list[Row]:
    """Kill ingests, half of them of a first dataset, half over one that is there."""
    chance, row = random.Random(seed), Row("ingest killed")
    out = scratch / "out"
    tasks = {}
    for name in "abc":
        tasks[name] = task(scratch / name, write_export(scratch / f"export-{name}", name, SIZE))
    names = itertools.cycle("abc")
    before = NONE
    for moment in range(times):
        with row.moment():
            running = False
            while not running:  # killed too late is not killed
                if moment % 2 == 0:
                    shutil.rmtree(out, ignore_errors=True)
                    before = NONE
                new = next(names)
                running = kill_one(row, chance, out, tasks, before, new)
                before = new
    return [row]


def snapshots(scratch: Path, times: int, seed: int) -> list[Row]:
    """Kill ingests of dated exports: of a folder of them, anew or over a dataset, and of one that is added."""
    chance = random.Random(seed)
    rows = [Row("snapshots of a folder killed"), Row("snapshot added killed")]
    out = scratch / "out"
    three = task(scratch / "three", write_export(scratch / "export-3", "a", SIZE, days=3))
    source = write_export(scratch / "export-4", "a", SIZE, days=4)
    four = task(scratch / "four", source)
    tasks = {"three": three, "four": four}
    shutil.copytree(scratch / "three", out)
    added = {"three": three, "added": task(out, source, "--snapshot-date", DAYS[3])}
    assert added["added"].whole.described["fingerprint"] == four.whole.described["fingerprint"]
    for moment in range(times):
        row = rows[moment % 2]
        with row.moment():
            running = False
            while not running:
                shutil.rmtree(out, ignore_errors=True)
                if moment % 4:
                    shutil.copytree(scratch / "three", out)
                if row is rows[0]:
                    running = kill_one(row, chance, out, tasks, "three" if moment % 4 else NONE, "four")
                else:
                    running = kill_one(row, chance, out, added, "three", "added")
    return rows


def pairs(scratch: Path, times: int, seed: int) -> list[Row]:
    """Two ingests at once into one dataset, and somebody who reads it all the time."""
    row, readers = Row("two ingests at once"), Row("dataset read meanwhile")
    out = scratch / "out"
    tasks = {name: task(scratch / name, write_export(scratch / f"export-{name}", name, SIZE)) for name in "abc"}
    tasks["a"].finish(out)
    fork = multiprocessing.get_context("fork")
    stop, (ours, theirs) = fork.Event(), fork.Pipe()
    reader = fork.Process(target=read, args=(readers, out, tasks, stop, theirs))
    reader.start()
    names = itertools.cycle(["ab", "bc", "ca"])
    for _ in range(times):
        with row.moment():
            pair = {name: tasks[name].start(out) for name in next(names)}
            done = [name for name, command in pair.items() if command.wait() == 0]
            for name, command in pair.items():
                if name not in done:
                    command.refused("Another dataset is being written to this folder")
            assert there(out, tasks) in done
            assert not left_over(out), left_over(out)
            row.found["both, one after the other" if len(done) == 2 else "one, and one clear error"] += 1
    stop.set()
    readers = ours.recv()
    reader.join()
    return [row, readers]


def read(row: Row, out: Path, tasks: Mapping[str, Task], stop: Event, told: Connection) -> None:
    """Read a dataset again and again: it is always a whole one, and stays until it is replaced twice."""
    while not stop.is_set():
        before = (out / "dataset.json").read_bytes()
        try:
            now = there(out, tasks)
        except (AssertionError, FileNotFoundError) as error:
            time.sleep(0.2)
            if (out / "dataset.json").read_bytes() == before:
                with row.moment():
                    raise AssertionError("torn while it was read") from error
            row.found["replaced twice while it was read"] += 1
            continue
        row.times += 1
        row.found["whole"] += now != NONE
        time.sleep(0.01)
    told.send(row)


def full_disks(scratch: Path, times: int, seed: int) -> list[Row]:
    """Ingest where there is too little room for the dataset, or none may write."""
    full, closed = Row("ingest on a full disk"), Row("ingest on a read-only disk")
    sources = {name: write_export(scratch / f"export-{name}", name, SIZE) for name in "ab"}
    tasks = {name: task(scratch / name, source) for name, source in sources.items()}
    needed = room_for(scratch / "b" / tasks["b"].whole.described["folder"])
    with small_disk(scratch / "disk", room_for(scratch / "a") + needed) as disk:
        if disk is None:
            return []
        out = disk / "out"
        tasks["a"].finish(out)
        rooms = [needed * part // max(1, times - 1) for part in range(times)]
        for room in rooms:
            with full.moment():
                remount(disk, f"size={room_for(out) + room}")
                no_room(full, tasks, out, "No space left on device")
        for _ in range(2):
            with closed.moment():
                remount(disk, f"size={2**26},ro")
                no_room(closed, tasks, out, "Read-only file system")
        remount(disk, "rw")
        with full.moment():
            tasks["b"].finish(out)
            full.found["the new one, once there was room"] += 1
    return [full, closed]


def no_room(row: Row, tasks: Mapping[str, Task], out: Path, why: str) -> None:
    said = tasks["b"].start(out).refused(why)
    assert [line for line in said.splitlines() if line.strip()][-1].startswith("Error:"), said
    assert there(out, tasks) == "a"
    assert not left_over(out), left_over(out)
    row.found["the old one, and one clear error"] += 1
