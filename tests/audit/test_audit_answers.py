"""What data carry and can answer: what is taken away is missing, and the reason is the one that figures give."""

from pathlib import Path

import pandas as pd
import pytest
from cases import dataset_of, deal
from planted import clean, written

from salesreport.audit import audit
from salesreport.audit.abilities import ABILITIES
from salesreport.audit.answers import ANSWERS, Matrix
from salesreport.kpi import Facts, compute
from salesreport.period import Period
from salesreport.sample.company import Company


@pytest.fixture(scope="module")
def company() -> Company:
    return clean(2005, deals=1500)


def matrix(path: Path, company: Company, **tables: pd.DataFrame | None) -> Matrix:
    kept = {name: frame for name, frame in {**company.tables, **tables}.items() if frame is not None}
    return audit(written(path / "company", company, kept), checks=()).matrix


def test_a_complete_export_answers_everything(company: Company, tmp_path: Path) -> None:
    made = matrix(tmp_path, company)
    assert {key: told.state for key, told in made.told.items() if told.state == "no"} == {}
    deals = company.tables["deals"]
    assert made.carried["lost"].n == (deals["status"] == "lost").sum()
    steps = deals.loc[deals["status"] == "open", "next_step_on"]
    assert (made.carried["next_step"].n, made.carried["next_step"].of) == (steps.notna().sum(), len(steps))


def test_without_tables_what_needs_them_cannot_be_answered(company: Company, tmp_path: Path) -> None:
    gone = ("snapshots", "targets", "orders", "activities", "leads", "feedback", "deal_owners", "equipment")
    made = matrix(tmp_path, company, **dict.fromkeys(gone))
    for key in ("snapshots", "targets", "orders", "activities", "leads", "feedback", "owners", "payments"):
        assert made.carried[key].state == "no"
    for key in (
        "attainment",
        "coverage",
        "slippage",
        "said",
        "activity",
        "actions",
        "leads",
        "satisfaction",
        "cash",
    ):
        assert made.told[key].state == "no", key
        assert made.told[key].why
    for key in ("revenue", "win_rate", "cycle", "forecast", "like_for_like"):
        assert made.told[key].state != "no", key
    assert made.told["credit"].state == "part"


def test_every_answer_falls_with_what_it_rests_on(company: Company, tmp_path: Path) -> None:
    # without lost deals nothing is said that rests on them
    deals = company.tables["deals"]
    won = deals[deals["status"] != "lost"]
    left = {
        name: frame[frame["deal_id"].isin(won["deal_id"])]
        for name, frame in company.tables.items()
        if name != "deals" and "deal_id" in frame and name not in ("orders", "activities", "leads", "equipment")
    }
    made = matrix(tmp_path, company, deals=won, **left)
    rests = [one.key for one in ANSWERS if any(ability.key == "lost" for ability in one.abilities)]
    assert {"win_rate", "conversion", "forecast", "like_for_like"} <= set(rests)
    assert [key for key in rests if made.told[key].state == "yes"] == []


def test_the_reason_is_the_one_that_the_figure_gives(tmp_path: Path) -> None:
    deals = [deal(n, "Ann", "won" if n % 2 else "lost", "2025-01-10", "2025-02-10") for n in range(9)]
    dataset = dataset_of(tmp_path / "d", "2025-06-30", {"deals": deals})
    made = audit(dataset, checks=()).matrix
    table = compute(Facts.of(dataset), Period.parse("2024-07-01..2025-06-30"))
    assert [str(one) for one in made.told["pipeline"].why] == [str(table.unavailable["pipeline_value"])]
    assert str(made.told["attainment"].why[0]) == str(table.unavailable["attainment"])
    assert made.told["win_rate"].state == "yes"
    assert made.carried["amounts"].state == "no"


def test_nothing_is_wholly_answered_that_rests_on_what_is_not_there(company: Company, tmp_path: Path) -> None:
    tables = company.tables
    bare = ["deal_id", "rep_id", "status", "created_on", "closed_on", "stage", "amount", "product_line"]
    left = dict.fromkeys(set(tables) - {"deals", "reps"})
    made = matrix(tmp_path, company, **left, deals=tables["deals"][bare])
    for answer in ANSWERS:
        if made.told[answer.key].state == "yes":
            missing = [one.key for one in answer.abilities if made.carried[one.key].state == "no"]
            assert missing == [], answer.key


def test_keys_are_unique_and_what_answers_rest_on_exists() -> None:
    keys = [one.key for one in ABILITIES]
    assert len(set(keys)) == len(keys)
    assert len({one.key for one in ANSWERS}) == len(ANSWERS)
    for answer in ANSWERS:
        assert set(answer.rests_on) <= set(keys)
        assert answer.metrics or answer.tell


@pytest.fixture(scope="module")
def sold_by_order(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    """Only orders, from July on, with product line, pieces and list price; and a target for the third quarter."""
    orders = [
        {
            "order_id": f"O{n}",
            "rep_id": "Ann",
            "account_id": "K1",
            "amount": 90.0,
            "units": 1,
            "list_price": 100.0,
            "ordered_on": f"2025-{7 + n % 6:02}-{1 + n // 6:02}",
            "product_line": "Lamps" if n < 50 else None,
        }
        for n in range(60)
    ]
    tables = {
        "orders": orders,
        "accounts": [{"account_id": "K1", "segment": "Small"}],
        "targets": [{"metric": "revenue", "period": "2025-Q3", "value": 3000.0, "rep_id": "Ann"}],
    }
    data = dataset_of(tmp_path_factory.mktemp("orders") / "d", "2025-12-31", tables)
    return audit(data, checks=()).matrix


def test_what_only_shorter_periods_tell_is_told_in_part(sold_by_order: Matrix) -> None:
    attainment, price = sold_by_order.told["attainment"], sold_by_order.told["price"]
    # of the year there is no target, of the third quarter there is one
    assert (attainment.state, str(attainment.why[0])) == ("part", "only of shorter periods, such as Q3 2025")
    # orders begin in July: the year compares with nothing, the fourth quarter with the third
    assert (price.state, str(price.why[0])) == ("part", "only of shorter periods, such as Q4 2025")
    # a quarter that is over is covered by no pipeline
    assert sold_by_order.told["coverage"].state == "no"


def test_orders_carry_product_lines_and_segments_where_there_are_no_deals(sold_by_order: Matrix) -> None:
    carried = sold_by_order.carried
    assert (carried["product_line"].n, carried["product_line"].of) == (50, 60)
    assert (carried["segment"].n, carried["segment"].of) == (60, 60)


def test_where_orders_tell_of_sales_won_deals_need_not() -> None:
    revenue = next(one for one in ANSWERS if one.key == "revenue")
    assert {"closed", "amounts"} <= {one.key for one in revenue.abilities}
    of_orders = {one.key for one in revenue.abilities_of(orders=True)}
    assert "orders" in of_orders
    assert not of_orders & {"closed", "amounts"}
