"""Every rate under the definitions that people use, side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesreport.audit.definitions import offers, sizes, win_rates
from salesreport.audit.definitions.cohort import Asked
from salesreport.audit.definitions.definition import Definition
from salesreport.audit.definitions.owners import by_owner
from salesreport.audit.definitions.shown import crm_of, shown_by
from salesreport.audit.definitions.steps import of_place
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import places_of, process_file
from salesreport.language import Text, text
from salesreport.period import Period
from salesreport.stats.holds import assert_holds

FIGURES = ("value", "lower", "upper", "n")


@dataclass(frozen=True, eq=False)
class Compared:
    """Rates under every definition.

    Attributes:
        facts: of what. period: of when. where: of which part, dimension → values.
        crm: the CRM the data come from; None: not known.
        definitions: the contracts, in the frame's order.
        frame: one row per definition: `metric` (a key; `conversion:MILESTONE` for each milestone), `definition`,
            `value`, `n` (deals, customers or leads it rests on), `lower`, `upper` (95 %; missing where there are
            too few), `unit` (`share`, `days` or the currency), `used_by_report` (whether the kit's metric of that
            key is this one), `shown_by` (the CRMs that show it, with commas; missing: none that is known),
            `reason` (why it cannot be told, a text; None where it can).
        owners: one row per rep: the win rate by who has credit: `rep_id`, `then`, `first`, `last` and `n_then` …
            (deals won or lost in the period); no rows where owners never changed or are not recorded.
        no_owners: why there are no such rows; None where there are.
    """

    facts: Facts
    period: Period
    where: Mapping[str, tuple[str, ...]]
    crm: str | None
    definitions: tuple[Definition, ...]
    frame: pd.DataFrame
    owners: pd.DataFrame
    no_owners: Text | None

    def of(self, *metrics: str) -> pd.DataFrame:
        """The rows of some metrics that have a value."""
        frame = self.frame
        return frame[frame["metric"].isin(metrics) & frame["value"].notna()]

    @property
    def metrics(self) -> list[str]:
        """The keys of all metrics, in order."""
        return list(dict.fromkeys(self.frame["metric"]))


def definitions(facts: Facts, period: Period, where: Mapping[str, Iterable[str] | str] | None = None) -> Compared:
    """Work out every rate under every definition; worked out once.

    What became of the deals of a period is told as known on the facts' own day, as a CRM shows it.

    Args:
        facts: what happened. period: of when. where: dimension → the values that count; none: the whole company.

    Raises:
        ConfigError: an unknown dimension or value, or a period of which nothing is known yet.
    """
    asked = Asked.of(facts, period, where)
    key = ("definitions", period.start, period.end, tuple(sorted(asked.where.items())))
    return facts.remember(key, lambda: _compare(asked))


def _compare(asked: Asked) -> Compared:
    facts = asked.facts
    steps = places_of(process_file(facts)) if facts.columns.has("deals") else []
    listed = (
        *win_rates.DEFINITIONS,
        *(one for one in offers.DEFINITIONS if one.metric == "hit_rate"),
        *(one for place in steps for one in of_place(place)),
        *sizes.DEFINITIONS,
        *(one for one in offers.DEFINITIONS if one.metric == "lead_conversion"),
    )
    rows = [_row(asked, one) for one in listed]
    frame = pd.DataFrame(
        rows,
        columns=["metric", "definition", *FIGURES, "unit", "used_by_report", "shown_by", "reason"],
    )
    frame = frame[
        ["metric", "definition", "value", "n", "lower", "upper", "unit", "used_by_report", "shown_by", "reason"]
    ]
    assert_holds(*(frame[name].to_numpy(float) for name in ("lower", "value", "upper")))
    owners, why = by_owner(asked)
    return Compared(facts, asked.period, asked.where, crm_of(facts.dataset), listed, frame, owners, why)


def _row(asked: Asked, one: Definition) -> list[object]:
    reason = None
    try:
        found = one.figure(asked)
        if np.isnan(found.value):
            reason = text("nothing in the period to count")
    except Unavailable as problem:
        found, reason = Estimate(np.nan, np.nan, np.nan, 0.0), problem.reason
    crms = list(dict.fromkeys(shown.crm for shown in shown_by(one.metric, one.key)))
    unit = asked.facts.dataset.currency if one.unit == "money" else one.unit
    figures = [getattr(found, name) for name in FIGURES]
    return [one.metric, one.key, *figures, unit, one.used, ", ".join(crms) or None, reason]
