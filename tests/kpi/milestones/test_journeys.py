"""The stays of deals at milestones: every rule by hand, and the sample company's against its true events."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, dataset_of, deal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from salesreport.dataset import Dataset
from salesreport.kpi import Facts
from salesreport.kpi.milestones.journeys import OPEN, OUTCOMES, Journeys, spells
from salesreport.process import Milestone, Process, ProcessFile, StageSign, process_of


def process(*milestones: Milestone, name: str = "All", **where: tuple[str, ...]) -> Process:
    return Process(name=name, where=where, milestones=milestones)


def milestone(key: str, *stages: Any, **more: Any) -> Milestone:
    return Milestone(key=key, title=key.title(), stages=stages, **more)


FILE = ProcessFile(
    processes=(process(milestone("talks", "Talks"), milestone("offer", "Offer"), milestone("trial", "Trial")),)
)
"""Three milestones seen by their stages."""

ANCHORS: Rows = [
    deal(90, "zoe", "won", "2023-01-01", "2023-01-02"),
    deal(91, "zoe", "lost", "2023-01-01", "2023-01-02"),
]
"""Two deals that show which stages close: neither was at a milestone."""


def move(number: int, stage: str, at: str, **more: str) -> dict[str, str]:
    return {"deal_id": f"D{number}", "stage": stage, "entered_at": at if " " in at else f"{at} 00:00", **more}


SIGNED = [move(90, "Signed", "2023-01-02"), move(91, "No deal", "2023-01-02")]


def journey(journeys: Journeys, *columns: str, number: int = 1) -> list[tuple[Any, ...]]:
    """The stays of a deal; days as written."""
    frame = journeys.frame()
    for name in ("entered", "entered_after", "left", "left_after"):
        frame[name] = frame[name].dt.strftime("%m-%d").astype("object").where(frame[name].notna(), None)
    rows = frame[frame["deal_id"] == f"D{number}"]
    return list(
        rows[list(columns or ("milestone", "entered", "left", "outcome", "to"))].itertuples(index=False, name=None)
    )


def follow(
    given: Given, row: dict[str, Any], moves: Rows, on: str | None = None, file: ProcessFile = FILE, **tables: Rows
) -> Journeys:
    """The journeys of one deal beside the anchors."""
    facts = given(deals=[row, *ANCHORS], stage_events=[*moves, *SIGNED], **tables)
    return Journeys.of(facts, file, dt.date.fromisoformat(on) if on else None)


def test_a_deal_goes_forward_and_is_won(given: Given):
    moves = [
        move(1, "Talks", "2024-01-10 09:00"),
        move(1, "Trial", "2024-02-01 09:00"),
        move(1, "Signed", "2024-03-01 17:00"),
    ]
    journeys = follow(given, deal(1, "ann", "won", "2024-01-10", "2024-03-01"), moves)
    assert journey(journeys) == [
        ("talks", "01-10", "02-01", "advanced", 2),  # past the offer, without a stay there
        ("trial", "02-01", "03-01", "won", 3),
    ]
    assert journeys.days[journeys.stays.deal == 0].tolist() == [22, 29]  # 2024 is a leap year
    assert journeys.direct.tolist() == [False, True, False]  # 90 was won and never at a milestone


def test_only_what_was_known_by_the_day_counts(given: Given):
    moves = [
        move(1, "Talks", "2024-01-10 09:00"),
        move(1, "Trial", "2024-02-01 09:00"),
        move(1, "Signed", "2024-03-01 17:00"),
    ]
    row = deal(1, "ann", "won", "2024-01-10", "2024-03-01")
    assert journey(follow(given, row, moves, "2024-01-31")) == [("talks", "01-10", None, "open", -1)]
    assert journey(follow(given, row, moves, "2024-02-01"))[1:] == [("trial", "02-01", None, "open", -1)]


def test_back_again_lost_and_reopened(given: Given):
    moves = [
        move(1, "Talks", "2024-01-01"), move(1, "Offer", "2024-01-11"), move(1, "Talks", "2024-01-21"),
        move(1, "No deal", "2024-02-01"), move(1, "Offer", "2024-03-01"),
    ]  # fmt: skip
    journeys = follow(given, deal(1, "ann", "open", "2024-01-01"), moves, "2024-12-31")
    assert journey(journeys, "milestone", "entered", "left", "outcome", "to", "reentry", "first") == [
        ("talks", "01-01", "01-11", "advanced", 1, False, True),
        ("offer", "01-11", "01-21", "back", 0, False, False),
        ("talks", "01-21", "02-01", "lost", -1, True, False),
        ("offer", "03-01", None, "open", -1, True, False),
    ]
    counts = {
        on: int(journeys.there(dt.date.fromisoformat(on)).sum())
        for on in ("2024-01-31", "2024-02-01", "2024-03-01")
    }
    assert counts == {"2024-01-31": 1, "2024-02-01": 0, "2024-03-01": 1}


def test_a_stage_that_is_no_milestone_or_the_same_one_is_no_move(given: Given):
    file = ProcessFile(processes=(process(milestone("talks", "Talks", "Visit"), milestone("offer", "Offer")),))
    moves = [move(1, "Talks", "2024-01-01"), move(1, "On hold", "2024-01-05"), move(1, "Visit", "2024-01-09")]
    journeys = follow(given, deal(1, "ann", "open", "2024-01-01"), moves, file=file)
    assert journey(journeys) == [("talks", "01-01", None, "open", -1)]


def test_closing_by_date_alone_ends_the_stay(given: Given):
    # the CRM left it in its stage; what is noted after the closing is none of the journey
    moves = [move(1, "Talks", "2024-01-01"), move(1, "Offer", "2024-01-09 08:00"), move(1, "Talks", "2024-02-09")]
    journeys = follow(given, deal(1, "ann", "lost", "2024-01-01", "2024-01-09"), moves)
    assert journey(journeys) == [
        ("talks", "01-01", "01-09", "advanced", 1),
        ("offer", "01-09", "01-09", "lost", -1),
    ]


def test_activities_and_dates_only_raise(given: Given):
    file = ProcessFile(
        processes=(
            process(
                milestone("asked", field="created_on"),
                milestone("talks", "Talks", activities=("meeting",)),
                milestone("offer", "Offer", activities=("offer sent",)),
            ),
        )
    )
    done = [
        ("meeting", "2024-01-05 10:00"),
        ("call", "2024-01-06 10:00"),
        ("offer sent", "2024-01-07 10:00"),
        ("meeting", "2024-01-08 10:00"),
        ("offer sent", "2024-01-20 10:00"),
        ("meeting", "2024-03-01 10:00"),
    ]
    activities = [
        {"activity_id": str(n), "rep_id": "ann", "type": kind, "done_at": at, "deal_id": "D1"}
        for n, (kind, at) in enumerate(done)
    ]
    moves = [move(1, "Talks", "2024-01-10")]
    journeys = follow(
        given, deal(1, "ann", "won", "2024-01-02", "2024-02-01"), moves, file=file, activities=activities
    )
    assert journey(journeys) == [
        ("asked", "01-02", "01-05", "advanced", 1),
        ("talks", "01-05", "01-07", "advanced", 2),
        ("offer", "01-07", "01-10", "back", 1),  # the stage says so; the meeting of the 8th did not
        ("talks", "01-10", "01-20", "advanced", 2),
        ("offer", "01-20", "02-01", "won", 3),
    ]
    # the anchors have the date, too: they were at a milestone before they closed
    assert not journeys.direct.any()


def test_an_activity_does_not_reopen_a_lost_deal(given: Given):
    file = ProcessFile(
        processes=(process(milestone("talks", "Talks"), milestone("offer", activities=("offer sent",))),)
    )
    moves = [move(1, "Talks", "2024-01-01"), move(1, "No deal", "2024-02-01"), move(1, "Talks", "2024-03-01")]
    sent = [{"activity_id": "1", "rep_id": "ann", "type": "offer sent", "done_at": "2024-02-10", "deal_id": "D1"}]
    journeys = follow(given, deal(1, "ann", "open", "2024-01-01"), moves, file=file, activities=sent)
    assert journey(journeys) == [("talks", "01-01", "02-01", "lost", -1), ("talks", "03-01", None, "open", -1)]


def test_milestones_and_names_have_their_time(given: Given):
    file = ProcessFile(
        processes=(
            process(
                milestone("talks", "Talks"),
                milestone("visit", "Visit", since=dt.date(2024, 2, 1)),
                milestone("offer", StageSign(name="Quote", until=dt.date(2024, 1, 31)), StageSign(name="Offer")),
            ),
        )
    )
    moves = [move(1, "Talks", "2024-01-01"), move(1, "Visit", "2024-01-10"), move(1, "Quote", "2024-01-31"),
             move(1, "Visit", "2024-02-01"), move(1, "Quote", "2024-02-10")]  # fmt: skip
    journeys = follow(given, deal(1, "ann", "open", "2024-01-01"), moves, file=file)
    assert journey(journeys, "milestone", "entered") == [
        ("talks", "01-01"),
        ("offer", "01-31"),
        ("visit", "02-01"),
    ]


def test_each_deal_follows_the_first_process_that_fits(given: Given):
    file = ProcessFile(
        processes=(
            process(milestone("x-offer", "Offer"), name="X", pipeline=("X",)),
            process(milestone("talks", "Talks"), milestone("offer", "Offer"), name="Y", pipeline=("Y", "Z")),
        )
    )
    deals = [deal(n, "ann", "open", "2024-01-01", pipeline=name) for n, name in ((1, "X"), (2, "Z"), (3, "W"))]
    moves = [move(n, stage, f"2024-01-0{k}") for n in (1, 2, 3) for k, stage in ((1, "Talks"), (2, "Offer"))]
    journeys = Journeys.of(given(deals=deals, stage_events=moves), file)
    assert journeys.process.tolist() == [0, 1, -1]
    assert journey(journeys, "process", "milestone", number=1) == [("X", "x-offer")]
    assert journey(journeys, "process", "milestone", number=2) == [("Y", "talks"), ("Y", "offer")]
    assert journey(journeys, number=3) == []


def test_moves_seen_by_snapshots_are_known_within_their_interval(given: Given):
    snapshots = [
        {"taken_on": pd.Timestamp(on), "deal_id": name, "stage": stage, "status": "open"}
        for on, name, stage in (
            ("2024-01-07", "D2", "Talks"), ("2024-01-14", "D1", "Talks"), ("2024-01-14", "D2", "Talks"),
            ("2024-01-21", "D1", "Offer"), ("2024-02-04", "D1", "Offer"), ("2024-02-05", "D1", "Trial"),
        )
    ]  # fmt: skip
    deals = [deal(1, "ann", "won", "2024-01-10", "2024-02-20"), deal(2, "ann", "open", None)]
    journeys = Journeys.of(given(deals=deals, snapshots=snapshots), FILE)
    # created on the 10th, so it came after the 9th; the day before and the day after a move is by day
    assert journey(journeys, "milestone", "entered_after", "entered", "left_after", "left") == [
        ("talks", "01-09", "01-14", "01-14", "01-21"),
        ("offer", "01-14", "01-21", None, "02-05"),
        ("trial", None, "02-05", None, "02-20"),
    ]
    # talks from the 10th–14th to the 15th–21st: 1 to 11 days; offer from the 15th–21st to 5 February: 15 to 21
    mine = journeys.stays.deal == 0
    assert journeys.shortest[mine].tolist() == [1, 15, 15]
    assert journeys.longest[mine].tolist() == [11, 21, 15]
    assert journey(journeys, "milestone", "entered", "dated", number=2) == [("talks", "01-07", False)]


def test_without_any_history_deals_stand_where_the_crm_has_them_today(given: Given):
    file = ProcessFile(
        processes=(
            process(
                milestone("prospect", "Prospect"),
                milestone("engaged", "Engaged", field="created_on"),
                milestone("offer", "Offer"),
            ),
        )
    )
    deals = [
        deal(1, "ann", "open", None, stage="Prospect"),
        deal(2, "ann", "open", "2024-11-01", stage="Engaged"),
        deal(3, "ann", "open", "2024-11-01", stage="Offer"),
        deal(4, "ann", "won", "2024-10-01", "2024-11-01", stage="Won"),
    ]
    facts = given(deals=deals)
    journeys = Journeys.of(facts, file)
    assert journey(journeys, "milestone", "entered", "dated", "outcome") == [("prospect", "12-31", False, "open")]
    assert journey(journeys, "milestone", "entered", number=2) == [("engaged", "11-01")]
    assert journey(journeys, "milestone", "entered_after", "entered", "outcome", number=3) == [
        ("engaged", None, "11-01", "advanced"),
        ("offer", "10-31", "12-31", "open"),  # some time since it was created
    ]
    assert journey(journeys, number=4) == [("engaged", "10-01", "11-01", "won", 3)]
    assert not journeys.direct.any()
    earlier = Journeys.of(facts, file, dt.date(2024, 11, 30))
    assert journey(earlier, number=1) == []
    assert journey(earlier, number=3) == [("engaged", "11-01", None, "open", -1)]


def test_stays_are_cut_where_a_deal_changes_hands(given: Given):
    moves = [move(1, "Talks", "2024-01-01"), move(1, "Offer", "2024-01-21"), move(1, "Signed", "2024-02-10")]
    owners = [
        {"deal_id": "D1", "rep_id": "ann", "from": None, "to": "2024-01-10", "share": 1.0},
        {"deal_id": "D1", "rep_id": "bob", "from": "2024-01-11", "to": "2024-01-20", "share": 1.0},
        {"deal_id": "D1", "rep_id": "bob", "from": "2024-01-21", "to": "2024-01-31", "share": 1.0},  # no change
        {"deal_id": "D1", "rep_id": "bob", "from": "2024-02-01", "to": "2024-02-09", "share": 0.4},
        {"deal_id": "D1", "rep_id": "cleo", "from": "2024-02-01", "to": "2024-02-09", "share": 0.6},
        {
            "deal_id": "D1",
            "rep_id": "dan",
            "from": "2024-02-10",
            "to": None,
            "share": 1.0,
        },  # on the day it was won
    ]
    journeys = follow(given, deal(1, "dan", "won", "2024-01-01", "2024-02-10"), moves, deal_owners=owners)
    assert journey(journeys, "milestone", "rep", "rep_at_exit") == [
        ("talks", "ann", "bob"),
        ("offer", "bob", "cleo"),
    ]
    parts = spells(journeys)
    rows = zip(
        parts.stay, parts.rep, parts.share, parts.start, parts.end, parts.outcome, parts.handed_over, strict=True
    )
    assert sorted((s, r, w, a, e, OUTCOMES[o], bool(h)) for s, r, w, a, e, o, h in rows) == [
        (0, "ann", 1.0, 0, 10, "open", True),
        (0, "bob", 1.0, 10, 20, "advanced", False),
        (1, "bob", 0.4, 11, 20, "won", False),
        (1, "bob", 1.0, 0, 11, "open", True),
        (1, "cleo", 0.6, 11, 20, "won", False),
    ]
    whole = spells(journeys, owners=False)
    assert whole.end.tolist() == [20, 20]
    assert list(whole.rep) == ["ann", "bob"]


def test_an_open_stay_goes_on_with_who_has_it(given: Given):
    owners = [
        {"deal_id": "D1", "rep_id": "ann", "from": None, "to": "2024-12-30"},
        {"deal_id": "D1", "rep_id": "bob", "from": "2024-12-31", "to": None},
    ]
    journeys = follow(
        given, deal(1, "bob", "open", "2024-12-01"), [move(1, "Talks", "2024-12-01")], deal_owners=owners
    )
    parts = spells(journeys)
    assert list(parts.rep) == ["ann", "bob"]
    assert (parts.start.tolist(), parts.end.tolist()) == ([0, 30], [30, 30])
    assert list(journeys.rep_at_exit) == ["bob"]


def test_nothing_at_all(given: Given):
    journeys = Journeys.of(given(deals=[deal(1, "ann", "open", "2024-01-01")]), FILE)
    assert len(journeys.stays.deal) == len(journeys.frame()) == len(spells(journeys).stay) == 0


def test_a_move_dated_before_its_deal_was_created_is_not_known_earlier(given: Given):
    moves = [move(1, "Talks", "2024-01-01")]
    row = deal(1, "ann", "open", "2024-02-01")
    assert journey(follow(given, row, moves, "2024-01-15")) == []
    assert journey(follow(given, row, moves, "2024-02-01")) == [("talks", "01-01", None, "open", -1)]


# --- against the truth, and what must hold for anything


def test_the_sample_company_s_stays_are_its_events(sample: Dataset):
    """The same by plain pandas: in the sample every event is a move, and the closing stages are two."""
    file = process_of(sample)
    keys = [one.key for one in file.processes[0].milestones]
    stages = [one.stages[0].name for one in file.processes[0].milestones]
    events = sample.table("stage_events", ["deal_id", "stage", "entered_at"]).sort_values(
        ["deal_id", "entered_at"]
    )
    events["day"] = events["entered_at"].dt.tz_localize(None).dt.normalize()
    following = events.groupby("deal_id").shift(-1)
    events["left"], events["next"] = following["day"], following["stage"]
    expected = events[events["stage"].isin(stages)]
    here, there = (
        expected["stage"].map(stages.index),
        expected["next"].map({name: n for n, name in enumerate(stages)}),
    )
    outcome = np.select(
        [expected["next"].isna(), expected["next"] == "Contract", expected["next"] == "Lost", there > here],
        ["open", "won", "lost", "advanced"], "back",
    )  # fmt: skip
    journeys = Journeys.of(Facts.of(sample), file)
    found = journeys.frame().sort_values(["deal_id", "entered"], kind="stable")
    assert found["deal_id"].tolist() == expected["deal_id"].tolist()
    assert found["milestone"].tolist() == [keys[n] for n in here]
    assert found["entered"].tolist() == expected["day"].tolist()
    left = expected["left"].astype("datetime64[ms]")
    pd.testing.assert_series_equal(found["left"], left, check_index=False)
    assert found["outcome"].tolist() == outcome.tolist()
    reentered = expected.duplicated(["deal_id", "stage"])
    assert found["reentry"].tolist() == reentered.tolist()
    assert reentered.any()
    direct = set(events.loc[events["stage"] == "Contract", "deal_id"]) - set(expected["deal_id"])
    deal_id = sample.table("deals", ["deal_id"])["deal_id"]
    assert set(deal_id[journeys.direct]) == direct
    assert direct


@pytest.mark.parametrize("then", ["2024-08-14", "2025-06-30", "2025-12-31"])
def test_every_open_deal_of_the_sample_is_at_one_milestone(sample: Dataset, then: str):
    day = dt.date.fromisoformat(then)
    facts = Facts.of(sample)
    journeys, known = Journeys.of(facts, process_of(sample), day), facts.known(day)
    there = journeys.there(day)
    assert np.array_equal(np.sort(journeys.stays.deal[there]), np.flatnonzero(known.open))
    stages = np.array([one.stages[0].name for one in journeys.file.processes[0].milestones])
    assert (stages[journeys.stays.milestone[there]] == np.asarray(known.stage[journeys.stays.deal[there]])).all()
    # seen from the end, the stays up to then are the same
    later = Journeys.of(facts, process_of(sample))
    began = later.stays.entered <= np.datetime64(day, "D")
    assert np.array_equal(later.stays.deal[began], journeys.stays.deal)
    assert np.array_equal(later.stays.milestone[began], journeys.stays.milestone)
    parts = spells(journeys)
    np.testing.assert_allclose(np.bincount(parts.stay, parts.share * (parts.end - parts.start)), journeys.days)


EASY = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""Without shrinking: each try writes a dataset."""


