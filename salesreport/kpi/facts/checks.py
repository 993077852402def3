"""What may be asked: days that are known, dimensions there are."""

import datetime as dt
from collections.abc import Collection, Iterable

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.facts.dimensions import DIMENSIONS
from salesreport.language import Text, text


def check_day(day: dt.date, last: dt.date) -> None:
    """Make sure that a day is not after the last one known.

    Raises:
        ConfigError: it is.
    """
    if day > last:
        raise ConfigError(
            text("Nothing is known of that day yet."),
            key="as_of",
            found=day.isoformat(),
            expected=text("{day} or earlier", day=last),
        )


def check_level(level: float) -> None:
    """Make sure that something can be a false discovery rate.

    Raises:
        ConfigError: it cannot.
    """
    if not 0 < level < 1:
        raise ConfigError(
            text("This is no false discovery rate."),
            key="q",
            found=str(level),
            expected=text("more than 0 and less than 1"),
        )


_NOT_FIGURES = text("Figures cannot be broken down by this.")


def check_dimensions(
    names: Iterable[str], among: Collection[str] = DIMENSIONS, problem: Text = _NOT_FIGURES
) -> None:
    """Make sure that something can be broken down by these.

    Args:
        names: the dimensions. among: those by which it can. problem: what to say of another.

    Raises:
        ConfigError: one is no dimension; the error names the nearest.
    """
    for name in names:
        if name not in among:
            raise ConfigError(
                problem,
                key="by",
                found=name,
                expected=text("one of {names}", names=list(among)),
                nearest=nearest(name, among),
            )
