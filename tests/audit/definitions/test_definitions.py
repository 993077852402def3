"""Every definition worked out by hand, and against SQL written from its words."""

import math
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from cases import dataset_of, deal
from scipy.stats import beta, binomtest

from salesreport import Dataset
from salesreport.audit.definitions import Compared, definitions, how_far, notes
from salesreport.audit.definitions.cohort import Asked, ratio_of_counts
from salesreport.audit.definitions.owners import by_owner
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.period import Period

Q2 = Period.parse("2025-Q2")


def day(written: str | None) -> pd.Timestamp | None:
    return None if written is None else pd.Timestamp(written)


DEALS = [
    deal(1, "Ann", "won", "2025-04-01", "2025-05-01", amount=100.0, account_id="A"),
    deal(2, "Ann", "lost", "2025-04-02", "2025-05-02", amount=300.0, account_id="A"),
    deal(3, "Ann", "won", "2025-02-01", "2025-04-10", amount=200.0, account_id="A"),
    deal(4, "Ann", "lost", "2025-02-02", "2025-04-20", amount=100.0, account_id="B"),
    deal(5, "Ann", "lost", "2025-02-03", "2025-03-20", amount=100.0, account_id="B"),
    deal(6, "Ann", "open", "2025-04-05", amount=400.0, expected_close_on=day("2025-06-15")),
    deal(7, "Ann", "open", "2025-03-01", amount=100.0, expected_close_on=day("2025-09-30")),
    deal(8, "Bob", "won", "2025-05-05", "2025-05-05", amount=50.0, account_id="B"),
    deal(9, "Bob", "won", "2025-03-15", "2025-06-01", amount=150.0, account_id="C"),
    deal(10, "Bob", "open", "2025-06-01", amount=100.0, expected_close_on=day("2025-06-30")),
    deal(11, "Bob", "lost", "2025-06-02", "2025-06-20", amount=100.0, account_id="C"),
]
OWNERS = [  # the first deal was Bob's for two weeks
    {"deal_id": "D1", "rep_id": "Bob", "from": "2025-04-01", "to": "2025-04-15"},
    {"deal_id": "D1", "rep_id": "Ann", "from": "2025-04-16", "to": None},
]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    path = tmp_path_factory.mktemp("hand") / "dataset"
    return Facts.of(dataset_of(path, "2025-06-30", {"deals": DEALS, "deal_owners": OWNERS}))


def values(compared: Compared, metric: str) -> dict[str, float]:
    rows = compared.of(metric)
    return dict(zip(rows["definition"], rows["value"], strict=True))


def test_win_rates_by_number(facts: Facts) -> None:
    assert values(definitions(facts, Q2), "win_rate") == pytest.approx(
        {
            "closed": 4 / 7,  # won 1, 3, 8, 9; lost 2, 4, 11
            "closed_without_direct": 3 / 6,  # without 8
            "created_closed": 2 / 4,  # won 1, 8; lost 2, 11
            "created_all": 2 / 6,  # and open 6, 10
            "due": 4 / 9,  # the seven closed, and open 6, 10, expected in June
            "overdue_lost": 4 / 8,  # the seven closed, and 6; 10 is due today
            "worked": 4 / 10,  # all but 5, which closed in March
            "won_to_created": 4 / 6,
        }
    )


def test_win_rates_by_money(facts: Facts) -> None:
    assert values(definitions(facts, Q2), "win_rate_amount") == pytest.approx(
        {
            "closed": 500 / 1000,  # won 100 + 200 + 50 + 150; lost 300 + 100 + 100
            "created_closed": 150 / 550,  # won 100 + 50; lost 300 + 100
            "created_all": 150 / 1050,  # and open 400 + 100
            "due": 500 / 1500,
        }
    )


