"""Account plans: what the accounts that matter buy and do not, and a page to write on; white space for others."""

from typing import Any, NamedTuple

import pandas as pd

from salesreport.kpi.customers.shared import SoldInTurn
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.plan.accounts.chosen import LARGEST, MOST, WHY
from salesreport.plan.accounts.plans import TITLES, AccountPlans, account_plans, own_market, own_plans
from salesreport.plan.accounts.questions import QUESTIONS, STATES
from salesreport.plan.accounts.written import Filled, lines_by_account
from salesreport.report.context import Context
from salesreport.report.rows import records
from salesreport.report.section import Section
from salesreport.report.sections.white_space import white_space_section
from salesreport.report.shared import slice_up
from salesreport.report.table import Cell, Content, NumberTable, number_table

MOST_LINES = 6
"""Product lines that have a column; of more, the ones with the most orders, and the rest together."""

KEY, TOPIC = "account-plans", text("Accounts")


Lines = dict[str, list[dict[str, Any]]]
"""The product lines of each account; see `lines_by_account`."""


class Sheet(NamedTuple):
    """An account's place to write on: texts as they are shown; `asked`: questions and answers."""

    name: str
    about: str
    actions: list[str]
    asked: list[tuple[str, str]]

    @property
    def anything(self) -> bool:
        """Whether anything was filled in."""
        return bool(self.actions) or any(answer for _, answer in self.asked)


def account_sheet(context: Context) -> Section:
    """A rep's account plans, `data` as `AccountPlans.lines`; of others the white space, `data` as `white_space`.

    Nothing is said of what is no part of the company (a product line, a lead source, a pipeline).
    """
    say, topic = context.say, context.say(TOPIC)
    kind, dimension = context.subject.kind, context.subject.dimension
    if kind in ("product_line", "lead_source", "pipeline"):
        message = say(text("Accounts are not planned for each of these."))
        return Section(KEY, topic, message, pd.DataFrame(), context.language, available=False, silent=True)
    agreed, alone = context.agreed, context.nobodys_customers
    named = () if agreed.account_plans is None else agreed.account_plans.named
    try:
        if alone is not None and kind == "rep":
            plans = own_plans(context.facts, context.subject.id, context.as_of, agreed.strategy, named)
        else:
            plans = account_plans(context.facts, context.as_of, agreed.strategy, named)
    except Unavailable as problem:
        message = say(text("There can be no account plans: {reason}.", reason=problem.reason))
        return Section(KEY, topic, message, pd.DataFrame(), context.language, available=False)
    if kind != "rep":
        if alone is not None and dimension is not None:
            market = own_market(context.facts, dimension, context.subject.id, context.as_of)
            return white_space_section(context, plans, market, KEY, topic)
        return white_space_section(context, plans, plans.market, KEY, topic)
    mine = _mine(context, plans) if alone is None else plans
    if mine.accounts.empty:
        message = say(text("No account has ordered anything in two years, or has an open deal."))
        return Section(KEY, topic, message, mine.lines, context.language, available=False)
    return _of_rep(context, mine, topic, alone)


def _mine(context: Context, plans: AccountPlans) -> AccountPlans:
    """Those of the rep, as `AccountPlans.of`; told apart once for all reps."""
    key = ("account plans by rep", plans.as_of, *sorted(context.agreed.digests.items()))
    accounts, lines = context.facts.remember(
        key, lambda: [slice_up(one, "rep_id") for one in (plans.accounts, plans.lines)]
    )
    return plans._replace(accounts=accounts.of(context.subject), lines=lines.of(context.subject))


def _of_rep(context: Context, plans: AccountPlans, topic: str, shared: SoldInTurn | None) -> Section:
    """The section; `shared`: accounts are nobody's alone, and the plans go by the rep's own sales."""
    say = context.say
    every = records(plans.accounts)
    shown = every[:MOST]
    agreed, own = context.agreed.account_plans, None if shared is None else context.subject.id
    filled = {} if agreed is None else agreed.by_account(own)
    sheets = [_sheet(context, row, filled.get(row["account_id"])) for row in shown]
    any_filled = any(filled[row["account_id"]].anything for row in shown if row["account_id"] in filled)
    lines = lines_by_account(plans)
    gaps = _gaps(context, plans, shown, lines)
    said = context.of_all(plans.notes) if shared is None else (shared.said, *plans.notes)
    notes = [*_how(plans, len(every) - len(shown), own=shared is not None), *said]
    message = _message(plans, shown, lines)
    if shared is not None:
        message = text("{accounts}; only sales of {name} count", accounts=message, name=context.subject.name)
    return Section(
        key=KEY,
        topic=topic,
        message=say(message),
        data=plans.lines,
        language=context.language,
        tables=(_matrix(context, plans, shown, lines), *gaps),
        notes=tuple(say(note) for note in notes),
        template="account_plans.html.j2",
        extra={
            "sheets": sheets,
            "filled": any_filled,
            "summary": say(
                text("What was filled in, and is agreed")
                if any_filled
                else text("Sheet to fill in, for each account")
            ),
        },
    )


