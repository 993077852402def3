"""A pack over two workers of a Dask cluster on this machine, against the same with one worker and no cluster.

The cluster is started as docs/cluster.md says. Prints JSON. Nothing is stored when a run begins. The CPU of a
cluster's run is that of the command and what its workers, and the processes beside them, took meanwhile.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from against import summary
from measure import Took, as_usual, measure, tree
from pack import BIN, NOTEBOOK, ROOT, pack_file

from salesreport.sample import write_company

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler's address and the processes of its workers, ended afterwards."""
    where = folder / "scheduler.json"
    scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(where))
    started = [scheduler]
    try:
        while not (where.exists() and where.read_text().rstrip().endswith("}")):
            time.sleep(0.1)
        address = json.loads(where.read_text())["address"]
        options = ("--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(folder))
        started += [start("dask_worker", address, *options) for _ in range(workers)]
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers)
        yield address, [process.pid for process in started]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def start(program: str, *options: str) -> "subprocess.Popen[bytes]":
    """One of Dask's processes."""
    command = [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"]
    environment = {**as_usual(), "DASK_CONFIG": str(ROOT / "params" / "dask.yml")}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def spent(roots: list[int]) -> float:
    """CPU seconds of processes, of all below them and of those of them that have ended."""
    seconds = 0.0
    for pid in (pid for root in roots for pid in tree(root)):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += sum(map(int, fields[11:15])) / TICKS
    return seconds


def pack(dataset: Path, file: Path, *options: str) -> Took:
    """The pack, made as for the first time."""
    shutil.rmtree(dataset / ".kept", ignore_errors=True)
    return measure([str(BIN / "salesreport"), "pack", str(file), "--force", *options], ROOT)


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=105)
    parser.add_argument("--deals", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    wall, cpu = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        dataset = write_company(folder / "company", reps=options.reps, deals=options.deals)
        known = sorted(dataset.table("deals", ["rep_id"])["rep_id"].unique())
        file = pack_file(dataset.path.resolve(), known, folder, NOTEBOOK)
        with cluster(folder, 2) as (address, workers):
            for _ in range(options.runs):
                alone = pack(dataset.path, file, "--workers", "1")
                before = spent(workers)
                two = pack(dataset.path, file, "--scheduler", address)
                wall.append((two.wall, alone.wall))
                cpu.append((two.cpu + spent(workers) - before, alone.cpu))
                print("…", f"wall {two.wall / alone.wall:.2f}, CPU {cpu[-1][0] / alone.cpu:.2f}", file=sys.stderr)
    took = {"wall": summary(wall), "CPU": summary(cpu)}
    print(json.dumps({"reports": len(known), "runs": options.runs, "took": took}, indent=2))


if __name__ == "__main__":
    main()
