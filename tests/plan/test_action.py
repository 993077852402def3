"""Action plans: from the goal backwards and forwards again, and what is said where the data cannot tell."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.period import Period
from salesreport.plan import ActionPlan, Strategy, action_plan, plan_yaml, read_plan
from salesreport.plan.chains import Chain, Chains
from salesreport.plan.course import Course
from salesreport.plan.needed import need_of
from salesreport.plan.past import Past
from salesreport.plan.sentences import sentences_of, titles_of
from salesreport.plan.steps import steps_of
from salesreport.plan.written import as_targets
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

QUARTER = Period.parse("2026-Q1")
MIX = {"A": "0.5", "B": "0.3", "C": "0.2"}


def strategy(**more: Any) -> Strategy:
    return Strategy.model_validate({"name": "S", "goal": {"2026-Q1": 4_000_000}, "segments": MIX, **more})


@pytest.fixture(scope="module")
def facts(sample: Dataset) -> Facts:
    return Facts.of(sample)


@pytest.fixture(scope="module")
def made(facts: Facts) -> ActionPlan:
    """The plans of the small sample company's strategy."""
    asked = [{"segment": "A", "status": "customer", "type": "call", "a_year": 8}, {"type": "email", "a_year": 1}]
    named = [{"account": "A000001", "until": "2026-06-30", "contacts": ["buyer"]}]
    return action_plan(facts, strategy(activities=asked, accounts=named), QUARTER)


def without(sample: Dataset, folder: Path, *tables: str, **changed: pd.DataFrame) -> Facts:
    """The sample company without some tables, and with others changed."""
    kept = {name: sample.table(name) for name in sample.tables if name not in tables} | changed
    process = "" if "stage_events" in tables else sample.settings.process
    settings = (
        replace(sample.settings, process=process) if hasattr(sample.settings, "__dataclass_fields__") else None
    )
    if settings is None:
        settings = sample.settings.model_copy(update={"process": process})
    return Facts.of(write_dataset(folder / "other", kept, settings, Provenance("test")))


def said(plan: ActionPlan) -> dict[str, str]:
    """What is missing for everybody, and why."""
    return {str(what): str(why) for rep, what, why in plan.missing if rep is None}


# --- backwards and forwards


def test_sums_close_on_the_goal(made: ActionPlan) -> None:
    for frame in (made.reps, made.segments):
        sums = frame["booked"] + frame["repeat"] + frame["open"] + frame["planned"] - frame["reserve"]
        np.testing.assert_allclose(sums, frame["goal"], rtol=1e-9)
    whole = made.segments.groupby("rep_id")[["goal", "booked", "open", "gap", "planned"]].sum()
    mine = made.reps.set_index("rep_id")[whole.columns]
    pd.testing.assert_frame_equal(whole, mine.loc[whole.index], rtol=1e-9)


def test_steps_fed_back_through_their_rates_return_what_is_planned(made: ActionPlan) -> None:
    steps = made.steps[made.steps["kind"].isin(["begin", "milestone", "won"]) & made.steps["extra"].notna()]
    brought = steps.assign(money=steps["extra"] * steps["chance"] * steps["amount"])
    of_segments = made.segments.set_index(["rep_id", "segment"])["planned"]
    of_reps = made.reps.set_index("rep_id")["planned"]
    assert (of_reps > 0).any()
    for row in brought.to_dict("records"):
        planned = of_reps[row["rep_id"]] if pd.isna(row["segment"]) else of_segments[row["rep_id"], row["segment"]]
        assert row["money"] == pytest.approx(planned, rel=1e-9, abs=1e-6)


def test_an_even_chance_is_what_is_planned_for(made: ActionPlan) -> None:
    planned = made.reps[made.reps["planned"] > 0]
    assert planned["chance_plan"].between(0.46, 0.54).all()
    assert (planned["chance_open"] < 0.5).all()
    assert (made.reps["chance_usual"] >= made.reps["chance_open"] - 1e-9).all()
    assert (made.reps["open_lower"] <= made.reps["open"]).all()


