"""Whether customers are anybody's: told by sales in turn, not by a customer that was handed over."""

import datetime as dt
from pathlib import Path
from typing import Any

from cases import dataset_of, deal

from salesreport.kpi import Facts
from salesreport.kpi.customers.shared import FEWEST, SoldInTurn, shared_customers

DAY = dt.date(2025, 12, 31)


def found(path: Path, reps: str, customers: int = FEWEST, **more: Any) -> SoldInTurn:
    """Each customer bought once a month from the rep of a letter, in the order of the letters."""
    rows = [
        deal(100 * one + n, rep, "won", "2025-01-01", f"2025-{n + 1:02d}-10", account_id=f"A{one}")
        for one in range(customers)
        for n, rep in enumerate(reps)
    ]
    data = dataset_of(path, "2025-12-31", {"reps": [{"rep_id": one} for one in "ABC"], "deals": rows, **more})
    return shared_customers(Facts.of(data), DAY)


def test_a_rep_who_comes_back_after_another_shares_the_customer(tmp_path: Path) -> None:
    made = found(tmp_path / "d", "ABA")
    assert (made.in_turn, made.of, made.most) == (10, 10, True)
    assert str(made.said).startswith(
        "Who has a customer is not known: several reps sold in turn to most of them (10 of 10"
    )


def test_a_customer_handed_over_is_not_shared(tmp_path: Path) -> None:
    made = found(tmp_path / "d", "AABBCC")  # three reps, two changes: none came back
    assert (made.in_turn, made.of, made.most) == (0, 10, False)


def test_two_sales_of_each_and_few_customers_tell_nothing(tmp_path: Path) -> None:
    assert found(tmp_path / "two", "AB") == (0, 0)
    few = found(tmp_path / "few", "ABA", FEWEST - 1)
    assert (few.in_turn, few.most) == (9, False)


def test_whoever_is_named_has_them(tmp_path: Path) -> None:
    named = [{"account_id": "A0", "name": "One", "rep_id": "A"}, {"account_id": "A1", "name": "Two"}]
    assert found(tmp_path / "d", "ABA", accounts=named) == (0, 0)
    unnamed = [{"account_id": "A0", "name": "One"}]
    assert found(tmp_path / "e", "ABA", accounts=unnamed).most


def test_sales_of_one_day_look_handed_over(tmp_path: Path) -> None:
    rows = [
        deal(100 * one + n, rep, "won", "2025-01-01", "2025-02-10", account_id=f"A{one}")
        for one in range(FEWEST)
        for n, rep in enumerate("ABA")
    ]
    data = dataset_of(tmp_path / "d", "2025-12-31", {"reps": [{"rep_id": one} for one in "AB"], "deals": rows})
    assert shared_customers(Facts.of(data), DAY) == (0, FEWEST)
