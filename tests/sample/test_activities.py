import pytest

from salesreport.sample import make_company
from salesreport.sample.activities import TYPES

REACHED_BY = {
    "Meeting with minutes": "meeting",
    "Data for the calculation": "calculation",
    "Proposal": "offer",
    "Equipment on trial": "trial",
}


def test_every_milestone_was_reached_by_an_action(company):
    events, activities = company.tables["stage_events"], company.tables["activities"]
    reached = events[events["stage"].isin(list(REACHED_BY))]
    expected = set(
        zip(reached["deal_id"], reached["stage"].map(REACHED_BY), reached["entered_at"].dt.date, strict=True)
    )
    done = set(zip(activities["deal_id"], activities["type"], activities["done_at"].dt.date, strict=True))
    assert expected <= done
    for kind in ("calculation", "offer", "trial"):
        assert (activities["type"] == kind).sum() == (reached["stage"].map(REACHED_BY) == kind).sum()


def test_activities_fall_into_the_life_of_their_deal(company):
    activities, deals = company.tables["activities"], company.tables["deals"]
    joined = activities.dropna(subset="deal_id").merge(deals, on="deal_id", suffixes=("", "_deal"))
    day = joined["done_at"].dt.tz_localize(None).dt.normalize()
    assert (day >= joined["created_on"]).all()
    assert (joined["closed_on"].isna() | (day <= joined["closed_on"])).all()
    assert (joined["account_id"] == joined["account_id_deal"]).all()
    assert set(activities["type"]) == set(TYPES)


@pytest.mark.parametrize("per_deal", [0.0, 2.0, 10.0])
def test_density_is_what_was_asked_for(per_deal):
    company = make_company(deals=3_000, activities_per_deal=per_deal, snapshot_every=None)
    activities, events = company.tables["activities"], company.tables["stage_events"]
    actions = events["stage"].isin(list(REACHED_BY)).sum()
    touches = activities["deal_id"].notna().sum() - actions
    # a Poisson count: five standard deviations
    assert abs(touches - per_deal * 3_000) <= 5 * (per_deal * 3_000) ** 0.5
    assert activities["deal_id"].isna().sum() == round(0.15 * per_deal * 3_000)


def test_density_changes_nothing_else():
    dense = make_company(deals=400, activities_per_deal=9.0, snapshot_every="week").tables
    sparse = make_company(deals=400, activities_per_deal=0.5, snapshot_every=None).tables
    for name in set(sparse) - {"activities", "targets"}:
        one, other = (tables[name].drop(columns="last_activity_on", errors="ignore") for tables in (dense, sparse))
        assert one.equals(other), name
    quarterly = [tables["targets"].query("not metric.str.startswith('activity')") for tables in (dense, sparse)]
    assert quarterly[0].reset_index(drop=True).equals(quarterly[1].reset_index(drop=True))
