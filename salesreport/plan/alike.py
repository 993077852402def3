"""What deals to come are like: those that arrived of late, the team's and a rep's own, with their weights."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesreport.kpi.facts.columns import Numbers, Positions
from salesreport.kpi.forecast.curves import SHIFTS, placed
from salesreport.kpi.forecast.forecast import Learnt

_OWN_WEIGHT = 10.0
"""A rep's own mix of deals counts n ÷ (n + 10) against the team's."""

_MOST_LIKE = 400
"""So many deals of a segment at most stand for those to come."""


class Like(NamedTuple):
    """Deals like those somebody begins, an element each.

    Attributes:
        rows: of the arrivals. weight: of each, adding up to 1. shift: its log-odds in his hands.
        node, part: between which two of `SHIFTS` that lies, and how far from the first to the second, 0–1.
    """

    rows: Positions
    weight: Numbers
    shift: Numbers
    node: Positions
    part: Numbers


class Arrived(NamedTuple):
    """The arrivals of a segment; told apart once for all reps.

    Attributes:
        model: has the arrivals. rows: some of them, at most `_MOST_LIKE`. weight: of these, adding up to 1.
        own: by rep all of his. hands: by rep his number among those whose effects are known.
    """

    model: Learnt
    rows: Positions
    weight: Numbers
    own: dict[str, Positions]
    hands: dict[str, int]

    @classmethod
    def of(cls, model: Learnt, rows: Positions) -> "Arrived":
        """Tell some rows of the arrivals apart."""
        new = model.arrivals
        codes, some = new.rep.codes[rows], rows
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(new.rep.categories) + 1))
        own = {
            str(rep): rows[order[first:after]]
            for rep, first, after in zip(new.rep.categories, bounds[:-1], bounds[1:], strict=True)
        }
        hands = {str(rep): number for number, rep in enumerate(model.effects.reps)}
        if len(rows) > _MOST_LIKE:
            some = rows[:: -(-len(rows) // _MOST_LIKE)]
        return cls(model, some, _normed(new.weight[some]), own, hands)

    def like(self, rep: str | None) -> Like:
        """Deals like those a rep (None: the team) begins."""
        new, effects = self.model.arrivals, self.model.effects
        mine = self.rows[:0] if rep is None else self.own.get(rep, self.rows[:0])
        share = len(mine) / (len(mine) + _OWN_WEIGHT)
        rows = np.append(self.rows, mine)
        weight = _normed(np.append((1 - share) * self.weight, share * _normed(new.weight[mine])))
        hand = -1 if rep is None else self.hands.get(rep, -1)
        shift = np.full(len(rows), effects.rep.value[hand])
        for name, effect in effects.mix.items():
            shift = shift + effect.of(effects.facts.dimensions.of("deals", name).codes[new.deal[rows]])
        return Like(rows, weight, shift, *placed(SHIFTS, shift))


def _normed(weight: Numbers) -> npt.NDArray[np.float64]:
    total = weight.sum()
    return weight / total if total > 0 else np.full(len(weight), 1 / max(len(weight), 1))
