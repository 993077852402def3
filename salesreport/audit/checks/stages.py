"""Are stages facts or opinions: moves that skip or go back, stages nobody uses, reps who differ."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.special import bdtrc

from salesreport.audit.model import Check, Estimate, Found, Looked, share_of
from salesreport.audit.own_past import usual
from salesreport.audit.quarters import complete_quarters
from salesreport.kpi.anomalies.comparisons import like_decisions
from salesreport.kpi.anomalies.decided import WIN, decisions, of_people
from salesreport.kpi.facts.columns import Flags, Positions
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.journeys import ADVANCED, BACK, WON, Journeys
from salesreport.kpi.milestones.reached import journeys_of, no_milestones, place_numbers, places_of, shown
from salesreport.language import Quantity, Text, ntext, text
from salesreport.stats.heterogeneity import heterogeneity
from salesreport.stats.intervals import share_of_total
from salesreport.stats.multiplicity import benjamini_hochberg

FEWEST, MOST = 5, 7
"""So many stages a process should have."""

UNLIKELY = 0.05

ENOUGH = 10
"""A rep with fewer decisions at a step is compared together with the others who have few."""

MOST_REPS = 400
"""Beyond so many, those with fewest decisions are compared together."""


def _journeys(looked: Looked) -> Journeys:
    """The stays of all deals.

    Raises:
        Unavailable: nobody knows when deals came where they are, or none was seen going from one milestone to
            another.
    """
    made = journeys_of(looked.facts, shown(looked.facts, looked.process, looked.as_of), looked.as_of)
    if not (made.stays.outcome == ADVANCED).any():
        raise Unavailable(text("needs the history of stages; no deal was seen going on to another one"))
    return made


def skips(looked: Looked) -> Found:
    """How many moves of the year skip a milestone or go back."""
    journeys = _journeys(looked)
    moves, odd, back = _moves(journeys)
    if not moves.any():
        raise Unavailable(text("no deal moved from one milestone to another"))
    stays = journeys.stays
    year = moves & (stays.left >= np.datetime64(looked.period.start, "D"))
    if not year.any():
        raise Unavailable(text("no deal moved from one milestone to another within the year"))
    size = looked.facts.columns.size("deals")
    each, wrong = (np.bincount(stays.deal[which], minlength=size) for which in (year, year & odd))
    deals = each > 0
    made = share_of_total(wrong[deals], each[deals])
    flagged = wrong > 0
    found = looked.of_deals(flagged, deals)
    shares = []
    for period in complete_quarters(looked, looked.facts.begin("created"))[:-_QUARTERS_A_YEAR]:
        inside = moves & (stays.left >= np.datetime64(period.start)) & (stays.left <= np.datetime64(period.end))
        shares.append(float(odd[inside].mean()) if inside.sum() >= ENOUGH else float("nan"))
    count, returned = int((year & odd).sum()), int((year & back).sum())
    return replace(
        found,
        count=count,
        of=int(year.sum()),
        share=Estimate(float(made.value[0]), float(made.lower[0]), float(made.upper[0]), float(year.sum())),
        baseline=usual(shares),
        detail=ntext("{n} of them went back.", "{n} of them went back.", n=returned) if returned else None,
    )


_QUARTERS_A_YEAR = 4


def _moves(journeys: Journeys) -> tuple[Flags, Flags, Flags]:
    """Which stays ended in a move on or back; which of these skip or go back; which go back.

    A deal won before the last milestone has skipped those between.
    """
    stays = journeys.stays
    back = stays.outcome == BACK
    ahead = (stays.outcome == ADVANCED) | (stays.outcome == WON)
    return ahead | back, back | (ahead & (stays.to > stays.milestone + 1)), back


def number_of_stages(looked: Looked) -> Found:
    """How many milestones each process has."""
    processes = looked.process.processes
    if not processes:
        raise Unavailable(no_milestones(looked.process))
    numbers = [len(one.milestones) for one in processes]
    odd = [one for one in numbers if not FEWEST <= one <= MOST]
    worst = max(numbers, key=lambda one: max(FEWEST - one, one - MOST))
    names: list[Text | str] = [
        ntext("{process}: {n} milestone", "{process}: {n} milestones", n=number, process=one.name)
        for one, number in zip(processes, numbers, strict=True)
    ]
    return Found(
        count=len(odd),
        of=len(numbers),
        share=None,
        figure=Estimate(float(worst), float(worst), float(worst), float(len(numbers))),
        detail=text("{parts}.", parts=names),
        level="look" if odd else "fine",
    )


def decay(looked: Looked) -> Found:
    """At how many milestones more deals were than at the one before."""
    journeys = _journeys(looked)
    stays, places = journeys.stays, places_of(looked.process)
    start = np.datetime64(looked.period.start, "D")
    deals = np.unique(stays.deal[(stays.entered >= start) & stays.dated])
    visited = np.zeros((len(places), looked.facts.columns.size("deals")), bool)
    visited[place_numbers(journeys), stays.deal] = True
    visited = visited[:, deals]
    odd, tested = [], 0
    for before, after in pairwise(places):
        if before.process is not after.process:
            continue
        only_after = int((visited[after.number] & ~visited[before.number]).sum())
        only_before = int((visited[before.number] & ~visited[after.number]).sum())
        tested += 1
        together = only_after + only_before
        by_chance = 2 * bdtrc(only_after - 1, together, 0.5)  # the sign test
        if only_after > only_before and by_chance <= UNLIKELY / max(len(places) - 1, 1):
            odd.append(text("{later} has more deals than {earlier}", later=after.milestone.title,
                            earlier=before.milestone.title))  # fmt: skip
    if not tested:
        raise Unavailable(text("needs at least two milestones in order"))
    if not len(deals):
        raise Unavailable(text("no deal came to a milestone within the year"))
    return Found(
        count=len(odd),
        of=tested,
        share=share_of(len(odd), tested),
        detail=text("{parts}.", parts=odd) if odd else None,
        level="look" if odd else "fine",
    )


def reps_differ(looked: Looked) -> Found:
    """At how many milestones reps' like deals go on unequally often, beyond chance."""
    decided = of_people(decisions(looked.facts, looked.process))
    decided = decided.during(looked.period)
    at_milestones = np.array([one.key != WIN for one in decided.steps])[decided.step]
    decided = decided.take(at_milestones & (decided.rep.codes >= 0))
    if not len(decided):
        raise Unavailable(text("needs decisions at milestones within the year; there are none"))
    stratum = like_decisions(decided, "rep_id").stratum
    codes = np.asarray(decided.rep.codes, np.intp)
    p, tested = [], []
    for number, step in enumerate(decided.steps):
        rows = np.flatnonzero(decided.step == number)
        group = _with_enough(codes[rows])
        if len(np.unique(group)) < 2:
            continue
        made = heterogeneity(group, stratum[rows], decided.success[rows])
        if not np.isnan(made.p[0]):
            p.append(float(made.p[0]))
            tested.append((step, rows, group))
    if not p:
        raise Unavailable(text("needs two reps with at least 10 decisions at a milestone each"))
    q = benjamini_hochberg(np.array(p))
    odd = [text("{step}: {low} to {high} of the middle half of reps", step=step.title, low=low, high=high)
           for (step, rows, group), one in zip(tested, q, strict=True) if one <= UNLIKELY
           for low, high in [_middle_half(decided.success[rows], group)]]  # fmt: skip
    return Found(
        count=len(odd),
        of=len(tested),
        share=share_of(len(odd), len(tested)),
        detail=text("{parts}.", parts=odd) if odd else None,
        level="look" if odd else "fine",
    )


