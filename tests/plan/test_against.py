"""Plan against actual: by hand, adding up, whose plan counts, plans to date, and how often chance is chance."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import dataset_of, deal
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.plan import Strategy, action_plan, plan_yaml, read_plan
from salesreport.plan.actual.against import against
from salesreport.plan.actual.course import course_of
from salesreport.plan.actual.served import applies, named, outcomes, served
from salesreport.plan.checks import check_plan

Rows = list[dict[str, Any]]

REPS = [{"rep_id": "R1", "name": "Ann", "team": "T"}, {"rep_id": "R2", "name": "Bob", "team": "T"}]
DEALS = [
    deal(1, "R1", "won", "2025-01-10", "2025-05-10", amount=300.0, segment="A"),
    deal(2, "R1", "won", "2025-02-10", "2025-06-10", amount=100.0, segment="B"),
    deal(3, "R2", "won", "2025-04-10", "2025-06-20", amount=500.0, segment="A"),
    deal(4, "R2", "open", "2025-05-01", amount=50.0),
]
CALLS = [
    ("R1", "2025-04-02"),
    ("R1", "2025-06-30"),
    ("R2", "2025-05-01"),
    ("R2", "2025-07-01"),
    ("R1", "2025-03-31"),
]
TARGETS = [("revenue", "R1", 600), ("revenue", "R2", 400), ("activity:call", "R1", 9), ("activity:call", "R2", 1)]


def activities(rows: list[tuple[str, str]], **more: Any) -> Rows:
    return [
        {"activity_id": str(n), "rep_id": rep, "type": "call", "done_at": day, **more}
        for n, (rep, day) in enumerate(rows)
    ]


def targets(rows: list[tuple[str, str, float]], period: str = "2025-Q2") -> Rows:
    return [{"metric": metric, "rep_id": rep, "value": float(n), "period": period} for metric, rep, n in rows]


def company(folder: Path, as_of: str = "2025-07-31", **tables: Any) -> Facts:
    given = {"reps": REPS, "deals": DEALS, "activities": activities(CALLS), "targets": targets(TARGETS)} | tables
    return Facts.of(dataset_of(folder / "d", as_of, {name: rows for name, rows in given.items() if rows}))


def row(lines: pd.DataFrame, what: str, part: str = "all", **where: Any) -> pd.Series:
    found = lines[(lines["what"] == what) & (lines["part"] == part)]
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1, found
    return found.iloc[0]


def test_a_tiny_company_by_hand(tmp_path: Path) -> None:
    facts = company(tmp_path)
    lines = against(facts, facts.dataset.period("2025-Q2"), None, None, "rep_id").lines
    ann = row(lines, "revenue", rep_id="R1")
    assert (ann["planned"], ann["actual"], ann["deviation"], ann["source"]) == (600, 400, -200, "targets")
    # no earlier stretch: independent deals of 300 and 100, so variance ÷ mean is 100,000 ÷ 400
    assert ann["dispersion"] == 250
    np.testing.assert_allclose([ann["lower"], ann["upper"]], gamma.ppf([0.025, 0.975], 400 / 250 + 0.5, scale=250))
    assert (ann["verdict"], ann["stretches"]) == ("chance", 0)
    calls = row(lines, "activity:call", rep_id="R1")
    # April 2 and June 30 count, March 31 does not: 2 of 9, and 9 is beyond the 97.5 % quantile of Gamma(2½)
    assert (calls["actual"], calls["planned"], calls["verdict"]) == (2, 9, "below")
    assert calls["upper"] == pytest.approx(gamma.ppf(0.975, 2.5))
    bob = row(lines, "activity:call", rep_id="R2")
    assert (bob["actual"], bob["verdict"]) == (1, "chance")
    won = row(lines, "deals_won", rep_id="R1")
    assert (won["actual"], won["verdict"], pd.isna(won["source"])) == (2, "unplanned", True)
    assert row(lines, "revenue", "segment", rep_id="R1", group="A")["actual"] == 300
    whole = against(facts, facts.dataset.period("2025-Q2"), None, None, None).lines
    assert (row(whole, "revenue")["planned"], row(whole, "revenue")["actual"]) == (1000, 900)


def test_orders_and_their_lines_are_judged_alike(tmp_path: Path) -> None:
    """Ann's two orders of 300 and 100 as four and two lines: as many chances, and as much money."""
    whole = [("A1", "2025-04-10", 300.0), ("A2", "2025-05-10", 100.0)]
    lines = [("A1", "2025-04-10", 75.0)] * 4 + [("A2", "2025-05-10", 50.0)] * 2
    nobodys = [(None, day, amount) for _, day, amount in lines]  # nobody knows which belong together
    told = []
    for name, rows in (("whole", whole), ("lines", lines), ("nobodys", nobodys)):
        orders = [
            {"order_id": str(n), "rep_id": "R1", "account_id": account, "ordered_on": day, "amount": amount}
            for n, (account, day, amount) in enumerate(rows)
        ]
        wanted = targets([("revenue", "R1", 1000), ("revenue", "R2", 400)])
        facts = company(tmp_path / name, deals=[], orders=orders, targets=wanted)
        made = against(facts, facts.dataset.period("2025-Q2"), None, None, "rep_id").lines
        told.append(row(made, "revenue", rep_id="R1"))
    assert [one["actual"] for one in told] == [400, 400, 400]
    # (300² + 100²) ÷ 400; of single lines (4 × 75² + 2 × 50²) ÷ 400
    assert [one["dispersion"] for one in told] == [250, 250, 68.75]
    assert told[0]["upper"] == told[1]["upper"]
    assert [one["verdict"] for one in told] == ["chance", "chance", "below"]


