"""Packs that are killed at random moments, or find no room: the folder never holds a wrong report.

Each moment: a pack is made anew, or made again with another parameter over a finished one; the command is killed
(SIGKILL) at a random time; whatever lies in `reports/` must be whole and its job's. Then the same command runs
undisturbed: it must keep what was finished, make only the rest, and end with the manifest and index of a run that
nobody killed. What counts as finished is read from the manifest and the journal here, not by the package.
"""

import contextlib
import datetime as dt
import hashlib
import html
import json
import random
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
from disk import remount, room_for, small_disk
from killing import Command, Row, command_line
from nbformat.v4 import new_code_cell, new_notebook, new_output

import salesreport.pack.engines
import salesreport.pack.progress
import salesreport.pack.run
from salesreport.dataset import DatasetSettings
from salesreport.pack.engine import Watcher
from salesreport.pack.make import REPORT_MIME, Job, make_report
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

NOTEBOOK = """\
import json
import subprocess
from pathlib import Path
from IPython.display import display

subprocess.Popen(["sleep", "60"])
described = json.loads(Path(dataset, "dataset.json").read_text(encoding="utf-8"))
about = {"subject": {"kind": "rep", "id": rep, "name": rep}, "period": period, "verdict": f"{rep}, {smallest}",
         "fingerprint": described["fingerprint"]}
display({"application/vnd.salesreport.report+json": about, "text/plain": rep}, raw=True)
"""
PARAMETERS = """\
dataset: str = ""
rep: str = ""
period: str = ""
smallest: int = 0
"""


class InProcess:
    """An engine without kernels: a report takes some milliseconds, most of them asleep.

    Args:
        fill: a file that takes all the room there is, once the last report is made.
    """

    name = "in-process"

    def __init__(self, fill: Path | None = None) -> None:
        self.fill = fill

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        for job in jobs:
            watcher.started(job)
            watcher.done(make_report(job, execute, export))
        if self.fill is not None:
            with contextlib.suppress(OSError), self.fill.open("wb", buffering=0) as stream:
                while stream.write(bytes(4096)):
                    pass


def execute(job: Job) -> nbformat.NotebookNode:
    """An executed notebook that says what a right one says."""
    time.sleep(0.005)
    about = {
        "subject": {"kind": job.subject.kind, "id": job.subject.id, "name": job.subject.name},
        "period": job.period,
        "fingerprint": job.fingerprint,
        "verdict": f"{job.subject.id}, {job.parameters['smallest']}",
    }
    output = new_output("display_data", {REPORT_MIME: about})
    cell = new_code_cell("review", id="review", outputs=[output], execution_count=1)
    return new_notebook(cells=[cell], metadata={"inputs": job.inputs})


def export(notebook: nbformat.NotebookNode, language: str) -> str:
    """A page with the `<meta>` lines of a report, and what it was made from."""
    about = notebook.cells[0].outputs[0].data[REPORT_MIME]
    meta = {
        "subject-kind": about["subject"]["kind"],
        "subject": about["subject"]["id"],
        "period": about["period"],
        "fingerprint": about["fingerprint"],
        "inputs": notebook.metadata["inputs"],
    }
    lines = [f'<meta name="salesreport:{name}" content="{html.escape(value)}">' for name, value in meta.items()]
    return f'<html lang="{language}"><head>{"".join(lines)}</head>{"<p>filling</p>" * 500}</html>\n'


class Company(NamedTuple):
    """A project.

    Attributes:
        file: its pack file. out: where the pack goes. engine: makes it. real: whether the command is started as
            people do, and not in a fork of this process.
    """

    file: Path
    out: Path
    engine: str
    real: bool = False

    def jobs(self, smallest: int) -> dict[str, Job]:
        """File in the pack's folder → its job."""
        plan = make_plan(load_pack(self.file, self.changes(smallest)))
        return {job.report: job for job in plan.jobs}

    @property
    def dataset(self) -> Path:
        """Its dataset's folder."""
        return self.file.parent / "data"

    @property
    def notebook(self) -> Path:
        """What makes its reports."""
        return self.file.parent / "tiny.ipynb"

    def changes(self, smallest: int) -> list[str]:
        return [f"smallest={smallest}", f"output={self.out}"]

    def start(self, smallest: int, fill: Path | None = None, force: bool = False) -> Command:
        """Start the command that makes the pack."""
        options = [part for change in self.changes(smallest) for part in ("--set", change)]
        options += ["--force"] if force else []
        if self.engine != InProcess.name:
            kind = Command.real if self.real else Command.imported
            return kind("pack", self.file, *options, "--engine", self.engine)

        def run() -> None:
            salesreport.pack.engines.make_engine = lambda *_, **__: InProcess(fill)  # type: ignore[assignment]
            command_line("pack", self.file, *options)

        return Command(run)

    def finish(self, smallest: int) -> tuple[int, int]:
        """Run the command undisturbed: how many reports it made, and how many it found unchanged."""
        command = self.start(smallest)
        said = command.said()
        found = re.search(r"([\d,]+) made, ([\d,]+) unchanged", said)
        assert found, said
        assert command.returncode == 0, f"exit code {command.returncode}: {said}"
        return int(found[1]), int(found[2])


