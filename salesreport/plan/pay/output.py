"""Payouts as tables for a terminal; texts from the data are shown as they are, never as markup."""

from decimal import Decimal
from fractions import Fraction

from rich.table import Table

from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.grid import Column, Content, fits, grid
from salesreport.language import Language, Quantity, Text, text
from salesreport.plan.pay.against import Change
from salesreport.plan.pay.amounts import CENT, ZERO, rounded
from salesreport.plan.pay.earning import Line, shown
from salesreport.plan.pay.model import Component
from salesreport.plan.pay.outlook import Outlook, Outlooks
from salesreport.plan.pay.payouts import Payouts
from salesreport.plan.pay.statement import Part, Statement


def cents(amount: Decimal | float, language: Language) -> str:
    """Money with its cents and without its currency, which stands above it.

    Examples:
        >>> cents(Decimal("12345.60"), Language("de"))
        '12.345,60'
    """
    return language.exact(float(amount), 2)


def by_hand(line: Line) -> Text | None:
    """How a line's amount is worked out, in figures; None where the words say it.

    Examples:
        >>> line = Line("level", "x", Text("x"), Decimal("608.02"), Decimal("19688.22"), Decimal(306000),
        ...             Decimal("1.5"), Decimal(6300))
        >>> str(by_hand(line))
        '19,688.22 ÷ 306,000 × 1.5 × 6,300'
    """
    if line.rate is None:
        return None
    rate = shown(line.rate)
    if line.quantity is None:
        return rate_only(line)
    quantity = shown(line.quantity)
    if line.of is None:
        return Text("{quantity} × {rate}", fields={"quantity": quantity, "rate": rate})
    assert line.base is not None, "a share of a quota is of a target pay"
    fields = {"quantity": quantity, "quota": shown(line.of), "rate": rate, "pay": shown(line.base)}
    return Text("{quantity} ÷ {quota} × {rate} × {pay}", fields=fields)


def rate_only(line: Line) -> Text:
    """How a flat amount is worked out."""
    assert line.rate is not None
    if line.base is None:
        return Text("{number}", fields={"number": shown(line.rate)})
    return Text("{rate} × {pay}", fields={"rate": shown(line.rate), "pay": shown(line.base)})


def team_table(payouts: Payouts, made: Outlooks, language: Language) -> Table:
    """What everybody is paid: a line each, the components beside each other, and what the forecast says.

    Where that is too wide for a terminal, money is shown without cents and components by their keys; where that is
    too wide still, every component has a line of its own.
    """
    columns, rows = _wide(payouts, made, language, exact=True)
    if not fits(columns, rows):
        columns, rows = _wide(payouts, made, language, exact=False)
    if not fits(columns, rows):
        columns, rows = _long(payouts, made, language)
    return grid(columns, rows)


Rows = tuple[list[Column], list[list[Content]]]


def _wide(payouts: Payouts, made: Outlooks, language: Language, exact: bool) -> Rows:
    say = language.say
    some = list(payouts.statements.values())
    rests = {one.rep_id: one.payout - _components(one) for one in some}

    def shown_as(amount: Decimal) -> str:
        return cents(amount, language) if exact else language.exact(float(amount))

    def row(name: str, parts: list[Decimal], rest: Decimal, paid: Decimal, end: Outlook | None) -> list[Content]:
        cells: list[Content] = [name, *map(shown_as, parts)]
        if any(rests.values()):
            cells.append(shown_as(rest))
        cells.append(shown_as(paid))
        if end is not None:
            cells.append(_outlook(end, payouts.currency, language))
        return cells

    titles = [part.title if exact else part.component for part in some[0].parts] if some else []
    columns = [Column(say(text("rep"))), *(Column(say(title), numbers=True) for title in titles)]
    if any(rests.values()):
        columns.append(Column(say(text("draw, caps, clawback") if exact else text("other")), numbers=True))
    columns.append(Column(say(text("payout ({currency})", currency=payouts.currency)), numbers=True))
    if made.chance:
        columns.append(Column(say(text("at the forecast, and 80% interval")), numbers=True))
    rows = [
        row(language.show(one.name), [part.amount for part in one.parts], rests[one.rep_id], one.payout,
            made.by_rep[one.rep_id] if made.chance else None)
        for one in some
    ]  # fmt: skip
    sums = [sum((one.parts[place].amount for one in some), ZERO) for place in range(len(titles))]
    end = Outlook.of("", made.total, {}) if made.chance else None
    rows.append(row(say(text("all")), sums, sum(rests.values(), ZERO), payouts.total, end))
    return columns, rows


