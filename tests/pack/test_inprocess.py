"""The papermill engine without a kernel: outputs as a kernel gives them."""

import copy
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from salesreport.pack.inprocess import loaded, run_notebook, shell_ahead

CELLS = [
    "import sys\nfrom IPython.display import HTML, display",
    "print('one')\nprint('two', file=sys.stderr)\nprint('three')\ndisplay(HTML('<b>x</b>'))\nprint('four')",
    "6 * 7",
    "x = 1;\nx;",
    "",
    "%precision 2\n3.14159",
    "__name__",
    "await __import__('asyncio').sleep(0, 'slept')",
]


TAGGED = {"tags": ["parameters"]}


@pytest.fixture(autouse=True)
def numpy_as_it_was() -> Iterator[None]:
    """`%precision` sets numpy's print options for the whole process, so for every test after it."""
    with np.printoptions():
        yield


def execute(tmp_path: Path, cells: list[str], engine: str | None) -> nbformat.NotebookNode:
    path = tmp_path / "n.ipynb"
    notebook = new_notebook(cells=[new_markdown_cell("# words"), *(new_code_cell(cell) for cell in cells)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    out = tmp_path / f"{engine}.ipynb"
    papermill.execute_notebook(path, out, engine_name=engine, progress_bar=False, cwd=tmp_path)
    return nbformat.read(out, as_version=4)


def shown(notebook: nbformat.NotebookNode) -> list[list[dict]]:
    """Outputs without what differs from run to run."""
    cells = []
    for cell in notebook.cells:
        outputs: list[dict] = []
        for output in cell.get("outputs", []):
            plain = {key: value for key, value in output.items() if key not in ("traceback",)}
            outputs.append(plain)
        cells.append(
            sorted(outputs, key=lambda one: one["output_type"] == "stream") if len(outputs) > 3 else outputs
        )
    return cells


@pytest.mark.slow
def test_outputs_are_those_of_a_kernel(tmp_path: Path) -> None:
    here, kernel = execute(tmp_path, CELLS, "salesreport"), execute(tmp_path, CELLS, None)
    for mine, theirs in zip(here.cells, kernel.cells, strict=True):
        assert mine.get("execution_count") == theirs.get("execution_count"), mine.source
    mine, theirs = shown(here), shown(kernel)
    # a kernel sends what is printed in bundles, so only the order within a stream is certain
    for a, b in zip(mine, theirs, strict=True):
        for stream in ("stdout", "stderr"):
            assert printed(a, stream) == printed(b, stream)
        assert [one for one in a if one["output_type"] != "stream"] == [
            one for one in b if one["output_type"] != "stream"
        ]


def printed(outputs: list[dict], stream: str) -> str:
    return "".join(one["text"] for one in outputs if one["output_type"] == "stream" and one["name"] == stream)


def test_order_and_kinds_of_outputs(tmp_path: Path) -> None:
    outputs = execute(tmp_path, CELLS, "salesreport").cells[2].outputs
    kinds = [(one.output_type, one.get("name")) for one in outputs]
    assert kinds == [
        ("stream", "stdout"), ("stream", "stderr"), ("stream", "stdout"), ("display_data", None),
        ("stream", "stdout"),
    ]  # fmt: skip
    assert outputs[3].data["text/html"] == "<b>x</b>"


def test_it_stops_at_the_first_error(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="no luck"):
        execute(tmp_path, ["1", "raise ValueError('no luck')", "print('never')"], "salesreport")
    executed = nbformat.read(tmp_path / "salesreport.ipynb", as_version=4)
    kinds = [one.output_type for cell in executed.cells for one in cell.get("outputs", [])]
    assert "error" in kinds
    assert "never" not in [
        one.get("text", "").strip() for cell in executed.cells for one in cell.get("outputs", [])
    ]


def test_leaving_by_exit_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError):
        execute(tmp_path, ["import sys; sys.exit(3)"], "salesreport")


@pytest.mark.slow
def test_a_shell_made_ahead_is_new_and_a_loaded_notebook_stays_as_it_is() -> None:
    notebook = loaded(
        nbformat.writes(new_notebook(cells=[new_code_cell("x = [*_oh, *In[1:]]\nx", metadata=TAGGED)]))
    )
    before = copy.deepcopy(notebook)
    threads = threading.active_count()
    shell_ahead()
    assert threading.active_count() == threads  # it is made to be forked
    for value in ("one", "two"):
        executed = run_notebook(notebook, {"x": value})
        assert notebook == before
        assert executed.cells[0].outputs[0].data["text/plain"] == repr([executed.cells[0].source])
        assert executed.metadata.papermill.parameters == {"x": value}


def test_papermill_s_own_command_knows_it(tmp_path: Path) -> None:
    notebook = new_notebook(
        cells=[new_code_cell("x = 1", metadata={"tags": ["parameters"]}), new_code_cell("print(x)")]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "salesreport",
        "in.ipynb",
        "out.ipynb",
        "-p",
        "x",
        "5",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "5\n"