@some.composite
def companies(draw: some.DrawFn) -> dict[str, Rows]:
    """Deals with any moves, on the same day too, any closing and any owners."""
    tables: dict[str, Rows] = {"deals": [*ANCHORS], "stage_events": [*SIGNED], "deal_owners": []}
    for number in range(draw(some.integers(1, 8))):
        days = sorted(draw(some.lists(some.integers(0, 120), max_size=7)))
        for n, on in enumerate(days):
            at = dt.datetime(2024, 1, 1, 9, n) + dt.timedelta(on)
            width = draw(some.sampled_from([0, 0, 7]))
            stage = draw(some.sampled_from(["Talks", "Offer", "Trial", "On hold", "Signed", "No deal"]))
            after = str((at - dt.timedelta(width)).date()) if width else None
            tables["stage_events"].append(move(number, stage, f"{at:%Y-%m-%d %H:%M}") | {"entered_after": after})
        status = draw(some.sampled_from(["open", "won", "lost"]))
        closed = dt.date(2024, 1, 1) + dt.timedelta(draw(some.integers(0, 130)))
        tables["deals"].append(
            deal(number, "ann", status, "2024-01-01", None if status == "open" else str(closed))
        )
        change = draw(some.integers(0, 100))
        if change > 30:
            day = dt.date(2024, 1, 1) + dt.timedelta(change)
            tables["deal_owners"] += [
                {"deal_id": f"D{number}", "rep_id": "bob", "from": None, "to": str(day), "share": 0.5},
                {"deal_id": f"D{number}", "rep_id": "cleo", "from": None, "to": str(day), "share": 0.5},
                {
                    "deal_id": f"D{number}",
                    "rep_id": "bob",
                    "from": str(day + dt.timedelta(1)),
                    "to": None,
                    "share": 1.0,
                },
            ]
    return {name: rows for name, rows in tables.items() if rows}