def _long(payouts: Payouts, made: Outlooks, language: Language) -> Rows:
    say = language.say
    columns = [Column(say(text("rep"))), Column(say(text("component")))]
    columns.append(Column(say(text("pays ({currency})", currency=payouts.currency)), numbers=True))
    if made.chance:
        columns.append(Column(say(text("at the forecast, and 80% interval")), numbers=True))
    rows: list[list[Content]] = []
    beside: list[Content] = [""] if made.chance else []
    for one in payouts.statements.values():
        named = [(say(part.title), part.amount) for part in one.parts]
        named.append((say(text("draw, caps, clawback")), one.payout - _components(one)))
        name = language.show(one.name)
        rows += [[name, title, cents(amount, language), *beside] for title, amount in named if amount]
        end = [_outlook(made.by_rep[one.rep_id], payouts.currency, language)] if made.chance else []
        rows.append([name, say(text("payout")), cents(one.payout, language), *end])
    end = [_outlook(Outlook.of("", made.total, {}), payouts.currency, language)] if made.chance else []
    rows.append([say(text("all")), say(text("payout")), cents(payouts.total, language), *end])
    return columns, rows


def _components(one: Statement) -> Decimal:
    """What a rep's components earned, before what concerns all of them."""
    return sum((part.amount for part in one.parts), ZERO)


def _outlook(one: Outlook, currency: str, language: Language) -> Content:
    band = language.interval(one.lower_80, one.upper_80, currency, " … ")
    return language.show(Quantity(one.mean, currency)), f"({band})"


def parts_table(statement: Statement, language: Language) -> Table:
    """What one rep's components counted, against which quota, and what they pay."""
    say = language.say
    columns = [
        Column(say(text("component"))),
        Column(say(text("quantity")), numbers=True),
        Column(say(text("quota")), numbers=True),
        Column(say(text("reached")), numbers=True),
        Column(say(text("level")), numbers=True),
        Column(say(text("pays ({currency})", currency=statement.currency)), numbers=True),
    ]
    rows: list[list[Content]] = [
        [
            say(part.title),
            _number(part.quantity, part, language),
            _number(part.quota, part, language),
            _percent(part.reached, language),
            language.count(part.level) if part.level else "–",
            cents(part.amount, language),
        ]
        for part in statement.parts
    ]
    return grid(columns, rows)


def lines_table(statement: Statement, language: Language) -> Table:
    """One rep's payout line by line: every line can be done again by hand, and they add up to what is paid."""
    say = language.say
    titles = {part.component: part.title for part in statement.parts}
    columns = [
        Column(say(text("for"))),
        Column(say(text("what"))),
        Column(say(text("worked out"))),
        Column(say(text("amount ({currency})", currency=statement.currency)), numbers=True),
    ]
    rows: list[list[Content]] = []
    for before, line in zip((None, *statement.lines), statement.lines, strict=False):
        again = before is not None and before.component == line.component
        whose = "" if again else say(titles.get(line.component))
        rows.append([whose, say(line.what), say(by_hand(line)), cents(line.amount, language)])
    rows.append([say(text("payout")), "", "", cents(statement.payout, language)])
    return grid(columns, rows)


def items_tables(statement: Statement, language: Language) -> list[Table]:
    """The deals and orders that make up one rep's quantities: a table for each component that has any."""
    say = language.say
    tables = []
    for part in statement.parts:
        columns = [Column(say(part.title)), Column(say(text("day")))]
        columns += [Column(say(one), numbers=True) for one in (text("value"), text("share"), text("counts"))]
        rows: list[list[Content]] = [
            [
                language.show(item.id),
                language.date(item.on),
                language.show(shown(item.value)),
                language.percent(float(item.share), 2 if (item.share * 100) % 1 else 0),
                language.show(shown(rounded(item.credited, CENT))),
            ]
            for item in part.items
        ]
        if rows:
            tables.append(grid(columns, rows))
    return tables


def level_name(component: Component, level: int) -> Text:
    """What people call a level of a component: 0 is none."""
    if not level:
        return text("nothing is paid")
    begins = max(component.scale.bands[level - 1].start, component.scale.threshold)
    if component.whose_quota is None:
        return text("level {n}, from {start}", n=level, start=shown(begins))
    return text("level {n}, from {start}% of the quota", n=level, start=shown(begins * 100))


