"""Forecasts and backtests as tables for a terminal."""

from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.kpi.facts.dimensions import DIMENSIONS, TITLES
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.forecast.backtest import METHODS, Backtest
from salesreport.kpi.forecast.forecast import Forecast
from salesreport.kpi.forecast.judgement import VERDICTS
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Quantity, Text, text

_LEVELS: dict[str, Text] = {"company": text("company"), "rep_id": text("rep")}


def as_table(made: Forecast, facts: Facts, language: Language) -> Table:
    """A forecast, one line per group and period; the other intervals are in the CSV and JSON."""
    by = [name for name in made.frame.columns if name in DIMENSIONS]
    currency = facts.dataset.currency
    columns = _columns(
        language,
        [*(TITLES[name] for name in by), text("period")],
        [
            text("booked"),
            text("middle, and 80% interval"),
            text("average"),
            text("from open deals"),
            text("open deals"),
        ],
    )
    rows: list[list[Content]] = []
    for row in made.frame.to_dict("records"):
        groups = [_group(row[name], facts.names if name == "rep_id" else {}, language) for name in by]
        period = language.say(facts.dataset.period(row["period"]).label)
        band = language.interval(row["lower_80"], row["upper_80"], currency, " … ")
        rows.append(
            [
                *groups,
                period,
                _money(row["booked"], currency, language),
                (_money(row["median"], currency, language), band),
                _money(row["mean"], currency, language),
                _money(row["from_open"], currency, language),
                language.count(row["n_open"]),
            ]
        )
    return grid(columns, rows)


WORDS: tuple[Text, ...] = (
    text("Fold: one forecast made from the past, of what has come since."),
    text("WAPE: by how much forecasts were off, as a share of what came; of milestones: in the same folds."),
    text("Milestones closer: in how many folds the forecast from milestones and ages was off by less."),
    text("80% interval held: how often what came lay within it; of a good forecast in 80 of 100 cases."),
)
"""What the words above a backtest's scores mean."""


def scores_as_table(done: Backtest, language: Language) -> Table:
    """A backtest's scores: one line per level and method."""
    columns = _columns(
        language,
        [text("forecast of, and from")],
        [
            text("folds"),
            text("WAPE; of milestones"),
            text("milestones closer"),
            text("80% interval held"),
        ],
    )
    rows: list[list[Content]] = []
    for row in done.scores.to_dict("records"):
        if not row["folds"]:
            continue
        ours, ours_there = row["method"] == "milestones", _share(row["wape_ours"], language)
        rows.append(
            [
                language.say(text("{level}: {way}", level=_LEVELS[row["level"]], way=METHODS[row["method"]])),
                language.count(row["folds"]),
                _share(row["wape"], language) if ours else (_share(row["wape"], language), ours_there),
                "" if ours else _with_interval(row, "beaten", language),
                _with_interval(row, "coverage_80", language) if ours else "",
            ]
        )
    return grid(columns, rows)


def judgement_as_table(frame: pd.DataFrame, facts: Facts, language: Language) -> Table:
    """What reps said against what came, one line per rep."""
    columns = _columns(
        language,
        [TITLES["rep_id"], text("verdict")],
        [text("said"), text("won"), text("deals"), text("days late"), text("deals won")],
    )
    rows: list[list[Content]] = []
    for row in frame.to_dict("records"):
        days: Content = ""
        if pd.notna(row["days_bias"]):
            between = language.interval(row["days_lower"], row["days_upper"], "days late", " … ")
            days = f"{language.count(row['days_bias'])} ({between})"
        rows.append(
            [
                _group(row["rep_id"], facts.names, language),
                language.say(VERDICTS[row["verdict"]]),
                _share(row["said"], language),
                _share(row["won"], language),
                language.count(row["n_closed"]),
                days,
                language.count(row["n_won"]),
            ]
        )
    return grid(columns, rows)


def _columns(language: Language, left: list[Text], right: list[Text]) -> list[Column]:
    return [
        *(Column(language.say(title)) for title in left),
        *(Column(language.say(title), numbers=True) for title in right),
    ]


def _group(value: Any, names: dict[str, str], language: Language) -> str:
    return language.say(text("not known")) if pd.isna(value) else str(names.get(value, value))


def _money(value: float, currency: str, language: Language) -> str:
    return language.show(Quantity(value, currency))


def _share(value: float, language: Language) -> str:
    return language.show(Quantity(value, "share"))


def _with_interval(row: dict[str, Any], name: str, language: Language) -> tuple[str, str]:
    between = language.interval(row[f"{name}_lower"], row[f"{name}_upper"], "share", " … ")
    return _share(row[name], language), f"({between})"
