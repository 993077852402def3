"""What all sections of one report share: subject, periods, figures of the subject and of its peers."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

from salesreport.kpi import METRICS, Facts, KpiTable
from salesreport.kpi.compute import contract
from salesreport.kpi.customers.shared import SoldInTurn, nobodys
from salesreport.kpi.facts.columns import Positions
from salesreport.kpi.facts.covered import slack
from salesreport.kpi.facts.created_since import created_since
from salesreport.kpi.facts.dimensions import PEOPLE
from salesreport.kpi.facts.facts import DAYS
from salesreport.kpi.facts.gaps import too_few_priced
from salesreport.kpi.facts.kinds import CLOSED, OPEN
from salesreport.kpi.facts.own_begin import own_begins
from salesreport.kpi.facts.whole import in_part
from salesreport.language import Language, Range, Text, ntext, text
from salesreport.period import Period
from salesreport.report.agreed import NOTHING, Agreed
from salesreport.report.chart import Chart
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.shared import Figure, Shared, Standing
from salesreport.report.subject import Subject
from salesreport.report.table import NumberTable, shown_with

T = TypeVar("T")

TREND_PERIODS = 8
"""How many periods a trend shows."""

UNLIKE = 1.25
"""Sums are compared over periods of which none is so many times as long as the other: months are, and quarters."""

FEWEST_PEERS = 4
"""With fewer peers there is no band: it would tell too much about single ones."""

FIGURES = (
    "revenue",
    "deals_won",
    "deals_lost",
    "deals_closed",
    "win_rate",
    "avg_deal_size",
    "cycle_days",
    "deals_in_funnel",
    "pipeline_value",
    "satisfaction",
    "complaints",
)
"""The kit's own figures that tiles and trends show for the subject and its peers."""

OPEN_COLUMNS = (
    "deal_id", "name", "account_id", "segment", "product_line", "lead_source", "stage", "amount", "created_on",
    "expected_close_on", "next_step", "next_step_on",
)  # fmt: skip
"""What is looked at of a single open deal."""


def figures() -> tuple[str, ...]:
    """`FIGURES`, and the metrics of one's own that are to have a tile."""
    return (*FIGURES, *own_figures())


def own_figures() -> tuple[str, ...]:
    """The metrics that are to have a tile, beside the kit's own."""
    return tuple(key for key, metric in METRICS.items() if metric.tile)


class Band(NamedTuple):
    """The middle half of the peers: quartiles, median, and how many peers they are from."""

    lower: float
    middle: float
    upper: float
    peers: int


