"""How a pack gets on: a bar on a terminal, plain lines elsewhere."""

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

from salesreport.language import Language, text
from salesreport.pack.make import Job, Outcome
from salesreport.pack.plain import one_line


class PackProgress:
    """Shows count, rate, remaining time and the subject whose turn it is; use it in a `with` statement.

    Args:
        total: how many reports there are to make. console: where to (standard error). language: of the words.
    """

    def __init__(self, total: int, console: Console, language: Language) -> None:
        self.total, self.console, self.language = total, console, language
        self.finished = 0
        self.begun = time.monotonic()
        self.bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(language),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.bar.stop()

    def started(self, job: Job) -> None:
        """Name the subject whose turn has come."""
        self.bar.update(self.task, description=one_line(job.subject.name, 40))

    def done(self, outcome: Outcome) -> None:
        """Count a report; say at once why one failed."""
        self.finished += 1
        self.bar.advance(self.task)
        name = one_line(outcome.job.subject.name, 60)
        if outcome.reason is not None:
            self._line(text("{name}: not made. {reason}", name=name, reason=outcome.reason))
        elif not self.console.is_terminal:
            seconds = self.language.exact(outcome.seconds, 1)
            left = (time.monotonic() - self.begun) / self.finished * (self.total - self.finished)
            self._line(
                text(
                    "{done} of {total}: {name}, {seconds} s, about {left} s left",
                    done=self.finished,
                    total=self.total,
                    name=name,
                    seconds=seconds,
                    left=round(left),
                )
            )

    def _line(self, said: object) -> None:
        self.console.print(self.language.show(said), markup=False, highlight=False, soft_wrap=True)


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
