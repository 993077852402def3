"""Moves from successive exports: by hand, against a plain loop, and against the sample company's true history."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.dataset import Dataset
from salesreport.ingest import ingest
from salesreport.ingest.history.snapshots import Past, derive, end_of_day, snapshot_of
from salesreport.sample import make_company

DAY = [dt.date(2025, 3, day) for day in (2, 9, 16, 23, 30)]
"""Sundays, a week apart."""


def deals(*rows, **columns):
    """Rows of (deal, stage, status, rep, created, closed); the last three may be left out."""
    names = ["deal_id", "stage", "status", "rep_id", "created_on", "closed_on"]
    filled = [(*row, *("open", "Ann", None, None)[len(row) - 2 :]) for row in rows]
    frame = pd.DataFrame(filled, columns=names).assign(**columns)
    for name in ("created_on", "closed_on", "expected_close_on"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ms]")
    return frame.astype(dict.fromkeys(names[:4], "str"))


def moves(derived):
    """(deal, stage, after, at) with dates as texts, '' where there is none, in order."""
    events = derived.stage_events
    at, after = (
        events[name].dt.strftime("%Y-%m-%d").astype(object).fillna("") for name in ("entered_at", "entered_after")
    )
    return sorted(
        zip(events["deal_id"], events["stage"], after, at, strict=True), key=lambda one: (one[0], one[3])
    )


def told(*exports, timezone="UTC", past=None):
    return derive(zip(DAY, exports, strict=False), timezone, past)


def test_a_move_lies_between_the_two_exports():
    seen = told(deals(("D1", "Lead")), deals(("D1", "Offer")), deals(("D1", "Offer")), deals(("D1", "Lead")))
    assert moves(seen) == [
        ("D1", "Lead", "", "2025-03-02"),  # there from the start, since when nobody knows
        ("D1", "Offer", "2025-03-02", "2025-03-09"),
        ("D1", "Lead", "2025-03-16", "2025-03-23"),  # back; it was last seen in Offer on the 16th
    ]
    assert set(seen.stage_events["origin"]) == {"snapshot"}
    assert seen.taken_on == tuple(DAY[:4])
    assert len(seen.snapshots) == 4
    assert len(seen.deals) == 1


def test_a_new_deal_began_when_it_was_created_or_after_the_export_before():
    first = deals(("D1", "Lead", "open", "Ann", "2025-01-05"))
    second = deals(
        ("D1", "Lead", "open", "Ann", "2025-01-05"),
        ("D2", "Lead", "open", "Ann", "2025-03-05"),  # created on the 5th: it entered between the 5th and the 9th
        ("D3", "Lead"),  # not known: after the export of the 2nd
        ("D4", "Offer", "open", "Ann", "2024-12-01"),  # the filter was wider: no claim that it moved this week
        ("D5", "Lead", "open", "Ann", "2026-01-01"),  # a day to come says nothing
    )
    assert moves(told(first, second)) == [
        ("D1", "Lead", "2025-01-04", "2025-03-02"),
        ("D2", "Lead", "2025-03-04", "2025-03-09"),
        ("D3", "Lead", "2025-03-02", "2025-03-09"),
        ("D4", "Offer", "2024-11-30", "2025-03-09"),
        ("D5", "Lead", "2025-03-02", "2025-03-09"),
    ]


def test_a_closing_day_dates_the_closing():
    first = deals(*((f"D{n}", "Offer") for n in range(1, 6)))
    second = deals(
        ("D1", "Won", "won", "Ann", "2025-01-01", "2025-03-05"),  # on that very day: no open deal is ever in Won
        ("D2", "Won", "won", "Ann", "2025-01-01", "2025-02-05"),  # written back: it was open on the 2nd
        ("D3", "Talks", "lost", "Ann", "2025-01-01", "2025-03-05"),  # in Talks before it was lost, or then
        ("D4", "Talks"),  # Talks is a stage that open deals are in
        ("D5", "Won", "won"),  # no closing day
        ("D6", "Won", "won", "Ann", "2025-03-03", "2025-03-04"),  # created and won between two exports
        ("D7", "Won", "won", "Ann", "2025-03-03", "2025-03-03"),  # created as won
    )
    assert [move for move in moves(told(first, second)) if move[3] > "2025-03-02"] == [
        ("D1", "Won", "2025-03-04", "2025-03-05"),
        ("D2", "Won", "2025-03-02", "2025-03-09"),
        ("D3", "Talks", "2025-03-02", "2025-03-05"),
        ("D4", "Talks", "2025-03-02", "2025-03-09"),
        ("D5", "Won", "2025-03-02", "2025-03-09"),
        ("D6", "Won", "2025-03-03", "2025-03-04"),
        ("D7", "Won", "2025-03-02", "2025-03-03"),
    ]


def test_deals_that_are_gone_and_deals_that_come_back():
    seen = told(
        deals(("D1", "Lead"), ("D2", "Lead"), ("D3", "Won", "won"), ("D4", "Lead"), ("D5", "Lost", "lost")),
        deals(("D2", "Lead"), ("D5", "Lost", "lost")),
        deals(("D1", "Lead"), ("D4", "Offer")),
    )
    # D2 was open when it was last seen, on the 9th: removed. D3 and D5 were closed: they stay as they were.
    assert (seen.removed, seen.last_seen, seen.kept_closed) == (1, DAY[1], 2)
    assert dict(zip(seen.deals["deal_id"], seen.deals["status"], strict=True)) == {
        "D1": "open", "D4": "open", "D3": "won", "D5": "lost",
    }  # fmt: skip
    assert sorted(seen.snapshots["deal_id"]) == ["D1", "D1", "D2", "D2", "D3", "D4", "D4", "D5", "D5"]
    # D1 came back where it was: no move. D4 was last in Lead on the 2nd.
    assert seen.returned == 2
    assert [move for move in moves(seen) if move[3] > "2025-03-02"] == [
        ("D4", "Offer", "2025-03-02", "2025-03-16")
    ]


def test_owners_of_the_deals_that_changed_hands():
    seen = told(
        *(
            deals(("D1", "Lead", "open", rep), ("D2", "Lead", "open", "Zoe"))
            for rep in ("Ann", "Bob", "Bob", "Ann")
        )
    )
    nothing = pd.NaT
    expected = [
        ("Ann", nothing, pd.Timestamp(2025, 3, 8)),
        ("Bob", pd.Timestamp(2025, 3, 9), pd.Timestamp(2025, 3, 22)),
        ("Ann", pd.Timestamp(2025, 3, 23), nothing),
    ]
    owners = seen.deal_owners
    assert set(owners["deal_id"]) == {"D1"}
    for row, (rep, since, until) in zip(owners.itertuples(index=False), expected, strict=True):
        assert row.rep_id == rep
        assert (row[2] is pd.NaT and since is pd.NaT) or row[2] == since
        assert (row.to is pd.NaT and until is pd.NaT) or row.to == until


def test_a_stage_that_is_not_given_says_nothing():
    seen = told(
        deals(("D1", "Lead")),
        deals(("D1", None)),
        deals(("D1", "Lead")),
        deals(("D1", None)),
        deals(("D1", "Won")),
    )
    # the last time it was seen elsewhere is the 16th
    assert moves(seen)[1:] == [("D1", "Won", "2025-03-16", "2025-03-30")]
    late = told(deals(("D1", None)), deals(("D1", None), ("D2", None)), deals(("D1", "Lead"), ("D2", "Lead")))
    # D2 was not there on the 2nd; when D1 began, nobody knows
    assert moves(late) == [("D1", "Lead", "", "2025-03-16"), ("D2", "Lead", "2025-03-02", "2025-03-16")]
    without = told(deals(("D1", "Lead")).drop(columns="stage"), deals(("D1", "Lead")).drop(columns="stage"))
    assert without.stage_events.empty
    assert without.snapshots["status"].tolist() == ["open", "open"]


def test_days_end_where_clocks_change():
    days = np.array(["2025-03-30", "2025-10-26", "NaT"], dtype="datetime64[D]")
    ends = end_of_day(days, "Europe/Budapest")
    assert [str(end) for end in ends] == [
        "2025-03-30 23:59:59.999999+02:00", "2025-10-26 23:59:59.999999+01:00", "NaT",
    ]  # fmt: skip
    # in Beirut 30 March 2025 had no midnight: the clocks went from 0:00 to 1:00
    assert str(end_of_day(days[:1] - 1, "Asia/Beirut")[0]) == "2025-03-29 23:59:59.999999+02:00"


def test_days_must_ascend():
    with pytest.raises(ValueError, match="order"):
        derive([(DAY[1], deals(("D1", "Lead"))), (DAY[1], deals(("D1", "Lead")))], "UTC")
    with pytest.raises(ValueError, match="no export"):
        derive([], "UTC")


# --- against a plain loop


def in_a_loop(exports):
    """Moves and owners, deal by deal, from the definitions alone (all closed_on are empty)."""
    events, changes = [], []
    for deal in sorted({row[0] for _, rows in exports for row in rows}):
        stage = rep = seen_there = None
        arrived = next(at for at, (_, rows) in enumerate(exports) if deal in [row[0] for row in rows])
        for day, rows in exports:
            for name, here, _, owner in rows:
                if name != deal:
                    continue
                if rep is not None and owner != rep:
                    changes.append((deal, rep, owner, day))
                rep = owner
                if here is not None and here != stage:
                    after = seen_there if stage is not None else exports[arrived - 1][0] if arrived else None
                    events.append((deal, here, after.isoformat() if after else "", day.isoformat()))
                    stage = here
                if here is not None:
                    seen_there = day
    return sorted(events, key=lambda one: (one[0], one[3])), changes


@st.composite
def histories(draw):
    names = [f"D{n}" for n in range(draw(st.integers(1, 5)))]
    row = st.tuples(
        st.sampled_from(["Lead", "Offer", "Won", None]),
        st.sampled_from(["open", "open", "won", "lost"]),
        st.sampled_from(["Ann", "Bob", "Zoe"]),
    )
    return [
        (day, [(name, *draw(row)) for name in names if draw(st.booleans())] or [("DX", *draw(row))])
        for day in DAY[: draw(st.integers(1, 5))]
    ]


def as_text(frame):
    return sorted(map(tuple, frame.astype(object).where(frame.notna(), "").astype(str).to_numpy().tolist()))


@settings(max_examples=40, deadline=None)
@given(histories(), st.integers(1, 4))
def test_as_a_plain_loop_and_whether_at_once_or_added(history, cut):
    whole = derive(((day, deals(*rows)) for day, rows in history), "Europe/Berlin")
    events, changes = in_a_loop(history)
    assert moves(whole) == events
    assert len(whole.deal_owners) == len(changes) + len({deal for deal, *_ in changes})
    for deal, before, after, day in changes:
        mine = whole.deal_owners[whole.deal_owners["deal_id"] == deal]
        at = mine["from"].tolist().index(pd.Timestamp(day))
        assert mine["rep_id"].tolist()[at - 1 : at + 1] == [before, after]
    open_last = {name: (status, day) for day, rows in history for name, _, status, _ in rows}
    assert whole.removed == sum(status == "open" and day < history[-1][0] for status, day in open_last.values())
    if cut >= len(history):
        return
    one = derive(((day, deals(*rows)) for day, rows in history[:cut]), "Europe/Berlin")
    past = Past(one.deals, one.snapshots, one.stage_events, one.deal_owners)
    two = derive(((day, deals(*rows)) for day, rows in history[cut:]), "Europe/Berlin", past)
    for name in Past._fields:
        assert as_text(getattr(whole, name)) == as_text(getattr(two, name)[getattr(whole, name).columns]), name
    assert (whole.removed, whole.last_seen, whole.kept_closed, whole.returned, whole.taken_on) == (
        two.removed, two.last_seen, two.kept_closed, two.returned, two.taken_on,
    )  # fmt: skip


# --- against the truth of the sample company

SPEC = """
name: Lumina
currency: EUR
timezone: Europe/Budapest
tables:
  deals:
    file: exports/{date}/deals.csv
    columns: {deal_id: Id, rep_id: Owner, stage: Stage, created_on: Created, closed_on: Closed, amount: Amount,
              expected_close_on: Due, crm_probability: Chance}
    status: {from: Stage, won: [Won], lost: [Lost]}
