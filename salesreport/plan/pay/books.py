"""What a plan counts for everybody in each of its periods, with reversed orders set apart."""

import datetime as dt
from decimal import Decimal
from functools import cached_property

from salesreport.errors import ConfigError
from salesreport.kpi.facts.facts import Facts
from salesreport.language import text
from salesreport.period import Period
from salesreport.plan.pay.amounts import ZERO, quantity
from salesreport.plan.pay.earning import Terms
from salesreport.plan.pay.model import Component, PayPlan
from salesreport.plan.pay.people import Member, first_day, members, terms_of
from salesreport.plan.pay.quantities import Counted, Item, counted, sum_of
from salesreport.plan.pay.reversals import Reversal, reversals

REVERSED = ("revenue", "units", "gross_profit")
"""The metrics that a credit note takes something off."""


class Books:
    """What a plan counts, period by period; each is worked out once, when it is asked for.

    A credit note in a later period than its order is not counted where it stands: within `clawback.within` days
    the order's own period is paid again without it, later it takes nothing off. Without a clawback it counts where
    it stands, as the metric says.

    Attributes:
        facts, plan: as given. period: the period asked for. chain: the periods that matter for it, itself last.
    """

    def __init__(self, facts: Facts, plan: PayPlan, period: Period) -> None:
        """See `salesreport.plan.pay.pay` for the arguments.

        Raises:
            ConfigError: the plan is settled by other periods, or begins later.
        """
        self.facts, self.plan, self.period = facts, plan, period
        self.since = first_day(plan, facts)
        if period.kind != plan.every:
            example = Period.of(period.start, plan.every, period.fiscal_year_start).name
            raise ConfigError(
                text("The pay plan is settled by other periods."),
                key="period",
                found=period.name,
                expected=text("a period such as {name}", name=example),
            )
        if self.since is not None and period.start < self.since:
            raise ConfigError(
                text("The pay plan begins later."), key="period", found=period.name,
                expected=text("{name} or later", name=str(plan.since)),
            )  # fmt: skip
        self.chain = self._chain()
        self._counted: dict[tuple[str, str], Counted] = {}
        self._items: dict[tuple[str, str], dict[str, tuple[Item, ...]]] = {}
        self._people: dict[str, dict[str, Member]] = {}
        self._terms: dict[str, dict[str, Terms]] = {}

    def _chain(self) -> tuple[Period, ...]:
        first = self.since
        if first is None and self.plan.clawback is not None:
            first = self.period.start - dt.timedelta(self.plan.clawback.within)
            begin = self.facts.begin("orders") if self.facts.columns.has("orders") else None
            first = max(first, begin or first)
        chain = [self.period]
        while first is not None and chain[0].start > first:
            chain.insert(0, chain[0].previous())
        return tuple(chain)

    @property
    def settled(self) -> tuple[Period, ...]:
        """The periods whose balances go on to the next: all since the plan began; where it does not say, one."""
        return self.chain if self.since is not None else self.chain[-1:]

    def people(self, period: Period) -> dict[str, Member]:
        """Who is on the plan in a period."""
        if period.name not in self._people:
            self._people[period.name] = members(self.plan, self.facts, period)
        return self._people[period.name]

    def terms(self, period: Period, rep: str) -> Terms:
        """What the plan promises a rep in a period."""
        if period.name not in self._terms:
            self._terms[period.name] = terms_of(self.plan, self.facts, period, self.people(period))
        return self._terms[period.name][rep]

    def counted(self, period: Period, component: Component) -> Counted:
        """What a component counts in a period, credit notes where they stand."""
        key = (period.name, component.key)
        if key not in self._counted:
            self._counted[key] = counted(self.facts, period, component)
        return self._counted[key]

    def items(self, period: Period, component: Component, rep: str) -> tuple[Item, ...]:
        """The deals or orders that count for a rep: without credit notes that are set apart."""
        found = self.counted(period, component).items.get(rep, ())
        if component.counted not in REVERSED:
            return found
        apart = self._apart.get(period.name, frozenset())
        return tuple(item for item in found if item.id not in apart)

    def quantities(self, period: Period, rep: str, noted_until: dt.date | None = None) -> dict[str, Decimal]:
        """Component → what counts for a rep; one of which nothing is known is not in it.

        Args:
            noted_until: less the orders that credit notes of later periods, up to this day, reverse.
        """
        found = {}
        for component in self.plan.components:
            made = self.counted(period, component)
            value = made.of(rep)
            if value is None:
                continue
            if self.plan.clawback is not None and component.counted in REVERSED:
                value = quantity(sum_of(self.items(period, component, rep)), made.money)
                if noted_until is not None:
                    value -= self._reversed(period, component, rep, noted_until)
            found[component.key] = value
        return found

    def takes_back(self, period: Period) -> bool:
        """Whether a credit note of a period takes back pay of an earlier one."""
        return bool(self._notes(period, late=False))

    def late(self, period: Period, rep: str) -> int:
        """How many credit notes of a rep came so late that they take nothing off."""
        late = self._notes(period, late=True)
        if not late:
            return 0
        mine = {
            item.id
            for component in self.plan.components
            if component.counted in REVERSED
            for item in self.counted(period, component).items.get(rep, ())
        }
        return len(late & mine)

    def _notes(self, period: Period, late: bool) -> frozenset[str]:
        """The credit notes of a period for orders of earlier ones, those in time or those that are late."""
        if self.plan.clawback is None:
            return frozenset()
        within = self.plan.clawback.within
        return frozenset(
            one.note for one in self._later if self._of(one.on) == period.name and (one.days > within) == late
        )

    @cached_property
    def _later(self) -> list[Reversal]:
        """Credit notes in a later period than their order, which this plan paid."""
        return [
            one
            for one in reversals(self.facts)
            if self._of(one.on) != self._of(one.ordered_on)
            and (self.since is None or one.ordered_on >= self.since)
        ]

    @cached_property
    def _apart(self) -> dict[str, frozenset[str]]:
        """Period → its credit notes that do not count where they stand."""
        if self.plan.clawback is None:
            return {}
        found: dict[str, set[str]] = {}
        for one in self._later:
            found.setdefault(self._of(one.on), set()).add(one.note)
        return {name: frozenset(ids) for name, ids in found.items()}

    def _reversed(self, period: Period, component: Component, rep: str, until: dt.date) -> Decimal:
        """What credit notes up to a day take off what counted for a rep in a period, by the same shares."""
        assert self.plan.clawback is not None
        off, within = ZERO, self.plan.clawback.within
        money = self.counted(period, component).money
        for item in self.items(period, component, rep) if self._by_order else ():
            for one in self._by_order.get(item.id, ()):
                if one.on <= until and one.days <= within:
                    worth = Item(one.note, one.on, one.values.get(component.counted, ZERO), item.share)
                    off += quantity(worth.credited, money)
        return off

    @cached_property
    def _by_order(self) -> dict[str, list[Reversal]]:
        found: dict[str, list[Reversal]] = {}
        for one in self._later:
            found.setdefault(one.order, []).append(one)
        return found

    def _of(self, day: dt.date) -> str:
        return Period.of(day, self.plan.every, self.period.fiscal_year_start).name
