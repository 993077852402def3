"""What a report costs: papermill + nbconvert from the shell, warm in-process runners, and ours.

Same notebook, same data, one run; each is started as a command and measured whole. Prints JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import Took, as_usual, measure

from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "rep_review.ipynb"
BIN = Path(sys.executable).parent
PERIOD = "2025-Q4"

FRESH = {"SALESREPORT_FRESH": "1"}
"""Nothing that an earlier pack stored is used: each is measured as the first one."""

SHELL = """
papermill -p dataset "$DATASET" -p rep "$1" {notebook} "$OUT/$1.ipynb" --no-progress-bar --log-level ERROR &&
jupyter nbconvert --to html --no-input --log-level ERROR "$OUT/$1.ipynb"
"""

IN_PROCESS = """
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

def make(rep):
    import papermill
    from papermill.engines import papermill_engines
    from salesreport.pack.inprocess import InProcessEngine
    {exporter}
    papermill_engines.register("salesreport", InProcessEngine)
    made = papermill.execute_notebook({notebook!r}, None, {{"dataset": {dataset!r}, "rep": rep}},
        engine_name="salesreport", kernel_name="python3", language="python", progress_bar=False)
    Path({out!r}, rep + ".html").write_text(to_html(made))

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(make, {reps!r}))
"""


STOCK = """from nbconvert import HTMLExporter
    global stock
    stock = globals().get("stock") or HTMLExporter(exclude_input=True)
    to_html = lambda made: stock.from_notebook_node(made)[0]"""
"""nbconvert's own exporter, kept warm."""

OURS = "from salesreport.report.export import to_html"

IMPORTS = (
    "import pandas, pyarrow.dataset, matplotlib.figure, papermill, nbformat, nbconvert.exporters, scipy.special"
)
"""What any maker of such reports loads before its first one."""


def from_the_shell(dataset: Path, reps: list[str], out: Path) -> Took:
    """papermill, then jupyter nbconvert, for each report, two at a time."""
    script = out / "one.sh"
    script.write_text(SHELL.format(notebook=NOTEBOOK))
    environment = {"DATASET": str(dataset), "OUT": str(out), "PATH": f"{BIN}:/usr/bin:/bin"}
    names = out / "reps"
    names.write_text("\n".join(reps))
    return measure(["xargs", "-a", str(names), "-n", "1", "-P", "2", "sh", str(script)], ROOT, environment)


def in_process(dataset: Path, reps: list[str], out: Path, exporter: str = STOCK) -> Took:
    """Two processes that stay warm and run one notebook after the other (nothing keeps reports apart)."""
    script = out / "run.py"
    script.write_text(
        IN_PROCESS.format(notebook=str(NOTEBOOK), dataset=str(dataset), out=str(out), reps=reps, exporter=exporter)
    )
    return measure([sys.executable, str(script)], ROOT)


def in_process_with_our_template(dataset: Path, reps: list[str], out: Path) -> Took:
    """The same with our template: what a fork per report costs and saves."""
    return in_process(dataset, reps, out, OURS)


def ours(dataset: Path, reps: list[str], out: Path) -> Took:
    """`salesreport pack` with two workers."""
    return measure(command(dataset, reps, out), ROOT, FRESH)


def command(dataset: Path, reps: list[str], out: Path) -> list[str]:
    """Our command for the reports of some reps."""
    return [str(BIN / "salesreport"), "pack", str(pack_file(dataset, reps, out, NOTEBOOK)), "--workers", "2"]


def pack_file(dataset: Path, reps: list[str], out: Path, notebook: Path) -> Path:
    """A pack of the reports of some reps, made in the folder `pack` beside its file."""
    pack = out / "pack.yml"
    (out / "rows.csv").write_text("id,rep\n" + "".join(f"{rep},{rep}\n" for rep in reps))
    pack.write_text(f"notebook: {notebook}\ndataset: {dataset}\neach: rows.csv\nperiod: {PERIOD}\noutput: pack\n")
    return pack


def first_report(dataset: Path, rep: str, out: Path) -> dict[str, float]:
    """Seconds from the command's start until a pack's first report is there; beside it, the bare imports."""
    began = time.perf_counter()
    environment = {**as_usual(), **FRESH}
    asked = command(dataset, [rep], out)
    with subprocess.Popen(asked, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        while not any((out / "pack" / "reports").glob("*.html")) and process.poll() is None:
            time.sleep(0.01)
        seconds = time.perf_counter() - began
    return {"first": seconds, "imports": measure([sys.executable, "-c", IMPORTS], ROOT).wall}


def per_report(took: Took, reports: int) -> dict[str, float]:
    """Seconds and MB per report."""
    return {"reports": reports, "wall": took.wall / reports, "cpu": took.cpu / reports, "memory": took.memory}


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=35)
    parser.add_argument("--deals", type=int, default=9_000)
    parser.add_argument("--shell", type=int, default=6, help="reports made from the shell; 0: only ours, twice")
    parser.add_argument("--warm", type=int, default=35, help="reports made by the warm runners")
    parser.add_argument("--few", type=int, default=10, help="reports of the smaller pack, where only ours is run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        many = {"activities_per_deal": 1.0, "snapshot_every": None} if options.deals > 100_000 else {}
        dataset = write_company(folder / "company", reps=options.reps, deals=options.deals, **many)
        known = sorted(dataset.table("deals", ["rep_id"])["rep_id"].unique())
        result: dict[str, Any] = {"reps": options.reps, "deals": options.deals}
        plan = {"few": (ours, options.few), "many": (ours, options.warm)}
        if options.shell:
            plan = {
                "shell": (from_the_shell, options.shell),
                "in_process": (in_process, options.warm),
                "in_process_ours": (in_process_with_our_template, options.warm),
                "ours": (ours, options.warm),
            }
        for name, (make, count) in plan.items():
            out = folder / name
            out.mkdir()
            # a rep may come several times: what a report costs does not depend on who it is about
            reps = known[:count] if make is ours else [known[n % len(known)] for n in range(count)]
            result[name] = per_report(make(dataset.path.resolve(), reps, out), len(reps))
        if options.shell:
            out = folder / "first"
            out.mkdir()
            result["start"] = first_report(dataset.path.resolve(), known[0], out)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
