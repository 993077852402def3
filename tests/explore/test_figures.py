"""Numbers of the views: counted by hand, by brute force, or by other libraries."""

import datetime as dt
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from by_month import trend_facts
from cases import dataset_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from salesreport.explore.figures import (
    counts_by_rep,
    finding_key,
    finding_of,
    found,
    funnel,
    funnel_plot,
    is_found,
    picked,
    reps_by_step,
    trend,
)
from salesreport.explore.state import State, all_decisions, choices, facts_of, period_of


def counted(facts, state, period, **only):
    """Step → [decisions, successes], decision by decision."""
    decided = all_decisions(facts)
    columns = {name: np.asarray(decided.dimension(name).astype(object)) for name in only}
    tally = {step.key: [0, 0] for step in decided.steps}
    for at, (step, success, day) in enumerate(
        zip(decided.step, decided.success, decided.day.tolist(), strict=True)
    ):
        if period.start <= day <= period.end and all(columns[name][at] == value for name, value in only.items()):
            tally[decided.steps[step].key][0] += 1
            tally[decided.steps[step].key][1] += bool(success)
    return tally


def test_funnel_by_hand(facts, state):
    row = funnel(facts, state).iloc[0]
    # 2024-Q4: 2 + 6 + 6 of 30 won; 2024-Q3: 4 + 6 of 16
    assert (row["n"], row["successes"], row["before_n"]) == (30, 14, 16)
    assert row["rate"] == pytest.approx(14 / 30)
    assert row["before_rate"] == pytest.approx(10 / 16)
    assert (row["lower"], row["upper"]) == pytest.approx(proportion_confint(14, 30, method="wilson"))


@pytest.mark.parametrize(
    ("changes", "n", "successes"),
    [
        # each count of won and lost is even, so half of each is of Lamps
        ({"product_line": "Lamps"}, 15, 7),
        ({"team": "North"}, 20, 8),
        ({"team": "North", "product_line": "Poles"}, 10, 4),
        ({"rep": "R1"}, 10, 2),
        ({"rep": "R1", "team": "North", "product_line": "Lamps"}, 5, 1),
        ({"period": "2024-08", "rep": "R2"}, 8, 6),
    ],
)
def test_filters_by_hand(facts, state, changes, n, successes):
    row = funnel(facts, state.but(**changes)).iloc[0]
    assert (row["n"], row["successes"]) == (n, successes)


def test_a_rep_beside_like_deals_of_others(facts, state):
    compared = found(facts, state)
    row = funnel(facts, state.but(rep="R1"), compared).iloc[0]
    # Ann won 2 of 10; the others 12 of 20, 6 of 10 in either product line
    assert row["rate"] == pytest.approx(0.2)
    assert row["compared"] == 10
    assert row["expected"] == pytest.approx(0.6)
    assert row["effect"] == pytest.approx(-0.4)
    assert funnel(facts, state.but(rep="R1"))["expected"].isna().all()


def test_steps_by_brute_force(year):
    facts = facts_of(year)
    source = choices(facts).values["lead_source"][0]
    team = choices(facts).values["team"][0]
    state = year.but(lead_source=source, team=team)
    frame = funnel(facts, state).set_index("step")
    tally = counted(facts, state, period_of(facts, state), lead_source=source, team=team)
    assert {step: [row["n"], row["successes"]] for step, row in frame.iterrows()} == tally
    assert sum(n for n, _ in tally.values()) > 100


def test_reps_add_up_and_match_brute_force(year):
    facts = facts_of(year)
    frame = reps_by_step(facts, year)
    rep = frame["rep_id"].iloc[0]
    tally = counted(facts, year, period_of(facts, year), rep_id=rep)
    mine = frame[frame["rep_id"] == rep].set_index("step")
    assert {step: [row["n"], row["successes"]] for step, row in mine.iterrows()} == tally
    whole = funnel(facts, year).set_index("step")["n"]
    period = period_of(facts, year)
    nobody = counts_by_rep(picked(facts, year, period.start, period.end)).n[-1]
    assert (frame.groupby("step", sort=False)["n"].sum() + nobody == whole).all()


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["R1", "R2", "R3"]),
        st.booleans(),
        st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
        st.sampled_from(["Lamps", "Poles", None]),
    ),
    min_size=1,
    max_size=40,
)


