"""Values become bytes and values again; nothing else does."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesreport.language import Quantity, text
from salesreport.period import Period
from salesreport.stored.texts import from_arrays, to_arrays
from salesreport.stored.values import Unstorable, from_bytes, to_bytes


def frame() -> pd.DataFrame:
    day = pd.Timestamp("2025-03-01")
    return pd.DataFrame(
        {
            "team": pd.Series(["A", None], dtype="str"),
            "kind": pd.Categorical(["x", "y"], categories=["y", "x"], ordered=True),
            "n": [1, 2],
            "share": [0.1 + 0.2, float("nan")],
            "told": [True, False],
            "on": pd.Series([day, pd.NaT]).astype("datetime64[ms]"),
            "at": pd.Series([day, day]).dt.tz_localize("Europe/Berlin"),
            "units": pd.Series(["a", text("{n} deals", n=2)], dtype=object),
            "texts": pd.Series(["a", "b"], dtype=object),
        },
        index=pd.Index(["r", "s"], name="row"),
    )


def test_a_frame_comes_back_as_it_was() -> None:
    pd.testing.assert_frame_equal(from_bytes(to_bytes(frame())), frame(), check_exact=True)
    slices = frame().iloc[1:]
    pd.testing.assert_frame_equal(from_bytes(to_bytes(slices)), slices)


def columns_of_texts() -> list[Any]:
    texts = ["a", "", None, "Zürich", "x\nyz", None, "Ω", "a", "b"]
    return [
        *(pd.array(one, dtype="str") for one in (texts, texts[:1], [None], [], ["", ""])),
        pd.array(texts, dtype="str")[3:6],
        pd.concat([pd.Series(texts, dtype="str"), pd.Series(texts[4:], dtype="str")]).array,  # in two pieces
        *(pd.array(texts, dtype=pd.StringDtype(kind, na_value=pd.NA)) for kind in ("python", "pyarrow")),
        pd.array(texts, dtype=pd.StringDtype("python", na_value=np.nan)),
    ]


@pytest.mark.parametrize("texts", columns_of_texts(), ids=str)
def test_texts_come_back_without_a_copy(texts: Any) -> None:
    stored = to_bytes(texts)
    found = from_bytes(stored)
    pd.testing.assert_extension_array_equal(found, texts)
    assert found.dtype == texts.dtype
    assert to_bytes(found) == stored
    if isinstance(texts, pd.arrays.ArrowStringArray) and len(texts):
        start = np.frombuffer(stored, np.uint8).ctypes.data
        (piece,) = found.__arrow_array__().chunks
        assert start <= piece.buffers()[1].address < start + len(stored)


@pytest.mark.parametrize(("place", "number"), [(1, 99), (2, 0), (9, 4)])
def test_texts_that_end_nowhere_are_none(place: int, number: int) -> None:
    ends, held, there = to_arrays(columns_of_texts()[0])
    ends = ends.copy()
    ends[place] = number
    with pytest.raises(ValueError):
        from_arrays(ends, held, there, nullable=False)
    with pytest.raises(ValueError, match="no texts"):
        from_arrays(ends[:0], held, there, nullable=False)


@pytest.mark.parametrize(
    "value",
    [
        {("a", 1): [None, True, -3, 2.5, "ä\ud800"], "b": {2, 3}, "c": frozenset({dt.date(2025, 1, 31)})},
        (Decimal("1.10"), Fraction(1, 3), slice(1, None), dt.datetime(2025, 1, 1, 12, 30)),
        text("{money} in {period}", money=Quantity(5.0, "EUR"), period=Period.parse("2025-Q4")),
        (np.float64(0.1), np.int64(7), np.bool_(True)),
    ],
)
def test_plain_values_and_records_come_back_with_their_kinds(value: Any) -> None:
    found = from_bytes(to_bytes(value))
    assert repr(found) == repr(value)
    assert type(found) is type(value)


def test_arrays_come_back_and_cannot_be_changed() -> None:
    for array in (np.arange(6.0).reshape(2, 3), np.array(["2025-01-01", "NaT"], "M8[D]"), np.zeros((0, 4), bool)):
        found = from_bytes(to_bytes(array))
        np.testing.assert_array_equal(found, array)
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
    with pytest.raises(ValueError, match="read-only"):
        from_bytes(to_bytes(np.arange(3)))[0] = 1


def test_what_it_belongs_to_is_named_and_not_held() -> None:
    around = object()
    assert from_bytes(to_bytes([1, around], around), "here") == [1, "here"]


@pytest.mark.parametrize("value", [print, object(), pd.MultiIndex.from_tuples([(1, 2)]), 1j, np.array([1j])])
def test_nothing_else_is_stored(value: object) -> None:
    with pytest.raises(Unstorable):
        to_bytes([value])


@pytest.mark.parametrize(
    "said",
    [
        '["record","os:system",["x"]]',
        '["record","salesreport.period:dt.date",["x"]]',
        '["tuple of","salesreport.language.text:text",["x"]]',
        '["model","salesreport.dataset:DatasetSettings",{"__class__":"x"}]',
        '["array","O",[1]]',
        '["array","<f8",[1000000]]',
        '["made",1]',
        '["around"]',
        "[",
    ],
)
def test_nothing_else_is_made(said: str) -> None:
    with pytest.raises(Unstorable):
        from_bytes(len(said).to_bytes(8, "little") + said.encode())
