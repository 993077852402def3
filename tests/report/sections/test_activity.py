"""Activities against plan, by hand."""

from pathlib import Path

import pandas as pd
from tiny import dataset, deals

from salesreport import Review


def test_activity_against_plan_by_hand(tmp_path: Path) -> None:
    done = pd.DataFrame(
        {
            "activity_id": ["1", "2", "3"],
            "rep_id": "Ann",
            "type": ["call", "call", "mail"],
            "done_at": "2025-05-02",
        }
    )
    # months make up the quarter: 2 + 2 + 1 calls; nothing done of a plan is no reason to hide the plan
    months = [("call", "2025-04", 2), ("call", "2025-05", 2), ("call", "2025-06", 1), ("visit", "2025-Q2", 4)]
    targets = pd.DataFrame(
        [{"metric": f"activity:{kind}", "period": month, "value": n, "rep_id": "Ann"} for kind, month, n in months]
    )
    visit = pd.DataFrame({"activity_id": ["9"], "rep_id": "Bob", "type": "visit", "done_at": "2025-05-02"})
    activities = pd.concat([done, visit], ignore_index=True)
    made = dataset(tmp_path / "d", deals("Ann", 1, 1), deals("Bob", 1, 1), activities=activities, targets=targets)
    section = Review(made, "2025-Q2", rep="Ann").activity
    data = section.data.set_index("type")
    assert data.loc["call", ["done", "plan", "attainment"]].tolist() == [2, 5, 0.4]
    assert data.loc["visit", ["done", "plan", "attainment"]].tolist() == [0, 4, 0]
    assert data.loc["mail", "done"] == 1
    assert pd.isna(data.loc["mail", "plan"])
    assert section.message == "2 activities done, 9 planned; visit is furthest behind (0%)"