def test_deal_sizes_and_cycles(facts: Facts) -> None:
    compared = definitions(facts, Q2)
    assert values(compared, "avg_deal_size") == pytest.approx(
        {
            "mean_won": 125.0,  # 100, 200, 50, 150
            "median_won": 125.0,
            "mean_won_zero": 125.0,
            "mean_closed": 1000 / 7,
            "mean_open": 600 / 3,  # 400, 100, 100
            "per_customer": 500 / 3,  # A 300, B 50, C 150
        }
    )
    assert values(compared, "cycle_days") == pytest.approx(
        {
            "median_won": 49.0,  # 0, 30, 68, 78
            "mean_won": 44.0,
            "mean_closed": 301 / 7,  # and 30, 77, 18
            "median_created": 15.0,  # of 1 and 8: 30, 0
            "mean_open": 236 / 3,  # 86, 121, 29
        }
    )


def test_intervals_are_those_of_independent_sources(facts: Facts) -> None:
    rows = definitions(facts, Q2).frame.set_index(["metric", "definition"])
    closed = rows.loc[("win_rate", "closed")]
    wilson = binomtest(4, 7).proportion_ci(method="wilson")
    assert (closed["n"], closed["lower"], closed["upper"]) == pytest.approx((7, wilson.low, wilson.high))
    ratio = rows.loc[("win_rate", "won_to_created")]  # Jeffreys for 4 of 4 + 6, as odds
    low, high = (beta.ppf(tail, 4.5, 6.5) for tail in (0.025, 0.975))
    assert high / (1 - high) > 1  # a rate over 100 % is none, so its interval ends there
    assert (ratio["lower"], ratio["upper"]) == pytest.approx((low / (1 - low), 1.0))


def test_more_won_than_created_is_no_rate(facts: Facts) -> None:
    with pytest.raises(Unavailable, match="it is no rate: 5 ÷ 4 in the period"):
        ratio_of_counts(5, 4)
    assert ratio_of_counts(4, 4).value == 1.0
    assert np.isnan(ratio_of_counts(3, 0).value)  # nothing to divide by
    frame = definitions(facts, Q2).frame
    rates = frame[frame["unit"] == "share"][["value", "upper"]]
    assert not (rates > 1).any(axis=None)


def test_the_reports_own_definitions_are_its_metrics(sample: Dataset) -> None:
    facts, period = Facts.of(sample), Period.parse("2025-Q4")
    compared = definitions(facts, period)
    used = compared.frame[compared.frame["used_by_report"]]
    assert len(used) >= 10
    table = compute(facts, period, list(used["metric"])).frame.set_index("metric")
    for _, row in used[used["value"].notna()].iterrows():
        own = table.loc[row["metric"]]
        for name in ("value", "n", "lower", "upper"):
            assert row[name] == pytest.approx(own[name]), (row["metric"], name)
        assert row["unit"] == own["unit"]


QUERY = """
with d as (select *, coalesce(closed_on, expected_close_on) due from deals)
select
  avg((status = 'won')::int) filter (status <> 'open' and closed_on between a and b) closed,
  avg((status = 'won')::int) filter (status <> 'open' and closed_on between a and b and created_on <> closed_on)
    closed_without_direct,
  avg((status = 'won')::int) filter (status <> 'open' and created_on between a and b) created_closed,
  avg((status = 'won')::int) filter (created_on between a and b) created_all,
  avg((status = 'won')::int) filter (due between a and b) due,
  avg((status = 'won')::int) filter (
    (status <> 'open' and closed_on between a and b)
    or (status = 'open' and expected_close_on between a and b and expected_close_on < date '2025-12-31')
  ) overdue_lost,
  count(*) filter (status = 'won' and closed_on between a and b)
    / count(*) filter (created_on <= b and (status = 'open' or closed_on >= a)) worked,
  count(*) filter (status = 'won' and closed_on between a and b) / count(*) filter (created_on between a and b)
    won_to_created,
  sum(amount) filter (status = 'won' and closed_on between a and b)
    / sum(amount) filter (status <> 'open' and closed_on between a and b) money_closed,
  sum(amount) filter (status = 'won' and created_on between a and b)
    / sum(amount) filter (created_on between a and b) money_created_all,
  avg(amount) filter (status = 'won' and closed_on between a and b and amount > 0) mean_won,
  median(amount) filter (status = 'won' and closed_on between a and b and amount > 0) median_won,
  avg(amount) filter (status <> 'open' and closed_on between a and b and amount > 0) mean_closed,
  avg(amount) filter (status = 'open' and amount > 0) mean_open,
  median(closed_on - created_on) filter (status = 'won' and closed_on between a and b) cycle_median_won,
  avg(closed_on - created_on) filter (status <> 'open' and closed_on between a and b) cycle_mean_closed,
  median(closed_on - created_on) filter (status = 'won' and created_on between a and b) cycle_median_created,
  avg(date '2025-12-31' - created_on) filter (status = 'open') cycle_mean_open
from d, (select date '2025-01-01' a, date '2025-12-31' b)
"""

