"""Strategy files: read, checked by themselves and against the data they speak of."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from salesreport.config import Place, load, misfit
from salesreport.errors import nearest
from salesreport.kpi.facts.facts import Facts
from salesreport.language import Text, text
from salesreport.plan.strategy import Strategy


def load_strategy(path: Path | str) -> Strategy:
    """Read a strategy file.

    Raises:
        ConfigError: no such file, not YAML, or not a strategy; it names the line and the nearest valid name.
    """
    return load(path, Strategy)


def check_strategy(strategy: Strategy, facts: Facts, path: Path | str | None = None) -> None:
    """Make sure that the data know the reps, segments, product lines, types and accounts a strategy speaks of.

    A name is only looked for where the data could have it: without table `activities` any type is fine.

    Args:
        strategy: as read. facts: the data. path: the file, named in errors together with the line.

    Raises:
        ConfigError: a name that the data do not have.
    """
    for place, found, valid, problem in _names(strategy, facts):
        if found in valid or not valid:
            continue
        near = nearest(found, valid)
        few = len(valid) <= 12
        expected = text("one of {names}", names=sorted(valid)) if near is None and few else None
        raise misfit(path, place, problem, found=found, expected=expected, nearest=near)


Name = tuple[Place, str, Collection[str], Text]


def _names(strategy: Strategy, facts: Facts) -> Iterable[Name]:
    """Every name of a strategy: where it stands, what it is, what it may be, what is wrong if it is not."""
    reps = set(facts.reps["rep_id"].astype("str")) - facts.not_people
    segments, lines = (set(facts.dimensions.members(name)) for name in ("segment", "product_line"))
    types: set[str] = set()
    if facts.columns.has("activities", "type"):
        types = set(facts.columns.coded("activities", "type").categories)
    accounts: set[str] = set()
    if strategy.accounts and facts.columns.has("accounts", "account_id"):
        accounts = set(facts.columns.coded("accounts", "account_id").categories)
    no_rep, no_segment = text("There is no such rep."), text("No deal or account is of this segment.")
    no_line, no_type = text("No deal is of this product line."), text("No activity is of this type.")
    no_account = text("There is no such account.")
    for key in ("weights", "specialists"):
        for rep in getattr(strategy, key):
            yield (key, rep), rep, reps, no_rep
    for name in strategy.segments:
        yield ("segments", name), name, segments, no_segment
    for name in strategy.product_lines:
        yield ("product_lines", name), name, lines, no_line
    for number, cadence in enumerate(strategy.activities):
        place: tuple[Any, ...] = ("activities", number)
        yield (*place, "type"), cadence.type, types, no_type
        if cadence.segment is not None:
            yield (*place, "segment"), cadence.segment, segments, no_segment
    for number, account in enumerate(strategy.accounts):
        yield ("accounts", number, "account"), account.account, accounts, no_account
        if account.rep is not None:
            yield ("accounts", number, "rep"), account.rep, reps, no_rep
    for number, level in enumerate(strategy.levels):
        yield ("levels", number, "activity"), level.activity, types, no_type
        for position, rep in enumerate(level.reps):
            yield ("levels", number, "reps", position), rep, reps, no_rep
