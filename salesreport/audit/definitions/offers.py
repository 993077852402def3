"""Hit rates of offers, and conversion of leads: what is divided by what, and of which days."""

import re
from collections.abc import Callable

import numpy as np

from salesreport.audit.definitions.cohort import Asked, Group, ratio_of_counts, share_of_deals
from salesreport.audit.definitions.definition import Definition
from salesreport.audit.model import Estimate
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import Place, places_of, process_file, reached_in, shown
from salesreport.language import text
from salesreport.stats.intervals import wilson

_OFFER = re.compile(
    r"offer|offert|propos|quot|angebot|devis|presupuest|propuest|aj[aá]nlat|preventiv|oferta", re.I
)
"""What a milestone is called at which an offer is made, in some languages."""

_OFFERED = re.compile(r"before|vor dem|no (offer|quote|proposal)", re.I)


def offer_places(asked: Asked) -> list[Place]:
    """The milestones that are called an offer, the first of each process.

    Raises:
        Unavailable: none is called so, or the deals show no milestones.
    """
    asked.need("status")
    file = shown(asked.facts, process_file(asked.facts), asked.facts.as_of)
    found: dict[str, Place] = {}
    for place in places_of(file):
        names = [place.milestone.key, str(place.milestone.title), *(one.name for one in place.milestone.stages)]
        if any(_OFFER.search(name) and not _OFFERED.search(name) for name in names):
            found.setdefault(place.process.name, place)
    if not found:
        raise Unavailable(text("no milestone is called an offer, a proposal or a quote"))
    return list(found.values())


def decided(asked: Asked) -> Estimate:
    """Of the deals with an offer that closed in the period, those won."""
    asked.need("closed_on")
    asked.need_losses()
    over = (asked.won | asked.lost) & asked.inside(asked.closed_on)
    return share_of_deals(asked.group(over & _offered(asked), asked.closed_on, asked.won))


def submitted_decided(asked: Asked) -> Estimate:
    """Of the offers made in the period, those won, of those decided by today."""
    asked.need_losses()
    group = _submitted(asked)
    over = (asked.won | asked.lost)[group.deal]
    return share_of_deals(group.take(over))


def submitted_all(asked: Asked) -> Estimate:
    """Likewise, of all of them."""
    asked.need_losses()
    return share_of_deals(_submitted(asked))


def won_to_submitted(asked: Asked) -> Estimate:
    """Deals won in the period ÷ offers made in it."""
    asked.need_losses()
    won = asked.group(asked.won & asked.inside(asked.closed_on) & _offered(asked), asked.closed_on, asked.won)
    return ratio_of_counts(won.size, _submitted(asked).size)


def _reached(asked: Asked, *, ever: bool) -> Events:
    places = [place.number for place in offer_places(asked)]
    first, last = asked.window
    start = first.min if ever else first
    events = reached_in(asked.facts, process_file(asked.facts), start, asked.facts.as_of if ever else last)
    here = np.isin(events.extra["place"], places)
    return Events(
        "deals", events.rows[here], events.day[here], events.rep[here], events.share[here], {}, asked.facts
    )


def _offered(asked: Asked) -> Flags:
    found = np.zeros(len(asked.won), bool)
    found[_reached(asked, ever=True).rows] = True
    return found


def _submitted(asked: Asked) -> Group:
    events = _reached(asked, ever=False)
    deal, first = np.unique(events.rows, return_index=True)
    return asked.credited(deal, events.day[first], asked.won[deal])


# --- leads


def leads_processed(asked: Asked) -> Estimate:
    """Converted ÷ all, of the leads dealt with in the period."""
    return _leads(asked, "processed_at", lambda outcome: np.ones(len(outcome), bool))


def leads_created(asked: Asked) -> Estimate:
    """Converted by today ÷ all, of the leads that came in the period."""
    return _leads(asked, "created_at", lambda outcome: np.ones(len(outcome), bool))


def leads_created_decided(asked: Asked) -> Estimate:
    """Converted ÷ converted or rejected, of the leads that came in the period."""
    return _leads(asked, "created_at", lambda outcome: np.isin(outcome, ["converted", "rejected"]))


def _leads(asked: Asked, column: str, counted: Callable[[np.ndarray], Flags]) -> Estimate:
    columns = asked.facts.columns
    if not columns.has("leads"):
        raise lacks("leads")
    for name in (column, "outcome"):
        if not columns.has("leads", name):
            raise lacks("leads", name)
    days = columns.days("leads", column)
    rows = np.flatnonzero(asked.inside(days))
    events = Events(
        "leads", rows, days[rows], asked.facts.dimensions.of("leads", "rep_id")[rows], np.ones(len(rows)), {},
        asked.facts,
    )  # fmt: skip
    keep = np.ones(len(rows), bool)
    for name, values in asked.where.items():
        if not asked.facts.dimensions.carries("leads", name):
            raise Unavailable(text("leads cannot be told apart by what this report is about"))
        of_them = events.dimension(name)
        keep &= np.append(of_them.categories.isin(list(values)), False)[of_them.codes]
    outcome = columns.series("leads", "outcome").to_numpy(dtype=object)[rows]
    keep &= counted(outcome)
    made = wilson(float((outcome[keep] == "converted").sum()), float(keep.sum()))
    return Estimate(float(made.value), float(made.lower), float(made.upper), float(made.n))


DEFINITIONS = (
    Definition(
        metric="hit_rate",
        key="decided",
        title=text("offers decided in the period"),
        formula=text("of the deals with an offer that closed in the period: won ÷ won or lost"),
        unit="share",
        figure=decided,
    ),
    Definition(
        metric="hit_rate",
        key="submitted_decided",
        title=text("offers made in the period, decided"),
        formula=text("of the offers made in the period: won ÷ won or lost by today"),
        unit="share",
        figure=submitted_decided,
        misleads=text("deals decided quickly count first: it changes until all are decided"),
    ),
    Definition(
        metric="hit_rate",
        key="submitted_all",
        title=text("offers made in the period, open included"),
        formula=text("of the offers made in the period: won by today ÷ all"),
        unit="share",
        figure=submitted_all,
        misleads=text("it grows as time goes by: deals still open count as not won"),
    ),
    Definition(
        metric="hit_rate",
        key="won_to_submitted",
        title=text("won ÷ offers made"),
        formula=text("deals won in the period ÷ offers made in the period"),
        unit="share",
        figure=won_to_submitted,
        misleads=text("above and below are other deals: where it exceeds 100% it is not given, for it is no rate"),
    ),
    Definition(
        metric="lead_conversion",
        key="processed",
        title=text("dealt with in the period"),
        formula=text("of the leads dealt with in the period: converted ÷ all"),
        unit="share",
        figure=leads_processed,
        used=True,
    ),
    Definition(
        metric="lead_conversion",
        key="created_all",
        title=text("came in the period, all"),
        formula=text("of the leads that came in the period: converted by today ÷ all"),
        unit="share",
        figure=leads_created,
        misleads=text("it grows as time goes by: leads nobody dealt with count as not converted"),
    ),
    Definition(
        metric="lead_conversion",
        key="created_decided",
        title=text("came in the period, decided"),
        formula=text("of the leads that came in the period: converted ÷ converted or rejected"),
        unit="share",
        figure=leads_created_decided,
    ),
)
"""The definitions of how many offers become orders, then those of how many leads become deals."""
