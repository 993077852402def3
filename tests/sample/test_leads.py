import pandas as pd


def test_converted_leads_became_deals_on_the_day(company):
    leads, deals = company.tables["leads"], company.tables["deals"]
    converted = leads[leads["outcome"] == "converted"].merge(deals, on="deal_id", suffixes=("", "_deal"))
    assert len(converted) == (leads["outcome"] == "converted").sum()
    assert leads["deal_id"].dropna().is_unique
    assert (leads["deal_id"].notna() == (leads["outcome"] == "converted")).all()
    processed = converted["processed_at"].dt.tz_localize(None).dt.normalize()
    assert (processed == converted["created_on"]).all()
    assert (converted["source"] == converted["lead_source"]).all()


def test_some_deals_do_not_come_from_leads(company):
    leads, deals = company.tables["leads"], company.tables["deals"]
    from_lead = deals["deal_id"].isin(leads["deal_id"])
    assert 0.3 < from_lead.mean() < 0.7
    assert set(deals.loc[from_lead, "lead_source"]) == {"Referral", "Trade fair", "Website"}


def test_open_leads_wait_and_processed_ones_have_waited(company):
    leads = company.tables["leads"]
    assert (leads["processed_at"].isna() == (leads["outcome"] == "open")).all()
    assert (leads["outcome"] == "open").sum() > 20
    assert ((leads["processed_at"] - leads["created_at"]).dropna() > pd.Timedelta(0)).all()
    waiting = leads.loc[leads["outcome"] == "open", "created_at"].dt.tz_localize(None)
    assert (pd.Timestamp(company.settings.as_of) - waiting).dt.days.median() < 20
