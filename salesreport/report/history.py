"""Figures of the subject and the band of its peers over the last periods, as numbers and as small charts."""

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd

from salesreport.language import text
from salesreport.report.charts import Panel
from salesreport.report.context import Context


def history(context: Context, metrics: Iterable[str]) -> pd.DataFrame:
    """Metrics by period: metric, period, value, n, lower, upper, band_lower, band_upper; NaN where unknown."""
    rows = []
    for metric in metrics:
        for period in context.own_trend:
            figure, band = context.figure(metric, period), context.band(metric, period)
            low, high = (band.lower, band.upper) if band else (float("nan"), float("nan"))
            rows.append((metric, period.name, *figure[:4], low, high))
    columns = ["metric", "period", "value", "n", "lower", "upper", "band_lower", "band_upper"]
    return pd.DataFrame(rows, columns=columns)


History = Mapping[str, list[float]]
"""What `history` has of one metric: the name of a column with numbers → these, the oldest first."""


def by_metric(data: pd.DataFrame) -> dict[str, History]:
    """The metrics of `history`, each with its numbers."""
    numbers = {name: data[name].tolist() for name in data.columns[2:]}
    places: dict[str, list[int]] = {}
    for place, metric in enumerate(data["metric"].tolist()):
        places.setdefault(metric, []).append(place)
    return {
        metric: {name: [values[place] for place in mine] for name, values in numbers.items()}
        for metric, mine in places.items()
    }


def panel(context: Context, metric: str, numbers: History, name_band: bool) -> Panel:
    """One metric's history as a small chart.

    Args:
        context: the report's. metric: which one. numbers: its `History`.
        name_band: whether to say what the grey band is; once per row of charts is enough.
    """
    numbers = _whole_band(numbers)
    named = name_band and any(low == low for low in numbers["band_lower"])
    return Panel(
        title=context.title(metric),
        labels=[context.say(period.short_label) for period in context.own_trend],
        numbers=numbers,
        shown=partial(context.shown, unit=context.unit(metric)),
        band=context.say(text("middle half of {peers}", peers=context.subject.peers)) if named else "",
    )


def _whole_band(numbers: History) -> History:
    """A history whose band is known in half of the periods, or has none: of few it would be a stray wedge.

    Examples:
        >>> nan = float("nan")
        >>> _whole_band({"value": [1.0, 2, 3], "band_lower": [0.0, nan, nan], "band_upper": [4.0, nan, nan]})
        {'value': [1.0, 2, 3], 'band_lower': [nan, nan, nan], 'band_upper': [nan, nan, nan]}
    """
    known = sum(low == low for low in numbers["band_lower"])
    if 2 * known >= len(numbers["band_lower"]):
        return numbers
    return {name: [float("nan")] * len(values) if "band" in name else values for name, values in numbers.items()}
