"""What was agreed as it stood on a day, and gaps."""

import datetime as dt
from pathlib import Path

import pandas as pd
from meetings import agreed, closed, company

from salesreport.coach.agreed import agreed_with, months_without
from salesreport.kpi import Facts


def test_as_it_stood_on_a_day(tmp_path: Path) -> None:
    rows = agreed(
        ("R1", "2025-09-01", "b", None, None, "2025-09-30", "done"),
        ("R1", "2025-09-01", "a", None, None, "2025-09-30", "open"),
        ("R1", "2025-10-01", "c", None, None, None, None),
        ("R2", "2025-09-02", "d", None, None, "2025-10-15", "dropped"),
    )
    rows["closed_on"] = pd.to_datetime(["2025-10-20", None, None, None])
    facts = Facts.of(company(tmp_path / "d", [closed("R1", 1, 1, "2025-06-01")], commitments=rows))
    then = agreed_with(facts, dt.date(2025, 10, 10))
    assert then["text"].tolist() == ["a", "b", "d", "c"]
    # b was done on 20 October only; nobody knows when d was dropped; c has no status, so it is open
    assert then["status"].tolist() == ["open", "open", "dropped", "open"]
    assert then["overdue"].tolist() == [True, True, False, False]
    now = agreed_with(facts, dt.date(2025, 12, 31), ["R1"])
    assert now["status"].tolist() == ["open", "done", "open"]
    assert agreed_with(facts, dt.date(2025, 8, 31)).empty


def test_a_pause_is_one_when_it_is_longer_than_usual() -> None:
    monthly = pd.DataFrame({"agreed_on": pd.to_datetime(["2025-01-10", "2025-02-10", "2025-03-10"])})
    # 62 days after 10 March is 11 May
    assert months_without(monthly, dt.date(2025, 5, 11)) == 0
    assert months_without(monthly, dt.date(2025, 5, 12)) == 2
    quarterly = pd.DataFrame({"agreed_on": pd.to_datetime(["2025-01-10", "2025-04-10", "2025-07-10"])})
    assert months_without(quarterly, dt.date(2025, 10, 10)) == 0  # about 90 days are usual
    assert months_without(quarterly, dt.date(2026, 2, 10)) == 7
    assert months_without(monthly.head(1), dt.date(2025, 6, 10)) == 5
    assert months_without(monthly.head(0), dt.date(2025, 6, 10)) == 0
