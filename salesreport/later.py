"""How libraries are loaded: without looking for garbage, and public names and one grammar when they are asked for.

nbformat imports jsonschema, which registers a check for addresses in other scripts (IRIs) when the package
`rfc3987_syntax` is there, as it is wherever JupyterLab is. That package compiles its grammar while it is imported:
two to three seconds of CPU for each command and each engine, though no notebook is ever checked for an IRI
(jsonschema 4.26.0, rfc3987-syntax 1.1.0; nbformat 5.11.1 needs neither; findings/jsonschema-grammar-at-import.sh).
Here a stand-in takes its place until the check is made; then it steps aside, and everybody has the package itself.
"""

import gc
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any


def names_from(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package whose public names are imported at their first use.

    Args:
        package: its name. modules: public name → the module of the package that has it.

    Examples:
        >>> names_from("salesreport", {"Period": "period"})("Period").__name__
        'Period'
    """

    def find(name: str) -> Any:
        if name in modules:
            return getattr(importlib.import_module(f"{package}.{modules[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find


@contextmanager
def loading() -> Iterator[None]:
    """Load libraries without collecting garbage meanwhile: they leave none, and it takes a tenth of the time.

    What is loaded stays until the process ends, so it is not searched later, either: at the end of a process that
    alone takes a tenth of a second. Not where DuckDB is loaded already, which would take it for leaks and say so.
    """
    gc.disable()
    try:
        yield
    finally:
        if "duckdb" not in sys.modules:
            gc.freeze()
        gc.enable()


NAME = "rfc3987_syntax"
"""The package that is put off."""


class _Later(ModuleType):
    """The package, imported at the first use of anything in it."""

    def is_valid_syntax(self, rule: str, value: str) -> bool:
        """What jsonschema takes from the package when it is imported itself, without calling it."""
        return bool(_itself().is_valid_syntax(rule, value))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python asks of any module
            raise AttributeError(name)
        return getattr(_itself(), name)


def put_off() -> None:
    """Put the stand-in where the package would be, unless it is imported already or is not there at all."""
    if NAME in sys.modules:
        return
    found = importlib.util.find_spec(NAME)
    if found is not None and found.submodule_search_locations is not None:
        later = _Later(NAME)
        later.__path__ = list(found.submodule_search_locations)  # where its parts are
        sys.modules[NAME] = later


def _itself() -> ModuleType:
    if isinstance(sys.modules.get(NAME), _Later):
        del sys.modules[NAME]
    return importlib.import_module(NAME)
