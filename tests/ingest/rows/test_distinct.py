"""Repeated keys told from numbers are those that pandas tells from texts, whatever numbers the keys have."""

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from salesreport.ingest.rows import distinct
from salesreport.ingest.rows.distinct import repeated

IDS = st.one_of(
    st.none(),
    st.integers(0, 12).map(str),
    st.integers(0, 12).map("{:03}".format),  # zeros in front make another id
    st.text("D0123456789:AQ", min_size=3, max_size=3),
    st.text("aé𝄞\u0301\0 ", max_size=5),  # é in one sign or in two, zero bytes, nothing at all
    st.text("xy", max_size=2).map(lambda end: "a much longer id " * 4 + end),
    st.text("xy", max_size=2).map(lambda start: start + "a much longer id " * 4),
)
STAGES = st.sampled_from(["Offer", "Lead", "Won", None])
DAYS = st.sampled_from([pd.Timestamp("2025-01-31"), pd.Timestamp("2025-02-28"), None])


def check(frame: pd.DataFrame, *key: str) -> None:
    for keep in ("first", False):
        wanted = frame.duplicated(list(key), keep=keep).tolist()
        assert repeated(frame, list(key), keep).tolist() == wanted
        with patch.object(distinct, "_FEW", 1.0):  # however many share theirs, only they are compared
            assert repeated(frame, list(key), keep).tolist() == wanted


@settings(deadline=None)
@given(st.lists(IDS, max_size=40))
@example(["D1", "D2", "D10", "D02"])
@example(["7", "07", "007", "7"])
@example(["", None, "", None])
@example(["\0", "", "\0\0", "a\0", "a"])
@example(["é", "e\u0301", "É", "é"])
def test_ids(ids: list[str | None]) -> None:
    frame = pd.DataFrame({"id": pd.Series(ids, dtype="str")})
    check(frame, "id")
    check(frame.iloc[len(ids) // 2 :], "id")
    check(frame.assign(id=frame["id"].astype("category")), "id")
    check(frame.assign(id=frame["id"].astype(object)), "id")


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, STAGES, DAYS), max_size=40))
def test_keys_of_several_columns(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["id", "stage", "on"])
    frame = frame.astype({"id": "str", "stage": "category", "on": "datetime64[ms]"})
    check(frame, "id", "stage", "on")
    check(frame.assign(on=frame["on"].dt.tz_localize("Europe/Berlin")), "on", "stage")


@pytest.mark.parametrize("width", [4, 8, 9, 18, 36, 64, 80])
def test_ids_of_one_length(width: int) -> None:
    random = np.random.default_rng(width)
    ids = ["".join(random.choice(list("0aZ"), width)) for _ in range(200)]
    check(pd.DataFrame({"id": ids}), "id")
    check(pd.DataFrame({"id": [*ids, ids[17], ids[3]]}).iloc[2:], "id")


@pytest.mark.parametrize(
    "mixed", [lambda numbers, others: numbers * np.uint64(0), lambda numbers, others: others & np.uint64(3)]
)
def test_keys_that_share_their_number_are_compared(
    monkeypatch: pytest.MonkeyPatch, mixed: Callable[..., object]
) -> None:
    monkeypatch.setattr(distinct, "_mixed", mixed)
    ids = ["A-1", "B-1", "A-1", None, "01", "1", "é", "e\u0301", "A-2", None, "x" * 70, "y" + "x" * 69]
    frame = pd.DataFrame({"id": pd.Series(ids, dtype="str"), "stage": ["Offer", "Won"] * 6})
    assert repeated(frame, ["id"]).tolist() == [i in (2, 9) for i in range(12)]
    check(frame, "id")
    check(frame, "id", "stage")


def test_ids_that_differ_are_not_compared_as_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    whole = pd.DataFrame.duplicated
    monkeypatch.setattr(
        pd.DataFrame, "duplicated", lambda self, *a, **b: (compared.append(len(self)), whole(self, *a, **b))[1]
    )
    digits = pd.DataFrame({"id": [f"D{i:05}" for i in range(5_000)]})
    letters = pd.DataFrame({"id": [f"{i:05}-of-a-longer-kind" for i in range(5_000)]})
    for frame in (digits, letters):
        assert not repeated(frame, ["id"]).any()
        assert repeated(pd.concat([frame, frame.iloc[[7]]]), ["id"]).sum() == 1
    # digits are ticked off, and of one text twice two rows are compared
    assert compared == [2, 0, 2]


def test_missing_ids_in_arrow_are_one() -> None:
    # a missing text may have letters in its place
    cells = pa.array(["a", "b", "c", "b"], pa.large_string())
    _, offsets, letters = cells.buffers()
    hidden = pa.Array.from_buffers(pa.large_string(), 4, [pa.py_buffer(bytes([0b1001])), offsets, letters])
    numbers = distinct._of_texts(hidden)
    assert numbers[1] == numbers[2] != numbers[3]
