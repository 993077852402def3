"""What all reports of one process on one dataset share: facts, and what was worked out for every subject at once.

A report looks up its own rows. Nothing here belongs to a single report, and nobody changes what is here: a process
that has made one report has prepared the next, also for those that it forks.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.kpi import DIMENSIONS, Facts, KpiTable, compute
from salesreport.kpi.facts.called import bare
from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.facts.kinds import Kind
from salesreport.kpi.facts.stages import stage_when_lost
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.metrics.targets import targets_for
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import Language, Text
from salesreport.period import Period
from salesreport.process import ProcessFile
from salesreport.report.names import Discreet, Names
from salesreport.report.peers import peer_group
from salesreport.report.rows import records
from salesreport.report.subject import Subject
from salesreport.stats.intervals import Interval

MOST_DATASETS = 2
"""How many datasets are remembered at a time; the oldest is forgotten first."""

Maker = Callable[[tuple[str, ...]], pd.DataFrame]
"""Makes a frame, broken down by some dimensions."""

_TEXT = pd.StringDtype("python", na_value=np.nan)
"""Texts of a column as Python's own."""

_NOTHING = np.array([], np.intp)

_known: list["Shared"] = []


class Standing(NamedTuple):
    """A figure of everybody, in the order of `Shared.members`: value (NaN: none) and number of cases."""

    value: Numbers
    n: Numbers


class Figure(NamedTuple):
    """One figure: its value (NaN: there is none), how many cases it rests on, its 95 % interval, its unit."""

    value: float
    n: float
    lower: float
    upper: float
    unit: str

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return bool(pd.notna(self.value))

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval."""
        return bool(pd.notna(self.lower) and pd.notna(self.upper))


class Sliced(NamedTuple):
    """A frame whose rows are in the order of subjects, and which rows are whose: a slice costs nothing."""

    frame: pd.DataFrame
    slices: Mapping[str, slice]

    def of(self, subject: Subject) -> pd.DataFrame:
        """A subject's rows, in the order they had before."""
        rows = self.frame.iloc[self.slices.get(subject.id, slice(0))]
        rows.index = pd.RangeIndex(len(rows))
        return rows


