"""What tests share: where the public data is, and small datasets."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesreport.dataset import Dataset
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent

PUBLIC_DATA = Path(os.environ.get("SALESREPORT_PUBLIC_DATA", ROOT.parent / "shared" / "data"))
"""Public data sets that are not part of the project; tests that want them are skipped where they are not."""


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the kit keeps for an account goes to a folder of the tests, not to that of who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("account")))
        yield


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder with public data (`maven_crm/`, `adventureworks/`)."""
    if not PUBLIC_DATA.is_dir():
        pytest.skip("the public data sets are not here")
    return PUBLIC_DATA


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A small sample company: 14 reps, 2,500 deals, all tables."""
    return write_company(tmp_path_factory.mktemp("sample") / "company", reps=14, deals=2500)
