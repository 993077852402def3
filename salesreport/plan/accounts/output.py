"""Account plans as tables for a terminal, as CSV and as JSON; texts from the data are never markup."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.kpi.frames import frame_as_csv, frame_as_rows
from salesreport.kpi.grid import Column, Content, grid
from salesreport.language import Language, Quantity, text
from salesreport.language.readable import printable
from salesreport.period import Period
from salesreport.plan.accounts.chosen import WHY
from salesreport.plan.accounts.plans import TITLES, AccountPlans
from salesreport.plan.accounts.questions import QUESTIONS
from salesreport.plan.accounts.space import white_space
from salesreport.plan.accounts.written import lines_of


def as_table(plans: AccountPlans, names: Mapping[str, str], language: Language) -> Table:
    """A line per account: why it has a plan, what it ordered, and which gaps are claimed."""
    say, short = language.say, plans.market.bought.short
    ordered = text("ordered in a year (before)") if short is None else text("ordered {span}", span=short)
    columns = [
        Column(say(text("rep"))),
        Column(say(text("account"))),
        Column(say(ordered), numbers=True),
        Column(say(text("open deals")), numbers=True),
        Column(say(text("last contact")), numbers=True),
    ]
    any_gap = bool(plans.lines["gap"].any())
    if any_gap:
        worth = text("gaps, worth a year") if short is None else text("gaps, worth {span}", span=short)
        columns.append(Column(say(worth)))
    rows: list[list[Content]] = []
    for row in plans.accounts.to_dict("records"):
        gaps = [
            f"{language.show(one['product_line'])} {_money(one['worth'], plans, language)}"
            for one in lines_of(plans, row["account_id"])
            if one["gap"]
        ]
        before = "" if row["ordered_before"] is None else f"({_money(row['ordered_before'], plans, language)})"
        deals = _deals(row["open_deals"], row["open_value"], plans, language)
        rows.append(
            [
                language.show(names.get(row["rep_id"], row["rep_id"])),
                (language.show(row["name"]), say(WHY[row["why"]])),
                (_money(row["ordered"], plans, language), before),
                deals,
                _day(row["last_contact"], language),
                *([", ".join(gaps)] if any_gap else []),
            ]
        )
    return grid(columns, rows)


def account_as_tables(
    plans: AccountPlans, account: str, names: Mapping[str, str], language: Language
) -> list[str | Table]:
    """One account of a rep's plans: a few facts, its product lines, and the questions to fill in."""
    say, short = language.say, plans.market.bought.short
    heading = text("gap, worth a year") if short is None else text("gap, worth {span}", span=short)
    (row,) = plans.accounts[plans.accounts["account_id"] == account].to_dict("records")
    head = printable(f"{language.show(row['name'])} ({language.show(account)})")
    whose = text("rep: {name}", name=names.get(row["rep_id"], row["rep_id"]))
    facts = [printable(say(line)) for line in (whose, *_facts(row, plans, language))]
    columns = [
        Column(say(text("product line"))),
        Column(say(text("ordered in 2 years")), numbers=True),
        Column(say(text("open deals")), numbers=True),
        Column(say(text("alike, buying it (others)")), numbers=True),
        Column(say(text("times the base rate")), numbers=True),
        Column(say(heading), numbers=True),
    ]
    rows: list[list[Content]] = []
    for line in lines_of(plans, account):
        like: Content = ""
        lift: Content = ""
        if line["like_n"] is not None and not line["buys"]:
            alike = text("{buying} of {n}", buying=line["like_buying"], n=line["like_n"])
            like = (say(alike), f"({language.percent(line['base'])})")
            lift = (
                language.exact(line["lift"], 1),
                _band(line["lift_lower"], line["lift_upper"], "times", language),
            )
        worth: Content = ""
        if line["gap"]:
            band = _band(line["worth_lower"], line["worth_upper"], plans.currency, language)
            worth = (_money(line["worth"], plans, language), band)
        ordered = _money(line["ordered"], plans, language) if line["buys"] else "–"
        name = (
            say(text("no product line")) if line["product_line"] is None else language.show(line["product_line"])
        )
        rows.append(
            [name, ordered, language.count(line["open_deals"]) if line["open_deals"] else "", like, lift, worth]
        )
    asked = "\n".join(f"  {say(one)}" for one in QUESTIONS.values())
    said = say(text("To be filled in (--out FILE.yml):"))
    return [f"{head}\n", "".join(f"  {line}\n" for line in facts), grid(columns, rows), f"{said}\n{asked}\n\n"]


