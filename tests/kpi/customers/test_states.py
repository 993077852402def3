"""The customer base: every rule by hand, the sample company's against its raw tables, and blind to the future."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import Given, Rows, dataset_of, deal, values
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.kpi import Facts, compute
from salesreport.kpi.customers.categories import states_at
from salesreport.kpi.customers.states import base_moves, base_notes, base_states
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.period import Period
from salesreport.process import Category, Condition, Milestone, Process, ProcessFile, StageSign, process_of

FILE = ProcessFile(
    processes=(
        Process(
            name="All",
            milestones=(
                Milestone(key="talks", title="Talks", stages=(StageSign(name="Talks"),)),
                Milestone(key="trial", title="Trial", stages=(StageSign(name="Trial"),)),
            ),
        ),
    )
)
"""Two milestones and the seven categories."""

JUNE = dt.date(2024, 6, 30)


def order(number: int, account: str, on: str, due: str | None, paid: str | None, amount: float = 10.0) -> dict:
    return {"order_id": f"O{number}", "rep_id": "ann", "account_id": account, "ordered_on": on, "amount": amount,
            "due_on": due, "paid_on": paid}  # fmt: skip


def activity(number: int, account: str | None, on: str, rep: str = "ann", **more: Any) -> dict[str, Any]:
    return {"activity_id": f"A{number}", "rep_id": rep, "type": "call", "done_at": f"{on} 09:00",
            "account_id": account, **more}  # fmt: skip


def loan(number: int, account: str, lent: str, back: str | None, **more: Any) -> dict[str, Any]:
    return {"equipment_id": f"E{number}", "account_id": account, "lent_on": lent, "returned_on": back, **more}


def states(facts: Facts, day: dt.date = JUNE, file: ProcessFile = FILE) -> dict[str, str]:
    return base_states(facts, file, day).set_index("account_id")["category"].astype("str").to_dict()


def test_every_rule_by_hand(given: Given):
    facts = given(
        deals=[
            deal(1, "ann", "open", "2024-05-01", account_id="trial", stage="Trial"),
            deal(2, "ann", "open", "2024-05-01", account_id="talks", stage="Talks"),
            deal(3, "ann", "won", "2024-05-01", "2024-07-01", account_id="signs-later", stage="Trial"),
            deal(4, "ann", "lost", "2024-05-01", "2024-05-10", account_id="lost-long-silent", stage="Talks"),
            deal(5, "ann", "open", "2024-07-01", account_id="not-yet", stage="Talks"),
            deal(6, "ann", "open", "2024-05-01", account_id="pays", stage="Trial"),
        ],
        stage_events=[
            {"deal_id": f"D{number}", "stage": stage, "entered_at": at}
            for number, stage, at in [
                (1, "Talks", "2024-05-01"), (1, "Trial", "2024-06-30"), (2, "Talks", "2024-05-01"),
                (2, "Trial", "2024-07-01"), (3, "Trial", "2024-05-02"), (4, "Talks", "2024-05-01"),
                (5, "Talks", "2024-07-01"), (6, "Trial", "2024-05-01"),
            ]
        ],
        orders=[
            order(1, "pays", "2024-05-01", "2024-06-30", None),
            order(2, "overdue", "2024-01-01", "2024-02-01", None),
            order(3, "paid-later", "2024-06-01", "2024-06-15", "2024-07-01"),
            order(4, "next-month", "2024-06-01", "2024-07-31", None),
            order(5, "in-august", "2024-06-01", "2024-08-01", None),  # not within two months: only warm
            order(6, "paid-that-day", "2023-07-01", "2023-08-01", "2024-06-30"),  # 365 days ago: warm
            order(7, "cold", "2023-06-30", "2023-08-01", "2023-08-01"),  # 366 days ago
            order(8, "later-order", "2024-07-01", "2024-07-01", None),
            order(9, "credit-note", "2024-06-01", "2024-06-01", None, amount=-5.0),
            order(10, "undated", "2022-06-01", None, None),
        ],
        activities=[
            activity(1, "warm", "2024-01-02"),  # 180 days ago
            activity(2, "cold-call", "2024-01-01"),  # 181 days ago
            activity(3, None, "2024-06-01", deal_id="D4"),  # its deal's customer
            activity(4, "later-order", "2024-06-30"),
            activity(5, None, "2022-01-01", deal_id="D2"),
        ],
        equipment=[
            loan(1, "lent", "2024-06-30", None),
            loan(2, "back", "2024-05-01", "2024-06-30"),
            loan(3, "back-later", "2024-05-01", "2024-07-01"),
            loan(4, "lent-later", "2024-07-01", None),
        ],
        accounts=[{"account_id": "silent"}, {"account_id": "not-yet"}, {"account_id": "trial"}],
        leads=[{"lead_id": "L1", "created_at": "2024-06-30 10:00", "deal_id": "D5"}],
    )  # fmt: skip
    assert states(facts) == {
        "pays": "A", "overdue": "A", "paid-later": "A", "next-month": "B", "trial": "C", "signs-later": "C",
        "lent": "D", "back-later": "D", "talks": "E", "in-august": "F", "paid-that-day": "F", "warm": "F",
        "lost-long-silent": "F", "later-order": "F", "cold": "G", "cold-call": "G", "credit-note": "G",
        "undated": "G", "back": "G", "silent": "G",
        "not-yet": "G",  # its lead came on that very day
    }  # fmt: skip
    before = states(facts, dt.date(2024, 6, 29))
    assert "not-yet" not in before
    assert "lent" not in before
    assert before["trial"] == "E"  # still in talks
    assert before["silent"] == "G"  # nothing is ever known of it: always there


def test_conditions_combine_and_milestones_count_in_their_own_process(given: Given):
    two = ProcessFile(
        processes=(
            Process(name="X", where={"product_line": ("X",)}, milestones=FILE.processes[0].milestones),
            Process(
                name="Y", milestones=(Milestone(key="only", title="Only", stages=(StageSign(name="Talks"),)),)
            ),
        ),
        base=(
            Category(key="trial", title="On trial", when=Condition(stage_at_least="trial")),
            Category(key="last", title="Last", when=Condition(stage_at_least="last", active_within=10)),
            Category(key="rest", title="Rest", when=Condition(otherwise=True)),
        ),
    )
    facts = given(
        as_of="2024-06-30",
        deals=[
            deal(1, "ann", "open", "2024-05-01", account_id="x", product_line="X", stage="Trial"),
            deal(2, "ann", "open", "2024-05-01", account_id="y", product_line="Y", stage="Talks"),
            deal(3, "ann", "open", "2024-05-01", account_id="z", product_line="Y", stage="Talks"),
        ],
        activities=[activity(1, "y", "2024-06-20"), activity(2, "z", "2024-06-19")],
    )
    # y and z stand at the last milestone of Y, which has no milestone "trial"; z was last called 11 days ago
    assert states(facts, file=two) == {"x": "trial", "y": "last", "z": "rest"}


def test_who_serves_a_customer_without_a_rep_of_its_own(given: Given):
    facts = given(
        accounts=[{"account_id": "own", "rep_id": "zoe"}, {"account_id": "none", "rep_id": None}],
        deals=[
            deal(1, "ann", "open", "2024-01-01", account_id="none"),
            deal(2, "bob", "won", "2024-01-01", "2024-03-05", account_id="none"),
            deal(3, "ann", "open", "2024-01-01", account_id="own"),
        ],
        activities=[activity(1, "none", "2024-03-04", "cleo"), activity(2, "none", "2024-04-01", "dan")],
    )
    for day, rep in (("2024-01-01", "bob"), ("2024-03-04", "cleo"), ("2024-03-31", "bob"), ("2024-06-30", "dan")):
        frame = base_states(facts, FILE, dt.date.fromisoformat(day)).set_index("account_id")
        assert frame.loc["own", "rep_id"] == "zoe"
        if day > "2024-01-01":  # both deals began on that day: either rep would do
            assert frame.loc["none", "rep_id"] == rep
    notes = [str(note) for note in base_notes(facts, FILE, JUNE, dt.date(2024, 3, 31))]
    assert any("1 customer changed hands" in note for note in notes)
    assert any("1 customer without a rep of its own" in note for note in notes)
    assert any("who has them today" in note for note in notes)
    moves = base_moves(facts, FILE, dt.date(2024, 3, 31), JUNE)
    assert moves.groupby("rep_id", observed=True)["n"].sum().to_dict() == {"zoe": 1, "dan": 1}


def oracle(sample: Dataset) -> dict[str, str]:
    """The seven categories on the sample's own day, customer by customer from its raw tables."""
    on = pd.Timestamp(sample.as_of)
    month, following = on + pd.offsets.MonthEnd(0), on + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(1)
    orders, deals = sample.table("orders"), sample.table("deals")
    unpaid = orders[orders["paid_on"].isna()]
    is_open = deals[deals["status"] == "open"]
    out = sample.table("equipment").query("returned_on.isna()")
    acts = sample.table("activities")
    acts["day"] = acts["done_at"].dt.tz_localize(None).dt.normalize()
    groups = [
        ("A", unpaid[unpaid["due_on"] <= month]), ("B", unpaid[unpaid["due_on"] <= following]),
        ("C", is_open[is_open["stage"] == "Equipment on trial"]), ("D", out), ("E", is_open),
        ("F", acts[acts["day"] >= on - pd.Timedelta(days=180)]),
        ("F", orders[orders["ordered_on"] >= on - pd.Timedelta(days=365)]),
    ]  # fmt: skip
    found = dict.fromkeys(sample.table("accounts")["account_id"], "G")
    for key, rows in reversed(groups):
        by_deal = deals.set_index("deal_id")["account_id"]
        accounts = rows["account_id"]
        if "deal_id" in rows:
            accounts = accounts.fillna(rows["deal_id"].map(by_deal))
        found |= dict.fromkeys(accounts.dropna(), key)
    return found


