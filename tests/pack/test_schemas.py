"""The JSON Schemas of docs/schemas/: what is written is what they say, and versions are told apart."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from workshop import Rehearsal, Silent, shown

from salesreport import Dataset, Review
from salesreport.errors import DataError
from salesreport.pack import make
from salesreport.pack.make import REPORT_FORMAT, REPORT_MIME, ReportFailed, what_it_shows
from salesreport.pack.manifest import FORMAT, read_manifest
from salesreport.pack.packfile import load_pack
from salesreport.pack.plan import make_plan
from salesreport.pack.run import make_pack
from salesreport.report import review

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "docs" / "schemas"


def schema(name: str) -> Any:
    found = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def problems(value: Any, name: str) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema(name)).iter_errors(value)]


@pytest.fixture
def written(folder: Path, pack_file: Path) -> Path:
    """A manifest with reports that were made and one that was not."""
    make_pack(make_plan(load_pack(pack_file)), Rehearsal({"R2": ValueError("no luck")}), Silent())
    return folder / "out" / "manifest.json"


def test_a_manifest_is_what_its_schema_says(written: Path) -> None:
    manifest = json.loads(written.read_text(encoding="utf-8"))
    assert manifest["format"] == FORMAT
    assert problems(manifest, f"manifest-{FORMAT}") == []
    # and the schema is no sieve
    broken = {**manifest, "format": FORMAT + 1}
    assert len(problems(broken, f"manifest-{FORMAT}")) == 1
    del manifest["pack"]["period_asked"]
    manifest["reports"][0]["status"] = "perhaps"
    assert len(problems(manifest, f"manifest-{FORMAT}")) == 2


def test_a_manifest_of_an_earlier_version_is_read(written: Path) -> None:
    manifest = json.loads(written.read_text(encoding="utf-8"))
    manifest["format"] = 1
    del manifest["pack"]["period_asked"]
    for entry in manifest["reports"]:
        del entry["documents"]
    assert problems(manifest, "manifest-1") == []
    written.write_text(json.dumps(manifest), encoding="utf-8")
    read = read_manifest(written.parent)
    assert read is not None
    assert (read.format, read.pack.period_asked, len(read.reports)) == (1, "", 3)


def test_one_of_a_later_version_is_refused_and_stays(written: Path, pack_file: Path) -> None:
    manifest = json.loads(written.read_text(encoding="utf-8"))
    later = {"made_by": manifest["made_by"], "format": FORMAT + 1, "quite": "different"}
    written.write_text(json.dumps(later), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        make_pack(make_plan(load_pack(pack_file)), Rehearsal(), Silent())
    assert "made by a newer version of salesreport" in str(caught.value)
    assert f"Found “format {FORMAT + 1}”. Expected format {FORMAT} or earlier." in str(caught.value)
    assert json.loads(written.read_text(encoding="utf-8")) == later
    # what is no manifest of any version is something else
    written.write_text(json.dumps({**later, "made_by": "somebody"}), encoding="utf-8")
    with pytest.raises(DataError, match="something else than a pack"):
        read_manifest(written.parent)


def test_what_a_report_says_for_machines_is_what_its_schema_says(
    sample: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert review.SUMMARY_FORMAT == make.REPORT_FORMAT
    assert review.MIME == make.REPORT_MIME
    monkeypatch.setenv("SALESREPORT_INDEX_LANGUAGE", "de")  # with all that it may say
    said = json.loads(json.dumps(Review(sample, "last-quarter", rep="R000001").summary))
    assert (said["period"], said["period_asked"]) == ("2025-Q4", "last-quarter")
    assert problems(said, f"report-{REPORT_FORMAT}") == []
    assert set(said) == set(schema(f"report-{REPORT_FORMAT}")["properties"])
    assert problems({**said, "subject": None}, f"report-{REPORT_FORMAT}") != []


def test_a_report_of_a_later_version_is_refused(folder: Path, pack_file: Path) -> None:
    job = make_plan(load_pack(pack_file)).jobs[0]
    assert what_it_shows(shown(job)).format == REPORT_FORMAT  # one that says nothing is of the first
    with pytest.raises(ReportFailed) as caught:
        what_it_shows(shown(job, format=REPORT_FORMAT + 1, figures="other"))
    assert f"is of version {REPORT_FORMAT + 1}; this salesreport knows {REPORT_FORMAT}" in str(caught.value.reason)
    assert REPORT_MIME.endswith("+json")
