"""The four levels of a sales process, by their two names, and ranges of them."""

from typing import NamedTuple

from salesreport.language import Text, text


class Level(NamedTuple):
    """A level.

    Attributes:
        number: 1–4. name: as CSO Insights calls it. meaning: as the project's source S11 does, in words.
        shows: how it shows, by CSO Insights.
    """

    number: int
    name: Text
    meaning: Text
    shows: Text


LEVELS = (
    Level(
        1,
        text("random"),
        text("no process: chance and luck"),
        text("everybody sells in a way of their own"),
    ),
    Level(
        2,
        text("informal"),
        text("a process on paper only: hope"),
        text("there is a process that people are expected to follow; nobody monitors or measures whether they do"),
    ),
    Level(
        3,
        text("formal"),
        text("monitored for errors, looking back"),
        text("the process is enforced; reviews at regular times tell how well it works"),
    ),
    Level(
        4,
        text("dynamic"),
        text("lived, motivating, adapted"),
        text("feedback goes on all the time; the process is changed when the market changes"),
    ),
)
"""Random, informal, formal, dynamic: CSO Insights' levels of sales process, which are those of S11 one to one."""

HIGHEST = len(LEVELS)


class Span(NamedTuple):
    """From a level to a level."""

    low: int
    high: int

    @property
    def told(self) -> bool:
        """Whether it leaves anything out."""
        return (self.low, self.high) != (1, HIGHEST)


def level(number: int) -> Level:
    """A level by its number."""
    return LEVELS[number - 1]


def in_words(span: Span) -> Text:
    """A span as what a value speaks for.

    Examples:
        >>> str(in_words(Span(3, 4))), str(in_words(Span(1, 2))), str(in_words(Span(2, 3)))
        ('formal or above', 'informal or below', 'informal to formal')
    """
    low, high = level(span.low).name, level(span.high).name
    if not span.told:
        return text("any level")
    if span.low == span.high:
        return text("{level}", level=low)
    if span.high == HIGHEST:
        return text("{level} or above", level=low)
    if span.low == 1:
        return text("{level} or below", level=high)
    return text("{low} to {high}", low=low, high=high)
