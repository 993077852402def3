import pandas as pd
import pytest

from salesreport.sample import make_company
from salesreport.sample.organisation import LEAST_REPS


def test_reps_are_people_in_four_teams(company):
    reps = company.tables["reps"]
    assert len(reps) == 35
    assert reps["name"].is_unique
    assert reps["rep_id"].is_unique
    assert reps.groupby("team")["manager"].nunique().to_dict() == {"East": 1, "North": 1, "South": 1, "West": 1}
    assert not set(reps["manager"]) & set(reps["name"])
    assert (reps["left_on"].isna() | (reps["left_on"] > reps["hired_on"])).all()


def test_history_is_without_gaps_and_ends_where_reps_are_now(company):
    reps, history = company.tables["reps"].set_index("rep_id"), company.tables["rep_history"]
    by_rep = history.sort_values("from").groupby("rep_id")
    assert set(by_rep.groups) == set(reps.index)
    first, now = by_rep.head(1).set_index("rep_id"), by_rep.tail(1).set_index("rep_id")
    first, now = first.sort_index(), now.sort_index()
    assert first["from"].equals(reps["hired_on"])
    assert now["to"].equals(reps["left_on"])
    assert (now[["team", "manager"]] == reps[["team", "manager"]]).all(axis=None)
    following = by_rep["from"].shift(-1).dropna()
    assert (history.loc[following.index, "to"] + pd.Timedelta(days=1) == following).all()


def test_one_rep_moved(company):
    rows = company.tables["rep_history"].query("rep_id == @company.truth.moved_rep")
    assert len(rows) == 2
    assert rows["team"].nunique() == rows["manager"].nunique() == 2
    assert len(company.tables["rep_history"]) == 36


def test_special_reps(company):
    truth, reps = company.truth, company.tables["reps"].set_index("rep_id")
    special = [truth.weak_rep, truth.unlucky_mix_rep, truth.new_rep, truth.tiny_rep, truth.optimist_rep]
    special += [truth.sandbagger_rep, truth.moved_rep, *truth.left_reps]
    assert len(set(special)) == len(special)
    assert set(truth.left_reps) == set(reps.index[reps["left_on"].notna()])
    days = (pd.Timestamp(company.settings.as_of) - reps.loc[truth.new_rep, "hired_on"]).days
    assert 90 <= days <= 130
    deals = company.tables["deals"]["rep_id"].value_counts()
    assert 1 <= deals[truth.tiny_rep] <= 20
    assert deals.median() > 150


def test_customers_belong_to_somebody_who_is_here(company):
    accounts, reps = company.tables["accounts"], company.tables["reps"].set_index("rep_id")
    assert reps.loc[accounts["rep_id"], "left_on"].isna().all()
    # a head of sales speaks of 40 to 150 customers per rep (S21); successors have those of who left as well
    assert 60 <= accounts.groupby("rep_id").size().median() <= 120


@pytest.mark.parametrize("reps", [LEAST_REPS, 70, 200, 400])
def test_companies_of_other_sizes(reps):
    company = make_company(reps=reps, deals=1_500, activities_per_deal=0, snapshot_every=None)
    staff = company.tables["reps"]
    assert len(staff) == staff["name"].nunique() == reps
    assert staff.groupby("team").size().max() <= max(18, reps // 4)


@pytest.mark.parametrize("seed", range(6))
def test_ids_give_nobody_away(seed):
    company = make_company(reps=20, deals=200, seed=seed, activities_per_deal=0, snapshot_every=None)
    others = make_company(reps=20, deals=200, seed=seed + 100, activities_per_deal=0, snapshot_every=None)
    stories = [
        (c.truth.weak_rep, c.truth.unlucky_mix_rep, c.truth.new_rep, c.truth.tiny_rep) for c in (company, others)
    ]
    assert stories[0] != stories[1]
