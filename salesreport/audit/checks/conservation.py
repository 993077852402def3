"""Does the funnel add up, or does more leave a milestone than anybody can explain?"""

import numpy as np
import pyarrow as pa

from salesreport.audit.model import Check, Found, Looked, share_of
from salesreport.kpi.facts.columns import positions_in
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.conservation import conservation
from salesreport.language import Text, ntext, text


def unexplained(looked: Looked) -> Found:
    """How much of what entered milestones within the year is neither on, lost with a reason, back, nor in time."""
    made = conservation(looked.facts, looked.process, looked.period.start, looked.as_of)
    entered, rest = int(made.frame["entered"].sum()), int(made.frame["unexplained"].sum())
    if not entered:
        raise Unavailable(text("no deal came to a milestone within the year"))
    ids = made.deals["deal_id"].unique()
    flagged = np.zeros(looked.facts.columns.size("deals"), bool)
    flagged[positions_in(pa.array(ids, pa.string()), looked.facts.columns.ids("deals", "deal_id"))] = True
    return Found(
        count=rest,
        of=entered,
        share=share_of(rest, entered),
        money=looked.worth(flagged),
        ids=tuple(sorted(map(str, ids))),
        shown=looked.called(flagged),
        detail=_parts(made.frame.sum(numeric_only=True).astype(int).to_dict(), made.has_reasons),
    )


def _parts(total: dict[str, int], has_reasons: bool) -> Text | None:
    parts = [
        ntext("{n} still there for longer than expected", "{n} still there for longer than expected",
              n=total["overstayed"]),
        ntext("{n} lost without a reason", "{n} lost without a reason", n=total["no_reason"]),
        ntext("{n} deleted from the CRM", "{n} deleted from the CRM", n=total["removed"]),
    ]  # fmt: skip
    said = [one for one in parts if one.fields["n"]]
    if not has_reasons:
        said.append(text("the export has no reasons of losses, so every loss counts as explained"))
    return text("{parts}.", parts=said) if said else None


CHECKS = (
    Check(
        key="conservation",
        number=27,
        title=text("Funnel that adds up"),
        definition=text(
            "Stays at milestones that began within the year and ended in a loss without a reason, last "
            "longer than "
            "the process expects, or whose deal was deleted ÷ all that began; the others went on, were "
            "lost with a "
            "reason, put back, or are open in time."
        ),
        kind="data",
        counted=text("stays at milestones"),
        find=unexplained,
        threshold=text("unexplained below 5% of what entered"),
        limit=(0.05, None),
        source="salesreport",
        founded="own",
        needs=(("deals", "stage"),),
        affects=("conversion", "reached", "pipeline_value"),
        does=text("Whether these deals went on or are over is not known: every conversion is a guess."),
    ),
)
"""Does the funnel add up."""
