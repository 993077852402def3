"""Findings of the first screen: the same deals are told once, and money has a column only where there is any."""

from pathlib import Path

import pandas as pd
from tiny import dataset, deals

from salesreport.language import text
from salesreport.report.diagnostic import Diagnostic
from salesreport.report.sections.diagnosis.conclusions import Told, together
from salesreport.report.sections.diagnosis.conclusions import told as every_finding
from salesreport.report.sections.diagnosis.measures import AGAIN

NOTHING = float("nan")


def told(key: str, first: int, last: int, serious: bool = False, money: float = NOTHING) -> Told:
    """A finding about the deals from one number to another."""
    ids = frozenset(f"D{n}" for n in range(first, last + 1))
    return Told(
        "data", key, serious, text("finding {key}", key=key), money, NOTHING, NOTHING, AGAIN, text("x"), ids
    )


def test_findings_about_the_same_deals_are_one() -> None:
    # a and b share 95 of 100; c has all of a, and as many more; d shares 10 of 100
    a, b, c, d = told("a", 1, 100), told("b", 6, 105, serious=True), told("c", 1, 200), told("d", 91, 190)
    kept = together([a, b, c, d])
    assert [one.key for one in kept] == ["a", "c", "d"]
    assert [str(one) for one in kept[0].also] == ["finding b"]
    assert kept[0].serious
    assert not any(one.also for one in kept[1:])


def test_what_follows_from_others_is_told_with_them_and_alone_where_nothing_else_is() -> None:
    follows, plain, other = told("conservation", 1, 100, serious=True), told("a", 5, 100), told("b", 300, 400)
    kept = together([follows, other, plain._replace(kind="behaviour")])
    # serious through what it is told with, but behaviour is told after data
    assert [(one.kind, one.key, one.serious) for one in kept] == [("data", "b", False), ("behaviour", "a", True)]
    assert [str(one) for one in kept[1].also] == ["finding conservation"]
    assert [one.key for one in together([other, follows])] == ["conservation", "b"]


def test_exactly_four_fifths_and_a_handful_stay_apart() -> None:
    assert len(together([told("a", 1, 100), told("b", 21, 100)])) == 2  # 80 of 100: not more than that
    assert len(together([told("a", 1, 100), told("b", 20, 100)])) == 1
    assert len(together([told("a", 1, 9), told("b", 1, 9)])) == 2
    assert len(together([told("a", 1, 0), told("b", 1, 0)])) == 2  # of no deals at all


def test_what_is_neither_better_higher_nor_lower_is_shown_beside_what_is_published(tmp_path: Path) -> None:
    made = deals("R1", won=30, lost=30)
    events = [(deal, "Open", "2025-03-01") for deal in made["deal_id"]]
    events += [(deal, stage, "2025-05-20") for deal, stage in zip(made["deal_id"], made["stage"], strict=True)]
    history = pd.DataFrame(events, columns=["deal_id", "stage", "entered_at"])
    context = Diagnostic(dataset(tmp_path / "d", made, stage_events=history), "2025-H1").context
    (found,) = [str(one.shows) for one in every_finding(context) if one.key == "number_of_stages"]
    assert found == "Number of stages: now 1; published: 5 to 7 stages, each with 2 to 4 exit criteria"


def shown(path: Path, *found: Told) -> tuple[list[str], list[str], list[str]]:
    """The first screen of some findings: headings, what is said, and what stands below it."""
    frame = pd.DataFrame(
        [("D1", "R1", "won", "2025-01-01", "2025-02-01")],
        columns=["deal_id", "rep_id", "status", "created_on", "closed_on"],
    )
    made = Diagnostic(dataset(path, frame.assign(stage="Won", amount=1.0)), "2025-H1")
    made.context.remember("diagnosis", lambda: together(list(found)))
    table = made.diagnosis.tables[0]
    first = [row[0] for row in table.rows]
    return [one.text for one in table.headings], [one.text for one in first], [one.plus for one in first]


def test_what_else_was_found_stands_below_and_money_where_there_is_any(tmp_path: Path) -> None:
    without = shown(tmp_path / "a", told("a", 1, 100), told("b", 1, 99), told("c", 300, 310))
    assert without == (["Finding", "Next step"], ["Finding a", "Finding c"], ["also: finding b", ""])
    headings, *_ = shown(tmp_path / "b", told("a", 1, 100), told("c", 300, 310, money=5.0))
    assert headings == ["Finding", "Next step", "Amount concerned"]
