import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from workshop import HOSTILE, Rehearsal, Silent, write_pack

from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.pack.manifest import Manifest
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset


def run(
    file: Path,
    *changes: str,
    only: tuple[str, ...] = (),
    engine: Rehearsal | None = None,
    force: bool = False,
    replace: bool = False,
) -> Manifest:
    plan = make_plan(load_pack(file, changes), only)
    return make_pack(plan, engine or Rehearsal(), Silent(), force=force, replace=replace)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


REPORTS = {"reports/ann-berg.html", "reports/bob-czerny.html", "reports/x-script-alert-1-script.html"}
NOTEBOOKS = {"notebooks/ann-berg.ipynb", "notebooks/bob-czerny.ipynb", "notebooks/x-script-alert-1-script.ipynb"}
PAGES = {"index.html", "manifest.json"}


def test_the_folder_and_its_manifest(folder: Path, pack_file: Path, company: Dataset) -> None:
    run(pack_file, "smallest=3", "where.rep=[R1, R2]", engine=Rehearsal({"R2": ValueError("no luck")}))
    out = folder / "out"
    assert files(out) == {"reports/ann-berg.html", "notebooks/ann-berg.ipynb"} | PAGES
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    pack = manifest["pack"]
    notebook = folder / "notebooks" / "tiny.ipynb"
    assert pack["notebook"] == {"name": "tiny.ipynb", "sha256": hashlib.sha256(notebook.read_bytes()).hexdigest()}
    assert pack["dataset"]["fingerprint"] == company.fingerprint
    assert (out / pack["dataset"]["path"]).resolve() == company.path.resolve()
    assert (pack["period"], pack["compare_to"], pack["language"]) == ("2017-Q4", "2017-Q3", "en")
    ann, bob = manifest["reports"]
    content = (out / ann["file"]).read_bytes()
    assert (ann["bytes"], ann["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (ann["status"], ann["engine"], ann["reason"]) == ("done", "rehearsal", "")
    assert ann["subject"] == {"kind": "rep", "id": "R1", "name": "Ann Berg", "team": "North"}
    assert ann["parameters"] == {
        "dataset": pack["dataset"]["path"], "period": "2017-Q4", "compare_to": "previous", "language": "en",
        "smallest": 3, "rep": "R1",
    }  # fmt: skip
    assert (bob["status"], bob["file"], bob["reason"]) == ("failed", None, "no luck (ValueError)")


def test_one_failing_report_stops_no_other(folder: Path, pack_file: Path) -> None:
    engine = Rehearsal({"R1": RuntimeError("bad day")})
    manifest = run(pack_file, engine=engine)
    assert engine.ran == ["R1", "R2", HOSTILE]
    assert [(entry.subject.id, entry.reason) for entry in manifest.failed] == [("R1", "bad day (RuntimeError)")]
    assert files(folder / "out") & REPORTS == REPORTS - {"reports/ann-berg.html"}
    index = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert "bad day (RuntimeError)" in index
    assert "Traceback" not in index


def test_a_later_pack_removes_what_it_no_longer_has_and_nothing_else(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    mine = folder / "out" / "reports" / "my-notes.html"
    mine.write_text("mine")
    run(pack_file, "where.team=North")
    assert files(folder / "out") == {
        "reports/ann-berg.html", "reports/bob-czerny.html", "reports/my-notes.html", "notebooks/ann-berg.ipynb",
        "notebooks/bob-czerny.ipynb",
    } | PAGES  # fmt: skip


def test_only_keeps_the_other_reports_of_the_same_pack(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    engine = Rehearsal()
    manifest = run(pack_file, only=("R2",), engine=engine, force=True)
    assert engine.ran == ["R2"]
    assert [entry.subject.id for entry in manifest.reports] == ["R1", "R2", HOSTILE]
    assert files(folder / "out") == REPORTS | NOTEBOOKS | PAGES
    assert "Ann Berg" in (folder / "out" / "index.html").read_text(encoding="utf-8")


def test_only_drops_the_reports_of_another_period(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    manifest = run(pack_file, "period=2017-12", only=("R2",), replace=True)
    assert [entry.subject.id for entry in manifest.reports] == ["R2"]
    assert files(folder / "out") == {"reports/bob-czerny.html", "notebooks/bob-czerny.ipynb"} | PAGES


def test_only_keeps_the_others_where_the_data_changed_and_says_so(
    folder: Path, pack_file: Path, company: Dataset
) -> None:
    first = run(pack_file)
    tables = {name: company.table(name) for name in company.tables}
    tables["deals"] = tables["deals"].iloc[1:]
    changed = write_dataset(folder / "changed", tables, company.settings, Provenance("test"))
    manifest = run(pack_file, f"dataset={changed.path}", only=("R2",))
    outdated = {entry.subject.id: entry.outdated for entry in manifest.reports}
    assert outdated == {"R1": True, "R2": False}  # of the third there is nothing any more
    assert files(folder / "out") >= {entry.file for entry in first.reports if entry.subject.id != HOSTILE}
    assert (folder / "out" / "index.html").read_text().count("made before data or settings changed") == 1
    # the whole pack makes them anew
    again = run(pack_file, f"dataset={changed.path}")
    assert not any(entry.outdated for entry in again.reports)


class Power(BaseException):
    """The light goes out."""


@pytest.mark.parametrize("error", [KeyboardInterrupt, Power])
def test_stopped_half_way_it_says_what_is_missing_and_keeps_no_old_report(
    folder: Path, pack_file: Path, error: type[BaseException]
) -> None:
    run(pack_file)
    with pytest.raises(error):
        run(pack_file, "smallest=3", engine=Rehearsal({"R2": error()}))
    manifest = Manifest.model_validate_json((folder / "out" / "manifest.json").read_bytes())
    assert [entry.status for entry in manifest.reports] == ["done", "failed", "failed"]
    assert "stopped" in manifest.reports[1].reason
    assert files(folder / "out") == {"reports/ann-berg.html", "notebooks/ann-berg.ipynb"} | PAGES
    engine = Rehearsal()
    run(pack_file, "smallest=3", engine=engine)  # the folder is still a pack, and the next run makes the rest
    assert engine.ran == ["R2", HOSTILE]
    assert files(folder / "out") == REPORTS | NOTEBOOKS | PAGES


def test_a_killed_run_leaves_a_folder_that_is_known_as_a_pack(folder: Path, pack_file: Path) -> None:
    class Looking(Rehearsal):
        def run(self, jobs: Any, watcher: Any) -> None:
            seen.append(Manifest.model_validate_json((folder / "out" / "manifest.json").read_bytes()))
            there.append(files(folder / "out"))

    run(pack_file)
    seen: list[Manifest] = []
    there: list[set[str]] = []
    run(pack_file, "where.team=North", "smallest=3", engine=Looking())
    assert [entry.status for entry in seen[0].reports] == ["pending", "pending"]
    # no report of before is left for anybody to take for today's, nor the index that tells of them
    assert there[0] == {"manifest.json", ".journal", ".lock"}


@pytest.mark.parametrize("content", [None, "{}", "not json", '{"made_by": "somebody else"}'])
def test_a_folder_that_holds_something_else_is_not_touched(
    folder: Path, pack_file: Path, content: str | None
) -> None:
    (folder / "out").mkdir()
    (folder / "out" / ("letters.txt" if content is None else "manifest.json")).write_text(content or "dear Sir")
    before = files(folder / "out")
    engine = Rehearsal()
    with pytest.raises(DataError, match="something else"):
        run(pack_file, engine=engine)
    assert files(folder / "out") == before
    assert engine.ran == []


def test_the_dataset_is_no_place_for_a_pack(pack_file: Path, company: Dataset) -> None:
    with pytest.raises(DataError, match="something else"):
        run(pack_file, f"output={company.path}")
    with pytest.raises(DataError, match="this is a file"):
        run(pack_file, f"output={pack_file}")
    with pytest.raises(DataError, match="cannot be written"):
        run(pack_file, f"output={pack_file}/deeper")


def test_a_manifest_that_lists_foreign_files_is_not_believed(folder: Path, pack_file: Path) -> None:
    run(pack_file)
    precious = folder / "precious.html"
    precious.write_text("mine")
    path = folder / "out" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for entry, file in zip(
        manifest["reports"], ["reports/../../precious.html", "../precious.html", str(precious)], strict=True
    ):
        entry["file"] = file
    path.write_text(json.dumps(manifest), encoding="utf-8")
    run(pack_file, "period=2017-12", replace=True)
    assert precious.read_text() == "mine"


def test_a_title_and_the_language(folder: Path, company: Dataset) -> None:
    file = write_pack(folder / "packs" / "p.yml", company.path, title="'{Q4} <reviews>'", language="de")
    run(file)
    index = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in index
    assert "<h1>{Q4} &lt;reviews&gt;</h1>" in index
    assert "31.12.2017" in index  # the as-of date, in German
