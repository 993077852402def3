from pathlib import Path

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner
from workshop import HOSTILE

from salesreport.cli import app
from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import ConfigError
from salesreport.pack.packfile import DIMENSIONS
from salesreport.pack.subjects import Subject, ids_of, subjects, values
from salesreport.provenance import Provenance
from salesreport.writing import write_dataset


def ids(dataset: Dataset, kind: str, *periods: str, **where: list[str]) -> list[str]:
    return [one.id for one in subjects(dataset, kind, [dataset.period(name) for name in periods], where)]


def test_reps_with_a_deal_that_lived_in_the_periods(company: Dataset) -> None:
    # Q4: D1, D2 (R1), D3 (R2), D4 (the hostile one); Q3: D1, D2. R4's deal closed in February, R5 has none.
    assert ids(company, "rep", "2017-Q4", "2017-Q3") == ["R1", "R2", HOSTILE]
    assert ids(company, "rep", "2017-Q1") == ["R4"]
    # nothing happened in Q2, and D1 and D2 began in September
    assert ids(company, "rep", "2017-Q2") == []


def test_subjects_carry_name_and_team_and_stand_by_team_and_name(company: Dataset) -> None:
    assert subjects(company, "rep", [company.period("2017")]) == [
        Subject("rep", "R1", "Ann Berg", "North"),
        Subject("rep", "R2", "Bob Czerny", "North"),
        Subject("rep", HOSTILE, HOSTILE, "South"),
        Subject("rep", "R4", "Dan Ek", "South"),
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("team", ["North", "South"]),
        ("manager", ["Mo", "Nia"]),
        ("segment", ["Energy", "Retail"]),  # from the accounts; the deal without an account has none
        ("product_line", ["Lamps", "Poles"]),
        ("account", ["A1", "A2"]),
        ("lead_source", []),  # this export has none
    ],
)
def test_other_dimensions(company: Dataset, kind: str, expected: list[str]) -> None:
    assert ids(company, kind, "2017-Q4") == expected


def test_where_leaves_those_who_go_with_the_values(company: Dataset) -> None:
    assert ids(company, "rep", "2017-Q4", team=["South"]) == [HOSTILE]
    assert ids(company, "rep", "2017-Q4", product_line=["Poles"]) == ["R2", HOSTILE]
    assert ids(company, "rep", "2017-Q4", product_line=["Poles"], team=["North"]) == ["R2"]
    assert ids(company, "segment", "2017-Q4", rep=["R1"]) == ["Retail"]


def test_teams_share_the_reps_out(company: Dataset) -> None:
    everybody = set(ids(company, "rep", "2017"))
    by_team = [ids(company, "rep", "2017", team=[team]) for team in ids(company, "team", "2017")]
    assert set().union(*by_team) == everybody
    assert sum(map(len, by_team)) == len(everybody)


def test_orders_activities_targets_and_co_owners_count_too(tmp_path: Path) -> None:
    day = pd.to_datetime(pd.Series(["2017-11-01"]))
    tables = {
        "orders": pd.DataFrame({"order_id": ["O"], "rep_id": ["order"], "ordered_on": day, "amount": [1.0]}),
        "activities": pd.DataFrame(
            {"activity_id": ["A"], "rep_id": ["activity"], "type": ["call"], "done_at": day.dt.tz_localize("UTC")}
        ),
        "targets": pd.DataFrame(
            {"metric": ["revenue"] * 2, "period": ["2017-Q4", "2016-Q4"], "value": [1.0, 1.0],
             "rep_id": ["target", "old target"]}
        ),
        "deals": pd.DataFrame(
            {"deal_id": ["D"], "rep_id": ["owner"], "status": ["open"], "created_on": day, "amount": [1.0]}
        ),
        "deal_owners": pd.DataFrame(
            {"deal_id": ["D", "D"], "rep_id": ["co-owner", "late owner"],
             "from": pd.to_datetime(pd.Series([None, "2018-02-01"])), "share": [0.5, 0.5]}
        ),
    }  # fmt: skip
    dataset = write_dataset(
        tmp_path / "d", tables, DatasetSettings(name="x", as_of="2018-03-01"), Provenance("test")
    )  # type: ignore[arg-type]
    assert ids(dataset, "rep", "2017-Q4") == ["activity", "co-owner", "order", "owner", "target"]


