"""What became of a metric since a day: figures by hand, peers, and why nothing is said."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from meetings import agreed, closed, company

from salesreport.coach.progress import progress, safe_progress
from salesreport.dataset import Dataset
from salesreport.kpi import Facts

DAY, END = dt.date(2025, 6, 30), dt.date(2025, 12, 31)


def team(path: Path, mine: tuple[int, int], coached: int = 0, peers: int = 9) -> Dataset:
    """R0 won 6 of 30 before and some after; each peer 20 of 50 before and 20 of 50 after."""
    deals = [closed("R0", 6, 24, "2025-03-10"), closed("R0", *mine, "2025-10-10")]
    for n in range(1, peers + 1):
        deals += [closed(f"R{n}", 20, 30, "2025-03-10"), closed(f"R{n}", 20, 30, "2025-10-10")]
    rows = [(f"R{n}", "2025-06-30", "x", "win_rate", 0.5, None, "open") for n in range(coached + 1)]
    reps = pd.DataFrame({"rep_id": [f"R{n}" for n in range(peers + 1)], "role": "rep"})
    return company(path, deals, commitments=agreed(*rows), reps=reps)


def test_a_rise_beyond_chance_and_one_within(tmp_path: Path) -> None:
    much = progress(Facts.of(team(tmp_path / "a", (36, 14))), "R0", "win_rate", DAY, END, 0.5)
    assert (much.before, much.n_before, much.now, much.n_now) == (0.2, 30, 0.72, 50)
    assert (much.start, much.agreed, much.end) == (dt.date(2025, 3, 10), DAY, END)  # nothing is known before
    assert much.change is not None
    # between his own 20 % and the peers' 40 %
    assert 0.2 < much.change.expected < 0.4
    assert (much.verdict, much.reached, much.everybody) == ("better", True, False)
    some = progress(Facts.of(team(tmp_path / "b", (20, 30))), "R0", "win_rate", DAY, END, 0.5)
    # 20 % → 40 %: a naive test of 6 of 30 against 20 of 50 has p = 0.06; it is what was to be expected, nearly
    assert (some.now, some.verdict, some.reached) == (0.4, "chance", False)
    assert some.change is not None
    assert some.change.p > 0.2
    worse = progress(Facts.of(team(tmp_path / "c", (1, 49))), "R0", "win_rate", DAY, END)
    assert (worse.verdict, worse.reached) == ("worse", None)


def test_peers_with_the_same_commitment_do_not_count_while_there_are_others(tmp_path: Path) -> None:
    # eight of nine others are left with one coached; with two there are seven, so all nine count
    assert not progress(Facts.of(team(tmp_path / "a", (20, 30), 1)), "R0", "win_rate", DAY, END).everybody
    assert progress(Facts.of(team(tmp_path / "b", (20, 30), 2)), "R0", "win_rate", DAY, END).everybody


@pytest.mark.parametrize(
    ("mine", "peers", "day", "end", "why"),
    [
        ((20, 30), 4, DAY, END, "too few peers to tell"),
        ((3, 2), 9, DAY, END, "5 cases since then: too few to tell"),
        ((20, 30), 9, dt.date(2025, 12, 10), END, "too early to tell"),
        ((20, 30), 9, END, END, "too early to tell"),
        ((20, 30), 9, dt.date(2025, 4, 1), END, "too little is known of the time before"),
    ],
)
def test_why_nothing_is_said(
    tmp_path: Path, mine: tuple[int, int], peers: int, day: dt.date, end: dt.date, why: str
) -> None:
    found = progress(Facts.of(team(tmp_path / "d", mine, peers=peers)), "R0", "win_rate", day, end, 0.5)
    assert (found.verdict, found.change, str(found.why)) == ("untold", None, why)


def test_a_month_is_not_made_of_two_days(tmp_path: Path) -> None:
    facts = Facts.of(team(tmp_path / "d", (4, 0)))
    # 4 won on the second day: 60.9 a month, of 2 days; after 28 days it is 4.3
    few = progress(facts, "R0", "deals_won", dt.date(2025, 10, 8), dt.date(2025, 10, 10), 4)
    assert (few.n_now, few.reached, few.verdict, str(few.why)) == (4, None, "untold", "too early to tell")
    enough = progress(facts, "R0", "deals_won", dt.date(2025, 10, 8), dt.date(2025, 11, 5), 4)
    assert (enough.n_now, enough.reached) == (4, True)


def test_what_the_data_lack_is_a_clause(tmp_path: Path) -> None:
    facts = Facts.of(team(tmp_path / "d", (20, 30)))
    assert str(safe_progress(facts, "R0", "nonsense", DAY, END, None)) == "there is no such metric"
    assert "activities" in str(safe_progress(facts, "R0", "activity", DAY, END, None))
    assert str(progress(facts, "nobody", "win_rate", DAY, END).why) == "too early to tell"


def test_groups_of_ones_own_and_lower_is_better(tmp_path: Path) -> None:
    facts = Facts.of(team(tmp_path / "d", (36, 14)))
    alone = pd.Series({f"R{n}": "a" if n < 3 else "b" for n in range(10)})
    assert str(progress(facts, "R0", "win_rate", DAY, END, groups=alone).why) == "too few peers to tell"
    found = progress(facts, "R0", "deals_lost", DAY, END, 1)
    # 24 lost in 113 days before, 14 in 184 days after
    assert found.before == pytest.approx(24 / 113 * 365.25 / 12)
    assert found.now == pytest.approx(14 / 184 * 365.25 / 12)
    assert found.verdict == "better"
    assert found.reached is False
    assert found.per == 365.25 / 12
