"""What quarters' ends do: wins that wait for the last month, and discounts that buy them.

Compared with what the calendar gives: the working days of the quarter's months, not a third each.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import bdtrc

from salesreport.audit.doubts import closed_at_ends_of_months
from salesreport.audit.model import Check, Estimate, Found, Looked
from salesreport.audit.own_past import usual
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.ordering import begins_run
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, text
from salesreport.period import Period
from salesreport.stats.intervals import normal_quantile, ratio_linearised, share_of_total, wilson
from salesreport.stats.multiplicity import benjamini_hochberg

LOOK_AT_PAY = 0.35
"""The part of a rep's wins in the last month from which on, for several quarters, pay is to be looked at."""

FEWEST_WON, FEWEST_QUARTERS = 12, 4
"""A rep with fewer wins, in fewer quarters, is not told anything."""

UNLIKELY = 0.05

LAST_DAYS = 14
"""Days before a quarter's end whose discounts are compared with the others'."""

_LEAST_SOLD = 10


class _Won:
    """Deals won in complete quarters: row in table `deals`, amount, number of the quarter, month in it (0–2)."""

    def __init__(self, looked: Looked) -> None:
        facts = looked.facts
        self.periods = complete_quarters(looked, facts.begin("closed"))
        if not self.periods:
            raise Unavailable(text("needs a complete quarter with closed deals"))
        days = facts.closing.day
        first, last = np.datetime64(self.periods[0].start, "D"), np.datetime64(self.periods[-1].end, "D")
        self.deal: Positions = np.flatnonzero(facts.closing.won & (days >= first) & (days <= last))
        if not len(self.deal):
            raise Unavailable(text("no deal was won in a complete quarter"))
        self.day: Days = days[self.deal]
        starts = np.array([one.start for one in self.periods], "datetime64[D]")
        self.quarter: Positions = np.searchsorted(starts, self.day, side="right") - 1
        months = self.day.astype("datetime64[M]") - starts[self.quarter].astype("datetime64[M]")
        self.month: Positions = months.astype(np.intp)
        self.amount: Numbers = np.nan_to_num(facts.columns.numbers("deals", "amount")[self.deal])

    @property
    def late(self) -> Flags:
        """Which were won in the quarter's last month."""
        return self.month == 2


def calendar_share(period: Period) -> float:
    """The part of a quarter's working days (Monday to Friday) that its last month has.

    Examples:
        >>> round(calendar_share(Period.parse("2025-Q1")), 3)  # 21 of 64
        0.328
    """
    start, after = np.datetime64(period.start, "D"), np.datetime64(period.end, "D") + 1
    last = (start.astype("datetime64[M]") + 2).astype("datetime64[D]")
    return float(np.busday_count(last, after) / np.busday_count(start, after))


class _Reps(NamedTuple):
    """Reps with enough deals won to be told something.

    Attributes:
        names: of all reps. told: which are told something. n, late: their deals won, and those in last months.
        expected: the part that the calendar gives, or that the others have, whichever is more. odd: who has more.
        deal: rows of `_Won` with `rep`, the number of whose each is.
    """

    names: pd.Index
    told: Positions
    n: Positions
    late: Numbers
    given: float
    odd: Positions
    deal: Positions
    rep: Positions


def _by_rep(looked: Looked, won: _Won) -> _Reps:
    facts = looked.facts
    rep = taken(facts.dimensions.of("deals", "rep_id"), won.deal)
    if facts.owners is not None:
        credit = facts.owners.credit(won.deal, won.day, rep)
        rep, at = credit.rep, credit.event
        whole = begins_run(at)  # a shared deal counts for the first of its owners
        rep, at = rep[whole], at[whole]
    else:
        at = np.arange(len(won.deal))
    codes = np.asarray(rep.codes, np.intp)
    people = ~np.append(rep.categories.isin(list(facts.not_people)), True)[codes]
    given = np.array([calendar_share(one) for one in won.periods])[won.quarter[at]]
    size = len(rep.categories)
    rows = np.flatnonzero(people & (codes >= 0))
    n = np.bincount(codes[rows], minlength=size)
    late = np.bincount(codes[rows], won.late[at[rows]], size).astype(np.float64)
    quarters = np.bincount(np.unique(codes[rows] * len(won.periods) + won.quarter[at[rows]]) // len(won.periods),
                           minlength=size)  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        calendar = np.bincount(codes[rows], given[rows], size) / n
        others = (late.sum() - late) / (n.sum() - n)  # of a team that is late as one, nobody stands out
    expected = np.fmax(calendar, others)
    told = np.flatnonzero((n >= FEWEST_WON) & (quarters >= FEWEST_QUARTERS))
    odd = told[:0]
    if len(told):
        q = benjamini_hochberg(bdtrc(late[told] - 1, n[told], expected[told]))
        odd = told[(q <= UNLIKELY) & (late[told] > LOOK_AT_PAY * n[told])]
    mean = float(given[rows].mean()) if len(rows) else float("nan")
    return _Reps(rep.categories, told, n, late, mean, odd, at[rows], codes[rows])


