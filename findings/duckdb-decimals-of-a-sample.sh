#!/usr/bin/env bash
# DuckDB rounds the decimals of a pandas column to as many places as a sample of its rows has.
#
# One would expect: a column of Python's Decimal, as drivers of databases give for NUMERIC, keeps its values when
#   DuckDB reads the frame; if its type comes from a sample (the documented pandas_analyze_sample, 1,000 rows),
#   then a value that does not fit it is an error. A value with more digits before the point is one: "value is out
#   of range".
# What happens (duckdb 2.0.0, pandas 3.1.1): of 2,000 amounts every other is looked at. Where those are whole, the
#   column is DECIMAL(3,0), and an amount of 99.75 in between is 100: rounded, without a word. A frame of up to
#   1,000 rows is looked at wholly, so tests with small data are right. The same column as an Arrow table is right,
#   too.
# Whom it hurts: NUMERIC without a scale gives 100 and 99.75 side by side; where cents are rare, sums over them are
#   off by up to half a unit a row, and a table made of the frame keeps the loss. Hand over Arrow, or set
#   pandas_analyze_sample to more than the rows there are.
# Guess before running: rounding or an error, whichever digits are too many. It is an error before the point, and
#   rounding behind it.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check duckdb==2.0.0 pandas==3.1.1 pyarrow==26.0.1
cat > try.py <<'PY'
from decimal import Decimal

import duckdb
import pandas as pd
import pyarrow as pa

WHOLE, CENTS, LARGE = Decimal("100"), Decimal("99.75"), Decimal("1000")


def total(rows, odd, sample=None, arrow=False):
    """The type and the sum that DuckDB gives for as many amounts, one of which is another."""
    amounts = [WHOLE] * rows
    amounts[rows // 2 + 1] = odd
    connection = duckdb.connect()
    if sample is not None:
        connection.execute(f"set pandas_analyze_sample = {sample}")
    frame = pd.DataFrame({"amount": pd.Series(amounts, dtype=object)})
    connection.register("deals", pa.table({"amount": amounts}) if arrow else frame)
    try:
        kind, found = connection.execute("select any_value(typeof(amount)), sum(amount) from deals").fetchone()
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return f"{kind}, off by {found - sum(amounts)}"


print("duckdb", duckdb.__version__)
found = {
    "1,000 rows": total(1000, CENTS),
    "2,000 rows": total(2000, CENTS),
    "2,000 rows, all of them looked at": total(2000, CENTS, 10_000),
    "2,000 rows of Arrow": total(2000, CENTS, arrow=True),
    "2,000 rows, one with a digit more before the point": total(2000, LARGE),
}
for what, said in found.items():
    print(f"{what}: {said}")
assert list(found.values())[:4] == [
    "DECIMAL(5,2), off by 0.00",
    "DECIMAL(3,0), off by 0.25",
    "DECIMAL(5,2), off by 0.00",
    "DECIMAL(5,2), off by 0.00",
], found
assert "out of range" in list(found.values())[4], found
PY
env/bin/python try.py
