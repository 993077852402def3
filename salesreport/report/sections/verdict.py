"""The first sentence: where the subject stands, without claiming more than the numbers carry."""

import numpy as np
import numpy.typing as npt

from salesreport.kpi import METRICS
from salesreport.language import Quantity, Text, ntext, text
from salesreport.report import presence
from salesreport.report.context import Context
from salesreport.report.moved import in_a_sentence, moved
from salesreport.report.presence import with_caveat
from salesreport.report.shared import Standing
from salesreport.stats.rate_difference import rate_difference


def verdict(context: Context) -> str:
    """One sentence: revenue against target or comparison period; deals won where they differ from peers, or there
    are none, or no revenue to tell; since when a new rep is there comes before it.
    """
    revenue = _revenue(context)
    alone = not len(context.of_peers("win_rate").value)
    won = _won(context) if revenue is None or alone or win_rate_differs(context) else None
    clauses = [clause for clause in (revenue, won) if clause is not None]
    if not clauses:
        return _introduced(context, context.say(_nothing_closed(context)))
    sentence = clauses[0] if len(clauses) == 1 else text("{one}; {other}", one=clauses[0], other=clauses[1])
    return _introduced(context, context.say(text("{sentence}.", sentence=sentence)))


def _introduced(context: Context, said: str) -> str:
    """The verdict after what must be known of a newcomer, or of somebody who left."""
    who = presence.in_a_sentence(context)
    return said if who is None else f"{context.say(who)} {said}"


def _nothing_closed(context: Context) -> Text:
    """That nothing came to an end, and what was begun."""
    name, period, day = context.subject.name, context.period, context.as_of
    if context.unavailable("deals_closed") is not None and context.unavailable("revenue") is not None:
        return (
            ntext(
                "{n} deal of {name} is open on {day}; what was won or lost these data do not tell.",
                "{n} deals of {name} are open on {day}; what was won or lost these data do not tell.",
                n=max(context.figure("deals_in_funnel").value, 0.0),
                name=name,
                day=day,
            )
            if context.figure("deals_in_funnel").known
            else text("What {name} won or lost in {period} these data do not tell.", name=name, period=period)
        )
    created = context.compute(["deals_created"]).frame["value"].sum()
    if created > 0:
        return ntext(
            "{name} won and lost nothing in {period}, and had no orders; {n} deal was created.",
            "{name} won and lost nothing in {period}, and had no orders; {n} deals were created.",
            n=float(created),
            name=name,
            period=period,
        )
    still_open = context.figure("deals_in_funnel").value
    if still_open > 0:
        return ntext(
            "{name} won and lost nothing in {period}, and had no orders; {n} deal is open on {day}.",
            "{name} won and lost nothing in {period}, and had no orders; {n} deals are open on {day}.",
            n=still_open,
            name=name,
            period=period,
            day=day,
        )
    return text("No deals or orders of {name} in {period}.", name=name, period=period)


def _revenue(context: Context) -> Text | None:
    revenue = context.figure("revenue")
    if not revenue.known or (revenue.n == 0 and context.figure("deals_closed").n == 0):
        return None
    shown = Quantity(revenue.value, revenue.unit)
    if context.incomplete():
        return ntext(
            "{priced} of {n} deal won carries an amount, {revenue} in all",
            "{priced} of {n} deals won carry an amount, {revenue} in all",
            n=context.figure("deals_won").value,
            priced=revenue.n,
            revenue=shown,
        )
    target = context.target("revenue")
    if target > 0:
        fields = {
            "revenue": shown,
            "share": Quantity(revenue.value / target, "share"),
            "period": context.period,
        }
        if context.as_of < context.period.end:
            return text("Revenue of {revenue} is {share} of the target for {period}, which is not over", **fields)
        return text("Revenue of {revenue} is {share} of the target for {period}", **fields)
    change = moved(context, "revenue")
    if change is not None:
        said = with_caveat(context, in_a_sentence(change, context.compare.label))
        return text("Revenue of {revenue} is {change}", revenue=shown, change=said)
    said, caveats = text("Revenue in {period} is {revenue}", revenue=shown, period=context.period), []
    if (reason := context.uncompared("revenue")) is not None:
        caveats = [text("{period} cannot be compared: {reason}", period=context.compare, reason=reason)]
    else:
        caveats = presence.partly(context, [context.period])
    return text("{change} ({caveats})", change=said, caveats=caveats) if caveats else said


