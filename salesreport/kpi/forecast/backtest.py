"""Forecasts of the past, made from what was known then, against what came and what a manager would have said."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.baselines import BASELINES, actual, baselines
from salesreport.kpi.forecast.forecast import BANDS, CYCLES, SEED, enough_history, forecast
from salesreport.kpi.forecast.horizon import Every, Horizon, looks
from salesreport.language import Text, ntext, text
from salesreport.process import ProcessFile
from salesreport.stats.intervals import wilson
from salesreport.stats.scores import coverage, crps, wape

FEWEST_WON = 30
"""A fold needs so many deals won before it, …"""

LEAST_HISTORY = 182
"""… and so many days of history, …"""

METHODS: dict[str, Text] = {"milestones": text("milestones and ages"), **BASELINES}
"""What is compared, by key, with their names."""

SIMULATIONS = 500


class Backtest(NamedTuple):
    """Forecasts of the past.

    Attributes:
        frame: one row per fold and group: `as_of`, `period` (as written), `level` (`company` or `rep_id`),
            `group` (the rep; missing for the company), `actual`, a column per method (`milestones`: the median;
            baselines are missing where they could not be told), `lower_80` … `upper_95`, `pit` (the share of paths
            below what came), `crps`.
        scores: one row per level and method: `folds`, `n` (forecasts compared), `wape`, and against each baseline
            `beaten` (share of folds in which ours was closer), with Wilson's `beaten_lower` and `beaten_upper`,
            `wape_ours` (ours on the same folds); of ours alone `crps` (mean, relative to the mean actual) and
            `coverage_80` … with bounds and `coverage_n`.
        notes: what a reader should know.
    """

    frame: pd.DataFrame
    scores: pd.DataFrame
    notes: tuple[Text, ...]


def backtest(
    facts: Facts,
    file: ProcessFile,
    horizon: str = "1Q",
    every: Every = "month",
    folds: int | None = None,
    simulations: int = SIMULATIONS,
    seed: int = SEED,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Forecast, from the end of each month (or week) of the past, the days that followed.

    Every fold sees only what was known on its day. Overlapping folds are not independent: intervals of shares of
    folds are too narrow, and say so.

    Args:
        facts: what happened. file: the process. horizon: such as `1Q`: the three months after each fold's day.
        every: how far folds lie apart. folds: only the last so many.
        simulations, seed: of each forecast. progress: told how many folds are done, of how many.

    Raises:
        Unavailable: no fold has enough history before it and the whole horizon after it.
        ConfigError: no horizon.
    """
    ahead = Horizon.parse(horizon)
    days = _folds(facts, ahead, every)
    days = days if folds is None else days[-folds:]
    if not days:
        raise Unavailable(
            text(
                "no day has {won} deals won, half a year and {cycles} median cycles of history before it, "
                "and {horizon} after it",
                won=FEWEST_WON,
                cycles=CYCLES,
                horizon=horizon,
            )
        )
    parts = []
    for number, day in enumerate(days):
        parts.append(_fold(facts, file, day, ahead, every, simulations, seed))
        if progress is not None:
            progress(number + 1, len(days))
    frame = pd.concat(parts, ignore_index=True)
    notes = (
        ntext(
            "{n} fold, from {first} to {last}; each sees only what was known on its day.",
            "{n} folds, from {first} to {last}; each sees only what was known on its day.",
            n=len(days),
            first=days[0],
            last=days[-1],
        ),
        text(
            "A fold needs {won} deals won, half a year and {cycles} times the median cycle of history before it.",
            won=FEWEST_WON,
            cycles=CYCLES,
        ),
        text("Folds overlap and are not independent: the intervals of shares of folds are too narrow."),
    )
    return Backtest(frame, scores_of(frame), notes)


