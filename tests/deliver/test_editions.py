"""What of a real report each reader gets: pay is the rep's alone, and the manager's edition says nothing of it."""

import io
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from postoffice import Office, Silent, mail_settings

from salesreport import Dataset, Review
from salesreport.deliver.editions import managers_edition
from salesreport.deliver.run import deliver, prepare
from salesreport.errors import DataError
from salesreport.language import Language
from salesreport.pack.make import Job, make_report
from salesreport.pack.manifest import DatasetEntry, Manifest, NotebookEntry, PackEntry, ReportEntry, relative
from salesreport.pack.subjects import Subject

PLAN = """\
name: P
currency: EUR
every: quarter
from: 2025-Q1
target_pay: 9000
components: [{key: revenue, metric: revenue, weight: 100 %, levels: [{to: 100 %, rate: 1}, {rate: 2}]}]
"""
LINES = ("commitments", "tiles", "pay", "data_notes")


@pytest.fixture(scope="module")
def real(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of two real reports of one manager's people, with variable pay."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "pay.yml").write_text(PLAN, encoding="utf-8")
    (folder / "reports").mkdir()
    (folder / "notebooks").mkdir()
    reps = sample.table("reps", ["rep_id", "name", "team", "manager", "left_on"])
    there = reps[reps["left_on"].isna()]
    pair = there[there["manager"] == there["manager"].mode()[0]].head(2)
    entries = []
    for rep, name, team in pair[["rep_id", "name", "team"]].itertuples(index=False):
        job = Job(
            subject=Subject("rep", rep, name, team),
            notebook=folder / "x.ipynb",
            parameters={
                "dataset": str(sample.path),
                "rep": rep,
                "period": "2025-Q4",
                "pay": str(folder / "pay.yml"),
            },
            folder=folder,
            stem=f"rep-{rep.lower()}",
            fingerprint=sample.fingerprint,
            period="2025-Q4",
            language="en",
            inputs="1" * 64,
        )
        outcome = make_report(job, lambda job: executed(sample, job))
        assert outcome.reason is None
        entries.append(ReportEntry.planned(job, "test").after(outcome, Language("en")))
    about = PackEntry(
        title="Reviews",
        dataset=DatasetEntry(
            path=relative(Path(sample.path), folder),
            name="Sample",
            as_of="2025-12-31",
            fingerprint=sample.fingerprint,
        ),
        notebook=NotebookEntry(name="x.ipynb", sha256="0" * 64),
        each="rep",
        period="2025-Q4",
        compare_to="2025-Q3",
        language="en",
        version="0.0",
    )
    Manifest(pack=about, reports=entries).write(folder)
    return folder


def executed(sample: Dataset, job: Job) -> nbformat.NotebookNode:
    given = job.parameters
    review = Review(sample, given["period"], rep=given["rep"], pay=given["pay"])
    shown = [review._repr_mimebundle_(), *(getattr(review, name)._repr_mimebundle_() for name in LINES)]
    outputs = [new_output("execute_result", data=json.loads(json.dumps(data))) for data in shown]
    # a cell may show several sections: each goes or stays by itself
    cells = [new_code_cell("x", outputs=outputs[:2]), new_code_cell("y", outputs=outputs[2:])]
    for number, cell in enumerate(cells, start=1):
        cell.execution_count = number
    return new_notebook(cells=cells)


def bundled(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name).decode("utf-8") for name in bundle.namelist()}


def test_reps_get_the_very_report_with_the_own_pay(real: Path) -> None:
    for one in prepare(real, "reps", mail_settings(1), []).parcels:
        (entry,) = one.recipient.entries
        assert one.content == (real / str(entry.file)).read_bytes()
        assert "Variable pay" in one.content.decode("utf-8")


def test_managers_get_no_ones_pay_and_all_the_rest(real: Path) -> None:
    (one,) = prepare(real, "managers", mail_settings(1), []).parcels
    pages = bundled(one.content)
    assert len(pages) == 3
    for name, page in pages.items():
        assert not re.search(r"variable pay|pay plan", page, re.IGNORECASE)
        if name != "index.html":
            whole = (real / name).read_text(encoding="utf-8")
            sections = re.findall(r'<section id="(\w+)"', whole)
            assert "pay" in sections
            assert re.findall(r'<section id="(\w+)"', page) == [key for key in sections if key != "pay"]


def test_unless_managers_are_to_see_it(real: Path) -> None:
    (one,) = prepare(real, "managers", mail_settings(1, managers_see_pay=True), []).parcels
    for name, page in bundled(one.content).items():
        if name != "index.html":
            assert page == (real / name).read_text(encoding="utf-8")


def test_a_manager_named_in_a_file_gets_the_managers_edition(real: Path, sample: Dataset, tmp_path: Path) -> None:
    first = prepare(real, "reps", mail_settings(1), []).parcels[0].recipient
    reps = sample.table("reps", ["rep_id", "manager_email"]).set_index("rep_id")
    file = tmp_path / "to.csv"
    address = reps.loc[first.about.id, "manager_email"]
    file.write_text(f"subject,address\n{first.about.id},{address}\n", encoding="utf-8")
    (one,) = prepare(real, str(file), mail_settings(1), []).parcels
    assert b"ariable pay" not in one.content


def test_a_notebook_that_did_not_make_the_report_is_not_believed(real: Path) -> None:
    manifest = Manifest.model_validate_json((real / "manifest.json").read_bytes())
    one, other = manifest.reports
    with pytest.raises(DataError, match="cannot be made of its notebook"):
        managers_edition(real, one.model_copy(update={"notebook": other.notebook}), "en", ("pay",))
    with pytest.raises(DataError, match="cannot be made of its notebook"):
        managers_edition(real, one.model_copy(update={"notebook": None}), "en", ("pay",))


def test_a_real_pack_goes_out(real: Path, office: Office) -> None:
    assert deliver(real, "reps", mail_settings(office.port), None, Silent()).complete
    assert deliver(real, "managers", mail_settings(office.port), None, Silent()).complete
    assert len(office.letters) == 3
    assert len(list((real / "bundles").glob("*.zip"))) == 1
    for letter in office.letters[:2]:
        subject = re.search(rb'name="salesreport:subject" content="(\w+)"', letter.attachment)
        assert subject is not None
        assert letter.to == f"{subject[1].decode().lower()}@lumina.example"
        assert len(letter.message.get_body(("html",)).get_content()) < 10_000
