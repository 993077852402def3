"""Pushes, slips, closing dates: worked by hand, and against DuckDB on the sample company."""

from pathlib import Path

import pytest
from pasts import finding, past_of, query

from salesreport.dataset import Dataset


def snapshots_of(dates: dict[str, dict[str, str]]) -> list[dict]:
    """Rows of deals' expected closing dates by the day of the snapshot."""
    return [
        {"taken_on": taken, "deal_id": deal, "status": "open", "expected_close_on": expected, "amount": 10.0}
        for deal, by_day in dates.items()
        for taken, expected in by_day.items()
    ]


def open_deal(name: str, expected: str, created: str = "2025-01-10") -> dict:
    return {
        "deal_id": name,
        "rep_id": "R",
        "status": "open",
        "created_on": created,
        "stage": "A",
        "amount": 10.0,
        "expected_close_on": expected,
    }


def test_pushes_by_hand(tmp_path: Path) -> None:
    """Twice later; later and earlier; the correction of a default and once later; three times later."""
    dates = {
        "twice": {"2025-06-30": "2025-08-01", "2025-09-30": "2025-11-01", "2025-12-15": "2026-02-01"},
        "back": {"2025-06-30": "2025-08-01", "2025-09-30": "2025-11-01", "2025-12-15": "2025-10-01"},
        "corrected": {"2025-09-30": "2025-10-20", "2025-10-15": "2025-11-20", "2025-12-15": "2026-03-01"},
        "thrice": {"2025-06-30": "2025-08-01", "2025-09-30": "2025-11-01", "2025-12-15": "2026-02-01"},
    }
    deals = [
        open_deal("twice", "2026-02-01"),
        open_deal("back", "2025-10-01"),
        open_deal("corrected", "2026-03-01", created="2025-09-20"),
        open_deal("thrice", "2026-05-01"),
    ]
    looked = past_of(tmp_path / "d", deals=deals, snapshots=snapshots_of(dates))
    found = finding(looked, "pushes").found
    assert (found.ids, found.of) == (("thrice", "twice"), 4)
    assert str(found.detail) == "1 of them three times or more."
    # within the last 90 days (from 2 October on), from one quarter into a later one
    found = finding(looked, "pushed_over_quarter").found
    assert found.ids == ("corrected", "thrice", "twice")


def test_pushes_of_the_sample_by_a_query(sample: Dataset) -> None:
    deals, snapshots = sample.table("deals"), sample.table("snapshots")
    for frame, column in (
        (snapshots, "taken_on"),
        (snapshots, "expected_close_on"),
        (deals, "created_on"),
        (deals, "expected_close_on"),
    ):
        frame[column] = frame[column].astype("datetime64[us]")
    oracle = query(
        f"""
        with seen as (
            select deal_id, taken_on, expected_close_on as e from snapshots where status = 'open'
            union all select deal_id, timestamp '{sample.as_of}', expected_close_on from deals
            where status = 'open'),
        steps as (select *, lag(e) over w as e0, lag(taken_on) over w as t0, row_number() over w as k from seen
            window w as (partition by deal_id order by taken_on)),
        moves as (select s.*, row_number() over (partition by deal_id order by s.taken_on) as nth, d.created_on
            from steps s join deals d using (deal_id) where k > 1 and e is distinct from e0),
        pushes as (select * from moves where e > e0 and not (nth = 1 and t0 < created_on + interval 30 day))
        select deal_id from pushes join deals using (deal_id) where status = 'open'
        group by 1 having count(*) >= 2 order by 1
        """,
        deals=deals,
        snapshots=snapshots,
    )
    found = finding(sample, "pushes").found
    assert list(found.ids) == oracle["deal_id"].tolist()


