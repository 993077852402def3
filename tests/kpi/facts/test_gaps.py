"""What the data lack, said beside the figures; worked by hand."""

import csv
import io
import json
from dataclasses import replace

import pytest
from cases import Given, Rows, deal, value

from salesreport.kpi import Facts, compute
from salesreport.kpi.anomalies.decided import decisions
from salesreport.kpi.facts.gaps import no_losses
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.forecast import learn
from salesreport.kpi.milestones.conversions import conversions
from salesreport.kpi.milestones.reached import process_file
from salesreport.kpi.output import as_csv, as_json, explanations
from salesreport.language import Language
from salesreport.period import Period
from salesreport.provenance import Counts

Q1, ENGLISH = Period.parse("2024-Q1"), Language("en")


def won(number: int, rep: str = "ann", day: str = "2024-02-01", **more: float | None) -> dict:
    return deal(number, rep, "won", "2024-01-01", day, **more)


def lost(number: int, rep: str = "ann", day: str = "2024-02-01") -> dict:
    return deal(number, rep, "lost", "2024-01-01", day, amount=5.0)


def reading(facts: Facts, read: int, **aside_by: int) -> Facts:
    """The same facts, of an export of which some deals were set aside."""
    aside = sum(aside_by.values())
    counts = Counts(read=read, kept=read - aside, set_aside=aside, aside_by=aside_by)
    provenance = replace(facts.dataset.provenance, counts={"deals": counts})
    return Facts.of(replace(facts.dataset, provenance=provenance))


def test_winners_alone_give_no_rate(given: Given):
    facts = given(deals=[won(number, amount=10.0) for number in range(12)])
    table = compute(facts, Q1, ["win_rate", "win_rate_amount", "velocity", "deals_won", "revenue"])
    assert set(table.unavailable) == {"win_rate", "win_rate_amount", "velocity"}
    assert str(table.unavailable["win_rate"]) == (
        "needs lost deals; this export has none beside 12 deals won, so a rate would be of winners alone"
    )
    assert value(table, "deals_won") == 12
    file = process_file(facts)
    for refuses in (lambda: decisions(facts, file), lambda: learn(facts, file, facts.as_of)):
        with pytest.raises(Unavailable, match="needs lost deals"):
            refuses()


def test_of_won_deals_alone_nothing_is_open_or_created(given: Given):
    table = compute(given(deals=[won(1), won(2)]), Q1, ["deals_in_funnel", "pipeline_value", "deals_created"])
    assert {str(reason) for reason in table.unavailable.values()} == {
        "needs all deals; this export has only those that were won",
        "needs the amounts of deals, which this export does not have",
    }
    assert set(table.unavailable) == {"deals_in_funnel", "pipeline_value", "deals_created"}
    some = compute(given(deals=[won(1), deal(2, "ann", "open", "2024-02-01")]), Q1, ["deals_created"])
    assert value(some, "deals_created") == 2  # an open one shows that they are exported


def test_where_nothing_is_closed_that_is_the_reason(given: Given):
    table = compute(given(deals=[deal(1, "ann", "open", "2024-01-01", amount=5.0)]), Q1, ["deals_won", "revenue"])
    assert {key: str(reason) for key, reason in table.unavailable.items()} == {
        "deals_won": "this export knows of no closed deals",
        "revenue": "this export knows of no closed deals",
    }


def test_sales_without_an_amount_are_no_revenue_of_zero(given: Given):
    rows = [won(1, amount=10.0), won(2), won(3, "bob"), lost(4), won(5, "ann", "2023-10-02", amount=4.0)]
    table = compute(given(deals=rows), Q1, ["revenue", "growth", "win_rate_amount"], by=["rep_id"])
    assert value(table, "revenue", rep_id="ann") == 10
    assert value(table, "revenue", rep_id="bob") != value(table, "revenue", rep_id="bob")  # not known
    assert str(table.missing["revenue", "bob"]) == "nothing sold carries an amount"
    # one of Ann's two carries none: 10 against 4 would compare gaps
    assert str(table.unavailable["growth"]) == "too many sales carry no amount to compare"
    assert str(table.unavailable["win_rate_amount"]) == "needs amounts on won deals; 2 of 3 won deals carry none"


def test_growth_against_a_period_that_is_known_in_part_says_so(given: Given):
    rows = [won(1, day="2024-02-01", amount=10.0), won(2, day="2023-10-20", amount=5.0), lost(3)]
    table = compute(given(deals=rows), Q1, ["growth"])
    assert value(table, "growth") == 1  # 10 against 5 from 20 October on, 19 of 92 days late
    assert str(table.caveats["growth",]) == "the data begin on Oct 20, 2023 only, within the comparison period"


def test_open_deals_alone_are_no_winners(given: Given):
    assert no_losses(given(deals=[deal(1, "ann", "open", "2024-01-01")])) is None
    assert no_losses(given(deals=[won(1), lost(2)])) is None


def test_moves_of_winners_alone_are_counted_and_not_rated(given: Given):
    stages = [{"deal_id": "D1", "stage": stage, "entered_at": f"2024-01-{day} 09:00"}
              for stage, day in (("Talk", "01"), ("Offer", "10"))]  # fmt: skip
    facts = given(deals=[won(1, stage="Won")], stage_events=stages)  # type: ignore[arg-type]
    frame = conversions(facts, process_file(facts), Q1, ())
    assert frame["n"].tolist() == [1.0] * 6  # two milestones, three ways to leave them
    assert frame["value"].isna().all()
    assert "needs lost deals" in str(frame["reason"].iloc[0])
    table = compute(facts, Q1, ["reached", "conversion"])
    assert value(table, "reached:offer") == 1
    assert set(table.unavailable) == {"conversion:talk", "conversion:offer"}


