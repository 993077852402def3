"""An executed notebook → the files that were asked for beside its HTML."""

from collections.abc import Callable, Collection, Mapping

from nbformat import NotebookNode

from salesreport.brand import Look
from salesreport.documents.content import Content, read_content
from salesreport.documents.formats import DOCUMENTS


def make_documents(
    notebook: NotebookNode, formats: Collection[str], language: str = "en", look: Look | None = None
) -> dict[str, bytes]:
    """Decks, documents and workbooks of an executed notebook; the same notebook gives the same bytes.

    Args:
        notebook: with its outputs, run while these formats were asked for (`report.content.asking`).
        formats: of `DOCUMENTS`, but the printed one. language: where the notebook does not say it. look: the brand
            they are in.

    Raises:
        NoContent: the notebook was not run for this.
    """
    if not formats:
        return {}
    content = read_content(notebook, language)
    return {name: _MAKERS[name](content, look or Look()) for name in DOCUMENTS if name in formats}


def _deck(content: Content, look: Look) -> bytes:
    from salesreport.documents.deck import to_deck

    return to_deck(content, look)


def _paper(content: Content, look: Look) -> bytes:
    from salesreport.documents.paper import to_paper

    return to_paper(content, look)


def _workbook(content: Content, look: Look) -> bytes:
    from salesreport.documents.report_workbook import to_workbook

    return to_workbook(content)


_MAKERS: Mapping[str, Callable[[Content, Look], bytes]] = {"pptx": _deck, "docx": _paper, "xlsx": _workbook}