def _message(plans: AccountPlans, shown: list[dict[str, Any]], lines: Lines) -> Text:
    currency = plans.currency
    gaps = [line for row in shown for line in lines[row["account_id"]] if line["gap"]]
    known = [row["ordered"] for row in shown if row["ordered"] is not None]
    if known:
        said = ntext(
            "{n} account that matters ordered {money} {span}",
            "{n} accounts that matter ordered {money} {span}",
            n=len(shown),
            money=Quantity(sum(known), currency),
            span=plans.market.bought.short or text("in a year"),
        )
    else:
        said = ntext("{n} account that matters", "{n} accounts that matter", n=len(shown))
    if not gaps:
        if plans.market.kinds is None:
            return said
        return text("{accounts}; no gap stands out from chance", accounts=said)
    worth = sum(row["worth"] or 0.0 for row in gaps)
    number = ntext("{n} gap", "{n} gaps", n=len(gaps))
    if not worth:
        return text("{accounts}; {gaps} against like accounts", accounts=said, gaps=number)
    money = Quantity(worth, currency)
    return text(
        "{accounts}; {gaps} against like accounts, {worth} {span} if all were closed",
        accounts=said, gaps=number, worth=money, span=plans.market.bought.short or text("a year"),
    )  # fmt: skip


def _matrix(context: Context, plans: AccountPlans, shown: list[dict[str, Any]], every: Lines) -> NumberTable:
    """Accounts × product lines: what was ordered in two years, else a gap, an open deal or nothing."""
    say, currency = context.say, plans.currency
    lines = {row["account_id"]: every[row["account_id"]] for row in shown}
    columns, rest = _columns(lines)
    rows: list[list[Content]] = []
    for row in shown:
        by_line = {one["product_line"]: one for one in lines[row["account_id"]]}
        cells: list[Content] = [(context.language.show(row["name"]), _about(context, row))]
        cells += [_cell(context, by_line.get(line), currency) for line in columns]
        if rest:
            cells.append(_sum(context, [by_line[line] for line in rest if line in by_line], currency))
        if row["ordered"] is not None:
            before = row["ordered_before"]
            cells.append(
                (
                    context.shown(row["ordered"], currency),
                    "" if before is None else say(text("before: {money}", money=Quantity(before, currency))),
                )
            )
        deals = row["open_deals"]
        value = context.shown(row["open_value"], currency) if row["open_value"] else ""
        cells.append((context.language.count(deals), value) if deals else Cell("–", tone="faint"))
        if plans.market.around.last_contact is not None:
            cells.append("–" if row["last_contact"] is None else context.language.show(row["last_contact"]))
        rows.append(cells)
    headings = [say(text("Account")), *(_line_name(context, line) for line in columns)]
    if rest:
        headings.append(say(ntext("{n} other", "{n} others", n=len(rest))))
    if shown[0]["ordered"] is not None:
        short = plans.market.bought.short
        headings.append(say(text("Last year") if short is None else text("Ordered {span}", span=short)))
    headings.append(say(text("Open deals")))
    if plans.market.around.last_contact is not None:
        headings.append(say(text("Last contact")))
    caption = say(text("What each account ordered in two years, by product line"))
    return number_table(caption, headings, rows, wide=True)


def _columns(lines: dict[str, list[dict[str, Any]]]) -> tuple[list[str | None], list[str | None]]:
    """The product lines that have a column, and those that share one: by gaps, then by orders."""
    order: dict[str | None, tuple[float, float]] = {}
    for rows in lines.values():
        for row in rows:
            gaps, money = order.get(row["product_line"], (0.0, 0.0))
            order[row["product_line"]] = gaps + bool(row["gap"]), money + (row["ordered"] or 0.0)
    if len(order) <= MOST_LINES:
        return list(order), []
    best = set(sorted(order, key=lambda one: order[one], reverse=True)[: MOST_LINES - 1])
    return [line for line in order if line in best], [line for line in order if line not in best]


def _line_name(context: Context, line: str | None) -> str:
    return context.say(text("No product line")) if line is None else context.language.show(line)


def _cell(context: Context, line: dict[str, Any] | None, currency: str) -> Content:
    if line is None:
        return Cell("–", tone="faint")
    say, deals = context.say, line["open_deals"]
    offer = say(ntext("{n} open", "{n} open", n=deals)) if deals else ""
    if line["buys"]:
        return (context.shown(line["ordered"], currency) if line["ordered"] else say(text("bought")), offer)
    if line["gap"]:
        return (say(text("gap")), offer)
    return (offer, "") if offer else Cell("–", tone="faint")