LEADS = """
select
  avg((outcome = 'converted')::int) filter (cast(processed_at as date) between a and b) processed,
  avg((outcome = 'converted')::int) filter (cast(created_at as date) between a and b) created_all,
  avg((outcome = 'converted')::int)
    filter (cast(created_at as date) between a and b and outcome <> 'open') created_decided
from leads, (select date '2025-01-01' a, date '2025-12-31' b)
"""


def test_all_agree_with_sql(sample: Dataset) -> None:
    compared = definitions(Facts.of(sample), Period.parse("2025"))
    dates = ["created_on", "closed_on", "expected_close_on"]
    deals = sample.table("deals", [*dates, "status", "amount"])
    deals[dates] = deals[dates].apply(lambda column: column.dt.date)
    leads = sample.table("leads", ["created_at", "processed_at", "outcome"])
    for name in ("created_at", "processed_at"):
        leads[name] = leads[name].dt.tz_localize(None)
    with duckdb.connect() as connection:
        connection.register("deals", deals.astype({"status": object}))
        connection.register("leads", leads.astype({"outcome": object}))
        truth = connection.execute(QUERY).df().iloc[0].to_dict()
        led = connection.execute(LEADS).df().iloc[0].to_dict()
    number, money = values(compared, "win_rate"), values(compared, "win_rate_amount")
    assert number == pytest.approx({key: truth[key] for key in number})
    assert {key: money[key] for key in ("closed", "created_all")} == pytest.approx(
        {"closed": truth["money_closed"], "created_all": truth["money_created_all"]}
    )
    sizes, cycles = values(compared, "avg_deal_size"), values(compared, "cycle_days")
    for key in ("mean_won", "median_won", "mean_closed", "mean_open"):
        assert sizes[key] == pytest.approx(truth[key])
    for key in ("median_won", "mean_closed", "median_created", "mean_open"):
        assert cycles[key] == pytest.approx(truth[f"cycle_{key}"])
    assert values(compared, "lead_conversion") == pytest.approx(led)


def test_of_a_part_only_its_deals_count(facts: Facts) -> None:
    ann = values(definitions(facts, Q2, {"rep_id": "Ann"}), "win_rate")
    assert ann["closed"] == pytest.approx(2 / 4)  # won 1, 3; lost 2, 4
    assert ann["created_all"] == pytest.approx(0 / 2)  # 2 and 6: on the day it was created 1 was Bob's
    with pytest.raises(ConfigError):
        definitions(facts, Q2, {"rep_id": "Nobody"})
    with pytest.raises(ConfigError):
        definitions(facts, Period.parse("2026-Q1"))


def test_first_and_last_owner(facts: Facts) -> None:
    found, why = by_owner(Asked.of(facts, Q2))
    assert why is None
    rates = found.set_index("rep_id")[["then", "first", "last"]]
    assert rates.loc["Ann"].tolist() == pytest.approx([2 / 4, 1 / 3, 2 / 4])  # without 1: won 3; lost 2, 4
    assert rates.loc["Bob"].tolist() == pytest.approx([2 / 3, 3 / 4, 2 / 3])  # with 1: won 1, 8, 9; lost 11
    said = [str(note) for note in notes(definitions(facts, Q2))]
    assert any("2 reps’ win rates out of 2 change" in note and "by 17 percentage points" in note for note in said)


