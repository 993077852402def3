"""Forecasts and backtests as tables for a terminal."""

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table

from salesreport.kpi.dimensions import DIMENSIONS, TITLES
from salesreport.kpi.forecast.backtest import METHODS, Backtest
from salesreport.kpi.forecast.forecast import Forecast
from salesreport.kpi.forecast.judgement import VERDICTS
from salesreport.kpi.output import cell
from salesreport.language import Language, Quantity, Text, text

if TYPE_CHECKING:
    from salesreport.kpi.facts import Facts

_LEVELS: dict[str, Text] = {"company": text("company"), "rep_id": text("rep")}


def as_table(made: Forecast, facts: "Facts", language: Language) -> Table:
    """A forecast, one line per group and period; the other intervals are in the CSV and JSON."""
    by = [name for name in made.frame.columns if name in DIMENSIONS]
    currency = facts.dataset.currency
    names = dict(zip(facts.reps["rep_id"], facts.reps["name"], strict=True))
    shown = _table(
        language,
        [*(TITLES[name] for name in by), text("period")],
        [
            text("booked"),
            text("middle"),
            text("80 % interval"),
            text("average"),
            text("from open deals"),
            text("open deals"),
        ],
    )
    for row in made.frame.to_dict("records"):
        groups = [_group(row[name], names if name == "rep_id" else {}, language) for name in by]
        period = language.say(facts.dataset.period(row["period"]).label)
        band = language.interval(row["lower_80"], row["upper_80"], currency, " … ")
        shown.add_row(
            *map(cell, groups),
            cell(period),
            cell(_money(row["booked"], currency, language)),
            cell(_money(row["median"], currency, language)),
            cell(band),
            cell(_money(row["mean"], currency, language)),
            cell(_money(row["from_open"], currency, language)),
            cell(language.count(row["n_open"])),
        )
    return shown


def scores_as_table(done: Backtest, language: Language) -> Table:
    """A backtest's scores: one line per level and method."""
    shown = _table(
        language,
        [text("level"), text("forecast from")],
        [
            text("folds"),
            text("WAPE"),
            text("WAPE of milestones"),
            text("milestones closer"),
            text("80 % interval held"),
        ],
    )
    for row in done.scores.to_dict("records"):
        if not row["folds"]:
            continue
        ours = row["method"] == "milestones"
        shown.add_row(
            cell(language.say(_LEVELS[row["level"]])),
            cell(language.say(METHODS[row["method"]])),
            cell(language.count(row["folds"])),
            cell(_share(row["wape"], language)),
            cell("" if ours else _share(row["wape_ours"], language)),
            cell("" if ours else _with_interval(row, "beaten", language)),
            cell(_with_interval(row, "coverage_80", language) if ours else ""),
        )
    return shown


def judgement_as_table(frame: pd.DataFrame, facts: "Facts", language: Language) -> Table:
    """What reps said against what came, one line per rep."""
    names = dict(zip(facts.reps["rep_id"], facts.reps["name"], strict=True))
    shown = _table(
        language,
        [TITLES["rep_id"], text("verdict")],
        [text("said"), text("won"), text("deals"), text("days late"), text("deals won")],
    )
    for row in frame.to_dict("records"):
        days = ""
        if pd.notna(row["days_bias"]):
            between = language.interval(row["days_lower"], row["days_upper"], "days late", " … ")
            days = f"{language.count(row['days_bias'])} ({between})"
        shown.add_row(
            cell(_group(row["rep_id"], names, language)),
            cell(language.say(VERDICTS[row["verdict"]])),
            cell(_share(row["said"], language)),
            cell(_share(row["won"], language)),
            cell(language.count(row["n_closed"])),
            cell(days),
            cell(language.count(row["n_won"])),
        )
    return shown


def _table(language: Language, left: list[Text], right: list[Text]) -> Table:
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for title in left:
        shown.add_column(cell(language.say(title)))
    for title in right:
        shown.add_column(cell(language.say(title)), justify="right")
    return shown


def _group(value: Any, names: dict[str, str], language: Language) -> str:
    return language.say(text("not known")) if pd.isna(value) else str(names.get(value, value))


def _money(value: float, currency: str, language: Language) -> str:
    return language.show(Quantity(value, currency))


def _share(value: float, language: Language) -> str:
    return language.show(Quantity(value, "share"))


def _with_interval(row: dict[str, Any], name: str, language: Language) -> str:
    between = language.interval(row[f"{name}_lower"], row[f"{name}_upper"], "share", " … ")
    return f"{_share(row[name], language)} ({between})"
