"""A definition: one way in which people work out a rate, and the contract that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from salesreport.audit.definitions.cohort import Asked
from salesreport.audit.model import Estimate
from salesreport.language import Text

Unit = Literal["share", "money", "days"]
"""What a figure is measured in; `money` is the dataset's currency."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One way to work out a rate.

    Attributes:
        metric: what people call it, a key. key: which definition of it. title: in a few words. formula: in words.
        unit: what it is measured in. used: whether the kit's own metric of that key is this.
        figure: works it out, or raises `Unavailable`.
        misleads: why it tells something else than its name says; None: it does not.
    """

    metric: str
    key: str
    title: Text
    formula: Text
    unit: Unit
    figure: Callable[[Asked], Estimate]
    used: bool = False
    misleads: Text | None = None
