"""Read thousands of damaged exports: each must give a dataset that adds up, or one clear error.

    python benchmarks/fuzz.py --files 10000          # writes its table into docs/reliability.md
    python benchmarks/fuzz.py --files 400 --dry      # only prints it

A file fails that gives anything but a `SalesreportError`, ends the process, takes more than 30 seconds or 2 GB,
loses a row, or leaves a value in the dataset that its column cannot have. What fails is kept in outputs/fuzz/.
"""

import argparse
import contextlib
import datetime as dt
import json
import math
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml
from mutants import HEADINGS, KINDS, Mutant, mutant
from page import markdown, put_between, say

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, SalesreportError
from salesreport.ingest import ingest
from salesreport.ingest.cells.parse_numbers import MOST
from salesreport.ingest.cells.raw import EARLIEST, LATEST
from salesreport.ingest.presets.presets import AUTO
from salesreport.ingest.proposal.proposal import as_yaml, propose
from salesreport.language import Language, text
from salesreport.pack.machine import default_workers
from salesreport.tables import TABLES

SECONDS = 30.0
MEMORY = 2 * 2**30
LONGEST = 3_000
"""No message has more characters."""

BATCH = 100
PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
KEPT = Path(__file__).parent.parent / "outputs" / "fuzz"
BEGIN, END = "<!-- Mutated files: made by benchmarks/fuzz.py -->", "<!-- end of mutated files -->"


class Result(NamedTuple):
    """What became of a file: `dataset`, `error` or `failure`; the message, and what it took."""

    number: int
    kind: str
    outcome: str
    said: str
    seconds: float
    memory: int
    rows: int = 0


def read(one: Mutant, folder: Path) -> Result:
    """Ingest a damaged file, and look at what comes of it."""
    (folder / one.file).write_bytes(one.data)
    begun, rows = time.monotonic(), 0
    columns = {name: heading for name, heading in HEADINGS.items() if name != "status"}
    status = {"from": HEADINGS["status"], "won": ["won"], "lost": ["lost"]}
    table = {"file": one.file, "columns": columns, "status": status, **one.options}
    spec = {"name": "Fuzz", "as_of": "2025-12-31", "currency": "EUR", "tables": {"deals": table}}
    (folder / "source.yml").write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    try:
        if one.kind == "preset":
            given = {"currency": "EUR", "as_of": "2025-12-31"}
            proposal = propose([folder / one.file], AUTO, given, one.options)
            if not proposal.complete:
                raise ConfigError(text("Asked: {missing}", missing=proposal.missing()))
            (folder / "source.yml").write_text(as_yaml(proposal, Language("en")), encoding="utf-8")
        dataset = ingest(folder / "source.yml", folder / "out")
        outcome, said = "dataset", ""
        rows = dataset.provenance.counts["deals"].read
        wrong = [*unaccounted(dataset), *beyond(dataset)]
        if wrong:
            outcome, said = "failure", "; ".join(wrong)
        told = [Language("en").say(note) for note in dataset.provenance.notes]
    except SalesreportError as error:
        outcome, said = "error", error.say(Language("en"))
        told = [said]
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        outcome, said, told = "failure", "".join(traceback.format_exception(error)[-6:]), []
    seconds, memory = time.monotonic() - begun, peak()
    if outcome != "failure" and seconds > SECONDS:
        outcome, said = "failure", f"took {seconds:.0f} s"
    if outcome != "failure" and memory > MEMORY:
        outcome, said = "failure", f"took {memory / 2**20:.0f} MB"
    if outcome != "failure" and any(len(one) > LONGEST for one in told):
        outcome, said = "failure", f"a message of {max(map(len, told))} characters: {max(told, key=len)[:300]}"
    return Result(one.number, one.kind, outcome, said, seconds, memory, rows)


def unaccounted(dataset: Dataset) -> list[str]:
    """Rows that are neither in the dataset nor set aside."""
    wrong = []
    for name, counts in dataset.provenance.counts.items():
        folded = any("several rows" in str(note) for note in dataset.provenance.notes)
        if counts.kept + counts.repaired != len(dataset.table(name)) and not folded:
            wrong.append(f"{name}: {counts.kept} + {counts.repaired} kept, {len(dataset.table(name))} there")
        aside = dataset.folder / "set_aside" / f"{name}.csv"
        there = len(pd.read_csv(aside, dtype=str, keep_default_na=False)) if aside.is_file() else 0
        if counts.set_aside != there:
            wrong.append(f"{name}: {counts.set_aside} set aside, {there} written")
        if counts.read != counts.kept + counts.repaired + counts.set_aside:
            wrong.append(f"{name}: {counts}")
    return wrong


