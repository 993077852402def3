"""What everybody on a plan is paid for a period, as far as it is known today."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.compute import contract
from salesreport.kpi.facts.called import matching
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.plan.pay.amounts import ZERO
from salesreport.plan.pay.balance import Settled, settle
from salesreport.plan.pay.books import Books
from salesreport.plan.pay.earning import Earned, Line, earn, reach, shown, total
from salesreport.plan.pay.model import PayPlan
from salesreport.plan.pay.statement import Part, Statement


class Payouts(NamedTuple):
    """What everybody on a plan is paid for a period.

    Attributes:
        plan, period: as asked. over: whether all of the period is known. currency: of all money.
        statements: by rep, in the order of their names. notes: what holds for all of them.
    """

    plan: PayPlan
    period: Period
    over: bool
    currency: str
    statements: Mapping[str, Statement]
    notes: tuple[Text, ...]

    def payout_of(self, rep: str) -> Statement:
        """The statement of one rep, which holds nothing of anybody else's.

        Args:
            rep: id or name.

        Raises:
            ConfigError: nobody of this name is on the plan in the period.
        """
        return self.statements[_meant(rep, {one.rep_id: one.name for one in self.statements.values()})]

    @property
    def total(self) -> Decimal:
        """What all of them are paid together."""
        return sum((one.payout for one in self.statements.values()), ZERO)


def pay(facts: Facts, plan: PayPlan, period: Period, rep: str | None = None) -> Payouts:
    """Work out what everybody on a plan, or one rep, is paid for a period, with what is known today.

    Args:
        facts: what happened, seen from a day (`Facts.of(dataset, as_of)`).
        plan: the rules, checked against the data (`check_pay_plan`). period: one that the plan is settled by.
        rep: only this one, by id or name.

    Raises:
        ConfigError: the plan is settled by other periods, or begins later; nobody of the name is on it.
    """
    books = Books(facts, plan, period)
    over = facts.as_of >= period.end
    people = books.people(period)
    chosen = people if rep is None else [_meant(rep, {one: member.name for one, member in people.items()})]
    statements = {one: _statement(books, one, over) for one in chosen}
    for one in statements.values():
        assert total(one.lines) == one.payout, "lines do not add up to the payout"
    return Payouts(plan, period, over, facts.dataset.currency, statements, _notes(books, over))


def payout_of(facts: Facts, plan: PayPlan, period: Period, rep: str) -> Statement:
    """What one rep is paid; the statement holds nothing of anybody else's. See `pay`.

    Raises:
        ConfigError: nobody of this name is on the plan in the period.
    """
    return pay(facts, plan, period, rep).payout_of(rep)


def _meant(rep: str, names: dict[str, str]) -> str:
    """The id of the rep that is meant.

    Raises:
        ConfigError: nobody has this id or name, or several have it.
    """
    found = matching(rep, names)
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            text("Several reps have this name; an id says which is meant."),
            key="rep",
            found=rep,
            expected=text("one of {names}", names=sorted(found)),
        )
    raise ConfigError(
        text("Nobody of this name is on the pay plan in this period."),
        key="rep",
        found=rep,
        nearest=nearest(rep, {*names, *names.values()}),
    )


def _statement(books: Books, rep: str, over: bool) -> Statement:
    """One rep's way through the periods of the chain; what is known of the last one."""
    person = books.people(books.period)[rep].person
    balance = person.balance if person is not None else ZERO
    before, earned, settled = balance, Earned((), {}, frozenset()), Settled((), ZERO, balance)
    back: tuple[Line, ...] = ()
    for period in books.settled:
        if rep not in books.people(period):
            continue
        terms = books.terms(period, rep)
        earned = earn(books.plan, terms, books.quantities(period, rep), _why_none(books, period, rep))
        before, back = balance, _clawbacks(books, period, rep)
        draw = terms.draw if period.start <= books.facts.as_of else None  # nothing is due of what has not begun
        settled = settle(earned.amount, back, draw, balance, books.plan.rounding)
        balance = settled.balance
    period, terms = books.period, books.terms(books.period, rep)
    lines = (*earned.lines, *settled.lines)
    return Statement(
        rep,
        books.people(period)[rep].name,
        period,
        over,
        books.facts.dataset.currency,
        terms,
        _parts(books, rep, earned),
        lines,
        earned.amount,
        settled.paid,
        before,
        settled.balance,
        -total(back),
        _own_notes(books, rep),
        books.quantities(period, rep),
        earned,
    )


