"""What `salesreport forecast` does between reading options and printing."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from salesreport.errors import ConfigError
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import output
from salesreport.kpi.forecast.backtest import SIMULATIONS as OF_A_BACKTEST
from salesreport.kpi.forecast.backtest import backtest
from salesreport.kpi.forecast.forecast import SIMULATIONS, forecast
from salesreport.kpi.forecast.horizon import Horizon
from salesreport.kpi.forecast.judgement import judgement
from salesreport.kpi.frames import frame_as_csv, frame_as_rows, with_names
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Language, Text, text
from salesreport.language.readable import printable

Format = str
"""table, csv and json are printed; of xlsx the frame is given, for somebody else writes it."""

Shown = Any
"""What is ready to be printed (a text or table), or to be written (a frame)."""


def look_ahead(
    facts: Facts,
    as_of: dt.date | None,
    horizon: str,
    by: Sequence[str],
    simulations: int | None,
    seed: int,
    format: Format,
    language: Language,
) -> tuple[Shown, list[str]]:
    """A forecast, ready to print, and its notes.

    Raises:
        ConfigError: the data cannot tell, or an option is not understood.
    """
    day = as_of or facts.as_of
    periods = Horizon.parse(horizon).periods(day, facts.dataset.settings.fiscal_year_start)
    try:
        made = forecast(facts, process_file(facts), day, periods, by, simulations or SIMULATIONS, seed)
    except Unavailable as problem:
        raise _untold(problem) from None
    notes = _said(made.notes, language)
    if format == "xlsx":
        return with_names(made.frame, facts), notes
    if format == "csv":
        return frame_as_csv(with_names(made.frame, facts)), notes
    if format == "json":
        return _json({"forecast": frame_as_rows(made.frame), "notes": notes}), []
    return output.as_table(made, facts, language), notes


def try_out(
    facts: Facts,
    horizon: str,
    simulations: int | None,
    seed: int,
    progress: Callable[[int, int], None],
    format: Format,
    language: Language,
) -> tuple[Shown, list[str]]:
    """A backtest, ready to print (as a table the scores, else every fold), and its notes.

    Raises:
        ConfigError: the data cannot tell, or an option is not understood.
    """
    try:
        done = backtest(
            facts,
            process_file(facts),
            horizon,
            simulations=simulations or OF_A_BACKTEST,
            seed=seed,
            progress=progress,
        )
    except Unavailable as problem:
        raise _untold(problem) from None
    notes = _said(done.notes, language)
    if format == "table":
        return output.scores_as_table(done, language), [*notes, *_said(output.WORDS, language)]
    if format == "xlsx":
        return with_names(done.frame, facts, ids="group"), notes
    folds = done.frame.assign(as_of=done.frame["as_of"].dt.strftime("%Y-%m-%d").astype("str"))
    if format == "csv":
        return frame_as_csv(with_names(folds, facts, ids="group")), notes
    return _json({"folds": frame_as_rows(folds), "scores": frame_as_rows(done.scores), "notes": notes}), []


def judge(facts: Facts, format: Format, language: Language) -> tuple[Shown, list[str]]:
    """What reps said of their deals against what came, ready to print, and what it says.

    Raises:
        ConfigError: the data cannot tell.
    """
    try:
        frame = judgement(facts)
    except Unavailable as problem:
        raise ConfigError(
            text("What reps said cannot be compared with what came: {reason}.", reason=problem.reason)
        ) from None
    note = text(
        "Said and won: mean probability and share won of closed deals; days: of deals won, median after the date "
        "first said. Verdicts compare a rep with the others, and allow for looking at many."
    )
    if format == "xlsx":
        return with_names(frame, facts), _said([note], language)
    if format == "csv":
        return frame_as_csv(with_names(frame, facts)), []
    if format == "json":
        return _json({"reps": frame_as_rows(frame)}), []
    return output.judgement_as_table(frame, facts, language), _said([note], language)


def _untold(problem: Unavailable) -> ConfigError:
    return ConfigError(text("There can be no forecast: {reason}.", reason=problem.reason))


def _said(notes: Sequence[Text], language: Language) -> list[str]:
    return [printable(language.say(note)) for note in notes]


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