@EASY
@given(companies(), some.integers(0, 140))
def test_stays_follow_each_other_and_add_up(tmp_path_factory: pytest.TempPathFactory, tables, number):
    day = dt.date(2024, 1, 1) + dt.timedelta(number)
    facts = Facts.of(dataset_of(tmp_path_factory.mktemp("stays"), "2024-06-30", tables))
    journeys, known = Journeys.of(facts, FILE, day), facts.known(day)
    stays, on = journeys.stays, np.datetime64(day, "D")
    for place in range(len(stays.deal)):  # one by one: the code under test never does
        last = place + 1 == len(stays.deal) or stays.deal[place + 1] != stays.deal[place]
        outcome = OUTCOMES[stays.outcome[place]]
        assert stays.entered[place] <= on
        assert stays.entered_after[place] < stays.entered[place] or np.isnat(stays.entered_after[place])
        assert journeys.shortest[place] <= journeys.days[place] <= journeys.longest[place]
        if outcome == "open":
            assert last
            assert np.isnat(stays.left[place])
            assert known.open[stays.deal[place]]
            continue
        assert stays.left[place] >= stays.entered[place]
        if outcome in ("advanced", "back"):
            assert not last
            assert stays.entered[place + 1] == stays.left[place]  # nothing in between
            assert stays.milestone[place + 1] == stays.to[place]
            assert (stays.to[place] > stays.milestone[place]) == (outcome == "advanced")
        elif last and known.closing.closed[stays.deal[place]]:
            assert stays.left[place] <= known.closed_on[stays.deal[place]]
    # at every milestone: entered − left = change in those there
    begin = dt.date(2024, 1, 1) + dt.timedelta(number // 2)
    span = (np.datetime64(begin, "D"), on)
    for one in range(3):
        mine = stays.milestone == one
        entered = ((stays.entered > span[0]) & (stays.entered <= span[1]) & mine).sum()
        left = ((stays.left > span[0]) & (stays.left <= span[1]) & mine).sum()
        assert entered - left == (journeys.there(day) & mine).sum() - (journeys.there(begin) & mine).sum()
    parts = spells(journeys)
    np.testing.assert_allclose(
        np.bincount(parts.stay, parts.share * (parts.end - parts.start), minlength=len(stays.deal)), journeys.days
    )
    ended = parts.outcome != OPEN
    np.testing.assert_allclose(
        np.bincount(parts.stay[ended], parts.share[ended], minlength=len(stays.deal)), stays.outcome != OPEN
    )
    assert (parts.shortest <= parts.end).all()
    assert (parts.end <= parts.longest).all()
