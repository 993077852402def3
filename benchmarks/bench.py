"""`make bench`: what packs, ingest, figures and explorer take, part by part: docs/performance.md."""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench_page import HERE, PAGE, RESULTS, page, stored

GROWTH = ("pack.py", "--shell", "0", "--few", "5", "--warm")


class Part(NamedTuple):
    """What one part of the page is measured with: a script and its arguments.

    Attributes:
        command: script and arguments. quick: those of the quick version; None: the part is left out there.
    """

    command: Sequence[str]
    quick: Sequence[str] | None


def growth(reps: int, deals: int, quick: bool = True) -> Part:
    """Two packs of a company of this size."""
    size = ("--reps", str(reps), "--deals", str(deals))
    return Part((*GROWTH, "105", *size), (*GROWTH, "30", *size) if quick else None)


BASE = ("against-packs", "against-exploring", "against-ingest")
"""The parts that compare with an earlier commit."""

PARTS = {
    "report": Part(("pack.py",), ("pack.py", "--shell", "2")),
    "growth-35": growth(35, 30_000),
    "growth-300": growth(300, 300_000),
    "growth-3000": growth(3_000, 3_000_000, quick=False),
    "data": Part(("data.py",), ("data.py", "--ingest", "200000", "--kpi", "200000")),
    "against-packs": Part(
        ("against.py", "--ingest", "0", "--explore", "--big"), ("against.py", "--ingest", "0", "--explore")
    ),
    "against-exploring": Part(
        ("against.py", "--reports", "0", "--ingest", "0", "--explore", "100000", "2000000"),
        ("against.py", "--reports", "0", "--ingest", "0", "--explore", "100000"),
    ),
    "against-ingest": Part(*[("against.py", "--reports", "0", "--explore")] * 2),
    "cluster": Part(("cluster.py",), ("cluster.py", "--runs", "1")),
    "peers": Part(("peers.py",), ("peers.py", "--runs", "1")),
    "explorer": Part(("explorer.py",), ("explorer.py", "--deals", "100000")),
    "where": Part(*[("where.py",)] * 2),
}


def run(script: str, *arguments: str) -> dict[str, Any]:
    """The JSON that one of the benchmarks prints."""
    print("…", script, *arguments, flush=True)
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


def commit() -> str:
    """The commit that is measured, with a plus sign if it was changed since."""
    said = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(said, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def store(name: str, how: str, at: str, found: dict[str, Any]) -> None:
    """Keep what was measured of a part, so that the page can be written before all others are measured anew."""
    result = {
        "on": dt.date.today().isoformat(),
        "commit": at,
        "how": how,
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.system(),
        "python": platform.python_version(),
        "found": found,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure parts, store what came out, and write the page of all that is stored."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="examples:\n  python benchmarks/bench.py --quick\n  python benchmarks/bench.py --only peers where",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="about 15 minutes: smaller companies, fewer runs")
    parser.add_argument("--only", nargs="*", choices=PARTS, metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--base", help="the earlier commit to compare with; by default that of against.py")
    options = parser.parse_args()
    at = commit()
    for name in PARTS if options.only is None else options.only:
        command = PARTS[name].quick if options.quick else PARTS[name].command
        if command is not None:
            base = ["--base", options.base] if options.base and name in BASE else []
            store(name, "quick" if options.quick else "whole", at, run(*command, *base))
    results = stored()
    if never := [name for name, part in PARTS.items() if part.quick is not None and name not in results]:
        sys.exit(f"The page was not written, for these parts were never measured: {', '.join(never)}.")
    PAGE.write_text(page(results), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