def test_the_sample_company_against_its_raw_tables(sample: Dataset):
    facts = Facts.of(sample)
    found = states(facts, facts.as_of, process_of(sample))
    assert found == oracle(sample)
    assert len(Counter(found.values())) == 7


def test_the_metric_counts_the_states_by_rep_and_team(sample: Dataset):
    facts = Facts.of(sample)
    frame = base_states(facts, process_of(sample), facts.as_of)
    month = Period.of(facts.as_of, "month")
    for key in ("A", "G"):
        by_rep = values(compute(facts, month, [f"base_state:{key}"], by=["rep_id"]), f"base_state:{key}")
        expected = frame[frame["category"] == key]["rep_id"].value_counts()
        assert {rep: n for rep, n in by_rep.items() if n} == expected[expected > 0].to_dict()
    whole = compute(facts, month, ["base_state"]).frame["value"].item()
    by_team = compute(facts, month, ["base_state"], by=["team"]).frame["value"].sum()
    by_segment = compute(facts, month, ["base_state"], by=["segment"]).frame["value"].sum()
    assert whole == by_team == by_segment == len(frame)
    with pytest.raises(ConfigError) as error:
        compute(facts, month, ["base_state:g"])
    assert error.value.nearest == "base_state:G"
    with pytest.raises(ConfigError):
        base_moves(facts, process_of(sample), facts.as_of, facts.as_of, ("product_line",))


