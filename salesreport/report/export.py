"""An executed notebook → one HTML file: outputs only, offline, no JavaScript."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import mistune
import nbformat
from nbconvert.exporters import TemplateExporter
from traitlets.config import Config

from salesreport import __version__
from salesreport.report.page import css, margin_css
from salesreport.report.review import MIME

NOTEBOOK_ONLY = "notebook-only"
"""Cells with this tag are for the notebook's reader; the report leaves them out."""


def to_html(notebook: nbformat.NotebookNode, language: str = "en") -> str:
    """The report that an executed notebook makes.

    Args:
        notebook: with its outputs.
        language: language of the page, where the notebook shows no `Review` that says so.

    Returns:
        A whole HTML document.
    """
    summary = summary_of(notebook) or {}
    subject = summary.get("subject", {})
    report = {
        "language": summary.get("language", language),
        "title": summary.get("title") or "salesreport",
        "version": __version__,
        "css": css() + margin_css(summary.get("title") or "salesreport"),
        "meta": {
            "subject-kind": subject.get("kind", ""),
            "subject": subject.get("id", ""),
            "period": summary.get("period", ""),
            "fingerprint": summary.get("fingerprint", ""),
        },
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"report": report})
    # every header carries the style for JupyterLab; here the page has it already
    return str(html).replace(f"<style>{css()}</style>\n<div", "<div")


def summary_of(notebook: nbformat.NotebookNode) -> dict[str, Any] | None:
    """What the notebook's `Review` says for machines (`Review.summary`); None where it shows none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(MIME)
            if found is not None:
                return dict(found)
    return None


@lru_cache
def _exporter() -> TemplateExporter:
    """The exporter with our template; made once, for compiling the template takes longer than using it.

    Not nbconvert's `HTMLExporter`: that parses the finished page once more, which takes longer than all the rest.
    """
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {NOTEBOOK_ONLY}
    exporter = TemplateExporter(
        config=config,
        template_name="salesreport",
        template_file="index.html.j2",
        extra_template_basedirs=[str(Path(__file__).parent / "nbconvert")],
    )
    # HTML inside Markdown is shown as text: it may come from the data
    exporter.register_filter("markdown", mistune.create_markdown(escape=True, plugins=["table", "strikethrough"]))
    return exporter
