import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.sample.names import INDUSTRIES, firms, people


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 6_000), seed=st.integers(0, 99))
def test_no_two_people_share_a_name(count, seed):
    names = people(count, np.random.default_rng(seed))
    assert len(set(names)) == count
    assert all(name == name.strip() and " " in name for name in names)


def test_a_small_team_shares_neither_first_nor_last_names():
    names = [name.split() for name in people(39, np.random.default_rng(7))]
    assert len({first for first, _ in names}) == len({last for _, last in names}) == 39


def test_firms_of_one_industry_are_all_different():
    for industry in range(len(INDUSTRIES)):
        assert len(set(firms(np.full(10_000, industry, dtype=np.int8)).to_pylist())) == 10_000
