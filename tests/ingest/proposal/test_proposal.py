"""A data file without a source spec: what is printed is one, with the file's own headings."""

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.errors import DataError
from salesreport.ingest import ingest
from salesreport.ingest.proposal.proposal import as_yaml, propose
from salesreport.language import Language

EXPORT = (
    "Record ID,Deal Name,Deal owner,Deal Stage,Create Date,Close Date,Amount,Shoe size\n"
    "1,Lamps,Ann,Appointment Scheduled,2025-01-31,,100,40\n"
    "2,Poles,Ann,Closed won,2025-01-31,2025-02-28,200,41\n"
    "3,Cables,Bob,Closed lost,2025-01-31,2025-02-28,300,42\n"
    "4,Bulbs,Bob,Cancelled,2025-01-31,,400,43\n"
)


def started(path):
    written = as_yaml(propose([path]), Language("en"))
    return written, yaml.safe_load(written)


def test_what_is_printed_can_be_ingested(tmp_path):
    (tmp_path / "Sales.csv").write_text(EXPORT, encoding="utf-8")
    written, _ = started(tmp_path / "Sales.csv")
    spec = tmp_path / "Sales.yml"
    assert "currency: '?'" in written  # nothing in the file tells it
    spec.write_text(written.replace("currency: '?'", "currency: EUR"), encoding="utf-8")
    dataset = ingest(spec, tmp_path / "dataset")
    counts = dataset.provenance.counts["deals"]
    # four deals, of which one was cancelled
    assert (counts.read, counts.kept, counts.set_aside) == (4, 3, 1)
    assert dataset.table("deals")["status"].tolist() == ["open", "won", "lost"]
    assert "# not used: Shoe size" in written
    assert "# everything else is open: Appointment Scheduled" in written


def test_a_heading_called_status_can_be_ingested(tmp_path):
    file = tmp_path / "st.csv"
    file.write_text(
        "id,owner,status,closed,amount\n1,A,won,2025-01-02,100\n2,A,lost,2025-01-03,100\n3,B,open,,100\n"
    )
    spec = tmp_path / "st.yml"
    spec.write_text(started(file)[0].replace("currency: '?'", "currency: EUR"), encoding="utf-8")
    assert ingest(spec, tmp_path / "dataset").table("deals")["status"].tolist() == ["won", "lost", "open"]


def test_the_columns_it_finds(tmp_path):
    (tmp_path / "Sales.csv").write_text(EXPORT, encoding="utf-8")
    table = started(tmp_path / "Sales.csv")[1]["tables"]["deals"]
    assert table["columns"] == {
        "deal_id": "Record ID",
        "rep_id": "Deal owner",
        "stage": "Deal Stage",
        "created_on": "Create Date",
        "closed_on": "Close Date",
        "name": "Deal Name",
        "amount": "Amount",
    }
    assert table["status"] == {
        "from": "stage",
        "won": ["Closed won"],
        "lost": ["Closed lost"],
        "neither": ["Cancelled"],
    }


def test_what_it_does_not_find_it_asks(tmp_path):
    (tmp_path / "x.csv").write_text("This;That\n1;2\n3;4\n", encoding="utf-8")
    written, spec = started(tmp_path / "x.csv")
    assert spec["tables"]["deals"]["columns"] == {"deal_id": "?", "rep_id": "?"}
    assert spec["tables"]["deals"]["status"] == {"from": "?", "won": ["?"], "lost": ["?"]}
    assert "which heading identifies a deal?" in written
    assert "# not used: This and That" in written


def test_a_title_above_the_headings(tmp_path):
    rows = [["Sales report", None], [None, None], ["Id", "Owner"], [1, "A"], [2, "B"]]
    pd.DataFrame(rows).to_excel(tmp_path / "x.xlsx", index=False, header=False)
    assert started(tmp_path / "x.xlsx")[1]["tables"]["deals"]["header_row"] == 3
    (tmp_path / "x.csv").write_text("Sales report\n\nId;Owner\n1;A\n2;B\n", encoding="utf-8")
    assert started(tmp_path / "x.csv")[1]["tables"]["deals"]["header_row"] == 3


