"""Runs that end before their time: killed, on a full disk, side by side."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from workshop import HOSTILE, Rehearsal, Silent

from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.lock import locked
from salesreport.pack.journal import Journal
from salesreport.pack.manifest import Manifest, read_manifest
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.writing import write_dataset


class Killed(BaseException):
    """Stands in for a kill: nothing is tidied up."""


def run(file: Path, *changes: str, engine: Rehearsal | None = None, force: bool = False) -> list[str]:
    """Make the pack: the subjects whose reports were made."""
    engine = engine or Rehearsal()
    make_pack(make_plan(load_pack(file, changes)), engine, Silent(), force=force)
    return engine.ran


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def nothing_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends with `Killed` leaves everything as it is at that moment."""
    import salesreport.pack.run as module

    def give_up(self: Any) -> None:
        if self.rest:
            raise Killed

    monkeypatch.setattr(module._Recorder, "give_up_rest", give_up)


@pytest.mark.usefixtures("nothing_tidied")
def test_what_a_killed_run_had_finished_is_kept(folder: Path, pack_file: Path) -> None:
    with pytest.raises(Killed):
        run(pack_file, engine=Rehearsal({"R2": Killed()}))
    out = folder / "out"
    manifest = read_manifest(out)
    assert manifest is not None
    assert [entry.status for entry in manifest.reports] == ["pending"] * 3  # the journal knows better
    half = out / "reports" / f".bob-czerny.html.{os.getpid()}.partial"
    half.write_text("<html>")

    class Looking(Rehearsal):
        def execute(self, job: Any) -> Any:
            assert not half.exists()
            return super().execute(job)

    assert run(pack_file, engine=Looking()) == ["R2", HOSTILE]
    assert run(pack_file) == [], "no report failed"
    assert not (out / ".journal").exists()


@pytest.mark.usefixtures("nothing_tidied")
@pytest.mark.parametrize("cut", [1, 100])
def test_a_last_line_that_was_cut_off_costs_one_report(folder: Path, pack_file: Path, cut: int) -> None:
    with pytest.raises(Killed):
        run(pack_file, engine=Rehearsal({HOSTILE: Killed()}))
    journal = folder / "out" / ".journal"
    content = journal.read_bytes()
    assert content.count(b"\n") == 2
    journal.write_bytes(content[: -1 - cut])
    assert run(pack_file) == ["R2", HOSTILE]


@pytest.mark.usefixtures("nothing_tidied")
def test_a_report_that_nobody_noted_is_made_again(folder: Path, pack_file: Path) -> None:
    class Untold(Rehearsal):
        def run(self, jobs: Any, watcher: Any) -> None:
            from salesreport.pack.make import make_report

            make_report(jobs[0], self.execute, self.export)
            raise Killed

    with pytest.raises(Killed):
        run(pack_file, engine=Untold())
    assert (folder / "out" / "reports" / "ann-berg.html").is_file()
    assert run(pack_file) == ["R1", "R2", HOSTILE]


