"""The full table by rep against a DuckDB query written from the definitions, on a random dataset."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from cases import dataset_of

from salesreport.kpi import Facts, compute
from salesreport.period import Period

QUERY = """
with split as (  -- every deal with whoever had which share of it on each of three days
    select d.*, e.kind, e.day, coalesce(o.rep_id, d.rep_id) credited, coalesce(o.share, 1) as part
    from deals d
    cross join lateral (
      values ('created', d.created_on), ('closed', d.closed_on), ('open', date '2024-06-30')
    ) e(kind, day)
    left join deal_owners o
      on o.deal_id = d.deal_id and coalesce(o."from", date '1900-01-01') <= e.day
      and e.day <= coalesce(o."to", date '2999-01-01')
),
closed as (
    select credited rep_id,
      sum(part) filter (status = 'won') deals_won, sum(part) filter (status = 'lost') deals_lost,
      sum(part) deals_closed,
      sum(part * amount) filter (status = 'won') revenue,
      sum(part * units) filter (status = 'won') units,
      sum(part * gross_profit) filter (status = 'won') gross_profit,
      sum(part * amount) filter (status = 'won') / sum(part * amount) win_rate_amount,
      sum(part * date_diff('day', created_on, closed_on)) filter (status = 'won')
        / sum(part) filter (status = 'won') cycle_days_mean
    from split
    where kind = 'closed' and status <> 'open' and day between '2024-04-01' and '2024-06-30'
    group by all
),
before as (
    select credited rep_id, sum(part * amount) revenue_before
    from split where kind = 'closed' and status = 'won' and day between '2024-01-01' and '2024-03-31' group by all
),
created as (
    select credited rep_id, sum(part) deals_created,
      sum(part) filter (deal_id not in (select deal_id from leads where deal_id is not null)) deals_not_from_leads
    from split where kind = 'created' and day between '2024-04-01' and '2024-06-30' group by all
),
open as (
    select credited rep_id, sum(part) deals_in_funnel, sum(part * s.amount) pipeline_value
    from split join snapshots s using (deal_id)  -- what they were worth on the day, not today
    where kind = 'open' and created_on <= '2024-06-30' and (split.status = 'open' or closed_on > '2024-06-30')
    group by all
),
acts as (
    select rep_id, count(*) activity, count(*) filter (type = 'call') "activity:call"
    from activities where cast(done_at as date) between '2024-04-01' and '2024-06-30' group by all
),
led as (
    select rep_id, count(*) leads_processed, count(*) filter (outcome = 'converted') leads_converted
    from leads where cast(processed_at as date) between '2024-04-01' and '2024-06-30' group by all
)
select * from closed full join before using (rep_id) full join created using (rep_id) full join open using (rep_id)
  full join acts using (rep_id) full join led using (rep_id)
