"""No command imports what it does not use, and a grammar that takes seconds only where it is asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from salesreport.dataset import Dataset

HEAVY = (
    "nbformat",
    "nbconvert",
    "nbclient",
    "papermill",
    "matplotlib",
    "seaborn",
    "jupyterlab",
    "ipywidgets",
    "lark",
)
"""What makes notebooks and pictures; a command that prints figures needs none of it."""

QUIET = """
import atexit, json, sys
from pathlib import Path
atexit.register(lambda: Path({out!r}).write_text(json.dumps(sorted(sys.modules))))
sys.argv = ["salesreport", *{arguments!r}]
from salesreport.cli import main
main()
"""


def loaded_by(arguments: list[str], tmp_path: Path) -> set[str]:
    """The modules that a command imports."""
    out = tmp_path / "modules.json"
    program = QUIET.format(out=str(out), arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(json.loads(out.read_text()))


@pytest.mark.parametrize(
    "arguments",
    [
        ["kpi", "{dataset}", "--period", "2025-Q4", "--by", "team"],
        ["anomalies", "{dataset}", "--period", "2025"],
        ["forecast", "{dataset}", "--by", "team"],
        ["ingest", "{source}", "--out", "{out}"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_figures_need_no_notebooks_and_no_pictures(sample: Dataset, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "deals.csv").write_text("Id,Rep,State,Closed\n1,A,won,2025-01-31\n", encoding="utf-8")
    (tmp_path / "source.yml").write_text(
        "name: Least\nas_of: 2025-03-31\ncurrency: EUR\ntables:\n  deals:\n    file: deals.csv\n    columns:\n"
        "      {deal_id: Id, rep_id: Rep, status: State, closed_on: Closed}\n",
        encoding="utf-8",
    )
    named = {"dataset": str(sample.path), "source": str(tmp_path / "source.yml"), "out": str(tmp_path / "out")}
    loaded = loaded_by([argument.format(**named) for argument in arguments], tmp_path)
    assert not loaded & set(HEAVY)


def test_help_needs_next_to_nothing(tmp_path: Path) -> None:
    loaded = loaded_by(["--help"], tmp_path)
    assert not loaded & {*HEAVY, "pandas", "numpy", "scipy", "pyarrow", "pydantic"}


def python(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_grammar_is_imported_when_it_is_asked_for() -> None:
    pytest.importorskip("rfc3987_syntax")
    said = python(
        "import sys\n"
        "import salesreport\n"
        "import nbformat, jsonschema\n"
        "print('lark' in sys.modules)\n"
        "check = jsonschema.Draft202012Validator.FORMAT_CHECKER\n"
        "print(check.conforms('http://exämple.org/a', 'iri'), check.conforms('no iri', 'iri'))\n"
        "import rfc3987_syntax\n"
        "print('lark' in sys.modules, rfc3987_syntax.__name__, rfc3987_syntax.is_valid_syntax('iri', 'a:b'))\n"
    )
    assert said.split() == ["False", "True", "False", "True", "rfc3987_syntax", "True"]


def test_who_wants_the_grammar_itself_gets_it() -> None:
    pytest.importorskip("rfc3987_syntax")
    said = python(
        "import salesreport\n"
        "import rfc3987_syntax\n"
        "print(callable(rfc3987_syntax.parse))\n"
        "import sys, types\n"
        "print(type(sys.modules['rfc3987_syntax']) is types.ModuleType)\n"
    )
    assert said.split() == ["True", "True"]


def test_who_wants_a_part_of_the_package_gets_it() -> None:
    pytest.importorskip("rfc3987_syntax")
    said = python("import salesreport\nfrom rfc3987_syntax.syntax_helpers import parse\nprint(callable(parse))\n")
    assert said.split() == ["True"]


def test_where_the_grammar_is_not_there_nothing_is_put_in_its_place() -> None:
    said = python(
        "import importlib.util, sys\n"
        "importlib.util.find_spec = lambda name, *_: None\n"
        "import salesreport\n"
        "print('rfc3987_syntax' in sys.modules)\n"
    )
    assert said.split() == ["False"]
