"""How far reps' closing dates and probabilities can be trusted: what was said of deals, and what came of it."""

import datetime as dt

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.ordering import begins_run
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.stats.intervals import Interval, mean_t, median_order_statistic

VERDICTS: dict[str, Text] = {
    "optimist": text("optimist"),
    "cautious": text("cautious"),
    "neither": text("neither"),
    "unknown": text("cannot be told"),
}
"""What can be said of a rep, with its name; an optimist promises more, or sooner, than comes."""

FEWEST = 12
"""With fewer deals nothing is said of a rep."""

_LEAST_SHARE, _LEAST_ABOVE, _LEAST_DAYS = 0.08, 0.05, 14.0
"""Smaller differences from the peers than this (share won, probability said, days) are not worth a
word."""

_CONFIDENCE, _ERROR = 0.95, 0.05
_MOST_LOOKS = 36


def judgement(facts: Facts, as_of: dt.date | None = None) -> pd.DataFrame:
    """Compare what reps said of their open deals with what came of them.

    What was said is looked up in the last snapshot of each of the three years' months before the day. Of a deal
    that closed by then counts the mean probability said, against whether it was won; and of a deal won the first
    date said, against the day it was won. A deal counts for the rep who had it when it was said.

    A verdict compares a rep with the other reps, because stage probabilities may be off for everybody; it needs a
    difference that matters, and an interval that excludes none of it even though many reps are looked at
    (Bonferroni). And an optimist says more of deals at the same stage than the others do, a cautious rep less: who
    only wins less often is neither. It goes by the probabilities; where these cannot tell, by the dates.

    Args:
        facts: what happened. as_of: nothing later is known; by default the facts' own day.

    Returns:
        One row per rep: `rep_id`; `said` (mean probability), `said_above` (how far above all
        reps' mean at the same stages), `won` (share), `share_bias` (won − said) with
        `share_lower`, `share_upper` (95 %), `n_closed`; `days_bias` (median days that deals were won after the
        date first said) with `days_lower`, `days_upper`, `n_won`; `by_share`, `by_days` and `verdict`, keys of
        `VERDICTS`. Missing where there are too few deals.

    Raises:
        Unavailable: no snapshots with probabilities or dates by then.
    """
    day = as_of or facts.as_of
    if not (
        facts.columns.has("snapshots", "crm_probability") or facts.columns.has("snapshots", "expected_close_on")
    ):
        raise Unavailable(
            text("needs snapshots with the probabilities or closing dates that reps said; this export has none")
        )
    said = _said(facts, day)
    known = facts.known(day)
    reps = said["rep"].cat.categories
    size = len(reps)
    won = known.won[said["deal"]]
    closed = won | known.lost[said["deal"]]

    judged = (closed & said["probability"].notna()).to_numpy(bool)
    code = said["rep"].cat.codes.to_numpy(np.intp)
    probability = said["probability"].to_numpy(float)
    share = _means(won[judged] - probability[judged], code[judged], size)
    spoken = _means(probability[judged], code[judged], size)
    came = _means(won[judged].astype(float), code[judged], size)
    dated = won & said["date"].notna().to_numpy(bool)
    late = (known.closed_on[said["deal"]] - said["date"].to_numpy("datetime64[D]"))[dated].astype(float)
    days = median_order_statistic(late, _CONFIDENCE, groups=code[dated], size=size)

    above = _means(said["above"].to_numpy(float)[judged], code[judged], size).value
    by_share = _verdicts(share, _shares(won[judged] - probability[judged], code[judged], size), _LEAST_SHARE, -1)
    # who wins less than the others without saying more of the same stage is no optimist, but needs help
    by_share = np.where((by_share == "optimist") & ~(above >= _LEAST_ABOVE), "neither", by_share)
    by_share = np.where((by_share == "cautious") & ~(above <= -_LEAST_ABOVE), "neither", by_share)
    by_days = _verdicts(days, _medians(late, code[dated], size), _LEAST_DAYS, 1)
    frame = pd.DataFrame(
        {
            "rep_id": reps.astype("str"),
            "said": spoken.value,
            "said_above": above,
            "won": came.value,
            **_columns(share, "share"),
            "n_closed": share.n,
            **_columns(days, "days"),
            "n_won": days.n,
            "by_share": by_share,
            "by_days": by_days,
            "verdict": np.where(by_share == "unknown", by_days, by_share),
        }
    )
    return frame[(frame["n_closed"] > 0) | (frame["n_won"] > 0)].reset_index(drop=True)


