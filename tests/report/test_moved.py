"""How figures moved, and when that may be chance: by hand, against scipy."""

from pathlib import Path

import pytest
from cases import dataset_of, deal
from scipy.stats import beta, binomtest
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.report.moved import moved


def quarters(folder: Path, before: int, now: int) -> Dataset:
    """Deals won for 100 each in the first and in the second quarter of 2025; one in the year before."""
    began = deals("Ann", 0, 1, closed_on="2024-12-10").assign(created_on="2024-12-01")
    return dataset(folder, began, deals("Ann", before, 0, closed_on="2025-03-31"), deals("Ann", now, 0, open_=2))


@pytest.mark.parametrize(("before", "now"), [(4, 1), (2, 3), (1, 4), (60, 20), (10, 50), (20, 12)])
def test_one_judgement_wherever_a_sum_moved(tmp_path: Path, before: int, now: int) -> None:
    review = Review(quarters(tmp_path / "d", before, now), "2025-Q2", rep="Ann")
    # given both together, what is now is a share of them: Jeffreys' interval of a binomial share, as odds
    share = beta.ppf([0.025, 0.975], now + 0.5, before + 0.5)
    for metric in ("deals_won", "revenue"):
        found = moved(review.context, metric)
        assert found is not None
        assert found.change == pytest.approx(now / before - 1)
        assert [found.lower, found.upper] == pytest.approx(share / (1 - share) - 1)
    chance = binomtest(now, now + before).pvalue > 0.05
    tiles = {tile.name: tile.said[0] for tile in review.tiles.extra["tiles"] if tile.said}
    assert (tiles["Deals won"] == f"{before} in Q1 2025: no clear change") == chance
    assert ("no clear change" in tiles["Revenue"]) == chance
    for said in (review.verdict, review.growth.message, review.results_crossed.message):
        assert ("Q1 2025, which may be chance" in said) == chance
    assert ([row[-1].plus for row in review.growth.tables[0].rows[:2]] == ["no clear change"] * 2) == chance


def test_what_is_there_on_a_day_is_said_as_it_was(tmp_path: Path) -> None:
    # what is open on a day is all there is, and no sample: three at the end of 2024, of which one
    # was lost in January, and four at that of March, of which two are of February
    created = ("2024-11-01", "2024-11-02", "2025-02-01", "2025-02-02")
    still_open = [deal(n, "Ann", "won", day, "2025-05-05", amount=10.0) for n, day in enumerate(created)]
    lost = [deal(8 + n, "Ann", "lost", "2024-09-01", day) for n, day in enumerate(("2024-10-02", "2025-01-10"))]
    made = dataset_of(tmp_path / "d", "2025-06-30", {"deals": [*still_open, *lost]})
    tiles = {tile.name: tile for tile in Review(made, "2025-Q1", rep="Ann").tiles.extra["tiles"]}
    assert (tiles["Deals in the funnel"].value, tiles["Deals in the funnel"].said) == ("4", ["3 on Dec 31, 2024"])


def test_a_sum_as_before_is_no_chance(tmp_path: Path) -> None:
    review = Review(quarters(tmp_path / "d", 3, 3), "2025-Q2", rep="Ann")
    assert review.verdict.startswith("Revenue of €300 is as in Q1 2025;")
    assert review.tiles.extra["tiles"][0].said[0] == "as in Q1 2025"


def test_nothing_before_compares_with_nothing(tmp_path: Path) -> None:
    lost = [deal(n, "Ann", "lost", "2024-10-01", day) for n, day in enumerate(("2024-12-02", "2025-02-10"))]
    won = [deal(9, "Ann", "won", "2025-03-01", "2025-05-02", amount=50.0)]
    made = dataset_of(tmp_path / "d", "2025-06-30", {"deals": [*lost, *won]})
    assert moved(Review(made, "2025-Q2", rep="Ann").context, "deals_won") is None
