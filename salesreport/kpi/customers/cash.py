"""Cash by base category: what is due, and what of it will come, by how late such money came in the past."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.customers.cash_history import (
    YEAR,
    Past,
    beside_of,
    category_of,
    customers_in,
    past_of,
    profile_of,
    too_short,
)
from salesreport.kpi.customers.payments import (
    FIRST_DUE,
    OVERDUE,
    PARTS,
    kinds_of,
    months_after,
    need_payments,
    owed,
    paid,
    received,
    same_day_before,
    without_date,
)
from salesreport.kpi.facts.columns import Flags, Numbers
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.process.categories import NEW
from salesreport.stats.intervals import share_of_total
from salesreport.stats.scores import coverage, sample_interval, wape

PROBABILITY = 0.8
"""How often the intervals are to hold what comes."""

_DRAWS, _SEED = 1000, 20240229


class Plan(NamedTuple):
    """A cash plan; categories as in `Past`.

    Attributes:
        months: the months. due: stated by due dates (category × month).
        from_due, from_signed: expected of money with a due date, and of money signed or owed without one.
        from_other: expected from what is not owed yet. samples: simulated totals (draw × category × month).
        past: what it was learnt from.
    """

    months: list[Period]
    due: Numbers
    from_due: Numbers
    from_signed: Numbers
    from_other: Numbers
    samples: Numbers
    past: Past


class CashBacktest(NamedTuple):
    """How good past plans would have been.

    Attributes:
        frame: a row per past day and month: `as_of`, `month`, `ahead` (1: the first month), `actual`, `expected`,
            `lower`, `upper`, `naive` (everything due is paid when it is due, what is overdue in the first
            month), `run_rate` (the mean of the twelve months before, less for a part of a month).
        scores: a row per `ahead`, and one for all (missing): `n`, `wape`, `wape_naive`, `wape_run_rate`,
            `covered` (share of months within the 80 % interval) with `lower` and `upper` (Wilson, 95 %).
    """

    frame: pd.DataFrame
    scores: pd.DataFrame


def cash_plan(facts: Facts, file: ProcessFile, as_of: dt.date, months: int = 3) -> pd.DataFrame:
    """What is due in the coming months by base category, and what is expected to come.

    How much of what is owed comes in which month is learnt from the past, as known then: of the money owed at
    earlier days, by how far it was due or overdue, what part was paid in which of the following months. A
    category's own past counts from 20 cases on, shrunk towards that of all. What is not owed yet is expected only
    as far as customers who were in the category brought such money in the months before.

    Args:
        facts: whose orders. file: has the categories. as_of: nothing later counts.
        months: how many; where `as_of` is not a month's last day, the first is the rest of its month.

    Returns:
        A row per category and month: `category` (key; `new`: not in the base yet; missing: no customer is named,
        if there is such money), `month` (a `Period`), `due` (stated by due dates; what is overdue in the first
        month), `from_due`, `from_signed` (owed without a due date, or signed and not ordered yet), `from_other`
        (not owed yet), `expected` (their sum), `lower` and `upper` (80 % interval).

    Raises:
        Unavailable: orders do not tell when they are due and paid, or there are too few past months.
        ConfigError: a day after the facts' as-of date.

    References:
        S24.
    """
    plan = plan_of(facts, file, as_of, months)
    keys = [*(one.key for one in file.base), NEW]
    rows = len(keys) + (1 if np.abs(plan.samples[:, -1]).sum() + np.abs(plan.due[-1]).sum() > 0 else 0)
    lower, upper = sample_interval(np.moveaxis(plan.samples, 0, -1), PROBABILITY)
    category = np.repeat(np.append(np.arange(len(keys)), -1)[:rows], months)
    frame = pd.DataFrame(
        {
            "category": pd.Categorical.from_codes(category, categories=pd.Index(keys, dtype="str")),
            "month": pd.Series(plan.months * rows, dtype="object"),
            **{name: getattr(plan, name)[:rows].ravel() for name in _PARTS},
        }
    )
    frame["expected"] = frame[list(_PARTS[1:])].sum(axis=1)
    return frame.assign(lower=lower[:rows].ravel(), upper=upper[:rows].ravel())


def cash_total(facts: Facts, file: ProcessFile, as_of: dt.date, months: int = 3) -> pd.DataFrame:
    """The cash plan of all together, as intervals do not add up: a row per month, columns as in `cash_plan`."""
    plan = plan_of(facts, file, as_of, months)
    lower, upper = sample_interval(plan.samples.sum(axis=1).T, PROBABILITY)
    frame = pd.DataFrame({"month": pd.Series(plan.months, dtype="object")})
    frame = frame.assign(**{name: getattr(plan, name).sum(axis=0) for name in _PARTS})
    frame["expected"] = frame[list(_PARTS[1:])].sum(axis=1)
    return frame.assign(lower=lower, upper=upper)


def cash_haircuts(facts: Facts, file: ProcessFile, as_of: dt.date, months: int = 3) -> pd.DataFrame:
    """What part of the money owed at past days came in time: the haircut is what is missing from it.

    Returns:
        A row per category (missing: all together) and kind of money: `category`, `kind` (`due`, `overdue`),
        `ahead` (the month it was due, 1: the first), `n` (cases), `share` (of the money due in a month, paid by
        its end; of what was overdue, paid in the first month), `lower` and `upper` (95 %, past days as
        observations).

    Raises:
        Unavailable, ConfigError: as in `cash_plan`.
    """
    past = plan_of(facts, file, as_of, months).past
    rows = []
    for number in [None, *range(len(file.base))]:
        which = slice(None) if number is None else slice(number, number + 1)
        for ahead in range(months + 1):
            first = FIRST_DUE + PARTS * (ahead - 1)
            kinds, last = (slice(first, first + PARTS), ahead) if ahead else (slice(len(OVERDUE) + 1), 1)
            over = past.over[:, last - 1]
            whole = past.risk[over][:, which, kinds, 0].sum(axis=(1, 2))
            came = past.paid[over][:, which, kinds, :last].sum(axis=(1, 2, 3))
            seen = whole > 0
            n = past.cases[over][:, which, kinds].sum()
            if n:
                share = share_of_total(came[seen], whole[seen])
                rows.append(
                    {
                        "category": None if number is None else file.base[number].key,
                        "kind": "due" if ahead else "overdue",
                        "ahead": max(ahead, 1),
                        "n": n,
                        "share": share.value[0],
                        "lower": share.lower[0],
                        "upper": share.upper[0],
                    }
                )
    frame = pd.DataFrame(rows, columns=["category", "kind", "ahead", "n", "share", "lower", "upper"])
    return frame.assign(category=frame["category"].astype("str"))


def cash_sources(facts: Facts, file: ProcessFile, as_of: dt.date, months: int = 3) -> pd.DataFrame:
    """Which part of past months' cash came from money not owed yet, by the category customers had been in.

    Returns:
        A row per category and month: `category`, `ahead` (1: the first month after the category was seen), `n`
        (past months), `share` (of all cash of those months), `lower`, `upper` (95 %).

    Raises:
        Unavailable, ConfigError: as in `cash_plan`.
    """
    past = plan_of(facts, file, as_of, months).past
    keys = [*(one.key for one in file.base), NEW]
    rows = []
    for number, key in enumerate(keys):
        for ahead in range(months):
            over = np.flatnonzero(past.over[:, ahead])[:YEAR]
            part = past.beside[over, number, ahead]
            whole = past.beside[over][..., ahead].sum(axis=1) + past.paid[over][..., ahead].sum(axis=(1, 2))
            found = share_of_total(np.maximum(part, 0.0), np.maximum(whole, 0.0))
            rows.append((key, ahead + 1, found.n[0], found.value[0], found.lower[0], found.upper[0]))
    return pd.DataFrame(rows, columns=["category", "ahead", "n", "share", "lower", "upper"])


def cash_notes(facts: Facts, file: ProcessFile, as_of: dt.date, months: int = 3) -> tuple[Text, ...]:
    """What a reader of the plan should know: what it was learnt from, and what is not in it."""
    plan = plan_of(facts, file, as_of, months)
    past = plan.past
    notes = [
        ntext(
            "How late money comes is learnt from what was owed at the end of {n} earlier day, since {day}; "
            "the intervals are meant to hold 80% of what comes.",
            "How late money comes is learnt from what was owed at the end of {n} earlier days, since {day}; "
            "the intervals are meant to hold 80% of what comes.",
            n=len(past.days),
            day=past.days[-1],
        )
    ]
    kinds = np.bincount(owed(facts, as_of, months).kind, minlength=kinds_of(months))
    silent = int(((past.cases.sum(axis=(0, 1)) == 0) & (kinds > 0)).sum())
    if silent:
        notes.append(
            text("Some of what is owed is of a kind that was never owed before: it is taken as all the rest.")
        )
    return tuple(notes)


def cash_backtest(facts: Facts, file: ProcessFile, months: int = 3, folds: int = YEAR) -> CashBacktest:
    """How good the plans of past days would have been, each made from what was known then.

    Args:
        facts: whose orders. file: has the categories. months: how far each plan looks ahead.
        folds: at most so many past days, a month apart.

    Raises:
        Unavailable: orders do not tell when they are due and paid, or no past day has enough past of its own.
    """
    need_payments(facts)
    rows = []
    for step in range(months, months + folds):
        day = same_day_before(facts.as_of, step)
        try:
            plan = cash_total(facts, file, day, months)
        except Unavailable:
            break
        came = np.sum([part.sum(axis=0) for part in paid(facts, owed(facts, day, months), day, months)], axis=0)
        daily = received(facts, same_day_before(day, YEAR), day) / (365.25 / 12)
        length = np.array([min(month.days, 365.25 / 12) for month in plan["month"]])
        rows.append(
            plan.assign(
                as_of=pd.Timestamp(day),
                ahead=np.arange(1, months + 1),
                actual=came,
                run_rate=daily * length / YEAR,
            )
        )
    if not rows:
        raise Unavailable(too_short(0))
    frame = pd.concat(rows[::-1], ignore_index=True).rename(columns={"due": "naive"})
    frame = frame[["as_of", "month", "ahead", "actual", "expected", "lower", "upper", "naive", "run_rate"]]
    scores = [_scores(frame[frame["ahead"] == ahead], ahead) for ahead in range(1, months + 1)]
    return CashBacktest(frame, pd.DataFrame([*scores, _scores(frame, np.nan)]))


def _scores(frame: pd.DataFrame, ahead: float) -> dict[str, float]:
    held = coverage(frame["actual"], frame["lower"], frame["upper"])
    return {
        "ahead": ahead,
        "n": len(frame),
        "wape": wape(frame["actual"], frame["expected"]),
        "wape_naive": wape(frame["actual"], frame["naive"]),
        "wape_run_rate": wape(frame["actual"], frame["run_rate"]),
        "covered": float(held.value),
        "lower": float(held.lower),
        "upper": float(held.upper),
    }


_PARTS = ("due", "from_due", "from_signed", "from_other")


def plan_of(facts: Facts, file: ProcessFile, as_of: dt.date, months: int = 3) -> Plan:
    """The plan behind the frames; worked out once.

    Raises:
        Unavailable, ConfigError: as in `cash_plan`.
    """
    # what is remembered is asked for with the file that the dataset or the caller holds
    return facts.remember(("cash", id(file), as_of, months), lambda: _plan(facts, file, as_of, months))


def _plan(facts: Facts, file: ProcessFile, as_of: dt.date, months: int) -> Plan:
    facts.known(as_of)  # refuses days of which nothing is known yet
    need_payments(facts)
    past = past_of(facts, file, as_of, months)
    money = owed(facts, as_of, months)
    category = category_of(facts, file, as_of)[money.customer]
    size = len(file.base) + 2

    def by_category(amount: Numbers, rows: Flags) -> Numbers:
        total = np.zeros((size, months))
        np.add.at(total, category[rows], amount[rows])
        return total

    due = np.zeros((size, months))
    stated = money.stated >= 0
    np.add.at(due, (category[stated], money.stated[stated]), money.amount[stated])
    assert np.isclose(due.sum(), money.amount[stated].sum()), "categories do not add up to what is due"
    profile = profile_of(past, np.ones((1, len(past.days))))[0]
    comes = money.amount[:, None] * profile[category, money.kind]
    dated = money.kind < without_date(months)
    usual = beside_of(past, as_of, customers_in(facts, file, as_of))
    from_other = usual[-1]
    from_due, from_signed = by_category(comes, dated), by_category(comes, ~dated)
    owed_now = np.zeros((size, kinds_of(months)))
    np.add.at(owed_now, (category, money.kind), money.amount)
    samples = _simulate(past, owed_now, from_due + from_signed, usual)
    return Plan(months_after(as_of, months), due, from_due, from_signed, from_other, samples, past)


def _simulate(past: Past, owed_now: Numbers, from_owed: Numbers, usual: Numbers) -> Numbers:
    """What may come, by draw, category and month: as if one of the past days came again.

    Each draw takes what became of the money owed at one past day, and what came beside it then, as far from their
    means as they were. As the means are not known exactly either, each draw has a mean of past days drawn anew.

    Args:
        past: what became of money owed. owed_now: category × kind. from_owed: expected.
        usual: what comes beside it, of the past days and (last) now, see `_beside`.
    """
    chance = np.random.default_rng(_SEED)
    whole = np.flatnonzero(past.over.all(axis=1))
    again, days = chance.integers(0, len(whole), _DRAWS), len(past.days)
    one_day = np.zeros((len(whole), days))
    one_day[np.arange(len(whole)), whole] = 1.0
    anew = chance.multinomial(len(whole), np.full(len(whole), 1 / len(whole)), _DRAWS) / len(whole)
    came = np.einsum("ck,dckm->dcm", owed_now, profile_of(past, one_day, trust_all=True))
    beside, from_other = past.beside[whole] - usual[whole], usual[-1]
    came = (came - came.mean(axis=0)) * len(whole) / (len(whole) - 1)  # from the mean of the other days
    beside -= beside.mean(axis=0)
    owed_part = from_owed + came[again] + np.tensordot(anew, came, axes=(1, 0))
    other_part = from_other + beside[again] + np.tensordot(anew, beside, axes=(1, 0))
    return np.maximum(owed_part, np.minimum(from_owed, 0.0)) + np.maximum(other_part, np.minimum(from_other, 0.0))
