"""The jobs of a pack on a Dask cluster: the same reports, made by workers on any number of machines.

A worker (`pack/standby.py`) does what a local engine does: beside it stands a warm process, a fork of which writes
the report into the pack's folder (on a file system that all share). Where a system cannot fork, each report has a
kernel of its own. The outcome is given back. What travels is pickled here and read at the very end: in between
nobody needs the libraries for it. How to start a cluster: docs/cluster.md.
"""

import contextlib
import logging
import pickle
import pkgutil
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import salesreport
from salesreport.errors import ConfigError
from salesreport.language import Text, text
from salesreport.pack.engine import Watcher
from salesreport.pack.halves import Half
from salesreport.pack.limits import DEFAULT_LIMITS, ENDED, Limits
from salesreport.pack.make import LONGEST_REASON, Exporter, Job, Outcome, default_exporter, in_words
from salesreport.pack.needs import Needs
from salesreport.pack.nursery import Making
from salesreport.pack.owner import RunIsOver, run_mark
from salesreport.pack.plain import one_line
from salesreport.pack.standby import look_on_worker, make_on_worker, work_out_on_worker

LOST = 5
"""How often workers are looked at while one of them is lost."""

JOBS_PER_WORKER = 2
"""Jobs given out at a time: the one that is made, and one that waits, so that no worker does. A worker that dies
makes all of its jobs suspect, and a scheduler that knows thousands of jobs is slow."""

RETRIES = 2
"""How often a job is given out again that a worker could not even begin, such as for want of its files."""

ALONE = 60.0
"""Seconds for which other reports wait, at most, until what all share is stored beside the dataset, where their
workers read it."""

TICK = 2.0
"""Seconds between two looks at whether there are still workers."""

_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-f:.]+\]|[^\s:/\[\]]+):(\d{1,5})", re.IGNORECASE)


@dataclass(frozen=True)
class ClusterEngine:
    """Makes the reports on a Dask cluster.

    Attributes:
        address: of the scheduler, such as `tcp://host:8786`. limits: what one report may take; in a kernel the
            time limit alone holds, for each cell. export: makes a report's HTML (a function of a module that the
            workers have).
        connect_seconds: how long to wait for the scheduler. patience: seconds the cluster may be without workers.
    """

    address: str
    limits: Limits = DEFAULT_LIMITS
    export: Exporter = default_exporter
    connect_seconds: float = 10.0
    patience: float = 60.0
    name: str = "cluster"

    def check(self, jobs: Sequence[Job]) -> None:
        """Make sure that the cluster can make these jobs; nothing is left in the pack's folder.

        Args:
            jobs: of one pack: they share notebook, dataset and folder.

        Raises:
            ConfigError: distributed is not installed, the address is no address, the scheduler does not answer,
                there are no workers, or one of them has another version or does not see the pack's files.
            DataError: the pack's folder cannot be written.
        """
        if jobs:
            with self._connected(jobs[0]):
                pass

    def run(self, jobs: Sequence[Job], watcher: Watcher) -> None:
        """Make every job's report; see `Engine.run`.

        Raises:
            ConfigError: as for `check`; or scheduler or workers were lost, which leaves the other jobs unmade.
        """
        if not jobs:
            return
        with self._connected(jobs[0]) as client:
            for job in self._work_off(client, jobs, watcher):
                # these were with workers that died, perhaps of another job; alone, each harms only itself
                if self._work_off(client, [job], watcher):
                    reason = text("The workers that made this report were ended (was there enough memory?).")
                    watcher.done(_not_made(job, reason))

    @contextlib.contextmanager
    def _connected(self, job: Job) -> Iterator[Any]:
        """A client of the cluster, once all checks are passed."""
        check_address(self.address)
        # for as long as the mark stands, what workers have loaded is kept
        with _client(self.address, self.connect_seconds) as client, run_mark(job.folder) as mark:
            _check_workers(client, self.address, job, mark)
            yield client

    def _work_off(self, client: Any, jobs: Sequence[Job], watcher: Watcher) -> list[Job]:
        """Give the jobs out as workers get free, and tell of each.

        The mark of a run stands for this round alone: what a worker that died left behind it may still be at work
        when its job is given to another or given up, and must not write then.

        Returns:
            The jobs whose workers died, more often than the scheduler allows.
        """
        with run_mark(jobs[0].folder) as mark:
            return self._give_out(client, jobs, mark, watcher)

    def _give_out(self, client: Any, jobs: Sequence[Job], mark: Path, watcher: Watcher) -> list[Job]:
        from distributed import KilledWorker

        making = pickle.dumps(Making(1, self.limits, self.export, mark))
        began = seen = time.monotonic()
        # else the first report is made alone, for its worker works it out
        shared = len(jobs) > 1 and _work_out(client, jobs[0], mark)
        executor = client.get_executor(pure=False, retries=RETRIES)
        waiting = deque(jobs)
        running: dict[Future[bytes | None], Job] = {}
        suspects: list[Job] = []
        try:
            while waiting or running:
                workers = _workers(client)
                seen = time.monotonic() if workers else seen
                if time.monotonic() - seen > self.patience:
                    raise self._lost(text("The cluster has no workers any more, or does not answer."))
                shared = shared or time.monotonic() - began > ALONE
                while waiting and len(running) < max(1, workers * JOBS_PER_WORKER if shared else 1):
                    job = waiting.popleft()
                    watcher.started(job)
                    running[executor.submit(make_on_worker, pickle.dumps(job), making, str(mark))] = job
                for future in wait(running, TICK, FIRST_COMPLETED).done:
                    job = running.pop(future)
                    shared = True
                    try:
                        made = future.result()
                    except CancelledError:
                        raise self._lost(text("The connection to the cluster's scheduler was lost.")) from None
                    except KilledWorker:
                        suspects.append(job)
                    except (Exception, RunIsOver) as error:
                        watcher.done(_not_made(job, in_words(type(error).__name__, str(error))))
                    else:
                        watcher.done(_outcome(job, made))
        finally:
            if running:  # Ctrl-C, or the cluster is lost: nobody waits for these any more
                with contextlib.suppress(Exception):
                    executor.shutdown(wait=False)
        return suspects

    def _lost(self, problem: Text) -> ConfigError:
        return ConfigError(
            problem,
            key="--scheduler",
            found=self.address,
            hint=text("Run the same command again once it is back; finished reports are kept."),
        )


