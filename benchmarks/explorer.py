"""How long the explorer takes from a changed control to the new picture, as a kernel sees it. Prints JSON.

A script goes through all controls in all views. Measured is the time until the picture is replaced, without the
short wait in which further changes are awaited; for the views that show the comparison of like with like also the
time until that is there, in the background. The peer is what a notebook does by hand for one of the views: masks
and `groupby` on a frame of all decisions, and a matplotlib figure as SVG.
"""

import argparse
import asyncio
import io
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from exploring import through

from salesreport.dataset import Dataset
from salesreport.explore import Explorer
from salesreport.explore.state import VIEWS, all_decisions, choices, facts_of
from salesreport.sample import write_company

TARGETS = {100_000: 0.15, 2_000_000: 0.5}
"""Seconds within which half of the changes are to be shown, by number of deals."""


async def script(dataset: Dataset) -> dict[str, list[tuple[float, float]]]:
    """View → what its changes took."""
    explorer = Explorer(dataset)
    return {view: await through(explorer, view) for view in VIEWS}


def by_hand(dataset: Dataset, runs: int = 5) -> float:
    """Seconds of a funnel made with pandas and matplotlib alone, with a filter, for two periods."""
    state = Explorer(dataset).state
    facts = facts_of(state)
    decided, there = all_decisions(facts), choices(facts)
    frame = pd.DataFrame(
        {
            "step": decided.step,
            "success": decided.success,
            "day": decided.day.astype("datetime64[s]"),
            "rep_id": decided.rep,
            "product_line": decided.dimension("product_line"),
        }
    )
    period = dataset.period(state.period)
    took = []
    for run in range(runs):
        began = time.perf_counter()
        wanted = there.values["product_line"][run % len(there.values["product_line"])]
        same = frame["product_line"] == wanted
        rates = [
            frame[when.mask(frame["day"]) & same].groupby("step")["success"].agg(["size", "mean"])
            for when in (period, period.previous())
        ]
        with mpl.rc_context({"svg.fonttype": "none"}):
            figure = mpl.figure.Figure(figsize=(6.4, 3))
            axes = figure.subplots()
            for one in rates:
                axes.plot(one["mean"], one.index, "o")
            figure.savefig(io.StringIO(), format="svg")
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def summary(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(seconds)
    return {
        "changes": len(ordered),
        "median": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))],
    }


def measure(deals: int, folder: Path) -> dict[str, Any]:
    """One company: all changes, each view, the background, and the peer."""
    dataset = write_company(
        folder / "company", reps=max(35, deals // 1000), deals=deals, activities_per_deal=0.1, snapshot_every=None
    )
    began = time.perf_counter()
    Explorer(dataset)
    opened = time.perf_counter() - began
    took = asyncio.run(script(dataset))
    first = [pair[0] for pairs in took.values() for pair in pairs]
    compared = [last for pairs in took.values() for one, last in pairs if last > one]
    peer = by_hand(dataset)
    return {
        "deals": deals,
        "target": TARGETS.get(deals),
        "opened": opened,
        **summary(first),
        "views": {view: summary([pair[0] for pair in pairs]) for view, pairs in took.items() if pairs},
        "compared": summary(compared) if compared else None,
        "peer": peer,
        "ratio": summary([pair[0] for pair in took["funnel"]])["median"] / peer,
    }


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="*", default=list(TARGETS))
    options = parser.parse_args()
    result = []
    for deals in options.deals:
        with tempfile.TemporaryDirectory() as scratch:
            result.append(measure(deals, Path(scratch)))
    print(json.dumps({"explorer": result}, indent=2))


if __name__ == "__main__":
    main()
