"""The formats there are beside HTML, and whether what makes them is installed."""

from collections.abc import Iterable
from importlib.util import find_spec

from salesreport.documents.printing import check_printing
from salesreport.errors import ConfigError, nearest
from salesreport.language import text

FORMATS = ("html", "pdf", "pptx", "docx", "xlsx")
"""What a report can be made as; `html` always is."""

DOCUMENTS = FORMATS[1:]
"""Those that are made beside the HTML, on demand."""

PRINTED = "pdf"
"""The one that is printed from the HTML; the others are made of the executed notebook."""

_MODULES = {"pptx": ("pptx", "resvg_py"), "docx": ("docx", "resvg_py"), "xlsx": ("xlsxwriter",)}
"""What a format is made with, none of it imported before somebody asks for it."""


def documents_of(formats: Iterable[str], **where: object) -> tuple[str, ...]:
    """The formats beside HTML among some, each once, in the order of `FORMATS`.

    Args:
        formats: names. where: file, line and key, for the error.

    Raises:
        ConfigError: there is no such format, or what makes it is not installed.

    Examples:
        >>> documents_of(["xlsx", "html", "pptx", "xlsx"])
        ('pptx', 'xlsx')
    """
    wanted = list(formats)
    for one in wanted:
        if one not in FORMATS:
            raise ConfigError(
                text("A report cannot be made in this format."),
                **where,  # type: ignore[arg-type]
                found=one,
                nearest=nearest(one, FORMATS),
                expected=text("one of {names}", names=list(FORMATS)),
            )
        missing = [name for name in _MODULES.get(one, ()) if find_spec(name) is None]
        if one == PRINTED:
            check_printing(**where)
        if missing:
            raise ConfigError(
                text("What makes this format is not installed."),
                **where,  # type: ignore[arg-type]
                found=one,
                expected='pip install "salesreport[documents]"',
            )
    return tuple(one for one in DOCUMENTS if one in wanted)
