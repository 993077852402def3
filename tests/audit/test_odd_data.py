"""Every check on data that hardly tell anything: it finds, or says why it cannot, and never fails."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import least_of
from pasts import past_of

from salesreport.audit.audit import run
from salesreport.audit.checks import CHECKS
from salesreport.audit.model import Looked
from salesreport.dataset import Dataset
from salesreport.writing import write_dataset

LEAST = "No,Who,Step,Begun,Ended,Worth\n"


def rows(n: int, reps: int = 3, closed: bool = True, start: str = "2024-06-03", days: int = 240) -> str:
    random, lines = np.random.default_rng(n), LEAST
    for number in range(n):
        begun = pd.Timestamp(start) + pd.Timedelta(days=int(random.integers(0, days)))
        step = random.choice(["Signed", "Off", "Talk"]) if closed else "Talk"
        ended = "" if step == "Talk" else str((begun + pd.Timedelta(days=int(random.integers(0, 45)))).date())
        lines += f"{number},R{number % reps},{step},{begun.date()},{ended},{random.integers(1, 99)}00\n"
    return lines


CASES = {
    "12 deals": rows(12),
    "one rep": rows(300, reps=1),
    "no closed deals": rows(60, closed=False),
    "one week": rows(40, start="2025-03-24", days=6),
    "the least export": rows(600, reps=9),
}


@pytest.mark.parametrize("name", CASES)
def test_every_check_finds_or_says_why_not(tmp_path: Path, name: str) -> None:
    looked = Looked.at(least_of(tmp_path, CASES[name]))
    for check in CHECKS:
        made = run(check, looked)
        assert (made.found is None) == (made.why is not None), check.key
        if made.found is None:
            assert made.verdict.level == "untold"
            assert str(made.why)
            continue
        found = made.found
        assert found.count >= 0, check.key
        for estimate in (found.share, found.figure, found.baseline):
            if estimate is not None and not np.isnan(estimate.lower):
                assert estimate.lower - 1e-9 <= estimate.value <= estimate.upper + 1e-9
        assert len(set(found.ids)) == len(found.ids)
        if found.backtest is not None:
            assert (found.backtest.lift is None) <= (found.backtest.why is not None)


def test_every_check_on_no_deals_says_why_not(tmp_path: Path) -> None:
    looked = past_of(tmp_path / "d", reps=[{"rep_id": "R", "name": "Ann"}])
    for check in CHECKS:
        made = run(check, looked)
        assert made.found is None, check.key
        assert str(made.why)


def test_every_check_on_an_earlier_day_of_the_sample(sample: Dataset) -> None:
    looked = Looked.at(sample, pd.Timestamp("2025-05-20").date())
    told = [run(check, looked).found is not None for check in CHECKS]
    assert (
        sum(told) >= len(CHECKS) - 4
    )  # next steps and deals without a date are known of the dataset's own day only


def test_maven_can_be_tried_out_without_stage_history(public_data: Path, tmp_path: Path) -> None:
    """Of Maven's deals that stood at Engaging for too long more came to nothing, and the ratio is told."""
    from salesreport.ingest import ingest

    root = Path(__file__).resolve().parents[2]
    looked = Looked.at(ingest(root / "params/sources/maven.yml", tmp_path / "m", public_data / "maven_crm"))
    made = {check.key: run(check, looked) for check in CHECKS}
    assert made["stage_age"].found.backtest.lift.lower > 1
    assert made["stage_age"].found.baseline is None  # 500 deals without a date may have been open, too
    for key in ("skips", "decay", "born_late", "pushes", "coverage"):
        assert made[key].found is None, key
    assert made["number_of_stages"].verdict.level == "look"


def test_contracts_are_whole() -> None:
    keys = [check.key for check in CHECKS]
    assert len(set(keys)) == len(keys)
    for check in CHECKS:
        assert str(check.definition)[-1] == "."
        assert check.kind in ("data", "behaviour", "demand")
        if check.founded != "own":
            assert check.source, check.key
            assert check.threshold is not None, check.key


def test_fields_of_an_earlier_day_are_told_of_what_snapshots_show_only(sample: Dataset, tmp_path: Path) -> None:
    day = pd.Timestamp("2025-05-20").date()
    check = next(one for one in CHECKS if one.key == "critical_fields")
    found = run(check, Looked.at(sample, day)).found
    assert found is not None
    snapshots = sample.table("snapshots")
    last = snapshots[snapshots["taken_on"] <= pd.Timestamp(day)].groupby("deal_id")["taken_on"].max()
    assert 0 < found.of <= len(last)
    tables = {
        name: sample.table(name).dropna(axis="columns", how="all") for name in ("deals", "reps", "stage_events")
    }
    without = write_dataset(tmp_path / "without", tables, sample.settings, sample.provenance)
    told = run(check, Looked.at(without, day))
    assert told.found is None
    assert "no snapshots show it" in str(told.why)
