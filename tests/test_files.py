"""Safe names and whole files."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesreport.files import safe_names, write_text


@given(st.lists(st.text(), unique=True, max_size=8))
def test_names_are_safe_and_different(names: list[str]) -> None:
    files = safe_names(names)
    assert len({file.casefold() for file in files.values()}) == len(names)
    for file in files.values():
        assert file
        assert set(file) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert len(file) <= 70


def test_devices_and_hostile_names() -> None:
    assert safe_names(["CON"])["CON"].startswith("con-")
    hostile = "../../x<script>alert(1)</script>|*_["
    assert safe_names([hostile])[hostile] == "x-script-alert-1-script"
    assert safe_names(["株式会社"])["株式会社"].isalnum()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    write_text(file, "old")

    def fails(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        write_text(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