def _said(facts: Facts, day: dt.date) -> pd.DataFrame:
    """What was said of deals, a row per deal and rep: mean probability, how far above all reps' mean at the same
    stages that is, the first date.
    """
    days = facts.columns.days("snapshots", "taken_on")
    taken = np.unique(days[days <= np.datetime64(day, "D")])
    last_of_month = np.roll(begins_run(taken.astype("datetime64[M]")), -1)
    taken = taken[last_of_month][-_MOST_LOOKS:]
    parts = []
    for one in taken:
        known = facts.known(one.item())
        rows = np.flatnonzero(known.open & ~(np.isnan(known.probability) & np.isnat(known.expected_close)))
        parts.append(
            pd.DataFrame(
                {
                    "deal": rows,
                    "rep": known.rep.take(rows),
                    "probability": known.probability[rows],
                    "stage": pd.Series(known.stage.take(rows)).astype("str"),
                    "date": known.expected_close[rows].astype("datetime64[s]"),
                }
            )
        )
    if not sum(map(len, parts)):
        raise Unavailable(
            text("no snapshot by {day} carries a probability or a closing date that a rep said", day=day)
        )
    said = pd.concat([part for part in parts if len(part)], ignore_index=True)
    rep = pd.api.types.union_categoricals([part["rep"] for part in parts if len(part)], sort_categories=True)
    said["rep"] = rep
    at_stage = said.groupby("stage", dropna=False)["probability"].transform("mean")
    said["above"] = said["probability"] - at_stage
    grouped = said.groupby(["deal", "rep"], observed=True, sort=True)
    return grouped.agg(
        probability=("probability", "mean"), above=("above", "mean"), date=("date", "first")
    ).reset_index()


def _means(values: Numbers, groups: Positions, size: int, confidence: float = _CONFIDENCE) -> Interval:
    return mean_t(values, confidence, groups=groups, size=size)


def _shares(values: Numbers, groups: Positions, size: int) -> tuple[Interval, Numbers]:
    """Means with intervals for a verdict, and for each rep the mean of everybody else's deals."""
    of_rep = _means(values, groups, size, 1 - _ERROR / max(size, 1))
    number, total = np.bincount(groups, minlength=size), np.bincount(groups, weights=values, minlength=size)
    with np.errstate(invalid="ignore"):
        others = (values.sum() - total) / np.where(len(values) > number, len(values) - number, np.nan)
    return of_rep, others


def _medians(values: Numbers, groups: Positions, size: int) -> tuple[Interval, Numbers]:
    of_rep = median_order_statistic(values, 1 - _ERROR / max(size, 1), groups=groups, size=size)
    middle = float(np.median(values)) if len(values) else np.nan
    return of_rep, np.full(size, middle)


def _verdicts(shown: Interval, judged: tuple[Interval, Numbers], least: float, sign: int) -> np.ndarray:
    """`sign` is that of an optimist's difference from the peers."""
    strict, peers = judged
    difference = sign * (strict.value - peers)
    low = np.where(sign > 0, strict.lower - peers, peers - strict.upper)
    high = np.where(sign > 0, strict.upper - peers, peers - strict.lower)
    told: Flags = (shown.n >= FEWEST) & ~np.isnan(low) & ~np.isnan(difference)
    return np.select(
        [~told, (low > 0) & (difference >= least), (high < 0) & (difference <= -least)],
        ["unknown", "optimist", "cautious"],
        "neither",
    )


def _columns(of: Interval, name: str) -> dict[str, Numbers]:
    """Estimate and bounds; nothing where there are too few deals to say anything."""
    enough = of.n >= FEWEST
    return {
        f"{name}_bias": np.where(enough, of.value, np.nan),
        f"{name}_lower": np.where(enough, of.lower, np.nan),
        f"{name}_upper": np.where(enough, of.upper, np.nan),
    }
