"""Equipment on trial: pieces, value and age by hand, and the sample company's against its raw table."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal, value, values

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.kpi.customers.equipment import equipment_notes, equipment_out, equipment_pieces
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.period import Period

JUNE = dt.date(2024, 6, 30)


def loan(number: int, lent: str, back: str | None, worth: float | None, rep: str | None, **more: str) -> dict:
    return {"equipment_id": f"E{number}", "account_id": "x", "lent_on": lent, "returned_on": back, "value": worth,
            "rep_id": rep, **more}  # fmt: skip


@pytest.fixture
def facts(given: Given) -> Facts:
    return given(
        deals=[deal(1, "bob", "open", "2024-01-01", account_id="x")],
        accounts=[{"account_id": "x", "rep_id": "zoe"}],
        equipment=[
            loan(1, "2024-06-20", None, 100.0, "ann"),  # 10 days
            loan(2, "2024-05-31", "2024-07-01", 50.0, "ann"),  # 30 days; comes back the day after
            loan(3, "2024-05-01", "2024-06-30", 70.0, "ann"),  # back on the day
            loan(4, "2024-07-01", None, 80.0, "ann"),  # not yet lent
            loan(5, "2024-04-01", None, None, None, deal_id="D1"),  # 90 days, the deal's rep
            loan(6, "2024-06-30", None, 5.0, None),  # that very day, the customer's rep
        ],
    )


def test_pieces_value_and_age_by_hand(facts: Facts):
    whole = equipment_out(facts, JUNE)
    # ages 0, 10, 30, 90: median 20; four are too few for an interval
    assert whole[["pieces", "valued", "value", "days", "oldest"]].iloc[0].tolist() == [4, 3, 155.0, 20.0, 90.0]
    assert whole[["lower", "upper"]].isna().all(axis=None)
    by_rep = equipment_out(facts, JUNE, ["rep_id"]).set_index("rep_id")
    assert by_rep["pieces"].to_dict() == {"ann": 2, "bob": 1, "zoe": 1}
    assert by_rep["value"].fillna(-1).to_dict() == {"ann": 150.0, "bob": -1.0, "zoe": 5.0}
    assert by_rep["oldest"].to_dict() == {"ann": 30.0, "bob": 90.0, "zoe": 0.0}
    pieces = equipment_pieces(facts, JUNE)
    assert pieces["equipment_id"].tolist() == ["E5", "E2", "E1", "E6"]
    assert pieces["days"].tolist() == [90.0, 30.0, 10.0, 0.0]
    assert [str(note) for note in equipment_notes(facts, JUNE)] == [
        "1 piece of equipment on trial has no value: it is counted, but not valued."
    ]
    assert equipment_out(facts, dt.date(2024, 1, 1))[["pieces", "value"]].iloc[0].tolist() == [0, 0.0]


def test_the_metrics(facts: Facts):
    table = compute(
        facts, Period.parse("2024-06"), ["equipment_out", "equipment_value", "equipment_days"], ["rep_id"]
    )
    assert values(table, "equipment_out") == {"ann": 2.0, "bob": 1.0, "zoe": 1.0}
    assert value(table, "equipment_value", rep_id="ann") == 150.0
    assert value(table, "equipment_value", "n", rep_id="bob") == 0.0
    assert value(table, "equipment_days", rep_id="ann") == 20.0  # of 10 and 30
    # what was not lent yet on the day is nothing to say about it
    assert compute(facts, Period.parse("2024-03"), ["equipment_out"]).unavailable.keys() == {"equipment_out"}


def test_without_equipment_or_values(given: Given):
    facts = given(equipment=[loan(1, "2024-06-20", None, None, "ann")])
    table = compute(facts, Period.parse("2024-06"))
    assert value(table, "equipment_out") == 1.0
    assert "equipment_value" in table.unavailable
    with pytest.raises(ConfigError):
        equipment_out(facts, dt.date(2025, 1, 1))


def test_no_table_is_said(given: Given):
    with pytest.raises(Unavailable):
        equipment_pieces(given(deals=[deal(1, "ann", "open", "2024-01-01")]), JUNE)


@pytest.mark.parametrize("then", ["2024-08-14", "2025-12-31"])
def test_the_sample_company_against_its_raw_table(sample: Dataset, then: str):
    on = pd.Timestamp(then)
    raw = sample.table("equipment")
    out = raw[(raw["lent_on"] <= on) & ~(raw["returned_on"] <= on)]
    age = (on - out["lent_on"]).dt.days
    facts = Facts.of(sample)
    whole = equipment_out(facts, on.date()).iloc[0]
    assert whole["pieces"] == len(out) > 20
    assert whole["value"] == pytest.approx(out["value"].sum())
    assert (whole["days"], whole["oldest"]) == (age.median(), age.max())
    assert whole["lower"] <= age.median() <= whole["upper"]
    for by in ("rep_id", "team", "segment", "product_line"):
        parts = equipment_out(facts, on.date(), [by])
        assert parts["pieces"].sum() == len(out)
        np.testing.assert_allclose(parts["value"].sum(), out["value"].sum())
    table = compute(facts, Period.span(on.date(), on.date()), ["equipment_out"], ["rep_id"])
    found = {rep: n for rep, n in values(table, "equipment_out").items() if n}
    assert found == out["rep_id"].value_counts().to_dict()
