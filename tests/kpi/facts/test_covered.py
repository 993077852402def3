"""Where the data begin, and which periods that leaves known in part; by hand."""

import datetime as dt

import pytest
from cases import Given, deal

from salesreport.kpi.facts.covered import begins_within, slack
from salesreport.kpi.facts.kinds import CLOSED, CREATED, FEEDBACK, SOLD
from salesreport.period import Period

YEAR = Period.parse("2024")


def every(gap: int, first: str, number: int = 30) -> list[dict[str, object]]:
    """Deals won every so many days from a day on."""
    begin = dt.date.fromisoformat(first)
    days = [str(begin + dt.timedelta(gap * n)) for n in range(number)]
    return [deal(n, "ann", "won", "2023-12-01", day, amount=1.0) for n, day in enumerate(days)]


@pytest.mark.parametrize(
    ("gap", "first", "sure", "told"),
    [
        (1, "2024-01-11", True, False),  # ten days without any: holidays
        (1, "2024-01-12", True, True),  # eleven
        (5, "2024-01-26", True, False),  # 25 days, five gaps
        (5, "2024-01-27", True, True),
        (5, "2024-01-26", False, True),  # worth a word
        (30, "2024-04-01", True, False),  # 91 days, fewer than five gaps, and a quarter of 366
        (30, "2024-04-02", True, True),  # more than a quarter: however few there are
        (1, "2023-12-31", True, False),
        (1, "2025-01-01", True, False),  # all of it is before the data
    ],
)
def test_when_the_data_begin_within_a_period(given: Given, gap: int, first: str, sure: bool, told: bool) -> None:
    found = begins_within(given(deals=every(gap, first)), [CLOSED], YEAR, sure=sure)
    assert found == (dt.date.fromisoformat(first) if told else None)


def test_each_kind_begins_on_its_own_day_and_the_last_one_decides(given: Given) -> None:
    orders = [
        {"order_id": f"O{n}", "rep_id": "ann", "ordered_on": f"2024-{n:02}-01", "amount": 1.0}
        for n in range(5, 13)
    ]
    facts = given(deals=every(1, "2023-06-01", 400), orders=orders)
    assert begins_within(facts, [CLOSED], YEAR) is None
    assert begins_within(facts, [SOLD], YEAR) == dt.date(2024, 5, 1)  # sales are orders where there are any
    assert begins_within(facts, [CLOSED, SOLD], YEAR) == dt.date(2024, 5, 1)
    assert begins_within(facts, [FEEDBACK], YEAR) is None  # there is no such table
    assert begins_within(facts, [CREATED], YEAR) is None


def test_days_that_may_be_without_any_event() -> None:
    months = [slack(Period.parse(written)).days for written in ("2024", "2024-Q1", "2024-01", "2024-W03")]
    assert months == [10, 9, 3, 0]