def beyond(dataset: Dataset) -> list[str]:
    """Values that their columns cannot have."""
    wrong = []
    for name in dataset.provenance.counts:
        frame = dataset.table(name)
        for column in TABLES[name].columns:
            if column.name not in frame:
                continue
            values = frame[column.name].dropna()
            if column.required and len(values) != len(frame):
                wrong.append(f"{name}.{column.name} is empty somewhere")
            if column.is_number:
                least = -MOST if column.least is None else column.least
                most = MOST if column.most is None else column.most
                bad = [one for one in values if not (math.isfinite(one) and least <= one <= most)]
            elif column.kind == "date":
                bad = [one for one in values if not EARLIEST <= np.datetime64(one) < LATEST]
            elif column.kind == "choice":
                bad = [one for one in values if one not in column.values]
            elif column.is_text:
                bad = [one for one in values if not one.strip()]
            else:
                bad = []
            if bad:
                wrong.append(f"{name}.{column.name} has {bad[:3]}")
    return wrong


def peak() -> int:
    """The most memory that this process and those it waited for ever had, in bytes; 0 where it cannot be told."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * unit
    )


def batch(seed: int, numbers: range, out: Path) -> None:
    """Read some files, one after the other; a line before and after each."""
    with out.open("w", encoding="utf-8") as told, tempfile.TemporaryDirectory() as scratch:
        for number in numbers:
            print(json.dumps(["begun", number]), file=told, flush=True)
            folder = Path(scratch, str(number))
            folder.mkdir()
            print(json.dumps(["done", *read(mutant(seed, number), folder)]), file=told, flush=True)
            shutil.rmtree(folder)


def run(seed: int, numbers: range) -> list[Result]:
    """Read some files in processes of their own: one that dies or hangs costs one file."""
    context = multiprocessing.get_context("spawn")
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "told")
        while len(results) < len(numbers):
            rest = range(numbers.start + len(results), numbers.stop)
            process = context.Process(target=batch, args=(seed, rest, out))
            process.start()
            seen, since = -1, time.monotonic()
            while process.is_alive():
                process.join(0.5)
                size = out.stat().st_size if out.exists() else 0
                if size != seen:
                    seen, since = size, time.monotonic()
                elif time.monotonic() - since > 3 * SECONDS:
                    process.kill()
            lines = []
            with contextlib.suppress(FileNotFoundError), out.open(encoding="utf-8") as told:
                lines = [json.loads(line) for line in told]
                out.unlink()
            results += [Result(*line[1:]) for line in lines if line[0] == "done"]
            if lines and lines[-1][0] == "begun":
                number = lines[-1][1]
                said = f"the process ended ({process.exitcode})"
                results.append(Result(number, KINDS[number % len(KINDS)], "failure", said, 0.0, 0))
            elif not lines:
                raise RuntimeError("the process that reads the files does not start")
    return results


def table(results: list[Result]) -> str:
    """What became of the files, by kind."""
    rows = []
    for kind in (*KINDS, "all"):
        of = [one for one in results if kind in (one.kind, "all")]
        counts = Counter(one.outcome for one in of)
        slowest = max((one.seconds for one in of), default=0)
        memory = max((one.memory for one in of), default=0)
        numbers = [len(of), counts["dataset"], sum(one.rows for one in of), counts["error"], counts["failure"]]
        took = [f"{slowest:.1f} s", f"{memory / 2**20:,.0f} MB"]
        rows.append([kind, *(f"{number:,}" for number in numbers), *took])
    head = ["kind", "files", "datasets", "rows in them", "one clear error", "failures", "longest", "most memory"]
    return markdown(head, rows)


def write(results: list[Result], seed: int) -> None:
    """Put the table into the page."""
    said = f"`make fuzz` of {dt.date.today().isoformat()}, {len(results):,} files, seed {seed}."
    put_between(PAGE, BEGIN, END, f"{said}\n\n{table(results)}")


def main() -> int:
    """Read the options, and go."""
    parser = argparse.ArgumentParser(description="Read damaged exports.")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no more files after so many")
    parser.add_argument("--workers", type=int, default=default_workers(), help="files read at a time")
    parser.add_argument("--dry", action="store_true", help="do not write the page")
    options = parser.parse_args()
    results: list[Result] = []
    last, begun = options.first + options.files, time.monotonic()
    batches = [range(start, min(start + BATCH, last)) for start in range(options.first, last, BATCH)]

    def read_batch(numbers: range) -> list[Result]:
        late = time.monotonic() - begun > 60 * options.minutes
        return [] if late else run(options.seed, numbers)

    with ThreadPoolExecutor(options.workers) as pool:
        for found in pool.map(read_batch, batches):
            results += found
            for one in found:
                if one.outcome == "failure":
                    made = mutant(options.seed, one.number)
                    KEPT.mkdir(parents=True, exist_ok=True)
                    (KEPT / f"{options.seed}-{one.number}.{made.kind}").write_bytes(made.data)
                    say(f"{one.number} {one.kind}: {one.said}")
            counts = Counter(one.outcome for one in results)
            say(f"{len(results):,} files: {dict(counts)}")
    print(table(results))
    if not options.dry:
        write(results, options.seed)
    return 1 if any(one.outcome == "failure" for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
