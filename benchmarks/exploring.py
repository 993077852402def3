"""What an analyst waits for: a dataset that is opened, and comparisons that nobody made before. Prints JSON.

A script goes through filters and periods in the view that shows the comparison of like with like. Two times count:
that of the comparison alone, which is made in the background, and that from the changed control to the picture
with it. It asks only for what the explorer had at the commit that `against.py` names, so that both run the same
script, and loads no libraries beforehand, as the explorer's notebook loads none.
"""

import asyncio
import json
import resource
import statistics
import sys
import time
from typing import Any

from salesreport.explore import Explorer, widgets

CHANGES = (
    ("period", 1), ("product_line", 1), ("segment", 1), ("segment", 0), ("product_line", 0), ("team", 1),
    ("rep", 2), ("rep", 0), ("team", 0), ("lead_source", 1), ("step", 2), ("lead_source", 0), ("step", 0),
    ("compare_to", 1), ("period", 0), ("compare_to", 0),
)  # fmt: skip
"""Control and the number of the choice, one after the other."""


async def changed(explorer: Explorer, control: Any, value: str) -> tuple[float, float]:
    """Seconds from setting a control to the new picture, and until nothing more comes; NaN: no new picture."""
    pictures: list[float] = []

    def seen(change: object) -> None:
        pictures.append(time.perf_counter())

    explorer.picture.observe(seen, "value")
    began = time.perf_counter()
    control.value = value
    while explorer._update.waiting or explorer._background.busy:
        await asyncio.sleep(0.005)
    explorer.picture.unobserve(seen, "value")
    if not pictures:
        return float("nan"), float("nan")
    return pictures[0] - began - widgets.WAIT, pictures[-1] - began - widgets.WAIT


async def through(explorer: Explorer, view: str) -> list[tuple[float, float]]:
    """What each change took in a view, that to the view among them; those that changed the picture."""
    took = [] if view == explorer.state.view else [await changed(explorer, explorer.views, view)]
    for name, number in CHANGES:
        control = explorer.controls[name]
        value = control.options[min(number, len(control.options) - 1)][1]
        if value != control.value:
            took.append(await changed(explorer, control, value))
    return [one for one in took if one[0] == one[0]]


def memory() -> float:
    """The most memory that this process has taken so far (MB, Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def explored(folder: str) -> dict[str, float]:
    """Seconds and MB of a dataset that is opened and explored."""
    alone: list[float] = []
    cpu: list[float] = []
    find = widgets.found

    def timed(*arguments: Any) -> Any:
        began, worked = time.perf_counter(), time.process_time()
        found = find(*arguments)
        alone.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
        return found

    widgets.found = timed
    began = time.perf_counter()
    explorer = Explorer(folder)
    opened, most = time.perf_counter() - began, memory()
    seen = [last for first, last in await through(explorer, "anomalies") if last > first]
    assert len(seen) == len(alone), "each comparison is made once, and seen"
    return {
        "opening, wall": opened,
        "opening, memory": most,
        "new comparison, wall": statistics.median(alone),
        "new comparison, CPU": statistics.median(cpu),
        "new comparison until it is seen, wall": statistics.median(seen),
        "exploring, memory": memory(),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(explored(sys.argv[1]))))