def test_moves_of_the_sample_company(sample: Dataset):
    facts, file = Facts.of(sample), process_of(sample)
    start, end = facts.as_of - dt.timedelta(92), facts.as_of
    before, after = states(facts, start, file), states(facts, end, file)
    expected = Counter((before.get(account, "new"), key) for account, key in after.items())
    whole = base_moves(facts, file, start, end, ())
    assert dict(zip(zip(whole["from"], whole["to"], strict=True), whole["n"], strict=True)) == expected
    for by in ("rep_id", "team", "segment"):
        parts = base_moves(facts, file, start, end, (by,))
        added = parts.groupby(["from", "to"], observed=True)["n"].sum()
        assert added.to_dict() == expected
    assert before.keys() <= after.keys()


def test_no_category_is_called_new():
    rest = Category(key="new", title="New", when=Condition(otherwise=True))
    with pytest.raises(ValueError, match="already has a meaning"):
        ProcessFile(base=(rest,))


def test_what_cannot_be_told_is_said(given: Given):
    facts = given(
        as_of="2024-06-30",
        deals=[deal(1, "ann", "open", "2024-05-01", account_id="x"), deal(2, "ann", "open", "2024-05-01")],
    )
    assert states(facts) == {"x": "E"}
    notes = [str(note) for note in base_notes(facts, FILE, JUNE)]
    assert any("1 open deal names no customer" in note for note in notes)
    # all but E and G: A and B need orders, C milestones, D equipment, F activities or orders
    untold = [note.split(":")[0] for note in notes if "cannot be told" in note]
    assert untold == [
        "It cannot be told who is in “Pays this month” and “Pays next month”",
        "It cannot be told who is in “Signing”",
        "It cannot be told who is in “Equipment on trial”",
        "It cannot be told who is in “Warm”",
    ]
    table = compute(facts, Period.parse("2024-06"))
    assert set(table.unavailable) >= {"base_state:A", "base_state:C", "base_state:F", "equipment_out"}
    assert values(compute(facts, Period.parse("2024-06"), ["base_state:E"], by=["rep_id"]), "base_state:E") == {
        "ann": 1.0
    }
    with pytest.raises(Unavailable):
        base_moves(facts, FILE, JUNE, JUNE, ("segment",))
    with pytest.raises(ConfigError):
        base_states(facts, FILE, dt.date(2024, 7, 1))


