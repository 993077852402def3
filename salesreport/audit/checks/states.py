"""Are deals in the state they seem to be in? Ends that count as open, losses that are not there."""

import numpy as np
from scipy.special import betaln, gammaln

from salesreport.audit.model import ANY, Check, Found, Looked, share_of
from salesreport.ingest.table.endings import Ending, ending_of
from salesreport.kpi.facts.columns import Flags
from salesreport.kpi.facts.gaps import no_losses
from salesreport.kpi.facts.lacking import lacks
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.language import Quantity, Text, ntext, text
from salesreport.stats.intervals import Array
from salesreport.stats.multiplicity import benjamini_hochberg
from salesreport.stats.shrinkage import shrunken

LEVEL = 0.05
"""The part of the reps named who may be named by chance."""

FEWEST = 10
"""With fewer closed deals nothing is said of a rep."""

NEXT_TO_NONE = 0.1
"""Nothing is said of a rep who lost more than this part of what peers' rates let expect: some are good."""


def _unmapped_ends(looked: Looked) -> Found:
    known = looked.facts.known()
    stages = known.stage
    meant: dict[str, Ending] = {one: end for one in stages.categories if (end := ending_of(one)) is not None}
    ends = np.append(stages.categories.isin(list(meant)), False)[stages.codes] & known.open
    if not known.open.any():
        raise Unavailable(text("there are no open deals"))
    shown = {stages.categories[code]: int(n) for code, n in enumerate(np.bincount(stages.codes[ends])) if n}
    detail = None
    if shown:
        named: list[Text] = [text("“{stage}” ({n} ×)", stage=stage, n=n) for stage, n in shown.items()]
        detail = text("Stages: {stages}.", stages=named)
        lost = (
            ends
            & np.append([meant.get(one) in ("lost", "ended") for one in stages.categories], False)[stages.codes]
        )
        detail = _with_effect(looked, detail, lost, ends & ~lost)
    return looked.of_deals(ends, known.open, detail=detail)


def _with_effect(looked: Looked, detail: Text, lost: Flags, won: Flags) -> Text:
    """What the win rate of all times would be if these deals had ended as they seem to have."""
    closing = looked.facts.closing
    before, all_before = int(closing.won.sum()), int(closing.closed.sum())
    if not all_before:
        return detail
    after, all_after = before + int(won.sum()), all_before + int(won.sum()) + int(lost.sum())
    return text(
        "{detail} Counted as they sound, the win rate of all times would be {after} instead of {before}.",
        detail=detail,
        after=Quantity(after / all_after, "share"),
        before=Quantity(before / all_before, "share"),
    )


UNMAPPED_ENDS = Check(
    key="unmapped_ends",
    number=0,
    title=text("Ends that count as open"),
    definition=text(
        "Open deals in a stage whose name says that it is the end (lost, won, cancelled …, in many languages) ÷ "
        "open deals."
    ),
    kind="data",
    counted=text("open deals"),
    limit=(ANY, 0.05),
    source="salesreport",
    needs=(("deals", "stage"),),
    affects=(
        "win_rate",
        "deals_lost",
        "deals_closed",
        "pipeline_value",
        "deals_in_funnel",
        "coverage",
        "conversion",
    ),
    does=text("The pipeline is too large, and what became of these deals is missing from every rate."),
    find=_unmapped_ends,
)


def _no_losses(looked: Looked) -> Found:
    closing = looked.facts.closing
    closed, lost = int(closing.closed.sum()), int(closing.lost.sum())
    if not closed:
        raise Unavailable(text("there are no closed deals"))
    why = no_losses(looked.facts)
    return Found(
        count=lost,
        of=closed,
        share=share_of(lost, closed),
        detail=None if why is None else text("Nothing is said of rates: it {reason}.", reason=why),
        level="fine" if why is None else "serious",
    )


NO_LOSSES = Check(
    key="no_losses",
    number=39,
    title=text("Lost deals in the export"),
    definition=text("Lost deals ÷ closed deals. None at all: they were deleted or not exported."),
    kind="data",
    counted=text("closed deals that were lost"),
    better="neither",
    source="salesreport",
    needs=(("deals", "status"),),
    affects=("win_rate", "win_rate_amount", "conversion", "deals_lost"),
    does=text("A win rate of 100% would say nothing; no rate is shown."),
    find=_no_losses,
)


def _reps_without_losses(looked: Looked) -> Found:
    facts = looked.facts
    closing, rep = facts.known().closing, facts.known().rep
    people = ~np.append(np.isin(rep.categories, list(facts.not_people)), False)
    use = closing.closed & (rep.codes >= 0) & people[rep.codes]
    size = len(rep.categories)
    n = np.bincount(rep.codes[use], minlength=size).astype(float)
    lost = np.bincount(rep.codes[use & closing.lost], minlength=size).astype(float)
    if no_losses(facts) is not None:
        raise Unavailable(text("no lost deals are in the data at all"))
    able = n >= FEWEST
    if able.sum() < 2:
        raise Unavailable(text("needs two reps with ten closed deals each to compare with each other"))
    odd = odd_ones(lost, n, able)
    flagged = use & odd[rep.codes]
    names = {str(rep.categories[code]): facts.names[str(rep.categories[code])] for code in np.flatnonzero(odd)}
    said: list[Text] = [
        ntext(
            "{rep}: {lost} of {n} closed deal lost, where {share} are elsewhere",
            "{rep}: {lost} of {n} closed deals lost, where {share} are elsewhere",
            rep=facts.names[str(rep.categories[code])],
            lost=int(lost[code]),
            n=int(n[code]),
            share=Quantity(float((lost.sum() - lost[code]) / (n.sum() - n[code])), "share"),
        )
        for code in np.flatnonzero(odd)
    ]
    return Found(
        count=int(odd.sum()),
        of=int(able.sum()),
        share=share_of(int(odd.sum()), int(able.sum())),
        money=looked.worth(flagged),
        ids=tuple(sorted(names)),
        shown=names,
        detail=text("{reps}.", reps=said) if said else None,
    )