def check_address(address: str) -> None:
    """Make sure that a scheduler's address is one.

    Raises:
        ConfigError: it is not.

    Examples:
        >>> check_address("tcp://10.0.0.1:8786"), check_address("tls://[::1]:8786")
        (None, None)
    """
    matched = _ADDRESS.fullmatch(address)
    if matched is None or not 0 < int(matched[3]) < 2**16:
        raise ConfigError(
            text("This is not the address of a scheduler."),
            key="--scheduler",
            found=address,
            expected=text("an address such as {example}", example="tcp://host:8786"),
        )


@contextlib.contextmanager
def _client(address: str, seconds: float) -> Iterator[Any]:
    """A client that is connected to a scheduler.

    Raises:
        ConfigError: distributed is not installed, or the scheduler does not answer.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ConfigError(
            text("To make reports on a cluster, a further package is needed."),
            key="--scheduler",
            hint=text("Install it with: {command}", command="pip install 'salesreport[cluster]'"),
        ) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is lost is said here, in a sentence
    try:
        client = Client(address, timeout=seconds, set_as_default=False, name="salesreport")
    except Exception as error:  # refused, timed out, another protocol, a certificate: all the same to the user
        raise ConfigError(
            text("The cluster's scheduler cannot be reached: {reason}.", reason=_reason(error)),
            key="--scheduler",
            found=address,
        ) from None
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):  # there may be no connection left to close
            client.close()


def _workers(client: Any) -> int:
    """Number of workers; 0 also where the scheduler does not answer, being busy."""
    try:
        return len(client.nthreads())
    except Exception:  # a lost connection ends the futures, and so is noticed
        return 0


def _check_workers(client: Any, address: str, job: Job, mark: Path) -> None:
    """Make sure that there are workers, and that each can make a pack's jobs.

    Raises:
        ConfigError: there are none, or one cannot; it is named.
    """
    try:
        threads: dict[str, int] = client.nthreads()
        # a function of Python's own, so that it runs where salesreport is missing or another
        answers = _of_all(client, pkgutil.resolve_name, _VERSION)
        try:
            answers[address] = client.run_on_scheduler(pkgutil.resolve_name, _VERSION)  # it passes the jobs on
        except (ImportError, AttributeError) as error:
            answers[address] = error
        check_answers(address, threads, answers)
        looked = _of_all(client, look_on_worker, pickle.dumps(Needs.of(job, mark)))
    except (OSError, CancelledError) as error:
        raise ConfigError(
            text("The cluster's scheduler cannot be reached: {reason}.", reason=_reason(error)),
            key="--scheduler",
            found=address,
        ) from None
    for worker, said in looked.items():
        if isinstance(said, BaseException):
            problem: Text | None = in_words(type(said).__name__, str(said))
        else:
            problem = pickle.loads(said)  # noqa: S301 - whoever reaches the cluster runs its programs anyway
        if problem is not None:
            raise _unfit(worker, problem)


def _of_all(client: Any, function: Callable[..., Any], given: object) -> dict[str, Any]:
    """What a function gives on each worker, or raises; where one is lost meanwhile, the others are asked again."""
    for _ in range(LOST):
        answers: dict[str, Any] = client.run(function, given, on_error="return")
        if not any(isinstance(one, OSError) for one in answers.values()):
            break
        time.sleep(TICK)
    return answers


_VERSION = "salesreport:__version__"


def check_answers(address: str, threads: Mapping[str, int], versions: Mapping[str, str | BaseException]) -> None:
    """Make sure that there are workers, each with one thread and this version of salesreport.

    Args:
        address: of the scheduler. threads: worker → number of threads.
        versions: worker, or scheduler → version of salesreport there, or why it has none.

    Raises:
        ConfigError: something of it is not so.
    """
    hint = text("Start it with: {command}", command=f"dask worker {address} --nthreads 1 --nworkers -1")
    if not threads:
        raise ConfigError(text("The cluster has no workers."), key="--scheduler", found=address, hint=hint)
    for worker, number in threads.items():
        if number != 1:
            problem = text("It makes {n} reports at a time in one process; each needs its own.", n=number)
            raise _unfit(worker, problem, hint)
    for place, version in versions.items():
        if isinstance(version, BaseException):
            raise _unfit(place, text("It has no salesreport: {reason}", reason=_reason(version)))
        if version != salesreport.__version__:
            raise _unfit(
                place,
                text(
                    "It has version {found} of salesreport, and this is version {version}.",
                    found=version,
                    version=salesreport.__version__,
                ),
            )


def _unfit(place: str, problem: Text, hint: Text | None = None) -> ConfigError:
    return ConfigError(
        text("{place} of the cluster cannot make these reports. {problem}", place=place, problem=problem),
        key="--scheduler",
        hint=hint or text("What workers must see: docs/cluster.md"),
    )


def _work_out(client: Any, job: Job, mark: Path) -> bool:
    """Have two workers work out what all reports share, and store it; whether they did."""
    from distributed import wait

    with contextlib.suppress(Exception):  # whatever goes wrong is worked out by whoever needs it
        workers = sorted(client.nthreads())[:2]
        if len(workers) < 2:
            return False
        # on the other where one dies: it would wait for that one to come back
        where = [{"workers": [worker], "allow_other_workers": True} for worker in workers]
        halves = [pickle.dumps(Half(job, second, mark)) for second in (False, True)]
        asked = [
            client.submit(work_out_on_worker, half, str(mark), pure=False, **there)
            for half, there in zip(halves, where, strict=True)
        ]
        wait(asked, ALONE)
        return all(future.result() for future in asked)
    return False


def _outcome(job: Job, made: bytes | None) -> Outcome:
    """What a worker gave back for a job."""
    if made is None:
        return _not_made(job, ENDED)
    return pickle.loads(made)  # noqa: S301 - whoever reaches the cluster runs its programs anyway


def _not_made(job: Job, reason: Text) -> Outcome:
    """The outcome of a job of which no worker could tell any; the report of an earlier run is not today's."""
    job.remove()
    return Outcome(job, reason)


def _reason(error: BaseException) -> str:
    return one_line(str(error), LONGEST_REASON).rstrip(".") or type(error).__name__