def make_company(folder: Path, reports: int, engine: str) -> Company:
    """A dataset with so many reps, a tiny notebook, a pack file."""
    company = Company(folder / "pack.yml", folder / "out", engine)
    write_data(company.dataset, reports)
    write_notebook(company.notebook, PARAMETERS, NOTEBOOK)
    company.file.write_text("notebook: ./tiny.ipynb\ndataset: data\neach: rep\nperiod: 2017-Q4\noutput: out\n")
    return company


def write_data(folder: Path, reps: int, amount: int = 1) -> None:
    """A dataset with so many reps, a deal for each."""
    ids = [f"R{number}" for number in range(reps)]
    day = pd.to_datetime(pd.Series(["2017-11-11"] * reps))
    deals = {"deal_id": ids, "rep_id": ids, "status": "won", "created_on": day, "closed_on": day}
    tables = {
        "reps": pd.DataFrame({"rep_id": ids, "name": [f"Rep {one}" for one in ids]}),
        "deals": pd.DataFrame({**deals, "amount": float(amount)}),
    }
    settings = DatasetSettings(name="Chaos", as_of=dt.date(2017, 12, 31), currency="EUR")
    write_dataset(folder, tables, settings, Provenance("chaos"))


def write_notebook(file: Path, parameters: str, *cells: str) -> None:
    """A notebook with a parameters cell and others."""
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = new_notebook(cells=[first, *map(new_code_cell, cells)], metadata={"kernelspec": kernel})
    nbformat.write(made, file)


def finished(out: Path) -> dict[str, dict[str, Any]]:
    """File → entry of the reports that a folder's manifest and journal call done and that are there."""
    listed: list[dict[str, Any]] = []
    if (out / "manifest.json").is_file():
        listed += json.loads((out / "manifest.json").read_bytes())["reports"]
    if (out / ".journal").is_file():
        for line in (out / ".journal").read_bytes().splitlines():
            with contextlib.suppress(ValueError):  # cut off
                listed.append(json.loads(line))
    done = {entry["file"]: entry for entry in listed if entry["status"] == "done"}
    return {file: entry for file, entry in done.items() if (out / file).is_file()}


def check(out: Path, jobs: Sequence[dict[str, Job]]) -> dict[str, dict[str, Any]]:
    """Make sure that every report in a folder is whole, and that of its job.

    Args:
        out: the pack's folder. jobs: file → job, of each run that may have made it.

    Returns:
        The finished reports that the folder knows of.
    """
    known = finished(out)
    for path in (out / "reports").glob("*.html"):
        file, content = f"reports/{path.name}", path.read_bytes()
        assert content.endswith(b"</html>\n") or content.endswith(b"</html>"), f"{file} is cut off"
        said = dict(re.findall(r'<meta name="salesreport:([\w-]+)" content="([^"]*)"', content.decode()))
        right = [
            job
            for job in (its[file] for its in jobs)
            if (said["subject-kind"], html.unescape(said["subject"])) == job.subject[:2]
            and (said["period"], said["fingerprint"]) == (job.period, job.fingerprint)
            and said.get("inputs", job.inputs) == job.inputs
        ]
        assert right, f"{file} is a wrong report"
        entry = known.get(file)
        if entry is not None:
            assert entry["sha256"] == hashlib.sha256(content).hexdigest(), f"{file} is not what is noted of it"
            assert entry["inputs"] in {job.inputs for job in right}, f"{file} is another job's"
    return known


def result(out: Path) -> tuple[Any, str]:
    """Manifest (without seconds) and index of a pack."""
    manifest = json.loads((out / "manifest.json").read_bytes())
    for entry in manifest["reports"]:
        del entry["seconds"]
    return manifest, (out / "index.html").read_text(encoding="utf-8")


def noted(out: Path) -> int:
    """How many reports the journal of a folder notes."""
    try:
        return (out / ".journal").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def kill_at(row: Row, company: Company, smallest: int, reports: int, delay: float) -> bool:
    """Start the pack and kill its process; whether it was still running.

    Args:
        row: counts it. company: the project. smallest: the parameter.
        reports: wait until so many are noted. delay: and then so many seconds.
    """
    before = (company.out / "manifest.json").stat().st_mtime_ns if company.out.exists() else 0
    command = company.start(smallest)
    command.wait_for(lambda: (company.out / ".lock").exists())
    command.wait_for(lambda: noted(company.out) >= reports)
    time.sleep(delay)
    running = row.kill(command)
    assert running or (company.out / "manifest.json").stat().st_mtime_ns > before
    return running


