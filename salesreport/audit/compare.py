"""Two audits compared: what moved beyond chance, and what cannot have moved because it was measured otherwise."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from salesreport.audit.audit import Audit
from salesreport.audit.model import Check, Estimate
from salesreport.errors import ConfigError
from salesreport.language import Text, text
from salesreport.stats.rate_difference import rate_difference

FORMAT = 1
"""Version of the file that an audit is written to."""


def digest(check: Check) -> str:
    """What identifies the definition of a check: changes with its words, its limits, what it counts and needs."""
    said = [
        check.key, check.kind, _words(check.definition), _words(check.counted), check.unit, check.better,
        None if check.threshold is None else _words(check.threshold), list(check.limit),
        sorted(map(list, check.needs)),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def _words(said: Text) -> str:
    """A text as it is compared: audits of before wrote a space before each percent sign, which defines nothing."""
    return re.sub(r"(?<=\d)%", " %", str(said))


class Before(NamedTuple):
    """What an earlier audit says of a check.

    Attributes:
        version, digest: of its method and definition. measured: its figure; None: it could not be told.
        flagged, of: how many of how many.
    """

    version: int
    digest: str
    measured: Estimate | None
    flagged: float
    of: float


What = Literal["more", "less", "same", "redefined", "untold", "new", "gone"]


class Change(NamedTuple):
    """What became of a check since an earlier audit.

    Attributes:
        key: of the check. what: `more` or `less` of it beyond chance, `same`: no difference beyond chance,
            `redefined`: definition or method changed, so nothing is compared; `untold`: at least one of the two
            could not be told; `new`, `gone`: only one of the audits has the check.
        before, now: the figures. difference: now less before, of shares, with its interval.
    """

    key: str
    what: What
    before: Estimate | None = None
    now: Estimate | None = None
    difference: Estimate | None = None


def earlier(audit: Audit) -> dict[str, Before]:
    """What an audit says, for a later one to be compared with."""
    return {
        one.check.key: Before(
            one.check.version,
            digest(one.check),
            None if one.found is None else one.found.measured,
            0 if one.found is None else one.found.count,
            0 if one.found is None else one.found.of,
        )
        for one in audit.findings
    }


def read(path: Path) -> dict[str, Before]:
    """What a file says that `salesreport audit --format json` wrote.

    Raises:
        ConfigError: it cannot be read, or is no such file, or of another version.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise ConfigError(
            text("The earlier audit cannot be read: {reason}.", reason=reason), key="--against", found=str(path)
        ) from None
    try:
        if plain["audit"]["format"] != FORMAT:
            raise ConfigError(
                text("The earlier audit was written by another version."),
                key="--against",
                found=str(plain["audit"]["format"]),
                expected=str(FORMAT),
            )
        return {one["key"]: _before(one) for one in plain["findings"]}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConfigError(
            text("This is no audit."),
            key="--against",
            found=str(path),
            expected=text("a dataset, or what “salesreport audit --format json” wrote"),
        ) from None


def _before(plain: Mapping[str, Any]) -> Before:
    measured = plain["measured"]
    figure = None
    if measured is not None:
        numbers = (measured[name] for name in ("value", "lower", "upper", "n"))
        figure = Estimate(*(float("nan") if one is None else float(one) for one in numbers))
    return Before(
        int(plain["version"]), str(plain["digest"]), figure, float(plain["count"] or 0), float(plain["of"] or 0)
    )


def compare(now: Audit, before: Mapping[str, Before]) -> list[Change]:
    """What became of each check, in the order of the later audit; those only the earlier one has, last.

    A share has moved where the interval of the difference leaves out none; another figure where the two intervals
    share nothing. Where the later data hold the earlier ones, this is careful: the two are more alike than chance.
    """
    changes, mine = [], earlier(now)
    for finding in now.findings:
        key = finding.check.key
        if key not in before:
            changes.append(Change(key, "new", now=mine[key].measured))
            continue
        changes.append(
            _change(key, finding.found is not None and finding.found.figure is None, before[key], mine[key])
        )
    changes += [Change(key, "gone", before=one.measured) for key, one in before.items() if key not in mine]
    return changes


def _change(key: str, shares: bool, before: Before, now: Before) -> Change:
    if (before.version, before.digest) != (now.version, now.digest):
        return Change(key, "redefined", before.measured, now.measured)
    if before.measured is None or now.measured is None:
        return Change(key, "untold", before.measured, now.measured)
    if not shares:
        moved = now.measured.apart_from(before.measured)
        more = now.measured.value > before.measured.value
        what: What = "same" if not moved else "more" if more else "less"
        return Change(key, what, before.measured, now.measured)
    made = rate_difference(
        [[now.flagged]], [[now.of - now.flagged]], [[before.flagged]], [[before.of - before.flagged]]
    )
    apart = Estimate(float(made.value[0]), float(made.lower[0]), float(made.upper[0]), float(made.n[0]))
    what = "more" if apart.lower > 0 else "less" if apart.upper < 0 else "same"
    return Change(key, what, before.measured, now.measured, apart)


WHAT: Mapping[What, Text] = {
    "more": text("more than before"),
    "less": text("less than before"),
    "same": text("no difference beyond chance"),
    "redefined": text("definition or method changed: not compared"),
    "untold": text("cannot be compared: one of the two could not be told"),
    "new": text("not looked at before"),
    "gone": text("not looked at any more"),
}
"""The changes in words."""
