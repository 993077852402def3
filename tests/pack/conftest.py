"""A small dataset and a project folder for the tests of packs."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from workshop import HOSTILE, write_notebook, write_pack

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset


def _days(*written: str | None) -> pd.Series:
    return pd.to_datetime(pd.Series(list(written)))


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Five reps in two teams; deals of 2017.

    In the last quarter: Ann (R1) and Bob (R2) of team North, and the hostile one of South, whose deal is open. Dan
    (R4, South) closed his only deal in the first quarter; Eve (R5) has no deal and no team.
    """
    reps = pd.DataFrame(
        {
            "rep_id": ["R1", "R2", HOSTILE, "R4", "R5"],
            "name": ["Ann Berg", "Bob Czerny", None, "Dan Ek", "Eve Fay"],
            "team": ["North", "North", "South", "South", None],
            "manager": ["Mo", "Mo", "Nia", "Nia", None],
        }
    )
    accounts = pd.DataFrame(
        {"account_id": ["A1", "A2"], "name": ["Acme", "Bolt"], "segment": ["Retail", "Energy"]}
    )
    deals = pd.DataFrame(
        {
            "deal_id": ["D1", "D2", "D3", "D4", "D5"],
            "rep_id": ["R1", "R1", "R2", HOSTILE, "R4"],
            "status": ["won", "lost", "won", "open", "won"],
            "created_on": _days("2017-09-01", "2017-09-02", "2017-10-03", "2017-12-04", "2017-01-05"),
            "closed_on": _days("2017-10-10", "2017-11-11", "2017-12-12", None, "2017-02-14"),
            "account_id": ["A1", "A1", "A2", None, "A2"],
            "product_line": ["Lamps", "Lamps", "Poles", "Poles", "Lamps"],
            "amount": [100.0, 50.0, 70.0, 30.0, 10.0],
        }
    )
    settings = DatasetSettings(name="Test & Co", as_of=dt.date(2017, 12, 31), currency="EUR")
    tables = {"reps": reps, "accounts": accounts, "deals": deals}
    return write_dataset(tmp_path_factory.mktemp("data") / "company", tables, settings, Provenance("test"))


@pytest.fixture
def folder(tmp_path: Path, company: Dataset) -> Path:
    """A project folder with the notebook `tiny` and the pack file `packs/pack.yml` (reps, 2017-Q4)."""
    write_notebook(tmp_path / "notebooks" / "tiny.ipynb")
    write_pack(tmp_path / "packs" / "pack.yml", company.path)
    return tmp_path


@pytest.fixture
def pack_file(folder: Path) -> Path:
    """The pack file of the project folder."""
    return folder / "packs" / "pack.yml"
