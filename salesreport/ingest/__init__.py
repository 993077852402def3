"""Exports → dataset: nothing is guessed silently, and no row is lost without a reason.

- `salesreport.ingest.ingestion`: the whole way, from a source spec to a dataset
- `salesreport.ingest.spec`: the source spec, how an export maps to the canonical tables
- `salesreport.ingest.readers`, `.csv_files`, `.detect`: CSV, Excel, Parquet and databases → cells
- `salesreport.ingest.workbooks`, `.workbook_child`, `.sheet_xml`: workbooks, read by a process with limits
- `salesreport.ingest.raw`, `.headings`: the cells of an export, and which column a heading means
- `salesreport.ingest.encodings`, `.broken_cells`: what a file's bytes tell: encodings, errors of spreadsheets
- `salesreport.ingest.parse_texts`, `.parse_numbers`, `.parse_dates`: cells → texts, numbers, dates, instants
- `salesreport.ingest.currency`, `.target_periods`: money in other currencies; targets that only have a first day
- `salesreport.ingest.exports`, `.dated_files`: which files are read, of exports with dates in their names
- `salesreport.ingest.snapshots`, `.history`, `.additions`: what successive exports tell; adding today's
- `salesreport.ingest.rules`, `.unreadable`, `.endings`: which values cannot be, and which must be asked about
- `salesreport.ingest.ledger`, `.outcome`: which rows are kept, repaired or set aside, and why
- `salesreport.ingest.noticed`: amounts and names that may be mistakes; nothing is changed by it
- `salesreport.ingest.starter`: the beginning of a source spec for a file that comes without one
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from

if TYPE_CHECKING:
    from salesreport.ingest.ingestion import ingest
    from salesreport.ingest.spec import SourceSpec, load_source

__all__ = ["SourceSpec", "ingest", "load_source"]

# imported on first use, so that the process that reads workbooks starts quickly
__getattr__ = names_from(__name__, {"ingest": "ingestion", "SourceSpec": "spec", "load_source": "spec"})
