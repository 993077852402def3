"""What of a real report each reader gets: pay is the rep's alone, and the manager's edition says nothing of it."""

import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import nbformat
import pikepdf
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from postoffice import Office, Silent, mail_settings

from salesreport import Dataset, Review
from salesreport.brand import Look
from salesreport.deliver.editions import managers_edition
from salesreport.deliver.guard import WrongReport
from salesreport.deliver.identity import NoReport, pdf_identity
from salesreport.deliver.run import deliver, prepare
from salesreport.documents.printing import finished
from salesreport.errors import DataError
from salesreport.language import Language
from salesreport.pack.index import index_html
from salesreport.pack.make import Document, Job, make_report
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
LOOK = Look(name="Lumina GmbH", accent="#7a1f5c", footer="Made for talks.", confidential="Confidential")
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
            look=LOOK,
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
    manifest = Manifest(pack=about, reports=entries)
    manifest.write(folder)
    (folder / "index.html").write_text(index_html(manifest, Language("en"), LOOK), encoding="utf-8")
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
        assert all(said in page for said in ("Lumina GmbH · Confidential", "#7a1f5c;", "Made for talks."))
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


def test_a_pack_in_another_brand_than_its_pages_has_a_plain_index(real: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(real, copy, ignore=shutil.ignore_patterns("bundles", "*.jsonl"))
    manifest = json.loads((real / "manifest.json").read_text(encoding="utf-8"))
    manifest["pack"]["dataset"]["path"] = str((real / manifest["pack"]["dataset"]["path"]).resolve())
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (copy / "index.html").write_text("<head></head><main>something else</main>", encoding="utf-8")
    (one,) = prepare(copy, "managers", mail_settings(1), []).parcels
    assert "Lumina GmbH" not in bundled(one.content)["index.html"]


def printed(page: bytes) -> bytes:
    """A PDF as it is made of a page, but for what it shows."""
    blank = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(blank)
    return finished(blank.getvalue(), page)


def test_pdfs_say_whom_they_are_about_and_can_be_attached(pack: Path, office: Office) -> None:
    manifest = Manifest.model_validate_json((pack / "manifest.json").read_bytes())
    for entry in manifest.reports:
        file = str(entry.file).replace(".html", ".pdf").replace("no-", "report-")
        content = printed((pack / str(entry.file)).read_bytes())
        (pack / file).write_bytes(content)
        entry.documents = [
            Document(format="pdf", file=file, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        ]
    manifest.write(pack)
    settings = mail_settings(office.port, attach="pdf")
    assert deliver(pack, "reps", settings, None, Silent()).complete
    (attached,) = office.letters[3].message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("report-3-2026-01.pdf", "application/pdf")
    assert office.letters[3].attachment == (pack / "reports" / "report-3.pdf").read_bytes()
    # two PDFs change places, checksums and all
    one, other = manifest.reports[0], manifest.reports[1]
    one.documents, other.documents = other.documents, one.documents
    manifest.write(pack)
    with pytest.raises(WrongReport, match="the attached report is on “R01”"):
        deliver(pack, "reps", settings, None, Silent(), again=True)
    with pytest.raises(NoReport):
        pdf_identity(b"%PDF-1.7 no")
    for entry in manifest.reports:
        entry.documents = []
    manifest.write(pack)
    with pytest.raises(DataError, match="no “pdf” of the report on Rep 00"):
        deliver(pack, "reps", settings, None, Silent(), again=True)
