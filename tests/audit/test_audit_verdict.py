"""What is thought of a finding: limits, contested thresholds, the client's own past."""

from dataclasses import replace
from typing import Any

import pytest

from salesreport.audit.model import ANY, Backtest, Check, Estimate, Found, share_of
from salesreport.audit.verdict import Verdict, judge
from salesreport.language import text

CHECK = Check(
    key="made_up",
    number=0,
    title=text("Made up"),
    definition=text("Made up ÷ all."),
    kind="data",
    counted=text("deals"),
    find=lambda looked: Found(count=0, of=0, share=None),
    limit=(0.1, 0.3),
)


def found(count: int, of: int, **more: Any) -> Found:
    return Found(count=count, of=of, share=share_of(count, of), **more)


@pytest.mark.parametrize(
    ("count", "of", "level"),
    [
        (5, 100, "fine"),  # 5 % is below 10 %
        (12, 100, "untold"),  # 12 %, but Wilson's interval begins at 7.0 %
        (200, 1000, "look"),  # 17.6–22.6 %: above 10 %, not above 30 %
        (32, 100, "look"),  # 32 % is above 30 %, but from 23.7 % on only above 10 %
        (400, 1000, "serious"),  # 37.0–43.1 %
        (1, 3, "untold"),  # 33 %, 6–79 %
    ],
)
def test_a_limit_is_passed_where_the_whole_interval_is_beyond_it(count: int, of: int, level: str) -> None:
    made = judge(CHECK, found(count, of))
    assert made.level == level
    assert made.above == (level != "fine")


def test_where_one_is_enough_one_is_enough() -> None:
    check = replace(CHECK, limit=(ANY, None))
    assert judge(check, found(0, 500)).level == "fine"
    assert judge(check, found(1, 500)).level == "look"
    assert judge(check, found(400, 500)).level == "look"


def test_a_contested_threshold_alone_is_a_fact_and_never_serious() -> None:
    check = replace(CHECK, founded="contested")
    alone = judge(check, found(900, 1000))
    assert (alone.level, alone.finds, alone.above) == ("fact", False, True)
    assert judge(check, found(12, 100)).level == "untold"  # from 7.0 % on, as above
    usual, before = share_of(890, 1000), share_of(500, 1000)
    assert judge(check, found(900, 1000, baseline=usual)).level == "fact"
    assert judge(check, found(900, 1000, baseline=before)) == Verdict("look", "worse", above=True)
    for lower, level in ((0.9, "fact"), (1.2, "look")):
        tried = Backtest(outcome=text("was lost"), lift=Estimate(1.5, lower, 1.9, 40))
        assert judge(check, found(900, 1000, backtest=tried)).level == level
    assert judge(check, found(900, 1000, matters=True)).level == "look"
    assert judge(check, found(12, 100, matters=True)).level == "untold"


def test_where_more_is_better_limits_are_passed_downwards() -> None:
    check = replace(CHECK, better="higher", limit=(0.8, 0.6))
    assert judge(check, found(900, 1000)).level == "fine"
    assert judge(check, found(70, 100)).level == "look"  # 60.4–78.1 %
    assert judge(check, found(500, 1000)).level == "serious"
    assert judge(check, found(79, 100)).level == "untold"  # up to 85.8 %


def test_nothing_looked_at_or_no_interval_tells_nothing() -> None:
    assert judge(CHECK, found(0, 0)).level == "untold"
    one = Found(count=1, of=1, share=None, figure=Estimate(0.5, float("nan"), float("nan"), 1))
    assert judge(CHECK, one) == Verdict("untold", None, above=True)


def test_the_own_past_counts_where_the_intervals_share_nothing() -> None:
    before = share_of(50, 1000)  # 3.8–6.5 %
    assert judge(CHECK, found(90, 1000, baseline=before)) == Verdict("fine", "worse")  # from 7.4 % on
    assert judge(CHECK, found(65, 1000, baseline=before)) == Verdict("fine")
    assert judge(CHECK, found(10, 1000, baseline=before)) == Verdict("fine", "better")
    assert judge(CHECK, found(90, 1000, baseline=before)).finds
    assert not judge(CHECK, found(10, 1000, baseline=before)).finds
    assert judge(replace(CHECK, better="neither"), found(10, 1000, baseline=before)).past == "other"


def test_a_check_may_judge_by_itself() -> None:
    assert judge(CHECK, found(900, 1000, level="fine")).level == "fine"
    assert judge(CHECK, found(0, 1000, level="serious")).finds


def test_without_a_limit_it_matters_where_it_mattered_earlier() -> None:
    check, ratio = replace(CHECK, limit=(None, None)), Estimate(1.5, 1.2, 1.9, 40)
    tried = Backtest(outcome=text("was lost"), lift=ratio)
    chance = Backtest(outcome=text("was lost"), lift=Estimate(1.2, 0.9, 1.6, 40))
    assert judge(check, found(0, 100)).level == "fine"
    assert judge(check, found(30, 100)).level == "untold"
    assert judge(check, found(30, 100, backtest=chance)).level == "untold"
    assert judge(check, found(30, 100, backtest=tried)).level == "look"
    assert judge(check, found(0, 100, backtest=tried)).level == "fine"


def test_what_was_counted_as_a_whole_has_no_interval() -> None:
    assert not Estimate(4.0, 4.0, 4.0, 10).sampled
    assert not Estimate(4.0, float("nan"), float("nan"), 1).sampled
    assert Estimate(4.0, 3.0, 4.0, 10).sampled
