"""Since when a rep is there: the starting date, or what the data tell where no table names it."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days
from salesreport.kpi.facts.facts import DAYS, Dated, Facts
from salesreport.period import Period

LATER = np.timedelta64(182, "D")
"""Who comes half a year after most others came into the data was not there before, as far as these tell."""

_KINDS: tuple[Dated, ...] = ("created", "closed", "orders", "activities", "leads")
"""What reps do; a deal that was closed and has no day of creation counts by its end."""


def own_begins(facts: Facts) -> Mapping[str, dt.date]:
    """Rep → the first day of anything of theirs: of those without a starting date who came later than most.

    A rep of whom nothing at all is known before a day, when half of all reps have been in the data for `LATER`,
    did not sell nothing until then: there is nothing to compare with.
    """

    def find() -> dict[str, dt.date]:
        hired = facts.reps.set_index("rep_id")["hired_on"]
        unknown = set(hired.index[hired.isna()])
        if not unknown:
            return {}
        first = _first_days(facts).reindex(hired.index.astype(object)).dropna()
        late = first[first > first.median() + LATER]
        return {str(rep): day.date() for rep, day in late.items() if rep in unknown}

    return facts.store(("own begins",), find, always=True)


def first_days(facts: Facts) -> Days:
    """The first day of each rep in the order of `Facts.reps`: the starting date, else that of `own_begins`.

    Missing: no starting date, and there with most others.
    """
    own = pd.to_datetime(facts.reps["rep_id"].map(dict(own_begins(facts))))
    hired = facts.reps["hired_on"].to_numpy("datetime64[D]")
    return np.where(np.isnat(hired), own.to_numpy("datetime64[D]"), hired)


def _first_days(facts: Facts) -> pd.Series:
    """Rep → the first day of anything of theirs."""
    found = []
    for kind in _KINDS:
        begin = facts.begin(kind) if facts.columns.has(*DAYS[kind]) else None
        if begin is None or begin > facts.as_of:
            continue
        events = facts.events(kind, Period.span(begin, facts.as_of))
        rep = events.dimension("rep_id")
        days = pd.Series(events.day.astype("datetime64[s]"))
        found.append(days.groupby(rep.codes).min().rename(lambda code, rep=rep: _named(rep, code)))
    together = pd.concat(found) if found else pd.Series(dtype="datetime64[s]")
    return together.groupby(level=0).min()


def _named(rep: pd.Categorical, code: int) -> str:
    return str(rep.categories[code]) if code >= 0 else ""
