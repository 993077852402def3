"""A small export, built in a test's own folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tallies import tallied

from salesreport.dataset import Dataset
from salesreport.ingest import ingest

COLUMNS = {
    "deal_id": "Id",
    "rep_id": "Owner",
    "status": "State",
    "created_on": "Created",
    "closed_on": "Closed",
    "amount": "Amount",
}
HEADING = "Id,Owner,State,Created,Closed,Amount\n"


class Export:
    """An export in a folder: `deals(...)` writes a deals file and its spec, and ingests them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "dataset"
        self.source = folder / "source.yml"

    def write(self, name: str, content: str | bytes) -> None:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def ingest(self, tables: dict[str, Any], **settings: Any) -> Dataset:
        spec = {"name": "test", "as_of": "2025-12-31", "currency": "EUR", **settings, "tables": tables}
        self.source.write_text(yaml.safe_dump(spec, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return ingest(self.source, self.out)

    def deals(
        self, content: str | bytes, columns: dict[str, str] | None = None, *, heading: bool = True, **options: Any
    ) -> Dataset:
        """Ingest rows under the usual heading; `table=` has more settings of the table, others are the spec's."""
        if heading and isinstance(content, str):
            content = HEADING + content
        self.write("deals.csv", content)
        table = {"file": "deals.csv", "columns": columns or COLUMNS, **options.pop("table", {})}
        return self.ingest({"deals": table}, **options)

    def aside(self, dataset: Dataset, table: str = "deals") -> pd.DataFrame:
        """The rows set aside, as texts."""
        return pd.read_csv(dataset.folder / "set_aside" / f"{table}.csv", dtype=str, keep_default_na=False)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)


@pytest.fixture
def reasons() -> Callable[[Dataset], dict[str, int]]:
    return lambda dataset: tallied(dataset.provenance.counts["deals"].reasons)
