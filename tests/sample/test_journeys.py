"""Stage events, deals and owners agree with each other."""

from itertools import pairwise

import pandas as pd
import pytest

from salesreport.sample.market import LOST_STAGE, MILESTONES, STAGES

CLOSING = {"won": "Contract", "lost": LOST_STAGE}


@pytest.fixture(scope="module")
def events(company):
    """Stage events with the day, the position in the process, and the one before."""
    events = company.tables["stage_events"].sort_values(["deal_id", "entered_at"], kind="stable")
    events = events.assign(
        day=events["entered_at"].dt.tz_localize(None).dt.normalize(),
        position=events["stage"].map({stage: number for number, stage in enumerate(STAGES)}),
    )
    by_deal = events.groupby("deal_id")
    return events.assign(
        before=by_deal["stage"].shift(), days_before=by_deal["day"].diff().dt.days, number=by_deal.cumcount()
    )


def test_events_are_written_in_order(company):
    events = company.tables["stage_events"]
    assert events["deal_id"].is_monotonic_increasing
    assert (events.groupby("deal_id")["entered_at"].diff().dropna() > pd.Timedelta(0)).all()


def test_every_step_is_one_the_process_allows(events):
    allowed = set(pairwise(MILESTONES))
    allowed |= {(milestone, LOST_STAGE) for milestone in MILESTONES[:-1]}
    allowed |= {(LOST_STAGE, milestone) for milestone in MILESTONES[:-1]}  # reopened
    steps = events.dropna(subset="before")
    assert set(zip(steps["before"], steps["stage"], strict=True)) <= allowed
    assert (steps["days_before"] >= 1).all()
    # a reopened deal goes on where it was lost
    events = events.assign(two_before=events.groupby("deal_id")["stage"].shift(2))
    back = events[events["before"] == LOST_STAGE]
    assert len(back) > 50
    assert (back["stage"] == back["two_before"]).all()
    assert not back["deal_id"].duplicated().any()


def test_deals_begin_at_the_first_milestone_or_as_won(company, events):
    first = events[events["number"] == 0].set_index("deal_id")
    deals = company.tables["deals"].set_index("deal_id")
    assert (first["day"] == deals["created_on"]).all()
    direct = first["stage"] == "Contract"
    assert set(first["stage"]) == {"Lead qualified", "Contract"}
    assert (deals.loc[direct, "closed_on"] == deals.loc[direct, "created_on"]).all()
    assert 0.01 < direct.mean() < 0.03


def test_status_stage_and_last_event_agree(company, events):
    deals = company.tables["deals"].set_index("deal_id")
    last = events.groupby("deal_id").tail(1).set_index("deal_id")
    assert last["stage"].equals(deals["stage"])
    for status, stage in CLOSING.items():
        these = deals[deals["status"] == status]
        assert (these["stage"] == stage).all()
        assert (these["closed_on"] == last.loc[these.index, "day"]).all()
        assert (these["closed_on"] >= these["created_on"]).all()
    still = deals[deals["status"] == "open"]
    assert still["stage"].isin(MILESTONES[:-1]).all()
    assert still["closed_on"].isna().all()
    assert deals["created_on"].notna().all()


def test_reopened_deals_end_in_every_way(company, events):
    back = events.loc[events["before"] == LOST_STAGE, "deal_id"]
    ways = company.tables["deals"].set_index("deal_id").loc[back, "status"].value_counts()
    assert set(ways.index) == {"open", "won", "lost"}
    assert ways.min() >= 5


def test_everybody_was_employed_when_it_happened(company, events):
    reps = company.tables["reps"].set_index("rep_id")

    def employed(rep: pd.Series, day: pd.Series) -> bool:
        hired = reps["hired_on"].reindex(rep).to_numpy()
        left = reps["left_on"].reindex(rep).fillna(pd.Timestamp("2100-01-01")).to_numpy()
        return bool(((day.to_numpy() >= hired) & (day.to_numpy() <= left)).all())

    tables = company.tables
    owners = tables["deal_owners"]
    care = tables["activities"]
    leads = tables["leads"].dropna(subset="processed_at")
    assert employed(events["rep_id"], events["day"])
    assert employed(owners["rep_id"], owners["from"])
    # somebody who left keeps his lost deals, until one comes back
    back = events.loc[events["before"] == LOST_STAGE, "deal_id"]
    ended = owners[owners["to"].notna() & ~owners["deal_id"].isin(back)]
    assert employed(ended["rep_id"], ended["to"])
    assert employed(care["rep_id"], care["done_at"].dt.tz_localize(None).dt.normalize())
    assert employed(leads["rep_id"], leads["processed_at"].dt.tz_localize(None).dt.normalize())
    for table, day in (
        ("orders", "ordered_on"), ("snapshots", "taken_on"), ("equipment", "lent_on"), ("feedback", "on"),
        ("commitments", "agreed_on"),
    ):  # fmt: skip
        assert employed(tables[table]["rep_id"], tables[table][day]), table
    closed = tables["deals"].dropna(subset="closed_on")
    assert employed(closed["rep_id"], closed["closed_on"])
    still = tables["deals"].query("status == 'open'")
    assert reps.loc[still["rep_id"], "left_on"].isna().all()


