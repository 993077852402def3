"""Kinds of events: what a figure can count. A new kind is one more `Kind`, wherever its finder stands."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from salesreport.kpi.facts.events import Events
from salesreport.kpi.facts.facts import DAYS, Dated, Facts
from salesreport.kpi.facts.notes import amounts_notes
from salesreport.language import Text, text
from salesreport.period import Period

Finder = Callable[[Facts, Period, dt.date], Events]
"""Finds what happened in the days of a period, or stands at its end; the day is the as-of date.

Raises `Unavailable` where the data do not tell.
"""


def _nothing(facts: Facts, as_of: dt.date) -> Sequence[Text]:
    return ()


@dataclass(frozen=True)
class Kind:
    """A kind of events.

    Attributes:
        name: which kind: no two have the same. title: what people call such events.
        table: the canonical table they come from; without it there are none.
        find: finds those of a period.
        whole: the same where it does not matter who has credit, if that is another question.
        dated: what the facts call it, if such events happen on days that a table tells.
        before: whether those of the comparison period are meant. elsewhere: whether they are known from other
            tables, too.
        notes: what a reader of figures about them should know, as sentences.
    """

    name: str
    title: Text = field(compare=False)
    table: str = field(compare=False)
    find: Finder = field(compare=False, repr=False)
    whole: Finder | None = field(default=None, compare=False, repr=False)
    dated: Dated | None = field(default=None, compare=False)
    before: bool = False
    elsewhere: bool = field(default=False, compare=False)
    notes: Callable[[Facts, dt.date], Sequence[Text]] = field(default=_nothing, compare=False, repr=False)

    @property
    def earlier(self) -> "Kind":
        """The same of the comparison period."""
        return replace(self, before=True)


def _dated(name: Dated, title: Text, notes: Callable[[Facts, dt.date], Sequence[Text]] = _nothing) -> Kind:
    def find(facts: Facts, window: Period, as_of: dt.date) -> Events:
        return facts.events(name, as_of if name == "open" else window)

    return Kind(name, title, DAYS[name][0], find, dated=name, notes=notes)


def _notes_on_open(facts: Facts, as_of: dt.date) -> Sequence[Text]:
    return amounts_notes(facts, as_of) if as_of < facts.as_of and facts.columns.has("deals") else ()


CREATED = _dated("created", text("deals created"))
CLOSED = _dated("closed", text("closed deals"))
OPEN = _dated("open", text("open deals"), _notes_on_open)
ORDERS = _dated("orders", text("orders"))
ACTIVITIES = _dated("activities", text("activities"))
LEADS = _dated("leads", text("leads processed"))
FEEDBACK = _dated("feedback", text("customer feedback"))

SOLD = replace(ORDERS, name="sold")
"""Sales: orders where there are any, else closed deals."""
