"""How a delivery gets on: a bar on a terminal, and a line for everything that did not go as it should."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console

from salesreport.deliver.post import Outcome
from salesreport.deliver.recipients import Recipient
from salesreport.deliver.run import Summary
from salesreport.language import Language, Text, ntext, text
from salesreport.language.language import Said
from salesreport.pack.plain import one_line
from salesreport.pack.progress import bar_on

_SAID = {
    "refused": text("refused by the server"),
    "deferred": text("put off by the server"),
    "lost": text("not sent, the connection broke"),
    "unknown": text("the connection broke before the server answered; whether the mail arrived is unknown"),
}


class DeliveryProgress:
    """Shows count and recipient whose turn it is; use it in a `with` statement.

    Args:
        console: where to (standard error). language: of the words.
    """

    def __init__(self, console: Console, language: Language) -> None:
        self.console, self.language = console, language
        self.begun = time.monotonic()
        self.bar = bar_on(console)
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.bar.stop()

    def planned(self, sending: int, delivered: int) -> None:
        """Say how much there is to do."""
        self.bar.update(self.task, total=sending)
        if not self.console.is_terminal or delivered:
            todo = ntext("Sending {n} mail", "Sending {n} mails", n=sending)
            had = ntext("{n} was delivered before", "{n} were delivered before", n=delivered)
            self._line(text("{todo}, {had}", todo=todo, had=had) if delivered else todo)

    def noted(self, note: Text) -> None:
        """Say something to know."""
        self._line(note)

    def started(self, recipient: Recipient) -> None:
        """Name the recipient whose turn has come; the bar appears with the first."""
        self.bar.start()
        self.bar.update(self.task, description=one_line(recipient.about.name, 40))

    def done(self, recipient: Recipient, outcome: Outcome) -> None:
        """Count a mail; say at once what did not go well."""
        self.bar.advance(self.task)
        if outcome.state != "sent":
            self._line(
                text(
                    "{name}, {address}: {what} ({reply}).",
                    name=one_line(recipient.about.name, 60),
                    address=recipient.address,
                    what=_SAID[outcome.state],
                    reply=outcome.reply,
                )
            )

    def waiting(self, seconds: float, mails: int) -> None:
        """Say what it is waited for."""
        self._line(
            ntext(
                "{n} mail is tried again in {seconds} s.",
                "{n} mails are tried again in {seconds} s.",
                n=mails,
                seconds=round(seconds),
            )
        )

    def ended(self, summary: Summary) -> None:
        """Say what became of it."""
        self.bar.stop()
        parts = [
            ntext("{n} sent", "{n} sent", n=len(summary.sent)),
            ntext("{n} delivered before", "{n} delivered before", n=summary.delivered),
        ]
        more = (
            (summary.refused, ntext("{n} refused", "{n} refused", n=len(summary.refused))),
            (summary.unknown, ntext("{n} unknown", "{n} unknown", n=len(summary.unknown))),
            (summary.left, ntext("{n} left for the next run", "{n} left for the next run", n=len(summary.left))),
            (summary.failed, ntext("{n} report not made", "{n} reports not made", n=len(summary.failed))),
        )
        parts += [said for some, said in more if some]
        seconds = self.language.exact(time.monotonic() - self.begun, 1)
        counts = Said(", ".join(map(self.language.say, parts)))
        self._line(text("{counts}, in {seconds} s", counts=counts, seconds=seconds))

    def _line(self, said: object) -> None:
        self.console.print(one_line(self.language.show(said)), markup=False, highlight=False, soft_wrap=True)
