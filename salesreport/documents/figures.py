"""Figures of the command line as a workbook: the same frames as CSV, typed, and what they mean."""

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport.audit import Audit
from salesreport.audit.output import NOTE
from salesreport.audit.sentences import summary
from salesreport.documents.formats import documents_of
from salesreport.documents.workbook import About, Sheet, Value, workbook
from salesreport.errors import ConfigError
from salesreport.files import write_bytes
from salesreport.kpi import Facts
from salesreport.kpi.compute import KpiTable, contract
from salesreport.language import Language, Text, text

SUFFIX = ".xlsx"

ANOMALIES: dict[str, Text] = {
    "step": text("the milestone that deals went on from; win: the whole way to the order"),
    "n": text("decisions that others had alike"),
    "rate": text("share of them that went on in time"),
    "expected": text("that of like deals of the others"),
    "effect": text("the difference of the two, with its 95% interval: lower, upper"),
    "q": text("the part of what is flagged at this level that may be chance"),
    "flag": text("worse or better beyond chance, or none"),
    "at_stake": text("what the difference cost or brought in the period"),
    "deals": text("ids of the deals that were decided"),
    "did_not_go_on": text(
        "of each deal that did not go on its id, how it stands today, and the day it was closed"
    ),
}
"""The columns of anomalies that need words."""

FORECAST: dict[str, Text] = {
    "booked": text("won in the period by the as-of date"),
    "mean": text("average of all simulated cases, booked included"),
    "median": text("the middle of all simulated cases"),
    "lower_80": text("80 of 100 cases lie between lower_80 and upper_80; 50 and 95 likewise"),
    "from_open": text("of the mean, what comes from deals that are open now"),
    "from_arrivals": text("of the mean, what comes from deals yet to come"),
    "n_open": text("open deals of the group, shared ones by their share"),
}
"""The columns of a forecast."""

STATED = ("chance", "said", "said_above", "won", "share_bias", "share_lower", "share_upper")
"""Columns of a forecast, and of what reps said, that are shares."""

RATES = ("rate", "expected", "effect", "lower", "upper", "crude")
"""Columns of anomalies that are shares."""


def check_file(path: Path | None, wanted: bool) -> None:
    """Make sure, before anything is worked out, that a workbook can be written where it is wanted.

    Args:
        path: what `--out` gave. wanted: whether a workbook is.

    Raises:
        ConfigError: a file without a workbook, a workbook without a file, a name that is none of a workbook's, no
            such folder; or what writes workbooks is not installed.
    """
    if path is None and not wanted:
        return
    if not wanted:
        raise ConfigError(text("Only workbooks are written to a file."), key="--out", expected="--format xlsx")
    if path is None:
        raise ConfigError(text("A workbook needs a file."), key="--format", expected="--out FILE.xlsx")
    if path.suffix.lower() != SUFFIX:
        raise ConfigError(
            text("This is not the name of a workbook."), key="--out", found=str(path), expected="FILE.xlsx"
        )
    if path.is_dir() or not path.parent.is_dir():
        raise ConfigError(
            text("The file cannot be written there: there is no such folder."), key="--out", found=str(path)
        )
    documents_of(["xlsx"], key="--format")


