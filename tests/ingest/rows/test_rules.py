"""Each row is kept, repaired or set aside, with its reason; expected counts are the rows written in the test."""

import pytest
from tallies import said, tallied

from salesreport.ingest.rows.ledger import harmless

OK = "D1,Ann,won,2025-01-31,2025-02-28,10\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("D2,Ann,won,2025-01-31,31st of May,10", "“Closed” is not a date"),
        ("D2,Ann,lost,2025-01-31,2025-02-30,10", "“Closed” is not a date"),
        ("D2,Ann,won,2025-01-31,0217-02-03,10", "“Closed” is not a date"),
        ("D2,Ann,won,2025-01-31,9999-12-31,10", "“Closed” is not a date"),
        ("D2,Ann,won,2025-01-31,0001-01-01,10", "closed deal without closing date"),
        (",Ann,won,2025-01-31,2025-02-28,10", "no deal id"),
        ("D2,,won,2025-01-31,2025-02-28,10", "no rep"),
        ("D2,NULL,won,2025-01-31,2025-02-28,10", "no rep"),
        ("D2,Ann,,2025-01-31,2025-02-28,10", "no status"),
        ("D2,Ann,pending,2025-01-31,2025-02-28,10", "unknown status: not one of open, won, and lost"),
        ("D2,Ann,won,2025-03-01,2025-02-28,10", "closed before it was created"),
        ("D2,Ann,lost,2025-01-31,,10", "closed deal without closing date"),
        ("D2,Ann,won,2025-01-31,2026-01-01,10", "closed after the as-of date"),
        ("D2,Ann,open,2026-01-01,,10", "created after the as-of date"),
        ("D1,Ann,won,2025-01-31,2025-02-28,10", "repeats an earlier row with the same deal_id"),
        ("D1,Ann,won,2025-01-31,2025-02-28,11", "same deal_id as an earlier row, but other values"),
        (" D1 ,Ann,won,2025-01-31,2025-02-28,11", "same deal_id as an earlier row, but other values"),
        ("Total,,,,,10", "totals row"),
        (",Összesen: 12,,,,10", "totals row"),
        (",Gesamt,,,,10", "totals row"),
        ("Confidential Information - Do Not Distribute,,,,,", "a remark, not a row"),
        ("Copyright (c) 2000-2025 salesforce.com inc. All rights reserved.", "a remark, not a row"),
        (
            "D2,Ann,won,2025-01-31,2025-02-28,10,more",
            "not as many cells as the heading (a quotation mark or separator too many)",
        ),
    ],
)
def test_set_aside(export, reasons, row, reason):
    dataset = export.deals(OK + row + "\n", table={"separator": ","})
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.set_aside) == (2, 1, 1)
    assert reasons(dataset) == {reason: 1}
    aside = export.aside(dataset)
    # the heading is row 1, D1 row 2, the bad row row 3
    assert aside["row"].tolist() == ["3"]
    assert aside["reason"].tolist() == [reason]
    # raw values, as they stand in the file
    assert aside.iloc[0, 2] == row.split(",")[0]


def test_a_row_set_aside_does_not_take_its_id_from_a_good_one(export, reasons):
    dataset = export.deals("D1,Ann,won,2025-03-01,2025-02-28,10\n" + OK)
    assert dataset.table("deals")["closed_on"].notna().all()
    assert reasons(dataset) == {"closed before it was created": 1}


def test_two_products_of_one_deal_are_not_silently_one(export, reasons):
    dataset = export.deals(
        "Id,Owner,State,Created,Product\n1,Ann,open,2025-01-31,Lamp\n1,Ann,open,2025-01-31,Pole\n",
        {
            "deal_id": "Id",
            "rep_id": "Owner",
            "status": "State",
            "created_on": "Created",
            "product_line": "Product",
        },
        heading=False,
    )
    assert reasons(dataset) == {"same deal_id as an earlier row, but other values": 1}


def test_reopened_deal_with_its_closed_date(export):
    """An open deal with a closing date: emptied, and taken as the expected one where none is mapped."""
    dataset = export.deals(OK + "D2,Ann,open,2025-01-31,2025-06-30,10\nD3,Ann,open,2025-01-31,2026-06-30,10\n")
    counts = dataset.provenance.counts["deals"]
    assert (counts.read, counts.kept, counts.repaired, counts.set_aside) == (3, 1, 2, 0)
    assert tallied(counts.repairs) == {"open deal with a closing date: taken as the expected one": 2}
    deals = dataset.table("deals").set_index("deal_id")
    assert deals.loc[["D2", "D3"], "closed_on"].isna().all()
    assert str(deals.loc["D3", "expected_close_on"].date()) == "2026-06-30"
    assert deals.loc["D1", "expected_close_on"] is not None
    assert deals["expected_close_on"].notna().sum() == 2


