"""The house is in order: environment files agree, imports go one way, nothing is read over the network."""

import ast
import re
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "salesreport"

FLOORS = [
    "later", "spelling", "language", "errors", "config", "drawing", "brand", "files", "lock", "memory", "orphans",
    "schema", "tables", "titles", "sorting", "picking", "period", "relative", "stats", "provenance", "dataset",
    "writing", "stored", "process", "sample", "ingest", "kpi", "anonymise", "plan", "coach", "audit", "report",
    "documents", "pack", "archive", "deliver", "refresh", "schedule", "project", "explore", "terminal",
    "arguments", "cli", "__main__",
]  # fmt: skip
"""The floors of the house, from the ground up: a module imports only from its own floor and those before."""

ROOMS = {
    "ingest": [
        "cells", "spec", "workbooks", "databases", "files", "rows", "history", "table", "presets", "proposal",
        "ingestion",
    ],
    "kpi": [
        "facts", "milestones", "customers", "metrics", "grid", "frames", "forecast", "anomalies", "actions",
        "compute", "output",
    ],
}  # fmt: skip
"""The rooms of floors that have many, likewise."""


def requirements(lines: list[str]) -> dict[str, str]:
    """Name → version bound, without extras and spaces."""
    found = (re.fullmatch(r"([A-Za-z0-9_-]+)(?:\[[^]]*\])?(.*)", line.replace(" ", "")) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_and_pip_ask_for_the_same() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    asked = requirements(project()["dependencies"] + project()["optional-dependencies"]["dev"])
    given = requirements([one for line in conda for one in (line["pip"] if isinstance(line, dict) else [line])])
    assert given.pop("python") == project()["requires-python"].replace(" ", "")
    assert given.pop("pip") == ""
    assert given == asked


def test_lock_pins_everything_asked_for_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert set(requirements(project()["dependencies"])) <= pinned
    assert set(requirements(project()["optional-dependencies"]["dev"])) <= pinned


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def name_of(path: Path) -> str:
    """The dotted name of a file's module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in [PACKAGE / "__init__.py", *MODULES]}


@cache
def imports_of(path: Path) -> frozenset[str]:
    """The modules of the package that one imports, at its top, inside its functions, and for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in NAMES else node.module for name in names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found.update(name for name in names if name.split(".")[0] == "salesreport")
    return frozenset(found)


def places(path: Path, depth: int) -> set[str]:
    """The floors (depth 1) or rooms (depth 2) that a module imports from."""
    return {name.split(".")[depth] for name in imports_of(path) if name.count(".") >= depth}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    floor = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert floor in FLOORS, f"{floor} is not in the house's plan (docs/architecture.md)"
    above = {other for other in places(path, 1) if FLOORS.index(other) > FLOORS.index(floor)}
    assert not above, f"{path.name} imports from floors above its own: {sorted(above)}"


IN_ROOMS = [
    path
    for floor in ROOMS
    for path in MODULES
    if (PACKAGE / floor) in path.parents
    if path != PACKAGE / floor / "__init__.py"
]


@pytest.mark.parametrize("path", IN_ROOMS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_of_a_floor_look_one_way(path: Path) -> None:
    floor, place, *_ = path.relative_to(PACKAGE).parts
    rooms, room = ROOMS[floor], place.removesuffix(".py")
    own = {name for name in imports_of(path) if name.split(".")[1:2] == [floor]}
    assert f"salesreport.{floor}" not in own, "a room is not entered through the front door of the house"
    above = {name for name in own if rooms.index(name.split(".")[2]) > rooms.index(room)}
    assert not above, f"{path.name} imports from rooms after its own: {sorted(above)}"


def test_no_files_know_each_other_in_a_circle() -> None:
    # what a package's face hands on is no file of its own
    graph = {name: [one for one in imports_of(path) if one != name] for name, path in NAMES.items()}
    faces = {name for name, path in NAMES.items() if path.name == "__init__.py"}
    between = {
        name: {one for one in others if one not in faces} for name, others in graph.items() if name not in faces
    }
    TopologicalSorter(between).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_one_subject_and_a_reasonable_size(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert ast.get_docstring(ast.parse("\n".join(lines))), "a module says in its first lines what it is about"
    assert len(lines) <= 450, "split it: a file has one subject"


SECTIONS = sorted(path.stem for path in (PACKAGE / "report" / "sections").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_has_its_tests(name: str) -> None:
    assert (ROOT / "tests" / "report" / "sections" / f"test_{name}.py").is_file()
