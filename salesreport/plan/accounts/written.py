"""Account plans as a file that people fill in, and that the review of the period reads back."""

import datetime as dt
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import BeforeValidator, Field

from salesreport.config import Day, Place, Settings, TextError, load, misfit
from salesreport.errors import ConfigError, nearest
from salesreport.kpi.customers.customers import customers_of
from salesreport.kpi.customers.shared import nobodys
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.frames import is_missing
from salesreport.language import Language, Text, text
from salesreport.period import Period
from salesreport.plan.accounts.chosen import Named
from salesreport.plan.accounts.plans import AccountPlans
from salesreport.plan.accounts.questions import QUESTIONS
from salesreport.plan.written import Known
from salesreport.process.words import Word


def _said(value: Any) -> Any:
    """An answer as it was written; nothing written is no answer."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float) and not (isinstance(value, float) and not isfinite(value)):
        return str(value).strip()
    raise TextError(text("An answer is a text."))


Answer = Annotated[str, BeforeValidator(_said)]
"""What somebody wrote."""


class Answers(Settings):
    """What people say of an account; empty: not filled in. See `QUESTIONS`."""

    fit: Answer = ""
    missing: Answer = ""
    rivals: Answer = ""
    promotions: Answer = ""
    selling: Answer = ""


class Action(Settings):
    """What was agreed to be done: what, by whom, until when, and what became of it."""

    what: Word
    who: Answer = ""
    until: Day | None = None
    status: Literal["open", "done", "dropped"] = "open"


class LineWritten(Settings):
    """A product line of an account as it was when the plan was made; see `AccountPlans.lines`."""

    product_line: Word | None = None
    ordered: Known | None = None
    buys: bool | None = None
    open_deals: Known | None = None
    like: str | None = None
    like_n: Known | None = None
    like_buying: Known | None = None
    base: Known | None = None
    drawn: Known | None = None
    lift: Known | None = None
    lift_lower: Known | None = None
    lift_upper: Known | None = None
    q: Known | None = None
    gap: bool | None = None
    worth: Known | None = None
    worth_lower: Known | None = None
    worth_upper: Known | None = None
    worth_n: Known | None = None


class AccountWritten(Settings):
    """An account's plan; see `AccountPlans.accounts`. `answers` and `actions` are filled in by people."""

    account_id: Word
    name: str = ""
    why: str | None = None
    segment: Word | None = None
    industry: Word | None = None
    ordered: Known | None = None
    ordered_before: Known | None = None
    last_contact: Day | None = None
    complaints: Known | None = None
    unresolved: Known | None = None
    open_deals: Known | None = None
    open_value: Known | None = None
    worth: Known | None = None
    outcome: str = ""
    until: Day | None = None
    contacts: str = ""
    commitments: tuple[str, ...] = ()
    lines: tuple[LineWritten, ...] = ()
    answers: Answers = Answers()
    actions: tuple[Action, ...] = ()


class RepWritten(Settings):
    """One rep's account plans."""

    rep_id: Word
    name: str = ""
    accounts: tuple[AccountWritten, ...] = ()


class AccountPlansFile(Settings):
    """A file of account plans.

    Attributes:
        account_plans: the version of its form. period: for which they are made. as_of: the day they were made on.
        currency: of money. reps: the plans.
    """

    account_plans: Annotated[int, Field(ge=1, le=1)]
    period: Word
    as_of: Day
    currency: Word
    reps: tuple[RepWritten, ...] = ()


class Filled(NamedTuple):
    """What people filled in for an account: answers by question (empty: none), actions."""

    answers: Mapping[str, str]
    actions: tuple[Action, ...]

    @property
    def anything(self) -> bool:
        """Whether there is anything."""
        return bool(self.actions) or any(self.answers.values())


class AccountPlansRead(NamedTuple):
    """Account plans of an earlier day, read back.

    Attributes:
        accounts: rep, account → what was filled in. period, as_of: for which and on which day they were made.
    """

    accounts: Mapping[tuple[str, str], Filled]
    period: Period
    as_of: dt.date

    @property
    def named(self) -> tuple[Named, ...]:
        """The accounts that have a plan because it was agreed."""
        return tuple(Named(account, rep, "agreed") for rep, account in self.accounts)

    def by_account(self, rep: str | None = None) -> dict[str, Filled]:
        """What was filled in with a rep, by account; None: with whomever, where each account has one plan."""
        return {account: one for (whose, account), one in self.accounts.items() if rep in (whose, None)}


