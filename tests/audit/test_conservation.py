"""The funnel adds up, exactly and whatever the data: by hand, by DuckDB, and for any journeys."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pasts import finding, past_of, query

from salesreport.audit.model import Looked
from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.milestones.conservation import COLUMNS, EXPLAINED, UNEXPLAINED, conservation
from salesreport.kpi.milestones.movement import movement
from salesreport.kpi.milestones.reached import journeys_of, process_file


def test_by_hand(tmp_path: Path) -> None:
    """At A: one goes on, one is lost with a reason, one without, one open 10 days, one for 200, one deleted."""
    deals, events, snapshots = [], [], []

    def add(name: str, status: str, stages: dict[str, str], closed: str | None = None, reason: str | None = None):
        deals.append(
            {
                "deal_id": name,
                "rep_id": "R",
                "status": status,
                "created_on": min(stages.values()),
                "closed_on": closed,
                "stage": list(stages)[-1],
                "amount": 1.0,
                "loss_reason": reason,
            }
        )
        events.extend({"deal_id": name, "stage": stage, "entered_at": at} for stage, at in stages.items())

    add("on", "won", {"A": "2025-03-01", "B": "2025-04-01", "Won": "2025-05-01"}, "2025-05-01")
    add("reason", "lost", {"A": "2025-03-01", "Lost": "2025-04-01"}, "2025-04-01", "price")
    add("none", "lost", {"A": "2025-03-01", "Lost": "2025-04-01"}, "2025-04-01")
    add("young", "open", {"A": "2025-12-21"})
    add("old", "open", {"A": "2025-06-14"})
    add("back", "open", {"A": "2025-11-01", "B": "2025-11-20"})
    events.append({"deal_id": "back", "stage": "A", "entered_at": "2025-12-01"})
    deals[-1]["stage"] = "A"
    add("before", "open", {"A": "2024-03-01"})
    snapshots.append({"taken_on": "2025-09-30", "deal_id": "gone", "status": "open", "stage": "A", "amount": 5.0})
    looked = past_of(tmp_path / "d", deals=deals, stage_events=events, snapshots=snapshots)
    made = conservation(looked.facts, looked.process, dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    rows = made.frame.set_index("milestone")
    assert rows.loc["a", list(COLUMNS)].astype(int).to_dict() == {
        "entered": 8,
        "went_on": 2,
        "lost": 1,
        "back": 0,
        "open": 2,
        "unexplained": 3,
        "no_reason": 1,
        "overstayed": 1,
        "removed": 1,
    }
    assert rows.loc["b", list(COLUMNS)].astype(int).to_dict() == {
        "entered": 2,
        "went_on": 1,
        "lost": 0,
        "back": 1,
        "open": 0,
        "unexplained": 0,
        "no_reason": 0,
        "overstayed": 0,
        "removed": 0,
    }
    assert made.deals.set_index("deal_id")["why"].to_dict() == {"none": "no_reason", "old": "overstayed"}
    found = finding(looked, "conservation").found
    assert (found.count, found.of, found.ids) == (3, 10, ("none", "old"))
    assert str(found.detail) == (
        "1 still there for longer than expected, 1 lost without a reason, and 1 deleted from the CRM."
    )


def test_of_the_sample_by_a_query(sample: Dataset) -> None:
    facts = Facts.of(sample)
    file, start, end = process_file(facts), dt.date(2025, 1, 1), sample.as_of
    frame = conservation(facts, file, start, end).frame.set_index("milestone")
    stays, deals = journeys_of(facts, file, end).frame(), sample.table("deals")
    stays["milestone"], stays["outcome"] = stays["milestone"].astype(object), stays["outcome"].astype(object)
    stays["entered"], stays["left"] = (stays[name].astype("datetime64[us]") for name in ("entered", "left"))
    stays, deals = (
        stays[["deal_id", "milestone", "outcome", "entered", "dated"]],
        deals[["deal_id", "loss_reason"]],
    )
    within = {one.key: one.within for process in file.processes for one in process.milestones}
    limits = pd.DataFrame({"milestone": list(within), "within": list(within.values())})
    oracle = query(
        f"""
        select milestone, count(*) as entered,
               count(*) filter (outcome in ('advanced', 'won')) as went_on,
               count(*) filter (outcome = 'lost' and loss_reason is not null) as lost,
               count(*) filter (outcome = 'back') as back,
               count(*) filter (
                   outcome = 'open' and date_diff('day', entered, date '{end}') <= limits."within") as open,
               count(*) filter (outcome = 'lost' and loss_reason is null) as no_reason
        from stays join deals using (deal_id) join limits using (milestone)
        where dated and entered >= date '{start}' group by 1
        """,
        stays=stays,
        deals=deals,
        limits=limits,
    ).set_index("milestone")
    for name in oracle.columns:
        assert frame[name].astype(int).to_dict() == oracle[name].astype(int).to_dict(), name
    # what entered is what the movement of milestones says: one number for one thing
    entered = movement(facts, file, start, end, by=()).set_index("milestone")["entered"]
    assert frame["entered"].astype(float).to_dict() == pytest.approx(entered.to_dict())


DAYS = pd.date_range("2025-01-01", "2025-12-31", freq="7D").strftime("%Y-%m-%d").tolist()

journeys = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(DAYS)), min_size=1, max_size=5),
        st.sampled_from(["open", "won", "lost"]),
        st.sampled_from([None, "price"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=journeys, start=st.sampled_from(DAYS))
def test_it_adds_up_whatever_deals_do(tmp_path_factory: pytest.TempPathFactory, made: list, start: str) -> None:
    deals, events, snapshots = [], [], []
    for number, (moves, status, reason, deleted) in enumerate(made):
        moves = sorted(moves, key=lambda one: one[1])
        name = f"D{number}"
        snapshots += [
            {"taken_on": at, "deal_id": name, "status": "open", "stage": stage}
            for stage, at in {at: (stage, at) for stage, at in moves}.values()
        ]
        if deleted and number:
            continue
        events += [{"deal_id": name, "stage": stage, "entered_at": at} for stage, at in moves]
        deals.append(
            {
                "deal_id": name,
                "rep_id": "R",
                "status": status,
                "created_on": moves[0][1],
                "stage": moves[-1][0],
                "closed_on": None if status == "open" else "2025-12-31",
                "loss_reason": reason,
            }
        )
    looked = past_of(tmp_path_factory.mktemp("d") / "d", deals=deals, stage_events=events, snapshots=snapshots)
    file = process_file(looked.facts)
    if not file.processes:
        return
    frame = conservation(looked.facts, file, dt.date.fromisoformat(start), looked.as_of).frame
    assert (frame["entered"] == frame[list(EXPLAINED)].sum(axis=1) + frame["unexplained"]).all()
    assert (frame["unexplained"] == frame[list(UNEXPLAINED)].sum(axis=1)).all()
    assert (frame[list(COLUMNS)] >= 0).all().all()
    assert isinstance(looked, Looked)
