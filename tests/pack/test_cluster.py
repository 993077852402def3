"""The cluster engine with a real scheduler and real worker processes on loopback, all of which end for certain."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner
from workshop import SHOW, Silent, plain_export, write_notebook, write_pack

import salesreport
from salesreport.cli import app
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import ConfigError
from salesreport.files import is_partial
from salesreport.language import Language
from salesreport.pack.cluster import ClusterEngine, _of_all, check_address, check_answers
from salesreport.pack.make import Outcome
from salesreport.pack.needs import Needs, problem_here
from salesreport.pack.owner import run_mark
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import Plan, make_plan
from salesreport.pack.run import make_pack
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

REPS = [f"R{number:02}" for number in range(12)]
WORKSHOP = Path(__file__).parent
"""Where the module `workshop` is, whose exporter the workers use."""


class Cluster:
    """A scheduler and workers on this machine, started where a test finds too few of them alive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def with_workers(self, number: int, *options: str, path: Path = WORKSHOP) -> "Cluster":
        """Exactly so many workers; new ones are started with these options."""
        from distributed import Client

        if self.scheduler is None or self.scheduler.poll() is not None:
            self.end()
            self._start_scheduler()
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) > number:
            kill(self.workers.pop())
        while len(self.workers) < number:
            own = ("--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(self.folder))
            self.workers.append(self._start("dask_worker", self.address, *own, *options, path=path))
        with Client(self.address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == number)
        return self

    def _start_scheduler(self) -> None:
        where = self.folder / "scheduler.json"
        where.unlink(missing_ok=True)
        self.scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(where)
        )
        wait_until(lambda: where.exists() and where.read_text().rstrip().endswith("}"))
        self.address = json.loads(where.read_text())["address"]

    def _start(self, program: str, *options: str, path: Path = WORKSHOP) -> subprocess.Popen[bytes]:
        """A process, and a group for it and its children."""
        command = [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"]
        environment = os.environ | {"PYTHONPATH": str(path), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )

    def end(self) -> None:
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            kill(process)
        self.workers = []


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children at once, as a lack of memory or of current would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "the cluster did not start"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Processes of this machine, which end for certain."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="session")
def dozen(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twelve reps, R00 to R11, with a deal each."""
    day = pd.to_datetime(pd.Series(["2017-11-01"] * len(REPS)))
    deals = pd.DataFrame(
        {"deal_id": REPS, "rep_id": REPS, "status": "won", "created_on": day, "closed_on": day, "amount": 1.0}
    )
    settings = DatasetSettings(name="Dozen", as_of="2017-12-31")  # type: ignore[arg-type]
    return write_dataset(tmp_path_factory.mktemp("data") / "dozen", {"deals": deals}, settings, Provenance("test"))


def plan_of(folder: Path, dataset: Dataset, *before: str) -> Plan:
    """A pack of the dataset's reps; their notebook runs these cells, then says whom it is about."""
    write_notebook(folder / "notebooks" / "tiny.ipynb", [*before, SHOW])
    return make_plan(load_pack(write_pack(folder / "packs" / "pack.yml", dataset.path)))


def with_folders(plan: Plan) -> None:
    """Make what a pack makes before an engine runs."""
    for folder in ("reports", "notebooks"):
        (plan.folder / folder).mkdir(parents=True)


def why_the_second_fails(cluster: Cluster, plan: Plan) -> str:
    """The reason for which the report of the second of three reps is not made, once sure that the others' are."""
    watcher = Silent()
    ClusterEngine(cluster.address, export=plain_export).run(plan.jobs[:3], watcher)
    reasons = {rep: Language("en").say(outcome.reason) for rep, outcome in watcher.outcomes.items()}
    reason = reasons.pop("R01")
    assert reasons == {"R00": "", "R02": ""}
    assert right_reports(plan.folder) == {"R00", "R02"}
    return reason


def right_reports(out: Path) -> set[str]:
    """The subjects of the reports there are, once sure that each report is about its subject and nobody else.

    What a killed process left half-written is no report; `make_pack`, not the engine, removes it at a run's end.
    """
    there = [path for path in (out / "reports").iterdir() if not is_partial(path.name)]
    pages = {path.stem.upper(): path.read_text(encoding="utf-8") for path in there}
    assert pages == {rep: f'<html lang="en"><p>All well with {rep}</p></html>' for rep in pages}
    return set(pages)


def stop() -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


class Interfering(Silent):
    """Does something as soon as some reports are done."""

    def __init__(self, after: int, act: Callable[[], object]) -> None:
        super().__init__()
        self.after, self.act = after, act

    def done(self, outcome: Outcome) -> None:
        super().done(outcome)
        if len(self.outcomes) == self.after:
            self.act()


@pytest.mark.slow
def test_a_pack_is_complete_and_right_though_a_worker_is_killed_half_way(
    cluster: Cluster, dozen: Dataset, tmp_path: Path
) -> None:
    cluster.with_workers(2, "--no-nanny")
    plan = plan_of(tmp_path, dozen)
    victim = cluster.workers[0]
    engine = ClusterEngine(cluster.address, export=plain_export)
    engine.check(plan.jobs)
    assert not (tmp_path / "out").exists()  # checks leave nothing
    manifest = make_pack(plan, engine, Interfering(4, lambda: kill(victim)))
    assert victim.returncode == -signal.SIGKILL
    assert [(entry.subject.id, entry.status, entry.engine) for entry in manifest.reports] == [
        (rep, "done", "cluster") for rep in REPS
    ]
    assert [entry.verdict for entry in manifest.reports] == [f"All well with {rep}" for rep in REPS]
    assert right_reports(tmp_path / "out") == set(REPS)
    assert not list((tmp_path / "out").rglob(".cluster-*"))


@pytest.mark.slow
def test_after_ctrl_c_no_worker_writes_any_more(cluster: Cluster, dozen: Dataset, tmp_path: Path) -> None:
    from distributed import Client

    cluster.with_workers(1)
    plan = plan_of(tmp_path, dozen, "import time\ntime.sleep(1)")
    with pytest.raises(KeyboardInterrupt):
        make_pack(plan, ClusterEngine(cluster.address, export=plain_export), Interfering(2, stop))
    made = right_reports(plan.folder)
    assert len(made) == 2
    # a third report is being made; when the worker is done with it, it is free for this
    with Client(cluster.address, set_as_default=False) as client:
        assert client.submit(sum, [1, 2], pure=False).result(timeout=30) == 3
        assert set(client.processing().values()) == {()}
    assert right_reports(plan.folder) == made


@pytest.mark.slow
def test_a_report_that_kills_its_worker_each_time_fails_and_no_other(
    cluster: Cluster, dozen: Dataset, tmp_path: Path
) -> None:
    cluster.with_workers(0).with_workers(1)  # one with a nanny, which starts it again
    # a report's parent is the process that stands by, and that one's is the worker
    trouble = 'import psutil\nif rep == "R01":\n    psutil.Process().parents()[1].kill()'
    plan = plan_of(tmp_path, dozen, trouble)
    with_folders(plan)
    (plan.folder / plan.jobs[1].report).write_text("of an earlier run")
    assert "workers that made this report were ended" in why_the_second_fails(cluster, plan)


@pytest.mark.slow
def test_a_report_that_ends_the_process_beside_its_worker_fails_and_no_other(
    cluster: Cluster, dozen: Dataset, tmp_path: Path
) -> None:
    cluster.with_workers(1)
    trouble = 'import psutil, time\nif rep == "R01":\n    psutil.Process().parent().kill()\n    time.sleep(60)'
    plan = plan_of(tmp_path, dozen, trouble)
    with_folders(plan)
    assert "process that makes the reports ended" in why_the_second_fails(cluster, plan)


@pytest.mark.slow
def test_one_process_makes_all_reports_of_a_run_and_another_those_of_the_next(
    cluster: Cluster, dozen: Dataset, tmp_path: Path
) -> None:
    cluster.with_workers(1)
    pids = tmp_path / "pids"
    plan = plan_of(tmp_path, dozen, f'import os\nprint(os.getppid(), file=open({str(pids)!r}, "a"))')
    with_folders(plan)
    for _ in range(2):
        ClusterEngine(cluster.address, export=plain_export).run(plan.jobs[:3], Silent())
    first, *rest = pids.read_text().split()
    assert rest[:2] == [first, first]
    assert rest[2] == rest[3] == rest[4] != first


@pytest.mark.slow
def test_lost_workers_and_a_lost_scheduler_end_the_run_with_one_error(
    cluster: Cluster, dozen: Dataset, tmp_path: Path
) -> None:
    cluster.with_workers(0)
    plan = plan_of(tmp_path, dozen)
    engine = ClusterEngine(cluster.address, export=plain_export, connect_seconds=2, patience=1)
    with pytest.raises(ConfigError, match="has no workers"):
        engine.check(plan.jobs)
    cluster.with_workers(1, "--no-nanny")
    with pytest.raises(ConfigError, match="no workers any more"):
        make_pack(plan, engine, Interfering(1, lambda: kill(cluster.workers[0])))
    cluster.with_workers(1, "--no-nanny")
    assert cluster.scheduler is not None
    scheduler = cluster.scheduler
    with pytest.raises(ConfigError, match="connection to the cluster's scheduler was lost"):
        make_pack(plan, replace(engine, patience=30), Interfering(1, lambda: kill(scheduler)))
    assert right_reports(plan.folder)
    with pytest.raises(ConfigError, match="cannot be reached"):
        engine.check(plan.jobs)


@pytest.mark.slow
def test_a_worker_with_another_version_is_named(cluster: Cluster, dozen: Dataset, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, dozen)
    old = tmp_path / "old" / "salesreport" / "__init__.py"
    old.parent.mkdir(parents=True)
    old.write_text('__version__ = "0.0.1"')
    cluster.with_workers(0).with_workers(1, "--no-nanny", path=old.parent.parent)
    with pytest.raises(ConfigError, match=r"tcp://127.0.0.1:\d+ of the cluster .*0\.0\.1"):
        ClusterEngine(cluster.address).check(plan.jobs)
    cluster.with_workers(0)


def test_check_answers() -> None:
    address, worker = "tcp://s:1", "tcp://w:2"
    right = {worker: salesreport.__version__, address: salesreport.__version__}
    check_answers(address, {worker: 1}, right)
    with pytest.raises(ConfigError, match=r"has no workers.*dask worker tcp://s:1 --nthreads 1"):
        check_answers(address, {}, right)
    with pytest.raises(ConfigError, match=r"tcp://w:2 .* 4 reports at a time"):
        check_answers(address, {worker: 4}, right)
    missing = ModuleNotFoundError("No module named 'salesreport'")
    with pytest.raises(ConfigError, match=r"tcp://s:1 .* No module named 'salesreport'"):
        check_answers(address, {worker: 1}, right | {address: missing})


def test_a_worker_that_is_lost_while_it_is_asked_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesreport.pack.cluster.TICK", 0.0)

    class Client:
        def __init__(self, *answers: dict[str, object]) -> None:
            self.answers = deque(answers)

        def run(self, function: object, given: object, on_error: str) -> dict[str, object]:
            assert on_error == "return"
            return self.answers[0] if len(self.answers) == 1 else self.answers.popleft()

    lost = ConnectionResetError("closed")
    assert _of_all(Client({"tcp://a:1": lost, "tcp://b:1": 5}, {"tcp://b:1": 5}), len, "") == {"tcp://b:1": 5}
    assert _of_all(Client({"tcp://a:1": lost}), len, "") == {"tcp://a:1": lost}  # it is so each time


def test_what_a_worker_must_see(dozen: Dataset, tmp_path: Path) -> None:
    job = plan_of(tmp_path, dozen).jobs[0]
    (tmp_path / "out").mkdir()
    with run_mark(job.folder) as mark:
        assert mark.parent == tmp_path / "out"
        needs = Needs.of(job, mark)
        assert problem_here(needs) is None
        assert [path for path in mark.parent.iterdir() if path != mark] == []
        for change, said in [
            ({"fingerprint": "other"}, "dataset in .* is another one"),
            ({"dataset": tmp_path / "nowhere"}, "does not see the dataset.*nowhere"),
            ({"sha256": "other"}, "notebook .* is another one"),
            ({"notebook": tmp_path / "none.ipynb"}, "does not see the notebook.*none.ipynb"),
            ({"mark": tmp_path / "out" / ".cluster-other"}, "does not see the pack's folder"),
        ]:
            assert re.search(said, str(problem_here(replace(needs, **change))))  # type: ignore[arg-type]
        if os.geteuid():  # root may write everywhere
            mark.parent.chmod(0o555)
            assert "cannot write" in str(problem_here(needs))
            mark.parent.chmod(0o755)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "address", ["", "host", "host:8786", "http://host:8786", "tcp://host", "tcp://host:0", "tcp://host:99999",
                "tcp://host:8786/x", "tcp://:8786", "tcp://a b:1"],
)  # fmt: skip
def test_malformed_addresses(address: str) -> None:
    with pytest.raises(ConfigError, match="not the address of a scheduler") as caught:
        check_address(address)
    assert (caught.value.key, caught.value.found) == ("--scheduler", address)


def test_a_scheduler_that_is_not_there(dozen: Dataset, tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        engine = ClusterEngine(address, connect_seconds=0.3)
        with pytest.raises(ConfigError, match="cannot be reached"):
            engine.check(plan_of(tmp_path, dozen).jobs)
    engine.check([])
    engine.run([], Silent())


def test_without_the_extra(dozen: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install 'salesreport\[cluster\]'"):
        ClusterEngine("tcp://127.0.0.1:1").check(plan_of(tmp_path, dozen).jobs)


def test_the_command_refuses_a_bad_address_before_it_touches_the_pack(dozen: Dataset, tmp_path: Path) -> None:
    plan_of(tmp_path, dozen)
    file = str(tmp_path / "packs" / "pack.yml")
    result = CliRunner().invoke(app, ["pack", file, "--scheduler", "localhost"])
    assert result.exit_code == 2
    assert "not the address of a scheduler" in result.output
    assert not (tmp_path / "out").exists()
