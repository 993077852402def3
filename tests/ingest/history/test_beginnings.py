"""Histories of changes: what deals began with."""

import pandas as pd

DEALS = (
    "Id,Owner,State,Stage,Created,Closed\n1,Cid,won,Won,2025-02-03,2025-03-20\n2,Ada,open,Talk,2025-02-05,\n"
    "3,Ben,open,Offer,2025-01-10,\n4,Ada,open,Talk,2024-11-10,\n5,Ada,lost,Lost,2025-02-20,2025-03-01\n"
)
CHANGES = (
    "Deal,Field,Old,New,At\n1,Stage,Talk,Offer,2025-02-20 10:00\n3,Stage,Talk,Offer,2025-02-01 09:00\n"
    "1,Stage,Offer,Won,2025-03-20 16:00\n1,Owner,Ada,Ben,2025-02-10\n1,Owner,Ben,Cid,2025-03-01\n"
    "1,Amount,5,6,2025-02-10\n"
)
COLUMNS = {"deal_id": "Id", "rep_id": "Owner", "stage": "Stage", "created_on": "Created", "closed_on": "Closed"}


def dataset(export):
    export.write("deals.csv", DEALS)
    export.write("changes.csv", CHANGES)
    changed = {"file": "changes.csv", "before": "Old"}
    return export.ingest(
        {
            "stage_events": {
                **changed,
                "keep": {"Field": "Stage"},
                "columns": {"deal_id": "Deal", "stage": "New", "entered_at": "At"},
            },
            "deals": {
                "file": "deals.csv",
                "columns": COLUMNS,
                "status": {"from": "State", "won": ["won"], "lost": ["lost"], "open": ["open"]},
            },
            "deal_owners": {
                **changed,
                "keep": {"Field": "Owner"},
                "columns": {"deal_id": "Deal", "rep_id": "New", "from": "At"},
            },
        }
    )


def test_stages_from_changes(export):
    """2 has no change and was created after the first was recorded; 4 was created before, 5 is closed."""
    frame = dataset(export).table("stage_events").sort_values(["deal_id", "entered_at"])
    events = [(row.deal_id, row.stage, f"{row.entered_at:%Y-%m-%d}") for row in frame.itertuples()]
    assert events == [
        ("1", "Talk", "2025-02-03"), ("1", "Offer", "2025-02-20"), ("1", "Won", "2025-03-20"),
        ("2", "Talk", "2025-02-05"), ("3", "Talk", "2025-01-10"), ("3", "Offer", "2025-02-01"),
    ]  # fmt: skip


def test_owners_from_changes(export):
    frame = dataset(export).table("deal_owners")
    assert frame["rep_id"].tolist() == ["Ada", "Ben", "Cid"]
    assert frame["from"].tolist() == [pd.NaT, pd.Timestamp(2025, 2, 10), pd.Timestamp(2025, 3, 1)]
    assert frame["to"].tolist() == [pd.Timestamp(2025, 2, 9), pd.Timestamp(2025, 2, 28), pd.NaT]
