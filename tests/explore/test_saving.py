"""Pack files that make the view's report, and code that makes the view's figure."""

import ast
import io
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from salesreport.errors import ConfigError
from salesreport.explore.saving import as_code, own_folder, save_pack
from salesreport.explore.state import VIEWS, checked, choices, facts_of
from salesreport.explore.views import show
from salesreport.language import LANGUAGES
from salesreport.pack import load_pack, make_pack, make_plan
from salesreport.pack.engines import make_engine
from salesreport.pack.limits import Limits
from salesreport.pack.notebook import PACKAGE
from salesreport.pack.progress import PackProgress


def run_code(code: str) -> object:
    """What the last line of some code evaluates to, as a notebook cell shows it."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    names: dict[str, object] = {}
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("name", VIEWS)
def test_the_code_makes_the_same_html(state, name):
    chosen = state.but(view=name, rep="R3", product_line="Lamps", step="win", period="2024")
    for language in LANGUAGES:
        section = run_code(as_code(chosen, language))
        assert section._repr_html_() == show(chosen, language)._repr_html_()


def test_the_code_survives_hostile_values(state):
    wild = state.but(product_line="'); import os; ('")
    with pytest.raises(ConfigError):  # it is a value, and one that the dataset does not have
        run_code(as_code(wild))


def test_the_pack_file_says_what_is_chosen(state, tmp_path):
    file = save_pack(state.but(view="trend", team="North"), "Weak offers: North!", tmp_path / "params" / "packs")
    assert file.name == "weak-offers-north.yml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert settings["notebook"] == "conversion_review"
    assert settings["period"] == "2024-Q4"
    assert settings["parameters"] == {"view": "trend", "team": "North"}
    assert (file.parent / settings["dataset"]).resolve() == Path(state.dataset).resolve()
    assert settings["output"] == "../../outputs/weak-offers-north"


def test_nothing_is_saved_within_the_installed_package(state, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    # the notebook of an installed package runs in its own folder, and its packs are beside it
    installed = PACKAGE / "_project" / "notebooks" / ".." / "params" / "packs"
    file = save_pack(state, "Mine", installed)
    assert file == tmp_path / "salesreport" / "params" / "packs" / "mine.yml"
    assert not (PACKAGE / "_project" / "params" / "packs" / "mine.yml").exists()
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert settings["output"] == "../../outputs/mine"  # in the same home
    assert own_folder(tmp_path / "params") == tmp_path / "params"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/tmp/x", "con", "a\nb: c", "…", "x" * 300])
def test_a_name_cannot_lead_elsewhere(state, tmp_path, name):
    file = save_pack(state, name, tmp_path / "packs")
    assert file.parent == tmp_path / "packs"
    assert load_pack(file).settings.notebook == "conversion_review"


def test_nothing_is_written_over_without_being_told(state, tmp_path):
    file = save_pack(state, "one", tmp_path)
    before = file.read_text()
    with pytest.raises(ConfigError, match="already"):
        save_pack(state.but(view="trend"), "one", tmp_path)
    assert file.read_text() == before
    save_pack(state.but(view="trend"), "one", tmp_path, replace=True)
    assert file.read_text() != before
    assert list(tmp_path.iterdir()) == [file]


def test_without_a_name_or_a_folder_it_is_an_error(state, tmp_path):
    with pytest.raises(ConfigError, match="name"):
        save_pack(state, "  ", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        save_pack(state, "x", tmp_path / "file")


@pytest.mark.slow
@pytest.mark.parametrize("rep", [False, True])
def test_the_pack_makes_a_report_of_the_view(year, tmp_path, rep):
    facts = facts_of(year)
    who = next(iter(choices(facts).reps)) if rep else ""
    state = checked(facts, year.but(view="funnel", rep=who, step="proposal"))
    file = save_pack(state, "view", tmp_path / "params" / "packs", "de")
    plan = make_plan(load_pack(file))
    with PackProgress(Console(file=io.StringIO()), plan.language) as progress:
        manifest = make_pack(plan, make_engine("warm", 1, Limits(seconds=120)), progress)
    assert not manifest.failed
    (report,) = (tmp_path / "outputs" / "view" / "reports").glob("*.html")
    html = report.read_text(encoding="utf-8")
    assert show(state, "de").message in html.replace("&#39;", "'")
    assert 'id="explore-funnel"' in html
    assert 'id="explore-deals"' in html
    assert 'id="explore-trend"' not in html
    assert len(html) < 150_000
