"""What was set aside or misread is said together with the setting that reads it; and that setting does."""

import re

import pytest
import yaml

from salesreport.errors import DataError


def said(dataset) -> str:
    return " ".join(map(str, dataset.provenance.notes))


def settings(dataset) -> list[dict]:
    """The settings that notes show, as YAML reads them."""
    return [yaml.safe_load(one) for one in re.findall(r"“(\w+: [^”]+)”", said(dataset))]


def states(dataset) -> dict[str, str]:
    deals = dataset.table("deals")
    return dict(zip(deals["deal_id"], deals["status"], strict=True))


TABLE = {
    "file": "deals.csv",
    "columns": {
        "deal_id": "Id",
        "rep_id": "Owner",
        "created_on": "Created",
        "closed_on": "Closed",
        "stage": "Stage",
    },
    "status": {"from": "Stage", "won": ["Won"], "lost": ["Lost"]},
}


def test_won_or_not_is_no_state_where_another_column_tells_what_is_closed(export):
    export.write(
        "deals.csv",
        "Id,Owner,Created,Closed,Stage,is_won,is_closed\n"
        "1,Ann,2025-01-02,2025-02-03,s9,true,true\n"
        "2,Ann,2025-01-02,2025-02-04,s8,false,true\n"
        "3,Ann,2025-01-02,2025-03-04,s3,false,false\n",
    )
    table = TABLE | {"status": {"from": "is_won", "won": [True], "lost": [False]}}
    dataset = export.ingest({"deals": table})
    assert states(dataset) == {"1": "won", "2": "lost", "3": "lost"}
    assert "so open deals count as lost; “is_closed” tells them apart" in said(dataset)
    (found,) = settings(dataset)
    again = export.ingest({"deals": table | found})
    assert states(again) == {"1": "won", "2": "lost", "3": "open"}
    assert settings(again) == []


@pytest.mark.parametrize(
    ("heading", "of_lost", "of_open", "hinted"),
    [
        ("Lost time", "2025-02-04", "", 1),
        ("Seen on", "2025-02-04", "2025-01-05", 0),  # a day that open deals have, too, is no closing date
        ("Why", "price", "", 0),  # and no other text is one
    ],
)
def test_a_closing_date_in_another_column(export, heading, of_lost, of_open, hinted):
    export.write(
        "deals.csv",
        f"Id,Owner,Created,Closed,Stage,{heading}\n1,Ann,2025-01-02,2025-02-03,Won,\n"
        f"2,Ann,2025-01-03,,Lost,{of_lost}\n3,Ann,2025-01-04,,Talk,{of_open}\n",
    )
    dataset = export.ingest({"deals": TABLE})
    assert dataset.provenance.counts["deals"].set_aside == 1
    found = settings(dataset)
    assert len(found) == hinted
    if hinted:
        assert "1 closed deal without a closing date has one in “Lost time”" in said(dataset)
        again = export.ingest({"deals": TABLE | {"columns": TABLE["columns"] | found[0]}})
        assert states(again) == {"1": "won", "2": "lost", "3": "open"}
        assert settings(again) == []


def test_times_of_utc(export):
    head = "Id,Owner,Created,Closed,Stage\n"
    evening = "1,Ann,2025-02-01 03:30:00,2025-01-31 00:00:00,Won\n"
    export.write("deals.csv", f"{head}{evening}2,Ann,2025-01-03 15:00:00,2025-01-31 00:00:00,Won\n")
    zone = {"timezone": "America/Mexico_City"}
    dataset = export.ingest({"deals": TABLE}, **zone)
    assert "1 deal is closed before it was created, unless the times of “Created” are of UTC" in said(dataset)
    (found,) = settings(dataset)
    again = export.ingest({"deals": TABLE | found}, **zone)
    # 03:30 in UTC is 21:30 of the day before in Mexico
    assert again.table("deals")["created_on"].dt.date.astype(str).tolist() == ["2025-01-31", "2025-01-03"]
    assert settings(again) == []
    # where UTC does not explain it, nothing is said
    other = evening.replace("2025-02-01", "2025-03-03")
    export.write("deals.csv", f"{head}{other}2,Ann,2025-01-03 15:00:00,2025-01-31 00:00:00,Won\n")
    assert settings(export.ingest({"deals": TABLE}, **zone)) == []


