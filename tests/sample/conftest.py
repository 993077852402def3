"""Companies that the tests look at; made once."""

import pytest

from salesreport.sample import Company, make_company


@pytest.fixture(scope="session")
def company() -> Company:
    """The sample company as a user gets it."""
    return make_company()


@pytest.fixture(scope="session")
def large() -> Company:
    """60,000 deals: enough for effects to stand out from chance."""
    return make_company(deals=60_000, seed=11, activities_per_deal=0, snapshot_every=None)