def account_plans_yaml(
    plans: AccountPlans, period: Period, names: Mapping[str, str], language: Language | None = None
) -> str:
    """The plans as YAML, numbers unrounded, without what is not known, with places to fill in.

    Args:
        plans: as made. period: for which. names: of the reps, by id. language: of the questions above.
    """
    reps = []
    for rep in dict.fromkeys(plans.accounts["rep_id"]):
        mine = plans.of(rep)
        lines = lines_by_account(mine)
        accounts = [
            {"account_id": row["account_id"], "name": row["name"]}
            | {"answers": dict.fromkeys(QUESTIONS, ""), "actions": []}
            | _told(row)
            | {"lines": [_told(line) for line in lines[row["account_id"]]]}
            for row in mine.accounts.to_dict("records")
        ]
        reps.append({"rep_id": rep, "name": names.get(rep, ""), "accounts": accounts})
    content = {
        "account_plans": 1, "period": period.name, "as_of": plans.as_of.isoformat(), "currency": plans.currency,
        "reps": reps,
    }  # fmt: skip
    return _head(language or Language("en")) + yaml.safe_dump(
        content, sort_keys=False, allow_unicode=True, width=110
    )


def lines_by_account(plans: AccountPlans) -> dict[str, list[dict[str, Any]]]:
    """The product lines of each account, a mapping each; none of an account that has none."""
    found: dict[str, list[dict[str, Any]]] = {account: [] for account in plans.accounts["account_id"]}
    columns = {str(name): values.tolist() for name, values in plans.lines.items() if name != "rep_id"}
    accounts = columns.pop("account_id")
    for account, *values in zip(accounts, *columns.values(), strict=True):
        found.setdefault(account, []).append(dict(zip(columns, values, strict=True)))
    return found


def lines_of(plans: AccountPlans, account: str) -> list[dict[str, Any]]:
    """The product lines of one account, a mapping each."""
    return lines_by_account(plans._replace(lines=plans.lines[plans.lines["account_id"] == account]))[account]


def _head(language: Language) -> str:
    """What people must know to fill a file in, as comments."""
    fill = text("Fill in “answers” and “actions”; the review of the period reads them (docs/accounts.md).")
    example = "  actions: [{what: …, who: …, until: 2026-03-31, status: open}]   # or done, dropped"
    lines = [language.say(fill), *(f"  {key}: {language.say(one)}" for key, one in QUESTIONS.items())]
    return "".join(f"# {line}\n" for line in [*lines, example])


def read_account_plans(path: Path | str, facts: Facts) -> AccountPlansRead:
    """Read a file that `account_plans_yaml` wrote, and people filled in.

    Args:
        path: the file. facts: the data, which must know its reps and accounts.

    Raises:
        ConfigError: no such file, not YAML, no account plans, or an account or rep that the data do not have; it
            names the line and the nearest valid name.
    """
    file = load(path, AccountPlansFile)
    try:
        period = facts.dataset.period(file.period)
    except ConfigError as error:
        raise misfit(path, ("period",), error.problem, found=file.period, expected=error.expected) from None
    currency = facts.dataset.currency
    if file.currency != currency:
        problem = text("The dataset's money is in another currency.")
        raise misfit(path, ("currency",), problem, found=file.currency, expected=currency)
    _check(file, facts, path)
    accounts = {
        (rep.rep_id, account.account_id): Filled(account.answers.model_dump(), account.actions)
        for rep in file.reps
        for account in rep.accounts
    }
    return AccountPlansRead(accounts, period, file.as_of)


FEW = 12
"""So many names are listed where a wrong one is like none of them."""


def _check(file: AccountPlansFile, facts: Facts, path: Path | str) -> None:
    reps = set(facts.reps["rep_id"].astype("str")) - facts.not_people
    accounts = set(customers_of(facts).ids)
    alone = nobodys(facts, facts.as_of) is None
    seen: set[tuple[Place, str]] = set()
    for place, found, valid, problem in _names(file, reps, accounts):
        plan = (() if alone else place[:2], found)  # of accounts that are nobody's alone, each rep has one
        again = place[-1] == "account_id" and plan in seen
        if found in valid and not again:
            seen |= {plan} if place[-1] == "account_id" else set()
            continue
        near = None if again else nearest(found, valid)
        few = near is None and not again and len(valid) <= FEW
        raise misfit(
            path,
            place,
            text("This account has two plans.") if again else problem,
            found=found,
            expected=text("one of {names}", names=sorted(valid)) if few else None,
            nearest=near,
        )


def _names(
    file: AccountPlansFile, reps: set[str], accounts: set[str]
) -> Iterable[tuple[Place, str, set[str], Text]]:
    no_rep, no_account = text("There is no such rep."), text("There is no such account.")
    for number, rep in enumerate(file.reps):
        yield ("reps", number, "rep_id"), rep.rep_id, reps, no_rep
        for position, account in enumerate(rep.accounts):
            place = ("reps", number, "accounts", position, "account_id")
            yield place, account.account_id, accounts, no_account


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What is known of a row, as YAML holds it."""
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name == "rep_id" or value is None or is_missing(value) or value in ("", ()):
            continue
        if isinstance(value, dt.date):
            told[name] = value.isoformat()
        elif isinstance(value, tuple):
            told[name] = list(value)
        else:
            told[name] = value.item() if hasattr(value, "item") else value
    return told
