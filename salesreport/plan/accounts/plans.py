"""Account plans: which accounts of each rep, what they buy and do not, what like ones buy, what else is known."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesreport.kpi.customers.customers import customers_of
from salesreport.kpi.facts.columns import Flags, Numbers, Positions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.part import part_of
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, text
from salesreport.plan.accounts.around import TRAITS, Around, around, commitments_naming
from salesreport.plan.accounts.bought import Bought, bought_by
from salesreport.plan.accounts.chosen import Named, choose
from salesreport.plan.accounts.likeness import FALSE, FEWEST, Kinds, kinds_of
from salesreport.plan.strategy import Strategy

ACCOUNTS = (
    "rep_id", "account_id", "name", "why", "segment", "industry", "ordered", "ordered_before", "last_contact",
    "complaints", "unresolved", "open_deals", "open_value", "worth", "outcome", "until", "contacts", "commitments",
)  # fmt: skip
LINES = (
    "rep_id", "account_id", "product_line", "ordered", "buys", "open_deals", "like", "like_n", "like_buying",
    "base", "drawn", "lift", "lift_lower", "lift_upper", "q", "gap", "worth", "worth_lower", "worth_upper",
    "worth_n",
)  # fmt: skip


class Market(NamedTuple):
    """All accounts, whether or not they have a plan.

    Attributes:
        bought: what they ordered. around: what else is known. kinds: what like accounts buy; None: `why` not.
        worth: accounts × lines, what a claimed gap is worth a year; 0 where none is claimed.
    """

    bought: Bought
    around: Around
    kinds: Kinds | None
    why: Text | None
    worth: Numbers

    @property
    def gap(self) -> Flags:
        """Accounts × lines: whether a gap is claimed."""
        return np.zeros(self.bought.buys.shape, bool) if self.kinds is None else self.kinds.gap


class AccountPlans(NamedTuple):
    """Account plans of all reps.

    Attributes:
        accounts: a row per account: `ordered`, `ordered_before`: in the last twelve months and in the twelve
            before; `complaints`, `unresolved`: of the last twelve months; `worth`: of its claimed gaps, a year;
            `outcome`, `until`, `contacts`: of the strategy; `commitments`: open ones that name it. Missing: None.
        lines: a row per account and product line: `ordered` in the last two years; `like`: the traits by which
            accounts are alike, `like_n` of them, `like_buying` the line; `base`: the share of all others that buy
            it; `lift`: how many times that is, with interval; `drawn`: the share drawn towards other kinds';
            `gap`: whether clearly more like accounts buy it, and this one does not; `worth`: median of what they
            spend on it a year, with interval, of `worth_n`. A last line without name: orders without one.
        market: of all accounts. currency: of all money. notes: what a reader should know.
    """

    accounts: pd.DataFrame
    lines: pd.DataFrame
    market: Market
    currency: str
    notes: tuple[Text, ...]

    @property
    def as_of(self) -> dt.date:
        """The day they are made on."""
        return self.market.bought.last

    def of(self, rep: str) -> "AccountPlans":
        """Those of one rep."""
        accounts, lines = (one[one["rep_id"] == rep].reset_index(drop=True) for one in (self.accounts, self.lines))
        return self._replace(accounts=accounts, lines=lines)


def market_of(facts: Facts, day: dt.date, why_not: Text | None = None) -> Market:
    """What all accounts buy, and what like accounts do; worked out once.

    Args:
        facts: the data. day: by the end of which. why_not: why what like accounts buy is not to be told.

    Raises:
        Unavailable: the data know of no customers, or no order and no deal names one.
    """
    if why_not is not None:
        bought = bought_by(facts, day)
        return Market(bought, around(facts, bought), None, why_not, np.zeros(bought.buys.shape))
    return facts.store(("market of accounts", day), lambda: _market(facts, day))


def _market(facts: Facts, day: dt.date) -> Market:
    bought = bought_by(facts, day)
    beside = around(facts, bought)
    nothing = np.zeros(bought.buys.shape)
    if not bought.lines:
        return Market(
            bought, beside, None, lacks("orders" if bought.by_orders else "deals", "product_line").reason, nothing
        )
    if len(bought.lines) == 1:
        return Market(bought, beside, None, text("there is only one product line"), nothing)
    if not beside.traits:
        why = text("nothing makes accounts alike: customers have no segments and no industries that differ")
        return Market(bought, beside, None, why, nothing)
    kinds = kinds_of(bought.buys, bought.a_year, beside.traits)
    if not len(kinds.n):
        why = text("of the accounts that ordered anything in two years ({n}) fewer than {fewest} are alike",
                   n=int(bought.buys.any(axis=1).sum()), fewest=FEWEST)  # fmt: skip
        return Market(bought, beside, None, why, nothing)
    worth = np.append(np.nan_to_num(np.where(kinds.claimed, kinds.worth, 0.0)), 0.0)[kinds.of]
    return Market(bought, beside, kinds, None, worth)


def named_in(strategy: Strategy | None) -> tuple[Named, ...]:
    """The accounts that a strategy names."""
    accounts = () if strategy is None else strategy.accounts
    return tuple(Named(one.account, one.rep, "strategy") for one in accounts)


def account_plans(
    facts: Facts, day: dt.date, strategy: Strategy | None = None, named: Iterable[Named] = ()
) -> AccountPlans:
    """Account plans of everybody by the end of a day; worked out once.

    Args:
        facts: the data. day: not after the one the facts are seen from. strategy: names accounts, and says what is
            to come of them. named: further accounts that get a plan, after those of the strategy.

    Raises:
        Unavailable: the data know of no customers, or no order and no deal names one.
    """
    every = (*named_in(strategy), *named)
    wanted = () if strategy is None else strategy.accounts
    market = market_of(facts, day)
    accounts, lines = facts.store(
        ("account plans", day, every, wanted), lambda: _plans(facts, market, day, every, strategy)
    )
    return AccountPlans(accounts, lines, market, facts.dataset.currency, _notes(facts, market))


OTHERS_SELL = text("other reps sell to these accounts, too")
"""Why a rep's own sales do not tell what an account lacks."""


