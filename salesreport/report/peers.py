"""Who is a rep's peer: whom figures are compared with."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from salesreport.language import Text, text


@dataclass(frozen=True)
class PeerGroup:
    """What makes reps each other's peers.

    Attributes:
        title: what they are called, such as "reps in the same role".
        of: from the reps (a row each by `rep_id`, columns as in table `reps`) the group of each; a rep without a
            group is compared with everybody.
    """

    title: Text
    of: Callable[[pd.DataFrame], pd.Series]


def _role(reps: pd.DataFrame) -> pd.Series:
    return reps["role"]


SAME_ROLE = PeerGroup(text("reps in the same role"), _role)
"""The kit's own."""

_chosen = [SAME_ROLE]


def peer_group() -> PeerGroup:
    """What makes reps peers here."""
    return _chosen[-1]


def choose_peers(group: PeerGroup) -> None:
    """Compare reps with those of a group of one's own."""
    _chosen[:] = [group]
