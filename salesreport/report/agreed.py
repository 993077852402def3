"""What was agreed for a report's period, in files: the strategy, the reps' plan, the pay plan, account plans.

Each is optional. A pack file, a notebook's parameters and `Review` name them alike.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from salesreport.errors import ConfigError
from salesreport.files import file_checksum
from salesreport.kpi import Facts
from salesreport.language import text
from salesreport.period import Period
from salesreport.plan.accounts.written import AccountPlansRead, read_account_plans
from salesreport.plan.checks import check_plan
from salesreport.plan.pay.checks import check_pay_plan
from salesreport.plan.pay.files import load_pay_plan
from salesreport.plan.pay.model import PayPlan
from salesreport.plan.strategy import Strategy
from salesreport.plan.strategy_files import check_strategy, load_strategy
from salesreport.plan.written import PlanRead, read_plan

FILES = ("strategy", "plan", "pay", "account_plans")
"""The names of the settings, in pack files and notebooks."""


class Agreed(NamedTuple):
    """What was agreed; None: no file says so.

    Attributes:
        strategy: what is wanted of the year, also of the period to come. plan: what the period's plan asked of
            each rep. pay: how variable pay is worked out. account_plans: what people filled in for accounts.
        digests: the files' checksums, by setting.
    """

    strategy: Strategy | None = None
    plan: PlanRead | None = None
    pay: PayPlan | None = None
    account_plans: AccountPlansRead | None = None
    digests: Mapping[str, str] = {}


NOTHING = Agreed()
"""No file says anything."""


def read_agreed(facts: Facts, period: Period, files: Mapping[str, Path | str]) -> Agreed:
    """Read the files, and check them against the data and the period.

    Args:
        facts: the data. period: of the report. files: those of `FILES` that there are; an empty name is none.

    Raises:
        ConfigError: no such file, or not what it should be; it names file, line and the nearest valid name.
    """
    paths = {name: Path(files[name]) for name in FILES if files.get(name)}
    if not paths:
        return NOTHING
    digests = {name: _digest(name, path) for name, path in paths.items()}

    def find() -> Agreed:
        strategy = plan = pay = accounts = None
        if "strategy" in paths:
            strategy = load_strategy(paths["strategy"])
            check_strategy(strategy, facts, paths["strategy"])
        if "plan" in paths:
            plan = read_plan(paths["plan"], facts.dataset.settings.fiscal_year_start)
            _of_period(plan.period, period, paths["plan"])
            check_plan(plan, facts, paths["plan"])
        if "pay" in paths:
            pay = load_pay_plan(paths["pay"])
            check_pay_plan(pay, facts, paths["pay"])
        if "account_plans" in paths:
            accounts = read_account_plans(paths["account_plans"], facts)
            _of_period(accounts.period, period, paths["account_plans"])
        return Agreed(strategy, plan, pay, accounts, digests)

    return facts.remember(("agreed", period, *sorted(digests.items())), find)


def _digest(name: str, path: Path) -> str:
    try:
        return file_checksum(path)
    except OSError:
        raise ConfigError(text("There is no such file."), key=name, found=str(path)) from None


def _of_period(planned: Period, period: Period, path: Path) -> None:
    if planned != period:
        raise ConfigError(
            text("This plan is of another period than the report."),
            file=path,
            key="period",
            found=planned.name,
            expected=period.name,
        )
