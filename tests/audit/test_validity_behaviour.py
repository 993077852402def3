"""What the validation calls true of companies in which nobody differs."""

import numpy as np
from validity_behaviour import Seen, true_of

NOTHING = float("nan")


def runs(values: np.ndarray, lift: bool = False, other: float = NOTHING) -> list[Seen]:
    return [
        Seen(True, True, False, False, False, NOTHING if lift else one, one if lift else NOTHING, other)
        for one in values
    ]


def test_a_finding_is_true_where_all_companies_together_show_it() -> None:
    chance = np.random.default_rng(1).normal(0, 0.02, 50)
    assert true_of("stage_age", runs(0.23 + chance)).holds  # the limit is 20 %
    assert not true_of("stage_age", runs(0.2 + chance - chance.mean())).holds
    assert true_of("at_target", runs(0.4 + chance)).holds  # more is better: below 60 %
    assert not true_of("at_target", runs(0.7 + chance)).holds
    assert true_of("pushes", runs(1.1 + chance, lift=True)).holds
    assert not true_of("pushes", runs(np.exp(chance - chance.mean()), lift=True)).holds
    assert true_of("forecast_error", runs(0.4 + chance, other=0.2)).holds
    assert not true_of("forecast_error", runs(0.4 + chance, other=0.4)).holds  # no worse than the other forecast
    assert not true_of("reps_differ", runs(np.full(50, NOTHING))).holds
