"""Quarters' ends: win rates that go with the month of the quarter are named where one looks for them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny import dataset

from salesreport.kpi.anomalies.decided import decisions, of_people
from salesreport.kpi.anomalies.timing import timing
from salesreport.language import Text, text
from salesreport.report.diagnostic import Diagnostic
from salesreport.report.sections.diagnosis.conclusions import MOST, Told, told
from salesreport.report.sections.diagnosis.quarters import KEY, pattern_of
from salesreport.report.sections.team import Team, team_of


def diagnostic(path: Path, first: int, second: int, third: int) -> Diagnostic:
    """Of 40 deals decided in each month of half a year so many are won, by the month of the quarter.

    Those decided in a month began alike in October, November and December.
    """
    rows = [
        (f"D{month}-{n}", f"R{n % 4}", "won" if n < won else "lost", f"2024-{10 + n % 3}-05", f"2025-0{month}-15")
        for month, won in enumerate((first, second, third) * 2, 1)
        for n in range(40)
    ]
    frame = pd.DataFrame(rows, columns=["deal_id", "rep_id", "status", "created_on", "closed_on"])
    return Diagnostic(dataset(path / "d", frame.assign(stage=frame["status"], amount=1000.0)), "2025-H1")


def test_months_that_differ_beyond_chance_are_named_first(tmp_path: Path) -> None:
    made = diagnostic(tmp_path, 16, 20, 32)  # 40, 50 and 80 % of 80 deals each
    section = made.quarter_ends
    assert section.message == (
        "In a quarter’s first, second and third month, 40%, 50% and 80% of the deals decided are won: "
        "timing, not skill"
    )
    assert "not skill: by the month in which they began" in section.notes[0]
    assert [[cell.text for cell in row[:3]] for row in section.tables[0].rows] == [
        ["first month", "80", "40%"],
        ["second month", "80", "50%"],
        ["third month", "80", "80%"],
    ]
    # begun in October 6 + 7 + 11 won of 42 (of each 40 every third, from the first), in November 5 + 7 + 11 and in
    # December 5 + 6 + 10 of 39; in either quarter
    assert [row[3].text for row in section.tables[0].rows] == ["57%", "59%", "54%"]
    # the first screen has it, with what can be done
    assert [one.key for one in told(made.context) if one.kind == "timing"] == [KEY]
    assert KEY in set(made.diagnosis.data["key"])
    assert KEY in set(made.ninety_days.data["key"])


def test_it_is_what_the_comparison_of_reps_holds_and_worked_out_where_there_is_none(tmp_path: Path) -> None:
    context = diagnostic(tmp_path, 16, 20, 32).context
    found, team = pattern_of(context), team_of(context)
    assert found is not None
    assert isinstance(team, Team)
    assert found is team.found.timing
    facts, year = context.facts, context.year
    alone = timing(facts, of_people(decisions(facts, context.shared.process)), year.start, year.end)
    assert alone is not None
    for one, other in zip(found, alone, strict=True):
        np.testing.assert_equal(one, other)
    deals = facts.dataset.table("deals").assign(rep_id="R0")  # nobody to compare with, and the same months
    single = Diagnostic(dataset(tmp_path / "single", deals), "2025-H1").context
    assert isinstance(team_of(single), Text)
    again = pattern_of(single)
    assert again is not None
    np.testing.assert_equal(again.rate, found.rate)


def test_months_alike_are_not_named(tmp_path: Path) -> None:
    made = diagnostic(tmp_path, 20, 21, 22)  # χ² of 0.2: p = 0.9
    assert pattern_of(made.context) is None
    assert "first, second and third" not in made.quarter_ends.message
    assert all(one.kind != "timing" for one in told(made.context))


def test_behind_three_others_it_is_still_on_the_first_screen(tmp_path: Path) -> None:
    made = diagnostic(tmp_path, 16, 20, 32)
    (timed,) = [one for one in told(made.context) if one.kind == "timing"]
    kinds = ("data", "conversion", "behaviour")
    others = [replace_kind(timed, kind) for kind in kinds]
    again = Diagnostic(made.context.facts.dataset, "2025-H1")
    again.context.remember("diagnosis", lambda: [*others, timed])
    shown = again.diagnosis
    assert len(shown.data) == MOST
    assert "timing" not in set(shown.data["kind"])
    assert shown.notes[0] == f"{again.context.heading(timed.say)}."
    assert not any("more finding" in note for note in shown.notes)


def replace_kind(one: Told, kind: str) -> Told:
    """A finding of another kind."""
    return one._replace(kind=kind, key=kind, say=text("Another finding"))


@pytest.mark.parametrize("language", ["de", "fr", "hu"])
def test_it_is_said_in_every_language(tmp_path: Path, language: str) -> None:
    made = diagnostic(tmp_path, 16, 20, 32)
    other = Diagnostic(made.context.facts.dataset, "2025-H1", language=language)
    for number in ("40", "50", "80"):
        assert number in other.quarter_ends.message
    assert "quarter’s" not in other.quarter_ends.message
