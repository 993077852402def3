"""Six deals that move through two milestones, as a dataset."""

import datetime as dt
from pathlib import Path

import pandas as pd

from salesreport import Dataset
from salesreport.dataset import DatasetSettings
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

PROCESS = """
processes:
- name: All
  milestones:
  - {key: offer, title: Offer, stages: [Offer]}
  - {key: trial, title: Trial, stages: [Trial]}
"""

MOVES = {  # deal → (rep, amount, its stages and since when); Q2 is April to June 2025
    "A1": ("Ann", 100.0, [("Offer", "2025-02-01")]),
    "A2": ("Ann", 200.0, [("Offer", "2025-03-01"), ("Trial", "2025-04-15")]),
    "A3": ("Ann", 50.0, [("Offer", "2025-04-10"), ("Lost", "2025-05-20")]),
    "A4": ("Ann", 400.0, [("Offer", "2025-03-01"), ("Trial", "2025-03-05"), ("Won", "2025-06-10")]),
    "A5": ("Ann", 500.0, [("Offer", "2025-03-20"), ("Lost", "2025-05-01")]),
    "B1": ("Bob", 70.0, [("Offer", "2025-05-05")]),
}


EVE = "2025-03-31"
"""The day before the quarter, on which the pipeline was exported."""


def tables() -> dict[str, pd.DataFrame]:
    """The tables of `MOVES`; every deal is that of a customer of its own, K1 of A1 …, L1 of B1."""
    deals, events = [], []
    for deal, (rep, amount, stages) in MOVES.items():
        last, day = stages[-1]
        closed = last in ("Won", "Lost")
        deals.append(
            {
                "deal_id": deal, "rep_id": rep, "amount": amount, "stage": last, "created_on": stages[0][1],
                "status": last.lower() if closed else "open", "closed_on": day if closed else None,
                "account_id": deal.replace("A", "K").replace("B", "L"), "loss_reason": None,
            }
        )  # fmt: skip
        events += [
            {"deal_id": deal, "stage": stage, "entered_at": since, "origin": "history"} for stage, since in stages
        ]
    frame = pd.DataFrame(deals)
    accounts = pd.DataFrame({"account_id": frame["account_id"], "name": "Lamps & Co", "rep_id": frame["rep_id"]})
    there = (frame["created_on"] <= EVE) & ~(frame["closed_on"] <= EVE)
    seen = frame.loc[there, ["deal_id", "rep_id", "amount"]].assign(taken_on=EVE, status="open")
    return {
        "deals": frame, "stage_events": pd.DataFrame(events), "accounts": accounts,
        "snapshots": seen.assign(taken_on=pd.Timestamp(EVE)),
    }  # fmt: skip


def write(path: Path, process: str = PROCESS, **frames: pd.DataFrame) -> Dataset:
    settings = DatasetSettings(name="Tiny", as_of=dt.date(2025, 6, 30), currency="EUR", process=process)
    return write_dataset(path, frames, settings, Provenance("test"))
