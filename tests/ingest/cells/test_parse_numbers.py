"""Numbers as people and machines write them; each expected value is what the text says, read by a person."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.errors import DataError
from salesreport.ingest.cells.parse_numbers import read_numbers
from salesreport.ingest.cells.raw import Place, RawColumn


def numbers(*texts, **options):
    column = RawColumn(pa.array(texts, pa.string()))
    return read_numbers(column, Place("f.csv", "deals", "Amount", np.arange(2, len(texts) + 2)), **options)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "0", "-3"], [1, 0, -3]),
        (["1.5", "1234.56"], [1.5, 1234.56]),
        (["1.500", "2.25"], [1.5, 2.25]),  # 2.25 shows that the point is a decimal point
        (["0.125", "1.234"], [0.125, 1.234]),  # nobody groups 0 thousand
        (["1234.567", "1.234"], [1234.567, 1.234]),  # nobody writes 1234.567 for 1,234,567
        (["1.234,56", "2.500"], [1234.56, 2500]),
        (["1,234.56", "2,500"], [1234.56, 2500]),
        (["1.234.567", "2.500"], [1_234_567, 2500]),
        (["12,5", "2.500"], [12.5, 2500]),
        (["1.234,56 €", "99 €"], [1234.56, 99]),
        (["1 234,56 Ft", "1\u00a0234 567,89 Ft"], [1234.56, 1_234_567.89]),
        (["1\u202f234,56", "7,125"], [1234.56, 7.125]),  # where spaces separate thousands, a comma does not
        (["$1,054", "$1,054.25"], [1054, 1054.25]),
        (["(1,234)", "12.5"], [-1234, 12.5]),
        (["-$1,234.00", "$-1.50", "1.50-"], [-1234, -1.5, -1.5]),
        (["−5,5", "5,5"], [-5.5, 5.5]),
        (["1'234.50", "2’000"], [1234.5, 2000]),
        (["EUR 12,50", "12,50EUR"], [12.5, 12.5]),
        (["50,-", "12,5"], [50, 12.5]),
        (["12,34,567.50", "1"], [1_234_567.5, 1]),  # lakhs
        (["1.5E+06", "1 000"], [1_500_000, 1000]),
        (["1.2E+06", "3"], [1_200_000, 3]),
        (["+7", "7 000"], [7, 7000]),
        ([" 7 ", "8"], [7, 8]),
        (["50 %", "12.5%"], [0.5, 0.125]),
        (["", None, "-", "n/a", "5"], [np.nan] * 4 + [5]),
        ([None, None], [np.nan, np.nan]),
    ],
)
def test_numbers(texts, expected):
    read = numbers(*texts)
    np.testing.assert_allclose(read.values, expected)
    assert not read.bad.any()


@pytest.mark.parametrize(
    "bad", ["abc", "1.2.3", "12 34", "1,2,3", "12-34", "(5", "inf", "0x1F", "5)", "1e999", "1.234.5"]
)
def test_what_is_no_number(bad):
    read = numbers("10", bad, decimal=".")
    assert read.bad.tolist() == [False, True]
    assert np.isnan(read.values[1])


@pytest.mark.parametrize("texts", [["1.234", "2.500"], ["1,234"], ["$1,054"], ["1.234", "2,500"], ["1.234", "x"]])
def test_ambiguous_marks_are_an_error_that_shows_examples(texts):
    with pytest.raises(DataError) as caught:
        numbers("100", *texts)
    assert "could be a point or a comma" in str(caught.value)
    assert texts[0] in str(caught.value)
    assert "Declare “decimal”" in str(caught.value)
    assert caught.value.rows[0] == 3  # heading row 1, "100" row 2


def test_contradicting_marks_are_an_error():
    with pytest.raises(DataError, match="contradict each other") as caught:
        numbers("1.5", "2,5")
    assert caught.value.found == ["1.5", "2,5"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"decimal": "."}, 1.234),
        ({"decimal": ","}, 1234),
        ({"thousands": "."}, 1234),
        ({"thousands": ","}, 1.234),
    ],
)
def test_declared_marks(options, expected):
    assert numbers("1.234", **options).values.tolist() == [expected]


def test_evidence_may_stand_anywhere():
    texts = ["1.234"] * 5000 + ["0.5"]
    assert numbers(*texts).values[0] == 1.234


def test_signs_are_given_back():
    assert list(numbers("5 €", "6 Ft", "7", "8 USD").signs) == ["€", "Ft", None, "USD"]


amounts = st.lists(
    st.integers(min_value=-(10**11), max_value=10**11).map(lambda cents: cents / 100), min_size=1, max_size=20
)


@settings(max_examples=25, deadline=None)
@given(amounts=amounts)
def test_every_style_says_the_same(amounts):
    """Written with two decimals, the marks are never in doubt."""
    english = [f"{amount:,.2f}" for amount in amounts]
    swap = str.maketrans(",.", ".,")
    for style in (
        english,
        [text.translate(swap) for text in english],
        [text.replace(",", " ").replace(".", ",") for text in english],
        [text.replace(",", "\u202f") + " €" for text in english],
        ["$" + text for text in english],
        [f"({text[1:]})" if text.startswith("-") else text for text in english],
    ):
        read = numbers(*style)
        np.testing.assert_allclose(read.values, amounts)
        assert not read.bad.any()