def test_what_is_in_time_comes_before_the_end_and_what_is_not_is_in_the_past(made: ActionPlan) -> None:
    for step in made.steps[made.steps["segment"].isna()].to_dict("records"):
        if pd.isna(step["extra"]):
            assert step["verdict"] == "too_late"
            assert step["by"] <= made.as_of
        else:
            assert made.as_of < step["by"] <= QUARTER.end
    order = made.steps[made.steps["segment"].isna() & (made.steps["kind"] == "milestone")]
    for _, mine in order.groupby("rep_id"):
        assert mine["by"].is_monotonic_increasing
        assert mine["extra"].dropna().is_monotonic_decreasing


# --- one rep's need, against what can be worked out


def one_rep(goal: float, opened: np.ndarray, money: float, chance: float) -> tuple[Course, Chains]:
    nothing = np.zeros((1, len(opened)))
    course = Course(
        ["R1"], [None], np.array([10.0]), opened[None], nothing, nothing, np.ones((1, len(opened))), np.ones(1), ()
    )
    chain = Chain("R1", None, np.array([chance]), np.array([chance]), money, np.ones(1), np.empty(0))
    chains = Chains([], [chain], np.array([30]), np.array([True]), 90, np.zeros((1, 2)), 0.0, np.array([40.0]))
    return course, chains


def test_wins_needed_for_an_even_chance_are_those_of_a_poisson_number() -> None:
    # 10 booked, 100 from open deals, 200 wanted: two of the deals that bring 50 each are needed
    course, chains = one_rep(200, np.full(4000, 100.0), 50.0, 0.25)
    need = need_of(course, [0], np.array([200.0]), chains, 7)
    even = stats.gamma.ppf(0.5, 2)  # of this mean, half of all Poisson numbers are 2 or more
    assert need.wins[0] == pytest.approx(even, rel=0.03)
    assert need.planned[0] == pytest.approx(50 * need.wins[0])
    assert need.gap[0] == pytest.approx(90)
    assert need.chance_open == 0
    steps = steps_of("R1", chains, [0], need, False, _nobody(), dt.date(2025, 12, 31), QUARTER, np.ones(1))
    assert steps[0]["extra"] == pytest.approx(4 * need.wins[0])
    assert steps[0]["by"] == dt.date(2026, 1, 30)


def _nobody() -> Past:
    class Nobody(Past):
        def __init__(self) -> None: ...

        def seen(self, rep: str, kind: str, name: str, length: int) -> Any:
            from salesreport.plan.past import Seen

            return Seen(np.empty(0))

    return Nobody()


def test_enough_that_is_open_needs_nothing() -> None:
    course, chains = one_rep(100, np.full(100, 95.0), 50.0, 0.25)
    need = need_of(course, [0], np.array([100.0]), chains, 7)
    assert (need.planned[0], need.chance_open, need.chance_plan) == (0, 1, 1)
    assert need.gap[0] == pytest.approx(-5)


def test_nothing_can_be_won_in_time() -> None:
    course, chains = one_rep(200, np.full(100, 95.0), 50.0, 0.25)
    need = need_of(course, [0], np.array([200.0]), chains._replace(in_time=np.array([False])), 7)
    assert not need.possible
    assert (need.planned[0], need.chance_plan) == (0, 0)


@settings(deadline=None, max_examples=20)
@given(st.floats(150, 5000), st.floats(1, 500), st.floats(0.01, 1))
def test_any_plan_is_reached_in_half_of_the_futures(goal: float, money: float, chance: float) -> None:
    opened = np.random.default_rng(5).gamma(2.0, 50.0, 2000)
    course, chains = one_rep(goal, opened, money, chance)
    need = need_of(course, [0], np.array([goal]), chains._replace(spread=0.5), 7)
    assert need.planned[0] - (need.planned[0] - need.gap[0]) == pytest.approx(need.gap[0], rel=1e-9)
    if need.planned[0] > 0:
        assert need.chance_plan == pytest.approx(0.5, abs=0.05)
        assert need.lower <= need.planned.sum() <= need.upper


