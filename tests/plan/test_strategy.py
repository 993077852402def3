"""Bad strategy files: one message with file, line, key, what was found and the nearest name."""

from pathlib import Path

import pytest

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.plan import check_strategy, load_strategy

ROOT = Path(__file__).resolve().parent.parent.parent

GOOD = """\
name: S
goal: {2026: 1000}
"""


def read(folder: Path, more: str, facts: Facts | None = None) -> str:
    """The message of a strategy file that is wrong."""
    file = folder / "strategy.yml"
    whole = more.startswith("name:")
    file.write_text(more if whole else GOOD + more, encoding="utf-8")

    def both() -> None:
        strategy = load_strategy(file)
        assert facts is not None
        check_strategy(strategy, facts, file)

    with pytest.raises(ConfigError) as caught:
        both()
    said = str(caught.value)
    assert said.startswith(str(file))
    assert "\n" not in said
    return said.removeprefix(f"{file}, ")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("segments: {A: 0.5, B: 0.6}", "line 3, key “segments”: These shares add up to 1.1. Expected shares that"),
        ("product_lines: {A: 35}", "line 3, key “product_lines”: These shares add up to 35."),
        ("seasonality: [0.2, 0.2, 0.2, 0.3]", "line 3, key “seasonality”: These shares add up to 0.9."),
        ("seasonality: [0.2, 0.2, 0.2, 0.2, 0.2]", "line 3, key “seasonality”: So many weights make no seasons."),
        ("seasonality: [0.5, 0.5]", "Expected 4 weights for quarters, or 12 for months."),
        ("seasonality: [0.3, 0.3, 0.4]", "line 3, key “seasonality”: So many weights make no seasons."),
        ("seasonality:\n" + "- 0.125\n" * 8, "line 3, key “seasonality”: So many weights make no seasons."),
        (
            "name: S\ngoal: {2026: 1.0e+30}",
            "line 2, key “goal.2026”: This number is too large. Found “1e+30”. Expected at most 1000000000000000.",
        ),
        ("name: S\ngoal: {2026: 1000000000000001}", "line 2, key “goal.2026”: This number is too large."),
        ("weights: {R1: 1.0e+300}", "line 3, key “weights.R1”: This number is too large."),
        ("name: S\ngoal: {2026: -5}", "line 2, key “goal.2026”: A number here is never negative. Found “-5”."),
        ("name: S\ngoal: {2026: .nan}", "line 2, key “goal.2026”: This is not a number."),
        ("name: S\ngoal: {2026-Q9: 5}", "line 2, key “goal.2026-Q9”: This is not a period."),
        ("name: S\ngoal: {2026: 5, 2026-Q1: 1}", "There are two goals for the same days: 2026 and 2026-Q1."),
        ("name: S\ngoal: {2026-W01: 5}", "Goals are not set for such a period."),
        ("name: S\ngoal: {}", "line 2, key “goal”:"),
        ("name: S\nmetric: revenu\ngoal: {2026: 5}", "Found “revenu”. Did you mean “revenue”?"),
        ("segmnets: {A: 1}", "line 3, key “segmnets”: There is no such setting. Did you mean “segments”?"),
        ("organisation: specialists", "line 3, key “organisation”: Nobody is named as a specialist."),
        ("specialists: {R1: {segments: [A]}}", "Specialists are named, but the organisation is by territory."),
        (
            "segments: {A: 1}\norganisation: specialists\nspecialists: {R1: {segments: [B]}}",
            "line 5, key “specialists.R1.segments.0”: The strategy has no share for this.",
        ),
        ("ramp_up: [{days: 90, share: 1.5}]", "line 3, key “ramp_up.0.share”: A share is at most 1."),
        ("ramp_up: [{days: 90, share: 0}, {days: 90, share: 1}]", "Steps are given in the order of their days."),
        (
            "levels:\n- {activity: call, a_week: 5, from: 2026-01-05, weeks: 2}\n"
            "- {activity: call, a_week: 9, from: 2026-01-18, weeks: 2, reps: [R1]}",
            "line 5, key “levels.1”: Two levels of “call” hold on the same days.",
        ),
        ("levels:\n- {activity: call, a_week: 5, from: soon, weeks: 2}", "This is not a day."),
        ("activities: [{type: call, a_year: -1}]", "A number here is never negative."),
    ],
)  # fmt: skip
def test_by_itself(tmp_path: Path, more: str, said: str) -> None:
    assert said in read(tmp_path, more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("weights: {R000091: 1}", "line 3, key “weights.R000091”: There is no such rep. Found “R000091”. Did you"),
        ("segments: {A: 0.5, D: 0.5}", "line 3, key “segments.D”: No deal or account is of this segment."),
        ("product_lines: {Street lightning: 1}", "Did you mean “Street lighting”?"),
        ("activities: [{type: cal, a_year: 4}]", "key “activities.0.type”: No activity is of this type."),
        ("activities: [{type: call, segment: Q, a_year: 4}]", "key “activities.0.segment”: No deal or account"),
        ("accounts: [{account: A9999999}]", "key “accounts.0.account”: There is no such account."),
        ("accounts: [{account: A000001, rep: Nobody}]", "key “accounts.0.rep”: There is no such rep."),
        (
            "levels: [{activity: fax, a_week: 1, from: 2026-01-05, weeks: 1}]",
            "key “levels.0.activity”: No activity",
        ),
    ],
)
def test_against_the_data(tmp_path: Path, sample: Dataset, more: str, said: str) -> None:
    assert said in read(tmp_path, more, Facts.of(sample))


def test_levels_that_follow_each_other_or_are_of_others_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "s.yml"
    file.write_text(
        GOOD
        + "levels:\n- {activity: call, a_week: 5, from: 2026-01-05, weeks: 2, reps: [R1]}\n"
        + "- {activity: call, a_week: 9, from: 2026-01-19, weeks: 2, reps: [R1]}\n"
        + "- {activity: call, a_week: 9, from: 2026-01-05, weeks: 2, reps: [R2]}\n",
        encoding="utf-8",
    )
    assert len(load_strategy(file).levels) == 3


def test_the_sample_strategy_can_be_read() -> None:
    made = load_strategy(ROOT / "params" / "strategy" / "lumina.yml")
    assert sum(made.segments.values()) == sum(made.seasonality) == 1
