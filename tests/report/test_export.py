"""An executed notebook becomes one offline page."""

import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from salesreport import Dataset, Review
from salesreport.report.export import summary_of, to_html


def shown(value: object) -> nbformat.NotebookNode:
    data = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {"text/html": value._repr_html_()}  # type: ignore[attr-defined]
    return new_output("execute_result", data=data)


def notebook(sample: Dataset) -> nbformat.NotebookNode:
    review = Review(sample, "2025-Q4", rep=sample.table("reps")["rep_id"].iloc[0])
    hidden = new_markdown_cell("# Only for the notebook")
    hidden.metadata["tags"] = ["notebook-only"]
    return new_notebook(
        cells=[
            hidden,
            new_markdown_cell("A **remark** of the consultant"),
            new_code_cell("secret_code = 1", outputs=[shown(review)]),
            *(
                new_code_cell("x", outputs=[shown(getattr(review, name))])
                for name in ("tiles", "trend", "results")
            ),
            new_code_cell("x", outputs=[new_output("stream", name="stderr", text="a <warning>")]),
            new_code_cell("x", outputs=[new_output("stream", name="stdout", text="printed <b>text</b>")]),
            new_code_cell("x", outputs=[new_output("execute_result", data={"text/plain": "<i>42</i>"})]),
        ]
    )


def test_a_report_is_one_offline_page(sample: Dataset) -> None:
    html = to_html(notebook(sample))
    assert html.startswith("<!DOCTYPE html>")
    for unwanted in (
        "<script",
        "<link",
        "@import",
        "http://",
        "https://",
        "javascript:",
        "secret_code",
        "warning",
    ):
        assert unwanted not in html.replace("Content-Security", "")
    assert "default-src 'none'" in html
    assert "<strong>remark</strong>" in html
    assert "Only for the notebook" not in html
    assert "printed &lt;b&gt;text" in html
    assert "&lt;i&gt;42" in html
    assert html.count("<style>") == 1  # the header's own style is for JupyterLab
    assert ".salesreport .kicker {" in html
    assert len(html.encode()) < 150_000


def test_a_report_says_whom_it_is_about(sample: Dataset) -> None:
    made = notebook(sample)
    summary = summary_of(made)
    assert summary is not None
    html = to_html(made)
    meta = dict(re.findall(r'<meta name="salesreport:([a-z-]+)" content="([^"]*)"', html))
    assert meta == {
        "subject-kind": "rep",
        "subject": summary["subject"]["id"],
        "period": "2025-Q4",
        "fingerprint": sample.fingerprint,
    }


def test_a_notebook_without_review_is_a_page_too() -> None:
    html = to_html(new_notebook(cells=[new_markdown_cell("<script>alert(1)</script> x")]), language="de")
    assert '<html lang="de">' in html
    assert "<title>salesreport</title>" in html
