"""Do all do it alike, is it talked about: reps' stage conversion, what is agreed with them, what is kept."""

import numpy as np
import pandas as pd

from salesreport.audit.maturity.criterion import Measured
from salesreport.audit.maturity.seen import Seen, inside, share, share_by
from salesreport.audit.model import Estimate
from salesreport.kpi.anomalies.anomalies import anomalies
from salesreport.kpi.anomalies.decided import WIN
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.stats.between import spread_between
from salesreport.stats.intervals import normal_quantile

FEWEST_REPS = 4
"""With fewer reps nobody can tell how much they differ."""


def spread_of_reps(seen: Seen) -> Measured:
    """By how much reps' stage conversion differs with like deals, beyond chance: a standard deviation.

    Of each rep and stage the difference from like deals of the others (`kpi.anomalies`); stages with too few
    decisions of a rep do not count.
    """
    found = anomalies(seen.facts, seen.file, seen.year, where=seen.where or None)
    rows = found.whole(found.frame)
    rows = rows[rows["p"].notna() & (rows["step"] != WIN) & rows["lower"].notna()]
    reps = rows.groupby("step")["rep_id"].transform("nunique")
    rows, reps = rows[reps >= FEWEST_REPS], reps[reps >= FEWEST_REPS]
    if rows.empty:
        raise Unavailable(text("at no stage have enough reps decided enough deals to tell how much they differ"))
    # the others' rate is that of all but the rep, so differences are larger than those from the mean
    whole = ((reps - 1) / reps).to_numpy(float)
    error = (rows["upper"] - rows["lower"]).to_numpy(float) / (2 * normal_quantile(0.95))
    made = spread_between(rows["effect"].to_numpy(float) * whole, error * whole, rows["step"].to_numpy(object))
    now = Estimate(*(float(part[0]) for part in (made.value, made.lower, made.upper, made.n)))
    if np.isnan(now.value):
        raise Unavailable(text("too few comparisons to tell how much reps differ"))
    return Measured(now)


def reviews(seen: Seen) -> Measured:
    """In which share of the quarters something was agreed with a rep, over the reps who sell."""
    agreed = _commitments(seen)
    people = _sellers(seen)
    if not len(people):
        raise Unavailable(text("nobody sold anything in the year up to {day}", day=seen.facts.as_of))
    known = agreed[agreed["rep_id"].isin(list(people))]
    days = known["agreed_on"].to_numpy("datetime64[D]")
    flags, whose = [], []
    for quarter in seen.quarters:
        had = set(known.loc[inside(days, quarter), "rep_id"])
        flags += [rep in had for rep in people]
        whose += list(range(len(people)))
    found = share_by(np.array(flags, bool), np.array(whose, np.intp))
    assert found is not None
    return Measured(found)


def kept(seen: Seen) -> Measured:
    """Which share of what was agreed and due in the year is closed, be it done or dropped."""
    agreed = _commitments(seen)
    due = agreed["due_on"].to_numpy("datetime64[D]")
    today = np.datetime64(seen.facts.as_of, "D")
    rows = inside(due, seen.year) & (due < today) & agreed["rep_id"].isin(list(_sellers(seen))).to_numpy(bool)
    closed = agreed["status"].isin(["done", "dropped"]).to_numpy(bool)
    closed = closed & ~(agreed["closed_on"].to_numpy("datetime64[D]") > today)
    found = share(closed[rows])
    if found is None:
        raise Unavailable(text("nothing that was agreed was due in the year up to {day}", day=seen.facts.as_of))
    return Measured(found)


def _commitments(seen: Seen) -> pd.DataFrame:
    """What was agreed by the day."""
    if not seen.facts.columns.has("commitments"):
        raise lacks("commitments")
    table = seen.facts.dataset.table("commitments")
    return table[table["agreed_on"] <= pd.Timestamp(seen.facts.as_of)].reset_index(drop=True)


def _sellers(seen: Seen) -> list[str]:
    """The people who have open deals today or closed any in the year."""
    known = seen.facts.known()
    at_work = seen.mine & (known.open | inside(known.closed_on, seen.year))
    reps = pd.Series(known.rep[at_work].astype("str")).dropna().unique()
    return sorted(set(reps) - set(seen.facts.not_people))
