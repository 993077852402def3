"""What a strategy file may say: goals, seasons, mix, organisation, who carries how much, what is to be done."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from salesreport.config import Day, Settings, TextError, no_such
from salesreport.errors import ConfigError, nearest
from salesreport.language import text
from salesreport.period import Period
from salesreport.process.words import Word

METRICS = ("revenue", "gross_profit", "units")
"""What a goal may be set for."""

STATUSES = ("prospect", "customer")
"""Accounts that have not ordered yet, and those that have."""

Metric = Literal["revenue", "gross_profit", "units"]


MOST = Decimal(10**15)
"""No number is larger: to the cent, no company's goal comes near it in any currency."""


def _exact(value: Any) -> Any:
    """A number as it is written, to the last digit."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TextError(text("This is not a number."))
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise TextError(text("This is not a number.")) from None
    if not number.is_finite():
        raise TextError(text("This is not a number."))
    if number < 0:
        raise TextError(text("A number here is never negative."))
    if number > MOST:
        raise TextError(text("This number is too large."), text("at most {number}", number=f"{MOST:f}"))
    return number


Amount = Annotated[Decimal, BeforeValidator(_exact)]
"""A number of 0 or more, exact."""


def _metric(value: Any) -> Any:
    if value in METRICS:
        return value
    raise no_such(text("Goals are not set for this metric."), value, METRICS)


PlanMetric = Annotated[Metric, BeforeValidator(_metric)]
"""The metric of goals in a settings file."""


class Ramp(Settings):
    """The days after somebody was hired in which he counts only in part.

    Attributes:
        days: until so many days after the hire. share: what a day counts, 0–1.
    """

    days: Annotated[int, Field(ge=1)]
    share: Amount

    @model_validator(mode="after")
    def _is_a_part(self) -> "Ramp":
        if self.share > 1:
            raise TextError(text("A share is at most 1."), place=("share",))
        return self


class Specialism(Settings):
    """What a specialist sells: these segments and product lines; nothing given means all of them."""

    segments: tuple[Word, ...] = ()
    product_lines: tuple[Word, ...] = ()

    def sells(self, segment: str | None, product_line: str | None) -> bool:
        """Whether a part of the goal is his.

        Examples:
            >>> Specialism(segments=("A",)).sells("A", "Lamps"), Specialism(segments=("A",)).sells("B", None)
            (True, False)
        """
        return (not self.segments or segment in self.segments) and (
            not self.product_lines or product_line in self.product_lines
        )


class Cadence(Settings):
    """How often accounts of a segment and status are to be met (S3).

    Attributes:
        segment: None: every segment. status: prospect or customer; None: both. type: of activity.
        a_year: how often. outcome: what it should lead to.
    """

    segment: Word | None = None
    status: Literal["prospect", "customer"] | None = None
    type: Word
    a_year: Amount
    outcome: str = ""


class NamedAccount(Settings):
    """An account that is to be won or kept by name.

    Attributes:
        account: its id. rep: whose it is; None: whoever serves it. outcome: what is expected. until: by when.
        contacts: whom to talk to, by role.
    """

    account: Word
    rep: Word | None = None
    outcome: str = ""
    until: Day | None = None
    contacts: tuple[Word, ...] = ()


class Level(Settings):
    """A planned level of an activity that holds for a phase of calibration (S21).

    Attributes:
        activity: its type. a_week: how often, each rep. since: first day. weeks: how long it holds.
        reps: whose; nobody named: everybody's.
    """

    activity: Word
    a_week: Amount
    since: Day = Field(alias="from")
    weeks: Annotated[int, Field(ge=1, le=104)]
    reps: tuple[Word, ...] = ()

    def meets(self, other: "Level") -> bool:
        """Whether both say how often somebody is to do the same on the same day."""
        if self.activity != other.activity:
            return False
        if self.reps and other.reps and not set(self.reps) & set(other.reps):
            return False
        days = abs((self.since - other.since).days)
        first = self if self.since <= other.since else other
        return days < 7 * first.weeks


class Strategy(Settings):
    """What a company wants, and how it is spread over people, parts and the year (S1–S3).

    Attributes:
        name: what people call it. metric: of the goals. goal: by year, half, quarter or month; see `Period`.
        seasonality: the weights of a goal's equal parts (4: quarters of a year, 12: its months), adding up to 1.
        segments, product_lines: share of each, adding up to 1; empty: not planned by.
        organisation: `territory`: all reps have the same mix; `specialists`: each sells what `specialists` says.
        weights: how much a rep carries against others with as many days; 1 where nothing is said.
        ramp_up: steps after somebody was hired. activities: how often accounts are to be met.
        accounts: those named. levels: of activities, while they are being calibrated.

    Examples:
        >>> made = Strategy(name="2026", goal={"2026": 1000}, segments={"A": 0.6, "B": 0.4})
        >>> made.segments["A"]
        Decimal('0.6')
    """

    name: Word
    metric: PlanMetric = "revenue"
    goal: Annotated[dict[Word, Amount], Field(min_length=1)]
    seasonality: tuple[Amount, ...] = ()
    segments: dict[Word, Amount] = Field(default_factory=dict)
    product_lines: dict[Word, Amount] = Field(default_factory=dict)
    organisation: Literal["territory", "specialists"] = "territory"
    specialists: dict[Word, Specialism] = Field(default_factory=dict)
    weights: dict[Word, Amount] = Field(default_factory=dict)
    ramp_up: tuple[Ramp, ...] = ()
    activities: tuple[Cadence, ...] = ()
    accounts: tuple[NamedAccount, ...] = ()
    levels: tuple[Level, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> "Strategy":
        for key in ("segments", "product_lines"):
            _whole(getattr(self, key), key)
        if self.seasonality:
            if len(self.seasonality) not in (4, 12):
                expected = text("4 weights for quarters, or 12 for months")
                raise TextError(text("So many weights make no seasons."), expected, place=("seasonality",),
                                found=len(self.seasonality))  # fmt: skip
            _whole(dict(enumerate(self.seasonality)), "seasonality")
        return self

    @model_validator(mode="after")
    def _one_goal_a_day(self) -> "Strategy":
        periods: list[tuple[str, Period]] = []
        for written in self.goal:
            try:
                period = Period.parse(written)
            except ConfigError as error:
                raise TextError(error.problem, error.expected, place=("goal", written)) from None
            if period.kind not in ("year", "half", "quarter", "month"):
                expected = text("a year, half, quarter or month")
                raise TextError(text("Goals are not set for such a period."), expected, place=("goal", written))
            for other, known in periods:
                if period.start <= known.end and known.start <= period.end:
                    problem = text(
                        "There are two goals for the same days: {one} and {two}.", one=other, two=written
                    )
                    raise TextError(problem, place=("goal", written))
            periods.append((written, period))
        return self

    @model_validator(mode="after")
    def _one_meaning(self) -> "Strategy":
        if self.organisation == "specialists" and not self.specialists:
            raise TextError(text("Nobody is named as a specialist."), place=("organisation",))
        if self.organisation == "territory" and self.specialists:
            raise TextError(
                text("Specialists are named, but the organisation is by territory."), place=("specialists",)
            )
        for rep, what in self.specialists.items():
            for key, names, shares in (
                ("segments", what.segments, self.segments),
                ("product_lines", what.product_lines, self.product_lines),
            ):
                for number, name in enumerate(names):
                    if name not in shares:
                        near = nearest(name, shares)
                        expected = None if near or not shares else text("one of {names}", names=sorted(shares))
                        raise TextError(
                            text("The strategy has no share for this."), expected, near,
                            ("specialists", rep, key, number),
                        )  # fmt: skip
        for number, level in enumerate(self.levels):
            for other in self.levels[:number]:
                if level.meets(other):
                    problem = text("Two levels of “{activity}” hold on the same days.", activity=level.activity)
                    raise TextError(problem, place=("levels", number))
        for number, (before, after) in enumerate(zip(self.ramp_up, self.ramp_up[1:], strict=False), start=1):
            if after.days <= before.days:
                raise TextError(text("Steps are given in the order of their days."), place=("ramp_up", number))
        return self


def _whole(shares: Mapping[Any, Decimal], key: str) -> None:
    total = sum(shares.values(), Decimal(0))
    if shares and total != 1:
        raise TextError(
            text("These shares add up to {total}.", total=f"{total.normalize():f}"),
            text("shares that add up to exactly 1"),
            place=(key,),
        )
