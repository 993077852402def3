"""The house is in order: environment files agree, imports go one way, nothing is read over the network."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "salesreport"

FLOORS = [
    "language", "errors", "config", "files", "lock", "orphans", "tables", "period", "stats", "provenance",
    "dataset", "process", "sample", "ingest", "kpi", "audit", "coach", "report", "pack", "explore", "terminal",
    "arguments", "cli", "__main__",
]  # fmt: skip
"""The floors of the house, from the ground up: a module imports only from its own floor and those before."""


def requirements(lines: list[str]) -> dict[str, str]:
    """Name → version bound, without extras and spaces."""
    found = (re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", line.replace(" ", "")) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_and_pip_ask_for_the_same() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    asked = requirements(project()["dependencies"] + project()["optional-dependencies"]["dev"])
    given = requirements(conda)
    assert given.pop("python") == project()["requires-python"].replace(" ", "")
    assert given.pop("pip") == ""
    assert given == asked


def test_lock_pins_everything_asked_for_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert set(requirements(project()["dependencies"])) <= pinned
    assert set(requirements(project()["optional-dependencies"]["dev"])) <= pinned


def imports_of(path: Path) -> set[str]:
    """The floors that a module imports from, at its top and inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "salesreport" and len(parts) > 1 and parts[1] in FLOORS:
                found.add(parts[1])
    return found


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    floor = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert floor in FLOORS, f"{floor} is not in the house's plan (docs/architecture.md)"
    above = {other for other in imports_of(path) if FLOORS.index(other) > FLOORS.index(floor)}
    assert not above, f"{path.name} imports from floors above its own: {sorted(above)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_one_subject_and_a_reasonable_size(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert ast.get_docstring(ast.parse("\n".join(lines))), "a module says in its first lines what it is about"
    assert len(lines) <= 450, "split it: a file has one subject"
