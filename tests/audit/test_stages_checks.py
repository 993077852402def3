"""Stages: skips and returns, their number and order, reps who differ."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pasts import day, finding, past_of

PATH = ("A", "B", "C", "D", "E")


def company(folder: Path, moves: dict[str, list[tuple[str, str]]], won: frozenset[str] = frozenset()):
    """Deals with their moves; thirty more go A, B, C, D, E, Won within 2024, so that the order is known."""
    deals, events = [], []
    for n in range(30):
        moves[f"W{n:02d}"] = [(stage, day("2024-01-01", n + 20 * k)) for k, stage in enumerate(PATH)]
    for name, way in moves.items():
        is_won = name in won or name.startswith("W")
        closed = day(way[-1][1], 20) if is_won else None
        deals.append(
            {
                "deal_id": name,
                "rep_id": "R",
                "status": "won" if is_won else "open",
                "amount": 1.0,
                "created_on": way[0][1],
                "closed_on": closed,
                "stage": "Won" if is_won else way[-1][0],
            }
        )
        events += [{"deal_id": name, "stage": stage, "entered_at": at} for stage, at in way]
        if is_won:
            events.append({"deal_id": name, "stage": "Won", "entered_at": closed})
    return past_of(folder, deals=deals, stage_events=events)


def test_skips_and_returns_by_hand(tmp_path: Path) -> None:
    """Of the year: A→C skips, C→B goes back, B→C goes on; A→B goes on; D→Won skips E."""
    looked = company(
        tmp_path / "d",
        {
            "odd": [("A", "2025-02-01"), ("C", "2025-03-01"), ("B", "2025-04-01"), ("C", "2025-05-01")],
            "plain": [("A", "2025-02-01"), ("B", "2025-03-01")],
            "jump": [("D", "2025-02-01")],
        },
        won=frozenset({"jump"}),
    )
    found = finding(looked, "skips").found
    assert (found.count, found.of) == (3, 5)
    assert found.ids == ("jump", "odd")
    assert found.share.value == pytest.approx(3 / 5)
    assert str(found.detail) == "1 of them went back."


def test_number_of_stages_and_their_order(tmp_path: Path) -> None:
    ways = {f"S{n:02d}": [("A", "2025-02-01"), ("C", day("2025-03-01", n))] for n in range(12)}
    looked = company(tmp_path / "d", ways)
    made = finding(looked, "number_of_stages")
    assert made.verdict.level == "fine"
    assert made.found.figure.value == 5
    found = finding(looked, "decay").found  # twelve deals were at C and not at B, none the other way round
    assert (found.count, found.of) == (1, 4)
    assert str(found.detail) == "C has more deals than B."


def test_a_few_exceptions_are_chance(tmp_path: Path) -> None:
    ways = {f"S{n:02d}": [("A", "2025-02-01"), ("C", day("2025-03-01", n))] for n in range(4)}
    assert finding(company(tmp_path / "d", ways), "decay").found.count == 0


def team(folder: Path, rates: list[float], seed: int, deals: int = 100):
    """Reps whose deals go on from A to B at these rates within 2025."""
    random = np.random.default_rng(seed)
    rows, events = [], []
    for rep, rate in enumerate(rates):
        for number in range(deals):
            name, start = f"R{rep}-{number}", day("2025-01-05", int(random.integers(0, 200)))
            on, end = random.random() < rate, day(start, 20)
            rows.append(
                {
                    "deal_id": name,
                    "rep_id": f"R{rep}",
                    "status": "won" if on else "lost",
                    "amount": 5.0,
                    "created_on": start,
                    "closed_on": day(end, 10) if on else end,
                    "stage": "Won" if on else "Lost",
                }
            )
            way = [("A", start), ("B", end), ("Won", day(end, 10))] if on else [("A", start), ("Lost", end)]
            events += [{"deal_id": name, "stage": stage, "entered_at": at} for stage, at in way]
    return past_of(folder, deals=rows, stage_events=events)


def test_reps_who_differ_are_found_and_others_are_not(tmp_path: Path) -> None:
    looked = team(tmp_path / "differ", [0.3, 0.5, 0.7, 0.5], 1)
    found = finding(looked, "reps_differ").found
    assert found.count == 1
    assert str(found.detail).startswith("A: ")
    false = [
        finding(team(tmp_path / f"{seed}", [0.5] * 4, seed, 40), "reps_differ").found.count for seed in range(10)
    ]
    assert sum(false) <= 2  # at most one in twenty in the long run


def test_without_any_move_nothing_is_said_of_stages(tmp_path: Path) -> None:
    deals = pd.DataFrame(
        {"deal_id": ["a"], "rep_id": ["R"], "status": ["open"], "created_on": ["2025-01-01"], "stage": ["A"]}
    )
    looked = past_of(tmp_path / "d", deals=deals)
    for key in ("skips", "decay", "number_of_stages", "conservation", "stage_age"):
        made = finding(looked, key)
        assert made.found is None, key
        assert made.why is not None
