"""On how few customers, products and reps the sales of the last year rest: shares and Herfindahl's index.

What was sold in the year is counted, not sampled; but another such year would bring other purchases, and that is
what the intervals are about (`salesreport.stats.concentration`). The client's own earlier years stand beside them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from salesreport.audit.model import Check, Estimate, Found, Looked
from salesreport.kpi.facts.columns import Columns, Days, Numbers, Positions, taken
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Fixed, Quantity, Text, ntext, text
from salesreport.stats.concentration import Concentration, concentration, concentration_bounds

FIVE = 5

MANY_REPS, THEIR_SHARE = 0.17, 0.81
"""Of one year's benchmark: so many of the reps had so much of the revenue."""

FEWEST_REPS = 6

FEWEST_SALES = 20
"""Of fewer sales within the year nobody can say on whom they rest."""

YEARS = 4


class _Sold(NamedTuple):
    """What was sold.

    Attributes:
        names, amounts: of those whom, or what, it belongs to.
        worth, whose, purchase: of each row sold: its amount, the place of its name, and a number for all that the
            same customer bought on the same day.
    """

    names: list[str]
    amounts: Numbers
    worth: Numbers
    whose: Positions
    purchase: Positions


def _sold(looked: Looked, by: str, years_ago: int = 0) -> _Sold:
    """What was sold in the year before the as-of date, or in an earlier one, by a column.

    Raises:
        Unavailable: nothing was sold, or nothing of it carries an amount.
    """
    facts, columns = looked.facts, looked.facts.columns
    table = "orders" if columns.has("orders") else "deals"
    last = np.datetime64(looked.as_of, "D") - 365 * years_ago
    if table == "orders":
        days, amount = columns.days("orders", "ordered_on"), columns.numbers("orders", "amount")
    else:
        days = np.where(facts.closing.won, facts.closing.day, np.datetime64("NaT", "D"))
        amount = columns.numbers("deals", "amount")
    rows: Positions = np.flatnonzero((days <= last) & (days > last - 365) & (amount > 0))
    if not len(rows):
        raise Unavailable(text("nothing that was sold within the year carries an amount"))
    if years_ago and days[~np.isnat(days)].min() > last - 365:
        raise Unavailable(text("the year is not known as a whole"))
    column = (
        taken(facts.dimensions.of(table, "rep_id"), rows)
        if by == "rep_id"
        else columns.coded(table, by).take(rows)
    )
    codes = np.asarray(column.codes, np.intp)
    known = codes >= 0
    if not known.any():
        raise Unavailable(text("what was sold within the year does not say whose, or which, it is"))
    rows, codes = rows[known], codes[known]
    return _Sold(
        list(map(str, column.categories)),
        np.bincount(codes, amount[rows], len(column.categories)).astype(np.float64),
        amount[rows],
        codes,
        _purchases(columns, table, rows, days[rows]),
    )


def _purchases(columns: Columns, table: str, rows: Positions, days: Days) -> Positions:
    """A number for all that one customer bought on one day; what is nobody's, and each deal, is by itself."""
    alone = np.arange(len(rows))
    if table == "deals" or not columns.has("orders", "account_id"):
        return alone
    account = np.asarray(columns.coded("orders", "account_id").take(rows).codes, np.int64)
    day = days.astype(np.int64)
    key = np.where(account >= 0, account * (np.ptp(day) + 1) + day - day.min(), -1 - alone)
    return np.unique(key, return_inverse=True)[1]


def _estimate(sold: _Sold, figure: str, made: Concentration, k: int = FIVE) -> Estimate:
    low, high = getattr(concentration_bounds(sold.worth, sold.whose, sold.purchase, k), figure)
    return Estimate(float(getattr(made, figure)), low, high, made.n)


def _found(
    looked: Looked, by: str, figure: str, shown: int, names: dict[str, str], past: Sequence[float]
) -> Found:
    sold = _sold(looked, by)
    sales = len(np.unique(sold.purchase))
    if sales < FEWEST_SALES:
        raise Unavailable(
            ntext(
                "{n} sale within the year is too few to say it",
                "{n} sales within the year are too few to say it",
                n=sales,
            )
        )
    made = concentration(sold.amounts)
    if made.n <= shown > 1 and figure != "herfindahl":
        raise Unavailable(ntext("there is only {n} of them", "there are only {n} of them", n=made.n))
    order = np.argsort(-sold.amounts, kind="stable")[:shown]
    order = order[sold.amounts[order] > 0]
    ids = [sold.names[one] for one in order]
    return Found(
        count=len(ids),
        of=made.n,
        share=None,
        figure=_estimate(sold, figure, made),
        money=float(sold.amounts[order].sum()),
        ids=tuple(sorted(ids)),
        shown={one: names[one] for one in ids if one in names},
        detail=_in_words(made, past, "points" if figure == "herfindahl" else "share"),
    )


