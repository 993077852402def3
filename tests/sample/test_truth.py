"""An analysis of the tables finds the truth that they were drawn from."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from salesreport.sample import make_company
from salesreport.sample.market import MILESTONES

MIX = ["product_line", "segment", "lead_source"]


def outcomes(company) -> pd.DataFrame:
    """First stays at milestones that are over: whether the deal advanced, under whom, and its mix."""
    events = company.tables["stage_events"]
    events = events.assign(next=events.groupby("deal_id")["stage"].shift(-1))
    stays = events[events["stage"].isin(MILESTONES[:-1]) & events["next"].notna()]
    stays = stays.drop_duplicates(["deal_id", "stage"]).merge(
        company.tables["deals"][["deal_id", *MIX]], on="deal_id"
    )
    # deals that entered in the last year are open more often when they are to advance, which is slower
    old = stays["entered_at"] < pd.Timestamp(company.settings.as_of, tz=stays["entered_at"].dt.tz) - pd.Timedelta(
        days=365
    )
    return stays[old].assign(advanced=(stays["next"] != "Lost").astype(float))


def fitted(stays: pd.DataFrame, *reps: str) -> tuple[pd.Series, pd.Series]:
    """Coefficients and standard errors of a logistic regression on mix, milestone and some reps."""
    design = pd.get_dummies(stays[["stage", *MIX]], drop_first=True, dtype=float)
    design = design.loc[:, design.nunique() > 1]
    for rep in reps:
        design[rep] = (stays["rep_id"] == rep).astype(float)
    model = sm.Logit(stays["advanced"], sm.add_constant(design)).fit(disp=0)
    return model.params, model.bse


def test_the_weak_reps_effect_is_recovered_at_his_milestone(large):
    truth, stays = large.truth, outcomes(large)
    effect, error = fitted(stays[stays["stage"] == truth.weak_milestone], truth.weak_rep)
    assert error[truth.weak_rep] < 0.12
    assert effect[truth.weak_rep] == pytest.approx(-1.2, abs=3 * error[truth.weak_rep] + 0.03)
    assert truth.skill.loc[truth.weak_rep, truth.weak_milestone] == -1.2


def test_the_weak_rep_is_ordinary_elsewhere(large):
    truth, stays = large.truth, outcomes(large)
    for milestone in MILESTONES[:-1]:
        if milestone != truth.weak_milestone:
            effect, error = fitted(stays[stays["stage"] == milestone], truth.weak_rep)
            # beside chance, the others' mean skill is not exactly 0: 0.17 / √34 is 0.03
            assert abs(effect[truth.weak_rep]) < 3 * error[truth.weak_rep] + 0.06, milestone


def test_the_unlucky_rep_only_looks_weak(large):
    truth, deals = large.truth, large.tables["deals"]
    closed = deals[deals["status"] != "open"]
    rate = (closed["status"] == "won").groupby(closed["rep_id"]).mean()
    assert rate[truth.unlucky_mix_rep] < rate.median() - 0.08
    effect, error = fitted(outcomes(large), truth.unlucky_mix_rep)
    assert abs(effect[truth.unlucky_mix_rep]) < 3 * error[truth.unlucky_mix_rep] + 0.03
    assert (truth.skill.loc[truth.unlucky_mix_rep] == 0).all()


def test_effects_of_the_mix_are_recovered(large):
    truth = large.truth
    effect, error = fitted(outcomes(large))
    for column in MIX:
        of = getattr(truth, column)
        first = sorted(of.index)[0]  # what get_dummies leaves out
        for name in of.index.drop(first):
            key = f"{column}_{name}"
            # the reps' skill, which the regression does not know, widens the error
            assert effect[key] == pytest.approx(of[name] - of[first], abs=4 * error[key]), key


def test_skills_differ_little(company, large):
    for made in (company, large):
        ordinary = made.truth.skill.drop(index=[made.truth.weak_rep, made.truth.unlucky_mix_rep])
        assert 0.12 < np.std(ordinary.to_numpy()) < 0.25


def test_the_win_rate_is_that_of_a_deep_funnel(company, large):
    for made in (company, large):
        closed = made.tables["deals"].query("status != 'open'")
        assert 0.25 < (closed["status"] == "won").mean() < 0.45
        won = closed[(closed["status"] == "won") & (closed["closed_on"] > closed["created_on"])]
        days = (won["closed_on"] - won["created_on"]).dt.days
        # deals of three months to two years
        assert days.between(60, 750).mean() > 0.95
        assert 150 < days.median() < 300


def test_win_probability_is_calibrated():
    """Deals that began long ago have ended as often as their probability says, in every tenth of it."""
    company = make_company(deals=40_000, years=8, seed=3, activities_per_deal=0, snapshot_every=None)
    deals = company.tables["deals"].set_index("deal_id")
    old = deals[deals["created_on"] < "2022-01-01"]
    assert (old["status"] == "open").mean() < 0.002
    won, chance = old["status"] == "won", company.truth.win_probability[old.index]
    assert (won[chance == 1]).all()  # entered when won
    groups = pd.qcut(chance[chance < 1], 10)
    seen = won[chance < 1].groupby(groups, observed=True).agg(["mean", "size"])
    expected = chance[chance < 1].groupby(groups, observed=True).mean()
    error = np.sqrt(expected * (1 - expected) / seen["size"])
    # under the first owner: the few deals that change hands blur it a little
    assert (np.abs(seen["mean"] - expected) < 3.5 * error + 0.005).all()
    assert abs(won.mean() - chance.mean()) < 0.01


def test_expected_win_probability_agrees_with_each_deals(company):
    truth, deals = company.truth, company.tables["deals"]
    owners = company.tables["deal_owners"]
    kept = deals[~deals["deal_id"].isin(owners["deal_id"]) & (truth.win_probability.to_numpy() < 1)]
    asked = truth.expected_win_probability(kept)
    assert asked.to_numpy() == pytest.approx(truth.win_probability[kept["deal_id"]].to_numpy())
    weak = kept[kept["rep_id"] == truth.weak_rep]
    average = truth.expected_win_probability(weak, skill=False)
    # at the Proposal 0.49 instead of 0.76, odds of 19/6 times e^-1.2; about the same ratio overall
    assert 0.6 < (truth.expected_win_probability(weak) / average).mean() < 0.7


def test_win_probability_by_hand(company):
    """Even odds at each milestone: 1/32; coming back once from any of the five, 1/32 · (1 + 5/2)."""
    zero = {name: getattr(company.truth, name) * 0 for name in ("base", "skill", *MIX)}
    deal = company.tables["deals"].head(1)
    never = company.truth._replace(**zero, reopened=0.0)
    always = company.truth._replace(**zero, reopened=1.0)
    assert never.expected_win_probability(deal).item() == pytest.approx(1 / 32)
    assert always.expected_win_probability(deal).item() == pytest.approx(3.5 / 32)
    assert never.advance_probability(deal, "Proposal").item() == pytest.approx(0.5)


def test_contracts_follow_the_season(large):
    truth, deals = large.truth, large.tables["deals"]
    won = deals[(deals["status"] == "won") & (deals["closed_on"] > deals["created_on"])]
    won = won[won["closed_on"] >= "2024-01-01"]  # the first year only fills the pipeline
    month = won["closed_on"].dt.month
    assert month.isin([3, 6, 9, 12]).mean() > 0.4  # a third if there were no season
    by_month = month.value_counts().sort_index()
    # waiting deals pile up in slow months, so counts follow the weights less than one to one, but they follow
    assert np.corrcoef(by_month / by_month.mean(), truth.season)[0, 1] > 0.9
    lost = deals[(deals["status"] == "lost") & (deals["closed_on"] >= "2024-01-01")]
    assert abs(lost["closed_on"].dt.month.isin([3, 6, 9, 12]).mean() - 1 / 3) < 0.03
