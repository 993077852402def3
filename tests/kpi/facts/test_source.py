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