def test_names_and_ids_both_find_a_subject(company: Dataset) -> None:
    def found(*written: str) -> list[str]:
        return ids_of(company, "rep", written, lambda index: {"key": f"--only {index}"})

    assert found("R1", "bob czerny", HOSTILE) == ["R1", "R2", HOSTILE]
    with pytest.raises(ConfigError) as caught:
        found("R1", "Bob Czerni")
    assert (caught.value.key, caught.value.nearest) == ("--only 1", "Bob Czerny")


def test_a_name_of_several_is_all_of_them_or_refused(tmp_path: Path) -> None:
    reps = pd.DataFrame({"rep_id": ["R1", "R2"], "name": ["Ann Berg", "Ann Berg"]})
    settings = DatasetSettings(name="x", as_of="2018-03-01")  # type: ignore[arg-type]
    dataset = write_dataset(tmp_path / "d", {"reps": reps}, settings, Provenance("test"))
    assert ids_of(dataset, "rep", ["ann berg"], lambda _: {}) == ["R1", "R2"]
    assert ids_of(dataset, "rep", ["R2"], lambda _: {}, alone=True) == ["R2"]
    with pytest.raises(ConfigError, match=r"Several reps are called so.*Expected one of R1 and R2") as caught:
        ids_of(dataset, "rep", ["ann berg"], lambda _: {"key": "--rep"}, alone=True)
    assert caught.value.key == "--rep"
    for command in (["plan", "--period", "2018-Q2"], ["accounts"]):
        given = [command[0], str(dataset.path), *command[1:], "--rep", "Ann Berg"]
        done = CliRunner().invoke(app, given, env={"SALESREPORT_LANGUAGE": "en", "COLUMNS": "200"})
        assert (done.exit_code, done.stdout) == (2, "")
        assert "one of R1 and R2" in done.stderr


def test_values_are_those_of_all_time(company: Dataset) -> None:
    assert values(company, "rep") == {
        "R1": "Ann Berg", "R2": "Bob Czerny", HOSTILE: HOSTILE, "R4": "Dan Ek", "R5": "Eve Fay"
    }  # fmt: skip


def test_every_dimension_works_on_an_empty_dataset(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "d", {}, DatasetSettings(name="x", as_of="2018-03-01"), Provenance("test"))  # type: ignore[arg-type]
    assert [ids(dataset, kind, "2017") for kind in DIMENSIONS] == [[]] * len(DIMENSIONS)


def test_thirty_reps_of_the_maven_data(public_data: Path, tmp_path: Path) -> None:
    """35 reps are listed; DuckDB counts those with deals, straight from the CSV."""
    csv = public_data / "maven_crm" / "sales_pipeline.csv"
    raw = pd.read_csv(csv, parse_dates=["engage_date", "close_date"])
    status = raw["deal_stage"].map({"Won": "won", "Lost": "lost"}).fillna("open")
    deals = pd.DataFrame(
        {"deal_id": raw["opportunity_id"], "rep_id": raw["sales_agent"], "status": status,
         "created_on": raw["engage_date"], "closed_on": raw["close_date"]}
    )  # fmt: skip
    reps = pd.read_csv(public_data / "maven_crm" / "sales_teams.csv")
    reps = pd.DataFrame({"rep_id": reps["sales_agent"], "team": reps["regional_office"]})
    settings = DatasetSettings(name="maven", as_of="2017-12-31")  # type: ignore[arg-type]
    dataset = write_dataset(tmp_path / "d", {"deals": deals, "reps": reps}, settings, Provenance("test"))
    query = """
        select count(distinct sales_agent) from read_csv(?)
        where coalesce(engage_date, date '2017-12-31') <= date '2017-12-31'
          and coalesce(close_date, date '2017-12-31') >= date '2017-07-01'
    """
    with duckdb.connect() as connection:
        assert connection.execute(query, [str(csv)]).fetchone() == (30,)
    assert len(reps) == 35
    assert len(ids(dataset, "rep", "2017-Q4", "2017-Q3")) == 30
