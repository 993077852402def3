"""The company of three reps that the tests of the explorer count by hand."""

from typing import Any

HOSTILE = '<img src=x onerror="alert(1)"> & Co'
"""A rep's name, and a customer's, that would be code if it were not escaped."""

CLOSED = {  # quarter → rep → (won, lost)
    "2024-Q3": {"R1": (4, 4), "R2": (6, 2)},
    "2024-Q4": {"R1": (2, 8), "R2": (6, 4), "R3": (6, 4)},
}
"""Deals closed; every second one is of Lamps (100 each), the others of Poles (90), in each outcome.

So neither product line nor size tells anything of the outcome, or of the rep: all deals are alike.
"""


WEAK = {"2024-Q4": {"R1": (6, 54), "R2": (36, 24), "R3": (36, 24)}}
"""Likewise of a company in which one rep wins 6 of 60 deals and the others 36 of 60 each: no chance."""


def company_tables(closed: dict[str, dict[str, tuple[int, int]]] = CLOSED) -> dict[str, Any]:
    """The tables of a company; deals are closed on the 10th of a quarter's second month."""
    deals: list[dict[str, Any]] = []
    day = {"2024-Q3": "2024-08-10", "2024-Q4": "2024-11-10"}
    for quarter, reps in closed.items():
        for rep, numbers in reps.items():
            for status, count in zip(("won", "lost"), numbers, strict=True):
                deals += [
                    {
                        "deal_id": f"D{len(deals) + at:03}",
                        "rep_id": rep,
                        "status": status,
                        "created_on": "2024-07-01",
                        "closed_on": day[quarter],
                        "account_id": f"A{at % 2}",
                        "product_line": ("Lamps", "Poles")[at % 2],
                        "segment": "A",
                        "amount": (100.0, 90.0)[at % 2],
                    }
                    for at in range(count)
                ]
    return {
        "deals": deals,
        "reps": [
            {"rep_id": "R1", "name": "Ann", "team": "North"},
            {"rep_id": "R2", "name": "Bob", "team": "North"},
            {"rep_id": "R3", "name": HOSTILE, "team": "South"},
        ],
        "accounts": [{"account_id": "A0", "name": "Acme"}, {"account_id": "A1", "name": HOSTILE}],
    }
