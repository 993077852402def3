"""Closing dates put off, and deals at a milestone for too long: every rule by hand, the sample by plain pandas."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, deal, value, values
from test_journeys import FILE, move

from salesreport.dataset import Dataset
from salesreport.kpi import Facts, compute
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import Journeys
from salesreport.kpi.milestones.promises import LEAST_STAYS, promises, slipped_deals, stale_deals
from salesreport.kpi.milestones.reached import process_file
from salesreport.period import Period
from salesreport.stats.intervals import wilson

Q1 = Period.parse("2024-Q1")


def seen(taken_on: str, number: int, expected: str | None, **more: Any) -> dict[str, Any]:
    """A snapshot of an open deal with its expected close."""
    return {
        "taken_on": pd.Timestamp(taken_on),
        "deal_id": f"D{number}",
        "status": "open",
        "rep_id": "ann",
        "expected_close_on": pd.Timestamp(expected) if expected else None,
        **more,
    }


def slipped(given: Given, snapshots: Rows, *deals: dict[str, Any]) -> dict[str, bool]:
    """Whether each deal slipped in the first quarter; seen from the end of 2024."""
    facts = given(deals=[*deals], snapshots=snapshots)
    found = promises(facts, Q1.start, Q1.end)
    ids = facts.columns.series("deals", "deal_id").to_numpy(object)[found.deal]
    return dict(zip(ids, found.slipped.tolist(), strict=True))


def old(number: int, **more: Any) -> dict[str, Any]:
    """A deal that was created long ago."""
    return deal(number, "ann", "open", "2023-01-01") | more


def test_a_deal_slips_when_it_is_put_off_beyond_a_month_s_end(given: Given):
    snapshots = [
        *(seen("2023-12-31", number, "2024-02-10") for number in range(1, 7)),
        seen("2024-01-31", 1, "2024-02-28"),  # later, in the same month
        seen("2024-01-31", 2, "2024-03-01"),
        seen("2024-01-31", 3, "2024-03-01"), seen("2024-02-29", 3, "2024-02-20"),  # put off, and back
        seen("2024-01-31", 4, "2024-01-20"),  # earlier
        seen("2024-03-31", 6, "2024-02-10"), seen("2024-04-30", 6, "2024-08-01"),  # after the quarter
        seen("2024-02-29", 7, "2024-05-01"), seen("2024-03-31", 7, "2024-09-01"),  # no date at the start
    ]  # fmt: skip
    deals = [old(number) for number in (1, 2, 3, 4, 6)]
    deals += [deal(5, "ann", "won", "2023-01-01", "2024-01-20"), deal(7, "ann", "open", "2024-02-01")]
    assert slipped(given, snapshots, *deals) == {
        "D1": False, "D2": True, "D3": True, "D4": False, "D5": False, "D6": False,
    }  # fmt: skip


def test_the_first_correction_of_a_default_is_no_slip(given: Given):
    young = [deal(number, "ann", "open", "2023-12-20") for number in (1, 2, 3)]
    snapshots = [
        *(seen("2023-12-31", number, "2024-01-31") for number in (1, 2, 3, 4)),
        seen("2024-01-31", 1, "2024-03-31"), seen("2024-02-29", 1, "2024-03-31"),  # corrected, may be in time
        seen("2024-01-31", 2, "2024-03-31"), seen("2024-02-29", 2, "2024-04-30"),  # and put off then
        seen("2024-01-18", 3, "2024-01-31"), seen("2024-01-31", 3, "2024-03-31"),  # not yet 29 days old: may be
        seen("2024-01-20", 4, "2024-01-31"), seen("2024-01-31", 4, "2024-03-31"),  # 31 days old: not any more
    ]  # fmt: skip
    deals = [*young, deal(4, "ann", "open", "2023-12-20")]
    assert slipped(given, snapshots, *deals) == {"D1": False, "D2": True, "D3": False, "D4": True}


def test_slippage_as_a_metric(given: Given):
    snapshots = [seen("2023-12-31", number, "2024-02-10") for number in range(1, 5)]
    snapshots += [seen("2024-03-31", 1, "2024-05-01"), seen("2024-03-31", 2, "2024-02-10")]
    owners = [
        {"deal_id": "D1", "rep_id": rep, "from": None, "to": None, "share": share}
        for rep, share in (("ann", 0.5), ("bob", 0.5))
    ]
    facts = given(deals=[old(number) for number in range(1, 5)], snapshots=snapshots, deal_owners=owners)
    table = compute(facts, Q1, ["slippage"], by=["rep_id"])
    assert values(table, "slippage") == {"ann": pytest.approx(0.5 / 3.5), "bob": 1}
    assert value(table, "slippage", "n", rep_id="ann") == 3.5
    whole = compute(facts, Q1, ["slippage"])
    # Wilson, one of four: (0.25 + 1.92/4 ± 1.96 √(0.25·0.75/4 + 3.8416/64)) / (1 + 3.8416/4) = 0.0456 … 0.6994
    bounds = [round(value(whole, "slippage", name), 4) for name in ("value", "lower", "upper")]
    assert bounds == [0.25, 0.0456, 0.6994]
    [row] = slipped_deals(facts, Q1.start, Q1.end).to_dict("records")
    assert (row["deal_id"], row["days"]) == ("D1", 81)  # 10 February to 1 May in a leap year: 19 + 31 + 30 + 1


def test_slippage_needs_snapshots_with_dates(given: Given):
    facts = given(deals=[old(1)])
    assert "snapshots" in str(compute(facts, Q1, ["slippage"]).unavailable["slippage"])
    late = given(deals=[old(1)], snapshots=[seen("2024-02-29", 1, "2024-05-01")])
    assert "known" in str(compute(late, Q1, ["slippage"]).unavailable["slippage"])
    gap = given(deals=[old(1)], snapshots=[seen("2023-12-31", 1, "2024-05-01")])
    assert "needs a snapshot between" in str(compute(gap, Q1, ["slippage"]).unavailable["slippage"])


def test_slippage_of_the_sample_by_plain_pandas(sample: Dataset):
    """Month-end snapshots: the last of them is the quarter's last day."""
    facts, period = Facts.of(sample), sample.period("2025-Q3")
    shots = sample.table("snapshots", ["taken_on", "deal_id", "expected_close_on"]).sort_values("taken_on")
    shots = shots[shots["taken_on"] <= "2025-09-30"]
    created = sample.table("deals", ["deal_id", "created_on"]).set_index("deal_id")["created_on"]
    expected = {}
    for name, theirs in shots.groupby("deal_id"):
        start = theirs[theirs["taken_on"] == "2025-06-30"]
        if start.empty or name not in created.index:
            continue
        dates, days = theirs["expected_close_on"].tolist(), theirs["taken_on"].tolist()
        first = next((n for n in range(1, len(dates)) if dates[n] != dates[n - 1]), None)
        corrected = first is not None and (days[first - 1] - created[name]).days < 30
        if corrected and days[first] > pd.Timestamp("2025-06-30"):
            base, later = dates[first], dates[first:]
        else:
            base, later = start["expected_close_on"].iloc[0], dates[days.index(pd.Timestamp("2025-06-30")) :]
        expected[name] = max(later).to_period("M") > base.to_period("M")
    table = compute(facts, period, ["slippage"])
    assert value(table, "slippage", "n") == len(expected)
    assert value(table, "slippage") == pytest.approx(np.mean(list(expected.values())))
    ids = slipped_deals(facts, period.start, period.end)["deal_id"]
    assert set(ids) == {name for name, put_off in expected.items() if put_off}


