"""Customers and their moves, by hand."""

from salesreport import Review


def test_customers_by_hand(ann: Review) -> None:
    # K2 went from talks to the last milestone; K4 and K5 have no open deal any more; K3 came and has none
    assert ann.customer_base.message == "1 customer got warmer, 2 cooler, 1 is new; 5 in all"
    moves = {(a, b): n for a, b, n in ann.customer_base.data.itertuples(index=False)}
    assert moves == {("new", "G"): 1, ("C", "G"): 1, ("E", "C"): 1, ("E", "E"): 1, ("E", "G"): 1}
    tones = [[cell.tone for cell in row] for row in ann.customer_base.tables[0].rows]
    shown = [[cell.text for cell in row] for row in ann.customer_base.tables[0].rows]
    assert shown[0] == ["not a customer yet", "0", "0", "1", "1"]
    assert shown[-1] == ["at the end", "1", "1", "3", "5"]
    assert tones[2][2] == "same"  # in talks, and still
    assert tones[0][1] == "faint"
