"""Rows set aside: what is lost, what the source spec decided, and what is there twice."""

from pathlib import Path

import pytest

from salesreport.audit import audit
from salesreport.audit.model import Found
from salesreport.audit.sayings import said
from salesreport.ingest import ingest

SPEC = """\
name: Tiny
as_of: 2025-12-31
currency: EUR
tables:
  deals:
    file: deals.csv
    columns: {deal_id: Id, rep_id: Owner, created_on: Created, closed_on: Closed, amount: Amount, stage: State}
    status: {from: State, won: [Won], lost: [Lost], neither: [Cancelled]}
    drop: {Note: test}
"""

ROWS = """\
Id,Owner,State,Created,Closed,Amount,Note
1,Ann,Won,2025-01-01,2025-02-01,100,
2,Ann,Lost,2025-01-01,2025-02-01,100,
3,Ann,Won,2025-01-01,31.02.2025,100,
4,,Won,2025-01-01,2025-02-01,100,
5,,Open,2025-01-01,,100,
6,Ann,Cancelled,2025-01-01,2025-02-01,100,
7,Ann,Cancelled,2025-01-01,2025-02-01,100,
8,Ann,Won,2025-01-01,2025-02-01,100,test
1,Ann,Won,2025-01-01,2025-02-01,100,
2,Ann,Lost,2025-01-01,2025-02-01,900,
9,Ann,Open,2025-01-01,,100,
"""


@pytest.fixture
def found(tmp_path: Path) -> tuple[Found, str]:
    (tmp_path / "source.yml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "deals.csv").write_text(ROWS, encoding="utf-8")
    made = audit(ingest(tmp_path / "source.yml", tmp_path / "d"))
    finding = made.of("set_aside")
    assert finding.found is not None
    return finding.found, str(said(finding, made))


def test_only_what_cannot_be_used_is_damage(found: tuple[Found, str]) -> None:
    # of 11 rows: one without a date, two without owner; two cancelled, one test, two there already are none
    measured, sentence = found
    assert (measured.count, measured.of) == (3, 11)
    assert sentence == "3 of 11 rows of deals cannot be used and are missing in all figures"


def test_the_reasons_add_up_and_the_others_are_named(found: tuple[Found, str]) -> None:
    lost, decided, twice = str(found[0].detail).removesuffix(".").split(". ")
    assert lost == "Why: no rep (2 ×) and “Closed” is not a date (1 ×)"
    assert decided == (
        "Left out on purpose, and no damage: not decided: Cancelled (2 ×) and declared not to be data, by column "
        "“Note” (1 ×)"
    )
    assert twice == (
        "Duplicates, of which one row is in the data: repeats an earlier row with the same deal_id (1 ×) and same "
        "deal_id as an earlier row, but other values (1 ×)"
    )
