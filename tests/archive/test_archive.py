"""An archive of packs: what it shows, what it leaves alone, and what retention removes."""

import datetime as dt
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from salesreport.archive.found import find_packs
from salesreport.archive.retention import remove
from salesreport.archive.write import make_archive
from salesreport.brand import Look
from salesreport.cli import app
from salesreport.errors import DataError
from salesreport.language import Language
from salesreport.lock import locked
from salesreport.pack.index import index_html
from salesreport.pack.make import Figure
from salesreport.pack.manifest import (
    DatasetEntry,
    Manifest,
    NotebookEntry,
    PackEntry,
    ReportEntry,
    SubjectEntry,
    read_manifest,
)  # fmt: skip
from salesreport.period import Period

HOSTILE = "../../x<script>alert(1)</script>"


def entry(name: str, revenue: str, team: str = "North", **changes: Any) -> ReportEntry:
    stem = re.sub("[^a-z]+", "-", name.lower()).strip("-")
    values: dict[str, Any] = {
        "subject": SubjectEntry(kind="rep", id=name, name=name, team=team), "file": f"reports/{stem}.html",
        "notebook": f"notebooks/{stem}.ipynb", "parameters": {}, "status": "done", "engine": "test",
        "verdict": f"{name} sold {revenue}", "talk": "Offers",
        "figures": [Figure(key="revenue", label="Revenue", shown=revenue),
                    Figure(key="won", label="Won", shown="7")],
    }  # fmt: skip
    return ReportEntry(**(values | changes))


