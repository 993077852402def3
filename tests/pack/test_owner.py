"""What marks in a pack's folder are for: a report that comes too late is not written."""

from pathlib import Path

import nbformat
import pytest
from workshop import Rehearsal, Silent, job_for, plain_export, shown

from salesreport.dataset import Dataset
from salesreport.errors import DataError
from salesreport.language import text
from salesreport.pack.make import Job, ReportFailed, make_report
from salesreport.pack.nursery import Making
from salesreport.pack.owner import RunIsOver, WhileRunLasts, run_mark
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.pack.subjects import Subject


def test_a_report_that_comes_too_late_touches_no_file(company: Dataset, tmp_path: Path) -> None:
    def fails(job: Job) -> nbformat.NotebookNode:
        raise ReportFailed(text("No luck."))

    job = job_for(company, tmp_path, Subject("rep", "R00", "R00"))
    report, notebook = tmp_path / job.report, tmp_path / job.executed
    with run_mark(tmp_path) as mark:
        make_report(job, WhileRunLasts(shown, mark), WhileRunLasts(plain_export, mark))
        assert "All well with R00" in report.read_text()
    report.write_text("another pack's")
    notebook.write_text("another pack's")
    for execute in (WhileRunLasts(shown, mark), WhileRunLasts(fails, mark), shown):
        with pytest.raises(RunIsOver):
            make_report(job, execute, WhileRunLasts(plain_export, mark))
    assert report.read_text() == "another pack's"


def test_a_report_given_up_while_it_is_written_gets_no_name(company: Dataset, tmp_path: Path) -> None:
    job = job_for(company, tmp_path, Subject("rep", "R00", "R00"))
    with run_mark(tmp_path) as mark:
        making = Making(mark=mark)

        def meanwhile() -> None:
            assert len(list((tmp_path / job.report).parent.glob(".*.partial"))) == 1
            mark.unlink()
            making.check()

        with pytest.raises(RunIsOver):
            make_report(job, making.in_time(shown), making.in_time(plain_export), meanwhile)
    assert not list((tmp_path / job.report).parent.iterdir())


def test_any_engine_s_run_ends_what_a_killed_run_left_on_a_cluster(pack_file: Path) -> None:
    plan = make_plan(load_pack(pack_file))
    make_pack(plan, Rehearsal(), Silent())
    with run_mark(plan.folder) as mark:
        make_pack(plan, Rehearsal(), Silent())
        assert not mark.exists()


def test_a_folder_that_cannot_be_written_is_the_pack_s_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be written"), run_mark(tmp_path / "file" / "out"):
        pass
