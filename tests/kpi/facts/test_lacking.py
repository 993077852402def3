"""What an export lacks is said with names that a reader of any language knows."""

import pytest

from salesreport.kpi import METRICS
from salesreport.kpi.facts.lacking import COLUMN_TITLES, TABLE_TITLES, lacks
from salesreport.language import Language
from salesreport.tables import TABLES


def test_every_table_and_every_column_that_a_figure_needs_has_a_name() -> None:
    assert set(TABLE_TITLES) == set(TABLES)
    needed = {column for metric in METRICS.values() for _, column in metric.needs}
    assert needed <= set(COLUMN_TITLES)
    # in English they are called as in a source spec
    assert {key: str(title) for key, title in (TABLE_TITLES | COLUMN_TITLES).items()} == {
        key: key for key in (*TABLE_TITLES, *COLUMN_TITLES)
    }


@pytest.mark.parametrize(
    ("table", "column", "english", "german"),
    [
        ("activities", None, "needs table activities; this export has none",
         "Tabelle Aktivitäten fehlt in diesem Export"),
        ("stage_events", None, "needs table stage_events; this export has none",
         "Tabelle Phasenverlauf (stage_events) fehlt in diesem Export"),
        ("orders", "due_on", "needs column due_on of table orders; this export has none",
         "Spalte fällig am (due_on) der Tabelle Aufträge fehlt in diesem Export"),
    ],
)  # fmt: skip
def test_in_words(table: str, column: str | None, english: str, german: str) -> None:
    reason = lacks(table, column).reason
    assert (Language("en").say(reason), Language("de").say(reason)) == (english, german)


def test_a_column_without_a_name_is_called_by_its_own() -> None:
    assert (
        str(lacks("deals", "loss_reason").reason)
        == "needs column loss_reason of table deals; this export has none"
    )
