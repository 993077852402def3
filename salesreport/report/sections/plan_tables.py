"""The tables of plan against actual: every line, its parts, reps by name, accounts and outcomes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from salesreport.language import Quantity, Text, ntext, text
from salesreport.plan.actual.against import VERDICTS
from salesreport.plan.actual.served import FREQUENCIES
from salesreport.plan.output import STATUS
from salesreport.report.context import Context
from salesreport.report.planned import (
    AS_PLANNED,
    Row,
    activity_outcomes,
    bare_name,
    line_name,
    relative,
    reps_against_plan,
    shown,
    shown_between,
)
from salesreport.report.rows import records
from salesreport.report.table import Cell, Content, NumberTable, number_table

MOST_PARTS, MOST_ACCOUNTS, MOST_OUTCOMES = 6, 8, 4
"""So many parts, accounts to meet and outcomes are shown."""

MOST_REPS = 15
"""With more, reps have their own reports."""

_NARROW = 4
"""A table of so many parts leaves room for another beside it."""

_KINDS = {"team", "manager", "company"}


def planned_lines(context: Context, whole: Sequence[Row]) -> NumberTable | None:
    """Planned, done, deviation and what that is, a line each."""
    rows = [row for row in whole if row["verdict"] != "unplanned"]
    if not rows:
        return None
    say = context.say
    body: list[list[Content]] = [
        [
            line_name(context, row),
            _what_it_is(context, row),
            shown(context, row["planned"], row["unit"]),
            context.shown(row["actual"], row["unit"]),
            shown_between(context, row),
            _deviation(context, row),
        ]
        for row in rows
    ]
    numbers = [text("planned"), text("done"), text("95% interval"), text("deviation")]
    headings = ["", say(text("that is")), *map(say, numbers)]
    return number_table(say(text("Planned and done")), headings, body, texts=2, wide=True)


def _what_it_is(context: Context, row: Row) -> str:
    if row["verdict"] == "chance" and abs(relative(row)) < AS_PLANNED:
        return context.say(text("as planned"))
    return context.say(VERDICTS[row["verdict"]])


def _deviation(context: Context, row: Row) -> str:
    if pd.isna(row["deviation"]):
        return ""
    part = relative(row)
    said = shown(context, row["deviation"], row["unit"]) if pd.isna(part) else context.language.percent(part)
    return f"+{said}" if row["deviation"] > 0 else said


def unplanned_lines(context: Context, whole: Sequence[Row]) -> NumberTable | None:
    """What was done and nobody planned."""
    rows = [row for row in whole if row["verdict"] == "unplanned"]
    if not rows:
        return None
    body = [[line_name(context, row), context.shown(row["actual"], row["unit"])] for row in rows]
    say = context.say
    return number_table(say(text("Done without a plan")), ["", say(text("done"))], body)


_CAPTIONS: dict[str, tuple[Text, Text]] = {
    "segment": (
        text("Done by segment"),
        text("By segment: done, and planned; less and more: by more than chance"),
    ),
    "territory": (
        text("Done by territory"),
        text("By territory: done, and planned; less and more: by more than chance"),
    ),
}
"""What tables of parts are called, where nothing of them is planned by part and where something is."""


def by_part(context: Context, every: Sequence[Row], part: str) -> NumberTable | None:
    """What was done of what was planned, by segment or territory; nothing where there is only one."""
    told = {row["what"] for row in every if pd.notna(row["source"])} | {"revenue", "deals_won"}
    by_line: dict[str, dict[str | None, Row]] = {}
    for row in every:
        if row["part"] == part and row["what"] in told:
            group = None if pd.isna(row["group"]) else row["group"]
            by_line.setdefault(row["what"], {}).setdefault(group, row)
    groups = dict.fromkeys(group for lines in by_line.values() for group in lines)
    stated = sorted(group for group in groups if group is not None)
    if not 2 <= len(stated) <= MOST_PARTS:
        return None
    say, show = context.say, context.language.show
    names = [*stated, *([None] if None in groups else [])]
    body: list[list[Content]] = []
    for lines in by_line.values():
        cells: list[Content] = [line_name(context, next(iter(lines.values())))]
        cells += [_done_of(context, lines[name]) if name in lines else "0" for name in names]
        body.append(cells)
    titles = [say(text("(not stated)")) if name is None else show(str(name)) for name in names]
    planned = any(pd.notna(row["planned"]) for lines in by_line.values() for row in lines.values())
    caption = _CAPTIONS[part][int(planned)]
    return number_table(say(caption), ["", *titles], body, wide=len(titles) > _NARROW)


def _done_of(context: Context, row: Row) -> Content:
    """What was done, and below it what was planned, with the verdict where it is more than chance."""
    done = context.shown(row["actual"], row["unit"])
    if pd.isna(row["planned"]):
        return done
    plan = shown(context, row["planned"], row["unit"])
    said = {"below": text("of {plan}: less", plan=plan), "above": text("of {plan}: more", plan=plan)}
    return done, context.say(said.get(row["verdict"], text("of {plan}", plan=plan)))


def by_rep(context: Context) -> NumberTable | None:
    """A team's reps, by name: money, deals won and each type of activity that is planned."""
    if context.subject.kind not in _KINDS:
        return None
    lines = reps_against_plan(context)
    lines = lines[~lines["rep_id"].isin(list(context.facts.not_people))]
    columns = lines.loc[lines["source"].notna() & lines["kind"].isin(["result", "deals", "activity"]), "what"]
    whats = list(dict.fromkeys(columns))
    if not whats or not 2 <= lines["rep_id"].nunique() <= MOST_REPS:
        return None
    names = context.shared.reps["name"].reindex(lines["rep_id"].unique())
    body: list[list[Content]] = []
    for rep, name in names.fillna(names.index.to_series()).sort_values().items():
        mine = lines[lines["rep_id"] == rep].drop_duplicates("what").set_index("what", drop=False)
        if mine["source"].isna().all():
            continue
        cells = [_done_of(context, mine.loc[what]) if what in mine.index else "–" for what in whats]
        body.append([context.language.show(name), *cells])
    first = lines.drop_duplicates("what").set_index("what", drop=False)
    headings = [context.say(text("Rep")), *(bare_name(context, first.loc[what]) for what in whats)]
    caption = context.say(text("Reps by name, no ranking: done, and planned; less and more: by more than chance"))
    return number_table(caption, headings, body, wide=True) if body else None


