"""Useful actions: which activities, at which milestone, go with deals that go on, and which only seem to."""

from collections.abc import Mapping, Sequence

from salesreport.errors import ConfigError
from salesreport.kpi.actions.actions import LEVEL, Actions, actions
from salesreport.kpi.facts.facts import Facts
from salesreport.kpi.facts.unavailable import Unavailable
from salesreport.kpi.milestones.reached import process_file
from salesreport.language import text
from salesreport.period import Period

__all__ = ["LEVEL", "Actions", "actions", "find_actions"]


def find_actions(
    facts: Facts,
    period: Period | None = None,
    milestones: Sequence[str] = (),
    level: float = LEVEL,
    where: Mapping[str, Sequence[str]] | None = None,
) -> Actions:
    """`actions` by the dataset's own process file, for those who cannot do without.

    Raises:
        ConfigError: the data cannot tell, or an argument is not understood.
    """
    try:
        return actions(facts, process_file(facts), period, milestones, level, where)
    except Unavailable as problem:
        raise ConfigError(
            text("Which actions are useful cannot be told: {reason}.", reason=problem.reason)
        ) from None
