"""Cells as a database hands them over."""

from decimal import Decimal

from salesreport.ingest.cells.raw import RawColumn


def test_decimals_are_numbers_with_as_many_decimals_as_they_need():
    cells = [
        Decimal("1.0000000000"),
        Decimal("1.234"),
        Decimal("-0.50"),
        Decimal("1E+3"),
        Decimal("NaN"),
        None,
        "x",
    ]
    column = RawColumn.of_cells(cells)
    assert column.texts.to_pylist() == ["1", "1.234", "-0.5", "1000", None, None, "x"]
    assert column.numbers.to_pylist() == [1.0, 1.234, -0.5, 1000.0, None, None, None]
