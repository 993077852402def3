"""What is noticed in an export; nothing is changed by it. Expected notes are worked by hand from the rows."""

import numpy as np
import pandas as pd
import pytest
from tallies import said

from salesreport.dataset import Dataset
from salesreport.ingest.rows import noticed as names_and_amounts
from salesreport.ingest.rows.noticed import about_names, alike, far_from_their_like

BASIC = {"deal_id": "Id", "rep_id": "Owner", "status": "State"}
USUAL = [800.0, 900, 1000, 1100, 1200] * 8


def noticed(dataset, word):
    full = [one.full for one in dataset.provenance.noticed]
    return [note for note in said([*full, *dataset.provenance.notes]) if word in note]


# --- amounts


def test_amounts_a_thousand_times_their_like(export):
    # forty amounts around 1,000; one as its thousand-fold, one as its thousandth
    amounts = [*USUAL, 1_100_000, 1.1]
    rows = "".join(f"D{at},Ann,open,,,{amount:.2f}\n" for at, amount in enumerate(amounts))
    dataset = export.deals(rows)
    # the heading is row 1, so D40 and D41 stand in rows 42 and 43; the median of 42 amounts is 1,000
    assert noticed(dataset, "far from") == [
        "2 amounts of column “Amount” of deals are far from their like (median €1K). "
        "1100000.00 (row 42) and 1.10 (row 43). Are decimals and thousands read right?"
    ]
    assert dataset.table("deals")["amount"].max() == 1_100_000


def test_a_row_set_aside_is_not_noticed(export):
    rows = "".join(f"D{at},Ann,open,,,{amount}\n" for at, amount in enumerate(USUAL))
    assert noticed(export.deals(rows + "D99,,open,,,1000000\n"), "far from") == []


def test_amounts_are_compared_in_one_currency(export):
    """400 forints are a euro: an amount in forints is 400 times as high, and no slip."""
    export.write("rates.csv", "currency,from,rate\nHUF,2020-01-01,0.0025\n")
    amounts = [f"{amount:.0f} €" for amount in USUAL] + ["400000 Ft"]
    rows = "".join(f"D{at},Ann,open,2025-01-01,,{amount}\n" for at, amount in enumerate(amounts))
    assert noticed(export.deals(rows, rates="rates.csv"), "far from") == []


@pytest.mark.parametrize(
    ("values", "far"),
    [
        ([*USUAL, 1e6], [40]),
        ([*USUAL, 1.0], [40]),
        ([*USUAL, 1e5], []),  # a hundred times the usual may be a big deal
        ([*USUAL, 0.0, -5.0, np.nan], []),
        ([*USUAL[:10], 1e6], []),  # too few to tell what is usual
        ([10.0**at for at in range(-3, 7)] * 4, []),  # spread over ten powers of ten
        ([*USUAL * 2, 1e6, 2e6, 3e6, 4e6], [80, 81, 82, 83]),
        ([*USUAL, 1e6, 2e6, 3e6, 4e6], []),  # a tenth of them is no slip
    ],
)
def test_what_is_far(values, far):
    assert np.flatnonzero(far_from_their_like(np.array(values))).tolist() == far


# --- names


@pytest.mark.parametrize(
    ("names", "same", "near"),
    [
        (["Anna Snelling", "ANNA SNELLING"], [["ANNA SNELLING", "Anna Snelling"]], []),
        (["Kovács Éva", "Kovacs Eva "], [["Kovacs Eva ", "Kovács Éva"]], []),
        (["GTX Pro", "GTXPro", "GTX-Pro"], [["GTX Pro", "GTX-Pro", "GTXPro"]], []),
        (["Anna Snelling", "Anna Sneling"], [], [["Anna Sneling", "Anna Snelling"]]),
        (["Anna Snelling", "Anna Snellimg"], [], [["Anna Snellimg", "Anna Snelling"]]),
        (["Anna Snelling", "Anna Snelilng"], [], [["Anna Snelilng", "Anna Snelling"]]),
        (["Xanna Snelling", "anna Snelling"], [], [["anna Snelling", "Xanna Snelling"]]),
        (["Anna Snelling", "Anna Snalding"], [], []),  # two letters
        (["abcdefg", "bcdefgh"], [], []),  # two letters, though both lack one to be the same
        (["Lamp", "Lamb"], [], []),  # short words differ by a letter
        (["Line 10", "Line 11"], [], []),  # numbers are meant
        (["Region A", "Region B", "Phase II", "Phase III"], [], []),
        (["North", "South"], [], []),
        ([], [], []),
    ],
)
def test_names_that_may_mean_the_same(names, same, near):
    assert alike(names) == (same, near)