def _won(context: Context) -> Text | None:
    closed, won, rate = (context.figure(metric) for metric in ("deals_closed", "deals_won", "win_rate"))
    if not rate.known:
        return ntext("{n} deal was won", "{n} deals were won", n=won.value) if won.known and won.value else None
    of = ntext(
        "{won} of {n} closed deal was won ({rate})",
        "{won} of {n} closed deals were won ({rate})",
        n=closed.value,
        won=won.value,
        rate=Quantity(rate.value, "share"),
    )
    judged = compare_with_rest(context)
    return of if judged is None else text("{won}, {judgement}", won=of, judgement=judged)


def win_rate_differs(context: Context) -> bool:
    """Whether the win rate is one that can be told from that of all peers together; see `compare_with_rest`."""
    return _sign(context) not in (None, 0)


def _sign(context: Context) -> int | None:
    """Above (1) or below (-1) all peers together, not distinguishable (0), or too few to tell (None)."""
    peers, rate, closed = context.of_peers("win_rate"), context.figure("win_rate"), context.figure("deals_closed")
    if not len(peers.value) or not rate.known:
        return None
    theirs, decided = _together(peers)
    if min(closed.value, decided) < METRICS["win_rate"].minimum_n:
        return None
    return int(differs(rate.value * rate.n, rate.n, theirs, decided, comparisons=len(peers.value) + 1))


def _together(peers: Standing) -> tuple[float, float]:
    """How many deals all peers together won, and how many they decided."""
    return float((peers.value * peers.n).sum()), float(peers.n.sum())


def compare_with_rest(context: Context) -> Text | None:
    """Whether the win rate differs from that of all peers together, in words; None without peers.

    It is called different only where the interval of the difference, which counts the deals of both sides, leaves
    out 0, at a confidence that allows for comparing every one of them (Bonferroni, 5 % in all), so that a team of
    equals rarely has a single one who "differs".
    """
    peers = context.of_peers("win_rate")
    if not len(peers.value):
        return None
    theirs, decided = _together(peers)
    fields = {"peers": context.subject.peers, "rate": Quantity(theirs / decided, "share")}
    sign = _sign(context)
    if sign is None:
        return text("too few to tell whether that differs from {peers} ({rate})", **fields)
    if sign > 0:
        return text("more often than {peers} ({rate})", **fields)
    if sign < 0:
        return text("less often than {peers} ({rate})", **fields)
    return text("not distinguishable from {peers} ({rate})", **fields)


def differs(
    successes: npt.ArrayLike, trials: npt.ArrayLike, theirs: npt.ArrayLike, of: npt.ArrayLike, comparisons: int
) -> npt.NDArray[np.int64]:
    """Whether rates are above (1) or below (-1) those of others, or not distinguishable from them (0).

    Args:
        successes, trials: of one side, which may be parts of deals.
        theirs, of: successes and trials of the others.
        comparisons: how many are made; in 5 % of cases any of them claims a difference where there is none.

    Examples:
        6 of 17 against 2 of 3 is nothing, for three deals tell nothing; against 2,000 of 3,000 it is.

        >>> differs([6, 6], [17, 17], [2, 2000], [3, 3000], comparisons=1)
        array([ 0, -1])
    """
    one, n, other, m = (np.asarray(number, float)[..., None] for number in (successes, trials, theirs, of))
    confidence = 1 - 0.05 / max(comparisons, 1)
    gap = rate_difference(one, np.maximum(n - one, 0), other, np.maximum(m - other, 0), confidence)
    return (gap.lower > 0).astype(np.int64) - (gap.upper < 0)
