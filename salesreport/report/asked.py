"""How a report learns that its period was asked for relative to a day, as in `last-month`.

Notebooks are given the period that this came to, so that they can be run again when the data are newer. So how it
was asked for travels beside the parameters.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager

from salesreport.errors import ConfigError
from salesreport.period import Period
from salesreport.relative import asked_period

VARIABLE = "SALESREPORT_PERIOD"
"""The environment variable that says how the period of a report was asked for."""


@contextmanager
def asking_for(written: str) -> Iterator[None]:
    """Tell reports that are made meanwhile how their period was asked for; empty: as it is."""
    with told(VARIABLE, written):
        yield


INDEX_VARIABLE = "SALESREPORT_INDEX_LANGUAGE"
"""The environment variable that says the language of the pack's index, where that is another than a report's."""


@contextmanager
def indexed_in(language: str) -> Iterator[None]:
    """Tell reports that are made meanwhile in which language the index says what they say."""
    with told(INDEX_VARIABLE, language):
        yield


def index_language() -> str:
    """The language of the pack's index, where that is another than the report's; else empty."""
    return os.environ.get(INDEX_VARIABLE, "")


@contextmanager
def told(variable: str, value: str) -> Iterator[None]:
    """Tell notebooks that are run meanwhile, here or in a kernel begun here, something beside their parameters."""
    before = os.environ.get(variable)
    os.environ[variable] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


def asked_for(period: Period, as_of: dt.date) -> str:
    """How a report's period was asked for; empty where that is not relative, or would mean another period."""
    written = os.environ.get(VARIABLE, "")
    try:
        meant = asked_period(written, as_of, period.fiscal_year_start) if written else None
    except ConfigError:
        return ""
    return meant.written if meant is not None and meant.period == period else ""
