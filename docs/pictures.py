"""Make the pictures of README and tour anew: `make pictures`. Needs Chromium (apt-get install chromium).

The sample company's pack is made first; the explorer's picture is of its page, as the notebook shows it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from overflow import browser
from PIL import Image

from salesreport import Dataset
from salesreport.explore import ConversionReview
from salesreport.report.page import css

HERE = Path(__file__).parent
MOST_BYTES = 150_000
REPORT, WIDTH = "fatima-palfrey", 1000


def taken(page: Any, file: Path, name: str, height: int, width: int = WIDTH) -> None:
    """Take a picture of the top of a page, as light and small as a page of documents wants."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto(file.resolve().as_uri())
    path = HERE / "pictures" / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(64).save(path, optimize=True)
    size = path.stat().st_size
    assert size <= MOST_BYTES, f"{path.name} has {size} bytes"
    print(f"{path.relative_to(HERE.parent)}: {size / 1000:.0f} kB")


def explorer(dataset: Dataset, folder: Path) -> Path:
    """The explorer's comparison of reps by step, as a page."""
    shown = ConversionReview(dataset, "2023-01-01..2025-12-31").reps_by_step
    assert shown is not None
    body = shown._repr_html_()
    file = folder / "explorer.html"
    file.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><style>{css()}</style><body class="sr-page"><main>{body}</main>',
        encoding="utf-8",
    )
    return file


def main() -> None:
    """Make the pack, look at it, keep the pictures."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        demo = [sys.executable, "-m", "salesreport", "demo", "--out", str(folder)]
        subprocess.run(demo, check=True, cwd=HERE.parent)  # noqa: S603 - our own command
        pack = folder / "sample-2025-Q4"
        with browser() as page:
            taken(page, pack / "index.html", "index", 900, 1200)
            taken(page, pack / "reports" / f"{REPORT}.html", "report", 1150)
            dataset = Dataset.open(folder / "datasets" / "sample")
            taken(page, explorer(dataset, folder), "explorer", 800)


if __name__ == "__main__":
    main()
