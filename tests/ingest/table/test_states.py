"""Won, lost and open by conditions on several columns."""

import pytest

from salesreport.errors import ConfigError, DataError

BASE = {"deal_id": "Id", "rep_id": "Owner", "created_on": "Created", "closed_on": "Closed", "stage": "Stage"}
ROWS = (
    "Id,Owner,Stage,Created,Closed,IsWon,IsClosed,Chance\n"
    "1,Ada,s9,2025-01-02,2025-02-03,true,true,100\n2,Ada,s8,2025-01-02,2025-02-03,false,true,0\n"
    "3,Ben,s3,2025-01-02,2026-02-03,false,false,40\n4,Ben,s2,2025-01-02,,false,false,0\n"
)


def states(export, status, rows=ROWS):
    export.write("deals.csv", rows)
    return export.ingest({"deals": {"file": "deals.csv", "columns": BASE, "status": status}})


@pytest.mark.parametrize(
    "status",
    [
        {"won": {"IsWon": True}, "open": {"IsClosed": False}},
        {"won": {"IsWon": True}, "lost": {"IsClosed": True}},
        {"won": {"IsWon": True}, "lost": {"IsClosed": True, "IsWon": False}, "open": {"IsClosed": False}},
        {"from": "stage", "won": ["s9"], "lost": {"IsClosed": True}},
        {"won": {"Chance": 100}, "lost": {"Chance": 0, "Closed": "*"}},
        {
            "won": {"Chance": 100},
            "open": {"Chance": "40"},
            "lost": {"Chance": 0, "Closed": "*"},
            "neither": {"Id": 4},
        },
    ],
)
def test_conditions(export, status):
    dataset = states(export, status)
    frame = dataset.table("deals").set_index("deal_id")["status"].to_dict()
    assert frame == {"1": "won", "2": "lost", "3": "open"} | ({} if "neither" in status else {"4": "open"})
    assert dataset.settings.won_stages == ("s9",)
    if "from" not in status:
        assert dataset.settings.lost_stages == ("s8",)


@pytest.mark.parametrize("source", ["status", "Status"])
@pytest.mark.parametrize("mapped", [True, False])
def test_a_heading_called_status(export, source, mapped):
    export.write("deals.csv", f"id,owner,{source},closed\n1,Ada,w,2025-01-02\n2,Ada,l,2025-01-03\n3,Ben,o,\n")
    columns = {"deal_id": "id", "rep_id": "owner", "closed_on": "closed"} | ({"status": source} if mapped else {})
    status = {"from": "status" if mapped else source, "won": ["w"], "lost": ["l"]}
    dataset = export.ingest({"deals": {"file": "deals.csv", "columns": columns, "status": status}})
    found = dict(dataset.table("deals", ["deal_id", "status"]).to_numpy())
    assert found == {"1": "won", "2": "lost", "3": "open"}


def test_a_row_that_no_condition_fits(export, reasons):
    status = {"won": {"IsWon": True}, "lost": {"IsClosed": True}, "open": {"Stage": "s3"}}
    dataset = states(export, status)
    assert reasons(dataset) == {"unknown status: not one of open, won, and lost": 1}


def test_not_decided_by_a_condition(export, reasons):
    status = {"neither": {"Stage": ["s2"], "Chance": 0}, "won": {"IsWon": True}, "lost": {"IsClosed": True}}
    assert reasons(states(export, status)) == {"not decided, by “Stage” and “Chance”": 1}


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ({"won": {"IsWon": True}}, "Which deals are lost is not said"),
        ({"won": ["a"], "lost": ["b"]}, "name it in “from”"),
        ({"from": "stage", "won": {"IsWon": True}, "lost": {"IsClosed": True}}, "No list of values belongs"),
        ({"from": "stage", "won": ["a"], "lost": ["A"]}, "stands for two states"),
    ],
)
def test_states_that_are_not_told(export, status, problem):
    with pytest.raises(ConfigError, match=problem):
        states(export, status)


def test_a_condition_on_a_heading_that_is_not_there(export):
    with pytest.raises(DataError, match=r"“Is Woon”.*Did you mean “IsWon”"):
        states(export, {"won": {"Is Woon": True}, "lost": {"IsClosed": True}})


def test_slips_in_conditions_are_told(export):
    dataset = states(export, {"won": {"Stage": "s99"}, "lost": {"IsClosed": True}})
    notes = [str(note) for note in dataset.provenance.notes]
    assert "The value s99 of status “won” never occurs in column “Stage”." in notes


@pytest.mark.parametrize("won", [["s9"], ["Signed"], ["s9", "Signed"]])
def test_a_list_names_values_as_the_file_has_them_or_as_renamed(export, won):
    export.write("deals.csv", ROWS)
    table = {"file": "deals.csv", "columns": BASE, "status": {"from": "stage", "won": won, "lost": ["s8"]}}
    dataset = export.ingest({"deals": table | {"values": {"stage": {"s9": "Signed"}}}})
    found = dict(dataset.table("deals", ["deal_id", "status"]).to_numpy())
    assert found == {"1": "won", "2": "lost", "3": "open", "4": "open"}
    assert not [note for note in map(str, dataset.provenance.notes) if "never occurs" in note]


def test_what_values_make_of_two_states_is_of_neither(export):
    export.write("deals.csv", ROWS)
    table = {
        "file": "deals.csv",
        "columns": BASE,
        "status": {"from": "stage", "won": ["s9"], "lost": ["s8", "s2"]},
    }
    notes = export.ingest({"deals": table | {"values": {"stage": {"s9": "Talk", "s8": "Talk"}}}}).provenance.notes
    assert "The value s9 of status “won” never occurs in column “Stage”." in map(str, notes)


def test_a_warning_where_all_deals_ended_one_way(export):
    rows = "".join(f"{n},Ada,{'yes' if n < 4 else 'no'},2025-01-02,2025-02-03\n" for n in range(1, 6))
    export.write("deals.csv", "Id,Owner,Done,Created,Closed\n" + rows)
    columns = {"deal_id": "Id", "rep_id": "Owner", "created_on": "Created", "closed_on": "Closed"}
    status = {"won": {"Done": "Zuschlag"}, "lost": {"Done": "no"}, "open": {"Done": "yes"}}
    for lost, warned in ((["no", "yes"], True), (["no"], False)):
        status["lost"]["Done"] = lost
        status["open"] = {"Done": "later"}
        dataset = export.ingest({"deals": {"file": "deals.csv", "columns": columns, "status": status}})
        notes = [str(note) for note in dataset.provenance.notes]
        assert any("Warning: no deal is won, 5 are lost" in note for note in notes) is warned


def test_slips_in_drop_and_values_are_told(export):
    export.write("deals.csv", ROWS)
    status = {"won": {"IsWon": True}, "lost": {"IsClosed": True}}
    table = {"file": "deals.csv", "columns": BASE, "status": status}
    table |= {"drop": {"Owner": ["Adda"]}, "values": {"stage": {"s33": "Talk"}}}
    notes = [str(note) for note in export.ingest({"deals": table}).provenance.notes]
    assert "The value Adda of “drop” never occurs in column “Owner”." in notes
    assert "The value s33 of “values” never occurs in column “Stage”." in notes


def test_amounts_that_are_mostly_no_amounts(export):
    rows = "".join(f"{n},Ada,open,2025-01-02,,{n}k\n" for n in range(1, 15))
    with pytest.raises(DataError, match=r"“Amount”.*currency that is not known, or are no amounts"):
        export.deals(rows)
