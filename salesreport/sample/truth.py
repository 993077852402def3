"""The true effects behind the sample company: what an analysis of it should find."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from salesreport.sample import market
from salesreport.sample.journeys import Prospects, win_probability
from salesreport.sample.organisation import (
    MOVED,
    NEW,
    OPTIMIST,
    SANDBAGGER,
    TINY,
    UNLUCKY,
    WEAK,
    Reps,
)
from salesreport.sample.seasons import Calendar, by_month


class Truth(NamedTuple):
    """What is true of a sample company.

    Effects are additive on the log-odds of advancing from a milestone to the next one, and those of product line,
    segment and lead source are the same at every milestone. At a milestone the skill that counts is that of the
    rep who had the deal when it got there.

    Attributes:
        base: log-odds of advancing, by milestone left.
        skill: reps' effects; rows `rep_id`, columns as `base`.
        product_line, segment, lead_source: effects by name.
        weak_rep, weak_milestone: a rep who is truly weak, and only there; elsewhere his skill is exactly 0.
        unlucky_mix_rep: a rep of skill exactly 0 with hard products, small customers and cold sources.
        new_rep: hired about a hundred days before the as-of date. tiny_rep: very few deals.
        optimist_rep, sandbagger_rep: the CRM's probability is far too high, or too low, on their open deals.
        moved_rep: changed team. left_reps: no longer here.
        season: mean weight of a day for signing contracts, by month from 1 to 12; 1 is an average day.
        time_in_stage: rows as `base`; median active days until a deal advances (`advance_days`) or is lost
            (`lost_days`), and `sigma`, the standard deviation of their logarithm, of which `pace_sigma` is common
            to all stages of a deal. An active day is a calendar day on average; contracts follow the season.
        reopened: chance that a lost deal comes back to the milestone it was lost from, once.
        direct, shared: shares of deals entered only when won, and of deals that two reps share.
        win_probability: by `deal_id`, the chance of being won in the end, seen from the first day and under the
            first owner; 1 for deals entered when won.
    """

    base: pd.Series
    skill: pd.DataFrame
    product_line: pd.Series
    segment: pd.Series
    lead_source: pd.Series
    weak_rep: str
    weak_milestone: str
    unlucky_mix_rep: str
    new_rep: str
    tiny_rep: str
    optimist_rep: str
    sandbagger_rep: str
    moved_rep: str
    left_reps: tuple[str, ...]
    season: pd.Series
    time_in_stage: pd.DataFrame
    reopened: float
    direct: float
    shared: float
    win_probability: pd.Series

    def advance_probability(self, deals: pd.DataFrame, milestone: str, skill: bool = True) -> pd.Series:
        """The true chance of advancing from a milestone.

        Args:
            deals: a frame with `rep_id`, `product_line`, `segment` and `lead_source`.
            milestone: the one that is left; any but the last.
            skill: whether the rep's own skill counts; False answers what an average rep would do.

        Returns:
            A series like `deals`.
        """
        log_odds = self.base[milestone] + (
            deals["product_line"].map(self.product_line)
            + deals["segment"].map(self.segment)
            + deals["lead_source"].map(self.lead_source)
        ).astype("float64")
        if skill:
            log_odds += deals["rep_id"].map(self.skill[milestone]).astype("float64")
        chance: pd.Series = 1 / (1 + np.exp(-log_odds))
        return chance

    def expected_win_probability(self, deals: pd.DataFrame, skill: bool = True) -> pd.Series:
        """The true chance that deals like these, followed to their end under one rep, are won.

        Args:
            deals: a frame with `rep_id`, `product_line`, `segment` and `lead_source`.
            skill: whether the rep's own skill counts; False answers what an average rep would do.
        """
        once = pd.Series(1.0, index=deals.index)
        ever = once
        for milestone in reversed(self.base.index):
            advances = self.advance_probability(deals, milestone, skill)
            once = advances * once
            ever = advances * ever + (1 - advances) * self.reopened * once
        return ever.rename("win_probability")


def tell(reps: Reps, prospects: Prospects, signing: Calendar, deal_ids: Sequence[str] | pd.Series) -> Truth:
    """Write down the truth about a company that has just been made up."""
    rep_id = pd.Series(reps.rep_id.to_pylist(), dtype="str")
    milestones = pd.Index(market.MILESTONES[:-1], name="milestone")
    skill = pd.DataFrame(reps.skill, index=pd.Index(rep_id, name="rep_id"), columns=milestones)
    chances = np.array([step.advances for step in market.STEPS])
    return Truth(
        base=pd.Series(np.log(chances / (1 - chances)), index=milestones, name="log_odds"),
        skill=skill.sort_index(),
        product_line=_effects("product_line", market.PRODUCT_LINES),
        segment=_effects("segment", market.SEGMENTS),
        lead_source=_effects("lead_source", market.LEAD_SOURCES),
        weak_rep=rep_id[WEAK],
        weak_milestone=market.MILESTONES[market.WEAK_MILESTONE],
        unlucky_mix_rep=rep_id[UNLUCKY],
        new_rep=rep_id[NEW],
        tiny_rep=rep_id[TINY],
        optimist_rep=rep_id[OPTIMIST],
        sandbagger_rep=rep_id[SANDBAGGER],
        moved_rep=rep_id[MOVED],
        left_reps=tuple(sorted(rep_id[reps.successor != np.arange(reps.total)])),
        season=by_month(signing),
        time_in_stage=pd.DataFrame(
            {
                "advance_days": [step.advance_days for step in market.STEPS],
                "lost_days": [step.lost_days for step in market.STEPS],
                "sigma": float(np.hypot(market.STEP_SIGMA, market.PACE_SIGMA)),
                "pace_sigma": market.PACE_SIGMA,
            },
            index=milestones,
        ),
        reopened=market.REOPENED,
        direct=market.DIRECT,
        shared=market.SPLIT,
        win_probability=pd.Series(
            win_probability(prospects, reps.skill),
            index=pd.Index(deal_ids, name="deal_id"),
            name="win_probability",
        ),
    )


def _effects(
    name: str, of: Sequence[market.ProductLine] | Sequence[market.Segment] | Sequence[market.LeadSource]
) -> pd.Series:
    names = pd.Index([one.name for one in of], name=name, dtype="str")
    return pd.Series([one.effect for one in of], index=names, name="log_odds")
