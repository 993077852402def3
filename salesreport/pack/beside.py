"""A second process works out a part of what all reports share, while the first works out the rest.

Both store their results beside the dataset (`salesreport.stored`), where the first finds those of the second; that
one ends, and with it goes all that it needed for them.
"""

import contextlib
import multiprocessing
import time
from collections.abc import Collection, Sequence

from salesreport.orphans import end_with_parent
from salesreport.report.review import Review
from salesreport.stored.store import is_kept

HERE = ("forecast", "next_period", "useful_actions")
"""Sections whose shared results the first process works out, in this order."""

BESIDE = (
    "plan_vs_actual",
    "conversion",
    "account_plans",
    "order_book",
    "milestones",
    "customer_base",
)
"""Sections whose shared results the second works out: about as much, and of other facts."""

LONGER = 30.0
"""Seconds that the second process may take longer than three times as long as the first."""


def work_out(review: Review, names: Collection[str]) -> None:
    """Work out what all reports share that show the sections with some names, in two processes.

    Nothing is done where results are not stored, or where an earlier pack has stored these; whatever goes wrong
    goes wrong again when the sections are made.
    """
    here, there = ([one for one in half if one in names] for half in (HERE, BESIDE))
    facts, subject, period = review.context.facts, review.context.subject, review.context.period
    if here and there and is_kept(facts.dataset):
        key = ("worked out", subject.dimension, period, review.context.compare, tuple(here), tuple(there))
        facts.store(key, lambda: _in_two(review, here, there))


def _in_two(review: Review, here: Sequence[str], there: Sequence[str]) -> bool:
    with contextlib.suppress(Exception):
        _ = review.commitments  # the facts that both need
    second = multiprocessing.get_context("fork").Process(target=_second, args=(review, there))
    began = time.monotonic()
    second.start()
    try:
        make(review, here)
        second.join(LONGER + 2 * (time.monotonic() - began))
    finally:
        second.kill()  # one that hangs; whatever it did not store is worked out here
        second.join()
    return True


def _second(review: Review, names: Sequence[str]) -> None:
    end_with_parent()
    make(review, names)


def make(review: Review, names: Sequence[str]) -> None:
    """Make some sections, which leaves what they share; one that goes wrong does so again in the reports."""
    for name in names:
        with contextlib.suppress(Exception):
            getattr(review, name)
