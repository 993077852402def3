"""The pipeline waterfall: what was open before, what came and went, what is open now; in deals and in money."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.kpi.facts.columns import Days, Flags, Numbers, Positions, taken
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.gaps import won_only
from salesreport.kpi.facts.groups import grouped
from salesreport.kpi.facts.known import Known
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.notes import amounts_notes
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import credited, net_changes
from salesreport.language import Text, ntext, text
from salesreport.period import Period

ADDED = ("created", "first_seen", "reopened", "pulled_in", "increased", "taken_over")
"""What makes the pipeline larger, in the order of a picture."""

TAKEN = ("decreased", "pushed_out", "lost", "won", "removed", "handed_over")
"""What makes it smaller; all of it counts positive."""

COLUMNS = ("opening", *ADDED, *TAKEN, "restated", "closing")


class Waterfall(NamedTuple):
    """How the pipeline changed.

    Attributes:
        frame: two rows per group, by column `measure` (`deals`, `money`): `by`, and `COLUMNS`. opening + what
            came (`ADDED`) − what went (`TAKEN`) + restated = closing. Money is NaN where open deals carry none.
        notes: what a reader should know.
    """

    frame: pd.DataFrame
    notes: tuple[Text, ...]


class _Flows(NamedTuple):
    """Some deals' way through the period.

    Attributes:
        begin: where it comes from, a place in `COLUMNS`
            (`opening`, `created` …). end: what becomes of it (`closing`, `won` …). before, after: its amount at
            either end. compared: whether both are known as they were. had, has: who is credited with the begin,
            and with the end; `event` is the place here.
    """

    begin: Positions
    end: Positions
    before: Numbers
    after: Numbers
    compared: Flags
    had: Events
    has: Events


def waterfall(
    facts: Facts,
    start: dt.date,
    end: dt.date,
    due: Period | None = None,
    by: Sequence[str] = ("rep_id",),
) -> Waterfall:
    """How the pipeline changed from one day to another.

    The pipeline is the open deals; with `due`, those that are expected to close by its end. Amounts are those of
    either end, as metric `pipeline_value` has them: as snapshots show them then, else not known. A deal that
    closes leaves with its final amount, or where it has none with the last one known before. A deal of which the
    amount at one end is not known has neither increased nor decreased; what it differs by is `restated`.

    - `created`: in the period, also those that closed in it; `first_seen`: deals without a creation date;
      `reopened`: closed before.
    - `pulled_in`, `pushed_out`: into `due` or out of it; a deal that was expected later and is won is pulled in,
      one that is lost was not part of the pipeline.
    - `taken_over`, `handed_over`: changed hands between groups, at the amount it began with.
    - `removed`: open, and later deleted from the CRM, as snapshots show; until then such deals are part of
      `opening` and `closing`, though metric `pipeline_value` no longer sees them.

    Args:
        facts: whose deals. start, end: first and last day. due: by when deals are to close; None: all open deals.
        by: dimensions; none: all deals.

    Raises:
        ConfigError: a day after the facts' as-of date.
        Unavailable: there are no deals, nobody knows which were open, or with `due`: when they were expected to
            close.
    """
    by = tuple(dict.fromkeys(by))
    if not facts.columns.has("deals"):
        raise lacks("deals")
    key = ("waterfall", start, end, due, by)
    return facts.store(key, lambda: _waterfall(facts, start, end, due, by), always=True)


def _waterfall(facts: Facts, start: dt.date, end: dt.date, due: Period | None, by: tuple[str, ...]) -> Waterfall:
    before, after = facts.known(start - dt.timedelta(1)), facts.known(end)
    if (only := won_only(facts)) is not None:
        raise Unavailable(only)
    for known in (before, after):
        if (why := known.why_open_unknown) is not None:
            raise Unavailable(why)
    opens, closes = _Pipeline.of(before, due), _Pipeline.of(after, due)
    flows = [_of_deals(opens, closes, due), _of_deleted(opens, closes)]
    held = [one.held(facts) for one in (opens, closes)]
    every = [*(events for one in flows for events in (one.had, one.has)), *held]
    dimensions = [[events.dimension(name) for name in by] for events in every]
    numbers, groups = grouped(by, dimensions, [np.arange(len(events)) for events in every])

    size = len(groups)
    sums = {name: np.zeros((2, size)) for name in COLUMNS}
    for one, had, has in zip(flows, numbers[0::2], numbers[1::2], strict=False):
        _post(sums, one, had, has, size)
    _assert_complete(sums, held, numbers[-2:], deleted=flows[1])
    _assert_adds_up(sums)
    priced = _priced(opens, closes, flows)
    if not priced:
        for values in sums.values():
            values[1] = np.nan
    frame = pd.concat(
        [
            groups.assign(measure=pd.Series(measure, index=groups.index, dtype="str")).assign(
                **{name: values[row].round(9) + 0.0 for name, values in sums.items()}
            )
            for row, measure in enumerate(("deals", "money"))
        ],
        ignore_index=True,
    )
    return Waterfall(frame, tuple(_notes(opens, closes, flows, due, priced)))


class _Pipeline(NamedTuple):
    """The pipeline at the end of a day.

    Attributes:
        known: what was known then. part: which deals of table `deals` are part of it. deleted: snapshots of open
            deals that are no longer there, as rows of table `snapshots`. deleted_part: which of them are part.
    """

    known: Known
    part: Flags
    deleted: Positions
    deleted_part: Flags

    @classmethod
    def of(cls, known: Known, due: Period | None) -> "_Pipeline":
        deleted = _deleted(known)
        if due is None:
            return cls(known, known.open, deleted, np.ones(len(deleted), bool))
        if known.open.any() and np.isnat(known.expected_close[known.open]).all():
            raise Unavailable(
                text("no closing date expected on {day} is known: no snapshots up to then", day=known.day)
            )
        last = np.datetime64(due.end, "D")
        expected = known.source.columns.days("snapshots", "expected_close_on")[deleted]
        return cls(known, known.open & (known.expected_close <= last), deleted, expected <= last)

    def held(self, facts: Facts) -> Events:
        """The deals of table `deals` that are part of it, credited to who had them on the day."""
        events = facts.events("open", self.known.day)
        return events.take(np.flatnonzero(self.part[events.rows]))


def _of_deals(opens: _Pipeline, closes: _Pipeline, due: Period | None) -> _Flows:
    """The way of the deals that are in table `deals`."""
    before, after, source = opens.known, closes.known, opens.known.source
    first, last = np.datetime64(before.day, "D") + 1, np.datetime64(after.day, "D")
    closed_before, closed = before.closing.closed, after.closing.closed
    again = closed_before & ~(after.open | (after.closing.day >= first))  # closed then and since
    ended = closed & ~again
    if due is not None:  # a deal that was expected later is no loss of this pipeline, nor one won later its win
        due_by = np.datetime64(due.end, "D")
        expected = ~before.open & (after.expected_close <= due_by)
        ended &= np.where(after.won, after.closing.day <= due_by, expected)
    deal = np.flatnonzero(opens.part | closes.part | ended)

    created = source.columns.days("deals", "created_on")[deal]
    begin = np.select(
        [opens.part[deal], before.open[deal], closed_before[deal], np.isnat(created)],
        [_at("opening"), _at("pulled_in"), _at("reopened"), _at("first_seen")],
        _at("created"),
    )
    end = np.select(
        [after.won[deal], after.lost[deal], closes.part[deal]],
        [_at("won"), _at("lost"), _at("closing")],
        _at("pushed_out"),
    )
    is_closed = closed[deal]
    closing_day = np.clip(np.where(np.isnat(after.closing.day[deal]), last, after.closing.day[deal]), first, last)
    last_days = np.where(is_closed, closing_day, last)
    first_days = np.select(
        [begin == _at("opening"), begin == _at("created")],
        [np.full(len(deal), first - 1), np.minimum(np.clip(created, first, last), last_days)],
        last_days,
    )
    amount_then, amount = before.amount[deal], after.amount[deal]
    known_then, known = before.amount_is_known[deal], after.amount_is_known[deal]
    # one that closed without an amount, or was reopened since so that its own is overwritten: as seen before
    shown = np.where(
        np.isnan(after.amount_before_closing[deal]) & known_then, amount_then, after.amount_before_closing[deal]
    )
    instead = is_closed & ~(known & (amount > 0)) & ~np.isnan(shown)
    amount, compared = np.where(instead, shown, amount), known_then & (known | instead)
    return _flows(
        begin, end, amount_then, amount, compared,
        credited(source, deal, first_days), credited(source, deal, last_days),
    )  # fmt: skip


def _of_deleted(opens: _Pipeline, closes: _Pipeline) -> _Flows:
    """The way of deals that have been deleted from the CRM since."""
    source, columns = opens.known.source, opens.known.source.columns
    rows = np.concatenate((opens.deleted, closes.deleted))
    if not len(rows):
        nobody = credited(source, np.array([], np.intp), np.array([], "datetime64[D]"))
        none, flags = np.array([]), np.array([], bool)
        return _Flows(rows, rows, none, none, flags, nobody, nobody)
    deals, number = np.unique(columns.series("snapshots", "deal_id").to_numpy(object)[rows], return_inverse=True)
    size, cut = len(deals), len(opens.deleted)
    then, now = np.full(size, -1), np.full(size, -1)
    then[number[:cut]], now[number[cut:]] = opens.deleted, closes.deleted
    in_then, in_now = np.zeros(size, bool), np.zeros(size, bool)
    in_then[number[:cut]], in_now[number[cut:]] = opens.deleted_part, closes.deleted_part
    counts = np.flatnonzero(in_then | in_now)
    then, now, in_then, in_now = then[counts], now[counts], in_then[counts], in_now[counts]
    begin = np.select([in_then, then >= 0], [_at("opening"), _at("pulled_in")], _at("created"))
    end = np.select([in_now, now >= 0], [_at("closing"), _at("pushed_out")], _at("removed"))
    amounts, reps = columns.numbers("snapshots", "amount"), columns.coded("snapshots", "rep_id")
    last = np.full(len(counts), np.datetime64(closes.known.day, "D"))
    first = np.where(in_then, np.datetime64(opens.known.day, "D"), last)
    first_rows, last_rows = np.where(in_then, then, now), np.where(now >= 0, now, then)

    def held(rows: Positions, days: Days) -> Events:
        nowhere = np.full(len(rows), -1)
        extra = {"event": np.arange(len(rows))}
        return Events("deals", nowhere, days, taken(reps, rows), np.ones(len(rows)), extra, source)

    return _flows(
        begin, end, amounts[first_rows], amounts[last_rows], np.ones(len(counts), bool),
        held(first_rows, first), held(last_rows, last),
    )  # fmt: skip


def _deleted(known: Known) -> Positions:
    """The rows of the last export up to the day that show deals open which are no longer in table `deals`."""
    columns = known.source.columns
    if not columns.has("snapshots", "taken_on", "deal_id"):
        return np.array([], np.intp)
    days = columns.days("snapshots", "taken_on")
    exports = days[days <= np.datetime64(known.day, "D")]
    if known.is_today or not len(exports):
        return np.array([], np.intp)
    here = (days == exports.max()) & (known.source.history.snapshot_deal < 0)
    if columns.has("snapshots", "status"):
        status = columns.coded("snapshots", "status")
        here &= np.append(status.categories == "open", True)[status.codes]
    return np.flatnonzero(here)


def _flows(
    begin: Positions, end: Positions, then: Numbers, now: Numbers, compared: Flags, had: Events, has: Events
) -> _Flows:
    """Flows with amounts such that one that is there only at one end has the same at both."""
    then, now = np.nan_to_num(then), np.nan_to_num(now)
    leaves = np.isin(end, [_at("pushed_out"), _at("removed")])
    before = np.where(begin == _at("opening"), then, now)
    return _Flows(begin, end, before, np.where(leaves, before, now), compared, had, has)


def _post(sums: dict[str, Numbers], flows: _Flows, had: Positions, has: Positions, size: int) -> None:
    """Add some deals' flows to the sums by column, measure and group."""
    first, last = flows.had.extra["event"], flows.has.extra["event"]
    for place, name in enumerate(COLUMNS):
        for events, at, number, amount, share in (
            (first, flows.begin, had, flows.before, flows.had.share),
            (last, flows.end, has, flows.after, flows.has.share),
        ):
            here = at[events] == place
            sums[name][0] += np.bincount(number[here], share[here], size)
            sums[name][1] += np.bincount(number[here], share[here] * amount[events[here]], size)
    change = (flows.after - flows.before)[last] * flows.has.share
    compared = flows.compared[last]
    sums["increased"][1] += np.bincount(has, np.where(compared, np.maximum(change, 0), 0), size)
    sums["decreased"][1] += np.bincount(has, np.where(compared, np.maximum(-change, 0), 0), size)
    sums["restated"][1] += np.bincount(has, np.where(compared, 0, change), size)
    event, group, net = net_changes(flows.had, flows.has, had, has, size)
    worth = flows.before[event]
    for name, part in (("taken_over", np.maximum(net, 0)), ("handed_over", np.maximum(-net, 0))):
        sums[name][0] += np.bincount(group, part, size)
        sums[name][1] += np.bincount(group, part * worth, size)


