"""What reps note down about their open deals: the next step and its day, how sure they are, whom they know."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesreport.sample.columns import datetimes, pick, texts
from salesreport.sample.market import PROPOSAL, WON

STEPS = ("call back", "visit the site", "send the calculation", "talk about the offer", "get the order signed")
"""The next step, by stage."""

CATEGORIES = ("Pipeline", "Best case", "Commit")
"""How sure a rep is, in the words that many CRMs have."""

_NOTED, _STEP_DAYS, _CONTACTS = 0.8, 45, 2.0
"""How many open deals have a next step, its longest distance in days, and the people known beside the first."""


def with_next_steps(
    rng: np.random.Generator, deals: pd.DataFrame, stage: NDArray[Any], activities: pd.DataFrame, last: int
) -> pd.DataFrame:
    """Table deals with what reps note down; of one open deal in five nobody wrote what comes next.

    Args:
        rng: the source of chance. deals, activities: the tables. stage: of each deal, at the as-of date.
        last: the as-of date. About one next step in four lies before it: nobody did it, or nobody noted it.
    """
    total = len(deals)
    open_ = (deals["status"] == "open").to_numpy()
    noted = open_ & (rng.random(total) < _NOTED)
    day = last + (rng.random(total) * _STEP_DAYS).astype(np.int32) - _STEP_DAYS // 4
    sure = pick(rng, np.cumsum(((0.8, 0.15, 0.05), (0.3, 0.5, 0.2)), axis=1), (stage >= PROPOSAL).astype(np.int32))
    done = activities.dropna(subset=["deal_id"]).groupby("deal_id")["done_at"].max().dt.tz_localize(None)
    return deals.assign(
        next_step=pd.Series(pd.array(texts(np.where(noted, np.minimum(stage, WON - 1), -1), STEPS), dtype="str")),
        next_step_on=pd.Series(datetimes(day).astype("datetime64[ms]")).where(noted),
        forecast_category=pd.Series(pd.array(texts(np.where(open_, sure, -1), CATEGORIES), dtype="str")),
        last_activity_on=deals["deal_id"].map(done).dt.normalize().astype("datetime64[ms]"),
        contacts=1.0 + rng.poisson(_CONTACTS, total),
    )