def met_as_planned(context: Context, met: pd.DataFrame | None) -> NumberTable | None:
    """How many accounts were met as often as planned, a line per type, segment and status."""
    if met is None:
        return None
    say, count = context.say, context.language.count
    body: list[list[Content]] = []
    keys = ["type", "segment", "status", "due", "days"]
    for _, rows in met.groupby(keys, dropna=False, sort=True):
        kind, segment, status, due, days = rows[keys].iloc[0].tolist()
        named = [kind, "" if pd.isna(segment) else segment, say(STATUS[status])]
        often = ntext("{n} in {days}", "{n} in {days}", n=int(due), days=Quantity(float(days), "days"))
        numbers = [count(int((rows["served"] == one).sum())) for one in reversed(FREQUENCIES)]
        body.append(
            [", ".join(context.language.show(one) for one in named if one), say(often), count(len(rows)), *numbers]
        )
    headings: list[Text | str] = [
        "",
        text("due"),
        text("accounts"),
        *(FREQUENCIES[one] for one in reversed(FREQUENCIES)),
    ]
    caption = text("Accounts met as often as planned")
    return number_table(say(caption), [say(one) for one in headings], body, texts=2, wide=True)


def to_meet(context: Context, met: pd.DataFrame | None) -> NumberTable | None:
    """Accounts that were not met at all although that was planned, those longest untouched first."""
    if met is None:
        return None
    rows = met[met["served"] == "never"].sort_values("last_contact", na_position="first", kind="stable")
    rows = rows.drop_duplicates("account_id")
    if rows.empty:
        return None
    say, customers = context.say, context.shared.customers
    body = [
        [
            _account(context, customers.get(row["account_id"]), row["account_id"]),
            context.language.show(row["type"]),
            say(STATUS[row["status"]]),
            _day(context, row["last_contact"]),
        ]
        for row in records(rows.head(MOST_ACCOUNTS))
    ]
    caption: Text = text("Accounts that were to be met and were not, longest untouched first")
    if len(rows) > MOST_ACCOUNTS:
        caption = text("{caption}: {shown} of {n}", caption=caption, shown=MOST_ACCOUNTS, n=len(rows))
    headings = [text("Account"), text("planned"), text("status"), text("last contact")]
    return number_table(say(caption), [say(one) for one in headings], body, texts=3)


def named(context: Context, accounts: pd.DataFrame) -> NumberTable | None:
    """The accounts planned by name: whether they were met, and when last; the untouched first."""
    if accounts.empty:
        return None
    say, show, customers = context.say, context.language.show, context.shared.customers
    body: list[list[Content]] = []
    for row in records(accounts.sort_values(["done", "last_contact"], na_position="first", kind="stable")):
        done: Content = context.language.count(row["done"])
        if row["done"] == 0:
            done = Cell(say(text("not at all")))
        outcome = "" if pd.isna(row["outcome"]) else show(str(row["outcome"]))
        name = _account(context, customers.get(row["account_id"]), row["account_id"])
        body.append([name, outcome, done, _day(context, row["last_contact"]), _day(context, row["until"])])
    headings = [text("Account"), text("expected outcome"), text("met"), text("last contact"), text("by")]
    return number_table(
        say(text("Accounts planned by name")), [say(one) for one in headings], body, texts=2, wide=True
    )


def what_came(context: Context, wide: bool) -> NumberTable | None:
    """What came of activities, by type, where that is stated."""
    frame = activity_outcomes(context)
    if frame.empty or frame["outcome"].isna().all():
        return None
    say, count = context.say, context.language.count
    by_type: dict[str, list[dict[str, Any]]] = {}
    for row in records(frame):
        if pd.notna(row["type"]):
            by_type.setdefault(row["type"], []).append(row)
    body: list[list[Content]] = []
    for kind, rows in sorted(by_type.items()):
        stated = [row for row in rows if pd.notna(row["outcome"])]
        stated.sort(key=lambda row: (-row["n"], row["outcome"]))
        known = float(sum(row["n"] for row in stated))
        if known == 0 or len({row["outcome"] for row in stated}) < 2:
            continue
        said = [
            text("{outcome} {share}", outcome=row["outcome"], share=Quantity(row["n"] / known, "share"))
            for row in stated[:MOST_OUTCOMES]
        ]
        joined = ", ".join(map(say, said))
        body.append(
            [context.language.show(str(kind)), joined, count(known), count(float(sum(row["n"] for row in rows)))]
        )
    headings = [text("Activity"), text("what came of it"), text("with an outcome"), text("done")]
    if not body:
        return None
    return number_table(say(text("Outcomes")), [say(one) for one in headings], body, texts=2, wide=wide)


def _account(context: Context, name: str | None, account: str) -> str:
    show = context.language.show
    return show(account) if name is None else f"{show(name)} ({show(account)})"


def _day(context: Context, day: object) -> str:
    if day is None or pd.isna(day):
        return context.language.show(None)
    return context.language.show(pd.Timestamp(day).date())
