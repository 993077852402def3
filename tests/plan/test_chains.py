"""Until when it is in time to begin deals, without a history of stages, against simulated truth."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from salesreport.kpi import Facts
from salesreport.kpi.milestones.reached import process_file
from salesreport.period import Period
from salesreport.plan import action_plan
from salesreport.plan.chains import chains_of
from salesreport.plan.sentences import heading_of, sentences_of
from tests.kpi.cases import dataset_of

QUARTER = Period.parse("2026-Q4")
WON = 0.3
"""Of the deals that are begun."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Four reps who begin a deal a day, won or lost after 30 to 60 days; nobody noted stages."""
    rng = np.random.default_rng(3)
    created = pd.date_range("2024-07-01", "2026-09-30")
    closed = created + pd.to_timedelta(rng.integers(30, 61, len(created)), unit="D")
    open_still = closed > pd.Timestamp("2026-09-30")
    won = rng.random(len(created)) < WON
    deals = pd.DataFrame(
        {
            "deal_id": [str(number) for number in range(len(created))],
            "rep_id": [f"R{number % 4}" for number in range(len(created))],
            "status": np.where(open_still, "open", np.where(won, "won", "lost")),
            "created_on": created,
            "closed_on": closed.where(~open_still),
            "amount": 1000.0,
        }
    )
    reps = [{"rep_id": f"R{number}", "name": f"Rep {number}"} for number in range(4)]
    targets = [
        {"rep_id": f"R{number}", "period": quarter, "metric": "revenue", "value": 40_000.0}
        for number in range(4)
        for quarter in ("2026-Q3", "2026-Q4")
    ]
    folder = tmp_path_factory.mktemp("stageless") / "data"
    return Facts.of(dataset_of(folder, "2026-09-30", {"deals": deals, "reps": reps, "targets": targets}))


def test_deals_begun_now_are_in_time_where_they_are_won_within_the_quarter(company: Facts) -> None:
    # begun by the middle of the quarter, nearly all are decided in it: as many are won as are won ever
    chains = chains_of(company, process_file(company), [("R0", None)], QUARTER)
    (chain,) = chains.chains
    assert chain.ever[0] == pytest.approx(WON, abs=0.05)
    assert 0.6 * WON < chain.chance[0] < WON * 1.2
    assert chains.in_time.tolist() == [True]
    plan = action_plan(company, None, QUARTER, only=["R0"])
    assert "must be begun by" in str(heading_of(plan, "R0", {}, np.nan))


def test_what_takes_longer_than_the_days_left_is_too_late_and_nobody_says_what_is_far_advanced(
    company: Facts,
) -> None:
    days_left = 25  # the quickest takes 30
    month = Period.span(dt.date(2026, 10, 1), dt.date(2026, 9, 30) + dt.timedelta(days_left))
    chains = chains_of(company, process_file(company), [("R0", None)], month)
    assert chains.in_time.tolist() == [False]
    late = action_plan(Facts.of(company.dataset, dt.date(2026, 9, 5)), None, Period.parse("2026-Q3"))
    told = [str(heading_of(late, "R0", {}, np.nan)), *map(str, sentences_of(late, "R0", {}))]
    assert any("too late to begin deals: those that are open decide" in one for one in told)
    assert any("only what is open can still change the result" in one for one in told)
    assert not any("far advanced" in one for one in told)