def _facts(row: dict[str, Any], plans: AccountPlans, language: Language) -> list[Any]:
    traits = [one for one in (row["segment"], row["industry"]) if one is not None]
    facts: list[Any] = [WHY[row["why"]]]
    if traits:
        facts = [text("{why}; {traits}", why=WHY[row["why"]], traits=", ".join(traits))]
    if row["ordered"] is not None:
        money = Quantity(row["ordered"], plans.currency)
        if row["ordered_before"] is None:
            facts.append(text("ordered in the last year: {money}", money=money))
        else:
            before = Quantity(row["ordered_before"], plans.currency)
            facts.append(
                text("ordered in the last year: {money}; in the year before: {before}", money=money, before=before)
            )
    if row["open_deals"]:
        facts.append(
            text("open deals: {deals}", deals=_deals(row["open_deals"], row["open_value"], plans, language))
        )
    if row["last_contact"] is not None:
        facts.append(text("last contact: {day}", day=row["last_contact"]))
    if row["complaints"]:
        facts.append(text("complaints in the last year: {n}, not resolved: {open}", n=row["complaints"],
                          open=row["unresolved"]))  # fmt: skip
    if row["outcome"]:
        until = row["until"]
        facts.append(
            row["outcome"] if until is None else text("{outcome}, by {day}", outcome=row["outcome"], day=until)
        )
    facts += [text("agreed: {what}", what=one) for one in row["commitments"]]
    return [language.show(one) if isinstance(one, str) else one for one in facts]


def as_csv(plans: AccountPlans, names: Mapping[str, str]) -> str:
    """A row per account and product line, with what is known of the account beside."""
    accounts = plans.accounts.rename(
        columns={name: f"account_{name}" for name in ("ordered", "open_deals", "worth")}
    )
    frame = plans.lines.merge(accounts, on=["rep_id", "account_id"], how="left")
    frame.insert(1, "rep", frame["rep_id"].map(lambda one: names.get(one, one)))
    return frame_as_csv(_plain(frame))


def as_json(plans: AccountPlans, period: Period, language: Language) -> str:
    """`accounts`, `lines`, `white_space` (of all accounts, whoever is asked for) and `notes`."""
    content = {
        "period": period.name,
        "as_of": plans.as_of.isoformat(),
        "currency": plans.currency,
        "accounts": frame_as_rows(_plain(plans.accounts)),
        "lines": frame_as_rows(_plain(plans.lines)),
        "white_space": frame_as_rows(white_space(plans.market)),
        "notes": [language.say(note) for note in plans.notes],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def explanations(plans: AccountPlans, language: Language) -> list[str]:
    """How likeness is told, and what is missing."""
    notes = [printable(language.say(note)) for note in plans.notes]
    if plans.lines["like"].notna().any() and plans.market.around.named:
        traits = [TITLES[one] for one in plans.market.around.named]
        notes.append(language.say(text("Alike are accounts with the same {traits}.", traits=traits)))
    return notes


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as texts, several texts as one."""
    shown = frame.copy()
    for name in {"until", "last_contact"} & set(shown):
        shown[name] = shown[name].map(lambda day: None if day is None else day.isoformat())
    if "commitments" in shown:
        shown["commitments"] = shown["commitments"].map("; ".join)
    return shown.astype(object).where(shown.notna(), None)


def _money(value: float | None, plans: AccountPlans, language: Language) -> str:
    return "–" if value is None else language.show(Quantity(value, plans.currency))


def _deals(number: float, value: float, plans: AccountPlans, language: Language) -> str:
    if not number:
        return "–"
    count = language.count(number)
    return f"{count}, {_money(value, plans, language)}" if value else count


def _band(low: float | None, high: float | None, unit: str, language: Language) -> str:
    return "" if low is None or high is None else f"({language.interval(low, high, unit, ' … ')})"


def _day(day: Any, language: Language) -> str:
    return "–" if day is None else language.show(day)
