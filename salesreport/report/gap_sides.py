"""What a sum that missed its target is compared with: the subject's own year before, else its peers' rates."""

import datetime as dt
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import text
from salesreport.period import Period
from salesreport.report.context import Context
from salesreport.report.gap import FACTORS, Side, cases_of, worths
from salesreport.report.subject import Subject

LEAST = 20
"""A reference rests on so many deals decided at least."""

SHORTEST = 28
"""Deals in hand are looked at in periods of so many days at least: of shorter ones there are too many ends."""

_COLUMNS = ("share", "won", "money", "worth", "size", "weight")

Kind = Literal["own", "peers"]


class Sides(NamedTuple):
    """The period and what it is compared with.

    Attributes:
        own, reference: the two. kind: whether that is the subject's own year before or its peers.
        year: the periods of the year before (none: peers). season: whether these were weighted by the company's
            season. in_hand: whether deals in hand are known. kinds: whether deals are of several kinds.
    """

    own: Side
    reference: Side
    kind: Kind
    year: list[Period]
    season: bool
    in_hand: bool
    kinds: bool


def sides_of(context: Context, metric: str, total: float, target: float) -> Sides:
    """The two sides of a report's subject.

    Args:
        metric: `revenue`, `gross_profit` or `units`. total: the subject's in the period.
        target: for the period.

    Raises:
        Unavailable: there is nothing to compare with.
    """
    ends, year = _open_known(context), _year(context)
    mine = _decided(context, context.subject, metric)
    now = _side(mine[mine["year"] == 0], _open_at(context, context.subject, context.as_of, ends), total)
    kinds = _kinds(context)
    own = _own_year(context, metric, year, mine[mine["year"] == 1], ends)
    if own is not None:
        side, season = own
        return Sides(now, side, "own", year, season, ends, kinds)
    if context.subject.kind == "rep":
        peers = _peers(context, metric, target, ends)
        if peers is not None:
            return Sides(now, peers, "peers", [], True, ends, kinds)
    raise Unavailable(text("too little is known of the year before to compare with"))


