"""The language of each report of a pack: that of the pack, of the row, or of the rep."""

from collections.abc import Iterable, Mapping
from typing import Any

from salesreport.config import TextError
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError, nearest
from salesreport.language import LANGUAGES, text
from salesreport.pack.packfile import Pack, known_language

LANGUAGE = "language"
"""The parameter of a notebook, and the column of reps and of rows, that says a language."""


def language_in(written: str, where: Mapping[str, Any]) -> str:
    """The language that stands in a table.

    Args:
        written: what stands there. where: file, table, column and rows, for the error.

    Raises:
        DataError: there is no catalogue for it.
    """
    try:
        return known_language(written)
    except TextError:
        raise DataError(
            text("There is no catalogue for this language."), **where, found=written,
            expected=text("one of {names}", names=list(LANGUAGES)),
            hint=_meant(written),
        ) from None  # fmt: skip


def languages_of(pack: Pack, dataset: Dataset, reports: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The language of each report, in their order.

    Args:
        pack: the pack file. dataset: whose reps may have languages.
        reports: of each the rep whom it is about (empty: no rep), and the parameters that only it gets.

    Raises:
        ConfigError: languages are to come from reps, and no report is about one, or the dataset has none.
        DataError: there is no catalogue for a rep's language.
    """
    settings, reports = pack.settings, list(reports)
    if settings.language.source is None:
        return [str(given.get(LANGUAGE) or settings.own_language) for _, given in reports]
    if not any(rep for rep, _ in reports):
        raise ConfigError(
            text("Languages come from reps only where reports are about reps."), **pack.where(LANGUAGE),
            expected="each: rep",
        )  # fmt: skip
    if LANGUAGE not in dataset.columns("reps"):
        raise ConfigError(
            text("The dataset does not say which language a rep reads."), **pack.where(LANGUAGE),
            expected=text("column “{column}” of table {table}", column=LANGUAGE, table="reps"),
        )  # fmt: skip
    spoken = _of_reps(dataset, {rep for rep, given in reports if not given.get(LANGUAGE)})
    return [str(given.get(LANGUAGE) or spoken.get(rep) or settings.own_language) for rep, given in reports]


def _of_reps(dataset: Dataset, reps: set[str]) -> dict[str, str]:
    """Rep → language, of those who have one."""
    table = dataset.table("reps", ["rep_id", LANGUAGE]).reset_index(drop=True)
    table = table[table["rep_id"].isin(reps) & table[LANGUAGE].notna()]
    found: dict[str, str] = {}
    for written, rows in table.groupby(LANGUAGE, sort=True):
        where = {"file": dataset.path, "table": "reps", "column": LANGUAGE, "rows": (rows.index + 1).tolist()}
        found |= dict.fromkeys(map(str, rows["rep_id"]), language_in(str(written), where))
    return found


def _meant(written: str) -> Any:
    near = nearest(written, LANGUAGES)
    return text("Did you mean “{name}”?", name=near) if near else None
