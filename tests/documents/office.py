"""What tests of documents share: executed notebooks made of sections, and what a file shows."""

from collections.abc import Sequence
from typing import Any

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook, new_output

from salesreport.drawing import Drawing
from salesreport.drawing.palette import ACCENT
from salesreport.language import Language
from salesreport.report.chart import Chart
from salesreport.report.content import asking
from salesreport.report.review import MIME as REPORT
from salesreport.report.section import Section
from salesreport.report.table import number_table

FORMATS = ("pptx", "docx", "xlsx")

HOSTILE = '=HYPERLINK("x")<a:t>&amp;</a:t>]]>\x07\x1b[31m\u202e{0}%s\ud83d'
"""A text that is a formula, XML, and full of signs that no XML may hold."""


def bars(drawing: Drawing) -> None:
    area = drawing.area(0.2, 0.2, 6.0, 2.4)
    area.boxes([(0.1, 0.0, 0.4, 1.0), (0.6, 0.0, 0.9, 0.33)], ACCENT)


def section(key: str = "won", message: str = "Ann won more", **changes: Any) -> Section:
    """A section with a chart, a table, a note and data."""
    given: dict[str, Any] = {
        "topic": f"About {key}",
        "data": pd.DataFrame({"metric": ["win_rate"], "value": [0.25], "unit": ["share"]}),
        "language": Language("en"),
        "charts": (Chart(key, bars, f"Chart of {key}", "Two bars"),),
        "tables": (number_table("Numbers", ["Line", "Won"], [["Lamps", ("25%", "of 4")], ["Poles", "–"]]),),
        "notes": (f"Note on {key}",),
        "point": "sales",
    }
    return Section(key, message=message, **{**given, **changes})


def notebook(
    sections: Sequence[Section], formats: Sequence[str] = FORMATS, language: str = "en", name: str = "Ann Berg"
) -> nbformat.NotebookNode:
    """A notebook as it is once it was run, asked for these formats."""
    about = {
        "subject": {"kind": "rep", "id": "R1", "name": name}, "period": "2025-Q4", "language": language,
        "title": f"{name} · Q4 2025", "verdict": f"All well with {name}", "fingerprint": "f",
    }  # fmt: skip
    head = {
        "kicker": "Rep review",
        "name": name,
        "details": "team North",
        "dataset": "Lumina",
        "as_of": "2025-12-31",
    }
    outputs = [{"text/html": "<h1>x</h1>", REPORT: about, "application/vnd.salesreport.content+json": head}]
    with asking(formats):
        outputs += [one._repr_mimebundle_() for one in sections]
    cells = [
        new_code_cell("x", outputs=[new_output("execute_result", data=data)], execution_count=1)
        for data in outputs
    ]
    # as a notebook's file has it
    return nbformat.reads(
        nbformat.writes(new_notebook(cells=cells)).encode("utf-8", "replace").decode(), as_version=4
    )
