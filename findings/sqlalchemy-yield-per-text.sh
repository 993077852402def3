#!/usr/bin/env bash
# SQLAlchemy's execution option yield_per is dropped for SQL that is written as text: rows come one by one, or all at once.
#
# One would expect: execution_options(yield_per=100) on a connection, which the documentation names for all of Core and
#   the ORM, gives partitions() of 100 rows whatever kind the statement is; or an error.
# What happens (SQLAlchemy 2.1.9 and 2.0.51): of select() the result comes in batches of 100. For text() and
#   exec_driver_sql() the option is dropped without a word (DefaultExecutionContext, where `is_text`), and partitions()
#   without a size falls back on fetchmany() without one: SQLite gives one row at a time; behind a server-side cursor
#   (PostgreSQL, not in this script) all rows come as one list: of a million rows 1,400 MB in place of 240.
#   Result.yield_per(100), or partitions(100), does what was asked.
# Whom it hurts: whoever streams queries that users write, such as ETL tools: memory grows with the result, and tests
#   with few rows pass.
# Guess before running: batches of 100, as of select(). They are not.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
cat > try.py <<'PY'
import sqlalchemy as sa

QUERY = "with recursive c(i) as (select 1 union all select i + 1 from c where i < 1000) select i from c"


def sizes(result):
    return [len(part) for part in result.partitions()]


with sa.create_engine("sqlite://").connect() as connection:
    connection = connection.execution_options(yield_per=100, stream_results=True)
    numbers = sa.text(QUERY).columns(sa.column("i", sa.Integer)).subquery()
    batches = {
        "select()": sizes(connection.execute(sa.select(numbers))),
        "text()": sizes(connection.execute(sa.text(QUERY))),
        "exec_driver_sql()": sizes(connection.exec_driver_sql(QUERY)),
        "text(), Result.yield_per()": sizes(connection.execute(sa.text(QUERY)).yield_per(100)),
    }
print("SQLAlchemy", sa.__version__)
for way, found in batches.items():
    print(f"  {way}: {len(found)} batches, the first of {found[0]} rows")
assert len(batches["select()"]) == len(batches["text(), Result.yield_per()"]) == 10
assert 10 not in (len(batches["text()"]), len(batches["exec_driver_sql()"])), "the option is heeded now"
PY
env/bin/pip install --quiet --disable-pip-version-check sqlalchemy==2.0.51
env/bin/python try.py
env/bin/pip install --quiet --disable-pip-version-check sqlalchemy==2.1.9
env/bin/python try.py
