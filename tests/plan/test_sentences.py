"""A plan in a sentence: what to do differently, and how likely the goal is."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesreport.period import Period
from salesreport.plan import sentences
from salesreport.plan.action import REPS
from salesreport.plan.sentences import chance_in_words, further_of, heading_of, whole
from salesreport.plan.steps import COLUMNS

NAN = float("nan")


def plan(step: dict[str, Any] | None = None, **row: Any) -> Any:
    """A plan of one rep with one step in time."""
    base = {"rep_id": "Ann", "goal": 410_000.0, "booked": 0.0, "open": 1.0, "verdict": "unrealistic", "gap": 1.0,
            "planned": 5.0, "attainable": NAN, "open_factor": NAN}  # fmt: skip
    steps = []
    if step is not None:
        first = {"rep_id": "Ann", "segment": None, "kind": "begin", "step": "begin", "lead_days": 80.0,
                 "expected": 0.0, "extra": 29.2, "needed": 29.2, "usual": 7.2, "best": 14.0,
                 "verdict": "unrealistic", "by": pd.Timestamp("2026-01-28").date()}  # fmt: skip
        steps = [first | step]
    return SimpleNamespace(
        reps=pd.DataFrame([base | row]).reindex(columns=list(REPS)),
        steps=pd.DataFrame(steps, columns=list(COLUMNS)),
        unit="EUR", period=Period.parse("2026-Q1"), names={}, as_of=pd.Timestamp("2025-12-31").date(),
    )  # fmt: skip


def heading(made: Any, chance: float = 0.19) -> str:
    return str(heading_of(made, "Ann", {"trial": "Trial", **sentences.STEPS}, chance))


@pytest.mark.parametrize(
    ("usual", "said"),
    [
        (7.2, "4.0 times as many as usual"),  # 29 ÷ 7.2
        (20.0, "45% more than usual"),
        (28.0, "as many as usual"),
        (60.0, "fewer than usual"),
        (0.0, "where there are usually none"),
    ],
)
def test_what_is_needed_stands_beside_what_is_usual(usual: float, said: str) -> None:
    assert heading(plan({"usual": usual})) == (
        f"To reach €410K in Q1 2026, 29 deals must be begun by Jan 28, 2026, {said}; the chance is 19% as "
        "things are"
    )


def test_without_a_past_or_a_forecast_less_is_said() -> None:
    assert (
        heading(plan({"usual": NAN}), NAN) == "To reach €410K in Q1 2026, 29 deals must be begun by Jan 28, 2026"
    )


def test_a_milestone_is_named() -> None:
    made = plan({"kind": "milestone", "step": "trial", "needed": 0.6, "extra": 0.2, "usual": NAN})
    assert heading(made, 0.004) == (
        "To reach €410K in Q1 2026, 1 deal must get to “Trial” by Jan 28, 2026; the chance is under 1% as "
        "things are"
    )


def test_enough_too_late_and_unknown() -> None:
    assert heading(plan({}, verdict="enough"), 0.62).startswith("For €410K in Q1 2026, what is open is enough")
    late = plan({"extra": NAN}, verdict="too_late")
    assert heading(late).startswith("For €410K in Q1 2026 it is too late to begin deals")
    assert heading(plan(None, open=NAN, booked=5_000.0), NAN) == (
        "The goal for Q1 2026 is €410K, of which €5K is booked; what it takes cannot be told"
    )
    assert further_of(plan(None, open=NAN), "Ann", {}) == []


def test_what_comes_too_late_is_said_once() -> None:
    made = plan({})
    late = {"rep_id": "Ann", "segment": None, "kind": "milestone", "step": "trial", "extra": NAN,
            "lead_days": 200.0, "by": pd.Timestamp("2025-09-09").date()}  # fmt: skip
    made.steps = pd.concat([made.steps, pd.DataFrame([late], columns=list(COLUMNS))], ignore_index=True)
    said = [str(one) for one in further_of(made, "Ann", {"trial": "Trial"})]
    assert said == [
        "What gets to “Trial” only now comes too late for Q1 2026: a deal of ordinary speed would have been there "
        "by Sep 9, 2025."
    ]


def test_numbers_as_people_count() -> None:
    assert [whole(one) for one in (0.0, 0.2, 1.5, 29.4)] == [0, 1, 2, 29]
    assert [str(chance_in_words(one)) for one in (0.001, 0.999)] == ["under 1%", "over 99%"]
    assert np.isclose(chance_in_words(0.3).value, 0.3)
