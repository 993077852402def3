"""What is stored is used only by the same account, for the same data and code, and unchanged."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from salesreport.dataset import KEPT, Dataset
from salesreport.kpi import Facts
from salesreport.sample import write_company
from salesreport.stored import store
from salesreport.writing import update_dataset

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="times and links are others there")


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(store, "WORTH", 0.0)
    monkeypatch.setattr(store, "_open", {})
    path = tmp_path / "company"
    write_company(path, reps=12, deals=100, activities_per_deal=1.0, snapshot_every=None)
    return Dataset.open(path)


class Made:
    """Counts how often something is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> tuple[int, ...]:
        self.times += 1
        return (1, 2)


def asked(dataset: Dataset, make: Made, key: object = "key") -> tuple[int, ...]:
    """As a process asks that has just been started."""
    store._open.clear()
    store.keep_results(dataset)
    return Facts.of(dataset).store(key, make)  # type: ignore[arg-type]


def files(dataset: Dataset) -> list[Path]:
    return sorted(one for one in (dataset.path / KEPT).rglob("*") if one.is_file())


def test_the_next_process_finds_it(dataset: Dataset) -> None:
    make = Made()
    assert asked(dataset, make) == asked(dataset, make) == (1, 2)
    assert make.times == 1
    asked(dataset, make, "another key")
    assert make.times == 2
    (folder,) = (dataset.path / KEPT).iterdir()
    assert folder.stat().st_mode & 0o077 == 0


def test_what_is_damaged_or_of_others_is_made_again(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Made()
    asked(dataset, make)
    (file,) = files(dataset)
    whole = file.read_bytes()
    for content in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:40], b"", bytes(1) + whole[1:]):
        file.write_bytes(content)
        before = make.times
        assert asked(dataset, make) == (1, 2)
        assert make.times == before + 1
    file.write_bytes(whole)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(dataset.path.parent / "somebody else"))
    before = make.times
    asked(dataset, make)
    assert make.times == before + 1


def test_another_state_of_data_or_code_has_its_own(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Made()
    asked(dataset, make)
    os.utime(dataset.folder / "deals.parquet")
    asked(dataset, make)
    monkeypatch.setattr(store, "code", lambda: "newer")
    asked(dataset, make)
    assert make.times == 3
    assert len(list((dataset.path / KEPT).iterdir())) == 2  # this state, and the one before


def test_nothing_is_stored_where_it_cannot_be(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Made()
    monkeypatch.setenv(store.OFF, "1")
    asked(dataset, make)
    monkeypatch.delenv(store.OFF)
    secret = Path(os.environ["XDG_CONFIG_HOME"]) / "salesreport" / "secret"
    secret.parent.mkdir(parents=True)
    secret.write_bytes(bytes(32))
    secret.chmod(0o644)  # anybody could read it
    asked(dataset, make)
    assert files(dataset) == []
    secret.unlink()
    elsewhere = dataset.path.parent / "elsewhere"
    elsewhere.mkdir()
    (dataset.path / KEPT).symlink_to(elsewhere)
    asked(dataset, make)
    assert [one for one in elsewhere.rglob("*") if one.is_file()] == []


def test_what_is_no_file_is_not_waited_for(dataset: Dataset) -> None:
    asked(dataset, Made())
    (file,) = files(dataset)
    file.unlink()
    os.mkfifo(file)
    again = Made()
    assert asked(dataset, again) == (1, 2)
    assert again.times == 1
    assert files(dataset) == [file]  # a new one took its place


def test_of_too_much_the_oldest_goes(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_FILES", 2)
    for number in range(4):
        asked(dataset, Made(), number)
        for place, file in enumerate(sorted(files(dataset), key=lambda one: one.stat().st_mtime)):
            os.utime(file, (place, place))
    store.keep_results(dataset)
    assert len(files(dataset)) == 2


def test_how_much_is_kept_grows_with_the_data(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    held = sum(one.stat().st_size for one in dataset.folder.glob("*.parquet"))
    monkeypatch.setattr(store, "MOST_BYTES", 10)
    for times, left in ((8, 3), (0, 0)):
        for number in range(3):
            asked(dataset, Made(), number)
        monkeypatch.setattr(store, "MOST_TIMES", times)
        store._open.clear()
        store.keep_results(dataset)
        assert store._open[dataset.folder, dataset.fingerprint].most == max(10, times * held)
        assert len(files(dataset)) == left


def test_it_goes_with_the_data(dataset: Dataset) -> None:
    asked(dataset, Made())
    assert len(files(dataset)) == 1
    update_dataset(dataset.path, lambda now: ({"feedback": now.table("feedback").head(0)}, now.provenance))
    assert not (dataset.path / KEPT).exists()


def test_who_made_it_gets_it_as_the_next_one_does(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep_results(dataset)
    made = np.arange(1000)
    given = Facts.of(dataset).store("numbers", lambda: made)
    assert (given == made).all()
    assert not given.flags.writeable  # a view of the file
    monkeypatch.setattr(store, "to_parts", lambda value, around: [repr(value.flags.writeable).encode()])
    assert Facts.of(dataset).store("other numbers", lambda: made) is made  # what is read would be something else
    assert [one.name for one in files(dataset) if one.name.startswith(".")] == []


def test_what_takes_no_time_is_stored_where_it_is_wanted(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WORTH", 60.0)
    store.keep_results(dataset)
    Facts.of(dataset).store("quick", Made())
    assert files(dataset) == []
    make = Made()
    for _ in range(2):
        assert Facts.of(dataset).store("small", make, always=True) == (1, 2)
    assert make.times == 1
