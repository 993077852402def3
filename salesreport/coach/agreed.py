"""What was agreed with whom, as it stood on a day, and since when nothing has been."""

import datetime as dt
from collections.abc import Collection

import numpy as np
import pandas as pd

from salesreport.kpi import Facts

MONTH = 365.25 / 12
"""Days of an average month."""

LONGEST_PAUSE = 62
"""After so many days without anything agreed, or twice the usual time where that is longer, there is a gap."""


def agreed_with(facts: Facts, day: dt.date, reps: Collection[str] | None = None) -> pd.DataFrame:
    """What was agreed by the end of a day, with the state it was in then.

    Args:
        facts: of the dataset. day: nothing agreed later counts, and what was closed later was open.
        reps: only of these.

    Returns:
        By day and text: the columns of table `commitments`; `status` is never missing (open where nothing is
        said); `anew`: open, and agreed again since in the same words, which stands in its place; `overdue` of the
        others still open after the day they were due.
    """
    every = facts.remember(("agreed", day), lambda: _agreed(facts.own("commitments"), day))
    if reps is None:
        return every.copy(deep=False)
    whose = facts.remember(("agreed, by rep", day), lambda: every.groupby("rep_id").indices)
    rows = [whose[rep] for rep in set(reps) if rep in whose]
    return every.take(np.sort(np.concatenate(rows)) if rows else []).reset_index(drop=True)


def agreed_by(facts: Facts, rep: str, day: dt.date) -> pd.DataFrame:
    """As `agreed_with` of one rep, for a day that nobody else is looked at on."""
    table = facts.own("commitments")
    rows = facts.remember("commitments by rep", lambda: table.groupby("rep_id").indices)
    return _agreed(table.take(rows.get(rep, [])), day)


def _agreed(table: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The same of some rows of table `commitments`."""
    now = np.datetime64(day)
    agreed_on, texts = table["agreed_on"].to_numpy("datetime64[D]"), table["text"].tolist()
    number = agreed_on.astype(np.int64).tolist()
    known = sorted(np.flatnonzero(agreed_on <= now).tolist(), key=lambda row: (number[row], texts[row]))
    rows = table.take(known).reset_index(drop=True)
    closed_on, due_on, status = rows["closed_on"].to_numpy(), rows["due_on"].to_numpy(), rows["status"].tolist()
    still = np.array([pd.isna(one) for one in status], bool) | (closed_on > now)
    state = ["open" if open_ else one for one, open_ in zip(status, still.tolist(), strict=True)]
    still_open = np.array([one == "open" for one in state], bool)
    words = list(zip(rows["rep_id"].tolist(), rows["text"].tolist(), strict=True))
    last = dict(zip(words, range(len(words)), strict=True))
    anew = still_open & np.array([last[one] != row for row, one in enumerate(words)], bool)
    return rows.assign(
        status=pd.Series(state, dtype="str"),
        closed_on=np.where(still, np.datetime64("NaT"), closed_on).astype(closed_on.dtype),
        anew=anew,
        overdue=still_open & ~anew & (due_on < now),
    )


def months_without(agreed: pd.DataFrame, day: dt.date) -> int:
    """For how many months nothing has been agreed, where that is longer than usual; else 0.

    Args:
        agreed: of one rep, of `agreed_with`. day: the day it is seen from.

    Examples:
        >>> days = pd.DataFrame({"agreed_on": pd.to_datetime(["2025-01-10", "2025-02-10", "2025-03-10"])})
        >>> months_without(days, dt.date(2025, 4, 20)), months_without(days, dt.date(2025, 9, 10))
        (0, 6)
    """
    days = np.unique(agreed["agreed_on"].to_numpy("datetime64[D]"))
    if not len(days):
        return 0
    pause = int((np.datetime64(day, "D") - days[-1]).astype(int))
    usual = float(np.median(np.diff(days).astype(int))) if len(days) > 1 else 0.0
    return round(pause / MONTH) if pause > max(LONGEST_PAUSE, 2 * usual) else 0
