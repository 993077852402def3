"""Numbering is what sorting says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from salesreport.stats.numbering import counted, numbered, quantiles


@pytest.mark.parametrize("reach", [50, 10**12], ids=["dense", "far apart"])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_it_is_what_sorting_says(data: st.DataObject, reach: int) -> None:
    shape = array_shapes(max_dims=2, max_side=20)
    codes = data.draw(arrays(np.int64, shape, elements=st.integers(-reach, reach)))
    different, place = numbered(codes)
    assert different.tolist() == np.unique(codes).tolist()
    assert (different[place] == codes).all()
    assert [one.tolist() for one in numbered(codes[:0].ravel())] == [[], []]


@pytest.mark.parametrize("reach", [50, 10**12], ids=["dense", "far apart"])
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_counts_are_what_sorting_says(data: st.DataObject, reach: int) -> None:
    codes = data.draw(arrays(np.int64, st.integers(0, 30), elements=st.integers(-reach, reach)))
    assert [one.tolist() for one in counted(codes)] == [
        one.tolist() for one in np.unique(codes, return_counts=True)
    ]


@settings(max_examples=100, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=20),
    parts=st.integers(2, 20),
)
def test_quantiles_of_counted_numbers_are_those_of_all(pairs: list[tuple[float, int]], parts: int) -> None:
    values, n = (np.array(column) for column in zip(*pairs, strict=True))
    shares = np.arange(1, parts) / parts
    expected = np.quantile(np.repeat(values, n), shares)
    np.testing.assert_allclose(quantiles(values, n, shares), expected, rtol=1e-12, atol=1e-15)