def test_names_are_no_ids(export):
    export.write(
        "deals.csv",
        "Name,Owner,Created,Closed,Stage\n"
        "Service,Ann,2025-01-02,2025-02-03,Won\n"
        "Service,Ann,2025-01-03,2025-02-04,Lost\n"
        "Service,Ben,2025-01-04,2025-02-05,Won\n",
    )
    columns = TABLE["columns"] | {"deal_id": "Name"}
    dataset = export.ingest({"deals": TABLE | {"columns": columns}})
    assert "2 rows repeat what stands in column “Name”, and are something else" in said(dataset)
    (found,) = settings(dataset)
    again = export.ingest({"deals": TABLE | {"columns": columns | found}})
    assert sorted(states(again).values()) == ["lost", "won", "won"]


def test_a_row_per_product(export):
    export.write(
        "deals.csv",
        "Id,Owner,Created,Closed,Stage,Amount\n"
        "1,Ann,2025-01-02,2025-02-03,Won,10\n"
        "1,Ann,2025-01-02,2025-02-03,Won,20\n"
        "1,Ann,2025-01-02,2025-02-03,Won,30\n",
    )
    table = TABLE | {"columns": TABLE["columns"] | {"amount": "Amount"}}
    (found,) = settings(export.ingest({"deals": table}))
    assert found == {"rows": "sum"}
    assert export.ingest({"deals": table | found}).table("deals")["amount"].tolist() == [60]


def test_rows_that_are_alike_need_no_setting(export):
    row = "1,Ann,2025-01-02,2025-02-03,Won\n"
    export.write("deals.csv", "Id,Owner,Created,Closed,Stage\n" + 3 * row)
    assert settings(export.ingest({"deals": TABLE})) == []


def test_managers_by_their_ids_and_nobody(export):
    export.write("deals.csv", "Id,Owner,Created,Closed,Stage\n1,u1,2025-01-02,2025-02-03,Won\n")
    export.write("user.csv", "Id,Name,ManagerId\nu1,Ann,u2\nu2,Dora,000000000000000AAA\n")
    reps = {"file": "user.csv", "columns": {"rep_id": "Id", "name": "Name", "manager": "ManagerId"}}
    dataset = export.ingest({"deals": TABLE, "reps": reps})
    assert dataset.table("reps").set_index("rep_id")["manager"].dropna().to_dict() == {"u1": "u2"}
    (found,) = settings(dataset)
    again = export.ingest({"deals": TABLE, "reps": reps | {"columns": reps["columns"] | found}})
    assert again.table("reps").set_index("rep_id")["manager"].dropna().to_dict() == {"u1": "Dora"}
    assert settings(again) == []


def test_an_id_of_zeros_is_no_customer_and_no_owner(export):
    export.write(
        "deals.csv",
        "Id,Owner,Created,Closed,Stage,Account\n"
        "1,Ann,2025-01-02,2025-02-03,Won,000000000000000AAA\n"
        "2,000000000000000,2025-01-02,2025-02-03,Won,a1\n"
        "3,Ann,2025-01-02,2025-02-03,Won,0\n",
    )
    dataset = export.ingest({"deals": TABLE | {"columns": TABLE["columns"] | {"account_id": "Account"}}})
    deals = dataset.table("deals").set_index("deal_id")
    assert deals["account_id"].dropna().to_dict() == {"3": "0"}
    assert dataset.table("reps")["rep_id"].tolist() == ["Ann"]


def test_where_no_row_is_left_the_error_has_the_hint(export):
    export.write("deals.csv", "Id,Owner,Created,Closed,Stage,Ended\n1,Ann,2025-01-02,,Won,2025-02-03\n")
    with pytest.raises(DataError, match=r"closed_on: \[Closed, Ended\]"):
        export.ingest({"deals": TABLE})


def test_of_several_files_one_with_other_headings_is_pointed_to_also(export):
    export.write("deals.csv", "Id,Owner,Created,Closed,Stage\n1,Ann,2025-01-02,2025-02-03,Won\n")
    export.write("task.csv", "Id,Who,Done\nt1,Ann,2025-01-03\n")
    export.write("event.csv", "Id,Who,EndDate\ne1,Ann,2025-01-04\n")
    columns = {"activity_id": "Id", "rep_id": "Who", "done_at": "Done"}
    calls = {"columns": columns, "constants": {"type": "call"}}
    with pytest.raises(DataError, match="below “also” with “columns” of its own"):
        export.ingest({"deals": TABLE, "activities": calls | {"file": ["task.csv", "event.csv"]}})
    with pytest.raises(DataError) as raised:
        export.ingest({"deals": TABLE, "activities": calls | {"file": "event.csv"}})
    assert "also" not in str(raised.value)
    event = calls | {"file": "event.csv", "columns": columns | {"done_at": "EndDate"}}
    dataset = export.ingest({"deals": TABLE, "activities": calls | {"file": "task.csv", "also": [event]}})
    assert sorted(dataset.table("activities")["activity_id"]) == ["e1", "t1"]
