"""A sample company in which nobody differs and no day is special."""

import numpy as np
import pandas as pd

from salesreport.sample.company import make_company


def test_nobody_differs_and_only_calendars_do() -> None:
    even, usual = (
        make_company(reps=12, deals=1500, seed=4, activities_per_deal=0.2, even=one) for one in (True, False)
    )
    assert (even.truth.skill == 0).all(axis=None)
    assert (usual.truth.skill != 0).any(axis=None)
    deals = even.tables["deals"]
    won = pd.to_datetime(deals.loc[deals["status"] == "won", "closed_on"])
    late = ((won + pd.offsets.QuarterEnd(0) - won).dt.days < 10).mean()
    assert late < 0.2  # 10 of 91 days; three times as many where quarters' ends are strong
    after = usual.tables["deals"]
    won = pd.to_datetime(after.loc[after["status"] == "won", "closed_on"])
    assert ((won + pd.offsets.QuarterEnd(0) - won).dt.days < 10).mean() > 0.25
    # like mixes: the unlucky rep sells what everybody sells
    theirs = deals[deals["rep_id"] == even.truth.unlucky_mix_rep]["product_line"].value_counts(normalize=True)
    everybody = deals["product_line"].value_counts(normalize=True)
    assert np.abs(theirs.reindex(everybody.index).fillna(0) - everybody).max() < 0.15


def test_its_targets_follow_no_season() -> None:
    targets = make_company(reps=12, deals=300, activities_per_deal=0.2, even=True).tables["targets"]
    whole = targets[(targets["metric"] == "revenue") & (targets["source"] == "budget") & targets["team"].isna()]
    year = whole[whole["period"].str.startswith("2025") & whole["rep_id"].isna()]["value"]
    assert year.max() / year.min() < 1.2