def test_a_mapped_expected_date_is_not_overwritten(export):
    dataset = export.deals(
        "Id,Owner,State,Created,Closed,Due\n1,Ann,open,2025-01-31,2025-06-30,2026-01-31\n2,Ann,open,2025-01-31,,\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created", "closed_on": "Closed",
         "expected_close_on": "Due"},
        heading=False,
    )  # fmt: skip
    assert tallied(dataset.provenance.counts["deals"].repairs) == {
        "open deal with a closing date: it was removed, the expected one kept": 1
    }
    assert str(dataset.table("deals")["expected_close_on"].iloc[0].date()) == "2026-01-31"


def test_deals_created_as_won_and_lost_deals_with_amount_0_are_kept(export):
    dataset = export.deals("D1,Ann,won,2025-01-31,2025-01-31,10\nD2,Ann,lost,2025-01-31,2025-02-28,0\n")
    assert dataset.provenance.counts["deals"].kept == 2
    assert dataset.table("deals")["amount"].tolist() == [10, 0]


def test_an_open_deal_without_creation_day_is_kept(export):
    dataset = export.deals(OK + "D2,Ann,open,,,10\n")
    assert dataset.provenance.counts["deals"].kept == 2


def test_a_closed_deal_without_creation_day_is_kept(export):
    dataset = export.deals(OK + "D2,Ann,won,,2025-02-28,10\nD3,Ann,lost,-,2025-03-31,10\n")
    assert dataset.provenance.counts["deals"].kept == 3
    assert dataset.table("deals")["created_on"].isna().tolist() == [False, True, True]


def test_closed_deals_need_no_column_for_the_creation_day(export):
    columns = {"deal_id": "Id", "rep_id": "Owner", "status": "State", "closed_on": "Closed"}
    dataset = export.deals(
        "Id,Owner,State,Closed\n1,Ann,won,2025-01-31\n2,Ann,lost,2025-02-28\n", columns, heading=False
    )
    assert dataset.provenance.counts["deals"].kept == 2
    assert not dataset.has("deals", "created_on")


def test_spaces_around_ids_are_repaired(export):
    dataset = export.deals(OK + "D2 ,Ann\u00a0,open,2025-01-31,,10\n")
    counts = dataset.provenance.counts["deals"]
    assert (counts.kept, counts.repaired) == (1, 1)
    assert tallied(counts.repairs) == {f"spaces around ids of {of} removed": 1 for of in ("deals", "reps")}
    assert set(dataset.table("deals")["rep_id"]) == {"Ann"}


@pytest.mark.parametrize("blank", ["", "NULL", "n/a", "N/A", "-", "–", "None", "NaN"])
def test_blank_signs_are_missing_not_repairs(export, blank):
    dataset = export.deals(OK + f"D2,Ann,open,{blank},{blank},{blank}\n")
    assert dataset.provenance.counts["deals"].kept == 2
    assert dataset.table("deals").iloc[1][["created_on", "closed_on", "amount"]].isna().all()


def test_test_deals_are_dropped_as_declared(export, reasons):
    dataset = export.deals(
        OK + "D2,TEST user ,won,2025-01-31,2025-02-28,10\n", table={"drop": {"Owner": ["Test User"]}}
    )
    assert reasons(dataset) == {"declared not to be data, by column “Owner”": 1}


def test_values_and_constants(export):
    dataset = export.deals(
        OK,
        {"deal_id": "Id", "rep_id": "Owner", "status": "State", "created_on": "Created", "closed_on": "Closed"},
        table={
            "values": {"rep_id": {"Ann": "Ann Smith"}, "status": {"won": "lost"}},
            "constants": {"segment": "Retail", "amount": 1.234, "units": 3},
        },
    )
    deal = dataset.table("deals").iloc[0]
    assert (deal["rep_id"], deal["status"], deal["segment"], deal["amount"], deal["units"]) == (
        "Ann Smith", "lost", "Retail", 1.234, 3,
    )  # fmt: skip


STAGES = (
    "Id,Owner,Stage,Created,Closed\n"
    "1,A,Closed Won,2025-01-31,2025-02-28\n"
    "2,A,closed lost,2025-01-31,2025-02-28\n"
    "3,A,Offer,2025-01-31,\n"
)
STAGE_COLUMNS = {"deal_id": "Id", "rep_id": "Owner", "created_on": "Created", "closed_on": "Closed"}


@pytest.mark.parametrize("source", ["stage", "Stage"])
def test_status_from_a_stage(export, source):
    columns = {**STAGE_COLUMNS, **({"stage": "Stage"} if source == "stage" else {})}
    status = {"from": source, "won": ["Closed Won"], "lost": ["Closed Lost"]}
    dataset = export.deals(STAGES, columns, heading=False, table={"status": status})
    assert dataset.table("deals")["status"].tolist() == ["won", "lost", "open"]


def test_status_with_open_values_listed_sets_others_aside(export, reasons):
    status = {"from": "Stage", "won": ["Closed Won"], "lost": ["Closed Lost"], "open": ["Lead", "Quote"]}
    dataset = export.deals(STAGES, STAGE_COLUMNS, heading=False, table={"status": status})
    assert reasons(dataset) == {"unknown status: not one of open, won, and lost": 1}
    assert said(dataset.provenance.notes)[0] == (
        "The values Lead and Quote of status “open” never occur in column “Stage”."
    )


