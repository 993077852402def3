"""Whether deals created before some day are missing, so that what closed soon after it is known in part.

Who exports “all deals created since January” gets, of the deals that closed in spring, those that closed quickly:
revenue and cycle times seem to grow, whatever happened. Such an export shows itself: from its first day on as many
deals are created as later, yet few close at first. Where selling truly began that day it looks the same, and
nothing before it compares either. An export cut by closing date does not: it begins with few deals that took long.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from salesreport.kpi.facts.columns import Days
from salesreport.kpi.facts.covered import dated, slack
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.kinds import Kind
from salesreport.language import Text, text
from salesreport.period import Period

MOST = 0.9
"""What closes is known as a whole from when so many of the deals that close have had the time to."""

FULL, SOON = 0.6, 0.5
"""The least part of later deals that are created at first: in the time deals take, and in its first quarter."""

FEW = 0.75
"""The most deals that close at first, of those later."""

FEWEST = 30
"""With fewer deals in one of the times compared nothing is said."""

MOST_UNDATED = 0.1
"""Where more deals than this lack their creation date, nobody knows which were created first."""


class CreatedSince(NamedTuple):
    """Deals created before a day are missing.

    Attributes:
        day: the first creation. whole: from when on about all that closed is there.
    """

    day: dt.date
    whole: dt.date

    @property
    def why(self) -> Text:
        """Why a period before `whole` compares with nothing, as a clause."""
        return text("deals created before {day} are missing", day=self.day)

    @property
    def note(self) -> Text:
        """What a reader of figures of that time should know, as a sentence."""
        return text(
            "Deals created before {day} are missing, or selling began that day: of what closed before {whole} "
            "only deals that closed quickly are there.",
            day=self.day,
            whole=self.whole,
        )


def created_since(facts: Facts) -> CreatedSince | None:
    """Since when deals are there, where those created earlier are missing as described above; worked out once."""
    return facts.store(("created since",), lambda: _find(facts), always=True)


def known_in_part(facts: Facts, kinds: Iterable[Kind], period: Period) -> CreatedSince | None:
    """Whether a period lacks closed deals, for those created earlier are missing.

    Args:
        kinds: what is counted; others than closed deals lack nothing.
    """
    if "closed" not in {dated(facts, kind) for kind in kinds}:
        return None
    since = created_since(facts)
    return None if since is None or period.start + slack(period) >= since.whole else since


def _find(facts: Facts) -> CreatedSince | None:
    columns = facts.columns
    if not columns.has("deals", "created_on"):
        return None
    created, closing = columns.days("deals", "created_on"), facts.closing
    today = np.datetime64(facts.as_of, "D")
    known = created <= today
    if known.sum() < FEWEST or np.isnat(created).mean() > MOST_UNDATED:
        return None
    first = created[known].min()
    both = known & closing.closed & (closing.day >= created)
    days, took = closing.day[both], (closing.day - created)[both].astype(int)
    late = took[days > first + (today - first) // 2]
    if len(late) < FEWEST:
        return None
    time = min(int(np.quantile(late, MOST)), int((today - first).astype(int)) // 2)

    parts = ((0.0, 0.25), (0.0, 1.0), (1.0, 2.0))
    begun = [_between(created[known], first, time * start, time * end) for start, end in parts]
    if begun[1] < max(FEWEST, FULL * begun[2]) or begun[0] < SOON * begun[1] / 4:
        return None
    ended = [_between(days, first, time * start, time * end) for start, end in ((0, 0.5), (1, 1.5))]
    if ended[1] < FEWEST or ended[0] > FEW * ended[1]:
        return None
    day = first.astype(object)
    return CreatedSince(day, day + dt.timedelta(time))


def _between(days: Days, first: np.datetime64, start: float, end: float) -> int:
    """How many days lie from so many days after the first one until before so many."""
    return int(np.count_nonzero((days >= first + int(start)) & (days < first + int(end))))
