"""An executed notebook of the sample company, in both languages."""

import json
from collections.abc import Sequence

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from salesreport import Dataset, Review
from salesreport.documents.content import Content, read_content
from salesreport.report.content import asking

LINES = (
    "commitments", "talking_points", "tiles", "preparation", "trend", "activity", "pipeline", "order_book",
    "customer_base", "results", "satisfaction", "deals_to_look_at", "definitions", "data_notes",
)  # fmt: skip
"""What a rep's notebook shows, but what takes long to work out."""


def executed(sample: Dataset, language: str, lines: Sequence[str] = LINES) -> nbformat.NotebookNode:
    review = Review(sample, "2025-Q4", rep=sample.table("reps")["rep_id"].iloc[0], language=language)
    with asking(["pptx", "docx", "xlsx"]):
        shown = [review._repr_mimebundle_(), *(getattr(review, name)._repr_mimebundle_() for name in lines)]
    outputs = [new_output("execute_result", data=json.loads(json.dumps(data))) for data in shown]
    return new_notebook(cells=[new_code_cell("x", outputs=[one]) for one in outputs])


@pytest.fixture(scope="session")
def notebook(sample: Dataset) -> nbformat.NotebookNode:
    return executed(sample, "en")


@pytest.fixture(scope="session")
def content(notebook: nbformat.NotebookNode) -> Content:
    return read_content(notebook)


@pytest.fixture(scope="session")
def german(sample: Dataset) -> Content:
    return read_content(executed(sample, "de", LINES[:6]))
