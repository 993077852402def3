"""Who gets a report: the reps, teams, segments … that something happened for in the period or the one before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.kpi.facts.called import matching
from salesreport.language import Text, ntext, text
from salesreport.period import Period
from salesreport.spelling import by_name

COLUMNS = {"rep": "rep_id", "account": "account_id"}
"""The column of a dimension that is not called like it."""


class Subject(NamedTuple):
    """What a report is about.

    Attributes:
        kind: a dimension, `row` for a row of a CSV file, or `company`. id: what the notebook is given.
        name: what people call it. team: of a rep; the index lists reps by team.
    """

    kind: str
    id: str
    name: str
    team: str = ""


def subjects(
    dataset: Dataset, kind: str, periods: Iterable[Period], where: Mapping[str, Iterable[str]] | None = None
) -> list[Subject]:
    """The subjects of a kind that something happened for.

    Args:
        dataset: the data.
        kind: `rep`, `team`, `segment` … (a dimension of `salesreport.pack.packfile.DIMENSIONS`).
        periods: at least one of these days counts: a deal that lived then, an order, an activity, a target.
        where: dimension → ids; only what goes with one of them.

    Returns:
        By team and name, without regard to case and accents. Reps and accounts are in the team and segment they
        are in now; owners who are declared to be no person get no report.
    """
    found = happened(dataset, list(periods))
    for dimension, values in (where or {}).items():
        found = found[found[column(dimension)].isin(list(values))]
    ids = found[column(kind)].dropna().unique()
    names, teams = _names(dataset, kind), _teams(dataset) if kind == "rep" else {}
    every = [Subject(kind, one, names.get(one, one), teams.get(one, "")) for one in map(str, ids)]
    if kind == "rep":
        every = [one for one in every if not dataset.settings.is_no_person(one.id, one.name)]
    return sorted(every, key=lambda one: (by_name(one.team), by_name(one.name), one.id))


def values(dataset: Dataset, kind: str) -> dict[str, str]:
    """Every id of a dimension in the whole dataset, and its name."""
    found = happened(dataset, None)[column(kind)].dropna().unique()
    names = _names(dataset, kind)
    return {**names, **{one: names.get(one, one) for one in map(str, found)}}


def ids_of(
    dataset: Dataset, kind: str, written: Sequence[str], where: Callable[[int], Mapping[str, Any]],
    alone: bool = False,
) -> list[str]:  # fmt: skip
    """The ids of a dimension that people mean, by id or by name.

    Args:
        where: position among `written` → file, line and key, for the error. alone: whether each stands for one
            rep, so that a name which several have is refused; else all of them are meant.

    Raises:
        ConfigError: the dataset has none of a name, or several where one is meant.
    """
    known = values(dataset, kind)
    ids: list[str] = []
    for index, value in enumerate(written):
        found = matching(value, known)
        if not found:
            near = nearest(value, {*known, *known.values()})
            expected = None if near or not known else text("one of {names}", names=some(known.values()))
            raise ConfigError(
                text("The dataset has nothing of this name."),
                **where(index),
                found=value,
                nearest=near,
                expected=expected,
            )
        if alone and len(found) > 1:
            raise ConfigError(
                text("Several reps are called so; name one by the id."), **where(index), found=value,
                expected=text("one of {names}", names=found),
            )  # fmt: skip
        ids.extend(found)
    return ids


def some(names: Iterable[str], most: int = 10) -> list[str | Text]:
    """Names for a message: in order, each once, no more than fit.

    Examples:
        >>> some(["b", "a", "c", "a"], most=2)
        ['a', 'b', Text(template='{n} more', plural='{n} more', fields={'n': 1})]
    """
    ordered = sorted(set(names))
    rest = len(ordered) - most
    return [*ordered] if rest <= 0 else [*ordered[:most], ntext("{n} more", "{n} more", n=rest)]


def column(kind: str) -> str:
    """The column that holds a dimension's ids."""
    return COLUMNS.get(kind, kind)