def test_where_the_losses_went_is_said(given: Given):
    facts = reading(given(deals=[won(1), won(2)]), 5, lost=3)
    reason = compute(facts, Q1, ["win_rate"]).unavailable["win_rate"]
    assert str(reason) == "needs lost deals; all 3 lost deals of this export were set aside when it was read"


def test_where_all_but_the_won_went_is_said(given: Given):
    facts = reading(given(deals=[won(1), won(2)]), 6, lost=1, open=2, won=1)
    reason = compute(facts, Q1, ["deals_created"]).unavailable["deals_created"]
    assert str(reason) == (
        "needs all deals; all 3 deals of this export that were not won were set aside when it was read"
    )


def test_rows_set_aside_are_said_beside_the_figures_they_bias(given: Given):
    # kept: 3 won, 1 lost, 1 open; set aside: 1 won, 3 lost
    rows: Rows = [won(1), won(2), won(3), lost(4), deal(5, "ann", "open", "2024-01-01")]
    facts = reading(given(deals=rows), 9, won=1, lost=3)
    biased = compute(facts, Q1, ["win_rate", "deals_won", "deals_lost", "deals_in_funnel"]).biased
    assert {key: str(said) for key, said in biased.items()} == {
        "win_rate": "set aside when the export was read: 1 of 4 won deals (25%) and 3 of 4 lost deals (75%)",
        "deals_won": "set aside when the export was read: 1 of 4 won deals (25%)",
        "deals_lost": "set aside when the export was read: 3 of 4 lost deals (75%)",
    }


def test_less_than_a_hundredth_is_not_worth_saying(given: Given):
    rows = [won(number) for number in range(1, 200)] + [lost(500)]
    assert not compute(reading(given(deals=rows), 201, won=1), Q1, ["deals_won"]).biased  # 1 of 200
    assert compute(reading(given(deals=rows), 202, won=3), Q1, ["deals_won"]).biased  # 3 of 202


def test_orders_set_aside_are_said(given: Given):
    orders = [{"order_id": "1", "rep_id": "ann", "ordered_on": "2024-02-01", "amount": 5.0}]
    facts = given(orders=orders)
    counts = {"orders": Counts(read=4, kept=1, set_aside=3)}
    provenance = replace(facts.dataset.provenance, counts=counts)
    table = compute(Facts.of(replace(facts.dataset, provenance=provenance)), Q1, ["revenue"])
    assert str(table.biased["revenue"]) == "3 of 4 orders were set aside when the export was read (75%)"


def test_unpriced_wins_are_said_beside_the_sums_they_lack_in(given: Given):
    rows = [won(1, amount=10.0), won(2), won(3, "bob", amount=20.0), lost(4)]
    table = compute(given(deals=rows), Q1, ["revenue", "avg_deal_size", "deals_won"], by=["rep_id"])
    assert {key: str(said) for key, said in table.caveats.items()} == {
        ("revenue", "ann"): "1 of 2 carries no amount",
        ("avg_deal_size", "ann"): "1 of 2 carries no amount",
    }


def test_nobody_wins_always(given: Given):
    # 27 of all 54 closed deals are lost. Ann's 12 wins without a loss: 0.5 ^ 12 = 0.0002, less than 0.01 ÷ 3 for
    # three groups; Cleo's 3 of 3 (0.125) may be chance
    rows = [won(number) for number in range(12)]
    rows += [won(100 + number, "bob") for number in range(12)] + [lost(200 + n, "bob") for n in range(27)]
    rows += [won(300 + number, "cleo") for number in range(3)]
    table = compute(given(deals=rows), Q1, ["win_rate"], by=["rep_id"])
    assert {key: str(said) for key, said in table.caveats.items()} == {
        ("win_rate", "ann"): "not one of 12 closed deals was lost, where 50% are elsewhere: are losses missing?"
    }
    assert value(table, "win_rate", rep_id="ann") == 1  # it is said, not hidden


def test_a_period_without_losses_is_said(given: Given):
    rows = [won(number) for number in range(12)]
    rows += [lost(100 + number, day="2024-06-01") for number in range(12)]
    (said,) = compute(given(deals=rows), Q1, ["win_rate"]).caveats.values()
    assert "not one of 12" in str(said)


def test_the_output_shows_what_biases_a_figure(given: Given):
    rows = [won(1, amount=10.0), won(2), won(3, "bob", amount=20.0), lost(4)]
    facts = reading(given(deals=rows), 5, lost=1)
    table = compute(facts, Q1, ["revenue", "deals_lost"], by=["rep_id"])
    beside = {
        (row["metric"], row["rep_id"]): row["caveat"]
        for row in csv.DictReader(io.StringIO(as_csv(table, facts, ENGLISH)))
    }
    aside = "set aside when the export was read: 1 of 2 lost deals (50%)"
    assert beside == {
        ("revenue", "ann"): "1 of 2 carries no amount",
        ("revenue", "bob"): "",
        ("deals_lost", "ann"): aside,
        ("deals_lost", "bob"): aside,
    }
    said = json.loads(as_json(table, facts, ENGLISH))["caveats"]
    assert said[0] == {"metric": "revenue", "rep_id": "ann", "caveat": "1 of 2 carries no amount"}
    assert explanations(table, facts, ENGLISH)[:2] == [
        "* Revenue, ann: 1 of 2 carries no amount",
        f"* Deals lost: {aside}",
    ]
