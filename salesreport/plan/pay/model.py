"""What a pay plan may say: components with levels, caps, whose quota, draws, clawback, rounding."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from salesreport.config import Place, Settings, TextError, no_such
from salesreport.errors import nearest
from salesreport.kpi.compute import METRICS
from salesreport.language import Text, text
from salesreport.plan.pay.amounts import CENT, ONE, ZERO, How, Number, Positive, Target, first_percentage, positive
from salesreport.plan.pay.rule import Band, Pays, Scale, Then
from salesreport.process.words import Title, Word

WHERE = ("segment", "product_line", "lead_source", "pipeline")
"""What a component's quantity may be narrowed to."""

WHO = ("rep", "team", "manager")
"""By what a plan chooses the reps it is for."""

Every = Literal["month", "quarter", "half", "year"]

_KEY = re.compile("[a-z][a-z0-9_]*")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


def _threshold(value: Any) -> Any:
    return value if isinstance(value, Mapping | Threshold) else {"at": value}


def _among(given: Any, names: tuple[str, ...], problem: Text) -> Any:
    """A mapping of lists whose keys are all among some names."""
    if not isinstance(given, Mapping):
        return given
    for name in given:
        if name not in names:
            raise no_such(problem, name, names, (name,))
    return {name: _listed(values) for name, values in given.items()}


class Level(Settings):
    """A level of a component.

    Attributes:
        since: where it begins, written `from`; by default where the level before ends, of the first one at zero.
        to: where it ends; by default where the next one begins. rate: what it pays, see `Component.pays`.
    """

    model_config = ConfigDict(populate_by_name=True)

    since: Number | None = Field(default=None, alias="from")
    to: Positive | None = None
    rate: Number


class Threshold(Settings):
    """Below it nothing is paid.

    Attributes:
        at: a share of the quota, or a quantity where there is none. then: once it is reached, whether `all` of
            the quantity counts or only what is `above` the threshold.
    """

    at: Positive
    then: Then = "all"


