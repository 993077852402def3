"""Run the notebooks on the sample company and keep what their text cells say: `make notebooks`.

Only text that nbval checks stays in the committed notebooks: no pictures, no HTML.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def keep_checked_text(notebook: nbformat.NotebookNode) -> None:
    """Drop every output but the printed text of cells that nbval compares."""
    notebook.metadata = {key: notebook.metadata[key] for key in ("kernelspec",)}
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            checked = "nbval-ignore-output" not in cell.metadata.get("tags", [])
            cell.outputs = [one for one in cell.outputs if checked and one.output_type == "stream"]
            if not cell.outputs:  # nbval wants to see that a cell with outputs was run
                cell.execution_count = None


def main() -> None:
    """Refresh every notebook."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
        keep_checked_text(notebook)
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main()
