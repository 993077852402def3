"""What is said of definitions: how far a rate depends on them, which the report uses, which a CRM shows."""

import numpy as np
import pandas as pd

from salesreport.audit.definitions.definition import Definition
from salesreport.audit.definitions.definitions import Compared
from salesreport.audit.definitions.shown import UNKNOWN, shown_in
from salesreport.kpi.compute import METRICS, contract
from salesreport.language import Quantity, Range, Text, ntext, text

HIT_RATE = text("Hit rate of offers")

_NOTICED = 0.005
"""Smaller differences of a rep's rate are none that anybody would see."""


def title_of(metric: str, compared: Compared) -> Text:
    """What people call a metric."""
    if metric in METRICS:
        return METRICS[metric].title
    return HIT_RATE if metric == "hit_rate" else contract(metric, compared.facts).title


def definition_of(compared: Compared, metric: str, key: str) -> Definition:
    """The contract of a row."""
    return next(one for one in compared.definitions if (one.metric, one.key) == (metric, key))


def how_far(compared: Compared, *metrics: str, crm: bool = True) -> Text | None:
    """How far a rate depends on its definition, in one sentence; None where none gives a value.

    Args:
        compared: the rates. metrics: those that people call by one name, the first one gives it: `win_rate`,
            `win_rate_amount`. crm: whether to say what the CRM of the data shows.

    Examples:
        Win rate 31% – 63%, depending on the definition; this report uses won ÷ won or lost, closed in the period
        (63%); Salesforce shows 63% (its help's formula for a report of closed deals: WON:SUM / CLOSED:SUM).
    """
    rows = compared.of(*metrics)
    used = rows[rows["used_by_report"] & (rows["metric"] == metrics[0])]
    if rows.empty or (used.empty and not rows["value"].any()):
        return None  # nothing was decided: what is still open makes no rate of zero
    title, unit = title_of(metrics[0], compared), str(rows["unit"].iloc[0])
    least, most = rows["value"].min(), rows["value"].max()
    if len(rows) == 1:
        said = text(
            "{metric} {value}; the data carry one definition only", metric=title, value=_shown(rows.iloc[0])
        )
    elif np.isclose(least, most):
        said = text("{metric} {value} under every definition", metric=title, value=_shown(rows.iloc[0]))
    else:
        said = text(
            "{metric} {range}, depending on the definition",
            metric=title,
            range=Range(float(least), float(most), unit),
        )
    if len(used):
        formula = definition_of(compared, metrics[0], used.iloc[0]["definition"]).formula
        said = text(
            "{said}; this report uses “{formula}” ({value})",
            said=said,
            formula=formula,
            value=_shown(used.iloc[0]),
        )
    of_crm = what_crm_shows(compared, metrics[0]) if crm else None
    return text("{said}.", said=said) if of_crm is None else text("{said}; {more}.", said=said, more=of_crm)


def what_crm_shows(compared: Compared, metric: str) -> Text | None:
    """Which definition the CRM of the data shows, or that this is not known; None where the CRM is not known."""
    crm = compared.crm
    if crm is None:
        return None
    listed = shown_in(crm, metric)
    rows = compared.of(metric).set_index("definition")
    told = [one for one in listed if one.definition in rows.index]
    if told:
        parts = [text("{value} ({said})", value=_shown(rows.loc[one.definition]), said=one.said) for one in told]
        return text("{crm} shows {parts}", crm=crm, parts=parts)
    if listed:
        return text(
            "what {crm} shows cannot be told from these data ({said})", crm=crm, said=[one.said for one in listed]
        )
    if metric == "win_rate" and crm in UNKNOWN:
        return text("which one {crm} shows is not known ({why})", crm=crm, why=UNKNOWN[crm])
    return None


def owners_in_words(compared: Compared) -> Text:
    """How many reps' win rate changes with who has credit for a deal."""
    if compared.no_owners is not None:
        return text("By owner: cannot be told, {reason}.", reason=compared.no_owners)
    owners = compared.owners
    gaps = owners[["first", "last"]].sub(owners["then"], axis=0).abs()
    moved = gaps.max(axis=1) > _NOTICED
    # who has deals under one rule only has no rate under the other
    alone = owners[["then", "first", "last"]].isna().any(axis=1)
    if not (moved | alone).any():
        return ntext(
            "By owner: the win rate of {n} rep is the same, whoever of a deal’s owners has credit.",
            "By owner: the win rates of all {n} reps are the same, whoever of a deal’s owners has credit.",
            n=len(owners),
        )
    return ntext(
        "By owner: {n} rep’s win rate out of {all} changes when a deal counts for its first owner, or for the one "
        "the CRM shows today, instead of the owner on the day it closed; by {points} percentage points at most.",
        "By owner: {n} reps’ win rates out of {all} change when a deal counts for its first owner, or for the one "
        "the CRM shows today, instead of the owner on the day it closed; by {points} percentage points at most.",
        n=int((moved | alone).sum()),
        all=len(owners),
        points=0 if gaps.isna().all(axis=None) else round(100 * float(np.nanmax(gaps.to_numpy(float)))),
    )


def notes(compared: Compared) -> list[Text]:
    """What a reader must know: as of when, which CRM, which definitions cannot be told."""
    said = [
        text("What became of the deals is told as known on {day}, as a CRM shows it.", day=compared.facts.as_of),
        owners_in_words(compared),
    ]
    if compared.crm is None:
        said.append(text("Which CRM the data come from is not recorded, so nothing is said of what it shows."))
    reasons = [one for one in compared.frame["reason"] if one is not None]
    for template, reason in {str(one): one for one in reasons}.items():
        said.append(
            ntext(
                "{n} definition cannot be told: {reason}.",
                "{n} definitions cannot be told: {reason}.",
                n=sum(str(one) == template for one in reasons),
                reason=reason,
            )
        )
    return said


def _shown(row: pd.Series) -> Quantity:
    return Quantity(float(row["value"]), str(row["unit"]))
