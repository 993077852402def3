"""Commitments into a dataset and closed again: whole or not at all, also when two do it at once."""

import datetime as dt
import multiprocessing
import os
from pathlib import Path

import pandas as pd
import pytest

from salesreport.coach.recording import close, identified, record
from salesreport.coach.written import Written, read_file
from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, DataError, SalesreportError
from salesreport.lock import locked

TODAY = dt.date(2025, 12, 10)
NEAREST = {"Ann Bergg": "Ann Berg", "winrate": "win_rate", "40": "40%"}


def table(path: Path) -> pd.DataFrame:
    return Dataset.open(path).table("commitments")


def test_one_is_recorded_and_nothing_else_changes(acme: Path) -> None:
    before = Dataset.open(acme)
    files = {name: (before.folder / f"{name}.parquet").read_bytes() for name in before.tables}
    written = Written("ann berg", "  Ask for the\n budget ", "win_rate", "40%", "2026-01-31", "2025-12-08")
    after = record(acme, [written], TODAY).dataset
    rows = after.table("commitments")
    assert rows.iloc[0].to_dict() == {
        "rep_id": "R1",
        "agreed_on": pd.Timestamp("2025-12-08"),
        "text": "Ask for the budget",
        "metric": "win_rate",
        "target": 0.4,
        "due_on": pd.Timestamp("2026-01-31"),
        "status": "open",
        "closed_on": pd.NaT,
        "recorded_on": pd.Timestamp(TODAY),
    }
    assert after.fingerprint != before.fingerprint
    assert {name: (after.folder / f"{name}.parquet").read_bytes() for name in files} == files
    assert after.provenance.counts == before.provenance.counts
    assert [str(note) for note in after.provenance.notes] == [
        "1 commitment was recorded by hand, not read from an export."
    ]
    again = record(acme, [Written("R1", "Another")], TODAY).dataset
    assert [str(note) for note in again.provenance.notes] == [
        "2 commitments were recorded by hand, not read from an export."
    ]
    # who opened it before goes on reading what there was
    assert after.table("deals").equals(again.table("deals"))
    assert len(after.table("commitments")) == 1