def test_public_data(maven: Dataset, adventureworks: Dataset):
    facts = Facts.of(maven)
    found = Counter(states(facts, facts.as_of, process_of(maven)).values())
    deals = maven.table("deals")
    talks = deals[(deals["status"] == "open")]["account_id"].nunique()
    assert sum(found.values()) == 85
    assert found["C"] + found["E"] == talks
    facts = Facts.of(adventureworks)  # without customers in this cut
    table = compute(facts, Period.parse("2011-11"), ["base_state", "equipment_out"])
    assert set(table.unavailable) == {"base_state", "equipment_out"}


# --- what must hold for any data

EASY = settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
_when = some.integers(0, 400).map(lambda days: str(dt.date(2024, 1, 1) + dt.timedelta(days)))
_maybe = some.one_of(some.none(), _when)
_account = some.sampled_from(["a", "b", "c", "d", "e"])
_rep = some.sampled_from(["ann", "bob", "cleo"])


@some.composite
def companies(draw: some.DrawFn) -> dict[str, Rows]:
    """Customers with deals, orders, activities and equipment at any time."""
    deals: Rows = []
    for number in range(draw(some.integers(1, 6))):
        created, closed = sorted((draw(_when), draw(_when)))
        status = draw(some.sampled_from(["open", "won", "lost"]))
        deals.append(deal(number, draw(_rep), status, created, closed if status != "open" else None,
                          account_id=draw(some.one_of(some.none(), _account)),
                          stage=draw(some.sampled_from(["Talks", "Trial"]))))  # fmt: skip
    tables: dict[str, Rows] = {
        "deals": deals,
        "orders": [order(n, draw(_account), draw(_when), draw(_maybe), draw(_maybe)) for n in range(4)],
        "activities": [activity(n, draw(_account), draw(_when), draw(_rep)) for n in range(4)],
        "equipment": [loan(n, draw(_account), draw(_when), draw(_maybe)) for n in range(2)],
        "reps": [{"rep_id": rep, "team": team} for rep, team in (("ann", "N"), ("bob", "N"), ("cleo", None))],
    }
    if draw(some.booleans()):
        named = draw(some.lists(_account, unique=True, min_size=1))
        tables["accounts"] = [{"account_id": one, "rep_id": draw(some.one_of(some.none(), _rep))} for one in named]
    return tables


@pytest.fixture(scope="session")
def facts_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Rows]], Facts]:
    return lambda tables: Facts.of(dataset_of(tmp_path_factory.mktemp("base"), "2025-03-31", tables))


@EASY
@given(companies(), some.tuples(_when, _when))
def test_moves_add_up(facts_of: Callable[[dict[str, Rows]], Facts], tables, days):
    facts = facts_of(tables)
    start, end = (dt.date.fromisoformat(day) for day in sorted(days))
    before, after = states(facts, start), states(facts, end)
    if states_at(facts, FILE, start).untold.keys() != states_at(facts, FILE, end).untold.keys():
        # a category that is told on one of the days only makes no moves; who there is does not change
        moves = base_moves(facts, FILE, start, end, ())
        assert moves["n"].sum() == len(after)
        assert moves.loc[moves["from"] != "new", "n"].sum() == len(before)
        return
    for by in ((), ("rep_id",), ("team",), ("rep_id", "team")):
        moves = base_moves(facts, FILE, start, end, by)
        rows = moves.groupby("from", observed=True)["n"].sum().drop("new", errors="ignore")
        assert rows.to_dict() == Counter(before.values())
        assert moves.groupby("to", observed=True)["n"].sum().to_dict() == Counter(after.values())
    moves, frame = base_moves(facts, FILE, start, end), base_states(facts, FILE, end)
    nobody = [one["rep_id"].astype("str").fillna("nobody") for one in (moves, frame)]
    by_rep = moves.assign(rep_id=nobody[0]).groupby(["rep_id", "to"], observed=True)["n"].sum()
    assert by_rep.to_dict() == Counter(zip(nobody[1], frame["category"], strict=True))


