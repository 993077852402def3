"""Kill, crowd and starve the commands: nothing torn, mixed or wrong may be left, and nothing that goes on.

    python benchmarks/chaos.py                        # all of it; writes its table into docs/reliability.md
    python benchmarks/chaos.py --part pairs --times 5 # some of it; only prints the table

What is done to packs stands in `chaos_pack` and `chaos_meanwhile`, to ingests in `chaos_ingest`. Runs on POSIX
only; whether processes are left is seen on Linux only.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import chaos_ingest
import chaos_meanwhile
import chaos_pack
from killing import Row
from page import markdown, put_between, say

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- Disturbed commands: made by benchmarks/chaos.py -->", "<!-- end of disturbed commands -->"


class Part(NamedTuple):
    """Something that is done to the commands.

    Attributes:
        run: does it, in a folder, so many times, by a seed. times: how often.
    """

    run: Callable[[Path, int, int], list[Row]]
    times: int


PARTS = {
    "packs": Part(chaos_pack.packs, 50),
    "warm": Part(partial(chaos_pack.packs, engine="warm", reports=12), 10),
    "papermill": Part(partial(chaos_pack.packs, engine="papermill", reports=4), 4),
    "ingests": Part(chaos_ingest.ingests, 50),
    "snapshots": Part(chaos_ingest.snapshots, 50),
    "pairs": Part(chaos_ingest.pairs, 50),
    "ingest-disk": Part(chaos_ingest.full_disks, 10),
    "pack-disk": Part(chaos_pack.full_disks, 10),
    "swaps": Part(chaos_meanwhile.swaps, 10),
    "edits": Part(chaos_meanwhile.edits, 10),
}
"""By name, in the order of the table."""


def run(name: str, times: int, seed: int = 1) -> list[Row]:
    """Do one part, so many times."""
    with tempfile.TemporaryDirectory(prefix="salesreport-chaos-") as scratch:
        return PARTS[name].run(Path(scratch), times, seed)


def table(rows: Sequence[Row]) -> str:
    """What was done, and what came of it."""
    lines = []
    for row in rows:
        found = "; ".join(f"{what}: {number:,}" for what, number in row.found.items() if number)
        slowest = "" if row.slowest is None else f"{row.slowest:.2f} s"
        lines.append([row.what, f"{row.times:,}", found, f"{len(row.failures):,}", slowest])
    return markdown(["what", "times", "what was there then", "failures", "all ended after"], lines)


def main() -> int:
    """Read the options, and go."""
    parser = argparse.ArgumentParser(description="Disturb the commands.")
    parser.add_argument(
        "--part", action="append", choices=list(PARTS), help="only this; may be given several times"
    )
    parser.add_argument("--times", type=int, help="how often each thing is done")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows = []
    for name in options.part or PARTS:
        say(f"{name} …")
        rows += run(name, options.times or PARTS[name].times, options.seed)
    made = table(rows)
    print(made)
    if options.part is None and options.times is None:
        said = f"`make chaos` of {dt.date.today().isoformat()}, seed {options.seed}."
        put_between(PAGE, BEGIN, END, f"{said}\n\n{made}")
    return 1 if any(row.failures for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