def packs(scratch: Path, times: int, seed: int, engine: str = InProcess.name, reports: int = 60) -> list[Row]:
    """Kill packs at so many random moments, half of them made anew, half made again with another parameter."""
    chance, row = random.Random(seed), Row(f"pack killed, engine {engine}, {reports} reports")
    company = make_company(scratch, reports, engine)._replace(real=True)
    wanted, length = {}, 0.0
    jobs = {smallest: company.jobs(smallest) for smallest in (1, 2)}
    for smallest in jobs:
        command = company.start(smallest)
        command.wait_for(lambda: (company.out / ".lock").exists())
        begun = time.monotonic()
        assert command.wait() == 0, command.said()
        length = max(length, time.monotonic() - begun)
        check(company.out, [jobs[smallest]])
        wanted[smallest] = result(company.out)
    smallest = 2
    for moment in range(times):
        with row.moment():
            running = False
            while not running:  # killed too late is not killed
                anew = moment % 2 == 0
                if anew:
                    shutil.rmtree(company.out)
                allowed = [jobs[3 - smallest]] if anew else [jobs[1], jobs[2]]
                smallest = 3 - smallest
                if chance.random() < 0.5:
                    wait, delay = 0, chance.uniform(0, length)
                else:  # however busy the machine is, this comes between two reports or soon after the last
                    wait, delay = chance.randint(0, reports), chance.uniform(0, length / reports)
                running = kill_at(row, company, smallest, wait, delay)
                known = check(company.out, allowed)
                right = {file for file, entry in known.items() if entry["inputs"] == jobs[smallest][file].inputs}
                there = {f"reports/{path.name}" for path in (company.out / "reports").glob("*.html")}
                # once a run over a finished pack has noted a report, what it does not know to be right is gone
                untold = there - (right if right and not anew else set(known))
                assert len(untold) <= 4, f"{len(untold)} reports were finished and not noted"
                made, unchanged = company.finish(smallest)
                assert unchanged == len(right), f"{len(right)} reports were finished, {unchanged} were kept"
                assert made == reports - unchanged
                assert set(check(company.out, [jobs[smallest]])) == set(jobs[smallest])
                assert result(company.out) == wanted[smallest]
                left = {path.name for path in company.out.rglob("*") if path.name.startswith(".")}
                assert not left, f"{left} are left over"
                row.found["reports kept"] += unchanged
                row.found["reports made then"] += made
    return [row]


def full_disks(scratch: Path, times: int, seed: int) -> list[Row]:
    """Make a pack where there is too little room for its reports, or for its index, or none may write."""
    rows = full, index, closed = [
        Row(f"{what} disk") for what in ("pack on a full", "index of a pack on a full", "pack on a read-only")
    ]
    usual = make_company(scratch, 60, InProcess.name)
    usual.finish(1)
    needed = room_for(usual.out)
    with small_disk(scratch / "disk", needed) as disk:
        if disk is None:
            return []
        company = usual._replace(out=disk / "out")
        jobs = company.jobs(1)
        for part in range(1, times + 1):
            with full.moment():
                shutil.rmtree(company.out, ignore_errors=True)
                remount(disk, f"size={needed * part // (times + 1)}")
                company.start(1).refused("No space left on device", 1, 2)
                known = check(company.out, [jobs])
                assert len(known) < len(jobs)
                remount(disk, f"size={4 * needed}")
                assert company.finish(1) == (len(jobs) - len(known), len(known))
                assert set(check(company.out, [jobs])) == set(jobs)
                full.found["reports kept"] += len(known)
                full.found["reports made then"] += len(jobs) - len(known)
        for anew in (True, False):
            with index.moment():
                if anew:
                    shutil.rmtree(company.out)
                filler = disk / "filler"
                company.start(1 if anew else 2, fill=filler).refused("No space left on device")
                wanted = company.jobs(1 if anew else 2)
                assert set(check(company.out, [wanted])) == set(wanted)
                assert not (company.out / "index.html").exists(), "it tells of other reports"
                filler.unlink()
                assert company.finish(1 if anew else 2) == (0, len(wanted))
                index.found["reports kept"] += len(wanted)
        before = result(company.out)
        for smallest in (1, 2):
            with closed.moment():
                remount(disk, "ro")
                try:
                    company.start(smallest).refused("Read-only file system")
                    assert set(check(company.out, [company.jobs(2)])) == set(jobs)
                    assert result(company.out) == before
                finally:
                    remount(disk, "rw")
                closed.found["the old pack, and one clear error"] += 1
    return rows