def own_plans(
    facts: Facts, rep: str, day: dt.date, strategy: Strategy | None, named: Iterable[Named]
) -> AccountPlans:
    """The plans of one rep's accounts by the rep's own sales and deals, where several reps sell to most accounts.

    Added up over the reps these sales are everybody's, each once. Accounts that a strategy or a file names as the
    rep's have a plan, too, where the rep has not sold to them: by everybody's sales. No gap is claimed.

    Args, raises: as of `account_plans`; rep: whose.
    """
    every = [*named_in(strategy), *(one for one in named if one.rep in (rep, None))]
    whole, market = market_of(facts, day), own_market(facts, "rep_id", rep, day)
    own = AccountPlans(*_no_plans(), whole, facts.dataset.currency, _notes(facts, whole))
    if market is not None:
        accounts, lines = _plans(part_of(facts, "rep_id", rep), market, day, every, strategy)
        # the whole data say since when they tell
        market = market._replace(bought=market.bought._replace(notes=whole.bought.notes, days=whole.bought.days))
        own = AccountPlans(accounts, lines, market, facts.dataset.currency, _notes(facts, market)).of(rep)
    more = [one for one in every if one.rep == rep and one.account not in set(own.accounts["account_id"])]
    if not more:
        return own
    wanted = [one.account for one in more]
    accounts, lines = (
        one[(one["rep_id"] == rep) & one["account_id"].isin(wanted)]
        for one in _plans(facts, whole, day, more, strategy)
    )
    return own._replace(
        accounts=pd.concat([accounts, own.accounts], ignore_index=True),
        lines=pd.concat([lines.assign(gap=False), own.lines], ignore_index=True),
    )


