"""How many reps reach their target: too few for long, and the plan is wrong, not the people."""

from typing import Literal

from salesreport.audit.covered import attained
from salesreport.audit.model import Check, Estimate, Found, Looked, share_of
from salesreport.audit.own_past import usual
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.period import Period

FEWEST_REPS = 5

HALF = 0.50
"""Where fewer reach their target for long, it is the plan."""


def at_target(looked: Looked) -> Found:
    """How many reps reached their revenue target in the last complete quarter."""
    facts = looked.facts
    quarters = complete_quarters(looked, facts.begin("closed") or facts.begin("orders"))
    shares: list[float] = []
    last: tuple[Period, list[str], Numbers] | None = None
    why: Text | None = None
    for one in quarters:
        if last is not None:
            shares.append(_share(last[2]))
        reps, reached, reason = attained(looked, one)
        why = reason if reason is not None else why
        last = (one, reps, reached)
    if last is None or not len(last[1]):
        raise Unavailable(why or text("needs a complete quarter in which reps had revenue targets"))
    period, reps, reached = last
    missed = sorted(rep for rep, value in zip(reps, reached, strict=True) if value < 1)
    count, of = len(reps) - len(missed), len(reps)
    share, before = share_of(count, of), usual(shares)
    return Found(
        count=count,
        of=of,
        share=share,
        ids=tuple(missed),
        shown={one: facts.names.get(one, one) for one in missed},
        baseline=before,
        detail=text("In {period}; listed are those who did not.", period=period),
        level="untold" if of < FEWEST_REPS else only_once(share, before),
    )


def only_once(share: Estimate | None, before: Estimate | None) -> Literal["look"] | None:
    """Worth a look, not serious, where fewer than half reached it, but not for long."""
    once = share is not None and share.upper <= HALF and (before is None or before.value > HALF)
    return "look" if once else None


def _share(reached: Numbers) -> float:
    return float((reached >= 1).mean()) if len(reached) >= FEWEST_REPS else float("nan")


CHECKS = (
    Check(
        key="at_target",
        number=36,
        title=text("Reps at target"),
        definition=text(
            "Reps who reached their revenue target in the last complete quarter ÷ all reps who had one; serious "
            "only where it was no better in the quarters before."
        ),
        kind="demand",
        counted=text("reps"),
        find=at_target,
        threshold=text("60–70% is calibrated; below 50% for long: the plan, not the people"),
        limit=(0.60, HALF),
        version=2,
        better="higher",
        source="getfairview; gtmnow",
        founded="practice",
        needs=(("targets", "value"),),
        affects=("attainment",),
        does=text("Against targets that hardly anybody reaches, attainment says nothing of a rep."),
    ),
)
"""Who reaches the target."""
