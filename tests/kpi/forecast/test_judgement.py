"""Who promises too much, and who too little: the sample's two reps, and nobody else."""

import numpy as np
import pandas as pd
import pytest
from cases import Given, deal

from salesreport.kpi import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast import judgement
from salesreport.sample import write_company
from salesreport.sample.company import make_company


@pytest.mark.parametrize("seed", [7, 1])
def test_the_optimist_and_the_cautious_one_are_found_and_nobody_else(seed: int, tmp_path) -> None:
    truth = make_company(seed=seed, activities_per_deal=0.1).truth
    found = judgement(Facts.of(write_company(tmp_path / "company", seed=seed, activities_per_deal=0.1)))
    verdict = found.set_index("rep_id")["verdict"]
    assert verdict[truth.optimist_rep] == "optimist"
    assert verdict[truth.sandbagger_rep] == "cautious"
    assert verdict[truth.weak_rep] == "neither"  # wins less, but says no more of the same stage than others do
    assert verdict.isin(["optimist", "cautious"]).sum() == 2


def test_by_hand(given: Given) -> None:
    """Of ann's 20 deals said to be at 60 % a quarter is won, of bob's said to be at 30 % a half, 31 days late."""
    rows, snapshots = [], []
    for number in range(40):
        ann = number < 20
        won = number % (4 if ann else 2) == 0
        closed = "2024-05-31" if won else "2024-05-10"
        rows.append(
            deal(number, "ann" if ann else "bob", "won" if won else "lost", "2024-02-01", closed, stage="x")
        )
        snapshots += [
            {"taken_on": pd.Timestamp(day), "deal_id": f"D{number}", "stage": "Offer", "status": "open",
             "crm_probability": 0.6 if ann else 0.3, "expected_close_on": pd.Timestamp(close)}
            for day, close in (("2024-02-29", "2024-04-30"), ("2024-03-31", "2024-05-31"))
        ]  # fmt: skip
    found = judgement(given("2024-12-31", deals=rows, snapshots=snapshots)).set_index("rep_id")
    assert found["share_bias"].to_dict() == pytest.approx({"ann": 0.25 - 0.6, "bob": 0.5 - 0.3})
    assert found["said_above"].to_dict() == pytest.approx({"ann": 0.15, "bob": -0.15})
    assert found["n_closed"].tolist() == [20, 20]
    assert found["verdict"].to_dict() == {"ann": "optimist", "bob": "cautious"}
    # won on 31 May, first promised for 30 April; ann's five orders are too few to say so
    assert found.loc["bob", "n_won"] == 10
    assert np.isnan(found.loc["bob", "days_bias"])


def test_without_snapshots_it_cannot_be_told(given: Given) -> None:
    with pytest.raises(Unavailable, match="needs snapshots"):
        judgement(given(deals=[deal(1, "ann", "won", "2024-01-01", "2024-02-01", amount=1.0)]))
