"""Companies that several tests of account plans look at."""

from pathlib import Path

import pytest
from planted_accounts import tables, write
from simulated_accounts import company

from salesreport import Dataset


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """900 accounts of six reps; of segment A in food half buy sensors, of all others a tenth."""
    made = company(11, planted=((0, 0, 4, 0.5), (1, 2, 3, 0.5)))
    path: Path = tmp_path_factory.mktemp("planted accounts") / "d"
    return write(path, tables(made))
