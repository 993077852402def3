"""The process of a dataset: the one it was given, else the one its deals show."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.files import safe_names
from salesreport.process.files import parse_process
from salesreport.process.model import RESERVED_KEYS, Milestone, Process, ProcessFile, StageSign

NAME = "CRM"
"""What a process is called that nobody gave: the CRM's stages."""

_LIKE_A_CLOSE = 0.9
"""The part of a stage's closed deals that must have entered it on their closing day to make it a closing stage."""

_ENOUGH_DEALS, _ENOUGH_CLOSED = 100_000, 10_000
"""Of more deals than these, a regular sample shows the order of the stages, and whether a stage closes deals."""


def process_of(dataset: Dataset) -> ProcessFile:
    """The process a dataset's deals follow.

    Given a file that has only customer-base categories, the milestones are derived and the categories are its own.

    Raises:
        ConfigError: the dataset holds a process file that cannot be read.
    """
    if not dataset.settings.process.strip():
        return derived_process(dataset)
    given = parse_process(dataset.settings.process)
    if given.processes:
        return given
    return _derived(derived_process(dataset).processes, base=given)


def derived_process(dataset: Dataset) -> ProcessFile:
    """The CRM's own stages as one process, for a dataset that was given none.

    The milestones are the stages that open deals stand in or have passed (by stage events, else by snapshots); a
    stage that only closed deals stand in, entered on the day they closed, closes deals and is no milestone. Their
    order is that in which deals enter them for the first time: a stage stands before another when most deals that
    were in both entered it earlier. Without any history the stage whose open deals are younger stands first;
    without dates the order is alphabetic.

    Returns:
        A file marked as derived; without any process where no deal has a stage.
    """
    entries = _first_entries(dataset)
    stages = _milestone_stages(dataset, entries)
    if not stages:
        return _derived(())
    order = _by_history(entries, stages) if entries is not None else _by_age(dataset, stages)
    names = safe_names(stages)
    milestones = tuple(
        Milestone(key=_key(names[stage]), title=stage, stages=(StageSign(name=stage),)) for stage in order
    )
    return _derived((Process(name=NAME, milestones=milestones),))


def _derived(processes: tuple[Process, ...], base: ProcessFile | None = None) -> ProcessFile:
    file = ProcessFile(processes=processes) if base is None else ProcessFile(processes=processes, base=base.base)
    file._derived = True
    return file


def _key(name: str) -> str:
    return f"{name}-stage" if name in RESERVED_KEYS else name


class Entries(NamedTuple):
    """The first time a deal was seen in each of its stages, a row per deal and stage, by deal and time.

    Attributes:
        deal: number of the deal. stage: number of the stage in `stages`. at: when, in microseconds.
        stages: the names.
    """

    deal: npt.NDArray[np.int64]
    stage: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    stages: list[str]


