"""Names of test deals: what is passed over at once is none."""

from hypothesis import given
from hypothesis import strategies as st

from salesreport.audit.checks.words import TEST, is_test, may_be_tests

PARTS = st.sampled_from(
    [*sorted(TEST), "Acme", "please delete", "do not use", "deal 2", "–", "ſ", ":", "é", "T\u0301est"]
)


@given(
    st.lists(st.lists(PARTS | st.text(max_size=4), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=8)
)
def test_what_is_passed_over_is_no_test(names: list[str]) -> None:
    names = [*names, *(name.upper() for name in names)]
    names = [name for name in names if name.encode("utf-8", "ignore").decode() == name]
    for name, worth in zip(names, may_be_tests(names), strict=True):
        assert worth or not is_test(name), name


def test_most_names_are_passed_over() -> None:
    assert not may_be_tests(["Street lighting, Acme Ltd", "High-bay retrofit, Nord AG"]).any()
    assert may_be_tests(["Teszt", "próba", "[TEST] Acme", "Please Delete"]).all()
