"""What may be asked: days that are known, dimensions there are."""

import datetime as dt
from collections.abc import Iterable

from salesreport.errors import ConfigError, nearest
from salesreport.kpi.facts.dimensions import DIMENSIONS
from salesreport.language import text


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


def check_dimensions(names: Iterable[str]) -> None:
    """Make sure that figures can be broken down by these.

    Raises:
        ConfigError: one is no dimension; the error names the nearest.
    """
    for name in names:
        if name not in DIMENSIONS:
            raise ConfigError(
                text("Figures cannot be broken down by this."),
                key="by",
                found=name,
                expected=text("one of {names}", names=list(DIMENSIONS)),
                nearest=nearest(name, DIMENSIONS),
            )