def test_slip_rate_of_the_sample_by_a_query(sample: Dataset) -> None:
    """Due in the fourth quarter as the snapshot of 30 September shows it, and still open, or closed later."""
    deals, snapshots = sample.table("deals"), sample.table("snapshots")
    snapshots = snapshots[(snapshots["taken_on"] == "2025-09-30") & (snapshots["status"] == "open")]
    due = snapshots[snapshots["expected_close_on"].between("2025-10-01", "2025-12-31")]
    due = due.merge(deals[["deal_id", "closed_on"]], on="deal_id")
    slipped = due[~(due["closed_on"] <= "2025-12-31")]
    found = finding(sample, "slip_rate").found
    assert found.of == len(due) > 100
    assert list(found.ids) == sorted(slipped["deal_id"])
    assert found.baseline.n >= 4
    late = due[due["stage"] == "Equipment on trial"]
    last = finding(sample, "late_slips").found
    assert last.of == len(late) > 10
    assert list(last.ids) == sorted(set(slipped["deal_id"]) & set(late["deal_id"]))


def test_dates_that_held_by_hand(tmp_path: Path) -> None:
    """Won 14 days, 15, none, 14 from the date expected on the quarter's eve; one of an earlier quarter 19."""
    deals, dates = [], {}
    for name, expected, closed in (
        ("a", "2025-11-01", "2025-11-15"),
        ("b", "2025-11-01", "2025-11-16"),
        ("c", "2025-12-01", "2025-12-01"),
        ("e", "2025-12-01", "2025-12-15"),
        ("d", "2025-08-01", "2025-08-20"),
    ):
        deals.append(
            {
                "deal_id": name,
                "rep_id": "R",
                "status": "won",
                "created_on": "2025-02-01",
                "closed_on": closed,
                "stage": "Won",
                "amount": 5.0,
                "expected_close_on": expected,
            }
        )
        dates[name] = {"2025-03-31": expected, "2025-06-30": expected}
        if closed > "2025-09-30":
            dates[name]["2025-09-30"] = expected
    found = finding(past_of(tmp_path / "d", deals=deals, snapshots=snapshots_of(dates)), "close_dates").found
    assert found.ids == ("b", "d")
    assert found.figure.value == pytest.approx(3 / 5)
    assert str(found.detail) == "The median deal was won 14 days after the date stated."  # of 0, 14, 14, 15, 19


def test_default_dates_are_no_behaviour(tmp_path: Path) -> None:
    """All expected exactly 30 days after creation: the CRM's default, nobody's promise."""
    deals = [
        {
            "deal_id": f"D{n}",
            "rep_id": "R",
            "status": "open",
            "created_on": f"2025-11-{n % 20 + 1:02d}",
            "expected_close_on": f"2025-12-{n % 20 + 1:02d}",
            "stage": "A",
            "amount": 1.0,
        }
        for n in range(40)
    ] + [
        {
            "deal_id": "now",
            "rep_id": "R",
            "status": "open",
            "created_on": "2025-12-20",
            "expected_close_on": "2026-01-19",
            "stage": "A",
            "amount": 1.0,
        }
    ]
    found = finding(past_of(tmp_path / "d", deals=deals), "overdue").found
    assert found.count == 40
    assert found.kind == "data"
    assert "a default of the CRM" in str(found.instead)


def test_dates_that_never_move_are_no_behaviour(tmp_path: Path) -> None:
    names = [f"D{n}" for n in range(25)]
    deals = [open_deal(name, f"2025-11-{n + 1:02d}") for n, name in enumerate(names)]
    deals.append(open_deal("new", "2026-03-01", created="2025-12-20"))
    dates = {
        name: dict.fromkeys(("2025-09-30", "2025-10-31", "2025-11-30"), f"2025-11-{n + 1:02d}")
        for n, name in enumerate(names)
    }
    found = finding(past_of(tmp_path / "d", deals=deals, snapshots=snapshots_of(dates)), "overdue").found
    assert found.kind == "data"
    assert "Hardly any closing date was ever changed" in str(found.instead)
