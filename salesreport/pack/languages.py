"""The language of each report of a pack: that of the pack, of the row, or of the rep."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from salesreport.config import TextError
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError, nearest
from salesreport.language import LANGUAGES, Text, text
from salesreport.pack.packfile import Pack, known_language

LANGUAGE = "language"
"""The parameter of a notebook, and the column of reps and of rows, that says a language."""

Who = TypeVar("Who")


def languages_in(
    written: Mapping[Who, str], said: Callable[[Sequence[Who]], Text | list[str]], where: Mapping[str, Any]
) -> dict[Who, str]:
    """The languages that stand in a table.

    Args:
        written: what stands there, by whom or where. said: those whose language it is, in an error.
        where: file, table and column, for the error.

    Raises:
        DataError: there is no catalogue for some, all of which it names.
    """
    found: dict[Who, str] = {}
    unknown: dict[str, list[Who]] = {}
    for who, code in written.items():
        try:
            found[who] = known_language(code)
        except TextError:
            unknown.setdefault(code, []).append(who)
    if unknown:
        told = [text("“{language}” ({who})", language=code, who=said(those)) for code, those in unknown.items()]
        raise DataError(
            text("There is no catalogue for {languages}.", languages=told), **where,
            expected=text("one of {names}", names=list(LANGUAGES)),
            hint=_meant(next(iter(unknown))) if len(unknown) == 1 else None,
        )  # fmt: skip
    return found


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
    table = dataset.table("reps", ["rep_id", LANGUAGE])
    table = table[table["rep_id"].isin(reps) & table[LANGUAGE].notna()]
    written = dict(zip(table["rep_id"].map(str), table[LANGUAGE].map(str), strict=True))
    return languages_in(written, list, {"file": dataset.path, "table": "reps", "column": LANGUAGE})


def _meant(written: str) -> Text | None:
    near = nearest(written, LANGUAGES)
    return text("Did you mean “{name}”?", name=near) if near else None
