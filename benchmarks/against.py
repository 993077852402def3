"""Today's code against an earlier commit's, side by side in one run. Prints JSON: what → what it took of that.

The earlier commit is checked out as a git worktree and has an environment of its own, made of its own lock file
(both are kept in FOLDER for the next run). Each measurement is made in pairs, one after the other, several times;
what counts are the ratios of the pairs, for machines are noisy: their median, the least and the greatest.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import Took, as_usual, measure
from pack import pack_file

ROOT = Path(__file__).resolve().parent.parent

BASE = "4dfd557"
"""The commit that issue and page name."""

EXPLORING = ROOT / "benchmarks" / "exploring.py"

FEW = 5
"""Reports of the smaller of two packs, from which it follows what a pack costs once and each further report."""

COMPANY = """
import sys
from salesreport.sample import write_company
reps, deals = map(int, sys.argv[2:4])
many = {"activities_per_deal": 1.0, "snapshot_every": None} if deals > 100_000 else {}
dataset = write_company(sys.argv[1], reps=reps, deals=deals, **many)
print("\\n".join(sorted(dataset.table("deals", ["rep_id"])["rep_id"].unique())))
"""

EXPLORED = """
import sys
from salesreport.sample import write_company
reps, deals = map(int, sys.argv[2:4])
write_company(sys.argv[1], reps=reps, deals=deals, activities_per_deal=0.1, snapshot_every=None)
"""
"""The same deals, written by the code of each side: later ones have more columns."""

KERNEL = """
import os
before = dict(os.environ)
import json
from pathlib import Path
from salesreport.explore import lab
def say(*command):
    print(json.dumps({name: value for name, value in os.environ.items() if before.get(name) != value}))
    raise SystemExit
os.execv = say
lab.open_lab(Path("explorer.ipynb"))
"""
"""The environment that `salesreport explore` gives JupyterLab, and so the explorer's kernel (Linux)."""

DEALS = """
import sys
from pathlib import Path
from salesreport.sample import write_company
folder, deals = Path(sys.argv[1]), int(sys.argv[2])
dataset = write_company(folder / "company", reps=100, deals=deals, activities_per_deal=0.1, snapshot_every=None)
columns = ["deal_id", "rep_id", "account_id", "stage", "status", "created_on", "closed_on", "amount"]
dataset.table("deals", columns).to_csv(folder / "deals.csv", index=False)
lines = "".join(f"      {name}: {name}\\n" for name in columns)
head = "name: bench\\nas_of: 2025-12-31\\ncurrency: EUR\\ntables:\\n"
head += "  deals:\\n    file: deals.csv\\n    columns:\\n"
(folder / "source.yml").write_text(head + lines)
"""

PEER = """
import sys
import pandas as pd
pd.read_csv(sys.argv[1], engine="pyarrow").to_parquet(sys.argv[1] + ".parquet")
"""
"""What reading and writing a file takes without understanding it."""


@dataclass(frozen=True)
class Side:
    """One of the two: its checkout and the Python of its environment."""

    root: Path
    python: Path

    def run(self, *arguments: str, cwd: Path | None = None) -> Took:
        """Measure its Python with these arguments."""
        return measure([str(self.python), *arguments], cwd or self.root, {"PYTHONPATH": str(self.root)})

    def say(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """What its Python prints with these arguments, in the environment `as_usual` with `env` added."""
        command = [str(self.python), *arguments]
        environment = {**as_usual(), "PYTHONPATH": str(self.root), **(env or {})}
        return subprocess.run(
            command, cwd=self.root, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


def earlier(commit: str, folder: Path) -> Side:
    """The checkout of a commit, with an environment of its own."""
    root, home = folder / commit, folder / f"{commit}-python"
    if not root.exists():
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(root), commit], cwd=ROOT, check=True)
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        asked = ["-m", "pip", "install", "--quiet", "-r", str(root / "requirements.lock")]
        subprocess.run([str(python), *asked], check=True)
    return Side(root, python)


Pairs = list[tuple[float, float]]


def summary(pairs: Pairs) -> dict[str, float]:
    """Medians of both, and of the ratios now : then, with the least and the greatest."""
    ratios = sorted(now / then for now, then in pairs)
    return {
        "now": statistics.median(now for now, _ in pairs),
        "then": statistics.median(then for _, then in pairs),
        "ratio": statistics.median(ratios),
        "least": ratios[0],
        "most": ratios[-1],
    }


def paired(
    now: Side, then: Side, make: Callable[[Side], dict[str, float]], runs: int
) -> dict[str, dict[str, float]]:
    """What `make` measures of both, one after the other, so many times."""
    made = []
    for number in range(runs):
        order = (now, then) if number % 2 else (then, now)
        found = {side.root: make(side) for side in order}
        made.append((found[now.root], found[then.root]))
        print(
            "…",
            {name: f"{one[name] / other[name]:.2f}" for one, other in made[-1:] for name in one},
            file=sys.stderr,
        )
    return {name: summary([(one[name], other[name]) for one, other in made]) for name in made[0][0]}


