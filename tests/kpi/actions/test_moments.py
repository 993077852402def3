"""Moments of stays: counted one by one, and what must not count."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.kpi.actions.moments import AGES, LIVELY, Done, Watched, ever_done, moments_of, window_of
from salesreport.kpi.actions.watched import narrow, wide


def past(seed: int, stays: int = 40, done: int = 300) -> tuple[Watched, Done]:
    """Stays of some deals, one after the other, and activities of three types on any day."""
    random = np.random.default_rng(seed)
    deal = np.sort(random.integers(0, 15, stays))
    length = random.integers(0, 120, stays)
    start = np.cumsum(length) - length
    entered = start - np.concatenate([[0], start[:-1]])[np.searchsorted(deal, deal)] + 5
    expected = random.choice([6, 45, 90], stays)
    until = entered + np.minimum(length, expected) - (length <= expected)
    watched = Watched(
        deal, np.zeros(stays, int), entered, until, entered + np.minimum(length, expected),
        random.random(stays) < 0.5, expected,
    )  # fmt: skip
    return watched, Done(random.integers(0, 15, done), random.integers(0, 3, done), random.integers(0, 400, done))


def counted(done: Done, deal: int, first: int, last: int, kind: int | None = None) -> int:
    """Activities of a deal from a day to another, one by one."""
    return sum(
        1
        for whose, what, day in zip(*(column.tolist() for column in done), strict=True)
        if whose == deal and first <= day <= last and kind in (None, what)
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_moment_is_what_counting_one_by_one_gives(seed: int) -> None:
    stays, done = past(seed)
    found = moments_of(stays, done, 3)
    expected, at = [], 0
    for stay in range(len(stays.deal)):
        length, entered = max(int(stays.expected[stay]) // 6, 1), int(stays.entered[stay])
        for age in range(AGES):
            day = entered + (age + 1) * length
            if day + length > stays.until[stay]:  # decided, or too near to the decision
                continue
            expected.append((stay, age, day))
            deal = int(stays.deal[stay])
            for kind in range(3):
                assert found.exposed[kind, at] == (counted(done, deal, day - length + 1, day, kind) > 0)
            before = counted(done, deal, day - 2 * length + 1, day - length)
            assert found.before[at] == min(before, LIVELY)
            assert found.lasting[at] == (day + 2 * length <= stays.until[stay])
            at += 1
    assert expected == list(zip(found.stay.tolist(), found.age.tolist(), found.day.tolist(), strict=True))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_is_done_after_the_decision_on_its_day_or_in_the_gap_changes_nothing(seed: int) -> None:
    stays, done = past(seed, stays=12)
    first = np.append(True, stays.deal[1:] != stays.deal[:-1])  # one stay per deal, so that nothing comes after
    stays = Watched(*(column[first] for column in stays))
    found = moments_of(stays, done, 3)
    more = np.concatenate(
        [stays.decided + late for late in range(5)] + [stays.until - early for early in range(int(window_of(6)))]
    )
    deal = np.resize(stays.deal, len(more))
    added = Done(
        *(np.append(one, other) for one, other in zip(done, (deal, np.zeros(len(more), int), more), strict=True))
    )
    again = moments_of(stays, added, 3)
    np.testing.assert_array_equal(again.exposed, found.exposed)
    np.testing.assert_array_equal(again.before, found.before)


def test_what_brings_a_deal_to_a_milestone_is_no_activity_there() -> None:
    one = np.array([0])
    stays = Watched(one, one, one + 100, one + 190, one + 190, one == 0, one + 90)
    found = moments_of(stays, Done(one, one, one + 100), 1)
    assert not found.exposed.any()
    assert not ever_done(stays, Done(one, one, one + 100), 1).any()
    # raw numbers count the day of the decision
    assert ever_done(stays, Done(one, one, one + 190), 1).all()
    assert not ever_done(stays, Done(one, one, one + 191), 1).any()


def test_what_is_kept_narrow_is_the_same_when_it_is_wide_again() -> None:
    _, done = past(1)
    done = done._replace(day=done.day - 40_000, deal=done.deal + 70_000)
    kept = narrow(done)
    assert [column.dtype.itemsize for column in kept] == [4, 1, 4]  # days before 1970 − 2^15 days
    assert all(np.array_equal(one, other) for one, other in zip(wide(kept), done, strict=True))
    assert {column.dtype for column in wide(kept)} == {np.dtype(np.int64)}
