"""A client's folder: what is in it is what the package reads, and nothing that is there is touched."""

import datetime as dt
import re
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from crm_exports import WRITERS, company
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.ingest import load_source
from salesreport.language import LANGUAGES, Language
from salesreport.pack.notebook import has_parameters
from salesreport.pack.packfile import load_pack
from salesreport.period import Period
from salesreport.plan.strategy_files import load_strategy
from salesreport.process import load_process
from salesreport.project.folder import new_folder
from salesreport.project.manuals import page, pages
from salesreport.project.templates import TEMPLATES

ROOT = Path(__file__).resolve().parent.parent.parent


def call(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def shell(readme: Path) -> list[str]:
    """The commands of a README."""
    blocks = re.findall(r"```sh\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "down loads"
    folder.mkdir()
    return WRITERS["pipedrive"](company(), folder).files[0]


def test_languages_have_the_same_files_that_mean_the_same() -> None:
    found = {
        one: {str(file.relative_to(TEMPLATES / one)) for file in (TEMPLATES / one).rglob("*.*")}
        for one in LANGUAGES
    }
    assert len(found["en"]) == 10
    assert all(files == found["en"] for files in found.values())
    for name in found["en"]:
        for marks in (r"\{[{%].*?[%}]\}", r"^# (\w+): "):  # places to fill in, settings that can be switched on
            said = [re.findall(marks, (TEMPLATES / one / name).read_text(), re.MULTILINE) for one in LANGUAGES]
            assert all(one == said[0] for one in said), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_in_it_can_be_read(language: str, tmp_path: Path) -> None:
    folder = tmp_path / "lumen"
    written = new_folder(folder, Language(language), "Lumen: [1]", dt.date(2025, 8, 1))
    assert sorted(written) == sorted(file for file in folder.rglob("*") if file.is_file())
    packs = {file.stem: load_pack(file) for file in (folder / "params" / "packs").glob("*.yml")}
    assert {name: pack.settings.each for name, pack in packs.items()} == {
        "reviews": "rep", "managers": "manager", "teams": "team", "segments": "segment", "diagnostic": None,
    }  # fmt: skip
    for name, pack in packs.items():
        assert pack.settings.period == "2025-Q2"
        assert (pack.settings.language.otherwise, pack.settings.title) == (language, "Lumen: [1]")
        assert pack.file("dataset") == folder / "outputs" / "dataset"
        assert pack.output(Period.parse("2025-Q2")) == folder / "outputs" / name / "2025-Q2"
        assert (folder / "notebooks" / f"{pack.settings.notebook}.ipynb").is_file()
        if name == "diagnostic":
            continue  # of what is, not of what is wanted
        # what the comment offers to switch on is a file of the folder
        offered = re.search(r"^# strategy: (\S+)", pack.path.read_text(), re.MULTILINE)
        assert offered
        assert load_strategy(pack.path.parent / offered[1]).goal == {"2025": 1_000_000}
    assert load_process(folder / "params" / "process.yml").keys == ("talk", "offer")
    notebooks = sorted((folder / "notebooks").glob("*.ipynb"))
    assert [file.name for file in notebooks] == sorted(file.name for file in (ROOT / "notebooks").glob("*.ipynb"))
    for file in notebooks:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        assert has_parameters(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code), "the sample company's"
        assert "dataset: str = '../outputs/dataset'" in "\n".join(cell.source for cell in code)
        assert "sample" not in "\n".join(cell.source for cell in code)


def test_a_dataset_is_no_clients_folder(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text("{}", encoding="utf-8")
    said = " ".join(call("new", str(tmp_path), code=2).split())
    assert "This folder holds a dataset" in said
    assert [file.name for file in tmp_path.iterdir()] == ["dataset.json"]


def test_without_an_export_four_commands_lead_to_reports(export: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lumen"
    call("new", str(folder))
    look, ingest, diagnostic, pack = shell(folder / "README.md")
    # the first command as it stands there, for the file that the user has
    words = [word.replace("data/deals.csv", str(export)) for word in look.split()[1:]]
    words[-1] = str(folder / words[-1])
    call(*words)
    assert load_source(folder / "params" / "source.yml").settings.currency == "EUR"
    assert ingest == "salesreport ingest params/source.yml --root data --out outputs/dataset"
    assert diagnostic == "salesreport pack params/packs/diagnostic.yml"
    assert pack == "salesreport pack params/packs/reviews.yml"


def test_an_export_is_looked_at_and_stays_where_it_is(export: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lumen"
    said = call("new", str(folder), "--from", str(export), "--currency", "EUR", "--language", "de")
    assert "Recognised as: Pipedrive" in said
    assert "nothing was copied" in said
    assert [file.name for file in (folder / "data").iterdir()] == [".gitkeep"]
    source = load_source(folder / "params" / "source.yml")
    assert (source.settings.name, source.settings.currency) == ("lumen", "EUR")
    assert "Prüfen Sie jede Zeile" in (folder / "params" / "source.yml").read_text(encoding="utf-8")
    ingest, _, _ = shell(folder / "README.md")
    assert f"--root '{export.parent}'" in ingest
    assert load_pack(folder / "params" / "packs" / "reviews.yml").settings.period == "2025-Q2"  # data to June 27


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_packs_that_the_export_can_fill_are_there(language: str, tmp_path: Path) -> None:
    deals, people = tmp_path / "deals.csv", tmp_path / "people.csv"
    deals.write_text("Nr,Owner,Status,Created,Closed,Amount\n1,Ann,won,2025-01-02,2025-02-03,10\n")
    people.write_text("Rep,Team,Manager\nAnn,North,\n")
    packs = {"reviews", "diagnostic", "teams"}
    for name, files in {"alone": [deals], "with-people": [deals, people]}.items():
        given = [word for file in files for word in ("--from", str(file))]
        call("new", str(tmp_path / name), *given, "--currency", "EUR", "--language", language)
        there = {file.stem for file in (tmp_path / name / "params" / "packs").iterdir()}
        assert there == (packs if people in files else packs - {"teams"}), "nobody has a manager"
        (row,) = [
            line for line in (tmp_path / name / "README.md").read_text().splitlines() if "params/packs/`" in line
        ]
        listed, lacking = re.split(
            r"does not tell|sagt der Export nicht|L’export ne dit pas|exportból nem derül ki", row
        )
        assert {one for one in re.findall(r"`(\w+)`", listed) if one != "period"} == there
        assert re.findall(r"`(\w+)`", lacking) == [
            one for one in ("managers", "teams", "segments") if one not in there
        ]


def test_files_are_copied_where_that_is_asked_for(export: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lumen"
    call("new", str(folder), "--from", str(export), "--copy", "--currency", "EUR")
    assert (folder / "data" / export.name).read_bytes() == export.read_bytes()
    assert "--root data " in shell(folder / "README.md")[0]


def test_an_export_in_the_folder_is_named_as_seen_from_there(export: Path, tmp_path: Path) -> None:
    (tmp_path / "lumen" / "data").mkdir(parents=True)
    moved = export.rename(tmp_path / "lumen" / "data" / "deals.csv")
    before = moved.read_bytes()
    call("new", str(tmp_path / "lumen"), "--from", str(moved), "--currency", "EUR")
    assert "--root data " in shell(tmp_path / "lumen" / "README.md")[0]
    assert moved.read_bytes() == before


def test_what_files_do_not_tell_is_said_and_stands_in_the_readme(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Nr,Owner,Amount\n1,Ann,10\n2,Bob,20\n")
    folder = tmp_path / "lumen"
    said = call("new", str(folder), "--from", str(file))
    assert "the currency of the amounts: --currency" in said
    assert "First complete `params/source.yml`" in (folder / "README.md").read_text()
    assert yaml.safe_load((folder / "params" / "source.yml").read_text())["currency"] == "?"


@pytest.mark.parametrize(
    "there", ["README.md", "params/packs/teams.yml", "notebooks/rep_review.ipynb", ".gitignore"]
)
def test_nothing_is_overwritten(there: str, tmp_path: Path) -> None:
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine")
    said = call("new", str(tmp_path), code=2)
    assert there in said.replace("\n", " ")
    assert contents(tmp_path) == {there.replace("/", str(Path("/"))[0]): b"mine"}


def test_a_file_in_the_place_of_the_folder_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "lumen").write_text("mine")
    assert "The folder cannot be written" in call("new", str(tmp_path / "lumen"), code=2)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "params").write_text("mine")
    assert "The folder cannot be written" in call("new", str(tmp_path / "taken"), code=2)
    assert contents(tmp_path / "taken") == {"params": b"mine"}, "what was written before the error is gone"


def test_options_of_files_need_files(tmp_path: Path) -> None:
    said = call("new", str(tmp_path / "lumen"), "--currency", "EUR", "--copy", code=2)
    assert "--from" in said
    assert not (tmp_path / "lumen").exists()
    assert "There is no such file" in call("new", str(tmp_path / "lumen"), "--from", "none.csv", code=2)
    assert not (tmp_path / "lumen").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_the_folder_is_its_owners_only(tmp_path: Path) -> None:
    new_folder(tmp_path / "lumen", Language("en"), "x", dt.date(2025, 8, 1))
    assert (tmp_path / "lumen").stat().st_mode & 0o077 == 0


def test_every_page_is_listed_and_printed() -> None:
    listed = call("docs")
    files = sorted((ROOT / "docs").glob("*.md"))
    assert [line.split()[0] for line in listed.splitlines()] == [file.stem for file in files]
    assert call("docs", "pack-file.md") == (ROOT / "docs" / "pack_file.md").read_text(encoding="utf-8")
    assert page("exports").title == "Exporting from your CRM"
    assert all(one.title for one in pages())
    assert "Did you mean “exports”" in call("docs", "exprts", code=2)
    assert "no such page" in call("docs", "../README", code=2)