def sandbagging(looked: Looked) -> Found:
    """How many reps win more in quarters' last months than the calendar gives, the others do, and is healthy."""
    won = _Won(looked)
    reps = _by_rep(looked, won)
    if not len(reps.told):
        raise Unavailable(text("needs reps with at least 12 deals won in four complete quarters"))
    ids = reps.names.take(reps.odd).astype(str).tolist()
    everybody = wilson(reps.late[reps.told].sum(), reps.n[reps.told].sum())
    theirs = np.isin(reps.rep, reps.odd) & won.late[reps.deal]
    found = Found(
        count=len(ids),
        of=len(reps.told),
        share=None,
        money=float(won.amount[reps.deal][theirs].sum()) or None,
        ids=tuple(sorted(ids)),
        shown={one: looked.facts.names.get(one, one) for one in ids},
        detail=text(
            "Everybody together: {share} ({low} to {high}) of the deals won, where the calendar gives {given}.",
            share=Quantity(float(everybody.value), "share"),
            low=Quantity(float(everybody.lower), "share"),
            high=Quantity(float(everybody.upper), "share"),
            given=Quantity(reps.given, "share"),
        ),
        level="look" if ids else "fine",
    )
    return _as_data(found, won)


def linearity(looked: Looked) -> Found:
    """How much of the last four quarters' sales fell into their last months."""
    won = _Won(looked)
    worth = won.amount if won.amount.sum() > 0 else np.ones(len(won.deal))
    recent = won.quarter >= len(won.periods) - FEWEST_QUARTERS
    if not worth[recent].sum() > 0:
        raise Unavailable(text("no deal was won in the last four complete quarters"))
    made = share_of_total(np.where(won.late, worth, 0.0)[recent], worth[recent])
    shares = [
        float(worth[won.late & here].sum() / worth[here].sum())
        for here in (won.quarter == number for number in range(max(len(won.periods) - FEWEST_QUARTERS, 0)))
        if here.sum() >= _LEAST_SOLD and worth[here].sum() > 0
    ]
    given = float(np.mean([calendar_share(one) for one in won.periods[-FEWEST_QUARTERS:]]))
    figure = Estimate(*(float(column[0]) for column in (made.value, made.lower, made.upper, made.n)))
    found = Found(
        count=int((won.late & recent).sum()),
        of=int(recent.sum()),
        share=None,
        figure=figure,
        money=float(won.amount[won.late & recent].sum()) or None,
        baseline=usual(shares),
        matters=figure.lower > given,
        detail=text("The calendar gives {given}.", given=Quantity(given, "share")),
    )
    if not len(_by_rep(looked, won).odd):
        said = text("No rep stands out from the others: customers may buy so, by their own budgets.")
        found = replace(found, kind="demand", instead=said)
    return _as_data(found, won)


def _as_data(found: Found, won: _Won) -> Found:
    """Closings that are all dated on ends of months say nothing of when in the quarter deals were won."""
    why = closed_at_ends_of_months(won.day)
    return found if why is None else replace(found, kind="data", instead=why)


