"""A company whose activities help or do not, as a dataset: a simulation of `validity_actions` as tables."""

from pathlib import Path

import numpy as np
import pandas as pd
from cases import dataset_of
from validity_actions import STEPS, TYPES, Company, simulate

from salesreport.dataset import Dataset

NAMES = ("call", "mail", "visit", "sample")
"""What the types are called; the third is that of `validity_actions.HELPS`."""

STAGES = ("First", "Second", "Third")
BEGIN = np.datetime64("2022-01-01", "D")
EXPECTED = np.array([step[2] for step in STEPS])


def helping_company(
    folder: Path,
    helps: float = 0.6,
    seed: int = 5,
    deals: int = 1500,
    history: bool = True,
    lazy: int | None = None,
    alike: bool = False,
) -> Dataset:
    """A dataset in which the third type of activity helps at the second of three stages.

    Each deal is looked at at one stage: it goes on to the next (from the third: is won), or is lost, on the day of
    its stay's end; one that went on is won five days later.

    Args:
        folder: where. helps: see `Company`. seed: of chance. deals: at each stage. history: whether there are
            stage events. lazy: the number of a rep of whose helping activities a quarter is left.
        alike: whether all reps do and can the same, but for that.
    """
    same = {"skill": 0.0, "zeal": 0.0, "scatter": 0.0} if alike else {}
    past = simulate(Company(deals=deals, reps=12, helps=helps, **same), np.random.default_rng(seed))
    stays, done = past.stays, past.done
    if lazy is not None:
        drop = (done.type == 2) & (past.rep[done.deal] == lazy) & (done.day % 4 > 0)
        done = type(done)(*(column[~drop] for column in done))
    entered = BEGIN + stays.entered
    ended = BEGIN + stays.decided
    closed = np.where(stays.success, ended + np.where(stays.step < 2, 5, 0), ended)
    ids = np.array([f"D{number:05d}" for number in range(len(stays.deal))])
    stage = np.array(STAGES)[stays.step]
    deal_rows = pd.DataFrame(
        {
            "deal_id": ids, "rep_id": [f"R{rep:02d}" for rep in past.rep],
            "status": np.where(stays.success, "won", "lost"), "created_on": entered, "closed_on": closed,
            "stage": np.where(stays.success, "Won", "Lost"), "amount": 1000.0,
            "product_line": [f"P{code}" for code in past.columns["product"]],
            "segment": [f"S{code}" for code in past.columns["segment"]],
        }
    )  # fmt: skip
    onward = np.where(stays.success, np.append(STAGES, "Won")[stays.step + 1], "Lost")
    moved = stays.success & (stays.step < 2)
    events = pd.DataFrame(
        {
            "deal_id": np.concatenate([ids, ids, ids[moved]]),
            "stage": np.concatenate([stage, onward, np.full(moved.sum(), "Won")]),
            "entered_at": np.concatenate([entered, ended, closed[moved]]),
        }
    )
    activities = pd.DataFrame(
        {
            "activity_id": [f"A{number}" for number in range(len(done.deal))],
            "rep_id": [f"R{rep:02d}" for rep in past.rep[done.deal]],
            "type": np.array(NAMES)[done.type],
            "done_at": BEGIN + done.day,
            "deal_id": ids[done.deal],
        }
    )
    reps = pd.DataFrame(
        {"rep_id": [f"R{rep:02d}" for rep in range(12)], "name": [f"Rep {rep}" for rep in range(12)]}
    )
    for frame, columns in ((events, ["entered_at"]), (activities, ["done_at"])):
        for column in columns:
            frame[column] = pd.to_datetime(frame[column]).dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=10)
    tables = {"deals": deal_rows, "activities": activities, "reps": reps}
    if history:
        tables["stage_events"] = events
    assert len(TYPES) == len(NAMES)
    return dataset_of(folder, "2025-12-31", tables)
