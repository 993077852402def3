"""What a page costs with the tools that people compare us with: marimo and Observable Framework. Prints JSON.

Each is installed, pinned, into a folder of its own when it is first asked for; what does not install here is left
out, with the reason. A marimo page runs our own review; an Observable page is drawn by its reader's browser, from
everybody's deals, and holds no figure.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import Took, measure
from pack import PERIOD, ours

from salesreport.dataset import Dataset
from salesreport.sample import write_company

ROOT = Path(__file__).resolve().parent.parent

MARIMO, OBSERVABLE = "0.25.2", "1.13.4"

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from salesreport import Review
    asked = mo.cli_args()
    review = Review(asked["dataset"], asked["period"], rep=asked["rep"])
    return mo, review


@app.cell
def _(mo, review):
    mo.Html("".join([review._repr_mimebundle_()["text/html"], *(one._repr_html_() for one in review.sections())]))
    return
"""

PAGE = """# Deals of one rep

```js
const deals = await FileAttachment("/deals.json").json();
const mine = deals.filter((deal) => deal.rep_id === observable.params.rep);
```

${mine.length} deals, of which ${mine.filter((deal) => deal.status === "won").length} won.

```js
const table = document.createElement("table");
for (const deal of mine) {
  const row = table.insertRow();
  for (const value of Object.values(deal)) row.insertCell().textContent = value;
}
display(table);
```
"""


class NotHere(Exception):
    """A peer that cannot be installed here."""


def installed(command: list[str], folder: Path, proof: str) -> None:
    """Install something once; `proof` is a file that is there then."""
    if (folder / proof).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    except FileNotFoundError as error:
        raise NotHere(f"there is no {error.filename}") from None
    except subprocess.CalledProcessError as error:
        raise NotHere(error.stderr.strip().splitlines()[-1]) from None


def marimo(dataset: Dataset, reps: list[str], folder: Path, out: Path) -> Took:
    """`marimo export html`, a command for each page, two at a time."""
    home = folder / f"marimo-{MARIMO}"
    asked = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(home), f"marimo=={MARIMO}"]
    installed(asked, home, "marimo")
    notebook, names, script = out / "review.py", out / "reps", out / "one.sh"
    notebook.write_text(NOTEBOOK)
    names.write_text("\n".join(reps))
    script.write_text(
        f'"{sys.executable}" -m marimo export html "{notebook}" -o "{out}/$1.html" --force -- '
        f'--dataset "{dataset.path}" --period {PERIOD} --rep "$1" >/dev/null 2>&1'
    )
    path = f"{ROOT}:{home}:{os.environ.get('PYTHONPATH', '')}"  # our own versions of what both need come first
    return measure(
        ["xargs", "-a", str(names), "-n", "1", "-P", "2", "sh", str(script)], ROOT, {"PYTHONPATH": path}
    )


def observable(dataset: Dataset, reps: list[str], folder: Path, out: Path) -> Took:
    """`observable build` of all pages at once."""
    home = folder / f"observable-{OBSERVABLE}"
    installed(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", f"@observablehq/framework@{OBSERVABLE}"],
        home,
        "node_modules/@observablehq/framework/package.json",
    )
    source = home / "src"
    (source / "reps").mkdir(parents=True, exist_ok=True)
    (source / "reps" / "[rep].md").write_text(PAGE)
    (source / "index.md").write_text("# Reps\n")
    columns = ["rep_id", "deal_id", "stage", "status", "created_on", "closed_on", "amount"]
    dataset.table("deals", columns).to_json(source / "deals.json", orient="records", date_format="iso")
    paths = json.dumps([f"/reps/{rep}" for rep in reps])
    (home / "observablehq.config.js").write_text(
        f"export default {{ root: 'src', output: {json.dumps(str(out))}, dynamicPaths: {paths} }};\n"
    )
    return measure(["node_modules/.bin/observable", "build"], home, {"OBSERVABLE_TELEMETRY_DISABLE": "true"})


def we(dataset: Dataset, reps: list[str], folder: Path, out: Path) -> Took:
    """A pack of ours."""
    del folder
    return ours(dataset.path.resolve(), reps, out)


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".bench", help="where peers are installed")
    parser.add_argument("--marimo", type=int, default=4, help="pages that marimo makes")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    result: dict[str, dict[str, float | str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        dataset = write_company(Path(scratch) / "company")
        reps = sorted(dataset.table("deals", ["rep_id"])["rep_id"].unique())
        peers: dict[str, tuple[Callable[..., Took], int]] = {
            "ours": (we, 1),
            "Observable Framework": (observable, 1),
            "marimo": (marimo, options.runs),
        }
        for name, (make, less) in peers.items():
            mine = reps[: options.marimo] if name == "marimo" else reps
            runs = max(1, options.runs // less)
            try:
                took = []
                for run in range(runs):
                    out = Path(scratch) / f"{name}-{run}".replace(" ", "-")
                    out.mkdir()
                    took.append(make(dataset, mine, options.folder.resolve(), out))
                    made = [page for page in out.rglob("*.html") if page.stem != "index"]
                    assert len(made) >= len(mine), f"{name} made {len(made)} pages of {len(mine)}"
                middle = sorted(took)[runs // 2]
                result[name] = {
                    "pages": len(mine), "wall": middle.wall / len(mine), "cpu": middle.cpu / len(mine),
                    "memory": middle.memory,
                }  # fmt: skip
            except NotHere as error:
                result[name] = {"reason": str(error)}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
