"""The warm engine: nothing leaks, nothing hangs, and its reports are those of the stock engine."""

import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from workshop import ENDINGS, SHOW, Silent, job_for, plain_export, strict, write_notebook

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.pack.engines import make_engine
from salesreport.pack.kernels import PapermillEngine
from salesreport.pack.limits import Limits
from salesreport.pack.machine import can_fork
from salesreport.pack.make import Job
from salesreport.pack.rehearsal import imported_by
from salesreport.pack.subjects import Subject
from salesreport.pack.warm import WarmEngine

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork")

LEAKY = """\
import builtins, os, sys
import matplotlib as mpl
import pandas as pd

seen = [
    pd.options.display.max_rows,
    mpl.rcParams["figure.dpi"],
    getattr(builtins, "leaked", "clean"),
    "leaked" in os.environ,
    os.path.exists("/proc/self/fd/99"),
    "leaked" in sys.modules,
    os.path.basename(os.getcwd()) == "leaked",
]
pd.options.display.max_rows = 7
mpl.rcParams["figure.dpi"] = 7
builtins.leaked = "dirty"
os.environ["leaked"] = "1"
os.dup2(1, 99)
sys.modules["leaked"] = os
"""


def jobs(company: Dataset, folder: Path, cells: list[str], count: int = 3) -> list[Job]:
    notebook = write_notebook(folder / "tiny.ipynb", cells)
    subjects = [Subject("rep", f"R{n}", f"Rep {n}") for n in range(count)]
    return [
        replace(job_for(company, folder, subject), notebook=notebook, stem=f"r{n}")
        for n, subject in enumerate(subjects)
    ]


def run(made: list[Job], **options: object) -> Silent:
    watcher = Silent()
    engine = WarmEngine(**{"workers": 2, "export": plain_export, **options})  # type: ignore[arg-type]
    engine.run(made, watcher)
    return watcher


def test_nothing_leaks_from_one_report_into_the_next(company: Dataset, tmp_path: Path) -> None:
    show = SHOW.replace('f"All well with {rep}"', "str(seen)")
    watcher = run(jobs(company, tmp_path, [LEAKY, show]), workers=1)
    said = {outcome.told.verdict for outcome in watcher.outcomes.values()}
    assert len(watcher.outcomes) == 3
    # pandas' and matplotlib's own defaults, nothing of an earlier report
    assert said == {"[60, 100.0, 'clean', False, False, False, False]"}


def test_each_report_is_its_own_and_all_are_told(company: Dataset, tmp_path: Path) -> None:
    watcher = run(jobs(company, tmp_path, [SHOW], count=5))
    assert sorted(watcher.begun) == [f"R{n}" for n in range(5)]
    for n in range(5):
        outcome = watcher.outcomes[f"R{n}"]
        assert outcome.reason is None
        assert outcome.told.verdict == f"All well with R{n}"
        assert f"All well with R{n}" in (tmp_path / "reports" / f"r{n}.html").read_text()


TROUBLE = """\
import os, signal, time
if rep == "R1":
    os._exit(3)
if rep == "R2":
    os.kill(os.getpid(), signal.SIGKILL)
if rep == "R3":
    time.sleep(60)
if rep == "R4":
    hog = bytearray(3_000_000_000)
if rep == "R5":
    raise ValueError("No <b>luck</b>")
"""


def test_a_notebook_that_ends_itself_makes_no_report(company: Dataset, tmp_path: Path) -> None:
    watcher = run(jobs(company, tmp_path, [SHOW, ENDINGS, "print('the rest')"], count=5))
    reasons = {name: str(outcome.reason) for name, outcome in watcher.outcomes.items()}
    # the parameters, those of papermill and SHOW were run to their end; ENDINGS and the last cell were not
    half = "The notebook ended itself half-way: 3 of its 5 cells were run to their end."
    assert reasons["R0"] == reasons["R1"] == half
    assert reasons["R2"] == "The notebook ended its own process twice (exit code 0)."
    assert "killed twice (SIGKILL)" in reasons["R3"]
    assert reasons["R4"] == "None"
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["r4.html"]
    kept = strict((tmp_path / "notebooks" / "r0.ipynb").read_bytes())
    assert kept.cells[3].source == ENDINGS
    assert kept.cells[3].outputs[-1].text == f"{half}\n"
    # of a process that died nothing is left that could be taken for its report
    assert not (tmp_path / "notebooks" / "r2.ipynb").exists()


