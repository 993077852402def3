"""Extensions: Python files of a client's own folder with metrics, sections and peers of one's own.

An extension is a module that may hold three names::

    METRICS = (my_metric,)       # contracts (`salesreport.kpi.Metric`): in `kpi`, tiles, index, definitions
    SECTIONS = (my_section,)     # functions Context → Section: `review.my_section`, `review.show("my_section")`
    PEERS = my_peers             # a `salesreport.report.peers.PeerGroup`: whom reps are compared with

The kit's own metrics and sections stand in the same lists. An extension is code and runs with the rights of
whoever runs the command: use only your own. See docs/extending.md.
"""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from salesreport.errors import ConfigError, SalesreportError
from salesreport.kpi.compute import add_metric
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.language import Text, text
from salesreport.report.peers import PeerGroup, choose_peers
from salesreport.report.sections import add_section

_loaded: dict[Path, ModuleType] = {}


def load_extensions(paths: Iterable[Path | str], where: Mapping[str, Any] | None = None) -> None:
    """Import extensions, each once per process, and open the doors for what is in them.

    Args:
        paths: the files. where: what an error says of the place that names them (`file`, `line`, `key`).

    Raises:
        ConfigError: there is no such file, it does not run, or what it holds is no metric, section or peer group;
            the error names the extension's own file and line where it can.
    """
    for path in paths:
        file = Path(path).resolve()
        if file not in _loaded:
            module = _imported(Path(path), file, where or {})
            _open_doors(module, Path(path))
            _loaded[file] = module


def digest_of(path: Path) -> str:
    """The checksum of an extension: a report is made again when it changes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _imported(shown: Path, file: Path, where: Mapping[str, Any]) -> ModuleType:
    if not file.is_file():
        raise ConfigError(text("There is no such extension."), **{"key": "extensions", **where}, found=str(shown))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ConfigError(
            text("An extension is a Python file."), **{"key": "extensions", **where}, found=str(shown),
            expected=text("a name that ends in {ending}", ending=".py"),
        )  # fmt: skip
    if file.stem in sys.modules:
        raise ConfigError(
            text("An extension cannot have the name of a module that is there already."),
            **{"key": "extensions", **where}, found=file.stem,
        )  # fmt: skip
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module  # so that a notebook of one's own can import it, too
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        del sys.modules[file.stem]
        raise ConfigError(
            text("The extension does not run: {problem}.", problem=_in_words(problem)),
            file=shown, line=_line_of(problem, file),
        ) from problem  # fmt: skip
    return module


def _open_doors(module: ModuleType, file: Path) -> None:
    listed: tuple[tuple[str, Any, Any, Text], ...] = (
        ("METRICS", add_metric, lambda one: isinstance(one, Metric), text("metrics (salesreport.kpi.Metric)")),
        ("SECTIONS", add_section, callable, text("functions that make a section of a context")),
    )
    found = False
    for name, add, fits, expected in listed:
        for one in _items(module, name, file, expected):
            if not fits(one):
                raise ConfigError(
                    text("{name} holds something else.", name=name), file=file, found=type(one).__name__,
                    expected=expected,
                )  # fmt: skip
            try:
                add(_watched(one, file) if isinstance(one, Metric) else one)
            except ConfigError as problem:
                problem.file = file
                raise
            found = True
    peers = getattr(module, "PEERS", None)
    if peers is not None:
        if not isinstance(peers, PeerGroup):
            raise ConfigError(
                text("{name} holds something else.", name="PEERS"), file=file, found=type(peers).__name__,
                expected=text("a {kind}", kind="salesreport.report.peers.PeerGroup"),
            )  # fmt: skip
        choose_peers(peers)
        found = True
    if not found:
        raise ConfigError(
            text("There is nothing in this extension."), file=file,
            expected=text("one of {names}", names=["METRICS", "SECTIONS", "PEERS"]),
        )  # fmt: skip


def _watched(metric: Metric, file: Path) -> Metric:
    """A metric whose mistakes are said with the file and line they are in."""

    def figures(question: Question) -> Figures:
        problem: Text
        try:
            found = metric.figures(question)
        except (SalesreportError, Unavailable):
            raise
        except Exception as error:
            problem = text(
                "Metric {metric} cannot be worked out: {problem}.", metric=metric.key, problem=_in_words(error)
            )
            raise ConfigError(problem, file=file, line=_line_of(error, file.resolve())) from error
        sizes = {np.shape(part) for part in (found.value, found.n, found.lower, found.upper) if part is not None}
        if sizes != {(question.size,)}:
            problem = text("Metric {metric} does not give a figure for each group.", metric=metric.key)
            raise ConfigError(
                problem, file=file, found=sorted(map(str, sizes)), expected=text("{n} of each", n=question.size)
            )
        return found

    return replace(metric, figures=figures)


def _items(module: ModuleType, name: str, file: Path, expected: Text) -> tuple[Any, ...]:
    value = getattr(module, name, ())
    if not isinstance(value, tuple | list):
        raise ConfigError(
            text("{name} must be a list.", name=name), file=file, found=type(value).__name__, expected=expected
        )
    return tuple(value)


def _line_of(problem: Exception, file: Path) -> int | None:
    """The line of an extension that an error comes from."""
    if isinstance(problem, SyntaxError) and problem.filename == str(file):
        return problem.lineno
    lines = [one.lineno for one in traceback.extract_tb(problem.__traceback__) if one.filename == str(file)]
    return lines[-1] if lines else None


def _in_words(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}".rstrip(".")
