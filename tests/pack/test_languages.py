"""Each report in the language of its reader, the index in the pack's."""

import json
from pathlib import Path
from typing import Any

import pytest
from workshop import HOSTILE, Rehearsal, Silent, job_for, plain_export, shown, write_notebook, write_pack

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError
from salesreport.pack.index import index_html
from salesreport.pack.make import make_report
from salesreport.pack.manifest import Manifest, ReportEntry
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import Plan, make_plan
from salesreport.pack.run import make_pack
from salesreport.pack.subjects import Subject
from salesreport.provenance import Provenance
from salesreport.report.asked import index_language
from salesreport.writing import write_dataset

FROM_REP = "{from: rep, otherwise: de}"


def spoken(folder: Path, company: Dataset, **languages: str) -> Dataset:
    """The company, with languages of some reps."""
    tables = {name: company.table(name) for name in company.tables}
    tables["reps"]["language"] = tables["reps"]["rep_id"].map(languages).astype("string")
    return write_dataset(folder / "spoken", tables, company.settings, Provenance("test"))


def plan(folder: Path, dataset: Dataset, **changes: str | None) -> Plan:
    return make_plan(load_pack(write_pack(folder / "packs" / "spoken.yml", dataset.path, **changes)))


def test_each_rep_gets_the_own_language(folder: Path, company: Dataset) -> None:
    made = plan(folder, spoken(folder, company, R1="FR-ch", R4="xx"), language=FROM_REP)
    # R4 has no report, so nobody minds; the hostile one has no language
    assert {job.subject.id: job.language for job in made.jobs} == {"R1": "fr_CH", "R2": "de", HOSTILE: "de"}
    assert {job.subject.id: job.parameters["language"] for job in made.jobs}["R1"] == "fr_CH"
    assert [job.index_language for job in made.jobs] == ["de", "", ""]
    assert made.language.code == "de"
    # one who reads the pack's language has the report that a pack in that language has: it need not be made again
    plain = {job.subject.id: job.inputs for job in plan(folder, made.dataset, language="de").jobs}
    assert [job.inputs == plain[job.subject.id] for job in made.jobs] == [False, True, True]


def test_a_language_without_a_catalogue_is_one_error(folder: Path, company: Dataset) -> None:
    with pytest.raises(DataError) as caught:
        plan(folder, spoken(folder, company, R1="nl", R2="xx", **{HOSTILE: "nl"}), language=FROM_REP)
    error = caught.value
    assert (error.table, error.column) == ("reps", "language")
    assert str(error.expected) == "one of en, de, fr, and hu"
    said = str(error)
    assert "spoken, table reps, column “language”: There is no catalogue for “nl” (" in said
    assert "R1) and “xx” (R2). Expected" in said
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"language": "{from: rep, otherwise: xx}"},
            "spoken.yml, line 6, key “language.otherwise”: There is no such language. Found “xx”.",
        ),
        ({"language": "{from: team}"}, "language.from"),
        ({"language": FROM_REP, "each": "team"}, "only where reports are about reps"),
        ({"language": FROM_REP}, "does not say which language a rep reads"),
    ],
)
def test_what_cannot_be(folder: Path, company: Dataset, changes: dict[str, str], says: str) -> None:
    write_notebook(folder / "notebooks" / "tiny.ipynb", parameters='dataset: str = ""\nrep = ""\nteam = ""\n'
                   'period: str = ""\nlanguage: str = "en"\n')  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        plan(folder, company, **changes)
    assert says in str(caught.value)


def test_a_row_of_a_csv_file_says_its_language(folder: Path, company: Dataset) -> None:
    rows = folder / "packs" / "rows.csv"
    rows.write_text("rep,language\nR1,hu\nR2,\nR1,fr-CH\n", encoding="utf-8")
    made = plan(folder, company, each="rows.csv", language="de")
    assert [(job.subject.name, job.language) for job in made.jobs] == [
        ("R1 · hu", "hu"), ("R2", "de"), ("R1 · fr-CH", "fr_CH"),
    ]  # fmt: skip
    # of a rep whose row says nothing, the table reps does
    made = plan(folder, spoken(folder, company, R1="fr", R2="fr"), each="rows.csv", language=FROM_REP)
    assert [job.language for job in made.jobs] == ["hu", "fr", "fr_CH"]
    rows.write_text("rep,language\nR1,hu\nR2,xx\n,\nR3,nl\nR4,xx\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        plan(folder, company, each="rows.csv")
    # as a spreadsheet numbers them: the heading is row 1
    assert "column “language”: There is no catalogue for “xx” (rows 3 and 6) and “nl” (row 5)." in str(
        caught.value
    )


def test_the_index_is_in_the_packs_language(folder: Path, company: Dataset) -> None:
    class Bilingual(Rehearsal):
        """Says in the language of the index, too, what it says in its own."""

        def execute(self, job: Any) -> Any:
            said = {"verdict": f"in {job.language}", "talk": ""}
            index = {"index": {"verdict": f"in {index_language()}"}} if index_language() else {}
            return shown(job, **said, **index)

    made = plan(folder, spoken(folder, company, R1="fr", R2="de"), language=FROM_REP)
    manifest = make_pack(made, Bilingual(), Silent())
    assert [(entry.verdict, entry.language, entry.own and entry.own.verdict) for entry in manifest.reports] == [
        ("in de", "fr", "in fr"), ("in de", "", None), ("in de", "", None),
    ]  # fmt: skip
    assert index_language() == ""
    page = index_html(manifest, made.language)
    assert '<html lang="de">' in page
    assert "in fr" not in page
    again = Manifest.model_validate_json((made.folder / "manifest.json").read_bytes())
    assert again == manifest
    # a manifest from before there were languages of reports
    before = {**json.loads(manifest.reports[1].model_dump_json())}
    del before["language"], before["own"]
    assert ReportEntry.model_validate(before) == manifest.reports[1]


def test_a_report_that_says_nothing_for_the_index_is_shown_as_it_is(company: Dataset, tmp_path: Path) -> None:
    outcome = make_report(job_for(company, tmp_path, Subject("rep", "R1", "Ann Berg")), shown, plain_export)
    assert (outcome.told.verdict, outcome.own) == ("All well with Ann Berg", None)