# --- what a rep has done before


def test_earlier_stretches_by_hand(facts: Facts, made: ActionPlan) -> None:
    rep = made.reps["rep_id"].iloc[0]
    seen = Past(facts, _process(facts)).seen(rep, "activity", "meeting", 30)
    table = facts.dataset.table("activities", ["rep_id", "type", "done_at"])
    mine = table[(table["rep_id"] == rep) & (table["type"] == "meeting")]["done_at"].dt.tz_convert("Europe/Berlin")
    ago = (pd.Timestamp("2025-12-31") - mine.dt.tz_localize(None).dt.normalize()).dt.days // 30
    assert seen.counts.tolist() == [int((ago == number).sum()) for number in range(12)]


def test_the_past_agrees_with_the_metrics(facts: Facts, made: ActionPlan) -> None:
    rep, days = made.reps["rep_id"].iloc[1], 92
    seen = Past(facts, _process(facts)).seen(rep, "milestone", "proposal", days)
    table = compute(facts, Period.parse("2025-Q4"), ["reached:proposal"], by=("rep_id",)).frame
    assert seen.counts[0] == pytest.approx(table.set_index("rep_id")["value"][rep])


def _process(facts: Facts) -> Any:
    from salesreport.kpi.milestones.reached import process_file

    return process_file(facts)


# --- whoever and whatever is not there


def test_targets_win_over_the_strategy_and_the_difference_is_said(made: ActionPlan) -> None:
    told = made.reps[made.reps["agreed"].notna()]
    assert len(told)
    np.testing.assert_allclose(told["goal"], told["agreed"])
    notes = " ".join(map(str, made.notes))
    assert "not the strategy’s" in notes
    assert "apart" in notes


def test_without_targets_plans_follow_from_the_strategy(sample: Dataset, tmp_path: Path) -> None:
    facts = without(sample, tmp_path, "targets")
    plan = action_plan(facts, strategy(), QUARTER)
    np.testing.assert_allclose(plan.reps["goal"], plan.reps["derived"])
    assert plan.reps["goal"].sum() == pytest.approx(4_000_000, abs=1e-6)
    assert plan.reps["agreed"].isna().all()
    with pytest.raises(ConfigError, match="There is no goal: needs a target for Revenue"):
        action_plan(facts, None, QUARTER)


def test_without_a_strategy_the_targets_are_the_goals(facts: Facts) -> None:
    plan = action_plan(facts, None, QUARTER)
    targets = facts.dataset.table("targets")
    rows = targets[(targets["metric"] == "revenue") & (targets["period"] == "2026-Q1") & targets["rep_id"].notna()]
    assert plan.reps.set_index("rep_id")["goal"].to_dict() == rows.set_index("rep_id")["value"].to_dict()
    assert plan.segments["segment"].isna().all()


def test_without_stage_history_only_beginning_and_winning_are_planned(sample: Dataset, tmp_path: Path) -> None:
    facts = without(sample, tmp_path, "stage_events", "snapshots")
    plan = action_plan(facts, strategy(), QUARTER)
    assert set(plan.steps["kind"]) == {"begin", "won", "activity"}
    assert said(plan)["milestones"].startswith("needs the history of stages")
    assert plan.reps["chance_usual"].notna().all()


def test_without_activities_the_plan_says_so(sample: Dataset, tmp_path: Path) -> None:
    plan = action_plan(without(sample, tmp_path, "activities"), strategy(), QUARTER)
    assert "activity" not in set(plan.steps["kind"])
    assert said(plan)["activities"] == "needs activities with their types, which this export does not have"
    assert plan.reps["gap"].notna().all()


