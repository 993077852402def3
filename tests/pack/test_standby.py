"""What a cluster's worker loads, and what it gives to the process beside it."""

import subprocess
import sys

import pytest

from salesreport.pack.standby import _environment

LOADED = """
import sys
import salesreport.pack.standby
heavy = {"pandas", "numpy", "pyarrow", "scipy", "nbformat", "pydantic", "IPython", "matplotlib"}
print(*sorted(heavy & set(sys.modules)))
"""


def test_scheduler_and_worker_load_nothing_of_what_reports_need() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


def test_what_dask_sets_for_a_worker_is_not_for_the_process_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    given = _environment()
    assert "MALLOC_TRIM_THRESHOLD_" not in given
    assert given["OMP_NUM_THREADS"] == "1"
