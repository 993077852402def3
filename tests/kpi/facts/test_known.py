"""What was known on a day: worked by hand for every source, and blind to whatever the future holds."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, dataset_of, deal, value
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.period import Period

COLUMNS = [
    "status",
    "closed_on",
    "stage",
    "stage_since",
    "amount",
    "expected_close_on",
    "crm_probability",
    "rep_id",
]


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


def known(facts: Facts, written: str) -> dict[str, dict[str, Any]]:
    """What was known on a day, by deal; missing is None, days are written out."""
    frame = facts.known(day(written)).frame().set_index("deal_id")
    for name in ("created_on", "closed_on", "stage_since", "stage_after", "expected_close_on"):
        frame[name] = frame[name].dt.strftime("%Y-%m-%d")
    return frame.astype("object").where(frame.notna(), None).to_dict("index")


def move(number: int, stage: str, at: str, **more: str) -> dict[str, str]:
    return {"deal_id": f"D{number}", "stage": stage, "entered_at": at, **more}


def snapshot(taken_on: str, number: int, **more: Any) -> dict[str, Any]:
    return {"taken_on": pd.Timestamp(taken_on), "deal_id": f"D{number}", **more}


# --- (a) stage moves

DEALS = [
    deal(1, "ann", "won", "2024-01-01", "2024-06-10", stage="Signed", amount=90.0),  # lost 10 Jan, back 20 Feb
    deal(2, "ann", "open", "2024-01-01", stage="Offer", amount=70.0),
    deal(3, "bob", "lost", "2024-01-05", "2024-01-12", stage="No deal", amount=30.0),
    deal(4, "bob", "lost", "2024-01-05", "2024-01-13", stage="No deal", amount=40.0),
]
MOVES = [
    move(1, "Talks", "2024-01-01 09:00"), move(1, "No deal", "2024-01-10 09:00"),
    move(1, "Offer", "2024-02-20 09:00"), move(1, "Signed", "2024-06-10 09:00"),
    move(2, "Talks", "2024-01-01 09:00"), move(2, "Offer", "2024-03-01 00:30"),
    move(3, "Talks", "2024-01-05 09:00"), move(3, "No deal", "2024-01-12 09:00"),
    move(4, "Talks", "2024-01-05 09:00"), move(4, "No deal", "2024-01-13 09:00"),
]  # fmt: skip


def test_a_deal_was_lost_before_it_was_reopened(given: Given):
    facts = given(deals=DEALS, stage_events=MOVES)
    then = known(facts, "2024-01-31")["D1"]
    assert (then["status"], then["closed_on"], then["stage"]) == ("lost", "2024-01-10", "No deal")
    assert then["amount"] is None  # table deals has its amount of June
    back = known(facts, "2024-02-20")["D1"]
    assert (back["status"], back["closed_on"], back["stage"]) == ("open", None, "Offer")
    assert (back["stage_since"], back["stage_after"]) == ("2024-02-20", None)
    assert known(facts, "2024-06-09")["D1"]["status"] == "open"
    assert known(facts, "2024-06-10")["D1"]["status"] == "won"
    # a deal that is closed for good is a fact, its amount too
    assert known(facts, "2024-01-12")["D3"] | {"rep_id": "bob"} == known(facts, "2024-12-31")["D3"]
    assert known(facts, "2024-01-11")["D3"]["status"] == "open"


def test_moves_count_on_their_local_day(given: Given):
    facts = given(deals=DEALS, stage_events=MOVES)
    assert known(facts, "2024-02-29")["D2"]["stage"] == "Talks"
    assert known(facts, "2024-03-01")["D2"]["stage"] == "Offer"  # half past midnight in Berlin


def test_no_deal_is_counted_while_it_was_lost(given: Given):
    facts = given(deals=DEALS, stage_events=MOVES)
    # 31 January: only 2 is open; 29 February: 1 is back
    assert len(facts.open(day("2024-01-31"))) == 1
    assert len(facts.open(day("2024-02-29"))) == 2
    table = compute(facts, Period.parse("2024-01"), ["deals_in_funnel"])
    assert value(table, "deals_in_funnel") == 1


def test_facts_of_an_earlier_day_know_the_closing_of_then(given: Given):
    dataset = given(deals=DEALS, stage_events=MOVES).dataset
    january = Period.parse("2024-01")
    seen_then = compute(Facts.of(dataset, day("2024-01-31")), january, ["deals_lost"])
    seen_now = compute(Facts.of(dataset), january, ["deals_lost"])
    assert value(seen_then, "deals_lost") == 3  # 1, 3, 4
    assert value(seen_now, "deals_lost") == 2  # 1 counts where it closed last: won in June


def test_without_any_lost_deal_left_nothing_says_what_the_stage_means(given: Given):
    facts = given(deals=DEALS[:2], stage_events=MOVES[:6])
    assert known(facts, "2024-01-31")["D1"]["status"] == "open"  # as far as the export can tell
    assert known(facts, "2024-01-31")["D1"]["stage"] == "No deal"


def test_a_move_between_two_snapshots_is_known_when_it_is_seen(given: Given):
    deals = [deal(1, "ann", "open", "2024-01-01", stage="Offer")]
    moves = [
        move(1, "Talks", "2024-01-07", entered_after="2023-12-31"),
        move(1, "Offer", "2024-02-07", entered_after="2024-01-31"),
    ]
    facts = given(deals=deals, stage_events=moves)
    assert known(facts, "2024-02-06")["D1"]["stage"] == "Talks"
    seen = known(facts, "2024-02-07")["D1"]
    assert (seen["stage"], seen["stage_since"], seen["stage_after"]) == ("Offer", "2024-02-07", "2024-01-31")


# --- (b) snapshots

END = pd.Timestamp("2024-03-31")
SNAPSHOTS = [
    snapshot(
        "2024-01-31", 1, stage="Talks", status="open", amount=10.0, crm_probability=0.2, expected_close_on=END
    ),
    snapshot("2024-02-29", 1, stage="Offer", status="open", amount=20.0, crm_probability=0.4),
    snapshot("2024-03-31", 1, stage="Offer", status="lost", amount=25.0),
    snapshot("2024-04-30", 1, stage="Offer", status="lost", amount=25.0),
    snapshot("2024-05-31", 1, stage="Talks", status="open", amount=50.0),
]


def test_the_last_snapshot_up_to_the_day_counts(given: Given):
    deals = [
        deal(1, "ann", "open", "2024-01-10", stage="Talks", amount=60.0, crm_probability=0.9),
        deal(2, "ann", "open", "2024-02-10", stage="Talks", amount=99.0),
    ]
    facts = given(deals=deals, snapshots=SNAPSHOTS)
    january, march = known(facts, "2024-02-28")["D1"], known(facts, "2024-03-30")["D1"]
    assert (january["stage"], january["amount"], january["crm_probability"]) == ("Talks", 10, 0.2)
    assert january["expected_close_on"] == "2024-03-31"
    # created on 10 January, seen on the 31st: it came to Talks in (9, 31]
    assert (january["stage_since"], january["stage_after"]) == ("2024-01-31", "2024-01-09")
    assert (march["stage"], march["amount"]) == ("Offer", 20)
    assert (march["stage_since"], march["stage_after"]) == ("2024-02-29", "2024-01-31")
    lost, back = known(facts, "2024-05-30")["D1"], known(facts, "2024-06-30")["D1"]
    assert (lost["status"], lost["closed_on"], lost["amount"]) == ("lost", "2024-03-31", 25)
    assert (back["status"], back["stage"], back["amount"]) == ("open", "Talks", 50)
    # the second is in no snapshot: nothing is known but that it was there
    assert known(facts, "2024-03-30")["D2"]["amount"] is None
    assert known(facts, "2024-03-30")["D2"]["stage"] is None
    assert "D2" not in known(facts, "2024-02-09")


def test_a_snapshot_from_before_a_deal_was_reopened_says_nothing(given: Given):
    shown = [snapshot("2024-01-09", 1, amount=10.0), snapshot("2024-03-31", 1, amount=20.0)]
    facts = given(deals=DEALS, stage_events=MOVES, snapshots=shown)
    assert known(facts, "2024-01-09")["D1"]["amount"] == 10
    assert known(facts, "2024-01-13")["D1"]["amount"] is None  # lost since
    assert known(facts, "2024-02-20")["D1"]["amount"] is None  # back since
    assert known(facts, "2024-03-31")["D1"]["amount"] == 20


def test_the_pipeline_is_worth_what_it_was_worth(given: Given):
    deals = [
        deal(1, "ann", "open", "2024-01-10", amount=60.0),
        deal(2, "ann", "open", "2024-02-10", amount=99.0),
        deal(3, "bob", "won", "2024-01-10", "2024-04-10", amount=7.0),
    ]
    shown = [snapshot("2024-01-31", 1, amount=10.0), snapshot("2024-01-31", 3)]
    facts = given(deals=deals, snapshots=shown)
    january = compute(facts, Period.parse("2024-01"), ["pipeline_value"])
    assert value(january, "pipeline_value") == 10  # 3 carried no amount then
    assert value(january, "pipeline_value", "n") == 1
    assert not any("last known" in str(note) for note in january.notes)
    assert facts.known(day("2024-01-31")).why_amounts_unknown is None
    assert facts.open(day("2024-01-31"))["amount"].fillna(0).tolist() == [10, 0]

    february = compute(facts, Period.parse("2024-02"), ["pipeline_value", "deals_in_funnel"])
    assert value(february, "deals_in_funnel") == 3
    # 2, one of the three, is in no snapshot: the 99 of today are not what it was worth
    assert str(february.unavailable["pipeline_value"]) == (
        "what 1 open deal was worth on Feb 29, 2024 is not known: no snapshot up to then shows it"
    )
    assert facts.known(day("2024-02-29")).amounts_unknown == 1
    assert compute(facts, Period.parse("2024-02"), ["deals_created"]).notes == january.notes


def test_a_few_deals_of_unknown_worth_are_counted_and_said(given: Given):
    deals = [deal(number, "ann", "open", "2024-01-10", amount=60.0) for number in range(1, 11)]
    facts = given(deals=deals, snapshots=[snapshot("2024-01-31", number, amount=5.0) for number in range(1, 10)])
    january = compute(facts, Period.parse("2024-01"), ["pipeline_value", "deals_in_funnel"])
    assert value(january, "pipeline_value") == 9 * 5  # one of ten is in no snapshot: a tenth is bearable
    assert value(january, "pipeline_value", "n") == 9
    assert value(january, "deals_in_funnel") == 10
    assert any("What 1 open deal was worth" in str(note) for note in january.notes)
    assert str(january.caveats["pipeline_value",]) == "1 of 10 carries no amount"


def test_the_frame_of_open_deals_is_that_of_the_day(given: Given):
    today = {"expected_close_on": pd.Timestamp("2024-09-09"), "crm_probability": 0.9}
    deals = [
        deal(1, "ann", "won", "2024-01-01", "2024-05-01", stage="Signed", amount=5.0, **today),
        deal(2, "ann", "open", "2024-01-01", stage="Offer", amount=6.0, **today),
    ]
    facts = given(deals=deals, snapshots=[snapshot("2024-01-31", 1, amount=4.0, stage="Talks")])
    then = facts.open(day("2024-01-31")).set_index("deal_id")
    assert then["status"].tolist() == ["open", "open"]
    assert then.loc["D1", ["stage", "amount"]].tolist() == ["Talks", 4.0]  # as the snapshot shows it
    unknown = ["stage", "amount", "expected_close_on", "crm_probability", "closed_on", "loss_reason"]
    assert then.loc["D2", unknown].isna().all()  # Offer, 6.0, Sep 9 and 0.9 are today's
    now = facts.open().set_index("deal_id")
    assert now.loc["D2", ["stage", "amount", "crm_probability"]].tolist() == ["Offer", 6.0, 0.9]


def test_what_may_have_been_open_is_not_compared(given: Given):
    # a tenth of the deals without a creation date is bearable, a fifth is not
    dated = [deal(number, "ann", "open", "2024-01-10") for number in range(1, 10)]
    few = given(deals=[*dated, deal(10, "ann", "open", None)])
    assert value(compute(few, Period.parse("2024-01"), ["deals_in_funnel"]), "deals_in_funnel") == 9
    assert few.known(day("2024-01-31")).unsure.sum() == 1
    many = given(deals=[*dated[:8], deal(10, "ann", "open", None), deal(11, "ann", "lost", None, "2024-02-03")])
    table = compute(many, Period.parse("2024-01"), ["deals_in_funnel"])
    assert str(table.unavailable["deals_in_funnel"]) == (
        "2 deals have no creation date, so nobody knows whether they were open on Jan 31, 2024"
    )
    march = compute(many, Period.parse("2024-03"), ["deals_in_funnel"])  # 11 had closed by then: 1 of 9
    assert "1 deal has no creation date" in str(march.unavailable["deals_in_funnel"])
    assert value(compute(many, Period.parse("2024-12"), ["deals_in_funnel"]), "deals_in_funnel") == 9


# --- (c) today, (d) dates alone


def test_dates_alone_tell_what_was_open_and_nothing_of_its_worth(given: Given):
    deals = [
        deal(1, "ann", "won", "2024-01-01", "2024-02-01", stage="Signed", amount=5.0),
        deal(2, "ann", "open", "2024-01-01", stage="Offer", amount=6.0, crm_probability=0.5),
        deal(3, "ann", "open", None, stage="Offer", amount=7.0),
    ]
    facts = given(deals=deals)
    then = known(facts, "2024-01-31")
    assert {number: row["status"] for number, row in then.items()} == {"D1": "open", "D2": "open"}
    assert all(then["D2"][name] is None for name in ("stage", "amount", "crm_probability", "expected_close_on"))
    why = facts.known(day("2024-01-31")).why_amounts_unknown
    assert str(why) == "what open deals were worth on Jan 31, 2024 is not known: no snapshots up to then"
    later = known(facts, "2024-02-01")
    assert (later["D1"]["status"], later["D1"]["amount"], later["D1"]["stage"]) == ("won", 5, "Signed")
    today = known(facts, "2024-12-31")
    assert (today["D3"]["amount"], today["D2"]["stage"], today["D2"]["crm_probability"]) == (7, "Offer", 0.5)


def test_a_deal_without_creation_date_is_there_since_it_was_first_seen(given: Given):
    deals = [deal(1, "ann", "open", None), deal(2, "ann", "open", None), deal(3, "ann", "open", "2024-01-01")]
    facts = given(
        deals=deals,
        stage_events=[move(1, "Talks", "2024-03-01")],
        snapshots=[snapshot("2024-04-30", 2, amount=1.0)],
    )
    assert set(known(facts, "2024-02-28")) == {"D3"}
    assert set(known(facts, "2024-03-01")) == {"D1", "D3"}
    assert set(known(facts, "2024-04-30")) == {"D1", "D2", "D3"}


def test_owners_are_those_of_the_day(given: Given):
    owners = [
        {"deal_id": "D1", "rep_id": "ann", "from": None, "to": "2024-01-31", "share": 1.0},
        {"deal_id": "D1", "rep_id": "bob", "from": "2024-02-01", "to": None, "share": 0.4},
        {"deal_id": "D1", "rep_id": "cleo", "from": "2024-02-01", "to": None, "share": 0.6},
    ]
    facts = given(deals=[deal(1, "cleo", "open", "2024-01-01")], deal_owners=owners)
    assert known(facts, "2024-01-31")["D1"]["rep_id"] == "ann"
    assert known(facts, "2024-02-01")["D1"]["rep_id"] == "cleo"
    credit = facts.known(day("2024-02-01")).credit(np.array([0]))
    assert dict(zip(credit.rep, credit.share, strict=True)) == {"bob": 0.4, "cleo": 0.6}


def test_nothing_is_known_of_the_future(given: Given):
    facts = Facts.of(given(deals=DEALS).dataset, day("2024-06-30"))
    with pytest.raises(ConfigError, match=r"Nothing is known of that day yet.*2024-07-01"):
        facts.known(day("2024-07-01"))


def test_under_the_first_close_a_deal_stays_closed(given: Given):
    facts = Facts.of(given(deals=DEALS, stage_events=MOVES).dataset, reopened="first_close")
    for then in ("2024-01-31", "2024-03-31", "2024-12-31"):
        assert (known(facts, then)["D1"]["status"], known(facts, then)["D1"]["closed_on"]) == (
            "lost",
            "2024-01-10",
        )


# --- the sample company


def test_at_month_ends_the_sample_company_is_as_its_snapshots_show(sample: Dataset):
    facts = Facts.of(sample)
    shown = sample.table("snapshots").set_index(["taken_on", "deal_id"]).sort_index()
    for taken_on in shown.index.levels[0][5::5]:
        found = facts.known(taken_on.date()).frame().set_index("deal_id").sort_index()
        found = found[found["status"] == "open"]
        expected = shown.loc[taken_on]
        assert len(expected) > 50
        assert found.index.tolist() == expected.index.tolist()
        for name in ("stage", "amount", "expected_close_on", "crm_probability", "rep_id"):
            assert found[name].tolist() == expected[name].tolist(), (taken_on, name)
        assert found["amount_is_known"].all()


def test_today_the_sample_company_is_as_table_deals_says(sample: Dataset):
    deals = sample.table("deals").set_index("deal_id").sort_index()
    found = Facts.of(sample).known().frame().set_index("deal_id").sort_index()
    for name in ("rep_id", "status", "stage", "amount", "expected_close_on", "crm_probability", "closed_on"):
        pd.testing.assert_series_equal(found[name], deals[name], check_dtype=False, check_categorical=False)
    events = sample.table("stage_events", ["deal_id", "entered_at"]).groupby("deal_id")["entered_at"].max()
    assert (found["stage_since"] == events.dt.tz_localize(None).dt.normalize().reindex(found.index)).all()


# --- leakage

D = day("2024-06-30")
EASY = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""Without shrinking: each try writes two datasets."""