def _in_words(made: Concentration, past: Sequence[float], unit: str = "share") -> Text:
    number = Fixed(made.effective, 1)
    if not past:
        return ntext("As concentrated as {n} of equal size.", "As concentrated as {n} of equal size.", n=number)
    return ntext(
        "As concentrated as {n} of equal size; the figure was {shares} in the years before, the last one first.",
        "As concentrated as {n} of equal size; the figure was {shares} in the years before, the last one first.",
        n=number,
        shares=[Quantity(one, unit) for one in past],
    )


def _before(looked: Looked, by: str, figure: str) -> list[float]:
    """The same figure of the years before, the latest first."""
    found = []
    for ago in range(1, YEARS):
        try:
            found.append(float(getattr(concentration(_sold(looked, by, ago).amounts), figure)))
        except Unavailable:
            break
    return found


def _of(by: str, figure: str, shown: int, table: str | None = None) -> Callable[[Looked], Found]:
    """The check of a figure by a column, whose values a table names."""

    def find(looked: Looked) -> Found:
        names: dict[str, str] = {}
        if table == "reps":
            names = looked.facts.names
        elif table is not None and looked.facts.columns.has(table, "name"):
            frame = looked.dataset.table(table, [by, "name"]).dropna()
            names = dict(zip(frame[by], frame["name"], strict=True))
        return _found(looked, by, figure, shown, names, _before(looked, by, figure))

    return find


def rep_concentration(looked: Looked) -> Found:
    """Which share of the year's revenue the best sixth of the reps have."""
    sold = _sold(looked, "rep_id")
    people = np.array([one not in looked.facts.not_people for one in sold.names])
    amounts, theirs = np.where(people, sold.amounts, 0.0), people[sold.whose]
    sold = sold._replace(worth=sold.worth[theirs], whose=sold.whose[theirs], purchase=sold.purchase[theirs])
    reps = int((amounts > 0).sum())
    if reps < FEWEST_REPS:
        raise Unavailable(
            ntext(
                "needs at least 6 reps who sold; there is {n}",
                "needs at least 6 reps who sold; there are {n}",
                n=reps,
            )
        )
    few = max(round(MANY_REPS * reps), 1)
    made = concentration(amounts, few)
    order = np.argsort(-amounts, kind="stable")[:few]
    ids = [sold.names[one] for one in order]
    return Found(
        count=few,
        of=reps,
        share=None,
        figure=_estimate(sold, "few", made, few),
        money=float(amounts[order].sum()),
        ids=tuple(sorted(ids)),
        shown={one: looked.facts.names.get(one, one) for one in ids},
        detail=_in_words(made, []),
    )


CHECKS = (
    Check(
        key="largest_customer",
        number=34,
        title=text("Largest customer"),
        definition=text(
            "Amount sold to the largest customer within the year ÷ amount sold to all customers that are named."
        ),
        kind="demand",
        counted=text("customers"),
        find=_of("account_id", "largest", 1, "accounts"),
        version=2,
        threshold=text("one customer above 10%"),
        limit=(0.10, None),
        source="datapack; thevxgroup; ryanconsulting",
        founded="practice",
        needs=(),
        affects=("revenue", "growth"),
    ),
    Check(
        key="five_customers",
        number=34,
        title=text("Five largest customers"),
        definition=text(
            "Amount sold to the five largest customers within the year ÷ amount sold to all that are named."
        ),
        kind="demand",
        counted=text("customers"),
        find=_of("account_id", "few", FIVE, "accounts"),
        version=2,
        threshold=text("five customers above 25%"),
        limit=(0.25, None),
        source="datapack; thevxgroup; ryanconsulting",
        founded="practice",
        affects=("revenue", "growth"),
    ),
    Check(
        key="customers_herfindahl",
        number=34,
        title=text("Concentration of customers"),
        definition=text(
            "Herfindahl’s index: sum of the squared shares of all customers in what was sold within the year, "
            "× 10,000."
        ),
        kind="demand",
        counted=text("customers"),
        unit="points",
        find=_of("account_id", "herfindahl", FIVE, "accounts"),
        version=2,
        threshold=text("0.10 (1,000 points) is moderate, 0.25 (2,500 points) high"),
        limit=(1000.0, 2500.0),
        source="datapack; thevxgroup; ryanconsulting",
        founded="practice",
        affects=("revenue", "growth"),
    ),
    Check(
        key="products_herfindahl",
        number=34,
        title=text("Concentration of products"),
        definition=text(
            "Herfindahl’s index: sum of the squared shares of all product lines in what was sold within the year, "
            "× 10,000."
        ),
        kind="demand",
        counted=text("product lines"),
        unit="points",
        find=_of("product_line", "herfindahl", 1),
        version=2,
        threshold=None,
        better="neither",
        source="salesreport",
        founded="own",
    ),
    Check(
        key="rep_concentration",
        number=35,
        title=text("Concentration of reps"),
        definition=text("Amount sold within the year by the 17% of the reps who sold most ÷ amount sold by all."),
        kind="behaviour",
        counted=text("reps"),
        find=rep_concentration,
        version=2,
        threshold=text("17% of the reps had 81% of the revenue in one benchmark of 2024"),
        limit=(THEIR_SHARE, None),
        source="Ebsta",
        founded="contested",
        affects=("revenue",),
    ),
)
"""On how few the sales rest."""
