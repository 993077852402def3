"""Adding today's export to a dataset that is there: what it holds already, and what of it stays."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import DataError
from salesreport.ingest.history.recorded import recorded, with_recorded
from salesreport.ingest.history.snapshots import Past, snapshot_of
from salesreport.ingest.rows.outcome import Ingested
from salesreport.ingest.spec.spec import SourceSpec
from salesreport.language import text
from salesreport.provenance import Counts, SourceFile, Tally, some
from salesreport.tables import TABLES
from salesreport.writing import tidy_dataset, write_dataset

MADE_OF_SNAPSHOTS = ("deals", "snapshots", "stage_events", "deal_owners")
"""The tables that grow with every export."""


@dataclass(frozen=True)
class Existing:
    """The dataset that an export is added to.

    Attributes:
        dataset: as it is. taken_on: the days of the exports in it, ascending.
        spec: the source that is added; its as-of date is the day of the export.
    """

    dataset: Dataset
    taken_on: tuple[dt.date, ...]
    spec: SourceSpec

    @classmethod
    def open(cls, out: Path, spec: SourceSpec) -> "Existing | None":
        """The dataset in a folder; None where there is none yet.

        Raises:
            DataError: it is of another source, or it has a later export.
        """
        if not (out / "dataset.json").exists():
            return None
        dataset = Dataset.open(out)
        for name in ("name", "currency", "timezone"):
            here, there = getattr(spec.settings, name), getattr(dataset.settings, name)
            if here != there:
                raise DataError(
                    text("The export cannot be added: {setting} of the dataset is another.", setting=name),
                    file=out,
                    found=here,
                    expected=there,
                    hint=text("Check the folder of the dataset, or make a new one."),
                )
        if dataset.has("snapshots"):
            days = sorted(dataset.table("snapshots", ["taken_on"])["taken_on"].drop_duplicates().dt.date)
        else:
            days = [dataset.as_of]
        existing = cls(dataset, tuple(days), spec)
        if existing.day < days[-1] and existing.day not in days:
            raise DataError(
                text("The dataset already holds a later export."),
                file=out,
                found=spec.as_of,
                expected=text("a day after {day}", day=days[-1]),
                hint=text(
                    "Exports are added in the order of their days; or make the dataset anew from all of them."
                ),
            )
        return existing

    @property
    def day(self) -> dt.date:
        """The day of the export that is added."""
        return self.spec.as_of

    def holds(self, tables: Mapping[str, Ingested]) -> bool:
        """Whether the dataset has this very export already.

        Raises:
            DataError: it has another one of the same day.
        """
        if self.day not in self.taken_on:
            return False
        deals = tables["deals"].frame
        if self.dataset.has("snapshots"):
            before = self.dataset.table("snapshots")
            before = before[before["taken_on"] == pd.Timestamp(self.day)]
            self._same("snapshots", snapshot_of(deals, self.day), before)
        if self.day == self.taken_on[-1]:  # of older days only the snapshots are kept
            for name, ingested in tables.items():
                frame, before = ingested.frame, self.dataset.table(name)
                if name == "deals":
                    before = before[before["deal_id"].isin(frame["deal_id"])]
                elif name == "reps":
                    before = before[before["rep_id"].isin(frame["rep_id"])]
                    frame = frame.assign(name=frame["name"].fillna(frame["rep_id"])) if "name" in frame else frame
                elif name == "commitments":
                    frame = with_recorded(frame, recorded(before))
                self._same(name, frame, before)
        return self.dataset.has("snapshots")

    def _same(self, name: str, frame: pd.DataFrame, before: pd.DataFrame) -> None:
        timezone = self.spec.timezone
        mine, theirs = (_in_order(TABLES[name].conform(one, timezone), name) for one in (frame, before))
        if not mine.equals(theirs):
            raise DataError(
                text("The dataset already holds another export of this day."),
                file=self.dataset.path,
                table=name,
                found=self.spec.as_of,
                hint=text("Give the export another date, or make the dataset anew from all exports."),
            )

    def with_settings(self, settings: DatasetSettings) -> Dataset:
        """The dataset, its tables as they are; written again only where process or fiscal year are others."""
        settings = settings.model_copy(update={"as_of": self.dataset.as_of})
        if settings == self.dataset.settings:
            tidy_dataset(self.dataset.path)
            return self.dataset
        tables = {name: self.dataset.table(name) for name in self.dataset.rows}
        return write_dataset(
            self.dataset.path,
            tables,
            settings,
            self.dataset.provenance,
            _set_aside(self.dataset),
            replaces=self.dataset.fingerprint,
        )

    def past(self) -> Past:
        """What the exports in it told; see `first_export` where it has no snapshots."""
        table = self.dataset.table
        timezone = self.spec.timezone
        if not self.dataset.has("snapshots"):
            nothing = TABLES["deals"].empty(timezone), TABLES["snapshots"].empty(timezone)
            return Past(*nothing, table("stage_events"), table("deal_owners"))
        return Past(table("deals"), table("snapshots"), table("stage_events"), table("deal_owners"))

    def first_export(self) -> tuple[dt.date, pd.DataFrame] | None:
        """Of a dataset without snapshots, its deals, unless they are those of the day that is added."""
        if self.dataset.has("snapshots") or self.dataset.as_of == self.day:
            return None
        return self.dataset.as_of, self.dataset.table("deals")

    def kept_tables(self) -> dict[str, pd.DataFrame]:
        """The tables that the source does not have and that no snapshot makes."""
        return {name: self.dataset.table(name) for name in self.dataset.rows if self._keeps(name)}

    def _keeps(self, name: str) -> bool:
        counts = self.dataset.provenance.counts
        # reps that no file listed are collected from the other tables every time
        return name not in (*self.spec.tables, *MADE_OF_SNAPSHOTS) and (name != "reps" or name in counts)

    def has_own(self, table: str) -> bool:
        """Whether a table was read from an export, not derived."""
        return table in self.dataset.provenance.counts

    def _stays(self, table: str) -> bool:
        if table == "deals":
            return self.first_export() is not None or self.dataset.has("snapshots")
        return table not in self.spec.tables and table != "rates"

    def files(self) -> list[SourceFile]:
        """The files whose rows are still in it."""
        return [file for file in self.dataset.provenance.files if self._stays(file.table)]

    def counts(self) -> dict[str, Counts]:
        """What became of these files' rows."""
        return {name: counts for name, counts in self.dataset.provenance.counts.items() if self._stays(name)}

    def set_aside(self) -> dict[str, pd.DataFrame]:
        """The rows of these files that were set aside, as texts."""
        return {name: rows for name, rows in _set_aside(self.dataset).items() if self._stays(name)}