class Component(Settings):
    """One thing that is paid for.

    A component with a `weight` is an objective: at its quota it pays that share of the target pay. One without is
    a commission: it pays rates of the quantity itself.

    Attributes:
        key: names it in tables: small letters, digits, underlines. title: what people call it.
        metric: what is counted: the key of any metric, such as revenue, deals_won, activity:meeting, attainment.
        where: column → values; only what has one of them counts.
        weight: the share of the target pay. rate: the commission, of all of the quantity.
        quota: `targets` (the rep's row of table targets) or a number for everybody. An objective has `targets`
            unless it says otherwise; a commission has none.
        levels: in order. They begin and end at shares of the quota; where there is none, at quantities.
        pays: what a level's rate pays: what lies within the level (`band`), the whole quantity as soon as the
            level is reached (`whole`), or just the rate (`flat`): of an objective a share of its target pay, of a
            commission an amount. threshold: below it nothing is paid.
        cap: the most it pays, as a multiple of its target pay. cap_amount: the same as an amount of money.
    """

    key: str
    title: Title | None = None
    metric: Word
    where: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    weight: Positive | None = None
    rate: Positive | None = None
    quota: Literal["targets"] | Decimal | None = None
    levels: tuple[Level, ...] = ()
    pays: Pays = "band"
    threshold: Annotated[Threshold | None, BeforeValidator(_threshold)] = None
    cap: Positive | None = None
    cap_amount: Positive | None = None

    @field_validator("key")
    @classmethod
    def _is_key(cls, key: str) -> str:
        if not _KEY.fullmatch(key) or key in ("payout", "plan"):
            raise TextError(
                text("This is no key."), text("small letters, digits and underlines, beginning with a letter")
            )
        return key

    @field_validator("where", mode="before")
    @classmethod
    def _known_columns(cls, where: Any) -> Any:
        return _among(where, WHERE, text("A component is not narrowed by this."))

    @field_validator("quota", mode="before")
    @classmethod
    def _is_quota(cls, quota: Any) -> Any:
        if quota is None or quota == "targets":
            return quota
        if isinstance(quota, str) and not any(sign.isdigit() for sign in quota):
            raise TextError(text("This is no quota."), text("“targets” or a number"), nearest(quota, ["targets"]))
        return positive(quota)

    @model_validator(mode="before")
    @classmethod
    def _is_written_out(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        levels, metric = given.get("levels"), str(given.get("metric")).partition(":")[0]
        if isinstance(levels, list) and not levels:
            raise TextError(text("Nothing stands here."), text("one level or more"), place=("levels",))
        known = METRICS.get(metric)
        needs_none = given.get("quota") is None and given.get("weight") is None and metric != "attainment"
        if needs_none and known is not None and known.unit != "share":
            place, found = first_percentage(levels, given.get("threshold"))
            if place:
                raise TextError(
                    text("A percentage of what? The component has no quota."), text("a number, or a “quota”"),
                    place=place, found=found,
                )  # fmt: skip
        return given

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Component":
        if self.weight is not None and self.rate is not None:
            raise TextError(text("It has a weight and a rate; it can be paid by one of them."), place=("rate",))
        if self.rate is not None and self.levels:
            raise TextError(text("It has a rate, and levels with rates of their own."), place=("rate",))
        if self.weight is None and self.rate is None and not self.levels:
            names = ["weight", "rate", "levels"]
            raise TextError(text("Nothing says what it pays."), text("at least one of {names}", names=names))
        if self.weight is None and self.cap is not None:
            raise TextError(text("A multiple of what? It has no weight."), "cap_amount", place=("cap",))
        if self.metric.partition(":")[0] == "attainment" and self.quota not in (None, "targets"):
            raise TextError(text("Attainment is of the targets, and has no other quota."), place=("quota",))
        if self.pays == "flat" and not self.levels and self.threshold is None:
            raise TextError(
                text("It would pay all of it at any attainment."),
                text("levels, or a threshold"),
                place=("pays",),
                found="flat",
            )
        self._check_levels()
        self._check_cap()
        return self

    def _check_levels(self) -> None:
        end: Decimal | None = ZERO
        for place, level in enumerate(self.levels):
            start = end if level.since is None else level.since
            if start is None or (place and end is not None and start < end):
                raise TextError(
                    text("Level {n} begins before level {before} ends.", n=place + 1, before=place)
                    if end is not None
                    else text("Level {n} has no end, and another one follows.", n=place),
                    None if end is None else text("{number} or more", number=f"{end:f}"),
                    place=("levels", place, "from"),
                )
            if place and end is not None and start > end:
                raise TextError(
                    text("Nothing is said of what lies between level {before} and level {n}.",
                         n=place + 1, before=place),
                    text("from {number}", number=f"{end:f}"),
                    place=("levels", place, "from"),
                )  # fmt: skip
            if level.to is not None and level.to <= start:
                raise TextError(text("It ends before it begins."), place=("levels", place, "to"))
            end = self._end(place)
        if self.levels and end is not None:
            raise TextError(
                text("The last level has no end; a cap is what ends pay."),
                place=("levels", len(self.levels) - 1, "to"),
            )

    def _end(self, place: int) -> Decimal | None:
        """Where a level ends: where it says so, else where the next one begins; None: nowhere."""
        if self.levels[place].to is not None or place + 1 == len(self.levels):
            return self.levels[place].to
        return self.levels[place + 1].since

    def _check_cap(self) -> None:
        """A cap that is reached before the last level begins makes that level a promise nobody can redeem."""
        if not self.levels:
            return
        last = self.scale.bands[-1]
        per = self.worth_of_one
        for name, cap in (("cap", self.cap), ("cap_amount", self.cap_amount if per is not None else None)):
            if cap is None or (name == "cap_amount" and self.weight is not None):
                continue
            begins = self.scale.value(Fraction(last.start)) * (per if name == "cap_amount" and per else 1)
            below = cap < begins if self.pays != "band" else cap <= begins and last.start > 0 and last.rate > 0
            if below:
                shown = f"{Decimal(begins.numerator) / Decimal(begins.denominator):f}"
                raise TextError(
                    text("The cap is below what level {n} pays where it begins.", n=len(self.levels)),
                    text("more than {number}", number=shown),
                    place=(name,),
                )

    @property
    def worth_of_one(self) -> Fraction | None:
        """What one of the scale's units is worth in money at rate 1; None where only data can tell."""
        if self.weight is not None or self.whose_quota == "targets":
            return None
        return Fraction(1) if self.pays == "flat" or self.quota is None else Fraction(Decimal(self.quota))

    @property
    def whose_quota(self) -> Literal["targets"] | Decimal | None:
        """Where its quota comes from; None: it needs none."""
        if self.quota is not None:
            return self.quota
        return "targets" if self.weight is not None or self.metric.partition(":")[0] == "attainment" else None

    @property
    def counted(self) -> str:
        """The metric whose quantity is counted: attainment of a metric is that metric against its target."""
        name, _, of = self.metric.partition(":")
        return (of or "revenue") if name == "attainment" else self.metric

    @cached_property
    def scale(self) -> Scale:
        """The levels as a rule; without any, one level from zero."""
        levels = self.levels or (Level(rate=self.rate or ONE),)
        bands, start = [], ZERO
        for place, level in enumerate(levels):
            start = start if level.since is None else level.since
            end = self._end(place) if self.levels else None
            bands.append(Band(start, end, level.rate))
            start = end or start
        at, then = (self.threshold.at, self.threshold.then) if self.threshold else (ZERO, "all")
        return Scale(tuple(bands), self.pays, at, then)


class Draw(Settings):
    """What is paid in any case in every period.

    Attributes:
        amount: how much. recoverable: whether what was paid beyond what was earned is owed, and taken from later
            periods' earnings above the draw; else it is a guarantee.
    """

    amount: Positive
    recoverable: bool


class Clawback(Settings):
    """Pay for orders that are reversed is taken back.

    Attributes:
        within: days from an order to its credit note within which it is.
    """

    within: Annotated[int, Field(strict=True, ge=1, le=1096)]


class Rounding(Settings):
    """How money is rounded: every line by itself, and then what is paid.

    Attributes:
        lines: the step of every line, and of target pay and quotas that count for a part of the period.
        payout: the step of what is paid. how: what becomes of a half or of any rest.
    """

    lines: Positive = CENT
    payout: Positive = CENT
    how: How = "half_up"


class Person(Settings):
    """What holds for one rep in place of what holds for all.

    Attributes:
        rep: id or name. target_pay: per period, at every quota. quotas: component → quota.
        draw: a draw of the rep's own. balance: what the rep owes when the plan begins.
    """

    rep: Word
    target_pay: Target | None = None
    quotas: dict[str, Positive] = Field(default_factory=dict)
    draw: Draw | None = None
    balance: Number = ZERO


class PayPlan(Settings):
    """Variable pay of a team.

    Attributes:
        name: what people call it. currency: ISO code, that of the dataset.
        every: how long the periods are that it is settled by: month, quarter, half or year.
        since: the first of them, written `from`, such as 2025-Q1: balances of draws run from there.
        where: the reps it is for: `rep`, `team` or `manager` → values; by default everybody at work.
        target_pay: variable pay of a rep in a period, at every quota; `people` may have their own.
        prorate: whether target pay, draw and quotas given here count by the days a rep is there.
        components: what is paid for; weights add up to 1.
        cap: the most that all of them pay together, as a multiple of the target pay. cap_amount: as money.
        draw: what is paid in any case. clawback: what becomes of pay for orders that are reversed.
        rounding: how money is rounded. people: what holds for single reps.

    References:
        S20 (docs/pay.md).
    """

    model_config = ConfigDict(populate_by_name=True)

    name: Word
    currency: str = Field(pattern="^[A-Z]{3}$")
    every: Every = "quarter"
    since: Word | None = Field(default=None, alias="from")
    where: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    target_pay: Target | None = None
    prorate: bool = True
    components: tuple[Component, ...] = Field(min_length=1)
    cap: Positive | None = None
    cap_amount: Positive | None = None
    draw: Draw | None = None
    clawback: Clawback | None = None
    rounding: Rounding = Rounding()
    people: tuple[Person, ...] = ()

    @field_validator("where", mode="before")
    @classmethod
    def _known_columns(cls, where: Any) -> Any:
        return _among(where, WHO, text("Reps are not chosen by this."))

    @property
    def objectives(self) -> tuple[Component, ...]:
        """The components that have a share of the target pay."""
        return tuple(one for one in self.components if one.weight is not None)

    @model_validator(mode="after")
    def _adds_up(self) -> "PayPlan":
        seen: set[str] = set()
        titles: set[str | None] = set()
        for place, one in enumerate(self.components):
            if one.key in seen:
                problem = text("Two components have the key “{key}”.", key=one.key)
                raise TextError(problem, place=("components", place, "key"))
            seen.add(one.key)
            title = None if one.title is None else str(one.title).strip()
            if title is not None and title in titles:
                problem = text("Two components have the title “{title}”.", title=title)
                raise TextError(problem, place=("components", place, "title"), found=title)
            titles.add(title)
        total = sum((one.weight or ZERO for one in self.objectives), ZERO)
        if self.objectives and total != 1:
            last = max(place for place, one in enumerate(self.components) if one.weight is not None)
            raise TextError(
                text("The weights add up to {total}, not to 1.", total=f"{total.normalize():f}"),
                place=("components", last, "weight"),
            )
        self._check_pay()
        self._check_people(seen)
        return self

    def _check_pay(self) -> None:
        own = bool(self.people) and all(one.target_pay is not None for one in self.people)
        if self.objectives and self.target_pay is None and not own:
            first = next(place for place, one in enumerate(self.components) if one.weight is not None)
            raise TextError(
                text("Weights are shares of a target pay, and there is none."),
                "target_pay: 9000",
                place=("components", first, "weight"),
            )
        self._check_amounts()
        if self.cap is None:
            return
        if not self.objectives:
            raise TextError(text("A multiple of what? No component has a weight."), "cap_amount", place=("cap",))
        if self.cap < 1:
            raise TextError(
                text("The cap is below what is paid at every quota."), text("1 or more"), place=("cap",)
            )
        for place, one in enumerate(self.components):
            begins = one.scale.value(Fraction(one.scale.bands[-1].start)) * Fraction(one.weight or 0)
            if one.levels and self.cap < begins:
                raise TextError(
                    text("The cap is below what level {n} of “{key}” pays where it begins.",
                         n=len(self.components[place].levels), key=one.key),
                    place=("cap",),
                )  # fmt: skip

    def _check_amounts(self) -> None:
        """Caps in money against the levels whose money is known."""
        for place, one in enumerate(self.components):
            per = one.worth_of_one
            if one.weight is not None and self.target_pay is not None:
                per = Fraction(self.target_pay * one.weight)
            if per is None or not one.levels:
                continue
            begins = one.scale.value(Fraction(one.scale.bands[-1].start)) * per
            ends: tuple[tuple[Place, Decimal | None], ...]
            ends = ((("components", place, "cap_amount"), one.cap_amount), (("cap_amount",), self.cap_amount))
            for where, cap in ends:
                if cap is not None and cap < begins:
                    raise TextError(
                        text("The cap is below what level {n} of “{key}” pays where it begins.",
                             n=len(one.levels), key=one.key),
                        place=where,
                    )  # fmt: skip

    def _check_people(self, keys: set[str]) -> None:
        for place, person in enumerate(self.people):
            for key in person.quotas:
                here: Place = ("people", place, "quotas", key)
                if key not in keys:
                    raise no_such(text("There is no such component."), key, sorted(keys), here)
                one = next(one for one in self.components if one.key == key)
                if one.whose_quota is None:
                    raise TextError(text("This component has no quota."), place=here)