def _why_none(books: Books, period: Period, rep: str) -> dict[str, Text]:
    why = {}
    for one in books.plan.components:
        made = books.counted(period, one)
        said = made.why if made.why is not None else made.why_none.get(rep)
        if said is not None:
            why[one.key] = said
    return why


def _clawbacks(books: Books, period: Period, rep: str) -> tuple[Line, ...]:
    """A line for each earlier period whose orders were reversed in this one."""
    lines = []
    for earlier in books.chain[: books.chain.index(period)] if books.takes_back(period) else ():
        if rep not in books.people(earlier):
            continue
        terms, plan = books.terms(earlier, rep), books.plan
        was = books.quantities(earlier, rep, period.previous().end)
        now = books.quantities(earlier, rep, period.end)
        if was == now:
            continue
        paid, due = earn(plan, terms, was).amount, earn(plan, terms, now).amount
        changes = [
            Text("{component} {before} → {after}", fields={
                "component": one.title or one.key, "before": shown(was[one.key]), "after": shown(now[one.key]),
            })
            for one in plan.components
            if one.key in was and was[one.key] != now[one.key]
        ]  # fmt: skip
        what = text("Orders of {period} were reversed ({changes}): they earn {due} instead of {paid}",
                    period=earlier, changes=changes, due=shown(due), paid=shown(paid))  # fmt: skip
        lines.append(Line("clawback", "", what, due - paid))
    return tuple(lines)


def _parts(books: Books, rep: str, earned: Earned) -> tuple[Part, ...]:
    period, quantities = books.period, books.quantities(books.period, rep)
    terms = books.terms(period, rep)
    parts = []
    for one in books.plan.components:
        metric = contract(one.counted, books.facts)
        value, level = quantities.get(one.key), earned.levels.get(one.key)
        quota = terms.quotas.get(one.key)
        parts.append(
            Part(
                one.key,
                one.title or metric.title,
                one.metric,
                metric.unit_in(books.facts.dataset.currency),
                value,
                quota,
                None if value is None or quota is None else reach(one, terms, value),
                earned.of(one.key),
                0 if level is None else level + 1,
                books.items(period, one, rep),
            )
        )
    return tuple(parts)


def _own_notes(books: Books, rep: str) -> tuple[Text, ...]:
    """What a rep should know, and nobody else."""
    member, notes = books.people(books.period)[rep], []
    if books.plan.prorate and member.days < books.period.days:
        notes.append(
            text(
                "At work: {there}, of a period of {whole}; what the plan itself gives counts by that part.",
                there=Quantity(member.days, "days"),
                whole=Quantity(books.period.days, "days"),
            )
        )
    if (late := books.late(books.period, rep)) and books.plan.clawback is not None:
        notes.append(
            ntext(
                "{n} credit note came later than {days} after its order and takes nothing off.",
                "{n} credit notes came later than {days} after their orders and take nothing off.",
                n=late,
                days=Quantity(books.plan.clawback.within, "days"),
            )
        )
    return tuple(notes)


def _notes(books: Books, over: bool) -> tuple[Text, ...]:
    plan, step = books.plan, books.plan.rounding
    notes = []
    if books.period.start > books.facts.as_of:
        notes.append(text("The period has not begun on {day}, so nothing counts yet.", day=books.facts.as_of))
    elif not over:
        notes.append(text("As if the period ended on {day}: it is not over.", day=books.facts.as_of))
    if len(books.settled) > 1 and books.settled[-2].end > books.facts.as_of:
        notes.append(text("The period before is not over either; its balance is that of today."))
    if books.since is None and ((plan.draw and plan.draw.recoverable) or plan.clawback):
        notes.append(text("Balances begin with this period: the pay plan does not say “from” when it holds."))
    notes.append(
        text("Every line is rounded to {lines}, what is paid to {payout} ({how}); lines add up to it exactly.",
             lines=shown(step.lines), payout=shown(step.payout), how=HOW[step.how])
    )  # fmt: skip
    return (*notes, *books.facts.credit_notes)


HOW: dict[str, Text] = {
    "half_up": text("halves up"),
    "half_even": text("halves to the even number"),
    "down": text("down"),
    "up": text("up"),
}
"""How people call the ways of rounding."""