ANCHORS: Rows = [
    deal(90 + n, "ann", ("won", "lost")[n % 2], "2024-01-01", "2024-01-20", stage=("Signed", "No deal")[n % 2],
         amount=1.0)
    for n in range(8)
]  # fmt: skip
"""Deals that show what the closing stages mean, whatever becomes of the others."""

_before = some.integers(1, 180).map(lambda days: D - dt.timedelta(days))
_later = some.integers(1, 180).map(lambda days: D + dt.timedelta(days))
_rep = some.sampled_from(["ann", "bob", "cleo"])
_stage = some.sampled_from(["Talks", "Offer", "Trial"])
_amount = some.one_of(some.none(), some.integers(1, 99).map(float))


def _moved(number: int, days: list[dt.date], stages: list[str]) -> Rows:
    return [
        move(number, stage, f"{on} 10:{hour:02d}")
        for hour, (on, stage) in enumerate(zip(days, stages, strict=True))
    ]


@some.composite
def futures(draw: some.DrawFn) -> list[dict[str, Rows]]:
    """What happened up to D, and two futures: each the tables as exported half a year later."""
    pasts, ends = [], []
    for number in range(draw(some.integers(1, 8))):
        days = sorted(draw(some.lists(_before, min_size=1, max_size=4, unique=True)))
        stages = [draw(_stage) for _ in days]
        ended = draw(some.sampled_from(["open", "open", "won", "lost", "reopened"]))
        if ended in ("won", "lost"):
            stages[-1] = "Signed" if ended == "won" else "No deal"
        elif ended == "reopened" and len(days) > 2:
            stages[-2] = "No deal"
        shown = [
            snapshot(str(on), number, amount=draw(_amount), crm_probability=draw(some.sampled_from([0.1, 0.5])))
            for on in draw(some.lists(_before, max_size=3, unique=True))
            if on >= days[0] and not (ended in ("won", "lost") and on >= days[-1])
        ]
        pasts.append((number, days, stages, ended, shown, draw(_rep), draw(_amount)))
    for _ in range(2):
        tables: dict[str, Rows] = {"deals": [*ANCHORS], "stage_events": [], "snapshots": [], "deal_owners": []}
        for row in ANCHORS:
            number = int(row["deal_id"][1:])
            tables["stage_events"] += _moved(
                number, [day("2024-01-01"), day("2024-01-20")], ["Talks", row["stage"]]
            )
        for number, days, stages, ended, shown, rep, amount in pasts:
            closed = ended in ("won", "lost")
            goes_on = not closed or draw(some.booleans())  # a closed deal may be reopened
            then = sorted(draw(some.lists(_later, max_size=3, unique=True))) if goes_on else []
            after = [draw(_stage) for _ in then]
            status, closed_on, stage = ended if closed and not then else "open", days[-1], (stages + after)[-1]
            if then and draw(some.booleans()):
                status = draw(some.sampled_from(["won", "lost"]))
                after[-1] = stage = "Signed" if status == "won" else "No deal"
                closed_on = then[-1]
            now = amount if closed and not then else draw(_amount)
            owner = draw(_rep)
            chance = None if closed and not then else draw(some.sampled_from([None, 0.9]))
            tables["deals"].append(
                deal(
                    number,
                    owner,
                    status,
                    str(days[0]),
                    None if status == "open" else str(closed_on),
                    stage=stage,
                    amount=now,
                    crm_probability=chance,
                )
            )
            tables["stage_events"] += _moved(number, days + then, stages + after)
            tables["snapshots"] += shown + [
                snapshot(str(on), number, amount=draw(_amount))
                for on in draw(some.lists(_later, max_size=2, unique=True))
            ]
            change = draw(_later) if draw(some.booleans()) else None
            tables["deal_owners"] += [
                {"deal_id": f"D{number}", "rep_id": rep, "from": None, "to": change and str(change)},
                *([{"deal_id": f"D{number}", "rep_id": owner, "from": str(change + dt.timedelta(1)), "to": None}]
                  if change else []),
            ]  # fmt: skip
        for number in range(50, 50 + draw(some.integers(0, 3))):  # created later
            tables["deals"].append(
                deal(number, "bob", "open", str(draw(_later)), amount=draw(_amount), stage="Talks")
            )
        ends.append({name: rows for name, rows in tables.items() if rows})
    return ends


