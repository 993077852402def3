"""Commitments into a dataset, and closed again: one writer at a time, all or none."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from salesreport.coach.written import Written, checked, rep_meant
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.ingest.history.recorded import KEY, about_recorded, is_about_recorded
from salesreport.kpi import Facts
from salesreport.language import text
from salesreport.provenance import Provenance
from salesreport.tables import TABLES
from salesreport.writing import update_dataset

Fate = Literal["done", "dropped"]
"""How a commitment ends."""


class Recorded(NamedTuple):
    """What was written: the dataset as it is now, and the rows that are new or changed."""

    dataset: Dataset
    rows: pd.DataFrame


def record(path: Path | str, written: Sequence[Written], today: dt.date) -> Recorded:
    """Add commitments to a dataset: all of them, or none.

    Args:
        path: the dataset's folder. written: as people wrote them. today: the day; those without one were agreed
            then.

    Raises:
        ConfigError: one does not fit the dataset, or is there already. DataError: no dataset, or it cannot be
            written.
    """
    facts = Facts.of(Dataset.open(path))
    fitting = checked(written, facts, today)
    new = pd.DataFrame(fitting).assign(status="open", recorded_on=today)
    for column in ("agreed_on", "due_on", "recorded_on"):
        new[column] = pd.to_datetime(new[column])
    table = TABLES["commitments"]
    new = table.conform(new)
    twice = new.duplicated(KEY)
    if twice.any():
        place = int(twice.to_numpy().argmax())
        raise ConfigError(text("This was agreed twice."), **written[place].where, found=written[place].text)

    def change(dataset: Dataset) -> tuple[dict[str, pd.DataFrame], Provenance]:
        before = dataset.table("commitments")
        there = pd.MultiIndex.from_frame(before[KEY])
        for one, key in zip(written, new[KEY].itertuples(index=False, name=None), strict=True):
            if key in there:
                raise ConfigError(
                    text("This is recorded already, as agreed on that day."), **{"key": "text", **one.where},
                    found=one.text,
                )  # fmt: skip
        return _with(dataset, table.conform(pd.concat([table.conform(before), new], ignore_index=True)))

    return Recorded(update_dataset(path, change), new)


def close(path: Path | str, which: str, fate: Fate, today: dt.date, rep: str | None = None) -> Recorded:
    """Close an open commitment.

    Args:
        path: the dataset's folder. which: its id (`identified`), or with `rep` its text or a part of it.
        fate: how it ended. today: when; it counts from the dataset's as-of date where that is earlier.
        rep: id or name of the rep.

    Raises:
        ConfigError: no open commitment fits, or several do. DataError: no dataset, or it cannot be written.
    """
    facts = Facts.of(Dataset.open(path))
    whose = None if rep is None else rep_meant(rep, facts, {})
    closed = pd.DataFrame()

    def change(dataset: Dataset) -> tuple[dict[str, pd.DataFrame], Provenance]:
        nonlocal closed
        before = identified(dataset.table("commitments"))
        place = _open_one(before, which, whose)
        before.loc[place, "status"] = fate
        # the day a review of these data knows of it, though they end before today
        last = min(today, dataset.as_of)
        before.loc[place, "closed_on"] = max(before.loc[place, "agreed_on"], pd.Timestamp(last))
        before.loc[place, "recorded_on"] = pd.Timestamp(today)
        after = before.drop(columns="id")
        closed = after.loc[[place]]
        return _with(dataset, after)

    return Recorded(update_dataset(path, change), closed)


def identified(commitments: pd.DataFrame) -> pd.DataFrame:
    """Commitments with an `id`, eight signs made of rep, day and text: it stays when others come or go.

    Examples:
        >>> rows = pd.DataFrame({"rep_id": ["R1"], "agreed_on": pd.to_datetime(["2025-10-02"]), "text": ["Call"]})
        >>> identified(rows)["id"].tolist()
        ['9d7eb8fc']
    """
    ids = [
        hashlib.sha256(
            "\0".join([rep, day.date().isoformat(), said]).encode("utf-8", "surrogatepass")
        ).hexdigest()[:8]
        for rep, day, said in commitments[KEY].itertuples(index=False, name=None)
    ]
    return commitments.assign(id=pd.Series(ids, index=commitments.index, dtype="str"))


def _open_one(commitments: pd.DataFrame, which: str, rep: str | None) -> int:
    """The row of the one open commitment that is meant."""
    wanted = " ".join(which.split()).casefold()
    mine = commitments if rep is None else commitments[commitments["rep_id"] == rep]
    mine = mine[mine["status"].fillna("open") == "open"].sort_values("agreed_on", kind="stable")
    found = mine[mine["id"] == wanted]
    if found.empty and rep is not None and wanted:
        mine = mine[~mine.duplicated(["rep_id", "text"], keep="last")]  # agreed anew, it stands for those before
        said = mine["text"].str.casefold()
        found = mine[said == wanted]
        found = mine[said.str.contains(wanted, regex=False)] if found.empty else found
    if len(found) == 1:
        return int(found.index[0])
    if len(found):
        ids = found.sort_values("agreed_on")["id"].tolist()
        raise ConfigError(
            text("Several open commitments fit; name one by its id."), found=which,
            expected=text("one of {names}", names=ids),
        )  # fmt: skip
    raise ConfigError(
        text("There is no such open commitment."), found=which,
        nearest=nearest(which, [*mine["text"], *mine["id"]]) if rep is not None else None,
        hint=text("“salesreport commit --list” shows those that are open, with their ids."),
    )  # fmt: skip


def _with(dataset: Dataset, commitments: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], Provenance]:
    """The dataset's table of commitments, and its provenance saying how many were recorded."""
    provenance = dataset.provenance
    notes = [note for note in provenance.notes if not is_about_recorded(note)]
    return {"commitments": commitments}, replace(provenance, notes=(*notes, about_recorded(commitments)))
