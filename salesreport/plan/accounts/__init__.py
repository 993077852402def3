"""Account plans (docs/accounts.md): what the accounts that matter buy and do not, and what is to be done about it.

- `plans`: `account_plans` of everybody by the end of a day; `market_of` all accounts
- `written`: the file that people fill in, and that the review of the period reads back
- `space`: white space by product line and segment

Behind them: `bought`, `likeness` (numbers only), `around`, `chosen`, `questions`; `command` and `output` for the
command line.
"""

from salesreport.plan.accounts.plans import AccountPlans, Market, account_plans, market_of
from salesreport.plan.accounts.space import white_space
from salesreport.plan.accounts.written import AccountPlansRead, account_plans_yaml, read_account_plans

__all__ = [
    "AccountPlans",
    "AccountPlansRead",
    "Market",
    "account_plans",
    "account_plans_yaml",
    "market_of",
    "read_account_plans",
    "white_space",
]
