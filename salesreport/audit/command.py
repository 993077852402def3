"""What `salesreport audit` does between reading options and printing."""

import datetime as dt
from pathlib import Path

from salesreport.audit.audit import Audit, audit
from salesreport.audit.compare import Change, compare, earlier, read
from salesreport.dataset import Dataset


def look(
    dataset: Path, as_of: dt.date | None = None, against: Path | None = None
) -> tuple[Audit, list[Change] | None]:
    """Audit a dataset, and compare that with an earlier audit or with another dataset's.

    Args:
        dataset: its folder. as_of: the day to look from. against: a dataset's folder (looked at from its own day),
            or the JSON of an earlier audit.

    Raises:
        DataError, ConfigError: one of them cannot be read.
    """
    made = audit(Dataset.open(dataset), as_of)
    if against is None:
        return made, None
    before = earlier(audit(Dataset.open(against))) if against.is_dir() else read(against)
    return made, compare(made, before)
