"""A company whose customers are nobody's alone: several reps sold in turn to most."""

from pathlib import Path

from cases import dataset_of, deal

from salesreport import Dataset

DAY = "2025-12-31"


def sold_in_turn(path: Path) -> Dataset:
    """Ten customers: A sold to the first six (100 × number, twice), B to all, C has one open deal with the ninth.

    A1 to A6 bought from A, B, A, then B, so that what came last is B's. A7 to A10 bought thrice from B only.
    D has a deal that names no customer, E nothing.
    """
    rows, number = [], 0
    for one in range(1, 11):
        for month, rep in enumerate("ABAB" if one <= 6 else "BBB", 1):
            number += 1
            rows.append(deal(number, rep, "won", "2025-01-01", f"2025-{month:02d}-10", account_id=f"A{one:02d}",
                             amount=100.0 * one if rep == "A" else 10.0, product_line="Lamps"))  # fmt: skip
    rows.append(deal(99, "C", "open", "2025-12-01", account_id="A09", amount=5.0, product_line="Lamps"))
    rows.append(deal(98, "D", "won", "2025-10-01", "2025-12-01", amount=5.0, product_line="Lamps"))
    people = {"A": "Ann", "B": "Bo", "C": "Cy", "D": "Di", "E": "Eve"}
    teams = {"A": "North", "C": "North"}
    names = [{"rep_id": one, "name": name, "team": teams.get(one, "South")} for one, name in people.items()]
    return dataset_of(path, DAY, {"reps": names, "deals": rows})