@dataclass(frozen=True, eq=False)
class Shared:
    """What is worked out once per dataset, when somebody first asks for it.

    Attributes:
        facts: the dataset's facts, which also remember what is here.
    """

    facts: Facts

    @classmethod
    def of(cls, dataset: Dataset) -> "Shared":
        """What this process has for a dataset; the same object as long as the dataset is the same."""
        # absolute, for a notebook may change the working folder
        dataset = replace(dataset, path=dataset.path.resolve(), folder=dataset.folder.resolve())
        for known in _known:
            if known.facts.dataset == dataset:
                return known
        made = cls(Facts.of(dataset))
        _known[:] = [*_known, made][-MOST_DATASETS:]
        return made

    # --- figures

    def table(self, dimension: str | None, metrics: Sequence[str], by: Sequence[str], period: Period) -> KpiTable:
        """KPIs of all subjects of a dimension (None: the company), broken down further by other dimensions."""
        dimensions = tuple(by) if dimension is None or dimension in by else (dimension, *by)
        return self.facts.store(
            ("table", dimensions, tuple(metrics), period),
            lambda: compute(self.facts, period, metrics, by=dimensions),
        )

    def figures(self, subject: Subject, metrics: Sequence[str], by: Sequence[str], period: Period) -> KpiTable:
        """KPIs of one subject, by any dimensions.

        As `compute` for this subject alone would give them, but a subject that nothing happened to has no rows,
        and what only this subject lacks is not unavailable but stands in `missing`.
        """
        dimension = subject.dimension
        table = self.table(dimension, metrics, by, period)
        if dimension is None:
            return table._replace(frame=table.frame.copy(deep=False))
        key = ("slices", dimension, tuple(metrics), tuple(by), period)
        keep = dimension in by
        sliced, reasons, caveats = self.facts.remember(
            key,
            lambda: (
                slice_up(table.frame, dimension, keep),
                _by_subject(table.missing, table, dimension, keep),
                _by_subject(table.caveats, table, dimension, keep),
            ),
        )
        return table._replace(
            frame=sliced.of(subject), missing=reasons.get(subject.id, {}), caveats=caveats.get(subject.id, {})
        )

    def each(self, subject: Subject, metrics: Sequence[str], period: Period) -> Mapping[str, Figure]:
        """Metric → its figure of one subject; those of everybody are told apart once."""
        dimension = subject.dimension

        def find() -> dict[str, dict[str, Figure]]:
            frame = self.table(dimension, metrics, (), period).frame
            ids = [""] * len(frame) if dimension is None else frame[dimension].tolist()
            columns = (frame[name].tolist() for name in ("metric", *Figure._fields))
            found: dict[str, dict[str, Figure]] = {}
            for one, metric, *numbers in zip(ids, *columns, strict=True):
                found.setdefault(one, {})[metric] = Figure(*numbers)
            return found

        everybody = self.facts.remember(("each figure", dimension, tuple(metrics), period), find)
        return everybody.get(subject.id, {})

    def target(self, subject: Subject, metric: str, period: Period) -> float:
        """A subject's target for a metric in a period; NaN where there is none."""
        dimension = subject.dimension
        by = () if dimension is None else (dimension,)

        def find() -> dict[str, float]:
            try:
                frame = targets_for(self.facts, period, metric, by).frame
            except Unavailable:
                return {}
            ids = [""] if dimension is None else frame[dimension]
            return dict(zip(ids, frame["value"].astype(float), strict=True))

        found = self.facts.store(("target", by, metric, period), find, always=True)
        return found.get(subject.id, float("nan"))

    # --- everybody

    def members(self, dimension: str) -> pd.Index:
        """All subjects of a dimension."""
        if dimension == "rep_id":
            return self.reps.index
        return self.facts.remember(
            ("members", dimension), lambda: pd.Index(self.facts.dimensions.members(dimension), dtype="str")
        )

    def peers(self, subject: Subject) -> Positions:
        """Whom a subject is compared with, as places among `members`: reps of the same `peer_group`, all other
        teams ….

        Owners who are declared to be no person are nobody's peers.
        """
        if subject.dimension is None:
            return _NOTHING
        members = self.facts.remember(
            ("places of members", subject.dimension),
            lambda: {one: place for place, one in enumerate(self.members(str(subject.dimension)))},
        )
        alike, place = np.ones(len(members), bool), members.get(subject.id)
        if subject.kind == "rep":
            alike = self.facts.remember(
                "people who sell", lambda: ~self.reps.index.isin(list(self.facts.not_people))
            ).copy()
            group = self.facts.remember(
                ("groups of peers", peer_group().of), lambda: self.groups.reindex(self.reps.index).to_numpy(object)
            )
            if place is not None and pd.notna(group[place]):
                alike &= group == group[place]
        if place is not None:
            alike[place] = False
        return np.flatnonzero(alike)

    @property
    def groups(self) -> pd.Series:
        """Each rep's group of peers, by rep_id; see `peer_group`."""
        of = peer_group().of
        return self.facts.remember(("peer groups", of), lambda: of(self.reps))

    def standing(self, dimension: str, metrics: Sequence[str], period: Period) -> Mapping[str, Standing]:
        """Metric → its figures of all members of a dimension."""

        def find() -> dict[str, Standing]:
            members = self.members(dimension)
            found = {}
            frame = self.table(dimension, metrics, (), period).frame
            place = members.get_indexer(frame[dimension])
            value, n = frame["value"].to_numpy(float), frame["n"].to_numpy(float)
            for metric, rows in frame.groupby("metric").indices.items():
                rows = rows[place[rows] >= 0]
                known = Standing(np.full(len(members), np.nan), np.full(len(members), np.nan))
                known.value[place[rows]], known.n[place[rows]] = value[rows], n[rows]
                found[str(metric)] = known
            return found

        return self.facts.remember(("standing", dimension, tuple(metrics), period), find)

    def spread(
        self, dimension: str, metrics: Sequence[str], by: str, period: Period
    ) -> Mapping[str, pd.DataFrame]:
        """Metric → its values of all members of a dimension (rows) by a second dimension (columns); else 0."""

        def find() -> dict[str, pd.DataFrame]:
            frame = self.table(dimension, metrics, (by,), period).frame.dropna(subset=[dimension, by])
            found = {}
            for metric in metrics:
                rows = frame[frame["metric"] == metric]
                wide = rows.pivot(index=dimension, columns=by, values="value")  # noqa: PD010 - one value each
                found[metric] = wide.reindex(self.members(dimension)).fillna(0.0)
            return found

        return self.facts.remember(("spread", dimension, tuple(metrics), by, period), find)

    @property
    def reps(self) -> pd.DataFrame:
        """Everybody who sells, by rep_id; columns as in `Facts.reps`."""
        return self.facts.remember("reps by id", lambda: self.facts.reps.set_index("rep_id"))

    @property
    def people(self) -> Mapping[str, Mapping[str, Any]]:
        """The same as plain rows."""
        return self.facts.remember(
            "rows of reps", lambda: {row["rep_id"]: row for row in records(self.facts.reps)}
        )

    @property
    def names(self) -> Names:
        """The names of all reps who are people, to be found in texts from the data."""

        def find() -> Names:
            # texts know nothing of the id that tells equal names apart
            people = {
                rep: bare(rep, name) for rep, name in self.facts.names.items() if rep not in self.facts.not_people
            }
            return Names.of(people, self.customers.values())

        return self.facts.remember("names of reps", find)

    def discreet(self, language: Language, subject: Subject) -> Language:
        """The language of a subject's report: in that of a rep, texts from the data name no other rep."""
        if subject.kind != "rep":
            return language
        return Discreet(language.code, self.names, subject.id)

    # --- frames that are worked out for every subject at once

    def rows(self, subject: Subject, key: Hashable, make: Maker) -> pd.DataFrame:
        """A subject's rows of a frame that is made once for every subject of its dimension.

        Args:
            subject: whose rows. key: names the frame among what is remembered.
            make: makes it; is given the dimensions to break it down by (the first column), none for the company.

        Raises:
            Unavailable: the data cannot give it; found out once, too.
        """
        dimension = subject.dimension
        frame = self.whole(dimension, key, make)
        if dimension is None:
            return frame.copy(deep=False)
        sliced = self.facts.remember(("slices", dimension, key), lambda: slice_up(frame, dimension, keep=False))
        return sliced.of(subject)

    def whole(self, dimension: str | None, key: Hashable, make: Maker) -> pd.DataFrame:
        """The frame of which `rows` gives a subject's part."""
        by = () if dimension is None else (dimension,)

        def find() -> pd.DataFrame | Text:
            try:
                return make(by)
            except Unavailable as problem:
                return problem.reason

        found = self.facts.store(("frame of all", by, key), find)
        if isinstance(found, Text):
            raise Unavailable(found)
        return found

    def standing_by(self, dimension: str, key: Hashable, make: Maker) -> Mapping[str, Interval]:
        """Figures of all members of a dimension, from a frame with `group`, `value`, `lower`, `upper` and `n`.

        Returns:
            group → figures in the order of `members`; `make` is as in `rows`.
        """

        def find() -> dict[str, Interval]:
            members, found, columns = self.members(dimension), {}, list(Interval._fields)
            for group, rows in self.whole(dimension, key, make).groupby("group", sort=False):
                placed = rows.dropna(subset=dimension).set_index(dimension)[columns].reindex(members)
                found[str(group)] = Interval(*(placed[column].to_numpy(float) for column in columns))
            return found

        return self.facts.remember(("standing by", dimension, key), find)

    @property
    def process(self) -> ProcessFile:
        """The processes that deals follow, and the categories of customers."""
        return process_file(self.facts)

    # --- events and what belongs to them

    def events(self, kind: Kind, period: Period, as_of: date, subject: Subject) -> pd.DataFrame:
        """A subject's events of a kind in a period, seen from a day; columns as in `Facts.closed` and the like."""
        dimension = subject.dimension
        frame = self.everybodys(kind, period, as_of)
        if dimension is None:
            return frame.copy(deep=False)
        key = ("sliced", kind, period, as_of, dimension)
        return self.facts.remember(key, lambda: slice_up(frame, dimension)).of(subject)

    def everybodys(self, kind: Kind, period: Period, as_of: date) -> pd.DataFrame:
        """The events of which `events` gives a subject's."""

        def find() -> pd.DataFrame:
            return kind.find(self.facts, period, as_of).frame()

        return self.facts.store(("frame of events", kind.name, kind.before, period, as_of), find)

    def days_to_win(self, periods: Sequence[Period], share: float, fewest: int) -> float | None:
        """Days that a share of all deals won in some periods took at most; None with too few of them."""

        def find() -> float | None:
            closed = [self.facts.events("closed", period) for period in periods]
            days = np.concatenate([one.number("cycle_days")[one.extra["won"].astype(bool)] for one in closed])
            days = days[~np.isnan(days)]
            return float(np.quantile(days, share)) if len(days) >= fewest else None

        return self.facts.store(("days to win", tuple(periods), share, fewest), find, always=True)

    def stages_when_lost(self, period: Period) -> Mapping[str, str]:
        """The last stage each deal that was lost in a period was in before, by deal_id; see `stage_when_lost`."""

        def find() -> dict[str, str]:
            closed = self.facts.events("closed", period)
            lost = closed.rows[~closed.extra["won"].astype(bool)]
            stages = stage_when_lost(self.facts, self.facts.columns.series("deals", "deal_id").take(lost))
            return dict(zip(stages.index.tolist(), stages.tolist(), strict=True))

        return self.facts.store(("stages when lost", period), find, always=True)

    @property
    def customers(self) -> Mapping[str, str]:
        """Names of customers by account id."""

        def find() -> dict[str, str]:
            accounts = self.facts.dataset.table("accounts", ["account_id", "name"]).dropna()
            return dict(zip(accounts["account_id"], accounts["name"], strict=True))

        return self.facts.remember("customers", find)