class Packs:
    """What packs of one company cost: each side has its own copy of it, written by its own code."""

    def __init__(self, sides: Sequence[Side], folder: Path, reps: int, deals: int, reports: int) -> None:
        self.folder, self.reports = folder, reports
        self.reps = {
            side.root: side.say("-c", COMPANY, str(self.company(side)), str(reps), str(deals)).split()
            for side in sides
        }

    def company(self, side: Side) -> Path:
        """The folder of a side's dataset."""
        return self.folder / side.root.name / "company"

    def of(self, side: Side, reports: int) -> Took:
        """A pack of so many reports."""
        place = self.folder / side.root.name
        shutil.rmtree(place / "pack", ignore_errors=True)
        notebook = side.root / "notebooks" / "rep_review.ipynb"
        file = pack_file(self.company(side), self.reps[side.root][:reports], place, notebook)
        return side.run("-m", "salesreport", "pack", str(file), "--workers", "2", cwd=place)

    def forget(self, side: Side) -> None:
        """Take away what an earlier pack left beside the dataset."""
        for stored in self.company(side).glob(".kept"):
            shutil.rmtree(stored)

    def measured(self, side: Side) -> dict[str, float]:
        """Seconds: the first report, what a pack costs once and once more, each further report; and memory."""
        self.forget(side)
        first = self.of(side, 1)
        self.forget(side)
        many = self.of(side, self.reports)
        again = self.of(side, FEW)
        whole = self.of(side, self.reports)
        more = self.reports - FEW
        further, cpu = (whole.wall - again.wall) / more, (whole.cpu - again.cpu) / more
        return {
            "first report, wall": first.wall,
            "whole pack, wall": many.wall,
            "whole pack, CPU": many.cpu,
            "whole pack, memory": many.memory,
            "further report, wall": further,
            "further report, CPU": cpu,
            "once per pack, CPU": many.cpu - self.reports * cpu,
            "once per pack again, CPU": whole.cpu - self.reports * cpu,
        }


def ingest(now: Side, then: Side, folder: Path, deals: int, runs: int) -> dict[str, dict[str, float]]:
    """Reading an export: both, and the bare reading and writing of the same file."""
    now.say("-c", DEALS, str(folder), str(deals))

    def one(side: Side) -> dict[str, float]:
        took = side.run(
            "-m", "salesreport", "ingest", str(folder / "source.yml"), "--out", str(folder / "out"), cwd=folder
        )
        return {"ingest, wall": took.wall, "ingest, CPU": took.cpu, "ingest, memory": took.memory}

    found = paired(now, then, one, runs)
    bare = [now.run("-c", PEER, str(folder / "deals.csv"), cwd=folder) for _ in range(runs)]
    for what, name in (("wall", "ingest, wall"), ("CPU", "ingest, CPU"), ("memory", "ingest, memory")):
        ours, peer = found[name]["now"], statistics.median(getattr(one, what.lower()) for one in bare)
        found[f"{name}, of bare pandas and pyarrow"] = {"now": ours, "then": peer, "ratio": ours / peer}
    return found


def explore(now: Side, then: Side, folder: Path, deals: int, runs: int) -> dict[str, dict[str, float]]:
    """Exploring a company with 1,000 deals a rep, as the kernel of `salesreport explore` does."""
    kernel = {side.root: json.loads(side.say("-c", KERNEL)) for side in (now, then)}
    for side in (now, then):
        side.say("-c", EXPLORED, str(folder / side.root.name), str(deals // 1000), str(deals))

    def one(side: Side) -> dict[str, float]:
        said = side.say(str(EXPLORING), str(folder / side.root.name), env=kernel[side.root])
        took: dict[str, float] = json.loads(said)
        return took

    return paired(now, then, one, runs)


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default=BASE, help="the earlier commit")
    parser.add_argument("--folder", type=Path, default=ROOT / ".bench", help="where its checkout is kept")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reports", type=int, default=31, help="of a pack; 0: no packs")
    parser.add_argument("--big", action="store_true", help="also 300 reps and 300,000 deals; explore 2 million")
    parser.add_argument("--explore", type=int, nargs="*", help="deals to explore; no number: none")
    parser.add_argument("--ingest", type=int, default=1_000_000, help="deals to read; 0: none")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    then = earlier(options.base, options.folder.resolve())
    now = Side(ROOT, Path(sys.executable))
    for side in (now, then):  # the first run shall not compile what others find compiled
        side.run("-m", "compileall", "-q", "salesreport")
    result = {}
    companies = {"35 reps, 9,000 deals": (35, 9_000)}
    companies |= {"300 reps, 300,000 deals": (300, 300_000)} if options.big else {}
    for name, (reps, deals) in companies.items() if options.reports else ():
        with tempfile.TemporaryDirectory() as scratch:
            packs = Packs([now, then], Path(scratch), reps, deals, options.reports)
            result[name] = paired(now, then, packs.measured, options.runs)
    explored = [100_000, *([2_000_000] if options.big else [])] if options.explore is None else options.explore
    for deals in explored:
        with tempfile.TemporaryDirectory() as scratch:
            result[f"exploring {deals:,} deals"] = explore(now, then, Path(scratch), deals, options.runs)
    if options.ingest:
        with tempfile.TemporaryDirectory() as scratch:
            result[f"{options.ingest:,} deals"] = ingest(now, then, Path(scratch), options.ingest, options.runs)
    print(json.dumps({"base": options.base, "runs": options.runs, "took": result}, indent=2))


if __name__ == "__main__":
    main()
