"""An executed notebook → one HTML file: outputs only, offline, no JavaScript."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import mistune
import nbformat
from nbconvert.exporters import TemplateExporter

from salesreport import __version__
from salesreport.language import Language
from salesreport.report.agenda import agenda_html, details_html, lacking_html
from salesreport.report.page import css, margin_css
from salesreport.report.review import MIME
from salesreport.report.section import MIME as PART
from salesreport.report.smaller import smaller

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
    spoken = Language(summary.get("language", language))
    report = {
        "language": spoken.code.replace("_", "-"),  # as browsers want it
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
    laid_out = _laid_out(notebook, spoken)
    html, _ = _exporter().from_notebook_node(laid_out, resources={"report": report})
    # every header carries the style for JupyterLab; here the page has it already
    return smaller(str(html).replace(f"<style>{css()}</style>\n<div", "<div"))


def summary_of(notebook: nbformat.NotebookNode) -> dict[str, Any] | None:
    """What the notebook's `Review` says for machines (`Review.summary`); None where it shows none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(MIME)
            if found is not None:
                return dict(found)
    return None


def _laid_out(notebook: nbformat.NotebookNode, language: Language) -> nbformat.NotebookNode:
    """The notebook as a report reads: what stands on the first page, the agenda, then the other sections, folded;
    what the data do not tell in one list at the end.
    """
    shown = [cell for cell in notebook.cells if NOTEBOOK_ONLY not in cell.metadata.get("tags", [])]
    notebook = nbformat.NotebookNode({**notebook, "cells": shown})
    parts = [one for cell in shown for output in cell.get("outputs", []) if (one := _part(output)) is not None]
    if not parts:
        return notebook
    cells: list[nbformat.NotebookNode] = []
    agenda, details = [_html_cell(agenda_html(parts, language))], [_html_cell(details_html(language))]
    for cell in shown:
        outputs = cell.get("outputs", [])
        found = [_part(output) for output in outputs]
        places = {one["place"] for one in found if one is not None and one["available"]}
        if places & {"sheet", "fold"}:
            cells, agenda = [*cells, *agenda], []
        if "fold" in places:
            cells, details = [*cells, *details], []
        if not any(found):
            cells.append(cell)
            continue
        kept = [
            _folded(one) for one, part in zip(outputs, found, strict=True) if part is None or part["available"]
        ]
        cells.append(nbformat.from_dict({**cell, "outputs": kept}))
    cells.append(_html_cell(lacking_html(parts, language)))
    return nbformat.NotebookNode({**notebook, "cells": cells})


def _part(output: Mapping[str, Any]) -> dict[str, Any] | None:
    """What an output says, for machines, of the section it shows; None where it shows none."""
    found = output.get("data", {}).get(PART)
    return None if found is None else dict(found)


def _folded(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output whose section is folded; in JupyterLab it is open."""
    html = output.get("data", {}).get("text/html", "")
    data = {**output.get("data", {}), "text/html": html.replace("<details open id=", "<details id=", 1)}
    return {**output, "data": data} if html else dict(output)


def _html_cell(html: str) -> nbformat.NotebookNode:
    shown = {"output_type": "execute_result", "data": {"text/html": html}, "metadata": {}, "execution_count": None}
    return nbformat.from_dict(
        {"cell_type": "code", "source": "", "metadata": {}, "execution_count": None, "outputs": [shown]}
    )


class _AsItIs(TemplateExporter):
    """Hands a notebook to the template as it is; copying and checking it again takes most of an export's time."""

    def _preprocess(self, nb: nbformat.NotebookNode, resources: Any) -> tuple[nbformat.NotebookNode, Any]:
        return nb, resources


@lru_cache
def _exporter() -> TemplateExporter:
    """The exporter with our template; made once, for compiling the template takes longer than using it.

    Not nbconvert's `HTMLExporter`: that parses the finished page once more, which takes longer than all the rest.
    """
    exporter = _AsItIs(  # type: ignore[no-untyped-call]
        template_name="salesreport",
        template_file="index.html.j2",
        extra_template_basedirs=[str(Path(__file__).parent / "nbconvert")],
    )
    # HTML inside Markdown is shown as text: it may come from the data
    exporter.register_filter(  # type: ignore[no-untyped-call]
        "markdown", mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    )
    return exporter
