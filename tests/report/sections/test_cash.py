"""Cash by category of customers in a report: the plan's own figures, and of the whole company only."""

from salesreport import Dataset, Review
from salesreport.kpi.customers.cash import cash_plan, cash_total
from salesreport.report.sections.cash import MONTHS, cash_table


def test_the_lines_are_the_plan_s(sample: Dataset) -> None:
    context = Review(sample, "2025-Q4").context
    titles = {one.key: str(one.title) for one in context.shared.process.base}
    (table,) = cash_table(context, titles)
    plan = cash_plan(context.facts, context.shared.process, context.as_of, MONTHS)
    total = cash_total(context.facts, context.shared.process, context.as_of, MONTHS)
    expected, due = table.rows[-2:]
    assert [cell.text for cell in expected[1:]] == [context.shown(one, "EUR") for one in total["expected"]]
    assert [cell.text for cell in due[1:]] == [context.shown(one, "EUR") for one in total["due"]]
    paying = plan.groupby("category", observed=True)["expected"].sum()
    assert len(table.rows) == (paying > 0).sum() + 2
    assert len(table.headings) == MONTHS + 1


def test_a_rep_has_no_plan_of_cash(sample: Dataset) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    assert cash_table(Review(sample, "2025-Q4", rep=rep).context, {}) == ()
