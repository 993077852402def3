"""Extensions: files of a client's own folder with metrics, sections, peers and coaching rules of one's own.

An extension is a module that may hold three names::

    METRICS = (my_metric,)       # contracts (`salesreport.kpi.Metric`): in `kpi`, tiles, index, definitions
    SECTIONS = (my_section,)     # functions Context → Section: `review.my_section`, `review.show("my_section")`
    PEERS = my_peers             # a `salesreport.report.peers.PeerGroup`: whom reps are compared with

A file whose name ends in `.yml` has coaching rules instead (docs/coaching_rules.md); it is data and runs nothing.

The kit's own metrics and sections stand in the same lists. An extension is code and runs with the rights of
whoever runs the command: use only your own. See docs/extending.md.
"""

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError, SalesreportError
from salesreport.files import file_checksum
from salesreport.kpi.compute import METRICS, add_metric
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import Figures, Metric
from salesreport.kpi.metrics.question import Question
from salesreport.language import Text, text
from salesreport.report.context import Context
from salesreport.report.peers import SAME_ROLE, PeerGroup, choose_peers, peer_group
from salesreport.report.section import Section
from salesreport.report.sections import SECTIONS, Make, add_section
from salesreport.report.sections.coaching.rules import add_rules, load_rules, remove_rules
from salesreport.stats.holds import assert_holds

RULE_FILES = (".yml", ".yaml")
"""How the names of files with coaching rules end."""


class _Loaded(NamedTuple):
    """What an extension added, by the checksum of its file."""

    digest: str
    metrics: list[str]
    sections: list[str]
    peers: PeerGroup | None


_loaded: dict[Path, _Loaded] = {}


def load_extensions(paths: Iterable[Path | str], where: Mapping[str, Any] | None = None) -> None:
    """Import extensions, each once per process and again where its file changed, and open the doors for them.

    What they add holds for everything that this process makes from then on.

    Args:
        paths: the files. where: what an error says of the place that names them (`file`, `line`, `key`).

    Raises:
        ConfigError: there is no such file, it does not run, or what it holds is no metric, section, peer group or
            rule; the error names the extension's own file and line where it can. Nothing of it is added then.
    """
    for path in [paths] if isinstance(paths, str | Path) else paths:
        file, shown = Path(path).resolve(), Path(path)
        if not file.is_file():
            raise ConfigError(
                text("There is no such extension."), **{"key": "extensions", **(where or {})}, found=str(path)
            )
        known, digest = _loaded.get(file), digest_of(file)
        if known is not None and known.digest == digest:
            continue
        if known is not None:
            _take_back(file, known)
        added = _Loaded(digest, [], [], None)
        try:
            if file.suffix.lower() in RULE_FILES:
                add_rules(file, load_rules(shown).rules)
                _loaded[file] = added
            else:
                _loaded[file] = _open_doors(_imported(shown, file, where or {}), shown, added)
        except BaseException:
            _take_back(file, added)
            raise


def _take_back(file: Path, added: _Loaded) -> None:
    """Remove what an extension added."""
    for key in added.metrics:
        METRICS.pop(key, None)
    for name in added.sections:
        SECTIONS.pop(name, None)
    if added.peers is not None and peer_group() is added.peers:
        choose_peers(SAME_ROLE)
    remove_rules(file)
    _loaded.pop(file, None)
    if getattr(sys.modules.get(file.stem), "__file__", None) == str(file):
        del sys.modules[file.stem]


def digest_of(path: Path) -> str:
    """The checksum of an extension: a report is made again when it changes."""
    return file_checksum(path)


def _imported(shown: Path, file: Path, where: Mapping[str, Any]) -> ModuleType:
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
    except (Exception, SystemExit) as problem:
        raise ConfigError(
            text("The extension does not run: {problem}.", problem=_in_words(problem)),
            file=shown, line=_line_of(problem, file),
        ) from problem  # fmt: skip
    return module


