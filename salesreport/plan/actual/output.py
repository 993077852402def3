"""Plan against actual as tables for a terminal, and as JSON."""

import json
from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.kpi.customers.shared import nobodys
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import frame_as_rows, with_names
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Quantity, Text, text
from salesreport.plan.actual.against import VERDICTS
from salesreport.plan.actual.compared import Compared
from salesreport.plan.actual.lines import line_of

_WHOLE = 10.0


def as_table(compared: Compared, facts: Facts, language: Language) -> Table:
    """A line per rep: money, deals won, and what is off plan by more than chance; everybody at the end."""
    lines = compared.lines[compared.lines["part"] == "all"]
    first = [one for one in (*_results(lines), "deals_won") if (lines["what"] == one).any()]
    columns = [
        Column(language.say(text("rep"))),
        *(Column(_title(one, facts, language), numbers=True) for one in first),
        Column(language.say(text("off plan by more than chance"))),
    ]
    rows: list[list[Content]] = []
    for rep, mine in lines.groupby("rep_id", sort=False):
        if mine["source"].notna().any():
            rows.append(_of_one(str(facts.names.get(str(rep), rep)), mine, first, facts, language))
    if compared.everybody is not None and len(rows) > 1:
        whole = compared.everybody[compared.everybody["part"] == "all"]
        rows.append(_of_one(language.say(text("all")), whole, first, facts, language))
    return grid(columns, rows)


def _results(lines: pd.DataFrame) -> list[str]:
    planned = lines[(lines["kind"] == "result") & lines["source"].notna()]
    return list(dict.fromkeys(planned["what"])) or ["revenue"]


def _of_one(name: str, mine: pd.DataFrame, first: list[str], facts: Facts, language: Language) -> list[Content]:
    cells: list[Content] = [name]
    for what in first:
        here = mine[mine["what"] == what]
        cells.append("–" if here.empty else _done(here.iloc[0], language))
    off = mine[mine["verdict"].isin(["below", "above"])]
    said = [
        text("{what} {change}", what=_title(row["what"], facts, language), change=_change(row, language))
        for _, row in off.iterrows()
    ]
    cells.append(", ".join(map(language.say, said)) or language.say(text("nothing")))
    return cells


def _done(row: pd.Series, language: Language) -> Content:
    done, plan = _number(row["actual"], row["unit"], language), _number(row["planned"], row["unit"], language)
    return done if pd.isna(row["planned"]) else (done, language.say(text("of {plan}", plan=plan)))


def lines_as_table(lines: pd.DataFrame, facts: Facts, language: Language) -> Table:
    """One rep's lines: planned, done with its interval, the deviation, and what that is; unplanned ones last."""
    numbers = [text("planned"), text("done, 95% interval"), text("deviation")]
    columns = [
        Column(""),
        *(Column(language.say(title), numbers=True) for title in numbers),
        Column(language.say(text("that is"))),
    ]
    whole = lines[lines["part"] == "all"]
    rows: list[list[Content]] = []
    for place in whole["verdict"].eq("unplanned").sort_values(kind="stable").index:
        row = whole.loc[place]
        title = _title(row["what"], facts, language)
        if row["end"] < whole["end"].max():
            title = language.say(text("{what} by {day}", what=title, day=row["end"]))
        done: Content = _number(row["actual"], row["unit"], language)
        if pd.notna(row["lower"]) and row["verdict"] != "unplanned":
            done = (str(done), _between(row, language))
        deviation = "" if pd.isna(row["deviation"]) else _change(row, language)
        planned = _number(row["planned"], row["unit"], language)
        rows.append([title, planned, done, deviation, language.say(VERDICTS[row["verdict"]])])
    return grid(columns, rows)


def _between(row: pd.Series, language: Language) -> str:
    low, high, unit = row["lower"], row["upper"], row["unit"]
    if unit in ("deals", "activities", "units") and high >= _WHOLE:
        low, high = float(round(low)), float(round(high))
    return language.interval(low, high, unit, " … ")


def as_json(compared: Compared, facts: Facts, language: Language) -> str:
    """Everything: `lines`, `everybody`, `accounts`, `named`, `outcomes`, `reasons` and what cannot be told."""
    frames = {
        "lines": compared.lines, "everybody": compared.everybody, "accounts": compared.accounts,
        "named": compared.named, "outcomes": compared.outcomes,
    }  # fmt: skip
    content: dict[str, Any] = {
        "period": compared.period.name,
        "as_of": facts.as_of.isoformat(),
        "planned_on": None if compared.planned_on is None else compared.planned_on.isoformat(),
        **{
            name: [] if frame is None else frame_as_rows(plain(with_names(frame, facts)))
            for name, frame in frames.items()
        },
        "reasons": {what: language.say(why) for what, why in compared.reasons.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as texts, missing values as None."""
    shown = frame.astype(object).where(frame.notna(), None)
    for name in ("start", "end", "until", "last_contact"):
        if name in shown:
            shown[name] = [None if day is None else pd.Timestamp(day).date().isoformat() for day in shown[name]]
    return shown


def explanations(compared: Compared, facts: Facts) -> list[Text]:
    """What cannot be told, and why."""
    lines = compared.lines
    untold = lines[lines["verdict"] == "untold"]
    said = [
        text("{what}: cannot be told; {reason}", what=line_of(what, facts).title, reason=compared.reasons[what])
        for what in dict.fromkeys(untold["what"])
        if what in compared.reasons
    ]
    less = dict.fromkeys(untold.loc[untold["deviation"] < 0, "rep_id"])
    if less:
        names = [facts.names.get(rep, rep) for rep in less]
        part = text("There for a part of these days, so less than planned is not judged: {names}", names=names)
        said.append(part)
    if not (compared.accounts.empty and compared.named.empty):
        shared = nobodys(facts, min(compared.period.end, facts.as_of))
        said += [] if shared is None else [shared.by_last]
    return said


def _title(what: str, facts: Facts, language: Language) -> str:
    return language.show(line_of(what, facts).title)


def _change(row: pd.Series, language: Language) -> str:
    if not row["planned"] > 0:
        said = _number(row["deviation"], row["unit"], language)
    else:
        said = language.percent(row["deviation"] / row["planned"])
    return f"+{said}" if row["deviation"] > 0 else said


def _rounded(value: float, unit: str) -> float:
    counted = unit in ("deals", "activities", "units")
    return float(round(value)) if counted and abs(value) >= _WHOLE else float(value)


def _number(value: float, unit: str, language: Language) -> str:
    return "–" if pd.isna(value) else language.show(Quantity(_rounded(value, unit), unit))
