"""Variable pay by the rules of a pay plan (docs/pay.md): what everybody is paid, and why; what a change costs.

- `files`, `model`, `checks`: a pay plan, read and checked by itself and against the data
- `payouts`: what is paid for a period with what is known today; `payout_of` gives one rep's only
- `outlook`: what will be paid at the end of the period, as a distribution
- `against`: a changed rule, tried on the same team and the same futures

Behind them: `rule`, `earning` (lines that can be done again by hand), `balance` (draws, clawback), `people`,
`quantities`, `reversals`, `books`, `futures`; `command` and `output` for the command line.
"""

from salesreport.plan.pay.against import Change, compare
from salesreport.plan.pay.checks import check_pay_plan
from salesreport.plan.pay.earning import Line
from salesreport.plan.pay.files import load_pay_plan, parse_pay_plan
from salesreport.plan.pay.model import PayPlan
from salesreport.plan.pay.outlook import Outlook, Outlooks, outlooks
from salesreport.plan.pay.payouts import Payouts, pay, payout_of
from salesreport.plan.pay.statement import Statement

__all__ = [
    "Change",
    "Line",
    "Outlook",
    "Outlooks",
    "PayPlan",
    "Payouts",
    "Statement",
    "check_pay_plan",
    "compare",
    "load_pay_plan",
    "outlooks",
    "parse_pay_plan",
    "pay",
    "payout_of",
]
