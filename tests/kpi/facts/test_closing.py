"""Reopened deals under both policies."""

import pytest
from cases import Given, deal, value, values

from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.period import Period

Q1, Q2 = Period.parse("2024-Q1"), Period.parse("2024-Q2")


def event(number: int, stage: str, day: str) -> dict[str, str]:
    return {"deal_id": f"D{number}", "stage": stage, "entered_at": f"{day} 09:00"}


TABLES = {
    "deals": [
        deal(1, "ann", "won", "2024-01-01", "2024-05-10", stage="Signed"),  # lost in February, then won
        deal(2, "ann", "open", "2024-01-01", "2024-02-15", stage="Offer"),  # lost in February, open again
        deal(3, "ann", "lost", "2024-01-01", "2024-03-05", stage="No deal"),
        deal(4, "ann", "won", "2024-01-01", "2024-03-06", stage="Signed"),
        deal(5, "ann", "lost", "2024-01-01", "2024-03-07", stage="Offer"),  # kept the stage it was lost in
        deal(6, "ann", "lost", "2024-01-01", "2024-03-08", stage="No deal"),
    ],
    "stage_events": [
        event(1, "Offer", "2024-01-01"), event(1, "No deal", "2024-02-10"), event(1, "Offer", "2024-04-01"),
        event(1, "Signed", "2024-05-10"),
        event(2, "Offer", "2024-01-01"), event(2, "No deal", "2024-02-15"), event(2, "Offer", "2024-03-01"),
        event(3, "Offer", "2024-01-01"), event(3, "No deal", "2024-03-05"),
        event(4, "Offer", "2024-01-01"), event(4, "Signed", "2024-03-06"),
        event(5, "Offer", "2024-01-01"),
        event(6, "Offer", "2024-01-01"), event(6, "No deal", "2024-03-08"),
    ],
}  # fmt: skip


def test_the_last_close_counts_by_default(given: Given):
    facts = given(**TABLES)
    table = compute(facts, Q1, ["deals_won", "deals_lost", "deals_in_funnel"])
    assert value(table, "deals_won") == 1  # 4
    assert value(table, "deals_lost") == 3  # 3, 5, 6; not 2, which is open though it kept its closing date
    assert value(table, "deals_in_funnel") == 1  # 2; 1 was lost from February to April
    assert value(compute(facts, Q2, ["deals_won"]), "deals_won") == 1  # 1
    assert "A deal that was reopened counts where it closed last." in map(str, facts.credit_notes)


def test_the_first_close_counts_when_asked_for(given: Given):
    facts = Facts.of(given(**TABLES).dataset, reopened="first_close")
    table = compute(facts, Q1, ["deals_won", "deals_lost", "deals_in_funnel"])
    assert value(table, "deals_won") == 1  # 4
    assert value(table, "deals_lost") == 5  # 1 and 2 in February, 3, 5, 6
    assert value(table, "deals_in_funnel") == 0
    assert value(compute(facts, Q2, ["deals_won"]), "deals_won") == 0
    assert "This moves 2 deals against what the CRM shows." in map(str, facts.credit_notes)


def test_without_history_of_stages_the_last_close_counts_and_it_is_said(given: Given):
    facts = Facts.of(given(deals=TABLES["deals"]).dataset, reopened="first_close")
    assert values(compute(facts, Q1, ["deals_lost"], by=["rep_id"]), "deals_lost") == {"ann": 3}
    assert any("the export has no history of stages" in str(note) for note in facts.credit_notes)


def test_another_policy_is_refused(given: Given):
    with pytest.raises(ConfigError, match=r"no such policy.*Found “never”.*last_close and first_close"):
        Facts.of(given(**TABLES).dataset, reopened="never")  # type: ignore[arg-type]