@given(deals=DEALS, line=st.sampled_from(["", "Lamps"]))
@settings(max_examples=20, deadline=None)
def test_any_deals_reps_add_up_to_the_count_by_hand(tmp_path_factory, deals, line):
    assume(not all(won for _, won, _, _ in deals))  # of winners alone nothing is told
    rows = [
        {
            "deal_id": f"D{at:02}", "rep_id": rep, "status": "won" if won else "lost", "created_on": "2023-12-01",
            "closed_on": day.isoformat(), "product_line": product,
        }
        for at, (rep, won, day, product) in enumerate(deals)
    ]  # fmt: skip
    path = dataset_of(tmp_path_factory.mktemp("any") / "company", "2024-12-31", {"deals": rows}).path
    facts = facts_of(State(str(path)))
    period = period_of(facts, State(str(path)))
    state = State(str(path), period.name, product_line=line)
    mine = [(rep, won) for rep, won, day, product in deals
            if period.start <= day <= period.end and line in ("", product)]  # fmt: skip
    row = funnel(facts, state).iloc[0]
    assert (row["n"], row["successes"]) == (len(mine), sum(won for _, won in mine))
    by_rep = reps_by_step(facts, state).set_index("rep_id")["n"].to_dict()
    assert by_rep == {rep: sum(who == rep for who, _ in mine) for rep in {who for who, _ in mine}}
    month = trend(facts, state).frame.set_index("month")["n"]
    inside = [when for when in month.index if period.start <= when.date() <= period.end]
    assert month[inside].sum() == len(mine)


def test_shrunken_rates_lie_between_the_rep_and_all(year):
    frame = reps_by_step(facts_of(year), year).dropna(subset="rate")
    low, high = np.minimum(frame["rate"], frame["mean"]), np.maximum(frame["rate"], frame["mean"])
    assert (frame["shrunken"] >= low - 1e-9).all()
    assert (frame["shrunken"] <= high + 1e-9).all()
    assert np.allclose(frame["gap"], frame["shrunken"] - frame["mean"])


def test_shrinkage_is_the_maximum_of_the_likelihood(year):
    """α and β found by the mean and the amount of shrinkage make the reps' counts most likely."""
    frame = reps_by_step(facts_of(year), year)
    at = frame[(frame["step"] == "win") & (frame["n"] > 0)]
    mean = at["mean"].iloc[0]

    def likelihood(mean, size):
        return stats.betabinom.logpmf(at["successes"], at["n"], mean * size, (1 - mean) * size).sum()

    weight = ((at["shrunken"] - mean) / (at["rate"] - mean)).where((at["rate"] - mean).abs() > 0.01)
    size = float((at["n"] / weight - at["n"]).median())  # w = n ÷ (n + size)
    best = likelihood(mean, size) if np.isfinite(size) and size < 1e6 else None
    if best is None:  # no difference beyond chance: then none makes the counts less likely
        assert likelihood(mean, 1e7) >= max(likelihood(mean, size) for size in (10, 100, 1000)) - 1e-6
    else:
        for step in (0.8, 1.25):
            assert likelihood(mean, size * step) <= best + 1e-9
            assert likelihood(min(mean * step, 0.99), size) <= best + 1e-9


def test_funnel_plot_limits_are_binomial_where_reps_do_not_differ(facts, state):
    made = funnel_plot(facts, state)
    assert made.frame[["rep_id", "n", "successes"]].to_numpy().tolist() == [
        ["R1", 10, 2],
        ["R2", 10, 6],
        ["R3", 10, 6],
    ]
    assert made.found.target == pytest.approx(14 / 30)
    # within a step of the exact binomial quantiles (limits are interpolated between whole numbers)
    ten = int(np.flatnonzero(made.grid == 10)[0]) if 10 in made.grid else None
    if ten is not None and made.found.tau2 == 0:
        low, high = stats.binom.ppf([0.001, 0.999], 10, 14 / 30)
        assert abs(made.outer.lower[ten] * 10 - low) <= 1
        assert abs(made.outer.upper[ten] * 10 - high) <= 1
    assert set(made.frame["flag"]) == {"none"}


def test_a_month_that_breaks_ranks_is_seen(tmp_path):
    # half of 40 are won each month; in November 2025 only 8: binomially as likely as 1 in 10,000
    facts = trend_facts(tmp_path, [20, 19, 21] * 7 + [20, 8, 20])
    made = trend(facts, State("x", "2025-Q4"))
    out = made.frame[made.frame["out"]]
    assert out["month"].tolist() == [pd.Timestamp("2025-11-01")]
    assert made.frame["centre"].tolist() == pytest.approx([0.5] * 24)
    assert not made.seasonal
    assert made.frame["before"].tolist() == [True] * 21 + [False] * 3  # all but October to December
    assert made.frame["usual"].sum() == 21


