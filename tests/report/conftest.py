"""What tests of reports share."""

import pytest
from moves import tables, write
from tiny import dataset, deals

from salesreport import Dataset, Review


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Seven reps; Ann won 10 of 40 in Q2 (before: 3 of 6), the six others 30 of 40 each; data from 2024 on."""
    others = [deals(f"P{n}", 30, 10) for n in range(6)]
    before = deals("Ann", 3, 3, closed_on="2025-03-31")
    first = deals("P0", 0, 1, closed_on="2024-06-10").assign(created_on="2024-06-01")
    return dataset(tmp_path_factory.mktemp("tiny") / "d", deals("Ann", 10, 30, 5), before, first, *others)


@pytest.fixture(scope="session")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return Review(write(tmp_path_factory.mktemp("moves") / "d", **tables()), "2025-Q2", rep="Ann")
