"""The page docs/performance.md, from what `make bench` measured and stored in benchmarks/results."""

import json
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
RESULTS = HERE / "results"

TEXT = """# Performance

Written by `make bench`; nothing here is a test, for machines differ and are shared. What counts are the ratios of
peers measured in the same run; each part below is a run of its own ([when and where](#when-and-where)).

## A report

The notebook `rep_review` on the sample company (35 reps, 9,000 deals), each way started as a command and measured
whole, start-up included. *Shell*: `papermill` and `jupyter nbconvert`, two at a time. *Warm runner*: two processes
that stay warm, run one notebook after the other without kernels and export with nbconvert's `HTMLExporter`, kept
warm too; then the same with our template. Nothing keeps the reports of a warm runner apart. *Ours*: `salesreport
pack --workers 2`, a fresh fork per report.

| per report | wall (s) | CPU (s) | most memory (MB) | reports |
|---|---|---|---|---|
{reports}

Against the shell, ours takes 1/{wall:.0f} of the wall time (target 1/15) and 1/{cpu:.0f} of the CPU (target 1/14);
against the warm runner {warm:.2f} of the wall time (target 0.5), against the one with our template {near:.2f}: a
process of its own costs each report more than a dirty one, and keeps it apart from all others.

The first report of a pack was there {first:.1f} s after the command's start (target 4); of these, the bare imports
of the given stack take {imports:.1f} s in the same run (pandas, pyarrow, matplotlib, papermill, nbconvert, scipy).

## Against other tools

*marimo*: `marimo export html`, a command for each page, two at a time, of a notebook that shows the same review.
*Observable Framework*: one build of a page for each rep; these hold no figure, for the reader's browser makes a
table from everybody's deals. Ours is the whole pack, start-up and shared figures included.

| per page | wall (s) | CPU (s) | most memory (MB) | pages |
|---|---|---|---|---|
{peers}

## Against an earlier state

Today's code and that of commit `{base}` in an environment of its own, one after the other in one run, {runs}
pairs: medians, and the median, least and greatest of the pairs' ratios. *Once per pack*: what a pack costs beside
its further reports; *again*: with what an earlier pack stored beside the dataset. *Of bare pandas and pyarrow*:
of what a command takes that reads and writes the same file without understanding it. *Exploring*: in a kernel as
`salesreport explore` starts it; a new comparison of like with like by itself, and until it is seen.

| | now | then | ratio | least | most |
|---|---|---|---|---|---|
{against}

## On a cluster

A pack of {parted} reports over two workers of a Dask cluster on this machine (`--scheduler`), against the same
with `--workers 1`: medians of {parted_runs}, and the ratios. The CPU is that of the command, of the workers and of
all beside them.

| | two workers | one, no cluster | ratio | least | most |
|---|---|---|---|---|---|
{cluster}

## Growth

The same, with more reps and deals. Two packs of different size each tell what a pack costs once (start-up,
reading, the figures of everybody) and what each further report costs; from these, what a report costs in a pack
with one for every rep.

| company | once per pack (s) | each further report (s) | its CPU (s) | per report of the whole pack (s) |
|---|---|---|---|---|
{growth}

With {deals:.0f} times the deals and {times:.0f} times the reps, a report of the whole pack costs {whole:.2f} of
what it cost (target: at most 1.2).

## Data

| | ours (s) | peer (s) | ratio | target |
|---|---|---|---|---|
{data}

## The explorer

From a changed control to the new picture, as the kernel sees it, over a script of changes through all controls and
views; beside it the time until the comparison of like with like is there, which is made in the background, and a
view made by hand with pandas and matplotlib in the same run.

| | half of the changes within (s) | target | 95% within (s) | comparison, median (s) | one view by hand (s) |
|---|---|---|---|---|---|
{explorer}

## Where the time of one report goes

CPU time of the report of one rep of the sample company, each time in a fork of a process that has made another's
report; the middle one of several runs. The rows after the first are its parts and add up to it.

{where}

## When and where

`make bench` measures all of this in about 75 minutes; `python benchmarks/bench.py --only PART …` measures a part
anew, `--quick` with smaller companies and fewer runs.

| part | measured on | at commit | how | machine |
|---|---|---|---|---|
{parts}
"""


