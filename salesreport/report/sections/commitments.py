"""What was agreed in the last meetings, whether it was kept, and whether the metrics moved beyond chance."""

import datetime as dt
from typing import Any, NamedTuple

import pandas as pd

from salesreport.coach.agreed import agreed_with, months_without
from salesreport.coach.progress import Progress, prepare, safe_progress
from salesreport.coach.sentences import STATUS, VERDICTS, figure
from salesreport.kpi.compute import contract
from salesreport.language import Language, Quantity, Text, ntext, text
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.commitments_of_team import of_team
from salesreport.report.table import Cell, Content, NumberTable, number_table

MEETINGS = 3
"""So many of the last meetings are shown, and what is still open from those before."""

YEAR = 366
"""Nothing that was agreed longer ago is shown."""

_FIGURES = ("before", "n_before", "now", "n_now", "expected", "lower", "upper", "p", "reached", "verdict")


def commitments(context: Context) -> Section:
    """What was agreed with a rep, or with the reps of a team.

    `data` of a rep: a row per commitment shown, the latest first, with `overdue`, and for those with a metric what
    became of it since it was first agreed about: `before`, `now` with their n, `expected` with `lower` and
    `upper`, `p`, `verdict`, `reached`. Of a team: a row per rep.
    """
    subject, topic = context.subject, context.say(text("Agreed"))
    if subject.kind in ("team", "manager", "company"):
        return of_team(context, topic)
    if subject.kind != "rep":
        message = context.say(text("What is agreed is agreed with reps, and stands in their reviews."))
        return Section("commitments", topic, message, pd.DataFrame(), context.language, available=False)
    agreed = _agreed(context)
    every, shown = agreed.every, agreed.shown
    if every.empty:
        message = context.say(text("Nothing was agreed."))
        return Section("commitments", topic, message, every, context.language, available=False)
    moved = _moved(context, every, shown)
    gap = months_without(every, context.as_of)
    tables = []
    if last := [row for row, first in agreed.rows if first]:
        caption = text("What was agreed last, and what is still open")
        tables.append(_table_of_agreed(context, last, caption))
    if before := [row for row, first in agreed.rows if not first]:
        tables.append(_table_of_agreed(context, before, text("What was agreed before"), folded=True))
    if moved:
        tables.append(_table_of_metrics(context, moved))
    return Section(
        key="commitments",
        topic=topic,
        message=context.say(_message(context, every, moved, gap)),
        data=_with_figures(shown, {key: one for key, (_, one) in moved.items()}),
        language=context.language,
        tables=tuple(tables),
        place="first",
    )


def what_is_due(context: Context) -> Text | None:
    """How many of a rep's commitments are overdue, or when the next is due; None where none is open."""
    if context.subject.kind != "rep" or not context.facts.columns.has("commitments"):
        return None
    left = [row for row, first in _agreed(context).rows if first and row["status"] == "open"]
    late = sum(row["overdue"] for row in left)
    if late:
        return ntext("{n} thing agreed is overdue", "{n} things agreed are overdue", n=late)
    days = [row["due_on"].date() for row in left if pd.notna(row["due_on"])]
    if not days:
        return None
    return ntext("{n} thing agreed, due by {day}", "{n} things agreed, due by {day}", n=len(left), day=max(days))


class _Agreed(NamedTuple):
    """What was agreed with a rep.

    Attributes:
        every: all of it, as in `agreed_with`. shown: what the report shows of it, the latest first.
        rows: the same, each with whether the next talk begins with it: agreed last, or open and not agreed anew.
    """

    every: pd.DataFrame
    shown: pd.DataFrame
    rows: list[tuple[dict[str, Any], bool]]


def _agreed(context: Context) -> _Agreed:
    return context.remember("agreed", lambda: _look_up(context))


def _look_up(context: Context) -> _Agreed:
    every = agreed_with(context.facts, context.as_of, [context.subject.id])
    shown = _shown(every, context.as_of)
    rows, newest = records(shown), shown["agreed_on"].max()
    seen: set[str] = set()
    standing = []
    for row in rows:
        standing.append(row["agreed_on"] == newest or (row["status"] == "open" and row["text"] not in seen))
        seen.add(row["text"])
    return _Agreed(every, shown, list(zip(rows, standing, strict=True)))


