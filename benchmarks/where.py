"""Where the CPU time of one report goes, in a process that is warm already. Prints JSON: step → milliseconds."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
from papermill.engines import papermill_engines

from salesreport import Review
from salesreport.pack.inprocess import InProcessEngine
from salesreport.report.export import to_html
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent


def cpu(what: Callable[[], object], runs: int = 5) -> float:
    """The least CPU milliseconds of some runs."""
    took = []
    for _ in range(runs):
        began = time.process_time()
        what()
        took.append(time.process_time() - began)
    return 1000 * min(took)


def main() -> None:
    """Measure, and print what came out."""
    papermill_engines.register("salesreport", InProcessEngine)
    with tempfile.TemporaryDirectory() as scratch:
        dataset = write_company(Path(scratch) / "company")
        reps = iter(dataset.table("reps")["rep_id"].tolist() * 3)
        parameters = {"dataset": str(dataset.path), "rep": next(reps)}
        notebook = nbformat.read(ROOT / "notebooks" / "rep_review.ipynb", as_version=4)

        def execute() -> nbformat.NotebookNode:
            return papermill.execute_notebook(
                notebook, None, parameters | {"rep": next(reps)}, engine_name="salesreport", kernel_name="python3",
                language="python", progress_bar=False,
            )  # fmt: skip

        executed = execute()
        result = {"the whole notebook": cpu(execute)}

        def figures() -> None:
            Review(dataset, "2025-Q4", rep=next(reps)).sections()

        figures()
        result["of which: figures and sentences of all sections"] = cpu(figures)
        review = Review(dataset, "2025-Q4", rep=parameters["rep"])
        for section in review.sections():
            for chart in section.charts:
                result[f"of which: drawing “{section.topic}”"] = cpu(chart.svg)
        to_html(executed)
        result["export to HTML"] = cpu(lambda: to_html(executed))
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
