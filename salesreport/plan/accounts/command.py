"""What `salesreport accounts` does between reading options and printing."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.table import Table

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, SalesreportError, nearest
from salesreport.files import write_text
from salesreport.kpi.customers.customers import customers_of
from salesreport.kpi.customers.shared import nobodys
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Language, text
from salesreport.period import Period
from salesreport.plan.accounts import output
from salesreport.plan.accounts.chosen import Named
from salesreport.plan.accounts.plans import AccountPlans, account_plans, plans_of_each
from salesreport.plan.accounts.written import account_plans_yaml, read_account_plans
from salesreport.plan.out_file import form_of
from salesreport.plan.strategy_files import check_strategy, load_strategy

OWN_SALES = text("Each rep’s accounts are those the rep sold to or has open deals with; only the rep’s own count.")
"""What is planned where customers are nobody's alone."""

FORMATS = {".yml": "yaml", ".yaml": "yaml", ".csv": "csv", ".json": "json"}
"""The form of a file, by how its name ends."""


def make_account_plans(
    dataset: Dataset, strategy: Path | None, reps: Sequence[str], accounts: Sequence[str]
) -> tuple[AccountPlans, Facts]:
    """The account plans of some reps (nobody named: all), or of some accounts, and what they were made from.

    Args:
        dataset: opened. strategy: its file. reps: ids. accounts: ids or names; they have a plan whatever the rule.

    Raises:
        ConfigError: the strategy file or an account is not what it should be, or the data cannot tell.
    """
    facts = Facts.of(dataset)
    wanted = None
    if strategy is not None:
        wanted = load_strategy(strategy)
        check_strategy(wanted, facts, strategy)
    asked = [_account(facts, one) for one in accounts]
    named, shared = tuple(Named(one, None, "asked") for one in asked), nobodys(facts, facts.as_of)
    try:
        if shared is None:
            made = account_plans(facts, facts.as_of, wanted, named)
        else:
            people = reps or sorted(set(facts.reps["rep_id"]) - facts.not_people)
            made = plans_of_each(facts, people, facts.as_of, wanted, named)
            made = made._replace(notes=(shared.said, OWN_SALES, *made.notes))
    except Unavailable as problem:
        raise ConfigError(
            text("There can be no account plans: {reason}.", reason=problem.reason), key="DATASET"
        ) from None
    frame = made.accounts
    chosen = frame["rep_id"].isin(reps) if reps else frame["rep_id"].notna()
    if asked:
        chosen &= frame["account_id"].isin(asked)
        if not chosen.any():
            why = text("The rep does not serve this account.") if reps else text("Nobody serves this account.")
            raise ConfigError(why, key="--account", found=", ".join(accounts))
    kept = frame[chosen].reset_index(drop=True)
    pairs = pd.MultiIndex.from_frame(made.lines[["rep_id", "account_id"]])
    mine = pairs.isin(pd.MultiIndex.from_frame(kept[["rep_id", "account_id"]]))
    lines = made.lines[mine].reset_index(drop=True)
    return made._replace(accounts=kept, lines=lines), facts


def period_of(dataset: Dataset, period: str | None) -> Period:
    """The period the plans are for: as asked, else the quarter that follows the as-of date.

    Raises:
        ConfigError: this is no period, or one that is over.
    """
    if period is None:
        return Period.of(dataset.as_of + dt.timedelta(1), "quarter", dataset.settings.fiscal_year_start)
    made = dataset.asked_period(period).period
    if made.end < dataset.as_of:
        raise ConfigError(text("This period is over."), key="--period", found=period)
    return made


def shown(
    plans: AccountPlans, facts: Facts, period: Period, format: str, language: Language, alone: bool
) -> tuple[list[str | Table], list[str]]:
    """What is printed, and what is said beside it.

    Args:
        plans, facts: from `make_account_plans`. period: the plans'. format: `table`, `csv`, `json` or `yaml`.
        alone: whether every account is shown with its lines in `table`.
    """
    notes = output.explanations(plans, language)
    if format == "json":
        return [output.as_json(plans, period, language)], []
    if format == "csv":
        return [output.as_csv(plans, facts.names)], notes
    if format == "yaml":
        return [account_plans_yaml(plans, period, facts.names, language)], notes
    if plans.accounts.empty:
        none = text("No account has ordered anything in two years, or has an open deal.")
        return [], [language.say(none), *notes]
    if not alone:
        return [output.as_table(plans, facts.names, language)], notes
    parts: list[str | Table] = []
    for rep in plans.accounts["rep_id"].unique():
        mine = plans.of(rep)
        for account in mine.accounts["account_id"]:
            parts += output.account_as_tables(mine, account, facts.names, language)
    return parts, notes


def write_account_plans(path: Path, plans: AccountPlans, facts: Facts, period: Period, language: Language) -> None:
    """Write the plans to a file, in the form its name asks for; one that was filled in is never written over.

    Raises:
        ConfigError: a name of another kind, a folder that is not there, or a file with answers.
    """
    format = form_of(path, FORMATS, text("Plans are not written in this form."))
    if format == "yaml" and path.exists() and _filled_in(path, facts):
        raise ConfigError(
            text("This file holds what people filled in, and is not written over."), key="--out", found=str(path)
        )
    (content,), _ = shown(plans, facts, period, format, language, False)
    write_text(path, str(content))


def _filled_in(path: Path, facts: Facts) -> bool:
    """Whether a file may hold answers: it does, or it cannot be read as account plans."""
    try:
        return any(one.anything for one in read_account_plans(path, facts).accounts.values())
    except SalesreportError:
        return True


def _account(facts: Facts, wanted: str) -> str:
    """The id of the account that is meant.

    Raises:
        ConfigError: there is none of this id or name, or several have the name.
    """
    ids = set(customers_of(facts).ids)
    if wanted in ids:
        return wanted
    names: dict[str, list[str]] = {}
    listed = facts.dataset.table("accounts", ["account_id", "name"]).dropna()
    for account, name in zip(listed["account_id"], listed["name"], strict=True):
        names.setdefault(name, []).append(account)
    found = names.get(wanted, [])
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            text("Several accounts have this name; an id says which is meant."), key="--account", found=wanted,
            expected=text("one of {names}", names=sorted(found)),
        )  # fmt: skip
    raise ConfigError(
        text("There is no such account."), key="--account", found=wanted, nearest=nearest(wanted, {*ids, *names})
    )