def test_a_workbook_of_several_sheets(tmp_path):
    with pd.ExcelWriter(tmp_path / "x.xlsx") as writer:
        pd.DataFrame({"Id": [1], "Owner": ["A"]}).to_excel(writer, sheet_name="Deals", index=False)
        pd.DataFrame({"a": [1], "b": [2]}).to_excel(writer, sheet_name="Notes", index=False)
    assert started(tmp_path / "x.xlsx")[1]["tables"]["deals"]["sheet"] == "Deals"


def test_an_encoding_that_must_be_declared(tmp_path):
    (tmp_path / "x.csv").write_bytes("Id;Owner\n1;Müller–Señor\n2;B\n".encode("cp1252"))
    written, spec = started(tmp_path / "x.csv")
    # ñ is ń in cp1250: both are words, and only people know which one is right
    assert spec["tables"]["deals"]["encoding"] == "cp1250"
    assert "# or encoding: cp1252 (Müller–Señor)" in written
    (tmp_path / "y.csv").write_text("Id;Owner\n1;A\n2;B\n", encoding="utf-16-le")
    assert started(tmp_path / "y.csv")[1]["tables"]["deals"]["encoding"] == "utf-16-le"


def test_headings_that_stand_twice_and_odd_ones(tmp_path):
    (tmp_path / "x.csv").write_text("Id,Owner,Owner,,AMOUNT ,Besitzer\n1,A,B,C,2,D\n", encoding="utf-8")
    assert started(tmp_path / "x.csv")[1]["tables"]["deals"]["columns"] == {
        "deal_id": "Id",
        "rep_id": {"heading": "Owner", "occurrence": 1},
        "amount": "AMOUNT",
    }


@pytest.mark.parametrize("heading", ["a: b", "'quoted'", "# no", "- x", "{y}", "line\nbreak", "*"])
def test_any_heading_is_written_so_that_it_can_be_read(tmp_path, heading):
    pd.DataFrame({"Id": ["1"], "Owner": ["A"], "Stage": [heading], heading: ["1"]}).to_excel(
        tmp_path / "x.xlsx", index=False
    )
    table = started(tmp_path / "x.xlsx")[1]["tables"]["deals"]
    assert table["columns"]["stage"] == "Stage"
    assert table["status"]["from"] == "stage"


def test_remarks_hold_nothing_that_a_terminal_obeys(tmp_path):
    (tmp_path / "x.csv").write_text("Id;Owner;\x1b[31mred\n1;A;b\n2;B;c\n", encoding="utf-8")
    written, _ = started(tmp_path / "x.csv")
    assert "\x1b" not in written
    assert "# not used: �[31mred" in written


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"no workbook\0")
    with pytest.raises(DataError, match="cannot be read"):
        started(tmp_path / "x.xlsx")


def test_the_command_prints_it_and_says_what_to_do(tmp_path):
    file = tmp_path / "Sales.csv"
    file.write_text(EXPORT, encoding="utf-8")
    result = CliRunner().invoke(app, ["--language", "en", "ingest", str(file)])
    assert result.exit_code == 2
    assert yaml.safe_load(result.stdout)["tables"]["deals"]["file"] == "Sales.csv"
    assert result.stderr.strip().splitlines() == [
        f"Reading {file}",
        f"Error: {file}: This is a file of data; a source spec says what it means. A beginning of one is printed. "
        "Save it as Sales.yml, check every line, and ingest that; or say “--preset auto” to go on at once.",
    ]


def test_a_source_spec_still_needs_a_folder_for_the_dataset(tmp_path):
    (tmp_path / "s.yml").write_text("name: x\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["--language", "en", "ingest", str(tmp_path / "s.yml")])
    assert result.exit_code == 2
    assert "--out" in result.stderr
