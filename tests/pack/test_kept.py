"""Kept notebooks: nobody else's id among the parameters, no absolute path, and they can be run again."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from workshop import PARAMETERS, SHOW, Silent, job_for, plain_export, write_notebook, write_pack

from salesreport.dataset import Dataset
from salesreport.pack.kept import file_names, seen_from, tidy, with_values
from salesreport.pack.kernels import PapermillEngine
from salesreport.pack.machine import can_fork
from salesreport.pack.make import make_report
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.pack.subjects import Subject
from salesreport.pack.warm import WarmEngine
from salesreport.tables import TABLES
from salesreport.writing import write_dataset

ENGINES = [
    pytest.param(WarmEngine, marks=pytest.mark.skipif(not can_fork(), reason="this system cannot fork")),
    PapermillEngine,
]

NOISY = """\
import sys, warnings
from pathlib import Path
warnings.warn("deprecated")
print("read", Path(dataset, "dataset.json"), "in", Path.cwd())
print("/srv/" + "share/deals.csv", sys.executable, file=sys.stderr)
"""

BROKEN = 'open(Path(dataset, "none.csv")) if rep == "R2" else json.loads("{")'


@pytest.mark.parametrize("engine", ENGINES)
def test_kept_notebooks_and_reasons_tell_no_folder_and_nobody_else(
    folder: Path, company: Dataset, engine: Callable[..., Any]
) -> None:
    write_notebook(folder / "notebooks" / "tiny.ipynb", [NOISY, SHOW, BROKEN])
    pack = write_pack(folder / "packs" / "pack.yml", company.path)
    made = make_pack(make_plan(load_pack(pack)), engine(2, export=plain_export), Silent())
    out = folder / "out"
    assert [one.status for one in made.reports] == ["failed"] * 3
    assert made.reports[1].reason.endswith("'…/none.csv' (FileNotFoundError)")
    index = (out / "index.html").read_text(encoding="utf-8") + (out / "manifest.json").read_text(encoding="utf-8")
    for hidden in (str(folder), str(company.path), "/usr/", "/lib/", os.path.expanduser("~") + "/"):  # noqa: PTH111
        assert hidden not in index
        for file in (out / "notebooks").iterdir():
            assert hidden not in file.read_text(encoding="utf-8")
    bob = json.loads((out / made.reports[1].notebook).read_text(encoding="utf-8"))  # type: ignore[operator]
    assert '"R1"' not in json.dumps(bob["cells"][:2])  # the default of the notebook that was run
    assert "FileNotFoundError" in json.dumps(bob["cells"][-1]["outputs"])
    assert "/srv/share" not in json.dumps(bob)
    assert "deals.csv" in json.dumps(bob)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_kept_notebook_runs_again_where_it_is(
    folder: Path, company: Dataset, engine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = write_pack(folder / "packs" / "pack.yml", company.path, each=None)
    make_pack(make_plan(load_pack(pack)), engine(1, export=plain_export), Silent())
    (file,) = (folder / "out" / "notebooks").iterdir()
    kept = nbformat.read(file, as_version=4)
    monkeypatch.chdir(file.parent)
    scope: dict[str, Any] = {}
    for cell in kept.cells[:2]:
        exec(cell.source, scope)
        assert Dataset.open(scope["dataset"]).fingerprint == company.fingerprint
        assert not Path(scope["dataset"]).is_absolute()
    assert kept.metadata.papermill.parameters["dataset"] == scope["dataset"]


def test_the_report_is_made_of_what_is_kept(company: Dataset, tmp_path: Path) -> None:
    job = job_for(company, tmp_path, Subject("rep", "R1", "Ann"))
    warned = new_output("stream", name="stderr", text=f"{company.path}/dataset.json: old\n")
    about = {"subject": {"kind": "rep", "id": "R1"}, "period": "2017-Q4", "fingerprint": company.fingerprint}
    shown = new_output("display_data", {"application/vnd.salesreport.report+json": about,
                                        "text/html": f"<a href='{tmp_path}/x'>see</a>"})  # fmt: skip
    notebook = new_notebook(cells=[new_code_cell("review", outputs=[warned, shown], execution_count=1)])

    def export(executed: nbformat.NotebookNode, language: str) -> str:
        return str(executed.cells[0].outputs)

    assert make_report(job, lambda job: notebook, export).reason is None
    page = (tmp_path / "reports" / "one.html").read_text(encoding="utf-8")
    assert str(tmp_path) not in page
    assert str(company.path) not in page
    assert "…/x" in page


def test_declared_parameters_have_the_values_given() -> None:
    changed = with_values(PARAMETERS, {"rep": "Zoë “R2”", "smallest": 3, "share": [1.5], "other": 1})
    scope: dict[str, Any] = {}
    exec(changed, scope)
    assert (scope["rep"], scope["smallest"], scope["share"]) == ("Zoë “R2”", 3, [1.5])
    assert (scope["period"], "other" in scope) == ("2017-Q4", False)
    assert "R1" not in changed
    several = with_values('é = "ü"; rep = (\n  "R1"\n  "R2"\n)  # who\nx: int\nx.y = 1\n', {"rep": 7, "x": 1})
    assert several == 'é = "ü"; rep = (\n  7\n)  # who\nx: int\nx.y = 1\n'
    assert with_values("%magic", {"rep": "R2"}) == "%magic"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("File /usr/lib/python3.11/json/decoder.py:355, in decode", "File …/decoder.py:355, in decode"),
        ("File \x1b[0;32m/tmp/ipykernel_1/2.py:3\x1b[0m", "File \x1b[0;32m…/2.py:3\x1b[0m"),
        ("File ~/project/x.py:3", "File …/x.py:3"),
        ('File "<stdin>", line 1; 3/4 and/or a/b/c </b> https://x.org/a/b', None),
        ("file:///home/ann/x.csv", "…/x.csv"),
        ("'C:\\Users\\Ann Lee\\x.csv' \\\\server\\share\\y.csv", "'…/x.csv' …/y.csv"),
        ("…/x.csv", None),
    ],
)
def test_folders_are_cut_away(written: str, shown: str | None) -> None:
    assert file_names(written) == (written if shown is None else shown)


def test_a_path_as_seen_from_a_folder() -> None:
    assert seen_from(Path("/a/out/notebooks"), Path("/a/data/company")) == "../../data/company"
    assert seen_from(Path("/a/out/notebooks"), Path("/srv/data/company")) == "company"


def test_tidying_twice_changes_nothing(company: Dataset, tmp_path: Path) -> None:
    write_notebook(tmp_path / "tiny.ipynb")
    job = replace(job_for(company, tmp_path, Subject("rep", "R2", "Bob")), notebook=tmp_path / "tiny.ipynb")
    notebook = nbformat.read(job.notebook, as_version=4)
    notebook.cells[1].outputs = [new_output("error", ename="E", evalue=f"{tmp_path}/x", traceback=[str(tmp_path)])]
    once = tidy(notebook, job.parameters, job.notebook, job.folder, job.executed)
    written = nbformat.writes(once)
    assert str(tmp_path) not in written
    assert nbformat.writes(tidy(once, job.parameters, job.notebook, job.folder, job.executed)) == written


@pytest.fixture(scope="module")
def gossip(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The sample, in which every deal and customer is called after a rep, another each time."""
    tables = {name: frame for name in TABLES if len(frame := sample.table(name))}
    reps = tables["reps"]
    called = [f"{name} {rep}" for name, rep in zip(reps["name"], reps["rep_id"], strict=True)]
    for table in ("deals", "accounts"):
        frame = tables[table] = tables[table].copy()
        frame["name"] = [f"Deal {called[place % len(called)]}" for place in range(len(frame))]
    path = tmp_path_factory.mktemp("gossip") / "company"
    return write_dataset(path, tables, sample.settings, sample.provenance)


