"""The first few hundred damaged exports of `make fuzz`."""

import pytest
from fuzz import Result, run, table
from mutants import mutant


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return run(seed=1, numbers=range(240))


def test_each_gives_a_dataset_that_adds_up_or_one_clear_error(results: list[Result]) -> None:
    assert [one.number for one in results] == list(range(240))
    assert [one for one in results if one.outcome == "failure"] == []


def test_many_give_a_dataset(results: list[Result]) -> None:
    """Else nothing would have been tried but the first look at a file."""
    for kind in ("csv", "xlsx", "ods", "parquet", "html", "gzip", "zip", "preset"):
        datasets = [one for one in results if (one.kind, one.outcome) == (kind, "dataset")]
        assert len(datasets) > 5
        assert sum(one.rows for one in datasets) > 100


def test_a_file_is_the_same_each_time() -> None:
    assert [mutant(5, number) for number in range(8)] == [mutant(5, number) for number in range(8)]
    assert mutant(5, 0).data != mutant(6, 0).data


def test_the_table_counts_what_became_of_them() -> None:
    of = [
        Result(0, "csv", "dataset", "", 0.26, 2**20, 7),
        Result(1, "ods", "error", "no", 1.5, 3 * 2**20),
        Result(2, "ods", "failure", "oh", 0.5, 2**20),
    ]
    lines = table(of).splitlines()
    assert lines[2] == "| csv | 1 | 1 | 7 | 0 | 0 | 0.3 s | 1 MB |"
    assert lines[4] == "| ods | 2 | 0 | 0 | 1 | 1 | 1.5 s | 3 MB |"
    assert lines[10] == "| all | 3 | 1 | 7 | 1 | 1 | 1.5 s | 3 MB |"
