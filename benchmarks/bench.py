"""`make bench`: all measurements in one run, written to docs/performance.md with what they mean."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"

TEXT = """# Performance

Written by `make bench` (about {minutes} minutes{quick}); nothing here is a test, for machines differ and are
shared. What counts are the ratios of peers measured in the same run. This run: {cores} cores, {system}, Python
{python}.

## A report

The notebook `rep_review` on the sample company (35 reps, 9,000 deals), each way started as a command and measured
whole, start-up included. *Shell*: `papermill` and `jupyter nbconvert`, two at a time. *Warm runner*: two processes
that stay warm and run one notebook after the other, with our engine and template. *Ours*: `salesreport pack
--workers 2`, a fresh fork per report.

| per report | wall (s) | CPU (s) | most memory (MB) | reports |
|---|---|---|---|---|
{reports}

Against the shell, ours takes 1/{wall:.0f} of the wall time (target 1/15) and 1/{cpu:.0f} of the CPU (target 1/14);
against the warm runner {warm:.2f} of the wall time (target 0.5).

## Growth

The same, with more reps and deals; {some} reports each, so that start-up weighs the same.

| company | wall per report (s) | CPU per report (s) |
|---|---|---|
{growth}

## Data

| | ours (s) | peer (s) | ratio | target |
|---|---|---|---|---|
{data}

## Where the time of one report goes

{where}
"""


DATA = {
    "ingest": ("ingest of {deals:,} deals, against `pandas.read_csv` with pyarrow and `to_parquet`", 2),
    "kpi": ("figures by rep of {deals:,} deals over a year, against a DuckDB query, both from the files", 3),
}
"""What is measured of the data and against what, and the target."""


def report_row(title: str, took: dict[str, float]) -> str:
    """A row of the page's table on reports."""
    return f"| {title} | {took['wall']:.2f} | {took['cpu']:.2f} | {took['memory']:.0f} | {took['reports']} |"


def data_row(name: str, took: dict[str, float]) -> str:
    """A row of the page's table on data."""
    what, target = DATA[name]
    numbers = f"{took['ours']:.2f} | {took['peer']:.2f} | {took['ratio']:.1f} | {target}"
    return f"| {what.format(deals=int(took['deals']))} | {numbers} |"


def run(script: str, *arguments: str) -> dict[str, Any]:
    """The JSON that one of the benchmarks prints."""
    print("…", script, *arguments, flush=True)
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


def main() -> None:
    """Measure everything and write the page."""
    quick = "--quick" in sys.argv
    report = run("pack.py", "--shell", "2" if quick else "6", "--warm", "35" if quick else "70")
    some = 10 if quick else 35
    sizes = [(35, 30_000), (300, 300_000)] if quick else [(35, 30_000), (300, 300_000), (3_000, 3_000_000)]
    options = ["--shell", "0", "--warm", str(some)]
    growth = [
        (reps, deals, run("pack.py", *options, "--reps", str(reps), "--deals", str(deals)))
        for reps, deals in sizes
    ]
    data = run("data.py", *(["--ingest", "200000", "--kpi", "200000"] if quick else []))
    where = run("where.py")
    names = {"shell": "shell", "in_process": "warm runner", "ours": "ours"}
    shell, warm, ours = (report[name] for name in names)
    PAGE.write_text(
        TEXT.format(
            minutes=2 if quick else 15,
            quick="; this is its quick version" if quick else "",
            cores=len(os.sched_getaffinity(0)),
            system=platform.system(),
            python=platform.python_version(),
            reports="\n".join(report_row(title, report[name]) for name, title in names.items()),
            wall=shell["wall"] / ours["wall"],
            cpu=shell["cpu"] / ours["cpu"],
            warm=ours["wall"] / warm["wall"],
            some=some,
            growth="\n".join(
                f"| {reps:,} reps, {deals:,} deals | {one['ours']['wall']:.2f} | {one['ours']['cpu']:.2f} |"
                for reps, deals, one in growth
            ),
            where="| step | ms |\n|---|---|\n" + "\n".join(f"| {step} | {ms:.0f} |" for step, ms in where.items()),
            data="\n".join(data_row(name, one) for name, one in data.items()),
        ),
        encoding="utf-8",
    )
    print(PAGE)


if __name__ == "__main__":
    main()
