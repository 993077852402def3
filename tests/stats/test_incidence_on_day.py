"""Many groups at once say what each says by itself."""

import numpy as np
import pytest

from salesreport.stats.competing_risks import ROUNDING, cumulative_incidence
from salesreport.stats.incidence_on_day import incidence_on_day


def _drawn(seed: int, size: int, groups: int) -> dict[str, np.ndarray]:
    """Spells of groups, some of which were watched late, some in parts; the last group has none."""
    rng = np.random.default_rng(seed)
    entry = np.where(rng.random(size) < 0.5, np.nan, rng.integers(0, 30, size))
    return {
        "duration": rng.integers(0, 60, size),
        "cause": rng.integers(0, 4, size),
        "groups": rng.integers(0, groups - 1, size),
        "entry": entry,
        "weights": rng.choice([1.0, 1.0, 0.5, 0.25], size),
    }


@pytest.mark.parametrize("day", [0, 7, 45])
@pytest.mark.parametrize("groups", [3, 40, 900])
def test_each_group_is_told_as_by_itself(day: int, groups: int) -> None:
    drawn = _drawn(day + groups, 2_000, groups)
    found = incidence_on_day(**drawn, size=groups, day=day, causes=3)
    for group in range(groups):
        mine = {name: values[drawn["groups"] == group] for name, values in drawn.items() if name != "groups"}
        ended = mine["duration"] <= day
        curve = cumulative_incidence(
            np.minimum(mine["duration"], day), np.where(ended, mine["cause"], 0), mine["entry"], mine["weights"], 3
        )
        alone = curve.incidence_at(day)
        for ours, theirs in zip(found.interval[:3], alone[:3], strict=True):
            np.testing.assert_allclose(ours[group], theirs, rtol=1e-9, atol=1e-12)


def test_the_first_day_that_nobody_was_watched() -> None:
    drawn = _drawn(5, 400, 80)
    found = incidence_on_day(**drawn, size=80, day=45, causes=3)
    for group in range(79):
        mine = drawn["groups"] == group
        if not mine.any():
            continue
        watched = {
            age
            for entry, last in zip(drawn["entry"][mine], drawn["duration"][mine], strict=True)
            for age in range(0 if np.isnan(entry) else int(entry) + 1, int(last) + 1)
        }
        missing = [age for age in range(46) if age not in watched]
        assert found.gap[group] == (missing[0] if missing else -1)


def test_whether_any_was_going_on_before_that_day() -> None:
    # of two that were watched to day 3 both had ended; of two others one was still there
    last, cause = np.array([2, 3, 2, 3]), np.array([1, 1, 1, 0])
    found = incidence_on_day(last, cause, np.array([0, 0, 1, 1]), 2, 10, np.full(4, np.nan), np.ones(4), 1)
    assert found.gap.tolist() == [4, 4]
    assert found.going.tolist() == [False, True]
    assert found.interval.value[0, 0] == pytest.approx(1.0, abs=ROUNDING)
    assert np.isnan(found.interval.value[1, 0])


def test_without_groups_nothing_is_told() -> None:
    nothing = np.zeros(0, int)
    found = incidence_on_day(nothing, nothing, nothing, 0, 10, np.zeros(0), np.zeros(0), 3)
    assert found.interval.value.shape == (0, 3)
    assert len(found.gap) == len(found.going) == 0
