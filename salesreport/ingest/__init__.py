"""Exports → dataset: nothing is guessed silently, and no row is lost without a reason.

Rooms, each of which imports only from those before it (`tests/test_house.py`):

- `salesreport.ingest.cells`: what stands in a cell, and what it means as a text, number, day, instant or currency
- `salesreport.ingest.spec`: the source spec, how an export maps to the canonical tables; which exports are read
- `salesreport.ingest.workbooks`: workbooks and web pages, opened by a process of its own with limits
- `salesreport.ingest.databases`: the rows of a query, from PostgreSQL, DuckDB and what SQLAlchemy knows
- `salesreport.ingest.files`: what a file is → who reads it: CSV, workbooks, Parquet, archives, databases
- `salesreport.ingest.rows`: which rows are kept, repaired or set aside, and why; what may be a mistake in them
- `salesreport.ingest.history`: what successive exports and tables of changes tell; adding today's
- `salesreport.ingest.table`: from cells to one canonical table: columns, states, money, periods
- `salesreport.ingest.presets`: what CRMs call things, as a file each
- `salesreport.ingest.proposal`: files without a spec → which preset fits → the spec
- `salesreport.ingest.ingestion`: the whole way
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from

if TYPE_CHECKING:
    from salesreport.ingest.ingestion import ingest
    from salesreport.ingest.spec.spec import SourceSpec, load_source

__all__ = ["SourceSpec", "ingest", "load_source"]

# imported on first use, so that the process that reads workbooks starts quickly
__getattr__ = names_from(__name__, {"ingest": "ingestion", "SourceSpec": "spec.spec", "load_source": "spec.spec"})
