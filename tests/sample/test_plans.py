import pandas as pd
import pytest

from salesreport.period import Period


def level(targets: pd.DataFrame, metric: str, name: str) -> pd.DataFrame:
    """A metric's targets of one level: `rep_id`, `team`, `segment` or `total`."""
    columns = ["rep_id", "team", "segment"]
    rows = targets[targets["metric"] == metric]
    filled = rows[columns].notna()
    wanted = filled.sum(axis=1).eq(0) if name == "total" else filled[name] & filled.sum(axis=1).eq(1)
    return rows[wanted]


@pytest.mark.parametrize("metric", ["revenue", "deals_won"])
def test_plans_add_up_from_reps_to_the_company(company, metric):
    targets = company.tables["targets"]
    reps, teams, total = (level(targets, metric, name) for name in ("rep_id", "team", "total"))
    assert not total["period"].duplicated().any()
    by_quarter = total.set_index("period")["value"].sort_index()
    for lower in (reps, teams):
        pd.testing.assert_series_equal(lower.groupby("period")["value"].sum(), by_quarter)
    assert set(reps["source"]) == {"plan"}
    assert set(total["source"]) == set(teams["source"]) == {"budget"}


def test_a_teams_budget_is_its_members(company):
    """With each rep in the team he is in when the quarter begins, by `rep_history`."""
    targets, history = company.tables["targets"], company.tables["rep_history"]
    reps = level(targets, "revenue", "rep_id")
    begins = reps["period"].map(lambda period: pd.Timestamp(Period.parse(period).start))
    joined = reps.assign(begins=begins).merge(history, on="rep_id", suffixes=("", "_then"))
    # a rep hired during the quarter belongs to the team he starts in
    began = joined.groupby("rep_id")["from"].transform("min")
    day = joined["begins"].where(joined["begins"] >= began, began)
    then = joined[(joined["from"] <= day) & (joined["to"].isna() | (day <= joined["to"]))]
    assert len(then) == len(reps)
    added = then.groupby(["period", "team_then"])["value"].sum()
    teams = level(targets, "revenue", "team").set_index(["period", "team"])["value"].sort_index()
    assert added.to_list() == teams.to_list()


def test_the_strategy_shares_out_the_same_revenue(company):
    targets = company.tables["targets"]
    total = level(targets, "revenue", "total").set_index("period")["value"].sort_index()
    segments = level(targets, "revenue", "segment")
    assert set(segments["segment"]) == {"A", "B", "C"}
    assert set(segments["source"]) == {"strategy"}
    assert segments.groupby("period")["value"].sum().to_list() == pytest.approx(total.to_list())


def test_targets_are_ambitious_but_attainable(company):
    """Over the last full years, what happened is near what was planned; a plan beyond as-of is there as well."""
    targets, orders = company.tables["targets"], company.tables["orders"]
    total = level(targets, "revenue", "total").set_index("period")["value"]
    for year in (2024, 2025):
        happened = orders.loc[orders["ordered_on"].dt.year == year, "amount"].sum()
        planned = total[[f"{year}-Q{quarter}" for quarter in range(1, 5)]].sum()
        assert 0.85 < happened / planned < 1.1
    assert {"2026-Q1", "2026-Q2"} <= set(total.index)
    assert total["2025-Q4"] > total["2025-Q1"]  # by seasonality


def test_nobody_has_a_target_for_a_time_he_was_not_here(company):
    targets, reps = company.tables["targets"].dropna(subset="rep_id"), company.tables["reps"].set_index("rep_id")
    periods = targets["period"].map(Period.parse)
    hired, left = reps.loc[targets["rep_id"], "hired_on"], reps.loc[targets["rep_id"], "left_on"]
    ends, starts = (pd.to_datetime([getattr(p, side) for p in periods]) for side in ("end", "start"))
    assert (hired.to_numpy() <= ends.to_numpy()).all()
    assert (left.isna().to_numpy() | (left.to_numpy() >= starts.to_numpy())).all()
    assert not targets.duplicated(["metric", "period", "rep_id"]).any()


def test_activity_targets_are_monthly_and_near_what_is_done(company):
    targets, activities = company.tables["targets"], company.tables["activities"]
    of_activity = targets[targets["metric"].str.startswith("activity:")]
    assert of_activity["period"].str.fullmatch(r"\d{4}-\d{2}").all()
    year = of_activity[of_activity["period"].str.startswith("2025")]
    planned = year.groupby(year["metric"].str.removeprefix("activity:"))["value"].sum()
    happened = activities.loc[activities["done_at"].dt.year == 2025, "type"].value_counts()
    ratio = happened / planned
    assert set(ratio.index) == {"call", "email", "meeting", "calculation", "offer", "trial"}
    assert ratio.between(0.7, 1.6).all()


def test_commitments_come_from_the_last_meetings(company):
    commitments = company.tables["commitments"]
    as_of = pd.Timestamp(company.settings.as_of)
    assert commitments["agreed_on"].between(as_of - pd.Timedelta(days=186), as_of).all()
    assert (commitments["agreed_on"].dt.day_of_week < 5).all()
    assert (commitments["due_on"] > commitments["agreed_on"]).all()
    last = commitments.groupby("rep_id")["agreed_on"].transform("max") == commitments["agreed_on"]
    assert (commitments.loc[last & (commitments["agreed_on"].dt.month == 12), "status"] == "open").all()
    assert set(commitments.loc[~last, "status"]) == {"open", "done", "dropped"}
    assert not commitments.duplicated(["rep_id", "agreed_on", "text"]).any()
    assert (commitments["closed_on"].isna() == (commitments["status"] == "open")).all()
    assert (commitments["closed_on"].dropna() <= as_of).all()
    # what a rep is coached on are three themes, so that there are others for each who are not
    assert commitments.groupby("rep_id")["text"].nunique().max() == 3
    here = company.tables["reps"].query("left_on.isna()")["rep_id"]
    assert set(commitments["rep_id"]) == set(here)
