"""A company of three reps whose every figure can be counted by hand."""

from pathlib import Path

import pytest
from cases import dataset_of
from three_reps import WEAK, company_tables

from salesreport.dataset import Dataset
from salesreport.explore.state import State, facts_of
from salesreport.kpi import Facts


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The company's dataset."""
    return dataset_of(tmp_path_factory.mktemp("explored") / "company", "2024-12-31", company_tables())


@pytest.fixture(scope="session")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A company in which Ann wins far fewer deals than the others."""
    return dataset_of(tmp_path_factory.mktemp("explored") / "weak", "2024-12-31", company_tables(WEAK))


@pytest.fixture(scope="session")
def orders_only(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A dataset without deals."""
    orders = [{"order_id": "O1", "rep_id": "R1", "ordered_on": "2024-11-01", "amount": 10.0}]
    return dataset_of(tmp_path_factory.mktemp("explored") / "orders", "2024-12-31", {"orders": orders})


@pytest.fixture
def state(company: Dataset) -> State:
    """The last quarter of the company."""
    return State(str(company.path), "2024-Q4")


@pytest.fixture
def facts(state: State) -> Facts:
    """The company's facts."""
    return facts_of(state)


@pytest.fixture(scope="session")
def year(sample: Dataset) -> State:
    """A year of the sample company."""
    return State(str(sample.path), "2025")


@pytest.fixture(scope="session")
def folder(company: Dataset) -> Path:
    """The company's folder."""
    return company.path
