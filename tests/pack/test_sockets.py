"""Kernels side by side: sockets of their own, and another try for one that died before its first reply."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from workshop import job_for, write_notebook

from salesreport.dataset import Dataset
from salesreport.pack.kernels import execute_with_papermill
from salesreport.pack.make import Job, ReportFailed
from salesreport.pack.sockets import STARTS, has_sockets, manager_class, never_began
from salesreport.pack.subjects import Subject

DIED = RuntimeError("Kernel died before replying to kernel_info")


@pytest.fixture
def job(tmp_path: Path, company: Dataset) -> Job:
    write_notebook(tmp_path / "tiny.ipynb", ["1 + 1"])
    return job_for(company, tmp_path, Subject("rep", "R1", "Ann"))


def dying(times: int, calls: list[Any]) -> Any:
    """`papermill.execute_notebook`, whose kernel dies at its first starts."""

    def execute(source: str, target: str, *_: Any, **settings: Any) -> nbformat.NotebookNode:
        calls.append(settings["kernel_manager_class"])
        if len(calls) <= times:
            raise DIED
        return nbformat.read(source, as_version=4)

    return execute


def test_a_kernel_that_dies_before_its_first_reply_is_started_again(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(papermill, "execute_notebook", dying(STARTS - 1, calls))
    assert execute_with_papermill(job).cells[1].source == "1 + 1"
    assert len(calls) == STARTS


def test_not_for_ever(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(papermill, "execute_notebook", dying(99, calls))
    with pytest.raises(ReportFailed):
        execute_with_papermill(job)
    assert len(calls) == STARTS


def test_another_error_is_the_notebook_s() -> None:
    assert never_began(DIED)
    assert not never_began(RuntimeError("no such column"))
    assert not never_began(ValueError("kernel_info"))


def test_sockets_are_files_of_the_kernel_s_own_folder(tmp_path: Path) -> None:
    short, long = Path("/tmp/k"), Path("/tmp") / ("k" * 100)
    assert has_sockets(short)
    assert not has_sockets(long)
    manager = manager_class(tmp_path / "k")()
    assert manager.connection_file == str(tmp_path / "k" / "kernel.json")
    if has_sockets(tmp_path / "k" / "kernel"):
        assert (manager.transport, manager.ip) == ("ipc", str(tmp_path / "k" / "kernel"))
    assert manager_class(long)().transport == "tcp"


@pytest.mark.slow
def test_kernels_side_by_side(tmp_path: Path) -> None:
    def started(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        write_notebook(folder / "in.ipynb", [f"{number} + 1"])
        done = papermill.execute_notebook(
            str(folder / "in.ipynb"), str(folder / "out.ipynb"), kernel_name="python3", language="python",
            progress_bar=False, extra_arguments=["--log-level=40"], kernel_manager_class=manager_class(folder),
        )  # fmt: skip
        return done.cells[1].outputs[0].data["text/plain"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(started, range(8))) == [str(number + 1) for number in range(8)]
