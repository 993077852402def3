"""Variable pay: a rep's own, now and at the forecast, line by line; of a team what it costs, nobody named."""

from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.errors import ConfigError
from salesreport.kpi import Facts
from salesreport.kpi.facts.columns import Numbers
from salesreport.language import Quantity, Text, ntext, text
from salesreport.period import Period
from salesreport.plan.pay.amounts import CENT, rounded
from salesreport.plan.pay.amounts import quantity as as_decimal
from salesreport.plan.pay.earning import reach, shown
from salesreport.plan.pay.model import Component, PayPlan
from salesreport.plan.pay.outlook import Outlook, Outlooks, outlooks
from salesreport.plan.pay.output import by_hand, cents, level_name
from salesreport.plan.pay.payouts import Payouts, pay
from salesreport.plan.pay.statement import Part, Statement
from salesreport.report.chart import Chart
from salesreport.report.charts import Columns, columns_and_bars
from salesreport.report.charts_moves import Outlook as Row
from salesreport.report.charts_moves import outlook_chart
from salesreport.report.context import FEWEST_PEERS, Context
from salesreport.report.section import Section
from salesreport.report.table import Cell, Content, NumberTable, number_table

KEY = "pay"

EDGES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Where the classes of payouts end, in shares of the target pay."""


class Paid(NamedTuple):
    """What everybody is paid, or why that cannot be told; made once for all reports."""

    payouts: Payouts | None
    outlooks: Outlooks | None
    why: Text | None


def variable_pay(context: Context) -> Section:
    """Variable pay, where a pay plan is given; else, and in the report of anything but people, nothing.

    Returns:
        Of a rep `data` has the lines of the rep's own statement: component, kind, amount. Of a team or the company
        a row: reps, paid, mean, lower_80, upper_80 (of all together); nothing in it names anybody.
    """
    say, kind = context.say, context.subject.kind
    topic = say(text("Variable pay"))
    if context.agreed.pay is None or kind not in ("rep", "team", "manager", "company"):
        message = say(text("No pay plan is given for this report."))
        return Section(KEY, topic, message, pd.DataFrame(), context.language, available=False, silent=True)
    plan = context.agreed.pay
    period = Period.of(context.as_of, plan.every, context.period.fiscal_year_start)
    paid = _paid(context, plan, period)
    if paid.payouts is None or paid.outlooks is None:
        message = say(text("Variable pay cannot be told: {reason}", reason=paid.why))
        return Section(KEY, topic, message, pd.DataFrame(), context.language, available=False)
    if kind != "rep":
        return _of_team(context, paid.payouts, paid.outlooks, topic)
    statement = paid.payouts.statements.get(context.subject.id)
    if statement is None:
        message = say(text("{name} is not on the pay plan in {period}.", name=context.subject.name, period=period))
        return Section(KEY, topic, message, pd.DataFrame(), context.language, available=False)
    return _of_rep(context, paid.payouts, statement, paid.outlooks, topic)


def _paid(context: Context, plan: PayPlan, period: Period) -> Paid:
    """Everybody's pay as known on the report's day; worked out once for all reports."""
    facts, day = context.facts, context.as_of

    def find() -> Paid:
        then = facts if day == facts.as_of else Facts.of(facts.dataset, day)
        try:
            payouts = pay(then, plan, period)
        except ConfigError as problem:
            return Paid(None, None, problem.problem)
        return Paid(payouts, outlooks(then, payouts), None)

    return facts.store(("pay of everybody", context.agreed.digests["pay"], period, day), find)


# --- a rep's own


def _of_rep(context: Context, payouts: Payouts, one: Statement, made: Outlooks, topic: str) -> Section:
    say, language, currency = context.say, context.language, one.currency
    end = made.by_rep[one.rep_id]
    now = language.money(float(one.payout), currency, exact=True)
    if one.over:
        message = text("Variable pay of {period}: {money}", period=one.period, money=now)
    elif not made.chance:
        message = text("Variable pay of {period}: {money}, if it ended today", period=one.period, money=now)
    else:
        band = _band(context, end, currency)
        message = text(
            "Variable pay of {period}: {money} if it ended today, {mean} at the forecast (in 80 of 100 "
            "cases {band})",
            period=one.period,
            money=now,
            mean=language.money(end.mean, currency, exact=True),
            band=band,
        )
    tables = [_parts(context, payouts.plan, one), *_chances(context, payouts, one, end), _lines(context, one)]
    notes = [*_own_notes(context, payouts), *made.notes, *one.notes]
    if one.balance or one.balance_before:
        before, after = cents(one.balance_before, language), cents(one.balance, language)
        notes.insert(0, text("Owed before this period: {before}; after it: {after}.", before=before, after=after))
    heading = say(message)
    data = pd.DataFrame(
        [(line.component, line.kind, float(line.amount)) for line in one.lines],
        columns=["component", "kind", "amount"],
    )
    charts = (_outlook(context, end, float(one.payout), one.terms.target_pay, heading),) if made.chance else ()
    return Section(
        key=KEY,
        topic=topic,
        message=heading,
        data=data,
        language=language,
        charts=charts,
        tables=tuple(tables),
        notes=tuple(say(note) for note in notes),
    )


def _band(context: Context, end: Outlook, currency: str) -> str:
    """The range that holds the payout in 80 of 100 cases, to the unit."""
    low, high = (context.language.money(one, currency, exact=True) for one in (end.lower_80, end.upper_80))
    return f"{low} – {high}"


def _own_notes(context: Context, payouts: Payouts) -> list[Text]:
    """What is to be known of pay alone; what holds for all figures stands in the notes on the data."""
    return [note for note in payouts.notes if note not in context.facts.credit_notes]


def _parts(context: Context, plan: PayPlan, one: Statement) -> NumberTable:
    """What each component counted and pays, and what its next level needs."""
    say, language = context.say, context.language
    components = {component.key: component for component in plan.components}
    rows: list[list[Content]] = []
    for part in one.parts:
        quota = "" if part.quota is None else say(text("of {quota}", quota=_number(context, part.quota, part)))
        counted: Content = "–" if part.quantity is None else (_number(context, part.quantity, part), quota)
        reached = "–" if part.reached is None else language.percent(float(part.reached), 1)
        level = say(text("level {n}", n=part.level)) if part.level else say(text("no level"))
        rows.append(
            [
                language.show(part.title),
                counted,
                (reached, level),
                cents(part.amount, language),
                _next(context, components[part.component], one, part),
            ]
        )
    rest = one.payout - sum((part.amount for part in one.parts), Decimal(0))
    if rest:
        rows.append([say(text("draw, caps, clawback")), "", "", cents(rest, language), ""])
    rows.append([say(text("payout")), "", "", cents(one.payout, language), ""])
    headings = [
        text("For"),
        text("Counted"),
        text("Reached"),
        text("Pays ({currency})", currency=one.currency),
        text("Was missing to the next level") if one.over else text("To the next level"),
    ]
    caption = say(text("What it is paid for, by the plan “{name}”", name=plan.name))
    return number_table(caption, [say(one) for one in headings], rows, here=len(rows) - 1, wide=True)


def _next(context: Context, component: Component, one: Statement, part: Part) -> Content:
    """How much more the next level needs, and what the component pays there."""
    say, terms = context.say, one.terms
    missing = part.quantity is None or (component.whose_quota is not None and component.key not in terms.quotas)
    if missing or part.quantity is None:
        return Cell("–", tone="faint")
    scale, at = component.scale, reach(component, terms, part.quantity)
    begins = sorted({Fraction(max(band.start, scale.threshold)) for band in scale.bands})
    further = [start for start in begins if start > at]
    if not further:
        return say(text("highest level")) if len(begins) > 1 or begins[0] > 0 else Cell("–", tone="faint")
    start = further[0]
    more = (start - max(at, Fraction(0))) * Fraction(terms.quotas.get(component.key, 1))
    worth = scale.value(start) * Fraction(terms.basis(component))
    most = terms.most(component)
    worth = worth if most is None else min(worth, Fraction(most))
    money = cents(float(worth), context.language)
    needed = _number(context, _at_least(more, part), part)
    return (say(text("{more} more", more=needed)), say(text("then {money}", money=money)))


def _at_least(more: Fraction, part: Part) -> Decimal:
    """What is missing, so much of it that it is enough: things that are counted whole are missing whole."""
    if part.unit in ("share", "times"):
        return as_decimal(more, money=False)
    whole = len(part.unit) != 3 and part.quantity is not None and part.quantity == int(part.quantity)
    return rounded(more, Decimal(1) if whole else CENT, "up")


def _number(context: Context, value: Decimal, part: Part) -> str:
    if part.unit == "share":
        return context.language.percent(float(value), 1)
    return context.language.show(shown(value))


def _chances(context: Context, payouts: Payouts, one: Statement, end: Outlook) -> tuple[NumberTable, ...]:
    """How likely each level is at the end of the period, of components that are left to chance."""
    say, titles = context.say, {part.component: part.title for part in one.parts}
    rows: list[list[Content]] = []
    for component in payouts.plan.components:
        chances = end.chances[component.key]
        if max(chances) < 1:
            title = context.language.show(titles[component.key])
            rows += [
                [title if not level else "", say(level_name(component, level)), context.language.share(chance)]
                for level, chance in enumerate(chances)
            ]
    if not rows:
        return ()
    headings = [say(text("For")), say(text("Level at the end")), say(text("Chance"))]
    return (number_table(say(text("How likely each level is")), headings, rows, texts=2),)


def _lines(context: Context, one: Statement) -> NumberTable:
    """The payout line by line: each can be done again by hand, and they add up to it."""
    say, language = context.say, context.language
    titles = {part.component: part.title for part in one.parts}
    rows: list[list[Content]] = [
        [
            language.show(titles.get(line.component, "")),
            say(line.what),
            say(by_hand(line) or ""),
            cents(line.amount, language),
        ]
        for line in one.lines
    ]
    rows.append([say(text("payout")), "", "", cents(one.payout, language)])
    headings = [text("For"), text("What"), text("Worked out"), text("Amount ({currency})", currency=one.currency)]
    caption = say(text("Line by line, to do it again by hand"))
    return number_table(
        caption, [say(one) for one in headings], rows, texts=3, here=len(rows) - 1, wide=True, folded=True
    )


# --- a team's cost


def _of_team(context: Context, payouts: Payouts, made: Outlooks, topic: str) -> Section:
    say, subject, currency = context.say, context.subject, payouts.currency
    whose = list(payouts.statements)
    if subject.kind != "company":
        placed = context.facts.placed(context.facts.reps, context.as_of)
        here = set(placed.loc[placed[subject.kind] == subject.id, "rep_id"])
        whose = [rep for rep in whose if rep in here]
    if len(whose) < 2:
        alone = say(text("Fewer than two reps are on the pay plan: a sum would show a single one’s pay."))
        return Section(KEY, topic, alone, pd.DataFrame(), context.language, available=False)
    total = sum((payouts.statements[rep].payout for rep in whose), Decimal(0))
    end = Outlook.of("", np.sum([made.by_rep[rep].samples for rep in whose], axis=0), {})
    people = ntext("{n} rep", "{n} reps", n=len(whose))
    fields = {"period": payouts.period, "money": Quantity(float(total), currency), "reps": people}
    if payouts.over:
        message = text("Variable pay of {reps} in {period} costs {money}", **fields)
    elif not made.chance:
        message = text("Variable pay of {reps} in {period} costs {money}, if it ended today", **fields)
    else:
        band = context.language.interval(end.lower_80, end.upper_80, currency)
        message = text(
            "Variable pay of {reps} in {period} costs {money} if it ended today, {mean} at the forecast (in "
            "80 of 100 cases {band})",
            mean=Quantity(end.mean, currency),
            band=band,
            **fields,
        )
    heading = say(message)
    targets = [payouts.statements[rep].terms.target_pay for rep in whose]
    known = [one for one in targets if one is not None]
    each = np.array([made.by_rep[rep].mean for rep in whose])
    charts: list[Chart] = []
    if made.chance:
        charts = [_outlook(context, end, float(total), sum(known, Decimal(0)) or None, heading)]
    elif len(whose) >= FEWEST_PEERS and len(known) == len(targets) and all(known):
        charts = [_classes(context, each / np.array(known, float), heading)]
    tables = (_quartiles(context, each, currency, made.chance),) if len(whose) >= FEWEST_PEERS else ()
    data = pd.DataFrame(
        [(len(whose), float(total), end.mean, end.lower_80, end.upper_80)],
        columns=["reps", "paid", "mean", "lower_80", "upper_80"],
    )
    return Section(
        key=KEY,
        topic=topic,
        message=heading,
        data=data,
        language=context.language,
        charts=tuple(charts),
        tables=tables,
        notes=tuple(say(note) for note in (*_own_notes(context, payouts), *made.notes)),
    )


def _quartiles(context: Context, paid: Numbers, currency: str, ahead: bool) -> NumberTable:
    say = context.say
    low, middle, high = np.quantile(paid, [0.25, 0.5, 0.75])
    rows: list[list[Content]] = [
        [say(text("A quarter of the reps is paid at most")), context.shown(low, currency)],
        [say(text("Half of the reps are paid at most")), context.shown(middle, currency)],
        [say(text("Three quarters of the reps are paid at most")), context.shown(high, currency)],
    ]
    caption = say(
        text("How payouts at the forecast are spread, without names") if ahead
        else text("How payouts are spread, without names")
    )  # fmt: skip
    return number_table(caption, [say(text("Payout")), ""], rows)


def _classes(context: Context, shares: Numbers, title: str) -> Chart:
    """Reps by what they are paid, as a share of their target pay."""
    say, percent = context.say, context.language.percent
    counts = np.bincount(np.searchsorted(EDGES, shares, side="left"), minlength=len(EDGES) + 1)
    labels = [f"≤ {percent(edge)}" for edge in EDGES] + [f"> {percent(EDGES[-1])}"]
    columns = Columns(
        say(text("Reps by payout, in shares of their target pay")),
        labels,
        counts.astype(float).tolist(),
        [context.language.count(float(one)) for one in counts],
    )
    description = say(text("Bars: how many reps are paid up to each share of their target pay."))
    return columns_and_bars("pay-spread", columns, None, title, description)


def _outlook(context: Context, end: Outlook, now: float, target: Decimal | None, title: str) -> Chart:
    """What will be paid at the end of the period: the middle, ranges, what is due now, the target pay."""
    say, currency = context.say, context.facts.dataset.currency
    bands = [((1 - one) / 2, (1 + one) / 2) for one in (0.95, 0.8, 0.5)]
    spans = [(float(np.quantile(end.samples, low)), float(np.quantile(end.samples, high))) for low, high in bands]
    middle, wanted = float(np.median(end.samples)), float("nan") if target is None else float(target)
    drawn = [Row("", middle, spans, now, wanted, context.shown(middle, currency))]
    description = say(
        text(
            "The middle of what will be paid (ring), the ranges that are to hold it in 50, 80 and 95 of 100 cases "
            "(bars, the thickest the narrowest), what is due today, and the target pay (dashed)."
        )
    )
    words = (say(text("middle")), say(text("target pay")), say(text("if it ended today")))
    return outlook_chart(
        "pay",
        drawn,
        title,
        description,
        say(text("Payout at the end of the period, with 50, 80 and 95% ranges")),
        partial(context.shown, unit=currency),
        words,
    )
