import datetime as dt
import hashlib
import os
import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError
from salesreport.sample import make_company, write_company
from salesreport.tables import TABLES

AHEAD = {
    ("deals", "expected_close_on"),
    ("deals", "next_step_on"),
    ("snapshots", "expected_close_on"),
    ("orders", "due_on"),
    ("commitments", "due_on"),
}
"""Dates that are plans, which may lie ahead."""


def digest(tables: dict[str, pd.DataFrame]) -> str:
    """One number for all tables, to the bit."""
    parts = [
        name.encode() + pd.util.hash_pandas_object(frame).to_numpy().tobytes()
        for name, frame in sorted(tables.items())
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_every_canonical_table_is_there_and_conforms(company):
    assert set(company.tables) == set(TABLES)
    for name, table in company.tables.items():
        assert len(table), name
        assert list(table.columns) == [c for c in TABLES[name].names if c in table.columns]
        pd.testing.assert_frame_equal(table, TABLES[name].validate(table, company.settings.timezone))


def test_every_column_is_filled(company):
    missing = {
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        for column in table.columns
        if column.name not in company.tables[name].columns
    }
    assert missing == {"targets.product_line", "stage_events.entered_after", "reps.language"}


def test_same_arguments_same_company():
    first, again = (make_company(reps=14, deals=500, seed=5) for _ in range(2))
    assert digest(first.tables) == digest(again.tables)
    assert first.truth.win_probability.equals(again.truth.win_probability)
    other = make_company(reps=14, deals=500, seed=6)
    assert digest(first.tables) != digest(other.tables)


def test_written_and_read_back(tmp_path):
    dataset = write_company(tmp_path / "sample", reps=12, deals=300)
    company = make_company(reps=12, deals=300)
    assert dataset.settings == company.settings
    assert dataset.rows == {name: len(company.tables[name]) for name in TABLES}
    assert all(
        counts.kept == counts.read == dataset.rows[name] for name, counts in dataset.provenance.counts.items()
    )
    read = Dataset.open(tmp_path / "sample").table("deals").sort_values("deal_id", ignore_index=True)
    pd.testing.assert_frame_equal(read, company.tables["deals"])
    again = write_company(tmp_path / "again", reps=12, deals=300)
    assert again.fingerprint == dataset.fingerprint


@settings(max_examples=8, deadline=None)
@given(
    reps=st.integers(12, 60),
    deals=st.integers(100, 900),
    seed=st.integers(0, 2**31),
    as_of=st.dates(dt.date(2005, 1, 1), dt.date(2040, 12, 31)),
    years=st.integers(1, 5),
)
def test_any_company_is_consistent(reps, deals, seed, as_of, years):
    company = make_company(reps, deals, seed, as_of, years, activities_per_deal=1.0)
    tables = company.tables
    limit = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    for name, table in tables.items():
        TABLES[name].validate(table, company.settings.timezone)
        for column in TABLES[name].columns:
            if column.name in table and column.kind in ("date", "instant") and (name, column.name) not in AHEAD:
                days = table[column.name]
                days = days.dt.tz_localize(None) if column.kind == "instant" else days
                assert (days.dropna() < limit).all(), (name, column.name)
        for key, home in (("rep_id", "reps"), ("deal_id", "deals"), ("account_id", "accounts")):
            if key in table:
                assert table[key].dropna().isin(tables[home][key]).all(), (name, key)
    assert len(tables["deals"]) == deals
    closed = tables["deals"].dropna(subset="closed_on")
    assert (closed["closed_on"] >= closed["created_on"]).all()
    shares = tables["deal_owners"]
    now = shares[shares["to"].isna()].groupby("deal_id")["share"].sum()
    assert now.to_numpy() == pytest.approx(1)
    won = tables["deals"].query("status == 'won'").set_index("deal_id")["amount"].sort_index()
    ordered = tables["orders"].dropna(subset="deal_id").groupby("deal_id")["amount"].sum()
    assert ordered.index.equals(won.index)
    assert ordered.to_numpy() == pytest.approx(won.to_numpy(), abs=0.02)


def test_a_leap_day_and_a_weekend_may_be_the_as_of_date():
    for as_of in (dt.date(2024, 2, 29), dt.date(2024, 6, 2)):
        company = make_company(reps=12, deals=200, as_of=as_of, years=1)
        assert company.tables["deals"]["created_on"].max() <= pd.Timestamp(as_of)
        assert company.tables["deals"]["created_on"].min() > pd.Timestamp(as_of) - pd.DateOffset(years=1)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"reps": 11}, "reps"),
        ({"deals": 0}, "deals"),
        ({"years": 0}, "years"),
        ({"seed": -1}, "seed"),
        ({"activities_per_deal": float("nan")}, "activities_per_deal"),
        ({"snapshot_every": "hour"}, "snapshot_every"),
    ],
)
def test_impossible_companies_are_refused(tmp_path, arguments, key):
    with pytest.raises(ConfigError) as caught:
        write_company(tmp_path / "none", **arguments)
    assert caught.value.key == key
    assert not (tmp_path / "none").exists()


def test_another_process_makes_the_same_company():
    """Neither the clock, nor the order of hashes, nor what ran before leaves a trace."""
    code = (
        "from salesreport.sample import make_company; from pandas.util import hash_pandas_object as h;"
        "print(sum(int(h(t, index=False).sum()) for t in make_company(reps=12, deals=200).tables.values()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    here = make_company(reps=12, deals=200).tables.values()
    assert int(said.stdout) == sum(int(pd.util.hash_pandas_object(t, index=False).sum()) for t in here)