def test_a_report_that_ends_hangs_or_hogs_stops_no_other(company: Dataset, tmp_path: Path) -> None:
    made = jobs(company, tmp_path, [TROUBLE, SHOW], count=7)
    began = time.monotonic()
    watcher = run(made, limits=Limits(seconds=4, memory=10**9))
    assert time.monotonic() - began < 45
    reasons = {name: str(outcome.reason) for name, outcome in watcher.outcomes.items()}
    assert reasons["R0"] == reasons["R6"] == "None"
    assert reasons["R1"] == "The notebook ended its own process twice (exit code 3)."
    assert "killed twice (SIGKILL)" in reasons["R2"]
    assert reasons["R3"] == "It took longer than 4 seconds and was ended."
    assert reasons["R4"] == "MemoryError"
    assert reasons["R5"] == "No <b>luck</b> (ValueError)"
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["r0.html", "r6.html"]


def test_a_report_that_is_killed_once_is_tried_again(company: Dataset, tmp_path: Path) -> None:
    flag = tmp_path / "was-here"
    once = f"""\
import os, pathlib, signal
if not pathlib.Path({str(flag)!r}).exists():
    pathlib.Path({str(flag)!r}).touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    watcher = run(jobs(company, tmp_path, [once, SHOW], count=1))
    assert watcher.outcomes["R0"].reason is None
    assert watcher.begun == ["R0"]  # it is told once that its turn has come


@pytest.mark.parametrize("times", [1, 2])
def test_where_the_process_of_all_reports_is_killed_another_goes_on_once(
    company: Dataset, tmp_path: Path, times: int
) -> None:
    flags = [str(tmp_path / f"flag-{number}") for number in range(times)]
    kills = f"""\
import os, pathlib, signal, time
for flag in map(pathlib.Path, {flags!r}):
    if rep == "R1" and not flag.exists():
        flag.touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
"""
    watcher = run(jobs(company, tmp_path, [kills, SHOW]))
    reasons = {rep: outcome.reason for rep, outcome in watcher.outcomes.items()}
    assert set(reasons) == {"R0", "R1", "R2"}
    assert sorted(watcher.begun) == sorted({*watcher.begun})  # each is told once
    if times == 1:
        assert set(reasons.values()) == {None}
    else:
        assert "process that makes the reports ended" in str(reasons["R1"])


def test_what_a_notebook_started_ends_with_it(company: Dataset, tmp_path: Path) -> None:
    started = tmp_path / "pid"
    starts = f"""\
import pathlib, subprocess, time
pathlib.Path({str(started)!r}).write_text(str(subprocess.Popen(["sleep", "600"]).pid))
time.sleep(600)
"""
    run(jobs(company, tmp_path, [starts, SHOW], count=1), limits=Limits(seconds=3))
    pid = int(started.read_text())
    for _ in range(50):
        if not is_running(pid):
            break
        time.sleep(0.1)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # a zombie waits for whoever adopted it, and runs no more
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")


@pytest.mark.slow
def test_both_engines_make_the_same_report(sample: Dataset, tmp_path: Path) -> None:
    notebooks = Path(__file__).resolve().parent.parent.parent / "notebooks"
    rep = sample.table("reps")["rep_id"].iloc[0]
    html = {}
    for name, engine in (("warm", WarmEngine(1)), ("papermill", PapermillEngine(1))):
        folder = tmp_path / name
        job = replace(
            job_for(sample, folder, Subject("rep", rep, rep)),
            notebook=notebooks / "rep_review.ipynb",
            parameters={"dataset": str(sample.path), "rep": rep, "period": "2025-Q4"},
            period="2025-Q4",
        )
        watcher = Silent()
        engine.run([job], watcher)  # type: ignore[attr-defined]
        assert watcher.outcomes[rep].reason is None
        html[name] = (folder / "reports" / "one.html").read_text(encoding="utf-8")
        executed = nbformat.read(folder / "notebooks" / "one.ipynb", as_version=4)
        counted = [cell.execution_count for cell in executed.cells if cell.cell_type == "code"]
        assert counted == list(range(1, len(counted) + 1))
    assert html["warm"] == html["papermill"]
    assert len(re.findall("<svg", html["warm"])) > 5


def test_the_engine_is_chosen_by_what_the_system_can(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_engine(None, 3) == WarmEngine(3)
    assert make_engine("papermill", 3) == PapermillEngine(3)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert make_engine(None, 3) == PapermillEngine(3)
    with pytest.raises(ConfigError, match="no warm engine"):
        make_engine("warm")


def test_imports_of_a_notebook(tmp_path: Path) -> None:
    cells = [
        "import json, os.path as p\nfrom pathlib import Path\nfrom . import x",
        "%matplotlib inline",
        "def f():\n    import re",
    ]
    assert imported_by(write_notebook(tmp_path / "n.ipynb", cells).read_bytes()) == ["json", "os.path", "pathlib"]
