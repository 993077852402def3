"""Which exports an ingest reads: today's, the newest of dated ones, and the older ones for their snapshots."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from salesreport.errors import ConfigError, DataError
from salesreport.ingest.spec.dated_files import DatedFile, find_dated_files
from salesreport.ingest.spec.spec import SourceSpec
from salesreport.language import Text, ntext, text


class Exports(NamedTuple):
    """What is to be read.

    Attributes:
        spec: the source spec with its as-of date, and with the newest file where `{date}` stood.
        earlier: the older exports of table deals, the oldest first.
        snapshots: whether the deals of each export become a snapshot.
        notes: what a reader of a report should know.
    """

    spec: SourceSpec
    earlier: list[DatedFile]
    snapshots: bool
    notes: list[Text]


def choose_exports(spec: SourceSpec, source: Path, root: Path, snapshot_date: dt.date | None) -> Exports:
    """Decide what to read.

    Of dated files the newest is read, up to the as-of date where the spec has one; of deals the older ones too.
    The day of the newest export is the dataset's as-of date. With a snapshot date only the export of that day
    is read, and it is the as-of date.

    Args:
        spec: the source spec. source: its file, for messages. root: folder of the export.
        snapshot_date: the day of the one export to read, or None.

    Raises:
        ConfigError: no as-of date, one of the future, or snapshots that are read and made at once.
        DataError: dated files that are not there, or not as they should be.
    """
    dated, notes = {}, []
    for name, table in spec.tables.items():
        if table.dated:
            assert table.file is not None
            dated[name], more = find_dated_files(table.file, root, name)
            notes += more
    snapshots = snapshot_date is not None or "deals" in dated
    if snapshots and "snapshots" in spec.tables:
        raise ConfigError(
            text("Snapshots are made from the dated exports of deals; they cannot also be read."),
            file=source,
            key="tables.snapshots",
        )
    if snapshots and "deals" not in spec.tables:
        raise ConfigError(
            text("A snapshot shows deals, and this source has none."), file=source, key="tables.deals"
        )
    stated = spec.stated_as_of
    if snapshot_date is not None:
        as_of = snapshot_date
    elif dated:
        last = dated.get("deals") or [max(files[-1] for files in dated.values())]
        known = [one for one in last if stated is None or one.taken_on <= stated]
        if not known:
            raise DataError(
                text("All exports are of days after the as-of date."),
                file=last[0].file,
                found=stated,
                expected=text("{day} or later", day=last[0].taken_on),
            )
        as_of = known[-1].taken_on if snapshots or stated is None else stated
    elif stated is not None:
        as_of = stated
    else:
        raise ConfigError(
            text("This setting is required but missing."),
            file=source,
            key="as_of",
            expected=text("a date, or a file with “{sign}” in its name", sign="{date}"),
        )
    tomorrow = dt.date.today() + dt.timedelta(1)  # it may be today already where the export was made
    if as_of > tomorrow:
        raise ConfigError(
            text("An export cannot be of a day that has not come yet."),
            file=source if snapshot_date is None else None,
            key="--snapshot-date" if snapshot_date is not None else "tables.deals.file" if snapshots else "as_of",
            found=as_of,
            expected=text("{day} or earlier", day=tomorrow),
        )
    if "deals" in dated and snapshot_date is not None:
        dated["deals"] = [_of_day(dated["deals"], snapshot_date)]
    used = {name: _up_to(as_of, files, name) for name, files in dated.items()}
    if snapshot_date is None:
        ignored = len(dated.get("deals", ())) - len(used.get("deals", ()))
        if ignored:
            notes.append(
                ntext(
                    "{n} export taken after {day} was left out.",
                    "{n} exports taken after {day} were left out.",
                    n=ignored,
                    day=stated,
                )
            )
        if snapshots and stated is not None and stated != as_of:
            notes.append(text("The newest export up to {stated} is of {day}.", stated=stated, day=as_of))
    tables = {
        name: table.model_copy(update={"file": used[name][-1].file}) if name in used else table
        for name, table in spec.tables.items()
    }
    return Exports(
        spec.model_copy(update={"stated_as_of": as_of, "tables": tables}),
        used.get("deals", [])[:-1],
        snapshots,
        notes,
    )


def _up_to(day: dt.date, files: list[DatedFile], table: str) -> list[DatedFile]:
    known = [one for one in files if one.taken_on <= day]
    if not known:
        raise DataError(
            text("All exports are of days after the as-of date."),
            file=files[0].file,
            table=table,
            found=day,
            expected=text("{day} or later", day=files[0].taken_on),
        )
    return known


def _of_day(files: list[DatedFile], day: dt.date) -> DatedFile:
    for one in files:
        if one.taken_on == day:
            return one
    raise DataError(
        text("There is no export of this day."),
        table="deals",
        found=day,
        expected=text("one of {names}", names=[one.taken_on.isoformat() for one in files[-10:]]),
    )
