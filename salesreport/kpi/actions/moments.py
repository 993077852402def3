"""When an activity may be seen to help: moments in a stay at which it is still open how the stay will end.

Long stays have more activities, and deals that are about to be won get more visits: whoever counts all activities
finds that, and takes it for an effect. So every stay is looked at at the same ages, with a window of the same
length before each, and only while it goes on (landmarks; Anderson, Cain and Gelber 1983, doi
10.1200/JCO.1983.1.11.710). Between the window and the decision lies a gap: what is done when everybody knows
already how it will end, does not count (a lag against protopathic bias; Horwitz and Feinstein 1980, doi
10.1016/0002-9343(80)90363-0).
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Flags, Positions

AGES = 4
"""At how many ages a stay is looked at: after one window, two, three, four."""

PART = 6
"""A window, and the gap after it, is this part of the days within which the next milestone is expected."""

LIVELY = 3
"""Of more activities than these before a window, it is only said that there were many."""

Whole = npt.NDArray[np.signedinteger[Any]]

_SPAN = np.int64(1) << 22
"""More days than there are in any data: deal and day become one number."""


class Watched(NamedTuple):
    """Stays that were decided; days are whole numbers from any day on.

    Attributes:
        deal, step: numbers from 0. entered: the day it began. until: the last day on which it was still open.
        decided: the day of the decision. success: whether it went on in time.
        expected: days within which it should go on, of its step.
    """

    deal: Positions
    step: Whole
    entered: Whole
    until: Whole
    decided: Whole
    success: Flags
    expected: Whole


class Done(NamedTuple):
    """Activities: the deal of each (a number as in `Watched`), its type (a code from 0), its day."""

    deal: Positions
    type: Positions
    day: Whole


class Moments(NamedTuple):
    """Moments of stays, one element each.

    Attributes:
        stay: its number. age: which age, from 0. day: the last day of the window.
        exposed: types × moments: whether one was done in the window.
        before: how many activities of any type were done in as many days before the window; at most `LIVELY`.
        lasting: whether the stay was still open after a gap of twice the length, too.
    """

    stay: Positions
    age: npt.NDArray[np.int8]
    day: Whole
    exposed: Flags
    before: npt.NDArray[np.int8]
    lasting: Flags

    def take(self, rows: Positions) -> "Moments":
        """Some of them."""
        return Moments(
            self.stay[rows], self.age[rows], self.day[rows], self.exposed[:, rows], self.before[rows],
            self.lasting[rows],
        )  # fmt: skip


def window_of(expected: npt.ArrayLike) -> Whole:
    """The days of a window, and of the gap after it, by the days within which the next milestone is expected.

    Examples:
        >>> window_of([90, 45, 3]).tolist()
        [15, 7, 1]
    """
    return np.maximum(np.asarray(expected, np.int64) // PART, 1)


def moments_of(stays: Watched, done: Done, types: int, ages: int = AGES) -> Moments:
    """The moments at which stays were still open, a gap's length after each window.

    A window's first day is the day after the stay began: what brings a deal to a milestone is no activity at it.

    Args:
        stays: the stays. done: the activities. types: how many types there are. ages: at how many they are looked
            at, at most.

    Examples:
        A stay of 90 days expected, decided on day 50: it is looked at on days 15 and 30 (a gap later it still is
        there), not on day 45. The call of day 20 is in the second window:

        >>> one = np.array([0])
        >>> stays = Watched(one, one, one, np.array([49]), np.array([50]), one == 0, np.array([90]))
        >>> found = moments_of(stays, Done(one, one, np.array([20])), 1)
        >>> found.day.tolist(), found.exposed.tolist()
        ([15, 30], [[False, True]])
    """
    window = window_of(stays.expected)
    last = np.clip((stays.until - stays.entered) // window - 1, 0, ages)  # the gap is as long as a window
    begins, size = np.cumsum(last) - last, int(last.sum())
    # before there are moments: millions of both at once would take most of the memory of a pack
    exposed, before = _done_before(stays, done, window, last, begins, (types, size))
    stay = np.repeat(np.arange(len(last)), last)
    age = (np.arange(size) - begins[stay]).astype(np.int8)
    length = window[stay]
    day = stays.entered[stay] + (age + 1) * length
    lasting = day + 2 * length <= stays.until[stay]
    return Moments(stay, age, day, exposed, before, lasting)


def _done_before(
    stays: Watched, done: Done, window: Whole, last: Whole, begins: Positions, shape: tuple[int, int]
) -> tuple[Flags, npt.NDArray[np.int8]]:
    """Types × moments: whether one was done in the window; and how many of any type before it.

    Args:
        stays, done: as in `moments_of`. window: of each stay. last: at how many ages it is looked at.
        begins: its first moment. shape: how many types and moments there are.
    """
    whose, act = _done_within(done, stays.deal, stays.entered + 1 - window, stays.entered + last * window)
    number = (done.day[act] - stays.entered[whose] - 1) // window[whose]  # of the window; −1: before the first
    place = begins[whose] + number
    exposed = _of_types(done.type[act], place, number >= 0, shape)
    before = np.bincount(place[number + 1 < last[whose]] + 1, minlength=shape[1])
    return exposed, np.minimum(before, LIVELY).astype(np.int8)


def ever_done(stays: Watched, done: Done, types: int) -> Flags:
    """Types × stays: whether one was done after the stay began, up to the decision: what raw numbers count."""
    whose, act = _done_within(done, stays.deal, stays.entered + 1, stays.decided)
    return _of_types(done.type[act], whose, np.ones(len(whose), bool), (types, len(stays.deal)))


def _done_within(done: Done, deal: Positions, first: Whole, last: Whole) -> tuple[Positions, Positions]:
    """Each activity that a deal has from a first day to a last one: which of the deals, and which activity.

    Deal after deal: looked up in any other order, each would be far from the one before in memory.
    """
    keys = done.deal.astype(np.int64) * _SPAN + done.day
    order = np.argsort(keys, kind="stable")  # those of a dataset are in this order already
    keys = keys[order]
    whose = np.argsort(deal, kind="stable")
    base = deal[whose].astype(np.int64) * _SPAN
    start = np.searchsorted(keys, base + first[whose], side="left")
    count = np.searchsorted(keys, base + last[whose], side="right")
    del keys, base
    count = np.maximum(count - start, 0)
    start -= np.cumsum(count) - count
    act = np.repeat(start, count)
    act += np.arange(len(act))
    return np.repeat(whose, count), order[act]


def _of_types(kind: Positions, place: Positions, some: Flags, shape: tuple[int, int]) -> Flags:
    """Types × places: where there is one of some activities."""
    known = some & (kind >= 0) & (kind < shape[0])
    found = np.zeros(shape, bool)
    found[kind[known], place[known]] = True
    return found