def pack(folder: Path, period: str, *entries: ReportEntry, **changes: Any) -> Path:
    """A pack's folder as a pack leaves it: manifest, index and the files that it lists."""
    day = changes.pop("as_of", Period.parse(period).end.isoformat())
    about: dict[str, Any] = {
        "title": "Reviews by rep", "each": "rep", "period": period, "compare_to": "previous",
        "dataset": DatasetEntry(path="../data", name="Test & Co", as_of=day, fingerprint="f"), "language": "en",
        "notebook": NotebookEntry(name="rep_review.ipynb", sha256="s"), "version": "0",
    }  # fmt: skip
    manifest = Manifest(pack=PackEntry(**(about | changes)), reports=list(entries))
    for file in manifest.files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("made", encoding="utf-8")
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text("made", encoding="utf-8")
    manifest.write(folder)
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Three months of Ann and Bob, of whom Bob came in November and could not be made in December."""
    place = tmp_path / "reviews"
    place.mkdir()
    pack(place / "2025-10", "2025-10", entry("Ann Berg", "$10K"))
    pack(place / "2025-11", "2025-11", entry("Ann Berg", "$11K"), entry("Bob Czerny", "$5K"))
    failed = entry("Bob Czerny", "", status="failed", file=None, reason="no luck", figures=[], verdict="")
    pack(place / "2025-12", "2025-12", entry("Ann Berg", "$12K"), failed)
    return place


def words(file: Path) -> str:
    """What a page says, without its style."""
    page = re.sub(r"<style.*?</style>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_index_has_all_periods_and_each_subjects_figures(shelf: Path) -> None:
    made = make_archive(shelf)
    assert made.page == shelf / "archive" / "index.html"
    said = words(made.page)
    assert "3 packs of reports Archive Reviews by rep Period Reports Data as of" in said
    assert "December 2025 1 report, 1 not made Dec 31, 2025 November 2025 2 reports Nov 30, 2025 October" in said
    assert "History by subject · Revenue Rep October 2025 November 2025 December 2025 North" in said
    assert "Ann Berg $10K $11K $12K Bob Czerny – $5K not made" in said
    # every link leads to a file, from where the page lies
    page = made.page.read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) == 3 + 2 + 4  # periods, subjects, reports
    assert all((made.page.parent / link).is_file() for link in links)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//|<script", page)


def test_a_subjects_page_is_its_history(shelf: Path) -> None:
    make_archive(shelf)
    ann, bob = (shelf / "archive" / "subjects" / f"{name}.html" for name in ("ann-berg", "bob-czerny"))
    said = words(ann)
    assert said.index("Ann Berg sold $12K") < said.index("Ann Berg sold $11K") < said.index("Ann Berg sold $10K")
    assert (
        "Period What the report said Revenue Won December 2025 Data as of Dec 31, 2025 Ann Berg sold $12K" in said
    )
    assert "Bob" not in said
    assert "1 report" in words(bob)
    assert "not made no luck – –" in words(bob)
    links = re.findall(r'href="([^"]+)"', ann.read_text(encoding="utf-8"))
    assert len(links) == 4
    assert all((ann.parent / link).is_file() for link in links)


def test_what_comes_from_data_is_harmless(shelf: Path) -> None:
    hostile = entry(HOSTILE, "<b>1</b>", team="<i>", verdict="<u>", file="reports/../../../secret.html")
    pack(shelf / "a b#&2025", "2025-09", hostile, title="<h6>")
    make_archive(shelf)
    for file in (shelf / "archive").rglob("*.html"):
        page = file.read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert not re.search(r"<b>1|<i>|<u>|<h6>|secret", page)
    index = (shelf / "archive" / "index.html").read_text(encoding="utf-8")
    assert 'href="../a%20b%23%262025/index.html"' in index
    assert len(files(shelf / "archive" / "subjects")) == 3


def test_packs_that_are_not_one_are_kept_apart(shelf: Path) -> None:
    team = entry("North", "$90K", subject=SubjectEntry(kind="team", id="North", name="North"))
    pack(shelf / "teams" / "2025-12", "2025-12", team, each="team", title="Teams")
    pack(shelf / "2025-Q4", "2025-Q4", entry("Ann Berg", "$33K"))
    found = find_packs(shelf)
    assert [(one.key.each, one.key.kind, [kept.period.name for kept in one.packs]) for one in found.series] == [
        ("rep", "month", ["2025-12", "2025-11", "2025-10"]), ("rep", "quarter", ["2025-Q4"]),
        ("team", "month", ["2025-12"]),
    ]  # fmt: skip
    make_archive(shelf)
    pages = files(shelf / "archive" / "subjects")
    assert len(pages) == 4  # Ann's of months and of quarters, Bob's, the team's
    assert {"north.html", "bob-czerny.html"} <= pages


def test_of_one_period_the_newest_data_are_shown(shelf: Path) -> None:
    pack(shelf / "again", "2025-11", entry("Ann Berg", "$99K"), as_of="2025-12-15")
    make_archive(shelf)
    assert "Ann Berg $10K $99K $12K" in words(shelf / "archive" / "index.html")


def test_again_it_is_the_same_and_follows_what_is_there(shelf: Path) -> None:
    make_archive(shelf)
    before = {file: (shelf / file).read_bytes() for file in files(shelf)}
    make_archive(shelf)
    assert {file: (shelf / file).read_bytes() for file in files(shelf)} == before
    for period in ("2025-11", "2025-12"):
        pack(shelf / period, period, entry("Ann Berg", "$1K"))
    (shelf / "archive" / "subjects" / "mine.html").write_text("mine")
    make_archive(shelf)
    assert files(shelf / "archive" / "subjects") == {"ann-berg.html", "mine.html"}  # Bob is nowhere any more


def test_what_is_no_pack_is_passed_over_or_named(shelf: Path) -> None:
    for name, content in (("junk", "{}"), ("later", '{"made_by": "salesreport pack", "format": 99}')):
        (shelf / name).mkdir()
        (shelf / name / "manifest.json").write_text(content)
    (shelf / "plain").mkdir()
    (shelf / "link").symlink_to(shelf / "2025-10")
    notes = [str(note) for note in make_archive(shelf).notes]
    assert len(notes) == 2
    assert "something else than a pack" in notes[0]
    assert "newer version" in notes[1]
    with pytest.raises(DataError, match="no such folder"):
        make_archive(shelf / "missing")


def test_an_archive_of_somebody_elses_stays(shelf: Path) -> None:
    (shelf / "archive").mkdir()
    (shelf / "archive" / "index.html").write_text("mine")
    with pytest.raises(DataError, match="something else than an archive"):
        make_archive(shelf, keep=1)
    assert (shelf / "archive" / "index.html").read_text() == "mine"
    assert (shelf / "2025-10" / "manifest.json").exists()  # nor was anything removed


def test_retention_removes_what_it_names_and_nothing_else(shelf: Path) -> None:
    pack(shelf / "2025-Q3", "2025-Q3", entry("Ann Berg", "$30K"))
    (shelf / "2025-10" / "notes.txt").write_text("mine")
    for left in ("bundles/ann.zip", "outbox/ann.eml", "deliveries.jsonl"):  # copies of what goes, by a delivery
        (shelf / "2025-10" / left).parent.mkdir(exist_ok=True)
        (shelf / "2025-10" / left).write_text("made")
    (shelf / "2024-01").mkdir()  # looks like one, and holds no manifest of ours
    (shelf / "2024-01" / "index.html").write_text("mine")
    rehearsed = make_archive(shelf, keep=2, rehearse=True)
    assert [one.pack.period.name for one in rehearsed.gone] == ["2025-10"]
    assert (shelf / "2025-10" / "reports" / "ann-berg.html").exists()
    assert not (shelf / "archive").exists()
    made = make_archive(shelf, keep=2)
    assert [one.pack.folder for one in made.gone] == [shelf / "2025-10"]
    assert [str(note) for note in made.notes] == [f"{shelf / '2025-10'} is kept, for it holds other files."]
    assert files(shelf / "2025-10") == {"notes.txt"}
    assert files(shelf / "2024-01") == {"index.html"}
    assert "2025-Q3" in {kept.period.name for series in made.series for kept in series.packs}  # of another kind
    assert "October" not in words(made.page)
    make_archive(shelf, keep=1)
    assert not (shelf / "2025-11").exists()


def test_of_one_series_alone(shelf: Path) -> None:
    team = entry("North", "$90K", subject=SubjectEntry(kind="team", id="North", name="North"))
    for period in ("2025-10", "2025-11"):
        pack(shelf / "teams" / period, period, team, each="team")
    reps, _ = find_packs(shelf).series
    made = make_archive(shelf, keep=1, only=reps.key)
    assert [one.pack.period.name for one in made.gone] == ["2025-10", "2025-11"]
    assert (shelf / "teams" / "2025-10" / "manifest.json").exists()


def test_a_removal_that_was_killed_is_finished(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = find_packs(shelf).series[0].packs[-1]
    unlink = Path.unlink

    def power_cut(self: Path, missing_ok: bool = False) -> None:
        if self.name == "manifest.json":
            raise KeyboardInterrupt
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", power_cut)
    with pytest.raises(KeyboardInterrupt):
        remove(kept)
    monkeypatch.undo()
    assert (shelf / "2025-10" / "manifest.json").exists()
    assert not (shelf / "2025-10" / "reports" / "ann-berg.html").exists()
    assert remove(kept).notes == []
    assert not (shelf / "2025-10").exists()


def test_a_pack_that_is_being_made_stays(shelf: Path) -> None:
    with locked(shelf / "2025-10"), pytest.raises(DataError, match="being made"):
        make_archive(shelf, keep=2)
    assert (shelf / "2025-10" / "reports" / "ann-berg.html").exists()
    # and one that was made for another period meanwhile
    kept = find_packs(shelf).series[0].packs[-1]
    pack(shelf / "2025-10", "2026-01", entry("Ann Berg", "$1K"))
    assert "holds another pack by now" in str(remove(kept).notes[0])
    assert json.loads((shelf / "2025-10" / "manifest.json").read_text())["pack"]["period"] == "2026-01"


def test_the_command(shelf: Path) -> None:
    run = CliRunner().invoke
    done = run(app, ["archive", str(shelf), "--keep", "2", "--dry-run"])
    assert (done.exit_code, done.stdout) == (0, f"Would be removed: {shelf / '2025-10'} (2025-10)\n")
    done = run(app, ["archive", str(shelf), "--keep", "2"])
    assert done.stdout.splitlines() == [
        f"Removed: {shelf / '2025-10'} (2025-10)", f"Archive: {shelf / 'archive' / 'index.html'}",
    ]  # fmt: skip
    assert run(app, ["archive", str(shelf), "--keep", "0"]).exit_code == 2


def test_without_packs_nothing_is_written(shelf: Path) -> None:
    run = CliRunner().invoke
    empty = shelf.parent / "empty"
    empty.mkdir()
    done = run(app, ["archive", str(empty)])
    assert (done.exit_code, done.stderr) == (2, f"Error: {empty}: There are no packs in here.\n")
    assert files(empty) == set()
    of_a_pack = files(shelf / "2025-12")
    done = run(app, ["archive", str(shelf / "2025-12")])
    assert done.exit_code == 2
    assert f"this is a pack itself. Name the folder above, which holds the packs of all periods: {shelf}\n" in (
        done.stderr
    )
    assert files(shelf / "2025-12") == of_a_pack
    # an archive that is there follows what is there
    make_archive(shelf)
    for period in ("2025-10", "2025-11", "2025-12"):
        (shelf / period / "manifest.json").unlink()
    make_archive(shelf)
    assert "There are no packs here." in words(shelf / "archive" / "index.html")
    assert files(shelf / "archive" / "subjects") == set()


def test_it_is_in_the_brand_of_the_newest_pack(shelf: Path) -> None:
    pack(shelf / "2025-12", "2025-12", entry("Ann Berg", "$12K"), compare_to="2025-11")
    manifest = read_manifest(shelf / "2025-12")
    assert manifest is not None
    look = Look(
        "Lumina <GmbH>", "#7a1f5c", b"<svg/>", confidential="For the rep", footer="Ext 12", logo_type="svg"
    )
    (shelf / "2025-12" / "index.html").write_text(index_html(manifest, Language("en"), look), encoding="utf-8")
    page = make_archive(shelf).page
    for file in (page, shelf / "archive" / "subjects" / "ann-berg.html"):
        made = file.read_text(encoding="utf-8")
        assert "#7a1f5c" in made
        assert "img-src data:" in made
        assert 'src="data:image/svg+xml;base64,' in made
        assert re.search(r"Lumina <GmbH> · For the rep .* Ext 12$", words(file))
    # a brand that is given goes before it, and one that cannot be told is none
    brand = shelf.parent / "brand.yml"
    brand.write_text("name: Other\n")
    run = CliRunner().invoke
    assert run(app, ["archive", str(shelf), "--brand", str(brand)]).exit_code == 0
    assert "Other" in words(page)
    assert "Lumina" not in words(page)
    brand.write_text("name: Other\nlogo: none.svg\n")
    failed = run(app, ["archive", str(shelf), "--brand", str(brand)])
    assert failed.exit_code == 2
    assert f"{brand}, line 2, key “logo”" in failed.stderr
    (shelf / "2025-12" / "index.html").write_text("made")
    assert "Lumina" not in words(make_archive(shelf).page)


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        (["Reviews of {}", "Reviews of {}", "Reviews of {}"], "Reviews of October 2025 to December 2025"),
        (["Coaching", "Coaching", "Reviews of {}"], "Reviews of October 2025 to December 2025"),
        (["Old", "Reviews", "Reviews"], "Reviews"),
        (["in Oct", "in Nov", "in Dec"], "Test & Co"),
    ],
)
def test_it_is_headed_by_the_packs_title(shelf: Path, titles: list[str], said: str) -> None:
    for period, title in zip(("2025-10", "2025-11", "2025-12"), titles, strict=True):
        named = title.format(Language("en").say(Period.parse(period).label))
        pack(shelf / period, period, entry("Ann Berg", "$1K"), title=named)
    assert f" {said} Period Reports" in words(make_archive(shelf).page)
    assert f" {said} · All periods" in words(shelf / "archive" / "subjects" / "ann-berg.html")


def test_it_speaks_the_packs_language(shelf: Path) -> None:
    pack(shelf / "2026-01", "2026-01", entry("Ann Berg", "12 T€"), language="de")
    made = make_archive(shelf)
    assert '<html lang="de">' in made.page.read_text(encoding="utf-8")
    assert "Januar 2026" in words(made.page)
    assert dt.date(2026, 1, 31) == made.series[0].packs[0].as_of
