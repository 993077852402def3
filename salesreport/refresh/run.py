"""A whole round: export, audit gate, pack, archive, delivery; the next round goes on where it stopped."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from salesreport.errors import ConfigError, SalesreportError
from salesreport.language import text
from salesreport.lock import locked
from salesreport.pack.engine import Engine
from salesreport.pack.packfile import Pack
from salesreport.pack.plan import make_plan
from salesreport.pack.rounds import Refresh
from salesreport.pack.run import PackWatcher
from salesreport.refresh.bring_in import bring_in
from salesreport.refresh.gate import pass_gate
from salesreport.refresh.journal import LOG, Journal, state_folder
from salesreport.refresh.log import Log
from salesreport.refresh.outcome import Outcome, Status, Step, Stopped, said_of
from salesreport.refresh.steps import Deliver, keep_archive, make_reports, send


def refresh(
    pack: Pack,
    engine: Engine,
    log: Log,
    watcher: PackWatcher | None = None,
    deliver: Deliver | None = None,
    today: dt.date | None = None,
) -> Status:
    """Run a round.

    Every step is logged when it ends. Steps that are done are not repeated while their inputs are the same;
    reports that would come out the same are not made again.

    Args:
        pack: a pack file with the setting `refresh`. engine: what runs the notebooks. log: is told of each step.
        watcher: is told of each report. deliver: sends the reports; called where the pack file has the setting
            `deliver`.
        today: the day that the age of the data is counted from.

    Returns:
        `done`; `incomplete`: some reports or mails failed; `stopped`: by the audit gate; `failed`: bad input, or
        another round of the pack is under way.
    """
    try:
        wanted = _wanted(pack)
        state = state_folder(pack)
        with locked(state, text("Another round of this pack is under way")):
            log.file = state / LOG
            return _steps(pack, wanted, engine, log, watcher, deliver, today or dt.date.today())
    except _Logged as ended:
        return ended.status
    except SalesreportError as error:
        log(Outcome("refresh", "failed", said_of(error, log.language)))
        return "failed"
    except OSError as error:  # a full disk, a folder that is not ours
        log.file = None
        reason = text("Reading or writing failed: {reason}.", reason=str(error))
        log(Outcome("refresh", "failed", reason))
        return "failed"


def _steps(
    pack: Pack,
    wanted: Refresh,
    engine: Engine,
    log: Log,
    watcher: PackWatcher | None,
    deliver: Deliver | None,
    today: dt.date,
) -> Status:
    state = state_folder(pack)
    journal = Journal.read(state, pack)
    ended: list[Status] = []

    def logged(step: Step, do: Callable[[], Outcome]) -> None:
        with _timed(step, log) as say:
            ended.append(say(do()))

    logged("ingest", lambda: bring_in(pack, wanted, journal, state))
    logged("audit", lambda: pass_gate(pack, wanted, journal, state, today))
    with _timed("pack", log) as say:
        plan = make_plan(pack)
        outcome, manifest = make_reports(plan, engine, watcher)
        ended.append(say(outcome))
    with _timed("archive", log) as say:
        archived = keep_archive(pack, plan, manifest)
        if archived is not None:
            say(archived)
    if pack.settings.deliver is not None:
        logged("deliver", lambda: send(pack, plan, manifest, deliver, journal, state))
    return "incomplete" if "incomplete" in ended else "done"


class _Logged(Exception):
    """A step ended the round, and that is logged."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


@contextmanager
def _timed(step: Step, log: Log) -> Iterator[Callable[[Outcome], Status]]:
    """A step: its outcome is logged with the time it took; an error ends the round."""
    started = time.perf_counter()

    def say(outcome: Outcome) -> Status:
        log(replace(outcome, seconds=time.perf_counter() - started))
        return outcome.status

    try:
        yield say
    except Stopped as stopped:
        say(Outcome(step, "stopped", said_of(stopped, log.language), stopped.counts))
        raise _Logged("stopped") from None
    except SalesreportError as error:
        say(Outcome(step, "failed", said_of(error, log.language)))
        raise _Logged("failed") from None
    except KeyboardInterrupt:
        say(Outcome(step, "failed", text("Stopped.")))
        raise


def _wanted(pack: Pack) -> Refresh:
    if pack.settings.refresh is None:
        raise ConfigError(
            text("This setting is required but missing."),
            file=pack.path,
            key="refresh",
            expected=text("settings such as {example}", example="refresh: {source: ../sources/crm.yml}"),
        )
    return pack.settings.refresh
