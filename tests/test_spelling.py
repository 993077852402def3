"""Names in plain letters, in order and as files."""

import pytest

from salesreport.files import safe_names
from salesreport.spelling import by_name, plain_letters


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Frank Weiß", "Frank Weiss"),
        ("Çiğdem Yıldız", "Cigdem Yildiz"),
        ("Øystein Æbelø", "Oystein AEbelo"),
        ("Łucja Đorđević", "Lucja Dordevic"),
        ("Œuvre cœur", "OEuvre coeur"),
        ("Иван", "Иван"),  # no Latin letters: nothing to spell out
        ("Ann B", "Ann B"),
    ],
)
def test_letters_are_spelled_out(name: str, plain: str) -> None:
    assert plain_letters(name) == plain


def test_names_are_in_the_order_people_expect() -> None:
    names = ["Dirk", "Çiğdem", "anna", "Ärmel", "Zoë", "Örjan", "Paul", "Cigdem"]
    assert sorted(names, key=by_name) == ["anna", "Ärmel", "Cigdem", "Çiğdem", "Dirk", "Örjan", "Paul", "Zoë"]


def test_files_of_names_that_are_spelled_alike_stay_apart() -> None:
    made = safe_names(["Frank Weiß", "Frank Weiss", "Dirk Größmann"], spelled_out=True)
    assert made["Dirk Größmann"] == "dirk-grossmann"
    assert all(name.startswith("frank-weiss-") for name in (made["Frank Weiß"], made["Frank Weiss"]))
    assert len(set(made.values())) == 3


def test_names_that_were_given_before_stay() -> None:
    # keys of milestones, explorer's copies and journals are found by them
    assert safe_names(["Frank Weiß"]) == {"Frank Weiß": "frank-wei"}