def test_without_deals_won_the_goal_is_there_and_the_rest_cannot_be_told(sample: Dataset, tmp_path: Path) -> None:
    deals = sample.table("deals")
    kept = deals[deals["status"] == "open"]
    others = ("stage_events", "snapshots", "deal_owners", "orders", "leads", "equipment", "activities", "feedback")
    facts = without(sample, tmp_path, *others, deals=kept)
    plan = action_plan(facts, strategy(), QUARTER)
    assert plan.reps["goal"].notna().all()
    assert plan.reps[["open", "gap", "planned", "chance_usual"]].isna().all(axis=None)
    assert len(plan.steps) == 0
    (why,) = [why for what, why in said(plan).items() if what.startswith("what open deals")]
    assert why
    assert "cannot be told" in str(sentences_of(plan, plan.reps["rep_id"].iloc[0], {})[0])


def test_a_rep_without_history_has_the_teams_rates_and_no_verdict(sample: Dataset, tmp_path: Path) -> None:
    reps = sample.table("reps")
    newcomer = reps.iloc[[0]].assign(rep_id="R000099", name="New Here", hired_on=pd.Timestamp("2026-02-01"))
    facts = without(sample, tmp_path, reps=pd.concat([reps, newcomer], ignore_index=True))
    plan = action_plan(facts, strategy(), QUARTER, only=["R000099"])
    (row,) = plan.reps.to_dict("records")
    assert row["derived"] == row["goal"] > 0
    assert (row["open"], row["booked"]) == (0, 0)
    assert row["planned"] > 0
    assert row["verdict"] == "unknown"
    assert row["chance_plan"] == pytest.approx(0.5, abs=0.05)
    assert any(rep == "R000099" and "earlier stretches" in str(why) for rep, _, why in plan.missing)
    # hired in mid-quarter: 59 of 90 days
    others = action_plan(facts, strategy(), QUARTER).reps.set_index("rep_id")["derived"]
    assert row["derived"] / others.drop("R000099").max() == pytest.approx(59 / 90, rel=1e-6)


def test_a_team_of_two(sample: Dataset, tmp_path: Path) -> None:
    reps = sample.table("reps")
    busiest = sample.table("deals")["rep_id"].value_counts().index[:2]
    kept = {
        name: sample.table(name)[lambda frame: frame["rep_id"].isin(busiest)]
        for name in ("deals", "orders", "activities", "targets")
    }
    deals = kept["deals"]["deal_id"]
    for name in ("stage_events", "snapshots", "deal_owners"):
        kept[name] = sample.table(name)[lambda frame: frame["deal_id"].isin(deals)]
    facts = without(
        sample, tmp_path, "leads", "equipment", "feedback", "commitments", "rep_history",
        reps=reps[reps["rep_id"].isin(busiest)], **kept,
    )  # fmt: skip
    plan = action_plan(facts, strategy(goal={"2026-Q1": 900_000}), QUARTER)
    assert len(plan.reps) == 2
    assert plan.reps["chance_usual"].between(0, 1).all()
    assert len(sentences_of(plan, str(busiest[0]), titles_of(_process(facts)))) >= 3


def test_units_and_gross_profit(facts: Facts) -> None:
    for metric, goal in (("gross_profit", 1_500_000), ("units", 9_000)):
        plan = action_plan(facts, strategy(metric=metric, goal={"2026-Q1": goal}), QUARTER)
        assert plan.unit == ("units" if metric == "units" else "EUR")
        assert plan.reps["open"].sum() > goal / 20
        whole = plan.reps["booked"] + plan.reps["repeat"] + plan.reps["open"] + plan.reps["gap"]
        np.testing.assert_allclose(whole, plan.reps["goal"], rtol=1e-9)


