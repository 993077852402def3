"""What was sold: revenue, units, gross profit and growth, from orders where there are any, else from won deals."""

import numpy as np

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.gaps import too_few_priced, unpriced
from salesreport.kpi.facts.kinds import SOLD, Kind
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.facts.whole import in_part
from salesreport.kpi.metrics.metric import SELLER, SOLD_ON, Figures, Metric
from salesreport.kpi.metrics.question import Question, Sheet
from salesreport.language import Text, text


def revenue(question: Question) -> Figures:
    """How much was sold."""
    figures = _sum(question, "amount", text("an amount"))
    every = sold(question).add()
    none = np.flatnonzero((every > 0) & (figures.n == 0))  # that is no zero: nobody knows what it was
    value = figures.value.copy()
    value[none] = np.nan
    missing = {int(group): text("nothing sold carries an amount") for group in none}
    said = {group: one for group, one in unpriced(figures.n, every).items() if group not in missing}
    return figures._replace(value=value, missing=missing, caveats=said)


def units(question: Question) -> Figures:
    """How many pieces were sold."""
    return _sum(question, "units", text("a number of units"))


def gross_profit(question: Question) -> Figures:
    """How much was left after the cost of goods."""
    return _sum(question, "gross_profit", text("a gross profit"))


def growth(question: Question) -> Figures:
    """By which share revenue changed against the comparison period; missing where that had none."""
    now, before = sold(question), sold(question, SOLD.earlier)
    was, n = before.add(before.number("amount")), now.add(~np.isnan(now.number("amount")))
    change = now.add(now.number("amount")) - was
    gaps = too_few_priced(n, now.add())
    gaps |= too_few_priced(before.add(~np.isnan(before.number("amount"))), before.add())
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where((was > 0) & ~gaps, change / was, np.nan)
    said = text("too many sales carry no amount to compare")
    caveats: dict[int, Text] = {}
    if (part := in_part(question.facts, [SOLD], question.before, sure=False)) is not None:
        late = text("the data begin on {day} only, within the comparison period", day=part.begin)
        caveats = dict.fromkeys(range(question.size), part.why if part.begin is None else late)
    return Figures(value, n, missing=dict.fromkeys(np.flatnonzero(gaps).tolist(), said), caveats=caveats)


def sold(question: Question, kind: Kind = SOLD) -> Sheet:
    """The orders of the period; where the dataset has none, the deals won."""
    sheet = question.sheet(kind)
    return sheet if question.sells_by_order else sheet.won


def _sum(question: Question, column: str, what: Text) -> Figures:
    """The sum of what is known, and of how many it is.

    Raises:
        Unavailable: something was sold, and none of it carries the number.
    """
    sheet = sold(question)
    values: Numbers = sheet.number(column)
    known = ~np.isnan(values)
    if len(values) and not known.any():
        raise Unavailable(text("nothing sold in the period carries {what}", what=what))
    return Figures(sheet.add(values), sheet.add(known))


REVENUE = Metric(
    key="revenue",
    title=text("Revenue"),
    formula=text(
        "sum of the amounts of orders in the period; without a table of orders, of deals won in the period"
    ),
    numerator=text("amounts of orders, else of deals won"),
    denominator=None,
    date_basis=SOLD_ON,
    credit=SELLER,
    unit="money",
    direction="higher",
    minimum_n=1,
    needs=(("sales", "amount"),),
    reference="S18",
    facts=(SOLD,),
    figures=revenue,
    additive=True,
)

UNITS = Metric(
    key="units",
    title=text("Units"),
    formula=text("sum of the pieces ordered in the period; without a table of orders, in deals won in the period"),
    numerator=text("pieces in orders, else in deals won"),
    denominator=None,
    date_basis=SOLD_ON,
    credit=SELLER,
    unit="units",
    direction="higher",
    minimum_n=1,
    needs=(("sales", "units"),),
    reference="S18",
    facts=(SOLD,),
    figures=units,
    additive=True,
)

GROSS_PROFIT = Metric(
    key="gross_profit",
    title=text("Gross profit"),
    formula=text(
        "sum of value less cost of goods of orders in the period; without orders, of deals won in the period"
    ),
    numerator=text("gross profits of orders, else of deals won"),
    denominator=None,
    date_basis=SOLD_ON,
    credit=SELLER,
    unit="money",
    direction="higher",
    minimum_n=1,
    needs=(("sales", "gross_profit"),),
    reference="S26",
    facts=(SOLD,),
    figures=gross_profit,
    additive=True,
)

GROWTH = Metric(
    key="growth",
    title=text("Growth"),
    formula=text(
        "(revenue − revenue of the comparison period) ÷ revenue of the comparison period; "
        "a period that is not over is compared with the other up to the same day; with one in which the data "
        "begin, none is"
    ),
    numerator=text("change of revenue"),
    denominator=text("revenue of the comparison period"),
    date_basis=SOLD_ON,
    credit=SELLER,
    unit="share",
    direction="higher",
    minimum_n=5,
    needs=(("sales", "amount"),),
    reference="S19",
    facts=(SOLD, SOLD.earlier),
    figures=growth,
)

METRICS = (REVENUE, UNITS, GROSS_PROFIT, GROWTH)