def test_the_interval_follows_the_own_earlier_stretches(tmp_path: Path) -> None:
    # four quarters before with 2, 8, 2, 8 calls: (36 + 36 + 36) ÷ (10 + 10 + 10) = 3.6, on three pairs
    days = {"2024-05": 2, "2024-08": 8, "2024-11": 2, "2025-02": 8, "2025-05": 5}
    calls = [("R1", f"{month}-{n + 1:02}") for month, number in days.items() for n in range(number)]
    calls.append(
        ("R1", "2024-04-01")
    )  # the data begin: 91-day stretches before April 1, 2025 begin on April 2, 2024
    facts = company(tmp_path, activities=activities(calls))
    made = row(
        against(facts, facts.dataset.period("2025-Q2"), None, None, "rep_id").lines, "activity:call", rep_id="R1"
    )
    assert made["dispersion"] == pytest.approx(3.6)
    assert made["stretches"] == 4


def test_figures_are_those_of_the_metrics_and_parts_add_up(sample: Dataset) -> None:
    facts, period = Facts.of(sample), sample.period("2025-Q4")
    reps, teams, whole = (
        against(facts, period, None, None, dimension).lines for dimension in ("rep_id", "team", None)
    )
    for lines, by in ((reps, ["rep_id"]), (teams, ["team"]), (whole, [])):
        everything = lines[lines["part"] == "all"]
        table = compute(facts, period, everything["what"].unique(), by=by).frame.dropna(subset=["value", *by])
        both = everything.merge(table, left_on=[*by, "what"], right_on=[*by, "metric"])
        assert len(both) == len(everything)
        np.testing.assert_allclose(both["actual"], both["value"], rtol=1e-9)
        for part in ("segment", "territory"):
            parts = lines[lines["part"] == part].groupby([*by, "what"])["actual"].sum()
            sums = everything.set_index([*by, "what"])["actual"]
            np.testing.assert_allclose(parts, sums.reindex(parts.index), rtol=1e-9)
    total = reps[reps["part"] == "all"].groupby("what")[["actual", "planned"]].sum(min_count=1)
    one = whole[whole["part"] == "all"].set_index("what")[["actual", "planned"]].reindex(total.index)
    np.testing.assert_allclose(total["actual"], one["actual"], rtol=1e-9)
    counted = total.index.str.startswith("activity:")  # nobody but reps has targets for these
    np.testing.assert_allclose(total.loc[counted, "planned"], one.loc[counted, "planned"], rtol=1e-9)