def test_statuses_are_read_in_any_case(export):
    dataset = export.deals("D1,Ann,Won,2025-01-31,2025-02-28,10\nD2,Ann,OPEN,2025-01-31,,10\n")
    assert dataset.table("deals")["status"].tolist() == ["won", "open"]


def test_chances_may_be_percentages(export):
    dataset = export.deals(
        "Id,Owner,State,Probability (%)\n1,Ann,open,40\n2,Ann,open,1\n3,Ann,open,55%\n4,Ann,open,120\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State", "crm_probability": "Probability (%)"},
        heading=False,
    )
    assert dataset.table("deals")["crm_probability"].tolist()[:3] == [0.4, 0.01, 0.55]
    assert dataset.table("deals")["crm_probability"].isna().tolist() == [False, False, False, True]
    assert tallied(dataset.provenance.counts["deals"].repairs) == {"chances of winning above 1: emptied": 1}
    assert "read as a percentage" in said(dataset.provenance.notes)[0]


def test_excel_stores_percentages_as_shares(export):
    dataset = export.deals(
        "Id,Owner,State,Probability (%)\n1,Ann,open,0.4\n2,Ann,open,1\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State", "crm_probability": "Probability (%)"},
        heading=False,
    )
    assert dataset.table("deals")["crm_probability"].tolist() == [0.4, 1]


HOSTILE = "../../x<script>alert(1)</script>|*_["


def test_a_hostile_name_is_a_name(export):
    dataset = export.deals(f"D1,{HOSTILE},won,2025-01-31,2025-02-28,10\n", table={"separator": ","})
    assert dataset.table("deals")["rep_id"].tolist() == [HOSTILE]
    assert dataset.table("reps")["name"].tolist() == [HOSTILE]
    assert sorted(path.name for path in export.folder.iterdir()) == ["dataset", "deals.csv", "source.yml"]


def test_rows_set_aside_run_no_formulas(export):
    rows = OK + "=1+1,,@x,-2+3,2025-02-28,-12.5\n" + '"\tD3",,+49 1,2025-01-31,,10\n'
    aside = export.aside(export.deals(rows, table={"separator": ","}))
    assert aside["Id"].tolist() == ["'=1+1", "'\tD3"]
    assert aside["State"].tolist() == ["'@x", "'+49 1"]
    assert aside["Created"].tolist() == ["'-2+3", "2025-01-31"]
    assert aside["Amount"].tolist() == ["-12.5", "10"]


@pytest.mark.parametrize("sign", "=+-@\t\r")
def test_harmless(sign):
    assert harmless(f"{sign}A1") == f"'{sign}A1"


def test_headings_of_rows_set_aside_run_no_formulas_either(export):
    dataset = export.deals(
        "Id,Owner,State,=cmd\n1,Ann,open,x\n2,,open,y\n",
        {"deal_id": "Id", "rep_id": "Owner", "status": "State"},
        heading=False,
    )
    assert list(export.aside(dataset).columns) == ["row", "reason", "Id", "Owner", "State", "'=cmd"]


def test_cells_beyond_the_heading_are_written_out(export):
    aside = export.aside(
        export.deals(OK + "D2,Ann,won,2025-01-31,2025-02-28,10,over,flow\n", table={"separator": ","})
    )
    assert aside["further cells"].tolist() == ["over,flow"]


def test_empty_cells_beyond_the_heading_do_not_matter(export):
    assert export.deals(OK + "D2,Ann,won,2025-01-31,2025-02-28,10,,\n").provenance.counts["deals"].kept == 2


# --- reps


def test_reps_of_other_tables_are_added(export):
    export.write("deals.csv", "Id,Owner,State\n1,Ann,open\n2,Bob,open\n")
    export.write("reps.csv", "Rep,Name\nAnn,Ann Smith\nCid,\n")
    dataset = export.ingest(
        {
            "deals": {"file": "deals.csv", "columns": {"deal_id": "Id", "rep_id": "Owner", "status": "State"}},
            "reps": {"file": "reps.csv", "columns": {"rep_id": "Rep", "name": "Name"}},
        }
    )
    names = dataset.table("reps").set_index("rep_id")["name"].to_dict()
    assert names == {"Ann": "Ann Smith", "Bob": "Bob", "Cid": "Cid"}
    assert said(dataset.provenance.notes) == ["1 rep is not in the list of reps and was added: Bob."]
    assert dataset.provenance.counts["reps"].read == 2


def test_without_a_table_of_reps_they_come_from_the_others(export):
    dataset = export.deals("D1,Ann,open,2025-01-31,,10\nD2,Bob,open,2025-01-31,,10\nD3,Ann,open,2025-01-31,,10\n")
    assert dataset.table("reps")["rep_id"].tolist() == ["Ann", "Bob"]
    assert said(dataset.provenance.notes) == ["2 reps were taken from the other tables."]
