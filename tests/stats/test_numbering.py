"""Numbering is what sorting says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from salesreport.stats.numbering import numbered


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