@pytest.fixture(scope="module")
def plan_file(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    share = Strategy(name="S", goal={"2025": 16_000_000}, segments={"A": "0.5", "B": "0.3", "C": "0.2"})
    made = action_plan(Facts.of(sample, dt.date(2025, 9, 30)), share, sample.period("2025-Q4"), paths=20)
    file = tmp_path_factory.mktemp("plans") / "p.yml"
    file.write_text(plan_yaml(made), encoding="utf-8")
    return file


def test_a_plan_file_wins_over_targets_and_adds_up(sample: Dataset, plan_file: Path) -> None:
    facts, period, plan = Facts.of(sample), sample.period("2025-Q4"), read_plan(plan_file)
    lines = against(facts, period, plan, None, "rep_id").lines
    whole, parts = lines[lines["part"] == "all"], lines[(lines["part"] == "segment") & (lines["source"] == "plan")]
    goals = whole[whole["what"] == "revenue"].set_index("rep_id")
    assert (goals["source"] == "plan").all()
    np.testing.assert_allclose(goals["planned"].reindex(plan.reps["rep_id"]), plan.reps["goal"])
    # segments of plans add up to the rep, reps to the team and the company
    for what in ("revenue", "deals_won"):
        by_rep = parts[parts["what"] == what].groupby("rep_id")["whole"].sum()
        mine = whole[whole["what"] == what].set_index("rep_id")["whole"]
        np.testing.assert_allclose(by_rep, mine.reindex(by_rep.index), rtol=1e-9)
    for dimension in ("team", None):
        others = against(facts, period, plan, None, dimension).lines
        others = others[(others["part"] == "all") & (others["source"] == "plan")].groupby("what")["whole"].sum()
        filed = whole[whole["source"] == "plan"].groupby("what")["whole"].sum()
        np.testing.assert_allclose(others, filed.reindex(others.index), rtol=1e-9)
    # a step is counted from the day after the plan was made to its last day in time
    step = plan.steps[(plan.steps["kind"] == "milestone") & plan.steps["segment"].isna()].dropna(subset=["needed"])
    step = step[step["by"] > dt.date(2025, 10, 15)].iloc[-1]
    line = row(lines, f"reached:{step['step']}", rep_id=step["rep_id"])
    assert (line["start"], line["end"], line["planned"]) == (dt.date(2025, 10, 1), step["by"], step["needed"])
    # in a segment's report the plan's part of it counts
    segment = against(facts, period, plan, None, "segment").lines
    goal = plan.segments.loc[plan.segments["segment"] == "B", "goal"].sum()
    assert row(segment, "revenue", segment="B")["planned"] == pytest.approx(goal)


def test_a_plan_of_unknown_reps_is_refused(sample: Dataset, plan_file: Path) -> None:
    plan, facts = read_plan(plan_file), Facts.of(sample)
    check_plan(plan, facts, plan_file)
    wrong = plan._replace(reps=plan.reps.assign(rep_id=["R00001", *plan.reps["rep_id"][1:]]))
    with pytest.raises(ConfigError, match="no such rep") as caught:
        check_plan(wrong, facts, plan_file)
    assert caught.value.key == "reps.0.rep_id"
    twice = plan._replace(reps=pd.concat([plan.reps, plan.reps.head(1)], ignore_index=True))
    with pytest.raises(ConfigError, match="two plans"):
        check_plan(twice, facts, plan_file)


def test_what_the_data_do_not_know_is_said(sample: Dataset, plan_file: Path) -> None:
    plan = read_plan(plan_file)
    steps = plan.steps.replace({"step": {"call": "webinar"}})
    found = against(Facts.of(sample), sample.period("2025-Q4"), plan._replace(steps=steps), None, "rep_id")
    untold = found.lines[found.lines["what"] == "activity:webinar"]
    assert len(untold)
    assert (untold["verdict"] == "untold").all()
    assert untold["actual"].isna().all()
    assert "webinar" in str(found.reasons["activity:webinar"])


# --- to date


def test_monthly_targets_say_what_is_due_by_a_day(tmp_path: Path) -> None:
    months = [
        targets([("activity:call", "R1", n)], month)[0]
        for month, n in (("2025-04", 30), ("2025-05", 10), ("2025-06", 20))
    ]
    facts = company(tmp_path, as_of="2025-05-15", targets=months)
    line = row(
        against(facts, facts.dataset.period("2025-Q2"), None, None, "rep_id").lines, "activity:call", rep_id="R1"
    )
    # April, and 15 of the 31 days of May
    assert (line["whole"], line["course"], line["end"]) == (60, "months", dt.date(2025, 5, 15))
    assert line["planned"] == pytest.approx(30 + 10 * 15 / 31)
    assert line["actual"] == 1


def test_seasons_of_a_strategy(tmp_path: Path) -> None:
    facts = company(tmp_path, as_of="2025-05-31")
    weights = [0, 0, 0, "0.2", "0.1", "0.1", 0, 0, 0, 0, 0, "0.6"]
    strategy = Strategy(name="S", goal={"2025": 1000}, seasonality=weights)
    line = row(
        against(facts, facts.dataset.period("2025-Q2"), None, strategy, "rep_id").lines, "revenue", rep_id="R1"
    )
    assert (line["course"], line["planned"]) == ("seasons", pytest.approx(600 * 0.3 / 0.4))


def test_how_earlier_quarters_went_else_the_days(tmp_path: Path) -> None:
    # in each of four quarters before one of four calls came by the 46th day, half of the 91 or 92
    quarters = ["2024-04", "2024-07", "2024-10", "2025-01"]
    calls = [("R1", f"{month}-03") for month in quarters] + [
        ("R1", str((pd.Timestamp(f"{month}-01") + pd.Timedelta(days=80)).date()))
        for month in quarters
        for _ in range(3)
    ]
    facts = company(tmp_path, as_of="2025-05-15", activities=activities([("R1", "2024-03-31"), *calls]))
    line = row(
        against(facts, facts.dataset.period("2025-Q2"), None, None, "rep_id").lines, "activity:call", rep_id="R1"
    )
    assert (line["course"], line["planned"]) == ("course", pytest.approx(9 / 4))
    start, end, day = dt.date(2025, 4, 1), dt.date(2025, 6, 30), dt.date(2025, 5, 15)
    share, how = course_of(facts, "deals_won", "targets", None, facts.dataset.period("2025-Q2"), start, end, day)
    assert (share, how) == (45 / 91, "days")
    assert course_of(facts, "deals_won", "targets", None, facts.dataset.period("2025-Q2"), start, end, end)[0] == 1


@settings(max_examples=25, deadline=None)
@given(day=st.integers(0, 91))
def test_what_is_due_never_falls(sample: Dataset, day: int) -> None:
    facts, period = Facts.of(sample), sample.period("2025-Q4")
    days = [period.start + dt.timedelta(one) for one in (day, min(day + 1, 91))]
    for what in ("revenue", "activity:call", "deals_won"):
        early, late = (
            course_of(facts, what, "targets", None, period, period.start, period.end, one)[0] for one in days
        )
        assert 0 <= early <= late <= 1


# --- accounts


def accounts(folder: Path) -> Facts:
    met = [
        ("K1", "2025-04-05"),
        ("K1", "2025-05-05"),
        ("K2", "2025-06-01"),
        ("K3", "2025-02-01"),
        ("K1", "2025-06-09"),
    ]
    rows = [
        {"activity_id": str(n), "rep_id": "R1", "type": "call", "done_at": day, "account_id": account}
        for n, (account, day) in enumerate(met)
    ]
    rows.append({**rows[0], "activity_id": "9", "type": "mail", "done_at": "2025-06-30", "account_id": "K4"})
    names = [{"account_id": f"K{n}", "name": f"K {n}", "segment": "A", "rep_id": "R1"} for n in range(1, 5)]
    return company(folder, activities=rows, accounts=names)


def test_accounts_met_as_often_as_planned(tmp_path: Path) -> None:
    facts = accounts(tmp_path)
    period = facts.dataset.period("2025-Q2")
    rule = {"segment": "A", "type": "call", "a_year": 8, "status": "prospect"}
    strategy = Strategy(name="S", goal={"2025": 1}, activities=[rule])
    made = served(facts, period, None, strategy).set_index("account_id")
    # 8 × 91 ÷ 365.25 = 1.99: twice; K3 was met before the quarter only, K4 by mail only
    assert made["due"].tolist() == [2] * 4
    assert made["served"].tolist() == ["above", "below", "never", "never"]
    assert made["done"].tolist() == [3, 1, 0, 0]
    assert made["last_contact"].astype(str).tolist() == ["2025-06-09", "2025-06-01", "2025-02-01", "2025-06-30"]
    # once a year: nothing would be due in the quarter, so the last 366 days count
    once = strategy.model_copy(
        update={"activities": Strategy(name="S", goal={"2025": 1}, activities=[rule | {"a_year": 1}]).activities}
    )
    assert served(facts, period, None, once)["served"].tolist() == ["above", "at", "at", "never"]
    assert not applies(strategy, facts.dataset.period("2024-Q4"))


def test_accounts_planned_by_name(tmp_path: Path) -> None:
    facts = accounts(tmp_path)
    wanted = [{"account": "K3", "outcome": "A site"}, {"account": "K1"}, {"account": "K9"}]
    strategy = Strategy(name="S", goal={"2025": 1}, accounts=wanted)
    made = named(facts, facts.dataset.period("2025-Q2"), None, strategy)
    assert made["done"].tolist() == [0, 3, 0]
    assert made["rep_id"].tolist()[:2] == ["R1", "R1"]
    assert made["last_contact"].astype(str).tolist()[:2] == ["2025-02-01", "2025-06-09"]
    assert made["last_contact"].isna().tolist() == [False, False, True]


def test_outcomes_where_they_are_stated(tmp_path: Path) -> None:
    rows = activities(CALLS)
    facts = company(
        tmp_path, activities=[one | {"outcome": "reached" if n < 2 else None} for n, one in enumerate(rows)]
    )
    made = outcomes(facts, facts.dataset.period("2025-Q2"), "rep_id")
    # April 2 and June 30 of Ann with an outcome, May 1 of Bob without
    told = made.astype(object).where(made.notna(), None).to_numpy().tolist()
    assert told == [["R1", "call", "reached", 2], ["R2", "call", None, 1]]


# --- how often chance is called so


def test_of_counts_that_follow_their_plan_one_in_twenty_is_called_otherwise(tmp_path: Path) -> None:
    random, quarters = np.random.default_rng(23), pd.period_range("2022Q3", "2025Q2", freq="Q")
    mean = 12 * np.exp(random.normal(0, 0.4, 300))
    rows, asked = [], []
    for number, usual in enumerate(mean):
        rep = f"R{number:03}"
        for quarter in quarters:
            days = random.integers(0, 90, random.negative_binomial(usual, 0.5))  # variance = 2 × mean
            rows += [(rep, str((quarter.start_time + pd.Timedelta(days=int(day))).date())) for day in days]
        asked.append(("activity:call", rep, usual))
    reps = [{"rep_id": rep, "name": rep} for _, rep, _ in asked]
    facts = company(
        tmp_path, reps=reps, activities=activities(rows), targets=targets(asked), deals=DEALS[:0] or None
    )
    lines = against(facts, facts.dataset.period("2025-Q2"), None, None, "rep_id").lines
    verdicts = lines.loc[lines["what"] == "activity:call", "verdict"]
    assert len(verdicts) == 300
    assert 0.02 < (verdicts != "chance").mean() < 0.085  # 5 %, give or take twice 1.3 %
