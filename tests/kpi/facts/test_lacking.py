"""What an export lacks is said with titles, and never with the names that a source spec uses."""

import pytest

from salesreport.kpi.facts.lacking import lacks
from salesreport.language import Language


@pytest.mark.parametrize(
    ("table", "column", "english", "german"),
    [
        ("activities", None, "needs activities, which this export does not have",
         "dieser Export enthält keine Aktivitäten"),
        ("stage_events", None, "needs the history of stages, which this export does not have",
         "dieser Export enthält keine Phasenverläufe"),
        ("orders", "due_on", "needs the due dates of orders, which this export does not have",
         "dieser Export sagt nichts über Fälligkeiten der Aufträge"),
        ("reps", "left_on", "needs the leaving dates of reps, which this export does not have",
         "dieser Export sagt nichts über Austrittsdaten der Verkäufer"),
        ("snapshots", "expected_close_on",
         "needs the expected closing dates of earlier snapshots, which this export does not have",
         "dieser Export sagt nichts über erwartete Abschlusstermine der Momentaufnahmen"),
    ],
)  # fmt: skip
def test_in_words(table: str, column: str | None, english: str, german: str) -> None:
    reason = lacks(table, column).reason
    assert (Language("en").say(reason), Language("de").say(reason)) == (english, german)


def test_a_column_of_an_extension_is_called_by_its_own_name() -> None:
    assert "the moods of visits" in str(lacks("visits", "moods").reason)
