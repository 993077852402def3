"""Folders of dated exports and exports added to a dataset: what is read, what is refused, what is said."""

import datetime as dt

import pandas as pd
import pytest
import yaml
from tallies import said, tallied
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.errors import ConfigError, DataError
from salesreport.ingest import ingest
from salesreport.ingest.spec.dated_files import find_dated_files

HEADING = "Id,Owner,Stage,Created,Closed,Amount\n"
FIRST = "D1,Ann,Lead,2025-01-07,,10\nD2,Bob,Offer,2025-01-20,,20\n"
SECOND = "D1,Ann,Offer,2025-01-07,,15\nD2,Bob,Won,2025-01-20,2025-03-05,20\n"
COLUMNS = {
    "deal_id": "Id", "rep_id": "Owner", "stage": "Stage", "created_on": "Created", "closed_on": "Closed",
    "amount": "Amount",
}  # fmt: skip


class Folder:
    """A folder of exports, its source spec and its dataset."""

    def __init__(self, path):
        self.path, self.out, self.source = path, path / "out", path / "source.yml"

    def put(self, name, rows, heading=HEADING):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(rows if isinstance(rows, bytes) else (heading + rows).encode())

    def spec(self, file="deals_{date}.csv", *, more=None, columns=None, table=None, **changes):
        deals = {
            "file": file, "columns": COLUMNS | (columns or {}),
            "status": {"from": "Stage", "won": ["Won"], "lost": ["Lost"]}, **(table or {}),
        }  # fmt: skip
        whole = {"name": "test", "currency": "EUR", "tables": {"deals": deals, **(more or {})}, **changes}
        self.source.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")

    def ingest(self, file="deals_{date}.csv", *, day=None, steps=None, **changes):
        self.spec(file, **changes)
        return ingest(self.source, self.out, progress=None if steps is None else steps.append, snapshot_date=day)


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path)
    folder.put("deals_2025-03-02.csv", FIRST)
    folder.put("deals_2025-03-09.csv", SECOND)
    return folder


def test_dated_files_make_snapshots(folder):
    steps = []
    dataset = folder.ingest(steps=steps)
    assert dataset.as_of == dt.date(2025, 3, 9)
    assert dataset.rows == {"reps": 2, "deals": 2, "stage_events": 4, "snapshots": 4}
    assert dataset.table("snapshots", ["amount"])["amount"].sum() == 10 + 20 + 15 + 20
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept) == (4, 4)
    assert {(file.table, file.file) for file in dataset.provenance.files} == {
        ("deals", "deals_2025-03-02.csv"), ("deals", "deals_2025-03-09.csv"),
    }  # fmt: skip
    assert sum("Reading deals_" in str(step) for step in steps) == 2
    notes = said(dataset.provenance.notes)
    assert any("from 2 exports, taken from Mar 2, 2025 to Mar 9, 2025" in note for note in notes), notes
    assert any("each is known only to lie between two of them" in note for note in notes)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("x_{date}.csv", ["x_2025-03-02.csv", "x_20250309.csv", "x_2025_03_16.csv", "x_23.03.2025.csv"]),
        ("{date}/deals.csv", ["2025-03-02/deals.csv", "20250309/deals.csv"]),
        ("a/b {date} (x)/d_{date}.csv", ["a/b 2025-03-02 (x)/d_02.03.2025.csv"]),
    ],
)
def test_dates_in_all_their_forms_and_strays_left_alone(tmp_path, pattern, names):
    folder = Folder(tmp_path)
    strays = [
        "x_old.csv",
        "readme.txt",
        "~$x_2025-03-02.csv",
        "x_2025-03-02.csv.bak",
        "x_2025-3-2.csv",
        "a/b 1 (x)/d",
    ]
    for name in [*names, *strays]:
        folder.put(name, FIRST)
    (tmp_path / "2025-01-01").write_text("a file where a folder should be")
    files, _ = find_dated_files(pattern, tmp_path, "deals")
    assert [file.file for file in files] == names
    assert [file.taken_on for file in files] == [dt.date(2025, 3, 2 + 7 * n) for n in range(len(names))]


