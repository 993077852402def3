"""Kill the runner of a pack at random moments, and fill its disk: the folder must never hold a wrong report.

    python benchmarks/chaos.py --moments 50                  # an engine in the same process: many moments, quickly
    python benchmarks/chaos.py --moments 10 --engine warm    # the real one

Each moment: a pack is made anew, or made again with another parameter over a finished one; the command is killed
(SIGKILL) at a random time; whatever lies in `reports/` must be whole and its job's. Then the same command runs
undisturbed: it must keep what was finished, make only the rest, and end with the manifest and index of a run that
nobody killed. What counts as finished is read from the manifest and the journal here, not by the package.
"""

import argparse
import contextlib
import datetime as dt
import hashlib
import html
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook, new_output

from salesreport.dataset import DatasetSettings, write_dataset
from salesreport.pack.engine import Watcher
from salesreport.pack.make import REPORT_MIME, Job, make_report
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.provenance import Provenance

NOTEBOOK = """\
import json
from pathlib import Path
from IPython.display import display

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
    """An engine without kernels: a report takes some milliseconds, most of them asleep."""

    name = "in-process"

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        for job in jobs:
            watcher.started(job)
            watcher.done(make_report(job, execute, export))


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
    """A project folder: its pack file, where the pack goes, which engine makes it."""

    file: Path
    out: Path
    engine: str

    def jobs(self, smallest: int) -> dict[str, Job]:
        """File in the pack's folder → its job."""
        plan = make_plan(load_pack(self.file, self.changes(smallest)))
        return {job.report: job for job in plan.jobs}

    def changes(self, smallest: int) -> list[str]:
        return [f"smallest={smallest}", f"output={self.out}"]

    def start(self, smallest: int) -> subprocess.Popen[str]:
        """Start the command that makes the pack."""
        options = [part for change in self.changes(smallest) for part in ("--set", change)]
        command = [sys.executable, __file__, "--command", self.engine, "pack", str(self.file), *options]
        if self.engine != InProcess.name:
            command += ["--engine", self.engine]
        environment = {**os.environ, "SALESREPORT_LANGUAGE": "en"}
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )

    def finish(self, smallest: int) -> tuple[int, int]:
        """Run the command undisturbed: how many reports it made, and how many it found unchanged."""
        process = self.start(smallest)
        _, said = process.communicate(timeout=600)
        found = re.search(r"([\d,]+) made, ([\d,]+) unchanged", said)
        assert found, said
        assert process.returncode == 0, f"exit code {process.returncode}: {said}"
        return int(found[1]), int(found[2])


def make_company(folder: Path, reports: int, engine: str) -> Company:
    """A dataset with so many reps, a tiny notebook, a pack file."""
    ids = [f"R{number}" for number in range(reports)]
    day = pd.to_datetime(pd.Series(["2017-11-11"] * reports))
    tables = {
        "reps": pd.DataFrame({"rep_id": ids, "name": [f"Rep {one}" for one in ids]}),
        "deals": pd.DataFrame(
            {"deal_id": ids, "rep_id": ids, "status": "won", "created_on": day, "closed_on": day, "amount": 1.0}
        ),
    }
    settings = DatasetSettings(name="Chaos", as_of=dt.date(2017, 12, 31), currency="EUR")
    write_dataset(folder / "data", tables, settings, Provenance("chaos"))
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(NOTEBOOK)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "tiny.ipynb")
    file = folder / "pack.yml"
    file.write_text("notebook: ./tiny.ipynb\ndataset: data\neach: rep\nperiod: 2017-Q4\noutput: out\n")
    return Company(file, folder / "out", engine)


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


def kill_at(company: Company, smallest: int, reports: int, delay: float) -> bool:
    """Start the pack and kill its process; whether it was still running.

    Args:
        company: the project. smallest: the parameter.
        reports: wait until so many are noted. delay: and then so many seconds.
    """
    before = (company.out / "manifest.json").stat().st_mtime_ns if company.out.exists() else 0
    process = company.start(smallest)
    while process.poll() is None and not (company.out / ".lock").exists():
        time.sleep(0.0005)
    while process.poll() is None and noted(company.out) < reports:
        time.sleep(0.0005)
    time.sleep(delay)
    running = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.communicate()
    assert running or (company.out / "manifest.json").stat().st_mtime_ns > before
    return running


