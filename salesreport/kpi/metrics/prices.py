"""How prices moved against the comparison period, net of what was sold: mix is no price."""

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from salesreport.kpi.customers.occasions import occasions_of
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.kinds import SOLD
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.metric import SELLER, SOLD_ON, Figures, Metric
from salesreport.kpi.metrics.question import Question, Sheet
from salesreport.kpi.metrics.revenue import sold
from salesreport.language import ntext, text
from salesreport.stats.intervals import normal_quantile, ratio_linearised
from salesreport.stats.numbering import numbered

LEAST = 5
"""Sales of a product line that each period needs before its price counts."""


def price_variation(question: Question) -> Figures:
    """By which part prices changed at the same mix.

    Where sales carry list prices, each is compared with its own: Σ amounts ÷ Σ list values, now against before.
    Else prices per piece are compared within product lines, weighed by the mean of their shares in the value of
    both periods (Törnqvist's index).

    Raises:
        Unavailable: sales carry neither list prices nor pieces and product lines.
    """
    now, before = _priced(question, sold(question)), _priced(question, sold(question, SOLD.earlier))
    lines = sorted({*now.lines, *before.lines})
    size, cells = question.size, len(lines)
    log, variance, worth = np.zeros((3, 2, size * cells))
    for place, one in enumerate((now, before)):
        code = np.array([lines.index(name) for name in one.lines], np.intp)[one.line]
        cell = one.group * cells + code
        ratio = ratio_linearised(one.amount, one.measure, weights=one.share, groups=cell, size=size * cells)
        value, spread = _log_and_variance(ratio.value, ratio.lower, ratio.upper, ratio.n)
        enough = ratio.n >= LEAST
        log[place], variance[place] = np.where(enough, value, np.nan), np.where(enough, spread, np.nan)
        worth[place] = np.bincount(cell, one.share * one.amount, size * cells)
    log, variance, worth = (one.reshape(2, size, cells) for one in (log, variance, worth))
    both = ~np.isnan(log).any(axis=0) & ~np.isnan(variance).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(both, worth, 0.0) / np.where(both, worth, 0.0).sum(axis=2, keepdims=True)
        weight = shares.mean(axis=0)
        moved = np.where(both, weight * (log[0] - log[1]), 0.0).sum(axis=1)
        error = np.sqrt(np.where(both, weight**2 * (variance[0] + variance[1]), 0.0).sum(axis=1))
    known = both.sum(axis=1) > 0
    half = normal_quantile(0.95) * error
    value, lower, upper = (np.where(known, np.expm1(one), np.nan) for one in (moved, moved - half, moved + half))
    n = np.bincount(now.group, now.share, size).astype(np.float64)
    few = ntext(
        "fewer than {n} priced sale of a product line in one of the periods",
        "fewer than {n} priced sales of a product line in one of the periods",
        n=LEAST,
    )
    return Figures(value, n, lower, upper, missing=dict.fromkeys(np.flatnonzero(~known).tolist(), few))


class _Priced:
    """Sales with a price: group, product line, amount, what it is compared with (list value, or pieces), share.

    Lines of one product line that are one occasion (see `occasions_of`) are one sale: they share their discount.
    """

    def __init__(
        self,
        sheet: Sheet,
        occasion: Positions,
        amount: Numbers,
        measure: Numbers,
        line: Positions,
        lines: list[str],
    ) -> None:
        known = np.flatnonzero((amount > 0) & (measure > 0))
        group, share, self.lines = sheet.group[known], sheet.share[known], lines
        cell = group.astype(np.int64) * len(lines) + line[known]
        sales, place = numbered(numbered(occasion[known])[1] * (sheet.size * len(lines)) + cell)
        self.group, self.line = np.divmod(sales % (sheet.size * len(lines)), len(lines))
        total, rows = np.bincount(place, share, len(sales)), np.bincount(place, minlength=len(sales))
        self.share = total / rows
        self.amount, self.measure = (
            np.bincount(place, share * one[known], len(sales)) / self.share for one in (amount, measure)
        )


def _priced(question: Question, sheet: Sheet) -> _Priced:
    columns, table = question.facts.columns, "orders" if question.sells_by_order else "deals"
    amount, occasion = sheet.number("amount"), occasions_of(question.facts, sheet.events)[sheet.rows]
    whole: npt.NDArray[np.intp] = np.zeros(len(amount), np.intp)
    if columns.has(table, "list_price") and (table == "deals" or columns.has(table, "units")):
        pieces = 1.0 if table == "deals" else sheet.number("units")
        return _Priced(sheet, occasion, amount, sheet.number("list_price") * pieces, whole, [""])
    if not columns.has(table, "units") or not question.facts.dimensions.carries(table, "product_line"):
        raise Unavailable(text("needs list prices, or pieces and product lines, of what was sold"))
    line = sheet.events.dimension("product_line")
    codes = np.asarray(line.codes, np.intp)[sheet.rows]
    measure = np.where(codes >= 0, sheet.number("units"), np.nan)
    return _Priced(sheet, occasion, amount, measure, np.maximum(codes, 0), list(map(str, line.categories)) or [""])


def _log_and_variance(value: Numbers, lower: Numbers, upper: Numbers, n: Numbers) -> tuple[Numbers, Numbers]:
    """The logarithm of a ratio, and its variance by the delta method, from its t interval."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = (upper - lower) / 2 / stdtrit(np.maximum(n - 1, 1.0), 0.975)
        return np.log(value), (error / value) ** 2


METRICS = (
    Metric(
        key="price_variation",
        title=text("Price variation"),
        formula=text(
            "change of prices against the comparison period at the same mix: amounts ÷ their list values; without "
            "list prices, price per piece within product lines, weighed by their mean share in the value sold"
        ),
        numerator=text("price level of the period"),
        denominator=text("price level of the comparison period"),
        date_basis=SOLD_ON,
        credit=SELLER,
        unit="share",
        direction="higher",
        minimum_n=LEAST,
        needs=(("sales", "amount"),),
        reference="S19; Törnqvist 1936; interval: linearised ratios, delta method; lines of an order as one",
        facts=(SOLD, SOLD.earlier),
        figures=price_variation,
    ),
)