def test_two_exports_of_one_day_no_export_and_no_day(folder):
    folder.put("deals_20250302.csv", FIRST)
    with pytest.raises(DataError) as caught:
        folder.ingest()
    assert caught.value.found == ["deals_2025-03-02.csv", "deals_20250302.csv"]
    with pytest.raises(DataError, match=r"pipeline_\{date\}\.csv, the date written as YYYY-MM-DD") as caught:
        folder.ingest("pipeline_{date}.csv")
    assert "deals_2025-03-02.csv" in caught.value.found
    with pytest.raises(DataError, match="no such folder"):
        folder.ingest("exports/{date}/deals.csv")
    folder.put("deals_2025-02-30.csv", FIRST)
    with pytest.raises(DataError, match=r"deals_2025-02-30\.csv.*no such day"):
        folder.ingest()
    assert not folder.out.exists()


def test_a_folder_without_its_file_is_said(folder):
    folder.put("e/2025-03-02/deals.csv", FIRST)
    folder.put("e/2025-03-09/other.csv", FIRST)
    dataset = folder.ingest("e/{date}/deals.csv")
    assert dataset.as_of == dt.date(2025, 3, 2)
    assert any("e/2025-03-09/deals.csv is missing" in note for note in said(dataset.provenance.notes))


def test_a_bad_export_in_the_middle_is_named_and_nothing_is_written(folder):
    folder.put("deals_2025-03-04.csv", b"\x00\x01\x02" * 50)
    with pytest.raises(DataError) as caught:
        folder.ingest()
    assert "deals_2025-03-04.csv" in str(caught.value)
    folder.put("deals_2025-03-04.csv", "")
    with pytest.raises(DataError, match=r"deals_2025-03-04\.csv.*no rows"):
        folder.ingest()
    folder.put("deals_2025-03-04.csv", FIRST, HEADING.replace("Owner", "Possessor"))
    with pytest.raises(DataError, match=r"deals_2025-03-04\.csv.*“Owner”.*no such column"):
        folder.ingest()
    assert not folder.out.exists()


def test_days_to_come_are_set_aside_with_their_file(folder):
    folder.put("deals_2025-03-04.csv", FIRST + "D3,Ann,Won,2025-01-07,2025-03-05,1\n")  # won the day after
    dataset = folder.ingest()
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.set_aside) == (7, 6, 1)
    assert tallied(counts.reasons) == {"closed after the as-of date": 1}
    aside = pd.read_csv(dataset.folder / "set_aside" / "deals.csv", dtype=str)
    assert aside[["file", "row", "Id"]].to_numpy().tolist() == [["deals_2025-03-04.csv", "4", "D3"]]


def test_as_of_leaves_out_what_came_later(folder):
    dataset = folder.ingest(as_of="2025-03-05")
    assert dataset.as_of == dt.date(2025, 3, 2)
    assert dataset.rows["snapshots"] == 2
    notes = said(dataset.provenance.notes)
    assert any(note.startswith("1 export taken after Mar 5, 2025 was left out") for note in notes), notes
    with pytest.raises(DataError, match="All exports are of days after"):
        folder.ingest(as_of="2025-01-01")


def test_no_date_at_all_needs_an_as_of(folder):
    with pytest.raises(ConfigError) as caught:
        folder.ingest("deals_2025-03-02.csv")
    assert caught.value.key == "as_of"
    assert "snapshots" not in folder.ingest("deals_2025-03-02.csv", as_of="2025-03-02").rows


def test_other_tables_are_read_from_their_newest_file(folder):
    folder.put("reps_2025-03-02.csv", "Ann,Old\nBob,Old\n", "Rep,Team\n")
    folder.put("reps_2025-03-08.csv", "Ann,New\nBob,New\n", "Rep,Team\n")
    folder.put("reps_2025-03-10.csv", "Ann,Later\nBob,Later\n", "Rep,Team\n")
    reps = {"file": "reps_{date}.csv", "columns": {"rep_id": "Rep", "team": "Team"}}
    dataset = folder.ingest(more={"reps": reps})
    assert set(dataset.table("reps")["team"]) == {"New"}
    alone = folder.ingest("deals_2025-03-02.csv", more={"reps": reps})
    assert alone.as_of == dt.date(2025, 3, 10)
    assert "snapshots" not in alone.rows


