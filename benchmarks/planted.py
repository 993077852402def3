"""Errors planted in a sample company's tables, each as it is met in exports; the audit has to find them.

A plant changes copies of the tables and says which deals or reps it made: what a check should name.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.provenance import Provenance
from salesreport.sample.company import Company, make_company
from salesreport.writing import write_dataset

Tables = dict[str, pd.DataFrame]


class Planted(NamedTuple):
    """What a plant made.

    Attributes:
        tables: the company's, with the error in them. ids: deals or reps that are wrong. check: the key of the
            check that should name them.
    """

    tables: Tables
    ids: frozenset[str]
    check: str


def clean(seed: int, reps: int = 12, deals: int = 1200) -> Company:
    """A small company without any error."""
    return make_company(reps=reps, deals=deals, seed=seed, activities_per_deal=1.0)


def written(path: Path, company: Company, tables: Tables | None = None) -> Dataset:
    """The company as a dataset, with other tables if some are given."""
    return write_dataset(path, tables or company.tables, company.settings, Provenance("planted"))


def _some(deals: pd.DataFrame, status: str | None, n: int, chance: np.random.Generator) -> np.ndarray:
    """Row labels of some deals of a state."""
    of = deals.index if status is None else deals.index[deals["status"] == status]
    return np.sort(chance.choice(of.to_numpy(), n, replace=False))


def unmapped_ends(tables: Tables, chance: np.random.Generator) -> Planted:
    """30 lost deals whose stage “Closed lost” nobody mapped: they count as open."""
    deals = tables["deals"].copy()
    rows = _some(deals, "lost", 30, chance)
    ids = frozenset(deals.loc[rows, "deal_id"])
    deals.loc[rows, "status"] = "open"
    deals.loc[rows, "stage"] = "Closed lost"
    deals.loc[rows, "closed_on"] = pd.NaT
    events = tables["stage_events"].copy()
    last = events.index[events["deal_id"].isin(ids) & (events["stage"] == "Lost")]
    events.loc[last, "stage"] = "Closed lost"
    return Planted({**tables, "deals": deals, "stage_events": events}, ids, "unmapped_ends")


def thousandfold(tables: Tables, chance: np.random.Generator) -> Planted:
    """Five amounts whose thousands were read as decimals: a thousand times what they are."""
    deals = tables["deals"].copy()
    rows = _some(deals, None, 5, chance)
    deals.loc[rows, "amount"] *= 1000
    return Planted({**tables, "deals": deals}, frozenset(deals.loc[rows, "deal_id"]), "far_amounts")


def thousandfold_many(tables: Tables, chance: np.random.Generator) -> Planted:
    """A fifth of all amounts, as of a file whose decimals were misread."""
    deals = tables["deals"].copy()
    rows = _some(deals, None, len(deals) // 5, chance)
    deals.loc[rows, "amount"] *= 1000
    return Planted({**tables, "deals": deals}, frozenset(deals.loc[rows, "deal_id"]), "far_amounts")


def _spelled(other: Callable[[str], str]) -> Callable[[Tables, np.random.Generator], Planted]:
    """A tenth of a rep's deals under the name written otherwise; in such exports names stand for ids."""

    def plant(tables: Tables, chance: np.random.Generator) -> Planted:
        names = tables["reps"].set_index("rep_id")["name"]
        named = {
            table: frame.assign(rep_id=frame["rep_id"].map(names).fillna(frame["rep_id"]))
            if "rep_id" in frame
            else frame
            for table, frame in tables.items()
        }
        deals = named["deals"].copy()
        often = deals["rep_id"].value_counts().index[int(chance.integers(3))]
        theirs = deals.index[deals["rep_id"] == often]
        rows = chance.choice(theirs.to_numpy(), max(len(theirs) // 10, 2), replace=False)
        deals.loc[rows, "rep_id"] = other(often)
        owners = named["deal_owners"]
        owners = owners[~owners["deal_id"].isin(deals.loc[rows, "deal_id"])]
        return Planted({**named, "deals": deals, "deal_owners": owners}, frozenset([other(often)]), "spelled")

    return plant


def product_spelled(tables: Tables, chance: np.random.Generator) -> Planted:
    """Twelve deals whose product line is written in one word."""
    deals = tables["deals"].copy()
    rows = chance.choice(deals.index[deals["product_line"] == "Street lighting"].to_numpy(), 12, replace=False)
    deals.loc[rows, "product_line"] = "StreetLighting"
    return Planted({**tables, "deals": deals}, frozenset(deals.loc[rows, "deal_id"]), "others_spelled")


def test_deals(tables: Tables, chance: np.random.Generator) -> Planted:
    """Eight deals called as tests are."""
    deals = tables["deals"].copy()
    rows = _some(deals, None, 8, chance)
    names = ["Test", "TEST deal 2", "Demo", "test test", "[TEST] Acme", "Testdeal", "dummy", "please delete"]
    deals.loc[rows, "name"] = names
    return Planted({**tables, "deals": deals}, frozenset(deals.loc[rows, "deal_id"]), "test_deals")


def backdated(tables: Tables, chance: np.random.Generator) -> Planted:
    """Twelve deals closed a month before they were created."""
    deals = tables["deals"].copy()
    rows = _some(deals, "won", 12, chance)
    deals.loc[rows, "created_on"] = deals.loc[rows, "closed_on"] + pd.Timedelta(days=30)
    ids = frozenset(deals.loc[rows, "deal_id"])
    return Planted({**tables, "deals": deals}, ids, "backdated")


def duplicates(tables: Tables, chance: np.random.Generator) -> Planted:
    """Forty deals entered again within a week."""
    deals = tables["deals"]
    rows = _some(deals, "open", 40, chance)
    again = deals.loc[rows].copy()
    again["deal_id"] = [f"X{number:05}" for number in range(len(again))]
    last = deals["created_on"].max()
    again["created_on"] = (
        again["created_on"] + pd.to_timedelta(chance.integers(0, 7, len(again)), unit="D")
    ).clip(upper=last)
    made = pd.concat([deals, again], ignore_index=True)
    return Planted({**tables, "deals": made}, frozenset(again["deal_id"]), "duplicates")


def queue(tables: Tables, chance: np.random.Generator) -> Planted:
    """60 open deals that stand in a queue."""
    deals = tables["deals"].copy()
    rows = _some(deals, "open", 60, chance)
    deals.loc[rows, "rep_id"] = "Q1"
    ids = frozenset(deals.loc[rows, "deal_id"])
    reps = pd.concat(
        [tables["reps"], pd.DataFrame({"rep_id": ["Q1"], "name": ["Queue Inbound"]})], ignore_index=True
    )
    owners = tables["deal_owners"]
    owners = owners[~owners["deal_id"].isin(ids)]
    return Planted({**tables, "deals": deals, "reps": reps, "deal_owners": owners}, ids, "no_person")


def losses_deleted(tables: Tables, chance: np.random.Generator) -> Planted:
    """One rep, of those with at least 15 deals won, has deleted what was lost."""
    deals = tables["deals"]
    won = deals.loc[deals["status"] == "won", "rep_id"].value_counts()
    rep = str(chance.choice(won.index[won >= 15].to_numpy(dtype=object)))
    gone = set(deals.loc[(deals["rep_id"] == rep) & (deals["status"] == "lost"), "deal_id"])
    left = {
        name: frame[~frame["deal_id"].isin(gone)] if "deal_id" in frame else frame
        for name, frame in tables.items()
    }
    return Planted(left, frozenset([rep]), "reps_without_losses")


PLANTS: dict[str, Callable[[Tables, np.random.Generator], Planted]] = {
    "30 deals of an unmapped “Closed lost”": unmapped_ends,
    "5 amounts × 1000": thousandfold,
    "a fifth of all amounts × 1000": thousandfold_many,
    "a rep in capitals": _spelled(str.upper),
    "a rep as “Name, First name”": _spelled(lambda name: ", ".join(reversed(name.rsplit(" ", 1)))),
    "a rep with a letter missing": _spelled(lambda name: name[:-2] + name[-1]),
    "12 deals with the product line in one word": product_spelled,
    "8 test deals": test_deals,
    "12 deals closed before they were created": backdated,
    "40 deals entered twice": duplicates,
    "60 open deals owned by a queue": queue,
    "losses deleted by one rep": losses_deleted,
}
"""What is planted, by the name it has in docs/validation.md."""
