"""A second process works out a part of what all reports share, while the first works out the rest.

Both store their results beside the dataset (`salesreport.stored`), where the first finds those of the second; that
one ends, and with it goes all that it needed for them. What takes how long depends on the data, so neither has its
part beforehand: each begins at its own end of one list, and goes on until nothing is left between them.
"""

import contextlib
import multiprocessing
import os
import time
from collections.abc import Collection, Sequence

from salesreport.orphans import end_with_parent
from salesreport.report.review import Review
from salesreport.stored.store import is_kept

HERE = ("forecast", "next_period", "useful_actions")
"""Sections whose shared results the first process works out, in this order; then the last ones of the second."""

BESIDE = (
    "order_book",
    "plan_vs_actual",
    "conversion",
    "account_plans",
    "milestones",
    "customer_base",
)
"""Sections whose shared results the second works out: about as much, and of other facts; then the first's last."""

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
    every = [*here, *reversed(there)]
    turns = _turns(len(every))
    second = multiprocessing.get_context("fork").Process(target=_second, args=(review, every[::-1], turns))
    began = time.monotonic()
    second.start()
    try:
        make(review, every, turns)
        second.join(LONGER + 2 * (time.monotonic() - began))
    finally:
        second.kill()  # one that hangs; whatever it did not store is worked out here
        second.join()
        os.close(turns)
    return True


def _turns(number: int) -> int:
    """A pipe with so many bytes for whoever comes first, then nothing: no lock that somebody could die with."""
    turns, filled = os.pipe()
    os.write(filled, bytes(number))
    os.close(filled)
    return turns


def _second(review: Review, names: Sequence[str], turns: int) -> None:
    end_with_parent()
    make(review, names, turns)


def make(review: Review, names: Sequence[str], turns: int | None = None) -> None:
    """Make some sections, which leaves what they share; one that goes wrong does so again in the reports.

    Args:
        review: whose. names: of the sections, in order. turns: a byte is read of it before each; where there is
            none left, others have made the rest. None: all are made.
    """
    for name in names:
        if turns is not None and not os.read(turns, 1):
            return
        with contextlib.suppress(Exception):
            getattr(review, name)
