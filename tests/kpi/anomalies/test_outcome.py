"""What has become of deals that did not go on: by hand."""

import numpy as np
from cases import Given, deal

from salesreport.kpi import Facts
from salesreport.kpi.anomalies.decided import WIN, Decisions, decisions
from salesreport.kpi.anomalies.outcome import (
    did_not_go_on,
    last_of_each,
    not_gone_on,
    outcomes,
    summary,
    went_on,
)
from salesreport.process import Milestone, Process, ProcessFile

STAYS = [  # deal, status, closed on, stages and since when
    (1, "won", "2024-06-20", [("Offer", "2024-01-01"), ("Won", "2024-06-20")]),
    (2, "open", None, [("Offer", "2024-02-01")]),
    (3, "lost", "2024-03-05", [("Offer", "2024-03-01"), ("Lost", "2024-03-05")]),
    (4, "won", "2024-04-10", [("Offer", "2024-04-01"), ("Won", "2024-04-10")]),
]
"""The offer is expected to lead on within 30 days: only deal 4 does; 1 is won later, 2 is open, 3 lost."""

FILE = ProcessFile(
    processes=(
        Process(name="All", milestones=(Milestone(key="offer", title="Offer", stages=("Offer",), within=30),)),
    )
)


def at_offer(facts: Facts) -> Decisions:
    decided = decisions(facts, FILE)
    return decided.take(decided.step == 0)


def company(given: Given) -> Facts:
    deals = [deal(number, "ann", status, stages[0][1], closed) for number, status, closed, stages in STAYS]
    events = [
        {"deal_id": f"D{number}", "stage": stage, "entered_at": since, "origin": "history"}
        for number, _, _, stages in STAYS
        for stage, since in stages
    ]
    return given(as_of="2024-12-31", deals=deals, stage_events=events)


def test_each_deal_s_fate(given: Given) -> None:
    decided = at_offer(company(given))
    left = not_gone_on(decided)
    fates = dict(
        zip(left.ids(), zip(outcomes(left).keys(), map(str, outcomes(left).words()), strict=True), strict=True)
    )
    assert fates == {
        "D1": ("won", "won on Jun 20, 2024"),
        "D2": ("open", "open today"),
        "D3": ("lost", "lost on Mar 5, 2024"),
    }
    said = summary(decided, decided.steps[0])
    assert str(said) == (
        "Of the 3 deals that did not go on within 30 days, 1 has been won since, 1 is open, and 1 is lost "
        "(as of Dec 31, 2024)."
    )


def test_the_step_to_the_order_has_no_days(given: Given) -> None:
    decided = decisions(company(given), FILE)
    offer, win = decided.steps
    assert win.key == WIN
    assert (str(did_not_go_on(win)), str(went_on(win))) == ("Lost", "Won")
    assert (str(did_not_go_on(offer)), str(went_on(offer))) == (
        "Did not go on within 30 days", "Went on within 30 days",
    )  # fmt: skip
    assert summary(decided.take(decided.step == 1), win) is None


def test_of_a_deal_decided_twice_the_last_decision_counts(given: Given) -> None:
    decided = at_offer(company(given))
    twice = decided.take(np.array([0, 1, 0, 2]))
    assert last_of_each(twice).tolist() == [1, 2, 3]
    assert len(not_gone_on(twice)) == len(set(twice.deal[~twice.success]))


def test_a_closing_without_a_day_is_said_without_one(given: Given) -> None:
    facts = company(given)
    decided = at_offer(facts)
    found = outcomes(decided)._replace(day=np.full(len(decided), np.datetime64("NaT", "D")))
    assert sorted(map(str, found.words())) == ["open today", "was lost", "was won", "was won"]