def _recent(every: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    return every[every["agreed_on"] > pd.Timestamp(day) - pd.Timedelta(days=YEAR)]


def _shown(every: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Those of the last meetings and those still open that were not agreed anew, the latest first."""
    recent = _recent(every, day)
    agreed_on, texts = recent["agreed_on"].tolist(), recent["text"].tolist()
    meetings = set(sorted(set(agreed_on))[-MEETINGS:])
    anew = dict(zip(texts, range(len(texts)), strict=True))  # where a text stands last
    shown = [
        place
        for place, (one, status) in enumerate(zip(agreed_on, recent["status"].tolist(), strict=True))
        if one in meetings or (status == "open" and anew[texts[place]] == place)
    ]
    return recent.take(shown[::-1]).reset_index(drop=True)


Moved = dict[str, tuple[dict[str, Any], Progress | Text]]
"""Metric → the first commitment of a year about it, and what became of the metric since."""


def _moved(context: Context, every: pd.DataFrame, shown: pd.DataFrame) -> Moved:
    prepare(context.facts)
    groups = context.shared.groups
    wanted, found = set(shown["metric"].dropna()), Moved()
    for row in records(_recent(every, context.as_of)):
        key = row["metric"]
        if key in wanted and key not in found:
            target = _latest_target(shown, key)
            day = row["agreed_on"].date()
            since = safe_progress(context.facts, row["rep_id"], key, day, context.as_of, target, groups)
            found[key] = ({**row, "target": target}, since)
    return found


def _latest_target(shown: pd.DataFrame, metric: str) -> float:
    named = zip(shown["metric"].tolist(), shown["target"].tolist(), strict=True)
    return next((float(target) for one, target in named if one == metric and pd.notna(target)), float("nan"))


def _with_figures(shown: pd.DataFrame, moved: dict[str, Progress | Text]) -> pd.DataFrame:
    def of(metric: Any) -> dict[str, Any]:
        one = moved.get(metric) if isinstance(metric, str) else None
        if not isinstance(one, Progress):
            return dict.fromkeys(_FIGURES)
        change = one.change
        return {
            **{name: getattr(one, name) for name in ("before", "n_before", "now", "n_now", "reached", "verdict")},
            "expected": None if change is None else change.expected * one.per,
            "lower": None if change is None else change.lower * one.per,
            "upper": None if change is None else change.upper * one.per,
            "p": None if change is None else change.p,
        }

    figures = pd.DataFrame([of(metric) for metric in shown["metric"]], columns=list(_FIGURES), index=shown.index)
    return pd.concat([shown, figures], axis=1)


# --- words


def _message(context: Context, every: pd.DataFrame, moved: Moved, gap: int) -> Text:
    last = every[every["agreed_on"] == every["agreed_on"].max()]
    day = last["agreed_on"].iloc[0].date()
    base = _kept(last, day)
    if gap:
        base = ntext(
            "{before}; nothing has been agreed for {n} month since",
            "{before}; nothing has been agreed for {n} months since",
            n=gap,
            before=base,
        )
    telling = _telling(moved)
    if telling is None:
        return base
    row, since = telling
    return text(
        "{base}; “{metric}” is {now} since {day}, {before} before: {verdict}",
        base=base,
        metric=_title(context, since.metric),
        now=_figure(since, since.now, since.n_now),
        day=row["agreed_on"].date(),
        before=Quantity(since.before, since.unit),
        verdict=VERDICTS[since.verdict],
    )


def _kept(last: pd.DataFrame, day: dt.date) -> Text:
    """What became of what was agreed in the last meeting."""
    states = last["status"].mask(last["overdue"], "overdue")
    if len(last) == 1:
        return text("What was agreed on {day} is {state}", day=day, state=STATUS[states.iloc[0]])
    n, late = int((states == "done").sum()), int((states == "overdue").sum())
    if n == 0 and late:
        return ntext(
            "Of {agreed} agreed on {day}, none is done and {n} overdue",
            "Of {agreed} agreed on {day}, none is done and {n} overdue",
            n=late,
            agreed=len(last),
            day=day,
        )
    if n == 0:
        return text("Of {agreed} agreed on {day}, none is done yet", agreed=len(last), day=day)
    return ntext(
        "Of {agreed} agreed on {day}, {n} is done",
        "Of {agreed} agreed on {day}, {n} are done",
        n=n,
        agreed=len(last),
        day=day,
    )


def _telling(moved: Moved) -> tuple[dict[str, Any], Progress] | None:
    """The metric that says most: beyond chance, the surest first; else the one watched longest."""
    told = [(row, one) for row, one in moved.values() if isinstance(one, Progress) and one.change is not None]
    if not told:
        return None
    return min(told, key=lambda each: (each[1].verdict == "chance", _p(each[1]), each[1].agreed))


def _p(one: Progress) -> float:
    return one.change.p if one.change is not None and one.verdict != "chance" else 1.0


def _title(context: Context, metric: str) -> Text:
    return contract(metric, context.facts).title


def _figure(since: Progress, value: float, n: float) -> Text | Quantity:
    shown = figure(value, since.unit, since.monthly)
    return text("{value} of {n}", value=shown, n=round(n)) if since.unit == "share" and n else shown


# --- tables


def _table_of_agreed(
    context: Context, shown: list[dict[str, Any]], caption: Text, folded: bool = False
) -> NumberTable:
    say, language = context.say, context.language
    headings = [text("What was agreed"), text("Agreed on"), text("Due"), text("State")]
    rows: list[list[Content]] = []
    for row in shown:
        state = "overdue" if row["overdue"] else row["status"]
        tone = Cell(say(STATUS[state]), tone="" if state in ("overdue", "open") else "faint")
        rows.append(
            [language.show(row["text"]), _day(row["agreed_on"], language), _day(row["due_on"], language), tone]
        )
    return number_table(say(caption), [say(one) for one in headings], rows, texts=4, wide=True, folded=folded)


def _table_of_metrics(context: Context, moved: Moved) -> NumberTable:
    say = context.say
    headings = [
        text("Metric"), text("That is"), text("Agreed on"), text("Before"), text("After"),
        text("Expected by itself"), text("Target"),
    ]  # fmt: skip
    rows: list[list[Content]] = []
    for metric, (row, since) in moved.items():
        day = _day(row["agreed_on"], context.language)
        if not isinstance(since, Progress):
            rows.append([context.language.show(metric), say(since), day, "–", "–", "–", "–"])
            continue
        expected: Content = "–"
        if (change := since.change) is not None:
            middle, low, high = (one * since.per for one in (change.expected, change.lower, change.upper))
            expected = (context.shown(middle, since.unit), context.language.interval(low, high, since.unit))
        title = _title(context, metric)
        rows.append(
            [
                say(text("{metric}, a month", metric=title) if since.monthly else title),
                say(since.why or VERDICTS[since.verdict]),
                day,
                (context.shown(since.before, since.unit), _cases(context, since, since.n_before)),
                (context.shown(since.now, since.unit), _cases(context, since, since.n_now)),
                expected,
                _about_target(context, row["target"], since),
            ]
        )
    told = [one for _, one in moved.values() if isinstance(one, Progress) and one.change is not None]
    caption = text(
        "Whether the metrics moved; “expected by itself” (95%) allows for what was picked because it was low"
    )
    if any(one.everybody for one in told):
        caption = text(
            "{caption}. With too many peers the same was agreed; they count among those expected to move",
            caption=caption,
        )
    return number_table(say(caption), [say(one) for one in headings], rows, texts=3, wide=True, folded=True)


def _cases(context: Context, since: Progress, n: float) -> str:
    if not n or since.unit not in ("share", "days", "points"):
        return ""
    return context.say(text("of {n}", n=round(n)))


def _about_target(context: Context, target: float, since: Progress) -> Content:
    if pd.isna(target):
        return "–"
    shown = context.shown(target, since.unit)
    if since.reached is None:
        return shown
    return shown, context.say(text("reached") if since.reached else text("not reached"))


def _day(day: Any, language: Language) -> str:
    return "" if pd.isna(day) else language.date(pd.Timestamp(day).date())