def _folds(facts: Facts, ahead: Horizon, every: Every) -> list[dt.date]:
    """The days to forecast from."""
    if not facts.columns.has("deals"):
        raise lacks("deals")
    created = facts.columns.days("deals", "created_on")
    won_on = np.sort(facts.closing.day[facts.closing.won])
    if np.isnat(created).all() or not len(won_on):
        return []
    first: dt.date = np.fmin.reduce(created).item()
    chosen = []
    for day in looks(first, facts.as_of, every):
        period = ahead.span(day, every)
        enough = (day - first).days >= LEAST_HISTORY and period.end <= facts.as_of
        enough = enough and int(np.searchsorted(won_on, np.datetime64(day, "D"), side="right")) >= FEWEST_WON
        if enough and enough_history(facts, day):
            chosen.append(day)
    return chosen


def _fold(
    facts: Facts, file: ProcessFile, day: dt.date, ahead: Horizon, every: Every, simulations: int, seed: int
) -> pd.DataFrame:
    period = ahead.span(day, every)
    made = forecast(facts, file, day, [period], by=("rep_id",), simulations=simulations, seed=seed)
    came, said = actual(facts, period), baselines(facts, file, day, period)
    reps = made.frame["rep_id"]
    # the company holds everything, a rep who was not there yet included
    samples = np.vstack([made.total(), made.samples])
    true = np.append(came.sum(), came.reindex(reps).fillna(0.0))
    bands = {}
    for band in BANDS:
        tail = (1 - band / 100) / 2
        bands[f"lower_{band}"], bands[f"upper_{band}"] = np.quantile(samples, [tail, 1 - tail], axis=1)
    whole = said.sum(min_count=1)
    of_reps = said.reindex(reps).fillna({name: 0.0 for name in BASELINES if said[name].notna().any()})
    return pd.DataFrame(
        {
            "as_of": pd.Timestamp(day),
            "period": period.name,
            "level": ["company"] + ["rep_id"] * len(reps),
            "group": pd.Series([None, *reps], dtype="str"),
            "actual": true,
            "milestones": np.median(samples, axis=1),
            **{name: np.append(whole[name], of_reps[name]) for name in BASELINES},
            **bands,
            "pit": (samples < true[:, None]).mean(axis=1) + 0.5 * (samples == true[:, None]).mean(axis=1),
            "crps": crps(true, samples),
        }
    )


def scores_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The scores of folds, those of several datasets included, told apart by a column `company`."""
    rows = []
    for level, part in frame.groupby("level", sort=False):
        for method in METHODS:
            told = part[part[method].notna()]
            row: dict[str, object] = {
                "level": level,
                "method": method,
                "folds": told.groupby(_fold_of(told)).ngroups,
                "n": len(told),
                "wape": wape(told["actual"], told[method]),
                "wape_ours": wape(told["actual"], told["milestones"]),
            }
            if method == "milestones":
                row |= {
                    "crps": float(told["crps"].mean() / max(told["actual"].mean(), 1e-12)),
                    "coverage_n": len(told),
                }
                for band in BANDS:
                    held = coverage(told["actual"], told[f"lower_{band}"], told[f"upper_{band}"])
                    row |= {
                        f"coverage_{band}": float(held.value),
                        f"coverage_{band}_lower": float(held.lower),
                        f"coverage_{band}_upper": float(held.upper),
                    }
            elif len(told):
                ours, theirs = _errors(told, "milestones"), _errors(told, method)
                share = wilson(float((ours < theirs).sum()), float(len(ours)))
                row |= {
                    "beaten": float(share.value),
                    "beaten_lower": float(share.lower),
                    "beaten_upper": float(share.upper),
                }
            rows.append(row)
    return pd.DataFrame(rows)


def _errors(part: pd.DataFrame, method: str) -> Numbers:
    """The absolute errors of each fold, added up over its groups."""
    errors = (part["actual"] - part[method]).abs()
    return errors.groupby([part[name] for name in _fold_of(part)]).sum().to_numpy()


def _fold_of(part: pd.DataFrame) -> list[str]:
    """The columns that tell folds apart."""
    return [name for name in ("company", "as_of") if name in part]
