"""Who sells, and what people call them."""

from cases import Given, deal


def test_equal_names_show_their_ids(given: Given) -> None:
    reps = [
        {"rep_id": "u1", "name": "Ilka Moor"},
        {"rep_id": "u2", "name": "Ilka Moor"},
        {"rep_id": "u3", "name": "Dora Sand"},
        {"rep_id": "u4", "name": None},
    ]
    facts = given(reps=reps, deals=[deal(1, "u1", "open", "2024-01-02"), deal(2, "u5", "open", "2024-01-02")])
    assert facts.names == {
        "u1": "Ilka Moor (u1)", "u2": "Ilka Moor (u2)", "u3": "Dora Sand", "u4": "u4", "u5": "u5",
    }  # fmt: skip


def test_what_is_found_for_a_result_is_forgotten_with_it(given: Given) -> None:
    facts, asked = given(deals=[deal(1, "u1", "won", "2024-01-02", "2024-02-01", amount=5.0)]), []

    def number(name: str) -> float:
        asked.append(name)
        return 1.0

    facts.remember(("before", 1), lambda: number("before"))
    with facts.forgetting("before", "meanwhile"):
        facts.remember(("before", 1), lambda: number("before"))
        facts.remember(("meanwhile", 1), lambda: number("meanwhile"))
        facts.remember(("other", 1), lambda: number("other"))
    for name in ("before", "meanwhile", "other"):
        facts.remember((name, 1), lambda name=name: number(name))
    assert asked == ["before", "meanwhile", "other", "meanwhile"]
    facts.forget("before")
    facts.remember(("before", 1), lambda: number("before"))
    assert asked[-1] == "before"


def test_who_asks_for_a_result_gets_it_once_and_no_events(given: Given) -> None:
    facts = given(deals=[deal(1, "u1", "won", "2024-01-02", "2024-02-01", amount=5.0)])
    period, made = facts.dataset.period("2024-Q1"), []

    def result() -> float:
        made.append(facts.closed(period)["amount"].sum())
        return made[-1]

    assert [facts.store(("sum of", period), result) for _ in range(2)] == [5.0, 5.0]
    assert len(made) == 1
    assert ("closed", period.start, period.end) not in facts._kept