def test_half_way_through_what_is_booked_counts(sample: Dataset) -> None:
    facts = Facts.of(sample, dt.date(2025, 11, 15))
    plan = action_plan(facts, None, Period.parse("2025-Q4"))
    deals = sample.table("deals")
    won = deals[(deals["status"] == "won") & deals["closed_on"].between("2025-10-01", "2025-11-15")]
    orders = sample.table("orders")
    alone = orders[orders["deal_id"].isna() & orders["ordered_on"].between("2025-10-01", "2025-11-15")]
    assert plan.reps["booked"].sum() <= won["amount"].sum() + alone["amount"].sum() + 1e-6
    assert plan.reps["booked"].sum() > 0.9 * won["amount"].sum()


def test_planned_levels_hold_while_they_are_calibrated(facts: Facts, made: ActionPlan) -> None:
    level = {"activity": "call", "a_week": 70, "from": "2025-12-29", "weeks": 14}
    plan = action_plan(facts, strategy(levels=[level]), QUARTER)
    calls = plan.steps[plan.steps["step"] == "call"]
    np.testing.assert_allclose(calls["needed"], 900)  # 10 a day, on all 90 days
    assert (made.steps[made.steps["step"] == "call"]["needed"] != 900).all()


def test_how_often_accounts_are_to_be_met(facts: Facts) -> None:
    asked = [{"segment": "A", "status": "prospect", "type": "call", "a_year": 8}]
    plan = action_plan(facts, strategy(activities=asked, accounts=[{"account": "A000001"}]), QUARTER)
    accounts, deals = facts.dataset.table("accounts"), facts.dataset.table("deals")
    orders = facts.dataset.table("orders")
    bought = set(deals[deals["status"] == "won"]["account_id"]) | set(orders["account_id"])
    mine = accounts[(accounts["segment"] == "A") & ~accounts["account_id"].isin(bought)]
    expected = mine["rep_id"].value_counts()
    told = plan.cadence.set_index("rep_id")
    assert told["accounts"].to_dict() == {rep: n for rep, n in expected.items() if rep in told.index}
    np.testing.assert_allclose(told["planned"], told["accounts"] * 8 * 90 / 365.25)
    assert plan.accounts["account_id"].tolist() == ["A000001"]


def test_what_cannot_be_asked(facts: Facts) -> None:
    with pytest.raises(ConfigError, match="This period is over"):
        action_plan(facts, strategy(), Period.parse("2025-Q4"))
    with pytest.raises(ConfigError, match="This rep does not sell in the period"):
        action_plan(facts, strategy(), QUARTER, only=["R000098"])


# --- written


def test_a_plan_is_read_back_as_it_was(made: ActionPlan, tmp_path: Path) -> None:
    file = tmp_path / "plan.yml"
    file.write_text(plan_yaml(made), encoding="utf-8")
    back = read_plan(file)
    assert (back.period, back.as_of, back.metric, back.unit) == (made.period, made.as_of, "revenue", "EUR")
    for name in ("reps", "segments", "steps", "cadence", "accounts"):
        read, wrote = getattr(back, name), getattr(made, name)
        both = [one.astype(object).where(one.notna(), None) for one in (read, wrote)]
        assert both[0].to_dict("records") == both[1].to_dict("records"), name


def test_a_plan_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.yml"
    file.write_text("plan: 1\nperiod: 2026-Q1\nas_of: 2025-12-31\nmetric: revenue\nunit: EUR\nrps: []\n")
    with pytest.raises(ConfigError, match="line 6, key “rps”: There is no such setting"):
        read_plan(file)


def test_rows_of_targets_have_periods_and_metrics_that_exist(made: ActionPlan, facts: Facts) -> None:
    rows = as_targets(made)
    assert set(rows["source"]) == {"plan"}
    for written in rows["period"].unique():
        assert Period.parse(written).start > made.as_of
    steps = rows[rows["metric"] != "revenue"]
    known = compute(facts, Period.parse("2025-Q4"), sorted(steps["metric"].unique())).frame
    assert set(known["metric"]) == set(steps["metric"])
    goals = rows[rows["metric"] == "revenue"]
    assert goals["value"].sum() == pytest.approx(made.reps["goal"].sum())


