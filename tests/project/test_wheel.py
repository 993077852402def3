"""What users install: the wheel, in an environment of its own, makes a folder whose README and notebooks work."""

import os
import shlex
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest
from crm_exports import WRITERS, company
from test_folder import shell

from salesreport.language import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
POSIX = os.name == "posix"


def ran(words: list[str], folder: Path) -> str:
    """What a command printed; nothing of the checkout is on its path."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SALESREPORT"))
    }
    # what nbconvert and JupyterLab keep outside their packages is where they are installed
    environment["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # the build tool that pyproject.toml names, as it is in the environment: no network
    ran([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, and for everything else this environment's packages."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=POSIX)
    found = folder / ("bin" if POSIX else "Scripts")
    python = str(found / "python")
    site = Path(ran([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip())
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    ran([sys.executable, "-m", "pip", "--python", python, *install], folder)
    # behind its own; a path that a .pth file adds has its .pth files left alone, so the checkout stays out
    (site / "others.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")
    return found


@pytest.mark.slow
def test_documents_notebooks_and_settings_travel_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, ending in (("docs", "md"), ("notebooks", "ipynb"), ("params", "yml")):
        there = [file.relative_to(ROOT).as_posix() for file in (ROOT / folder).rglob(f"*.{ending}")]
        there = [one for one in there if ".ipynb_checkpoints" not in one]
        assert there
        assert {f"salesreport/_project/{one}" for one in there} <= names
    assert {f"salesreport/project/templates/{one}/README.md" for one in LANGUAGES} <= names
    assert not [name for name in names if name.startswith("salesreport/_project/outputs")]


@pytest.mark.slow
def test_a_folder_made_with_the_wheel_works(programs: Path, tmp_path: Path) -> None:
    python, salesreport = str(programs / "python"), str(programs / "salesreport")
    where = ran([python, "-c", "import salesreport; print(salesreport.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(programs.parent), "the wheel's package, not the checkout's"
    pages = ran([salesreport, "docs"], tmp_path).splitlines()
    assert {line.split()[0] for line in pages} >= {"exports", "pack_file", "metrics"}
    assert ran([salesreport, "docs", "exports"], tmp_path).startswith("# Exporting from your CRM")

    (tmp_path / "in").mkdir()
    export = WRITERS["pipedrive"](company(), tmp_path / "in").files[0]
    ran([salesreport, "new", "lumen", "--from", str(export), "--currency", "EUR", "--language", "de"], tmp_path)
    folder = tmp_path / "lumen"
    ingest, _, pack = (shlex.split(line) for line in shell(folder / "README.md"))
    assert (ingest[:2], pack[:2]) == (["salesreport", "ingest"], ["salesreport", "pack"])
    ran([salesreport, *ingest[1:]], folder)
    ran([salesreport, *pack[1:], "--only", "Ilka M", "--only", "Timo R", "--workers", "1"], folder)
    reports = sorted((folder / "outputs" / "reviews" / "2025-Q2" / "reports").glob("*.html"))
    assert [file.stem for file in reports] == ["ilka-m", "timo-r"]
    assert 'lang="de"' in reports[0].read_text(encoding="utf-8")
    # a notebook as a user opens it: where it is, with the parameters that stand in it
    kept = tmp_path / "run.ipynb"
    ran([python, "-m", "papermill", "team_overview.ipynb", str(kept), "--no-progress-bar"], folder / "notebooks")
    notebook = nbformat.read(kept, as_version=4)
    nbformat.validate(notebook)
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in shown if output.output_type == "error"]
    assert any("Ilka M" in str(output.get("data", {})) for output in shown)
