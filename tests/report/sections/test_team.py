"""Everybody's decisions, reps × steps, and who belongs to a report."""

import numpy as np

from salesreport import Dataset, Review
from salesreport.kpi.anomalies.decided import decisions, of_people
from salesreport.language import Text
from salesreport.report.sections.team import Team, team_of


def test_reps_add_up_to_everybody(sample: Dataset) -> None:
    context = Review(sample, "2025-Q4").context
    team = team_of(context)
    assert isinstance(team, Team)
    decided = of_people(decisions(context.facts, context.shared.process)).during(context.year)
    assert team.n.sum() == len(decided)
    assert team.successes.sum() == decided.success.sum()
    assert team.mine.all()
    assert team.names == sorted(team.names)
    # a rate is drawn towards the mean of its step, never beyond
    rate = team.successes / np.where(team.n > 0, team.n, np.nan)
    between = (team.shrunken - rate) * (team.mean - rate)
    assert (between[~np.isnan(between)] >= -1e-9).all()


def test_a_team_is_compared_with_everybody_and_names_its_own(sample: Dataset) -> None:
    name = sample.table("reps")["team"].dropna().iloc[0]
    everybody, mine = (
        team_of(Review(sample, "2025-Q4").context),
        team_of(Review(sample, "2025-Q4", team=name).context),
    )
    assert isinstance(everybody, Team)
    assert isinstance(mine, Team)
    assert mine.reps == everybody.reps
    assert 0 < mine.mine.sum() < len(mine.reps)
    assert set(mine.rows()["rep_id"]) <= {rep for rep, flag in zip(mine.reps, mine.mine, strict=True) if flag}


def test_a_rep_s_report_has_no_team(tiny: Dataset) -> None:
    assert isinstance(team_of(Review(tiny, "2025-Q2", rep="Ann").context), Text)
