"""What makes people easy to tell is listed; coarsened, it is gone."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesreport.anonymise import Key, anonymise
from salesreport.anonymise.coarsen import OTHER, OTHER_TEAMS, counted, cut, rare
from salesreport.anonymise.risks import risks
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset

KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Ten reps: one alone in her team, two in another; 100 deals, one enormous, three of a rare segment."""
    rng = np.random.default_rng(11)
    reps = pd.DataFrame({"rep_id": [f"r{n}" for n in range(10)], "team": ["Solo", "Duo", "Duo", *["Crowd"] * 7]})
    amounts = np.round(rng.lognormal(9, 0.5, 100), 2)
    amounts[50] = 40_000_000.0
    deals = pd.DataFrame(
        {
            "deal_id": [f"d{n}" for n in range(100)],
            "rep_id": [f"r{n % 10}" for n in range(100)],
            "status": ["won", "lost"] * 50,
            "created_on": pd.Timestamp("2025-01-01"),
            "closed_on": pd.to_datetime("2025-01-01") + pd.to_timedelta(np.arange(100), "D"),
            "account_id": ["big" if n == 50 else f"a{n % 40}" for n in range(100)],
            "segment": ["Abbeys"] * 3 + ["Schools"] * 40 + ["Clinics"] * 57,
            "stage": ["Signed", "Dead"] * 50,
            "amount": amounts,
        }
    )
    settings = DatasetSettings(
        name="Lumen", as_of=dt.date(2025, 6, 30), won_stages=("signed",), lost_stages=("DEAD",)
    )
    folder = tmp_path_factory.mktemp("company") / "lumen"
    return write_dataset(folder, {"reps": reps, "deals": deals}, settings, Provenance("test"))


def tables_of(dataset: Dataset) -> dict[str, pd.DataFrame]:
    return {name: dataset.table(name, list(dataset.columns(name))) for name in dataset.tables}


def test_what_may_identify_is_listed(company: Dataset, tmp_path: Path) -> None:
    made = anonymise(company, tmp_path / "shared", KEY)
    tables = tables_of(made.dataset)
    found = {str(one.what): (one.n, list(one.values)) for one in risks(tables)}
    of = made.pseudonyms.of
    assert found["team of one: its figures are that person's"] == (1, [of("team", "Solo")])
    assert found["team of two: each knows the other's figures"] == (1, [of("team", "Duo")])
    assert found["deal far larger than the others"] == (1, [of("deal", "d50")])
    assert found["customer with 10% or more of what was sold"] == (1, [of("account", "big")])
    assert found["segment: what few have"] == (1, ["Abbeys"])
    n, kept = found["segment: words of the company itself"]
    assert (n, set(kept)) == (3, {"Abbeys", "Schools", "Clinics"})
    assert set(found["stage: words of the company itself"][1]) == {"Signed", "Dead"}


def test_coarsened_nothing_of_it_is_left(company: Dataset, tmp_path: Path) -> None:
    made = anonymise(company, tmp_path / "shared", KEY, coarse=True)
    tables = tables_of(made.dataset)
    assert [str(one.what) for one in risks(tables)] == []
    # Abbeys with the next smallest, Schools: three are too few to stand alone, also under another name
    deals = tables["deals"].merge(
        company.table("deals")[["amount"]], left_index=True, right_index=True, how="left"
    )
    assert deals["segment"].value_counts().to_dict() == {"Segment 1": 57, OTHER: 43}
    assert set(deals["stage"]) == {"Stage 1", "Stage 2"}
    teams = tables["reps"]["team"].value_counts()
    assert teams[OTHER_TEAMS] == 3
    assert sorted(teams) == [3, 7]
    # the five largest are one amount
    largest = tables["deals"]["amount"].nlargest(6).to_numpy() / KEY.factor
    fifth = company.table("deals")["amount"].nlargest(5).iloc[-1]
    assert largest[:5] == pytest.approx([fifth] * 5)
    assert largest[5] < fifth
    settings = made.dataset.settings
    signed = tables["deals"].loc[tables["deals"]["status"] == "won", "stage"].unique()
    assert (settings.won_stages, len(settings.lost_stages)) == (tuple(signed), 1)


def test_a_value_is_rare_where_any_table_has_few_of_it() -> None:
    tables = {
        "accounts": pd.DataFrame({"segment": ["A"] * 4 + ["B"] * 9}),
        "deals": pd.DataFrame({"segment": ["A"] * 50 + ["B"] * 60}),
    }
    counts = counted(tables, "segment")
    assert counts.loc["A"].to_dict() == {"accounts": 4, "deals": 50}
    assert rare(counts) == ["A"]
    assert rare(counted({"deals": pd.DataFrame({"amount": [1.0]})}, "segment")) == []


def test_credit_notes_are_cut_at_their_end_too_and_snapshots_like_deals() -> None:
    tables = {
        "orders": pd.DataFrame({"amount": [-900.0, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 900]}),
        "deals": pd.DataFrame({"amount": [1.0, 2, 3, 4, 5, 6, 700]}),
        "snapshots": pd.DataFrame({"amount": [700.0, 1]}),
        "reps": pd.DataFrame({"hired_on": pd.to_datetime(["2019-05-17", None]).astype("datetime64[ms]")}),
    }
    made = cut(tables)
    assert made["orders"]["amount"].tolist() == [-2.0, -2, -2, -2, -2, -1, 1, 2, 2, 2, 2, 2]
    assert made["deals"]["amount"].tolist() == [1, 2, 3, 3, 3, 3, 3]
    assert made["snapshots"]["amount"].tolist() == [3, 1]
    assert made["reps"]["hired_on"][0] == pd.Timestamp("2019-04-01")
    assert pd.isna(made["reps"]["hired_on"][1])


def test_numbers_of_categories_do_not_tell_their_names(company: Dataset, tmp_path: Path) -> None:
    """The most frequent is number one, whatever it is called."""
    made = anonymise(company, tmp_path / "shared", KEY, coarse=True)
    content = b"".join(file.read_bytes() for file in made.dataset.path.rglob("*") if file.is_file())
    assert not any(word in content for word in (b"Abbeys", b"Clinics", b"Schools", b"Signed", b"Dead"))
