"""salesreport turns a CRM export into per-rep coaching reports people trust.

The package is a house of floors; each imports only from those listed before it:

- `salesreport.language`: words, numbers, money and dates in the reader's language
- `salesreport.errors`: what can go wrong, as objects with fields
- `salesreport.config`: YAML files, validated, with errors that name the line
- `salesreport.tables`: what a deal, a rep, an activity is: one schema per canonical table
- `salesreport.period`: months, quarters, years, fiscal calendars, comparison periods
- `salesreport.stats`: numbers only: intervals and the like
- `salesreport.dataset`: a folder of Parquet tables with provenance and a fingerprint
- `salesreport.sample`: a generated company whose true effects are known
- `salesreport.ingest`: exports → dataset
- `salesreport.kpi`: sales figures, pure functions, every figure with its n
- `salesreport.report`: sections → HTML
- `salesreport.pack`: pack file → jobs → reports, index, manifest
- `salesreport.cli`: the command `salesreport`

In a notebook three names are enough::

    from salesreport import Dataset, Diagnostic, Review
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from, put_off

if TYPE_CHECKING:
    from salesreport.dataset import Dataset
    from salesreport.period import Period
    from salesreport.report.diagnostic import Diagnostic
    from salesreport.report.review import Review

put_off()

__version__ = "0.1.0"
__all__ = ["Dataset", "Diagnostic", "Period", "Review", "__version__"]

# imported on first use, so that `salesreport --help` stays quick
__getattr__ = names_from(
    __name__,
    {
        "Dataset": "dataset",
        "Diagnostic": "report.diagnostic",
        "Period": "period",
        "Review": "report.review",
    },
)
