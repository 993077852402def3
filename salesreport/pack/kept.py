"""What an executed notebook says of where and for whom it was run: its own parameters, and no absolute path.

The kept notebook of a rep may be handed on with the report. So where its cells declare parameters, they have the
values it was given (the defaults may name somebody else), paths among these are as seen from where it is kept, and
what was printed or raised names files without the folders they lie in.
"""

import ast
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from salesreport.pack.notebook import PACKAGE, TAG

INJECTED = "injected-parameters"
"""papermill's tag of the cell with the values that were given."""

CUT = "…"
"""What stands in the place of folders."""

_COLOUR = r"\x1b\[[\d;]*m"
_FOLDERS = re.compile(
    rf"(?P<before>^|{_COLOUR}|[^\w/:.\\~…<-])"
    r"(?:(?:file://)?~?/(?:[\w.@+~-]+/)+|(?:[A-Za-z]:|\\)\\(?:[\w.@+~ -]+\\)+)(?=[\w.<])",
    re.MULTILINE,
)
"""The folders of an absolute path (POSIX or Windows), up to the file's name."""


def tidy(
    notebook: NotebookNode, parameters: Mapping[str, Any], source: Path, folder: Path, kept: str
) -> NotebookNode:
    """Tidy an executed notebook up, so that it can be kept; doing it again changes nothing.

    Args:
        notebook: executed; is changed. parameters: what it was given. source: the notebook that was run.
        folder: the pack's. kept: where it is going to be in this folder.

    Returns:
        The notebook.
    """
    there = (folder / kept).parent
    given = {name: _from(there, value) for name, value in parameters.items()}
    shorten = partial(_without, _known([source.parent, folder, *_paths(parameters)]))
    for cell in notebook.cells:
        tags = cell.get("metadata", {}).get("tags", [])
        if TAG in tags or INJECTED in tags:
            cell.source = with_values(cell.source, given)
        for output in cell.get("outputs", []):
            _shorten(output, shorten)
    about = notebook.metadata.get("papermill")
    if about is not None:  # it names scratch files
        about.update(input_path=source.name, output_path=kept, parameters=given)
    return notebook


def with_values(source: str, values: Mapping[str, Any]) -> str:
    r"""A cell's assignments with other values.

    Args:
        source: Python. values: name → what it is to be assigned; other assignments stay as they are.

    Examples:
        >>> with_values('rep: str = "R1"  # who\nn = 3', {"rep": "R2", "m": 1})
        "rep: str = 'R2'  # who\nn = 3"
    """
    lines = source.encode("utf-8", "surrogatepass").splitlines(keepends=True)
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):  # IPython's own commands: there is nothing that could be told apart
        return source
    for statement in reversed(statements):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        names = [target.id for target in targets if isinstance(target, ast.Name) and target.id in values]
        if names and isinstance(value, ast.expr) and value.end_lineno and value.end_col_offset is not None:
            first, last = value.lineno - 1, value.end_lineno - 1
            written = lines[first][: value.col_offset] + _literal(values[names[0]])
            lines[first : last + 1] = [written + lines[last][value.end_col_offset :]]
    return b"".join(lines).decode("utf-8", "surrogatepass")


def file_names(written: str) -> str:
    """A text with the folders of absolute paths cut away.

    Examples:
        >>> file_names("No such file: '/home/ann/data/deals.csv' (see https://example.org/a/b)")
        "No such file: '…/deals.csv' (see https://example.org/a/b)"
        >>> file_names(r"C:\\Users\\ann\\deals.csv and/or </b> 1/2/3")
        '…/deals.csv and/or </b> 1/2/3'
    """
    return _FOLDERS.sub(rf"\g<before>{CUT}/", written)


def seen_from(folder: Path, path: Path) -> str:
    """A path as seen from a folder, with forward slashes.

    Only its name where the two have no folder in common: the way from one to the other would be all of the path.
    """
    here, there = os.path.abspath(folder), os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links
    try:
        common = os.path.commonpath([here, there])
    except ValueError:  # on another drive
        return path.name
    return path.name if common == Path(common).anchor else Path(os.path.relpath(there, here)).as_posix()


def _literal(value: Any) -> bytes:
    """A value as it stands in Python's code."""
    return repr(value).encode("utf-8", "surrogatepass")


def _from(folder: Path, value: Any) -> Any:
    """A parameter's value; an absolute path to something that is there as seen from a folder."""
    if isinstance(value, list):
        return [_from(folder, one) for one in value]
    return seen_from(folder, Path(value)) if _is_path(value) else value


def _paths(parameters: Mapping[str, Any]) -> list[Path]:
    listed = (one for value in parameters.values() for one in (value if isinstance(value, list) else [value]))
    return [Path(value) for value in listed if _is_path(value)]


def _is_path(value: Any) -> bool:
    """Whether it is an absolute path of something that is there."""
    try:
        return isinstance(value, str) and os.path.isabs(value) and os.path.lexists(value)  # noqa: PTH117
    except ValueError:  # a null character
        return False


def _known(more: list[Path]) -> list[str]:
    """The folders that a notebook may name: those of its pack, of Python and of whoever runs it; longest first."""
    ours = map(Path, (sys.prefix, sys.base_prefix, tempfile.gettempdir(), os.path.expanduser("~")))  # noqa: PTH111
    folders = [folder.absolute() for folder in (*more, *ours, PACKAGE.parent)]
    spelt = {str(one) for folder in folders for one in (folder, folder.resolve()) if one != Path(one.anchor)}
    return sorted(spelt, key=len, reverse=True)


def _without(known: list[str], written: str) -> str:
    """A text with the known folders cut away; hardly any names one."""
    named = "|".join(re.escape(one) for one in known if one in written)
    if not named:
        return written
    return re.sub(rf"(?:(?<![\w/.\\-])|(?<=\dm))(?:{named})(?![\w.-])", CUT, written)  # \dm: the end of a colour


def _shorten(output: NotebookNode, shorten: Callable[[str], str]) -> None:
    """Cut folders away in what a cell put out; in HTML, which is full of slashes, only those that are known."""
    for name in ("text", "evalue"):
        if isinstance(output.get(name), str):
            output[name] = file_names(shorten(output[name]))
    if "traceback" in output:
        output["traceback"] = [file_names(shorten(line)) for line in output["traceback"]]
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str) and kind.startswith("text/"):
            output["data"][kind] = shorten(content)
