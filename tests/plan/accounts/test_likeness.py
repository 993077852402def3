"""What like accounts buy: by hand, against scipy, and on companies of which the truth is known."""

import numpy as np
import pytest
from scipy import stats
from simulated_accounts import company

from salesreport.plan.accounts.likeness import FALSE, FEWEST, FEWEST_BUYING, Kinds, kinds_of


def of_two_segments(yes: int, no: int, other_yes: int, other_no: int) -> Kinds:
    """Two lines: everybody buys the second; of the first segment `yes` of `yes + no` buy the first line, too."""
    first = np.repeat([True, False, True, False], [yes, no, other_yes, other_no])
    segment = np.repeat([0, 0, 1, 1], [yes, no, other_yes, other_no])
    buys = np.column_stack([first, np.ones(len(first), bool)])
    a_year = np.column_stack([np.where(first, 100.0 + np.arange(len(first)), 0.0), np.ones(len(first))])
    return kinds_of(buys, a_year, [segment])


def test_counts_lift_test_and_worth_by_hand() -> None:
    made = of_two_segments(30, 20, 20, 180)
    (place,) = np.flatnonzero((made.line == 0) & (made.traits[:, 0] == 0))
    # 30 of 50 against 20 of 200: 60 % ÷ 10 %
    assert (made.n[place], made.buying[place], made.base[place]) == (50, 30, 0.1)
    assert made.lift[place] == pytest.approx(6)
    assert made.lower[place] > 3
    # the mid-p of the table by the hypergeometric distribution: 250 accounts, 50 of them buy, 50 are of the kind
    table = stats.hypergeom(250, 50, 50)
    above = table.sf(30) + 0.5 * table.pmf(30)
    assert made.p[place] == pytest.approx(2 * above)
    # of the first line both segments are asked about; of the second nobody, for all buy it
    assert made.q == pytest.approx(stats.false_discovery_control(made.p))
    assert made.claimed.tolist() == (made.traits[:, 0] == 0).tolist()
    # the 30 that buy it spend 100, 101 … 129 a year: 114.5; at 95 % the interval is from the 10th to the 21st
    assert made.worth[place] == 114.5
    assert (made.worth_lower[place], made.worth_upper[place]) == (109, 120)
    assert stats.binom.cdf(9, 30, 0.5) < 0.025 < stats.binom.cdf(10, 30, 0.5)
    # the 20 of the first segment that do not buy it have the gap, and nobody else
    assert made.gap[:, 0].tolist() == [False] * 30 + [True] * 20 + [False] * 200
    assert not made.gap[:, 1].any()


def test_where_no_other_buys_it_there_is_a_gap_and_no_ratio() -> None:
    made = of_two_segments(30, 20, 0, 200)
    (place,) = np.flatnonzero((made.line == 0) & (made.traits[:, 0] == 0))
    assert made.claimed[place]
    assert np.isnan(made.lift[place])


def test_nothing_of_a_handful() -> None:
    few = of_two_segments(FEWEST - 5, 4, 5, 200)  # 19 alike, of whom nearly all buy it
    assert not few.claimed.any()
    assert not (few.n < FEWEST).any()
    buying = of_two_segments(FEWEST_BUYING - 1, 15, 1, 600)  # 5 of 20 against 1 of 601
    assert (buying.p < 1e-5).any()
    assert not buying.claimed.any()


def test_too_few_alike_are_compared_by_fewer_traits() -> None:
    made = company(5, accounts=450)
    kinds = kinds_of(made.buys, made.a_year, made.traits)
    assert set(kinds.depth.tolist()) >= {1, 2}
    assert (kinds.n >= FEWEST).all()
    assert (kinds.traits[kinds.depth == 1][:, 1:] == -1).all()


def test_who_buys_nothing_is_asked_about_among_all_that_buy() -> None:
    made = company(6)
    nothing = np.flatnonzero(~made.buys.any(axis=1))
    kinds = kinds_of(made.buys, made.a_year, made.traits)
    assert len(nothing)
    for account in nothing[:20]:
        for line in range(5):
            place = kinds.of[account, line]
            alike = made.buys.any(axis=1) & (made.segment == made.segment[account])
            alike &= made.industry == made.industry[account]
            assert kinds.n[place] == alike.sum()
            assert kinds.buying[place] == (alike & made.buys[:, line]).sum()


def test_the_order_of_accounts_does_not_matter() -> None:
    made = company(7, planted=((0, 0, 4, 0.6),))
    turned = np.random.default_rng(1).permutation(len(made.buys))
    one = kinds_of(made.buys, made.a_year, made.traits)
    other = kinds_of(made.buys[turned], made.a_year[turned], [trait[turned] for trait in made.traits])
    assert (one.gap[turned] == other.gap).all()
    assert one.q == pytest.approx(other.q)


def false_claims(companies: int) -> int:
    """Of companies whose accounts buy whatever they are, how many are told of a gap."""
    found = 0
    for seed in range(companies):
        made = company(seed, accounts=600)
        found += bool(kinds_of(made.buys, made.a_year, made.traits).claimed.any())
    return found


def test_purchases_that_do_not_depend_on_likeness_are_seldom_claimed() -> None:
    # where nothing is true, everything claimed is false: the rate is that of companies with any claim
    assert false_claims(15) <= stats.binom.ppf(0.99, 15, FALSE)


@pytest.mark.slow
def test_the_same_of_many_companies() -> None:
    assert false_claims(60) <= FALSE * 60


def test_planted_affinity_is_found_and_little_else() -> None:
    planted = ((0, 0, 4, 0.5), (1, 2, 3, 0.5), (2, 4, 2, 0.6))
    found, wrong, share = 0, 0.0, []
    for seed in range(12):
        made = company(100 + seed, planted=planted)
        kinds = kinds_of(made.buys, made.a_year, made.traits)
        claimed = [
            (*kinds.traits[place, :2].tolist(), int(kinds.line[place])) for place in np.flatnonzero(kinds.claimed)
        ]
        true = {one[:3] for one in planted}
        found += len(set(claimed) & true)
        wrong += np.mean([one not in true for one in claimed]) if claimed else 0.0
        # log-normal with median e^10: what it is worth is known, too
        low, high = kinds.worth_lower[kinds.claimed], kinds.worth_upper[kinds.claimed]
        share += ((low <= np.exp(10)) & (np.exp(10) <= high)).tolist()
    assert found >= 0.9 * 12 * 3
    assert wrong / 12 <= FALSE
    assert np.mean(share) >= 0.9
