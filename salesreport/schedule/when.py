"""When a round is run: each month on a day, each week on a weekday, or each day; at a time."""

import re
from typing import Literal, NamedTuple

from salesreport.errors import ConfigError, nearest
from salesreport.language import Language, Text, text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The weekdays as they are written, the first of the week first."""

LAST_CERTAIN_DAY = 28
"""The last day that every month has."""

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")


class When(NamedTuple):
    """When a round is run.

    Attributes:
        every: `month`, `week` or `day`. hour, minute: at what time. day: of the month. weekday: 0 is Monday.
    """

    every: Literal["month", "week", "day"]
    hour: int
    minute: int
    day: int = 1
    weekday: int = 0

    @property
    def time(self) -> str:
        """The time, such as 07:30."""
        return f"{self.hour:02d}:{self.minute:02d}"

    @property
    def note(self) -> Text | None:
        """What whoever chose the day should know; None where there is nothing."""
        if self.every != "month" or self.day <= LAST_CERTAIN_DAY:
            return None
        return text(
            "Not every month has a day {day}; schedulers leave the others out, and no reports are made then. "
            "Choose a day up to {last}: soon after the month's end, such as the 3rd, the last month is complete.",
            day=self.day,
            last=LAST_CERTAIN_DAY,
        )


def when_of(
    monthly: tuple[str, str] | None = None,
    weekly: tuple[str, str] | None = None,
    daily: str | None = None,
    language: Language | None = None,
) -> When:
    """What the options say, of which there must be one.

    Args:
        monthly: day of the month and time, `("3", "07:30")`. weekly: weekday and time. daily: time.
        language: whose weekdays are known beside the English ones.

    Raises:
        ConfigError: none of them or several, no such day or time.

    Examples:
        >>> when_of(monthly=("3", "7:30"))
        When(every='month', hour=7, minute=30, day=3, weekday=0)
        >>> when_of(weekly=("Friday", "18:00")).weekday
        4
        >>> when_of(weekly=("Freitag", "18:00"), language=Language("de")).weekday
        4
    """
    given = [name for name, one in (("--monthly", monthly), ("--weekly", weekly), ("--daily", daily)) if one]
    if len(given) != 1:
        raise ConfigError(
            text("It must be said once when the round is run."),
            found=given or None,
            expected=text("one of {names}", names=["--monthly 3 07:30", "--weekly mon 07:30", "--daily 07:30"]),
        )
    if monthly:
        return When("month", *_time(monthly[1], "--monthly"), day=_day(monthly[0]))
    if weekly:
        return When("week", *_time(weekly[1], "--weekly"), weekday=_weekday(weekly[0], language or Language("en")))
    return When("day", *_time(daily or "", "--daily"))


def _time(written: str, option: str) -> tuple[int, int]:
    match = _TIME.fullmatch(written.strip())
    if match is None:
        raise ConfigError(
            text("This is not a time of day."),
            key=option,
            found=written,
            expected=text("the form {form}", form="07:30"),
        )
    return int(match["hour"]), int(match["minute"])


def _day(written: str) -> int:
    if not re.fullmatch(r"[1-9]\d?", written.strip()) or int(written) > 31:
        raise ConfigError(
            text("This is not a day of a month."), key="--monthly", found=written, expected=text("1 to 31")
        )
    return int(written)


def _weekday(written: str, language: Language) -> int:
    own = [[language.locale.days["format"][width][day] for day in range(7)] for width in ("wide", "abbreviated")]
    plain = written.strip().rstrip(".").casefold()
    for names in (*own, WEEKDAYS, _NAMES):
        known = [name.rstrip(".").casefold() for name in names]
        if plain in known:
            return known.index(plain)
    near = nearest(plain, [*own[0], *WEEKDAYS, *_NAMES])
    raise ConfigError(
        text("This is not a day of the week."),
        key="--weekly",
        found=written,
        nearest=near,
        expected=None if near else text("one of {names}", names=own[0]),
    )
