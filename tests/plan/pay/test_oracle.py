"""The sample company's payouts by plain pandas and floating point, written without a look at the package's way."""

from pathlib import Path

import pandas as pd
import pytest

from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.plan.pay import load_pay_plan, pay

LUMINA = Path(__file__).resolve().parents[3] / "params" / "pay" / "lumina.yml"
FIRST, LAST = pd.Timestamp("2025-10-01"), pd.Timestamp("2025-12-31")


def credited(events: pd.DataFrame, day: str, owners: pd.DataFrame, always: bool) -> pd.DataFrame:
    """Events with `who` and `part`: the owners of their deal on the day, if there are several or `always`."""
    both = events.merge(owners, on="deal_id", suffixes=("", "_owner"))
    both = both[
        (both["from"].isna() | (both["from"] <= both[day])) & (both["to"].isna() | (both["to"] >= both[day]))
    ]
    both["part"] = both["share"].fillna(1)
    if not always:
        both = both[both.groupby("key")["part"].transform("size") > 1]
    both["part"] /= both.groupby("key")["part"].transform("sum")
    rest = events[~events["key"].isin(both["key"])].assign(part=1.0)
    return pd.concat([both.assign(who=both["rep_id_owner"]), rest.assign(who=rest["rep_id"])])


def expected(dataset: Dataset) -> dict[str, float]:
    """What was earned by rep in the last quarter of 2025, by the rules of lumina.yml."""
    owners = dataset.table("deal_owners")
    orders = dataset.table("orders").rename(columns={"order_id": "key"})
    orders = orders[orders["ordered_on"].between(FIRST, LAST)]
    sold = credited(orders, "ordered_on", owners, always=False)
    revenue = (sold["amount"] * sold["part"]).groupby(sold["who"]).sum()
    service = sold[sold["product_line"] == "Controls & service"]
    profit = (service["gross_profit"] * service["part"]).groupby(service["who"]).sum()
    deals = dataset.table("deals").assign(key=lambda frame: frame["deal_id"])
    won = deals[(deals["status"] == "won") & deals["closed_on"].between(FIRST, LAST)]
    won = credited(won, "closed_on", owners, always=True)
    wins = won["part"].groupby(won["who"]).sum()
    done = dataset.table("activities")
    local = done["done_at"].dt.tz_localize(None)
    done = done[(done["type"] == "meeting") & (local >= FIRST) & (local < LAST + pd.Timedelta(days=1))]
    meetings = done.groupby("rep_id").size()
    targets = dataset.table("targets")
    own = targets[targets["rep_id"].notna()]
    quarter = own[own["period"] == "2025-Q4"].set_index(["metric", "rep_id"])["value"]
    months = own[(own["metric"] == "activity:meeting") & own["period"].isin(["2025-10", "2025-11", "2025-12"])]
    of_meetings = months.groupby("rep_id")["value"].sum()
    reps = dataset.table("reps")
    at_work = reps[(reps["hired_on"] <= LAST) & ~(reps["left_on"] < FIRST)]
    made = {}
    for row in at_work.itertuples():
        rep = row.rep_id
        first, last = max(FIRST, row.hired_on), min(LAST, LAST if pd.isna(row.left_on) else row.left_on)
        pay = 9000 * ((last - first).days + 1) / 92
        total = 0.0
        if quarter.get(("revenue", rep), 0) > 0:
            at = revenue.get(rep, 0.0) / quarter["revenue", rep]
            share = at + max(at - 1, 0) * 0.5 + max(at - 1.2, 0) * 0.5 if at >= 0.5 else 0
            total += 0.7 * pay * min(share, 2)
        margin = profit.get(rep, 0.0)
        total += min(2500, 0.01 * max(margin, 0) + 0.01 * max(margin - 20_000, 0))
        if quarter.get(("deals_won", rep), 0) > 0:
            total += 0.15 * pay * min(wins.get(rep, 0.0) / quarter["deals_won", rep], 1.5)
        if of_meetings.get(rep, 0) > 0:
            at = meetings.get(rep, 0) / of_meetings[rep]
            total += 0.15 * pay * (1 if at >= 1 else 0.5 if at >= 0.8 else 0)
        made[rep] = min(total, 2.5 * pay)
    return made


def test_what_is_earned_by_everybody(sample: Dataset) -> None:
    payouts = pay(Facts.of(sample), load_pay_plan(LUMINA), sample.period("2025-Q4"))
    by_hand = expected(sample)
    assert set(by_hand) == set(payouts.statements)
    assert len(by_hand) > 8
    for rep, one in payouts.statements.items():
        assert float(one.earned) == pytest.approx(by_hand[rep], abs=0.05), rep
