"""What became of the money owed at past days, and of what was not owed yet: what a cash plan is learnt from."""

import datetime as dt
from typing import NamedTuple

import numpy as np

from salesreport.kpi.customers.categories import states_at
from salesreport.kpi.customers.customers import seen_by
from salesreport.kpi.customers.payments import first_payment, kinds_of, months_after, owed, paid, same_day_before
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext
from salesreport.process import ProcessFile

LOOKS_BACK, FEWEST = 24, 6
"""Slippage is learnt from at most so many past months, and from no fewer."""

YEAR = 12
"""Past months from which is learnt what is not owed yet: a whole year, so that no season counts twice."""

ENOUGH = 20
"""From so many cases on, a category's own slippage counts, with the weight n ÷ (n + this); else that of all."""

QUARTER, FEW_QUARTERS = 3, 4
"""Months that differ by their place in the quarter; with so many quarters seen, half of the difference counts."""


class Past(NamedTuple):
    """What became of the money owed at past days, the latest first.

    Categories are those of the process file, then `new` customers, then money of no customer.

    Attributes:
        days: the past days. over: which of the months after each are over (day × month).
        risk: owed then and not paid yet when the month began (day × category × kind of money × month).
        paid: of it, paid in the month. cases: how many items were owed (day × category × kind).
        beside: what came in the month and was not owed yet (day × category × month).
        customers: how many were in the category (day × category).
    """

    days: list[dt.date]
    over: Flags
    risk: Numbers
    paid: Numbers
    cases: Numbers
    beside: Numbers
    customers: Numbers


def past_of(facts: Facts, file: ProcessFile, as_of: dt.date, months: int) -> Past:
    """What the months before tell, as known on a day.

    Raises:
        Unavailable: they are too few.
    """
    begin = first_payment(facts)
    days = [same_day_before(as_of, step) for step in range(1, LOOKS_BACK + 1)]
    days = [day for day in days if begin is not None and begin <= day]
    over = np.array([[month.end <= as_of for month in months_after(day, months)] for day in days], bool)
    found = int(over.all(axis=1).sum()) if len(days) else 0
    if found < FEWEST:
        raise Unavailable(too_short(found))
    parts = [_became(facts, file, day, months) for day in days]
    return Past(days, over, *(np.stack(columns) for columns in zip(*parts, strict=True)))


def too_short(found: int) -> Text:
    """Why nothing can be learnt, as the end of "cannot be told: …"."""
    return ntext(
        "needs payments of {least} past months with what came after them; this export has {n}",
        "needs payments of {least} past months with what came after them; this export has {n}",
        n=found,
        least=FEWEST,
    )


def _became(facts: Facts, file: ProcessFile, day: dt.date, months: int) -> tuple[Numbers, ...]:
    """Of a past day: risk, paid, cases, beside, customers, see `Past`; worked out once."""
    return facts.remember(("became", id(file), day, months), lambda: _find_out(facts, file, day, months))


def _find_out(facts: Facts, file: ProcessFile, day: dt.date, months: int) -> tuple[Numbers, ...]:
    money = owed(facts, day, months)
    came, other = paid(facts, money, day, months)
    shape = (len(file.base) + 2, kinds_of(months))
    category = category_of(facts, file, day)
    debts = money.amount > 0  # a credit note shows nothing of how customers pay
    cell = category[money.customer[debts]] * shape[1] + money.kind[debts]
    amount, came = money.amount[debts], came[debts]
    left = np.maximum(amount[:, None] - np.cumsum(came, axis=1) + came, 0.0)  # when each month began
    came = np.minimum(came, left)

    def add(values: Numbers) -> Numbers:
        total: Numbers = np.bincount(cell, weights=values, minlength=shape[0] * shape[1]).astype(np.float64)
        return total.reshape(shape)

    risk = np.stack([add(left[:, month]) for month in range(months)], axis=-1)
    of_it = np.stack([add(came[:, month]) for month in range(months)], axis=-1)
    beside = np.zeros((shape[0], months))
    np.add.at(beside, category, other)
    return risk, of_it, add(np.ones(len(cell))), beside, customers_in(facts, file, day)


