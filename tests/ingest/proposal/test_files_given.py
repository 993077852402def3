"""What is made of the files that are named: which CRM, which of them are used, what the dataset is called."""

import pytest
import yaml
from crm_exports import WRITERS, company
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset

SALESFORCE = (
    "Opportunity ID,Opportunity Name,Opportunity Owner,Stage,Created Date,Close Date,Amount,Amount Currency"
)
HUBSPOT = 'Record ID,Deal Stage,Pipeline,Deal owner,Create Date,Close Date,Amount,"Date entered ""Talk (Sales)"""'
PIPEDRIVE = "Deal - ID,Deal - Title,Deal - Owner,Deal - Status,Deal - Value,Deal - Deal created,Deal - Won time"
ANY = "Nr,Owner,Status,Created,Closed,Amount"


def ingest(*words, code=0):
    done = CliRunner().invoke(app, ["--language", "en", "ingest", "--preset", "auto", *map(str, words)])
    said = " ".join((done.output + done.stderr).split())
    assert done.exit_code == code, said
    return said


@pytest.fixture
def files(tmp_path):
    """Writes files into a folder `lumen`."""
    folder = tmp_path / "lumen"
    folder.mkdir()

    def write(**contents):
        for name, rows in contents.items():
            (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        return [folder / f"{name}.csv" for name in contents]

    return write


@pytest.fixture
def deals(tmp_path):
    def read():
        return Dataset.open(tmp_path / "ds").table("deals")

    return read


@pytest.mark.parametrize(
    ("headings", "cells", "wanted"),
    [
        ("Segment,Industry", "Retail,Toys", "Retail"),
        ("Industry", "Toys", "Toys"),
        ("Kundensegment", "Handel", "Handel"),
    ],
)
def test_segments_of_deals_in_any_file(files, tmp_path, deals, headings, cells, wanted):
    made = files(deals=[f"{ANY},{headings}", f"1,Ann,won,2025-01-02,2025-02-03,10,{cells}"])
    ingest(*made, "--currency", "EUR", "--out", tmp_path / "ds")
    assert deals()["segment"].tolist() == [wanted]


def test_where_no_deal_is_closed_the_words_are_the_crms(files, tmp_path, deals):
    rows = ["1,Elan,Ann,Talk,2025-01-02,2025-09-01,10,EUR", "2,Rast,Ann,Offer,2025-01-03,2025-09-02,20,EUR"]
    said = ingest(*files(deals=[SALESFORCE, *rows]), "--out", tmp_path / "ds")
    assert "status: {from: stage, won: [Closed Won], lost: [Closed Lost]}" in said
    assert "to check: no value meant won or lost when this was mapped" in said
    assert deals()["status"].tolist() == ["open", "open"]
    assert any(
        "no value meant won or lost" in str(note) for note in Dataset.open(tmp_path / "ds").provenance.notes
    )


def test_where_nobody_knows_the_words_the_line_to_write_is_said(files, tmp_path):
    made = files(deals=[ANY, "1,Ann,running,2025-01-02,,10"])
    spec = tmp_path / "source.yml"
    given = ["--currency", "EUR", "--as-of", "2025-03-31"]
    said = ingest(*made, *given, "--write-spec", spec, code=2)
    line = "status: {from: Status, won: [Won], lost: [Lost]}"
    assert f"no value of “Status” is known to mean won or lost; write, with the words that do: “{line}”" in said
    written = spec.read_text(encoding="utf-8")
    assert yaml.safe_load(written)["tables"]["deals"]["status"]["from"] == "Status"
    # and with that line it goes
    old = next(row for row in written.splitlines() if "status:" in row)
    spec.write_text(written.replace(old, f"    {line}"), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["ingest", str(spec), "--root", str(made[0].parent), "--out", str(tmp_path / "ds")]
    )
    assert done.exit_code == 0, done.output


def test_the_date_of_an_open_deal_that_is_kept_is_not_said_to_be_lost(files, tmp_path, deals):
    head = f"{SALESFORCE},Last Stage Change Date"
    rows = ["1,Elan,Ann,Talk,2025-01-02,2025-09-01,10,EUR,2025-01-03"]
    said = ingest(*files(deals=[head, *rows]), "--out", tmp_path / "ds")
    assert "it was removed, the expected one kept" in said
    assert deals()["expected_close_on"].dt.date.astype(str).tolist() == ["2025-09-01"]
    assert "closed_on" not in deals().dropna(axis="columns", how="all")


@pytest.mark.parametrize("kind", ["csv", "own"])
def test_the_deals_of_another_crm_are_an_error(files, tmp_path, kind):
    made = files(hs=[HUBSPOT, "1,Talk,Sales,Ann,2025-01-02,2025-09-01,10,2025-01-02"])
    made += (
        files(pd=[PIPEDRIVE, "1,Elan,Ann,Won,10,2025-01-02,2025-02-03"])
        if kind == "csv"
        else WRITERS["pipedrive"](company(), tmp_path).files
    )
    said = ingest(*made, "--currency", "EUR", "--out", tmp_path / "ds", code=2)
    assert "looks like Pipedrive, and the others like HubSpot: a dataset is of one CRM." in said
    assert "Ingest it on its own" in said
    assert not (tmp_path / "ds").exists()


def test_a_file_of_something_else_is_named_and_no_error(files, tmp_path):
    made = files(deals=[ANY, "1,Ann,won,2025-01-02,2025-02-03,10"], products=["Product,Price", "Lamp,10"])
    said = ingest(*made, "--currency", "EUR", "--out", tmp_path / "ds")
    assert "products.csv: no table is recognised in it." in said


def test_a_file_that_is_given_twice(files, tmp_path):
    (made,) = files(deals=[ANY, "1,Ann,won,2025-01-02,2025-02-03,10"])
    again = made.parent / ".." / "lumen" / made.name
    said = ingest(made, again, "--currency", "EUR", "--out", tmp_path / "ds", code=2)
    assert "The file is given twice." in said
    assert not (tmp_path / "ds").exists()


def test_hubspot_without_the_names_of_deals(files, tmp_path, deals):
    said = ingest(
        *files(deals=[HUBSPOT, "1,Closed won,Sales,Ann,2025-01-02,2025-02-01,10,2025-01-05"]),
        "--currency", "EUR", "--out", tmp_path / "ds",
    )  # fmt: skip
    assert "Recognised as: HubSpot" in said
    assert Dataset.open(tmp_path / "ds").table("stage_events")["stage"].tolist() == ["Talk"]
    assert deals()["status"].tolist() == ["won"]


@pytest.mark.parametrize(
    ("headings", "rows"),
    [
        ("stage_id,is_closed,is_won", ["s9,true,true", "s8,true,false", "s3,false,false"]),
        ("State,Is Closed Won,Is Deal Closed", ["x,1,1", "y,0,1", "z,0,0"]),
    ],
)
def test_flags_tell_the_state(files, tmp_path, deals, headings, rows):
    cells = [f"{at},Ann,2025-01-02,2025-02-03,10,{row}" for at, row in enumerate(rows)]
    made = files(deals=[f"id,owner_id,created_date,close_date,amount,{headings}", *cells])
    ingest(*made, "--currency", "EUR", "--out", tmp_path / "ds")
    assert deals()["status"].tolist() == ["won", "lost", "open"]


def test_of_hubspot_one_flag_helps_where_stages_have_words_of_their_own(files, tmp_path, deals):
    head = "Record ID,Deal Name,Deal Stage,Deal owner,Create Date,Close Date,Amount,Is Closed Won"
    rows = ["1,A,Hurra,Ann,2025-01-02,2025-02-01,10,true", "2,B,Talk,Ann,2025-01-02,2025-02-01,10,false"]
    ingest(*files(deals=[head, *rows]), "--currency", "EUR", "--out", tmp_path / "ds")
    assert deals()["status"].tolist() == ["won", "open"]


def test_the_name_of_a_dataset(files, tmp_path):
    rows = [ANY, "1,Ann,won,2025-01-02,2025-02-03,10"]
    one, other = files(deals=rows, accounts=["Account,Segment", "Elan,Retail"])
    told = {
        "lumen (the folder’s name)": [other, one],
        "deals (the file’s name)": [one],
    }
    for name, given in told.items():
        said = ingest(*given, "--currency", "EUR", "--out", tmp_path / "ds")
        assert f"to check: name {name}; otherwise say --name" in said
        assert Dataset.open(tmp_path / "ds").settings.name == name.split(" ")[0]
    ingest(one, other, "--currency", "EUR", "--out", tmp_path / "ds", "--name", "Lumen & Co")
    assert Dataset.open(tmp_path / "ds").settings.name == "Lumen & Co"
    # a folder whose name says nothing
    folder = one.parent.rename(tmp_path / "Downloads")
    ingest(folder / "accounts.csv", folder / "deals.csv", "--currency", "EUR", "--out", tmp_path / "ds")
    assert Dataset.open(tmp_path / "ds").settings.name == "deals"
