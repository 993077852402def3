"""The tables that grow with every export: older exports read, moves derived, every row accounted for."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from salesreport.ingest.history.additions import Existing, summed, with_file
from salesreport.ingest.history.snapshots import Derived, Past, derive
from salesreport.ingest.rows.outcome import Ingested
from salesreport.ingest.spec.dated_files import DatedFile
from salesreport.ingest.spec.exports import Exports
from salesreport.language import Text, ntext, text
from salesreport.provenance import Counts, SourceFile


class Grown(NamedTuple):
    """All tables of the dataset, and their account.

    Attributes:
        frames: canonical frames by table. files: those that the rows come from. counts: per table; those of
            deals are of all exports together. set_aside: rows left out, with the file they stand in.
        notes: what a reader of a report should know.
    """

    frames: dict[str, pd.DataFrame]
    files: list[SourceFile]
    counts: dict[str, Counts]
    set_aside: dict[str, pd.DataFrame]
    notes: list[Text]

    @classmethod
    def of(cls, tables: Mapping[str, Ingested]) -> "Grown":
        """Of one export without a date: nothing grows."""
        return cls(
            {name: ingested.frame for name, ingested in tables.items()},
            [source for ingested in tables.values() for source in ingested.sources],
            {name: ingested.counts for name, ingested in tables.items()},
            {name: ingested.aside for name, ingested in tables.items() if len(ingested.aside)},
            [],
        )


def grow(
    exports: Exports,
    tables: Mapping[str, Ingested],
    existing: Existing | None,
    read: Callable[[DatedFile], Ingested],
) -> Grown:
    """Snapshots of all exports, and what they tell, beside the tables of the newest one.

    Args:
        exports: what is read. tables: those of the newest export. existing: the dataset that it is added to.
        read: reads an older export of the deals.
    """
    timezone = exports.spec.timezone
    newest = tables["deals"]
    files: list[SourceFile] = existing.files() if existing else []
    counts = existing.counts() if existing else {}
    set_aside = existing.set_aside() if existing else {}
    of_deals = [counts["deals"]] if "deals" in counts else []
    asides = [with_file(set_aside["deals"], _first_file(files))] if "deals" in set_aside else []
    absent: Counter[str] = Counter()

    def account(ingested: Ingested) -> pd.DataFrame:
        files.extend(ingested.sources)
        of_deals.append(ingested.counts)
        if len(ingested.aside):
            asides.append(with_file(ingested.aside, ingested.sources[0].file))
        absent.update(ingested.absent)
        return ingested.frame

    def in_order() -> Iterator[tuple[dt.date, pd.DataFrame]]:
        first = existing.first_export() if existing else None
        if first is not None:
            yield first
        for export in exports.earlier:
            yield export.taken_on, account(read(export))
        yield exports.spec.as_of, account(newest)

    past: Past | None = existing.past() if existing else None
    derived = derive(in_order(), timezone, past)
    frames = existing.kept_tables() if existing else {}
    frames |= {name: ingested.frame for name, ingested in tables.items()}
    frames |= {"deals": derived.deals, "snapshots": derived.snapshots}
    notes = _notes(derived, absent)
    if "stage_events" in tables:
        notes.append(text("The export has its own stage history; no moves were derived from its snapshots."))
    else:
        frames["stage_events"] = derived.stage_events
        notes += _about_moves(derived)
    if "deal_owners" in tables or (existing is not None and existing.has_own("deal_owners")):
        notes.append(text("The export has its own history of owners; none was derived from its snapshots."))
        if "deal_owners" not in tables:
            assert existing is not None
            frames["deal_owners"] = existing.dataset.table("deal_owners")
    else:
        frames["deal_owners"] = derived.deal_owners
    for name, ingested in tables.items():
        if name == "deals":
            continue
        files.extend(ingested.sources)
        counts[name] = ingested.counts
        if len(ingested.aside):
            set_aside[name] = ingested.aside
    counts["deals"] = summed(of_deals)
    if asides:
        set_aside["deals"] = pd.concat(asides, ignore_index=True).fillna("")
    in_order_of_tables = {name: counts[name] for name in (*exports.spec.tables, *counts) if name in counts}
    return Grown(frames, files, in_order_of_tables, set_aside, notes)


def _first_file(files: list[SourceFile]) -> str:
    return next((file.file for file in files if file.table == "deals"), "")


def _notes(derived: Derived, absent: Mapping[str, int]) -> list[Text]:
    number, first, last = len(derived.taken_on), derived.taken_on[0], derived.taken_on[-1]
    if number == 1:
        return [text("There is one snapshot of the deals, of {day}; moves show from the second on.", day=last)]
    notes = [
        text(
            "The deals come from {n} exports, taken from {first} to {last}; "
            "their counts are of all of them together.",
            n=number,
            first=first,
            last=last,
        )
    ]
    notes += [
        ntext(
            "Column “{column}” is missing in {n} earlier export.",
            "Column “{column}” is missing in {n} earlier exports.",
            n=times,
            column=column,
        )
        for column, times in sorted(absent.items())
    ]
    if derived.removed:
        notes.append(
            ntext(
                "{n} deal that was open disappeared from the export between {first} and {last}: "
                "it is counted as removed, not lost.",
                "{n} deals that were open disappeared from the export between {first} and {last}: "
                "they are counted as removed, not lost.",
                n=derived.removed,
                first=derived.last_seen,
                last=last,
            )
        )
    if derived.kept_closed:
        notes.append(
            ntext(
                "{n} closed deal is no longer in the export; it is kept as it was last seen.",
                "{n} closed deals are no longer in the export; they are kept as they were last seen.",
                n=derived.kept_closed,
            )
        )
    if derived.returned:
        notes.append(
            ntext(
                "{n} deal disappeared and came back.",
                "{n} deals disappeared and came back.",
                n=derived.returned,
            )
        )
    return notes


def _about_moves(derived: Derived) -> list[Text]:
    if len(derived.taken_on) == 1:
        return []
    if not len(derived.stage_events):
        return [text("The snapshots tell no stages, so no moves could be derived.")]
    return [
        text(
            "Moves between stages were derived from snapshots: each is known only to lie between two of them, "
            "and of several moves between two snapshots only the last one shows."
        )
    ]