"""

COUNTS = [
    "deals_won", "deals_lost", "deals_closed", "revenue", "units", "gross_profit", "deals_created",
    "deals_not_from_leads", "deals_in_funnel", "pipeline_value", "activity", "activity:call", "leads_processed",
    "leads_converted",
]  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """600 deals of 12 reps; a third changes hands or is shared."""
    random = np.random.default_rng(5)
    n = 600
    reps = np.array([f"R{number:02d}" for number in range(12)])
    created = pd.Timestamp("2023-10-01") + pd.to_timedelta(random.integers(0, 400, n), "D")
    closed = created + pd.to_timedelta(random.integers(0, 200, n), "D")
    status = np.where(closed > "2024-12-31", "open", np.where(random.random(n) < 0.4, "won", "lost"))
    deals = pd.DataFrame(
        {
            "deal_id": [f"D{number}" for number in range(n)],
            "rep_id": reps[random.integers(0, 12, n)],
            "status": status,
            "created_on": created,
            "closed_on": pd.Series(closed).where(status != "open"),
            "amount": random.lognormal(9, 1, n).round(2),
            "units": random.integers(1, 9, n).astype(float),
            "gross_profit": random.normal(100, 50, n).round(2),
        }
    )
    owners = []
    for number in range(0, n, 3):
        one, other = (str(rep) for rep in random.choice(reps, 2, replace=False))
        when = created[number] + pd.Timedelta(days=int(random.integers(0, 100)))
        if number % 2:
            owners.append((f"D{number}", one, None, None, 0.3))
            owners.append((f"D{number}", other, None, None, 0.7))
        else:
            owners.append((f"D{number}", one, None, when, 1.0))
            owners.append((f"D{number}", other, when + pd.Timedelta(days=1), None, 1.0))
    when = pd.Timestamp("2024-03-01") + pd.to_timedelta(random.integers(0, 200 * 24 * 60, 400), "min")
    open_then = (created <= "2024-06-30") & ((status == "open") | (closed > "2024-06-30"))
    seen = deals.loc[open_then, ["deal_id", "rep_id"]].assign(
        taken_on=pd.Timestamp("2024-06-30"), status="open", amount=deals["amount"] * random.uniform(0.5, 1.5, n)
    )
    return {
        "deals": deals,
        "snapshots": seen,
        "deal_owners": pd.DataFrame(owners, columns=["deal_id", "rep_id", "from", "to", "share"]),
        "activities": pd.DataFrame(
            {
                "activity_id": [str(number) for number in range(400)],
                "rep_id": reps[random.integers(0, 12, 400)],
                "type": random.choice(["call", "visit"], 400),
                "done_at": when,
            }
        ),
        "leads": pd.DataFrame(
            {
                "lead_id": [str(number) for number in range(400)],
                "created_at": when,
                "rep_id": reps[random.integers(0, 12, 400)],
                "processed_at": pd.Series(when).where(random.random(400) < 0.9),
                "outcome": random.choice(["open", "converted", "rejected"], 400),
                "deal_id": pd.Series([f"D{n}" for n in random.permutation(n)[:400]]).where(
                    random.random(400) < 0.5
                ),
            }
        ),
    }


def test_the_full_table_by_rep_agrees_with_sql(tables, tmp_path):
    facts = Facts.of(dataset_of(tmp_path / "dataset", "2024-12-31", tables))
    table = compute(facts, Period.parse("2024-Q2"), by=["rep_id"])
    assert table.frame["rep_id"].nunique() == 12
    found = table.frame.pivot(index="rep_id", columns="metric", values="value")
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            connection.register(name, frame.astype(dict.fromkeys(frame.select_dtypes("str"), "object")))
        expected = connection.execute(QUERY).df().set_index("rep_id").sort_index()
    expected[COUNTS] = expected[COUNTS].fillna(0)
    expected["win_rate"] = expected["deals_won"] / expected["deals_closed"]
    expected["avg_deal_size"] = expected["revenue"] / expected["deals_won"]
    expected["growth"] = expected["revenue"] / expected["revenue_before"] - 1
    expected["lead_conversion"] = expected["leads_converted"] / expected["leads_processed"]
    expected["velocity"] = (
        expected["deals_in_funnel"]
        * expected["avg_deal_size"]
        * expected["win_rate"]
        / expected["cycle_days_mean"]
    )
    expected = expected.drop(columns="revenue_before")
    left = {"median_deal_size", "cycle_days", "activity:visit"}
    assert set(found.columns) - left == set(expected.columns)
    for metric in expected.columns:
        np.testing.assert_allclose(found[metric], expected[metric], rtol=1e-9, err_msg=metric)


def test_medians_without_shares_agree_with_sql(tables, tmp_path):
    facts = Facts.of(dataset_of(tmp_path / "dataset", "2024-12-31", {"deals": tables["deals"]}))
    table = compute(facts, Period.parse("2024-Q2"), ["cycle_days", "median_deal_size"], by=["rep_id"])
    found = table.frame.pivot(index="rep_id", columns="metric", values="value")
    deals = tables["deals"].assign(
        **{c: tables["deals"][c].astype("object") for c in ("deal_id", "rep_id", "status")}
    )
    with duckdb.connect() as connection:
        connection.register("deals", deals)
        expected = connection.execute(
            """
            select rep_id, median(date_diff('day', created_on, closed_on)) cycle_days,
              median(amount) median_deal_size
            from deals where status = 'won' and closed_on between '2024-04-01' and '2024-06-30'
            group by all order by all
            """
        ).df().set_index("rep_id")  # fmt: skip
    for metric in expected.columns:
        np.testing.assert_allclose(found[metric].dropna(), expected[metric], err_msg=metric)
