"""Nobody gets another's report: whatever is swapped, and wherever, stops the delivery."""

import dataclasses
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from postoffice import Office, Silent, mail_settings

from salesreport.deliver import run
from salesreport.deliver.guard import Guard, WrongReport
from salesreport.deliver.identity import NoReport, html_identity
from salesreport.deliver.mail import make_mail
from salesreport.deliver.parcel import Parcel
from salesreport.deliver.recipients import Recipient
from salesreport.deliver.run import Prepared, deliver, prepare


def ready(pack: Path, to: str) -> Prepared:
    return prepare(pack, to, mail_settings(1), [])


def swapped(pack: Path, *, and_checksums: bool) -> None:
    """The files of two reports change places; perhaps somebody mends the manifest's checksums, too."""
    one, other = pack / "reports" / "no-0.html", pack / "reports" / "no-1.html"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    if and_checksums:
        file = pack / "manifest.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        for entry in content["reports"][:2]:
            entry["sha256"] = hashlib.sha256((pack / entry["file"]).read_bytes()).hexdigest()
        file.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("to", ["reps", "managers"])
@pytest.mark.parametrize("and_checksums", [False, True])
def test_files_that_changed_places(pack: Path, office: Office, to: str, and_checksums: bool) -> None:
    swapped(pack, and_checksums=and_checksums)
    said = "attached report is on “R0[01]”" if and_checksums else "on Rep 00 is not the one that was made"
    with pytest.raises(Exception, match=said):
        deliver(pack, to, mail_settings(office.port), None, Silent())
    assert (office.connections, office.letters) == (0, [])


def test_entries_that_changed_subjects(pack: Path, office: Office) -> None:
    file = pack / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    first, second = content["reports"][:2]
    first["subject"], second["subject"] = second["subject"], first["subject"]
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(WrongReport, match=r"The mail to r01@lumen\.example is not what Rep 01 gets"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert office.connections == 0


def test_a_report_of_another_period_or_dataset(pack: Path, office: Office) -> None:
    file = pack / "manifest.json"
    whole = file.read_text(encoding="utf-8")
    for change in (
        lambda it: it["pack"]["dataset"].update(fingerprint="0" * 64),
        lambda it: [one["parameters"].update(period="2025-12") for one in it["reports"]],
    ):
        content = json.loads(whole)
        change(content)
        file.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(WrongReport):
            deliver(pack, "reps", mail_settings(office.port), None, Silent())


def test_a_mistake_of_the_kit_itself_stops_at_the_mail(
    pack: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third mail has the attachment of the second: two are out, nothing after them is."""
    made: list[Parcel] = []

    def mixed(parcel: Parcel, *rest: Any) -> Any:
        made.append(parcel)
        content = made[-2].content if len(made) == 3 else parcel.content
        return make_mail(dataclasses.replace(parcel, content=content), *rest)

    monkeypatch.setattr(run, "make_mail", mixed)
    with pytest.raises(
        WrongReport, match=r"r02@lumen\.example is not what Rep 02 gets: the attachment is another"
    ):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert [one.to for one in office.letters] == ["r00@lumen.example", "r01@lumen.example"]


def addressed(parcel: Parcel, address: str) -> Parcel:
    return dataclasses.replace(parcel, recipient=dataclasses.replace(parcel.recipient, address=address))


def mail_of(parcel: Parcel, prepared: Prepared) -> bytes:
    return run._mail(parcel, prepared, mail_settings(1), False)[1]


def test_another_address(pack: Path) -> None:
    prepared = ready(pack, "reps")
    ann, bob = prepared.parcels[:2]
    with pytest.raises(WrongReport, match="nobody asked for it"):
        prepared.guard.check_parcel(addressed(ann, bob.recipient.address))
    with pytest.raises(WrongReport, match=r"addressed to r01@lumen\.example"):
        prepared.guard.check_mail(ann, mail_of(addressed(ann, bob.recipient.address), prepared))
    copied = mail_of(ann, prepared).replace(b"To: r00", b"Bcc: all@lumen.example\r\nTo: r00", 1)
    with pytest.raises(WrongReport):
        prepared.guard.check_mail(ann, copied)
    prepared.guard.check_mail(ann, mail_of(ann, prepared))


def rewritten(parcel: Parcel, change: dict[str, bytes | None], more: Any = None) -> Parcel:
    """A bundle with some files changed (None: left out)."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(parcel.content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name in change.keys() - set(old.namelist()):
            new.writestr(name, change[name] or b"")
    return dataclasses.replace(parcel, content=made.getvalue())


def test_each_file_of_a_bundle(pack: Path) -> None:
    prepared = ready(pack, "managers")
    boss = prepared.parcels[0]
    prepared.guard.check_parcel(boss)
    with zipfile.ZipFile(io.BytesIO(boss.content)) as bundle:
        index = bundle.read("index.html")
    others = (pack / "reports" / "no-1.html").read_bytes()
    for change, why in (
        ({"reports/no-2.html": others}, "the attached report is on “R01”"),
        ({"reports/no-1.html": others}, "other files than the reports of the own people"),
        ({"reports/no-2.html": None}, "other files than"),
        ({"index.html": index.replace(b"Rep 02", b"Rep 01")}, "the index names others"),
        ({"index.html": index.replace(b"no-2.html", b"no-1.html")}, "the index leads to other reports"),
    ):
        with pytest.raises(WrongReport, match=why):
            prepared.guard.check_parcel(rewritten(boss, change))
    with pytest.raises(WrongReport, match="cannot be opened"):
        prepared.guard.check_parcel(dataclasses.replace(boss, content=b"PK no"))


def test_a_bundle_of_somebody_elses_people(pack: Path) -> None:
    prepared = ready(pack, "managers")
    one, other = prepared.parcels
    mixed = Parcel(one.recipient, one.name, other.content, other.sums)
    with pytest.raises(WrongReport, match="other files than"):
        prepared.guard.check_parcel(mixed)


def test_what_is_the_reps_alone_is_looked_for_in_each_report(pack: Path) -> None:
    prepared = ready(pack, "managers")
    boss = prepared.parcels[0]
    page = (pack / "reports" / "no-2.html").read_bytes().replace(b"<p>", b'<section id="pay"><p>')
    sums = {**boss.sums, "reports/no-2.html": hashlib.sha256(page).hexdigest()}
    bad = dataclasses.replace(rewritten(boss, {"reports/no-2.html": page}), sums=sums)
    with pytest.raises(WrongReport, match="has what is the rep’s alone"):
        prepared.guard.check_parcel(bad)
    recipients: list[Recipient] = [one.recipient for one in prepared.parcels]
    with pytest.raises(WrongReport, match="checksum"):  # where nothing is left out, nothing is changed either
        Guard(prepared.manifest, recipients, ()).check_parcel(bad)


def test_pages_that_do_not_say_what_they_are() -> None:
    good = (
        b'<meta name="salesreport:subject-kind" content="rep"><meta name="salesreport:subject" content="a&amp;b">'
    )
    good += b'<meta name="salesreport:period" content="2026"><meta name="salesreport:fingerprint" content="f">'
    assert html_identity(b"<head>" + good + b"</head>") == ("rep", "a&b", "2026", "f")
    for page in (
        b"",
        good,
        b"<head></head>",
        b"<head>" + good + good + b"</head>",
        b"<head>" + good + b"\xff</head>",
    ):
        with pytest.raises(NoReport):
            html_identity(page)
