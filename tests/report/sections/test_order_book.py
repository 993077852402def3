"""The order book, by hand."""

from pathlib import Path

import pandas as pd
from moves import tables, write
from tiny import dataset, deals

from salesreport import Review
from salesreport.audit.audit import audit
from salesreport.audit.sayings import said


def test_the_order_book_by_hand(ann: Review) -> None:
    section = ann.order_book
    assert section.message.startswith("2 open deals, 4 at the start")
    rows = [[(cell.text, cell.plus) for cell in row] for row in section.tables[0].rows]
    assert rows == [
        [("Offer", ""), ("3", "€800"), ("1", "€100")],
        [("Trial", ""), ("1", "€400"), ("1", "€200")],
        [("all", ""), ("4", "€1.2K"), ("2", "€300")],
    ]
    # of the four that were open only A5 was lost; A3 came and went in between
    assert section.data["deal_id"].tolist() == ["A5"]
    assert str(section.data["lost"].iloc[0]) == "lost on May 1, 2025"
    assert "needs" in " ".join(section.notes)  # what is put off or stale cannot be told here


def test_today_s_milestone_is_not_that_of_the_start(tmp_path: Path) -> None:
    # a process is given, but no history: where deals stood on March 31 nobody knows
    review = Review(write(tmp_path / "plain", deals=tables()["deals"]), "2025-Q2", rep="Ann")
    assert not review.order_book.charts
    summary = review.order_book.tables[0]
    assert [one.text for one in summary.headings] == ["Milestone", "Jun 30, 2025"]
    assert [row[1].text for row in summary.rows] == ["1", "1", "2"]


def test_of_deals_nobody_knows_how_long_there_it_is_said_in_one_sentence(tmp_path: Path) -> None:
    # 30 were at “Open” for 80 days; 12 are there since March 1, 121 days, and of 5 nobody knows since when
    dated, undated = deals("R1", won=30, lost=0, open_=12), deals("R1", won=0, lost=0, open_=5)
    undated = undated.assign(created_on=None, deal_id=[f"U{n}" for n in range(5)])
    events = [(deal, "Open", "2025-03-01") for deal in dated["deal_id"]]
    events += [(deal, "Won", "2025-05-20") for deal in dated["deal_id"][:30]]
    history = pd.DataFrame(events, columns=["deal_id", "stage", "entered_at"])
    made = dataset(tmp_path / "d", dated, undated, stage_events=history)
    section = Review(made, "2025-Q2", rep="R1").order_book
    assert section.message.endswith(
        "12 of 12 are stale (100%), and how long the other 5 have been at their milestone is not known"
    )
    assert not any(note.startswith("Not told whether stale") for note in section.notes)
    found = audit(made)
    assert str(said(found.of("stage_age"), found)) == (
        "12 of 12 open deals have been at their milestone for longer than deals usually are (100%), and how long "
        "the other 5 have been at their milestone is not known"
    )


def test_of_others_the_notes_say_why_it_cannot_be_told(tmp_path: Path) -> None:
    # as above; 4 came to “Trial”, which no deal has left
    dated, trial = deals("R1", won=30, lost=0, open_=12), deals("R1", won=0, lost=0, open_=4)
    trial = trial.assign(stage="Trial", deal_id=[f"T{n}" for n in range(4)])
    events = [(deal, "Open", "2025-03-01") for deal in [*dated["deal_id"], *trial["deal_id"]]]
    events += [(deal, "Won", "2025-05-20") for deal in dated["deal_id"][:30]]
    events += [(deal, "Trial", "2025-05-01") for deal in trial["deal_id"]]
    history = pd.DataFrame(events, columns=["deal_id", "stage", "entered_at"])
    section = Review(dataset(tmp_path / "d", dated, trial, stage_events=history), "2025-Q2", rep="R1").order_book
    assert section.message.endswith("12 of 12 are stale (100%), and of the other 4 it cannot be told")
    assert (
        "Not told whether stale: 4 are at milestones that too few deals left to tell what is long."
        in section.notes
    )
