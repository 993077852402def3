"""Movement, reaching and conversion at milestones: by hand, against statsmodels, brute force and the truth."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, dataset_of, deal, value, values
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.duration.survfunc import CumIncidenceRight
from test_journeys import ANCHORS, EASY, FILE, SIGNED, companies, move

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.conversions import Watched, conversion, conversions
from salesreport.kpi.milestones.journeys import Journeys
from salesreport.kpi.milestones.movement import FLOWS, direct_closings, movement
from salesreport.kpi.milestones.promises import slipped_deals, stale_deals
from salesreport.kpi.milestones.reached import process_file
from salesreport.kpi.milestones.waterfall import waterfall
from salesreport.period import Period
from salesreport.process import Milestone, Process, ProcessFile
from salesreport.provenance import Provenance
from salesreport.sample import make_company
from salesreport.writing import write_dataset

Q1 = Period.parse("2024-Q1")
JAN, MAR = dt.date(2024, 1, 1), dt.date(2024, 3, 31)

MOVES = [
    move(1, "Talks", "2023-12-01"), move(1, "Trial", "2024-01-10"),  # skips the offer; won 1 February
    move(2, "Offer", "2023-12-20"), move(2, "Talks", "2024-02-01"),  # goes back
    move(3, "Talks", "2024-01-01"), move(3, "Offer", "2024-01-05"),  # lost on 5 January
    move(4, "Talks", "2024-03-31"),
    move(5, "Talks", "2024-04-01"),  # after the quarter
    move(1, "Signed", "2024-02-01 12:00"), move(3, "No deal", "2024-01-05 12:00"),
    move(6, "Signed", "2024-02-02"), move(7, "No deal", "2024-02-03"),
]  # fmt: skip
DEALS = [
    deal(1, "ann", "won", "2023-12-01", "2024-02-01"),
    deal(2, "ann", "open", "2023-12-20"),
    deal(3, "bob", "lost", "2024-01-01", "2024-01-05"),
    deal(4, "bob", "open", "2024-03-31"),
    deal(5, "bob", "open", "2024-04-01"),
    deal(6, "bob", "won", "2024-02-02", "2024-02-02"),
    deal(7, "ann", "lost", "2024-02-01", "2024-02-03"),
]


def table(frame: pd.DataFrame, column: str, **where: str) -> list[float]:
    """A column at the three milestones."""
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    return frame[column].tolist()


def test_movement_by_hand(given: Given):
    facts = given(deals=[*DEALS, *ANCHORS], stage_events=[*MOVES, *SIGNED])
    frame = movement(facts, FILE, JAN, MAR, ())
    assert frame["milestone"].tolist() == ["talks", "offer", "trial"]
    assert table(frame, "there_before") == [1, 1, 0]  # 1 in talks, 2 at the offer
    assert table(frame, "entered") == [3, 1, 1]  # talks: 2, 3, 4; offer: 3; trial: 1
    assert table(frame, "advanced") == [2, 0, 0]  # 1 and 3
    assert table(frame, "back") == [0, 1, 0]
    assert table(frame, "lost") == [0, 1, 0]
    assert table(frame, "won") == [0, 0, 1]
    assert table(frame, "there_after") == [2, 0, 0]  # 2 and 4
    # 1 reaches the offer it skips; 2 has reached talks and offer before; the order reaches no milestone more
    assert table(frame, "reached") == [2, 2, 1]
    assert not frame[["taken_over", "handed_over", "first_seen"]].to_numpy().any()
    assert direct_closings(facts, FILE, JAN, MAR, ()).to_dict("list") == {
        "process": ["All"],
        "won": [1],
        "lost": [1],
    }
    by_rep = movement(facts, FILE, JAN, MAR)
    assert table(by_rep, "there_after", rep_id="ann") == [1, 0, 0]
    assert table(by_rep, "entered", rep_id="bob") == [2, 1, 0]


def test_a_deal_won_early_reaches_what_is_left_and_again_reaches_nothing(given: Given):
    moves = [
        move(1, "Talks", "2024-01-02"), move(1, "No deal", "2024-01-20"), move(1, "Talks", "2024-02-02"),
        move(1, "Signed", "2024-03-01"),
    ]  # fmt: skip
    facts = given(
        deals=[deal(1, "ann", "won", "2024-01-02", "2024-03-01"), *ANCHORS], stage_events=[*moves, *SIGNED]
    )
    frame = movement(facts, FILE, JAN, MAR)
    assert table(frame, "entered") == [2, 0, 0]  # it was reopened
    assert table(frame, "reached") == [1, 1, 1]
    march = movement(facts, FILE, dt.date(2024, 3, 1), MAR)
    assert table(march, "reached") == [0, 1, 1]


OWNERS = [
    {"deal_id": "D1", "rep_id": "ann", "from": None, "to": "2024-02-14", "share": 1.0},
    {"deal_id": "D1", "rep_id": "bob", "from": "2024-02-15", "to": "2024-03-09", "share": 1.0},
    {"deal_id": "D1", "rep_id": "bob", "from": "2024-03-10", "to": None, "share": 0.5},
    {"deal_id": "D1", "rep_id": "cleo", "from": "2024-03-10", "to": None, "share": 0.5},
]
REPS = [{"rep_id": rep, "team": team} for rep, team in (("ann", "North"), ("bob", "North"), ("cleo", "South"))]
HANDED: dict[str, Rows] = {
    "deals": [deal(1, "bob", "open", "2024-01-02"), *ANCHORS],
    "stage_events": [move(1, "Talks", "2024-01-02"), move(1, "Offer", "2024-02-15"), *SIGNED],
    "deal_owners": OWNERS,
    "reps": REPS,
}


def test_deals_change_hands(given: Given):
    facts = given(**HANDED)
    frame = movement(facts, FILE, JAN, MAR)
    # moved on the day bob got it: ann, who had it on the eve, moved it on; it came to the offer with bob
    assert table(frame, "advanced", rep_id="ann") == [1, 0, 0]
    assert table(frame, "entered", rep_id="bob") == [0, 1, 0]
    assert table(frame, "handed_over", rep_id="bob") == [0, 0.5, 0]
    assert table(frame, "taken_over", rep_id="cleo") == [0, 0.5, 0]
    assert table(frame, "there_after", rep_id="cleo") == [0, 0.5, 0]
    teams = movement(facts, FILE, JAN, MAR, ("team",))
    assert table(teams, "handed_over", team="North") == [0, 0.5, 0]
    assert table(teams, "advanced", team="North") == [1, 0, 0]
    assert not movement(facts, FILE, JAN, MAR, ())[["taken_over", "handed_over"]].to_numpy().any()


def test_a_rep_who_changes_team_takes_the_deals_along(given: Given):
    moved = [
        {"rep_id": "bob", "from": "2023-01-01", "to": "2024-02-29", "team": "North"},
        {"rep_id": "bob", "from": "2024-03-01", "to": None, "team": "South"},
    ]
    facts = given(**{**HANDED, "deal_owners": [*OWNERS[:1], {**OWNERS[1], "to": None}]}, rep_history=moved)
    teams = movement(facts, FILE, JAN, MAR, ("team",))
    assert table(teams, "handed_over", team="North") == [0, 1, 0]
    assert table(teams, "there_after", team="South") == [0, 1, 0]
    assert not movement(facts, FILE, JAN, MAR)["taken_over"].any()


@EASY
@given(companies(), some.integers(1, 120), some.integers(0, 60))
def test_movements_add_up(tmp_path_factory: pytest.TempPathFactory, tables, first, length):
    tables = {**tables, "reps": [{"rep_id": name, "team": team} for name, team in (("ann", "N"), ("bob", "S"))]}
    tables["rep_history"] = [{"rep_id": "bob", "from": "2023-01-01", "to": "2024-02-29", "team": "N"}]
    facts = Facts.of(dataset_of(tmp_path_factory.mktemp("moves"), "2024-06-30", tables))
    start = JAN + dt.timedelta(first)
    end = start + dt.timedelta(length)
    whole = movement(facts, FILE, start, end, ()).set_index("milestone").drop(columns="process")
    went = whole["entered"] - whole[["advanced", "back", "lost", "won"]].sum(axis=1)
    np.testing.assert_allclose(whole["there_before"] + went, whole["there_after"])
    for by in (("rep_id",), ("team",)):
        parts = movement(facts, FILE, start, end, by)
        sums = parts.groupby("milestone")[list(whole.columns)].sum().reindex(whole.index)
        names = [name for name in whole if name not in ("taken_over", "handed_over")]
        np.testing.assert_allclose(sums[names], whole[names], atol=1e-9)
        np.testing.assert_allclose(sums["taken_over"], sums["handed_over"], atol=1e-9)
    journeys = Journeys.of(facts, FILE, end)
    there = np.bincount(journeys.stays.milestone[journeys.there(end)], minlength=3)
    if len(whole):
        assert there.tolist() == whole["there_after"].tolist()


# --- conversion


def watched(**columns: Any) -> Watched:
    """Stays in one group; what is not given is watched from the start, by day and whole."""
    size = len(columns["last"])
    last = np.array(columns["last"])
    given_ = {name: np.array(value) for name, value in columns.items()}
    entry = given_.get("entry", np.full(size, np.nan))
    shortest, longest = given_.get("shortest", last), given_.get("longest", last)
    share = given_.get("share", np.ones(size))
    return Watched(entry, last, given_["cause"], shortest, longest, share, np.zeros(size, np.intp), 1)


def test_conversion_with_late_entry_by_hand():
    # at age 10: 2 watched, one goes on: 1/2. At 20: 2 more came in after 10, so 3: one goes on, one is lost:
    # on 1/2 + 1/2 × 1/3 = 2/3; lost 1/2 × 1/3 = 1/6. At 40 the last goes on, past the 30 days.
    stays = watched(entry=[np.nan, np.nan, 10, 15], last=[10, 20, 20, 40], cause=[1, 1, 2, 1])
    found = conversion(stays, 30)
    np.testing.assert_allclose(found.interval.value, [[2 / 3, 1 / 6, 0]])
    assert found.interval.n.tolist() == [[4, 4, 4]]
    assert found.days.value == [20]  # of 10, 20, 40
    assert found.days.n == [3]
    assert not found.missing


def test_what_nobody_watched_cannot_be_told():
    late = watched(entry=[10, 12], last=[20, 40], cause=[1, 1])
    middle = watched(entry=[np.nan, 12], last=[5, 40], cause=[0, 1])
    short = watched(last=[29, 29], cause=[1, 0])
    for stays, age in ((late, 0), (middle, 6), (short, 30)):
        found = conversion(stays, 30)
        assert np.isnan(found.interval.value).all()
        wanted = f"none was seen there on day {age} of 30" if age else "no deal was watched from the day it came"
        assert wanted in str(found.missing[0])
    # once nobody is left it does not matter what later comers do
    done = conversion(watched(entry=[np.nan, 12], last=[5, 40], cause=[1, 2]), 30)
    np.testing.assert_allclose(done.interval.value, [[1, 0, 0]])
    assert "is known to have been at this milestone" in str(conversion(watched(last=[], cause=[]), 30).missing[0])


def test_conversion_of_the_sample_is_statsmodels_(sample: Dataset):
    """Over all time nobody comes late: then it is the plain estimate, at each milestone."""
    facts, file = Facts.of(sample), process_file(Facts.of(sample))
    ever = Period.span(dt.date(2022, 1, 1), facts.as_of)
    frame = conversions(facts, file, ever, ()).set_index(["milestone", "to"])
    stays = Journeys.of(facts, file).frame()
    days = (stays["left"].fillna(pd.Timestamp(facts.as_of)) - stays["entered"]).dt.days
    cause = stays["outcome"].map({"advanced": 1, "won": 1, "lost": 2, "back": 3, "open": 0}).astype(int)
    for milestone in file.processes[0].milestones:
        mine = stays["milestone"] == milestone.key
        oracle = CumIncidenceRight(days[mine].to_numpy(float) + 1e-9, cause[mine].to_numpy())
        place = np.searchsorted(oracle.times, milestone.within + 0.5) - 1
        for number, to in ((0, "advanced"), (1, "lost")):
            row = frame.loc[(milestone.key, to)]
            assert row["value"] == pytest.approx(oracle.cinc[number][place], abs=1e-9)
            assert row["n"] == mine.sum()
            assert row["lower"] < row["value"] < row["upper"]
        went = days[mine & (cause == 1)]
        assert frame.loc[(milestone.key, "advanced"), "median_days"] == went.median()


def test_reached_on_the_sample_by_brute_force(sample: Dataset):
    facts, file = Facts.of(sample), process_file(Facts.of(sample))
    start, end = dt.date(2025, 4, 1), dt.date(2025, 9, 30)
    stays = Journeys.of(facts, file, end).frame()
    keys = list(file.keys)
    expected = dict.fromkeys(keys, 0)
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for name, *row in stays[["deal_id", "entered", "milestone", "left", "outcome"]].itertuples(index=False):
        rows.setdefault(name, []).append((row[0], keys.index(row[1]), row[2], row[3]))
    for theirs in rows.values():
        for level, key in enumerate(keys):
            days = [entered for entered, place, _, _ in theirs if place >= level]
            days += [left for _, _, left, outcome in theirs if outcome == "won"]
            if days and pd.Timestamp(start) <= min(days) <= pd.Timestamp(end):
                expected[key] += 1
    frame = movement(facts, file, start, end, ())
    assert dict(zip(frame["milestone"], frame["reached"], strict=True)) == expected
    table = compute(facts, Period.span(start, end), ["reached"])
    assert {key: value(table, f"reached:{key}") for key in keys} == expected


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    """A company with its true events, and the same known by weekly snapshots alone."""
    company = make_company(reps=14, deals=1500, snapshot_every="week", activities_per_deal=0)
    folder = tmp_path_factory.mktemp("weekly")
    seen = {name: rows for name, rows in company.tables.items() if name in ("deals", "snapshots", "reps")}
    return {
        "true": write_dataset(folder / "true", company.tables, company.settings, Provenance("test")),
        "seen": write_dataset(folder / "seen", seen, company.settings, Provenance("test")),
    }


def test_conversions_seen_by_weekly_snapshots_agree_with_the_true_ones(weekly: dict[str, Dataset]):
    found = {}
    for name, dataset in weekly.items():
        facts = Facts.of(dataset)
        file = process_file(facts)
        period = Period.parse("2025")
        found[name] = conversions(facts, file, period, ()).set_index(["milestone", "to"])
    true, seen = found["true"], found["seen"]
    assert (seen.loc[true.index, "n"] / true["n"]).between(0.85, 1.0).all()  # moves within a week do not show
    both = true.join(seen.add_suffix("_seen"))
    both = both[both.index.get_level_values("to") != "back"]
    assert (both["value"].between(both["lower_seen"], both["upper_seen"])).all()
    assert (both["value"] - both["value_seen"]).abs().max() < 0.05
    days = both["median_days"] - both["median_days_seen"]
    assert days.abs().max() <= 4  # half a week


@pytest.mark.parametrize("quarter", ["2025-Q1", "2025-Q3"])
def test_the_next_quarter_begins_where_this_one_ends(sample: Dataset, quarter: str):
    facts, period = Facts.of(sample), sample.period(quarter)
    file, following = process_file(facts), period.end + dt.timedelta(1)
    this = movement(facts, file, period.start, period.end).set_index(["rep_id", "milestone"])
    after = movement(facts, file, following, following + dt.timedelta(90)).set_index(["rep_id", "milestone"])
    both = this[["there_after"]].join(after["there_before"], how="outer").fillna(0)
    np.testing.assert_allclose(both["there_after"], both["there_before"], atol=1e-9)
    assert both["there_after"].sum() > 100


def test_later_days_change_nothing(sample: Dataset):
    """Seen from the end of a quarter, and from later, it is the same."""
    period = sample.period("2025-Q2")
    then, now = Facts.of(sample, as_of=period.end), Facts.of(sample)
    file = process_file(now)
    for tell in (
        lambda facts: movement(facts, file, period.start, period.end),
        lambda facts: conversions(facts, file, period).drop(columns="reason"),
        lambda facts: stale_deals(facts, file, period.end),
        lambda facts: slipped_deals(facts, period.start, period.end),
        lambda facts: waterfall(facts, period.start, period.end).frame,
    ):
        pd.testing.assert_frame_equal(tell(then), tell(now))


# --- as metrics


def test_metrics_of_milestones(sample: Dataset):
    facts = Facts.of(sample)
    keys = process_file(facts).keys
    table = compute(facts, Period.parse("2025-Q3"), ["conversion", "reached:proposal"], by=["rep_id"])
    assert table.frame["metric"].unique().tolist() == [*(f"conversion:{key}" for key in keys), "reached:proposal"]
    frame = conversions(facts, process_file(facts), Period.parse("2025-Q3"))
    frame = frame[(frame["to"] == "advanced") & (frame["milestone"] == "proposal")].set_index("rep_id")
    for rep, figure in values(table, "conversion:proposal").items():
        assert figure == frame["value"].get(rep, np.nan) or np.isnan(figure)
    missing = frame.index[frame["value"].isna()]
    assert all(("conversion:proposal", rep) in table.missing for rep in missing)
    everything = compute(facts, Period.parse("2025-Q3"))
    assert {f"milestone_days:{key}" for key in keys} <= set(everything.frame["metric"])
    assert "conversion" not in set(everything.frame["metric"]) | set(everything.unavailable)
    whole = value(everything, "reached:proposal")
    assert sum(values(table, "reached:proposal").values()) == pytest.approx(whole)


def test_who_has_no_figure_is_told_why_by_themselves(given: Given):
    # Cleo's 4 was there for the last day only, Bob closed two and had none there: the first speaks for nobody else
    facts = given(
        deals=[deal(1, "cleo", "won", "2023-10-01", "2023-11-01"), deal(4, "cleo", "open", "2024-03-31"),
               deal(6, "bob", "won", "2024-02-02", "2024-02-02"),
               deal(7, "bob", "lost", "2024-02-02", "2024-02-03")],
        stage_events=[move(1, "Talks", "2023-10-01"), move(1, "Signed", "2023-11-01"),
                      move(4, "Talks", "2024-03-31"), move(6, "Signed", "2024-02-02")],
    )  # fmt: skip
    short = "deals were not watched long enough: none was seen there on day 1 of 90"
    nobody = (
        "no deal is known to have been at this milestone in the period; those that passed over it, or are there "
        "nobody knows since when, do not count"
    )
    for metrics in (["conversion"], ["deals_won", "conversion"]):
        told = compute(facts, Q1, metrics, by=["rep_id"])
        why = {rep: str(reason) for (key, rep), reason in told.missing.items() if key == "conversion:talks"}
        assert why == {"bob": nobody, "cleo": short}
    assert str(compute(facts, Q1, ["conversion"]).unavailable["conversion:talks"]) == short


def test_an_unknown_milestone_names_the_nearest(sample: Dataset):
    with pytest.raises(ConfigError) as caught:
        compute(Facts.of(sample), Period.parse("2025-Q3"), ["conversion:propsal"])
    assert caught.value.nearest == "conversion:proposal"


def test_what_the_data_cannot_tell_is_said(given: Given, adventureworks: Dataset):
    facts = given(deals=[deal(1, "ann", "open", "2024-01-01")])
    table = compute(facts, Q1, ["conversion", "reached"])
    assert set(table.unavailable) == {"conversion", "reached"}
    assert "stages" in str(table.unavailable["conversion"])
    with pytest.raises(Unavailable, match="stages"):
        conversions(facts, process_file(facts), Q1)
    orders = Facts.of(adventureworks)
    table = compute(orders, orders.dataset.period("2011-07"), ["conversion", "reached", "slippage", "stale"])
    assert set(table.unavailable) == {"conversion", "reached", "slippage", "stale"}


def test_today_s_stage_without_any_date_is_no_history(given: Given):
    facts = given(deals=[deal(1, "ann", "open", None, stage="Talks"), deal(2, "ann", "open", None, stage="Offer")])
    frame = movement(facts, FILE, dt.date(2024, 10, 1), dt.date(2024, 12, 31))
    assert table(frame, "first_seen") == [1, 1, 0]
    assert not frame[["entered", "reached"]].to_numpy().any()
    # nor does it show which stage comes first: without a process file there are no milestones
    assert "history" in str(compute(facts, Period.parse("2024-Q4"), ["conversion"]).unavailable["conversion"])
    with pytest.raises(Unavailable, match="history"):
        conversions(facts, FILE, Period.parse("2024-Q4"))


def test_maven_has_one_dated_milestone(maven: Dataset):
    milestone = Milestone(key="engaging", title="Engaging", stages=("Engaging",), field="created_on")
    file = ProcessFile(processes=(Process(name="All", milestones=(milestone,)),))
    facts, quarter = Facts.of(maven), Period.parse("2017-Q3")
    deals = maven.table("deals", ["created_on", "closed_on", "status"])
    [row] = movement(facts, file, quarter.start, quarter.end, ()).to_dict("records")
    for column, status in (("won", "won"), ("lost", "lost")):
        days = deals.loc[deals["status"] == status, "closed_on"]
        assert row[column] == days.between("2017-07-01", "2017-09-30").sum()
    assert row["entered"] == deals["created_on"].between("2017-07-01", "2017-09-30").sum()
    frame = conversions(facts, file, quarter, ())
    assert frame["value"].between(0, 1).all()
    assert set(FLOWS) <= set(row)


def test_settings_of_a_milestone():
    with pytest.raises(ValueError, match="within"):
        Milestone(key="a", title="A", stages=("A",), within=0)