def slice_up(frame: pd.DataFrame, dimension: str, keep: bool = True) -> Sliced:
    """A frame with the rows of each subject of a dimension side by side; those of nobody are left out.

    Its texts are Python's own: the few of one report are taken, compared and shown several times as fast so.

    Args:
        frame: of everybody. dimension: its column that says whose a row is. keep: whether slices have this column.

    Examples:
        >>> sliced = slice_up(pd.DataFrame({"team": ["B", "A", None, "B"], "n": [1, 2, 3, 4]}), "team")
        >>> sliced.of(Subject("team", "B", "Team B"))["n"].tolist()
        [1, 4]
    """
    values = pd.Categorical(frame[dimension])
    order = np.argsort(values.codes, kind="stable")
    ends = np.searchsorted(values.codes[order], np.arange(-1, len(values.categories)), side="right").tolist()
    rows = (frame if keep else frame.drop(columns=dimension)).take(order)
    texts = {name: _python(column) for name, column in rows.items() if isinstance(column.dtype, pd.StringDtype)}
    slices = dict(zip(values.categories, map(slice, ends, ends[1:]), strict=True))
    return Sliced(rows.assign(**texts), slices)


def _python(texts: pd.Series) -> pd.api.extensions.ExtensionArray:
    """Texts as Python's own, of equal ones only one."""
    codes, different = pd.factorize(texts)
    return different.array.astype(_TEXT).take(codes, allow_fill=True)


Said = Mapping[tuple[str | None, ...], Text]
"""What is said of groups, by (metric, by-values …)."""


def _by_subject(said: Said, table: KpiTable, dimension: str, keep: bool) -> Mapping[str, Said]:
    """Subject → what is said of its groups; `keep`: a group's key names the subject, too."""
    by = [name for name in table.frame.columns if name in DIMENSIONS]
    place = 1 + by.index(dimension)
    found: dict[str, dict[tuple[str | None, ...], Text]] = {}
    for group, what in said.items():
        if (subject := group[place]) is not None:
            mine = group if keep else group[:place] + group[place + 1 :]
            found.setdefault(subject, {})[mine] = what
    return found
