"""A process file without what people wrote: its milestones and rules, no evidence, no questions."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import yaml

from salesreport.anonymise.pseudonyms import Pseudonyms
from salesreport.anonymise.shift import Shift
from salesreport.process import ProcessFile, parse_process
from salesreport.process.model import WHERE


def rewritten(file: ProcessFile, pseudonyms: Pseudonyms, shift: Shift) -> str:
    """The text of a process file, names and days replaced; empty where the file says nothing."""
    plain = file.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if not plain:
        return ""
    made: dict[str, Any] = {}
    if "processes" in plain:
        made["processes"] = [
            _process(one, f"Process {place}", pseudonyms, shift)
            for place, one in enumerate(plain["processes"], start=1)
        ]
    if "base" in plain:
        made["base"] = [_category(one, pseudonyms) for one in plain["base"]]
    return parse_process(yaml.safe_dump(made, sort_keys=False, allow_unicode=True)).text


def _process(plain: Mapping[str, Any], name: str, pseudonyms: Pseudonyms, shift: Shift) -> dict[str, Any]:
    made: dict[str, Any] = {"name": pseudonyms.title(plain["name"], name)}
    where = {
        column: list(dict.fromkeys(pseudonyms.of(column, value) for value in plain["where"][column]))
        for column in WHERE
        if column in plain.get("where", {})
    }
    if where:
        made["where"] = where
    made["milestones"] = [_milestone(one, pseudonyms, shift) for one in plain["milestones"]]
    title = plain.get("won", {}).get("title")
    if isinstance(title, str) and pseudonyms.title(title, ""):
        made["won"] = {"title": title}
    return made


def _milestone(plain: Mapping[str, Any], pseudonyms: Pseudonyms, shift: Shift) -> dict[str, Any]:
    key = pseudonyms.milestones[plain["key"]]
    made: dict[str, Any] = {"key": key, "title": pseudonyms.title(plain["title"], f"Milestone {key}")}
    made |= _span(plain, shift)
    if "stages" in plain:
        made["stages"] = [
            pseudonyms.of("stage", one)
            if isinstance(one, str)
            else {"name": pseudonyms.of("stage", one["name"]), **_span(one, shift)}
            for one in plain["stages"]
        ]
    if "activities" in plain:
        made["activities"] = [pseudonyms.of("type", one) for one in plain["activities"]]
    return made | {name: plain[name] for name in ("field", "within") if name in plain}


def _category(plain: Mapping[str, Any], pseudonyms: Pseudonyms) -> dict[str, Any]:
    made = {"key": plain["key"], "when": _condition(plain["when"], pseudonyms)}
    if "title" in plain:
        made["title"] = pseudonyms.title(str(plain["title"]), f"Category {plain['key']}")
    return made


def _condition(plain: Mapping[str, Any], pseudonyms: Pseudonyms) -> dict[str, Any]:
    made = dict(plain)
    if "stage_at_least" in made:
        made["stage_at_least"] = pseudonyms.milestones.get(made["stage_at_least"], made["stage_at_least"])
    if "any" in made:
        made["any"] = [_condition(one, pseudonyms) for one in made["any"]]
    return made


def _span(plain: Mapping[str, Any], shift: Shift) -> dict[str, str]:
    return {
        name: shift.day(dt.date.fromisoformat(plain[name])).isoformat()
        for name in ("from", "until")
        if name in plain
    }
