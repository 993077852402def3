"""What reports of orders alone offer to talk about, in place of deals."""

from pathlib import Path

from cases import dataset_of, deal

from salesreport import Review
from salesreport.report.sections.offered import offered

ORDERS = [
    {"order_id": f"{rep}{month}", "rep_id": rep, "ordered_on": f"2025-0{month}-05", "amount": 100.0}
    for rep in ("Ann", "Bob")
    for month in (1, 2, 3)
]
TARGETS = [{"rep_id": "Ann", "period": "2025-Q1", "metric": "revenue", "value": 500.0}]


def keys(path: Path, rep: str, **tables: object) -> list[str]:
    made = Review(
        dataset_of(path, "2025-03-31", {"orders": ORDERS, "targets": TARGETS, **tables}), "2025-Q1", rep=rep
    )
    return [section.key for section in offered(made.context)]


def test_what_says_nothing_is_not_offered(tmp_path: Path) -> None:
    # no order names a customer, so there are no accounts; Bob has no target
    assert keys(tmp_path / "a", "Ann")[:1] == ["gap"]
    assert "account-plans" not in keys(tmp_path / "a", "Ann")
    assert "gap" not in keys(tmp_path / "b", "Bob")


def test_where_there_are_deals_these_are_talked_about(tmp_path: Path) -> None:
    assert keys(tmp_path / "d", "Ann", deals=[deal(1, "Ann", "open", "2025-01-10", amount=100.0)]) == []