@pytest.mark.parametrize("then", ["2024-08-14", "2025-06-30"])
def test_the_sample_company_s_future_changes_nothing(sample: Dataset, tmp_path, then: str):
    """Everything after the day is scrambled: who is where on the day stays as it was."""
    on, rng = pd.Timestamp(then), np.random.default_rng(5)
    names = (
        "deals",
        "orders",
        "activities",
        "equipment",
        "leads",
        "accounts",
        "stage_events",
        "reps",
        "snapshots",
    )
    tables = {name: sample.table(name) for name in names}
    later_day = on + pd.Timedelta(days=40)
    deals = tables["deals"]
    deals = deals[(deals["created_on"] <= on) | (rng.random(len(deals)) < 0.5)].reset_index(drop=True)
    later = ~(deals["closed_on"] <= on)
    deals["status"] = deals["status"].where(~later, rng.choice(["open", "won", "lost"], len(deals)))
    deals["closed_on"] = deals["closed_on"].where(~later, later_day).where(deals["status"] != "open")
    deals["amount"] = deals["amount"].where(~later, 1.0)
    events = tables["stage_events"]
    since = events["entered_at"].dt.tz_localize(None) >= on + pd.Timedelta(days=1)
    events = events[~since | (rng.random(len(events)) < 0.5)]
    orders = tables["orders"]
    orders = orders[(orders["ordered_on"] <= on) | (rng.random(len(orders)) < 0.5)]
    orders["paid_on"] = orders["paid_on"].where(orders["paid_on"] <= on, later_day)
    acts = tables["activities"]
    acts = acts[(acts["done_at"].dt.tz_localize(None) < on + pd.Timedelta(days=1)) | (rng.random(len(acts)) < 0.2)]
    loans = tables["equipment"]
    loans = loans[(loans["lent_on"] <= on) | (rng.random(len(loans)) < 0.5)]
    loans["returned_on"] = loans["returned_on"].where(loans["returned_on"] <= on, later_day)
    changed = tables | {"deals": deals, "stage_events": events, "orders": orders, "activities": acts,
                        "equipment": loans}  # fmt: skip
    file = process_of(sample)
    # the same tables written anew, and what was scrambled; customers of whom nothing was known yet aside:
    # whether they count as always there is known only in the end
    found = []
    for name, content in (("plain", tables), ("scrambled", changed)):
        facts = Facts.of(dataset_of(tmp_path / name, str(sample.as_of), content))
        frame = base_states(facts, file, on.date())
        known = set(tables["deals"].query("created_on <= @on")["account_id"])
        known |= set(tables["orders"].query("ordered_on <= @on")["account_id"])
        found.append(frame[frame["account_id"].isin(known)].reset_index(drop=True))
    assert len(found[0]) > 300
    assert found[0]["category"].nunique() == 7
    pd.testing.assert_frame_equal(found[0], found[1])


def test_names_alone_tell_nothing_of_customers(given: Given):
    deals = [deal(1, "ann", "open", "2024-01-01"), deal(2, "ann", "won", "2024-01-01", "2024-06-01")]
    accounts = [{"account_id": name, "name": name} for name in ("x", "y")]
    table = compute(given(deals=deals, accounts=accounts), Period.parse("2024-Q2"), ["base_state"])
    assert str(table.unavailable["base_state"]) == (
        "of customers only the names are known: no deal, order or activity names its customer"
    )
    assert not any("customers" in str(note) for note in table.notes)


def test_a_customer_without_any_dealings_counts_for_nobody(given: Given):
    deals = [{**deal(1, "ann", "open", "2024-01-01"), "account_id": "x"}]
    accounts = [{"account_id": name, "name": name} for name in ("x", "y")]
    notes = list(map(str, base_notes(given(deals=deals, accounts=accounts), FILE, JUNE)))
    assert "1 customer without a rep of its own counts for that of its last order, deal or activity." in notes
    assert "1 customer of whom nothing is known but the name counts as always there." in notes
