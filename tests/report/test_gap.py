"""The split of a gap: exact, by hand, and as sure as it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.report import gap as gap_module
from salesreport.report.gap import FACTORS, Side, cases_of, split_gap, worths
from salesreport.stats.decomposition import shapley_product


def side(
    n: int,
    won: int,
    size: float,
    open_deals: float = float("nan"),
    total: float | None = None,
    known: bool = False,
) -> Side:
    """A side whose deals are all of one kind: worth 250 when decided, 1,000 when won."""
    flags = np.arange(n) < won
    cases = cases_of(np.ones(n), flags, np.full(n, size), np.full(n, 250.0), np.full(n, 1000.0), open_deals)
    return Side(cases, won * size if total is None else total, known)


def test_parts_by_hand() -> None:
    # 40 decided, a quarter won at 1,000 each; against 30, a third won at 1,200 each; deals of one kind
    found = split_gap(side(30, 10, 1200.0), side(40, 10, 1000.0), target=15_000, in_hand=False, beside=False)
    by_hand = shapley_product([40, 1 / 4, 1000], [30, 1 / 3, 1200]).parts
    parts = found.frame["value"]
    np.testing.assert_allclose([parts["hand"], parts["win"], parts["size"]], by_hand)
    assert parts["mix"] == pytest.approx(0)
    assert parts["level"] == 10_000 - 15_000  # the reference brought 10,000
    assert found.value == 12_000 - 15_000
    assert "timing" not in parts.index
    # like deals: 1/3 won of what usually is 1/4; 1,200 where it usually is 1,000
    assert found.frame.loc["win", "now"] == pytest.approx(4 / 3)
    assert found.frame.loc["size", ["now", "reference"]].tolist() == pytest.approx([1.2, 1.0])


def test_deals_in_hand_and_their_pace_by_hand() -> None:
    # 20 + 20 in hand, half decided; before 20 + 60, a quarter decided: as many decided, as much won
    found = split_gap(side(20, 5, 1000.0, 20.0), side(20, 5, 1000.0, 60.0), target=5_000, beside=False)
    parts = found.frame["value"]
    # 40 − 80 deals × mean pace 0.375 × 250; pace 1/2 − 1/4 × mean 60 deals × 250
    assert parts["hand"] == pytest.approx(-3750)
    assert parts["timing"] == pytest.approx(3750)
    assert parts[["mix", "win", "size"]].abs().max() == pytest.approx(0)


def test_what_is_still_to_come_and_orders_beside() -> None:
    # half of the period is over: the reference brought 5,000 by then, and 1,000 of orders without a deal in all
    own, reference = side(20, 5, 1000.0, total=5_700.0), side(40, 10, 1000.0, total=11_000.0)
    parts = split_gap(own, reference, target=11_000, elapsed=0.5, in_hand=False).frame["value"]
    assert parts["unfinished"] == -5_500
    assert parts["level"] == 0
    assert parts["beside"] == pytest.approx(700 - 500)
    assert parts.sum() == pytest.approx(5_700 - 11_000)


case = st.tuples(
    st.floats(0.0, 1.0), st.booleans(), st.floats(-1e5, 1e7), st.floats(1.0, 1e6), st.floats(1.0, 1e6)
)


@st.composite
def sides(draw: st.DrawFn) -> Side:
    rows = draw(st.lists(case, max_size=12))
    share, won, money, worth, size = (np.array([row[at] for row in rows], float) for at in range(5))
    still = draw(st.one_of(st.just(float("nan")), st.floats(0, 30)))
    cases = cases_of(share, won.astype(bool), money, worth, size, still)
    return Side(cases, draw(st.floats(0, 1e8)), draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(sides(), sides(), st.floats(1, 1e8), st.sampled_from([0.0, 0.3, 1.0]), st.booleans(), st.booleans())
def test_parts_add_up_whatever_there_is(
    own: Side, reference: Side, target: float, elapsed: float, in_hand: bool, beside: bool
) -> None:
    if not beside:
        own = own._replace(total=float(own.cases[:, -1].sum()))
        reference = reference._replace(total=float(reference.cases[:, -1].sum()))
    found = split_gap(own, reference, target, elapsed, in_hand, beside)
    size = max(abs(own.total), target, abs(reference.total), abs(own.cases).sum(), abs(reference.cases).sum(), 1.0)
    assert abs(found.frame["value"].sum() - (own.total - target)) <= 1e-9 * size
    told = found.frame.dropna(subset=["lower", "upper"])
    assert ((told["lower"] <= told["value"] + 1e-6 * size) & (told["value"] - 1e-6 * size <= told["upper"])).all()


def drawn(rng: np.random.Generator, n: int, rate: float, size: float) -> Side:
    """Deals by chance: about `n` decided, each won with a chance, of sizes that differ."""
    number = rng.poisson(n)
    won = rng.random(number) < rate
    money = rng.gamma(4.0, size / 4.0, number)
    cases = cases_of(np.ones(number), won, money, np.full(number, 300.0), np.full(number, 1000.0), float("nan"))
    return Side(cases, float((won * money).sum()))


def test_intervals_hold_all_parts_at_once() -> None:
    rng, held, runs = np.random.default_rng(5), 0, 120
    truth = shapley_product([100, 0.3, 1000], [80, 0.4, 1100]).parts
    for _ in range(runs):
        own, reference = drawn(rng, 80, 0.4, 1100), drawn(rng, 100, 0.3, 1000)
        frame = split_gap(own, reference, 1.0, in_hand=False, beside=False).frame.loc[["hand", "win", "size"]]
        held += bool(((frame["lower"] <= truth) & (truth <= frame["upper"])).all())
    # 95 of 100 at least (four parts share 5 %, one of which is known here); 120 runs: a standard error of 2 %
    assert held / runs > 0.91


def test_many_cases_take_the_gradient_and_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    own, reference = drawn(rng, 900, 0.4, 1100), drawn(rng, 1100, 0.3, 1000)
    slow = split_gap(own, reference, 1.0, in_hand=False, beside=False).frame
    monkeypatch.setattr(gap_module, "MOST_DRAWN", 10)
    quick = split_gap(own, reference, 1.0, in_hand=False, beside=False).frame
    names = ["hand", "win", "size"]
    for bound in ("lower", "upper"):
        reach = (slow[bound] - slow["value"]).abs()[names]
        np.testing.assert_allclose((quick[bound] - quick["value"]).abs()[names], reach, rtol=0.15)
    assert quick["n"][names].tolist() == slow["n"][names].tolist()


def test_clear_parts_are_those_that_leave_out_nothing() -> None:
    found = split_gap(side(200, 100, 1000.0), side(100, 50, 1000.0), 1.0, in_hand=False, beside=False)
    assert found.clear.index.tolist() == ["hand"]  # twice as many deals, alike in all else
    same = split_gap(side(100, 50, 1000.0), side(100, 50, 1000.0), 1.0, in_hand=False, beside=False)
    assert same.clear.empty


def test_worths_are_drawn_to_the_average_and_never_nothing() -> None:
    # kind 0: 2 of 2 won at 100; kind 1: 0 of 2: rate of all 1/2, size of all 100
    worth, size = worths(
        np.array([0, 0, 1, 1]), np.ones(4), np.array([True, True, False, False]), np.array([100.0, 100, 50, 50])
    )
    # (2 + 8 × 1/2) ÷ 10 and (0 + 8 × 1/2) ÷ 10, at 100 each
    assert worth.tolist() == pytest.approx([60, 40])
    assert size.tolist() == pytest.approx([100, 100])
    assert worths(np.array([0]), np.ones(1), np.array([False]), np.array([5.0]))[0].tolist() == [1.0]
    assert len(FACTORS) == cases_of(np.ones(1), np.ones(1, bool), np.ones(1), np.ones(1), np.ones(1), 1.0).shape[1]
