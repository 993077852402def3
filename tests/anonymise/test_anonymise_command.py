"""The command: its key file, its refusals, who is who."""

import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesreport.anonymise import Key
from salesreport.cli import app
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.sample import write_company

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_company(tmp_path_factory.mktemp("sample") / "company", reps=12, deals=150)


def call(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["anonymise", *map(str, words)])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


@POSIX
def test_the_key_is_made_once_for_its_owner_only(company: Dataset, tmp_path: Path) -> None:
    key = tmp_path / "k.key"
    before = os.umask(0)  # whatever the system would give others
    try:
        said = call(company.path, "--out", tmp_path / "one", "--key", key)
    finally:
        os.umask(before)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "A new key was written" in said
    content = key.read_bytes()
    said = call(company.path, "--out", tmp_path / "two", "--key", key)
    assert key.read_bytes() == content
    assert "new key" not in said
    assert Dataset.open(tmp_path / "one").fingerprint == Dataset.open(tmp_path / "two").fingerprint
    assert "personal data" in said
    key.chmod(0o644)
    assert "Others may read" in call(company.path, "--out", tmp_path / "three", "--key", key)
    with pytest.raises(ConfigError, match="no key is written over"):
        Key.new().write(key)
    assert key.read_bytes() == content


def test_the_key_does_not_travel_along(company: Dataset, tmp_path: Path) -> None:
    said = call(company.path, "--out", tmp_path / "out", "--key", tmp_path / "out" / "k.key", code=2)
    assert "The key lies in the folder" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content", ["", "{}", '{"salesreport_key": 1, "secret": "00"}', "[1]", '{"secret": 5}', "\x00"]
)
def test_what_is_no_key_stays_what_it_is(company: Dataset, tmp_path: Path, content: str) -> None:
    key = tmp_path / "k.key"
    key.write_text(content)
    assert "This is no key" in call(company.path, "--out", tmp_path / "out", "--key", key, code=2)
    assert key.read_text() == content
    assert not (tmp_path / "out").exists()


def test_refused_nothing_is_left_behind(company: Dataset, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").write_text("mine")
    assert "not empty" in call(company.path, "--out", full, "--key", tmp_path / "k.key", code=2)
    assert "no dataset" in call(tmp_path, "--out", tmp_path / "out", "--key", tmp_path / "k.key", code=2)
    assert "no such folder" in call(
        company.path, "--out", tmp_path / "out", "--key", tmp_path / "a" / "k.key", code=2
    )
    assert "--out" in call(company.path, "--key", tmp_path / "k.key", code=2)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["full"]


def test_a_key_that_opens_nothing_is_not_kept(
    company: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ConfigError(Key.__doc__)  # type: ignore[arg-type]

    monkeypatch.setattr("salesreport.anonymise.make.write_dataset", fails)
    done = CliRunner().invoke(
        app, ["anonymise", str(company.path), "--out", str(tmp_path / "o"), "--key", str(tmp_path / "k")]
    )
    assert done.exit_code != 0
    assert not (tmp_path / "k").exists()


def test_who_is_who(company: Dataset, tmp_path: Path) -> None:
    key = tmp_path / "k.key"
    call(company.path, "--out", tmp_path / "out", "--key", key)
    hidden = Dataset.open(tmp_path / "out").table("reps")
    amount = Dataset.open(tmp_path / "out").table("deals")["amount"].sum() / company.table("deals")["amount"].sum()
    said = call(company.path, "--key", key, "--restore", hidden["name"][0], "--restore", hidden["rep_id"][0])
    known = company.table("reps")
    person = next(name for name in known["name"] if f"person,{hidden['name'][0]},{name}" in said)
    rep = next(rep for rep in known["rep_id"] if f"rep,{hidden['rep_id'][0]},{rep}" in said)
    assert known.set_index("rep_id")["name"][rep] == person
    assert f"times {amount:.6g};" in said
    assert "stands for nothing" in call(company.path, "--key", key, "--restore", "Nobody", code=2)
    call(company.path, "--key", tmp_path / "none", "--restore", "x", code=2)
    assert not (tmp_path / "none").exists()
    assert "no meaning together" in call(
        company.path, "--key", key, "--restore", "x", "--out", tmp_path / "b", code=2
    )


def test_coarsened_is_said(company: Dataset, tmp_path: Path) -> None:
    said = call(company.path, "--out", tmp_path / "out", "--key", tmp_path / "k.key", "--coarsen")
    assert "figures are not those of the original" in said
    note = str(Dataset.open(tmp_path / "out").provenance.notes[0])
    assert note.startswith("Anonymised and coarsened")