def _sum(context: Context, lines: list[dict[str, Any]], currency: str) -> Content:
    """Several product lines in one cell."""
    bought, gaps = sum(line["ordered"] or 0.0 for line in lines), sum(bool(line["gap"]) for line in lines)
    said = context.say(ntext("{n} gap", "{n} gaps", n=gaps)) if gaps else ""
    if bought:
        return (context.shown(bought, currency), said)
    return (said, "") if said else Cell("–", tone="faint")


def _about(context: Context, row: dict[str, Any]) -> str:
    parts = [context.language.show(row[name]) for name in ("segment", "industry") if row[name] is not None]
    return " · ".join([*parts, context.say(WHY[row["why"]])])


def _gaps(
    context: Context, plans: AccountPlans, shown: list[dict[str, Any]], lines: Lines
) -> tuple[NumberTable, ...]:
    """The gaps that are claimed, and what they rest on."""
    say, currency = context.say, plans.currency
    rows: list[list[Content]] = []
    for row in shown:
        for line in lines[row["account_id"]]:
            if not line["gap"]:
                continue
            alike = text("{buying} of {n}", buying=line["like_buying"], n=line["like_n"])
            others = say(text("others {share}", share=Quantity(line["base"], "share")))
            lift = context.shown(line["lift"], "times")
            worth = (
                ("–", "")
                if line["worth"] is None
                else (
                    context.shown(line["worth"], currency),
                    context.language.interval(line["worth_lower"], line["worth_upper"], currency),
                )
            )
            rows.append(
                [
                    context.language.show(row["name"]),
                    _line_name(context, line["product_line"]),
                    (say(alike), others),
                    (lift, context.language.interval(line["lift_lower"], line["lift_upper"], "times")),
                    worth,
                ]
            )
    if not rows:
        return ()
    short = plans.market.bought.short
    headings = [
        text("Account"),
        text("Does not buy"),
        text("Alike, buying it"),
        text("Times as often as others"),
        text("These spend on it a year (median)")
        if short is None
        else text("These spend on it {span} (median)", span=short),
    ]
    caption = say(text("What like accounts buy and these do not, with 95% intervals"))
    return (number_table(caption, [say(one) for one in headings], rows, texts=2, wide=True),)


def _sheet(context: Context, row: dict[str, Any], filled: Filled | None) -> Sheet:
    say = context.say
    about: list[Text | str] = []
    if row["outcome"]:
        about.append(
            row["outcome"]
            if row["until"] is None
            else text("{outcome}, by {day}", outcome=row["outcome"], day=row["until"])
        )
    if row["contacts"]:
        about.append(row["contacts"])
    if row["complaints"]:
        said = ntext("{n} complaint in a year", "{n} complaints in a year", n=row["complaints"])
        waiting = row["unresolved"]
        about.append(text("{complaints}, {n} not resolved", complaints=said, n=waiting) if waiting else said)
    about += [text("agreed: {what}", what=one) for one in row["commitments"]]
    actions = []
    for action in () if filled is None else filled.actions:
        parts = [action.what, *([action.who] if action.who else []), *([action.until] if action.until else [])]
        told = " · ".join(context.language.show(part) for part in parts)
        actions.append(f"{told} ({say(STATES[action.status])})")
    answers = {} if filled is None else filled.answers
    asked = [(say(one), context.language.show(answers.get(key, ""))) for key, one in QUESTIONS.items()]
    if not actions:
        asked.append((say(text("What is agreed: what, who, until when?")), ""))
    return Sheet(
        context.language.show(row["name"]), " · ".join(context.language.show(one) for one in about), actions, asked
    )


def _how(plans: AccountPlans, more: int, own: bool) -> list[Text]:
    """How accounts are chosen, and what a gap is; `own`: only the rep's own sales count."""
    notes = [
        text(
            "Accounts: first those named in the strategy or agreed; then the {largest} with the most orders "
            "in a year; at most {most}. Only orders of this rep count, so each counts once.",
            largest=LARGEST,
            most=MOST,
        )
        if own
        else text(
            "Accounts: first those named in the strategy or agreed; then the {largest} with the most orders "
            "in a year; then those with the largest gaps; at most {most}. Orders count whoever sold them.",
            largest=LARGEST,
            most=MOST,
        )
    ]
    if more > 0:
        notes.append(
            ntext(
                "{n} further account is in the file of “salesreport accounts”.",
                "{n} further accounts are in the file of “salesreport accounts”.",
                n=more,
            )
        )
    if plans.market.kinds is not None and plans.market.kinds.claimed.any():
        traits = [TITLES[one] for one in plans.market.around.named]
        notes.append(
            text(
                "A gap: clearly more accounts with the same {traits} buy it than others do; of all gaps "
                "claimed at most one in ten is chance.",
                traits=traits,
            )
        )
    return notes
