"""A few people, a small pack of theirs, and a mail server on this computer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from postoffice import Office, write_people, write_small_pack

from salesreport.dataset import Dataset


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Five reps; Boss 0 leads R00, R02 and R04, Boss 1 the others."""
    return write_people(tmp_path_factory.mktemp("few") / "people", reps=5, managers=2)


@pytest.fixture
def pack(tmp_path: Path, people: Dataset) -> Path:
    """The folder of a finished pack about them."""
    write_small_pack(tmp_path / "pack", people)
    return tmp_path / "pack"


@pytest.fixture(scope="module")
def running() -> Iterator[Office]:
    """A mail server."""
    with Office().open() as office:
        yield office


@pytest.fixture
def office(running: Office) -> Office:
    """The mail server, empty and well."""
    running.letters.clear()
    running.fault, running.slow, running.connections = (lambda stage, door, to: None), 0.0, 0
    return running