def summed(counts: list[Counts]) -> Counts:
    """The counts of several exports of one table together.

    Examples:
        >>> summed([Counts(read=3, kept=3), Counts(read=4, kept=3, set_aside=1)])
        Counts(read=7, kept=6, repaired=0, set_aside=1, repairs=(), reasons=(), aside_by={})
    """
    return Counts(
        read=sum(one.read for one in counts),
        kept=sum(one.kept for one in counts),
        repaired=sum(one.repaired for one in counts),
        set_aside=sum(one.set_aside for one in counts),
        repairs=_summed(tally for one in counts for tally in one.repairs),
        reasons=_summed(tally for one in counts for tally in one.reasons),
        aside_by=counts[-1].aside_by if counts else {},  # what the newest export lacks
    )


def with_file(aside: pd.DataFrame, file: str) -> pd.DataFrame:
    """Rows set aside with the file they stand in; headings that stand there twice are numbered."""
    seen: dict[str, int] = {}
    names = []
    for heading in map(str, aside.columns):
        seen[heading] = seen.get(heading, 0) + 1
        names.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    if aside.columns[0] == "file":
        return aside
    numbered = aside.set_axis(names, axis="columns").astype("str")
    numbered.insert(
        0, "file", pd.Series([file] * len(aside), index=aside.index, dtype="str"), allow_duplicates=True
    )
    return numbered


def _set_aside(dataset: Dataset) -> dict[str, pd.DataFrame]:
    return {
        file.stem: pd.read_csv(file, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        for file in sorted((dataset.folder / "set_aside").glob("*.csv"))
    }


def _summed(tallies: Any) -> tuple[Tally, ...]:
    total: dict[str, Tally] = {}
    for tally in tallies:
        sentence = str(tally.what)
        before = total.get(sentence, Tally(tally.what, 0))
        examples = some((*before.examples, *tally.examples))
        total[sentence] = Tally(tally.what, before.rows + tally.rows, examples)
    return tuple(total.values())


def _in_order(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    by = list(TABLES[name].key) or list(frame.columns)
    return frame.sort_values(by, kind="stable", ignore_index=True)