@pytest.fixture(scope="session")
def facts_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Rows]], Facts]:
    return lambda tables: Facts.of(dataset_of(tmp_path_factory.mktemp("future"), "2024-12-31", tables))


@EASY
@given(futures())
def test_changing_the_future_changes_nothing(facts_of: Callable[[dict[str, Rows]], Facts], drawn):
    one, other = drawn
    found = []
    for tables in (one, other):
        frame = facts_of(tables).known(D).frame().set_index("deal_id").sort_index()
        found.append(frame.drop(columns="amount_is_known").astype("object"))
    assert found[0].index.tolist() == found[1].index.tolist()
    # the one thing table deals overwrites: what a deal was worth that was closed on D and has been reopened since
    stays = [{row["deal_id"] for row in tables["deals"] if row["status"] != "open" and row["closed_on"] <= str(D)}
             for tables in (one, other)]  # fmt: skip
    alike = found[0].index.isin(list(stays[0] & stays[1])) | (found[0]["status"] == "open")
    worth = ["amount", "crm_probability", "expected_close_on"]
    pd.testing.assert_frame_equal(found[0].drop(columns=worth), found[1].drop(columns=worth))
    pd.testing.assert_frame_equal(found[0].loc[alike, worth], found[1].loc[alike, worth])
    for frame, closed_for_good in zip(found, stays, strict=True):
        overwritten = (frame["status"] != "open") & ~frame.index.isin(list(closed_for_good))
        assert frame.loc[overwritten, worth].isna().all(axis=None)  # missing, never today's


