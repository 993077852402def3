"""The verdict: where a subject stands, in one sentence that claims no more than the deals tell."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.report.sections.verdict import compare_with_rest, differs


def test_verdict_by_hand(tiny: Dataset) -> None:
    # 10 × 100 in Q2 against 3 × 100 in Q1: 3.3 times; 10 of 40 are 25 %, the others' 180 of 240 are 75 %
    review = Review(tiny, "2025-Q2", rep="Ann")
    assert review.verdict == (
        "Revenue of €1K is 3.3 times as much as in Q1 2025; "
        "10 of 40 closed deals were won (25%), less often than peers (75%)."
    )
    # the same rate out of four deals tells nothing
    assert "not distinguishable from" not in review.verdict


def judged(review: Review) -> str:
    """How the win rate compares with everybody else's, in words."""
    said = compare_with_rest(review.context)
    assert said is not None
    return review.context.say(said)


def test_verdict_claims_nothing_from_few_deals(tmp_path: Path) -> None:
    others = [deals(f"P{n}", 30, 10) for n in range(6)]
    few = Review(dataset(tmp_path / "few", deals("Ann", 1, 3), *others), "2025-Q2", rep="Ann")
    assert judged(few) == "too few to tell whether that differs from peers (75%)"
    assert few.verdict.endswith(
        "Revenue in Q2 2025 is €100 (Q1 2025 cannot be compared: the data begin on May 20, 2025)."
    )
    # 21 of 40 (52 %) against 75 %: alone it would pass for a difference (95 % interval 37.5–67.1 %);
    # as one of seven compared it does too (99.3 %: 32–72 %); 24 of 40 does not (99.3 %: 39–78 %)
    near = Review(dataset(tmp_path / "near", deals("Ann", 24, 16), *others), "2025-Q2", rep="Ann")
    assert judged(near) == "not distinguishable from peers (75%)"
    assert near.verdict.endswith(
        "Revenue in Q2 2025 is €2.4K (Q1 2025 cannot be compared: the data begin on May 20, 2025)."
    )


def test_verdict_claims_nothing_from_peers_with_few_deals(tmp_path: Path) -> None:
    few = Review(dataset(tmp_path / "few", deals("Ann", 6, 11), deals("Bob", 2, 1)), "2025-Q2", rep="Ann")
    assert judged(few) == "too few to tell whether that differs from peers (67%)"
    # 6 of 17 against 10 of 15: z = 0.314 ÷ √(0.5 × 0.5 × (1 ÷ 17 + 1 ÷ 15)) = 1.77; against 2,000 of 3,000 it is
    # 0.314 ÷ √(0.665 × 0.335 ÷ 17) = 2.74, more than the 2.24 that two who are compared need
    some = Review(dataset(tmp_path / "some", deals("Ann", 6, 11), deals("Bob", 10, 5)), "2025-Q2", rep="Ann")
    assert judged(some) == "not distinguishable from peers (67%)"
    many = Review(dataset(tmp_path / "many", deals("Ann", 6, 11), deals("Bob", 2000, 1000)), "2025-Q2", rep="Ann")
    assert "(35%), less often than peers (67%)" in many.verdict


@pytest.mark.parametrize("rate", [0.2, 0.5])
@pytest.mark.parametrize(("n", "m"), [(17, 3), (17, 15), (40, 40), (100, 1000)])
def test_equals_differ_in_no_more_than_one_of_twenty_verdicts(n: int, m: int, rate: float) -> None:
    # all that can happen, and how likely it is: no draw needed
    won, theirs = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    likely = binom.pmf(won, n, rate) * binom.pmf(theirs, m, rate)
    heard = likely > 1e-7
    claimed = differs(won[heard], n, theirs[heard], m, comparisons=1) != 0
    assert likely[heard].sum() > 0.999
    assert 0 < (likely[heard] * claimed).sum() < 0.06  # 5 %, as near as counts of a few deals can come
