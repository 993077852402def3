"""A company of which it is known what like accounts buy."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
from simulated_accounts import Simulated

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

SEGMENTS, INDUSTRIES = ("A", "B", "C"), ("Food", "Metal", "Retail", "Transport", "Wood")
LINES = ("Cables", "Lamps", "Motors", "Pumps", "Sensors")
AS_OF = dt.date(2025, 12, 31)


def tables(made: Simulated, reps: int = 6, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Accounts, their orders of two years and what else a plan wants to know."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"A{number:04d}" for number in range(len(made.buys))])
    rep = np.array([f"R{number % reps}" for number in range(len(ids))])
    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "name": [f"Company {number}" for number in range(len(ids))],
            "segment": np.array(SEGMENTS)[made.segment],
            "industry": np.array(INDUSTRIES)[made.industry],
            "rep_id": rep,
        }
    )
    who, line = np.nonzero(made.buys)
    days = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 720, len(who)), unit="D")
    orders = pd.DataFrame(
        {
            "order_id": [f"O{number:05d}" for number in range(len(who))],
            "rep_id": rep[who],
            "account_id": ids[who],
            "product_line": np.array(LINES)[line],
            "ordered_on": days,
            "amount": (2 * made.a_year[who, line]).round(2),
        }
    )
    first = orders.head(1).assign(order_id="O99999", ordered_on=pd.Timestamp("2023-01-02"), amount=1.0)
    return {
        "reps": pd.DataFrame({"rep_id": sorted(set(rep)), "name": [f"Rep {one}" for one in sorted(set(rep))]}),
        "accounts": accounts,
        "orders": pd.concat([orders, first], ignore_index=True),
    }


def write(path: Path, frames: dict[str, pd.DataFrame]) -> Dataset:
    settings = DatasetSettings(name="Planted", as_of=AS_OF, currency="EUR")
    return write_dataset(path, frames, settings, Provenance("test"))
