"""What a report says of its data."""

import datetime as dt
from pathlib import Path

from tiny import deals

from salesreport import Dataset, Review
from salesreport.dataset import DatasetSettings
from salesreport.language import text
from salesreport.provenance import Counts, Noticed, Provenance, Tally
from salesreport.writing import write_dataset


def test_missing_data_is_said_not_shown_as_zero(tiny: Dataset) -> None:
    review = Review(tiny, "2025-Q2", rep="Ann")
    assert not review.activity.available
    assert "activities" in review.activity.message
    assert not review.satisfaction.available
    assert "feedback" in review.satisfaction.message
    assert review.growth.available
    assert not Review(tiny, "2025-Q2", rep="P1").growth.available  # nothing sold in Q1
    notes = " ".join(review.data_notes.notes)
    assert "Satisfaction" in notes
    assert "Tiny & Co" in notes


def test_the_data_notes_say_why_rows_were_left_out_or_changed(tmp_path: Path) -> None:
    tallies = [Tally(text(f"reason {at}"), at) for at in range(1, 8)]
    counts = Counts(
        read=100,
        kept=60,
        repaired=12,
        set_aside=28,
        repairs=(Tally(text("amount is negative: emptied"), 12, ("-10", "-1")),),
        reasons=tuple(tallies),
    )
    noticed = Noticed(text("Reps with one name: 1."), text("Reps with one name: Bea and BEA."))
    made = write_dataset(
        tmp_path / "d",
        {"deals": deals("Ann", 3, 3)},
        DatasetSettings(name="Tiny", as_of=dt.date(2025, 6, 30), currency="EUR"),
        Provenance("test", counts={"deals": counts}, noticed=(noticed,)),
    )
    notes = Review(made, "2025-Q2", rep="Ann").data_notes.notes
    # 1 + 2 + … + 7 = 28 rows; the five most frequent reasons are said, the most frequent first
    assert (
        "28 rows of deals were set aside on reading the export, of 100 in all: 7 × reason 7, 6 × reason 6, "
        "5 × reason 5, 4 × reason 4, 3 × reason 3, and 2 more reasons."
    ) in notes
    assert "12 rows of deals were repaired on reading the export: 12 × amount is negative: emptied." in notes
    assert "Reps with one name: 1." in notes
    assert not [note for note in notes if "Bea" in note or "-10" in note]  # no examples: they are others' values
