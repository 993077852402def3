"""An export's process file: read first, checked against what was read, kept in the dataset."""

from pathlib import Path
from typing import Any

import pytest

from salesreport.errors import ConfigError
from salesreport.process import load_process, process_of

ROWS = "1,Ann,Meeting,2024-01-01,,5\n2,Ann,Won,2024-01-01,2024-02-01,5\n"
PROCESS = "processes:\n  - name: All\n    milestones:\n      - {key: talk, title: Talk, stages: [Meeting]}\n"
COLUMNS = {
    "deal_id": "Id", "rep_id": "Owner", "stage": "State", "created_on": "Created", "closed_on": "Closed",
    "amount": "Amount",
}  # fmt: skip
TABLE = {"status": {"from": "stage", "won": ["Won"], "lost": ["Lost"]}}


def put(export: Any, content: str) -> Path:
    folder = export.folder / "process"
    folder.mkdir(exist_ok=True)
    (folder / "p.yml").write_text(content, encoding="utf-8")
    return folder / "p.yml"


def test_the_dataset_carries_its_process(export: Any) -> None:
    path = put(export, PROCESS)
    dataset = export.deals(ROWS, columns=COLUMNS, table=TABLE, process="process/p.yml")
    assert process_of(dataset) == load_process(path)
    put(export, "# only a remark\n" + PROCESS)
    assert (
        export.deals(ROWS, columns=COLUMNS, table=TABLE, process="process/p.yml").fingerprint
        == dataset.fingerprint
    )
    put(export, PROCESS.replace("title: Talk", "title: First talk"))
    assert (
        export.deals(ROWS, columns=COLUMNS, table=TABLE, process="process/p.yml").fingerprint
        != dataset.fingerprint
    )


def test_a_stage_the_export_does_not_have_stops_it(export: Any) -> None:
    path = put(export, PROCESS.replace("[Meeting]", "[Meetng]"))
    with pytest.raises(ConfigError) as caught:
        export.deals(ROWS, columns=COLUMNS, table=TABLE, process="process/../process/p.yml")
    assert (caught.value.file, caught.value.line, caught.value.nearest) == (path, 4, "Meeting")
    assert not export.out.exists()


def test_a_stage_nobody_is_in_is_noted(export: Any) -> None:
    put(export, PROCESS.replace("[Meeting]", "[Meeting, Trial]"))
    dataset = export.deals(ROWS, columns=COLUMNS, table=TABLE, process="process/p.yml")
    assert "No deal is in these stages of the process now: Trial." in map(str, dataset.provenance.notes)


def test_a_process_file_that_is_not_there(export: Any) -> None:
    with pytest.raises(ConfigError, match="There is no such file"):
        export.deals(ROWS, columns=COLUMNS, table=TABLE, process="nowhere.yml")