def _assert_complete(
    sums: dict[str, Numbers], held: list[Events], numbers: list[Positions], deleted: _Flows
) -> None:
    """Both ends are the open deals of their day, where no deleted ones are among them."""
    for name, events, number, places in zip(
        ("opening", "closing"), held, numbers, (deleted.begin, deleted.end), strict=True
    ):
        if (places == _at(name)).any():
            continue
        worth = events.share * np.nan_to_num(events.number("amount"))
        own = [np.bincount(number, weight, sums[name].shape[1]) for weight in (events.share, worth)]
        assert np.allclose(own, sums[name], atol=1e-6), "the waterfall misses deals of the pipeline"


def _assert_adds_up(sums: dict[str, Numbers]) -> None:
    total = sums["opening"] + sum(sums[name] for name in ADDED) - sum(sums[name] for name in TAKEN)
    scale = 1e-9 * (np.abs(sums["opening"]).sum() + np.abs(sums["closing"]).sum()) + 1e-6
    assert np.allclose(total + sums["restated"], sums["closing"], atol=scale), "the waterfall does not add up"


def _at(name: str) -> int:
    return COLUMNS.index(name)


def _priced(opens: _Pipeline, closes: _Pipeline, flows: list[_Flows]) -> bool:
    """Whether the pipeline can be told in money: what open deals were worth is known at both ends, and any was."""
    if _unknown_worth(opens, closes) is not None:
        return False
    if not any(len(one.begin) for one in flows):
        return True
    return any(bool(((one.before > 0) | (one.after > 0)).any()) for one in flows)