def test_what_the_data_cannot_carry_has_a_reason_and_no_value(tmp_path: Path) -> None:
    rows = [
        deal(1, "Ann", "won", "2025-04-01", "2025-05-01", amount=100.0),
        deal(2, "Ann", "lost", "2025-04-01", "2025-05-01"),
    ]
    compared = definitions(Facts.of(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows})), Q2)
    frame = compared.frame.set_index(["metric", "definition"])
    assert (frame["value"].isna() == frame["reason"].notna()).all()
    reasons = {key: str(reason) for key, reason in frame["reason"].dropna().items()}
    assert "expected closing dates" in reasons[("win_rate", "due")]
    assert reasons[("win_rate", "created_all")] == "needs open deals; this export has none"
    assert reasons[("win_rate_amount", "closed")] == "needs amounts; 1 deal not won of 1 carries none"
    assert "the customers of deals" in reasons[("avg_deal_size", "per_customer")]
    assert values(compared, "win_rate")["closed"] == pytest.approx(0.5)


def test_a_missing_amount_is_no_zero(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "won", "2025-04-01", "2025-05-01", amount=100.0) for n in range(3)]
    rows += [
        deal(9, "Ann", "won", "2025-04-01", "2025-05-01"),
        deal(10, "Ann", "lost", "2025-04-01", "2025-05-01"),
    ]
    sizes = values(
        definitions(Facts.of(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows})), Q2), "avg_deal_size"
    )
    assert (sizes["mean_won"], sizes["mean_won_zero"]) == (100.0, 75.0)


def test_one_more_open_deal_changes_only_what_counts_open_ones(tmp_path: Path, facts: Facts) -> None:
    more = [*DEALS, deal(12, "Bob", "open", "2025-04-09", amount=10.0)]
    tables = {"deals": more, "deal_owners": OWNERS}
    before = definitions(facts, Q2).frame
    after = definitions(Facts.of(dataset_of(tmp_path / "d", "2025-06-30", tables)), Q2).frame
    moved = before.loc[~(before["value"].eq(after["value"]) | before["value"].isna()), ["metric", "definition"]]
    assert set(moved.itertuples(index=False, name=None)) == {
        ("win_rate", "created_all"),
        ("win_rate", "worked"),
        ("win_rate", "won_to_created"),
        ("win_rate_amount", "created_all"),
        ("avg_deal_size", "mean_open"),
        ("cycle_days", "mean_open"),
    }


def test_no_losses_no_win_rate(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "won", "2025-04-01", "2025-05-01", amount=100.0) for n in range(3)]
    compared = definitions(Facts.of(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows})), Q2)
    assert compared.of("win_rate", "win_rate_amount").empty
    assert how_far(compared, "win_rate", "win_rate_amount") is None
    assert values(compared, "avg_deal_size")["mean_won"] == 100.0


def test_without_any_deal(tmp_path: Path) -> None:
    orders = [{"order_id": "1", "rep_id": "Ann", "ordered_on": "2025-04-01", "amount": 1.0}]
    compared = definitions(Facts.of(dataset_of(tmp_path / "d", "2025-06-30", {"orders": orders})), Q2)
    assert compared.frame["value"].isna().all()
    assert all(" deals" in str(one) or " leads" in str(one) for one in compared.frame["reason"])


def test_the_sentence(facts: Facts) -> None:
    assert str(how_far(definitions(facts, Q2), "win_rate", "win_rate_amount")) == (
        "Win rate 14% – 67%, depending on the definition; "
        "this report uses “won ÷ won or lost, closed in the period” (57%)."
    )
    assert all(math.isfinite(one) for one in values(definitions(facts, Q2), "win_rate").values())