def _with_enough(group: Positions) -> Positions:
    """Groups with fewer than `ENOUGH` trials, or beyond `MOST_REPS`, as one."""
    _, number, count = np.unique(group, return_inverse=True, return_counts=True)
    rank = np.argsort(np.argsort(-count, kind="stable"))
    few = (count < ENOUGH) | (rank >= MOST_REPS)
    return np.where(few[number], len(count), number)


def _middle_half(success: Flags, group: Positions) -> tuple[Quantity, Quantity]:
    n = np.bincount(group)
    rate = np.bincount(group, success)[n >= ENOUGH] / n[n >= ENOUGH]
    low, high = (float(one) for one in np.quantile(rate, [0.25, 0.75]))
    return Quantity(low, "share", high), Quantity(high, "share", low)


CHECKS = (
    Check(
        key="skips",
        number=22,
        title=text("Skips and returns"),
        definition=text(
            "Moves of the year from one milestone past the next, or back to an earlier one ÷ all moves between "
            "milestones and to the order."
        ),
        kind="behaviour",
        counted=text("moves"),
        find=skips,
        threshold=None,
        source="salesreport",
        founded="own",
        needs=(("deals", "stage"),),
        affects=("conversion", "reached"),
        does=text("A stage that deals skip is none of the customer’s steps."),
    ),
    Check(
        key="number_of_stages",
        number=23,
        title=text("Number of stages"),
        definition=text("Open stages, or milestones, of each process, in order, without won and lost."),
        kind="data",
        counted=text("processes"),
        unit="milestones",
        find=number_of_stages,
        threshold=text("5 to 7 stages, each with 2 to 4 exit criteria"),
        limit=(None, None),
        better="neither",
        source="consensus",
        founded="practice",
        needs=(("deals", "stage"),),
    ),
    Check(
        key="decay",
        number=24,
        title=text("Fewer deals from stage to stage"),
        definition=text(
            "Milestones at which more deals were than at the one before, beyond chance, of the deals that moved "
            "within the year ÷ all milestones with one before."
        ),
        kind="data",
        counted=text("milestones"),
        find=decay,
        threshold=text("from stage to stage fewer, or the exception is explained"),
        source="salesreport",
        founded="own",
        needs=(("deals", "stage"),),
        affects=("conversion", "reached"),
        does=text(
            "A stage that fewer deals have been in than in the next one is skipped, or comes in another order."
        ),
    ),
    Check(
        key="reps_differ",
        number=25,
        title=text("Reps’ conversions differ"),
        definition=text(
            "Milestones from which reps’ like deals (product, segment, source, size, month) go on unequally "
            "often, beyond chance (q ≤ 5%), within the year ÷ all milestones at which at least two reps decided "
            "10 deals."
        ),
        kind="behaviour",
        counted=text("milestones"),
        find=reps_differ,
        threshold=None,
        source="salesreport",
        founded="own",
        needs=(("deals", "stage"), ("deals", "closed_on")),
        affects=("conversion", "win_rate"),
        does=text("Either reps differ in skill, or each means something else by the stage."),
    ),
)
"""Are stages facts or opinions."""
