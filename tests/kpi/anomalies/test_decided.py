"""Decisions at steps: by hand, and against a loop over the stays of random companies."""

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, dataset_of
from cases import deal as row
from hypothesis import given as tried
from test_journeys import ANCHORS, EASY, FILE, SIGNED, companies, move

from salesreport.kpi import Facts
from salesreport.kpi.anomalies.decided import Decisions, decisions
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones import signs
from salesreport.kpi.milestones.journeys import Journeys
from salesreport.period import Period
from salesreport.process import ProcessFile

MOVES = [
    move(1, "Talks", "2024-01-01"), move(1, "Offer", "2024-01-10"),  # won on 1 February
    move(2, "Talks", "2024-01-01"),  # never moves: its 90 days are over on 31 March
    move(3, "Talks", "2024-01-01"), move(3, "Offer", "2024-04-20"),  # moves after 110 days, too late
    move(4, "Offer", "2024-01-05"), move(4, "Talks", "2024-01-08"),  # falls back, then lost on 20 January
    move(5, "Talks", "2024-06-01"),  # 29 days old at the end: not decided yet
]  # fmt: skip
DEALS = [
    row(1, "ann", "won", "2024-01-01", "2024-02-01", amount=100.0),
    row(2, "ann", "open", "2024-01-01", amount=50.0),
    row(3, "bob", "open", "2024-01-01"),
    row(4, "bob", "lost", "2024-01-05", "2024-01-20", amount=70.0),
    row(5, "bob", "open", "2024-06-01"),
    *ANCHORS,
]


def told(found: Decisions) -> list[tuple[str, str, str, bool, str]]:
    """Every decision: deal, step, day, success, rep."""
    return [
        (found.ids(np.array([place]))[0], found.steps[step].key, str(day), bool(success), rep)
        for place, (step, day, success, rep) in enumerate(
            zip(found.step, found.day, found.success, found.rep, strict=True)
        )
    ]


def test_every_stay_is_decided_once_in_order_of_time(given: Given) -> None:
    facts = given(as_of="2024-06-30", deals=DEALS, stage_events=[*SIGNED, *MOVES])
    found = decisions(facts, FILE)
    assert [step.key for step in found.steps] == ["talks", "offer", "trial", "win"]
    assert told(found.during(Period.parse("2024"))) == [
        ("D4", "offer", "2024-01-08", False, "bob"),
        ("D1", "talks", "2024-01-10", True, "ann"),
        ("D4", "talks", "2024-01-20", False, "bob"),
        ("D4", "win", "2024-01-20", False, "bob"),
        ("D1", "offer", "2024-02-01", True, "ann"),
        ("D1", "win", "2024-02-01", True, "ann"),
        ("D2", "talks", "2024-03-31", False, "ann"),
        ("D3", "talks", "2024-03-31", False, "bob"),
    ]


def test_what_deals_brought_is_known_of_closed_ones_only(given: Given) -> None:
    facts = given(as_of="2024-06-30", deals=DEALS, stage_events=[*SIGNED, *MOVES])
    talks = decisions(facts, FILE).during(Period.parse("2024"))
    talks = talks.take(talks.step == 0)
    assert talks.ids() == ["D1", "D4", "D2", "D3"]
    np.testing.assert_array_equal(talks.brought, [100.0, 0.0, np.nan, np.nan])


def test_a_decision_counts_for_the_owner_of_the_eve(given: Given) -> None:
    owners: Rows = [
        {"deal_id": "D1", "rep_id": "ann", "from": "2024-01-01", "to": "2024-01-09"},
        {"deal_id": "D1", "rep_id": "cleo", "from": "2024-01-10", "share": 0.4},  # on the day it moves on
        {"deal_id": "D1", "rep_id": "dan", "from": "2024-01-10", "share": 0.6},
    ]
    facts = given(as_of="2024-06-30", deals=DEALS, stage_events=[*SIGNED, *MOVES], deal_owners=owners)
    found = told(decisions(facts, FILE))
    assert [(step, rep) for deal, step, *_, rep in found if deal == "D1"] == [
        ("talks", "ann"),
        ("offer", "dan"),
        ("win", "dan"),
    ]


