"""At which stage deals were lost, by hand."""

import datetime as dt
from pathlib import Path

import pandas as pd

from salesreport.dataset import DatasetSettings
from salesreport.kpi import Facts
from salesreport.kpi.facts.stages import stage_when_lost
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset


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
    assert stage_when_lost(Facts.of(dataset), pd.Series(["1", "2"])).to_dict() == {"1": "Offer"}


def test_a_stage_in_which_lost_deals_are_left_is_where_they_were_lost(tmp_path: Path) -> None:
    # the CRM leaves a lost deal in its stage, entered long before; today no open deal stands there
    deals = pd.DataFrame(
        {
            "deal_id": ["1", "2"],
            "rep_id": "a",
            "status": ["lost", "open"],
            "stage": ["Offer", "Contact"],
            "created_on": "2025-01-01",
            "closed_on": ["2025-03-01", None],
        }
    )
    events = pd.DataFrame(
        [("1", "Contact", "2025-01-01"), ("1", "Offer", "2025-02-01"), ("2", "Contact", "2025-01-01")],
        columns=["deal_id", "stage", "entered_at"],
    )
    settings = DatasetSettings(name="x", as_of=dt.date(2025, 6, 30))
    dataset = write_dataset(tmp_path / "d", {"deals": deals, "stage_events": events}, settings, Provenance("test"))
    assert stage_when_lost(Facts.of(dataset), pd.Series(["1"])).to_dict() == {"1": "Offer"}
