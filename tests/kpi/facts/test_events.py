"""Activities, leads and feedback, worked by hand."""

import numpy as np
import pytest
from cases import Given, deal, value, values
from scipy import stats

from salesreport.errors import ConfigError
from salesreport.kpi import compute, contract
from salesreport.period import Period

Q1 = Period.parse("2024-Q1")


def activity(number: int, rep: str, kind: str, at: str, **more: object) -> dict[str, object]:
    return {"activity_id": f"A{number}", "rep_id": rep, "type": kind, "done_at": at, **more}


ACTIVITIES = [
    activity(1, "ann", "call", "2023-12-31 23:59", account_id="C1"),
    activity(2, "ann", "call", "2024-01-01 00:00", account_id="C1"),
    activity(3, "ann", "meeting", "2024-03-31 23:59", deal_id="D1"),
    activity(4, "bob", "meeting", "2024-02-01 12:00"),
    activity(5, "bob", "call", "2024-04-01 00:00"),
]
ACCOUNTS = [{"account_id": "C1", "segment": "X"}, {"account_id": "C2", "segment": "Y"}]
DEALS = [
    deal(1, "ann", "won", "2024-01-05", "2024-02-01", amount=9.0, account_id="C2", lead_source="fair"),
    deal(2, "ann", "open", "2024-01-06", amount=9.0, segment="Z", account_id="C2"),
    deal(3, "bob", "open", "2024-01-07", amount=9.0),
]


def test_activities_are_counted_in_the_local_day_and_by_type(given: Given):
    facts = given(activities=ACTIVITIES)
    table = compute(facts, Q1, ["activity", "activity:call", "activity:meeting"], by=["rep_id"])
    assert values(table, "activity") == {"ann": 2, "bob": 1}
    assert values(table, "activity:call") == {"ann": 1, "bob": 0}
    assert values(table, "activity:meeting") == {"ann": 1, "bob": 1}
    everything = compute(facts, Q1)
    assert list(everything.frame["metric"]) == [
        "activity", "activity:call", "activity:meeting", "base_state", "base_state:F", "base_state:G",
    ]  # fmt: skip
    assert str(contract("activity:call", facts).title) == "Activities: call"


def test_activities_belong_to_the_segment_of_their_account_or_deal(given: Given):
    facts = given(activities=ACTIVITIES, accounts=ACCOUNTS, deals=DEALS)
    table = compute(facts, Q1, ["activity"], by=["segment"])
    assert value(table, "activity", segment="X") == 1
    assert value(table, "activity", segment="Y") == 1  # by its deal's account
    assert value(table, "activity", segment=None) == 1


def test_an_unknown_type_is_refused_with_the_nearest(given: Given):
    with pytest.raises(ConfigError, match=r"no activity of this type.*Did you mean “activity:meeting”"):
        compute(given(activities=ACTIVITIES), Q1, ["activity:meting"])


def lead(number: int, rep: str | None, processed: str | None, outcome: str, **more: object) -> dict[str, object]:
    return {
        "lead_id": f"L{number}", "created_at": "2023-12-01 08:00", "rep_id": rep, "processed_at": processed,
        "outcome": outcome, **more,
    }  # fmt: skip


LEADS = [
    lead(1, "ann", "2024-01-02 08:00", "converted", deal_id="D1", source="web"),
    lead(2, "ann", "2024-01-02 08:00", "rejected", source="web"),
    lead(3, "bob", "2024-03-31 23:30", "converted", deal_id="D3", source="call"),
    lead(4, None, "2024-02-02 08:00", "open"),
    lead(5, "bob", None, "open", source="web"),
    lead(6, "bob", "2024-04-01 00:30", "converted"),
]