def test_ids_are_no_names():
    assert alike(["0051Sa", "0051SA", "0051Sb"], coded=True) == ([], [])


def test_very_many_names_are_not_compared_letter_by_letter():
    letters = "abcdefghijklmnop"
    many = [f"customer {a}{b}{c}" for a in letters for b in letters for c in letters]
    assert alike([*many, "CUSTOMER aaa"]) == ([["CUSTOMER aaa", "customer aaa"]], [])


def test_names_are_compared_across_tables(export):
    export.write(
        "deals.csv",
        "Id,Owner,State,Line\n1,ANNA BERG,open,Lamps\n2,Anna Berg,open,Lamps\n3,Anna Berg,open,Lampe\n",
    )
    export.write("reps.csv", "Rep,Team\nAnna Berg,North\nÁnna Berg,South\n")
    dataset = export.ingest(
        {
            "deals": {"file": "deals.csv", "columns": {**BASIC, "product_line": "Line"}},
            "reps": {"file": "reps.csv", "columns": {"rep_id": "Rep", "team": "Team"}},
        }
    )
    # ANNA BERG has one deal, Anna Berg two, Ánna Berg is only listed
    assert noticed(dataset, "kept apart") == [
        "Reps whose names differ only by case, accents, spaces or signs: "
        "“ANNA BERG” (1 ×) / “Anna Berg” (2 ×) / “Ánna Berg” (0 ×). "
        "They were kept apart; “values” in the source spec would make them one.",
        "Product lines that differ only by a letter: “Lampe” (1 ×) / “Lamps” (2 ×). "
        "They were kept apart; “values” in the source spec would make them one.",
    ]
    assert dataset.rows["reps"] == 3


def test_examples_are_few(export):
    names = [f"Customer of {word}" for word in ("Lamps", "Poles", "Cables", "Bulbs")]
    rows = "".join(f"{at},A,open,{name}\n{at}u,A,open,{name.upper()}\n" for at, name in enumerate(names))
    dataset = export.deals("Id,Owner,State,Who\n" + rows, {**BASIC, "account_id": "Who"}, heading=False)
    (note,) = noticed(dataset, "kept apart")
    assert note.count(" / ") == 3
    assert ", and 1 more. They were kept apart" in note


def test_what_is_said_in_reports_has_no_names(export):
    dataset = export.deals("Id,Owner,State\n1,ANNA BERG,open\n2,Anna Berg,open\n", BASIC, heading=False)
    (one,) = Dataset.open(export.out).provenance.noticed
    assert str(one.short) == "Reps whose names differ only by case, accents, spaces or signs: 1."
    assert "“ANNA BERG”" in str(one.full)
    assert (one,) == dataset.provenance.noticed


def test_long_names_are_not_compared_letter_by_letter():
    """40,000 letters took minutes."""
    long = "abcdefgh" * 5_000
    assert alike([long, long + "x", "Anna Snelling", "Anna Sneling"]) == ([], [["Anna Sneling", "Anna Snelling"]])


# --- most rows of a file


def test_a_warning_where_most_rows_go(export):
    rows = "Id,Owner,State\n" + "1,A,open\n2,,open\n3,,open\n4,A,\n"
    dataset = export.deals(rows, BASIC, heading=False)
    assert said(dataset.provenance.notes)[0] == (
        "Warning: most rows of deals.csv were set aside, 3 of 4; most of all: no rep."
    )
    dataset = export.deals("Id,Owner,State\n1,A,open\n2,,open\n4,A,\n", BASIC, heading=False)
    assert said(dataset.provenance.notes)[0].endswith("2 of 3; most of all: no rep and no status.")


def test_no_warning_where_half_of_them_stay(export):
    dataset = export.deals("Id,Owner,State\n1,A,open\n2,,open\n", BASIC, heading=False)
    assert noticed(dataset, "Warning") == []


def test_of_a_column_with_very_many_names_none_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names are found some rows at a time; one that comes late counts as much."""
    monkeypatch.setattr(names_and_amounts, "_ROWS_AT_A_TIME", 2)
    texts = pd.Series(["Anna", "Bert", "Anna", "Bert", None, "Carl", "ANNA"], dtype="str")
    for most, found in ((4, 1), (3, 0)):  # there are four
        monkeypatch.setattr(names_and_amounts, "_MOST_NAMES", most)
        for column in (texts, texts.astype("category")):
            assert len(about_names({"deals": pd.DataFrame({"account_id": column})})) == found
