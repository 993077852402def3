"""Orders without deals, as a shop or an ERP has them: every report is made, and says only what was looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import Rows, dataset_of, deal

from salesreport import Dataset, Review

TEAMS = {"Ann": "North", "Bob": "North", "Cy": "South"}
REPS = [{"rep_id": rep, "name": rep, "team": team} for rep, team in TEAMS.items()]
TARGETS = [
    {"rep_id": rep["rep_id"], "period": quarter, "metric": "revenue", "value": 3000.0}
    for rep in REPS
    for quarter in ("2025-Q1", "2025-Q2")
]


def orders() -> Iterator[dict[str, object]]:
    """Two orders of each rep a month, from January to June 2025: 100, 200, 300, … ever more."""
    for month in range(1, 7):
        for place, rep in enumerate(REPS):
            for day in (5, 20):
                yield {
                    "order_id": f"{rep['rep_id']}-{month}-{day}",
                    "rep_id": rep["rep_id"],
                    "account_id": f"K{place}-{day}",
                    "ordered_on": f"2025-0{month}-{day:02}",
                    "amount": 100.0 * month,
                }


ORDERS: Rows = list(orders())
ACCOUNTS = [
    {"account_id": f"K{place}-{day}", "segment": segment}
    for place in range(len(REPS))
    for day, segment in ((5, "Shops"), (20, "Schools"))
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    tables = {"orders": ORDERS, "accounts": ACCOUNTS, "reps": REPS, "targets": TARGETS}
    return dataset_of(tmp_path_factory.mktemp("orders"), "2025-06-30", tables)


# 2 orders a month: (1 + 2 + 3) × 200 of a rep in the first quarter, (4 + 5 + 6) × 200 in the second
@pytest.mark.parametrize(("period", "reached"), [("2025-Q1", "€1.2K"), ("2025-Q2", "€3K")])
@pytest.mark.parametrize("subject", [{"rep": "Ann"}, {"team": "North"}, {"segment": "Shops"}, {}])
def test_every_section_is_made_of_orders_alone(
    dataset: Dataset, period: str, reached: str, subject: dict[str, str]
) -> None:
    made = Review(dataset, period, **subject)
    for section in made.sections():
        assert section._repr_html_() or section.silent
    if subject == {"rep": "Ann"}:
        assert reached in made.verdict


def test_nothing_is_said_of_deals_that_nobody_looked_at(dataset: Dataset) -> None:
    made = Review(dataset, "2025-Q1", rep="Ann")
    # 2 × (100 + 200 + 300) = 1200 of 3000
    assert made.gap_to_target.message == (
        "€1.8K short of the target of €3K; why cannot be told: these data have no deals"
    )
    assert not any("no step is clearly below" in note for note in made.gap_to_target.notes)
    notes = " ".join(made.data_notes.notes)
    assert "Orders count for the rep that they name." in notes
    assert "current owner" not in notes


def test_a_rep_without_deals_has_something_to_talk_about(dataset: Dataset) -> None:
    made = Review(dataset, "2025-Q2", rep="Ann").talking_points
    assert made.message.startswith("To talk about: Gap to target")
    assert made.message.endswith("; these data have no deals")
    shown = made._repr_html_()
    # April to June: 2 × (400 + 500 + 600) = 3000, the target
    assert "Gap to target: " in shown
    assert "Accounts: 2 accounts that matter ordered €4.2K in 177 days" in shown  # from 5 January to 30 June
    assert len(made.data) == 0  # sections are no points of a rule


def test_won_deals_alone_are_no_lack_of_deals(tmp_path: Path) -> None:
    rows = [deal(1, "Ann", "won", "2025-01-10", "2025-02-10", amount=100.0)]
    made = Review(dataset_of(tmp_path / "d", "2025-03-31", {"deals": rows}), "2025-Q1", rep="Ann")
    assert "these data have no deals" not in made.talking_points.message
