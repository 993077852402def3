"""Results crossed: by hand, against statsmodels, and what is said where the data carry little."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from cases import dataset_of, deal

from salesreport import Dataset, Review
from salesreport.report.moved import in_short
from salesreport.report.sections.results_crossed import trend_of
from salesreport.stats.dispersion import ratio_jeffreys


def sales(n: int, day: str, piece: float, start: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [
        deal(start + k, "Ann", "won", "2025-01-02", day, amount=piece * 10, units=10, product_line="Lamps", **more)
        for k in range(n)
    ]


def test_by_hand(tmp_path: Path) -> None:
    # 6 deals of 100, then 9 of 110: the piece went from 10 to 11
    rows = [*sales(6, "2025-01-05", 10.0), *sales(9, "2025-05-10", 11.0, 50)]
    dataset = dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows})
    made = Review(dataset, "2025-Q2", rep="Ann").results_crossed
    data = made.data.set_index("metric")
    revenue = data.loc["revenue"]
    assert (revenue["now"], revenue["before"], revenue["change"]) == (990, 600, pytest.approx(0.65))
    each = (6 * 100**2 + 9 * 110**2) / (600 + 990)
    assert revenue["lower"] == pytest.approx(float(ratio_jeffreys(990, 600, each).lower) - 1)
    assert revenue["moved"] == "unclear"
    prices = data.loc["price_variation"]
    assert (prices["change"], prices["moved"]) == (pytest.approx(0.1), "more")
    assert made.message == "Revenue is 65% more than in Q1 2025, which may be chance; prices net of mix 10% higher"
    # nobody collects scores or complaints here, so the table does not speak of them
    assert [row[0].text for row in made.tables[0].rows] == ["Revenue", "Prices, net of mix"]


def test_what_can_be_told_of_nothing_is_one_line(tmp_path: Path) -> None:
    rows = [deal(n, "Ann", "lost", "2025-01-02", day) for n, day in enumerate(("2024-12-02", "2025-05-02"))]
    made = Review(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows}), "2025-Q2", rep="Ann").results_crossed
    assert not made.available
    why = "needs the amounts of deals, which this export does not have"
    assert made.message == f"How results moved against Q1 2025 cannot be told: {why}."


def test_too_few_scores_are_said_in_the_table_alone(sample: Dataset) -> None:
    made = Review(sample, "2025-Q4", rep="R000001").results_crossed
    untold = made.data[made.data["moved"] == "unknown"]
    assert len(untold)
    assert "cannot be told" not in made.message
    cells = [row[1].text for row in made.tables[0].rows]
    assert sum(one.startswith("cannot be told: too few") for one in cells) == len(untold)


def test_words_agree_with_other_sections(sample: Dataset) -> None:
    for subject in ({}, {"team": "North"}, {"segment": "B"}):
        review = Review(sample, "2025-Q4", **subject)
        rows = review.results_crossed.data.set_index("metric")
        said = str(in_short(review.context, "satisfaction"))
        clear = "clearly more" in said, "clearly less" in said
        assert clear == (rows.loc["satisfaction", "moved"] == "more", rows.loc["satisfaction", "moved"] == "less")


def test_a_trend_is_the_score_test_of_a_poisson_regression() -> None:
    random = np.random.default_rng(3)
    for _ in range(5):
        exposure, counts = random.uniform(50, 150, 8), random.poisson(5, 8)
        time = np.arange(8.0)
        null = sm.GLM(counts, np.ones((8, 1)), family=sm.families.Poisson(), offset=np.log(exposure)).fit()
        test = null.score_test(exog_extra=time[:, None])
        assert trend_of(counts, exposure) ** 2 == pytest.approx(float(np.squeeze(test[0])), rel=1e-6)


def test_trends_by_chance_are_as_rare_as_they_should_be() -> None:
    random = np.random.default_rng(5)
    found = np.array([trend_of(random.poisson(6, 8), np.ones(8)) for _ in range(3000)])
    assert 0.035 < (np.abs(found) > 1.96).mean() < 0.065


def test_prices_of_other_products_are_no_prices(tmp_path: Path) -> None:
    # lamps stay at 10, poles at 50; only more poles are sold: the mean piece costs more, prices are the same
    poles = [one | {"product_line": "Poles", "amount": 500.0} for one in sales(6, "2025-02-10", 10.0, 100)]
    later = [one | {"product_line": "Poles", "amount": 500.0} for one in sales(30, "2025-05-10", 10.0, 200)]
    first = deal(300, "Ann", "lost", "2024-12-02", "2024-12-10", amount=1.0)
    rows = [first, *sales(6, "2025-02-10", 10.0), *sales(6, "2025-05-10", 10.0, 50), *poles, *later]
    made = Review(dataset_of(tmp_path / "d", "2025-06-30", {"deals": rows}), "2025-Q2", rep="Ann").results_crossed
    assert made.data.set_index("metric").loc["price_variation", "change"] == pytest.approx(0)
    listed = [one | {"list_price": one["amount"] * (1.25 if one["closed_on"] < "2025-04" else 2)} for one in rows]
    made = Review(
        dataset_of(tmp_path / "e", "2025-06-30", {"deals": listed}), "2025-Q2", rep="Ann"
    ).results_crossed
    # with list prices: 80 % of the list before, 50 % now
    assert made.data.set_index("metric").loc["price_variation", "change"] == pytest.approx(0.5 / 0.8 - 1)
    assert pd.notna(made.data["n"]).any()
