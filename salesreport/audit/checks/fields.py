"""Are fields filled, and with something? Those that forecasts need, loss reasons, placeholders."""

from dataclasses import replace

import numpy as np
import pandas as pd

from salesreport.audit.checks.words import is_placeholder
from salesreport.audit.model import Check, Found, Looked
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Text, text

CRITICAL: dict[str, Text] = {
    "amount": text("amount"),
    "stage": text("stage"),
    "expected_close_on": text("expected closing date"),
}
"""What a forecast by hand needs of an open deal."""

FREE = ("name", "loss_reason", "next_step")
"""Columns in which people write what they like."""

CODED = ("product_line", "segment", "lead_source", "forecast_category", "kind")
"""Columns with values to choose from."""


def _critical(looked: Looked) -> Found:
    columns, known = looked.facts.columns, looked.facts.known()
    if not known.open.any():
        raise Unavailable(text("there are no open deals"))
    table = "deals" if known.is_today else "snapshots"
    have = [name for name in CRITICAL if columns.has("deals", name) and columns.has(table, name)]
    shown = known.open & known.is_shown
    if not known.is_today and not (have and shown.any()):
        raise Unavailable(
            text("which fields open deals had on {day} is not known: no snapshots show it", day=looked.as_of)
        )
    if not have:
        raise Unavailable(text("needs amounts, stages or expected closing dates of deals; this export has none"))
    empty: dict[str, Flags] = {
        "amount": ~(known.amount > 0),
        "stage": known.stage.codes < 0,
        "expected_close_on": np.isnat(known.expected_close),
    }
    lacking = np.zeros(len(known.open), bool)
    for name in have:
        lacking |= empty[name]
    lack = {name: int((empty[name] & shown).sum()) for name in have}
    said: list[Text] = [
        text("{field}: {n} of {all} empty", field=CRITICAL[name], n=n, all=int(shown.sum()))
        for name, n in lack.items()
    ]
    said += [text("{field}: not exported", field=CRITICAL[name]) for name in CRITICAL if name not in have]
    found = looked.of_deals(lacking, shown, detail=text("{fields}.", fields=said))
    return replace(found, parts=tuple((CRITICAL[name], n) for name, n in lack.items() if n))


CRITICAL_FIELDS = Check(
    key="critical_fields",
    number=14,
    title=text("Fields that forecasts need"),
    definition=text(
        "Open deals without amount, stage or expected closing date, as far as the export has these columns ÷ open "
        "deals."
    ),
    kind="data",
    counted=text("open deals"),
    limit=(0.1, 0.2),
    threshold=text("filled for 90–95%, at the very least for 80%"),
    source="Saber; DAMA; hubspot-admin-skills",
    founded="practice",
    needs=(("deals", "status"),),
    affects=("pipeline_value", "coverage", "slippage", "velocity"),
    does=text("They count as deals and not as money, and in no period."),
    find=_critical,
)


def _loss_reasons(looked: Looked) -> Found:
    known = looked.facts.known()
    if not known.lost.any():
        raise Unavailable(text("there are no lost deals"))
    reasons = looked.facts.columns.coded("deals", "loss_reason")
    hollow = np.array([is_placeholder(one, free=True) for one in reasons.categories] + [True], bool)
    return looked.of_deals(hollow[reasons.codes], known.lost)


LOSS_REASONS = Check(
    key="loss_reasons",
    number=16,
    title=text("Lost deals without a reason"),
    definition=text("Lost deals without a reason, or with a placeholder for one ÷ lost deals."),
    kind="data",
    counted=text("lost deals"),
    limit=(0.2, 0.5),
    threshold=text("a reason for each, within seven days; no number published"),
    source="aavishkarit",
    needs=(("deals", "loss_reason"),),
    affects=("deals_lost",),
    does=text("Why deals are lost is known of some only, and these may be the ones that are easy to explain."),
    find=_loss_reasons,
)


def _placeholders(looked: Looked) -> Found:
    columns, there = looked.facts.columns, looked.there()
    filled, hollow = np.zeros(len(there), bool), np.zeros(len(there), bool)
    said: dict[str, int] = {}
    for name in (*FREE, *CODED):
        if columns.has("deals", name):
            values = columns.coded("deals", name)
            meant = _meant(values, name in FREE)
            filled |= values.codes >= 0
            hollow |= meant[values.codes]
            for code in np.flatnonzero(meant[:-1]):
                n = int((there & (values.codes == code)).sum())
                said[str(values.categories[code])] = said.get(str(values.categories[code]), 0) + n
    if not (filled & there).any():
        raise Unavailable(text("the deals of this export have no texts"))
    often = sorted(said.items(), key=lambda one: (-one[1], one[0]))[:5]
    shown: list[Text] = [text("“{value}” ({n} ×)", value=value, n=n) for value, n in often if n]
    detail = text("Values: {values}.", values=shown) if shown else None
    return looked.of_deals(hollow, filled & there, detail=detail)


def _meant(values: pd.Categorical, free: bool) -> Flags:
    return np.array([is_placeholder(one, free) for one in values.categories] + [False], bool)


PLACEHOLDERS = Check(
    key="placeholders",
    number=15,
    title=text("Placeholders"),
    definition=text(
        "Deals with a text such as “n/a”, “.” or 123 for name, next step, loss reason, product line, segment, "
        "source, category or kind ÷ deals with any such text."
    ),
    kind="data",
    counted=text("deals"),
    limit=(0.01, 0.1),
    threshold=text("more than five to seven required fields breed them; no number published"),
    source="AskElephant",
    founded="practice",
    needs=(("deals", "status"),),
    affects=(),
    does=text("Such values look like groups of their own, and like filled fields."),
    find=_placeholders,
)

CHECKS = (CRITICAL_FIELDS, LOSS_REASONS, PLACEHOLDERS)
