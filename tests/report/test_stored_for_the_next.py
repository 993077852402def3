"""A pack after the first one of a dataset reads what was stored beside it, and not what that was made of."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from salesreport import Review
from salesreport.dataset import Dataset
from salesreport.pack.notebook import project_folder
from salesreport.pack.rehearsal import attributes_in
from salesreport.report import shared
from salesreport.sample import write_company
from salesreport.stored import store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is stored there")

LARGE = {"stage_events", "snapshots", "activities", "deal_owners", "orders", "leads", "targets"}
"""The tables of which every figure of the report is stored, or what it is made of."""


def shown(folder: Path, rep: str) -> dict[str, str]:
    """The sections of a rep's review as a process shows them that has just been started."""
    shared._known.clear()
    store._open.clear()
    store.keep_results(Dataset.open(folder))
    review = Review(folder, "2025-Q4", rep=rep)
    names = attributes_in((project_folder("notebooks") / "rep_review.ipynb").read_bytes())
    found: dict[str, str] = {}
    for name in review.listed():
        if name in names:
            found[name] = json.dumps(getattr(review, name)._repr_mimebundle_())
    return found


def test_the_second_review_reads_no_large_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(store, "WORTH", 0.0)
    monkeypatch.setattr(store, "_open", {})
    monkeypatch.setattr(shared, "_known", [])
    dataset = write_company(tmp_path / "company", reps=12, deals=1_500)
    first, second = sorted(dataset.table("reps")["rep_id"])[:2]
    shown(dataset.path, first)
    once = shown(dataset.path, second)
    read: list[tuple[str, Any]] = []
    array, table, some = Dataset.array, Dataset.table, Dataset.some

    def watched_array(this: Dataset, name: str, column: str, coded: bool = False) -> Any:
        read.append((name, column))
        return array(this, name, column, coded)

    def watched_table(this: Dataset, name: str, columns: Iterable[str] | None = None) -> Any:
        read.append((name, columns))
        return table(this, name, columns)

    def watched_some(this: Dataset, name: str, columns: Iterable[str], rows: Any) -> Any:
        read.append((name, columns))
        return some(this, name, columns, rows)

    monkeypatch.setattr(Dataset, "array", watched_array)
    monkeypatch.setattr(Dataset, "table", watched_table)
    monkeypatch.setattr(Dataset, "some", watched_some)
    again = shown(dataset.path, second)
    assert again == once
    assert ("deals", "status") not in read
    assert [one for one in read if one[0] in LARGE and one != ("activities", "type")] == []
    assert read, "the watching works"
