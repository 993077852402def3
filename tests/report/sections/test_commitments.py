"""What was agreed: the sentence, the rows, what is beyond chance, and a gap that nobody overlooks."""

from pathlib import Path

import pandas as pd
import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.report.section import Section

NAMES = ["rep_id", "agreed_on", "text", "metric", "target", "due_on", "status"]
Row = tuple[str, str, str, str | None, float | None, str | None, str]


def made(path: Path, *rows: Row, mine: tuple[int, int] = (30, 10)) -> Dataset:
    """Ann won 6 of 30 in January and some since; each of nine peers 20 of 50 before and after; as of 30 June."""
    frames = [deals("Ann", 6, 24, closed_on="2025-01-10"), deals("Ann", *mine)]
    for n in range(9):
        frames += [deals(f"P{n}", 20, 30, closed_on="2025-01-10"), deals(f"P{n}", 20, 30)]
    frames = [one.assign(created_on="2024-12-01") for one in frames]
    table = pd.DataFrame(rows, columns=NAMES)
    for column in ("agreed_on", "due_on"):
        table[column] = pd.to_datetime(table[column])
    reps = pd.DataFrame({"rep_id": ["Ann", *(f"P{n}" for n in range(9))], "role": "rep", "team": "North"})
    return dataset(path, *frames, commitments=table, reps=reps)


def section(path: Path, *rows: Row, mine: tuple[int, int] = (30, 10), **subject: str) -> Section:
    return Review(made(path, *rows, mine=mine), "2025-Q2", **(subject or {"rep": "Ann"})).commitments


LATE = ("Ann", "2025-06-02", "a", None, None, "2025-06-20", "open")
LAST = ("Ann", "2025-06-02", "Call", None, None, "2025-06-20", "done")


def test_the_sentence_tells_what_was_kept_and_what_moved(tmp_path: Path) -> None:
    first = ("Ann", "2025-03-20", "Ask early", "win_rate", 0.5, "2025-04-20", "done")
    told = section(tmp_path / "d", first, LAST, ("Ann", "2025-06-02", "Write", None, None, "2025-07-10", "open"))
    assert told.message == (
        "Of 2 agreed on Jun 2, 2025, 1 is done; “Win rate” is 75% of 40 since Mar 20, 2025, 20% before: "
        "better than chance would give"
    )
    rows = told.data.set_index("text")
    assert rows["overdue"].tolist() == [False, False, False]
    ask = rows.loc["Ask early"]
    assert (ask["before"], ask["n_before"], ask["now"], ask["n_now"]) == (0.2, 30, 0.75, 40)
    assert ask["lower"] < ask["expected"] < ask["upper"] < ask["now"]
    assert (ask["verdict"], ask["reached"]) == ("better", True)
    assert pd.isna(rows.loc["Call", "verdict"])
    headings = [table.headings[0].text for table in told.tables]
    assert headings == ["What was agreed", "What was agreed", "Metric"]
    assert [table.folded for table in told.tables] == [False, True, True]
    assert told._repr_html_()


def test_what_regresses_by_itself_is_no_success(tmp_path: Path) -> None:
    first = ("Ann", "2025-03-20", "Ask early", "win_rate", 0.5, None, "open")
    told = section(tmp_path / "d", first, mine=(16, 24))
    # 6 of 30 before, 16 of 40 since, as the peers
    assert told.message == (
        "What was agreed on Mar 20, 2025 is open; nothing has been agreed for 3 months since; “Win rate” is 40% "
        "of 40 since Mar 20, 2025, 20% before: no more than chance would give"
    )
    assert not told.data.iloc[0]["reached"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([LAST], "What was agreed on Jun 2, 2025 is done"),
        (
            [LATE, ("Ann", "2025-06-02", "b", None, None, None, "open")],
            "Of 2 agreed on Jun 2, 2025, none is done and 1 overdue",
        ),
        (
            [("Ann", "2025-06-02", one, None, None, None, "open") for one in "ab"],
            "Of 2 agreed on Jun 2, 2025, none is done yet",
        ),
        ([LATE], "What was agreed on Jun 2, 2025 is overdue"),
        (
            [("Ann", "2025-02-03", one, None, None, None, "done") for one in "ab"],
            "Of 2 agreed on Feb 3, 2025, 2 are done; nothing has been agreed for 5 months since",
        ),
    ],
)  # fmt: skip
def test_what_became_of_the_last_meeting(tmp_path: Path, rows: list[Row], message: str) -> None:
    assert section(tmp_path / "d", *rows).message == message


def test_nothing_was_agreed_is_one_short_line(tmp_path: Path, tiny: Dataset) -> None:
    for told in (
        section(tmp_path / "d", ("P1", "2025-06-02", "x", None, None, None, "open")),
        section(tmp_path / "e", ("Ann", "2025-07-02", "x", None, None, None, "open")),  # after the period
        Review(tiny, "2025-Q2", rep="Ann").commitments,
        Review(tiny, "2025-Q2").commitments,
    ):
        assert (told.message, told.available, told.tables, told.notes) == ("Nothing was agreed.", False, (), ())
        assert "<table" not in told._repr_html_()


def test_texts_are_hostile_and_name_nobody_else(tmp_path: Path) -> None:
    rows: list[Row] = [("Ann", "2025-06-02", "<script>x</script> with P1 Müller-7", "<i>", 1.0, None, "open")]
    html = section(tmp_path / "d", *rows)._repr_html_()
    assert "<script>" not in html
    assert "<i>" not in html
    assert "there is no such metric" in html


def test_only_the_last_meetings_and_what_is_open(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Ann", f"2025-0{month}-03", f"m{month}", None, None, None, "done") for month in range(1, 7)
    ]
    rows += [
        ("Ann", "2025-01-03", "old", None, None, None, "open"),
        ("Ann", "2025-01-03", "m6", None, None, None, "open"),  # agreed anew
        ("Ann", "2024-01-03", "ancient", None, None, None, "open"),
    ]
    assert section(tmp_path / "d", *rows).data["text"].tolist() == ["m6", "m5", "m4", "old"]


def test_a_team_by_name(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Ann", "2025-06-02", "a", None, None, "2025-06-20", "open"),
        ("Ann", "2025-06-02", "b", None, None, None, "dropped"),
        ("P1", "2025-01-02", "c", None, None, None, "done"),
    ]
    told = section(tmp_path / "d", *rows, team="North")
    assert told.message == (
        "3 agreed in the last year: 1 done, 1 dropped, 1 open (1 overdue); with 9 reps nothing for long"
    )
    data = told.data.set_index("rep_id")
    assert data.index.tolist() == ["Ann", *(f"P{n}" for n in range(9))]
    assert data.loc["Ann", ["agreed", "done", "dropped", "open", "overdue"]].tolist() == [2, 0, 1, 1, 1]
    assert data.loc["P1", "months_without"] == 6
    assert "6 months ago" in told._repr_html_()


def test_of_a_segment_nothing_is_agreed(sample: Dataset) -> None:
    told = Review(sample, "2025-Q4", segment="A").commitments
    assert (told.available, told.message) == (
        False,
        "What is agreed is agreed with reps, and stands in their reviews.",
    )