def chances_table(payouts: Payouts, one: Outlook, language: Language) -> Table | None:
    """How likely each level is at the end of the period, of components that are not certain; None: all are."""
    say = language.say
    columns = [
        Column(say(text("component"))),
        Column(say(text("level"))),
        Column(say(text("chance")), numbers=True),
    ]
    rows: list[list[Content]] = []
    titles = {part.component: part.title for part in payouts.statements[one.rep_id].parts}
    for component in payouts.plan.components:
        chances = one.chances[component.key]
        if max(chances) < 1:
            rows += [
                [say(titles[component.key]), say(level_name(component, level)), language.share(chance)]
                for level, chance in enumerate(chances)
            ]
    return grid(columns, rows) if rows else None


def change_table(change: Change, facts: Facts, payouts: Payouts, whole: bool, language: Language) -> Table:
    """What another plan would pay each rep, and by how much that differs."""
    say, currency = language.say, payouts.currency
    columns = [
        Column(say(text("rep"))),
        Column(say(text("this plan ({currency})", currency=currency)), numbers=True),
        Column(say(text("the other")), numbers=True),
        Column(say(text("difference, and 80% interval")), numbers=True),
        Column(say(text("gains")), numbers=True),
        Column(say(text("loses")), numbers=True),
    ]
    rows: list[list[Content]] = []
    for row in change.frame.to_dict("records"):
        band = _band(row["lower_80"], row["upper_80"], currency, language)
        moved = language.change(row["difference"])
        rows.append(
            [
                language.show(facts.names.get(row["rep_id"], row["rep_id"])),
                language.exact(row["mean"]),
                language.exact(row["mean_other"]),
                (moved, band) if band else moved,
                language.share(row["gains"]),
                language.share(row["loses"]),
            ]
        )
    if whole:
        mean, low, high = change.difference
        band = _band(low, high, currency, language)
        moved = language.change(mean)
        rows.append(
            [
                say(text("all")),
                language.exact(change.cost[0]),
                language.exact(change.cost_other[0]),
                (moved, band) if band else moved,
                language.count(change.gaining),
                language.count(change.losing),
            ]
        )
    return grid(columns, rows)


def _band(low: float, high: float, currency: str, language: Language) -> str:
    return "" if low == high else f"({language.interval(low, high, currency, ' … ')})"


def levels_table(
    change: Change, payouts: tuple[Payouts, Payouts], alone: bool, language: Language
) -> Table | None:
    """How likely each level of both plans is; on average over the reps, or of one `alone`.

    Left out are components that reach one level for certain, the same in both plans; None: all are.
    """
    say = language.say
    columns = [Column(say(text("pay plan"))), Column(say(text("component"))), Column(say(text("level")))]
    columns.append(Column(say(text("chance") if alone else text("reps there")), numbers=True))
    chances = {key: some["chance"].tolist() for key, some in change.levels.groupby(["plan", "component"])}
    rows: list[list[Content]] = []
    for row in change.levels.to_dict("records"):
        plan, key = payouts[row["plan"]].plan, row["component"]
        if max(chances[row["plan"], key]) == 1 and chances.get((0, key)) == chances.get((1, key)):
            continue
        (component,) = (one for one in plan.components if one.key == key)
        named = say(level_name(component, row["level"]))
        rows.append([language.show(plan.name), say(component.title or key), named, language.share(row["chance"])])
    return grid(columns, rows) if rows else None


def cost(change: Change, currency: str, language: Language) -> str:
    """One sentence: what the other plan would cost, and who gains and loses."""
    mean, low, high = change.difference
    fields = {
        "cost": Quantity(change.cost_other[0], currency),
        "instead": Quantity(change.cost[0], currency),
        "difference": Quantity(mean, currency),
        "gaining": change.gaining,
        "losing": change.losing,
    }
    if low == high:
        return language.say(
            text("The other plan pays {cost} instead of {instead}, a difference of {difference}; {gaining} of the "
                 "reps gain and {losing} lose.", **fields)
        )  # fmt: skip
    band = language.interval(low, high, currency, " … ")
    return language.say(
        text("The other plan will pay {cost} instead of {instead}, a difference of {difference} (in 80 of 100 "
             "cases {band}); on average {gaining} of the reps gain and {losing} lose.", band=band, **fields)
    )  # fmt: skip


def _number(value: Decimal | None, part: Part, language: Language) -> str:
    if value is None:
        return "–"
    if part.unit == "share":
        return _percent(Fraction(value), language)
    return language.show(shown(value))


def _percent(share: Fraction | None, language: Language) -> str:
    return "–" if share is None else language.percent(float(share), 1)