def test_months_at_quarters_ends_are_compared_with_their_like(tmp_path):
    # 10, 14 and 26 of 40 in the first, second and third month of every quarter: no month is unusual
    facts = trend_facts(tmp_path, [10, 14, 26] * 8)
    made = trend(facts, State("x", "2025-Q4"))
    assert made.seasonal
    assert made.frame["centre"].tolist() == pytest.approx([0.25, 0.35, 0.65] * 8)
    assert not made.frame["out"].any()
    # a December as weak as any other month is then a message
    facts = trend_facts(tmp_path / "weak", [10, 14, 26] * 7 + [10, 14, 14])
    made = trend(facts, State("x", "2025-Q4"))
    assert made.frame.loc[made.frame["out"], "month"].tolist() == [pd.Timestamp("2025-12-01")]


def test_months_of_few_decisions_have_no_limits(tmp_path):
    # half of two a month are won: two of two, or none, is chance in a quarter of all months
    made = trend(trend_facts(tmp_path, [1] * 23 + [2], each=2), State("x", "2025-Q4"))
    assert made.frame["centre"].tolist() == pytest.approx([0.5] * 24)
    assert made.frame[["lower", "upper"]].isna().all(axis=None)
    assert not made.frame["out"].any()


def test_limits_that_hold_nearly_all_rates_are_none(tmp_path):
    # of 12, half of which are won, 0 to 12 are less than 1 in 1,000 each; but a band from 2% to 98% tells nothing
    made = trend(trend_facts(tmp_path, [6] * 24, each=12), State("x", "2025-Q4"))
    assert made.frame["upper"].isna().all()
    # unless a month lies outside: none of 12
    made = trend(trend_facts(tmp_path / "none", [6] * 23 + [0], each=12), State("x", "2025-Q4"))
    last = made.frame.iloc[-1]
    assert last["out"]
    assert 0 < last["lower"] < 0.1
    assert made.frame["upper"].notna().sum() == 1


def test_none_of_a_few_does_not_tell_that_none_ever_goes_on(tmp_path):
    # 0 of 14 until July: one of two in August is no wonder at any rate up to a seventh
    made = trend(trend_facts(tmp_path, [0] * 7 + [1], each=2), State("x", "2024-08"))
    assert made.frame["centre"].tolist() == [0.0] * 8
    assert not made.frame["out"].any()
    # of 0 of 840 it is: 8 of 40
    made = trend(trend_facts(tmp_path / "many", [0] * 21 + [0, 8, 0]), State("x", "2025-Q4"))
    assert made.frame.loc[made.frame["out"], "month"].tolist() == [pd.Timestamp("2025-11-01")]


def test_of_few_months_nothing_is_usual(tmp_path):
    made = trend(trend_facts(tmp_path, [20, 20, 20, 20, 2]), State("x", "2024-Q2"))
    assert made.frame[["centre", "lower", "upper"]].isna().all(axis=None)
    assert not made.frame["out"].any()


def test_comparisons_do_not_depend_on_rep_and_step(year):
    facts = facts_of(year)
    one = found(facts, year)
    assert found(facts, year.but(rep=choices(facts).steps[0].key, step="win", view="trend")) is one
    assert is_found(facts, year)
    assert not is_found(facts, year.but(team=choices(facts).values["team"][0]))


def test_of_large_comparisons_only_the_last_are_remembered(year, monkeypatch):
    facts = facts_of(year)
    one, *rest = [year.but(product_line=line) for line in ("", *choices(facts).values["product_line"])]
    kept = found(facts, one)
    assert found(facts, one) is kept
    monkeypatch.setattr(import_module("salesreport.kpi.anomalies.anomalies"), "MOST_DECISIONS", 0)
    for other in rest:
        found(facts, other)
        assert is_found(facts, other)
    assert not any(is_found(facts, other) for other in (one, *rest[:-1]))
    pd.testing.assert_frame_equal(found(facts, one).frame, kept.frame)  # made again


def test_a_key_names_one_finding(year):
    compared = found(facts_of(year), year)
    keys = [finding_key(row) for _, row in compared.frame.iterrows()]
    assert len(set(keys)) == len(keys)
    for _, row in compared.findings.iterrows():
        assert finding_of(compared, finding_key(row)).equals(row)
    assert finding_of(compared, "rep_id=nobody;step=win") is None
    assert not compared.whole(compared.frame)["rep_id"].isna().any()


def test_keys_survive_hostile_values():
    one = pd.Series({"rep_id": "a;step=b", "step": "win"})
    other = pd.Series({"rep_id": "a", "step": "b;step=win"})
    assert finding_key(one) != finding_key(other)
