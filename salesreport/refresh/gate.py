"""The audit gate: defects of the data that stop a round before anybody gets a wrong figure."""

import datetime as dt
from pathlib import Path

import salesreport
from salesreport.audit.audit import Finding, audit
from salesreport.audit.checks import CHECKS
from salesreport.audit.sentences import numbers_of
from salesreport.audit.verdict import RANK
from salesreport.dataset import Dataset
from salesreport.language import Text, ntext, text
from salesreport.pack.packfile import Pack
from salesreport.pack.rounds import VANISHED, Refresh
from salesreport.refresh.journal import Journal, checksum
from salesreport.refresh.outcome import Outcome, Stopped
from salesreport.refresh.vanished import PASSED, vanished


def pass_gate(pack: Pack, wanted: Refresh, journal: Journal, state: Path, today: dt.date) -> Outcome:
    """Run the checks that stop a round.

    Args:
        today: the day that the age of the data is counted from.

    Raises:
        Stopped: a check found too much, or the data are too old.
    """
    dataset = Dataset.open(pack.file("dataset"))
    _refuse_old(dataset, wanted, today)
    inputs = checksum(salesreport.__version__, dataset.fingerprint, sorted(wanted.stop_on.items()))
    checked = ntext("{n} check passed", "{n} checks passed", n=len(wanted.stop_on))
    if journal.has("audit", inputs):
        return Outcome("audit", "unchanged", checked, {"checks": len(wanted.stop_on)})
    _refuse_vanished(pack, dataset, wanted, journal)
    made = audit(dataset, checks=[check for check in CHECKS if check.key in wanted.stop_on])
    stopping = [one for one in made.sorted() if _stops(one, wanted)]
    if stopping:
        told = [
            text("{title} ({key}): {numbers}", title=one.check.title, key=one.check.key, numbers=numbers)
            for one in stopping
            if (numbers := numbers_of(one, made)) is not None
        ]
        raise Stopped(
            text(
                "The audit stops the round: {told}. “salesreport audit {folder}” names the rows; mend them in the "
                "CRM or the source spec, or change “stop_on” in {file}.",
                told=told,
                folder=str(pack.file("dataset")),
                file=str(pack.path),
            ),
            {one.check.key: int(one.found.count) for one in stopping if one.found is not None},
        )
    journal.note(state, PASSED, inputs, dataset.as_of.isoformat())
    journal.note(state, "audit", inputs)
    return Outcome("audit", "done", checked, {"checks": len(wanted.stop_on)})


def _stops(finding: Finding, wanted: Refresh) -> bool:
    level = finding.verdict.level
    return level in ("look", "serious") and RANK[level] >= RANK[wanted.stop_on[finding.check.key]]


def _refuse_vanished(pack: Pack, dataset: Dataset, wanted: Refresh, journal: Journal) -> None:
    least = wanted.stop_on.get(VANISHED)
    lost = vanished(dataset, journal) if least is not None else None
    if least is None or lost is None or not lost.stops(least):
        return
    raise Stopped(
        text(
            "The export looks truncated ({key}): {told}. Export it again under the same name; where these deals "
            "are really gone, leave “{key}” out of “stop_on” in {file} until the next export.",
            key=VANISHED,
            told=lost.said,
            file=str(pack.path),
        ),
        lost.counts,
    )


def _refuse_old(dataset: Dataset, wanted: Refresh, today: dt.date) -> None:
    age = (today - dataset.as_of).days
    if wanted.max_age is None or age <= wanted.max_age:
        return
    old: Text = ntext("{n} day", "{n} days", n=age)
    raise Stopped(
        text(
            "The data are {age} old, of {day}, more than “max_age” allows. Is there a newer export?",
            age=old,
            day=dataset.as_of,
        ),
        {"max_age": age},
    )