def _unknown_worth(opens: _Pipeline, closes: _Pipeline) -> Text | None:
    """Why it is not known what open deals were worth at one end."""
    return opens.known.why_amounts_unknown or closes.known.why_amounts_unknown


def _notes(
    opens: _Pipeline, closes: _Pipeline, flows: list[_Flows], due: Period | None, priced: bool
) -> list[Text]:
    source = opens.known.source
    notes: list[Text]
    if (why := _unknown_worth(opens, closes)) is not None:
        notes = [text("The pipeline is told in deals, not in money: {reason}.", reason=why)]
    elif not priced:
        notes = [text("Open deals carry no amount in this export: the pipeline is told in deals, not in money.")]
    else:
        notes = amounts_notes(source, opens.known.day) + amounts_notes(source, closes.known.day)
    if priced and opens.known.amounts_unknown:
        notes.append(text("Where an amount is not known as it was, it has neither increased nor decreased."))
    now, then, first = source.closing, closes.known.closing, np.datetime64(opens.known.day, "D")
    reopened = int((then.closed & (~now.closed | (now.day > then.day)) & (then.day > first)).sum())
    if reopened:
        notes.append(
            ntext(
                "{n} deal that closed by {day} was reopened later: here it has closed.",
                "{n} deals that closed by {day} were reopened later: here they have closed.",
                n=reopened,
                day=closes.known.day,
            )
        )
    unpriced = sum(int(((one.before <= 0) & (one.after <= 0)).sum()) for one in flows)
    if unpriced and priced:
        notes.append(
            ntext(
                "{n} deal carries no amount: it is counted, but not priced.",
                "{n} deals carry no amount: they are counted, but not priced.",
                n=unpriced,
            )
        )
    if due is not None:
        undated = int((closes.known.open & np.isnat(closes.known.expected_close)).sum())
        if undated:
            notes.append(
                ntext(
                    "{n} open deal has no expected closing date: it is not part of what is due.",
                    "{n} open deals have no expected closing date: they are not part of what is due.",
                    n=undated,
                )
            )
    removed = int((flows[1].end == _at("removed")).sum())
    if removed:
        notes.append(
            ntext(
                "{n} deal that was open on {day} has been deleted from the CRM since: it is counted as removed.",
                "{n} deals that were open on {day} have been deleted from the CRM since: they are counted as "
                "removed.",
                n=removed,
                day=opens.known.day,
            )
        )
    return notes
