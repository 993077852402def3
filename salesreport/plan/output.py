"""Plans as tables for a terminal, and as JSON."""

import json
from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.kpi.frames import frame_as_rows
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Quantity, Text, text
from salesreport.language.readable import printable
from salesreport.plan.action import ActionPlan, entry_of
from salesreport.plan.past import FEASIBLE
from salesreport.plan.sentences import sentences_of

STATUS: dict[str, Text] = {"prospect": text("prospect"), "customer": text("customer")}
"""What people call accounts that have not ordered yet, and those that have."""


def as_table(plan: ActionPlan, titles: dict[str, Text | str], language: Language) -> Table:
    """A line per rep: the goal, what is missing to it, the chance, and what it takes."""
    numbers = [
        text("goal"),
        text("open deals, 80%"),
        text("missing"),
        text("chance, as usual"),
        text("more needed"),
    ]
    columns = [
        Column(language.say(text("rep"))),
        *(Column(language.say(title), numbers=True) for title in numbers),
        Column(language.say(text("at, by")), numbers=True),
        Column(language.say(text("that is"))),
    ]
    rows: list[list[Content]] = []
    for row in plan.reps.to_dict("records"):
        name = str(plan.names.get(row["rep_id"], row["rep_id"]))
        goal = _money(row["goal"], plan, language)
        if pd.isna(row["open"]):
            rows.append([name, goal, "–", "–", "–", "–", "", language.say(FEASIBLE["unknown"])])
            continue
        entry = entry_of(_steps(plan, row["rep_id"]))
        band = language.interval(row["open_lower"], row["open_upper"], plan.unit, " … ")
        chance = language.show(Quantity(row["chance_usual"], "share"))
        at: Content = ""
        extra: Content = "–"
        if entry is not None and row["planned"] > 0:
            at = (language.show(titles.get(entry["step"], entry["step"])), language.show(entry["by"]))
            between = language.interval(_short(entry["extra_lower"]), _short(entry["extra_upper"]), "deals", " … ")
            extra = (_count(entry["extra"], language), f"({between})")
        open_deals = (_money(row["open"], plan, language), f"({band})")
        missing = _money(max(row["gap"], 0.0), plan, language)
        rows.append([name, goal, open_deals, missing, chance, extra, at, language.say(FEASIBLE[row["verdict"]])])
    return grid(columns, rows)


def steps_as_table(plan: ActionPlan, rep: str, titles: dict[str, Text | str], language: Language) -> Table:
    """One rep's steps and activities: a line each, for all segments and for each."""
    numbers = [text("by themselves"), text("more"), text("in all"), text("usual, best"), text("chance to win")]
    columns = [
        Column(language.say(text("step"))),
        Column(language.say(text("segment"))),
        Column(language.say(text("by")), numbers=True),
        *(Column(language.say(title), numbers=True) for title in numbers),
        Column(language.say(text("that is"))),
    ]
    rows: list[list[Content]] = []
    for step in _steps(plan, rep):
        late = pd.isna(step["extra"])
        if late and step["segment"] is not None:
            continue
        usual = (
            ""
            if pd.isna(step["usual"])
            else f"{_count(step['usual'], language)}, {_count(step['best'], language)}"
        )
        verdict = FEASIBLE["too_late"] if late else FEASIBLE.get(step["verdict"] or "")
        title = titles.get(step["step"], step["step"])
        rows.append(
            [
                language.show(title) if step["segment"] is None else "",
                step["segment"] or language.say(text("all")),
                "" if step["by"] is None else language.show(step["by"]),
                _count(step["expected"], language),
                _count(step["extra"], language),
                _count(step["needed"], language),
                usual,
                "" if pd.isna(step["chance"]) else language.show(Quantity(step["chance"], "share")),
                "" if verdict is None else language.say(verdict),
            ]
        )
    return grid(columns, rows)


