"""Stage conversion and hit rates under each definition, by hand."""

from pathlib import Path

import pandas as pd
import pytest
from cases import dataset_of, deal

from salesreport.audit.definitions import Compared, definitions
from salesreport.kpi import Facts, compute
from salesreport.period import Period

WAYS = {
    1: ("won", "2025-04-01", "2025-05-01", "Lead 04-01, Offer 04-10, Trial 04-20, Won 05-01"),
    2: ("lost", "2025-04-02", "2025-05-02", "Lead 04-02, Offer 04-12, Lost 05-02"),
    3: ("won", "2025-04-03", "2025-05-03", "Lead 04-03, Trial 04-15, Won 05-03"),  # leaves out the offer
    4: ("open", "2025-04-04", None, "Lead 04-04, Offer 04-14"),
    5: ("lost", "2025-04-05", "2025-05-05", "Lead 04-05, Lost 05-05"),
    6: ("open", "2025-02-01", None, "Lead 02-01, Offer 04-06, Lead 04-16, Offer 04-26, Trial 05-06"),  # goes back
    7: ("open", "2025-04-07", None, "Lead 04-07"),
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    deals, events = [], []
    for number, (status, created, closed, way) in WAYS.items():
        steps = [step.rsplit(" ", 1) for step in way.split(", ")]
        deals.append(deal(number, "Ann", status, created, closed, stage=steps[-1][0]))
        for stage, on in steps:
            at = pd.Timestamp(f"2025-{on} 10:00", tz="Europe/Berlin")
            events.append({"deal_id": f"D{number}", "stage": stage, "entered_at": at})
    path = tmp_path_factory.mktemp("steps") / "dataset"
    facts = Facts.of(dataset_of(path, "2025-06-30", {"deals": deals, "stage_events": events}))
    return definitions(facts, Period.parse("2025-Q2"))


def values(compared: Compared, metric: str) -> dict[str, float]:
    rows = compared.of(metric)
    return dict(zip(rows["definition"], rows["value"], strict=True))


@pytest.mark.parametrize(
    ("milestone", "expected"),
    [
        (
            "lead",
            {
                "entered_all": 4 / 6,  # 1, 2, 3, 4 of 1, 2, 3, 4, 5, 7; 6 came in February
                "entered_decided": 4 / 5,  # without 7
                "rows": 5 / 7,  # offers of 1, 2, 4, 6, 6 ÷ leads of 1 to 7, 6 for its return
                "standing": 4 / 5,  # 4, 6, won 1 and 3 of these and 7
                "in_order": 3 / 6,  # 1, 2, 4
            },
        ),
        (
            "offer",
            {
                "entered_all": 2 / 4,  # 1, 6 of 1, 2, 4, 6
                "entered_decided": 2 / 3,  # without 4
                "rows": 3 / 5,  # trials of 1, 3, 6
                "standing": 3 / 4,
                "in_order": 1 / 3,  # 1 of 1, 2, 4
            },
        ),
        (
            "trial",
            {
                "entered_all": 2 / 3,  # won 1, 3; not 6
                "entered_decided": 2 / 2,
                "rows": 2 / 3,
                "standing": 2 / 3,
                "in_order": 1 / 1,  # 1 alone was at all three
            },
        ),
    ],
)
def test_conversion(compared: Compared, milestone: str, expected: dict[str, float]) -> None:
    found = values(compared, f"conversion:{milestone}")
    own = found.pop("in_time", float("nan"))
    assert found == pytest.approx(expected)
    table = compute(compared.facts, compared.period, [f"conversion:{milestone}"]).frame
    value = table["value"].iloc[0] if len(table) else float("nan")
    assert own == pytest.approx(value, nan_ok=True)


def test_hit_rate(compared: Compared) -> None:
    # who skips the offer, or is won without it, has passed it: 3 counts
    assert values(compared, "hit_rate") == pytest.approx(
        {"decided": 2 / 3, "submitted_decided": 2 / 3, "submitted_all": 2 / 5, "won_to_submitted": 2 / 5}
    )


def test_without_stage_history_only_where_deals_stand_is_known(tmp_path: Path) -> None:
    deals = [
        deal(1, "Ann", "open", "2025-04-01", stage="Lead"),
        deal(2, "Ann", "won", "2025-04-01", "2025-05-01", stage="Won"),
        deal(3, "Ann", "lost", "2025-04-01", "2025-05-01", stage="Lost"),
    ]
    facts = Facts.of(dataset_of(tmp_path / "d", "2025-06-30", {"deals": deals}))
    frame = definitions(facts, Period.parse("2025-Q2")).frame
    rows = frame[frame["metric"].str.startswith(("conversion", "hit_rate"))]
    told = rows[rows["value"].notna()]
    assert set(told["definition"]) <= {"standing"}
    assert rows.loc[rows["value"].isna(), "reason"].notna().all()
