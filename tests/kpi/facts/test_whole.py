"""Whether periods are known as a whole: one answer for both ways in which data may begin too late."""

import datetime as dt
from pathlib import Path

from cases import Given, dataset_of, deal

from salesreport.kpi import Facts
from salesreport.kpi.facts.kinds import CLOSED, CREATED
from salesreport.kpi.facts.whole import in_part
from salesreport.period import Period


def test_the_data_begin_within_one_of_the_periods(given: Given) -> None:
    days = [str(dt.date(2024, 3, 1) + dt.timedelta(n)) for n in range(300)]
    facts = given(deals=[deal(n, "ann", "won", day, day) for n, day in enumerate(days)])
    first, second, third = (Period.parse(one) for one in ("2024-Q1", "2024-Q2", "2024-Q3"))
    found = in_part(facts, [CLOSED], second, first)
    assert found is not None
    assert (found.begin, found.since) == (dt.date(2024, 3, 1), None)
    assert str(found.why) == "the data begin on Mar 1, 2024"
    assert in_part(facts, [CLOSED], third, second) is None


def test_deals_created_earlier_are_missing(tmp_path: Path) -> None:
    # from July 1 on a deal a day is begun, and closes after 60 to 119 days: what closed before November is in part
    begun = [dt.date(2024, 7, 1) + dt.timedelta(n) for n in range(500)]
    rows = [
        deal(n, "ann", "won", str(day), str(day + dt.timedelta(60 + n * 7 % 60))) for n, day in enumerate(begun)
    ]
    facts = Facts.of(dataset_of(tmp_path / "d", "2026-03-31", {"deals": rows, "reps": [{"rep_id": "ann"}]}))
    # the first deal closes on August 30: the quarter begins before, the next one after that day
    quarters = [Period.parse(one) for one in ("2024-Q4", "2025-Q4")]
    found = in_part(facts, [CLOSED], *reversed(quarters))
    assert found is not None
    assert found.begin is None
    assert str(found.why) == "deals created before Jul 1, 2024 are missing"
    assert in_part(facts, [CREATED], *quarters) is None
    assert in_part(facts, [CLOSED], quarters[1]) is None