def test_older_exports_may_lack_optional_columns(folder):
    heading = HEADING.replace("Amount", "Amount,Chance")
    folder.put("deals_2025-03-09.csv", "D1,Ann,Offer,2025-01-07,,15,40%\n", heading)
    dataset = folder.ingest(columns={"crm_probability": "Chance"}, table={"drop": {"Chance": ["test"]}})
    snapshots = dataset.table("snapshots").set_index(["deal_id", "taken_on"])["crm_probability"]
    assert snapshots["D1"].dropna().tolist() == [0.4]
    assert len(snapshots) == 3
    notes = said(dataset.provenance.notes)
    assert "Column “Chance” is missing in 1 earlier export." in notes
    assert any("1 deal that was open disappeared" in note for note in notes)
    assert set(dataset.table("deals")["deal_id"]) == {"D1"}
    assert set(dataset.table("stage_events")["deal_id"]) == {"D1", "D2"}
    folder.put("deals_2025-03-16.csv", FIRST)
    with pytest.raises(DataError, match=r"deals_2025-03-16\.csv.*Chance"):  # the newest has to have it
        folder.ingest(columns={"crm_probability": "Chance"})


def test_a_history_of_its_own_wins(folder):
    folder.put("moves.csv", "D1,Lead,2025-01-07\nD1,Offer,2025-03-03\n", "Id,Stage,At\n")
    folder.put("owners.csv", "D1,Ann,1\n", "Id,Rep,Share\n")
    dataset = folder.ingest(
        more={
            "stage_events": {
                "file": "moves.csv",
                "columns": {"deal_id": "Id", "stage": "Stage", "entered_at": "At"},
            },
            "deal_owners": {"file": "owners.csv", "columns": {"deal_id": "Id", "rep_id": "Rep", "share": "Share"}},
        }
    )
    assert dataset.rows["stage_events"] == 2
    assert dataset.rows["snapshots"] == 4
    notes = said(dataset.provenance.notes)
    assert any("its own stage history" in note for note in notes)
    assert any("its own history of owners" in note for note in notes)
    with pytest.raises(ConfigError, match=r"source\.yml, line \d+.*cannot also be read"):
        folder.ingest(more={"snapshots": {"file": "s.csv", "columns": {"deal_id": "Id", "taken_on": "At"}}})


# --- one export at a time


def test_adding_todays_export(folder):
    folder.put("deals.csv", FIRST)
    one = folder.ingest("deals.csv", day=dt.date(2025, 3, 2))
    assert one.rows == {"reps": 2, "deals": 2, "stage_events": 2, "snapshots": 2}
    folder.put("deals.csv", SECOND)
    two = folder.ingest("deals.csv", day=dt.date(2025, 3, 9))
    folder.out = folder.path / "whole"
    whole = folder.ingest()
    assert two.fingerprint == whole.fingerprint
    assert [file.file for file in two.provenance.files] == ["deals.csv", "deals.csv"]


def test_what_is_there_is_not_changed_by_mistake(folder):
    later, day = dt.date(2025, 3, 9), dt.date(2025, 3, 2)
    folder.ingest("deals_2025-03-02.csv", day=day)
    folder.ingest("deals_2025-03-09.csv", day=later)
    before = (folder.out / "dataset.json").read_bytes()
    for file, when, changes, match in (
        ("deals_2025-03-02.csv", later, {}, "another export of this day"),
        ("deals_2025-03-09.csv", day, {}, "another export of this day"),
        ("deals_2025-03-02.csv", dt.date(2025, 3, 8), {}, "already holds a later export"),
        ("deals_2025-03-09.csv", dt.date(2025, 3, 16), {"currency": "USD"}, "currency of the dataset is another"),
        ("deals_2025-03-09.csv", dt.date(2025, 3, 16), {"name": "others"}, "name of the dataset is another"),
        ("deals_{date}.csv", dt.date(2025, 3, 16), {}, "no export of this day"),
        ("missing.csv", dt.date(2025, 3, 16), {}, "no such file"),
    ):
        with pytest.raises(DataError, match=match):
            folder.ingest(file, day=when, **changes)
        assert (folder.out / "dataset.json").read_bytes() == before
    steps = []
    same = folder.ingest("deals_2025-03-09.csv", day=later, steps=steps)
    assert same.rows["snapshots"] == 4
    assert str(steps[-1]) == "The dataset already holds this export."
    assert (folder.out / "dataset.json").read_bytes() == before
    # the same export with another customer table is another one
    folder.put("accounts.csv", "A1,Big\n", "Id,Segment\n")
    accounts = {"accounts": {"file": "accounts.csv", "columns": {"account_id": "Id", "segment": "Segment"}}}
    with pytest.raises(DataError, match=r"accounts.*another export of this day"):
        folder.ingest("deals_2025-03-09.csv", day=later, more=accounts)


