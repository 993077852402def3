"""What `salesreport pay` does between reading options and printing."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from salesreport.errors import ConfigError
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import frame_as_csv, frame_as_rows, with_names
from salesreport.language import Language, Text, text
from salesreport.language.readable import printable
from salesreport.period import Period
from salesreport.plan.pay import output
from salesreport.plan.pay.against import Change, compare
from salesreport.plan.pay.checks import check_pay_plan
from salesreport.plan.pay.files import load_pay_plan
from salesreport.plan.pay.outlook import Outlooks, outlooks
from salesreport.plan.pay.payouts import Payouts, pay
from salesreport.plan.pay.statement import Statement

AHEAD = 366
"""Days: of a period that begins further ahead nothing that is known today counts."""

Shown = tuple[list[str | Table], list[str]]
"""What is printed, and remarks."""


def show(
    facts: Facts,
    file: Path,
    period: Period,
    rep: str | None,
    against: Path | None,
    format: str,
    language: Language,
) -> Shown:
    """Payouts of a period, ready to print, and remarks.

    Args:
        facts: what happened, seen from a day. file: the pay plan. period: when. rep: only this one, id or name.
        against: another pay plan to compare with. format: `table`, `csv` or `json`.

    Raises:
        ConfigError: a plan, period or rep that does not fit.
    """
    if period.start > facts.as_of + dt.timedelta(AHEAD):
        raise ConfigError(text("Nothing is known of this period yet."), key="--period", found=period.name)
    this = _worked_out(facts, file, period, rep)
    if against is None:
        return _alone(facts, *this, rep is not None, format, language)
    other = _worked_out(facts, against, period, rep)
    change = compare(facts, this, other)
    return _compared(facts, this, other, change, rep is not None, format, language)


def _worked_out(facts: Facts, file: Path, period: Period, rep: str | None) -> tuple[Payouts, Outlooks]:
    plan = load_pay_plan(file)
    check_pay_plan(plan, facts, file)
    try:
        payouts = pay(facts, plan, period, rep)
    except ConfigError as error:
        raise ConfigError(
            error.problem, key=f"--{error.key}", found=error.found,
            expected=error.expected, nearest=error.nearest,
        ) from None  # fmt: skip
    return payouts, outlooks(facts, payouts)


def _alone(facts: Facts, payouts: Payouts, made: Outlooks, alone: bool, format: str, language: Language) -> Shown:
    notes = _said([*payouts.notes, *made.notes, *_own(payouts, alone)], language)
    if format == "json":
        return [_json({**_plain(payouts, made, language), "notes": notes})], []
    if format == "csv":
        frame = lines_frame(payouts, language) if alone else parts_frame(payouts, made)
        return [frame_as_csv(with_names(frame, facts))], notes
    if not alone:
        return [output.team_table(payouts, made, language)], notes
    tables: list[str | Table] = []
    for one in payouts.statements.values():
        tables += [output.parts_table(one, language), "\n", output.lines_table(one, language), "\n"]
        chances = output.chances_table(payouts, made.by_rep[one.rep_id], language)
        tables += [chances, "\n"] if chances is not None else []
        for table in output.items_tables(one, language):
            tables += [table, "\n"]
        notes = [*_forecast_of(one, made, language), *_balance(one, language), *notes]
    return tables, notes


def _compared(
    facts: Facts,
    this: tuple[Payouts, Outlooks],
    other: tuple[Payouts, Outlooks],
    change: Change,
    alone: bool,
    format: str,
    language: Language,
) -> Shown:
    payouts, currency = this[0], this[0].currency
    notes = _said([*payouts.notes, *change.notes], language)
    if format == "json":
        content = _plain(*this, language)
        content["against"] = _plain(*other, language)
        content["change"] = {
            "reps": frame_as_rows(with_names(change.frame, facts)),
            "levels": frame_as_rows(change.levels),
            **{
                name: dict(zip(("mean", "lower_80", "upper_80"), values, strict=True))
                for name, values in (
                    ("cost", change.cost), ("cost_other", change.cost_other), ("difference", change.difference)
                )
            },
            "gaining": change.gaining,
            "losing": change.losing,
        }  # fmt: skip
        return [_json({**content, "notes": notes})], []
    sentence = [output.cost(change, currency, language)]
    if format == "csv":
        return [frame_as_csv(with_names(change.frame, facts))], [*sentence, *notes]
    tables: list[str | Table] = [output.change_table(change, facts, payouts, not alone, language)]
    levels = output.levels_table(change, (payouts, other[0]), alone, language)
    tables += ["\n", levels] if levels is not None else []
    return tables, [*([] if alone else sentence), *notes]


def parts_frame(payouts: Payouts, made: Outlooks) -> pd.DataFrame:
    """A row per rep and component, and one of all (`component` is `payout`).

    Returns:
        Columns rep_id, period, component, metric, unit, quantity, quota, reached (share of the quota), level (0:
        none), amount, and of the payout mean, lower_80, upper_80 at the forecast.
    """
    rows: list[dict[str, Any]] = []
    for one in payouts.statements.values():
        common = {"rep_id": one.rep_id, "period": one.period.name}
        rows += [
            {
                **common,
                "component": part.component,
                "metric": part.metric,
                "unit": part.unit,
                "quantity": _float(part.quantity),
                "quota": _float(part.quota),
                "reached": None if part.reached is None else float(part.reached),
                "level": float(part.level),
                "amount": float(part.amount),
            }
            for part in one.parts
        ]
        end = made.by_rep[one.rep_id]
        band = {"mean": end.mean, "lower_80": end.lower_80, "upper_80": end.upper_80} if made.chance else {}
        rows.append({**common, "component": "payout", "unit": one.currency, "amount": float(one.payout), **band})
    names = ["rep_id", "period", "component", "metric", "unit", "quantity", "quota", "reached", "level", "amount"]
    return pd.DataFrame(rows, columns=[*names, "mean", "lower_80", "upper_80"])


def lines_frame(payouts: Payouts, language: Language) -> pd.DataFrame:
    """A row per line of the statements; the amounts of a rep add up to the payout.

    Returns:
        Columns rep_id, period, component, kind, what, quantity, of, rate, base, amount: where there is a rate, the
        amount is quantity ÷ of × rate × base, rounded; what is empty plays no part.
    """
    rows = [
        (one.rep_id, one.period.name, line.component, line.kind, language.say(line.what), *map(_float, line[4:]),
         float(line.amount))
        for one in payouts.statements.values()
        for line in one.lines
    ]  # fmt: skip
    names = ["rep_id", "period", "component", "kind", "what", "quantity", "of", "rate", "base", "amount"]
    return pd.DataFrame(rows, columns=names)


def _plain(payouts: Payouts, made: Outlooks, language: Language) -> dict[str, Any]:
    step = payouts.plan.rounding
    return {
        "plan": payouts.plan.name,
        "period": payouts.period.name,
        "over": payouts.over,
        "currency": payouts.currency,
        "rounding": {"lines": float(step.lines), "payout": float(step.payout), "how": step.how},
        "total": float(payouts.total),
        "reps": [_of_rep(one, made, language) for one in payouts.statements.values()],
    }


def _of_rep(one: Statement, made: Outlooks, language: Language) -> dict[str, Any]:
    end = made.by_rep[one.rep_id]
    return {
        "rep_id": one.rep_id,
        "rep": one.name,
        "target_pay": _float(one.terms.target_pay),
        "earned": float(one.earned),
        "payout": float(one.payout),
        "balance_before": float(one.balance_before),
        "balance": float(one.balance),
        "components": [
            {
                "component": part.component, "metric": part.metric, "unit": part.unit,
                "quantity": _float(part.quantity), "quota": _float(part.quota),
                "reached": None if part.reached is None else float(part.reached), "level": part.level,
                "amount": float(part.amount),
                "items": [
                    {"id": item.id, "on": item.on.isoformat(), "value": float(item.value),
                     "share": float(item.share), "counts": float(item.credited)}
                    for item in part.items
                ],
            }
            for part in one.parts
        ],
        "lines": [
            {"component": line.component or None, "kind": line.kind, "what": language.say(line.what),
             "quantity": _float(line.quantity), "of": _float(line.of), "rate": _float(line.rate),
             "base": _float(line.base), "amount": float(line.amount)}
            for line in one.lines
        ],
        "forecast": {"mean": end.mean, "lower_80": end.lower_80, "upper_80": end.upper_80, "levels": end.chances}
        if made.chance
        else None,
        "notes": [language.say(note) for note in one.notes],
    }  # fmt: skip


def _own(payouts: Payouts, alone: bool) -> list[Text]:
    """What is to be said of single reps: of all of them with their names, of one without."""
    found = []
    for one in payouts.statements.values():
        found += [
            note if alone else Text("{rep}: {what}", fields={"rep": one.name, "what": note}) for note in one.notes
        ]
    return found


def _forecast_of(one: Statement, made: Outlooks, language: Language) -> list[str]:
    if not made.chance:
        return []
    end = made.by_rep[one.rep_id]
    band = language.interval(end.lower_80, end.upper_80, one.currency)
    return [
        language.say(
            text("At the forecast the payout will be {mean} on average, in 80 of 100 cases {band}.",
                 mean=output.cents(end.mean, language), band=band)
        )
    ]  # fmt: skip


def _balance(one: Statement, language: Language) -> list[str]:
    if not one.balance and not one.balance_before:
        return []
    before, after = output.cents(one.balance_before, language), output.cents(one.balance, language)
    return [
        language.say(text("Owed before this period: {before}; after it: {after}.", before=before, after=after))
    ]


def _said(notes: Sequence[Text], language: Language) -> list[str]:
    return [printable(language.say(note)) for note in notes]


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
