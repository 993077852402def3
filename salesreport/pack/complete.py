"""Whether a notebook was run to its end; and where one stopped, a remark in it that says why there is no report.

What papermill notes does not tell: a cell whose kernel died and cells that were never begun are "completed", and
`sys.exit()` passes for success. So this looks at what running leaves behind: every code cell has been counted by
the kernel, and none shows an error.
"""

from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_output

from salesreport.language import Text, ntext

SKIPPED = "skip-execution"
"""Cells with this tag are not run; nbclient knows it, too."""


class Progress(NamedTuple):
    """How far a notebook was run: cells that were run to their end, of all; `stopped`: the one that was not."""

    done: int
    cells: int
    stopped: NotebookNode | None


def runs(cell: NotebookNode) -> bool:
    """Whether a cell is one to be run: code, not blank, not tagged to be skipped."""
    return (
        cell.cell_type == "code"
        and bool(cell.source.strip())
        and SKIPPED not in cell.get("metadata", {}).get("tags", [])
    )


def progress(notebook: NotebookNode) -> Progress:
    """How far an executed notebook was run.

    Examples:
        >>> from nbformat.v4 import new_code_cell, new_notebook
        >>> cells = [new_code_cell("x = 1", execution_count=1), new_code_cell("x")]
        >>> progress(new_notebook(cells=cells))[:2]
        (1, 2)
    """
    cells = [cell for cell in notebook.cells if runs(cell)]
    done = [_ended_well(cell) for cell in cells]
    if all(done):
        return Progress(len(cells), len(cells), None)
    # a cell that was begun and one that was not look alike where a kernel died; papermill notes when one began
    begun = [place for place, cell in enumerate(cells) if _begun(cell)]
    return Progress(sum(done), len(cells), cells[begun[-1]] if begun else cells[done.index(False)])


def why_not_whole(notebook: NotebookNode) -> Text | None:
    """Why an executed notebook is not whole; None where all of it was run."""
    found = progress(notebook)
    if found.stopped is None:
        return None
    return ntext(
        "The notebook ended itself half-way: {done} of its {n} cell was run to its end.",
        "The notebook ended itself half-way: {done} of its {n} cells were run to their end.",
        n=found.cells,
        done=found.done,
    )


def remark(notebook: NotebookNode, said: str) -> None:
    """Say at the cell where a notebook stopped why there is no report, unless an exception there says it.

    Args:
        notebook: as far as it came; is changed. said: plain text, for it may hold what the data says.
    """
    cell = progress(notebook).stopped
    if cell is None or any(_is_exception(output) for output in cell.outputs):
        return
    cell.outputs.append(new_output("stream", name="stderr", text=f"{said}\n"))


def _ended_well(cell: NotebookNode) -> bool:
    errors = any(output.output_type == "error" for output in cell.outputs)
    return cell.execution_count is not None and not errors


def _begun(cell: NotebookNode) -> bool:
    return bool(cell.get("metadata", {}).get("papermill", {}).get("start_time"))


def _is_exception(output: NotebookNode) -> bool:
    return output.output_type == "error" and output.ename != "SystemExit"