def happened(dataset: Dataset, periods: list[Period] | None) -> pd.DataFrame:
    """Which combinations of the dimensions something happened for.

    Args:
        periods: when; None: at any time.

    Returns:
        One row per combination: rep_id, account_id, team, manager, segment, product_line, lead_source,
        pipeline.
    """
    frames = [_deals(dataset, periods), _dated(dataset, "orders", "ordered_on", periods)]
    frames += [_dated(dataset, "activities", "done_at", periods), _targets(dataset, periods)]
    own = ["rep_id", "account_id", "team", "segment", "product_line", "lead_source", "pipeline"]
    empty = pd.DataFrame(columns=own)
    together = pd.concat(
        [frame.reindex(columns=own).astype("str").drop_duplicates() for frame in [*frames, empty]]
    )
    reps = dataset.table("reps", ["rep_id", "team", "manager"]).set_index("rep_id")
    accounts = dataset.table("accounts", ["account_id", "segment"]).set_index("account_id")
    together["segment"] = together["segment"].fillna(_looked_up(together["account_id"], accounts["segment"]))
    together["team"] = together["team"].fillna(_looked_up(together["rep_id"], reps["team"]))
    together["manager"] = _looked_up(together["rep_id"], reps["manager"])
    return together.drop_duplicates(ignore_index=True)


def _looked_up(ids: pd.Series, by_id: pd.Series) -> pd.Series:
    """What a table says of each id; missing where it does not know the id."""
    return ids.map(by_id).astype("str")


def _deals(dataset: Dataset, periods: list[Period] | None) -> pd.DataFrame:
    """Deals that lived at some time in the periods, with everybody who had them then."""
    columns = [
        "deal_id",
        "rep_id",
        "account_id",
        "segment",
        "product_line",
        "lead_source",
        "pipeline",
        "created_on",
        "closed_on",
    ]
    deals = dataset.table("deals", columns)
    deals = deals[_meets(deals["created_on"], deals["closed_on"], periods)]
    owners = dataset.table("deal_owners", ["deal_id", "rep_id", "from", "to"])
    owners = owners[_meets(owners["from"], owners["to"], periods)]
    others = deals.drop(columns="rep_id").merge(owners[["deal_id", "rep_id"]], on="deal_id")
    return pd.concat([deals, others[deals.columns]], ignore_index=True)


def _meets(first: pd.Series, last: pd.Series, periods: list[Period] | None) -> pd.Series:
    """Which stretches of days meet one of the periods; a missing first or last day leaves a stretch open."""
    meets = pd.Series(periods is None, index=first.index)
    for period in periods or ():
        begun = first.isna() | (first <= pd.Timestamp(period.end))
        meets |= begun & (last.isna() | (last >= pd.Timestamp(period.start)))
    return meets


def _dated(dataset: Dataset, table: str, day: str, periods: list[Period] | None) -> pd.DataFrame:
    columns = [name for name in ("rep_id", "account_id", "product_line", day) if name in dataset.columns(table)]
    frame = dataset.table(table, columns)
    if periods is None or frame.empty:
        return frame
    within = pd.Series(False, index=frame.index)
    for period in periods:
        within |= period.mask(frame[day])
    return frame[within]


def _targets(dataset: Dataset, periods: list[Period] | None) -> pd.DataFrame:
    """Targets of which some day lies in the periods."""
    targets = dataset.table("targets", ["rep_id", "team", "segment", "product_line", "period"])
    if periods is None or targets.empty:
        return targets
    written = {name: dataset.period(name) for name in targets["period"].unique()}
    meets = {
        name: any(target.start <= period.end and target.end >= period.start for period in periods)
        for name, target in written.items()
    }
    return targets[targets["period"].map(meets).astype(bool)]


def _names(dataset: Dataset, kind: str) -> dict[str, str]:
    """What people call the reps and accounts; other dimensions are called what they are."""
    if kind not in COLUMNS:
        return {}
    named = dataset.table(f"{kind}s", [column(kind), "name"])
    return dict(zip(named[column(kind)], named["name"].fillna(named[column(kind)]), strict=True))


def _teams(dataset: Dataset) -> dict[str, str]:
    reps = dataset.table("reps", ["rep_id", "team"]).dropna()
    return dict(zip(reps["rep_id"], reps["team"], strict=True))