def _first_entries(dataset: Dataset) -> Entries | None:
    """When deals first entered their stages, by stage events, else by snapshots; None without either."""
    if dataset.has("stage_events", "stage", "entered_at"):
        seen, moment = dataset.table("stage_events", ["deal_id", "stage", "entered_at"]), "entered_at"
    elif dataset.has("snapshots", "stage"):
        seen, moment = dataset.table("snapshots", ["deal_id", "stage", "taken_on"]), "taken_on"
    else:
        return None
    stage, stages = pd.factorize(seen["stage"], sort=True)
    deal, deals = pd.factorize(seen["deal_id"])
    at = seen[moment].to_numpy("datetime64[us]").astype(np.int64)
    step = -(-len(deals) // _ENOUGH_DEALS)
    keep = (stage >= 0) & (deal % max(step, 1) == 0)
    order = np.lexsort((at[keep], stage[keep], deal[keep]))
    deal, stage, at = deal[keep][order], stage[keep][order], at[keep][order]
    first = np.ones(len(deal), dtype=bool)
    first[1:] = (deal[1:] != deal[:-1]) | (stage[1:] != stage[:-1])
    deal, stage, at = deal[first], stage[first], at[first]
    order = np.lexsort((stage, at, deal))
    return Entries(deal[order], stage[order], at[order], list(map(str, stages)))


def _milestone_stages(dataset: Dataset, entries: Entries | None) -> list[str]:
    """The stages that do not close deals, sorted by name."""
    seen = set(entries.stages) if entries is not None else set()
    if not dataset.has("deals", "stage"):
        return sorted(seen - _closing_by_history(dataset))
    deals = dataset.table("deals", ["deal_id", "stage", "status", "closed_on"])
    is_open = deals["status"] == "open"
    standing = set(deals.loc[is_open, "stage"].dropna().unique())
    closed = deals[~is_open & deals["stage"].notna()]
    closing = set(closed["stage"].unique()) - standing
    if entries is not None and dataset.has("stage_events", "stage", "entered_at"):
        closing = {stage for stage in closing if _closes(dataset, closed, stage)}
    return sorted((seen | standing) - closing)


def _closing_by_history(dataset: Dataset) -> set[str]:
    """The stages deals were in when a snapshot saw them closed, and never when it saw them open."""
    if not dataset.has("snapshots", "stage", "status"):
        return set()
    seen = dataset.table("snapshots", ["stage", "status"]).dropna().drop_duplicates()
    is_open = seen["status"] == "open"
    return set(seen.loc[~is_open, "stage"]) - set(seen.loc[is_open, "stage"])


def _closes(dataset: Dataset, closed: pd.DataFrame, stage: str) -> bool:
    """Whether the closed deals of a stage entered it on the day they closed: else they are just left there."""
    there = closed[closed["stage"] == stage]
    there = there.iloc[:: -(-len(there) // _ENOUGH_CLOSED)]
    where = {"stage": [stage], "deal_id": there["deal_id"]}
    events = dataset.table("stage_events", ["deal_id", "entered_at"], where=where)
    entered = events.groupby("deal_id")["entered_at"].max().dt.tz_localize(None).dt.normalize()
    known = there.join(entered, on="deal_id", how="inner")
    if known.empty:
        return True
    that_day = known["entered_at"].to_numpy("datetime64[D]") == known["closed_on"].to_numpy("datetime64[D]")
    return bool(that_day.mean() >= _LIKE_A_CLOSE)


def _by_history(entries: Entries, stages: list[str]) -> list[str]:
    """Stages in the order deals enter them.

    Pairs are compared, not positions: a stage many deals begin in may still be the last for those that pass all.
    """
    number = {name: position for position, name in enumerate(entries.stages)}
    size = len(entries.stages)
    before = np.zeros((size, size))
    for gap in range(1, size):  # rows of one deal lie together, in the order of entry
        one, other = slice(None, -gap), slice(gap, None)
        pair = entries.deal[one] == entries.deal[other]
        if not pair.any():
            break
        first, second = entries.stage[one][pair], entries.stage[other][pair]
        tied = np.where(entries.at[one][pair] == entries.at[other][pair], 0.5, 1.0)
        np.add.at(before, (first, second), tied)
        np.add.at(before, (second, first), 1.0 - tied)
    met = before + before.T
    share = np.where(met > 0, before / np.maximum(met, 1), 0.5)
    known = [number[stage] for stage in stages if stage in number]
    score = {stage: share[number[stage], known].mean() if stage in number else 0.0 for stage in stages}
    return sorted(stages, key=lambda stage: (-round(score[stage], 9), stage))


def _by_age(dataset: Dataset, stages: list[str]) -> list[str]:
    """Stages by the mean age of the open deals in them, youngest first; those without a date stand first."""
    deals = dataset.table("deals", ["stage", "created_on"], where={"status": ["open"]})
    age = (pd.Timestamp(dataset.as_of) - deals["created_on"]) / dt.timedelta(days=1)
    mean = age.groupby(deals["stage"]).mean()
    return sorted(stages, key=lambda stage: (mean.get(stage, np.nan) if mean.notna().get(stage) else -1.0, stage))