def test_what_was_set_aside_stays(acme: Path) -> None:
    folder = Dataset.open(acme).folder / "set_aside"
    folder.mkdir()
    (folder / "deals.csv").write_text("reason,Id\nx,7\n", encoding="utf-8")
    after = record(acme, [Written("R1", "Call")], TODAY).dataset
    assert (after.folder / "set_aside" / "deals.csv").read_text(encoding="utf-8") == "reason,Id\nx,7\n"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (Written("Ann Bergg", "x"), "key “rep”: The dataset has no such rep. Found “Ann Bergg”."),
        (Written("Bob Cole", "x"), "key “rep”: Several reps are called so; name one by the id."),
        (Written("R1", " \n "), "key “text”: There is no text: what was agreed?"),
        (Written("R1", "a\udcffb"), "key “text”: The text has signs that cannot be shown."),
        (Written("R1", "a\x1b[31mb"), "key “text”: The text has signs that cannot be shown."),
        (Written("R1", "x" * 501), "key “text”: The text is too long for an agreement. Found “501”."),
        (Written("R1", "x", "winrate"), "key “metric”: There is no such metric. Found “winrate”."),
        (Written("R1", "x", "conversion"), "key “metric”: This stands for several metrics; one is wanted."),
        (Written("R1", "x", "win_rate", "many"), "key “target”: This is not a number. Found “many”."),
        (Written("R1", "x", "win_rate", "nan"), "key “target”: This is not a number. Found “nan”."),
        (Written("R1", "x", "win_rate", "1_0"), "key “target”: This is not a number. Found “1_0”."),
        (Written("R1", "x", "win_rate", "40"), "key “target”: A share lies between 0 and 1. Found “40”."),
        (Written("R1", "x", None, "4"), "key “target”: A target needs the metric it is of. Found “4”."),
        (Written("R1", "x", "deals_won", "-3"), "key “target”: This metric is never below zero. Found “-3”."),
        (Written("R1", "x", "revenue", "-1e5"), "key “target”: This metric is never below zero. Found “-1e5”."),
        (Written("R1", "x", "win_rate", "-4%"), "key “target”: A share lies between 0 and 1. Found “-4%”."),
        (Written("R1", "x", agreed="1900-01-01"), "key “agreed”: The data begin on Jan 5, 2024; nothing is known"),
        (Written("R1", "x", due="2025-12-09"), "key “due”: It is due before it was agreed. Found “2025-12-09”."),
        (Written("R1", "x", due="9.12.2025"), "key “due”: This is not a date. Found “9.12.2025”."),
        (Written("R1", "x", agreed="soon"), "key “agreed”: This is not a date. Found “soon”."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_error_and_nothing_is_written(acme: Path, written: Written, message: str) -> None:
    before = (acme / "dataset.json").read_bytes()
    with pytest.raises(ConfigError) as error:
        record(acme, [Written("R1", "fits"), written], TODAY)
    assert str(error.value).startswith(message)
    assert error.value.nearest == NEAREST.get(error.value.found)
    assert (acme / "dataset.json").read_bytes() == before


def test_signs_that_join_letters_are_no_mistake(acme: Path) -> None:
    said = "می\u200cخواهم 👩\u200d💼"
    record(acme, [Written("R1", said)], TODAY)
    assert table(acme)["text"].tolist() == [said]


def test_the_same_twice(acme: Path) -> None:
    with pytest.raises(ConfigError, match="This was agreed twice"):
        record(acme, [Written("R1", "Call"), Written("Ann Berg", "Call")], TODAY)
    record(acme, [Written("R1", "Call")], TODAY)
    with pytest.raises(ConfigError, match="recorded already"):
        record(acme, [Written("R1", "Call")], TODAY)
    record(acme, [Written("R1", "Call", agreed="2025-12-09")], TODAY)  # another meeting
    assert len(table(acme)) == 2


def test_what_may_be_below_zero_and_the_year_before_the_data(acme: Path) -> None:
    written = [Written("R1", f"{n}", "growth", "-5%") for n in range(2)]
    # the first deal is of 2024-01-05; 365 days before that is 2023-01-05
    record(acme, [*written, Written("R1", "early", agreed="2023-01-05")], TODAY)
    assert table(acme)["target"].dropna().tolist() == [-0.05, -0.05]
    with pytest.raises(ConfigError, match=r"Expected Jan 5, 2023 or later\."):
        record(acme, [Written("R1", "too early", agreed="2023-01-04")], TODAY)


def test_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no dataset in this folder"):
        record(tmp_path, [Written("R1", "x")], TODAY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_several(acme: Path, tmp_path: Path) -> None:
    file = tmp_path / "agreed.csv"
    file.write_text(
        "\ufeffRep;Text;Metric;Target;Due\nR1;Call first;win_rate;0.5;2026-01-31\n\nR2;\"Ask; again\";;;\n",
        encoding="utf-8",
    )  # fmt: skip
    record(acme, read_file(file), TODAY)
    rows = table(acme).sort_values("rep_id")
    assert rows["text"].tolist() == ["Call first", "Ask; again"]
    assert rows["target"].isna().tolist() == [False, True]
    assert (rows["agreed_on"] == pd.Timestamp(TODAY)).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("rep,text\nR1,ok\nNobody,x\n", "agreed.csv, line 3, key “rep”: The dataset has no such rep."),
        ("rep,text\nR1,ok\nR2\n", "agreed.csv, line 3, key “text”: There is no text"),
        ("rep,txt\nR1,ok\n", "agreed.csv, line 1: A file of commitments has no such heading. Found “txt”."),
        ("rep\nR1\n", "agreed.csv, line 1, key “text”: This required heading is missing."),
        ("rep,text\nR1,a,b\n", "agreed.csv, line 2: This line has more cells than there are headings."),
        ("rep,text\n", "agreed.csv: The file has no rows."),
        ("rep,rep_id,text\nR1,R2,a\n", "agreed.csv, line 1: Two headings mean the same. Found “rep and rep_id”."),
        ("rep,text,text\nR1,a,b\n", "agreed.csv, line 1: Two headings mean the same. Found “text and text”."),
        ('rep,text\nR1,ok\nR1,"a\nR2,b\n', "agreed.csv, line 3: A quote is not closed."),
        ('rep,text\nR1,"a\nR2,b"\nR2,c\n', "agreed.csv, line 2: A quoted text goes on in the next line"),
        ('rep,text\n\nR1,"a\nR2,"b"\n', "agreed.csv, line 3: A quote is not closed."),
        ('rep,text\nR1,"a"b\n', "agreed.csv, line 2: This line cannot be read"),
        ('rep,"text\nR1,a\n', "agreed.csv, line 1: A quote is not closed."),
        ("", "agreed.csv, line 1, key “rep”: This required heading is missing."),
    ],
)  # fmt: skip
def test_a_file_is_taken_whole_or_not_at_all(acme: Path, tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "agreed.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SalesreportError) as error:
        record(acme, read_file(file), TODAY)
    assert message in str(error.value)
    assert table(acme).empty
    with pytest.raises(DataError, match="no such file"):
        read_file(tmp_path / "other.csv")
    (tmp_path / "nul.csv").write_bytes(b"rep,text\nR1,a\0b\n")
    with pytest.raises(SalesreportError):
        record(acme, read_file(tmp_path / "nul.csv"), TODAY)
    (tmp_path / "latin.csv").write_bytes("rep,text\nR1,Gespräch\n".encode("latin-1"))
    with pytest.raises(DataError, match="cannot be read"):
        read_file(tmp_path / "latin.csv")


def test_closed_by_text_by_part_and_by_id(acme: Path) -> None:
    record(acme, [Written("R1", text) for text in ("Call Meyer", "Call Smith", "Ask for the budget")], TODAY)
    later = TODAY + dt.timedelta(20)
    close(acme, "call meyer", "done", later, "Ann Berg")
    close(acme, "the budget", "dropped", later, "R1")
    rows = table(acme).set_index("text")
    assert rows["status"].to_dict() == {
        "Call Meyer": "done",
        "Call Smith": "open",
        "Ask for the budget": "dropped",
    }
    assert rows.loc["Call Meyer", "closed_on"] == pd.Timestamp(later)
    one = identified(table(acme)).set_index("text").loc["Call Smith", "id"]
    close(acme, one, "done", later)
    assert set(table(acme)["status"]) == {"done", "dropped"}
    for which, rep in (("Call Meyer", "R1"), (one, None), ("", "R1"), ("Call Smith", "R2"), ("Call Smith", None)):
        with pytest.raises(ConfigError, match="There is no such open commitment"):
            close(acme, which, "done", later, rep)


def test_several_that_fit_are_told_apart_by_their_ids(acme: Path) -> None:
    agreed = [("2025-11-01", "Call Ann"), ("2025-12-01", "Call Bob")]
    record(acme, [Written("R1", said, agreed=day) for day, said in agreed], TODAY)
    ids = identified(table(acme)).sort_values("agreed_on")["id"].tolist()
    with pytest.raises(ConfigError) as error:
        close(acme, "Call", "done", TODAY, "R1")
    assert str(error.value).endswith(f"Expected one of {ids[0]} and {ids[1]}.")
    close(acme, ids[0], "done", TODAY)
    assert table(acme).sort_values("agreed_on")["status"].tolist() == ["done", "open"]


def test_what_was_agreed_anew_stands_for_those_before(acme: Path) -> None:
    record(acme, [Written("R1", "Call", agreed=day) for day in ("2025-10-01", "2025-11-01", "2025-12-01")], TODAY)
    close(acme, "Call", "done", TODAY, "R1")
    assert table(acme).sort_values("agreed_on")["status"].tolist() == ["open", "open", "done"]
    close(acme, identified(table(acme)).sort_values("agreed_on")["id"].iloc[0], "dropped", TODAY)
    assert table(acme).sort_values("agreed_on")["status"].tolist() == ["dropped", "open", "done"]


def test_nothing_is_agreed_on_a_day_to_come(acme: Path) -> None:
    with pytest.raises(ConfigError, match="yet to come"):
        record(acme, [Written("R1", "Call", agreed="2025-12-11")], TODAY)
    assert table(acme).empty


def write_ten(path: Path, who: str, start: "multiprocessing.synchronize.Event") -> None:
    start.wait()
    for n in range(10):
        record(path, [Written(who, f"{who} {n}")], TODAY)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_two_processes_lose_nothing(acme: Path) -> None:
    fork = multiprocessing.get_context("fork")
    start = fork.Event()
    writers = [fork.Process(target=write_ten, args=(acme, who, start)) for who in ("R1", "R2")]
    for one in writers:
        one.start()
    start.set()
    for one in writers:
        one.join(120)
        assert one.exitcode == 0
    assert sorted(table(acme)["text"]) == sorted(f"{who} {n}" for who in ("R1", "R2") for n in range(10))
    assert len(list(acme.glob("tables-*"))) <= 2


def test_who_waits_too_long_is_told(acme: Path) -> None:
    from salesreport.writing import update_dataset

    with locked(acme), pytest.raises(DataError, match="Another dataset is being written"):
        update_dataset(acme, lambda dataset: ({}, dataset.provenance), patience=0.1)
