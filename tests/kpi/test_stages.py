"""At which stage deals were lost, by hand."""

import datetime as dt
from pathlib import Path

import pandas as pd

from salesreport.dataset import DatasetSettings, write_dataset
from salesreport.kpi.stages import stage_when_lost
from salesreport.provenance import Provenance


def test_the_last_open_stage_counts(tmp_path: Path) -> None:
    deals = pd.DataFrame(
        {
            "deal_id": ["1", "2", "3", "4"],
            "rep_id": "a",
            "status": ["lost", "lost", "won", "open"],
            "stage": ["Dead", "Dead", "Done", "Offer"],
            "created_on": "2025-01-01",
            "closed_on": ["2025-03-01", "2025-03-01", "2025-03-01", None],
        }
    )
    events = pd.DataFrame(
        [
            ("1", "Offer", "2025-02-01"),  # listed before the earlier event: time decides, not the order of rows
            ("1", "Contact", "2025-01-01"),
            ("1", "Dead", "2025-03-01"),
            ("2", "Dead", "2025-03-01"),  # created as lost: it never was in an open stage
            ("3", "Offer", "2025-02-01"),
            ("3", "Done", "2025-03-01"),
            ("4", "Offer", "2025-02-01"),
        ],
        columns=["deal_id", "stage", "entered_at"],
    )
    settings = DatasetSettings(name="x", as_of=dt.date(2025, 6, 30))
    dataset = write_dataset(tmp_path / "d", {"deals": deals, "stage_events": events}, settings, Provenance("test"))
    assert stage_when_lost(dataset, pd.Series(["1", "2"])).to_dict() == {"1": "Offer"}
