"""Rare categories merged, large amounts cut: what makes people easy to tell, at the price of other figures."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from salesreport.anonymise.treatment import CATEGORIES, treatment

LEAST = 5
"""A category with fewer rows in a table is rare; so many amounts are cut to one."""

LEAST_PEOPLE = 3
"""A team, or a role, with fewer people."""

OTHER, OTHER_TEAMS = "Other", "Other teams"

_COUNTED = ("reps", "accounts", "deals", "leads", "activities")
"""The tables whose rows are people, customers and what they did."""

_GENERIC = ("type", "kind", "forecast_category", "outcome")
"""Kinds that are called alike everywhere: their frequent values keep their names."""

_KEPT_APART = ("stage", "type")
"""Kinds whose values are never merged: which comes after which is what they are about."""

Tables = Mapping[str, pd.DataFrame]


def counted(tables: Tables, kind: str) -> pd.DataFrame:
    """How often the values of a kind occur: value × table; NaN in a table that does not have the kind."""
    found: dict[str, pd.Series] = {}
    for table in _COUNTED:
        frame = tables.get(table)
        for column in [] if frame is None else map(str, frame.columns):
            if treatment(table, column) == (kind,) and frame is not None:
                found[table] = frame[column].value_counts()
    return pd.DataFrame(found, dtype=float)


def rare(counts: pd.DataFrame) -> list[str]:
    """The values of which some table has only a few rows."""
    if counts.empty:
        return []
    least = np.array([LEAST_PEOPLE if table == "reps" else LEAST for table in counts.columns])
    few = (counts.to_numpy() < least) & counts.notna().to_numpy()
    return [str(value) for value, is_rare in zip(counts.index, few.any(axis=1), strict=True) if is_rare]


def categories(tables: Tables, teams: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Kind → original → what stands for it: frequent ones by number, rare ones together.

    Args:
        tables: the original ones. teams: their pseudonyms.
    """
    made: dict[str, dict[str, str]] = {}
    for kind, name in CATEGORIES.items():
        counts = counted(tables, kind)
        everywhere = _everywhere(tables, kind)
        merged = set() if kind in _KEPT_APART else _merged(counts)
        order = sorted(everywhere, key=lambda value: (-everywhere[value], value))
        shown = [value for value in order if value not in merged]
        made[kind] = {
            value: value if kind in _GENERIC and everywhere[value] >= LEAST else f"{name} {place}"
            for place, value in enumerate(shown, start=1)
        } | dict.fromkeys(merged, OTHER)
    if teams:
        merged = _merged(counted(tables, "team"))
        made["team"] = {value: OTHER_TEAMS if value in merged else new for value, new in teams.items()}
    return made


def cut(tables: Tables) -> dict[str, pd.DataFrame]:
    """The tables with money no higher, and no lower, than the fifth highest and lowest amount of its column.

    Snapshots of deals are cut where deals are. Days people came and went become the first of a quarter.
    """
    limits = {
        (table, column): _limits(frame[column])
        for table, frame in tables.items()
        for column in map(str, frame.columns)
        if treatment(table, column) == "scale"
    }
    if ("deals", "amount") in limits and ("snapshots", "amount") in limits:
        limits["snapshots", "amount"] = limits["deals", "amount"]
    made = {}
    for table, frame in tables.items():
        changed = {
            column: frame[column].clip(*limits[table, column])
            for column in map(str, frame.columns)
            if (table, column) in limits
        }
        for column in {"hired_on", "left_on"} & set(frame.columns) if table == "reps" else ():
            changed[column] = frame[column].dt.to_period("Q").dt.start_time.astype(frame[column].dtype)
        made[table] = frame.assign(**changed)
    return made


def _limits(amounts: pd.Series) -> tuple[float | None, float | None]:
    known = np.sort(amounts.dropna().to_numpy())
    if not len(known):
        return None, None
    few = min(LEAST, len(known))
    lowest = float(known[few - 1]) if known[0] < 0 else None
    return lowest, float(known[-few])


def _merged(counts: pd.DataFrame) -> set[str]:
    """The values that go together: the rare ones, and as many more as it takes for these not to be rare."""
    merged = set(rare(counts))
    sizes = counts.sum(axis=1).sort_values(kind="stable")
    rest = [str(value) for value in sizes.index if value not in merged]
    while merged and rest and rare(counts.loc[sorted(merged)].sum(min_count=1).to_frame().T):
        merged.add(rest.pop(0))
    return merged


def _everywhere(tables: Tables, kind: str) -> dict[str, int]:
    """Value → rows, in all tables."""
    found: dict[str, int] = {}
    for table, frame in tables.items():
        for column in map(str, frame.columns):
            if treatment(table, column) == (kind,):
                for value, rows in frame[column].value_counts().items():
                    found[str(value)] = found.get(str(value), 0) + int(rows)
    return found
