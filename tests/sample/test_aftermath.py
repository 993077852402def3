import pandas as pd


def test_feedback_follows_a_contract(company):
    feedback, deals = company.tables["feedback"], company.tables["deals"]
    first_won = deals[deals["status"] == "won"].groupby("account_id")["closed_on"].min()
    assert (feedback["on"].to_numpy() >= first_won[feedback["account_id"]].to_numpy()).all()
    scores = feedback.loc[feedback["kind"] == "satisfaction", "score"]
    assert scores.between(1, 10).all()
    assert 7 < scores.mean() < 9
    complaints = feedback[feedback["kind"] == "complaint"]
    assert complaints["score"].isna().all()
    assert 0.01 < len(complaints) / len(company.tables["orders"]) < 0.1
    assert 0.01 < complaints["resolved_on"].isna().mean() < 0.3
    assert (complaints["resolved_on"].dropna() > complaints["on"][complaints["resolved_on"].notna()]).all()
    assert feedback.loc[feedback["kind"] == "satisfaction", "resolved_on"].isna().all()


def test_equipment_goes_out_with_each_trial(company):
    equipment, events = company.tables["equipment"], company.tables["stage_events"]
    trials = events[events["stage"] == "Equipment on trial"]
    expected = sorted(zip(trials["deal_id"], trials["entered_at"].dt.date, trials["rep_id"], strict=True))
    found = zip(equipment["deal_id"], equipment["lent_on"].dt.date, equipment["rep_id"], strict=True)
    assert sorted(found) == expected


def test_equipment_comes_back_after_the_trial_except_for_some(company):
    equipment, deals = company.tables["equipment"], company.tables["deals"]
    assert (equipment["returned_on"].isna() | (equipment["returned_on"] >= equipment["lent_on"])).all()
    joined = equipment.merge(deals, on="deal_id")
    still = joined[(joined["status"] == "open") & (joined["stage"] == "Equipment on trial")]
    last = still.sort_values("lent_on").drop_duplicates("deal_id", keep="last")
    assert last["returned_on"].isna().all()
    long_ago = joined[joined["closed_on"] < pd.Timestamp(company.settings.as_of) - pd.Timedelta(days=120)]
    assert 0.02 < long_ago["returned_on"].isna().mean() < 0.12  # forgotten at the customer's
