"""Whether a notebook was run to its end: told from what running leaves behind, not from what papermill notes."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from salesreport.language import Language
from salesreport.pack.complete import progress, remark, why_not_whole


def cell(
    source: str, count: int | None, *outputs: nbformat.NotebookNode, begun: bool = False, tag: str = ""
) -> nbformat.NotebookNode:
    """A code cell as papermill leaves it: it calls every cell completed."""
    about = {"status": "completed", "exception": False, "start_time": "2025-01-01T00:00:00" if begun else None}
    metadata = {"papermill": about, "tags": [tag] if tag else []}
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def error(name: str) -> nbformat.NotebookNode:
    return new_output("error", ename=name, evalue="", traceback=[])


def test_whole_with_text_blank_cells_and_cells_to_be_skipped() -> None:
    notebook = new_notebook(
        cells=[new_markdown_cell("# T"), cell("x", 1), cell(" \n", None), cell("y", None, tag="skip-execution")]
    )
    assert progress(notebook)[:2] == (1, 1)
    assert why_not_whole(notebook) is None


@pytest.mark.parametrize("rest", [cell("y", None), cell("y", 2, error("SystemExit"))])
def test_half_run_or_left_by_exit(rest: nbformat.NotebookNode) -> None:
    reason = why_not_whole(new_notebook(cells=[cell("x", 1), rest]))
    assert (
        Language("en").say(reason) == "The notebook ended itself half-way: 1 of its 2 cells were run to their end."
    )


def test_the_remark_stands_at_the_cell_that_was_begun_last() -> None:
    # the kernel died in the second cell, which looks like the third but for the time at which it began
    notebook = new_notebook(cells=[cell("x", 1, begun=True), cell("y", None, begun=True), cell("z", None)])
    remark(notebook, "The kernel died.")
    assert [len(one.outputs) for one in notebook.cells] == [0, 1, 0]
    assert (notebook.cells[1].outputs[0].name, notebook.cells[1].outputs[0].text) == (
        "stderr",
        "The kernel died.\n",
    )
    nbformat.validate(notebook)


def test_an_exception_speaks_for_itself_and_a_whole_notebook_needs_no_remark() -> None:
    raised = new_notebook(cells=[cell("x", 1, error("ValueError"), begun=True)])
    remark(raised, "no luck (ValueError)")
    assert len(raised.cells[0].outputs) == 1
    whole = new_notebook(cells=[cell("x", 1, begun=True)])
    remark(whole, "Wrong report.")
    assert whole.cells[0].outputs == []
