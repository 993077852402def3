"""Who gets what: from the dataset and from a CSV file; whatever is wrong is said at once, and nothing is sent."""

from pathlib import Path

import pandas as pd
import pytest
from postoffice import Office, Silent, mail_settings, write_people, write_small_pack

from salesreport.dataset import Dataset
from salesreport.deliver.listed import from_file
from salesreport.deliver.people import NOBODY, People
from salesreport.deliver.problems import RecipientsError
from salesreport.deliver.ready import ready_pack
from salesreport.deliver.recipients import to_managers, to_reps
from salesreport.deliver.run import deliver
from salesreport.errors import ConfigError, DataError, SalesreportError
from salesreport.language import Language


def told(error: SalesreportError) -> str:
    return error.say(Language("en"))


def rows(folder: Path, *lines: str) -> Path:
    file = folder / "recipients.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def known(people: Dataset) -> People:
    return People.read(people.path)


def test_each_rep_gets_the_own_report(pack: Path, known: People) -> None:
    found = to_reps(ready_pack(pack), known, [], pack)
    assert [
        (one.address, one.about.id, [entry.subject.id for entry in one.entries]) for one in found.recipients
    ] == [(f"r{n:02}@lumen.example", f"R{n:02}", [f"R{n:02}"]) for n in range(5)]


def test_each_manager_gets_those_of_the_own_people(pack: Path, known: People) -> None:
    found = to_managers(ready_pack(pack), known, [], pack).recipients
    assert [(one.address, [entry.subject.id for entry in one.entries]) for one in found] == [
        ("boss0@lumen.example", ["R00", "R02", "R04"]),
        ("boss1@lumen.example", ["R01", "R03"]),
    ]


def test_a_manager_among_the_reps_is_written_to_as_one(tmp_path: Path) -> None:
    dataset = write_people(
        tmp_path / "d", reps=3, managers=1, manager=["Rep 02", "Rep 02", None], manager_email=[None] * 3
    )
    manifest = write_small_pack(tmp_path / "pack", dataset)
    (one,) = to_managers(manifest, People.read(dataset.path), [], tmp_path).recipients
    assert (one.address, [entry.subject.id for entry in one.entries]) == ("r02@lumen.example", ["R00", "R01"])
    notes = to_managers(manifest, People.read(dataset.path), [], tmp_path).notes
    assert list(map(str, notes)) == ["1 report is in no manager’s bundle, for the data name no manager: Rep 02."]


def test_packs_about_managers_go_to_them(tmp_path: Path, people: Dataset, known: People) -> None:
    manifest = write_small_pack(tmp_path / "pack", people, each="manager")
    found = to_managers(manifest, known, [], tmp_path).recipients
    assert [(one.address, one.gets, one.about.id) for one in found] == [
        ("boss0@lumen.example", "report", "Boss 0"),
        ("boss1@lumen.example", "report", "Boss 1"),
    ]
    with pytest.raises(DataError, match="not about reps"):
        to_reps(manifest, known, [], tmp_path)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    emails = [None, "r01@lumen", "r02@lumen.example", "R02@lumen.example", "r04@lumen.example"]
    dataset = write_people(tmp_path / "d", reps=5, managers=2, email=emails)
    manifest = write_small_pack(tmp_path / "pack", dataset)
    with pytest.raises(RecipientsError) as caught:
        to_reps(manifest, People.read(dataset.path), [], tmp_path)
    said = told(caught.value)
    assert "3 things are wrong" in said
    assert "Rep 00 has no address" in said
    assert "The address of Rep 01 is none: “r01@lumen”" in said
    assert "r02@lumen.example is the address of several: Rep 02 and Rep 03" in said
    found = to_reps(
        manifest, People.read(dataset.path), ["rep 04"], tmp_path
    )  # what is not asked for is no matter
    assert [one.about.id for one in found.recipients] == ["R04"]


def test_managers_with_two_addresses_or_none(tmp_path: Path) -> None:
    addresses = ["a@lumen.example", None, "b@lumen.example", None, None]
    dataset = write_people(tmp_path / "d", reps=5, managers=2, manager_email=addresses)
    with pytest.raises(RecipientsError) as caught:
        to_managers(write_small_pack(tmp_path / "pack", dataset), People.read(dataset.path), [], tmp_path)
    said = told(caught.value)
    assert "Boss 0 has several addresses: a@lumen.example and b@lumen.example" in said
    assert "Boss 1 has no address (column “manager_email” of table reps)" in said


def test_who_has_left_gets_no_mail(tmp_path: Path) -> None:
    left = pd.to_datetime(pd.Series([None, "2026-02-01", "2026-09-01"]))
    dataset = write_people(tmp_path / "d", reps=3, managers=1, left_on=left.tolist())
    found = to_reps(write_small_pack(tmp_path / "pack", dataset), People.read(dataset.path), [], tmp_path)
    assert [one.about.id for one in found.recipients] == ["R00", "R02"]
    assert list(map(str, found.notes)) == ["Rep 01 has left, and gets no mail."]


def test_a_report_that_names_others_is_no_reps_edition(pack: Path, known: People) -> None:
    manifest = ready_pack(pack)
    manifest.reports[1].parameters["mask_names"] = False
    with pytest.raises(RecipientsError, match="1 thing is wrong"):
        to_reps(manifest, known, [], pack)


