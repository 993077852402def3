"""Commitments that people recorded in a dataset: an export that takes its place does not lose them."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import DataError
from salesreport.language import Text, ntext, text
from salesreport.tables import TABLES

KEY = ["rep_id", "agreed_on", "text"]
"""What makes two rows the same commitment."""

_NOTE = "{n} commitment was recorded by hand, not read from an export."


class Kept(NamedTuple):
    """Commitments of a dataset that is about to be written.

    Attributes:
        frame: those of the export and those recorded before; None: neither has any. notes: what is to be said.
        replaces: the fingerprint of the dataset that they were read from; None: nothing was recorded in it.
    """

    frame: pd.DataFrame | None
    notes: tuple[Text, ...] = ()
    replaces: str | None = None


def keep_recorded(out: Path, exported: pd.DataFrame | None, settings: DatasetSettings) -> Kept:
    """The commitments of an export, and those recorded in the dataset whose place it takes.

    Args:
        out: the dataset's folder. exported: table `commitments` of the export, if it has one.
        settings: of the dataset that is to be written.

    Raises:
        DataError: the dataset there has another name, so that what was agreed may be somebody else's business.
    """
    try:
        before = Dataset.open(out)
    except DataError:  # none, or none that can be read
        return Kept(exported)
    found = recorded(before.table("commitments"))
    if found.empty:
        return Kept(exported)
    if before.settings.name != settings.name:
        raise DataError(
            ntext(
                "The dataset in this folder holds {n} recorded commitment, and has another name; nothing was "
                "written.",
                "The dataset in this folder holds {n} recorded commitments, and has another name; nothing was "
                "written.",
                n=len(found),
            ),
            file=out,
            found=settings.name,
            expected=before.settings.name,
            hint=text("Name another folder, or give the export the same name; nothing recorded is lost."),
        )  # fmt: skip
    together = with_recorded(exported, found)
    return Kept(together, (about_recorded(together),), before.fingerprint)


def recorded(commitments: pd.DataFrame) -> pd.DataFrame:
    """Those of some commitments that people recorded, or closed, in the dataset."""
    return commitments[commitments["recorded_on"].notna()].reset_index(drop=True)


def with_recorded(exported: pd.DataFrame | None, found: pd.DataFrame) -> pd.DataFrame:
    """An export's commitments with the recorded ones; of the same commitment the recorded one counts."""
    table = TABLES["commitments"]
    if exported is None or exported.empty:
        return table.conform(found)
    exported = table.conform(exported)
    there = pd.MultiIndex.from_frame(exported[KEY]).isin(pd.MultiIndex.from_frame(found[KEY]))
    return table.conform(pd.concat([found, exported[~there]], ignore_index=True))


def about_recorded(commitments: pd.DataFrame) -> Text:
    """How many commitments came not from an export, as a sentence."""
    return ntext(
        "{n} commitment was recorded by hand, not read from an export.",
        "{n} commitments were recorded by hand, not read from an export.",
        n=int(commitments["recorded_on"].notna().sum()),
    )


def is_about_recorded(note: Text) -> bool:
    """Whether a note is one that `about_recorded` gave."""
    return note.template == _NOTE
