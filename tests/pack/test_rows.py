from pathlib import Path
from typing import Any

import pytest
from workshop import write_notebook

from salesreport.errors import SalesreportError
from salesreport.pack.notebook import Notebook, read_notebook
from salesreport.pack.rows import read_rows


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return read_notebook(write_notebook(tmp_path / "n.ipynb"))


def rows(tmp_path: Path, notebook: Notebook, content: str) -> list[Any]:
    file = tmp_path / "rows.csv"
    file.write_text(content, encoding="utf-8-sig")
    return read_rows(file, notebook)


def test_headings_are_parameters_and_empty_cells_leave_them(tmp_path: Path, notebook: Notebook) -> None:
    read = rows(tmp_path, notebook, 'id,rep,smallest,share\nfirst,007,3,\n"a, b",R2,,0.25\n\n')
    assert [row.subject.id for row in read] == ["first", "a, b"]
    # texts stay texts (007), numbers become numbers, as the notebook declares them
    assert [row.parameters for row in read] == [{"rep": "007", "smallest": 3}, {"rep": "R2", "share": 0.25}]


def test_without_a_column_id_the_values_are_the_name(tmp_path: Path, notebook: Notebook) -> None:
    assert [row.subject.name for row in rows(tmp_path, notebook, "rep,period\nR1,2017\nR2,2016\n")] == [
        "R1 · 2017",
        "R2 · 2016",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no rows"),
        ("rep\n", "no rows"),
        ("repp\nR1\n", "Did you mean “rep”?"),
        ("rep,smallest\nR1,1\nR2,few\n", "line 3"),
        ("rep,rep\nR1,R2\n", "stands twice"),
        ("rep\nR1\nR1\n", "same key"),
        ("rep,nte\nR1,x\n", "Did you mean “note”?"),
        ("rep\nR1,R2\n", "longer than the heading"),
        ("rep,dataset\nR1,x\n", "whole pack"),
        ('rep\n"R1\n', "cannot be read"),
    ],
)
def test_bad_rows(tmp_path: Path, notebook: Notebook, content: str, says: str) -> None:
    with pytest.raises(SalesreportError) as caught:
        rows(tmp_path, notebook, content)
    assert says in str(caught.value)
    assert "rows.csv" in str(caught.value)


def test_a_missing_file(tmp_path: Path, notebook: Notebook) -> None:
    with pytest.raises(SalesreportError, match="no such file"):
        read_rows(tmp_path / "none.csv", notebook)


def test_a_spreadsheet_s_semicolons(tmp_path: Path, notebook: Notebook) -> None:
    read = rows(tmp_path, notebook, "rep;note;share\nR1;Well done, Ann;0.5\n")
    assert [(row.parameters, row.note) for row in read] == [({"rep": "R1", "share": 0.5}, "Well done, Ann")]