def own_market(facts: Facts, dimension: str, member: str, day: dt.date) -> Market | None:
    """What accounts buy of one rep, team or manager alone; None: no customer is theirs. No gap is claimed."""
    try:
        return market_of(part_of(facts, dimension, member), day, OTHERS_SELL)
    except Unavailable:
        return None


def plans_of_each(
    facts: Facts, reps: Iterable[str], day: dt.date, strategy: Strategy | None, named: Iterable[Named]
) -> AccountPlans:
    """`own_plans` of some reps together; an account has as many as reps work with it. `market` is everybody's."""
    named, whole = tuple(named), market_of(facts, day)
    notes = _notes(facts, whole._replace(kinds=None, why=OTHERS_SELL))
    accounts, lines = ([one] for one in _no_plans())
    for rep in reps:
        own = own_plans(facts, rep, day, strategy, named)
        accounts.append(own.accounts)
        lines.append(own.lines)
    return AccountPlans(
        pd.concat(accounts, ignore_index=True), pd.concat(lines, ignore_index=True), whole,
        facts.dataset.currency, notes,
    )  # fmt: skip


def _no_plans() -> tuple[pd.DataFrame, pd.DataFrame]:
    return pd.DataFrame(columns=list(ACCOUNTS), dtype=object), pd.DataFrame(columns=list(LINES), dtype=object)


