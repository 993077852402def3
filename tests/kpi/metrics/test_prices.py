"""Price variation: lines of an order are no further sales."""

import numpy as np
import pytest
from cases import Given, Rows

from salesreport.kpi import compute
from salesreport.period import Period

NOW, BEFORE = Period.parse("2024-Q2"), Period.parse("2024-Q1")


def orders(parts: int, account: str | None) -> Rows:
    """Twenty orders in each quarter, at discounts of their own, each written as so many equal lines."""
    rng, rows = np.random.default_rng(8), []
    for number in range(40):
        day = f"2024-{2 if number < 20 else 5:02d}-{1 + number % 20:02d}"
        price = 100 * (1 - rng.uniform(0, 0.4))
        line = {
            "rep_id": "R1", "account_id": account and f"{account}{number}", "ordered_on": day, "units": 6 / parts,
            "list_price": 100.0, "amount": 6 / parts * price,
        }  # fmt: skip
        rows += [{"order_id": f"O{number}-{part}", **line} for part in range(parts)]
    return rows


def variation(given: Given, rows: Rows) -> tuple[float, float, float, float]:
    deals = [
        {"deal_id": "D1", "rep_id": "R1", "status": "lost", "created_on": "2023-01-02", "closed_on": "2023-02-01"}
    ]
    earlier = [dict(rows[0], order_id="first", ordered_on="2023-06-01")]
    facts = given(deals=deals, orders=[*earlier, *rows])
    (row,) = compute(facts, NOW, ["price_variation"], by=(), compare_to=BEFORE).frame.to_dict("records")
    return row["value"], row["lower"], row["upper"], row["n"]


def test_orders_and_their_lines_tell_the_same_of_prices(given: Given) -> None:
    whole, lines = variation(given, orders(1, "A")), variation(given, orders(3, "A"))
    assert lines == pytest.approx(whole)
    assert whole[3] == 20
    # where nobody knows whose they are, each line is a sale, and the interval is about √3 times as narrow
    nobodys = variation(given, orders(3, None))
    assert nobodys[0] == pytest.approx(whole[0])
    assert (whole[2] - whole[1]) / (nobodys[2] - nobodys[1]) == pytest.approx(3**0.5, rel=0.1)
