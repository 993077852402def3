"""The stock engine with real kernels; one pack with everything that can go wrong in a kernel, to save time."""

import json
import multiprocessing
import os
from pathlib import Path

import nbformat
import pytest
from workshop import ENDINGS, HOSTILE, SHOW, Silent, job_for, plain_export, strict, write_notebook

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.language import Language
from salesreport.pack.engines import make_engine
from salesreport.pack.kernels import PapermillEngine
from salesreport.pack.make import Outcome
from salesreport.pack.manifest import Manifest
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.pack.subjects import Subject

TROUBLE = r"""
if rep == "R1":
    raise ValueError("No luck\nwith <b>Ann</b>")
if rep == "R2":
    import os
    os._exit(3)
print("a remark")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, company: Dataset) -> tuple[Path, Manifest, Silent]:
    """A pack whose folder has braces in its name: one notebook raises, one kills its kernel, one is right."""
    folder = tmp_path_factory.mktemp("a {b} %s")
    write_notebook(folder / "notebooks" / "tiny.ipynb", [TROUBLE, SHOW])
    file = folder / "pack.yml"
    file.write_text(
        f"notebook: tiny\ndataset: {company.path.as_posix()}\neach: rep\nperiod: 2017-Q4\noutput: out\n",
        encoding="utf-8",
    )
    watcher = Silent()
    manifest = make_pack(make_plan(load_pack(file)), PapermillEngine(2, export=plain_export), watcher)
    return folder / "out", manifest, watcher


def test_a_failing_notebook_and_a_dying_kernel_stop_no_other(made: tuple[Path, Manifest, Silent]) -> None:
    out, manifest, watcher = made
    ann, bob, hostile = manifest.reports
    assert ann.reason == "No luck with <b>Ann</b> (ValueError)"
    assert "kernel died" in bob.reason
    assert (hostile.status, hostile.engine) == ("done", "papermill")
    assert watcher.begun == ["R1", "R2", HOSTILE]
    assert set(watcher.outcomes) == {"R1", "R2", HOSTILE}
    assert [path.name for path in (out / "reports").iterdir()] == ["x-script-alert-1-script.html"]


def test_the_hostile_name_went_through_the_kernel_unharmed(made: tuple[Path, Manifest, Silent]) -> None:
    out, manifest, _ = made
    assert manifest.reports[2].verdict == f"All well with {HOSTILE}"
    page = (out / "reports" / "x-script-alert-1-script.html").read_text(encoding="utf-8")
    assert "All well with ../../x&lt;script&gt;" in page


def test_the_failed_notebook_is_kept_with_its_traceback(made: tuple[Path, Manifest, Silent]) -> None:
    out, manifest, _ = made
    assert manifest.reports[0].notebook is not None
    kept = nbformat.read(out / manifest.reports[0].notebook, as_version=4)
    errors = [output for cell in kept.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert errors[0].ename == "ValueError"
    assert kept.metadata.papermill.input_path == "tiny.ipynb"


def test_no_worker_is_left_and_no_scratch_file(made: tuple[Path, Manifest, Silent]) -> None:
    out, _, _ = made
    assert multiprocessing.active_children() == []
    assert {path.suffix for path in out.rglob("*") if path.is_file()} == {".html", ".ipynb", ".json"}
    json.loads((out / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_worker_that_dies_takes_only_its_own_report_along(company: Dataset, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "tiny.ipynb")
    jobs = [
        job_for(
            company,
            tmp_path,
            Subject("rep", rep, rep),
            stem=rep.lower(),
            notebook=notebook,
            language=language,
            parameters={"dataset": str(company.path), "rep": rep, "period": "2017-Q4", "language": language},
        )
        for rep, language in (("R1", "de"), ("R2", "en"))
    ]
    watcher = Silent()
    PapermillEngine(2, export=dies_in_german).run(jobs, watcher)

    def reason(outcome: Outcome) -> str:
        return Language("en").say(outcome.reason)

    assert "process that made this report was ended" in reason(watcher.outcomes["R1"])
    assert reason(watcher.outcomes["R2"]) == ""


@pytest.mark.slow
def test_a_notebook_that_ends_itself_makes_no_report(company: Dataset, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "tiny.ipynb", [SHOW, ENDINGS, "print('the rest')"])
    reps = [f"R{number}" for number in range(5)]
    jobs = [
        job_for(company, tmp_path, Subject("rep", rep, rep), stem=rep.lower(), notebook=notebook) for rep in reps
    ]
    watcher = Silent()
    PapermillEngine(2, export=plain_export).run(jobs, watcher)
    reasons = {name: str(outcome.reason) for name, outcome in watcher.outcomes.items()}
    # the parameters, those of papermill and SHOW were run to their end; ENDINGS and the last cell were not
    half = "The notebook ended itself half-way: 3 of its 5 cells were run to their end."
    died = "The notebook's kernel died while it made this report."
    assert reasons == {"R0": half, "R1": half, "R2": died, "R3": died, "R4": "None"}
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["r4.html"]
    for rep in reps[:4]:
        kept = strict((tmp_path / "notebooks" / f"{rep.lower()}.ipynb").read_bytes())
        ending = next(cell for cell in kept.cells if cell.source == ENDINGS)
        assert ending.outputs[-1].text == f"{reasons[rep]}\n"
        assert not any(cell.outputs for cell in kept.cells[kept.cells.index(ending) + 1 :])


def dies_in_german(notebook: nbformat.NotebookNode, language: str) -> str:
    """A template that ends its process for some reports, as a lack of memory would."""
    if language == "de":
        os._exit(9)
    return plain_export(notebook, language)


def test_engines_by_name() -> None:
    assert make_engine("papermill", 3) == PapermillEngine(3)
    assert make_engine("papermill").name == "papermill"
    with pytest.raises(ConfigError, match="no such engine"):
        make_engine("wram")