def test_what_the_source_does_not_have_stays(folder):
    folder.put("accounts.csv", "A1,Big\n", "Id,Segment\n")
    accounts = {"accounts": {"file": "accounts.csv", "columns": {"account_id": "Id", "segment": "Segment"}}}
    bad = FIRST + "D9,,Lead,2025-01-07,,1\n"
    folder.put("deals_2025-03-02.csv", bad)
    folder.ingest(day=dt.date(2025, 3, 2), more=accounts)
    dataset = folder.ingest(day=dt.date(2025, 3, 9))
    assert dataset.rows["accounts"] == 1
    assert dataset.provenance.counts["accounts"].read == 1
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.set_aside) == (5, 1)
    aside = pd.read_csv(dataset.folder / "set_aside" / "deals.csv", dtype=str)
    assert aside[["file", "row", "Id"]].to_numpy().tolist() == [["deals_2025-03-02.csv", "4", "D9"]]


def test_a_dataset_without_snapshots_is_the_first_one(folder):
    folder.put("moves.csv", "D1,Lead,2025-01-07\n", "Id,Stage,At\n")
    moves = {
        "stage_events": {"file": "moves.csv", "columns": {"deal_id": "Id", "stage": "Stage", "entered_at": "At"}}
    }
    folder.ingest("deals_2025-03-02.csv", as_of="2025-03-02", more=moves)
    dataset = folder.ingest("deals_2025-03-09.csv", day=dt.date(2025, 3, 9))
    assert dataset.rows["snapshots"] == 4
    events = dataset.table("stage_events").sort_values(["deal_id", "entered_at"])
    # D1 keeps its history and moved since; of D2 there was none
    assert list(zip(events["deal_id"], events["stage"], strict=True)) == [
        ("D1", "Lead"), ("D1", "Offer"), ("D2", "Offer"), ("D2", "Won"),
    ]  # fmt: skip


def test_a_dataset_of_the_same_day_gets_its_snapshot(folder):
    day = dt.date(2025, 3, 9)
    folder.ingest("deals_2025-03-09.csv", as_of="2025-03-09")
    same = folder.ingest("deals_2025-03-09.csv", day=day)
    folder.out = folder.path / "anew"
    assert same.fingerprint == folder.ingest("deals_2025-03-09.csv", day=day).fingerprint
    assert (same.rows["snapshots"], same.provenance.counts["deals"].read, len(same.provenance.files)) == (2, 2, 1)


def test_a_new_process_reaches_a_dataset_that_has_the_export(folder):
    day = dt.date(2025, 3, 9)
    one = folder.ingest(day=day)
    two = folder.ingest(day=day, fiscal_year_start=4)
    assert two.settings.fiscal_year_start == 4
    assert two.rows == one.rows
    assert two.fingerprint != one.fingerprint


def test_the_command(folder):
    folder.spec()
    run = CliRunner().invoke
    common = ["ingest", str(folder.source), "--out", str(folder.out), "--snapshot-date"]
    for day in ("2025-03-02", "2025-03-09", "2025-03-09"):
        result = run(app, [*common, day])
        assert result.exit_code == 0, result.output
    assert "already holds this export" in result.output
    result = run(app, [*common, "2.3.2025"])
    assert result.exit_code == 2
    assert "--snapshot-date" in result.output


def test_an_export_of_the_future_is_refused_and_the_dataset_stays(folder):
    folder.put("deals.csv", FIRST)
    before = folder.ingest("deals.csv", day=dt.date(2025, 3, 2)).fingerprint
    for day in (dt.date(9999, 12, 31), dt.date.today() + dt.timedelta(2)):
        with pytest.raises(ConfigError, match="of a day that has not come yet"):
            folder.ingest("deals.csv", day=day)
    assert folder.ingest("deals.csv", day=dt.date(2025, 3, 2)).fingerprint == before
    folder.put("deals_2952-03-16.csv", SECOND)  # a mistyped name
    with pytest.raises(ConfigError, match=r"tables\.deals\.file.* that has not come yet. Found “2952-03-16”"):
        folder.ingest()
