"""Exports → dataset: nothing is guessed silently, and no row is lost without a reason.

From a file to cells:

- `readers`: what a file is (`file_kinds`, `archives`) → who reads it: `csv_files` (`detect`, `encodings`),
  `workbooks` (`workbook_child`, `sheet_xml`, `ods_xml`, `html_tables`, `excel_xml`, `number_formats`; limited),
  `sheet_tables`, `parquet_files`, `databases` (`postgres`, `duckdb_files`, `database_cells`, `addresses`)
- `raw`, `headings`, `broken_cells`: the cells of an export, which column a heading means, errors of spreadsheets
- `exports`, `dated_files`: which files are read, of exports with dates in their names

From cells to a table:

- `spec`, `spec_parts`: the source spec, how an export maps to the canonical tables
- `reshape`: rows of other tables left out, a column per stage turned into rows
- `columns`, `lookups`: the cells of a canonical column, wherever they are; `states`, `endings`: open, won, lost
- `parse_texts`, `parse_numbers`, `parse_dates` (`month_names`, `spelled_dates`, `numbered_days`), `currency`
  (`currency_names`, `pricing`), `target_periods`: cells → texts, numbers, dates, instants, money, periods
- `rules`, `unreadable`, `distinct`, `folding`: which values cannot be, which rows are one
- `ledger`, `outcome`: which rows are kept, repaired or set aside, and why
- `one_table`: one file of a table; `several_files`: all files of one

From tables to a dataset:

- `snapshots`, `history`, `additions`: what successive exports tell; adding today's
- `beginnings`: what deals began with, where a history has one row per change
- `noticed`, `people`: amounts, names and owners that may be mistakes; nothing is changed by it
- `ingestion`: the whole way

From files without a spec to one:

- `look`: sheets, headings, and what must be declared to read them
- `presets`, `doubts`: what CRMs call things, as files in `presets/`; what may be wrong with a mapping
- `recognise`, `mapping`, `proposal`: which preset fits; a sheet as its table; the source spec that comes of it
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from

if TYPE_CHECKING:
    from salesreport.ingest.ingestion import ingest
    from salesreport.ingest.spec import SourceSpec, load_source

__all__ = ["SourceSpec", "ingest", "load_source"]

# imported on first use, so that the process that reads workbooks starts quickly
__getattr__ = names_from(__name__, {"ingest": "ingestion", "SourceSpec": "spec", "load_source": "spec"})
