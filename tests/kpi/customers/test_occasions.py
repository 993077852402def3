"""Lines of one customer, rep and day are one occasion; without customers each order stands alone."""

from pathlib import Path

import pytest
from cases import dataset_of

from salesreport.kpi.customers.occasions import occasions_of
from salesreport.kpi.facts.facts import Facts
from salesreport.period import Period

LINES = [
    ("K1", "Ann", 5),
    ("K1", "Ann", 5),
    ("K1", "Bob", 5),
    ("K1", "Ann", 6),
    ("K2", "Ann", 5),
    (None, "Ann", 5),
]


@pytest.mark.parametrize(("named", "occasions"), [(True, 5), (False, 6)])
def test_lines_of_a_customer_rep_and_day_are_one(tmp_path: Path, named: bool, occasions: int) -> None:
    orders = [
        {"order_id": f"O{n}", "rep_id": rep, "account_id": account if named else None, "amount": 1.0,
         "ordered_on": f"2025-07-{day:02}"}
        for n, (account, rep, day) in enumerate(LINES)
    ]  # fmt: skip
    tables = {"orders": orders, "accounts": [{"account_id": "K1"}, {"account_id": "K2"}]}
    facts = Facts.of(dataset_of(tmp_path / "d", "2025-12-31", tables))
    found = occasions_of(facts, facts.events("orders", Period.parse("2025")))
    assert len(set(found.tolist())) == occasions