def discount_at_quarter_end(looked: Looked) -> Found:
    """By how much discounts in the last days of quarters exceed the usual ones, product line by product line."""
    won, facts = _Won(looked), looked.facts
    listed = facts.columns.numbers("deals", "list_price")[won.deal]
    priced = (listed > 0) & (won.amount > 0)
    ends = np.array([one.end for one in won.periods], "datetime64[D]")[won.quarter]
    last_days = ends - won.day < LAST_DAYS
    line = taken(facts.dimensions.of("deals", "product_line"), won.deal)
    strata = np.asarray(line.codes, np.intp) + 1
    gap, error, n = _gap(won.amount, listed, strata, last_days, priced)
    if np.isnan(gap):
        raise Unavailable(
            text(
                "needs at least 10 deals won with a list price, of one product line, in either part of "
                "the quarters"
            )
        )
    z = normal_quantile(0.95)
    here = priced & last_days
    cost = float((listed[here] * gap).sum()) if gap > 0 else None
    ids = facts.columns.series("deals", "deal_id").to_numpy(dtype=object)[won.deal[here]]
    flagged = np.zeros(facts.columns.size("deals"), bool)
    flagged[won.deal[here]] = True
    found = Found(
        count=int(here.sum()),
        of=int(priced.sum()),
        share=None,
        figure=Estimate(gap, gap - z * error, gap + z * error, n),
        money=cost,
        ids=tuple(sorted(map(str, ids))),
        shown=looked.called(flagged),
        detail=text(
            "Discounts of {late} in the last two weeks, {usual} before.",
            late=Quantity(float(1 - won.amount[here].sum() / listed[here].sum()), "share"),
            usual=Quantity(
                float(1 - won.amount[priced & ~last_days].sum() / listed[priced & ~last_days].sum()), "share"
            ),
        ),
        level="fine" if gap - z * error <= 0 else "look",
    )
    return _as_data(found, won)


def _gap(
    amount: Numbers, listed: Numbers, strata: Positions, late: Flags, priced: Flags
) -> tuple[float, float, float]:
    """The discount of late deals less that of the others, weighed by what was sold late; its standard error, n."""
    size = int(strata.max(initial=0)) + 1
    sides = [
        ratio_linearised(amount[rows], listed[rows], groups=strata[rows], size=size)
        for rows in (np.flatnonzero(priced & late), np.flatnonzero(priced & ~late))
    ]
    enough = (sides[0].n >= _LEAST_SOLD) & (sides[1].n >= _LEAST_SOLD)
    if not enough.any():
        return float("nan"), float("nan"), 0.0
    rows = priced & late
    weight = np.where(enough, np.bincount(strata[rows], listed[rows], size), 0.0)
    weight = weight / weight.sum()
    z = normal_quantile(0.95)
    gap = np.where(enough, sides[1].value - sides[0].value, 0.0)
    variance = sum(np.where(enough, ((one.upper - one.lower) / 2 / z) ** 2, 0.0) for one in sides)
    return (
        float((weight * gap).sum()),
        float(np.sqrt((weight**2 * variance).sum())),
        float(sides[0].n[enough].sum()),
    )


CHECKS = (
    Check(
        key="sandbagging",
        number=31,
        title=text("Wins kept for the last month"),
        definition=text(
            "Reps of whose wins in complete quarters more than 35% fell into the last month, and more than its "
            "working days give and more than that of the others, beyond chance (q ≤ 5%) ÷ reps with at "
            "least 12 wins in four quarters."
        ),
        kind="behaviour",
        counted=text("reps"),
        find=sandbagging,
        threshold=text(
            "20 to 25% is called healthy, which is less than the calendar gives; above 35% for several "
            "quarters: "
            "look at pay"
        ),
        source="Avoma",
        founded="contested",
        needs=(("deals", "closed_on"),),
        affects=("win_rate", "revenue"),
    ),
    Check(
        key="linearity",
        number=32,
        title=text("Sales in the last month of quarters"),
        definition=text(
            "Amounts won in the last month of the last four complete quarters ÷ amounts won in these quarters; "
            "deals are counted where no amounts are known."
        ),
        kind="behaviour",
        counted=text("deals won"),
        find=linearity,
        threshold=text("35–40% is healthy, 45–55% mild, 60–75% severe"),
        limit=(0.45, 0.60),
        source="winsabove",
        founded="contested",
        needs=(("deals", "closed_on"),),
        affects=("revenue",),
    ),
    Check(
        key="quarter_end_discount",
        number=33,
        title=text("Discounts at quarters’ ends"),
        definition=text(
            "Discount (1 − amount ÷ list price) of deals won in the last 14 days of complete quarters − "
            "that of the "
            "others of the same product line, weighed by list prices."
        ),
        kind="behaviour",
        counted=text("deals won with a list price"),
        unit="share",
        find=discount_at_quarter_end,
        threshold=text("against the usual discount; nobody published how much is too much"),
        source="winsabove",
        founded="practice",
        needs=(("deals", "list_price"), ("deals", "amount"), ("deals", "closed_on")),
        affects=("price_variation", "gross_profit"),
    ),
)  # fmt: skip
"""What quarters' ends do."""
