"""Pack file → jobs → reports, index, manifest: one report per rep, team, segment … of a dataset.

- `salesreport.pack.packfile`: what a pack file may say, with the line every setting stands in
- `salesreport.pack.notebook`: finding a notebook, and the parameters that it declares
- `salesreport.pack.span`: the days a dataset has data for
- `salesreport.pack.subjects`: who gets a report
- `salesreport.pack.rows`: a CSV file of parameter rows
- `salesreport.pack.plan`: a pack file and its dataset → checked jobs; everything that can fail early fails here
- `salesreport.pack.make`: one job → one checked report
- `salesreport.pack.engine`: what runs the jobs
- `salesreport.pack.manifest`: what is in a pack's folder
- `salesreport.pack.index`: the page that opens a pack
- `salesreport.pack.run`: all of it, in order
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from

if TYPE_CHECKING:
    from salesreport.pack.engine import Engine, Watcher
    from salesreport.pack.engines import make_engine
    from salesreport.pack.make import Job, Outcome
    from salesreport.pack.manifest import Manifest
    from salesreport.pack.packfile import Pack, PackFile, load_pack
    from salesreport.pack.plan import Plan, make_plan
    from salesreport.pack.run import make_pack

__all__ = [
    "Engine",
    "Job",
    "Manifest",
    "Outcome",
    "Pack",
    "PackFile",
    "Plan",
    "Watcher",
    "load_pack",
    "make_engine",
    "make_pack",
    "make_plan",
]

# imported on first use: what only asks for a dataset's days needs no notebooks
__getattr__ = names_from(
    __name__,
    {
        "Engine": "engine",
        "Watcher": "engine",
        "make_engine": "engines",
        "Job": "make",
        "Outcome": "make",
        "Manifest": "manifest",
        "Pack": "packfile",
        "PackFile": "packfile",
        "load_pack": "packfile",
        "Plan": "plan",
        "make_plan": "plan",
        "make_pack": "run",
    },
)
