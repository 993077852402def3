"""Every column has its treatment, so that none is shown because nobody thought of it."""

import pytest

from salesreport.anonymise.treatment import CATEGORIES, IDS, NAMES, TEXTS, treatment
from salesreport.tables import TABLES

COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: one if isinstance(one, str) else one.name)
def test_each_column_is_decided_about(table, column):
    what = treatment(table, column.name)
    if column.kind == "text":
        assert (table, column.name) in TEXTS, "say in anonymise/treatment.py what becomes of it"
        kind = TEXTS[table, column.name]
        assert what == ("drop" if kind is None else kind if kind == "keep" else (kind,))
    elif column.kind == "id":
        assert what == (IDS[column.name],)
    elif column.kind == "money":
        assert what == "scale"
    elif column.kind in ("date", "instant"):
        assert what == "shift"
    else:
        assert what in ("keep", "goal")


def test_nothing_is_listed_that_is_not_there():
    assert {(table, column) for table, column in TEXTS} <= {(table, column.name) for table, column in COLUMNS}
    kinds = {kind for kind in TEXTS.values() if kind not in (None, "keep")}
    assert kinds == set(NAMES) | set(CATEGORIES) | {"metric", "period"}


def test_what_a_required_column_needs_is_never_dropped():
    for table, column in COLUMNS:
        assert not (column.required and treatment(table, column.name) == "drop"), (table, column.name)
