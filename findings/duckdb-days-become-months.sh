#!/usr/bin/env bash
# Forty days in a pandas column are a month and ten days in DuckDB, and dates reckoned from them are others.
#
# One would expect: a column of timedelta64 is so many days, hours and seconds; added to 1 February 2026 forty days
#   give 13 March in SQL as in pandas.
# What happens (duckdb 2.0.0, pandas 3.1.1): reading the frame, DuckDB makes an INTERVAL that has a month of every
#   thirty days: '1 month 10 days', and a calendar's month is what it adds: 11 March. 365 days are '1 year 5 days',
#   which is five days late. datepart('day', …) of forty days is 10. The same durations as parameters, in an Arrow
#   table or in a pandas column with ArrowDtype are hours and right, so three ways in of four agree, and the fourth
#   is the usual one. (For parameters it was so, too, until it was mended: duckdb/duckdb, issue 9431.)
# Whom it hurts: whoever works out expected closings, renewals or follow-ups from a cycle or a term in days:
#   nothing shows up to 29 days, so short cycles are right. Add whole days (`+ days::integer`), or hand over Arrow.
# Guess before running: days stay days, as an INTERVAL has a place for them. After the first '1 month 10 days' the
#   wrong dates were expected.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check duckdb==2.0.0 pandas==3.1.1 pyarrow==26.0.1
cat > try.py <<'PY'
import datetime as dt

import duckdb
import pandas as pd
import pyarrow as pa

CREATED, TERMS = dt.datetime(2026, 2, 1), (29, 30, 40, 365)
frame = pd.DataFrame({"created": [CREATED] * 4, "term": pd.to_timedelta(TERMS, unit="D")})


def ends(deals):
    query = "select term::varchar, (created + term)::date, datepart('day', term) from deals"
    connection = duckdb.connect()
    connection.register("deals", deals)
    return connection.execute(query).fetchall()


right = [CREATED.date() + dt.timedelta(days) for days in TERMS]
found = ends(frame)
print("duckdb", duckdb.__version__)
for days, (said, end, _), expected in zip(TERMS, found, right, strict=True):
    print(f"{days} days: {said!r}, ends on {end}; pandas says {expected}")
assert [said for said, _, _ in found] == ["29 days", "1 month", "1 month 10 days", "1 year 5 days"], found
assert [(end - expected).days for (_, end, _), expected in zip(found, right, strict=True)] == [0, -2, -2, 5], found
assert [part for _, _, part in found] == [29, 0, 10, 5], found

others = {
    "an Arrow table": [end for _, end, _ in ends(pa.Table.from_pandas(frame))],
    "ArrowDtype": [end for _, end, _ in ends(frame.convert_dtypes(dtype_backend="pyarrow"))],
    "parameters": [
        duckdb.connect().execute("select (?::timestamp + ?)::date", [CREATED, dt.timedelta(days)]).fetchone()[0]
        for days in TERMS
    ],
}
for way, dates in others.items():
    print(f"{way}: {'as in pandas' if dates == right else dates}")
    assert dates == right, (way, dates)
PY
env/bin/python try.py