def profile_of(past: Past, weights: Numbers, trust_all: bool = False) -> Numbers:
    """Which part of money owed comes in which month, by category and kind; what is left comes later, or never.

    Args:
        past: what became of such money. weights: of the past days (draw × day).
        trust_all: whether every category's own share counts as it is.

    Returns:
        Draw × category × kind × month; a category's own share from `ENOUGH` cases on, shrunk to that of all; a
        kind that was never owed is taken as all kinds together.
    """
    over = past.over[:, None, None, :]
    risk, came = (np.tensordot(weights, values * over, axes=(1, 0)) for values in (past.risk, past.paid))
    pooled_risk, pooled = risk.sum(axis=1, keepdims=True), came.sum(axis=1, keepdims=True)
    whole_risk, whole = pooled_risk.sum(axis=2, keepdims=True), pooled.sum(axis=2, keepdims=True)
    of_all = _shares(whole, whole_risk, np.zeros(1))
    of_kind = _shares(pooled, pooled_risk, of_all)
    own = _shares(came, risk, of_kind)
    cases = past.cases.sum(axis=0)[None, :, :, None]
    trust = 1.0 if trust_all else np.where(cases >= ENOUGH, cases / (cases + ENOUGH), 0.0)
    hazard = trust * own + (1 - trust) * of_kind
    left = np.cumprod(1 - hazard, axis=-1)
    return hazard * np.concatenate([np.ones_like(left[..., :1]), left[..., :-1]], axis=-1)


def _shares(part: Numbers, whole: Numbers, otherwise: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, otherwise)


def customers_in(facts: Facts, file: ProcessFile, day: dt.date) -> Numbers:
    """How many customers were seen by a day in each category, in the order of `Past`.

    Those of whom nothing was known yet brought nothing, and that they are customers was not known then.
    """
    category = category_of(facts, file, day)[:-1][seen_by(facts, day)]
    return np.bincount(category, minlength=len(file.base) + 2).astype(np.float64)


def category_of(facts: Facts, file: ProcessFile, day: dt.date) -> Positions:
    """The place of each customer's category in `Past` on a day, the last for no customer."""
    category = states_at(facts, file, day).category.astype(np.intp)
    size = len(file.base)
    return np.append(np.where(category < 0, size, category), size + 1).astype(np.intp)


def beside_of(past: Past, day: dt.date, customers: Numbers) -> Numbers:
    """What usually comes that is not owed yet: per customer of the category, as in the year before.

    Months after the first, second and third of a quarter differ (contracts are signed at its end): what comes is
    that of all times the quotient of what came after such months and what was to be expected of it, shrunk to 1.

    Args:
        past: what came. day: now. customers: how many there are in each category now.

    Returns:
        Day × category × month, of the past days and, last, of now; of each past day as the others tell. Of
        customers who are in no category, whose number says nothing, what came in the mean month.
    """
    there = np.vstack([past.customers, customers])
    there[:, -2:] = 1.0
    place = np.array([one.month % QUARTER for one in (*past.days, day)])
    found = np.zeros((len(there), len(customers), past.over.shape[1]))
    for month in range(past.over.shape[1]):
        over = np.flatnonzero(past.over[:, month])
        year = np.zeros(len(there), bool)
        year[over[:YEAR]] = True
        came = np.zeros_like(there)
        came[over] = past.beside[over, :, month]
        # of a past day its own part is left out: it must not foretell itself
        brought = came[year].sum(axis=0) - came * year[:, None]
        number = there[year].sum(axis=0) - there * year[:, None]
        usual = there * brought / np.maximum(number, 1.0)
        total, expected = came[over].sum(axis=1), usual[over].sum(axis=1)
        alike = place[:, None] == place[over]
        others = over != np.arange(len(there))[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            level = (others * total).sum(axis=1) / (others * expected).sum(axis=1)
            quotient = (alike & others) @ total / ((alike & others) @ expected) / level
        n = (alike & others).sum(axis=1)
        season = np.where(np.isfinite(quotient), 1 + n / (n + FEW_QUARTERS) * (quotient - 1), 1.0)
        found[..., month] = usual * season[:, None]
    return found
