"""Packs that are not finished, not whole, outdated, older or newer are refused before anybody is written to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from postoffice import Office, Silent, mail_settings

from salesreport.deliver.run import deliver
from salesreport.errors import DataError
from salesreport.language import text
from salesreport.lock import locked


def changed(pack: Path, change: Callable[[dict[str, Any]], object]) -> None:
    file = pack / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda it: it["reports"][1].update(status="pending"),
            "The pack is not finished; nothing is sent. Found “Rep 01”",
        ),
        (
            lambda it: it["reports"][2].update(outdated=True),
            "before data or settings changed; nothing is sent. Found “Rep 02”",
        ),
        (lambda it: it["reports"][2].update(inputs=""), "older version"),
        (lambda it: it.update(format=99), "newer version than this one; nothing is sent. Found “99”"),
        (lambda it: it.update(made_by="somebody"), "holds no pack"),
        (lambda it: it["reports"][0].update(file="../secret.html"), "holds no pack"),
        (lambda it: it["reports"][0].update(file=it["reports"][1]["file"]), "holds no pack"),
        (lambda it: [one.update(status="failed", file=None) for one in it["reports"]], "has no report"),
    ],
)
def test_refused(pack: Path, office: Office, change: Callable[[dict[str, Any]], object], said: str) -> None:
    changed(pack, change)
    with pytest.raises(DataError, match=said):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert office.connections == 0
    assert {file.name for file in pack.iterdir()} == {"manifest.json", "reports"}


def test_a_manifest_of_an_earlier_version_is_read(pack: Path, office: Office) -> None:
    changed(pack, lambda it: it.update(format=1))
    assert deliver(pack, "reps", mail_settings(office.port), None, Silent()).complete
    assert len(office.letters) == 5


def test_what_is_not_asked_for_may_be_outdated(pack: Path, office: Office) -> None:
    changed(pack, lambda it: it["reports"][2].update(outdated=True))
    assert deliver(pack, "reps", mail_settings(office.port), None, Silent(), only=["R00"]).complete


def test_a_run_that_is_not_over(pack: Path, office: Office) -> None:
    (pack / ".journal").touch()
    with pytest.raises(DataError, match="not finished"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    (pack / ".journal").unlink()
    with locked(pack, text("Busy")), pytest.raises(DataError, match="is being made or delivered"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())


def test_no_pack_at_all(tmp_path: Path, office: Office) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(DataError, match=r"no such folder|holds no pack"):
            deliver(folder, "reps", mail_settings(office.port), None, Silent())


def test_a_report_that_is_another_file_now(pack: Path, office: Office) -> None:
    (pack / "reports" / "no-3.html").write_bytes(b"<p>something else")
    with pytest.raises(DataError, match="on Rep 03 is not the one that was made"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    (pack / "reports" / "no-3.html").unlink()
    with pytest.raises(DataError, match="missing"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert office.connections == 0


def test_a_failed_report_stops_no_other_and_is_said(pack: Path, office: Office) -> None:
    changed(pack, lambda it: it["reports"][2].update(status="failed", file=None, reason="no luck"))
    summary = deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert (len(summary.sent), [one.subject.id for one in summary.failed]) == (4, ["R02"])
    assert not summary.complete
    one = deliver(pack, "reps", mail_settings(office.port), None, Silent(), only=["R02"])
    assert ([one.subject.id for one in one.failed], one.sent) == (["R02"], [])
    bosses = deliver(pack, "managers", mail_settings(office.port), None, Silent())
    assert ([one.subject.id for one in bosses.failed], len(bosses.sent)) == (["R02"], 2)
    said = office.letters[-2].message.get_body(("plain",)).get_content()
    assert "Could not be made: Rep 02" in said
    assert deliver(pack, "managers", mail_settings(office.port), None, Silent(), only=["Boss 1"]).complete
