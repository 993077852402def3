"""One table that comes from several files: their rows one under the other, and one account."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from salesreport.ingest.history.additions import summed, with_file
from salesreport.ingest.rows.distinct import repeated
from salesreport.ingest.rows.ledger import Mask, harmless
from salesreport.ingest.rows.outcome import Ingested
from salesreport.language import Text, text
from salesreport.provenance import Counts, Tally
from salesreport.tables import TABLES


def joined(name: str, parts: Sequence[Ingested]) -> Ingested:
    """The outcome of all files of a table together; of rows with one key in two files the first is kept.

    Args:
        name: the canonical table. parts: one outcome per file, in the order the spec names them.
    """
    if len(parts) == 1:
        return parts[0]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    rows = np.concatenate([part.rows for part in parts])
    changed = np.concatenate([part.changed for part in parts])
    by_state = Counter[str]()
    for part in parts:
        by_state.update(part.counts.aside_by)
    counts = replace(summed([part.counts for part in parts]), aside_by=dict(by_state))
    asides = [with_file(part.aside, part.sources[0].file) for part in parts if len(part.aside)]
    key = list(TABLES[name].key)
    again = repeated(frame, key) if key else np.zeros(len(frame), dtype=bool)
    if again.any():
        files = np.repeat([part.sources[0].file for part in parts], [len(part.frame) for part in parts])
        reason = text("same {key} as a row of another file", key=", ".join(key))
        asides.append(_aside(frame[again], files[again], rows[again], str(reason)))
        counts = _set_aside(counts, int((again & ~changed).sum()), int((again & changed).sum()), reason)
        counts = replace(counts, repairs=_of_the_rest(counts.repairs, parts, again))
        frame, rows, changed = frame[~again].reset_index(drop=True), rows[~again], changed[~again]
    return Ingested(
        frame=frame,
        aside=pd.concat(asides, ignore_index=True).fillna("") if asides else parts[0].aside,
        counts=counts,
        sources=[source for part in parts for source in part.sources],
        notes=list({str(note): note for part in parts for note in part.notes}.values()),
        rows=rows,
        changed=changed,
        noticed=[one for part in parts for one in part.noticed],
        hints=list({str(hint): hint for part in parts for hint in part.hints}.values()),
    )


def _aside(
    frame: pd.DataFrame, files: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], reason: str
) -> pd.DataFrame:
    cells = {
        column: ["" if pd.isna(value) else harmless(str(value)) for value in frame[column]] for column in frame
    }
    return pd.DataFrame({"file": files, "row": rows.astype(str), "reason": reason} | cells)


def _of_the_rest(repairs: Sequence[Tally], parts: Sequence[Ingested], again: Mask) -> tuple[Tally, ...]:
    """The repairs without those of rows that are set aside."""
    gone = Counter[str]()
    ends = np.cumsum([len(part.frame) for part in parts])
    for part, aside in zip(parts, np.split(again, ends[:-1]), strict=True):
        gone.update({what: int((rows & aside).sum()) for what, rows in part.repaired.items()})
    left = [one._replace(rows=one.rows - gone[str(one.what)]) for one in repairs]
    return tuple(one for one in left if one.rows)


def _set_aside(counts: Counts, kept: int, repaired: int, reason: Text) -> Counts:
    """The account after rows that were kept, or repaired, are set aside."""
    return replace(
        counts,
        kept=counts.kept - kept,
        repaired=counts.repaired - repaired,
        set_aside=counts.set_aside + kept + repaired,
        reasons=(*counts.reasons, Tally(reason, kept + repaired)),
    )