def odd_ones(lost: Array, n: Array, able: Flags) -> Flags:
    """Which groups lost (next to) none where the spread of their peers does not let expect it.

    The chance of so few losses is exact, given what the peers' rates are like (a beta distribution by maximum
    likelihood, so that some reps may lose far fewer than others); over all reps the false discovery rate holds.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = n * (lost.sum() - lost) / (n.sum() - n)
    suspect = able & (lost <= NEXT_TO_NONE * expected)
    p = np.where(able, 1.0, np.nan)  # all that could be named are in the family
    for group in np.flatnonzero(suspect):
        others = (n > 0) & (np.arange(len(n)) != group)
        p[group] = fewer_losses(lost[group], n[group], lost[others], n[others])
    with np.errstate(invalid="ignore"):
        return np.asarray(suspect & (benjamini_hochberg(p) <= LEVEL))


def fewer_losses(lost: float, n: float, peers_lost: Array, peers_n: Array) -> float:
    """The chance that one more rep of the kind of these peers loses so few deals or fewer.

    Examples:
        >>> round(fewer_losses(0, 20, np.array([10.0, 12, 9, 11]), np.array([20.0, 20, 20, 20])), 7)  # 0.525 each
        3e-07
    """
    fit = shrunken(peers_lost, peers_n)
    k = np.arange(int(lost) + 1)
    log_choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    if not np.isfinite(fit.alpha) or not np.isfinite(fit.beta):
        with np.errstate(divide="ignore"):
            log_p = log_choose + k * np.log(fit.mean) + (n - k) * np.log1p(-fit.mean)
    else:
        log_p = log_choose + betaln(k + fit.alpha, n - k + fit.beta) - betaln(fit.alpha, fit.beta)
    return float(min(np.exp(log_p).sum(), 1.0))


REPS_WITHOUT_LOSSES = Check(
    key="reps_without_losses",
    number=39,
    title=text("Reps without lost deals"),
    definition=text(
        "Reps who lost at most a tenth of what their peers’ rates let expect, by more than chance (exact test "
        "against the spread of peers, false discovery rate 5%) ÷ reps with at least ten closed deals. Deals are "
        "their current owners’."
    ),
    kind="data",
    counted=text("reps with ten closed deals"),
    limit=(ANY, None),
    source="salesreport",
    needs=(("deals", "closed_on"),),
    affects=("win_rate", "win_rate_amount", "conversion", "deals_lost"),
    does=text(
        "Where losses are deleted or never recorded, the rep’s win rate is an artefact, and peers look worse."
    ),
    find=_reps_without_losses,
)


def _enough(looked: Looked) -> Found:
    if not looked.facts.columns.has("deals"):
        raise lacks("deals")
    closing, created = looked.facts.closing, looked.facts.columns.days("deals", "created_on")
    there = looked.there()
    won = int(closing.won.sum())
    days = np.concatenate(
        [created[there & ~np.isnat(created)], closing.day[closing.closed & ~np.isnat(closing.day)]]
    )
    days = days[days <= np.datetime64(looked.as_of, "D")]
    quarters = 0.0 if not len(days) else (np.datetime64(looked.as_of, "D") - days.min()).astype(int) / 91.3
    numbers = (int(there.sum()), won, round(float(quarters), 1))
    lacking = sum(have < want for have, want in zip(numbers, (400, 150, 3.95), strict=True))
    return Found(
        count=lacking,
        of=3,
        share=None,
        detail=text(
            "{created}; {won}; {quarters}.",
            created=ntext("{n} deal created", "{n} deals created", n=numbers[0]),
            won=ntext("{n} deal won", "{n} deals won", n=won),
            quarters=ntext("{n} quarter", "{n} quarters", n=numbers[2]),
        ),
        level="look" if lacking else "fine",
    )


ENOUGH = Check(
    key="enough",
    number=38,
    title=text("Enough data to model"),
    definition=text(
        "Of three least numbers (deals created, deals won, quarters of history) those that are not reached."
    ),
    kind="data",
    counted=text("least numbers not reached"),
    threshold=text("400 deals created, 150 won, 4 quarters"),
    source="Gong",
    founded="practice",
    needs=(("deals", "status"),),
    affects=("win_rate", "conversion"),
    does=text("Below it intervals are wide, and forecasts and comparisons of single reps tell little."),
    find=_enough,
)

CHECKS = (UNMAPPED_ENDS, NO_LOSSES, REPS_WITHOUT_LOSSES, ENOUGH)
