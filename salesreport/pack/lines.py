"""The lines of a notebook that show sections: chosen, dropped and ordered by the pack file; a note before them."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from salesreport.errors import ConfigError, nearest
from salesreport.language import text

_LINE = re.compile(r"([A-Za-z_]\w*)\.([A-Za-z]\w*)")
_MADE = re.compile(r"^([A-Za-z_]\w*)\s*=\s*([A-Za-z_]\w*)\(", re.MULTILINE)

Cell = dict[str, Any]


class Lines(NamedTuple):
    """What a notebook shows.

    Attributes:
        variable: the review's name in the notebook. names: its sections, in order. places: their cells.
        offered: further sections that the review has.
    """

    variable: str
    names: tuple[str, ...]
    places: tuple[int, ...]
    offered: tuple[str, ...]


def lines_of(cells: Sequence[Mapping[str, Any]]) -> Lines | None:
    """The lines of a notebook that show sections, each a cell such as `review.tiles`; None: there are none."""
    found: list[tuple[int, str, str]] = []
    for at, cell in enumerate(cells):
        line = _LINE.fullmatch(_source(cell).strip()) if cell.get("cell_type") == "code" else None
        if line is not None:
            found.append((at, line[1], line[2]))
    if not found:
        return None
    variable = found[0][1]
    mine = [(at, name) for at, owner, name in found if owner == variable]
    return Lines(variable, tuple(name for _, name in mine), tuple(at for at, _ in mine), _offered(cells, variable))


def with_sections(content: bytes, wanted: Sequence[str], where: Mapping[str, Any]) -> bytes:
    """A notebook that shows the wanted sections, in their order; all with a minus: those it shows but these.

    Other cells stay where they are. A section that the notebook has keeps its cell.

    Args:
        content: the notebook's file. wanted: names of sections, or `-name` of each to drop. where: file, line and
            key, for the error.

    Raises:
        ConfigError: there is no such section, or the notebook shows none.
    """
    notebook = json.loads(content)
    cells: list[Cell] = notebook["cells"]
    lines = lines_of(cells)
    if lines is None:
        raise ConfigError(
            text("This notebook has no lines that show a section, such as {line}.", line="review.tiles"), **where
        )
    dropped = [one.removeprefix("-") for one in wanted if one.startswith("-")]
    if dropped and len(dropped) < len(wanted):
        raise ConfigError(
            text("Sections are either chosen or dropped, not both."),
            **where,
            expected=text("names of sections, or each with a minus before it"),
        )
    known = (*lines.names, *(one for one in lines.offered if one not in lines.names))
    for one in dropped or wanted:
        valid = lines.names if dropped else known
        if one not in valid:
            near = nearest(one, valid)
            raise ConfigError(
                text("The notebook shows no such section.") if dropped else text("There is no such section."),
                **where,
                found=one,
                nearest=near,
                expected=None if near else text("one of {names}", names=list(valid)),
            )
    chosen = [one for one in lines.names if one not in dropped] if dropped else list(dict.fromkeys(wanted))
    there = {name: cells[at] for name, at in zip(lines.names, lines.places, strict=True)}
    shown = [there.get(one) or _cell(f"{lines.variable}.{one}", one) for one in chosen]
    first, places = lines.places[0], set(lines.places)
    rest = [cell for at, cell in enumerate(cells) if at not in places and at > first]
    return _written(notebook, [*cells[:first], *shown, *rest])


def with_note(content: bytes, note: str) -> bytes:
    """A notebook with a note (Markdown) before its first section; the exporter escapes whatever is HTML in it."""
    notebook = json.loads(content)
    cells: list[Cell] = notebook["cells"]
    lines = lines_of(cells)
    at = len(cells) if lines is None else lines.places[0]
    cell = {"cell_type": "markdown", "id": "note", "metadata": {}, "source": note}
    return _written(notebook, [*cells[:at], cell, *cells[at:]])


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _cell(source: str, name: str) -> Cell:
    return {
        "cell_type": "code", "id": f"chosen-{name}".replace("_", "-")[:64], "metadata": {}, "source": source,
        "outputs": [], "execution_count": None,
    }  # fmt: skip


def _offered(cells: Sequence[Mapping[str, Any]], variable: str) -> tuple[str, ...]:
    """The sections of the kit's class that the variable is made by; none of any other class."""
    made = {name: kind for cell in cells for name, kind in _MADE.findall(_source(cell))}.get(variable)
    if made not in ("Review", "Diagnostic"):
        return ()
    from salesreport import Diagnostic, Review  # here, for they take long to import

    return tuple((Review if made == "Review" else Diagnostic).listed())


def _written(notebook: Mapping[str, Any], cells: Sequence[Cell]) -> bytes:
    return json.dumps({**notebook, "cells": list(cells)}, ensure_ascii=False).encode()
