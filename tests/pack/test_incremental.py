"""What a second run of a pack makes, and what it leaves as it is."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from workshop import HOSTILE, SHOW, Rehearsal, Silent, plain_export, write_notebook

import salesreport
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

EVERYBODY = ["R1", "R2", HOSTILE]


def made(
    file: Path,
    *changes: str,
    only: tuple[str, ...] = (),
    engine: Rehearsal | None = None,
    force: bool = False,
) -> list[str]:
    """Make the pack: the subjects whose reports were made; the others were said to be unchanged."""
    engine, watcher = engine or Rehearsal(), Silent()
    plan = make_plan(load_pack(file, changes), only)
    make_pack(plan, engine, watcher, force=force)
    assert watcher.making == len(engine.ran)
    assert watcher.making + watcher.unchanged == len(plan.jobs)
    return engine.ran


def result(out: Path) -> tuple[Any, str, dict[str, bytes]]:
    """What a pack says, without seconds: manifest, index, reports."""
    manifest = json.loads((out / "manifest.json").read_bytes())
    for entry in manifest["reports"]:
        del entry["seconds"]
    reports = {path.name: path.read_bytes() for path in (out / "reports").iterdir()}
    return manifest, (out / "index.html").read_text(encoding="utf-8"), reports


def test_nothing_changed_and_nothing_is_made(folder: Path, pack_file: Path) -> None:
    assert made(pack_file) == EVERYBODY
    before = result(folder / "out")
    assert made(pack_file) == []
    assert result(folder / "out") == before


def test_force_makes_all(pack_file: Path) -> None:
    made(pack_file)
    assert made(pack_file, force=True) == EVERYBODY


def test_what_failed_is_made_again_and_only_that(folder: Path, pack_file: Path) -> None:
    made(pack_file)
    full = result(folder / "out")
    (folder / "out" / "reports" / "bob-czerny.html").unlink()
    assert made(pack_file, engine=Rehearsal({"R2": ValueError("no luck")})) == ["R2"]
    assert made(pack_file) == ["R2"]
    assert result(folder / "out") == full


def test_a_changed_parameter_touches_all_reports_and_a_changed_choice_only_the_new_ones(pack_file: Path) -> None:
    made(pack_file, "where.team=North")
    assert made(pack_file) == [HOSTILE]
    assert made(pack_file, "smallest=3") == EVERYBODY
    assert made(pack_file, "smallest=3") == []
    assert made(pack_file, "smallest=3", "compare_to=year_before") == EVERYBODY
    assert made(pack_file, "language=de") == EVERYBODY


def test_one_row_of_a_csv_file_touches_one_report(folder: Path, pack_file: Path) -> None:
    rows = folder / "packs" / "rows.csv"
    rows.write_text("rep,smallest\nR1,1\nR2,1\n", encoding="utf-8")
    assert made(pack_file, f"each={rows}") == ["R1", "R2"]
    rows.write_text("rep,smallest\nR1,1\nR2,2\n", encoding="utf-8")
    assert made(pack_file, f"each={rows}") == ["R2"]


def test_a_changed_notebook_touches_all(folder: Path, pack_file: Path) -> None:
    made(pack_file)
    write_notebook(folder / "notebooks" / "tiny.ipynb", [SHOW, "# a remark"])
    assert made(pack_file) == EVERYBODY


def test_another_version_touches_all(pack_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(pack_file)
    monkeypatch.setattr(salesreport, "__version__", "99.0")
    assert made(pack_file) == EVERYBODY


def test_other_data_touch_all_and_the_same_data_elsewhere_none(
    folder: Path, pack_file: Path, company: Dataset
) -> None:
    made(pack_file)
    tables = {name: company.table(name) for name in ("reps", "accounts", "deals")}
    copy = write_dataset(folder / "copy", tables, company.settings, Provenance("test"))
    assert copy.fingerprint == company.fingerprint, "else the next line says nothing"
    assert made(pack_file, f"dataset={copy.path}") == []
    manifest, _, _ = result(folder / "out")
    places = {manifest["pack"]["dataset"]["path"], *(one["parameters"]["dataset"] for one in manifest["reports"])}
    assert places == {"../copy"}
    tables["deals"].loc[0, "amount"] = 101.0
    settings = DatasetSettings(**company.settings.model_dump())
    other = write_dataset(folder / "other", tables, settings, Provenance("test"))
    assert made(pack_file, f"dataset={other.path}") == EVERYBODY


def test_a_title_touches_the_index_alone(folder: Path, pack_file: Path) -> None:
    made(pack_file)
    assert made(pack_file, "title=Winter") == []
    assert "<h1>Winter</h1>" in (folder / "out" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "harm",
    [
        lambda out: (out / "reports" / "ann-berg.html").unlink(),
        lambda out: (out / "reports" / "ann-berg.html").write_bytes(b"<html>"),
        lambda out: (out / "reports" / "ann-berg.html").write_bytes(
            (out / "reports" / "bob-czerny.html").read_bytes()
        ),
        lambda out: (out / "notebooks" / "ann-berg.ipynb").unlink(),
    ],
    ids=["gone", "cut off", "another's", "no notebook"],
)
def test_a_report_that_is_not_what_was_made_is_made_again(
    folder: Path, pack_file: Path, harm: Callable[[Path], Any]
) -> None:
    made(pack_file)
    full = result(folder / "out")
    harm(folder / "out")
    assert made(pack_file) == ["R1"]
    assert result(folder / "out") == full


def test_some_then_all_is_the_same_as_all_at_once(folder: Path, pack_file: Path) -> None:
    made(pack_file)
    full = result(folder / "out")
    assert made(pack_file, only=("R2",)) == []
    assert result(folder / "out") == full
    elsewhere = f"output={folder / 'elsewhere'}"
    assert made(pack_file, elsewhere, only=("R2",)) == ["R2"]
    assert made(pack_file, elsewhere) == ["R1", HOSTILE]
    assert result(folder / "elsewhere") == full


def test_all_reports_are_made_of_the_notebook_as_it_was_at_first(folder: Path, pack_file: Path) -> None:
    file, sources = folder / "notebooks" / "tiny.ipynb", set()
    before = file.read_bytes()

    class Editing(Rehearsal):
        def execute(self, job: Any) -> Any:
            sources.add(job.source)
            file.write_bytes(before[: len(before) // 2])  # half of it is written so far
            return super().execute(job)

    assert made(pack_file, engine=Editing()) == EVERYBODY
    assert sources == {before}
    file.write_bytes(before)
    assert made(pack_file) == []
    write_notebook(file, [SHOW, "# meanwhile"])
    assert made(pack_file) == EVERYBODY


def test_a_manifest_from_before_there_were_inputs(folder: Path, pack_file: Path) -> None:
    made(pack_file)
    file = folder / "out" / "manifest.json"
    content = json.loads(file.read_bytes())
    for entry in content["reports"]:
        del entry["inputs"]
    file.write_text(json.dumps(content | {"left_over": []}), encoding="utf-8")
    assert made(pack_file) == EVERYBODY


def test_jobs_that_do_not_say_what_they_are_made_from_are_always_made(pack_file: Path) -> None:
    plan = make_plan(load_pack(pack_file))
    plan = replace(
        plan, **{name: tuple(replace(job, inputs="") for job in plan.jobs) for name in ("jobs", "every")}
    )
    for _ in range(2):
        engine = Rehearsal()
        make_pack(plan, engine, Silent())
        assert engine.ran == EVERYBODY


def test_the_engine_is_not_even_started_when_there_is_nothing_to_make(pack_file: Path) -> None:
    class Idle(Rehearsal):
        def run(self, jobs: Any, watcher: Any) -> None:
            raise AssertionError("there is nothing to make")

    made(pack_file, engine=Rehearsal(export=plain_export))
    assert made(pack_file, engine=Idle()) == []
