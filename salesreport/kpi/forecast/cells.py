"""The finest groups a forecast is simulated for: reps, within the groups asked for."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.facts.columns import Numbers, Positions, taken
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast.arrivals import Arrivals
from salesreport.kpi.forecast.ways import Ways
from salesreport.period import Period


class Cells(NamedTuple):
    """The finest groups that are simulated: a rep, within the groups asked for.

    Attributes:
        number: how many. rep: the rep's number of each. groups: the by-values of the groups. group: of each cell.
        part, of_part, share: the parts of open deals: which deal, which cell, how much.
        of_new: the cell of each arrival that new ones are like. booked: cells × K.
        n_open: open deals by cell, those of no known state included.
    """

    number: int
    rep: Positions
    groups: pd.DataFrame
    group: Positions
    part: Positions
    of_part: Positions
    share: Numbers
    of_new: Positions
    booked: Numbers
    n_open: Numbers


def cells_of(
    facts: Facts,
    ways: Ways,
    new: Arrivals,
    as_of: dt.date,
    standing: Positions,
    periods: Sequence[Period],
    by: Sequence[str],
) -> Cells:
    """Sort open deals, deals like those to come, and what is booked into cells.

    Args:
        facts, ways, new: as known at the as-of date. standing: the sojourns that are going on.
        periods: to book into. by: dimensions asked for.
    """
    known = facts.known(as_of)
    rows = np.flatnonzero(known.open)
    credit = known.credit(rows)
    place = np.full(len(known.open), -1)
    place[ways.deal[standing]] = np.arange(len(standing))
    part = place[rows[credit.event]]

    first = np.datetime64(periods[0].start, "D")
    won = np.flatnonzero(known.won & (known.closed_on >= first))
    days = known.closed_on[won]
    rep_then = taken(facts.dimensions.of("deals", "rep_id"), won)
    if facts.owners is not None:
        sold = facts.owners.credit(won, days, rep_then)
        sold_event, sold_rep, sold_share = sold.event, sold.rep, sold.share
    else:
        sold_event, sold_rep, sold_share = np.arange(len(won)), rep_then, np.ones(len(won))

    now = np.datetime64(as_of, "D")
    parts = [
        (rows[credit.event], credit.rep, np.full(len(credit.event), now)),
        (new.deal, new.rep, np.full(len(new.deal), now)),
        (won[sold_event], sold_rep, days[sold_event]),
    ]
    frame = pd.concat([_values(facts, *one, by) for one in parts], ignore_index=True)
    names = list(dict.fromkeys([*by, "rep_id"]))
    keys = frame[names].drop_duplicates().sort_values(names, ignore_index=True)
    keys["cell"] = np.arange(len(keys))
    cell = frame.merge(keys, on=names, how="left")["cell"].to_numpy(np.intp)
    groups = keys[list(by)].drop_duplicates(ignore_index=True) if by else pd.DataFrame(index=[0])
    if by:
        group = keys[list(by)].merge(groups.assign(group=np.arange(len(groups))), on=list(by), how="left")
        of_group = group["group"].to_numpy(np.intp)
    else:
        of_group = np.zeros(len(keys), np.intp)
    ends = np.cumsum([len(one[0]) for one in parts])
    of_open, of_new, of_won = cell[: ends[0]], cell[ends[0] : ends[1]], cell[ends[1] :]

    booked = np.zeros((len(keys), len(periods)))
    money = np.nan_to_num(known.amount[won[sold_event]]) * sold_share
    for number, period in enumerate(periods):
        inside = (days[sold_event] >= np.datetime64(period.start)) & (
            days[sold_event] <= np.datetime64(period.end)
        )
        booked[:, number] = np.bincount(of_won[inside], weights=money[inside], minlength=len(keys))
    follows = part >= 0
    return Cells(
        len(keys),
        pd.factorize(keys["rep_id"], sort=True, use_na_sentinel=False)[0],
        groups,
        of_group,
        part[follows],
        of_open[follows],
        credit.share[follows],
        of_new,
        booked,
        np.bincount(of_open, weights=credit.share, minlength=len(keys)).astype(float),
    )


def _values(
    facts: Facts, deals: Positions, rep: pd.Categorical, days: npt.NDArray[np.datetime64], by: Sequence[str]
) -> pd.DataFrame:
    """The dimensions of parts of deals, as texts."""
    columns: dict[str, pd.Categorical] = {"rep_id": rep}
    for name in by:
        if name in ("team", "manager"):
            columns[name] = facts.placements.on(name, rep, days)
        elif name != "rep_id":
            columns[name] = taken(facts.dimensions.of("deals", name), deals)
    return pd.DataFrame({name: pd.Series(values).astype("str") for name, values in columns.items()})
