"""What goals are made of: parts that add up to the strategy, to the cent."""

import pandas as pd
import pytest
from planning import context_of, strategy

from salesreport import Dataset
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.report.made_of import exact_sum, known_sum, made_of, of_subject, parts_of_year


def test_parts_of_all_subjects_add_up_to_the_strategy(sample: Dataset) -> None:
    wanted = strategy(product_lines={"Street lighting": "0.6", "Controls & service": "0.4"})
    company = context_of(sample, wanted)
    made = made_of(company)
    assert made.period.name == "2026-Q1"
    assert exact_sum(made.frame["value"]) == made.total == 3_200_000  # a fifth of 16 million
    for kind, members in (("team", ["North", "South", "East", "West"]), ("segment", ["A", "B", "C"])):
        known = [one for one in members if one in company.facts.dimensions.members(kind)]
        parts = [of_subject(context_of(sample, wanted, **{kind: one}), made.frame) for one in known]
        if len(known) == len(company.facts.dimensions.members(kind)):
            assert sum(round(exact_sum(one["value"]) * 100) for one in parts) == 320_000_000
    rep = of_subject(context_of(sample, wanted, rep="R000001"), made.frame)
    assert set(rep["rep_id"]) == {"R000001"}


def test_what_nobody_carries_is_a_part_too(sample: Dataset) -> None:
    wanted = strategy(organisation="specialists", specialists={"R000001": {"segments": ["A", "B"]}})
    made = made_of(context_of(sample, wanted))
    nobody = made.frame[made.frame["rep_id"].isna()]
    assert exact_sum(nobody["value"]) == 640_000  # segment C: a fifth of 3.2 million
    assert exact_sum(made.frame["value"]) == made.total
    assert len(of_subject(context_of(sample, wanted, rep="R000003"), made.frame)) == 0


def test_the_year_by_its_seasons(sample: Dataset) -> None:
    months = strategy(
        seasonality=["0.05", "0.05", "0.1", "0.1", "0.1", "0.1", "0.1", "0.05", "0.05", "0.1", "0.1", "0.1"]
    )
    context = context_of(sample, months)
    parts = parts_of_year(context, made_of(context))
    assert [part.period.name for part in parts[:2]] == ["2026-01", "2026-02"]
    assert sum(part.total for part in parts) == 16_000_000
    assert made_of(context).total == 3_200_000  # January to March: 5, 5 and 10 of 100
    none = context_of(sample, strategy(goal={"2026-Q1": 4_000_000}, seasonality=[]))
    assert parts_of_year(none, made_of(none)) == []


def test_without_a_strategy_that_plans_it_the_reason_is_said(sample: Dataset) -> None:
    with pytest.raises(Unavailable, match="no strategy file"):
        made_of(context_of(sample, None))
    with pytest.raises(Unavailable, match="neither Q4 2025 nor Q1 2026"):
        made_of(context_of(sample, strategy(goal={"2027": 1})))


def test_sums_are_exact() -> None:
    assert exact_sum(pd.Series([0.1] * 3)) == 0.3
    assert pd.isna(known_sum(pd.Series([1.0, None])))