def write_workbook(path: Path, content: bytes) -> None:
    """Write a workbook in one step.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        write_bytes(path, content)
    except OSError as error:
        raise ConfigError(
            text("The file cannot be written: {reason}.", reason=error.strerror or str(error)),
            key="--out",
            found=str(path),
        ) from None


def workbook_of(
    name: Text,
    frame: pd.DataFrame,
    facts: Facts,
    language: Language,
    *,
    as_of: dt.date | None = None,
    period: Any = None,
    shares: Collection[str] = (),
    terms: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """A frame of figures as a workbook.

    Args:
        name: what the figures are. frame: tidy, as the CSV has it. facts: what they come from.
        language: of what the workbook says. as_of: the day they are of, where it is not the dataset's.
        period: what they are about. shares: columns that are shares.
        terms: what figures or columns mean. notes: what a reader must know.
    """
    say, dataset = language.say, facts.dataset
    rows = [[_value(value) for value in row] for row in frame.itertuples(index=False)]
    about: list[tuple[str, Value]] = [
        (say(text("Dataset")), dataset.settings.name),
        (say(text("As-of date")), as_of or facts.as_of),
        (say(text("Currency")), dataset.currency),
    ]
    if period is not None:
        about.append((say(text("Period")), language.show(period)))
    return workbook(
        [Sheet(say(name), [str(one) for one in frame.columns], rows, shares=shares)],
        About(
            say(text("About these figures")), say(name), about,
            say(text("Definitions")), terms, say(text("Remarks")), notes,
        ),
    )  # fmt: skip


def audit_workbook(made: Audit, frame: pd.DataFrame, language: Language) -> bytes:
    """An audit as a workbook: `frame` of `salesreport.audit.output.as_frame`, and what each check means."""
    say = language.say
    terms = [(say(one.check.title), say(one.check.definition)) for one in made.findings]
    return workbook_of(
        text("Audit"), frame, made.looked.facts, language, as_of=made.looked.as_of, terms=terms,
        notes=[say(summary(made)), say(NOTE)],
    )  # fmt: skip


def kpi_workbook(
    table: KpiTable,
    frame: pd.DataFrame,
    facts: Facts,
    language: Language,
    period: Any,
    as_of: dt.date | None,
    notes: Sequence[str],
) -> bytes:
    """Figures as a workbook, each with its contract.

    Args:
        table: from `compute`. frame: its figures as the CSV has them. facts: what they come from.
        language: of what the workbook says. period: what they are about. as_of: the day of open deals; None: the
            dataset's. notes: what a reader must know.
    """
    say, terms = language.say, []
    for key in dict.fromkeys(table.frame["metric"]):
        metric = contract(key, facts)
        said = text(
            "{title}: {formula}; dated by: {date_basis}; credit: {credit}.",
            title=metric.title, formula=metric.formula, date_basis=metric.date_basis, credit=metric.credit,
        )  # fmt: skip
        terms.append((key, say(said)))
    return workbook_of(
        text("Figures"), frame, facts, language, as_of=as_of, period=period, terms=terms, notes=notes
    )


def anomalies_workbook(
    frame: pd.DataFrame, facts: Facts, language: Language, period: Any, notes: Sequence[str]
) -> bytes:
    """Conversion anomalies as a workbook: `frame` as the CSV has it; other arguments as in `kpi_workbook`."""
    days = {name: pd.to_datetime(frame[name]) for name in ("since", "since_from", "since_until")}
    return workbook_of(
        text("Conversion anomalies"), frame.assign(**days), facts, language,
        period=period, shares=RATES, terms=in_words(ANOMALIES, frame, language), notes=notes,
    )  # fmt: skip


def forecast_workbook(
    frame: pd.DataFrame, facts: Facts, language: Language, as_of: dt.date | None, notes: Sequence[str]
) -> bytes:
    """A forecast, a backtest or what reps said as a workbook; arguments as in `kpi_workbook`."""
    terms = in_words(FORECAST, frame, language)
    return workbook_of(
        text("Forecast"), frame, facts, language, as_of=as_of, shares=STATED, terms=terms, notes=notes
    )


def in_words(columns: dict[str, Text], frame: pd.DataFrame, language: Language) -> list[tuple[str, str]]:
    """What the columns of a frame mean, those that have a meaning."""
    return [(name, language.say(meaning)) for name, meaning in columns.items() if name in frame.columns]


def _value(value: Any) -> Value:
    """A frame's cell as one of Python's own values."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date() if value == value.normalize() else value.to_pydatetime()
    if isinstance(value, bool | int | float | str | dt.date):
        return value
    return _value(value.item()) if hasattr(value, "item") else str(value)
