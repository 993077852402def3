"""How a pack gets on: a bar on a terminal; elsewhere a line at the start, one at the end, and the failures."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text as Styled

from salesreport.language import Language, Text, ntext, text
from salesreport.pack.make import Job, Outcome
from salesreport.pack.plain import one_line


class PackProgress:
    """Shows count, rate, remaining time and the subject whose turn it is; use it in a `with` statement.

    Args:
        console: where to (standard error). language: of the words.
    """

    def __init__(self, console: Console, language: Language) -> None:
        self.console, self.language = console, language
        self.made = self.unchanged = self.failed = self.as_pdf = 0
        self.stems: set[str] = set()
        self.start: float | None = None
        self.bar = bar_on(console, _Rate(language), TimeRemainingColumn())
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.bar.stop()
        if self.start is not None:
            self._line(self._summary(time.monotonic() - self.start))

    def planned(self, making: int, unchanged: int) -> None:
        """Say how much there is to do."""
        self.start, self.unchanged = time.monotonic(), unchanged
        self.bar.update(self.task, total=making)
        if making and (unchanged or not self.console.is_terminal):
            todo = ntext("Making {n} report", "Making {n} reports", n=making)
            self._line(
                text("{todo}, {unchanged} unchanged", todo=todo, unchanged=unchanged) if unchanged else todo
            )

    def started(self, job: Job) -> None:
        """Name the subject whose turn has come; the bar, which needs a thread, appears with the first."""
        self.bar.start()
        self.bar.update(self.task, description=one_line(job.subject.name, 40))

    def done(self, outcome: Outcome) -> None:
        """Count a report; say at once why one failed."""
        self.bar.advance(self.task)
        if outcome.reason is None:
            self.made += 1
            self.stems.add(outcome.job.stem)
        else:
            self.failed += 1
            name = one_line(outcome.job.subject.name, 60)
            self._line(text("{name}: not made. {reason}", name=name, reason=outcome.reason))

    def printing(self, reports: int) -> None:
        """Say how many PDFs there are to print; they have a bar of their own."""
        self.bar.start()
        self.bar.reset(self.task, total=reports, description="PDF")
        if not self.console.is_terminal:
            self._line(ntext("Printing {n} report", "Printing {n} reports", n=reports))

    def printed(self, outcome: Outcome) -> None:
        """Count a PDF; one that was not printed is a report that failed."""
        self.bar.update(self.task, advance=1, description=one_line(outcome.job.subject.name, 40))
        if outcome.reason is None:
            self.as_pdf += 1
        else:
            new = outcome.job.stem in self.stems
            self.made, self.unchanged = self.made - new, self.unchanged - (not new)
            self.failed += 1
            name = one_line(outcome.job.subject.name, 60)
            self._line(text("{name}: not made. {reason}", name=name, reason=outcome.reason))

    def _summary(self, seconds: float) -> Text:
        counts = text("{made} made, {unchanged} unchanged", made=self.made, unchanged=self.unchanged)
        if self.as_pdf:
            counts = text("{counts}, {printed} printed", counts=counts, printed=self.as_pdf)
        if self.failed:
            counts = text("{counts}, {failed} not made", counts=counts, failed=self.failed)
        return text("{counts}, in {seconds} s", counts=counts, seconds=self.language.exact(seconds, 1))

    def _line(self, said: object) -> None:
        self.console.print(self.language.show(said), markup=False, highlight=False, soft_wrap=True)


def bar_on(console: Console, *further: ProgressColumn) -> Progress:
    """A bar with the count and whose turn it is, on a terminal only; `further` columns stand in between."""
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        *further,
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


class _Rate(ProgressColumn):
    """Reports a minute, once there are any."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def render(self, task: Task) -> Styled:
        """The rate as text."""
        if not task.speed:
            return Styled("")
        return Styled(self.language.say(text("{rate} a minute", rate=self.language.number(task.speed * 60, 2))))