def _plans(
    facts: Facts, market: Market, day: dt.date, named: Sequence[Named], strategy: Strategy | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts and lines of `AccountPlans`."""
    bought, beside = market.bought, market.around
    chosen = choose(facts, bought, market.worth.sum(axis=1), beside.open_value.sum(axis=1), named)
    places, rep = np.array([one.account for one in chosen], np.intp), np.array([one.rep for one in chosen], object)
    ids = bought.ids[places].astype(object).to_numpy()
    wanted = {one.account: one for one in (strategy.accounts if strategy is not None else ())}
    goals = [wanted.get(account) for account in ids.tolist()]
    nothing = np.full(len(places), np.nan)
    accounts = {
        "rep_id": rep,
        "account_id": ids,
        "name": _names(facts, places),
        "why": [one.why for one in chosen],
        "segment": beside.segment.take(places).astype(object),
        "industry": beside.industry.take(places).astype(object),
        "ordered": bought.year[places] if bought.priced else nothing,
        "ordered_before": bought.before[places] if bought.priced else nothing,
        "last_contact": nothing if beside.last_contact is None else beside.last_contact[places].astype(object),
        "complaints": nothing if beside.complaints is None else beside.complaints[places],
        "unresolved": nothing if beside.unresolved is None else beside.unresolved[places],
        "open_deals": beside.open_deals[places].sum(axis=1),
        "open_value": beside.open_value[places].sum(axis=1),
        "worth": market.worth[places].sum(axis=1),
        "outcome": ["" if goal is None else goal.outcome for goal in goals],
        "until": [None if goal is None else goal.until for goal in goals],
        "contacts": ["" if goal is None else ", ".join(goal.contacts) for goal in goals],
    }
    accounts["commitments"] = _commitments(facts, rep, ids, accounts["name"], day)
    return _frame(accounts, ACCOUNTS), _frame(_lines(market, places, rep, ids), LINES)


def _frame(columns: Mapping[str, Any], order: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    frame = frame.reindex(columns=list(order))
    return frame.where(frame.notna(), None)


def _lines(
    market: Market, places: Positions, rep: npt.NDArray[np.object_], ids: npt.NDArray[np.object_]
) -> dict[str, Any]:
    """The columns of `AccountPlans.lines` for accounts at some places, whose they are, and their ids."""
    bought, kinds = market.bought, market.kinds
    money = bought.amount[places]
    shown = np.ones(money.shape, bool)
    if bought.lines:  # what was ordered without one, where there is any
        shown[:, -1] = (bought.orders[places, -1] != 0) | (money[:, -1] != 0)
    row, line = np.nonzero(shown)
    named, account, ordered = line < len(bought.lines), places[row], money[row, line]
    buys, kind = ordered > 0, np.full(len(row), -1)
    buys[named] = bought.buys[account[named], line[named]]
    lines: dict[str, Any] = {
        "rep_id": rep[row],
        "account_id": ids[row],
        "product_line": np.array([*bought.lines, None], object)[line],
        "ordered": ordered,
        "buys": buys,
        "open_deals": market.around.open_deals[account, line],
        "gap": np.zeros(len(row), bool),
    }
    if kinds is None:
        return lines
    kind[named] = kinds.of[account[named], line[named]]
    alike = [", ".join(market.around.named[:depth]) for depth in range(len(market.around.named) + 1)]
    of_kind = {
        "like": np.array(alike, object)[kinds.depth], "like_n": kinds.n, "like_buying": kinds.buying,
        "base": kinds.base, "drawn": kinds.drawn, "lift": kinds.lift, "lift_lower": kinds.lower,
        "lift_upper": kinds.upper, "q": kinds.q, "worth": kinds.worth, "worth_lower": kinds.worth_lower,
        "worth_upper": kinds.worth_upper, "worth_n": kinds.worth_n,
    }  # fmt: skip
    unknown = np.array([None], object)
    lines |= {name: np.append(values.astype(object), unknown)[kind] for name, values in of_kind.items()}
    return lines | {"gap": np.append(kinds.claimed, False)[kind]}


def _commitments(
    facts: Facts, rep: npt.NDArray[np.object_], ids: npt.NDArray[np.object_], names: list[str], day: dt.date
) -> list[tuple[str, ...]]:
    """The open commitments that name each account."""
    mine: dict[str, dict[str, str]] = {}
    for whose, account, name in zip(rep.tolist(), ids.tolist(), names, strict=True):
        mine.setdefault(whose, {})[account] = name
    found = {whose: commitments_naming(facts, whose, called, day) for whose, called in mine.items()}
    return [
        tuple(found[whose].get(account, ())) for whose, account in zip(rep.tolist(), ids.tolist(), strict=True)
    ]


def _notes(facts: Facts, market: Market) -> tuple[Text, ...]:
    notes = list(market.bought.notes)
    if market.why is not None:
        notes.append(text("What like accounts buy cannot be told: {reason}.", reason=market.why))
    elif market.kinds is not None and not market.kinds.claimed.any():
        notes.append(
            text("No gap is claimed: of all comparisons of like accounts with others ({n}) none stands out from "
                 "chance; of gaps claimed at most {share} would be false.",
                 n=len(market.kinds.n), share=Quantity(FALSE, "share"))
        )  # fmt: skip
    if market.kinds is not None and (lacking := [one for one in TRAITS[:2] if one not in market.around.named]):
        notes.append(text("Not known of accounts, and so not part of likeness: {traits}.",
                          traits=[TITLES[one] for one in lacking]))  # fmt: skip
    if not market.bought.priced:
        notes.append(text("Nothing that was sold carries an amount."))
    if market.around.last_contact is None:
        notes.append(text("When accounts were last met is not known: no activity names its customer."))
    if market.around.complaints is None:
        notes.append(text("Complaints are not known: no feedback names its customer."))
    if not facts.columns.has("accounts", "name"):
        notes.append(text("The data have no names of accounts; their ids are shown."))
    return tuple(notes)


TITLES: Mapping[str, Text] = {"segment": text("segment"), "industry": text("industry"), "size": text("size")}
"""What people call the traits."""


def _names(facts: Facts, places: Positions) -> list[str]:
    """What accounts are called; by their ids where the data have no name."""
    customers = customers_of(facts)
    ids = [str(one) for one in customers.ids[places]]
    if not facts.columns.has("accounts", "name"):
        return ids
    row = customers.row[places]
    names = facts.columns.series("accounts", "name").iloc[np.maximum(row, 0)].tolist()
    return [
        name if known and isinstance(name, str) else one
        for one, name, known in zip(ids, names, (row >= 0).tolist(), strict=True)
    ]