@pytest.mark.skipif(not can_fork(), reason="this system cannot fork")
def test_a_pack_of_reps_names_no_other_rep_in_reports_and_notebooks(gossip: Dataset, tmp_path: Path) -> None:
    reps = gossip.table("reps")
    chosen = reps["rep_id"].iloc[:3].tolist()
    notebook = Path(__file__).resolve().parents[2] / "notebooks" / "rep_review.ipynb"
    pack = write_pack(tmp_path / "pack.yml", gossip.path, notebook=str(notebook), period="2025-Q4", output="out")
    named: dict[bool, int] = {}
    for masks in (True, False):
        overrides = [] if masks else ["mask_names=false"]
        made = make_pack(make_plan(load_pack(pack, overrides), chosen), WarmEngine(2), Silent())
        assert [one.status for one in made.reports] == ["done"] * 3
        named[masks] = 0
        for one in made.reports:
            me = reps[reps["rep_id"] == one.subject.id].iloc[0]
            others = reps[~reps["name"].isin([me["name"], me["manager"]])]
            for file in filter(None, (one.file, one.notebook)):
                content = (tmp_path / "out" / file).read_text(encoding="utf-8")
                named[masks] += sum(name in content for name in [*others["name"], *others["rep_id"]])
                assert me["name"] in content
                assert str(gossip.path) not in content
    assert named[True] == 0
    assert named[False] > 50