def test_slices_keep_their_dimensions(given: Given) -> None:
    deals = [dict(one, product_line="A" if one["deal_id"] in ("D1", "D3") else "B") for one in DEALS]
    facts = given(as_of="2024-06-30", deals=deals, stage_events=[*SIGNED, *MOVES])
    found = decisions(facts, FILE)
    march = found.between(dt.date(2024, 3, 1), dt.date(2024, 3, 31))
    assert list(march.dimension("product_line")) == ["B", "A"]
    assert list(march.take(march.dimension("product_line") == "A").rep) == ["bob"]
    assert set(march.months.tolist()) == {(2024 - 1970) * 12 + 2}


def test_without_stages_only_won_and_lost_are_decided(given: Given) -> None:
    found = decisions(given(deals=DEALS), ProcessFile())
    assert [step.key for step in found.steps] == ["win"]
    assert [one[:2] for one in told(found)] == [("D90", "win"), ("D91", "win"), ("D4", "win"), ("D1", "win")]


def test_without_decisions_there_is_a_reason(given: Given) -> None:
    with pytest.raises(Unavailable, match="closed deals"):
        decisions(given(deals=[row(1, "ann", "open", "2024-01-01")]), ProcessFile())
    with pytest.raises(Unavailable, match="needs deals"):
        decisions(given(orders=[{"order_id": "O", "rep_id": "ann", "ordered_on": "2024-01-01", "amount": 1.0}]),
                  ProcessFile())  # fmt: skip


@EASY
@tried(companies())
def test_decisions_are_those_of_a_loop_over_stays(tmp_path_factory: pytest.TempPathFactory, tables: dict) -> None:
    facts = Facts.of(dataset_of(tmp_path_factory.mktemp("company"), "2024-12-31", tables))
    expected: Counter[tuple[str, str, str, bool]] = Counter()
    journeys = Journeys.of(facts, FILE)
    for stay, shortest, longest in zip(
        journeys.frame().to_dict("records"), journeys.shortest, journeys.longest, strict=True
    ):
        if not stay["dated"]:
            continue
        over = stay["entered"].date() + dt.timedelta(90)
        if stay["outcome"] != "open" and (shortest + longest) / 2 <= 90:
            went_on = stay["outcome"] in ("advanced", "won")
            expected[stay["deal_id"], stay["milestone"], str(stay["left"].date()), went_on] += 1
        elif over <= dt.date(2024, 12, 31):
            expected[stay["deal_id"], stay["milestone"], str(over), False] += 1
    for one in tables["deals"]:
        if one["status"] != "open":
            expected[one["deal_id"], "win", one["closed_on"], one["status"] == "won"] += 1
    found = decisions(facts, FILE)
    assert Counter(one[:4] for one in told(found)) == expected
    assert (np.diff(found.day) >= np.timedelta64(0)).all()


@EASY
@tried(companies())
def test_some_deals_at_a_time_are_decided_as_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, tables: dict
) -> None:
    path = tmp_path_factory.mktemp("company")
    dataset = dataset_of(path, "2024-12-31", tables)
    whole, stays = decisions(Facts.of(dataset), FILE), Journeys.of(Facts.of(dataset), FILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "AT_A_TIME", 2)
        for facts, alone in ((Facts.of(dataset), True), (Facts.of(dataset), False)):
            found = decisions(facts, FILE, alone)
            assert told(found) == told(whole)
            pd.testing.assert_index_equal(found.rep.categories, whole.rep.categories)
        again = Journeys.of(Facts.of(dataset), FILE)
    pd.testing.assert_frame_equal(again.frame(), stays.frame())
    np.testing.assert_array_equal(again.direct, stays.direct)