def owner_at(owners: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Rows of `asked` (deal_id, day) with every owner on that day, the greatest share first."""
    both = asked.merge(owners, on="deal_id", suffixes=("", "_owner"))
    there = (both["from"] <= both["day"]) & (both["to"].isna() | (both["day"] <= both["to"]))
    return both[there].sort_values("share", ascending=False, kind="stable")


def test_shares_add_up_on_every_day(company):
    owners, deals = company.tables["deal_owners"], company.tables["deals"]
    asked = pd.concat(
        [
            owners[["deal_id"]].assign(day=owners["from"]),
            owners[["deal_id"]].assign(day=owners["to"]),
            deals.loc[deals["deal_id"].isin(owners["deal_id"]), ["deal_id"]].assign(day=deals["created_on"]),
            deals.loc[deals["deal_id"].isin(owners["deal_id"]), ["deal_id"]].assign(day=deals["closed_on"]),
            owners[["deal_id"]].drop_duplicates().assign(day=pd.Timestamp(company.settings.as_of)),
        ]
    ).dropna()
    asked = asked.drop_duplicates()
    shares = owner_at(owners, asked).groupby(["deal_id", "day"])["share"].sum()
    assert len(shares) == len(asked)  # somebody has each deal on each of the days
    assert shares.to_numpy() == pytest.approx(1)


def test_owners_agree_with_the_events_and_the_deals(company, events):
    owners, deals = company.tables["deal_owners"], company.tables["deals"].set_index("deal_id")
    found = owner_at(owners, events[["deal_id", "day", "rep_id"]].drop_duplicates(["deal_id", "day"]))
    of_events = found.groupby(["deal_id", "day"]).agg(event=("rep_id", "first"), owners=("rep_id_owner", list))
    assert all(event in among for event, among in zip(of_events["event"], of_events["owners"], strict=True))
    now = owners[owners["to"].isna()].groupby("deal_id")["rep_id"].agg(list)
    assert all(deals.loc[deal, "rep_id"] in among for deal, among in now.items())
    # a deal that is not in the table never changed hands
    others = events[~events["deal_id"].isin(owners["deal_id"])]
    assert (others["rep_id"].to_numpy() == deals.loc[others["deal_id"], "rep_id"].to_numpy()).all()


def test_splits_and_changes_of_owner_are_there_in_small_shares(company):
    owners, deals = company.tables["deal_owners"], len(company.tables["deals"])
    split = owners.loc[owners["share"] < 1, "deal_id"].nunique()
    changed = owners.loc[owners["to"].notna(), "deal_id"].nunique()
    assert 0.02 < split / deals < 0.06
    assert 0.02 < changed / deals < 0.12
    assert (owners["to"].isna() | (owners["to"] >= owners["from"])).all()


def test_time_in_stage_is_what_the_truth_says(large):
    """The median wait of deals that began long enough ago to be over, against the truth's median."""
    events = large.tables["stage_events"]
    events = events.assign(next=events.groupby("deal_id")["stage"].shift(-1))
    events["days"] = events.groupby("deal_id")["entered_at"].diff().shift(-1).dt.total_seconds() / 86_400
    old = events[events["entered_at"] < "2024-04-01"].drop_duplicates(["deal_id", "stage"])
    truth = large.truth.time_in_stage
    for milestone, following in pairwise(MILESTONES[:5]):
        here = old[old["stage"] == milestone]
        # later stages are reached early by deals of a quick pace, so allow a tenth
        advanced = here.loc[here["next"] == following, "days"].median()
        assert advanced == pytest.approx(truth.loc[milestone, "advance_days"], rel=0.1)
        lost = here.loc[here["next"] == LOST_STAGE, "days"].median()
        assert lost == pytest.approx(truth.loc[milestone, "lost_days"], rel=0.12)
