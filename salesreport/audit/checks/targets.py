"""How many reps reach their target: too few for long, and the plan is wrong, not the people."""

from salesreport.audit.model import Check, Found, Looked, share_of
from salesreport.audit.own_past import usual
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.compute import compute
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text
from salesreport.period import Period

FEWEST_REPS = 5


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
        table = compute(facts, one, ["attainment"], by=("rep_id",), as_of=one.end)
        rows = table.frame.dropna(subset=["rep_id", "value"])
        rows = rows[~rows["rep_id"].isin(list(facts.not_people))]
        why = table.unavailable.get("attainment", why)
        last = (one, rows["rep_id"].tolist(), rows["value"].to_numpy(float))
    if last is None or not len(last[1]):
        raise Unavailable(why or text("needs a complete quarter in which reps had revenue targets"))
    period, reps, reached = last
    missed = sorted(rep for rep, value in zip(reps, reached, strict=True) if value < 1)
    count, of = len(reps) - len(missed), len(reps)
    return Found(
        count=count,
        of=of,
        share=share_of(count, of),
        ids=tuple(missed),
        shown={one: facts.names.get(one, one) for one in missed},
        baseline=usual(shares),
        detail=text("In {period}; listed are those who did not.", period=period),
        level=None if of >= FEWEST_REPS else "untold",
    )


def _share(reached: Numbers) -> float:
    return float((reached >= 1).mean()) if len(reached) >= FEWEST_REPS else float("nan")


CHECKS = (
    Check(
        key="at_target",
        number=36,
        title=text("Reps at target"),
        definition=text(
            "Reps who reached their revenue target in the last complete quarter ÷ all reps who had one."
        ),
        kind="demand",
        counted=text("reps"),
        find=at_target,
        threshold=text("60–70 % is calibrated; below 50 % for long: the plan, not the people"),
        limit=(0.60, 0.50),
        better="higher",
        source="getfairview; gtmnow",
        founded="practice",
        needs=(("targets", "value"),),
        affects=("attainment",),
        does=text("Against targets that hardly anybody reaches, attainment says nothing of a rep."),
    ),
)
"""Who reaches the target."""
