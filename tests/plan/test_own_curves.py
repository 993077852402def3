"""The curves of a rep with his own odds: those of the hazards tilted by these, worked out the long way."""

import numpy as np
import pytest

from salesreport.kpi.forecast import seasonality
from salesreport.kpi.forecast.curves import compose, tilted
from salesreport.kpi.forecast.hazards import Hazards
from salesreport.plan.own_curves import OwnCurves

DAY = 20_000


def hazards(seed: int, back: float, quick: float) -> Hazards:
    """Three milestones, the last of them left for an order, and where deals begin; winning has its seasons."""
    rng = np.random.default_rng(seed)
    rate = np.zeros((4, 3, 4))  # state × bin × (advanced, back, lost, won)
    rate[:2, :, 0], rate[:3, :, 2] = rng.uniform(0, quick, (2, 3)), rng.uniform(0, 0.03, (3, 3))
    rate[1:3, 1:, 1] = back
    rate[2, :, 3] = rng.uniform(0, quick, 3)
    rate[1, 2, 0] = 0.0  # of those that are long there nobody goes on
    rate[0, 1, 2] = 0.0  # and none of those that are there a while is lost
    rate[3, 0, 0] = 0.9
    goes_to = np.zeros((4, 4, 2))
    goes_to[[0, 1, 3], [1, 2, 0], 0] = goes_to[[1, 2], [0, 1], 1] = 1
    calendar = np.arange(DAY - 1095, DAY)
    won = rng.poisson(3 + 2 * np.sin(calendar / 365.25 * 2 * np.pi))
    season = seasonality.learn(calendar, won.astype(float), np.full(len(calendar), 3.0), 1)
    return Hazards([np.array([0, 1, 12])] * 4, rate, goes_to, season, seasonality.flat(1), 100.0, 3)


@pytest.mark.parametrize(("back", "quick"), [(0.0, 0.1), (0.01, 0.1), (0.0, 0.95)])
def test_own_curves_are_those_of_tilted_hazards(back: float, quick: float) -> None:
    for seed in range(3):
        given = hazards(seed, back, quick)
        period = (DAY + 10, DAY + 60)
        own = OwnCurves(given, DAY, period)
        for tilt in np.random.default_rng(seed).normal(0, 0.5, (3, 3)):
            truth = compose(tilted(given, tilt), DAY, [period], None, paces=False).entering[..., 0]
            np.testing.assert_allclose(own.of(tilt), truth, rtol=1e-12, atol=1e-15)


def test_milestones_without_a_tilt_have_the_teams_odds() -> None:
    given = hazards(1, 0.0, 0.1)
    own = OwnCurves(given, DAY, (DAY + 1, DAY + 40))
    truth = compose(tilted(given, np.array([0.3, 0.0, 0.0])), DAY, [(DAY + 1, DAY + 40)], None, paces=False)
    np.testing.assert_allclose(own.of(np.array([0.3])), truth.entering[..., 0], rtol=1e-12, atol=1e-15)
