"""Companies whose way of selling is known: orderly or not, by how much."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from salesreport.dataset import DatasetSettings
from salesreport.kpi import Facts
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

STAGES = ("Lead", "Meeting", "Offer", "Trial", "Contract")
TODAY = pd.Timestamp("2025-12-31")


def company(
    path: Path, *, chaos: float = 0.0, kept: float = 1.0, deals: int = 500, reps: int = 8, seed: int = 3
) -> Facts:
    """A company in which a move goes to any other stage at random instead of to the next one, now and then.

    Args:
        path: where it is written. chaos: the share of such moves. kept: the share of fields and reasons filled, of
            deals with a next step and of those worked on.
        deals: how many. reps: of how many people. seed: of chance.
    """
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for number in range(deals):
        created = TODAY - pd.Timedelta(days=int(rng.integers(5, 700)))
        at, on, way, status = 0, created, [], "open"
        for _ in range(12):
            way.append((STAGES[at], on))
            on = on + pd.Timedelta(days=int(rng.integers(5, 30)))
            if on > TODAY:
                break
            if rng.random() < 0.15:
                status = "lost"
            elif rng.random() < chaos:
                others = [one for one in range(len(STAGES) + 1) if one != at]
                at = int(rng.choice(others))
                status = "won" if at == len(STAGES) else status
            else:
                at += 1
                status = "won" if at == len(STAGES) else status
            if status != "open":
                way.append((status.title(), on))
                break
        if status == "open" and on <= TODAY:  # nobody closed it
            on = TODAY
        closed = way[-1][1] if status != "open" else None
        filled = rng.random(4) < kept
        rows.append(
            {
                "deal_id": f"D{number}",
                "rep_id": f"R{number % reps}",
                "status": status,
                "created_on": created,
                "closed_on": closed,
                "stage": way[-1][0],
                "amount": 100.0 if filled[0] or status != "open" else None,
                "expected_close_on": TODAY + pd.Timedelta(days=40) if filled[1] else None,
                "loss_reason": "price" if status == "lost" and filled[2] else None,
                "next_step_on": TODAY + pd.Timedelta(days=5) if filled[3] else TODAY - pd.Timedelta(days=90),
                "last_activity_on": TODAY - pd.Timedelta(days=3 if filled[3] else 200),
            }
        )
        for stage, when in way:
            hour = pd.Timedelta(hours=10)
            events.append(
                {"deal_id": f"D{number}", "stage": stage, "entered_at": (when + hour).tz_localize("Europe/Berlin")}
            )
    tables = {"deals": pd.DataFrame(rows), "stage_events": pd.DataFrame(events)}
    for column in ("closed_on", "expected_close_on"):
        tables["deals"][column] = pd.to_datetime(tables["deals"][column])
    settings = DatasetSettings(name="planted", as_of=TODAY.date(), timezone="Europe/Berlin")
    return Facts.of(write_dataset(path, tables, settings, Provenance("planted")))
