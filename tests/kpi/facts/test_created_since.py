"""Exports cut by creation date are told from whole ones and from those cut by closing date; figures say so."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesreport import Dataset, Review
from salesreport.dataset import DatasetSettings
from salesreport.kpi import Facts, compute
from salesreport.kpi.facts.created_since import created_since
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

AS_OF = dt.date(2025, 12, 31)


def history(seed: int = 1, per_day: float = 2.0, time: float = 90.0, ramp: bool = False) -> pd.DataFrame:
    """Three years of deals; how long each takes is exponential (mean `time`), so 90 % close within 2.3 × that."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2023-01-01", AS_OF)
    rate = per_day * np.minimum(1.0, np.arange(1, len(days) + 1) / 365) if ramp else np.full(len(days), per_day)
    created = days.repeat(rng.poisson(rate))
    closed = created + pd.to_timedelta(rng.exponential(time, len(created)).round(), "D")
    won = rng.random(len(created)) < 0.4
    over = closed <= pd.Timestamp(AS_OF)
    return pd.DataFrame(
        {
            "deal_id": [f"D{number}" for number in range(len(created))],
            "rep_id": rng.choice(["A", "B", "C"], len(created)),
            "status": np.where(over, np.where(won, "won", "lost"), "open"),
            "created_on": created,
            "closed_on": closed.where(over),
            "amount": 100.0,
        }
    )


def dataset(path: Path, deals: pd.DataFrame) -> Dataset:
    settings = DatasetSettings(name="Cut", as_of=AS_OF, currency="EUR")
    return write_dataset(path, {"deals": deals}, settings, Provenance("test"))


@pytest.mark.parametrize("seed", range(10))
def test_an_export_cut_by_creation_date(tmp_path: Path, seed: int) -> None:
    deals = history(seed)
    cut = deals[deals["created_on"] >= "2024-03-01"]
    found = created_since(Facts.of(dataset(tmp_path / "cut", cut)))
    assert found is not None
    assert 0 <= (found.day - dt.date(2024, 3, 1)).days <= 5
    # 90 % of an exponential time of 90 days are over after 90 × ln 10 = 207 days
    assert (found.whole - found.day).days == pytest.approx(207, rel=0.2)


@pytest.mark.parametrize("seed", range(10))
def test_other_exports(tmp_path: Path, seed: int) -> None:
    deals = history(seed)
    closed_since = deals[(deals["status"] == "open") | (deals["closed_on"] >= "2024-03-01")]
    assert created_since(Facts.of(dataset(tmp_path / "closed since", closed_since))) is None
    assert created_since(Facts.of(dataset(tmp_path / "growing", history(seed, ramp=True)))) is None
    quick = history(seed, time=2.0)  # nothing worth a word is missing: deals close within days
    assert created_since(Facts.of(dataset(tmp_path / "few", deals.head(40)))) is None
    found = created_since(Facts.of(dataset(tmp_path / "quick", quick[quick["created_on"] >= "2024-03-01"])))
    assert found is None or (found.whole - found.day).days <= 10
    undated = deals.assign(created_on=deals["created_on"].where(deals.index % 5 > 0))
    undated = undated[undated["created_on"].isna() | (undated["created_on"] >= "2024-03-01")]
    assert created_since(Facts.of(dataset(tmp_path / "undated", undated))) is None


def test_what_compares_with_a_time_known_in_part_is_not_said(tmp_path: Path) -> None:
    deals = history()
    whole = dataset(tmp_path / "whole", deals)
    cut = dataset(tmp_path / "cut", deals[deals["created_on"] >= "2024-07-01"])
    # the second half of 2024 has in the cut export less than half of its revenue: half of the deals that closed
    # then were created before; in 2025 nothing is missing, so revenue seems to have more than doubled
    sold = {
        (name, period): compute(Facts.of(one), one.period(period), ["revenue"]).frame["value"].item()
        for name, one in (("whole", whole), ("cut", cut))
        for period in ("2024-Q3", "2025-Q3")
    }
    assert sold["cut", "2025-Q3"] > 0.95 * sold["whole", "2025-Q3"]
    assert sold["cut", "2024-Q3"] < 0.5 * sold["whole", "2024-Q3"]
    known = Review(whole, "2025-Q3", rep="A", compare_to="2024-Q3").context
    lacking = Review(cut, "2025-Q3", rep="A", compare_to="2024-Q3")
    assert known.uncompared("revenue") is None
    why = lacking.context.uncompared("revenue")
    assert why is not None
    assert lacking.context.say(why).startswith("deals created before Jul 1, 2024 are missing")
    assert lacking.context.uncompared("deals_created") is None  # those are all there
    shown = [one.name for one in lacking.context.trend]  # from January 2025 on, 207 days later
    assert shown[-2:] == ["2025-Q2", "2025-Q3"]
    assert "2024-Q4" not in shown
    assert len(known.trend) == 8
    assert "only deals that closed quickly are there" in " ".join(lacking.trend.notes)
    notes = compute(Facts.of(cut), cut.period("2024-Q3"), ["revenue"]).notes
    assert any("closed quickly" in str(lacking.context.say(one)) for one in notes)
    assert not any(
        "closed quickly" in str(lacking.context.say(one))
        for one in compute(Facts.of(cut), cut.period("2025-Q3"), ["revenue"]).notes
    )
    caveats = compute(Facts.of(cut), cut.period("2025-Q3"), ["growth"], compare_to=cut.period("2024-Q3")).caveats
    assert "are missing" in str(caveats)
