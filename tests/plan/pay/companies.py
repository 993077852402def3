"""Companies so small that every payout can be worked out by hand."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from cases import dataset_of

from salesreport.kpi import Facts
from salesreport.plan.pay import PayPlan, Statement, parse_pay_plan, pay

ACCELERATOR = """
name: Accelerator
currency: EUR
target_pay: 5000
components:
  - key: revenue
    metric: revenue
    weight: 100 %
    threshold: 50 %
    levels: [{to: 100 %, rate: 1}, {to: 120 %, rate: 1.5}, {rate: 2}]
    cap: 200 %
"""


def order(number: int, rep: str, day: str, amount: float, **more: Any) -> dict[str, Any]:
    """One row of table `orders`."""
    return {"order_id": f"O{number}", "rep_id": rep, "ordered_on": day, "amount": amount, **more}


def target(
    rep: str, value: float, period: str = "2025-Q1", metric: str = "revenue", **more: Any
) -> dict[str, Any]:
    """One row of table `targets`."""
    return {"metric": metric, "period": period, "value": value, "rep_id": rep, **more}


def facts_of(folder: Path, as_of: str, reps: list[str] | list[dict[str, Any]], **tables: Any) -> Facts:
    """A company seen from its last day; reps by id, or as rows."""
    listed = [one if isinstance(one, dict) else {"rep_id": one, "name": f"Name {one}"} for one in reps]
    return Facts.of(dataset_of(folder / "ds", as_of, {"reps": listed, **tables}))


def plan_of(content: str) -> PayPlan:
    """A pay plan from its text."""
    return parse_pay_plan(content)


def statements(facts: Facts, plan: PayPlan, period: str) -> dict[str, Statement]:
    """Everybody's statement."""
    return dict(pay(facts, plan, facts.dataset.period(period)).statements)


def paid(facts: Facts, plan: PayPlan, period: str) -> dict[str, Decimal]:
    """Everybody's payout."""
    return {rep: one.payout for rep, one in statements(facts, plan, period).items()}


def day(written: str) -> dt.date:
    """A date."""
    return dt.date.fromisoformat(written)