# --- any chains, zeros included


@st.composite
def several(draw: st.DrawFn) -> tuple[Course, Chains, np.ndarray]:
    """A rep with a few segments, of which some have no goal, nothing open, or no deal that could be won."""
    size, steps = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    amount = st.sampled_from([0.0, 1.0, 250.0, 4e4])
    goals = np.array([draw(amount) for _ in range(size)])
    opened = rng.gamma(0.7, np.array([draw(amount) for _ in range(size)])[:, None] + 1e-9, (size, 400))
    nothing = np.zeros((size, 400))
    factor = np.tile(np.exp(rng.normal(-0.01, 0.14, 400)), (size, 1))
    per = np.full(size, draw(st.sampled_from([1.0, 0.3])))
    course = Course(["R1"] * size, list("ABCD"[:size]), nothing[:, 0], opened, nothing, nothing, factor, per, ())
    chance, whole = st.sampled_from([0.0, 0.02, 0.4, 1.0]), np.ones(steps)
    made = [
        Chain("R1", one, np.array([draw(chance) for _ in range(steps)]), whole, draw(amount), whole, whole[1:])
        for one in "ABCD"[:size]
    ]
    in_time = np.sort(rng.random(steps) < 0.7)
    places: Any = [_Place(f"m{number}") for number in range(1, steps)]
    chains = Chains(
        places, made, np.full(steps, 30), in_time, 90, np.zeros((size, steps + 1)), 0.5, np.full(steps, 40.0)
    )
    return course, chains, goals


class _Place:
    def __init__(self, key: str) -> None:
        self.milestone = self
        self.key = key


@settings(deadline=None, max_examples=60)
@given(several())
def test_every_step_of_every_segment_returns_what_is_planned(drawn: tuple[Course, Chains, np.ndarray]) -> None:
    course, chains, goals = drawn
    rows = list(range(len(goals)))
    need = need_of(course, rows, goals, chains, 7)
    mean = course.opened.mean(axis=1)
    np.testing.assert_allclose(mean + need.gap, goals, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(need.wins * worth(chains, course), need.planned, rtol=1e-9, atol=1e-9)
    assert (need.planned >= 0).all()
    assert need.possible or need.planned.sum() == 0
    steps = steps_of("R1", chains, rows, need, True, _nobody(), dt.date(2025, 12, 31), QUARTER, course.per_amount)
    for step in steps:
        if np.isnan(step["extra"]):
            continue
        brought = step["extra"] * step["chance"] * step["amount"]
        told = [one for one in steps if one["step"] == step["step"] and one["segment"] is not None]
        parts = [n for n, one in zip(rows, told, strict=True) if not np.isnan(one["extra"])]
        wanted = (
            need.planned[parts].sum() if step["segment"] is None else need.planned["ABCD".index(step["segment"])]
        )
        assert brought == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def worth(chains: Chains, course: Course) -> np.ndarray:
    return np.array([one.money for one in chains.chains]) * course.per_amount


def test_a_company_that_only_has_orders_has_them_booked(sample: Dataset, tmp_path: Path) -> None:
    kept = {"orders": sample.table("orders").drop(columns="deal_id"), "reps": sample.table("reps")}
    others = [name for name in sample.tables if name not in kept]
    facts = without(sample, tmp_path, *others, **kept)
    facts = Facts.of(facts.dataset, dt.date(2025, 11, 30))
    plan = action_plan(facts, strategy(goal={"2025-Q4": 10**6}, segments={}), Period.parse("2025-Q4"))
    orders = kept["orders"]
    so_far = orders[orders["ordered_on"].between("2025-10-01", "2025-11-30")]
    told = plan.reps.set_index("rep_id")["booked"]
    expected = so_far.groupby("rep_id")["amount"].sum().reindex(told.index).fillna(0)
    np.testing.assert_allclose(told, expected)
    assert plan.reps["open"].isna().all()
