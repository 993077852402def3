"""What a period is compared with: the same days of another one, which the data know; by hand, everywhere alike."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cases import dataset_of, deal

from salesreport import Dataset, Review


def monthly(first: str, last: str, more: tuple[str, ...] = (), at: int = 0) -> list[dict[str, Any]]:
    """A deal of 100 won, and one lost, on the 15th of each month; and won ones on some other days."""
    days = [str(month.date() + dt.timedelta(14)) for month in pd.date_range(first, last, freq="MS")]
    rows = [(day, "won") for day in (*days, *more)] + [(day, "lost") for day in days]
    return [
        deal(at + n, "Ann", status, str(pd.Timestamp(day).date() - dt.timedelta(10)), day, amount=100.0,
             product_line="Lamps")
        for n, (day, status) in enumerate(rows)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """As of 30 June 2025: 12 deals won in 2024, of them 6 up to June; 9 in the first half of 2025."""
    deals = monthly("2023-12-01", "2025-06-30", ("2025-02-20", "2025-04-20", "2025-06-20"))
    return dataset_of(tmp_path_factory.mktemp("half") / "d", "2025-06-30", {"deals": deals})


def test_half_a_year_is_compared_with_half_a_year(half: Dataset) -> None:
    # 900 against 600 of January to June 2024; all of 2024 had 1,200, beside which 2025 would have "fallen" by 25 %
    review = Review(half, "2025")
    # 9 against 6 sales of the same amount: 9 or more heads come up in 30 of 100 times that 15 coins are thrown
    change = "50% more than in 2024 up to June 30, which may be chance (2025 is not over)"
    assert review.verdict.startswith(f"Revenue of €900 is {change}; 9 of 15 closed deals were won")
    revenue, rate, won = review.tiles.extra["tiles"][:3]
    assert revenue.said[0] == "€600 in 2024 up to June 30: no clear change (2025 is not over)"
    assert won.said[0] == "6 in 2024 up to June 30: no clear change (2025 is not over)"
    assert rate.said[0] == "50% in 2024 up to June 30: no clear change"  # 9 of 15 against 6 of 12
    assert review.tiles.message == "2025, compared with 2024 up to June 30"
    assert review.growth.message == f"Revenue is {change}"
    assert [cell.text for cell in review.growth.tables[0].rows[0]] == ["Revenue", "€600", "€900", "+50%"]
    assert {row[-1].plus for row in review.growth.tables[0].rows[:2]} == {"no clear change"}
    crossed = review.results_crossed.data.set_index("metric").loc["revenue"]
    assert (crossed["now"], crossed["before"], crossed["change"]) == (900, 600, pytest.approx(0.5))
    assert "50% more than in 2024 up to June 30, which may be chance" in review.results_crossed.message
    assert "compared with 2024 up to June 30" in review._repr_html_()


def test_a_year_that_is_not_over_in_german(half: Dataset) -> None:
    review = Review(half, "2025", language="de")
    assert "50\xa0% über 2024 bis 30. Juni, was Zufall sein kann (2025 läuft noch)" in review.verdict
    assert review.tiles.message == "2025, verglichen mit 2024 bis 30. Juni"


@pytest.mark.parametrize("compare_to", ["previous", "year_before", "2024"])
def test_however_the_other_period_is_named(half: Dataset, compare_to: str) -> None:
    other = Review(half, "2025", compare_to=compare_to).context.compare
    assert (other.start, other.end) == (dt.date(2024, 1, 1), dt.date(2024, 6, 30))


def test_a_period_that_is_over_is_compared_with_all_of_the_other(half: Dataset) -> None:
    # 5 deals in Q2, for April and June have two each, and 4 in Q1
    assert Review(half, "2025-Q2").growth.message == "Revenue is 25% more than in Q1 2025, which may be chance"
    year_before = Review(half, "2025-H1", compare_to="year_before")
    assert year_before.growth.message == "Revenue is 50% more than in H1 2024, which may be chance"
    assert Review(half, "2025-H1").growth.message == "Revenue is 50% more than in H2 2024, which may be chance"


def test_sums_of_many_days_are_not_compared_with_those_of_few(half: Dataset) -> None:
    review = Review(half, "2025-Q2", compare_to="2024")
    reason = "2024 cannot be compared: the two are not as long as each other"
    assert review.verdict.startswith(f"Revenue in Q2 2025 is €500 ({reason})")
    assert review.growth.message == "Growth against 2024 cannot be told: the two are not as long as each other."
    assert review.tiles.extra["tiles"][1].said[0] == "50% in 2024: no clear change"  # a rate can be


def test_a_trend_compares_the_same_days_of_each_period(tmp_path: Path) -> None:
    # up to 20 May: 3 deals won in Q2; in each quarter before 2 up to the 20th of its second month, and 3 in all
    deals = monthly("2023-12-01", "2025-05-20", ("2025-04-20",))
    trend = Review(dataset_of(tmp_path / "d", "2025-05-20", {"deals": deals}), "2025-Q2").trend
    assert trend.message == (
        "Revenue in Q2 2025 is higher than in each of the 5 periods before, each up to the same day"
    )
    assert trend.notes == (
        "The data begin on Dec 15, 2023: of sales and closed deals before it nothing is known.",
        "Q2 2025 is not over: chart and table have its figures up to May 20 beside whole periods.",
    )


def test_data_that_begin_within_the_other_period_are_compared_with_nothing(tmp_path: Path) -> None:
    # 7 deals won in 2023, from 15 June on, and 12 in 2024
    made = dataset_of(tmp_path / "d", "2024-12-31", {"deals": monthly("2023-06-01", "2024-12-31")})
    review = Review(made, "2024")
    assert review.verdict.startswith(
        "Revenue in 2024 is €1.2K (2023 cannot be compared: the data begin on Jun 15, 2023)"
    )
    assert review.growth.message == "Growth against 2023 cannot be told: the data begin on Jun 15, 2023."
    assert review.results_crossed.message == (
        "How results moved against 2023 cannot be told: the data begin on Jun 15, 2023."
    )
    assert "as many as" not in review.in_words()
    assert "as much as" not in review.in_words()
    begin = "The data begin on Jun 15, 2023: of sales and closed deals before it nothing is known."
    assert begin in review.data_notes.notes
    assert begin not in Review(made, "2024-Q4").data_notes.notes
