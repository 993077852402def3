"""Whether periods are known as a whole: the data may begin within one, or lack deals that were created earlier."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from salesreport.kpi.facts.covered import begins_within
from salesreport.kpi.facts.created_since import CreatedSince, known_in_part
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import Kind
from salesreport.language import Text, text
from salesreport.period import Period


class InPart(NamedTuple):
    """Why what is counted is known in part: one of both.

    Attributes:
        begin: the day on which the data begin, within a period. since: which deals are missing.
    """

    begin: dt.date | None
    since: CreatedSince | None

    @property
    def why(self) -> Text:
        """The same as a clause."""
        if self.since is not None:
            return self.since.why
        return text("the data begin on {day}", day=self.begin)


def in_part(facts: Facts, kinds: Iterable[Kind], *periods: Period, sure: bool = True) -> InPart | None:
    """Why one of some periods is not known as a whole; None where all are.

    Args:
        kinds: what is counted. periods: of several, the one in which the data begin last decides.
        sure: as of `begins_within`.
    """
    kinds = tuple(kinds)
    begun = [begins_within(facts, kinds, one, sure=sure) for one in periods]
    if (begin := max((day for day in begun if day is not None), default=None)) is not None:
        return InPart(begin, None)
    lacking = (known_in_part(facts, kinds, one) for one in periods)
    since = next((one for one in lacking if one is not None), None)
    return None if since is None else InPart(None, since)