def test_a_file_of_recipients(pack: Path, known: People, tmp_path: Path) -> None:
    file = rows(
        tmp_path,
        "Subject;Address;Name;Language;Gets",
        "rep 00;r00@lumen.example;Zoë;de;",
        'R01;"one@lumen.example; two@lumen.example";;;report',
        "Boss 0;deputy@lumen.example;;;",
        "R03;boss1@lumen.example;;;",
    )
    found = from_file(file, ready_pack(pack), known).recipients
    assert [(one.address, one.about.id, one.gets, one.edition, one.called, one.language) for one in found] == [
        ("r00@lumen.example", "R00", "report", "own", "Zoë", "de"),
        ("one@lumen.example", "R01", "report", "own", "", "en"),
        ("two@lumen.example", "R01", "report", "own", "", "en"),
        ("deputy@lumen.example", "Boss 0", "bundle", "manager", "", "en"),
        ("boss1@lumen.example", "R03", "report", "manager", "", "en"),  # the manager's own address: her edition
    ]
    assert [one.about.id for one in from_file(file, ready_pack(pack), known, ["Boss 0"]).recipients] == ["Boss 0"]
    with pytest.raises(ConfigError, match="Did you mean “Boss 0”"):
        from_file(file, ready_pack(pack), known, ["Bos 0"])


def test_a_file_whose_rows_cannot_be_used(pack: Path, known: People, tmp_path: Path) -> None:
    file = rows(
        tmp_path,
        "subject,address,language,gets",
        "Repp 00,x@lumen.example,,",
        "R01,,,",
        "R02,two at lumen,,",
        "R03,r03@lumen.example,,",
        "Rep 03,three@lumen.example,,",
        "R00,r04@lumen.example,,",
        "R04,r04@lumen.example,xx,",
        "Boss 1,r03@lumen.example,,everything",
        ",a@lumen.example,,",
    )
    with pytest.raises(RecipientsError) as caught:
        from_file(file, ready_pack(pack), known)
    said = told(caught.value)
    for one in (
        "recipients.csv: 8 things are wrong",
        "Row 2: The pack has nothing on “Repp 00”. Did you mean “Rep 00”?",
        "Row 3: R01 has no address",
        "Row 4: “two at lumen” is no mail address",
        "Row 6: The subject stands in row 5, too",
        "Row 7: r04@lumen.example is the address of Rep 04 in the dataset, not of Rep 00",
        "Row 8: There is no language “xx”",
        "Row 9: “everything” is nothing to get",
        "Row 10: There is no subject",
    ):
        assert one in said


def test_reports_of_rows_are_about_reps_too(pack: Path, known: People, tmp_path: Path) -> None:
    manifest = ready_pack(pack)
    manifest.pack.each = "rows.csv"
    for entry in manifest.reports:
        entry.subject.kind, entry.subject.id = "row", f"{entry.subject.name} · 2026-01"
    file = rows(
        tmp_path, "subject,address", "Rep 01 · 2026-01,r01@lumen.example", "Rep 02 · 2026-01,boss0@lumen.example"
    )
    found = from_file(file, manifest, known).recipients
    assert [(one.about.id, one.edition) for one in found] == [
        ("Rep 01 · 2026-01", "own"),
        ("Rep 02 · 2026-01", "manager"),
    ]
    with pytest.raises(RecipientsError, match="1 thing is wrong"):
        from_file(rows(tmp_path, "subject,address", "Rep 01 · 2026-01,r02@lumen.example"), manifest, known)


def test_one_address_for_several_only_where_it_is_one_reader(pack: Path, tmp_path: Path) -> None:
    twice = rows(tmp_path, "subject,address", "R00,hr@lumen.example", "R01,hr@lumen.example")
    with pytest.raises(RecipientsError, match="1 thing is wrong"):
        from_file(twice, ready_pack(pack), NOBODY)
    meant = rows(tmp_path, "subject,address,name", "R00,hr@lumen.example,Pat", "R01,hr@lumen.example,Pat")
    assert len(from_file(meant, ready_pack(pack), NOBODY).recipients) == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["subject,adress", "R00,a@b.example"], "Did you mean “address”?"),
        (["subject", "R00"], "column “address”: This column is required but missing"),
        (["subject,address"], "The file has no rows"),
        (["subject,address", '"R00,a@b.example'], "The file cannot be read"),
    ],
)
def test_a_file_that_is_no_list_of_recipients(pack: Path, tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(SalesreportError) as caught:
        from_file(rows(tmp_path, *lines), ready_pack(pack), NOBODY)
    assert said in told(caught.value)


def test_nothing_is_sent_while_one_recipient_is_wrong(pack: Path, office: Office, tmp_path: Path) -> None:
    file = rows(tmp_path, "subject,address", "R00,r00@lumen.example", "R01,r00@lumen.example")
    with pytest.raises(RecipientsError):
        deliver(pack, str(file), mail_settings(office.port), None, Silent())
    with pytest.raises(ConfigError, match="Did you mean “reps”"):
        deliver(pack, "rep", mail_settings(office.port), None, Silent())
    assert (office.connections, office.letters) == (0, [])


def test_another_managers_address_gets_neither_report_nor_bundle(
    pack: Path, known: People, tmp_path: Path
) -> None:
    mine, theirs = (
        known.reps["R00"],
        next(one for one in known.reps.values() if one.manager != known.reps["R00"].manager),
    )
    assert mine.manager_address != theirs.manager_address
    file = rows(
        tmp_path,
        "subject,address",
        f"R00,{theirs.manager_address}",
        f"{mine.manager},{theirs.manager_address}",
    )
    with pytest.raises(RecipientsError) as caught:
        from_file(file, ready_pack(pack), known)
    said = told(caught.value)
    assert f"Row 2: {theirs.manager_address} is the address of {theirs.manager}" in said
    assert f"Row 3: {theirs.manager_address} is the address of {theirs.manager}" in said
    own = rows(tmp_path, "subject,address", f"R00,{mine.manager_address}")
    assert [one.edition for one in from_file(own, ready_pack(pack), known).recipients] == ["manager"]
