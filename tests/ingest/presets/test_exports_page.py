"""docs/exports.md: what it tells people to type works, and what it says of presets is so."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml
from crm_exports import WRITERS, company
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.ingest import load_source
from salesreport.ingest.presets.presets import GENERIC, Preset, load_preset, preset_names
from salesreport.pack.packfile import load_pack

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
PROGRAM = typer.main.get_command(app)


def commands(page: str) -> list[list[str]]:
    """The words of each command in a page's shell examples; a line that ends with a backslash goes on."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]
    return [shlex.split(line) for line in lines]


def files(page: str) -> Iterator[str]:
    """Each YAML example; one that begins indented goes on with the file before."""
    begun = ""
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        if block.startswith(" "):
            begun += block
        else:
            if begun:
                yield begun
            begun = block
    yield begun


def options_of(command: str) -> set[str]:
    params = getattr(PROGRAM, "commands")[command].params  # noqa: B009 # typer has a click of its own
    return {name for one in params for name in one.opts if name.startswith("--")}


@pytest.mark.parametrize("words", commands(PAGE), ids=" ".join)
def test_every_command_has_these_options(words):
    program, name, *rest = words
    assert program == "salesreport"
    assert {word for word in rest if word.startswith("--")} <= options_of(name)
    if "--preset" in rest:
        wanted = rest[rest.index("--preset") + 1]
        assert wanted in (*preset_names(), "auto")


def test_options_in_the_text_are_options():
    named = re.findall(r"`(--[a-z-]+)[ `]", PAGE)
    assert {"--currency", "--rates", "--as-of", "--timezone", "--date-order", "--decimal", "--encoding"} <= set(
        named
    )
    assert set(named) <= options_of("ingest")
    with_values = [shlex.split(one) for one in re.findall(r"`(--[a-z-]+ [^`]+)`", PAGE)]
    assert {words[1] for words in with_values if words[0] == "--preset"} <= {*preset_names(), "auto", "ours.yml"}


@pytest.mark.parametrize("written", list(files(PAGE)), ids=lambda text: text.split("\n", 1)[0])
def test_every_file_shown_is_one(written, tmp_path):
    file = tmp_path / "shown.yml"
    file.write_text(written, encoding="utf-8")
    keys = set(yaml.safe_load(written))
    if "notebook" in keys:
        assert load_pack(file).settings.period == "2025-Q2"
    elif "title" in keys:
        assert load_preset(str(file)).title == "Our CRM"
    else:
        assert load_source(file).tables


def rows() -> dict[str, list[str]]:
    """The table of presets: name → its cells."""
    table = re.findall(r"^\| \[`(\w+)`\]\(#([\w-]+)\) \| (.*) \|$", PAGE, re.MULTILINE)
    return {name: [anchor, *cells.split(" | ")] for name, anchor, cells in table}


def has(preset: Preset, table: str, column: str | None = None) -> bool:
    return any(column is None or column in kind.columns for kind in preset.tables.get(table, ()))


@pytest.mark.parametrize("name", preset_names())
def test_what_the_table_says_of_a_preset(name):
    anchor, _, history, losses, activities, owners = rows()[name]
    preset = load_preset(name)
    assert history.startswith("yes") == has(preset, "stage_events")
    assert losses.startswith("yes") == has(preset, "deals", "loss_reason")
    assert activities.startswith("yes") == has(preset, "activities")
    by_name = any(
        choice.doubt == "names_as_ids" for kind in preset.tables["deals"] for choice in kind.columns["rep_id"]
    )
    assert ("names" in owners or "show" in owners) >= by_name
    chapters = {
        re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in re.findall(r"^## (.*)$", PAGE, re.M)
    }
    assert anchor in chapters


def test_every_preset_is_in_the_table():
    assert set(rows()) == set(preset_names())


def test_two_commands_make_reports(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    deals, users = WRITERS[GENERIC](company(), tmp_path).files
    deals.rename("deals.csv")
    users.rename("users.csv")
    Path("reviews.yml").write_text(next(files(PAGE)), encoding="utf-8")
    ingest, pack, *_ = commands(PAGE)
    for words in (ingest, [*pack, "--only", "Ilka M"]):
        done = CliRunner().invoke(app, ["--language", "en", *words[1:]])
        assert done.exit_code == 0, done.output + done.stderr
    assert (tmp_path / "outputs" / "reviews-2025-Q2" / "index.html").is_file()
    assert len(list((tmp_path / "outputs" / "reviews-2025-Q2" / "reports").glob("*.html"))) == 1


def test_the_readme_shows_the_same_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(words in commands(readme) for words in commands(PAGE)[:2])


def test_the_preset_that_contributors_are_shown_is_one(tmp_path):
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^ *```yaml\n(.*?)^ *```", guide, re.DOTALL | re.MULTILINE)
    file = tmp_path / "lumen.yml"
    file.write_text(textwrap.dedent(block), encoding="utf-8")
    preset = load_preset(str(file))
    assert set(preset.tables) == {"deals", "stage_events"}
    assert preset.tables["stage_events"][1].instead
