"""A plan file against the data it speaks of: reps, milestones, types of activities, segments, money."""

from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from salesreport.config import Place, misfit
from salesreport.errors import nearest
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.milestones.reached import places_of, process_file
from salesreport.language import Text, text
from salesreport.plan.steps import BEGIN, WON
from salesreport.plan.written import PlanRead

FEW = 12
"""So many names are listed where a wrong one is like none of them."""


def check_plan(plan: PlanRead, facts: Facts, path: Path) -> None:
    """Check that a plan file is about reps, steps, segments and money of the data.

    A name is only looked for where the data could have it: without table `activities` any type is fine.

    Raises:
        ConfigError: it names what the data do not know, with its line.
    """
    if plan.metric != "units" and plan.unit != facts.dataset.currency:
        problem = text("The dataset's money is in another currency.")
        raise misfit(path, ("unit",), problem, found=plan.unit, expected=facts.dataset.currency)
    seen: set[str] = set()
    for number, rep in enumerate(plan.reps["rep_id"]):
        place: Place = ("reps", number, "rep_id")
        if rep not in facts.names:
            near = nearest(rep, list(facts.names))
            raise misfit(path, place, text("The data have no such rep."), found=rep, nearest=near)
        if rep in seen:
            raise misfit(path, place, text("A rep has two plans."), found=rep)
        seen.add(rep)
    for place, found, valid, problem in _names(plan, facts):
        if found in valid or not valid:
            continue
        near = nearest(found, valid)
        expected = text("one of {names}", names=sorted(valid)) if near is None and len(valid) <= FEW else None
        raise misfit(path, place, problem, found=found, expected=expected, nearest=near)


def _names(plan: PlanRead, facts: Facts) -> Iterable[tuple[Place, str, Collection[str], Text]]:
    """Every name of a plan but reps': where it stands, what it is, what it may be, what is wrong if it is not."""
    segments = set(facts.dimensions.members("segment"))
    steps: dict[str, tuple[set[str], Text]] = {
        "begin": ({BEGIN}, text("There is no such step.")),
        "won": ({WON}, text("There is no such step.")),
        "milestone": (
            {place.milestone.key for place in places_of(process_file(facts))}, text("There is no such milestone.")
        ),
        "activity": (_types(facts), text("No activity is of this type.")),
    }  # fmt: skip
    no_segment = text("No deal or account is of this segment.")
    for number, rep in enumerate(plan.reps["rep_id"]):
        for name in ("segments", "steps"):
            frame: pd.DataFrame = getattr(plan, name)
            for position, row in enumerate(frame[frame["rep_id"] == rep].to_dict("records")):
                here: Place = ("reps", number, name, position)
                if not pd.isna(row["segment"]):
                    yield (*here, "segment"), row["segment"], segments, no_segment
                if name == "steps":
                    yield (*here, "step"), row["step"], *steps[row["kind"]]


def _types(facts: Facts) -> set[str]:
    if not facts.columns.has("activities", "type"):
        return set()
    return set(facts.columns.coded("activities", "type").categories)