@pytest.mark.usefixtures("nothing_tidied")
def test_killed_it_leaves_no_report_of_another_parameter(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    with pytest.raises(Killed):
        run(pack_file, "smallest=3", engine=Rehearsal({"R2": Killed()}))
    assert names(folder / "out" / "reports") == {"ann-berg.html"}
    # and going back to how it was keeps nothing of what is now otherwise
    assert run(pack_file) == ["R1", "R2", HOSTILE]


def test_making_again_and_stopped_keeps_what_was_right(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    out = folder / "out"
    before = names(out)
    with pytest.raises(KeyboardInterrupt):
        run(pack_file, engine=Rehearsal({"R2": KeyboardInterrupt()}), force=True)
    manifest = read_manifest(out)
    assert manifest is not None
    assert [entry.status for entry in manifest.reports] == ["done"] * 3
    assert names(out) == before
    assert "could not be made" not in (out / "index.html").read_text(encoding="utf-8")
    assert run(pack_file) == [], "all are right"


def test_stopped_with_other_inputs_nothing_old_stays(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    with pytest.raises(KeyboardInterrupt):
        run(pack_file, "smallest=3", engine=Rehearsal({"R2": KeyboardInterrupt()}), force=True)
    assert names(folder / "out" / "reports") == {"ann-berg.html"}
    manifest = read_manifest(folder / "out")
    assert manifest is not None
    assert [entry.status for entry in manifest.reports] == ["done", "failed", "failed"]


@pytest.mark.usefixtures("nothing_tidied")
def test_killed_while_all_are_made_again_they_are_still_right(pack_file: Path) -> None:
    run(pack_file)
    with pytest.raises(Killed):
        run(pack_file, engine=Rehearsal({"R2": Killed()}), force=True)
    assert run(pack_file) == []


def test_a_report_that_changed_before_it_was_noted_does_not_stay(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    report = folder / "out" / "reports" / "bob-czerny.html"

    class Writing(Rehearsal):
        def execute(self, job: Any) -> Any:
            if job.subject.id == "R2":
                report.write_text("<html>", encoding="utf-8")
                raise KeyboardInterrupt
            return super().execute(job)

    with pytest.raises(KeyboardInterrupt):
        run(pack_file, engine=Writing(), force=True)
    assert not report.exists()
    assert run(pack_file) == ["R2"]


@pytest.mark.parametrize("left", [[".lock"], [".lock", ".manifest.json.1.partial"]])
def test_killed_before_the_manifest_it_is_still_an_empty_folder(
    folder: Path, pack_file: Path, left: list[str]
) -> None:
    (folder / "out").mkdir()
    for name in left:
        (folder / "out" / name).write_text("{")
    assert run(pack_file) == ["R1", "R2", HOSTILE]


def test_two_at_a_time(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    before = names(folder / "out")
    engine = Rehearsal()
    with locked(folder / "out"):
        with pytest.raises(DataError, match=f"by process {os.getpid()} on"):
            run(pack_file, "smallest=3", engine=engine)
        assert names(folder / "out") == before | {".lock"}
    assert engine.ran == []
    assert run(pack_file, "smallest=3", engine=engine) == ["R1", "R2", HOSTILE]


def test_a_dataset_that_is_replaced_meanwhile_stops_the_reports_that_come_after(
    folder: Path, pack_file: Path, company: Dataset
) -> None:
    own = shutil.copytree(company.path, folder / "own")
    pack_file.write_text(pack_file.read_text().replace(company.path.as_posix(), own.as_posix()))

    class Replacing(Rehearsal):
        def execute(self, job: Any) -> Any:
            made = super().execute(job)
            if job.subject.id == "R2":
                settings = company.settings.model_copy(update={"name": "Another"})
                tables = {name: company.table(name) for name in company.rows}
                write_dataset(own, tables, settings, company.provenance)
            return made

    manifest = make_pack(make_plan(load_pack(pack_file)), Replacing(), Silent())
    assert [entry.status for entry in manifest.reports] == ["done", "failed", "failed"]
    assert {entry.reason for entry in manifest.failed} == {
        "The dataset was replaced while the pack was made; make it again."
    }
    assert names(folder / "out" / "reports") == {"ann-berg.html"}
    assert manifest.pack.dataset.fingerprint == company.fingerprint
    assert run(pack_file) == ["R1", "R2", HOSTILE]


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_for(monkeypatch: pytest.MonkeyPatch, *endings: str) -> None:
    """No room for files whose names end like this."""
    opened = Path.open

    def fail(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        stream: Any = opened(self, mode, *args, **options)
        written = self.name.removesuffix(f".{os.getpid()}.partial")
        if "w" in mode and written.endswith(endings):
            stream.write(b"half of it")
            stream.close()
            raise FULL
        return stream

    monkeypatch.setattr(Path, "open", fail)


@pytest.mark.parametrize("ending", [".html", ".ipynb"])
def test_no_room_for_a_report(folder: Path, pack_file: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    with monkeypatch.context() as patch:
        full_for(patch, f"ann-berg{ending}")
        manifest = make_pack(make_plan(load_pack(pack_file)), Rehearsal(), Silent())
    reasons = [entry.reason for entry in manifest.failed]
    assert reasons == ["The report cannot be written: No space left on device."]
    assert names(folder / "out" / "reports") == {"bob-czerny.html", "x-script-alert-1-script.html"}
    assert run(pack_file) == ["R1"]


@pytest.mark.parametrize("ending", ["manifest.json", "index.html", ".journal"])
def test_no_room_for_the_rest(folder: Path, pack_file: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    run(pack_file)
    index = (folder / "out" / "index.html").read_bytes()
    with monkeypatch.context() as patch:
        full_for(patch, ending)
        with pytest.raises(DataError, match=r"The pack cannot be written: No space left on device\."):
            run(pack_file)
    assert not [name for name in names(folder / "out") if name.endswith((".partial", ".lock"))]
    assert (folder / "out" / "index.html").read_bytes() == index
    assert Manifest.model_validate_json((folder / "out" / "manifest.json").read_bytes()).failed == []
    assert run(pack_file) == []


def test_no_room_for_a_line_of_the_journal_stops_the_run_and_loses_nothing(
    folder: Path, pack_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Journal.add

    def fail(self: Journal, entry: Any) -> None:
        if entry.subject.id == "R2":
            self.stream.write(entry.model_dump_json().encode()[:50])
            raise FULL
        add(self, entry)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add", fail)
        engine = Rehearsal()
        with pytest.raises(DataError, match="No space left on device"):
            run(pack_file, engine=engine)
        assert engine.ran == ["R1", "R2"]
    assert run(pack_file) == ["R2", HOSTILE]
