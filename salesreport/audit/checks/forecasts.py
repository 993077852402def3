"""What the CRM forecast for past quarters, against what came."""

import numpy as np
from scipy.special import stdtrit

from salesreport.audit.model import Check, Estimate, Found, Looked
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.facts.columns import Numbers
from salesreport.kpi.facts.known import Known
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.forecast.baselines import actual, by_crm
from salesreport.language import Quantity, Text, text
from salesreport.stats.intervals import ratio_linearised

OFF = 0.20
"""A quarter whose forecast was further off is counted."""

FEWEST_QUARTERS = 4


def forecast_error(looked: Looked) -> Found:
    """How far off the CRM's forecasts of the last quarters were."""
    facts = looked.facts
    rows = []
    for period in complete_quarters(looked, facts.begin("created")):
        eve = (np.datetime64(period.start, "D") - 1).item()
        forecast = by_crm(Known(facts, eve), period)
        won, last = (float(actual(facts, one).sum()) for one in (period, period.previous()))
        if forecast is not None and won > 0:
            rows.append((float(forecast.sum()), won, last))
    if not rows:
        raise Unavailable(
            text(
                "needs snapshots with amounts, probabilities and closing dates before a complete quarter; "
                "there are none"
            )
        )
    said, came, before = np.array(rows).T
    error = np.abs(said - came)
    made = ratio_linearised(error, came)
    enough = len(rows) >= FEWEST_QUARTERS
    far = error > OFF * came
    return Found(
        count=int(far.sum()),
        of=len(rows),
        share=None,
        figure=Estimate(
            float(made.value[0]),
            max(float(made.lower[0]), 0.0) if enough else float("nan"),
            float(made.upper[0]) if enough else float("nan"),
            float(len(rows)),
        ),
        money=float(error[far].sum()) if far.any() else None,
        matters=worse_than(error, np.abs(before - came)),
        detail=_signed(float((said - came).sum() / came.sum()), float(np.abs(before - came).sum() / came.sum())),
    )


def worse_than(error: Numbers, naive: Numbers) -> bool:
    """Whether the errors are larger than those of another forecast of the same quarters, beyond chance."""
    gap = error - naive
    n = len(gap)
    if n < FEWEST_QUARTERS:
        return False
    return bool(gap.mean() > stdtrit(n - 1, 0.975) * gap.std(ddof=1) / np.sqrt(n))


def _signed(error: float, naive: float) -> Text:
    """The error with its sign, and what the quarter before would have been off as a forecast."""
    size, other = Quantity(abs(error), "share"), Quantity(naive, "share")
    if error >= 0:
        return text(
            "All quarters together, the CRM expected {size} more than came; the revenue of the quarter before, "
            "taken for a forecast, was {naive} off.",
            size=size, naive=other,
        )  # fmt: skip
    return text(
        "All quarters together, the CRM expected {size} less than came; the revenue of the quarter before, taken "
        "for a forecast, was {naive} off.",
        size=size, naive=other,
    )  # fmt: skip


CHECKS = (
    Check(
        key="forecast_error",
        number=29,
        title=text("Forecast error"),
        definition=text(
            "Differences, whatever their sign, between amount × probability of the open deals due in a "
            "quarter, as "
            "the CRM showed them on its eve, and what was won in it ÷ what was won, over the last eight quarters."
        ),
        kind="behaviour",
        counted=text("quarters more than 20% off"),
        find=forecast_error,
        threshold=text(
            "up to 5% best, 5–10% strong, 10–20% average, above 20% poor; signed and absolute, always both"
        ),
        limit=(0.10, 0.20),
        source="backstory; winsabove",
        founded="contested",
        needs=(("snapshots", "crm_probability"), ("snapshots", "amount"), ("deals", "closed_on")),
        affects=("coverage",),
    ),
)
"""What was forecast."""
