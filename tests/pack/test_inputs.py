from typing import Any

import pytest

from salesreport.pack.inputs import checksum_of_inputs
from salesreport.pack.subjects import Subject

USUAL: dict[str, Any] = {
    "notebook": "a1",
    "fingerprint": "f1",
    "version": "1.0",
    "subject": Subject("rep", "R1", "Ann", "North"),
    "period": "2017-Q4",
    "language": "en",
    "parameters": {"dataset": "/data", "rep": "R1", "smallest": 3, "share": 0.5, "names": ["a", "b"]},
}


def checksum(parameters: dict[str, Any] | None = None, **changes: Any) -> str:
    given = {**USUAL["parameters"], **(parameters or {})}
    return checksum_of_inputs(**{**USUAL, "parameters": given, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"notebook": "a2"},
        {"fingerprint": "f2"},
        {"version": "1.1"},
        {"subject": Subject("rep", "R2", "Ann", "North")},
        {"subject": Subject("team", "R1", "Ann", "North")},
        {"period": "2017"},
        {"language": "de"},
        {"parameters": {**USUAL["parameters"], "more": None}},
    ],
    ids=str,
)
def test_whatever_a_report_depends_on_changes_it(changes: dict[str, Any]) -> None:
    assert checksum(**changes) != checksum()


def test_values_that_look_alike_are_different() -> None:
    alike = [{"smallest": value} for value in (3, 3.0, "3", [3], None, "None", True, 1, "\udc80", "\\udc80")]
    assert len({checksum(parameters) for parameters in alike}) == len(alike)


def test_where_the_data_lie_what_people_are_called_and_the_order_change_nothing() -> None:
    assert checksum({"dataset": "/elsewhere"}) == checksum()
    assert checksum(subject=Subject("rep", "R1", "Ann Berg", "South")) == checksum()
    backwards = dict(reversed(USUAL["parameters"].items()))
    assert checksum_of_inputs(**{**USUAL, "parameters": backwards}) == checksum()
