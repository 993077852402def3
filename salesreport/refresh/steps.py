"""The steps after the gate: pack, archive, delivery."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from salesreport.archive.found import Kept
from salesreport.archive.write import make_archive
from salesreport.errors import ConfigError
from salesreport.language import Text, ntext, text
from salesreport.pack.engine import Engine
from salesreport.pack.make import Job
from salesreport.pack.make import Outcome as Report
from salesreport.pack.manifest import INDEX, Manifest
from salesreport.pack.packfile import PERIOD, Pack
from salesreport.pack.plan import Plan
from salesreport.pack.run import PackWatcher, make_pack
from salesreport.refresh.journal import Journal, checksum
from salesreport.refresh.outcome import Outcome, Status

NAMED = 5
"""So many of the reports that could not be made are named; the index names all."""


class Delivered(NamedTuple):
    """What became of a delivery.

    Attributes:
        said: what happened. counts: numbers for machines. failed: how many could not be delivered.
        outdated: how many have what was delivered before it changed.
    """

    said: Text
    counts: Mapping[str, int | str]
    failed: int = 0
    outdated: int = 0


class Deliver(Protocol):
    """Sends the reports of a pack; what was sent already is not sent again."""

    def __call__(self, pack: Pack, folder: Path) -> Delivered:
        """Deliver the pack that lies in a folder, as the pack file's `deliver` says.

        Raises:
            SalesreportError: nothing, or not everything, could be delivered; the round says why and fails.
        """


class Counting:
    """A watcher that counts, and tells another one, if there is one."""

    def __init__(self, other: PackWatcher | None) -> None:
        self.other, self.unchanged, self.busy = other, 0, False
        self.made: set[str] = set()

    def planned(self, making: int, unchanged: int) -> None:
        """Note how much there is to do."""
        self.unchanged, self.busy = unchanged, making > 0
        if self.other is not None:
            self.other.planned(making, unchanged)

    def started(self, job: Job) -> None:
        """A job's turn has come."""
        if self.other is not None:
            self.other.started(job)

    def done(self, outcome: Report) -> None:
        """A job is done, or has failed."""
        if outcome.reason is None:
            self.made.add(outcome.job.stem)
        if self.other is not None:
            self.other.done(outcome)

    def printing(self, reports: int) -> None:
        """So many reports are going to be printed."""
        self.busy = True
        if self.other is not None:
            self.other.printing(reports)

    def printed(self, outcome: Report) -> None:
        """A report is printed; or is not, and has failed."""
        if outcome.reason is not None:
            self.made.discard(outcome.job.stem)
        if self.other is not None:
            self.other.printed(outcome)


def make_reports(plan: Plan, engine: Engine, watcher: PackWatcher | None) -> tuple[Outcome, Manifest]:
    """Make the pack; reports that would come out the same stay."""
    counting = Counting(watcher)
    manifest = make_pack(plan, engine, counting)
    failed = manifest.failed
    counts: dict[str, int | str] = {
        "period": plan.period.name,
        "made": len(counting.made),
        "unchanged": counting.unchanged,
        "failed": len(failed),
    }
    said = text(
        "{period}: {made}, {unchanged} unchanged. Index: {file}",
        period=plan.period,
        made=ntext("{n} report made", "{n} reports made", n=len(counting.made)),
        unchanged=counting.unchanged,
        file=str(plan.folder / INDEX),
    )
    if failed:
        told = [text("{name}: {reason}", name=one.subject.name, reason=one.reason) for one in failed[:NAMED]]
        said = text(
            "{failed} ({told}). {said}",
            failed=ntext("{n} report could not be made", "{n} reports could not be made", n=len(failed)),
            told=told,
            said=said,
        )
    status: Status = "incomplete" if failed else "done" if counting.busy else "unchanged"
    return Outcome("pack", status, said, counts), manifest


def keep_archive(pack: Pack, plan: Plan, manifest: Manifest) -> Outcome | None:
    """Write the archive beside the packs and remove what is too old; None where periods have no folders."""
    if PERIOD not in pack.settings.output:
        return None
    key = Kept(plan.folder, manifest, plan.period).key
    made = make_archive(pack.shelf, pack.settings.retention, key)
    series = next((one for one in made.series if one.key == key), None)
    periods = len({one.period for one in series.packs}) if series is not None else 0
    said = ntext("{n} period in {file}", "{n} periods in {file}", n=periods, file=str(made.page))
    if made.gone:
        removed = [f"{one.pack.period.name} ({one.pack.folder})" for one in made.gone]
        said = text("{said}. Removed: {folders}", said=said, folders=removed)
    if made.notes:
        said = text("{said}. {notes}", said=said, notes=made.notes)
    return Outcome("archive", "done", said, {"periods": periods, "removed": len(made.gone)})


def send(
    pack: Pack, plan: Plan, manifest: Manifest, deliver: Deliver | None, journal: Journal, state: Path
) -> Outcome:
    """Deliver the pack, unless these very reports were delivered as the pack file wants it.

    Raises:
        SalesreportError: it cannot be delivered, or there is nothing here that could.
    """
    wanted = pack.settings.deliver
    if deliver is None:
        raise ConfigError(text("There is nothing here that delivers reports."), **pack.where("deliver"))
    reports = [(one.subject.id, one.sha256) for one in manifest.reports if one.status == "done"]
    inputs = checksum(str(plan.folder), repr(wanted), reports)
    if journal.has("deliver", inputs):
        return Outcome("deliver", "unchanged", text("These reports were delivered already"))
    journal.forget(state, "deliver")
    done = deliver(pack, plan.folder)
    incomplete = done.failed or done.outdated
    if not incomplete:
        journal.note(state, "deliver", inputs)
    return Outcome("deliver", "incomplete" if incomplete else "done", done.said, done.counts)