def _open_doors(module: ModuleType, file: Path, added: _Loaded) -> _Loaded:
    for metric in _items(module, "METRICS", file, text("metrics (salesreport.kpi.Metric)")):
        _check(isinstance(metric, Metric), "METRICS", metric, file, text("metrics (salesreport.kpi.Metric)"))
        with _said_of(file):
            add_metric(_watched(metric, file))
        added.metrics.append(metric.key)
    functions = text("functions that make a section of a context")
    for section in _items(module, "SECTIONS", file, functions):
        _check(callable(section) and hasattr(section, "__name__"), "SECTIONS", section, file, functions)
        with _said_of(file):
            add_section(_section(section, file))
        added.sections.append(section.__name__)
    peers = getattr(module, "PEERS", None)
    if peers is not None:
        kind = text("a {kind}", kind="salesreport.report.PeerGroup")
        _check(isinstance(peers, PeerGroup), "PEERS", peers, file, kind)
        peers = replace(peers, of=_peers(peers.of, file))
        choose_peers(peers)
        added = added._replace(peers=peers)
    if not (added.metrics or added.sections or peers):
        raise ConfigError(
            text("There is nothing in this extension."), file=file,
            expected=text("one of {names}", names=["METRICS", "SECTIONS", "PEERS"]),
        )  # fmt: skip
    return added


def _check(fits: bool, name: str, found: Any, file: Path, expected: Text) -> None:
    if not fits:
        problem = text("{name} holds something else.", name=name)
        raise ConfigError(problem, file=file, found=type(found).__name__, expected=expected)


@contextmanager
def _said_of(file: Path) -> Iterator[None]:
    """Errors about what is in an extension name its file."""
    try:
        yield
    except ConfigError as problem:
        problem.file = file
        raise


@contextmanager
def _mistakes_of(file: Path, what: Text) -> Iterator[None]:
    """Mistakes in an extension's functions are said with the file and the line they are in."""
    try:
        yield
    except (SalesreportError, Unavailable):
        raise
    except Exception as error:
        raise ConfigError(
            text("{what} cannot be worked out: {problem}.", what=what, problem=_in_words(error)),
            file=file, line=_line_of(error, file.resolve()),
        ) from error  # fmt: skip


def _section(make: Make, file: Path) -> Make:
    @wraps(make)
    def made(context: Context) -> Section:
        with _mistakes_of(file, text("Section {name}", name=make.__name__)):
            return make(context)

    return made


def _peers(of: Callable[[pd.DataFrame], pd.Series], file: Path) -> Callable[[pd.DataFrame], pd.Series]:
    def found(reps: pd.DataFrame) -> pd.Series:
        with _mistakes_of(file, text("The group of peers")):
            return pd.Series(of(reps).reindex(reps.index))

    return found


def _watched(metric: Metric, file: Path) -> Metric:
    """A metric whose mistakes are said with the file and line they are in, and whose figures are checked."""
    name = text("Metric {metric}", metric=metric.key)

    def figures(question: Question) -> Figures:
        with _mistakes_of(file, name):
            value, n, lower, upper, missing, caveats = metric.figures(question)
            bounds = (lower, upper) if lower is not None and upper is not None else ()
            arrays = [np.asarray(part, np.float64) for part in (value, n, *bounds)]
        wrong: Text | None = None
        if (lower is None) != (upper is None):
            wrong = text("an interval has two ends")
        elif any(one.shape != (question.size,) for one in arrays):
            wrong = text("a figure of each for every group")
        elif np.isinf(arrays).any() or np.isnan(arrays[1]).any():
            wrong = text("no infinite figures, and always an n")
        elif bounds and not _holds(arrays[0], *arrays[2:]):
            wrong = text("intervals that hold their figure")
        if wrong is not None:
            problem = text("Metric {metric} gives figures that cannot be.", metric=metric.key)
            raise ConfigError(problem, file=file, expected=wrong)
        ends: tuple[Numbers | None, Numbers | None] = (arrays[2], arrays[3]) if bounds else (None, None)
        return Figures(arrays[0], arrays[1], *ends, missing, caveats)

    return replace(metric, figures=figures)


def _holds(value: Numbers, lower: Numbers, upper: Numbers) -> bool:
    try:
        assert_holds(lower, value, upper)
    except AssertionError:
        return False
    return True


def _items(module: ModuleType, name: str, file: Path, expected: Text) -> tuple[Any, ...]:
    value = getattr(module, name, ())
    if not isinstance(value, tuple | list):
        raise ConfigError(
            text("{name} must be a list.", name=name), file=file, found=type(value).__name__, expected=expected
        )
    return tuple(value)


def _line_of(problem: BaseException, file: Path) -> int | None:
    """The line of an extension that an error comes from."""
    if isinstance(problem, SyntaxError) and problem.filename == str(file):
        return problem.lineno
    lines = [one.lineno for one in traceback.extract_tb(problem.__traceback__) if one.filename == str(file)]
    return lines[-1] if lines else None


def _in_words(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}".rstrip(".")
