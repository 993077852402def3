"""When deals are closed is not how well they are sold: win rates that rise and fall with the months of a quarter.

Many reps lose deals when they please and win them when a quarter ends. Then the win rate of some months is high
and that of others low, of all reps alike; yet deals that *began* in different months are won equally often.
"""

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from salesreport.kpi.anomalies.decided import WIN, Decisions
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Quantity, Text, text
from salesreport.stats.intervals import wilson

MONTHS = 3
"""Months of a quarter."""

LOOK_BACK = 365
"""Days up to the period's end that are looked at; a single quarter cannot show what quarters have in common."""

CLEAR, WIDE = 0.01, 0.05
"""A pattern is claimed where chance would make one as strong in at most `CLEAR` of cases, and the rates of the
months lie at least `WIDE` apart."""


class Timing(NamedTuple):
    """Win rates by the month of the quarter: first, second, third.

    Attributes:
        start, end: the days looked at. rate, lower, upper, n: by the month of closing; `n` deals decided.
        p: that the months do not differ. begun: rates of the same deals by the month in which they began.
        begun_p: likewise; NaN where the data do not say when deals began.
    """

    start: dt.date
    end: dt.date
    rate: Numbers
    lower: Numbers
    upper: Numbers
    n: Numbers
    p: float
    begun: Numbers
    begun_p: float

    @property
    def pattern(self) -> bool:
        """Whether win rates depend on the month of closing."""
        return self.p <= CLEAR and self.apart >= WIDE

    @property
    def artefact(self) -> bool:
        """Whether that lies in when deals are closed: those that began in different months do not so differ."""
        return self.pattern and bool(self.begun_p > CLEAR or np.ptp(self.begun) < self.apart / 2)

    @property
    def apart(self) -> float:
        """How far the win rates of the months lie apart, 0–1."""
        return float(np.ptp(self.rate))

    @property
    def claim(self) -> Text | None:
        """What it says in one clause; None: nothing."""
        if not self.pattern:
            return None
        first, second, third = (Quantity(float(rate), "share") for rate in self.rate)
        months = {"first": first, "second": second, "third": third}
        if not self.artefact:
            return text(
                "In a quarter’s first, second and third month, {first}, {second} and {third} of the deals decided "
                "are won",
                **months,
            )
        if np.isnan(self.begun).any():
            return text(
                "In a quarter’s first, second and third month, {first}, {second} and {third} of the deals decided "
                "are won, which may be timing, not skill",
                **months,
            )
        return text(
            "In a quarter’s first, second and third month, {first}, {second} and {third} of the deals decided are "
            "won: timing, not skill",
            **months,
        )

    @property
    def sentence(self) -> Text | None:
        """What it says; None: nothing."""
        if not self.pattern:
            return None
        rates = [Quantity(float(rate), "share") for rate in self.rate]
        said = text(
            "Of the deals decided from {start} to {end}, {first} are won in the first month of a quarter, "
            "{second} in the second and {third} in the third.",
            start=self.start,
            end=self.end,
            first=rates[0],
            second=rates[1],
            third=rates[2],
        )
        if not self.artefact:
            return text(
                "{said} Deals are compared with those decided in the same month, so that this counts for nobody.",
                said=said,
            )
        if np.isnan(self.begun).any():
            return text(
                "{said} That may be timing, when deals are closed, and not skill; deals are compared with those "
                "decided in the same month.",
                said=said,
            )
        low, high = (Quantity(float(end), "share") for end in (self.begun.min(), self.begun.max()))
        if round(100 * self.begun.min()) == round(100 * self.begun.max()):
            return text(
                "{said} That is timing, when deals are closed, and not skill: in whatever month of a quarter they "
                "began, {share} are won. Deals are compared with those decided in the same month.",
                said=said,
                share=low,
            )
        return text(
            "{said} That is timing, when deals are closed, and not skill: by the month in which they began, {low} "
            "to {high} are won. Deals are compared with those decided in the same month.",
            said=said,
            low=low,
            high=high,
        )


def timing(facts: Facts, decided: Decisions, start: dt.date, end: dt.date) -> Timing | None:
    """How the win rate depends on the month of the quarter.

    Args:
        facts: whose deals. decided: all decisions of whom it is about. start, end: of the period; the year up to
            its end is looked at where the period is shorter.

    Returns:
        None where there are too few deals, fewer than 30 in one of the months.
    """
    start = min(start, end - dt.timedelta(days=LOOK_BACK - 1))
    known = decided.between(start, end)
    won = known.take(known.step == len(known.steps) - 1)
    assert known.steps[-1].key == WIN
    first_month = facts.dataset.settings.fiscal_year_start
    place = _place(won.months, first_month)
    rate, p = _by_month(place, won.success)
    if not len(won) or np.bincount(place, minlength=MONTHS).min() < 30:
        return None
    created = facts.columns.days("deals", "created_on")[won.deal]
    dated = ~np.isnat(created)
    begun, begun_p = np.full(MONTHS, np.nan), float("nan")
    if dated.mean() > 0.9:
        begun, begun_p = _by_month(_place(created[dated].astype("datetime64[M]").astype(int), first_month),
                                   won.success[dated])  # fmt: skip
    found = wilson(np.bincount(place, won.success, MONTHS), np.bincount(place, minlength=MONTHS))
    return Timing(start, end, rate, found.lower, found.upper, found.n, p, begun, begun_p)


def _place(months: npt.NDArray[np.integer], first_month: int) -> Positions:
    """The place of months, counted from 1970, in their quarter: 0, 1, 2."""
    return ((months + 1 - first_month) % MONTHS).astype(np.intp)


def _by_month(place: Positions, success: Flags) -> tuple[Numbers, float]:
    """Rates by place, and the χ² test that they are the same."""
    n, won = np.bincount(place, minlength=MONTHS).astype(float), np.bincount(place, success, MONTHS)
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = won.sum() / n.sum()
        statistic = ((won - n * overall) ** 2 / (n * overall * (1 - overall))).sum()
        return won / n, float(chdtrc(MONTHS - 1, statistic))
