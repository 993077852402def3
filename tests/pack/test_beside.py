"""What two processes work out for all reports is what one would, and one goes on where the other is gone."""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from workshop import job_for

from salesreport.dataset import Dataset
from salesreport.pack import beside
from salesreport.pack.halves import Half, work_out
from salesreport.pack.subjects import Subject
from salesreport.report import shared
from salesreport.report.review import Review
from salesreport.report.sections import SECTIONS
from salesreport.sample import write_company
from salesreport.stored import store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="forks")

SHOWS_NOTHING = nbformat.writes(new_notebook()).encode()
NAMES = {"forecast", "milestones", "useful_actions", "trend"}


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(store.OFF, raising=False)
    monkeypatch.setattr(store, "_open", {})
    path = tmp_path / "company"
    write_company(path, reps=12, deals=300, snapshot_every=None)
    return Dataset.open(path)


def reviewed(company: Dataset, kept: bool) -> Review:
    """A review as a process makes it that has just been started."""
    store._open.clear()
    if kept:
        store.keep_results(company)
    shared._known.clear()
    return Review(company, "2025-Q4", rep=company.table("reps", ["rep_id"])["rep_id"].iloc[0])


def pages(review: Review) -> list[str]:
    return [getattr(review, name)._repr_html_() for name in sorted(NAMES)]


def keys_written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of what this process stores from now on, as it comes."""
    written: list[str] = []
    write = store.Store._written

    def noted(one: store.Store, file: Path, key: str, *more: Any) -> Any:
        written.append(key)
        return write(one, file, key, *more)

    monkeypatch.setattr(store.Store, "_written", noted)
    return written


def test_two_work_out_what_one_would(company: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = pages(reviewed(company, kept=False))
    review = reviewed(company, kept=True)
    written = keys_written(monkeypatch)
    beside.work_out(review, NAMES)
    assert any(key.startswith("((('forecast'") for key in written)
    assert pages(review) == alone
    assert not any("('milestones', Period(" in key for key in written)


def test_two_workers_of_a_cluster_work_out_a_half_each(
    company: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = pages(reviewed(company, kept=False))
    content = nbformat.writes(new_notebook(cells=[new_code_cell("\n".join(f"review.{name}" for name in NAMES))]))
    rep = company.table("reps", ["rep_id"])["rep_id"].iloc[0]
    asked = {"dataset": str(company.path), "period": "2025-Q4", "rep": rep}
    job = replace(job_for(company, tmp_path, Subject("rep", rep, rep)), content=content.encode(), parameters=asked)
    for second in (False, True):
        reviewed(company, kept=True)  # another process
        assert work_out(Half(job, second, tmp_path / "mark"))
        assert not work_out(Half(replace(job, content=SHOWS_NOTHING), second, tmp_path / "mark"))
    written = keys_written(monkeypatch)
    assert pages(reviewed(company, kept=True)) == alone
    assert not any(key.startswith("((('forecast'") or "('milestones', Period(" in key for key in written)


def test_each_goes_on_where_the_other_is_slow(company: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each section is made by one of the two, and a slow one does not wait for its turn at the others."""
    review = reviewed(company, kept=True)
    made, writing = os.pipe()

    def noted(name: str) -> Any:
        def make(this: Any) -> None:
            os.write(writing, f"{os.getpid() == here} {name}\n".encode())
            time.sleep(0.5 if name == "forecast" else 0.0)

        return property(make)

    here, names = os.getpid(), [*beside.HERE, *beside.BESIDE]
    for name in names:
        monkeypatch.setattr(Review, name, noted(name), raising=False)
    beside.work_out(review, set(names))
    os.close(writing)
    with os.fdopen(made) as stream:
        said = [line.split() for line in stream]
    assert sorted(name for _, name in said) == sorted(names)
    assert {name: mine for mine, name in said}["forecast"] == "True"
    assert {name: mine for mine, name in said}["next_period"] == "False"


def test_it_is_done_once(company: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    beside.work_out(reviewed(company, kept=True), NAMES)
    monkeypatch.setattr(beside, "_second", None)  # a fork that called it would fail, and so would starting it
    monkeypatch.setattr(beside, "make", None)
    beside.work_out(reviewed(company, kept=True), NAMES)


def test_without_a_store_nothing_is_begun(company: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_in_two", None)
    beside.work_out(reviewed(company, kept=False), NAMES)
    beside.work_out(reviewed(company, kept=True), {"trend", "forecast"})  # nothing for a second process


def test_a_second_that_hangs_is_not_waited_for_long(company: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_second", lambda *_: time.sleep(600))
    monkeypatch.setattr(beside, "LONGER", 0.1)
    began = time.monotonic()
    beside.work_out(reviewed(company, kept=True), NAMES)
    assert time.monotonic() - began < 300


def test_a_second_that_is_killed_stops_nobody(company: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = pages(reviewed(company, kept=False))
    review = reviewed(company, kept=True)
    monkeypatch.setattr(beside, "_second", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    beside.work_out(review, NAMES)
    assert pages(review) == alone


def test_both_processes_make_sections_that_there_are() -> None:
    names = [*beside.HERE, *beside.BESIDE]
    assert set(names) <= set(SECTIONS)
    assert len(set(names)) == len(names)
