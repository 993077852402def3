"""The lines of the comparison: money, deals, milestones and activities on one sheet (S26), and their names."""

from typing import NamedTuple

from salesreport.kpi.compute import METRICS, contract
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.metrics.activity import activity_types
from salesreport.kpi.metrics.milestones import milestones
from salesreport.language import Text, text

KINDS = ("result", "deals", "milestone", "activity")
"""The kinds of lines, in their order."""


class Line(NamedTuple):
    """Something that is planned and counted.

    Attributes:
        kind: one of `KINDS`. what: the key of the metric. title: its name; a type of activity as the data call it.
        unit: `deals`, `activities`, `units` or a currency. bare: of a milestone its own name.
    """

    kind: str
    what: str
    title: Text | str
    unit: str
    bare: Text | str


def lines_of(facts: Facts) -> dict[str, Line]:
    """All lines of a dataset by metric, in the order they are shown, whether or not anybody plans them."""
    return facts.remember("lines of plans", lambda: _lines(facts))


def _lines(facts: Facts) -> dict[str, Line]:
    keys = [("result", one) for one in ("revenue", "gross_profit", "units")]
    keys += [("deals", one) for one in ("deals_won", "deals_created")]
    keys += [("milestone", f"reached:{place.milestone.key}") for place in milestones(facts)]
    keys += [("activity", f"activity:{name}") for name in activity_types(facts)]
    currency = facts.dataset.currency
    bare = {f"reached:{place.milestone.key}": place.milestone.title for place in milestones(facts)}
    made = {}
    for kind, what in keys:
        metric = contract(what, facts)
        title: Text | str = metric.title
        if kind == "activity":
            title = what.partition(":")[2]
        elif what == "deals_created":
            title = text("Deals begun")
        made[what] = Line(kind, what, title, metric.unit_in(currency), bare.get(what, title))
    return made


def line_of(what: str, facts: Facts) -> Line:
    """The line of a metric; of what the data do not know, by its bare key."""
    known = lines_of(facts)
    if what in known:
        return known[what]
    name, _, parameter = what.partition(":")
    kind = {"reached": "milestone", "activity": "activity"}.get(name, "result")
    unit = METRICS[name].unit_in(facts.dataset.currency) if name in METRICS else "units"
    return Line(kind, what, parameter or what, unit, parameter or what)
