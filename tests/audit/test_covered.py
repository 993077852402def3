"""Coverage tried out on earlier quarters: against SQL, nothing of the future seen, too few quarters say so."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pasts import finding, past_of, query

from salesreport.audit.backtest import compare
from salesreport.audit.covered import QUARTERS, panel_of_quarters, tried_coverage
from salesreport.audit.model import Looked
from salesreport.audit.open_deals import reps_of
from salesreport.audit.sentences import backtest_of
from salesreport.dataset import Dataset

BEGUN = """
with quarters as (select distinct period, make_date(year, 3 * quarter - 2, 1) as start from (
        select period, cast(period[:4] as int) as year, cast(period[7:] as int) as quarter from targets
        where metric = 'revenue')),
    target as (select rep_id, start, value from targets join quarters using (period)
        where metric = 'revenue' and rep_id is not null and value > 0 and start + interval 3 month <= as_of + 1),
    pipeline as (select rep_id, taken_on, sum(amount) as open from snapshots group by all),
    came as (select rep_id, date_trunc('quarter', ordered_on)::date as start, sum(amount) as amount
        from orders group by all)
select target.rep_id, target.start, coalesce(open, 0) / value as coverage, coalesce(amount, 0) < value as missed
from target
left join pipeline on pipeline.rep_id = target.rep_id and taken_on = start - 1
left join came on came.rep_id = target.rep_id and came.start = target.start
where target.start > (select min(created_on) from deals)
order by all
"""


def test_quarters_of_reps_are_those_of_a_query(sample: Dataset) -> None:
    looked = Looked.at(sample)
    panel, days = panel_of_quarters(looked, 3.0)
    names = ("targets", "snapshots", "orders", "deals")
    sql = BEGUN.replace("as_of", f"date '{sample.as_of}'")
    oracle = query(sql, **{name: sample.table(name) for name in names})
    oracle = oracle[oracle["start"].isin(sorted(oracle["start"].unique())[-QUARTERS:])]
    assert len(days) == oracle["start"].nunique() > 8
    reps = reps_of(looked.facts).astype("str")
    mine = sorted(
        (str(days[look]), reps[rep] if rep < len(reps) else "", bool(flagged), bool(missed))
        for look, rep, flagged, missed in zip(panel.look, panel.rep, panel.flagged, panel.happened, strict=True)
    )
    theirs = sorted(
        (str(row.start.date()), row.rep_id, bool(row.coverage < 3.0), bool(row.missed))
        for row in oracle.itertuples()
    )
    assert len(mine) == len(theirs)
    # shared deals and orders count in parts, and after a change of hands for others: few rows may differ
    assert len(set(mine) & set(theirs)) > 0.97 * len(theirs)
    made = compare(panel)
    assert made.apart == "rep"
    assert made.lift.difference == tried_coverage(looked, 3.0).difference.value


def test_what_came_later_changes_nothing(sample: Dataset) -> None:
    then = Looked.at(sample, sample.as_of.replace(month=6, day=30))
    early, days = panel_of_quarters(then, 3.0)
    late, all_days = panel_of_quarters(Looked.at(sample), 3.0)
    shared = [one for one in days if one in all_days]
    assert len(shared) > 6

    def of(panel: object, days: tuple) -> list:
        chosen = np.isin(panel.look, [days.index(one) for one in shared])
        return list(zip(panel.rep[chosen], panel.flagged[chosen], panel.happened[chosen], strict=True))

    assert of(early, days) == of(late, all_days)


def test_a_company_without_targets_of_reps_has_too_few_quarters(tmp_path: Path) -> None:
    """Each quarter asks for 100; 400 are open on the first eves and 200 on the later ones."""
    deals = [
        {"deal_id": f"D{n}", "rep_id": "R", "status": "open", "created_on": "2023-12-01", "amount": 50.0}
        for n in range(4)
    ]
    deals += [
        {"deal_id": f"W{n}", "rep_id": "R", "status": "won", "created_on": "2023-12-01", "closed_on": "2024-08-15",
         "amount": 50.0} for n in range(4)
    ]  # fmt: skip
    deals.append({**deals[-1], "deal_id": "first", "closed_on": "2023-12-20"})  # since when closings are recorded
    targets = [
        {"metric": "revenue", "period": f"{year}-Q{quarter}", "value": 100.0}
        for year in (2024, 2025) for quarter in (1, 2, 3, 4)
    ]  # fmt: skip
    targets.append({"metric": "revenue", "period": "2026-Q1", "value": 100.0})
    eves = pd.date_range("2023-12-31", "2025-12-31", freq="QE")
    snapshots = [
        {"taken_on": str(eve.date()), "deal_id": one["deal_id"], "status": "open", "amount": 50.0, "rep_id": "R"}
        for eve in eves for one in deals if not str(eve.date()) > one.get("closed_on", "2099")
    ]  # fmt: skip
    looked = past_of(tmp_path / "d", deals=deals, targets=targets, snapshots=snapshots)
    panel, days = panel_of_quarters(looked, 3.0)
    # the first three quarters began with 4 times, the others with 2; only in the third one 200 came
    assert panel.flagged.tolist() == [False] * 3 + [True] * 5
    assert panel.happened.tolist() == [True, True, False] + [True] * 5
    assert len(days) == 8
    said = str(backtest_of(tried_coverage(looked, 3.0)))
    assert said == "Of what was flagged earlier: cannot be told; only 3 quarters began otherwise."
    assert finding(looked, "coverage").found.backtest.lift is None


def test_without_any_target_nothing_was_tried(tmp_path: Path) -> None:
    deals = [{"deal_id": "a", "rep_id": "R", "status": "open", "created_on": "2025-02-01", "amount": 5.0}]
    made = tried_coverage(past_of(tmp_path / "d", deals=deals), 3.0)
    assert "no earlier quarter is known that had a target" in str(made.why)


@pytest.mark.parametrize("least", [0.0, 1e9])
def test_where_all_or_none_began_so_nothing_is_told(sample: Dataset, least: float) -> None:
    made = tried_coverage(Looked.at(sample), least)
    assert made.lift is None
    assert str(made.why).startswith("only 0 quarters began")