# --- stale


def company(lengths: list[int], going: int) -> dict[str, Rows]:
    """Deals that were in talks for so many days up to November, and one that has been since so many days."""
    deals, moves = [], []
    for number, days in enumerate(lengths):
        end = dt.date(2024, 11, 1)
        deals.append(deal(number, "ann", "lost", str(end - dt.timedelta(days)), str(end)))
        moves += [move(number, "Talks", str(end - dt.timedelta(days))), move(number, "No deal", str(end))]
    since = dt.date(2024, 12, 31) - dt.timedelta(going)
    deals.append(deal(80, "bob", "open", str(since)))
    moves.append(move(80, "Talks", str(since)))
    return {"deals": deals, "stage_events": moves}


def test_stale_is_longer_than_four_in_five_took(given: Given):
    # of 1 … 20 days the 16th is the limit: 16 of 20 are no longer; 17 days are too long, 16 are not
    for days, stale in ((17, 1), (16, 0)):
        facts = given(**company(list(range(20, 0, -1)), days))
        table = compute(facts, Period.parse("2024-Q4"), ["stale"], by=["rep_id"])
        if stale:
            [row] = stale_deals(facts, process_file(facts), dt.date(2024, 12, 31)).to_dict("records")
            assert row == {"deal_id": "D80", "process": "CRM", "milestone": "talks", "days": 17, "limit": 16}
        assert values(table, "stale") == {"bob": stale}
        assert value(table, "stale", "n", rep_id="bob") == 1
        assert value(table, "stale", "upper", rep_id="bob") == pytest.approx(wilson(stale, 1).upper)


