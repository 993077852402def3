"""What was agreed with the reps of a team; the rest is in test_commitments.py."""

from salesreport import Dataset, Review


def test_managers_and_the_company_see_their_reps(sample: Dataset) -> None:
    reps = sample.table("reps")
    here = reps[reps["left_on"].isna()]
    manager = here["manager"].iloc[0]
    whole, part = Review(sample, "2025-Q4").commitments, Review(sample, "2025-Q4", manager=manager).commitments
    assert sorted(whole.data["rep_id"]) == sorted(here["rep_id"])
    assert sorted(part.data["rep_id"]) == sorted(here.loc[here["manager"] == manager, "rep_id"])
    table = sample.table("commitments")
    for _, row in whole.data.iterrows():
        mine = table[table["rep_id"] == row["rep_id"]].sort_values("agreed_on")
        # what is open and was agreed again in the same words counts once
        mine = mine[~((mine["status"] == "open") & mine.duplicated("text", keep="last"))]
        assert row["agreed"] == len(mine)
        assert row["done"] + row["dropped"] + row["open"] == row["agreed"]
        assert row["overdue"] == ((mine["status"] == "open") & (mine["due_on"] < "2025-12-31")).sum()
