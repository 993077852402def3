"""What is thought of a finding: against the published threshold, and against the client's own past."""

from typing import Literal, NamedTuple

from salesreport.audit.model import Check, Found

Level = Literal["fine", "look", "serious", "untold", "fact"]
"""`look`: worth a look; `untold`: cannot be told; `fact`: beyond a contested threshold, and nothing else."""

RANK: dict[Level, int] = {"serious": 4, "look": 3, "fact": 2, "untold": 1, "fine": 0}
"""How much a level matters."""


class Verdict(NamedTuple):
    """What is thought of a finding.

    Attributes:
        level: against the threshold. past: against the client's own past, where the two intervals share nothing;
            None: no past, or no difference beyond chance.
        above: whether the figure itself is beyond the threshold; with `untold`: it is, and may be by chance.
    """

    level: Level
    past: Literal["better", "worse", "other"] | None = None
    above: bool = False

    @property
    def finds(self) -> bool:
        """Whether it is a finding: worth a look at least, or worse than the client's own past."""
        return self.level in ("look", "serious") or self.past in ("worse", "other")


def judge(check: Check, found: Found) -> Verdict:
    """What is thought of what a check found.

    A limit is passed where the whole interval is beyond it; where only the figure is, it cannot be told.
    A contested threshold alone is a fact and no finding: worth a look, never serious, is what is worse than the
    client's own past, or what the client's own data say matters: what was flagged on earlier days came to nothing
    more often than the rest, beyond chance. Without a limit the latter is asked for, too.
    """
    past = _past(check, found)
    if found.level is not None:
        return Verdict(found.level, past, found.level in ("look", "serious"))
    measured = found.measured
    if measured is None:
        return Verdict("untold", past)
    look, serious = check.limit
    if look is None and serious is None:
        return Verdict(_without_limit(found), past)
    least = look if look is not None else serious
    assert least is not None
    if not _beyond(check, measured.value, least):
        return Verdict("fine", past)
    near = measured.upper if check.better == "higher" else measured.lower
    if near != near:  # no interval: too few
        return Verdict("untold", past, above=True)
    if not _beyond(check, near, least):
        return Verdict("untold", past, above=True)
    if check.founded == "contested":
        own = found.matters or past in ("worse", "other") or _mattered(found)
        return Verdict("look" if own else "fact", past, above=True)
    beyond = serious is not None and _beyond(check, near, serious)
    return Verdict("serious" if beyond else "look", past, above=True)


def _without_limit(found: Found) -> Level:
    """What is thought where nobody published a limit: by what became of deals flagged earlier, else nothing.

    What is not there is fine; what has been there is no more than a number, until it is known to have mattered.
    """
    if not found.count:
        return "fine"
    return "look" if _mattered(found) else "untold"


def _mattered(found: Found) -> bool:
    """Whether more of what was flagged on earlier days came to nothing than of the rest, beyond chance."""
    tried = found.backtest
    return tried is not None and tried.lift is not None and tried.lift.lower > 1


def _beyond(check: Check, value: float, limit: float) -> bool:
    return value <= limit if check.better == "higher" else value >= limit


def _past(check: Check, found: Found) -> Literal["better", "worse", "other"] | None:
    now, before = found.measured, found.baseline
    if now is None or before is None or not now.apart_from(before):
        return None
    if check.better == "neither":
        return "other"
    return "worse" if (now.value > before.value) == (check.better == "lower") else "better"
