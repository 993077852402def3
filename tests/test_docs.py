"""The generated pages say what the code says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from salesreport.kpi import METRICS
from salesreport.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_have_not_drifted(generate):
    assert generate.drifted() == [], "run: python docs/generate.py"


def test_a_page_that_drifted_is_noticed(generate, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "HERE", tmp_path)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    page = tmp_path / "metrics.md"
    page.write_text(page.read_text(encoding="utf-8").replace("deals won", "deals lost"), encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert "docs/metrics.md" in capsys.readouterr().out


def test_every_metric_and_column_is_there(generate):
    metrics, tables = generate.metrics_page(), generate.tables_page()
    assert all(f"## {key}\n" in metrics for key in METRICS)
    assert all(f"| `{column}`" in tables for table in TABLES.values() for column in table.names)