@dataclass(frozen=True)
class Context:
    """Everything a section may ask for.

    Attributes:
        shared: what all reports on the dataset share. subject: whom the report is about. period: the period.
        compare: the period to compare with, up to the same day where `period` is not over. language: the reader's.
        agreed: strategy, plan, pay plan and account plans, where files say them.
        asked: how the period was asked for, where that is relative to the data's day; else empty.
        seen_on: a later day that open deals are seen from (`today`); missing: the period's last, or the data's.
    """

    shared: Shared
    subject: Subject
    period: Period
    compare: Period
    language: Language
    agreed: Agreed = NOTHING
    asked: str = ""
    seen_on: date | None = None
    _figures: dict[Period, Mapping[str, Figure]] = field(default_factory=dict, repr=False, compare=False)
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def facts(self) -> Facts:
        """The dataset's facts."""
        return self.shared.facts

    def remember(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was worked out for this report before, or is now; what others share belongs to `Shared`."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(T, self._kept[key])

    def made(self, make: Callable[["Context"], Section]) -> Section:
        """A section of this report, worked out once, whoever asks for it."""
        return self.remember(("section", make), lambda: make(self))

    # --- words

    def say(self, what: Text | str) -> str:
        """Translate a text."""
        return self.language.say(what)

    def heading(self, what: Text) -> str:
        """Translate a text that stands by itself, so that it begins with a capital: Week 50, not week 50."""
        said = self.say(what)
        return said[:1].upper() + said[1:]

    def shown(self, value: float | None, unit: str) -> str:
        """Show a value in its unit, short."""
        return self.language.quantity(value, unit)

    def interval(self, figure: Figure) -> str:
        """Show a figure's 95 % interval, or nothing."""
        if not figure.has_interval:
            return ""
        return self.language.interval(figure.lower, figure.upper, figure.unit)

    def unit(self, metric: str) -> str:
        """What a metric is measured in."""
        return METRICS[metric].unit_in(self.facts.dataset.currency)

    def title(self, metric: str) -> str:
        """What a metric is called."""
        return self.say(METRICS[metric].title)

    def section(
        self,
        key: str,
        topic: str,
        message: str,
        *,
        data: pd.DataFrame | None = None,
        charts: Sequence[Chart] = (),
        tables: Sequence[NumberTable] = (),
        notes: Sequence[str] = (),
    ) -> Section:
        """A section of one's own in the report's language; in a rep's report other reps' names are masked in it.

        Args:
            key: unique in the report. topic: what it is about. message: what it says; its heading.
            data: the numbers behind it. charts, tables, notes: what it shows below its heading.
        """
        show = self.language.show
        return Section(
            key=key,
            topic=show(topic),
            message=show(message),
            data=pd.DataFrame() if data is None else data,
            language=self.language,
            charts=tuple(replace(chart, say=show) for chart in charts),
            tables=tuple(shown_with(table, show) for table in tables),
            notes=tuple(map(show, notes)),
        )

    # --- time

    @property
    def as_of(self) -> date:
        """The day open deals are counted: the period's last, or the last the data knows."""
        return self.seen_on or min(self.period.end, self.facts.dataset.as_of)

    @property
    def facts_then(self) -> Facts:
        """The facts as they are seen from the report's day; what happened later is not in them."""
        facts = self.facts
        if self.as_of == facts.as_of:
            return facts
        return facts.remember(("facts at", self.as_of), lambda: Facts.of(facts.dataset, self.as_of))

    @property
    def eve(self) -> date:
        """The day before the period: its end is where the period begins."""
        return self.period.start - timedelta(days=1)

    @cached_property
    def year(self) -> Period:
        """The period, or where it is shorter the twelve months up to its end: for what needs many deals."""
        return self.period.a_year()

    @property
    def year_before(self) -> Period:
        """What `year` is compared with."""
        if self.year == self.period:
            return self.compare
        return self.year.previous().as_far_as(self.year, self.facts.dataset.as_of)

    @cached_property
    def trend(self) -> list[Period]:
        """The last periods the data can say something about, the oldest first; this one is the last."""
        first, periods = self.known_whole, self.period.trailing(TREND_PERIODS)
        return [one for one in periods if first is None or one.start + slack(one) >= first] or [self.period]

    @cached_property
    def first_day(self) -> date | None:
        """The first day the data tells of a sale or a closed deal; what was before is not known."""
        days = [self.facts.begin(name) for name in ("closed", "orders") if self.facts.columns.has(DAYS[name][0])]
        return min((day for day in days if day is not None), default=None)

    @cached_property
    def own_begin(self) -> date | None:
        """The first day the data tell of a rep who came later than most and of whom no starting date is known."""
        return own_begins(self.facts).get(self.subject.id) if self.subject.kind == "rep" else None

    @cached_property
    def hired(self) -> date | None:
        """The starting date of a rep, where it is known."""
        return self._day_of_rep("hired_on")

    @cached_property
    def left_on(self) -> date | None:
        """The last day at work of a rep, where it is known; it may be to come."""
        return self._day_of_rep("left_on")

    @cached_property
    def began(self) -> date | None:
        """The first day of a rep: the starting date, else that which the data tell of who came later than most."""
        return self.hired or self.own_begin

    @property
    def began_said(self) -> Text:
        """When a rep began, as a clause, where `began` is known."""
        fields = {"name": self.subject.name, "day": self.began}
        if self.hired is None:
            return text("the data of {name} begin on {day}", **fields)
        return text("{name} started on {day}", **fields)

    def _day_of_rep(self, column: str) -> date | None:
        if self.subject.kind != "rep":
            return None
        days = self.facts.remember(
            ("days of reps", column), lambda: self.shared.reps[column].dropna().dt.date.to_dict()
        )
        return days.get(self.subject.id)

    @cached_property
    def own_trend(self) -> list[Period]:
        """Those of `trend` in which the subject was there, as far as it is known."""
        own = self.began
        return [one for one in self.trend if own is None or one.start + slack(one) >= own] or [self.period]

    @cached_property
    def nobodys_customers(self) -> SoldInTurn | None:
        """In a report of people, that customers are nobody's alone: their own sales count; else None."""
        return nobodys(self.facts, self.as_of) if self.subject.dimension in PEOPLE else None

    def of_all(self, notes: Iterable[Text]) -> list[Text]:
        """Notes that were made for everybody together, in the report of a part: those that count say so."""
        if self.subject.dimension is None:
            return list(notes)
        return [note if note.plural is None else text("Whole company: {note}", note=note) for note in notes]

    # --- figures

    def compute(self, metrics: Sequence[str], by: Sequence[str] = (), period: Period | None = None) -> KpiTable:
        """KPIs of the subject alone, by any dimensions; see `Shared.figures`."""
        return self.shared.figures(self.subject, metrics, by, period or self.period)

    def figure(self, metric: str, period: Period | None = None) -> Figure:
        """A figure of the subject.

        Raises:
            ConfigError: there is no such metric; it names the nearest.
        """
        contract(metric, self.facts)
        period = period or self.period
        if period not in self._figures:
            self._figures[period] = self.shared.each(self.subject, figures(), period)
        return self._figures[period].get(metric) or Figure(
            float("nan"), 0, float("nan"), float("nan"), self.unit(metric)
        )

    @cached_property
    def closed(self) -> pd.DataFrame:
        """The subject's deals that were won or lost in the period; columns as in `Facts.closed`."""
        return self.shared.events(CLOSED, self.period, self.as_of, self.subject)

    @cached_property
    def open(self) -> pd.DataFrame:
        """The subject's deals that are open on the as-of date; columns as in `Facts.open`."""
        return self.shared.events(OPEN, self.period, self.as_of, self.subject)

    @cached_property
    def open_rows(self) -> list[dict[str, Any]]:
        """The same as plain rows of `OPEN_COLUMNS`, each deal once."""
        deals: dict[str, dict[str, Any]] = {}
        for row in records(self.open[list(OPEN_COLUMNS)]):
            deals.setdefault(row["deal_id"], row)
        return list(deals.values())

    def caveats(self, metric: str) -> list[Text]:
        """What makes one of `figures()` of the subject tell less than it seems to; nothing where there is none."""
        if not self.figure(metric).known:
            return []
        table = self.remember("figures of the period", lambda: self.compute(figures()))
        said = (table.biased.get(metric), table.caveats.get((metric,)))
        return [one for one in said if one is not None]

    def incomplete(self, period: Period | None = None) -> bool:
        """Whether so many sales of a period carry no amount that revenue compares with nothing."""
        if self.facts.columns.has("orders"):
            return False
        won, priced = self.figure("deals_won", period).value, self.figure("revenue", period).n
        return bool(won > 0 and too_few_priced(np.array(priced), np.array(won)))

    def incomplete_either(self) -> bool:
        """Whether that is so of the period or of the one it is compared with."""
        return self.incomplete() or self.incomplete(self.compare)

    def target(self, metric: str) -> float:
        """The subject's target for a metric in the period; NaN where there is none."""
        return self.shared.target(self.subject, metric, self.period)

    def unavailable(self, metric: str) -> Text | None:
        """Why the data has no such metric, or None."""
        shown = figures()
        metrics = shown if metric in shown else (metric,)
        return self.shared.table(self.subject.dimension, metrics, (), self.period).unavailable.get(metric)

    def gaps(self, metrics: Iterable[str]) -> list[Text]:
        """Which of some metrics this data cannot give, and why; those with the same reason together."""
        reasons: dict[str, list[str]] = {}
        counted = set()
        for metric in metrics:
            if (reason := self.unavailable(metric)) is not None:
                said = self.say(reason)
                reasons.setdefault(said, []).append(self.title(metric))
                counted |= {said} if reason.plural is not None else set()
        gaps = {
            reason: text("{metrics}: {reason}.", metrics=titles, reason=reason)
            for reason, titles in reasons.items()
        }
        of_part = self.subject.dimension is not None
        return [
            text("Whole company: {note}", note=gap) if of_part and reason in counted else gap
            for reason, gap in gaps.items()
        ]

    @cached_property
    def period_notes(self) -> tuple[Text, ...]:
        """What a reader must know of the period, such as that it is not over."""
        table = self.shared.table(self.subject.dimension, figures(), (), self.period)
        return tuple(self.of_all(table.notes))

    @cached_property
    def peers(self) -> Positions:
        """Whom the subject is compared with; see `Shared.peers`."""
        return self.shared.peers(self.subject)

    def of_peers(self, metric: str, period: Period | None = None, fewest: float = 0) -> Standing:
        """The peers' figures of a metric, of those who have one and at least `fewest` cases."""
        dimension, none = self.subject.dimension, np.array([])
        if dimension is None:
            return Standing(none, none)
        known = self.shared.standing(dimension, figures(), period or self.period).get(metric)
        if known is None:
            return Standing(none, none)
        value, n = known.value[self.peers], known.n[self.peers]
        enough = ~np.isnan(value) & (n >= fewest)
        return Standing(value[enough], n[enough])

    def band(self, metric: str, period: Period | None = None) -> Band | None:
        """The middle half of the peers who have enough cases; None where there are too few of them."""
        return self.remember(("band", metric, period or self.period), lambda: self._band(metric, period))

    def _band(self, metric: str, period: Period | None) -> Band | None:
        values = self.of_peers(metric, period, fewest=METRICS[metric].minimum_n).value
        if len(values) < FEWEST_PEERS:
            return None
        lower, middle, upper = np.quantile(values, [0.25, 0.5, 0.75])
        return Band(float(lower), float(middle), float(upper), len(values))

    @cached_property
    def known_whole(self) -> date | None:
        """From when on about all sales and closed deals are known: `first_day`, or when deals created earlier than
        the export tells no longer matter.
        """
        since = created_since(self.facts)
        return self.first_day if since is None or self.first_day is None else max(self.first_day, since.whole)

    # --- comparisons in words

    def uncompared(self, metric: str) -> Text | None:
        """Why a figure of the period compares with nothing of the comparison period, in a clause; else None.

        Whoever says how a figure moved asks here first: data that begin within one of the periods tell of a part
        of it, and sums over many days are no sums over few.
        """
        part = in_part(self.facts, METRICS[metric].facts, self.compare, self.period)
        if part is not None and part.begin is not None:
            return part.why
        if self.began is not None and self.began > self.compare.start + slack(self.compare):
            return self.began_said
        if part is not None:
            return part.why
        days, others = self.period.until(self.as_of).days, self.compare.days
        if METRICS[metric].additive and max(days, others) > UNLIKE * min(days, others):
            return text("the two are not as long as each other")
        return None

    def against_peers(self, metric: str) -> Text | None:
        """Where a figure lies relative to the middle half of the peers; None without a band."""
        band, figure = self.band(metric), self.figure(metric)
        if band is None or not figure.known:
            return None
        if not METRICS[metric].additive and figure.n < METRICS[metric].minimum_n:
            return None  # the peers with as few cases are not in the band, either
        fields: dict[str, Any] = {
            "peers": self.subject.peers,
            "range": Range(band.lower, band.upper, figure.unit),
        }
        if figure.value < band.lower:
            return text("below the middle half of {peers} ({range})", **fields)
        if figure.value > band.upper:
            return text("above the middle half of {peers} ({range})", **fields)
        return text("within the middle half of {peers} ({range})", **fields)


def difference(context: Context, value: float) -> Text:
    """A difference of two shares in percentage points, with its sign."""
    points = context.language.change(100 * value)
    return ntext("{points} point", "{points} points", n=round(abs(100 * value)), points=points)