def test_too_few_stays_say_nothing(given: Given):
    facts = given(**company([5] * (LEAST_STAYS - 1), 400))
    reason = compute(facts, Period.parse("2024-Q4"), ["stale"]).unavailable["stale"]
    assert str(LEAST_STAYS) in str(reason)
    with pytest.raises(Unavailable):
        stale_deals(facts, FILE, dt.date(2024, 12, 31))


def test_only_the_last_year_says_what_is_too_long(given: Given):
    rows = company([5] * 30, 40)
    for move_ in rows["stage_events"][:-1]:
        move_["entered_at"] = f"{pd.Timestamp(move_['entered_at']) - pd.Timedelta(days=500):%Y-%m-%d %H:%M}"
    for row in rows["deals"][:-1]:
        row["created_on"], row["closed_on"] = (
            str((pd.Timestamp(row[name]) - pd.Timedelta(days=500)).date()) for name in ("created_on", "closed_on")
        )
    assert "stale" in compute(given(**rows), Period.parse("2024-Q4"), ["stale"]).unavailable


def test_stale_deals_of_the_sample_by_plain_pandas(sample: Dataset):
    facts = Facts.of(sample)
    day, file = dt.date(2025, 9, 30), process_file(facts)
    stays = Journeys.of(facts, file, day).frame()
    now = pd.Timestamp(day)
    left = stays[(stays["left"] > now - pd.Timedelta(days=365)) & (stays["left"] <= now)]
    limit = (
        (left["left"] - left["entered"]).dt.days.groupby(left["milestone"]).quantile(0.8, interpolation="higher")
    )
    standing = stays[stays["left"].isna()]
    age = (now - standing["entered"]).dt.days
    # the smallest number of days that at least 80 % did not exceed
    exact = {
        key: sorted((one["left"] - one["entered"]).dt.days)[int(np.ceil(0.8 * len(one) - 1e-9)) - 1]
        for key, one in left.groupby("milestone")
    }
    assert all(abs(exact[key] - limit[key]) <= 2 for key in exact)
    expected = set(standing.loc[age > standing["milestone"].map(exact), "deal_id"])
    assert set(stale_deals(facts, file, day)["deal_id"]) == expected
    assert 20 < len(expected) < len(standing) / 2
    table = compute(facts, Period.span(day, day), ["stale"])
    assert value(table, "stale") == pytest.approx(len(expected) / len(standing))
