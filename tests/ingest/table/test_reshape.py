"""Rows of another kind, a column per stage, times of another zone."""

import pytest

from salesreport.errors import ConfigError, DataError
from salesreport.ingest.table.reshape import matches

BASE = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created", "stage": "Stage"}
DEALS = "Id,Owner,State,Created,Stage\n1,Ada,open,2025-01-02,Offer\n2,Ben,open,2025-01-03,Talk\n"


def events(dataset):
    frame = dataset.table("stage_events").sort_values(["deal_id", "entered_at"])
    return [(row.deal_id, row.stage, f"{row.entered_at:%m-%d}") for row in frame.itertuples()]


def ingest(export, staged, **history):
    export.write("deals.csv", DEALS)
    export.write("staged.csv", staged)
    table = {"file": "staged.csv", "columns": {"deal_id": "Id"}, **history}
    return export.ingest({"deals": {"file": "deals.csv", "columns": BASE}, "stage_events": table})


STAGED = (
    'Id,"Date entered ""Talk (Sales)""","Date entered ""Offer (big) (Sales)""",Other\n'
    "1,2025-01-02 10:00,2025-01-09 11:30,x\n2,2025-01-03 09:00,,y\n"
)


def test_a_column_per_stage_by_a_pattern(export):
    dataset = ingest(export, STAGED, per_stage='Date entered "{stage} ({pipeline})"')
    assert events(dataset) == [("1", "Talk", "01-02"), ("1", "Offer (big)", "01-09"), ("2", "Talk", "01-03")]
    counts = dataset.provenance.counts["stage_events"]
    assert (counts.read, counts.kept) == (3, 3)  # a filled cell is a row


def test_a_pipeline_in_brackets_may_be_missing(export):
    dataset = ingest(
        export, 'Id,"Date entered ""Talk"""\n1,2025-01-02\n', per_stage='date entered "{stage} ({pipeline})"'
    )
    assert events(dataset) == [("1", "Talk", "01-02")]


def test_a_column_per_stage_by_name(export):
    staged = "Id,First talk,Offer sent\n1,02.01.2025,13.01.2025\n"
    dataset = ingest(export, staged, per_stage={"First talk": "Talk", "Offer sent": "Offer"})
    assert events(dataset) == [("1", "Talk", "01-02"), ("1", "Offer", "01-13")]


def test_patterns_that_fit_nothing_or_name_no_stage(export):
    with pytest.raises(DataError, match=r"No heading names a stage.*Entered \{stage\}"):
        ingest(export, STAGED, per_stage="Entered {stage}")
    with pytest.raises(ConfigError, match="place of the stage is not marked"):
        ingest(export, STAGED, per_stage="Entered")
    with pytest.raises(ConfigError, match="Only stage_events take “per_stage”"):
        export.deals("1,Ada,open,2025-01-02,,1\n", table={"per_stage": "{stage}"})
    with pytest.raises(ConfigError, match="Column stage is also mapped"):
        ingest(export, STAGED, per_stage="{stage}", columns={"deal_id": "Id", "stage": "Other"})


def test_one_file_of_two_tables(export):
    export.write(
        "crm.csv",
        "Id,Kind,Owner,State,Created\n1,lead,Ada,open,2025-01-02 08:00\n2,deal,Ada,open,2025-01-03\n"
        "3,Deal,Ben,open,2025-01-04\n",
    )
    base = {"rep_id": "Owner"}
    deals = {"file": "crm.csv", "keep": {"Kind": "deal"}, "columns": {**base, "deal_id": "Id", "status": "State"}}
    leads = {
        "file": "crm.csv",
        "keep": {"Kind": ["lead"]},
        "columns": {**base, "lead_id": "Id", "created_at": "Created"},
    }
    dataset = export.ingest({"deals": deals, "leads": leads})
    assert dataset.table("deals")["deal_id"].tolist() == ["2", "3"]
    assert dataset.table("leads")["lead_id"].tolist() == ["1"]
    assert dataset.provenance.counts["deals"].read == 2
    notes = [str(note) for note in dataset.provenance.notes]
    assert "1 row of crm.csv is of another kind, by “Kind”, and was not read into deals." in notes
    deals["keep"] = {"Kind": "offer"}
    with pytest.raises(DataError, match=r"“Kind”.*Not one row belongs.*“lead”, “deal”, and “Deal”"):
        export.ingest({"deals": deals})


@pytest.mark.parametrize(
    ("wanted", "seen", "meets"),
    [("true", "1", True), ("true", "TRUE", True), ("true", "2", False), ("false", "Nein", True),
     ("0", "0,00", True), ("0", "0 %", True), ("100", "100.0", True), ("0", None, False), ("", "x", False),
     ("Won", "Lost", False)],
)  # fmt: skip
def test_what_a_condition_asks_for(wanted, seen, meets):
    assert matches(wanted, seen) is meets


def test_times_written_in_another_zone(export):
    """In UTC, 21:30 of January 31 is still January in Mexico City; 05:59 of February 1 is, 06:00 is not."""
    content = (
        "Id,Owner,State,Created,Closed,Amount\n1,Ada,won,2025-01-31 21:30:00,2025-01-31,5\n"
        "2,Ada,won,2025-02-01 05:59:59,2025-02-03,5\n3,Ada,open,2025-02-01 06:00:00,,\n"
        "4,Ada,open,2025-02-01T05:00:00Z,,\n"
    )
    zone = {"timezone": "America/Mexico_City"}
    dataset = export.deals(content, heading=False, table={"timezone": "UTC"}, **zone)
    frame = dataset.table("deals")
    assert frame["created_on"].dt.strftime("%m-%d").tolist() == ["01-31", "01-31", "02-01", "01-31"]
    assert frame["closed_on"].dropna().dt.strftime("%m-%d").tolist() == ["01-31", "02-03"]  # days stay days
    plain = export.deals(content, heading=False, **zone)
    assert plain.provenance.counts["deals"].set_aside == 0
    assert plain.table("deals")["created_on"].dt.strftime("%m-%d").tolist() == ["01-31", "02-01", "02-01", "01-31"]
    with pytest.raises(ConfigError, match=r"tables.deals.timezone.*no such time zone.*America/Mexico_City"):
        export.deals(content, heading=False, table={"timezone": "America/Mexico_Cit"})
