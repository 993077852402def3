"""From a strategy to what each rep has to do: plans that add up, and plans backwards from the goal.

- `strategy`, `strategy_files`: what a strategy file may say; reading and checking it
- `money`, `capacity`, `shares`: the strategy shared out over reps, segments and product lines, to the cent
- `goals`: what counts for whom: agreed targets, else what follows from the strategy
- `course`: what comes by itself; `own`, `chains`: how a rep's deals get on, and until when that is in time
- `needed`, `past`, `steps`, `duties`: what it takes, and whether that is within reach
- `action`: the plans; `sentences`, `output`, `written`, `command`: told, printed, written and read back
- `actual`: the plan against what was done, and what of the difference is chance
- `pay`: variable pay by the rules of a pay plan
"""

from typing import TYPE_CHECKING

from salesreport.later import names_from

if TYPE_CHECKING:
    from salesreport.plan.action import ActionPlan, action_plan
    from salesreport.plan.goals import Goals, goals_for
    from salesreport.plan.shares import Shared, share_out
    from salesreport.plan.strategy import Strategy
    from salesreport.plan.strategy_files import check_strategy, load_strategy
    from salesreport.plan.written import PlanRead, plan_yaml, read_plan

__all__ = [
    "ActionPlan",
    "Goals",
    "PlanRead",
    "Shared",
    "Strategy",
    "action_plan",
    "check_strategy",
    "goals_for",
    "load_strategy",
    "plan_yaml",
    "read_plan",
    "share_out",
]

# imported on first use, so that variable pay starts without plans
__getattr__ = names_from(
    __name__,
    {
        "ActionPlan": "action",
        "action_plan": "action",
        "Goals": "goals",
        "goals_for": "goals",
        "Shared": "shares",
        "share_out": "shares",
        "Strategy": "strategy",
        "check_strategy": "strategy_files",
        "load_strategy": "strategy_files",
        "PlanRead": "written",
        "plan_yaml": "written",
        "read_plan": "written",
    },
)
