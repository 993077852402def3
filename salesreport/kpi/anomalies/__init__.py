"""Conversion anomalies: whose deals go on more or less often than like deals of others, and what tells."""

from collections.abc import Mapping, Sequence

from salesreport.errors import ConfigError
from salesreport.kpi.anomalies.anomalies import LEVEL, Anomalies, anomalies
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import text
from salesreport.period import Period

__all__ = ["LEVEL", "Anomalies", "anomalies", "find_anomalies"]


def find_anomalies(
    facts: Facts,
    period: Period,
    by: Sequence[str] | None = None,
    level: float = LEVEL,
    where: Mapping[str, Sequence[str]] | None = None,
) -> Anomalies:
    """`anomalies` by the dataset's own process file, for those who cannot do without.

    Raises:
        ConfigError: the data cannot tell, or an argument is not understood.
    """
    try:
        return anomalies(facts, process_file(facts), period, by, level, where)
    except Unavailable as problem:
        raise ConfigError(text("Conversions cannot be compared: {reason}.", reason=problem.reason)) from None
