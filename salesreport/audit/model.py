"""What a check of the audit is: its contract, what it looks at, and what it found, numbers only."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, Self

import numpy as np

from salesreport.dataset import Dataset
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.stats.intervals import wilson

Kind = Literal["data", "behaviour", "demand"]
"""What a finding is about: how the records are kept, what people do, or what customers want."""

Founded = Literal["own", "practice", "contested", "measured"]
"""How well founded a threshold is: our own; what practitioners agree on; sources disagree or none is primary;
somebody measured it and said how."""

KINDS: Mapping[Kind, Text] = {
    "data": text("data"),
    "behaviour": text("behaviour"),
    "demand": text("demand"),
}
"""What the kinds are called."""

FOUNDED: Mapping[Founded, Text] = {
    "own": text("our own; nobody published one"),
    "practice": text("practitioners agree on it; nobody measured it"),
    "contested": text("contested: sources differ, or none says how it was measured"),
    "measured": text("measured"),
}
"""What is said of how well founded a threshold is."""

ANY = 1e-9
"""A limit that a single case passes."""


class Estimate(NamedTuple):
    """One figure with its interval.

    Attributes:
        value: the figure. lower, upper: its 95 % interval; NaN where it has none. n: observations it rests on.
    """

    value: float
    lower: float
    upper: float
    n: float

    @property
    def sampled(self) -> bool:
        """Whether it has an interval; what was counted as a whole has none, its bounds are the figure itself."""
        return bool(self.lower < self.value or self.value < self.upper)

    def apart_from(self, other: "Estimate") -> bool:
        """Whether two intervals share nothing: more than chance alone explains, said sparingly."""
        return bool(self.lower > other.upper or self.upper < other.lower)


def share_of(count: float, of: float) -> Estimate | None:
    """A share with Wilson's interval; None of nothing.

    Examples:
        >>> [round(one, 3) for one in share_of(81, 263)]
        [0.308, 0.255, 0.366, 263.0]
        >>> share_of(0, 0) is None
        True
    """
    if of <= 0:
        return None
    made = wilson(count, of)
    return Estimate(float(made.value), float(made.lower), float(made.upper), float(of))


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Of what was flagged on earlier days, what became of it, against what was not flagged.

    Attributes:
        outcome: what is counted, such as "slipped or was lost". days: the days looked from.
        flagged, rest: the share with that outcome among those flagged, and among the others at the same mix of
            what is alike; n counts deals, each once. None: not told.
        lift: flagged ÷ rest; None where it cannot be told. difference: flagged − rest. why: why not.
        alike: what was compared like with like. apart: what the intervals allow to depend on itself: the looks
            at one deal, or all deals of a rep; with `deal` they are true of these reps only.
    """

    outcome: Text
    days: tuple[dt.date, ...] = ()
    flagged: Estimate | None = None
    rest: Estimate | None = None
    lift: Estimate | None = None
    difference: Estimate | None = None
    why: Text | None = None
    alike: tuple[Text, ...] = ()
    apart: Literal["rep", "deal"] | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a check found: numbers only, `salesreport.audit.sentences` says them.

    Attributes:
        count: how many are flagged. of: of how many that were looked at (in the check's `counted`).
        share: count ÷ of with its interval; None of nothing.
        figure: what the threshold is about, in the check's `unit`, where that is not the share.
        money: the amount concerned, in the dataset's currency; None where amounts are unknown.
        ids: of all that are flagged, sorted. shown: what people call them, by id, where that is more than the id.
        baseline: the client's own past: the same measure over earlier days; None: no past to compare with.
        backtest: what became of what was flagged earlier; None where the check has no such outcome.
        detail: what else a reader should know. level: how it is judged where limits do not tell, see `verdict`.
        matters: whether the client's own data say, beyond chance, that it matters: more than the calendar gives,
            worse than no forecast at all. Beside a contested limit something of the kind is asked for.
        kind: what the finding is about where that is not the check's kind: behaviour that may be data is data.
        instead: what it may come of instead, as a sentence.
        parts: what the flagged ones lack, in words, with how many lack it; one may lack several.
        rest: what is said of others of which it cannot be told, as a clause; None: of all it can.
    """

    count: float
    of: float
    share: Estimate | None
    figure: Estimate | None = None
    money: float | None = None
    ids: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    baseline: Estimate | None = None
    backtest: Backtest | None = None
    detail: Text | None = None
    level: Literal["fine", "look", "serious", "untold", "fact"] | None = None
    matters: bool = False
    kind: Kind | None = None
    instead: Text | None = None
    parts: tuple[tuple[Text, int], ...] = ()
    rest: Text | None = None

    @property
    def measured(self) -> Estimate | None:
        """What the threshold and the baseline are about: the figure, else the share."""
        return self.share if self.figure is None else self.figure


@dataclass(frozen=True, eq=False)
class Looked:
    """What checks look at: a dataset seen from a day, made once for all of them.

    Attributes:
        facts: the dataset's facts, seen from the audit's day. period: the year that ends with that day; what
            checks say of "now" where a whole history would hide it.
    """

    facts: Facts
    period: Period

    @classmethod
    def at(cls, dataset: Dataset, as_of: dt.date | None = None) -> Self:
        """Look at a dataset from a day, by default its own.

        Raises:
            ConfigError: a day after the dataset's own.
        """
        return cls.of(Facts.of(dataset, as_of))

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Look at a dataset through facts that there are already, from their day."""
        end = facts.as_of
        try:
            start = end.replace(year=end.year - 1) + dt.timedelta(1)
        except ValueError:  # the 29th of February
            start = end.replace(year=end.year - 1, month=3, day=1)
        return cls(facts, Period.span(start, end, facts.dataset.settings.fiscal_year_start))

    @property
    def dataset(self) -> Dataset:
        """The dataset."""
        return self.facts.dataset

    @property
    def as_of(self) -> dt.date:
        """The day it is seen from."""
        return self.facts.as_of

    @cached_property
    def process(self) -> ProcessFile:
        """Milestones and customer base: as declared, else learnt from the stages."""
        return process_file(self.facts)

    def there(self) -> Flags:
        """Which deals existed on the day, in the order of table `deals`."""
        return self.facts.known().there

    def of_deals(
        self, flagged: Flags, looked_at: Flags | None = None, *, detail: Text | None = None, priced: bool = True
    ) -> Found:
        """What was found of deals: count, share, money and ids of those flagged.

        Args:
            flagged: in the order of table `deals`. looked_at: of which they are a part; by default all there are.
            detail: what else to say. priced: whether the amounts say anything.
        """
        looked_at = self.there() if looked_at is None else looked_at
        flagged = flagged & looked_at
        ids = self.facts.columns.series("deals", "deal_id").to_numpy(dtype=object)[flagged]
        count, of = int(flagged.sum()), int(looked_at.sum())
        return Found(
            count=count,
            of=of,
            share=share_of(count, of),
            money=self.worth(flagged) if priced else None,
            ids=tuple(sorted(map(str, ids))),
            shown=self.called(flagged),
            detail=detail,
        )

    def worth(self, deals: Flags) -> float | None:
        """The amounts of some deals on the day, added up; None where not one is known."""
        amounts = self.facts.known().amount[deals]
        return None if not len(amounts) or np.isnan(amounts).all() else float(np.nansum(amounts))

    def called(self, deals: Flags) -> dict[str, str]:
        """What some deals are called, by id; nothing where deals have no names."""
        columns = self.facts.columns
        if not columns.has("deals", "name"):
            return {}
        place = np.flatnonzero(deals)
        ids = columns.series("deals", "deal_id").to_numpy(dtype=object)[place]
        names = columns.series("deals", "name").to_numpy(dtype=object, na_value="")[place]
        return {str(one): str(name) for one, name in zip(ids, names, strict=True) if name}


@dataclass(frozen=True, kw_only=True)
class Check:
    """The contract of a check, as `Metric` is of a figure.

    Attributes:
        key: names it for programs; never changes its meaning. number: its place in the list of published checks.
        title: what it is about. definition: in words, numerator and denominator; hashed to compare audits.
        version: of the method; raised whenever the same data give another result.
        kind: what a finding is about; never behaviour where it may be data.
        counted: what is counted, in the plural ("open deals"). unit: of `measured`, as `Quantity` has it.
        threshold: the published one, in words; None: nobody published one.
        limit: worth a look from, serious from; as numbers in `unit`, where there are numbers.
        better: whether less or more is better. source: who published it. founded: how well.
        needs: tables and columns without which it cannot be told, as a metric's.
        affects: keys of the metrics that it biases. does: what it does to them, as a sentence.
        find: looks. May return or raise `Unavailable`.
    """

    key: str
    number: int
    title: Text
    definition: Text
    kind: Kind
    counted: Text
    find: Callable[[Looked], Found | Unavailable] = field(repr=False)
    unit: str = "share"
    version: int = 1
    threshold: Text | None = None
    limit: tuple[float | None, float | None] = (None, None)
    better: Literal["lower", "higher", "neither"] = "lower"
    source: str = ""
    founded: Founded = "own"
    needs: tuple[tuple[str, str], ...] = ()
    affects: tuple[str, ...] = ()
    does: Text | None = None
