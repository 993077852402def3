"""What people write behind the options of `salesreport kpi` → what `salesreport.kpi.compute` wants."""

from collections.abc import Sequence
from datetime import date

from salesreport.dataset import Dataset
from salesreport.errors import ConfigError, nearest
from salesreport.kpi import DIMENSIONS
from salesreport.language import text
from salesreport.pack.span import check_period
from salesreport.pack.subjects import ids_of
from salesreport.relative import Asked

_SHORT = {name.removesuffix("_id"): name for name in DIMENSIONS}
"""People say `rep` for `rep_id`."""


def dimensions(written: str) -> tuple[str, ...]:
    """`rep,team` as the columns to break figures down by.

    Raises:
        ConfigError: something that figures cannot be broken down by.

    Examples:
        >>> dimensions("rep, segment")
        ('rep_id', 'segment')
    """
    names = [name.strip() for name in written.split(",") if name.strip()]
    return tuple(dict.fromkeys(_dimension(name, "--by") for name in names))


def filters(written: Sequence[str], dataset: Dataset) -> dict[str, list[str]]:
    """`team=North`, `rep=Ann Berg` … as columns and their values; reps may be named or given by id.

    Raises:
        ConfigError: not of the form NAME=VALUE, an unknown dimension, a value that the dataset does not have.
    """
    chosen: dict[str, list[str]] = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign:
            raise ConfigError(
                text("This is not a name and its value."),
                key="--where",
                found=one,
                expected=text("the form {form}", form="team=North"),
            )
        dimension = _dimension(name.strip(), "--where")
        kind = dimension.removesuffix("_id")
        chosen.setdefault(dimension, []).extend(
            ids_of(dataset, kind, [value.strip()], lambda _: {"key": "--where"})
        )
    return chosen


def period(
    dataset: Dataset,
    written: str,
    option: str = "--period",
    as_of: date | None = None,
    *,
    may_come: bool = False,
) -> Asked:
    """A period as people write it, also relative to the dataset's as-of date, of which there are data.

    Args:
        option: where it was written, for messages. as_of: an earlier day that it is seen from.
        may_come: whether it may begin after the as-of date.

    Raises:
        ConfigError: not a period, or one without data.
    """
    try:
        asked = dataset.asked_period(written, as_of)
    except ConfigError as error:
        error.key = option
        raise
    if not (may_come and asked.period.start > dataset.as_of):
        check_period(dataset, asked.period, key=option)
    return asked


def _dimension(name: str, option: str) -> str:
    if name in _SHORT:
        return _SHORT[name]
    if name in DIMENSIONS:
        return name
    near = nearest(name, _SHORT)
    raise ConfigError(
        text("Figures cannot be broken down by this."),
        key=option,
        found=name,
        nearest=near,
        expected=None if near else text("one of {names}", names=list(_SHORT)),
    )