@pytest.mark.parametrize("then", ["2024-08-14", "2025-06-30"])
def test_the_sample_company_s_future_changes_nothing(sample: Dataset, tmp_path, then: str):
    """Everything after the day is scrambled: what is left of the sample's past must be known alike."""
    on, rng = pd.Timestamp(then), np.random.default_rng(3)
    tables = {name: sample.table(name) for name in ("deals", "stage_events", "snapshots", "deal_owners", "reps")}
    deals = tables["deals"]
    deals = deals[(deals["created_on"] <= on) | (rng.random(len(deals)) < 0.5)].reset_index(drop=True)
    later = ~(deals["closed_on"] <= on)
    status = rng.choice(["open", "won", "lost"], len(deals))
    day_closed = on + pd.to_timedelta(rng.integers(1, 90, len(deals)), "D")
    deals["status"] = deals["status"].where(~later, status)
    deals["closed_on"] = deals["closed_on"].where(~later, pd.Series(day_closed).where(status != "open"))
    deals["closed_on"] = deals["closed_on"].where(
        deals["closed_on"].isna() | (deals["closed_on"] >= deals["created_on"]), deals["created_on"]
    )
    for name, values in (
        ("stage", rng.permutation(deals["stage"])),
        ("amount", rng.random(len(deals))),
        ("crm_probability", rng.random(len(deals))),
        ("expected_close_on", deals["created_on"]),
        ("rep_id", rng.permutation(deals["rep_id"])),
    ):
        deals[name] = deals[name].where(~later, values)
    # whose a deal was is known only where the export keeps owners: also of deals that never changed hands
    owners = tables["deal_owners"]
    alone = tables["deals"].loc[~tables["deals"]["deal_id"].isin(owners["deal_id"]), ["deal_id", "rep_id"]]
    owners = pd.concat([owners, alone.assign(share=1.0)])
    ended = owners["to"].isna() | (owners["to"] > on)
    owners["to"] = owners["to"].where(~ended, on + pd.Timedelta(days=1))
    events = tables["stage_events"].copy()
    after = events["entered_at"].dt.tz_localize(None) >= on + pd.Timedelta(days=1)
    events["stage"] = events["stage"].where(~after, rng.permutation(events["stage"]))
    events = events[~after | (rng.random(len(events)) < 0.6)]
    snapshots = tables["snapshots"].copy()
    since = snapshots["taken_on"] > on
    snapshots["amount"] = snapshots["amount"].where(~since, 1.0)
    scrambled = {"deals": deals, "stage_events": events, "snapshots": snapshots, "reps": tables["reps"]}
    scrambled["deal_owners"] = owners
    changed = dataset_of(tmp_path / "scrambled", str(sample.as_of), scrambled)
    frames = [
        Facts.of(dataset).known(on.date()).frame().set_index("deal_id").sort_index().astype("object")
        for dataset in (sample, changed)
    ]
    assert len(frames[0]) > 1000
    assert (frames[0]["status"] == "open").sum() > 100
    pd.testing.assert_frame_equal(*frames)