def _year(context: Context) -> list[Period]:
    """The periods before that make up a year, as far as the data and the rep go back; the latest first."""
    period, first = context.period, context.known_whole
    number = max(round(365 / period.days), 1)
    begin = dt.date.min if first is None else first - dt.timedelta(period.days // 10)
    if context.began is not None:
        begin = max(begin, context.began)
    before = [period.previous(step) for step in range(1, number + 1)]
    return [one for one in before if one.start >= begin]


def _all_year(context: Context) -> list[Period]:
    number = max(round(365 / context.period.days), 1)
    return [context.period.previous(step) for step in range(1, number + 1)]


def _own_year(
    context: Context, metric: str, year: list[Period], decided: pd.DataFrame, ends: bool
) -> tuple[Side, bool] | None:
    """The subject's own year before, as one period of the season; None where too little is known of it."""
    whole = _all_year(context)
    if 2 * len(year) < len(whole) or not year:
        return None
    start = np.datetime64(year[-1].start, "D")
    decided = decided[decided["on"].to_numpy("datetime64[D]") >= start]
    if decided["share"].sum() < LEAST:
        return None
    season = len(year) == len(whole)
    closed, still = _season(context, ends) if season else (1 / len(year), 1 / len(year))
    still_open = sum(_open_at(context, context.subject, one.end, ends) for one in year) * still if ends else np.nan
    total = sum(_total(context, metric, one) for one in year) * closed
    return _side(decided.assign(weight=closed), still_open, total), season


def _season(context: Context, ends: bool) -> tuple[float, float]:
    """The part of a year's decided deals, and of its open ones, that falls to such a period: the company's."""

    def find() -> tuple[float, float]:
        year, facts = _all_year(context), context.facts
        decided = [float(facts.events("closed", one).share.sum()) for one in year]
        still = [float(facts.events("open", one.end).share.sum()) for one in year] if ends else [1.0] * len(year)
        plain = 1 / len(year)
        return (
            decided[-1] / sum(decided) if decided[-1] > 0 else plain,
            still[-1] / sum(still) if still[-1] > 0 else plain,
        )

    return context.facts.store(("season", context.period, ends), find, always=True)


def _total(context: Context, metric: str, period: Period) -> float:
    if metric == "revenue":
        return float(np.nan_to_num(context.figure(metric, period).value))
    frame = context.compute([metric], period=period).frame
    return float(np.nansum(frame.loc[frame["metric"] == metric, "value"]))


def _open_known(context: Context) -> bool:
    """Whether it is known which deals were open at the ends of the period and of those of the year before."""
    if context.period.days < SHORTEST:
        return False

    def find() -> bool:
        first = context.first_day
        days = [context.as_of, *(one.end for one in _all_year(context) if first is None or one.end >= first)]
        return all(context.facts.known(day).why_open_unknown is None for day in days)

    return context.facts.store(("ends known", context.period, context.as_of), find, always=True)


def _open_at(context: Context, subject: Subject, day: dt.date, known: bool) -> float:
    """How many deals a subject has open at the end of a day; NaN where that is not known."""
    if not known:
        return float("nan")
    return _open_of_all(context, subject.dimension, day).get(subject.id, 0.0)


def _open_of_all(context: Context, dimension: str | None, day: dt.date) -> dict[str, float]:
    def find() -> dict[str, float]:
        events = context.facts.events("open", day)
        if dimension is None:
            return {"": float(events.share.sum())}
        values = events.dimension(dimension)
        here = values.codes >= 0
        sums = np.bincount(values.codes[here], events.share[here], len(values.categories))
        return dict(zip(values.categories, sums.tolist(), strict=True))

    return context.facts.store(("open by", dimension, day), find, always=True)


# --- deals decided


def _decided(context: Context, subject: Subject, metric: str) -> pd.DataFrame:
    """The deals a subject decided in the period (`year` 0) and in the year before (1)."""
    key = ("gap", metric, context.period, context.as_of)
    return context.shared.rows(subject, key, lambda by: _decided_by_all(context, metric, by))


def _decided_by_all(context: Context, metric: str, by: tuple[str, ...]) -> pd.DataFrame:
    """The deals decided by everybody: share, won, money, on, year, worth and size of their kind."""
    facts = context.facts
    if not facts.columns.has("deals"):
        raise Unavailable(text("these data have no deals"))
    before = _all_year(context)
    spans = (context.period, Period.span(before[-1].start, before[0].end))
    column, frames, kinds = {"revenue": "amount"}.get(metric, metric), [], []
    for number, span in enumerate(spans):
        events = facts.events("closed", span)
        frame = pd.DataFrame({one: events.dimension(one) for one in by})
        frames.append(
            frame.assign(
                share=events.share,
                won=events.extra["won"].astype(bool),
                money=events.number(column),
                on=events.day.astype("datetime64[s]"),
                year=number,
            )
        )
        kinds.append(_kind_of(events))
    if not any(map(len, frames)):
        raise Unavailable(text("no deal was decided"))
    for name in by:
        frames = [frame.astype({name: object}) for frame in frames]
    made = pd.concat(frames, ignore_index=True)
    kind = pd.concat(kinds, ignore_index=True).groupby(["segment", "product_line"], dropna=False).ngroup()
    code = kind.to_numpy(np.intp)
    worth, size = worths(code, made["share"].to_numpy(), made["won"].to_numpy(bool), made["money"].to_numpy(float))
    return made.assign(worth=worth[code], size=size[code])


def _kind_of(events: Events) -> pd.DataFrame:
    values = {one: events.dimension(one) for one in ("segment", "product_line")}
    return pd.DataFrame({name: pd.Series(value).astype(object) for name, value in values.items()})


def _kinds(context: Context) -> bool:
    """Whether deals are of several kinds."""
    return any(len(context.facts.dimensions.members(one)) > 1 for one in ("segment", "product_line"))


def _side(decided: pd.DataFrame, still_open: float, total: float) -> Side:
    share, won, money, worth, size = (decided[name].to_numpy() for name in _COLUMNS[:-1])
    weight = decided["weight"].to_numpy(float) if "weight" in decided else 1.0
    return Side(cases_of(share * weight, won, money, worth, size, still_open), total)


# --- peers


def _peers(context: Context, metric: str, target: float, ends: bool) -> Side | None:
    """What the target takes at the rates of all peers together in the same period; None where these are few."""
    members, places = context.shared.members("rep_id"), context.peers
    rows = _sums_of_all(context, metric).reindex(members).fillna(0.0).iloc[places]
    chain: Numbers = rows[list(FACTORS_OF_SUMS)].to_numpy(float).sum(axis=0)
    if ends:
        still = pd.Series(_open_of_all(context, "rep_id", context.as_of)).reindex(members).fillna(0.0)
        chain[0] += float(still.to_numpy()[places].sum())
    brought = float(chain[-1])
    if metric == "revenue":
        brought = float(np.nansum(context.of_peers(metric, context.period).value))
    if rows["decided"].sum() < LEAST or not brought > 0:
        return None
    return Side(chain[None, :] * (target / brought), target, known=True)


FACTORS_OF_SUMS = ("decided_in_hand", "decided", "worth", "won_worth", "money")
"""The sums over a peer's deals, in the order of the chain."""

assert len(FACTORS_OF_SUMS) == len(FACTORS)


def _sums_of_all(context: Context, metric: str) -> pd.DataFrame:
    """By rep: the sums over the deals decided in the period."""

    def find() -> pd.DataFrame:
        key = ("gap", metric, context.period, context.as_of)
        frame = context.shared.whole("rep_id", key, lambda by: _decided_by_all(context, metric, by))
        frame = frame[frame["year"] == 0]
        share, won = frame["share"], frame["won"].astype(float)
        sums = pd.DataFrame(
            {
                "decided_in_hand": share,
                "decided": share,
                "worth": share * frame["worth"],
                "won_worth": share * won * frame["size"],
                "money": share * won * frame["money"].fillna(0.0),
            }
        )
        return sums.groupby(frame["rep_id"].astype(object)).sum()

    return context.facts.remember(("gap sums", metric, context.period, context.as_of), find)