def test_leads(given: Given):
    facts = given(leads=LEADS, deals=DEALS)
    table = compute(facts, Q1, ["leads_processed", "leads_converted", "lead_conversion", "deals_not_from_leads"])
    assert value(table, "leads_processed") == 4
    assert value(table, "leads_converted") == 2
    assert value(table, "lead_conversion") == 0.5
    assert value(table, "deals_not_from_leads") == 1  # deal 2
    assert value(table, "deals_not_from_leads", "n") == 3
    by_rep = compute(facts, Q1, ["lead_conversion", "leads_processed"], by=["rep_id"])
    assert value(by_rep, "lead_conversion", rep_id="ann") == 0.5
    assert value(by_rep, "leads_processed", rep_id=None) == 1  # nobody's: still counted


def test_leads_have_no_segment_for_only_converted_ones_could(given: Given):
    table = compute(
        given(leads=LEADS, deals=DEALS, accounts=ACCOUNTS), Q1, ["lead_conversion", "deals_won"], by=["segment"]
    )
    reason = str(table.unavailable["lead_conversion"])
    assert reason == "cannot be told by segment, which is not known of leads processed"
    assert value(table, "deals_won", segment="Y") == 1


def test_a_deal_takes_its_source_from_its_lead_where_it_does_not_say(given: Given):
    facts = given(leads=LEADS, deals=DEALS)
    sources = facts.created(Q1).set_index("deal_id")["lead_source"].astype("object")
    assert sources["D1"] == "fair"  # its own goes before its lead's
    assert sources["D3"] == "call"
    assert sources.isna()["D2"]


def feedback(
    rep: str | None, kind: str, score: float | None = None, day: str = "2024-02-01", **more: object
) -> dict[str, object]:
    return {"on": day, "kind": kind, "rep_id": rep, "score": score, **more}


FEEDBACK = [
    feedback("ann", "satisfaction", 8.0), feedback("ann", "satisfaction", 6.0),
    feedback("ann", "satisfaction", 10.0),
    feedback("ann", "satisfaction"), feedback("ann", "complaint"), feedback("bob", "complaint"),
    feedback(None, "complaint", account_id="C1"), feedback("ann", "complaint", day="2024-04-01"),
]  # fmt: skip


def test_satisfaction_and_complaints(given: Given):
    orders = [
        {"order_id": str(n), "rep_id": "ann" if n < 40 else "bob", "ordered_on": "2024-01-15", "amount": 1.0}
        for n in range(50)
    ]
    accounts = [{"account_id": "C1", "rep_id": "bob"}]
    table = compute(given(feedback=FEEDBACK, orders=orders, accounts=accounts), Q1, by=["rep_id"])
    assert value(table, "satisfaction", rep_id="ann") == 8
    assert value(table, "satisfaction", "n", rep_id="ann") == 3
    # sd 2, three scores: 8 ± 4.3027 · 2/√3
    assert value(table, "satisfaction", "lower", rep_id="ann") == pytest.approx(
        8 - 4.302653 * 2 / np.sqrt(3), abs=1e-5
    )
    assert np.isnan(value(table, "satisfaction", rep_id="bob"))
    assert values(table, "complaints_count") == {"ann": 1, "bob": 2}  # bob's second is his customer's
    assert values(table, "complaints") == {"ann": 2.5, "bob": 20.0}  # 1 of 40, 2 of 10 orders
    assert value(table, "complaints", "n", rep_id="bob") == 10
    # Garwood: χ²(0.975; 6) ÷ 2 = 7.2247 complaints at most, per 10 orders: 72.247 per 100
    assert value(table, "complaints", "upper", rep_id="bob") == pytest.approx(stats.chi2.ppf(0.975, 6) / 2 * 10)


def test_what_was_never_recorded_is_not_zero(given: Given):
    table = compute(given(feedback=[feedback("ann", "satisfaction", 8.0)]), Q1)
    assert str(table.unavailable["complaints_count"]) == "this export knows of no complaints"
    assert str(table.unavailable["complaints"]) == "needs orders, which this export does not have"
    assert value(table, "satisfaction") == 8
