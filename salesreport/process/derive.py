"""The process of a dataset: the one it was given, else the one its deals show."""

from typing import NamedTuple

import pandas as pd

from salesreport.dataset import Dataset
from salesreport.files import safe_names
from salesreport.language import text
from salesreport.process.files import parse_process
from salesreport.process.model import RESERVED_KEYS, Milestone, Process, ProcessFile, StageSign
from salesreport.process.order import stage_order

NAME = "CRM"
"""What a process is called that nobody gave: the CRM's stages."""

MOST_PIPELINES = 12
"""Of more pipelines than these nobody reads a process each: one has to be declared."""

_LIKE_A_CLOSE = 0.9
"""The part of a stage's closed deals that must have entered it on their closing day to make it a closing stage."""

_ENOUGH_CLOSED = 10_000
"""Of more closed deals in a stage than these, a regular sample shows whether it closes deals."""


class _Part(NamedTuple):
    """The deals of one pipeline (None: of all), and where they were seen; see `_seen`."""

    pipeline: str | None
    deals: pd.DataFrame
    seen: pd.DataFrame | None


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
    derived = derived_process(dataset)
    return ProcessFile(processes=derived.processes, base=given.base).learnt(derived.unordered, derived.why_none)


def derived_process(dataset: Dataset) -> ProcessFile:
    """The CRM's own stages, a process for each pipeline, for a dataset that was given none.

    The milestones are the stages that open deals stand in or have passed (by stage events, else by snapshots). A
    stage that the source spec names as won or lost closes deals and is no milestone; so is one that only closed
    deals stand in, entered on the day they closed. Their order is that in which deals enter them for the first
    time (`stage_order`); a stage whose order the history does not show is no milestone, so without any history
    there is no process.

    Returns:
        A file marked as derived, which says in `unordered` which stages it leaves out and in `why_none` why it
        has no process.
    """
    columns = ["deal_id", "stage", "status", "closed_on", "pipeline"]
    deals = dataset.table("deals", columns)
    pipelines = deals["pipeline"].nunique(dropna=False)
    if pipelines > MOST_PIPELINES:
        why = text("the deals are in {n} pipelines; a process file must say what their milestones are",
                   n=pipelines)  # fmt: skip
        return ProcessFile().learnt(why_none=why)
    parts = _parts(deals, _seen(dataset))
    orders = [stage_order(part.seen, _milestone_stages(dataset, part)) for part in parts]
    keys = safe_names(
        [_words(part, stage) for part, order in zip(parts, orders, strict=True) for stage in order.stages]
    )
    taken = {part.pipeline for part in parts}
    processes = []
    for part, order in zip(parts, orders, strict=True):
        milestones = tuple(
            Milestone(key=_key(keys[_words(part, stage)]), title=stage, stages=(StageSign(name=stage),))
            for stage in order.stages
        )
        if milestones:
            where = {} if part.pipeline is None else {"pipeline": (part.pipeline,)}
            name = part.pipeline or (f"({NAME})" if NAME in taken else NAME)
            processes.append(Process(name=name, where=where, milestones=milestones))
    unordered: list[str] = sorted({stage for order in orders for stage in order.unknown})
    file = ProcessFile(processes=tuple(processes))
    if processes or not unordered:
        return file.learnt(tuple(unordered))
    why = text("the order of stages is not known: no history shows it, and no process file was given")
    return file.learnt(tuple(unordered), why)


def _parts(deals: pd.DataFrame, seen: pd.DataFrame | None) -> list[_Part]:
    """The deals by pipeline, those without one last; all together where there is one pipeline or none."""
    pipelines = sorted(deals["pipeline"].dropna().unique())
    if len(pipelines) < 2:
        return [_Part(None, deals, seen)]
    found = []
    for name in [*pipelines, None]:
        theirs = deals[deals["pipeline"].isna() if name is None else deals["pipeline"] == name]
        if len(theirs):
            found.append(
                _Part(name, theirs, None if seen is None else seen[seen["deal_id"].isin(theirs["deal_id"])])
            )
    return found


def _words(part: _Part, stage: str) -> str:
    """What a milestone's key is made of."""
    return f"{part.pipeline or ''} {stage}".strip()


def _key(name: str) -> str:
    return f"{name}-stage" if name in RESERVED_KEYS else name


def _seen(dataset: Dataset) -> pd.DataFrame | None:
    """Deals in stages (deal_id, stage, at in local time), by stage events, else by snapshots; None: neither."""
    if dataset.has("stage_events", "stage", "entered_at"):
        events = dataset.table("stage_events", ["deal_id", "stage", "entered_at"])
        return events.assign(at=events.pop("entered_at").dt.tz_localize(None))
    if dataset.has("snapshots", "stage"):
        return dataset.table("snapshots", ["deal_id", "stage", "taken_on"]).rename(columns={"taken_on": "at"})
    return None


def _milestone_stages(dataset: Dataset, part: _Part) -> list[str]:
    """The stages that do not close deals, sorted by name."""
    seen = set() if part.seen is None else set(part.seen["stage"].dropna().unique())
    if not dataset.has("deals", "stage"):
        return _undeclared(dataset, seen - _closing_by_history(dataset))
    deals = part.deals
    is_open = deals["status"] == "open"
    standing = set(deals.loc[is_open, "stage"].dropna().unique())
    closed = deals[~is_open & deals["stage"].notna()]
    closing = set(closed["stage"].unique()) - standing
    if part.seen is not None and dataset.has("stage_events", "stage", "entered_at"):
        closing = {stage for stage in closing if _closes(part.seen, closed, stage)}
    return _undeclared(dataset, (seen | standing) - closing)


def _undeclared(dataset: Dataset, stages: set[str]) -> list[str]:
    """The stages that the source spec does not name as won or lost, sorted."""
    return sorted(stage for stage in stages if dataset.settings.closes_as(stage) is None)


def _closing_by_history(dataset: Dataset) -> set[str]:
    """The stages deals were in when a snapshot saw them closed, and never when it saw them open."""
    if not dataset.has("snapshots", "stage", "status"):
        return set()
    seen = dataset.table("snapshots", ["stage", "status"]).dropna().drop_duplicates()
    is_open = seen["status"] == "open"
    return set(seen.loc[~is_open, "stage"]) - set(seen.loc[is_open, "stage"])


def _closes(seen: pd.DataFrame, closed: pd.DataFrame, stage: str) -> bool:
    """Whether the closed deals of a stage entered it on the day they closed: else they are just left there."""
    there = closed[closed["stage"] == stage]
    there = there.iloc[:: -(-len(there) // _ENOUGH_CLOSED)]
    entries = seen[(seen["stage"] == stage) & seen["deal_id"].isin(there["deal_id"])]
    known = there.join(entries.groupby("deal_id")["at"].max(), on="deal_id", how="inner")
    if known.empty:
        return True
    that_day = known["at"].to_numpy("datetime64[D]") == known["closed_on"].to_numpy("datetime64[D]")
    return bool(that_day.mean() >= _LIKE_A_CLOSE)
