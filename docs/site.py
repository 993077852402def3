"""The API reference as a static site, from the docstrings: `make site`. It opens from disk, without a network."""

import warnings
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pdoc

import salesreport

SITE = Path(__file__).resolve().parent.parent / "outputs" / "site"

_NOT_READ = ("salesreport.__main__", "salesreport.ingest.workbooks.workbook_child", "salesreport.language.extract")
"""Programs, not modules to call."""


def modules() -> list[str]:
    """Every module of the package that somebody may import."""
    found = [one.name for one in walk_packages(salesreport.__path__, "salesreport.")]
    return ["salesreport", *(name for name in found if name not in _NOT_READ)]


def write(folder: Path, names: list[str]) -> None:
    """Write the site of some modules into a folder."""
    for name in names:
        import_module(name)
    warnings.simplefilter("ignore")  # pdoc does not know names that are imported on first use
    pdoc.render.configure(
        docformat="google", search=True, show_source=False, footer_text=f"salesreport {salesreport.__version__}"
    )
    pdoc.pdoc(*names, output_directory=folder)


if __name__ == "__main__":
    write(SITE, modules())
    print(SITE / "index.html")