DATA = {
    "ingest": ("ingest of {deals:,} deals, against `pandas.read_csv` with pyarrow and `to_parquet`", 1.5),
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


def peer_row(title: str, took: dict[str, Any]) -> str:
    """A row of the page's table on other tools."""
    if "reason" in took:
        return f"| {title} | not measured: {took['reason']} | | | |"
    return f"| {title} | {took['wall']:.2f} | {took['cpu']:.2f} | {took['memory']:.0f} | {took['pages']} |"


def against_row(title: str, took: dict[str, float]) -> str:
    """A row of the page's table on an earlier state: seconds, or MB."""
    digits = 0 if "memory" in title else 2
    spread = "".join(f" {took[end]:.2f} |" if end in took else " |" for end in ("least", "most"))
    return f"| {title} | {took['now']:.{digits}f} | {took['then']:.{digits}f} | {took['ratio']:.2f} |{spread}"


def explorer_row(took: dict[str, Any]) -> str:
    """A row of the page's table on the explorer."""
    target = "" if took["target"] is None else f"{took['target']:.2f}"
    compared = took["compared"]["median"] if took["compared"] else float("nan")
    numbers = f"{took['median']:.2f} | {target} | {took['p95']:.2f} | {compared:.1f} | {took['peer']:.2f}"
    return f"| {took['deals']:,} deals | {numbers} |"


class Growth(NamedTuple):
    """What a pack of a company of some size costs: once, and for each further report (seconds)."""

    reps: int
    deals: int
    once: float
    further: float
    cpu: float

    @classmethod
    def of(cls, reps: int, deals: int, took: dict[str, Any]) -> "Growth":
        """From two packs of different size."""
        few, many = took["few"], took["many"]
        more = many["reports"] - few["reports"]
        further, cpu = (
            (many[what] * many["reports"] - few[what] * few["reports"]) / more for what in ("wall", "cpu")
        )
        return cls(reps, deals, few["reports"] * (few["wall"] - further), further, cpu)

    @property
    def whole(self) -> float:
        """Seconds per report of a pack with a report for every rep."""
        return self.once / self.reps + self.further

    @property
    def row(self) -> str:
        """A row of the page's table."""
        numbers = f"{self.once:.1f} | {self.further:.2f} | {self.cpu:.2f} | {self.whole:.2f}"
        return f"| {self.reps:,} reps, {self.deals:,} deals | {numbers} |"


def stored() -> dict[str, Any]:
    """What was measured last, by part."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(RESULTS.glob("*.json"))}


def part_row(name: str, result: dict[str, Any]) -> str:
    """A row of the page's table on when what was measured."""
    machine = f"{result['cores']} cores, {result['system']}, Python {result['python']}"
    return f"| {name} | {result['on']} | `{result['commit']}` | {result['how']} | {machine} |"


def page(results: dict[str, Any]) -> str:
    """The page of what was measured; every part has to be there.

    Args:
        results: what `stored` gives.
    """
    found = {name: one["found"] for name, one in results.items()}
    report, parted, peers = found["report"], found["cluster"], found["peers"]
    sizes = [one for name, one in found.items() if name.startswith("growth")]
    growth = sorted(Growth.of(one["reps"], one["deals"], one) for one in sizes)
    against = [one for name, one in found.items() if name.startswith("against")]
    names = {
        "shell": "shell",
        "in_process": "warm runner",
        "in_process_ours": "warm runner, our template",
        "ours": "ours",
    }
    shell, warm, near, ours = (report[name] for name in names)
    return TEXT.format(
        reports="\n".join(report_row(title, report[name]) for name, title in names.items()),
        wall=shell["wall"] / ours["wall"],
        cpu=shell["cpu"] / ours["cpu"],
        warm=ours["wall"] / warm["wall"],
        near=ours["wall"] / near["wall"],
        first=report["start"]["first"],
        imports=report["start"]["imports"],
        growth="\n".join(one.row for one in growth),
        deals=growth[-1].deals / growth[0].deals,
        times=growth[-1].reps / growth[0].reps,
        whole=growth[-1].whole / growth[0].whole,
        where="| step | ms |\n|---|---|\n"
        + "\n".join(f"| {step} | {ms:.0f} |" for step, ms in found["where"].items()),
        data="\n".join(data_row(name, one) for name, one in found["data"].items()),
        peers="\n".join(peer_row(title, one) for title, one in peers.items()),
        base=against[0]["base"],
        runs=against[0]["runs"],
        against="\n".join(
            against_row(f"{company}: {what}", one)
            for part in against
            for company, took in part["took"].items()
            for what, one in took.items()
        ),
        parted=parted["reports"],
        parted_runs=parted["runs"],
        cluster="\n".join(against_row(f"{what} (s)", one) for what, one in parted["took"].items()),
        explorer="\n".join(map(explorer_row, found["explorer"]["explorer"])),
        parts="\n".join(part_row(name, one) for name, one in results.items()),
    )
