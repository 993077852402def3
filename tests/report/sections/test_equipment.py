"""Equipment on trial in a report, counted again with plain pandas."""

import pandas as pd

from salesreport import Dataset, Review
from salesreport.report.sections.equipment import OLDEST, equipment_table


def test_pieces_out_and_the_oldest(sample: Dataset) -> None:
    day = pd.Timestamp("2025-12-31")
    pieces = sample.table("equipment")
    out = pieces[(pieces["lent_on"] <= day) & ~(pieces["returned_on"] <= day)]
    assert len(out) > OLDEST
    (table,) = equipment_table(Review(sample, "2025-Q4").context)
    assert table.caption.startswith(f"Equipment on trial: {len(out)} pieces worth ")
    days = (day - out["lent_on"]).dt.days
    assert f"{days.median():.0f} days out at the median" in table.caption
    names = sample.table("accounts").set_index("account_id")["name"]
    oldest = out.assign(days=days).sort_values(["days", "equipment_id"], ascending=[False, True]).head(OLDEST)
    assert [row[0].text for row in table.rows] == names.reindex(oldest["account_id"]).tolist()
    assert [row[1].text for row in table.rows] == [f"{n} days" for n in oldest["days"]]


def test_nothing_where_there_is_none(tiny: Dataset) -> None:
    assert equipment_table(Review(tiny, "2025-Q2").context) == ()