def moments(company: Company, number: int, seed: int) -> None:
    """Kill a pack at so many random moments."""
    chance = random.Random(seed)
    wanted, length = {}, 0.0
    jobs = {smallest: company.jobs(smallest) for smallest in (1, 2)}
    for smallest in jobs:
        process = company.start(smallest)
        while not (company.out / ".lock").exists():
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.0005)
        begun = time.monotonic()
        assert process.wait() == 0
        length = max(length, time.monotonic() - begun)
        check(company.out, [jobs[smallest]])
        wanted[smallest] = result(company.out)
    shown = f"{len(jobs[1])} reports in {length:.2f} s"
    print(f"{company.engine}: {shown}; killed at {number} moments, seed {seed}", flush=True)
    kept = made = late = 0
    smallest = 2
    for moment in range(number):
        anew = moment % 2 == 0
        if anew:
            shutil.rmtree(company.out)
        allowed = [jobs[3 - smallest]] if anew else [jobs[1], jobs[2]]
        smallest = 3 - smallest
        if chance.random() < 0.5:
            reports, delay = 0, chance.uniform(0, length)
        else:  # however busy the machine is just now, this comes between two reports or soon after the last
            reports, delay = chance.randint(0, len(jobs[1])), chance.uniform(0, length / len(jobs[1]))
        late += not kill_at(company, smallest, reports, delay)
        known = check(company.out, allowed)
        right = {file for file, entry in known.items() if entry["inputs"] == jobs[smallest][file].inputs}
        there = {f"reports/{path.name}" for path in (company.out / "reports").glob("*.html")}
        # once a run over a finished pack has noted a report, what it does not know to be right is gone
        untold = there - (right if right and not anew else set(known))
        assert len(untold) <= 4, f"{len(untold)} reports were finished and not noted"
        made_now, unchanged = company.finish(smallest)
        assert unchanged == len(right), f"{len(right)} reports were finished, {unchanged} were kept"
        assert made_now == len(jobs[1]) - unchanged
        assert set(check(company.out, [jobs[smallest]])) == set(jobs[smallest])
        assert result(company.out) == wanted[smallest]
        left = {path.name for path in company.out.rglob("*") if path.name.startswith(".")}
        assert not left, f"{left} are left over"
        kept, made = kept + unchanged, made + made_now
        if (moment + 1) % 10 == 0:
            print(f"{moment + 1} moments: kept {kept} reports, made {made}", flush=True)
    print(f"all whole and right; the next runs kept {kept} reports and made {made}; {late} kills came too late")


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    """A file system of so many bytes; None where this process may not mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(company: Company, disk: Path) -> None:
    """Let the disk fill up half-way; then give it room, and let the next run finish."""
    company = company._replace(out=disk / "out")
    jobs = company.jobs(1)
    process = company.start(1)
    _, said = process.communicate(timeout=600)
    assert process.returncode in (1, 2), f"exit code {process.returncode}: {said}"
    assert "No space left on device" in said, said
    assert "Traceback" not in said, said
    assert said.count("Error:") <= 1, said
    known = check(company.out, [jobs])
    assert 0 < len(known) < len(jobs)
    subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
    made, unchanged = company.finish(1)
    assert (made, unchanged) == (len(jobs) - len(known), len(known))
    assert set(check(company.out, [jobs])) == set(jobs)
    print(f"full disk: exit code {process.returncode}, {len(known)} reports whole; the next run kept them")


def command(engine: str, arguments: list[str]) -> None:
    """The command line itself, with the engine of this file where that is asked for."""
    import salesreport.pack.engines
    from salesreport.cli import main

    if engine == InProcess.name:
        salesreport.pack.engines.make_engine = lambda *_, **__: InProcess()  # type: ignore[assignment]
    sys.argv = ["salesreport", *arguments]
    main()


def main() -> None:
    """Read the options, and go."""
    if sys.argv[1:2] == ["--command"]:
        command(sys.argv[2], sys.argv[3:])
        return
    parser = argparse.ArgumentParser(description="Kill the runner of a pack at random moments.")
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--engine", choices=[InProcess.name, "warm", "papermill"], default=InProcess.name)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="salesreport-chaos-") as scratch:
        company = make_company(Path(scratch), options.reports, options.engine)
        moments(company, options.moments, options.seed)
        # whole blocks of 4 kB, and room for half of them
        blocks = sum(-(-path.stat().st_size // 4096) for path in company.out.rglob("*") if path.is_file())
        with small_disk(Path(scratch) / "disk", blocks * 4096 // 2) as disk:
            if disk is None:
                print("full disk: left out, for this process may not mount a file system")
            else:
                full_disk(company, disk)


if __name__ == "__main__":
    main()
