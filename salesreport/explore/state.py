"""What is looked at, as one value; and what of it can be chosen in a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.kpi import Facts
from salesreport.kpi.anomalies.decided import Decisions, Step, decisions
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import text
from salesreport.period import Kind, Period
from salesreport.report.shared import Shared

View = Literal["funnel", "reps_by_step", "funnel_plot", "trend", "anomalies"]

VIEWS: tuple[View, ...] = get_args(View)
"""The views, in order."""

OF_ONE_STEP: tuple[View, ...] = ("funnel_plot", "trend")
"""The views that show one step at a time: the chosen one, else the last."""

FILTERS = ("product_line", "segment", "team", "lead_source")
"""What narrows down the decisions that are looked at; a rep does not, for a rep is compared with the others."""

_KINDS: tuple[Kind, ...] = ("quarter", "year", "month")


@dataclass(frozen=True)
class State:
    """What is looked at; an empty text stands for all.

    Attributes:
        dataset: folder of the dataset. period: as written, see `Period.parse`; empty: the usual one.
        compare_to: `previous`, `year_before` or a period. product_line, segment, team, lead_source: only deals
            with this value.
        rep: the rep that is set beside the others, by id. step: key of the step; for a view that shows one step at
            a time, empty stands for the last one, from the deal to its order.
        view: one of `VIEWS`. finding: key of a finding (`salesreport.explore.figures.finding_key`), whose deals
            are listed. sort, descending: what the deals are listed by (`salesreport.explore.deal_table.COLUMNS`).
    """

    dataset: str
    period: str = ""
    compare_to: str = "previous"
    product_line: str = ""
    segment: str = ""
    team: str = ""
    lead_source: str = ""
    rep: str = ""
    step: str = ""
    view: View = "funnel"
    finding: str = ""
    sort: str = "decided_on"
    descending: bool = True

    def but(self, **changes: Any) -> "State":
        """The same but for some changes."""
        return replace(self, **changes)

    @property
    def where(self) -> dict[str, list[str]]:
        """The filters as dimension → values."""
        return {name: [getattr(self, name)] for name in FILTERS if getattr(self, name)}

    @property
    def chosen(self) -> dict[str, Any]:
        """What is set otherwise than by default, without the dataset."""
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name != "dataset" and getattr(self, one.name) != one.default
        }


@dataclass(frozen=True, eq=False)
class Choices:
    """What can be chosen in a dataset.

    Attributes:
        periods: quarters, years and months in which something was decided, the newest of each first. steps: of the
            process. values: filter → its values. reps: id → name of whoever decided something, by name.
        teams_of: rep id → the teams in which the rep did. usual: what to begin with, see `_usual`.
    """

    periods: tuple[Period, ...]
    steps: tuple[Step, ...]
    values: Mapping[str, tuple[str, ...]]
    reps: Mapping[str, str]
    teams_of: Mapping[str, frozenset[str]]
    usual: Period

    def reps_in(self, team: str) -> dict[str, str]:
        """The reps of a team, id → name; of all teams without one."""
        return {rep: name for rep, name in self.reps.items() if not team or team in self.teams_of[rep]}

    def rep_id(self, wanted: str) -> str:
        """The id of the rep that a text means, an id or a name; the text itself where it means none."""
        if wanted in self.reps:
            return wanted
        return next((rep for rep, name in self.reps.items() if name == wanted), wanted)


def facts_of(state: State) -> Facts:
    """The facts of the state's dataset; those that this process has already, as long as the dataset is the same.

    Raises:
        DataError: there is no dataset in the folder.
    """
    return Shared.of(Dataset.open(state.dataset)).facts


def all_decisions(facts: Facts) -> Decisions:
    """Every decision of a dataset; worked out once.

    Raises:
        Unavailable: the data has none.
    """
    return decisions(facts, process_file(facts), alone=True)


def choices(facts: Facts) -> Choices:
    """What can be chosen in a dataset; worked out once.

    Raises:
        Unavailable: the data has no decisions.
    """
    return facts.remember("explorer's choices", lambda: _choices(facts))


def _choices(facts: Facts) -> Choices:
    decided = all_decisions(facts)
    values = {}
    for name in FILTERS:
        found = decided.dimension(name)
        there = np.zeros(len(found.categories) + 1, bool)  # the last one: not known
        there[found.codes] = True
        values[name] = tuple(map(str, found.categories[there[:-1]]))
    periods = _periods(facts, decided)
    return Choices(periods, decided.steps, values, *_reps(facts, decided), usual=_usual(facts, decided, periods))


def _usual(facts: Facts, decided: Decisions, periods: tuple[Period, ...]) -> Period:
    """The last year that is over, of which the data know more than half; else the last quarter; else the last.

    A quarter of one rep has too few deals to tell anything but the grossest difference.
    """
    over = [one for one in periods if one.end <= facts.as_of]
    middle = {one: np.datetime64(one.start) + one.days // 2 for one in over}
    years = [one for one in over if one.kind == "year" and decided.day[0] <= middle[one]]
    quarters = [one for one in over if one.kind == "quarter"]
    return (years or quarters or list(periods))[0]


def _periods(facts: Facts, decided: Decisions) -> tuple[Period, ...]:
    fiscal = facts.dataset.settings.fiscal_year_start
    first, last = decided.day[[0, -1]].astype("datetime64[M]")
    months = np.arange(first, last + 1)
    begins = np.searchsorted(decided.day, months.astype("datetime64[D]"))  # decisions are in order of time
    days = pd.DatetimeIndex(months[np.diff(begins, append=len(decided)) > 0]).date
    found = []
    for kind in _KINDS:
        found += sorted({Period.of(day, kind, fiscal) for day in days}, key=lambda one: one.start, reverse=True)
    return tuple(found)


def _reps(facts: Facts, decided: Decisions) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    rep, team = decided.rep, decided.dimension("team")
    width = len(team.categories) + 1
    seen = np.zeros((len(rep.categories) + 1) * width, bool)
    key = (rep.codes + np.int32(1)) * np.int32(width)
    key += team.codes + np.int32(1)
    seen[key] = True
    teams: dict[str, set[str]] = {}
    for pair in np.flatnonzero(seen).tolist():
        who, where = divmod(pair, width)
        if who:
            mine = teams.setdefault(str(rep.categories[who - 1]), set())
            mine |= {str(team.categories[where - 1])} if where else set()
    listed = facts.reps.set_index("rep_id")["name"]
    names = {one: str(listed.get(one, one)) for one in teams if one not in facts.not_people}
    several = pd.Series(names).value_counts()
    names = {one: name if several[name] == 1 else f"{name} ({one})" for one, name in names.items()}
    ordered = dict(sorted(names.items(), key=lambda one: (one[1].casefold(), one[0])))
    return ordered, {one: frozenset(found) for one, found in teams.items()}


def period_of(facts: Facts, state: State) -> Period:
    """The state's period.

    Raises:
        ConfigError: not a period, or one in which nothing was decided. Unavailable: the data has no decisions.
    """
    if not state.period:
        return choices(facts).usual
    period = facts.dataset.period(state.period)
    days = all_decisions(facts).day
    if not len(all_decisions(facts).during(period)):
        raise ConfigError(
            text("Nothing was decided in this period."),
            key="period",
            found=state.period,
            expected=text(
                "a period between {first} and {last}", first=days[0].astype(object), last=days[-1].astype(object)
            ),
        )
    return period


def compared_period(facts: Facts, state: State) -> Period:
    """The period to compare with, up to the same day where the other is not over.

    Raises:
        ConfigError: neither a word for it nor a period.
    """
    return period_of(facts, state).comparison(state.compare_to, facts.as_of)


def step_of(facts: Facts, state: State) -> int:
    """The number of the state's step; that of the last one where none is chosen.

    Raises:
        ConfigError: there is no such step.
    """
    keys = [step.key for step in choices(facts).steps]
    if not state.step:
        return len(keys) - 1
    if state.step not in keys:
        raise ConfigError(
            text("There is no such step."),
            key="step",
            found=state.step,
            nearest=nearest(state.step, keys),
            expected=text("one of {names}", names=keys),
        )
    return keys.index(state.step)


def checked(facts: Facts, state: State) -> State:
    """The state with its period written out, if there is all that it names.

    Raises:
        ConfigError: something that the dataset does not have. Unavailable: the data has no decisions.
    """
    there = choices(facts)
    written = state.but(period=period_of(facts, state).name, rep=there.rep_id(state.rep))
    compared_period(facts, written)
    step_of(facts, written)
    if written.view not in VIEWS:
        raise ConfigError(
            text("There is no such view."),
            key="view",
            found=written.view,
            nearest=nearest(written.view, VIEWS),
            expected=text("one of {names}", names=list(VIEWS)),
        )
    for name, valid in {**there.values, "rep": tuple(there.reps)}.items():
        value = getattr(written, name)
        if value and value not in valid:
            names = [*valid, *(there.reps.values() if name == "rep" else ())]
            raise ConfigError(
                text("The dataset has none of this name."), key=name, found=value, nearest=nearest(value, names)
            )
    return written


def fitted(facts: Facts, state: State) -> State:
    """The nearest valid state: what the dataset does not have, or what contradicts the team, is not chosen.

    Raises:
        Unavailable: the data has no decisions.
    """
    there = choices(facts)
    state = state.but(rep=there.rep_id(state.rep))
    changes: dict[str, Any] = {name: "" for name in FILTERS if getattr(state, name) not in there.values[name]}
    if state.view not in VIEWS:
        changes["view"] = VIEWS[0]
    team = changes.get("team", state.team)
    if state.rep not in there.reps_in(team):
        changes["rep"] = ""
    if state.step not in [step.key for step in there.steps]:
        changes["step"] = ""
    try:
        changes["period"] = period_of(facts, state).name
    except ConfigError:
        changes["period"] = there.usual.name
    try:
        compared_period(facts, state.but(**changes))
    except ConfigError:
        changes["compare_to"] = "previous"
    return state.but(**changes)