def cadence_as_table(plan: ActionPlan, rep: str, language: Language) -> Table:
    """How often one rep's accounts are to be met, and those named: a line each."""
    columns = [
        Column(language.say(text("to be met"))),
        Column(language.say(text("outcome"))),
        Column(language.say(text("accounts")), numbers=True),
        Column(language.say(text("each, a year")), numbers=True),
        Column(language.say(text("planned")), numbers=True),
        Column(language.say(text("by")), numbers=True),
    ]
    rows: list[list[Content]] = []
    for row in plan.cadence[plan.cadence["rep_id"] == rep].to_dict("records"):
        status = "" if pd.isna(row["status"]) else language.say(STATUS[row["status"]])
        named = [row["type"], "" if pd.isna(row["segment"]) else row["segment"], status]
        counts = [_count(row[name], language) for name in ("accounts", "a_year", "planned")]
        rows.append(
            [", ".join(one for one in named if one), row["outcome"], *counts, language.show(plan.period.end)]
        )
    for row in plan.accounts[plan.accounts["rep_id"] == rep].to_dict("records"):
        until = "" if row["until"] is None or pd.isna(row["until"]) else language.show(row["until"])
        rows.append([row["account_id"], row["outcome"], "", "", "", until])
    return grid(columns, rows)


def as_json(plan: ActionPlan, titles: dict[str, Text | str], language: Language) -> str:
    """Everything: `reps`, `segments`, `steps`, `cadence`, `accounts`, `gaps`, `missing`, `said` and `notes`."""
    content = {
        "period": plan.period.name,
        "as_of": plan.as_of.isoformat(),
        "metric": plan.metric,
        "unit": plan.unit,
        **{
            name: frame_as_rows(_plain(getattr(plan, name)))
            for name in ("reps", "segments", "steps", "cadence", "accounts")
        },
        "gaps": [] if plan.gaps is None else [_gap(one, language) for one in plan.gaps.to_dict("records")],
        "missing": [
            {"rep_id": rep, "what": language.say(what), "reason": language.say(why)}
            for rep, what, why in plan.missing
        ],
        "said": {
            rep: [language.say(one) for one in sentences_of(plan, rep, titles)] for rep in plan.reps["rep_id"]
        },
        "notes": [language.say(note) for note in plan.notes],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def explanations(plan: ActionPlan, language: Language) -> list[str]:
    """What cannot be told and why, what nobody carries, and notes."""
    lines = []
    for rep, what, why in plan.missing:
        if rep is None:
            lines.append(language.say(text("{what}: cannot be told; {reason}", what=what, reason=why)))
        else:
            name = plan.names.get(rep, rep)
            lines.append(
                language.say(text("{rep}, {what}: cannot be told; {reason}", rep=name, what=what, reason=why))
            )
    for row in [] if plan.gaps is None else plan.gaps.to_dict("records"):
        named = [one for one in (row["segment"], row["product_line"]) if not pd.isna(one)]
        lines.append(
            language.say(
                text(
                    "Nobody carries {amount} of the strategy ({period}, {place}): {reason}.",
                    amount=Quantity(row["value"], plan.unit),
                    period=row["period"],
                    place=named or text("all"),
                    reason=row["reason"],
                )
            )
        )
    return [printable(line) for line in [*lines, *map(language.say, plan.notes)]]


def _steps(plan: ActionPlan, rep: str) -> list[dict[str, Any]]:
    rows = plan.steps[plan.steps["rep_id"] == rep].to_dict("records")
    return [row | {"segment": None if pd.isna(row["segment"]) else row["segment"]} for row in rows]


def _gap(row: dict[str, Any], language: Language) -> dict[str, Any]:
    named = {name: None if pd.isna(row[name]) else row[name] for name in ("period", "segment", "product_line")}
    return named | {"value": row["value"], "reason": language.say(row["reason"])}


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as texts, missing values as None."""
    shown = frame.astype(object).where(frame.notna(), None)
    for name in ("by", "until", "last_contact"):
        if name in shown:
            shown[name] = shown[name].map(lambda day: day.isoformat() if day is not None else None)
    return shown


def _money(value: float, plan: ActionPlan, language: Language) -> str:
    return language.show(Quantity(value, plan.unit))


def _short(value: float) -> float:
    return round(float(value), 1 if abs(value) < 10 else 0)


def _count(value: float, language: Language) -> str:
    return "–" if pd.isna(value) else language.show(Quantity(_short(value), "deals"))