"""


class Story:
    """A small sample company, and how its deals stood at the end of any day, from its true history."""

    def __init__(self):
        company = make_company(reps=12, deals=260, years=1, seed=3, activities_per_deal=0, snapshot_every=None)
        self.as_of = company.settings.as_of
        self.deals, self.owners = company.tables["deals"], company.tables["deal_owners"]
        events = company.tables["stage_events"]
        # some deals take their third step a minute after the second: two moves on one day
        hurried = (events.groupby("deal_id").cumcount() == 2) & ~events["stage"].isin(["Won", "Lost"])
        minute_later = events.groupby("deal_id")["entered_at"].shift() + pd.Timedelta(minutes=1)
        events = events.assign(
            entered_at=events["entered_at"].mask(hurried & (events.index % 3 == 0), minute_later)
        )
        self.events = events.assign(day=events["entered_at"].dt.tz_localize(None).dt.normalize())
        alone = self.owners.groupby("deal_id")["share"].transform("min").fillna(1) == 1
        self.handed = self.owners[alone & (self.owners.groupby("deal_id")["rep_id"].transform("size") > 1)]

    def on(self, day):
        day = pd.Timestamp(day)
        now = self.events[self.events["day"] <= day].groupby("deal_id").tail(1).set_index("deal_id")
        frame = self.deals[self.deals["created_on"] <= day].set_index("deal_id")
        frame = frame.assign(stage=now["stage"], moved=now["day"])
        closed = frame["stage"].isin(["Won", "Lost"])
        then = self.handed[self.handed["from"].fillna(pd.Timestamp(1900, 1, 1)) <= day].groupby("deal_id").tail(1)
        owner = then.set_index("deal_id")["rep_id"].reindex(frame.index).fillna(frame["rep_id"])
        return pd.DataFrame(
            {
                "Id": frame.index, "Owner": owner, "Stage": frame["stage"],
                "Created": frame["created_on"].dt.strftime("%Y-%m-%d"),
                "Closed": frame["moved"].where(closed).dt.strftime("%Y-%m-%d"),
                "Amount": frame["amount"], "Due": frame["expected_close_on"].dt.strftime("%Y-%m-%d"),
                "Chance": frame["crm_probability"],
            }
        )  # fmt: skip

    def write(self, folder, days):
        for day in days:
            place = folder / "exports" / day.isoformat()
            place.mkdir(parents=True)
            self.on(day).to_csv(place / "deals.csv", index=False)
        (folder / "source.yml").write_text(SPEC, encoding="utf-8")
        return folder / "source.yml"

    def ingested(self, folder, days) -> Dataset:
        return ingest(self.write(folder, days), folder / "dataset")


@pytest.fixture(scope="module")
def story():
    return Story()


def every(step, last, count):
    return [last - dt.timedelta(step * back) for back in range(count - 1, -1, -1)]


@pytest.mark.parametrize(("step", "count"), [(7, 40), (28, 10)])
def test_exports_now_and_then_agree_with_the_truth_within_the_interval(story, tmp_path, step, count):
    days = every(step, story.as_of, count)
    dataset = story.ingested(tmp_path, days)
    derived = dataset.table("stage_events")
    assert derived["entered_after"].notna().all()  # every deal has the day it was created
    truth = {
        deal: list(zip(one["entered_at"], one["stage"], strict=True))
        for deal, one in story.events.groupby("deal_id")
    }
    covered = 0
    for move in derived.itertuples():
        inside = [stage for at, stage in truth[move.deal_id] if move.entered_after < at <= move.entered_at]
        assert inside[-1] == move.stage, move  # exactly the last true move of the interval
        covered += len(inside)
    hidden = covered - len(derived)
    # what a plain look at neighbouring exports sees: how many deals are new or elsewhere
    seen = [story.on(day).set_index("Id")["Stage"] for day in days]
    visible = len(seen[0]) + sum((now != before.reindex(now.index)).sum() for before, now in pairwise(seen))
    assert len(derived) == visible
    # of the true moves the others are hidden: later ones between the same exports overwrote them
    assert covered <= len(story.events)
    assert 0 < hidden < 0.5 * len(story.events)
    # a closing is known to the day, for the export has its date
    closings = derived[derived["stage"].isin(["Won", "Lost"])]
    assert len(closings) > 50
    assert (closings["entered_at"] - closings["entered_after"] <= pd.Timedelta(hours=25)).all()
    gap = derived["entered_at"] - derived["entered_after"]
    started = derived["entered_after"] >= pd.Timestamp(days[0], tz="Europe/Budapest")
    assert gap[started].max() <= pd.Timedelta(days=step, hours=1)  # an hour more when clocks go back


def test_daily_exports_agree_with_the_truth_by_day(story, tmp_path):
    days = every(1, story.as_of, 120)
    dataset = story.ingested(tmp_path, days)
    derived = dataset.table("stage_events")
    since = pd.Timestamp(days[0])
    day = derived["entered_at"].dt.tz_localize(None).dt.normalize()
    got = derived[day > since].assign(day=day)
    # of several moves on one day, where the deal stood in the evening
    evening = story.events.groupby(["deal_id", "day"], sort=False).tail(1)
    before = evening.groupby("deal_id")["stage"].shift()
    wanted = evening[(evening["day"] > since) & (evening["stage"] != before)]
    columns = ["deal_id", "day", "stage"]
    assert as_text(got[columns]) == as_text(wanted[columns])
    later = story.events[story.events["day"] > since]
    assert 100 < len(wanted) < len(later)  # what happened earlier on one day is hidden
    width = got["entered_at"] - got["entered_after"]
    assert (width <= pd.Timedelta(hours=25)).all()
    # owners by day, too
    mine = dataset.table("deal_owners")[["deal_id", "rep_id", "from"]].dropna()
    true = story.handed.assign(first=story.handed["from"])
    true = true[(true["first"] > since) & true.groupby("deal_id").cumcount().gt(0)]
    assert as_text(mine) == as_text(true[["deal_id", "rep_id", "from"]])


def test_adding_one_by_one_gives_the_same_dataset(story, tmp_path):
    days = every(14, story.as_of, 5)
    source = story.write(tmp_path, days)
    folder = ingest(source, tmp_path / "folder")
    for number, day in enumerate(days):
        added = ingest(source, tmp_path / "added", snapshot_date=day)
        assert added.as_of == day
        assert len(added.table("snapshots", ["taken_on"])["taken_on"].unique()) == number + 1
    assert added.rows == folder.rows
    for name in folder.rows:
        pd.testing.assert_frame_equal(added.table(name), folder.table(name))
    assert added.fingerprint == folder.fingerprint
    assert added.provenance.counts == folder.provenance.counts
    assert added.provenance.files == folder.provenance.files
    assert added.provenance.notes == folder.provenance.notes
    assert {"snapshots", "stage_events", "deals", "reps"} <= set(folder.rows)
    assert folder.columns("snapshots") == (
        "taken_on", "deal_id", "stage", "status", "amount", "rep_id", "expected_close_on", "crm_probability",
    )  # fmt: skip
    # adding an export again changes nothing: the newest, and an older one
    before = (tmp_path / "added" / "dataset.json").read_bytes()
    for day in (days[-1], days[1]):
        assert ingest(source, tmp_path / "added", snapshot_date=day).fingerprint == folder.fingerprint
    assert (tmp_path / "added" / "dataset.json").read_bytes() == before
    assert ingest(source, tmp_path / "folder").fingerprint == folder.fingerprint


def test_a_snapshot_is_what_the_export_says():
    frame = deals(("D1", "Lead"), amount=[5.0], crm_probability=[0.4])
    assert snapshot_of(frame, DAY[0]).astype(object).iloc[0].to_dict() == {
        "taken_on": pd.Timestamp(2025, 3, 2), "deal_id": "D1", "stage": "Lead", "status": "open", "amount": 5.0,
        "rep_id": "Ann", "crm_probability": 0.4,
    }  # fmt: skip


def test_stages_that_open_deals_were_in_are_remembered_when_adding():
    first = told(deals(("D1", "Talks"), ("D2", "Lead")))
    past = Past(first.deals, first.snapshots, first.stage_events, first.deal_owners)
    # no open deal is in Talks any more: D2 came there at some time up to the day it was lost
    lost = deals(("D2", "Talks", "lost", "Ann", "2025-01-01", "2025-03-05"))
    added = derive([(DAY[1], lost)], "UTC", past)
    assert moves(added)[-1] == ("D2", "Talks", "2025-03-02", "2025-03-05")
    assert (added.removed, added.last_seen) == (1, DAY[0])
