import io
import re

import pytest
from rich.console import Console
from workshop import job_for

from salesreport.dataset import Dataset
from salesreport.language import Language, text
from salesreport.pack.make import Outcome
from salesreport.pack.progress import PackProgress
from salesreport.pack.subjects import Subject


def shown(company: Dataset, tmp_path: object, *, terminal: bool, unchanged: int, failing: bool) -> list[str]:
    """The lines that a pack of two reports shows."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=120)
    jobs = [job_for(company, tmp_path, Subject("rep", one, f"[b]{one}")) for one in ("R1", "R2")]
    with PackProgress(console, Language("en")) as progress:
        progress.planned(len(jobs), unchanged)
        for job in jobs:
            progress.started(job)
            reason = text("Bad luck.") if failing and job is jobs[0] else None
            progress.done(Outcome(job, reason, 1.0))
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    return [line.strip() for line in re.split(r"[\r\n]+", plain) if line.strip()]


@pytest.mark.parametrize(
    ("unchanged", "failing", "expected"),
    [
        (0, False, ["Making 2 reports", "2 made, 0 unchanged, in 0.0 s"]),
        (1200, False, ["Making 2 reports, 1,200 unchanged", "2 made, 1,200 unchanged, in 0.0 s"]),
        (0, True, ["Making 2 reports", "[b]R1: not made. Bad luck.", "1 made, 0 unchanged, 1 not made, in 0.0 s"]),
    ],
)
def test_where_there_is_no_terminal_two_lines_and_the_failures(
    company: Dataset, tmp_path: object, unchanged: int, failing: bool, expected: list[str]
) -> None:
    assert shown(company, tmp_path, terminal=False, unchanged=unchanged, failing=failing) == expected


def test_on_a_terminal_the_unchanged_are_said_at_once(company: Dataset, tmp_path: object) -> None:
    lines = shown(company, tmp_path, terminal=True, unchanged=3, failing=False)
    assert "Making 2 reports, 3 unchanged" in lines
    assert lines[-1].endswith("2 made, 3 unchanged, in 0.0 s")


def test_nothing_is_said_of_a_pack_that_never_began() -> None:
    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt), PackProgress(Console(file=stream), Language("en")):
        raise KeyboardInterrupt
    assert stream.getvalue() == ""


def test_pdfs_are_counted_and_one_that_failed_is_a_report_that_did(company: Dataset, tmp_path: object) -> None:
    stream = io.StringIO()
    jobs = [job_for(company, tmp_path, Subject("rep", one, one), stem=one) for one in ("new", "kept", "other")]
    with PackProgress(Console(file=stream, width=120), Language("en")) as progress:
        progress.planned(1, 2)
        progress.done(Outcome(jobs[0]))
        progress.printing(3)
        for job, reason in zip(jobs, (None, text("No ink."), None), strict=True):
            progress.printed(Outcome(job, reason))
    assert stream.getvalue().splitlines() == [
        "Making 1 report, 2 unchanged",
        "Printing 3 reports",
        "kept: not made. No ink.",
        "1 made, 1 unchanged, 2 printed, 1 not made, in 0.0 s",
    ]
